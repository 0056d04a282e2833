//! Correct servers of this API that differ from the reference where the documents leave them free.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, LOCATION, TRANSFER_ENCODING, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::standin::bend::{answer, edited, json_body, labelled, visit};
use crate::variant::Variant;

/// All of them, beside those that any server may be.
pub(crate) fn all() -> Vec<&'static Variant> {
    VARIANTS.iter().collect()
}

const VARIANTS: &[Variant] = &[
    Variant::new(
        "other-details",
        "tells why it refuses in words of its own, and which request it was",
        |reference, request| {
            problem(reference.respond(&request), |problem| {
                let detail = format!("Request {}: invalid input", reference.earlier);
                problem["error"]["message"] = json!(detail);
                problem.insert("detail".to_owned(), json!(detail));
            })
        },
    ),
    Variant::new(
        "long-details",
        "tells why it refuses in many words, and cuts them in the older form",
        |reference, request| {
            problem(reference.respond(&request), |problem| {
                let detail = "the body does not fit the schema; ".repeat(5);
                problem["error"]["message"] = json!(format!("{}...", &detail[..97]));
                problem.insert("detail".to_owned(), json!(detail));
            })
        },
    ),
    Variant::new(
        "problems-with-nulls-and-errors",
        "has null for what it does not name in a problem, and a list of all faults",
        |reference, request| {
            problem(reference.respond(&request), |problem| {
                problem.insert("instance".to_owned(), Value::Null);
                problem.insert("requestId".to_owned(), Value::Null);
                problem.insert("type".to_owned(), json!("about:blank"));
                problem.insert(
                    "errors".to_owned(),
                    json!([{ "path": ["type"], "message": "Required" }]),
                );
            })
        },
    ),
    Variant::new(
        "undocumented-statuses-as-html",
        "answers what is beyond the documented statuses with a page of HTML",
        |reference, request| {
            let response = reference.respond(&request);
            match response.status() {
                StatusCode::NOT_FOUND
                | StatusCode::METHOD_NOT_ALLOWED
                | StatusCode::UNSUPPORTED_MEDIA_TYPE => labelled(
                    response.map(|_| Bytes::from_static(b"<h1>Not Found</h1>")),
                    "text/html",
                ),
                _ => response,
            }
        },
    ),
    Variant::new(
        "methods-not-implemented",
        "answers 501 to another method than POST, with no body",
        |reference, request| {
            if request.method() == Method::POST {
                return reference.respond(&request);
            }
            let mut response = Response::default();
            *response.status_mut() = StatusCode::NOT_IMPLEMENTED;
            response
        },
    ),
    Variant::new(
        "times-with-an-offset",
        "writes times with microseconds and an offset",
        |reference, request| {
            times(reference.respond(&request), |time| {
                format!("{}123+00:00", time.trim_end_matches('Z'))
            })
        },
    ),
    Variant::new(
        "times-in-seconds",
        "writes times in whole seconds",
        |reference, request| {
            times(reference.respond(&request), |time| {
                format!("{}Z", time.split('.').next().unwrap_or_default())
            })
        },
    ),
    Variant::new(
        "place-of-the-event",
        "names the place of a new event, though none can be read",
        |reference, request| {
            let mut response = reference.respond(&request);
            if response.status() == StatusCode::CREATED {
                response
                    .headers_mut()
                    .insert(LOCATION, HeaderValue::from_static("/run/v1/events/1"));
            }
            response
        },
    ),
    Variant::new(
        "challenge-in-full",
        "says in WWW-Authenticate what is wrong with a token",
        |reference, request| {
            let mut response = reference.respond(&request);
            if response.status() == StatusCode::UNAUTHORIZED {
                let challenge = "Bearer realm=\"events\", error=\"invalid_token\"";
                response
                    .headers_mut()
                    .insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
            response
        },
    ),
    Variant::new(
        "ids-of-its-own-kind",
        "gives events without an id long ones with every character that an id may have",
        |reference, request| {
            let absent = json_body(&request).is_some_and(|body| body.get("id").is_none());
            event(reference.respond(&request), |event| {
                if absent {
                    event.insert(
                        "id".to_owned(),
                        json!(format!("EVT_{}.x-{:0200}", reference.earlier, 0)),
                    );
                }
            })
        },
    ),
    Variant::new(
        "ids-as-short-as-can-be",
        "numbers the events that come without an id",
        |reference, request| {
            let absent = json_body(&request).is_some_and(|body| body.get("id").is_none());
            event(reference.respond(&request), |event| {
                if absent {
                    event.insert("id".to_owned(), json!(reference.earlier.to_string()));
                }
            })
        },
    ),
    Variant::new(
        "numbers-as-fractions",
        "writes whole numbers of free-form objects as fractions of nothing",
        |reference, request| {
            event(reference.respond(&request), |event| {
                for name in ["properties", "userProperties", "metadata"] {
                    if let Some(bag) = event.get_mut(name) {
                        visit(bag, &mut |value| {
                            if let Some(number) = value.as_f64() {
                                *value = json!(number);
                            }
                        });
                    }
                }
            })
        },
    ),
    Variant::new(
        "notes-of-the-server",
        "notes more in serverMetadata than the guide says",
        |reference, request| {
            event(reference.respond(&request), |event| {
                let notes = json!({ "authMethod": "api_key", "receivedBy": "eu-1", "attempt": 1 });
                event.insert("serverMetadata".to_owned(), notes);
            })
        },
    ),
    Variant::new(
        "repetitions-told",
        "tells in a member of its own whether an event was there, and counts how often it came",
        |reference, request| {
            let response = reference.respond(&request);
            let known = response.status() == StatusCode::OK;
            event(response, |event| {
                event.insert("duplicate".to_owned(), json!(known));
                event.insert("seen".to_owned(), json!(reference.earlier));
            })
        },
    ),
    Variant::new(
        "length-required",
        "insists on the length of a body",
        |reference, request| {
            if request.headers().contains_key(TRANSFER_ENCODING) {
                return answer(
                    StatusCode::LENGTH_REQUIRED,
                    &json!({ "title": "Length Required" }),
                );
            }
            reference.respond(&request)
        },
    ),
    Variant::in_a_crowd(
        "closes-after-a-refusal",
        "closes the connection after every refusal",
        |reference, request| {
            let mut response = reference.respond(&request);
            if !response.status().is_success() {
                response
                    .headers_mut()
                    .insert(CONNECTION, HeaderValue::from_static("close"));
            }
            response.into()
        },
    ),
    Variant::new(
        "agent-of-the-token",
        "fills an absent agentId with the agent of the token, and an absent conversationId with that of the message",
        |reference, request| {
            event(reference.respond(&request), |event| {
                if event.get("agentId").is_none_or(Value::is_null) {
                    event.insert("agentId".to_owned(), json!("agent-of-the-token"));
                }
                let of_a_message = event.get("messageId").is_some_and(Value::is_string);
                if of_a_message && event.get("conversationId").is_none_or(Value::is_null) {
                    let conversation = json!("conversation-of-the-message");
                    event.insert("conversationId".to_owned(), conversation);
                }
            })
        },
    ),
    Variant::new(
        "label-in-another-spelling",
        "writes its media types with a capital and a blank before the parameter",
        |reference, request| {
            let mut response = reference.respond(&request);
            let other = match response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes) {
                Some(b"application/json") => "Application/JSON ; charset=\"utf-8\"",
                Some(b"application/problem+json") => "application/Problem+JSON;charset=UTF-8",
                _ => return response,
            };
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static(other));
            response
        },
    ),
];

/// The answer with its event changed.
fn event(response: Response<Bytes>, edit: impl FnOnce(&mut Map<String, Value>)) -> Response<Bytes> {
    let accepted = response.status().is_success();
    edited(response, |body| {
        if let Some(event) = body
            .get_mut("data")
            .and_then(Value::as_object_mut)
            .filter(|_| accepted)
        {
            edit(event);
        }
    })
}

/// The answer with its problem changed.
fn problem(response: Response<Bytes>, edit: impl FnOnce(&mut Map<String, Value>)) -> Response<Bytes> {
    let refused = !response.status().is_success();
    edited(response, |body| {
        if let Some(problem) = body.as_object_mut().filter(|_| refused) {
            edit(problem);
        }
    })
}

/// The answer with its times written in another way.
fn times(response: Response<Bytes>, write: fn(&str) -> String) -> Response<Bytes> {
    event(response, |event| {
        for name in ["createdAt", "updatedAt"] {
            if let Some(Value::String(time)) = event.get_mut(name) {
                *time = write(time);
            }
        }
    })
}
