//! Reads requests off a connection, whole and with their instants, and tells what is none.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::sender::request::Received;

/// Longest head, in bytes, and most headers.
const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 128;

/// How much of a body is held: above the largest documented limit, so that what is too long is seen as such.
const MAX_HELD_BYTES: usize = 2 * 1024 * 1024;

/// Longest body that is read at all.
const MAX_BODY_BYTES: u64 = 64 * 1024 * 1024;

/// How long a request may take once its first byte is there, in real time.
const MAX_ARRIVAL: Duration = Duration::from_secs(30);

/// A request, and when its parts were there.
pub(crate) struct Incoming {
    pub(crate) received: Received,
    pub(crate) head: Duration,
    pub(crate) body_end: Duration,
    pub(crate) keep_alive: bool,
}

/// Why there is no request.
#[derive(Debug)]
pub(crate) enum NoRequest {
    /// The client closed the connection between two requests.
    Closed,
    /// What arrived is no request, told with what began it.
    Garbage(String, Vec<u8>),
    /// The head of a request came and its body did not; the method and the target.
    Cut(Method, String),
}

impl From<io::Error> for NoRequest {
    fn from(_: io::Error) -> Self {
        // A reset is a close in other words.
        Self::Closed
    }
}

/// One connection.
pub(crate) struct Intake<S> {
    stream: S,
    buffer: BytesMut,
    /// Method and target of the request whose body is being read.
    reading: Option<(Method, String)>,
}

struct Head {
    parts: http::request::Parts,
    length: Length,
    keep_alive: bool,
    wants_continue: bool,
}

#[derive(Clone, Copy)]
enum Length {
    Fixed(u64),
    Chunked,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Intake<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
            reading: None,
        }
    }

    pub(crate) fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    pub(crate) fn into_stream(self) -> S {
        self.stream
    }

    /// The next request.
    pub(crate) async fn next(&mut self, now: impl Fn() -> Duration) -> Result<Incoming, NoRequest> {
        if self.buffer.is_empty() && !self.fill().await? {
            return Err(NoRequest::Closed);
        }
        let arrival = tokio::time::timeout(MAX_ARRIVAL, self.arrive(now)).await;
        match (arrival, self.reading.take()) {
            (Ok(Err(NoRequest::Closed)) | Err(_), Some((method, target))) => {
                Err(NoRequest::Cut(method, target))
            }
            (Ok(result), _) => result,
            (Err(_), None) => Err(self.garbage("a head that never came to its end")),
        }
    }

    async fn arrive(&mut self, now: impl Fn() -> Duration) -> Result<Incoming, NoRequest> {
        let head = self.head().await?;
        let head_at = now();
        self.reading = Some((head.parts.method.clone(), head.parts.uri.to_string()));
        if head.wants_continue {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            self.stream.flush().await?;
        }
        let (held, body_bytes) = match head.length {
            Length::Fixed(length) => self.fixed(length).await?,
            Length::Chunked => self.chunked().await?,
        };
        Ok(Incoming {
            received: Received {
                request: Request::from_parts(head.parts, held),
                body_bytes,
            },
            head: head_at,
            body_end: now(),
            keep_alive: head.keep_alive,
        })
    }

    async fn fill(&mut self) -> io::Result<bool> {
        self.buffer.reserve(8 * 1024);
        Ok(self.stream.read_buf(&mut self.buffer).await? > 0)
    }

    async fn head(&mut self) -> Result<Head, NoRequest> {
        loop {
            match parse_head(&self.buffer) {
                Ok(Some((length, head))) => {
                    let _ = self.buffer.split_to(length);
                    return Ok(head);
                }
                Ok(None) if self.buffer.len() > MAX_HEAD_BYTES => {
                    return Err(self.garbage("a head of more than 64 KiB"));
                }
                Ok(None) => {
                    if !self.fill().await? {
                        return Err(self.garbage("half a head, and then the end"));
                    }
                }
                Err(what) => return Err(self.garbage(&what)),
            }
        }
    }

    fn garbage(&self, what: &str) -> NoRequest {
        NoRequest::Garbage(what.to_owned(), self.buffer.to_vec())
    }

    async fn fixed(&mut self, length: u64) -> Result<(Bytes, u64), NoRequest> {
        if length > MAX_BODY_BYTES {
            return Err(self.garbage(&format!("a body of {length} bytes, more than is read")));
        }
        let mut held = BytesMut::new();
        self.take(length, &mut held).await?;
        Ok((held.freeze(), length))
    }

    /// Moves so many bytes on, and holds them as far as they are held.
    async fn take(&mut self, length: u64, held: &mut BytesMut) -> Result<(), NoRequest> {
        let mut left = length;
        while left > 0 {
            if self.buffer.is_empty() && !self.fill().await? {
                return Err(NoRequest::Closed);
            }
            let size = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len());
            let piece = self.buffer.split_to(size);
            let room = MAX_HELD_BYTES.saturating_sub(held.len()).min(size);
            held.extend_from_slice(&piece[..room]);
            left -= size as u64;
        }
        Ok(())
    }

    async fn line(&mut self) -> Result<String, NoRequest> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.buffer.split_to(end + 2);
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if self.buffer.len() > MAX_HEAD_BYTES {
                return Err(self.garbage("a line of more than 64 KiB in a chunked body"));
            }
            if !self.fill().await? {
                return Err(NoRequest::Closed);
            }
        }
    }

    async fn chunked(&mut self) -> Result<(Bytes, u64), NoRequest> {
        let mut held = BytesMut::new();
        let mut total = 0;
        loop {
            let line = self.line().await?;
            let size = line.split(';').next().unwrap_or("").trim();
            let Ok(size) = u64::from_str_radix(size, 16) else {
                return Err(NoRequest::Garbage(
                    "a chunk without a size".to_owned(),
                    line.into_bytes(),
                ));
            };
            if size == 0 {
                // Trailers, up to the empty line.
                while !self.line().await?.is_empty() {}
                return Ok((held.freeze(), total));
            }
            total += size;
            if total > MAX_BODY_BYTES {
                return Err(self.garbage("a body of more bytes than are read"));
            }
            self.take(size, &mut held).await?;
            if !self.line().await?.is_empty() {
                return Err(self.garbage("a chunk that is longer than its size"));
            }
        }
    }
}

