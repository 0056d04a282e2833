//! Servers behind TLS, with certificates that were made for tests alone; the key of their authority is kept nowhere.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use http_body_util::BodyExt as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use mock_server::Fixtures;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use suites::embedded::Embedded;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A file of the tests with certificates or keys.
pub(crate) fn pem(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

/// The mock behind TLS: what comes in is deciphered and passed on. Returns the port.
pub(crate) fn behind_tls(embedded: &Embedded, asks_for_a_certificate: bool) -> u16 {
    let backend = embedded.base().as_str().trim_start_matches("http://").to_owned();
    serve(settings(asks_for_a_certificate), move |mut client| {
        let backend = backend.clone();
        async move {
            let Ok(mut server) = TcpStream::connect(backend).await else {
                return;
            };
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        }
    })
}

/// The mock in HTTP/2 over TLS. Returns the port, and the version of each request that came.
pub(crate) fn in_http2(fixtures: Fixtures) -> (u16, Arc<Mutex<Vec<http::Version>>>) {
    let mut settings = settings(false);
    settings.alpn_protocols = vec![b"h2".to_vec()];
    let versions: Arc<Mutex<Vec<http::Version>>> = Arc::default();
    let (mock, seen) = (Arc::new(mock_server::Mock::new(fixtures)), Arc::clone(&versions));
    let port = serve(settings, move |stream| {
        let (mock, seen) = (Arc::clone(&mock), Arc::clone(&seen));
        async move {
            let service = hyper::service::service_fn(|request: http::Request<hyper::body::Incoming>| {
                seen.lock().unwrap().push(request.version());
                let mock = Arc::clone(&mock);
                async move {
                    let (parts, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    let request = http::Request::from_parts(parts, body);
                    let reply = mock.respond(&request, mock_server::clock::now());
                    Ok::<_, hyper::Error>(reply.response.map(http_body_util::Full::new))
                }
            });
            let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        }
    });
    (port, versions)
}

/// The server's certificate, and whether it wants one of the client.
fn settings(asks_for_a_certificate: bool) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if asks_for_a_certificate {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(pem("ca.pem")).unwrap())
            .unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let chain = vec![CertificateDer::from_pem_file(pem("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(pem("server.pem")).unwrap();
    builder.with_single_cert(chain, key).unwrap()
}

/// Serves every connection that comes through TLS, each in a task of its own. Returns the port.
fn serve<F>(settings: ServerConfig, each: impl Fn(TlsStream<TcpStream>) -> F + Send + Sync + 'static) -> u16
where
    F: Future<Output = ()> + Send + 'static,
{
    let acceptor = TlsAcceptor::from(Arc::new(settings));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let each = Arc::new(each);
            while let Ok((stream, _)) = listener.accept().await {
                let accepted = acceptor.accept(stream);
                let each = Arc::clone(&each);
                tokio::spawn(async move {
                    // A client that is refused, or goes away, is what some of these tests are about.
                    if let Ok(stream) = accepted.await {
                        each(stream).await;
                    }
                });
            }
        });
    });
    port
}
