//! The edge that sends: one runtime and one pooled client per worker, with every limit set.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt as _};

use super::base_url::BaseUrl;
use super::client::builder;
use super::exchange::{Exchange, NoAnswer, NoAnswerKind, Response};
use super::pace::Pace;
use super::proxy::HttpProxy;
use super::raw;
use super::request::{Framing, Request, Spelling};
use crate::conduct::Conduct;

/// RFC 6585 §4.
const TOO_MANY_REQUESTS: u16 = 429;

/// Bounds on one exchange.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first byte sent to the last byte received.
    pub request_time: Duration,
    /// How much of an answer's body is read.
    pub response_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_time: Duration::from_secs(10),
            response_bytes: 4 * 1024 * 1024,
        }
    }
}

/// The client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up: {reason}")]
pub struct WireError {
    pub(super) reason: String,
}

/// A sender of requests. Each worker has its own, so that a case's connections are nobody else's.
#[derive(Debug)]
pub struct Wire {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    /// As `client`, with a connection of its own for every request.
    unpooled: reqwest::Client,
    base: BaseUrl,
    limits: Limits,
    pace: Arc<Pace>,
    /// Fields that go along with every request.
    fields: Vec<(String, String)>,
    /// TLS of the client that writes exactly what it is given.
    tls: Option<Arc<rustls::ClientConfig>>,
    /// Whether anything was sent, so that a connection may be open to what comes next.
    has_sent: Cell<bool>,
    /// The proxy of that client.
    proxy: Option<HttpProxy>,
    /// Whether that client gets to the target: not through a proxy of another kind than HTTP, and not where HTTP/2 is spoken.
    can_be_exact: bool,
}

impl Wire {
    /// Sets a client up for a target that nothing special is known of; no connection is made yet.
    pub fn new(base: &BaseUrl, limits: Limits) -> Result<Self, WireError> {
        Self::under(base, limits, &Conduct::default())
    }

    /// Sets a client up; no connection is made yet.
    pub fn under(base: &BaseUrl, limits: Limits, conduct: &Conduct) -> Result<Self, WireError> {
        let failed = |reason: String| WireError { reason };
        let transport = &conduct.transport;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let protocols: &[&[u8]] = if transport.http2 { &[b"h2"] } else { &[b"http/1.1"] };
        let tls = transport
            .tls(base.is_tls(), protocols)
            .map_err(|error| failed(error.to_string()))?;
        let client = |idle| {
            let built = builder(limits, transport, tls.clone(), idle)?.build();
            built.map_err(|error| failed(chain(&error)))
        };
        let (pooled, unpooled) = (client(conduct.pace.bounds().idle())?, client(Some(0))?);
        let proxy = transport.http_proxy();
        let fields = transport
            .fields()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Ok(Self {
            runtime,
            client: pooled,
            unpooled,
            base: base.clone(),
            limits,
            pace: Arc::clone(&conduct.pace),
            fields,
            tls: base.is_tls().then(|| Arc::new(tls)),
            has_sent: Cell::new(false),
            can_be_exact: proxy.is_ok() && !transport.http2,
            proxy: proxy.ok().flatten(),
        })
    }

    /// Sends one request and waits for its answer.
    pub fn send(&self, request: Request) -> Exchange {
        self.runtime.block_on(self.exchange(1, request))
    }

    /// Sends many requests with at most `concurrency` in flight; the answers come in the order of the requests.
    pub fn send_all(&self, requests: Vec<Request>, concurrency: usize) -> Vec<Exchange> {
        let sends = requests
            .into_iter()
            .enumerate()
            .map(|(index, r)| self.exchange(index + 1, r));
        let most = self.pace.bounds().in_flight().unwrap_or(concurrency);
        self.runtime
            .block_on(stream::iter(sends).buffered(concurrency.clamp(1, most)).collect())
    }

