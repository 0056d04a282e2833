//! How answers look.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::json;

use super::bend::{
    edited, id_path, is_json_payload, json_body, location, media_type, not_valid, refuse, says_not_valid,
    sent_key, status_instead, text, with_text,
};
use crate::mutant::{Answer, Mutant};

const CREATED: StatusCode = StatusCode::CREATED;
pub(super) const BAD_REQUEST: StatusCode = StatusCode::BAD_REQUEST;
pub(super) const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;
pub(super) const FAILED: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

/// The answer, changed where it has this status.
pub(super) fn at(
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
];
