//! How requests and answers of this API are bent.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::{Value, json};

pub(super) use crate::mutant::Reference;
pub(super) use crate::mutant::bend::{
    answer, edited, header_text, json_body, labelled, media_type, pairs, query_value, status_instead,
    with_body, with_pairs, with_query, with_status,
};
pub(super) use crate::polyai::answers::{not_found_text, not_valid_text};

/// The header of the key.
pub(super) const KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The media type of forms.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The media type of XML.
pub(super) const XML: &str = "application/xml";

/// A refusal as it is documented.
pub(super) fn refuse(status: StatusCode, text: &str) -> Response<Bytes> {
    answer(status, &json!({ "error_message": text }))
}

/// 400: nothing was found.
pub(super) fn not_found() -> Response<Bytes> {
    refuse(StatusCode::BAD_REQUEST, not_found_text())
}

/// 400: the id is not valid.
pub(super) fn not_valid() -> Response<Bytes> {
    refuse(StatusCode::BAD_REQUEST, not_valid_text())
}

/// Whether an answer says that nothing was found.
pub(super) fn says_not_found(response: &Response<Bytes>) -> bool {
    says(response, not_found_text())
}

/// Whether an answer says that the id is not valid.
pub(super) fn says_not_valid(response: &Response<Bytes>) -> bool {
    says(response, not_valid_text())
}

fn says(response: &Response<Bytes>, text: &str) -> bool {
    String::from_utf8_lossy(response.body()).contains(text)
}

/// The answer with another text.
pub(super) fn with_text(response: Response<Bytes>, text: &str) -> Response<Bytes> {
    response.map(|_| Bytes::from(json!({ "error_message": text }).to_string()))
}

/// The valid key.
pub(super) fn valid_key(reference: &Reference<'_>) -> String {
    reference.fixtures().polyai.keys.valid.clone().unwrap_or_default()
}

/// The key that was sent.
pub(super) fn sent_key(request: &Request<Bytes>) -> &str {
    header_text(request, &KEY)
}

/// The request with the valid key.
pub(super) fn let_in(reference: &Reference<'_>, mut request: Request<Bytes>) -> Request<Bytes> {
    if let Ok(key) = HeaderValue::from_str(&valid_key(reference)) {
        request.headers_mut().insert(KEY, key);
    }
    request
}

/// The credential of a bearer token.
pub(super) fn bearer(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    HeaderValue::from_str(value.strip_prefix("Bearer ")?).ok()
}

/// `event_id_location`.
pub(super) fn location(request: &Request<Bytes>) -> String {
    query_value(request, "event_id_location").unwrap_or_default()
}

/// `event_id_path`.
pub(super) fn id_path(request: &Request<Bytes>) -> String {
    query_value(request, "event_id_path").unwrap_or_default()
}

/// Whether the id is to come from a body of this media type.
pub(super) fn is_payload(request: &Request<Bytes>, media: &str) -> bool {
    location(request) == "payload" && media_type(request).starts_with(media)
}

/// Whether the id is to come from a JSON body.
pub(super) fn is_json_payload(request: &Request<Bytes>) -> bool {
    is_payload(request, "application/json")
}

/// The body as text.
pub(super) fn text(request: &Request<Bytes>) -> String {
    String::from_utf8_lossy(request.body()).into_owned()
}

/// The reference's answer to the same request with this id at its path, or with none where the mutant found none.
///
/// Key and parameters are the reference's to judge; what the mutant changes is where the id is looked for.
pub(super) fn as_found(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    id: Option<&str>,
) -> Response<Bytes> {
    let body = match id {
        Some(id) => json!({ "found": id }),
        None => json!({ "nothing": true }),
    };
    reference.respond(&as_json(request, "found", &body))
}

/// The request with a JSON payload, and a path into it.
pub(super) fn as_json(request: Request<Bytes>, path: &str, body: &Value) -> Request<Bytes> {
    let mut request = with_query(request, "event_id_location", "payload");
    request = with_query(request, "event_id_path", path);
    request
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    with_body(request, body.to_string())
}

/// The string at a path of a JSON body, as documented.
pub(super) fn at_path(body: &Value, path: &str) -> Option<String> {
    path.split('.')
        .try_fold(body, |value, name| value.as_object()?.get(name))?
        .as_str()
        .map(str::to_owned)
}

/// The first string under a name, at any depth.
pub(super) fn anywhere(value: &Value, name: &str) -> Option<String> {
    match value {
        Value::Object(members) => members
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| members.values().find_map(|member| anywhere(member, name))),
        Value::Array(items) => items.iter().find_map(|item| anywhere(item, name)),
        _ => None,
    }
}

/// The value of the first pair of this name in a form.
pub(super) fn form_field(body: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(body)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// What stands between two texts.
pub(super) fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let start = text.find(before)? + before.len();
    let length = text[start..].find(after)?;
    Some(&text[start..start + length])
}
