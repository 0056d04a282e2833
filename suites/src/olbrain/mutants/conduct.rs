//! What holds for every answer: no redirect, no fault of the server's, nothing let out, the same answer again, whoever else
//! asks and whatever the connection carried before.

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::{
    authorization, crash, edit_error, fixtures, is_message, is_run, let_in, refusal, token, triggered,
};
use crate::mutant::bend::{answer, edited, json_body, with_body, with_status};
use crate::mutant::{Answer, Mutant};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "login-for-the-keyless",
        "olbrain.response.no-redirect",
        "sends clients without a key to its login",
        |reference, request| {
            let is_keyless = authorization(&request).is_empty();
            let response = reference.respond(&request);
            if is_keyless && response.status() == StatusCode::UNAUTHORIZED {
                return elsewhere("/login");
            }
            response
        },
    ),
    Mutant::new(
        "queries-are-canonical",
        "olbrain.response.no-redirect",
        "sends an event with a query to the path without it",
        |reference, request| {
            if triggered(&request).is_some() && request.uri().query().is_some() {
                return elsewhere(request.uri().path());
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "null-message-crashes",
        "olbrain.response.no-server-error",
        "takes the length of a message that is null",
        |reference, request| {
            let is_null = json_body(&request).is_some_and(|body| body.get("message") == Some(&Value::Null));
            if triggered(&request).is_some() && is_null {
                return crash(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "bytes-crash",
        "olbrain.response.no-server-error",
        "decodes the body as UTF-8 and does not catch where that fails",
        |reference, request| {
            if triggered(&request).is_some() && std::str::from_utf8(request.body()).is_err() {
                return crash(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "deep-nesting-crashes",
        "olbrain.response.no-server-error",
        "reads JSON by recursion, and runs out of stack",
        |reference, request| {
            if triggered(&request).is_some() && request.body().starts_with(&[b'['; 200]) {
                return crash(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "long-key-crashes",
        "olbrain.response.no-server-error",
        "looks a key up in a column of 255 characters",
        |reference, request| {
            if token(&request).len() > 255 {
                return crash(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-in-message",
        "olbrain.response.no-key-leak",
        "says in the text of an error which key it was",
        |reference, request| {
            let key = token(&request).to_owned();
            edited(reference.respond(&request), |body| {
                edit_error(body, |error| {
                    if error["code"] == "agent_not_found" {
                        error["message"] = Value::from(format!("The key {key} has no such agent."));
                    }
                });
            })
        },
    ),
    Mutant::new(
        "request-repeated",
        "olbrain.response.no-key-leak",
        "repeats the headers of a request whose body it cannot read",
        |reference, request| {
            let header = authorization(&request).to_owned();
            edited(reference.respond(&request), |body| {
                edit_error(body, |error| {
                    if error["code"] == "bad_request" {
                        error["headers"] = json!({ "authorization": header });
                    }
                });
            })
        },
    ),
    Mutant::new(
        "key-in-header",
        "olbrain.response.no-key-leak",
        "names the key in a header of every answer, for its own metrics",
        |reference, request| {
            let key = HeaderValue::from_str(token(&request));
            let mut response = reference.respond(&request);
            if let Ok(key) = key
                && response.status().is_success()
            {
                response.headers_mut().insert("x-consumer", key);
            }
            response
        },
    ),
    Mutant::new(
        "trace-of-the-parser",
        "olbrain.response.no-stack-trace",
        "shows where in its code JSON could not be parsed",
        |reference, request| {
            edited(reference.respond(&request), |body| {
                edit_error(body, |error| {
                    if error["code"] == "bad_request" {
                        let text = "SyntaxError: Unexpected end of JSON input\n    at JSON.parse (<anonymous>)\n    \
                                    at parse (/srv/app/node_modules/body-parser/lib/types/json.js:92:19)";
                        error["message"] = Value::from(text);
                    }
                });
            })
        },
    ),
    Mutant::new(
        "trace-of-the-lookup",
        "olbrain.response.no-stack-trace",
        "shows where in its code an agent was not found",
        |reference, request| {
            edited(reference.respond(&request), |body| {
                edit_error(body, |error| {
                    if error["code"] == "agent_not_found" {
                        error["trace"] = Value::from(
                            "Traceback (most recent call last):\n  File \"/srv/app/agents.py\", line 41, in find",
                        );
                    }
                });
            })
        },
    ),
    Mutant::in_a_crowd(
        "connection-keeps-its-key",
        "olbrain.connection.reuse",
        "remembers on a connection that a key was valid, and asks for none again",
        |reference, request| {
            let is_keyless = authorization(&request).is_empty();
            if is_keyless && reference.earlier_on_connection > 0 && triggered(&request).is_some() {
                return reference.respond(&let_in(reference, request)).into();
            }
            reference.respond(&request).into()
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "second-event-is-broken",
        "olbrain.connection.reuse",
        "reads an event after another one on a connection from the wrong place",
        |reference, request| {
            if reference.earlier_on_connection > 1 && triggered(&request).is_some() {
                return reference.respond(&request.map(|_| "{".into())).into();
            }
            reference.respond(&request).into()
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "crowd-is-turned-away",
        "olbrain.concurrency.isolation",
        "fails where two events are worked on at the same time",
        |reference, request| {
            if reference.others_in_flight > 2 && triggered(&request).is_some() {
                return crash(reference).into();
            }
            reference.respond(&request).into()
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "inputs-of-the-neighbour",
        "olbrain.concurrency.isolation",
        "keeps the inputs of the event that is worked on in a variable that all share",
        |reference, request| {
            if !is_run(reference, &request) {
                return reference.respond(&request).into();
            }
            let own = Value::from(String::from_utf8_lossy(request.body()).into_owned());
            let last = reference.memory().keep("inputs", own);
            match last {
                Some(Value::String(last))
                    if reference.others_in_flight > 0 && json_body(&request).is_some() =>
                {
                    reference.respond(&request.map(|_| last.into())).into()
                }
                _ => Answer::from(reference.respond(&request)),
            }
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "key-of-the-neighbour",
        "olbrain.concurrency.isolation",
        "keeps whether a key is valid in a variable that all share",
        |reference, request| {
            let is_keyless = authorization(&request).is_empty();
            if is_keyless && reference.others_in_flight > 0 && triggered(&request).is_some() {
                return reference.respond(&let_in(reference, request)).into();
            }
            reference.respond(&request).into()
        },
    )
    .now_and_then(),
    Mutant::new(
        "second-refusal-is-another",
        "olbrain.refusal.repeatable",
        "locks a client out that asked for an unknown agent three times",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::NOT_FOUND
                && triggered(&request).is_some()
                && reference.memory().earlier(request.uri().path()) > 2
            {
                return refusal(
                    reference,
                    StatusCode::FORBIDDEN,
                    "forbidden",
                    "You were locked out.",
                );
            }
            response
        },
    ),
    Mutant::new(
        "every-seventh-refusal-fails",
        "olbrain.refusal.repeatable",
        "answers every seventh broken body with 409",
        |reference, request| {
            let response = reference.respond(&request);
            let is_broken = json_body(&request).is_none() && triggered(&request).is_some();
            if is_broken
                && response.status() == StatusCode::BAD_REQUEST
                && reference.memory().earlier("broken") % 7 == 6
            {
                return with_status(response, StatusCode::CONFLICT);
            }
            response
        },
    )
    .now_and_then(),
    Mutant::new(
        "keyless-is-queued",
        "olbrain.refusal.no-side-effect",
        "queues the run before it looks at the key",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::UNAUTHORIZED && is_run(reference, &request) {
                // What it answers is not what the client is told.
                drop(reference.respond(&let_in(reference, request)));
            }
            response
        },
    ),
    Mutant::new(
        "keyless-is-kept",
        "olbrain.refusal.no-side-effect",
        "keeps the message before it looks at the key",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::UNAUTHORIZED && is_message(reference, &request) {
                // What it answers is not what the client is told.
                drop(reference.respond(&let_in(reference, request)));
            }
            response
        },
    ),
    Mutant::new(
        "misfit-is-queued",
        "olbrain.refusal.no-side-effect",
        "queues the run, and then finds that its inputs do not fit",
        |reference, request| {
            let response = reference.respond(&request);
            let strict = &fixtures(reference).strict_workflow_agents;
            let is_misfit = response.status() == StatusCode::BAD_REQUEST
                && triggered(&request).is_some_and(|agent| strict.iter().any(|known| known == agent));
            if let Some(body) = json_body(&request).filter(|_| is_misfit) {
                let queued = json!({ "inputs": { "customer_email": body["inputs"] } }).to_string();
                // What it answers is not what the client is told.
                drop(reference.respond(&with_body(request, queued)));
            }
            response
        },
    ),
    Mutant::new(
        "foreign-is-queued",
        "olbrain.refusal.no-side-effect",
        "queues the run, and then finds that the agent is of another organization than the key",
        |reference, request| {
            let response = reference.respond(&request);
            let foreign = fixtures(reference).keys.other_organization.as_deref() == Some(token(&request));
            if foreign && is_run(reference, &request) {
                // What it answers is not what the client is told.
                drop(reference.respond(&let_in(reference, request)));
            }
            response
        },
    ),
    Mutant::new(
        "broken-is-kept",
        "olbrain.refusal.no-side-effect",
        "keeps what it cannot parse as a message in plain text, and answers 400",
        |reference, request| {
            let response = reference.respond(&request);
            let is_broken = json_body(&request).is_none() && response.status() == StatusCode::BAD_REQUEST;
            if is_broken && is_message(reference, &request) && request.body().len() < 4096 {
                let text = String::from_utf8_lossy(request.body()).into_owned();
                let body = json!({ "message": text }).to_string();
                // What it answers is not what the client is told.
                drop(reference.respond(&request.map(|_| body.into())));
            }
            response
        },
    ),
    Mutant::new(
        "refused-key-is-spent",
        "olbrain.refusal.no-side-effect",
        "notes the Idempotency-Key of an event that it then refuses, and answers 409 to the correct one",
        |reference, request| {
            let key =
                json_body(&request).and_then(|body| Some(body.get("Idempotency-Key")?.as_str()?.to_owned()));
            let response = reference.respond(&request);
            let Some(key) = key.filter(|_| triggered(&request).is_some()) else {
                return response;
            };
            if response.status().is_success() && reference.memory().recall(&key).is_some() {
                return refusal(
                    reference,
                    StatusCode::CONFLICT,
                    "conflict",
                    "This event was sent before.",
                );
            }
            if response.status().is_client_error() {
                reference.memory().keep(key, Value::Bool(true));
            }
            response
        },
    ),
];

/// A redirect to this path.
fn elsewhere(path: &str) -> Response<Bytes> {
    let mut response = answer(StatusCode::FOUND, &json!({}));
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}
