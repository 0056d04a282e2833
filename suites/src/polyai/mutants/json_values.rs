//! JSON bodies of unusual form: encodings, other media types, values that are no strings.
use super::json::depth;

use http::StatusCode;
use serde_json::Value;

use super::bend::{
    as_found, at_path, between, id_path, is_json_payload, json_body, media_type, not_found, not_valid,
    refuse, says_not_found, text, with_body,
};
use crate::mutant::Mutant;

/// What JavaScript finds in every object.
const INHERITED: [&str; 6] = [
    "constructor",
    "toString",
    "__proto__",
    "hasOwnProperty",
    "valueOf",
    "isPrototypeOf",
];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "inherited-from-the-prototype",
        "polyai.extract.json.inherited-names",
        "finds what every object of its language has, and calls it not valid",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let first = path.split('.').next().unwrap_or_default();
            if is_json_payload(&request) && INHERITED.contains(&first) && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "attributes-of-a-dictionary",
        "polyai.extract.json.inherited-names",
        "finds the methods of its dictionaries, and calls them not valid",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let method = ["keys", "items", "values", "get", "__class__"].contains(&path.as_str());
            if is_json_payload(&request) && method && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "fifty-members-at-most",
        "polyai.extract.json.extra-fields",
        "refuses an object of more than fifty members",
        |reference, request| {
            let many = json_body(&request)
                .and_then(|body| body.as_object().map(serde_json::Map::len))
                .is_some_and(|members| members > 50);
            if is_json_payload(&request) && many {
                return refuse(StatusCode::BAD_REQUEST, "too many members");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-members-only",
        "polyai.extract.json.extra-fields",
        "refuses an object with arrays in it",
        |reference, request| {
            let arrays = json_body(&request)
                .and_then(|body| {
                    body.as_object()
                        .map(|members| members.values().any(Value::is_array))
                })
                .unwrap_or_default();
            if is_json_payload(&request) && arrays {
                return refuse(StatusCode::BAD_REQUEST, "arrays are not allowed");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "first-of-an-array",
        "polyai.extract.json.top-level-array",
        "reads the first object of an array",
        |reference, request| {
            let first = json_body(&request).and_then(|body| body.as_array()?.first().cloned());
            match first {
                Some(first) if is_json_payload(&request) => {
                    reference.respond(&with_body(request, first.to_string()))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "array-is-a-crash",
        "polyai.extract.json.top-level-array",
        "answers 500 to an array",
        |reference, request| {
            if is_json_payload(&request) && json_body(&request).is_some_and(|body| body.is_array()) {
                return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "string-is-the-id",
        "polyai.extract.json.top-level-scalar",
        "takes a JSON string for the id",
        |reference, request| {
            let whole = json_body(&request).and_then(|body| body.as_str().map(str::to_owned));
            match whole {
                Some(id) if is_json_payload(&request) => as_found(reference, request, Some(&id)),
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "null-is-a-crash",
        "polyai.extract.json.top-level-scalar",
        "answers 422 to null",
        |reference, request| {
            if is_json_payload(&request) && json_body(&request).is_some_and(|body| body.is_null()) {
                return refuse(StatusCode::UNPROCESSABLE_ENTITY, "a body is required");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "first-value-of-a-stream",
        "polyai.extract.json.malformed",
        "reads one JSON value and leaves what follows it",
        |reference, request| {
            let mut values = serde_json::Deserializer::from_slice(request.body()).into_iter::<Value>();
            match values.next() {
                Some(Ok(first)) if is_json_payload(&request) => {
                    let first = first.to_string();
                    reference.respond(&with_body(request, first))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "quotes-of-either-kind",
        "polyai.extract.json.malformed",
        "reads strings in single quotes",
        |reference, request| {
            if is_json_payload(&request) && json_body(&request).is_none() {
                let quoted = text(&request).replace('\'', "\"");
                return reference.respond(&with_body(request, quoted));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "comma-at-the-end",
        "polyai.extract.json.malformed",
        "reads objects with a comma at the end",
        |reference, request| {
            let lenient = text(&request).replace(",}", "}");
            if is_json_payload(&request) && json_body(&request).is_none() {
                return reference.respond(&with_body(request, lenient));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "broken-json-is-unprocessable",
        "polyai.extract.json.malformed",
        "answers 422 to what is no JSON",
        |reference, request| {
            let body = text(&request);
            if is_json_payload(&request) && body.contains('{') && json_body(&request).is_none() {
                return refuse(StatusCode::UNPROCESSABLE_ENTITY, "JSON decode error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "form-under-json",
        "polyai.content-type.mismatch",
        "reads a body that is no JSON as a form",
        |reference, request| {
            let path = id_path(&request);
            if is_json_payload(&request) && json_body(&request).is_none() {
                let found = super::bend::form_field(request.body(), &path);
                if found.is_some() {
                    return as_found(reference, request, found.as_deref());
                }
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "xml-under-json",
        "polyai.content-type.mismatch",
        "looks at the first character of a body rather than at its label",
        |reference, mut request| {
            if is_json_payload(&request) && text(&request).starts_with('<') {
                request.headers_mut().insert(
                    http::header::CONTENT_TYPE,
                    http::HeaderValue::from_static("application/xml"),
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "escapes-not-read",
        "polyai.extract.json.unicode",
        "takes the id between its quotes as it stands, escapes and all",
        |reference, request| {
            let path = id_path(&request);
            let body = text(&request);
            let parsed = json_body(&request).and_then(|body| at_path(&body, &path));
            if !is_json_payload(&request) || parsed.is_none() || !body.contains('\\') {
                return reference.respond(&request);
            }
            let found = between(&body, &format!("\"{path}\":\""), "\"").map(str::to_owned);
            as_found(reference, request, found.as_deref())
        },
    ),
    Mutant::new(
        "names-with-escapes-unknown",
        "polyai.extract.json.unicode",
        "does not know a member whose name is written with escapes",
        |reference, request| {
            let path = id_path(&request);
            let written = text(&request).contains(&format!("\"{path}\""));
            let body = json_body(&request);
            let found = body.as_ref().and_then(|body| at_path(body, &path));
            if is_json_payload(&request) && depth(&path) == 1 && found.is_some() && !written {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "one-line-only",
        "polyai.extract.json.encoding",
        "reads only the first line of a body",
        |reference, request| {
            let body = text(&request);
            if is_json_payload(&request) && json_body(&request).is_some() && body.trim_start().contains('\n')
            {
                return refuse(StatusCode::BAD_REQUEST, "unexpected end of input");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "no-blank-before-the-colon",
        "polyai.extract.json.encoding",
        "finds a member only where its name is followed by a colon at once",
        |reference, request| {
            let path = id_path(&request);
            let body = text(&request);
            let spaced = body
                .find(&format!("\"{path}\""))
                .is_some_and(|at| !body[at + path.len() + 2..].starts_with(':'));
            if is_json_payload(&request) && json_body(&request).is_some() && spaced {
                return not_found();
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "json-without-parameters",
        "polyai.extract.json.charset",
        "compares the media type with its parameters",
        |reference, request| {
            let labelled = media_type(&request).to_lowercase();
            if is_json_payload(&request) && labelled.contains("charset") {
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "one-spelling-of-a-charset",
        "polyai.extract.json.charset",
        "knows a charset only after a semicolon and a blank",
        |reference, request| {
            if media_type(&request).starts_with("application/json;charset") {
                return refuse(StatusCode::BAD_REQUEST, "Unsupported media type");
            }
            reference.respond(&request)
        },
    ),
];
