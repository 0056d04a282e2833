//! Correct servers of this API that differ from the reference where the documents leave them free.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, LOCATION, TRANSFER_ENCODING, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, Response, StatusCode};
use mock_server::Fixtures;
use serde_json::json;

use super::answers::{not_found_text, not_valid_text};
use super::fixtures::PATH;
use crate::standin::Answer;
use crate::standin::bend::{answer, edited, labelled, media_type, query_value};
use crate::variant::Variant;

/// All of them, beside those that any server may be.
pub(crate) fn all() -> Vec<&'static Variant> {
    VARIANTS.iter().collect()
}

/// What every server reads, in bytes; what is larger may be refused.
const LARGE_BYTES: usize = 64 * 1024;

const VARIANTS: &[Variant] = &[
    Variant::new(
        "body-of-an-older-edition",
        "answers 201 with what became of the event",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::CREATED {
                return response;
            }
            let delivery = json!({ "bound_to_call": true, "sent_to_llm": false });
            let mut response = answer(
                StatusCode::CREATED,
                &json!({ "received": true, "delivery": delivery }),
            );
            response
                .headers_mut()
                .insert(LOCATION, HeaderValue::from_static("/v1/external-events/1"));
            response
        },
    ),
    Variant::new(
        "a-word-for-created",
        "answers 201 with a word in plain text",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::CREATED {
                return response;
            }
            labelled(response.map(|_| Bytes::from("Created")), "text/plain")
        },
    ),
    Variant::new(
        "envelope-of-the-platform",
        "answers errors in the shape that the vendor's other pages show, which holds error_message too",
        |reference, request| {
            let response = reference.respond(&request);
            let status = response.status().as_u16();
            edited(response, |body| {
                if body.get("error_message").is_some() {
                    body["success"] = json!(false);
                    body["error"] = json!("request_refused");
                    body["error_id"] = json!("9f1c");
                    body["error_code"] = json!(status);
                    body["data"] = json!(null);
                }
            })
        },
    ),
    Variant::new(
        "media-type-in-capitals",
        "writes Application/JSON with a charset",
        |reference, request| {
            let response = reference.respond(&request);
            if response.headers().contains_key(CONTENT_TYPE) {
                return labelled(response, "Application/JSON;charset=UTF-8");
            }
            response
        },
    ),
    Variant::new(
        "challenge",
        "answers 401 with a challenge and a text of its own, and says which header is missing",
        |reference, request| {
            let mut response = reference.respond(&request);
            if response.status() == StatusCode::UNAUTHORIZED {
                response.headers_mut().insert(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("ApiKey realm=\"events\""),
                );
                let text = json!({ "error_message": "X-Api-Key: invalid or missing API key" });
                return response.map(|_| Bytes::from(text.to_string()));
            }
            response
        },
    ),
    Variant::new(
        "says-what-it-looked-for",
        "repeats the path and the id in the texts of its refusals",
        |reference, request| {
            let path = query_value(&request, "event_id_path").unwrap_or_default();
            let response = reference.respond(&request);
            edited(response, |body| {
                let text = body["error_message"].as_str().unwrap_or_default().to_owned();
                if text == not_found_text() {
                    body["error_message"] = json!(format!("nothing is at {path}"));
                } else if text == not_valid_text() {
                    body["error_message"] = json!(format!("the id at {path} is unknown"));
                }
            })
        },
    )
    .warned_for(&["polyai.id.exact-messages"]),
    Variant::new(
        "one-text-for-all-refusals",
        "says no more than that the request is bad",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::BAD_REQUEST {
                return response;
            }
            edited(response, |body| body["error_message"] = json!("Bad request"))
        },
    )
    .warned_for(&["polyai.id.exact-messages"]),
    Variant::new(
        "page-for-other-methods",
        "answers other methods with the 404 page of its gateway",
        |reference, request| {
            if request.method() == Method::POST {
                return reference.respond(&request);
            }
            not_here()
        },
    ),
    Variant::new(
        "methods-not-implemented",
        "answers methods other than POST with 501 and nothing else",
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
        "page-for-other-paths",
        "answers other paths with the 404 page of its gateway",
        |reference, request| {
            if request.uri().path() == PATH {
                return reference.respond(&request);
            }
            not_here()
        },
    ),
    Variant::new(
        "key-before-the-path",
        "asks for the key before it looks at path and method",
        |reference, request| {
            let valid = reference.fixtures().polyai.keys.valid.as_deref();
            let sent = request
                .headers()
                .get("x-api-key")
                .and_then(|key| key.to_str().ok());
            if sent == valid {
                return reference.respond(&request);
            }
            answer(
                StatusCode::UNAUTHORIZED,
                &json!({ "error_message": "Unauthorized" }),
            )
        },
    ),
    Variant::new(
        "insists-on-a-length",
        "answers 411 to a body in chunks",
        |reference, request| {
            if request.headers().contains_key(TRANSFER_ENCODING) {
                return labelled(status_only(StatusCode::LENGTH_REQUIRED), "text/html");
            }
            reference.respond(&request)
        },
    ),
    Variant::new(
        "too-large",
        "answers 413 with a page to a body above 64 KiB",
        |reference, request| {
            if request.body().len() > LARGE_BYTES {
                return labelled(
                    status_only(StatusCode::PAYLOAD_TOO_LARGE).map(|_| Bytes::from("<h1>413</h1>")),
                    "text/html",
                );
            }
            reference.respond(&request)
        },
    ),
    Variant::in_a_crowd(
        "hangs-up-on-large-bodies",
        "closes the connection on a body above 64 KiB",
        |reference, request| {
            if request.body().len() > LARGE_BYTES {
                return Answer::none();
            }
            reference.respond(&request).into()
        },
    ),
    Variant::new(
        "so-deep-and-no-deeper",
        "refuses JSON of more than 32 levels",
        |reference, request| {
            let opened = request
                .body()
                .iter()
                .filter(|byte| matches!(byte, b'{' | b'['))
                .count();
            let is_json = media_type(&request).starts_with("application/json");
            if is_json
                && opened > 32
                && request
                    .body()
                    .windows(33)
                    .any(|part| part.iter().all(|b| *b == b'['))
            {
                return answer(
                    StatusCode::BAD_REQUEST,
                    &json!({ "error_message": "the body is nested too deeply" }),
                );
            }
            reference.respond(&request)
        },
    ),
    Variant::in_a_crowd(
        "closes-after-refusals",
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
    Variant::in_a_crowd(
        "takes-its-time",
        "needs a while for some of its answers",
        |reference, request| {
            let response = reference.respond(&request);
            if reference.earlier % 50 == 0 {
                return Answer::late(response, Duration::from_millis(20));
            }
            response.into()
        },
    ),
    Variant::new(
        "ids-of-another-kind",
        "issues ids that are UUIDs in lower-case letters",
        |reference, request| reference.respond(&request),
    )
    .with(|fixtures| {
        rename_ids(fixtures, |number| {
            format!("5e1f0c9a-7b2d-4c3e-8f4a-{number:012x}")
        });
    }),
    Variant::new(
        "ids-of-digits",
        "issues ids that are numbers",
        |reference, request| reference.respond(&request),
    )
    .with(|fixtures| {
        rename_ids(fixtures, |number| {
            format!("{}", 9_000_000_000_000_000_u64 + number as u64)
        });
    }),
    Variant::new(
        "account-in-other-letters",
        "names accounts and projects with blanks and letters beyond ASCII",
        |reference, request| reference.respond(&request),
    )
    .with(|fixtures| {
        "Société & Söhne".clone_into(&mut fixtures.polyai.account_id);
        "ws/1+1 = 2".clone_into(&mut fixtures.polyai.project_id);
    }),
    Variant::new(
        "root-needed-below-the-top",
        "wants the root element in a path of several names into XML, and none in a path of one",
        |reference, request| {
            let path = query_value(&request, "event_id_path").unwrap_or_default();
            let is_xml = media_type(&request) == "application/xml"
                && query_value(&request, "event_id_location").as_deref() == Some("payload");
            if !is_xml {
                return reference.respond(&request);
            }
            let body = String::from_utf8_lossy(request.body()).into_owned();
            let root = body.rsplit("</").next().unwrap_or_default();
            let root = root.trim_end().trim_end_matches('>').trim_end();
            let rooted = path.split('.').next() == Some(root);
            let names = path.split('.').count();
            if names == 2 || (names > 2 && !rooted) {
                // `root.cid` is not known, and neither is `a.b` without its root.
                return answer(
                    StatusCode::BAD_REQUEST,
                    &json!({ "error_message": not_found_text() }),
                );
            }
            reference.respond(&request)
        },
    ),
];

/// The 404 page of a gateway.
fn not_here() -> Response<Bytes> {
    let page = status_only(StatusCode::NOT_FOUND).map(|_| Bytes::from("<html><h1>404 Not Found</h1></html>"));
    labelled(page, "text/html")
}

fn status_only(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

/// Gives every id another name of one kind.
fn rename_ids(fixtures: &mut Fixtures, name: impl Fn(usize) -> String) {
    let polyai = &mut fixtures.polyai;
    let ids = polyai.known_ids.iter_mut();
    let ids = ids.chain(&mut polyai.expired_ids).chain(&mut polyai.failing_ids);
    let count = ids.enumerate().map(|(number, id)| *id = name(number)).count();
    polyai.unknown_id = Some(name(count));
}
