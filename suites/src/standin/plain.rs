//! Stand-ins that answer one request at a time, served by `wiremock`.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use wiremock::matchers::any;
use wiremock::{MockServer, Request, Respond, ResponseTemplate};

use super::reference::Behind;

/// A stand-in, or the reference where there is none, as a responder.
struct Responder {
    behind: Behind,
    respond: Option<super::Respond>,
}

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let target = match request.url.query() {
            Some(query) => format!("{}?{query}", request.url.path()),
            None => request.url.path().to_owned(),
        };
        let mut received = http::Request::new(Bytes::copy_from_slice(&request.body));
        *received.method_mut() = request.method.clone();
        // A target that `http` refuses is one that no API owns, and so is the empty one.
        *received.uri_mut() = target.parse().unwrap_or_default();
        *received.headers_mut() = request.headers.clone();
        let _in_flight = self.behind.arrive();
        let reference = self.behind.reference(0, &[]);
        let response = match self.respond {
            Some(respond) => respond(&reference, received),
            None => reference.respond(&received),
        };
        let response = reference.dated(response);
        let mut template = ResponseTemplate::new(response.status().as_u16());
        for (name, value) in response.headers() {
            template = template.append_header(name, value);
        }
        let body = response.into_body();
        if body.is_empty() {
            template
        } else {
            template.set_body_bytes(body.to_vec())
        }
    }
}

/// A server on a loopback port of the system's choice, until it is dropped.
pub(super) struct Server {
    server: Option<MockServer>,
    runtime: tokio::runtime::Runtime,
}

impl Server {
    pub(super) fn start(behind: Behind, respond: Option<super::Respond>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let responder = Arc::new(Responder { behind, respond });
        let server = runtime.block_on(async {
            let server = MockServer::builder().disable_request_recording().start().await;
            // Whatever matches nothing would be answered by an empty 404 that is not the stand-in's.
            wiremock::Mock::given(any())
                .respond_with(Shared(responder))
                .mount(&server)
                .await;
            server
        });
        Ok(Self {
            server: Some(server),
            runtime,
        })
    }

    pub(super) fn url(&self) -> String {
        self.server.as_ref().map(MockServer::uri).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its end needs the runtime it was started on.
        let _guard = self.runtime.enter();
        drop(self.server.take());
    }
}

struct Shared(Arc<Responder>);

impl Respond for Shared {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.0.respond(request)
    }
}
