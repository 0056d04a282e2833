//! The certificate that stand-ins show. It is made for them alone, and nobody is asked to trust it.

use std::io;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// A certificate for this machine, signed by itself, and its key.
const PEM: &[u8] = include_bytes!("stand-in.pem");

/// The name of HTTP/2 in TLS.
pub(super) const HTTP2: &[u8] = b"h2";

/// Takes connections over TLS in, for HTTP/2 or for HTTP/1.1.
pub(super) fn acceptor(http2: bool) -> io::Result<TlsAcceptor> {
    let chain = vec![CertificateDer::from_pem_slice(PEM).map_err(io::Error::other)?];
    let key = PrivateKeyDer::from_pem_slice(PEM).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    let protocol: &[u8] = if http2 { HTTP2 } else { b"http/1.1" };
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
