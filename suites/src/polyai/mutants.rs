//! Wrong servers of this API, each a small defect that implementers really make.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use serde_json::{Value, json};

use super::answers::{not_found_text, not_valid_text};
use crate::mutant::{Mutant, Reference};

const KEY: HeaderName = HeaderName::from_static("x-api-key");

/// All of them.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "ok-for-created",
        breaks: "polyai.response.201",
        defect: "answers 200 where 201 is documented",
        intermittent: false,
        respond: |reference, request| {
            status_instead(reference, &request, StatusCode::CREATED, StatusCode::OK)
        },
    },
    Mutant {
        name: "unprocessable-for-missing-parameter",
        breaks: "polyai.query.account.required",
        defect: "answers 422 for a missing parameter, as a validation library does by default",
        intermittent: false,
        respond: |reference, request| {
            let missing = query_value(&request, "account_id").is_none();
            let response = reference.respond(&request);
            if missing {
                with_status(response, StatusCode::UNPROCESSABLE_ENTITY)
            } else {
                response
            }
        },
    },
    Mutant {
        name: "key-as-bearer",
        breaks: "polyai.auth.not-bearer",
        defect: "takes the key from Authorization as well",
        intermittent: false,
        respond: |reference, mut request| {
            if let Some(key) = bearer(request.headers()) {
                request.headers_mut().entry(KEY).or_insert(key);
            }
            reference.respond(&request)
        },
    },
    Mutant {
        name: "key-in-query",
        breaks: "polyai.auth.not-in-query",
        defect: "takes the key from the query parameter api_key as well",
        intermittent: false,
        respond: |reference, mut request| {
            let key = query_value(&request, "api_key").and_then(|key| HeaderValue::from_str(&key).ok());
            if let Some(key) = key {
                request.headers_mut().entry(KEY).or_insert(key);
            }
            reference.respond(&request)
        },
    },
    Mutant {
        name: "key-by-prefix",
        breaks: "polyai.auth.key-prefix",
        defect: "accepts every key that begins with the valid one",
        intermittent: false,
        respond: |reference, mut request| {
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
    },
    Mutant {
        name: "location-in-any-case",
        breaks: "polyai.query.location.case",
        defect: "compares event_id_location without case",
        intermittent: false,
        respond: |reference, request| {
            let Some(location) = query_value(&request, "event_id_location") else {
                return reference.respond(&request);
            };
            reference.respond(&with_query(
                request,
                "event_id_location",
                &location.to_lowercase(),
            ))
        },
    },
    Mutant {
        name: "any-location-is-payload",
        breaks: "polyai.query.location.enum",
        defect: "takes every unknown event_id_location for payload",
        intermittent: false,
        respond: |reference, request| {
            let known = query_value(&request, "event_id_location")
                .is_none_or(|location| ["headers", "querystring", "payload"].contains(&location.as_str()));
            if known {
                return reference.respond(&request);
            }
            reference.respond(&with_query(request, "event_id_location", "payload"))
        },
    },
    Mutant {
        name: "search-everywhere",
        breaks: "polyai.extract.only-at-path",
        defect: "searches the whole JSON body for the last name of the path",
        intermittent: false,
        respond: |reference, request| {
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
    },
    Mutant {
        name: "two-levels-only",
        breaks: "polyai.extract.json.dotted-path",
        defect: "follows only the first two names of a dotted path",
        intermittent: false,
        respond: |reference, request| {
            let path = query_value(&request, "event_id_path").unwrap_or_default();
            if !is_json_payload(&request) || path.split('.').count() <= 2 {
                return reference.respond(&request);
            }
            let short: Vec<&str> = path.split('.').take(2).collect();
            let short = short.join(".");
            reference.respond(&with_query(request, "event_id_path", &short))
        },
    },
    Mutant {
        name: "form-not-decoded",
        breaks: "polyai.extract.form.decoding",
        defect: "splits forms at & and = and decodes nothing",
        intermittent: false,
        respond: |reference, request| {
            let is_form = media_type(&request).starts_with("application/x-www-form-urlencoded");
            if !is_form {
                return reference.respond(&request);
            }
            let body = String::from_utf8_lossy(request.body())
                .replace('%', "%25")
                .replace('+', "%2B");
            reference.respond(&with_body(request, body))
        },
    },
    Mutant {
        name: "cdata-not-read",
        breaks: "polyai.extract.xml.character-data",
        defect: "drops CDATA sections",
        intermittent: false,
        respond: |reference, request| {
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
    },
    Mutant {
        name: "texts-exchanged",
        breaks: "polyai.id.messages-not-swapped",
        defect: "says \"not valid\" where nothing was found, and the other way round",
        intermittent: false,
        respond: |reference, request| {
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
    },
    Mutant {
        name: "html-errors",
        breaks: "polyai.response.400-content-type",
        defect: "labels its errors text/html, as a framework's default page is",
        intermittent: false,
        respond: |reference, request| {
            let mut response = reference.respond(&request);
            if response.status() == StatusCode::BAD_REQUEST {
                response
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
            }
            response
        },
    },
    Mutant {
        name: "message-for-error-message",
        breaks: "polyai.response.error-field",
        defect: "names the text of its errors `message`",
        intermittent: false,
        respond: |reference, request| {
            let response = reference.respond(&request);
            let text = String::from_utf8_lossy(response.body()).replace("\"error_message\"", "\"message\"");
            response.map(|_| Bytes::from(text))
        },
    },
    Mutant {
        name: "key-in-error",
        breaks: "polyai.response.no-key-leak",
        defect: "repeats the key in the text of a refusal",
        intermittent: false,
        respond: |reference, request| {
            let key = request.headers().get(KEY).cloned();
            let response = reference.respond(&request);
            match key.as_ref().and_then(|key| key.to_str().ok()) {
                Some(key) if response.status() == StatusCode::BAD_REQUEST => {
                    with_text(response, &format!("refused for key {key}"))
                }
                _ => response,
            }
        },
    },
    Mutant {
        name: "fails-on-broken-json",
        breaks: "polyai.response.no-server-error",
        defect: "answers 500 with a stack trace where JSON does not parse",
        intermittent: false,
        respond: |reference, request| {
            if is_json_payload(&request) && json_body(&request).is_none() {
                let trace = json!({ "error_message": "Traceback (most recent call last):\n  json.loads" });
                return answer(StatusCode::INTERNAL_SERVER_ERROR, &trace);
            }
            reference.respond(&request)
        },
    },
    Mutant {
        name: "every-seventh-is-lost",
        breaks: "polyai.id.valid",
        defect: "calls every seventh valid id not valid",
        intermittent: true,
        respond: |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::CREATED && reference.earlier % 7 == 6 {
                return answer(
                    StatusCode::BAD_REQUEST,
                    &json!({ "error_message": not_valid_text() }),
                );
            }
            response
        },
    },
    Mutant {
        name: "put-is-post",
        breaks: "polyai.route.other-methods",
        defect: "serves every method like POST",
        intermittent: false,
        respond: |reference, mut request| {
            *request.method_mut() = Method::POST;
            reference.respond(&request)
        },
    },
    Mutant {
        name: "small-bodies-only",
        breaks: "polyai.body.size-64k",
        defect: "refuses bodies above 16 KiB",
        intermittent: false,
        respond: |reference, request| {
            if request.body().len() > 16 * 1024 {
                return answer(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    &json!({ "error_message": "too large" }),
                );
            }
            reference.respond(&request)
        },
    },
];

fn status_instead(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    from: StatusCode,
    to: StatusCode,
) -> Response<Bytes> {
    let response = reference.respond(request);
    if response.status() == from {
        with_status(response, to)
    } else {
        response
    }
}

fn with_status(mut response: Response<Bytes>, status: StatusCode) -> Response<Bytes> {
    *response.status_mut() = status;
    response
}

fn answer(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn with_text(response: Response<Bytes>, text: &str) -> Response<Bytes> {
    response.map(|_| Bytes::from(json!({ "error_message": text }).to_string()))
}

fn with_body(request: Request<Bytes>, body: String) -> Request<Bytes> {
    request.map(|_| Bytes::from(body))
}

fn valid_key(reference: &Reference<'_>) -> String {
    reference.fixtures().polyai.keys.valid.clone().unwrap_or_default()
}

fn bearer(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    HeaderValue::from_str(value.strip_prefix("Bearer ")?).ok()
}

fn media_type(request: &Request<Bytes>) -> String {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

fn pairs(request: &Request<Bytes>) -> Vec<(String, String)> {
    form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}

fn query_value(request: &Request<Bytes>, name: &str) -> Option<String> {
    pairs(request)
        .into_iter()
        .find(|(n, _)| n == name)
        .map(|(_, value)| value)
}

fn with_query(mut request: Request<Bytes>, name: &str, value: &str) -> Request<Bytes> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (n, v) in pairs(&request) {
        query.append_pair(&n, if n == name { value } else { &v });
    }
    let target = format!("{}?{}", request.uri().path(), query.finish());
    // What was a target before is one after its values were encoded again.
    *request.uri_mut() = target.parse::<Uri>().unwrap_or_default();
    request
}

fn is_json_payload(request: &Request<Bytes>) -> bool {
    media_type(request).starts_with("application/json")
        && query_value(request, "event_id_location").as_deref() == Some("payload")
}

fn json_body(request: &Request<Bytes>) -> Option<Value> {
    serde_json::from_slice(request.body()).ok()
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
