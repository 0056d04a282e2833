//! What holds for every answer: no failure, no redirect, no leak.

use bytes::Bytes;
use http::header::{LOCATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde_json::json;

use super::bend::{
    Reference, authorization, bad_request, edited_event, edited_problem, json_body, member, problem, text,
    token,
};
use crate::mutant::{Answer, Mutant};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "fails-on-malformed-json",
        "inkeep.response.no-server-error",
        "answers 500 where JSON does not parse",
        |reference, request| {
            let malformed = !request.body().is_empty() && json_body(&request).is_none();
            let response = reference.respond(&request);
            if malformed && response.status() == StatusCode::BAD_REQUEST {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "internal server error");
            }
            response
        },
    ),
    Mutant::new(
        "fails-on-bytes",
        "inkeep.response.no-server-error",
        "answers 500 to bytes that are no UTF-8",
        |reference, request| {
            if std::str::from_utf8(request.body()).is_err() {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "internal server error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "fails-on-depth",
        "inkeep.response.no-server-error",
        "answers 500 to JSON of more than a hundred levels",
        |reference, request| {
            let deep = request
                .body()
                .iter()
                .filter(|byte| matches!(byte, b'[' | b'{'))
                .count()
                > 100;
            if deep {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "internal server error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "fails-on-a-nul",
        "inkeep.response.no-server-error",
        "answers 503 to an id with a NUL in it, which its database does not take",
        |reference, request| {
            if text(&request, "id").is_some_and(|id| id.contains('\0')) {
                return problem(StatusCode::SERVICE_UNAVAILABLE, "database error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "fails-on-a-nul-in-a-text",
        "inkeep.response.no-server-error",
        "answers 500 to an escaped NUL within an object, which its database does not take",
        |reference, request| fails_on(reference, &request, "{\"a\":\"a\\u0000"),
    ),
    Mutant::new(
        "fails-on-a-nul-in-a-type",
        "inkeep.response.no-server-error",
        "answers 500 to an escaped NUL in a type",
        |reference, request| fails_on(reference, &request, "\"type\":\"a\\u0000"),
    ),
    Mutant::new(
        "fails-on-half-a-character",
        "inkeep.response.no-server-error",
        "answers 500 to half of a pair of surrogates",
        |reference, request| fails_on(reference, &request, "\\ud800b"),
    ),
    Mutant::new(
        "fails-on-large-numbers",
        "inkeep.response.no-server-error",
        "answers 500 to a whole number of more than 64 bits",
        |reference, request| fails_on(reference, &request, "123456789012345678901"),
    ),
    Mutant::in_a_crowd(
        "hangs-up-on-malformed-json",
        "inkeep.response.no-server-error",
        "closes the connection where JSON does not parse",
        |reference, request| {
            if !request.body().is_empty() && json_body(&request).is_none() {
                return Answer::none();
            }
            Answer::from(reference.respond(&request))
        },
    ),
    Mutant::new(
        "fails-on-a-list-as-id",
        "inkeep.response.no-server-error",
        "answers 500 to an id that is a list",
        |reference, request| {
            if member(&request, "id").is_some_and(|id| id.is_array()) {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "id.trim is not a function");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "sent-to-the-login",
        "inkeep.response.no-redirect",
        "redirects to a login where it answers 401 otherwise",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::UNAUTHORIZED {
                return redirected("/login");
            }
            response
        },
    ),
    Mutant::new(
        "sent-back-with-an-error",
        "inkeep.response.no-redirect",
        "redirects where a body is wrong",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::BAD_REQUEST {
                return redirected("/errors/400");
            }
            response
        },
    ),
    Mutant::new(
        "token-in-the-detail",
        "inkeep.response.no-key-leak",
        "repeats a wrong token in the detail",
        |reference, request| {
            let sent = authorization(&request).to_owned();
            let response = reference.respond(&request);
            if response.status() != StatusCode::UNAUTHORIZED || sent.is_empty() {
                return response;
            }
            problem(
                StatusCode::UNAUTHORIZED,
                &format!("invalid authorization: {sent}"),
            )
        },
    ),
    Mutant::new(
        "token-in-a-header",
        "inkeep.response.no-key-leak",
        "repeats a wrong token in WWW-Authenticate",
        |reference, request| {
            let sent = token(&request).to_owned();
            let mut response = reference.respond(&request);
            if response.status() == StatusCode::UNAUTHORIZED
                && let Ok(value) =
                    HeaderValue::from_str(&format!("Bearer error=\"invalid_token\", token=\"{sent}\""))
            {
                response.headers_mut().insert(WWW_AUTHENTICATE, value);
            }
            response
        },
    ),
    Mutant::new(
        "token-in-the-event",
        "inkeep.response.no-key-leak",
        "notes the token of an event in serverMetadata",
        |reference, request| {
            let sent = token(&request).to_owned();
            edited_event(reference.respond(&request), |event| {
                event.insert("serverMetadata".to_owned(), json!({ "apiKey": sent }));
            })
        },
    ),
    Mutant::new(
        "request-in-the-problem",
        "inkeep.response.no-key-leak",
        "repeats the headers of a request whose body is wrong",
        |reference, request| {
            let sent = authorization(&request).to_owned();
            let response = reference.respond(&request);
            if response.status() != StatusCode::BAD_REQUEST {
                return response;
            }
            edited_problem(response, |problem| {
                problem.insert("headers".to_owned(), json!({ "authorization": sent }));
            })
        },
    ),
    Mutant::new(
        "traces-python",
        "inkeep.response.no-stack-trace",
        "answers a 400 with a trace of Python",
        |reference, request| {
            traced(
                reference.respond(&request),
                "Traceback (most recent call last):\n  File \"/srv/app/main.py\", line 41, in log_event\n    body = json.loads(raw)",
            )
        },
    ),
    Mutant::new(
        "traces-node",
        "inkeep.response.no-stack-trace",
        "answers a 400 with a trace of Node",
        |reference, request| {
            traced(
                reference.respond(&request),
                "SyntaxError: Unexpected end of JSON input\n    at JSON.parse (<anonymous>)\n    at parse (/srv/app/dist/body.js:92:19)",
            )
        },
    ),
    Mutant::new(
        "traces-java",
        "inkeep.response.no-stack-trace",
        "adds a trace of Java to a 400",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::BAD_REQUEST {
                return response;
            }
            edited_problem(response, |problem| {
                let trace = "jakarta.validation.ValidationException\n\tat com.example.events.Controller.log(Controller.java:57)";
                problem.insert("trace".to_owned(), json!(trace));
            })
        },
    ),
    Mutant::new(
        "traces-go",
        "inkeep.response.no-stack-trace",
        "answers a 400 with a trace of Go",
        |reference, request| {
            traced(
                reference.respond(&request),
                "runtime error: invalid memory address\n\nmain.(*server).events(0xc000)\n\t/srv/app/server.go:88 +0x1d",
            )
        },
    ),
    Mutant::new(
        "names-its-source",
        "inkeep.response.no-stack-trace",
        "names the line of its source that refuses a request",
        |reference, request| {
            traced(
                reference.respond(&request),
                "validation failed in /srv/app/src/events.ts:118",
            )
        },
    ),
    Mutant::new(
        "fails-on-another-method",
        "inkeep.response.no-server-error",
        "answers 500 to PATCH",
        |reference, request| {
            if request.method() == Method::PATCH {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "no handler");
            }
            reference.respond(&request)
        },
    ),
];

fn redirected(place: &'static str) -> Response<Bytes> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::FOUND;
    response
        .headers_mut()
        .insert(LOCATION, HeaderValue::from_static(place));
    response
}

/// A 400 with this detail.
fn traced(response: Response<Bytes>, trace: &str) -> Response<Bytes> {
    if response.status() == StatusCode::BAD_REQUEST {
        bad_request(trace)
    } else {
        response
    }
}

/// The answer of a server that fails where a body holds this.
fn fails_on(reference: &Reference<'_>, request: &Request<Bytes>, part: &str) -> Response<Bytes> {
    if String::from_utf8_lossy(request.body()).contains(part) {
        return problem(StatusCode::INTERNAL_SERVER_ERROR, "internal server error");
    }
    reference.respond(request)
}
