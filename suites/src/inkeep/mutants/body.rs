//! The body as a whole: what is no JSON object, how it is framed and labelled, what it need not hold and cannot set.

use bytes::Bytes;
use http::header::TRANSFER_ENCODING;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::bend::{
    Reference, answer, as_json, bad_request, edited_event, json_body, labelled, media_type, member, problem,
    with_body, with_member,
};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "white-space-first",
        "inkeep.body.minimal",
        "knows JSON by the bracket with which it begins",
        |reference, request| {
            if request.body().first().is_some_and(u8::is_ascii_whitespace) {
                return bad_request("Malformed JSON in request body");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "something-beside-a-type",
        "inkeep.body.minimal",
        "asks for something beside a type",
        |reference, request| {
            let alone =
                json_body(&request).is_some_and(|body| body.as_object().is_some_and(|body| body.len() == 1));
            let response = reference.respond(&request);
            if alone && response.status().is_success() {
                return bad_request("the event says nothing");
            }
            response
        },
    ),
    Mutant::new(
        "placeholder-type",
        "inkeep.body.minimal",
        "takes the type of the sample for a placeholder that somebody forgot to fill in",
        |reference, request| {
            if member(&request, "type") == Some(json!("string")) {
                return bad_request("type is a placeholder");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "server-metadata-of-the-caller",
        "inkeep.body.server-fields.server-metadata",
        "stores every member of the body under its name",
        |reference, request| {
            let sent = member(&request, "serverMetadata");
            edited_event(reference.respond(&request), |event| {
                if let Some(sent) = sent {
                    event.insert("serverMetadata".to_owned(), sent);
                }
            })
        },
    ),
    Mutant::new(
        "server-metadata-added-to",
        "inkeep.body.server-fields.server-metadata",
        "adds its own notes to the serverMetadata that came",
        |reference, request| {
            let sent = member(&request, "serverMetadata");
            edited_event(reference.respond(&request), |event| {
                if let Some(Value::Object(mut sent)) = sent {
                    sent.insert("authMethod".to_owned(), json!("api_key"));
                    event.insert("serverMetadata".to_owned(), Value::Object(sent));
                }
            })
        },
    ),
    Mutant::new(
        "a-list-is-a-batch",
        "inkeep.body.not-object",
        "takes a list of events for a batch",
        |reference, request| match json_body(&request) {
            Some(Value::Array(events)) if !events.is_empty() => {
                let last = events.last().map(Value::to_string).unwrap_or_default();
                reference.respond(&with_body(request, last))
            }
            _ => reference.respond(&request),
        },
    ),
    Mutant::new(
        "an-empty-list-is-done",
        "inkeep.body.not-object",
        "answers 200 to an empty list, as nothing is left to do",
        |reference, request| {
            if json_body(&request) == Some(json!([]))
                && reference.respond(&request).status() == StatusCode::BAD_REQUEST
            {
                return answer(StatusCode::OK, &json!({ "data": [] }));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "json-in-json",
        "inkeep.body.not-object",
        "reads a JSON text within a JSON text",
        |reference, request| match json_body(&request) {
            Some(Value::String(inner)) => reference.respond(&with_body(request, inner)),
            _ => reference.respond(&request),
        },
    ),
    Mutant::new(
        "null-is-no-object",
        "inkeep.body.not-object",
        "fails on a body that is null, which its language counts among the objects",
        |reference, request| {
            if json_body(&request) == Some(Value::Null) && !request.body().is_empty() {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "internal server error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "first-value-only",
        "inkeep.body.malformed",
        "reads the first JSON value of a body, and takes no notice of what comes behind it",
        |reference, request| {
            repaired(reference, request, |text| {
                let first = serde_json::Deserializer::from_str(text)
                    .into_iter::<Value>()
                    .next();
                match first {
                    Some(Ok(value)) => value.to_string(),
                    _ => text.to_owned(),
                }
            })
        },
    ),
    Mutant::new(
        "last-line-only",
        "inkeep.body.malformed",
        "reads a body of several lines as one event for each line",
        |reference, request| {
            repaired(reference, request, |text| {
                text.lines().last().unwrap_or_default().to_owned()
            })
        },
    ),
    Mutant::new(
        "comma-at-the-end",
        "inkeep.body.malformed",
        "reads JSON with a comma behind the last member",
        |reference, request| repaired(reference, request, |text| text.replace(",}", "}")),
    ),
    Mutant::new(
        "json-with-comments",
        "inkeep.body.malformed",
        "reads JSON with comments",
        |reference, request| {
            repaired(reference, request, |text| {
                match (text.find("/*"), text.find("*/")) {
                    (Some(start), Some(end)) if start < end => {
                        format!("{}{}", &text[..start], &text[end + 2..])
                    }
                    _ => text.to_owned(),
                }
            })
        },
    ),
    Mutant::new(
        "quotes-of-either-kind",
        "inkeep.body.malformed",
        "reads texts in single quotes",
        |reference, request| repaired(reference, request, |text| text.replace('\'', "\"")),
    ),
    Mutant::new(
        "open-ended-json",
        "inkeep.body.malformed",
        "closes what a body leaves open",
        |reference, request| repaired(reference, request, |text| format!("{text}}}")),
    ),
    Mutant::new(
        "form-instead-of-json",
        "inkeep.body.malformed",
        "tries a form where JSON does not parse",
        |reference, request| {
            repaired(reference, request, |text| match text.split_once('=') {
                Some((name, value)) => json!({ name: value }).to_string(),
                None => text.to_owned(),
            })
        },
    ),
    Mutant::new(
        "media-type-for-malformed",
        "inkeep.body.malformed",
        "answers 415 where JSON does not parse",
        |reference, request| {
            if !request.body().is_empty() && json_body(&request).is_none() {
                return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no JSON");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "empty-is-an-event",
        "inkeep.body.empty",
        "logs an event of an unknown type where there is no body",
        |reference, request| {
            if request.body().is_empty() {
                return reference.respond(&as_json(with_body(
                    request,
                    json!({ "type": "unknown" }).to_string(),
                )));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "no-body-no-content",
        "inkeep.body.empty",
        "answers 204 where there is no body",
        |reference, request| {
            let empty = request.body().is_empty();
            let response = reference.respond(&request);
            if empty && response.status() == StatusCode::BAD_REQUEST {
                let mut response = Response::default();
                *response.status_mut() = StatusCode::NO_CONTENT;
                return response;
            }
            response
        },
    ),
    Mutant::new(
        "chunks-unread",
        "inkeep.body.chunked",
        "reads as many bytes as Content-Length says, and none where it is absent",
        |reference, request| {
            if is_chunked(&request) {
                return reference.respond(&with_body(request, Bytes::new()));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "first-chunk-only",
        "inkeep.body.chunked",
        "reads the first chunk",
        |reference, request| {
            if is_chunked(&request) {
                let first = request.body().slice(..request.body().len().min(16));
                return reference.respond(&with_body(request, first));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "chunks-decoded-apart",
        "inkeep.body.chunked",
        "decodes each chunk by itself, and so letters that two chunks share",
        |reference, request| {
            if is_chunked(&request) {
                let text = String::from_utf8_lossy(request.body()).replace('é', "\u{fffd}\u{fffd}");
                return reference.respond(&with_body(request, text));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "media-type-without-parameters",
        "inkeep.ct.charset",
        "compares Content-Type with application/json as a whole",
        |reference, request| {
            if media_type(&request).starts_with("application/json;") {
                return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported media type");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "charset-in-small-letters",
        "inkeep.ct.charset",
        "knows the charset utf-8 in small letters only",
        |reference, request| {
            if media_type(&request).contains("UTF-8") {
                return bad_request("unsupported charset");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "charset-misread",
        "inkeep.ct.charset",
        "reads a body as Latin-1 where a charset is named",
        |reference, request| {
            if media_type(&request).contains("charset") {
                let text: String = request.body().iter().map(|byte| char::from(*byte)).collect();
                return reference.respond(&with_body(request, text));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-is-json",
        "inkeep.ct.other.not-accepted",
        "parses every body as JSON, however it is labelled",
        |reference, request| {
            if request.headers().contains_key(http::header::CONTENT_TYPE) {
                return reference.respond(&as_json(request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-is-the-type",
        "inkeep.ct.other.not-accepted",
        "takes a text for the type of an event",
        |reference, request| {
            if media_type(&request).starts_with("text/plain") {
                let text = String::from_utf8_lossy(request.body()).into_owned();
                return reference.respond(&as_json(with_member(with_body(request, "{}"), "type", text)));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-is-received",
        "inkeep.ct.other.not-accepted",
        "answers 200 to a body that it does not read",
        |reference, request| {
            if media_type(&request).starts_with("text/plain") {
                return labelled(Response::new(Bytes::from_static(b"ok")), "text/plain");
            }
            reference.respond(&request)
        },
    ),
];

/// The answer of a server that makes JSON of some bodies which are none.
fn repaired(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    repair: fn(&str) -> String,
) -> Response<Bytes> {
    if request.body().is_empty() || json_body(&request).is_some() {
        return reference.respond(&request);
    }
    let text = repair(&String::from_utf8_lossy(request.body()));
    reference.respond(&with_body(request, text))
}

fn is_chunked(request: &Request<Bytes>) -> bool {
    request.headers().contains_key(TRANSFER_ENCODING)
}