/// The head at the beginning of `bytes` and its length; `None` where it is not all there.
fn parse_head(bytes: &[u8]) -> Result<Option<(usize, Head)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(format!("no HTTP/1 request ({error})")),
    };
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = Method::from_bytes(parsed.method.unwrap_or("").as_bytes())
        .map_err(|_| "a request without a method".to_owned())?;
    parts.uri = parsed
        .path
        .unwrap_or("")
        .parse::<Uri>()
        .map_err(|error| format!("a request target that is none ({error})"))?;
    for header in parsed.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes())
            .map_err(|_| "a header without a name".to_owned())?;
        let value = HeaderValue::from_bytes(header.value)
            .map_err(|_| format!("a value of {name} that no header may have"))?;
        parts.headers.append(name, value);
    }
    let tokens = |name: HeaderName| {
        let all: Vec<String> = parts
            .headers
            .get_all(name)
            .iter()
            .flat_map(|value| {
                String::from_utf8_lossy(value.as_bytes())
                    .to_ascii_lowercase()
                    .split(',')
                    .map(|token| token.trim().to_owned())
                    .collect::<Vec<_>>()
            })
            .collect();
        all
    };
    let connection = tokens(http::header::CONNECTION);
    let coding = tokens(http::header::TRANSFER_ENCODING);
    let length_header = tokens(http::header::CONTENT_LENGTH);
    let body = if coding.last().is_some_and(|coding| coding == "chunked") {
        Length::Chunked
    } else if coding.is_empty() {
        match &length_header[..] {
            [] => Length::Fixed(0),
            [first, rest @ ..] if rest.iter().all(|other| other == first) => Length::Fixed(
                first
                    .parse()
                    .map_err(|_| "a Content-Length that is no number".to_owned())?,
            ),
            _ => return Err("several Content-Lengths that differ".to_owned()),
        }
    } else {
        return Err("a Transfer-Encoding other than chunked".to_owned());
    };
    let keep_alive = match parsed.version {
        Some(1) => !connection.iter().any(|token| token == "close"),
        _ => connection.iter().any(|token| token == "keep-alive"),
    };
    let wants_continue = tokens(http::header::EXPECT)
        .iter()
        .any(|token| token == "100-continue");
    Ok(Some((
        length,
        Head {
            length: body,
            keep_alive,
            wants_continue,
            parts,
        },
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &'static [u8]) -> Vec<Result<Incoming, NoRequest>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (ours, mut theirs) = tokio::io::duplex(1 << 20);
            theirs.write_all(bytes).await.unwrap();
            theirs.shutdown().await.unwrap();
            let mut intake = Intake::new(ours);
            let mut all = Vec::new();
            loop {
                let next = intake.next(|| Duration::ZERO).await;
                let more = next.is_ok();
                all.push(next);
                if !more {
                    return all;
                }
            }
        })
    }

    #[test]
    fn fixed_and_chunked_requests_follow_each_other_on_one_connection() {
        let all = read(
            b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
              2\r\n[1\r\n1;x\r\n]\r\n0\r\nT: x\r\n\r\nGET /c HTTP/1.0\r\n\r\n",
        );
        let told: Vec<(String, &[u8], bool)> = all[..3]
            .iter()
            .map(|one| {
                let one = one.as_ref().unwrap_or_else(|error| panic!("{error:?}"));
                let request = &one.received.request;
                (request.uri().to_string(), &request.body()[..], one.keep_alive)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("/a".to_owned(), &b"{}"[..], true),
                ("/b".to_owned(), b"[1]", true),
                ("/c".to_owned(), b"", false)
            ]
        );
        assert!(matches!(all[3], Err(NoRequest::Closed)));
    }

    #[test]
    fn what_is_no_request_is_told() {
        for (bytes, expected) in [
            (&b"\x16\x03\x01\x02\x00\x01"[..], "no HTTP/1 request"),
            (b"POST /a HTTP/1.1\r\nContent-Length: x\r\n\r\n", "no number"),
            (
                b"POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "differ",
            ),
            (
                b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "without a size",
            ),
            (b"POST /a HTTP/1.1\r\nHost", "half a head"),
        ] {
            let mut all = read(bytes);
            match all.pop() {
                Some(Err(NoRequest::Garbage(what, _))) => assert!(what.contains(expected), "{what}"),
                other => panic!("{:?}", other.map(Result::err)),
            }
        }
        let cut = read(b"POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}");
        assert!(matches!(&cut[0], Err(NoRequest::Cut(_, target)) if target == "/a"));
    }
}
