//! Ids in JSON.

use http::StatusCode;
use serde_json::{Value, json};

use super::bend::{
    anywhere, as_found, at_path, between, id_path, is_json_payload, json_body, media_type, not_found,
    not_valid, refuse, says_not_found, text, with_body, with_query, with_status,
};
use crate::mutant::Mutant;

/// Follows a path as far as it goes, and returns how many segments were followed and what is there.
fn follow<'v>(body: &'v Value, path: &str) -> (usize, &'v Value) {
    let mut at = body;
    let mut followed = 0;
    for name in path.split('.') {
        match at.as_object().and_then(|members| members.get(name)) {
            Some(next) => at = next,
            None => break,
        }
        followed += 1;
    }
    (followed, at)
}

/// How many segments a path has.
fn depth(path: &str) -> usize {
    path.split('.').count()
}

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
        "top-member-of-letters",
        "polyai.extract.json.top",
        "finds no member at the top whose name has more than lower-case letters",
        |reference, request| {
            let path = id_path(&request);
            let plain = path.chars().all(|c| c.is_ascii_lowercase());
            if is_json_payload(&request) && depth(&path) == 1 && !plain {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "first-member-only",
        "polyai.extract.json.top",
        "finds at the top only what comes first",
        |reference, request| {
            let path = id_path(&request);
            let second = text(&request)
                .find(&format!("\"{path}\""))
                .is_some_and(|at| at > 1);
            if is_json_payload(&request) && depth(&path) == 1 && second && json_body(&request).is_some() {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "nothing-in-json-is-not-valid",
        "polyai.extract.json.missing",
        "hands the missing member on as null, which is not valid",
        |reference, request| {
            let response = reference.respond(&request);
            if is_json_payload(&request) && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "nothing-in-json-is-404",
        "polyai.extract.json.missing",
        "answers 404 where the member is missing",
        |reference, request| {
            let at_top = is_json_payload(&request) && depth(&id_path(&request)) == 1;
            let response = reference.respond(&request);
            if at_top && says_not_found(&response) {
                return with_status(response, StatusCode::NOT_FOUND);
            }
            response
        },
    ),
    Mutant::new(
        "queued-before-it-is-read",
        "polyai.extract.json.missing",
        "answers 201 to a JSON object without the id and drops it later",
        |reference, request| {
            let response = reference.respond(&request);
            let long = text(&request).len() > 100_000;
            if is_json_payload(&request) && long && says_not_found(&response) {
                return with_status(http::Response::default(), StatusCode::CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "two-levels-only",
        "polyai.extract.json.dotted-path",
        "follows only the first two names of a dotted path",
        |reference, request| {
            let path = id_path(&request);
            if !is_json_payload(&request) || depth(&path) <= 2 {
                return reference.respond(&request);
            }
            let short: Vec<&str> = path.split('.').take(2).collect();
            reference.respond(&with_query(request, "event_id_path", &short.join(".")))
        },
    ),
    Mutant::new(
        "path-as-one-name",
        "polyai.extract.json.dotted-path",
        "takes a dotted path for the name of one member",
        |reference, request| {
            let path = id_path(&request);
            if !is_json_payload(&request) || depth(&path) == 1 {
                return reference.respond(&request);
            }
            let found = json_body(&request).and_then(|body| body.get(&path)?.as_str().map(str::to_owned));
            as_found(reference, request, found.as_deref())
        },
    ),
    Mutant::new(
        "four-levels-at-most",
        "polyai.extract.json.dotted-path",
        "follows four names of a path and no more",
        |reference, request| {
            let deep = depth(&id_path(&request)) > 4;
            if is_json_payload(&request) && deep {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "words-only-on-the-way",
        "polyai.extract.json.dotted-path",
        "splits the path at every character that is no letter, digit or underscore",
        |reference, request| {
            let path = id_path(&request);
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            if is_json_payload(&request) && depth(&path) > 1 && !path.chars().all(word) {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "parent-for-a-missing-leaf",
        "polyai.extract.json.dotted.missing-leaf",
        "takes the last object on the path where the leaf is missing, and calls it not valid",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let followed = json_body(&request).map_or(0, |body| follow(&body, &path).0);
            if is_json_payload(&request)
                && followed > 0
                && followed + 1 == depth(&path)
                && says_not_found(&response)
            {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "key-error-at-the-leaf",
        "polyai.extract.json.dotted.missing-leaf",
        "answers 500 where the leaf is missing",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let followed = json_body(&request).map_or(0, |body| follow(&body, &path).0);
            if is_json_payload(&request)
                && followed > 0
                && followed + 1 == depth(&path)
                && says_not_found(&response)
            {
                return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
            }
            response
        },
    ),
    Mutant::new(
        "parent-for-a-missing-middle",
        "polyai.extract.json.dotted.missing-middle",
        "calls the id not valid where the path breaks off early",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let followed = json_body(&request).map_or(0, |body| follow(&body, &path).0);
            if is_json_payload(&request) && followed + 1 < depth(&path) && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "undefined-has-no-properties",
        "polyai.extract.json.dotted.missing-middle",
        "answers 500 where a middle object is missing",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let followed = json_body(&request).map_or(0, |body| follow(&body, &path).0);
            if is_json_payload(&request) && followed + 1 < depth(&path) && says_not_found(&response) {
                return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
            }
            response
        },
    ),
    Mutant::new(
        "scalar-ends-the-path",
        "polyai.extract.json.dotted.through-scalar",
        "takes the string at which a path ends early",
        |reference, request| {
            let path = id_path(&request);
            let found =
                json_body(&request).and_then(|body| follow(&body, &path).1.as_str().map(str::to_owned));
            match found {
                Some(id) if is_json_payload(&request) => as_found(reference, request, Some(&id)),
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "string-has-a-length",
        "polyai.extract.json.dotted.through-scalar",
        "finds the length of a string at the end of a path",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let of_text = path
                .strip_suffix(".length")
                .is_some_and(|path| json_body(&request).is_some_and(|body| at_path(&body, path).is_some()));
            if is_json_payload(&request) && of_text && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "attributes-of-a-string",
        "polyai.extract.json.dotted.through-scalar",
        "finds the methods of a string at the end of a path",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let of_text = path
                .strip_suffix(".title")
                .is_some_and(|path| json_body(&request).is_some_and(|body| at_path(&body, path).is_some()));
            if is_json_payload(&request) && of_text && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "null-on-the-way",
        "polyai.extract.json.dotted.through-scalar",
        "answers 500 where null is on the way",
        |reference, request| {
            let path = id_path(&request);
            let null = json_body(&request).is_some_and(|body| {
                let (followed, at) = follow(&body, &path);
                at.is_null() && followed < depth(&path)
            });
            if is_json_payload(&request) && null {
                return refuse(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "'NoneType' object is not subscriptable",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "members-in-any-case",
        "polyai.extract.json.case",
        "finds members whatever their letter case",
        |reference, request| {
            let lower = json_body(&request)
                .filter(|_| is_json_payload(&request))
                .and_then(|body| serde_json::from_str::<Value>(&lowercase_names(&body).to_string()).ok());
            let path = id_path(&request).to_lowercase();
            match lower.and_then(|body| at_path(&body, &path)) {
                Some(id) => as_found(reference, request, Some(&id)),
                None => reference.respond(&request),
            }
        },
    ),
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
    Mutant::new(
        "json-in-small-letters",
        "polyai.extract.json.content-type-case",
        "knows application/json in lower-case letters only",
        |reference, request| {
            let label = media_type(&request);
            if label != label.to_lowercase() && label.to_lowercase().starts_with("application/json") {
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "leaf-of-another-branch",
        "polyai.extract.only-at-path",
        "searches below the first name of the path for its last",
        |reference, request| {
            let path = id_path(&request);
            let (Some(first), Some(last)) = (path.split('.').next(), path.rsplit('.').next()) else {
                return reference.respond(&request);
            };
            if !is_json_payload(&request) || depth(&path) == 1 {
                return reference.respond(&request);
            }
            let found = json_body(&request).and_then(|body| {
                let below = body.get(first)?.clone();
                anywhere(&below, last)
            });
            as_found(reference, request, found.as_deref())
        },
    ),
];

/// The same value with the names of all members in lower case.
fn lowercase_names(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.to_lowercase(), lowercase_names(member)))
            .collect(),
        Value::Array(items) => items.iter().map(lowercase_names).collect(),
        other => json!(other),
    }
}
