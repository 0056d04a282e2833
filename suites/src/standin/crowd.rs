//! Stand-ins that know connections and other requests in flight, or misbehave below HTTP: a `hyper` server of our own.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::reference::Behind;
use super::{Answer, Manner, Misbehave};

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
    pub(super) fn start(behind: Behind, misbehave: Misbehave) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let url = format!("http://{}", listener.local_addr()?);
        let behind = Arc::new(behind);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&behind), misbehave));
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

async fn serve(stream: TcpStream, behind: Arc<Behind>, misbehave: Misbehave) {
    // A failure costs speed and nothing else.
    let _ = stream.set_nodelay(true);
    let earlier = Arc::new(AtomicU64::new(0));
    let fields = Arc::new(header_fields(&stream).await);
    let service = service_fn(move |request| {
        let (behind, earlier, fields) = (Arc::clone(&behind), Arc::clone(&earlier), Arc::clone(&fields));
        async move {
            let earlier = earlier.fetch_add(1, Ordering::Relaxed);
            let fields = if earlier == 0 { fields.as_slice() } else { &[] };
            answer(&behind, earlier, fields, misbehave, request).await
        }
    });
    // What goes wrong with a connection here is what the stand-in is for, or the client's own doing.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
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
    misbehave: Misbehave,
    request: Request<Incoming>,
) -> Result<Response<Body>, Closes> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Closes)?.to_bytes();
    let in_flight = behind.arrive();
    tokio::time::sleep(HOLD).await;
    let reference = behind.reference(earlier_on_connection, fields);
    let Answer { response, manner } = misbehave(&reference, Request::from_parts(parts, body));
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
