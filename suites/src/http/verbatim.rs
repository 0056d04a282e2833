//! Requests as bytes: sent as they stand, and the bytes that come back. What no client library would send can be sent so.

use std::ops::Range;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::base_url::BaseUrl;
use super::exchange::{NoAnswer, NoAnswerKind};
use super::raw::{self, Dial};
use super::request::Request;
use super::transport::{RUN_HEADER, Transport};
use super::wire::Limits;
use super::{Redactor, Spelling};
use crate::http::Framing;

/// Most header fields of a message that are looked at.
const MOST_FIELDS: usize = 128;

/// What came back, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// Every byte, up to the limit.
    pub(crate) bytes: Vec<u8>,
    /// How it ended.
    pub(crate) end: End,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Every request has its whole answer.
    Answered,
    /// The target closed the connection, after the last answer or before.
    Closed,
    /// Nothing more came in time.
    TimedOut,
    /// More came than is read.
    TooLong,
}

/// Sends the bytes on one connection: all at once, or with `one_by_one` each request after the answer to the one before. The
/// fields of the transport go along with each request that is one and lacks them; a proxy gets the whole URL.
///
/// # Errors
/// No connection could be made.
pub(crate) async fn send(
    base: &BaseUrl,
    transport: &Transport,
    limits: Limits,
    bytes: &[u8],
    one_by_one: bool,
) -> Result<Received, NoAnswer> {
    let failed = |detail: String| NoAnswer {
        kind: NoAnswerKind::Tls,
        detail,
    };
    let tls = transport
        .tls(base.is_tls(), &[b"http/1.1"])
        .map_err(|error| failed(error.to_string()))?;
    let tls = base.is_tls().then(|| Arc::new(tls));
    let proxy = transport
        .http_proxy()
        .map_err(|error| failed(error.to_string()))?;
    let dial = Dial {
        base,
        tls: tls.as_ref(),
        proxy: proxy.as_ref(),
        fields: &[],
        limits,
    };
    let late = || NoAnswer {
        kind: NoAnswerKind::Unreachable,
        detail: format!("no connection within {:?}", limits.request_time),
    };
    let stream = timeout(limits.request_time, raw::connect(&dial))
        .await
        .map_err(|_| late())??;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let requests = requests(bytes);
    let methods: Vec<&[u8]> = requests
        .iter()
        .map(|range| method(&bytes[range.clone()]))
        .collect();
    let written = requests.iter().map(|range| {
        let request = with_fields(&bytes[range.clone()], transport);
        match &proxy {
            Some(proxy) => proxy.addressed(base, &request),
            None => request,
        }
    });
    let mut received = Vec::new();
    let rounds: Vec<(Vec<u8>, usize)> = if one_by_one {
        written.zip(1..).collect()
    } else {
        vec![(written.flatten().collect(), methods.len())]
    };
    let mut end = End::Answered;
    for (round, answers) in rounds {
        let write = async {
            // A target that stops reading may have answered; the reader sees what there is.
            let _ = writer.write_all(&round).await;
            let _ = writer.flush().await;
            std::future::pending::<std::convert::Infallible>().await
        };
        let read = timeout(
            limits.request_time,
            read(
                &mut reader,
                &mut received,
                &methods[..answers],
                limits.response_bytes,
            ),
        );
        end = tokio::select! {
            end = read => end.unwrap_or(End::TimedOut),
            never = write => match never {},
        };
        if end != End::Answered {
            break;
        }
    }
    Ok(Received { bytes: received, end })
}

/// Reads until every one of the requests has its answer, and whatever the target sends with the last of them.
async fn read(
    reader: &mut (impl AsyncRead + Unpin),
    received: &mut Vec<u8>,
    methods: &[&[u8]],
    most: usize,
) -> End {
    loop {
        if answered(received, methods) {
            return End::Answered;
        }
        if received.len() >= most {
            received.truncate(most);
            return End::TooLong;
        }
        match reader.read_buf(received).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return End::Closed,
        }
    }
}

/// The method of a request as it stands; the first word.
fn method(request: &[u8]) -> &[u8] {
    request.split(u8::is_ascii_whitespace).next().unwrap_or_default()
}

/// The request with the fields of the transport that it lacks, at the end of its head. What is no request stays as it is.
fn with_fields(request: &[u8], transport: &Transport) -> Vec<u8> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut parsed = httparse::Request::new(&mut fields);
    let Ok(httparse::Status::Complete(head)) = parsed.parse(request) else {
        return request.to_vec();
    };
    if !request[..head].ends_with(b"\r\n\r\n") {
        return request.to_vec();
    }
    let has = |name: &str| {
        parsed
            .headers
            .iter()
            .any(|field| field.name.eq_ignore_ascii_case(name))
    };
    let added: String = transport
        .fields()
        .filter(|(name, _)| !has(name))
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let (head, rest) = request.split_at(head - 2);
    [head, added.as_bytes(), rest].concat()
}

