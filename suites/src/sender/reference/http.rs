//! The reference sender's edges: HTTP and the real clock.

use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

use super::{Clock, Reply, Transport};

/// Posts JSON to one address.
#[derive(Debug)]
pub struct Http {
    client: reqwest::Client,
    url: String,
    bearer: String,
}

/// Why nothing can be sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The certificates that this machine trusts cannot be used.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// No client can be made.
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

impl Http {
    /// An event is sent to `url` with `bearer` as its access key. Redirects are not followed, proxies of the environment
    /// are not used, and an attempt ends after `patience`.
    ///
    /// # Errors
    /// TLS or the client cannot be set up.
    pub fn new(
        url: impl Into<String>,
        bearer: impl Into<String>,
        patience: Duration,
    ) -> Result<Self, HttpError> {
        let url = url.into();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(url.starts_with("https:"))?)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(patience)
            .build()?;
        Ok(Self {
            client,
            url,
            bearer: bearer.into(),
        })
    }
}

/// The certificates of this machine. Where there is no TLS, there is no reason to read them.
fn tls(is_needed: bool) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = if is_needed {
        let verifier = rustls_platform_verifier::Verifier::new(provider)?;
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.with_no_client_auth())
}

impl Transport for Http {
    async fn send(&self, body: &Value) -> Reply {
        let request = self
            .client
            .post(&self.url)
            .bearer_auth(&self.bearer)
            .header("content-type", "application/json")
            .body(body.to_string());
        let Ok(response) = request.send().await else {
            return Reply::Nothing;
        };
        let status = response.status().as_u16();
        let asked = response.headers().get("retry-after").and_then(|value| {
            // The other form, a date, would need a clock that agrees with the server's.
            value.to_str().ok()?.parse().ok().map(Duration::from_secs)
        });
        // An answer that is cut is no answer.
        match response.bytes().await {
            Ok(_) => Reply::Status(status, asked),
            Err(_) => Reply::Nothing,
        }
    }
}

/// The clock of the runtime. Under `tokio::time::pause` it goes as fast as it can.
#[derive(Debug)]
pub struct TokioClock {
    began: tokio::time::Instant,
}

impl TokioClock {
    /// A clock that begins now.
    pub fn start() -> Self {
        Self {
            began: tokio::time::Instant::now(),
        }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}
