//! What an event may hold, and how it may be written.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use memchr::memmem;
use serde_json::Value;

use super::parts::{is_message, is_run, refusal, triggered};
use crate::mutant::bend::{json_body, media_type, status_instead};
use crate::mutant::{Mutant, Reference};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "message-required",
        "olbrain.body.any-json",
        "asks for a member message in every event for a conversational agent",
        |reference, request| {
            let lacks = json_body(&request).is_some_and(|body| body.get("message").is_none());
            if lacks && is_message(reference, &request) {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "unknown-members-refused",
        "olbrain.body.any-json",
        "refuses members that its model does not know",
        |reference, request| {
            let known = [
                "message",
                "metadata",
                "inputs",
                "attachments",
                "documents",
                "note",
            ];
            let has_others = json_body(&request).is_some_and(|body| {
                let members = body.as_object();
                members.is_some_and(|members| members.keys().any(|name| !known.contains(&name.as_str())))
            });
            if has_others {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "nesting-limited",
        "olbrain.body.any-json",
        "refuses what is nested deeper than three levels",
        |reference, request| {
            if json_body(&request).is_some_and(|body| depth(&body) > 3) {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "null-members-refused",
        "olbrain.body.any-json",
        "refuses members that are null",
        |reference, request| {
            if json_body(&request).is_some_and(|body| any(&body, &Value::is_null)) {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "large-numbers-refused",
        "olbrain.body.any-json",
        "reads numbers into 32 bits and refuses those that do not fit",
        |reference, request| {
            let is_large = |value: &Value| {
                value
                    .as_i64()
                    .is_some_and(|number| i32::try_from(number).is_err())
            };
            if json_body(&request).is_some_and(|body| any(&body, &is_large)) {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "blanks-before-brace",
        "olbrain.body.any-json",
        "looks whether the first byte is a brace, so that blanks in front are refused",
        |reference, request| {
            let blank = request.body().first().is_some_and(u8::is_ascii_whitespace);
            if triggered(&request).is_some() && blank {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "attachments-refused",
        "olbrain.body.object",
        "takes inputs of plain values only, and so refuses the documented attachments",
        |reference, request| {
            let has_array = json_body(&request).is_some_and(|body| body["inputs"]["attachments"].is_array());
            if has_array && is_run(reference, &request) {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "malformed-is-unprocessable",
        "olbrain.body.malformed",
        "answers 422 for what is no JSON, as a framework does by default",
        |reference, request| not_json_as(reference, &request, StatusCode::UNPROCESSABLE_ENTITY),
    ),
    Mutant::new(
        "malformed-is-text",
        "olbrain.body.malformed",
        "takes what cannot be parsed for a message in plain text",
        |reference, request| {
            let is_broken = json_body(&request).is_none() && !request.body().is_empty();
            if is_broken && is_message(reference, &request) && request.body().len() < 4096 {
                let text = String::from_utf8_lossy(request.body()).into_owned();
                return reference.respond(&request.map(|_| Value::String(text).to_string().into()));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "malformed-is-empty",
        "olbrain.body.malformed",
        "goes on with an empty object where the inputs of a workflow cannot be parsed",
        |reference, request| {
            let is_broken = json_body(&request).is_none() && !request.body().is_empty();
            if is_broken && is_run(reference, &request) && request.body().len() < 4096 {
                return reference.respond(&request.map(|_| "{}".into()));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "malformed-crashes",
        "olbrain.body.malformed",
        "does not catch what its parser throws",
        |reference, request| not_json_as(reference, &request, StatusCode::INTERNAL_SERVER_ERROR),
    ),
    Mutant::new(
        "first-value-only",
        "olbrain.body.malformed",
        "reads the first JSON value of a body, and takes no notice of what comes behind it",
        |reference, request| {
            let first = serde_json::Deserializer::from_slice(request.body())
                .into_iter::<Value>()
                .next();
            match first {
                Some(Ok(value)) if value.is_object() && request.body().len() < 4096 => {
                    reference.respond(&request.map(|_| value.to_string().into()))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "trailing-brace-forgiven",
        "olbrain.body.malformed",
        "closes what breaks off, with a parser that repairs",
        |reference, request| {
            let repaired = [request.body().as_ref(), b"}"].concat();
            let is_repairable =
                json_body(&request).is_none() && serde_json::from_slice::<Value>(&repaired).is_ok();
            if is_repairable && triggered(&request).is_some() {
                return reference.respond(&request.map(|_| repaired.into()));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "file-ids-under-inputs-only",
        "olbrain.body.fi-ref",
        "refuses the id of a file that stands outside of inputs and attachments",
        |reference, request| {
            let outside = json_body(&request).is_some_and(|mut body| {
                if let Value::Object(members) = &mut body {
                    members.remove("inputs");
                    members.remove("attachments");
                }
                any(&body, &|value| value.as_str().is_some_and(names_file))
            });
            if outside {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "file-ids-in-arrays-only",
        "olbrain.body.fi-ref",
        "refuses the id of a file as a value of its own, in the inputs of workflow agents",
        |reference, request| {
            let single = json_body(&request).is_some_and(|body| {
                let inputs = body.get("inputs").and_then(Value::as_object).cloned();
                let mut values = inputs.into_iter().flatten();
                values.any(|(_, value)| value.as_str().is_some_and(names_file))
            });
            if single {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "latin-only",
        "olbrain.body.utf8",
        "decodes the body as ASCII and refuses what is not",
        |reference, request| {
            if triggered(&request).is_some() && !request.body().is_ascii() {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "no-surrogate-pairs",
        "olbrain.body.utf8",
        "reads an escape of four digits for a character, and refuses those that come in pairs",
        |reference, request| {
            let text = String::from_utf8_lossy(request.body()).to_ascii_lowercase();
            let has_pair = ["\\ud8", "\\ud9", "\\uda", "\\udb"]
                .iter()
                .any(|half| text.contains(half));
            if triggered(&request).is_some() && has_pair {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "three-bytes-at-most",
        "olbrain.body.utf8",
        "keeps messages in a column for characters of three bytes, and fails beyond",
        |reference, request| {
            let is_long = |value: &Value| {
                let text = value.as_str();
                text.is_some_and(|text| text.chars().any(|character| character.len_utf8() > 3))
            };
            if json_body(&request).is_some_and(|body| any(&body, &is_long)) {
                let text = "The message could not be stored.";
                return refusal(
                    reference,
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal_error",
                    text,
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "json-label-refused",
        "olbrain.ct.json",
        "takes JSON only where the label names its charset",
        |reference, request| {
            let is_plain = media_type(&request) == "application/json";
            if triggered(&request).is_some() && is_plain {
                return unsupported(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "json-label-refused-for-workflows",
        "olbrain.ct.json",
        "takes inputs of workflows only where the label names its charset",
        |reference, request| {
            let is_plain = media_type(&request) == "application/json";
            if is_run(reference, &request) && is_plain {
                return unsupported(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "label-without-parameters",
        "olbrain.ct.charset",
        "compares the whole label, and so refuses a charset",
        |reference, request| {
            if triggered(&request).is_some() && media_type(&request).contains(';') {
                return unsupported(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "charset-in-lower-case-only",
        "olbrain.ct.charset",
        "knows the charset utf-8 and not UTF-8",
        |reference, request| {
            if triggered(&request).is_some() && media_type(&request).contains("UTF-8") {
                return unsupported(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "charset-without-quotes",
        "olbrain.ct.charset",
        "knows no value of a parameter in quotes",
        |reference, request| {
            if triggered(&request).is_some() && media_type(&request).contains('"') {
                return unsupported(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "label-with-case",
        "olbrain.ct.case",
        "compares the label with case",
        |reference, request| {
            if triggered(&request).is_some() && media_type(&request).starts_with(|c: char| c.is_uppercase()) {
                return unsupported(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "idempotency-key-refused",
        "olbrain.idem.accepted",
        "refuses member names with a hyphen",
        |reference, request| {
            if has_idempotency_key(&request) {
                return bad_request(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "idempotency-key-conflicts",
        "olbrain.idem.accepted",
        "answers 409 to an event of a workflow that has an Idempotency-Key, since it finds its own entry",
        |reference, request| {
            if has_idempotency_key(&request) && is_run(reference, &request) {
                return refusal(
                    reference,
                    StatusCode::CONFLICT,
                    "conflict",
                    "This event is being worked on.",
                );
            }
            reference.respond(&request)
        },
    ),
];

pub(super) fn bad_request(reference: &Reference<'_>) -> Response<Bytes> {
    let text = "The request body is not what the agent expects.";
    refusal(reference, StatusCode::BAD_REQUEST, "bad_request", text)
}

fn unsupported(reference: &Reference<'_>) -> Response<Bytes> {
    let text = "Content-Type has to be application/json.";
    refusal(
        reference,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        text,
    )
}

/// The answer, with another status where the body cannot be parsed.
fn not_json_as(reference: &Reference<'_>, request: &Request<Bytes>, status: StatusCode) -> Response<Bytes> {
    let response = reference.respond(request);
    if triggered(request).is_some() && json_body(request).is_none() && !request.body().is_empty() {
        return status_instead(response, StatusCode::BAD_REQUEST, status);
    }
    response
}

/// Whether a value, or one in it, is such.
fn any(value: &Value, test: &dyn Fn(&Value) -> bool) -> bool {
    test(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| any(item, test)),
            Value::Object(members) => members.values().any(|member| any(member, test)),
            _ => false,
        }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn names_file(text: &str) -> bool {
    text.contains("fi_")
}

fn has_idempotency_key(request: &Request<Bytes>) -> bool {
    triggered(request).is_some() && memmem::find(request.body(), b"\"Idempotency-Key\"").is_some()
}