/// The requests among the bytes. Whatever is none, or is not whole, is taken together as the last.
fn requests(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
        let mut request = httparse::Request::new(&mut fields);
        let length = match request.parse(&bytes[at..]) {
            Ok(httparse::Status::Complete(head)) => {
                let body = body_length(&bytes[at + head..], request.headers, false);
                body.and_then(|body| head.checked_add(body))
            }
            _ => None,
        };
        let end = length
            .and_then(|length| at.checked_add(length))
            .filter(|end| *end <= bytes.len())
            .unwrap_or(bytes.len());
        found.push(at..end);
        at = end;
    }
    found
}

/// Whether there is a whole answer for each method.
fn answered(bytes: &[u8], methods: &[&[u8]]) -> bool {
    let mut rest = bytes;
    let mut methods = methods.iter();
    let mut next = methods.next();
    while let Some(method) = next {
        let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
        let mut response = httparse::Response::new(&mut fields);
        let Ok(httparse::Status::Complete(head)) = response.parse(rest) else {
            return false;
        };
        rest = &rest[head..];
        let status = response.code.unwrap_or_default();
        if (100..200).contains(&status) {
            continue;
        }
        if *method != b"HEAD" && !matches!(status, 204 | 304) {
            match body_length(rest, response.headers, true) {
                Some(length) if length <= rest.len() => rest = &rest[length..],
                _ => return false,
            }
        }
        next = methods.next();
    }
    true
}

/// How long a body is that begins here. `None` where it does not show, or not yet.
fn body_length(bytes: &[u8], fields: &[httparse::Header<'_>], to_the_end: bool) -> Option<usize> {
    let field = |name: &str| {
        let mut named = fields
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case(name));
        named
            .next()
            .map(|field| String::from_utf8_lossy(field.value).to_ascii_lowercase())
    };
    if field("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        return chunks_length(bytes);
    }
    match field("content-length") {
        Some(length) => length.trim().parse().ok(),
        None => (!to_the_end).then_some(0),
    }
}

fn chunks_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let Ok(httparse::Status::Complete((head, size))) = httparse::parse_chunk_size(bytes.get(at..)?)
        else {
            return None;
        };
        at = at.checked_add(head)?;
        if size == 0 {
            // Trailer fields, and the empty line after them.
            loop {
                let rest = bytes.get(at..)?;
                let line = rest.windows(2).position(|pair| pair == b"\r\n")?;
                at += line + 2;
                if line == 0 {
                    return Some(at);
                }
            }
        }
        at = at.checked_add(usize::try_from(size).ok()?)?.checked_add(2)?;
    }
}

/// Whether `curl` sends the request as it is meant. It writes a body in chunks of its own.
pub(crate) fn is_for_curl(request: &Request) -> bool {
    !matches!(request.framing, Framing::Chunked(size) if request.body.len() > size)
}

/// The shell command that sends these requests again on one connection, each after the answer to the one before. Secrets stand
/// as variables.
pub(crate) fn command(
    base: &BaseUrl,
    transport: &Transport,
    requests: &[&Request],
    redactor: &Redactor,
) -> String {
    let fields: Vec<(String, String)> = transport
        .fields()
        .filter(|(name, _)| *name != RUN_HEADER)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let bytes: Vec<u8> = requests
        .iter()
        .flat_map(|request| raw::serialize(base, &fields, request))
        .collect();
    let mut line = printf(&bytes, redactor);
    line.push_str(&format!(" | hookproof send - --target '{}'", base.origin()));
    if requests.len() > 1 {
        line.push_str(" --one-by-one");
    }
    line.push_str(&transport.send_options());
    line
}

/// A command that sends less than the run did, and says so in a comment of the shell: it can still be carried out.
pub(crate) fn in_part(command: &str, before: usize) -> String {
    let lost = match before {
        0 => "the chunks of its body".to_owned(),
        1 => "the request before it on its connection".to_owned(),
        count => format!("the {count} requests before it on its connection"),
    };
    format!("{command} # in part only: over this way no command sends {lost} as the run did")
}

/// The shell command that writes these bytes, in printable characters alone. Secrets stand as variables.
pub(super) fn printf(bytes: &[u8], redactor: &Redactor) -> String {
    let mut format = String::with_capacity(bytes.len());
    let mut variables = Vec::new();
    let mut at = 0;
    'bytes: while let Some(byte) = bytes.get(at) {
        for (value, variable) in redactor.pairs() {
            if bytes[at..].starts_with(value.as_bytes()) {
                format.push_str("%s");
                variables.push(variable.to_owned());
                at += value.len();
                continue 'bytes;
            }
        }
        match byte {
            b'\r' => format.push_str("\\r"),
            b'\n' => format.push_str("\\n"),
            b'\\' => format.push_str("\\\\"),
            b'%' => format.push_str("%%"),
            b'\'' => format.push_str("'\\''"),
            b' '..=b'~' => format.push(char::from(*byte)),
            _ => format.push_str(&format!("\\{byte:03o}")),
        }
        at += 1;
    }
    let mut line = format!("printf '{format}'");
    for variable in variables {
        line.push_str(&format!(" \"${variable}\""));
    }
    line
}