    /// Sends requests one after the other on one connection. Ends early where the target closes it.
    pub fn send_on_one_connection(&self, requests: Vec<Request>) -> Vec<Exchange> {
        if !self.can_be_exact {
            // A pool of one keeps to one connection as well, as far as anybody can tell from here.
            return self.send_all(requests, 1);
        }
        self.runtime.block_on(async {
            let mut connection = raw::Connection::default();
            let mut done = Vec::new();
            for (index, request) in requests.into_iter().enumerate() {
                if index > 0 && !connection.is_open() {
                    break;
                }
                let (answer, elapsed) = if self.pace.turn().await {
                    self.timed(connection.send(&self.dial(), &request)).await
                } else {
                    (Err(halted()), Duration::ZERO)
                };
                // Said or not, it had closed the connection, and the request was lost on the way.
                let is_lost = matches!(&answer, Err(none) if none.kind == NoAnswerKind::Closed);
                if index > 0 && is_lost {
                    break;
                }
                done.push(Exchange {
                    number: index + 1,
                    request,
                    answer,
                    elapsed,
                });
            }
            done
        })
    }

    fn dial(&self) -> raw::Dial<'_> {
        raw::Dial {
            base: &self.base,
            tls: self.tls.as_ref(),
            proxy: self.proxy.as_ref(),
            fields: &self.fields,
            limits: self.limits,
        }
    }

    async fn exchange(&self, number: usize, request: Request) -> Exchange {
        let (mut answer, mut elapsed) = self.surely(&request).await;
        // A caller that is told to come back later does so, once.
        if let Ok(response) = &answer
            && response.status == TOO_MANY_REQUESTS
            && let Some(wait) = self.pace.patience(response)
        {
            tokio::time::sleep(wait).await;
            (answer, elapsed) = self.surely(&request).await;
        }
        Exchange {
            number,
            request,
            answer,
            elapsed,
        }
    }

    /// Sends a request, and sends it once more where it may have met the end of a connection that earlier requests had
    /// used: a server may close one after any answer, said or not (RFC 9112 §9.5). On a connection of its own it shows
    /// what it is answered.
    async fn surely(&self, request: &Request) -> (Result<Response, NoAnswer>, Duration) {
        let is_first = !self.has_sent.replace(true);
        let (answer, elapsed) = self.once(request).await;
        let is_lost = matches!(&answer, Err(none) if none.kind == NoAnswerKind::Closed);
        if is_first || !is_lost || !self.pace.turn().await {
            return (answer, elapsed);
        }
        if self.is_exactly_sendable(request) {
            let mut connection = raw::Connection::default();
            self.timed(connection.send(&self.dial(), request)).await
        } else {
            self.timed(self.usual(&self.unpooled, request)).await
        }
    }

    async fn once(&self, request: &Request) -> (Result<Response, NoAnswer>, Duration) {
        if !self.pace.turn().await {
            return (Err(halted()), Duration::ZERO);
        }
        if request.spelling == Spelling::Exact && self.is_exactly_sendable(request) {
            let mut connection = raw::Connection::default();
            self.timed(connection.send(&self.dial(), request)).await
        } else {
            self.timed(self.usual(&self.client, request)).await
        }
    }

    /// Whether the client that writes exactly what it is given gets to where this request goes.
    fn is_exactly_sendable(&self, request: &Request) -> bool {
        self.can_be_exact && request.origin.is_none()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this edge measures how long an exchange took"
    )]
    async fn timed<T>(&self, answer: impl Future<Output = T>) -> (T, Duration) {
        let start = Instant::now();
        let answer = answer.await;
        (answer, start.elapsed())
    }

    async fn usual(&self, client: &reqwest::Client, request: &Request) -> Result<Response, NoAnswer> {
        let origin = request.origin.as_deref().unwrap_or(self.base.as_str());
        let url = format!("{origin}{}", request.target());
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|error| not_sendable(&error.to_string()))?;
        let mut builder = client.request(method, url);
        for (name, value) in &request.headers {
            builder = builder.header(name.as_str(), value.as_bytes());
        }
        // An address that an answer gave need not be a place for them.
        let along = self.fields.iter().filter(|_| request.origin.is_none());
        for (name, value) in along.filter(|(name, _)| request.header_value(name).is_none()) {
            builder = builder.header(name.as_str(), value.as_str());
        }
        builder = match request.framing {
            Framing::Fixed => builder.body(request.body.clone()),
            Framing::Chunked(size) => {
                let body = request.body.clone();
                let pieces: Vec<Result<Bytes, std::convert::Infallible>> = (0..body.len())
                    .step_by(size.max(1))
                    .map(|start| Ok(body.slice(start..body.len().min(start + size.max(1)))))
                    .collect();
                builder.body(reqwest::Body::wrap_stream(stream::iter(pieces)))
            }
        };
        let mut response = builder.send().await.map_err(|error| self.classify(&error))?;
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), latin1(value.as_bytes())))
            .collect();
        let mut body = BytesMut::new();
        let mut cut = false;
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| self.classify_late(&error))?
        {
            let room = self.limits.response_bytes - body.len();
            if piece.len() > room {
                body.extend_from_slice(&piece[..room]);
                cut = true;
                break;
            }
            body.extend_from_slice(&piece);
        }
        Ok(Response {
            status,
            headers,
            body: body.freeze(),
            cut,
        })
    }

    /// What went wrong behind the head of an answer.
    fn classify_late(&self, error: &reqwest::Error) -> NoAnswer {
        let mut none = self.classify(error);
        if none.kind == NoAnswerKind::Closed {
            none.kind = NoAnswerKind::Cut;
        }
        none
    }

    fn classify(&self, error: &reqwest::Error) -> NoAnswer {
        let text = chain(error);
        if error.is_timeout() {
            return NoAnswer {
                kind: NoAnswerKind::TimedOut,
                detail: format!("nothing complete within {:?}", self.limits.request_time),
            };
        }
        let mut kind = if error.is_connect() {
            NoAnswerKind::Unreachable
        } else {
            NoAnswerKind::Closed
        };
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(inner) = source {
            let words = inner.to_string();
            let of_tls = words.contains("certificate")
                || words.contains("tls handshake")
                || words.contains("fatal alert");
            if inner.downcast_ref::<rustls::Error>().is_some() || of_tls {
                kind = NoAnswerKind::Tls;
            } else if inner
                .downcast_ref::<hyper::Error>()
                .is_some_and(hyper::Error::is_parse)
            {
                kind = NoAnswerKind::Malformed;
            }
            source = inner.source();
        }
        if error.is_builder() {
            return not_sendable(&text);
        }
        NoAnswer { kind, detail: text }
    }
}

fn halted() -> NoAnswer {
    NoAnswer {
        kind: NoAnswerKind::Withheld,
        detail: "the run had already stopped".to_owned(),
    }
}

fn not_sendable(reason: &str) -> NoAnswer {
    NoAnswer {
        kind: NoAnswerKind::Malformed,
        detail: format!("the request cannot be expressed: {reason}"),
    }
}

/// An error with what caused it, without the URL that the caller knows.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut source = Some(error);
    while let Some(inner) = source {
        let text = inner.to_string();
        // The outermost message only repeats the URL.
        if !text.starts_with("error sending request") && !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        source = inner.source();
    }
    if parts.is_empty() {
        error.to_string()
    } else {
        parts.join(": ")
    }
}

/// Header values may hold any byte; each becomes the character of its number.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_connection_is_unreachable() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        drop(listener);
        let wire = Wire::new(&base, Limits::default()).unwrap();
        for request in [Request::new("POST", "/"), Request::new("POST", "/").exact()] {
            let exchange = wire.send(request);
            assert_eq!(exchange.answer.unwrap_err().kind, NoAnswerKind::Unreachable);
        }
    }
}
