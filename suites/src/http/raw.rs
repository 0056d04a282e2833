//! A client that writes exactly what it is given: for header spelling and for what one connection carries.

use std::sync::Arc;

use bytes::Bytes;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::base_url::BaseUrl;
use super::exchange::{NoAnswer, NoAnswerKind, Response};
use super::proxy::HttpProxy;
use super::request::{Framing, Request};
use super::wire::{Limits, latin1};

/// Longest head of an answer that is read.
const HEAD_LIMIT_BYTES: usize = 64 * 1024;

/// What a connection runs over: a plain socket, or TLS on one.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// How connections are made.
#[derive(Debug)]
pub(super) struct Dial<'w> {
    pub(super) base: &'w BaseUrl,
    pub(super) tls: Option<&'w Arc<ClientConfig>>,
    pub(super) proxy: Option<&'w HttpProxy>,
    pub(super) fields: &'w [(String, String)],
    pub(super) limits: Limits,
}

/// One connection; opened with the first request.
#[derive(Default)]
pub(super) struct Connection {
    stream: Option<Box<dyn Duplex>>,
}

impl Connection {
    /// Whether another request can follow.
    pub(super) fn is_open(&self) -> bool {
        self.stream.is_some()
    }

    /// Writes one request and reads its answer, both at the same time: a target may answer before it has read
    /// everything.
    pub(super) async fn send(&mut self, dial: &Dial<'_>, request: &Request) -> Result<Response, NoAnswer> {
        let time = dial.limits.request_time;
        if let Ok(answer) = timeout(time, self.send_without_limit(dial, request)).await {
            answer
        } else {
            self.stream = None;
            Err(NoAnswer {
                kind: NoAnswerKind::TimedOut,
                detail: format!("nothing complete within {time:?}"),
            })
        }
    }

    async fn send_without_limit(&mut self, dial: &Dial<'_>, request: &Request) -> Result<Response, NoAnswer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(dial).await?,
        };
        let mut bytes = serialize(dial.base, dial.fields, request);
        if let Some(proxy) = dial.proxy {
            bytes = proxy.addressed(dial.base, &bytes);
        }
        let (mut reader, mut writer) = tokio::io::split(&mut stream);
        let read = read_answer(&mut reader, &request.method, dial.limits);
        let write = async {
            if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
                // The target stopped reading; what it answered before that still counts. The reader sees the end.
            }
            std::future::pending::<std::convert::Infallible>().await
        };
        let (response, keep) = tokio::select! {
            answer = read => answer?,
            never = write => match never {},
        };
        if keep {
            self.stream = Some(stream);
        }
        Ok(response)
    }
}

pub(super) async fn connect(dial: &Dial<'_>) -> Result<Box<dyn Duplex>, NoAnswer> {
    let failed = |kind: NoAnswerKind, error: std::io::Error| NoAnswer {
        kind,
        detail: error.to_string(),
    };
    let base = dial.base;
    let stream = match dial.proxy {
        Some(proxy) => proxy.connect(base).await?,
        None => TcpStream::connect((base.host(), base.port()))
            .await
            .map_err(|error| failed(NoAnswerKind::Unreachable, error))?,
    };
    // Failing to switch Nagle's algorithm off costs time only.
    let _ = stream.set_nodelay(true);
    let Some(config) = dial.tls else {
        return Ok(Box::new(stream));
    };
    let name = ServerName::try_from(base.host().to_owned()).map_err(|error| NoAnswer {
        kind: NoAnswerKind::Tls,
        detail: error.to_string(),
    })?;
    let stream = TlsConnector::from(Arc::clone(config))
        .connect(name, stream)
        .await
        .map_err(|error| failed(NoAnswerKind::Tls, error))?;
    Ok(Box::new(stream))
}

/// The request as it goes over the wire, with these fields beside its own.
pub(super) fn serialize(base: &BaseUrl, fields: &[(String, String)], request: &Request) -> Vec<u8> {
    let mut out = Vec::with_capacity(512 + request.body.len());
    out.extend_from_slice(
        format!(
            "{} {}{} HTTP/1.1\r\nHost: {}\r\n",
            request.method,
            base.prefix(),
            request.target(),
            base.authority()
        )
        .as_bytes(),
    );
    out.extend_from_slice(concat!("User-Agent: hookproof/", env!("CARGO_PKG_VERSION"), "\r\n").as_bytes());
    let along = fields
        .iter()
        .filter(|(name, _)| request.header_value(name).is_none());
    for (name, value) in request.headers.iter().chain(along) {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    match request.framing {
        Framing::Fixed => {
            out.extend_from_slice(format!("Content-Length: {}\r\n\r\n", request.body.len()).as_bytes());
            out.extend_from_slice(&request.body);
        }
        Framing::Chunked(size) => {
            out.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
            for piece in request.body.chunks(size.max(1)) {
                out.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                out.extend_from_slice(piece);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b"0\r\n\r\n");
        }
    }
    out
}

fn closed(detail: &str) -> NoAnswer {
    NoAnswer {
        kind: NoAnswerKind::Closed,
        detail: detail.to_owned(),
    }
}

fn malformed(detail: String) -> NoAnswer {
    NoAnswer {
        kind: NoAnswerKind::Malformed,
        detail,
    }
}

/// A growing buffer over a reader.
struct Buffered<'r, R> {
    reader: &'r mut R,
    bytes: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Buffered<'_, R> {
    /// Reads more; `false` at the end of the stream.
    async fn fill(&mut self) -> Result<bool, NoAnswer> {
        match self.reader.read_buf(&mut self.bytes).await {
            Ok(count) => Ok(count > 0),
            Err(error) => Err(closed(&format!("the connection broke: {error}"))),
        }
    }
}