/// Whether `hookproof send` can send the request as it was sent.
pub(crate) fn is_exact(transport: &Transport, request: &Request) -> bool {
    transport.http_proxy().is_ok() && !transport.http2 && request.origin.is_none()
}

/// Whether letters of a header's name are the point.
pub(crate) fn is_spelled(request: &Request) -> bool {
    request.spelling == Spelling::Exact
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_and_what_is_none_stays_together() {
        let one = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}".as_slice();
        let two =
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\n\r\n".as_slice();
        let half = b"GET / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{".as_slice();
        let lengths = |bytes: &[u8]| {
            requests(bytes)
                .iter()
                .map(ExactSizeIterator::len)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            lengths(&[one, two, half].concat()),
            [one.len(), two.len(), half.len()]
        );
        assert_eq!(lengths(b"no HTTP\r\n\r\nat all"), [17]);
        assert_eq!(lengths(b""), [0; 0]);
        assert_eq!(method(two), b"POST");
    }

    #[test]
    fn an_answer_is_whole_when_its_framing_says_so() {
        let post: &[&[u8]] = &[b"POST"];
        for (text, whole) in [
            ("HTTP/1.1 100 Continue\r\n\r\n", false),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
                true,
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", false),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n",
                false,
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
                true,
            ),
            ("HTTP/1.1 200 OK\r\n\r\nto the end", false),
            ("HTTP/1.1 204 No Content\r\n\r\n", true),
            ("SSH-2.0", false),
        ] {
            assert_eq!(answered(text.as_bytes(), post), whole, "{text}");
        }
        let head: &[&[u8]] = &[b"HEAD", b"POST"];
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 201 A\r\nContent-Length: 0\r\n\r\n";
        assert!(answered(text, head));
        let huge = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\na";
        assert!(!answered(huge, post));
    }

    #[test]
    fn a_command_holds_every_byte_and_no_secret() {
        let redactor = Redactor::new([("s3cret".to_owned(), "HOOKPROOF_POLYAI_KEY".to_owned())]);
        let base = BaseUrl::parse("http://127.0.0.1:1/gate").unwrap();
        let first = Request::new("POST", "/v1").header("X-Api-Key", "s3cret");
        let second = Request::new("GET", "/a").body("text/plain", &b"50% o'\\\xff\0"[..]);
        let line = command(&base, &Transport::default(), &[&first, &second], &redactor);
        assert!(
            line.starts_with("printf 'POST /gate/v1 HTTP/1.1\\r\\nHost: 127.0.0.1:1\\r\\n"),
            "{line}"
        );
        assert!(
            line.contains("X-Api-Key: %s\\r\\n")
                && line.contains("50%% o'\\''\\\\\\377\\000' \"$HOOKPROOF_POLYAI_KEY\""),
            "{line}"
        );
        assert!(
            line.ends_with(" | hookproof send - --target 'http://127.0.0.1:1' --one-by-one"),
            "{line}"
        );
        assert!(!line.contains("s3cret"));
    }

    #[test]
    fn what_no_command_says_is_marked() {
        let transport = |proxy: Option<&str>, http2| Transport {
            proxy: proxy.map(str::to_owned),
            http2,
            ..Transport::default()
        };
        let request = Request::new("POST", "/");
        assert!(is_exact(&transport(None, false), &request));
        assert!(is_exact(&transport(Some("http://proxy:3128"), false), &request));
        assert!(!is_exact(&transport(Some("https://proxy"), false), &request));
        assert!(!is_exact(&transport(None, true), &request));
        assert_eq!(
            in_part("curl --http2 http://h", 2),
            "curl --http2 http://h # in part only: over this way no command sends the 2 requests before it on its \
             connection as the run did"
        );
    }

    #[test]
    fn fields_are_added_to_requests_that_lack_them() {
        let transport = Transport {
            headers: vec![("X-A".into(), "1".into()), ("X-B".into(), "2".into())],
            ..Transport::default()
        };
        let with = |text: &str| String::from_utf8(with_fields(text.as_bytes(), &transport)).unwrap();
        assert_eq!(
            with("POST / HTTP/1.1\r\nx-a: 0\r\n\r\nbody"),
            "POST / HTTP/1.1\r\nx-a: 0\r\nX-B: 2\r\n\r\nbody"
        );
        for other in ["POST / HTTP/1.1\r\nHost", "\0\r\n\r\n", "GET / HTTP/1.1\n\n"] {
            assert_eq!(with(other), other);
        }
    }

    #[test]
    fn many_chunks_are_not_for_curl() {
        let chunked = |size| {
            Request::new("POST", "/")
                .body("a/b", "abc")
                .framing(Framing::Chunked(size))
        };
        assert!(is_for_curl(&chunked(3)) && !is_for_curl(&chunked(2)));
    }
}
