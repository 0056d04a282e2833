//! Error answers that are not as they are described.
use super::response::{BAD_REQUEST, FAILED, UNAUTHORIZED, at};

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::bend::{
    answer, edited, is_json_payload, json_body, labelled, location, says_not_valid, status_instead, with_text,
};
use crate::mutant::Mutant;

/// The answer with another body.
fn with_answer_body(response: Response<Bytes>, body: &Value) -> Response<Bytes> {
    response.map(|_| Bytes::from(body.to_string()))
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "html-errors",
        "polyai.response.400-content-type",
        "labels its errors text/html, as a framework's default page is",
        |reference, request| {
            at(reference.respond(&request), BAD_REQUEST, |response| {
                labelled(response, "text/html")
            })
        },
    ),
    Mutant::new(
        "no-label-on-not-valid",
        "polyai.response.400-content-type",
        "sends the answer for an id that is not valid without a media type",
        |reference, request| {
            let mut response = reference.respond(&request);
            if says_not_valid(&response) {
                response.headers_mut().remove(http::header::CONTENT_TYPE);
            }
            response
        },
    ),
    Mutant::new(
        "problem-details",
        "polyai.response.400-content-type",
        "labels its errors application/problem+json",
        |reference, request| {
            at(reference.respond(&request), BAD_REQUEST, |response| {
                labelled(response, "application/problem+json")
            })
        },
    ),
    Mutant::new(
        "html-for-unauthorized",
        "polyai.response.401-content-type",
        "lets its gateway answer 401 with a page",
        |reference, request| {
            at(reference.respond(&request), UNAUTHORIZED, |response| {
                labelled(response, "text/html")
            })
        },
    ),
    Mutant::new(
        "text-for-failures",
        "polyai.response.500-content-type",
        "labels its own failures text/plain",
        |reference, request| {
            at(reference.respond(&request), FAILED, |response| {
                labelled(response, "text/plain")
            })
        },
    ),
    Mutant::new(
        "object-for-text",
        "polyai.response.400-schema",
        "gives an object for error_message",
        |reference, request| {
            at(reference.respond(&request), BAD_REQUEST, |response| {
                edited(response, |body| {
                    let text = body["error_message"].take();
                    body["error_message"] = json!({ "text": text });
                })
            })
        },
    ),
    Mutant::new(
        "list-of-errors",
        "polyai.response.400-schema",
        "answers with a list of errors",
        |reference, request| {
            at(reference.respond(&request), BAD_REQUEST, |response| {
                let body = serde_json::from_slice::<Value>(response.body()).unwrap_or_default();
                with_answer_body(response, &json!([body]))
            })
        },
    ),
    Mutant::new(
        "json-in-json",
        "polyai.response.400-schema",
        "encodes its errors twice",
        |reference, request| {
            at(reference.respond(&request), BAD_REQUEST, |response| {
                let text = String::from_utf8_lossy(response.body()).into_owned();
                with_answer_body(response, &Value::String(text))
            })
        },
    ),
    Mutant::new(
        "empty-400",
        "polyai.response.400-schema",
        "answers 400 without a body where the body is no JSON",
        |reference, request| {
            let broken = is_json_payload(&request) && json_body(&request).is_none();
            at(reference.respond(&request), BAD_REQUEST, |response| {
                if broken {
                    response.map(|_| Bytes::new())
                } else {
                    response
                }
            })
        },
    ),
    Mutant::new(
        "text-for-unauthorized",
        "polyai.response.401-schema",
        "answers 401 with the word Unauthorized",
        |reference, request| {
            at(reference.respond(&request), UNAUTHORIZED, |response| {
                response.map(|_| Bytes::from("Unauthorized"))
            })
        },
    ),
    Mutant::new(
        "number-for-unauthorized",
        "polyai.response.401-schema",
        "gives a number for error_message in a 401",
        |reference, request| {
            at(reference.respond(&request), UNAUTHORIZED, |response| {
                with_answer_body(response, &json!({ "error_message": 401 }))
            })
        },
    ),
    Mutant::new(
        "text-where-it-fails",
        "polyai.response.500-schema",
        "answers its own failures with plain words under the label of JSON",
        |reference, request| {
            at(reference.respond(&request), FAILED, |response| {
                response.map(|_| Bytes::from("Internal Server Error"))
            })
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
        "camel-case",
        "polyai.response.error-field",
        "names the text of a 401 `errorMessage`",
        |reference, request| {
            at(reference.respond(&request), UNAUTHORIZED, |response| {
                with_answer_body(response, &json!({ "errorMessage": "Unauthorized" }))
            })
        },
    ),
    Mutant::new(
        "detail-of-failures",
        "polyai.response.error-field",
        "gives the reason for its own failures as `detail`",
        |reference, request| {
            at(reference.respond(&request), FAILED, |response| {
                with_answer_body(response, &json!({ "detail": "Internal Server Error" }))
            })
        },
    ),
    Mutant::new(
        "no-reason-for-unauthorized",
        "polyai.response.error-nonempty",
        "leaves error_message empty in a 401",
        |reference, request| {
            at(reference.respond(&request), UNAUTHORIZED, |response| {
                with_text(response, "")
            })
        },
    ),
    Mutant::new(
        "blank-reason",
        "polyai.response.error-nonempty",
        "gives a blank for the reason where a parameter is wrong",
        |reference, request| {
            let known = ["headers", "querystring", "payload"].contains(&location(&request).as_str());
            at(reference.respond(&request), BAD_REQUEST, |response| {
                if known { response } else { with_text(response, " ") }
            })
        },
    ),
    Mutant::new(
        "unavailable-where-it-fails",
        "polyai.response.500",
        "answers 503 for a fault of its own",
        |reference, request| {
            status_instead(
                reference.respond(&request),
                FAILED,
                StatusCode::SERVICE_UNAVAILABLE,
            )
        },
    ),
    Mutant::new(
        "envelope",
        "polyai.response.error-field",
        "wraps its errors in an envelope",
        |reference, request| {
            at(reference.respond(&request), BAD_REQUEST, |response| {
                let body = serde_json::from_slice::<Value>(response.body()).unwrap_or_default();
                answer(BAD_REQUEST, &json!({ "success": false, "error": body }))
            })
        },
    ),
];
