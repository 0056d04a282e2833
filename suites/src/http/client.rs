//! The client of ordinary requests, set up for one way to a target.

use std::time::Duration;

use super::base_url::without_credentials;
use super::transport::{Transport, TransportError};
use super::wire::{Limits, WireError, chain};

/// A client as every request needs it, with at most so many idle connections where there is a bound.
pub(super) fn builder(
    limits: Limits,
    transport: &Transport,
    tls: rustls::ClientConfig,
    idle: Option<usize>,
) -> Result<reqwest::ClientBuilder, WireError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .timeout(limits.request_time)
        // Shorter than any server's keep-alive in practice: a connection closed by an idle server would look like an
        // answer that never came.
        .pool_idle_timeout(Duration::from_millis(900))
        .user_agent(concat!("hookproof/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .tls_backend_preconfigured(tls);
    builder = if transport.http2 {
        builder.http2_prior_knowledge()
    } else {
        builder.http1_only().http1_title_case_headers()
    };
    if let Some(idle) = idle {
        builder = builder.pool_max_idle_per_host(idle);
    }
    if let Some(url) = &transport.proxy {
        let proxy = reqwest::Proxy::all(url).map_err(|error| {
            let (url, reason) = (without_credentials(url), chain(&error));
            WireError {
                reason: TransportError::Proxy { url, reason }.to_string(),
            }
        })?;
        builder = builder.proxy(proxy);
    }
    Ok(builder)
}
