//! How a target is reached: whom TLS trusts, who the client is, what stands between, and which fields go along.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::base_url::without_credentials;
use super::proxy::HttpProxy;
use super::request::{is_field_name, is_field_value};

/// A header value shorter than this is not taken for a secret: it would hide half of every report.
const SECRET_LENGTH: usize = 4;

/// What stands for the user name and password in the URL of a proxy.
const PROXY_CREDENTIALS: &str = "HOOKPROOF_PROXY_CREDENTIALS";

/// The way to a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    /// A PEM file of certificates to trust in place of this machine's.
    pub ca: Option<PathBuf>,
    /// A PEM file with the client's certificate and its key.
    pub client_cert: Option<PathBuf>,
    /// Whether any certificate of the server will do.
    pub insecure: bool,
    /// URL of a proxy.
    pub proxy: Option<String>,
    /// Whether HTTP/2 is spoken.
    pub http2: bool,
    /// Fields that go along with every request.
    pub headers: Vec<(String, String)>,
    /// Name of this run, for the operators of the target.
    pub run_id: Option<String>,
}

/// The header that names the run.
pub const RUN_HEADER: &str = "x-hookproof-run";

/// A way that cannot be gone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// A PEM file cannot be used.
    #[error("{path} cannot be used as {what}: {reason}", path = path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The proxy cannot be used.
    #[error("`{url}` is no proxy ({reason}); write it as http://proxy.example:3128")]
    Proxy {
        /// As it was given.
        url: String,
        /// Why not.
        reason: String,
    },
    /// A field is none.
    #[error("`{0}` is no header field; write it as 'Name: value'")]
    Field(String),
}

impl Transport {
    /// Reads a field as `Name: value`.
    pub fn field(text: &str) -> Result<(String, String), TransportError> {
        // What is wrong may be a secret without its name, so only the name is repeated.
        let named = || {
            TransportError::Field(
                text.split(':')
                    .next()
                    .unwrap_or_default()
                    .chars()
                    .take(40)
                    .collect(),
            )
        };
        let (name, value) = text.split_once(':').ok_or_else(named)?;
        let (name, value) = (name.trim(), value.trim());
        if is_field_name(name) && is_field_value(value) {
            Ok((name.to_owned(), value.to_owned()))
        } else {
            Err(named())
        }
    }

    /// Whether the files can be read and used, before anything is sent.
    pub fn check(&self) -> Result<(), TransportError> {
        self.check_proxy()?;
        self.tls(false, &[]).map(|_| ())
    }

    fn check_proxy(&self) -> Result<(), TransportError> {
        let Some(url) = &self.proxy else {
            return Ok(());
        };
        let unusable = |reason: String| TransportError::Proxy {
            url: without_credentials(url),
            reason,
        };
        // The client would take a bare word for a host.
        if !url.contains("://") {
            return Err(unusable("it names no scheme".to_owned()));
        }
        let parsed = reqwest::Url::parse(url);
        parsed.map(|_| ()).map_err(|error| unusable(error.to_string()))
    }

    /// The proxy, for requests that are written byte for byte.
    ///
    /// # Errors
    /// It is one that those cannot go through.
    pub(crate) fn http_proxy(&self) -> Result<Option<HttpProxy>, TransportError> {
        self.proxy.as_deref().map(HttpProxy::parse).transpose()
    }

    /// Values that must not show, each with the variable that stands for it.
    pub fn secrets(&self) -> impl Iterator<Item = (String, String)> {
        let fields = self
            .headers
            .iter()
            .filter(|(_, value)| value.len() >= SECRET_LENGTH)
            .map(|(name, value)| (value.clone(), variable_of(name)));
        fields.chain(
            self.proxy_credentials()
                .map(|(_, credentials, _)| (credentials.to_owned(), PROXY_CREDENTIALS.to_owned())),
        )
    }

    /// The URL of the proxy around what it says about its user.
    fn proxy_credentials(&self) -> Option<(&str, &str, &str)> {
        let url = self.proxy.as_deref()?;
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let at = rest[..end].rfind('@')?;
        Some((&url[..scheme.len() + 3], &rest[..at], &rest[at..]))
    }

