//! One connection: from `hyper` to the core and back.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, EXPECT};
use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::body::{self, Terms};
use super::log::Thread;
use super::pieces;
use super::stop::Stop;
use super::{ADMIN_PREFIX, Options, admin};
use crate::journal::Exchange;
use crate::mock::Intake;
use crate::{Mock, clock, trace};

const TRACE: HeaderName = HeaderName::from_static(trace::HEADER_NAME);

/// Smallest read buffer that `hyper` accepts, in bytes.
const MIN_BUFFER_BYTES: usize = 8192;

/// An answer of the core, or one of the admin router.
pub(super) type Body = Either<Full<Bytes>, axum::body::Body>;

/// What all connections of a server have in common.
pub(super) struct Shared {
    pub(super) mock: Arc<Mock>,
    pub(super) options: Options,
    pub(super) log: Option<Thread>,
    admin: axum::Router,
}

impl Shared {
    pub(super) fn new(mock: Arc<Mock>, options: Options, log: Option<Thread>) -> Self {
        let admin = admin::router(Arc::clone(&mock));
        Self {
            mock,
            options,
            log,
            admin,
        }
    }
}

/// The protocol settings of every connection.
pub(super) fn builder(options: &Options) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(options.head_timeout)
        .max_buf_size(options.head_limit_bytes.max(MIN_BUFFER_BYTES))
        .max_header_size(options.head_limit_bytes)
        // A client that has sent everything may close its side and still wants the answer.
        .half_close(true);
    builder
}

/// Serves a connection in a task of its own.
pub(super) fn spawn(
    stream: TcpStream,
    peer: IpAddr,
    builder: &http1::Builder,
    stop: Stop,
    shared: Arc<Shared>,
) {
    // Without this an answer may wait for the client's acknowledgement; a failure costs speed and nothing else.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(answer(&shared, peer, request).await) }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    // What is wrong with a connection concerns its client, who has been told by status or by the close.
    tokio::spawn(async move { drop(stop.watch(connection).await) });
}

async fn answer(shared: &Shared, peer: IpAddr, request: Request<Incoming>) -> Response<Body> {
    let path = request.uri().path();
    if path
        .strip_prefix(ADMIN_PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    {
        let refusal = admin::refusal(&request, peer, shared.options.open_admin);
        return admin::answer(&shared.admin, request, refusal)
            .await
            .map(Either::Right);
    }
    let (parts, body) = request.into_parts();
    let terms = Terms {
        limit_bytes: shared.options.body_limit_bytes,
        timeout: shared.options.body_timeout,
        sender_waits: parts.headers.contains_key(EXPECT),
    };
    let mut request = Request::from_parts(parts, Bytes::new());
    let mut streamed_bytes = None;
    let now;
    let (reply, is_read) = match shared.mock.intake(&request) {
        Intake::Whole => {
            let collected = body::collect(body, &terms).await;
            now = clock::now();
            match collected {
                Ok(body) => {
                    *request.body_mut() = body;
                    (shared.mock.respond(&request, now), true)
                }
                Err(fault) => (shared.mock.refuse(&request, fault), false),
            }
        }
        Intake::Pieces(mut sink) => {
            let (bytes, result) = pieces::pass_on(body, &mut *sink, &terms).await;
            streamed_bytes = Some(bytes);
            now = clock::now();
            match result {
                Ok(()) => (sink.finish(now), true),
                Err(fault) => (shared.mock.refuse(&request, fault), false),
            }
        }
        Intake::Refused(reply) => {
            let is_read = pieces::discard(body, &terms).await;
            now = clock::now();
            (reply, is_read)
        }
    };
    let (mut response, trace) = (reply.response, reply.trace);
    let trace_header = shared.options.trace_header.then(|| trace.to_header_value());
    let mut exchange = Exchange::new(&request, &response, trace, now);
    if let Some(bytes) = streamed_bytes {
        exchange = exchange.with_streamed_body(bytes);
    }
    let exchange = Arc::new(exchange);
    if let Some(log) = &shared.log {
        log.send(Arc::clone(&exchange));
    }
    shared.mock.journal().push(exchange);
    if let Some(value) = trace_header {
        response.headers_mut().insert(TRACE, value);
    }
    if !is_read {
        // What is left of the body cannot be told from a next request.
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response.map(|body| Either::Left(Full::new(body)))
}
