//! Wrong servers of this API, each a small defect that implementers really make.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::answers::{not_found_text, not_valid_text};
use crate::mutant::bend::{
    answer, json_body, media_type, query_value, status_instead, with_body, with_query, with_status,
};
use crate::mutant::{Mutant, Reference};

const KEY: HeaderName = HeaderName::from_static("x-api-key");

/// All of them.
pub(crate) fn all() -> Vec<&'static Mutant> {
    MUTANTS.iter().collect()
}

const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "ok-for-created",
        "polyai.response.201",
        "answers 200 where 201 is documented",
        |reference, request| status_instead(reference.respond(&request), StatusCode::CREATED, StatusCode::OK),
    ),
    Mutant::new(
        "unprocessable-for-missing-parameter",
        "polyai.query.account.required",
        "answers 422 for a missing parameter, as a validation library does by default",
        |reference, request| {
            let missing = query_value(&request, "account_id").is_none();
            let response = reference.respond(&request);
            if missing {
                with_status(response, StatusCode::UNPROCESSABLE_ENTITY)
            } else {
                response
            }
        },
    ),
    Mutant::new(
        "key-as-bearer",
        "polyai.auth.not-bearer",
        "takes the key from Authorization as well",
        |reference, mut request| {
            if let Some(key) = bearer(request.headers()) {
                request.headers_mut().entry(KEY).or_insert(key);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-in-query",
        "polyai.auth.not-in-query",
        "takes the key from the query parameter api_key as well",
        |reference, mut request| {
            let key = query_value(&request, "api_key").and_then(|key| HeaderValue::from_str(&key).ok());
            if let Some(key) = key {
                request.headers_mut().entry(KEY).or_insert(key);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-by-prefix",
        "polyai.auth.key-prefix",
        "accepts every key that begins with the valid one",
        |reference, mut request| {
            let valid = valid_key(reference);
            let longer = request
                .headers()
                .get(KEY)
                .is_some_and(|key| key.as_bytes().starts_with(valid.as_bytes()));
            if longer && let Ok(valid) = HeaderValue::from_str(&valid) {
                request.headers_mut().insert(KEY, valid);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "location-in-any-case",
        "polyai.query.location.case",
        "compares event_id_location without case",
        |reference, request| {
            let Some(location) = query_value(&request, "event_id_location") else {
                return reference.respond(&request);
            };
            reference.respond(&with_query(
                request,
                "event_id_location",
                &location.to_lowercase(),
            ))
        },
    ),
    Mutant::new(
        "any-location-is-payload",
        "polyai.query.location.enum",
        "takes every unknown event_id_location for payload",
        |reference, request| {
            let known = query_value(&request, "event_id_location")
                .is_none_or(|location| ["headers", "querystring", "payload"].contains(&location.as_str()));
            if known {
                return reference.respond(&request);
            }
            reference.respond(&with_query(request, "event_id_location", "payload"))
        },
    ),
    Mutant::new(
        "search-everywhere",
        "polyai.extract.only-at-path",
        "searches the whole JSON body for the last name of the path",
        |reference, request| {
            let path = query_value(&request, "event_id_path").unwrap_or_default();
            let leaf = path.rsplit('.').next().unwrap_or_default();
            let found = json_body(&request).and_then(|body| find(&body, leaf));
            match found {
                Some(id) if is_json_payload(&request) => {
                    let body = json!({ "found": id }).to_string();
                    reference.respond(&with_query(with_body(request, body), "event_id_path", "found"))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "two-levels-only",
        "polyai.extract.json.dotted-path",
        "follows only the first two names of a dotted path",
        |reference, request| {
            let path = query_value(&request, "event_id_path").unwrap_or_default();
            if !is_json_payload(&request) || path.split('.').count() <= 2 {
                return reference.respond(&request);
            }
            let short: Vec<&str> = path.split('.').take(2).collect();
            let short = short.join(".");
            reference.respond(&with_query(request, "event_id_path", &short))
        },
    ),
    Mutant::new(
        "form-not-decoded",
        "polyai.extract.form.decoding",
        "splits forms at & and = and decodes nothing",
        |reference, request| {
            let is_form = media_type(&request).starts_with("application/x-www-form-urlencoded");
            if !is_form {
                return reference.respond(&request);
            }
            let body = String::from_utf8_lossy(request.body())
                .replace('%', "%25")
                .replace('+', "%2B");
            reference.respond(&with_body(request, body))
        },
    ),
    Mutant::new(
        "cdata-not-read",
        "polyai.extract.xml.character-data",
        "drops CDATA sections",
        |reference, request| {
            if media_type(&request) != "application/xml" {
                return reference.respond(&request);
            }
            let mut body = String::from_utf8_lossy(request.body()).into_owned();
            while let (Some(start), Some(end)) = (body.find("<![CDATA["), body.find("]]>")) {
                if end < start {
                    break;
                }
                body.replace_range(start..end + 3, "");
            }
            reference.respond(&with_body(request, body))
        },
    ),
    Mutant::new(
        "texts-exchanged",
        "polyai.id.messages-not-swapped",
        "says \"not valid\" where nothing was found, and the other way round",
        |reference, request| {
            let response = reference.respond(&request);
            let text = String::from_utf8_lossy(response.body()).into_owned();
            let other = if text.contains(not_found_text()) {
                not_valid_text()
            } else {
                not_found_text()
            };
            let is_either = text.contains(not_found_text()) || text.contains(not_valid_text());
            if is_either {
                with_text(response, other)
            } else {
                response
            }
        },
    ),
    Mutant::new(
        "html-errors",
        "polyai.response.400-content-type",
        "labels its errors text/html, as a framework's default page is",
        |reference, request| {
            let mut response = reference.respond(&request);
            if response.status() == StatusCode::BAD_REQUEST {
                response
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
            }
            response
        },
    ),
    Mutant::new(
        "message-for-error-message",
        "polyai.response.error-field",
        "names the text of its errors `message`",
        |reference, request| {
            let response = reference.respond(&request);
            let text = String::from_utf8_lossy(response.body()).replace("\"error_message\"", "\"message\"");
            response.map(|_| Bytes::from(text))
        },
    ),
    Mutant::new(
        "key-in-error",
        "polyai.response.no-key-leak",
        "repeats the key in the text of a refusal",
        |reference, request| {
            let key = request.headers().get(KEY).cloned();
            let response = reference.respond(&request);
            match key.as_ref().and_then(|key| key.to_str().ok()) {
                Some(key) if response.status() == StatusCode::BAD_REQUEST => {
                    with_text(response, &format!("refused for key {key}"))
                }
                _ => response,
            }
        },
    ),
    Mutant::new(
        "fails-on-broken-json",
        "polyai.response.no-server-error",
        "answers 500 with a stack trace where JSON does not parse",
        |reference, request| {
            if is_json_payload(&request) && json_body(&request).is_none() {
                let trace = json!({ "error_message": "Traceback (most recent call last):\n  json.loads" });
                return answer(StatusCode::INTERNAL_SERVER_ERROR, &trace);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "every-seventh-is-lost",
        "polyai.id.valid",
        "calls every seventh valid id not valid",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::CREATED && reference.earlier % 7 == 6 {
                return answer(
                    StatusCode::BAD_REQUEST,
                    &json!({ "error_message": not_valid_text() }),
                );
            }
            response
        },
    )
    .now_and_then(),
    Mutant::new(
        "put-is-post",
        "polyai.route.other-methods",
        "serves every method like POST",
        |reference, mut request| {
            *request.method_mut() = Method::POST;
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "small-bodies-only",
        "polyai.body.size-64k",
        "refuses bodies above 16 KiB",
        |reference, request| {
            if request.body().len() > 16 * 1024 {
                return answer(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    &json!({ "error_message": "too large" }),
                );
            }
            reference.respond(&request)
        },
    ),
];

fn with_text(response: Response<Bytes>, text: &str) -> Response<Bytes> {
    response.map(|_| Bytes::from(json!({ "error_message": text }).to_string()))
}

fn valid_key(reference: &Reference<'_>) -> String {
    reference.fixtures().polyai.keys.valid.clone().unwrap_or_default()
}

fn bearer(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    HeaderValue::from_str(value.strip_prefix("Bearer ")?).ok()
}

fn is_json_payload(request: &Request<Bytes>) -> bool {
    media_type(request).starts_with("application/json")
        && query_value(request, "event_id_location").as_deref() == Some("payload")
}

fn find(value: &Value, name: &str) -> Option<String> {
    match value {
        Value::Object(members) => members
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| members.values().find_map(|member| find(member, name))),
        Value::Array(items) => items.iter().find_map(|item| find(item, name)),
        _ => None,
    }
}
