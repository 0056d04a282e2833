//! How requests and answers of this API are bent.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Map, Value, json};

pub(super) use crate::mutant::Reference;
pub(super) use crate::mutant::bend::{
    answer, edited, edited_request, header_text, json_body, labelled, media_type, query_value,
    status_instead, visit, with_body, with_header, with_status,
};

/// The media type of every documented refusal.
pub(super) const PROBLEM: &str = "application/problem+json";

/// A problem as it is documented.
pub(super) fn problem(status: StatusCode, detail: &str) -> Response<Bytes> {
    let title = status.canonical_reason().unwrap_or("Error");
    let code = title.to_lowercase().replace(' ', "_");
    let body = json!({
        "title": title,
        "status": status.as_u16(),
        "detail": detail,
        "code": code,
        "error": { "code": code, "message": detail },
    });
    labelled(answer(status, &body), PROBLEM)
}

/// 400 in the documented form.
pub(super) fn bad_request(detail: &str) -> Response<Bytes> {
    problem(StatusCode::BAD_REQUEST, detail)
}

/// The answer with its event changed; one that holds none stays as it is.
pub(super) fn edited_event(
    response: Response<Bytes>,
    edit: impl FnOnce(&mut Map<String, Value>),
) -> Response<Bytes> {
    if !response.status().is_success() {
        return response;
    }
    edited(response, |body| {
        if let Some(event) = body.get_mut("data").and_then(Value::as_object_mut) {
            edit(event);
        }
    })
}

/// The answer with its problem changed; one that holds none stays as it is.
pub(super) fn edited_problem(
    response: Response<Bytes>,
    edit: impl FnOnce(&mut Map<String, Value>),
) -> Response<Bytes> {
    if response.status().is_success() {
        return response;
    }
    edited(response, |body| {
        if let Some(problem) = body.as_object_mut() {
            edit(problem);
        }
    })
}

/// A member of the body of a request.
pub(super) fn member(request: &Request<Bytes>, name: &str) -> Option<Value> {
    json_body(request)?.get(name).cloned()
}

/// A member of the body of a request, where it is a text.
pub(super) fn text(request: &Request<Bytes>, name: &str) -> Option<String> {
    member(request, name)?.as_str().map(str::to_owned)
}

/// The request with a member of its body set; a body that is no object stays as it is.
pub(super) fn with_member(request: Request<Bytes>, name: &str, value: impl Into<Value>) -> Request<Bytes> {
    edited_request(request, |body| {
        if let Some(members) = body.as_object_mut() {
            members.insert(name.to_owned(), value.into());
        }
    })
}

/// The request without a member of its body.
pub(super) fn without_member(request: Request<Bytes>, name: &str) -> Request<Bytes> {
    edited_request(request, |body| {
        if let Some(members) = body.as_object_mut() {
            members.shift_remove(name);
        }
    })
}

/// The answer of a server that takes a value which it should refuse: where `wrong` says so, the reference is given `right`
/// in its place, and the answer shows what was sent.
pub(super) fn lenient(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    name: &'static str,
    wrong: impl Fn(&Value) -> bool,
    right: impl Into<Value>,
) -> Response<Bytes> {
    match member(&request, name) {
        Some(sent) if wrong(&sent) => {
            let response = reference.respond(&with_member(request, name, right));
            edited_event(response, |event| {
                event.insert(name.to_owned(), sent);
            })
        }
        _ => reference.respond(&request),
    }
}

/// The answer of a server that refuses a value which it should take.
pub(super) fn strict(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    name: &str,
    right: impl Fn(&Value) -> bool,
) -> Response<Bytes> {
    let response = reference.respond(request);
    match member(request, name) {
        Some(sent) if response.status().is_success() && !right(&sent) => {
            bad_request(&format!("{name} is invalid"))
        }
        _ => response,
    }
}

/// A text whose characters all fit.
pub(super) fn all_characters(value: &Value, fits: fn(char) -> bool) -> bool {
    value.as_str().is_some_and(|text| text.chars().all(fits))
}

/// A character that an id may have.
pub(super) fn is_of_an_id(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

/// The event with each text, number or other value within one of its free-form objects changed.
pub(super) fn with_bag_values(
    response: Response<Bytes>,
    name: &str,
    mut change: impl FnMut(&mut Value),
) -> Response<Bytes> {
    edited_event(response, |event| {
        if let Some(bag) = event.get_mut(name) {
            visit(bag, &mut |value| change(value));
        }
    })
}

/// The answer with each text within one of its free-form objects changed.
pub(super) fn texts(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    name: &str,
    change: fn(&str) -> String,
) -> Response<Bytes> {
    with_bag_values(reference.respond(request), name, |value| {
        if let Value::String(text) = value {
            *text = change(text);
        }
    })
}

/// The valid token.
pub(super) fn valid_token(reference: &Reference<'_>) -> String {
    reference.fixtures().inkeep.keys.valid.clone().unwrap_or_default()
}

/// The token of somebody who may not log events.
pub(super) fn forbidden_token(reference: &Reference<'_>) -> String {
    reference
        .fixtures()
        .inkeep
        .keys
        .forbidden
        .clone()
        .unwrap_or_default()
}

/// What Authorization holds; empty where it is absent.
pub(super) fn authorization(request: &Request<Bytes>) -> &str {
    header_text(request, &AUTHORIZATION)
}

/// What stands after the word Bearer.
pub(super) fn token(request: &Request<Bytes>) -> &str {
    authorization(request).strip_prefix("Bearer ").unwrap_or_default()
}

/// The request with this token.
pub(super) fn under(request: Request<Bytes>, token: &str) -> Request<Bytes> {
    with_header(request, AUTHORIZATION, &format!("Bearer {token}"))
}

/// The request, let in where `fits` says so.
pub(super) fn let_in(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    fits: impl FnOnce(&Request<Bytes>, &str) -> bool,
) -> Response<Bytes> {
    let valid = valid_token(reference);
    if fits(&request, &valid) {
        reference.respond(&under(request, &valid))
    } else {
        reference.respond(&request)
    }
}

/// The request as a POST of JSON, whatever it was.
pub(super) fn as_post(mut request: Request<Bytes>) -> Request<Bytes> {
    *request.method_mut() = Method::POST;
    request
}

/// The request, labelled as JSON.
pub(super) fn as_json(request: Request<Bytes>) -> Request<Bytes> {
    with_header(request, CONTENT_TYPE, "application/json")
}

/// The answer with another status where it was the 401 of the reference.
pub(super) fn for_401(response: Response<Bytes>, instead: StatusCode) -> Response<Bytes> {
    if response.status() == StatusCode::UNAUTHORIZED {
        problem(instead, "not authenticated")
    } else {
        response
    }
}
