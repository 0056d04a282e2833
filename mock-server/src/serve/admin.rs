//! What the server tells about itself, outside the paths of the APIs. Secrets are masked in all of it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Json};
use axum::routing::{get, post};
use http::header::{CACHE_CONTROL, HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_service::Service as _;

use super::is_loopback;
use crate::Mock;

/// The routes below [`ADMIN_PREFIX`](super::ADMIN_PREFIX).
pub(super) fn router(mock: Arc<Mock>) -> Router {
    Router::new()
        .route("/_hookproof/health", get(health))
        .route("/_hookproof/events", get(events))
        .route("/_hookproof/journal", get(journal))
        .route("/_hookproof/reset", post(reset))
        .fallback(async || refused(StatusCode::NOT_FOUND, "no such admin route"))
        .with_state(mock)
}

/// Why a request to an admin route is refused, unless the routes are open to all: it comes from another machine, or a
/// page of somebody else's made a browser on this one send it.
pub(super) fn refusal<B>(request: &Request<B>, peer: IpAddr, is_open: bool) -> Option<&'static str> {
    if is_open {
        None
    } else if !is_loopback(peer) {
        Some(
            "admin routes answer to the machine of the mock only; start it with --open-admin to open them to all",
        )
    } else if !is_from_here(request) {
        Some("admin routes answer to the name of this machine only")
    } else {
        None
    }
}

/// Answers a request to an admin route.
pub(super) async fn answer(
    router: &Router,
    request: Request<Incoming>,
    refusal: Option<&'static str>,
) -> Response<Body> {
    let mut response = if let Some(message) = refusal {
        refused(StatusCode::FORBIDDEN, message).into_response()
    } else {
        match router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether a request names this machine. A page that has its own name resolve to a loopback address reaches the
/// server, but still sends its own name; one that posts across sites sends its origin.
fn is_from_here<B>(request: &Request<B>) -> bool {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let host = match request.uri().authority() {
        Some(authority) => is_local(authority),
        None => header(HOST)
            .and_then(|host| host.parse().ok())
            .is_some_and(|host: Authority| is_local(&host)),
    };
    let several_hosts = request.headers().get_all(HOST).iter().nth(1).is_some();
    let foreign_origin = request.headers().contains_key(ORIGIN)
        && !header(ORIGIN)
            .and_then(|origin| origin.parse::<Uri>().ok())
            .is_some_and(|origin| origin.authority().is_some_and(is_local));
    host && !several_hosts && !foreign_origin
}

fn is_local(authority: &Authority) -> bool {
    let host = authority.host();
    let is_loopback = |host: &str| {
        host.parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
    };
    host.eq_ignore_ascii_case("localhost") || host == "[::1]" || is_loopback(host)
}

fn refused(status: StatusCode, message: &str) -> (StatusCode, Json<Value>) {
    (status, Json(json!({ "error_message": message })))
}

async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

#[derive(Deserialize)]
struct Choice {
    api: Option<String>,
}

/// `body` is the text of a body, `body_base64` stands in its place where it is not UTF-8.
async fn events(State(mock): State<Arc<Mock>>, Query(choice): Query<Choice>) -> Response<Body> {
    let known: Vec<&str> = mock.apis().iter().map(|api| api.id()).collect();
    let Some(id) = choice.api else {
        let message = format!("say which API: events?api={}", known.join("|"));
        return refused(StatusCode::BAD_REQUEST, &message).into_response();
    };
    let Some(api) = mock.api(&id) else {
        let message = format!("no such API; known are {}", known.join(", "));
        return refused(StatusCode::NOT_FOUND, &message).into_response();
    };
    Json(json!({ "api": id, "events": api.events(mock.secrets()) })).into_response()
}

async fn journal(State(mock): State<Arc<Mock>>) -> Json<Value> {
    let exchanges: Vec<Value> = mock
        .journal()
        .all()
        .iter()
        .map(|exchange| exchange.shown(mock.secrets()))
        .collect();
    Json(json!({ "exchanges": exchanges }))
}

async fn reset(State(mock): State<Arc<Mock>>) -> StatusCode {
    mock.reset();
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(uri: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_from_here(&request.body(()).unwrap())
    }

    #[test]
    fn the_names_of_this_machine_are_let_in() {
        for host in [
            "localhost",
            "LOCALHOST:4600",
            "127.0.0.1",
            "127.9.9.9:1",
            "[::1]",
            "[::1]:4600",
        ] {
            assert!(from("/", &[("host", host)]), "{host}");
        }
        assert!(from("http://localhost/", &[]));
        assert!(from(
            "/",
            &[("host", "localhost"), ("origin", "http://127.0.0.1:4600")]
        ));
    }

    #[test]
    fn other_machines_are_let_in_only_where_that_was_asked_for() {
        let request = Request::builder().header("host", "localhost").body(()).unwrap();
        let refused = |peer: &str, is_open| refusal(&request, peer.parse().unwrap(), is_open).is_some();
        for peer in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
            assert!(!refused(peer, false), "{peer}");
        }
        for peer in ["10.0.0.1", "192.168.1.5", "fe80::1", "::ffff:10.0.0.1", "0.0.0.0"] {
            assert!(refused(peer, false), "{peer}");
            assert!(!refused(peer, true), "{peer}");
        }
    }

    #[test]
    fn every_other_name_is_kept_out() {
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "",
            "a b",
            "0.0.0.0",
        ] {
            assert!(!from("/", &[("host", host)]), "{host}");
        }
        assert!(!from("/", &[]));
        assert!(!from("http://evil.example/", &[("host", "localhost")]));
        assert!(!from("/", &[("host", "localhost"), ("host", "evil.example")]));
        for origin in ["http://evil.example", "null", "file://"] {
            assert!(
                !from("/", &[("host", "localhost"), ("origin", origin)]),
                "{origin}"
            );
        }
    }
}
