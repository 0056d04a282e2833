//! Stand-ins that know connections and other requests in flight, or misbehave below HTTP: a `hyper` server of our own.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::header::HOST;
use http::uri::Scheme;
use http::{Request, Response, Uri};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::rt::{Read, Write};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::reference::Behind;
use super::{Answer, Answers, Manner, Way, tls};

/// So long is each request held, so that those that are in flight together meet.
const HOLD: Duration = Duration::from_millis(1);

/// A server on a loopback port of the system's choice, until it is dropped.
pub(super) struct Server {
    url: String,
    /// Ends the tasks with it.
    _runtime: tokio::runtime::Runtime,
}

/// The connection is to be closed, in the middle of an answer or before it.
#[derive(Debug, thiserror::Error)]
#[error("the stand-in closes the connection")]
struct Closes;

impl Server {
    pub(super) fn start(behind: Behind, answers: Answers, way: Way) -> io::Result<Self> {
        let acceptor = match way {
            Way::Plain => None,
            Way::Tls | Way::Http2 => Some(tls::acceptor(way == Way::Http2)?),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr()?);
        let behind = Arc::new(behind);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = (Arc::clone(&behind), acceptor.clone());
                tokio::spawn(serve(stream, shared.0, answers, shared.1));
            }
        });
        Ok(Self {
            url,
            _runtime: runtime,
        })
    }

    pub(super) fn url(&self) -> String {
        self.url.clone()
    }
}

async fn serve(stream: TcpStream, behind: Arc<Behind>, answers: Answers, acceptor: Option<TlsAcceptor>) {
    // A failure costs speed and nothing else.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = acceptor else {
        let fields = header_fields(&stream).await;
        return converse(TokioIo::new(stream), behind, answers, fields, None).await;
    };
    // A client that does not get through TLS has no request to answer.
    if let Ok(stream) = acceptor.accept(stream).await {
        let protocol = stream.get_ref().1.alpn_protocol().unwrap_or_default().to_vec();
        let fields = Vec::new();
        converse(TokioIo::new(stream), behind, answers, fields, Some(&protocol)).await;
    }
}

/// Answers the requests of one connection; the protocol is what TLS agreed on, where there is TLS.
async fn converse(
    stream: impl Read + Write + Unpin + Send + 'static,
    behind: Arc<Behind>,
    answers: Answers,
    fields: Vec<String>,
    protocol: Option<&[u8]>,
) {
    let earlier = Arc::new(AtomicU64::new(0));
    let fields = Arc::new(fields);
    let is_tls = protocol.is_some();
    let service = service_fn(move |request| {
        let (behind, earlier, fields) = (Arc::clone(&behind), Arc::clone(&earlier), Arc::clone(&fields));
        async move {
            let earlier = earlier.fetch_add(1, Ordering::Relaxed);
            let fields = if earlier == 0 { fields.as_slice() } else { &[] };
            let request = if is_tls { with_scheme(request) } else { request };
            answer(&behind, earlier, fields, answers, request).await
        }
    });
    // What goes wrong with a connection here is what the stand-in is for, or the client's own doing.
    if protocol == Some(tls::HTTP2) {
        let _ = http2::Builder::new(TokioExecutor::new())
            .serve_connection(stream, service)
            .await;
    } else {
        let _ = http1::Builder::new().serve_connection(stream, service).await;
    }
}

/// The request with all of its address: over TLS the reference says `https` in what it answers.
fn with_scheme<B>(mut request: Request<B>) -> Request<B> {
    let mut parts = request.uri().clone().into_parts();
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    parts.authority = parts.authority.or_else(|| host?.parse().ok());
    parts.scheme = Some(Scheme::HTTPS);
    // A target that is no address, such as `*`, stays as it is.
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

/// The header fields of the first request, as they arrive: `hyper` tells names in lower case, and values trimmed.
async fn header_fields(stream: &TcpStream) -> Vec<String> {
    let mut start = [0; 4096];
    let length = stream.peek(&mut start).await.unwrap_or_default();
    String::from_utf8_lossy(&start[..length])
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

type Body = BoxBody<Bytes, Closes>;

async fn answer(
    behind: &Behind,
    earlier_on_connection: u64,
    fields: &[String],
    answers: Answers,
    request: Request<Incoming>,
) -> Result<Response<Body>, Closes> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Closes)?.to_bytes();
    let in_flight = behind.arrive();
    tokio::time::sleep(HOLD).await;
    let reference = behind.reference(earlier_on_connection, fields);
    let request = Request::from_parts(parts, body);
    let Answer { response, manner } = match answers {
        Answers::Plainly(respond) => respond(&reference, request).into(),
        Answers::InACrowd(misbehave) => misbehave(&reference, request),
    };
    let response = reference.dated(response);
    if let Manner::Late(delay) = manner {
        tokio::time::sleep(delay).await;
    }
    drop(in_flight);
    match manner {
        Manner::Whole | Manner::Late(_) => Ok(response.map(whole)),
        Manner::InChunks(bytes) => Ok(response.map(|body| in_chunks(&body, bytes))),
        Manner::CutAfter(bytes) => Ok(response.map(|body| cut(&body, bytes))),
        Manner::NotAtAll => Err(Closes),
    }
}

fn whole(body: Bytes) -> Body {
    Full::new(body)
        .map_err(|never: Infallible| match never {})
        .boxed()
}

fn cut(body: &Bytes, bytes: usize) -> Body {
    let start = body.slice(..bytes.min(body.len()));
    BodyExt::boxed(StreamBody::new(stream::iter([
        Ok(Frame::data(start)),
        Err(Closes),
    ])))
}

fn in_chunks(body: &Bytes, bytes: usize) -> Body {
    let pieces: Vec<_> = (0..body.len())
        .step_by(bytes)
        .map(|start| Ok(Frame::data(body.slice(start..body.len().min(start + bytes)))))
        .collect();
    BodyExt::boxed(StreamBody::new(stream::iter(pieces)))
}
