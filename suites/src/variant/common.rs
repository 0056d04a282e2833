//! What any server may do, whichever API it serves.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, LOCATION, SERVER, SET_COOKIE, VARY};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::Variant;
use crate::standin::Answer;
use crate::standin::bend::{edited, labelled, visit, with_status};

/// All of them.
pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "more-header-fields",
        "sends header fields that no document names, as servers and gateways do",
        |reference, request| {
            let mut response = reference.respond(&request);
            for (name, value) in [
                (SERVER, "nginx"),
                (VARY, "Origin"),
                (CACHE_CONTROL, "no-store"),
                (SET_COOKIE, "affinity=1; Path=/; HttpOnly"),
                (
                    HeaderName::from_static("x-request-id"),
                    "0b7c1f6e-3d2a-4f7e-9b1d-2f6f8f0a9c11",
                ),
                (
                    HeaderName::from_static("strict-transport-security"),
                    "max-age=63072000",
                ),
                (HeaderName::from_static("x-content-type-options"), "nosniff"),
                (HeaderName::from_static("access-control-allow-origin"), "*"),
            ] {
                response
                    .headers_mut()
                    .append(name, HeaderValue::from_static(value));
            }
            response
        },
    ),
    Variant::new(
        "charset-parameter",
        "names the charset of its JSON",
        |reference, request| {
            let mut response = reference.respond(&request);
            let labelled = response
                .headers()
                .get(CONTENT_TYPE)
                .and_then(|value| value.to_str().ok());
            let with_charset = labelled
                .filter(|label| label.ends_with("json"))
                .and_then(|label| HeaderValue::from_str(&format!("{label}; charset=utf-8")).ok());
            if let Some(value) = with_charset {
                response.headers_mut().insert(CONTENT_TYPE, value);
            }
            response
        },
    ),
    Variant::new(
        "json-in-another-layout",
        "writes its JSON with indentation, and the members in another order",
        |reference, request| {
            let response = reference.respond(&request);
            match serde_json::from_slice::<Value>(response.body()) {
                Ok(mut value) if value.is_object() => {
                    visit(&mut value, &mut reverse);
                    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
                    response.map(|_| Bytes::from(text + "\n"))
                }
                _ => response,
            }
        },
    ),
    Variant::new(
        "json-in-ascii",
        "writes every character beyond ASCII as an escape, as some libraries do by default",
        |reference, request| reference.respond(&request).map(|body| in_ascii(&body)),
    ),
    Variant::new(
        "more-members",
        "adds members of its own to the JSON it answers with",
        |reference, request| {
            edited(reference.respond(&request), |value| {
                if let Value::Object(members) = value {
                    members.insert("trace_id".to_owned(), json!("4bf92f3577b34da6"));
                    members.insert("_links".to_owned(), json!({ "self": "/" }));
                }
            })
        },
    ),
    Variant::in_a_crowd(
        "chunked-answers",
        "sends its answers in chunks of a few bytes, without a length",
        |reference, request| Answer::in_chunks(reference.respond(&request), 7),
    ),
    Variant::new("over-tls", "is served over TLS", |reference, request| {
        reference.respond(&request)
    })
    .over_tls(),
    Variant::new(
        "http2-over-tls",
        "speaks HTTP/2, over TLS",
        |reference, request| reference.respond(&request),
    )
    .over_http2(),
    Variant::in_a_crowd(
        "one-request-a-connection",
        "closes the connection after every answer",
        |reference, request| closing(reference.respond(&request)).into(),
    ),
    Variant::in_a_crowd(
        "few-requests-a-connection",
        "closes the connection after every fifth answer",
        |reference, request| {
            let response = reference.respond(&request);
            if reference.earlier_on_connection % 5 == 4 {
                closing(response).into()
            } else {
                response.into()
            }
        },
    ),
    Variant::new(
        "behind-a-proxy",
        "stands behind a proxy that answers what it cannot hand on with pages of its own",
        |reference, request| {
            let path = request.uri().path().to_ascii_lowercase();
            let labels = request.headers().get_all(CONTENT_TYPE).iter().count();
            if labels > 1 || ["%00", "%0a", "%0d"].iter().any(|piece| path.contains(piece)) {
                let page = Response::new(Bytes::from_static(b"<html><title>400 Bad Request</title></html>"));
                return labelled(with_status(page, StatusCode::BAD_REQUEST), "text/html");
            }
            reference.respond(&request)
        },
    ),
    Variant::new(
        "tidies-paths",
        "sends whoever asks for an untidy path to the tidy one",
        |reference, request| {
            let path = request.uri().path();
            let tidy = path.to_ascii_lowercase().replace("%2f", "/").replace("%2e", ".");
            if path.contains("//") || tidy.split('/').any(|segment| matches!(segment, "." | "..")) {
                let mut response = Response::new(Bytes::new());
                response
                    .headers_mut()
                    .insert(LOCATION, HeaderValue::from_static("/"));
                return with_status(response, StatusCode::MOVED_PERMANENTLY);
            }
            reference.respond(&request)
        },
    ),
    Variant::in_a_crowd(
        "closes-at-once-without-a-word",
        "closes the connection after every answer and does not say so, so that whatever follows on it meets the end of it",
        |reference, request| {
            if reference.earlier_on_connection > 0 {
                Answer::none()
            } else {
                reference.respond(&request).into()
            }
        },
    ),
    Variant::in_a_crowd(
        "closes-without-a-word",
        "closes the connection after every fifth answer and does not say so, so that the next request meets the end of it",
        |reference, request| {
            if reference.earlier_on_connection % 6 == 5 {
                Answer::none()
            } else {
                reference.respond(&request).into()
            }
        },
    ),
];

fn closing(mut response: Response<Bytes>) -> Response<Bytes> {
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

fn reverse(value: &mut Value) {
    if let Value::Object(members) = value {
        let reversed: Map<String, Value> = std::mem::take(members).into_iter().rev().collect();
        *members = reversed;
    }
}

/// The text with every character beyond ASCII as one or two `\u` escapes; bytes that are no text stay as they are.
fn in_ascii(body: &Bytes) -> Bytes {
    let Ok(text) = std::str::from_utf8(body) else {
        return body.clone();
    };
    if text.is_ascii() || serde_json::from_str::<Value>(text).is_err() {
        return body.clone();
    }
    let mut out = String::with_capacity(text.len());
    let mut units = [0; 2];
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    Bytes::from(out)
}