    /// The fields that go along with every request that does not have them itself.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.run_id.as_deref().map(|id| (RUN_HEADER, id));
        let given = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        given.chain(own)
    }

    /// What of this a `curl` command needs, with a blank before each option.
    pub(crate) fn curl_options(&self) -> String {
        let mut out = String::new();
        let mut option = |name: &str, value: &str| {
            out.push_str(&format!(" {name} '{}'", value.replace('\'', "'\\''")));
        };
        if let Some(path) = &self.ca {
            option("--cacert", &path.display().to_string());
        }
        if let Some(path) = &self.client_cert {
            option("--cert", &path.display().to_string());
        }
        out.push_str(&self.proxy_option());
        let mut option = |name: &str, value: &str| {
            out.push_str(&format!(" {name} '{}'", value.replace('\'', "'\\''")));
        };
        for (name, value) in &self.headers {
            if value.len() < SECRET_LENGTH {
                option("-H", &format!("{name}: {value}"));
            }
        }
        for (name, _) in self
            .headers
            .iter()
            .filter(|(_, value)| value.len() >= SECRET_LENGTH)
        {
            out.push_str(&format!(" -H '{name}: '\"${}\"", variable_of(name)));
        }
        if self.insecure {
            out.push_str(" -k");
        }
        if self.http2 {
            out.push_str(" --http2");
        }
        out
    }

    /// The option for the proxy, by which both `curl` and `hookproof send` take it.
    fn proxy_option(&self) -> String {
        match (self.proxy_credentials(), &self.proxy) {
            (Some((before, _, after)), _) => format!(" --proxy '{before}'\"${PROXY_CREDENTIALS}\"'{after}'"),
            (None, Some(proxy)) => format!(" --proxy '{}'", proxy.replace('\'', "'\\''")),
            (None, None) => String::new(),
        }
    }

    /// What of this `hookproof send` needs, with a blank before each option.
    pub(crate) fn send_options(&self) -> String {
        let mut out = String::new();
        for (name, path) in [("--ca", &self.ca), ("--client-cert", &self.client_cert)] {
            if let Some(path) = path {
                let path = path.display().to_string().replace('\'', "'\\''");
                out.push_str(&format!(" {name} '{path}'"));
            }
        }
        if self.insecure {
            out.push_str(" --insecure");
        }
        out.push_str(&self.proxy_option());
        out
    }

    /// The settings of TLS, for these protocols in the order of preference.
    pub(super) fn tls(&self, is_tls: bool, protocols: &[&[u8]]) -> Result<ClientConfig, TransportError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let failed = |error: rustls::Error| TransportError::Tls(error.to_string());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(failed)?;
        let builder = if self.insecure {
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        } else if let Some(path) = &self.ca {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path, "certificates to trust")? {
                roots.add(certificate).map_err(failed)?;
            }
            builder.with_root_certificates(roots)
        } else if is_tls {
            let verifier = rustls_platform_verifier::Verifier::new(provider).map_err(failed)?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        } else {
            // Without TLS there is no reason to read this machine's certificates.
            builder.with_root_certificates(RootCertStore::empty())
        };
        let mut config = match &self.client_cert {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let what = "the client's certificate and key";
                let key = PrivateKeyDer::from_pem_file(path).map_err(|error| pem(path, what, &error))?;
                let chain = certificates(path, what)?;
                builder
                    .with_client_auth_cert(chain, key)
                    .map_err(|error| TransportError::Pem {
                        path: path.clone(),
                        what,
                        reason: error.to_string(),
                    })?
            }
        };
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(config)
    }
}

/// The variable that stands for the value of a field.
fn variable_of(name: &str) -> String {
    let word: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    format!("HOOKPROOF_HEADER_{word}")
}

fn pem(path: &Path, what: &'static str, error: &rustls::pki_types::pem::Error) -> TransportError {
    TransportError::Pem {
        path: path.to_owned(),
        what,
        reason: error.to_string(),
    }
}

fn certificates(path: &Path, what: &'static str) -> Result<Vec<CertificateDer<'static>>, TransportError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(|error| pem(path, what, &error))?
        .collect();
    let all = all.map_err(|error| pem(path, what, &error))?;
    if all.is_empty() {
        return Err(TransportError::Pem {
            path: path.to_owned(),
            what,
            reason: "it holds no certificate in PEM".to_owned(),
        });
    }
    Ok(all)
}

/// Lets any certificate pass, for servers that made their own. Signatures are checked all the same.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_and_what_is_none_is_not_repeated_whole() {
        assert_eq!(
            Transport::field("X-Tenant: a:b").unwrap(),
            ("X-Tenant".to_owned(), "a:b".to_owned())
        );
        for wrong in ["secret", "a b: c", ": c", "a: b\nc"] {
            assert!(Transport::field(wrong).is_err(), "{wrong:?}");
        }
        let told = Transport::field("X Token: s3cret").unwrap_err().to_string();
        assert!(!told.contains("s3cret"), "{told}");
    }

    #[test]
    fn curl_gets_the_same_way_and_no_secret() {
        let transport = Transport {
            ca: Some("ca.pem".into()),
            insecure: true,
            headers: vec![("X-Token".into(), "s3cret".into()), ("X-A".into(), "1".into())],
            ..Transport::default()
        };
        assert_eq!(
            transport.curl_options(),
            " --cacert 'ca.pem' -H 'X-A: 1' -H 'X-Token: '\"$HOOKPROOF_HEADER_X_TOKEN\" -k"
        );
    }

    #[test]
    fn the_password_of_a_proxy_shows_nowhere() {
        let transport = Transport {
            proxy: Some("http://me:s3cret@proxy:3128".into()),
            ..Transport::default()
        };
        assert_eq!(
            transport.curl_options(),
            " --proxy 'http://'\"$HOOKPROOF_PROXY_CREDENTIALS\"'@proxy:3128'"
        );
        let secrets: Vec<_> = transport.secrets().collect();
        let expected = ("me:s3cret".to_owned(), "HOOKPROOF_PROXY_CREDENTIALS".to_owned());
        assert_eq!(secrets, [expected]);
    }

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let transport = Transport {
            ca: Some("/nonexistent.pem".into()),
            ..Transport::default()
        };
        let told = transport.tls(true, &[]).unwrap_err().to_string();
        assert!(told.contains("/nonexistent.pem"), "{told}");
    }
}
