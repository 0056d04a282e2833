//! The mock as a responder for `wiremock`, to be mounted in other people's tests.
//!
//! `wiremock` answers an empty 404 to whatever matches no mock. Mount the responder for every request
//! (`Mock::given(wiremock::matchers::any())`), or a test that expects 404 passes when nothing is mounted.
//! It also parses the URL before the responder sees it, so that `/a/../b` arrives as `/b`.

use std::sync::Arc;

use bytes::Bytes;
use wiremock::{Request, Respond, ResponseTemplate};

use crate::{Fixtures, Mock, clock};

/// Answers as the mock does. Clones share what was received.
#[derive(Clone)]
pub struct Responder {
    mock: Arc<Mock>,
}

impl Responder {
    /// A responder with these fixtures and nothing received.
    pub fn new(fixtures: Fixtures) -> Self {
        Self {
            mock: Arc::new(Mock::new(fixtures)),
        }
    }

    /// The mock behind it, to read back what was received.
    pub fn mock(&self) -> &Mock {
        &self.mock
    }
}

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let url = &request.url;
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let mut received = http::Request::new(Bytes::copy_from_slice(&request.body));
        *received.method_mut() = request.method.clone();
        // A target that `http` refuses is one that no API owns, and so is the empty one.
        *received.uri_mut() = target.parse().unwrap_or_default();
        *received.headers_mut() = request.headers.clone();
        let reply = self.mock.respond(&received, clock::now());
        let mut template = ResponseTemplate::new(reply.response.status().as_u16())
            .append_header(crate::trace::HEADER_NAME, reply.trace.to_header_value());
        for (name, value) in reply.response.headers() {
            template = template.append_header(name, value);
        }
        let body = reply.response.into_body();
        if body.is_empty() {
            template
        } else {
            template.set_body_bytes(body.to_vec())
        }
    }
}
