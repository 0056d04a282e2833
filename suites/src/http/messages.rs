//! Where messages begin and end among bytes that may be none: requests, the fields they lack, and answers that are whole.

use std::ops::Range;

use super::transport::Transport;

/// Most header fields of a message that are looked at.
const MOST_FIELDS: usize = 128;

/// The method of a request as it stands; the first word.
pub(super) fn method(request: &[u8]) -> &[u8] {
    request.split(u8::is_ascii_whitespace).next().unwrap_or_default()
}

/// The request with the fields of the transport that it lacks, at the end of its head. What is no request stays as it is.
pub(super) fn with_fields(request: &[u8], transport: &Transport) -> Vec<u8> {
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
pub(super) fn requests(bytes: &[u8]) -> Vec<Range<usize>> {
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
pub(super) fn answered(bytes: &[u8], methods: &[&[u8]]) -> bool {
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
}
