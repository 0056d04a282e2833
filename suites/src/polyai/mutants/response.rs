//! How answers look.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::bend::{
    answer, edited, id_path, is_json_payload, json_body, labelled, location, media_type, not_valid, refuse,
    says_not_valid, sent_key, status_instead, text, with_text,
};
use crate::mutant::{Answer, Mutant};

const CREATED: StatusCode = StatusCode::CREATED;
const BAD_REQUEST: StatusCode = StatusCode::BAD_REQUEST;
const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;
const FAILED: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

/// The answer, changed where it has this status.
fn at(
    response: Response<Bytes>,
    status: StatusCode,
    change: impl FnOnce(Response<Bytes>) -> Response<Bytes>,
) -> Response<Bytes> {
    if response.status() == status {
        change(response)
    } else {
        response
    }
}

/// The answer with another body.
fn with_answer_body(response: Response<Bytes>, body: &Value) -> Response<Bytes> {
    response.map(|_| Bytes::from(body.to_string()))
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "ok-for-created",
        "polyai.response.201",
        "answers 200 where 201 is documented",
        |reference, request| status_instead(reference.respond(&request), CREATED, StatusCode::OK),
    ),
    Mutant::new(
        "accepted-for-created",
        "polyai.response.201",
        "answers 202, because the event is queued",
        |reference, request| status_instead(reference.respond(&request), CREATED, StatusCode::ACCEPTED),
    ),
    Mutant::new(
        "no-content-for-created",
        "polyai.response.no-200",
        "answers 204, because there is no body",
        |reference, request| status_instead(reference.respond(&request), CREATED, StatusCode::NO_CONTENT),
    ),
    Mutant::new(
        "ok-for-text",
        "polyai.response.no-200",
        "answers 200 to plain text",
        |reference, request| {
            let is_text = media_type(&request) == "text/plain";
            let response = reference.respond(&request);
            if is_text {
                return status_instead(response, CREATED, StatusCode::OK);
            }
            response
        },
    ),
    Mutant::new(
        "see-other-after-created",
        "polyai.response.no-redirect",
        "sends an accepted request on to a page of its status",
        |reference, request| {
            let in_query = location(&request) == "querystring";
            let mut response = reference.respond(&request);
            if in_query && response.status() == CREATED {
                response.headers_mut().insert(
                    http::header::LOCATION,
                    HeaderValue::from_static("/v1/external-events/1"),
                );
                return status_instead(response, CREATED, StatusCode::SEE_OTHER);
            }
            response
        },
    ),
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
        "fails-on-broken-json",
        "polyai.response.no-server-error",
        "answers 500 where JSON does not parse",
        |reference, request| {
            let keyed = reference.respond(&request).status() != UNAUTHORIZED;
            if keyed && is_json_payload(&request) && json_body(&request).is_none() {
                return refuse(FAILED, "Internal Server Error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "fails-on-other-bytes",
        "polyai.response.no-server-error",
        "answers 500 to bytes that are no UTF-8",
        |reference, request| {
            let keyed = reference.respond(&request).status() != UNAUTHORIZED;
            if keyed && std::str::from_utf8(request.body()).is_err() {
                return refuse(FAILED, "'utf-8' codec can't decode byte 0xff");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "fails-on-long-ids",
        "polyai.response.no-server-error",
        "answers 500 to an id that is longer than its column",
        |reference, request| {
            let long = text(&request).len() > 5000 && says_not_valid(&reference.respond(&request));
            if long {
                return refuse(FAILED, "value too long for type character varying(255)");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "fails-on-strange-header-names",
        "polyai.response.no-server-error",
        "answers 500 to a path that can be no header name",
        |reference, request| {
            let strange = HeaderName::try_from(id_path(&request)).is_err();
            if location(&request) == "headers" && strange && !sent_key(&request).is_empty() {
                return refuse(FAILED, "invalid header name");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "fails-on-deep-json",
        "polyai.response.no-server-error",
        "answers 500 to JSON of many levels",
        |reference, request| {
            if text(&request).starts_with(&"[".repeat(200)) {
                return refuse(FAILED, "maximum recursion depth exceeded");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "gateway-gives-up",
        "polyai.response.no-server-error",
        "answers 502 to a NUL in the path",
        |reference, request| {
            if id_path(&request).contains('\0') {
                return refuse(StatusCode::BAD_GATEWAY, "Bad Gateway");
            }
            reference.respond(&request)
        },
    ),
    Mutant::in_a_crowd(
        "hangs-up-on-broken-json",
        "polyai.response.no-server-error",
        "closes the connection without an answer where JSON does not parse",
        |reference, request| {
            if is_json_payload(&request) && json_body(&request).is_none() && !request.body().is_empty() {
                return Answer::none();
            }
            reference.respond(&request).into()
        },
    ),
    Mutant::in_a_crowd(
        "cut-refusals",
        "polyai.response.no-server-error",
        "breaks off in the middle of the answer to an unknown id in a header",
        |reference, request| {
            let response = reference.respond(&request);
            if location(&request) == "headers" && says_not_valid(&response) {
                return Answer::cut_after(response, 10);
            }
            response.into()
        },
    ),
    Mutant::new(
        "key-in-error",
        "polyai.response.no-key-leak",
        "repeats the key in the text of a refusal for wrong parameters",
        |reference, request| {
            let key = sent_key(&request).to_owned();
            let known = ["headers", "querystring", "payload"].contains(&location(&request).as_str());
            at(reference.respond(&request), BAD_REQUEST, |response| {
                if known {
                    response
                } else {
                    with_text(response, &format!("refused for key {key}"))
                }
            })
        },
    ),
    Mutant::new(
        "key-in-a-header",
        "polyai.response.no-key-leak",
        "sends the headers of the request back with its answer",
        |reference, request| {
            let key = request.headers().get("x-api-key").cloned();
            let mut response = reference.respond(&request);
            if let Some(key) = key.filter(|_| response.status() == CREATED) {
                response.headers_mut().insert("x-echo-key", key);
            }
            response
        },
    ),
    Mutant::new(
        "request-in-debug-output",
        "polyai.response.no-key-leak",
        "adds the request with all its headers to an answer for broken JSON",
        |reference, request| {
            let broken = is_json_payload(&request) && json_body(&request).is_none();
            let key = sent_key(&request).to_owned();
            at(reference.respond(&request), BAD_REQUEST, |response| {
                if !broken {
                    return response;
                }
                edited(response, |body| {
                    body["request"] = json!({ "headers": { "x-api-key": key } });
                })
            })
        },
    ),
    Mutant::new(
        "python-traceback",
        "polyai.response.no-stack-trace",
        "adds a traceback to its answer for broken JSON",
        |reference, request| {
            let broken = is_json_payload(&request) && json_body(&request).is_none();
            at(reference.respond(&request), BAD_REQUEST, |response| {
                if !broken {
                    return response;
                }
                let trace =
                    "Traceback (most recent call last):\n  File \"/srv/app.py\", line 10, in webhook\n";
                edited(response, |body| body["trace"] = json!(trace))
            })
        },
    ),
    Mutant::new(
        "node-stack",
        "polyai.response.no-stack-trace",
        "answers broken JSON with the stack of the exception",
        |reference, request| {
            let broken = is_json_payload(&request) && json_body(&request).is_none();
            at(reference.respond(&request), BAD_REQUEST, |response| {
                if !broken {
                    return response;
                }
                let trace = "SyntaxError: Unexpected token\n    at JSON.parse (<anonymous>)\n    at parse (/app/body.js:92:19)";
                edited(response, |body| body["stack"] = json!(trace))
            })
        },
    ),
    Mutant::new(
        "java-stack",
        "polyai.response.no-stack-trace",
        "gives the stack trace of a validation exception for an unknown location",
        |reference, request| {
            let known = ["headers", "querystring", "payload"].contains(&location(&request).as_str());
            at(reference.respond(&request), BAD_REQUEST, |response| {
                if known {
                    return response;
                }
                let trace = "java.lang.IllegalArgumentException: No enum constant\n\tat com.example.Location.valueOf(Location.java:3)\n";
                edited(response, |body| body["trace"] = json!(trace))
            })
        },
    ),
    Mutant::new(
        "go-panic",
        "polyai.response.no-stack-trace",
        "prints goroutines for an unknown id",
        |reference, request| {
            let response = reference.respond(&request);
            if !says_not_valid(&response) {
                return response;
            }
            edited(not_valid(), |body| {
                body["debug"] =
                    json!("goroutine 34 [running]:\nmain.webhook(0xc0000b2000)\n\t/src/main.go:42 +0x1d");
            })
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