struct Head {
    status: u16,
    headers: Vec<(String, String)>,
    length: usize,
    version: u8,
}

async fn read_answer<R: AsyncRead + Unpin>(
    reader: &mut R,
    method: &str,
    limits: Limits,
) -> Result<(Response, bool), NoAnswer> {
    let mut input = Buffered {
        reader,
        bytes: Vec::with_capacity(4096),
    };
    let head = loop {
        match parse_head(&input.bytes)? {
            Some(head) if (100..200).contains(&head.status) => {
                input.bytes.drain(..head.length);
            }
            Some(head) => break head,
            None if input.bytes.len() > HEAD_LIMIT_BYTES => {
                return Err(malformed(format!(
                    "the head of the answer exceeds {HEAD_LIMIT_BYTES} bytes"
                )));
            }
            None => {
                if !input.fill().await? {
                    let what = if input.bytes.is_empty() {
                        "without a byte"
                    } else {
                        "within the head"
                    };
                    return Err(closed(&format!("the target closed the connection {what}")));
                }
            }
        }
    };
    input.bytes.drain(..head.length);
    let field = |name: &str| {
        head.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.to_ascii_lowercase())
    };
    let connection = field("connection").unwrap_or_default();
    let mut keep = if head.version == 0 {
        connection.contains("keep-alive")
    } else {
        !connection.contains("close")
    };
    let chunked = field("transfer-encoding").is_some_and(|value| value.contains("chunked"));
    let (body, cut) = if method == "HEAD" || matches!(head.status, 204 | 304) {
        (Vec::new(), false)
    } else if chunked {
        read_chunks(&mut input, limits.response_bytes).await?
    } else if let Some(length) = field("content-length") {
        let length: usize = length
            .trim()
            .parse()
            .map_err(|_| malformed(format!("Content-Length is `{length}`")))?;
        let wanted = length.min(limits.response_bytes);
        while input.bytes.len() < wanted {
            if !input.fill().await? {
                return Err(closed("the target closed the connection within the body"));
            }
        }
        input.bytes.truncate(wanted);
        (input.bytes, length > wanted)
    } else {
        keep = false;
        while input.bytes.len() < limits.response_bytes && input.fill().await? {}
        let cut = input.bytes.len() > limits.response_bytes;
        input.bytes.truncate(limits.response_bytes);
        (input.bytes, cut)
    };
    keep &= !cut;
    Ok((
        Response {
            status: head.status,
            headers: head.headers,
            body: Bytes::from(body),
            cut,
        },
        keep,
    ))
}

fn parse_head(bytes: &[u8]) -> Result<Option<Head>, NoAnswer> {
    let mut fields = [httparse::EMPTY_HEADER; 128];
    let mut response = httparse::Response::new(&mut fields);
    match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => Ok(Some(Head {
            status: response.code.unwrap_or_default(),
            headers: response
                .headers
                .iter()
                .map(|h| (h.name.to_owned(), latin1(h.value)))
                .collect(),
            length,
            version: response.version.unwrap_or(1),
        })),
        Ok(httparse::Status::Partial) => Ok(None),
        Err(error) => Err(malformed(format!("the answer is not HTTP: {error}"))),
    }
}

async fn read_chunks<R: AsyncRead + Unpin>(
    input: &mut Buffered<'_, R>,
    limit: usize,
) -> Result<(Vec<u8>, bool), NoAnswer> {
    let mut body = Vec::new();
    loop {
        match httparse::parse_chunk_size(&input.bytes) {
            Ok(httparse::Status::Complete((at, size))) => {
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                if body.len().saturating_add(size) > limit {
                    return Ok((body, true));
                }
                let end = at + size + 2;
                while input.bytes.len() < end {
                    if !input.fill().await? {
                        return Err(closed("the target closed the connection within a chunk"));
                    }
                }
                if size == 0 {
                    return Ok((body, false));
                }
                body.extend_from_slice(&input.bytes[at..at + size]);
                input.bytes.drain(..end);
            }
            Ok(httparse::Status::Partial) => {
                if !input.fill().await? {
                    return Err(closed("the target closed the connection within the body"));
                }
            }
            Err(_) => return Err(malformed("a chunk size is not a number".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST_LIMITS: Limits = Limits {
        request_time: std::time::Duration::from_secs(5),
        response_bytes: 64,
    };

    fn read(bytes: &[u8]) -> Result<(Response, bool), NoAnswer> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut input = bytes;
        runtime.block_on(read_answer(&mut input, "POST", TEST_LIMITS))
    }

    #[test]
    fn fixed_chunked_and_closing_bodies_read_alike() {
        for answer in [
            "HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad\r\n\r\n{}",
        ] {
            let (response, _) = read(answer.as_bytes()).unwrap();
            assert_eq!(
                (response.status, &response.body[..]),
                (400, &b"{}"[..]),
                "{answer}"
            );
        }
    }

    #[test]
    fn cut_and_wrong_answers_are_named() {
        let kind = |answer: &str| read(answer.as_bytes()).unwrap_err().kind;
        assert_eq!(kind(""), NoAnswerKind::Closed);
        assert_eq!(
            kind("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"),
            NoAnswerKind::Closed
        );
        assert_eq!(kind("SSH-2.0-x\r\n\r\n"), NoAnswerKind::Malformed);
        assert_eq!(
            kind("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            NoAnswerKind::Malformed
        );
    }

    #[test]
    fn a_long_body_is_cut_at_the_limit() {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{}",
            "x".repeat(100_000)
        );
        let (response, keep) = read(answer.as_bytes()).unwrap();
        assert!(response.cut && !keep && response.body.len() == 64);
    }
}
