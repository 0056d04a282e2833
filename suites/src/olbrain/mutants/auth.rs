//! Keys: who is let in, and what those hear who are not.

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderName, Request, Response, StatusCode};
use serde_json::Value;

use super::parts::{
    authorization, edit_error, fixtures, is_message, is_run, let_in, refusal, respond_letting_in, token,
    triggered, valid_key,
};
use crate::mutant::bend::{edited, header_text, json_body, pairs, status_instead, with_path, with_status};
use crate::mutant::{Mutant, Reference};

/// Words before a key that some servers do not look at.
pub(super) const OTHER_WORDS: [&str; 4] = ["Basic ", "Token ", "Digest ", "ApiKey "];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "keys-for-workflows-only",
        "olbrain.auth.ok",
        "lets the valid key in for workflow agents only",
        |reference, request| {
            if is_message(reference, &request) && token(&request) == valid_key(reference) {
                return bad_key(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-refused-now-and-then",
        "olbrain.auth.org",
        "lets the valid key in for three events of four, as one of several workers with an old list of keys does",
        |reference, request| {
            let is_valid = triggered(&request).is_some() && token(&request) == valid_key(reference);
            if is_valid && reference.memory().earlier("keys") % 4 == 3 {
                return bad_key(reference);
            }
            reference.respond(&request)
        },
    )
    .now_and_then(),
    Mutant::new(
        "missing-key-is-forbidden",
        "olbrain.auth.missing",
        "answers 403 where Authorization is missing, as a framework's bearer scheme does by default",
        |reference, request| {
            let is_missing = !request.headers().contains_key(AUTHORIZATION);
            let response = reference.respond(&request);
            if is_missing && response.status() == StatusCode::UNAUTHORIZED {
                return with_status(response, StatusCode::FORBIDDEN);
            }
            response
        },
    ),
    Mutant::new(
        "missing-key-is-bad-request",
        "olbrain.auth.missing",
        "validates the header with the body and answers 400 where it is missing",
        |reference, request| {
            if request.headers().contains_key(AUTHORIZATION) {
                return reference.respond(&request);
            }
            status_instead(
                reference.respond(&request),
                StatusCode::UNAUTHORIZED,
                StatusCode::BAD_REQUEST,
            )
        },
    ),
    Mutant::new(
        "workflow-agents-are-open",
        "olbrain.auth.missing",
        "asks for a key for conversational agents only",
        |reference, request| {
            let opens = !request.headers().contains_key(AUTHORIZATION) && is_run(reference, &request);
            respond_letting_in(reference, request, opens)
        },
    ),
    Mutant::in_a_crowd(
        "header-name-with-case",
        "olbrain.auth.header-name-case",
        "looks the header up under its one spelling, in a map that minds case",
        |reference, mut request| {
            if reference
                .spelling("authorization")
                .is_some_and(|name| name == "AUTHORIZATION")
            {
                request.headers_mut().remove(AUTHORIZATION);
            }
            reference.respond(&request).into()
        },
    ),
    Mutant::in_a_crowd(
        "header-name-capitalized-only",
        "olbrain.auth.header-name-case",
        "knows the header in its capitalized spelling only",
        |reference, mut request| {
            if reference
                .spelling("authorization")
                .is_some_and(|name| name == "authorization")
            {
                request.headers_mut().remove(AUTHORIZATION);
            }
            reference.respond(&request).into()
        },
    ),
    Mutant::new(
        "key-in-query",
        "olbrain.auth.query",
        "takes the key from the query parameter access_token as well, as RFC 6750 once allowed",
        |reference, request| {
            let in_query = pairs(&request)
                .iter()
                .any(|(name, value)| name == "access_token" && value == valid_key(reference));
            respond_letting_in(reference, request, in_query)
        },
    ),
    Mutant::new(
        "key-in-any-parameter",
        "olbrain.auth.query",
        "takes the key from the query parameter api_key as well",
        |reference, request| {
            let in_query = pairs(&request)
                .iter()
                .any(|(name, value)| name == "api_key" && value == valid_key(reference));
            respond_letting_in(reference, request, in_query)
        },
    ),
    Mutant::new(
        "key-in-api-key-header",
        "olbrain.auth.other-header",
        "takes the key from X-Api-Key as well",
        |reference, request| {
            let in_header =
                header_text(&request, &HeaderName::from_static("x-api-key")) == valid_key(reference);
            respond_letting_in(reference, request, in_header)
        },
    ),
    Mutant::new(
        "key-in-cookie",
        "olbrain.auth.other-header",
        "takes the key from the cookie of its own web pages as well",
        |reference, request| {
            let in_cookie = header_text(&request, &COOKIE).contains(valid_key(reference));
            respond_letting_in(reference, request, in_cookie)
        },
    ),
    Mutant::new(
        "key-for-the-proxy",
        "olbrain.auth.other-header",
        "takes Proxy-Authorization for Authorization, because what stands in front of it renames headers",
        |reference, request| {
            let for_proxy = header_text(&request, &PROXY_AUTHORIZATION).contains(valid_key(reference));
            respond_letting_in(reference, request, for_proxy)
        },
    ),
    Mutant::new(
        "key-in-body",
        "olbrain.auth.body",
        "takes the key from the member api_key of the body as well",
        |reference, request| {
            let in_body = has_member(&request, "api_key", valid_key(reference));
            respond_letting_in(reference, request, in_body)
        },
    ),
    Mutant::new(
        "token-in-body",
        "olbrain.auth.body",
        "merges headers and body before it looks for the token",
        |reference, request| {
            let in_body = !request.headers().contains_key(AUTHORIZATION)
                && has_member(&request, "token", valid_key(reference));
            respond_letting_in(reference, request, in_body)
        },
    ),
    Mutant::new(
        "permission-not-asked",
        "olbrain.auth.permission",
        "asks whose key it is and not what it may do",
        |reference, request| {
            let lacks = fixtures(reference).keys.without_permission.as_deref() == Some(token(&request));
            respond_letting_in(reference, request, lacks)
        },
    ),
    Mutant::new(
        "permission-asked-for-messages-only",
        "olbrain.auth.permission",
        "asks for the permission for conversational agents only",
        |reference, request| {
            let lacks = fixtures(reference).keys.without_permission.as_deref() == Some(token(&request));
            let lets_in = lacks && is_run(reference, &request);
            respond_letting_in(reference, request, lets_in)
        },
    ),
    Mutant::new(
        "key-of-one-agent",
        "olbrain.auth.org",
        "ties a key to the agent it was made for",
        |reference, request| {
            let second = fixtures(reference)
                .conversational_agents
                .get(1)
                .map(String::as_str);
            if second.is_some() && triggered(&request) == second {
                let nobody = fixtures(reference).unknown_agent.clone().unwrap_or_default();
                return reference.respond(&with_path(request, &format!("/api/agents/webhook/{nobody}")));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "code-in-capitals",
        "olbrain.auth.code",
        "names the code UNAUTHORIZED",
        |reference, request| with_code(reference, &request, "UNAUTHORIZED"),
    ),
    Mutant::new(
        "code-per-key-fault",
        "olbrain.auth.code",
        "has a code of its own for a key that is not valid",
        |reference, request| {
            if token(&request).starts_with("ak_") {
                return with_code(reference, &request, "invalid_access_key");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "message-without-full-stop",
        "olbrain.auth.message",
        "leaves out the full stop of the documented text",
        |reference, request| {
            edited(reference.respond(&request), |body| {
                edit_error(body, |error| {
                    if error["code"] == "unauthorized" {
                        error["message"] = Value::from("Authorization header is missing or malformed");
                    }
                });
            })
        },
    ),
    Mutant::new(
        "message-for-malformed",
        "olbrain.auth.message",
        "has a text of its own for a scheme that is not Bearer",
        |reference, request| {
            let is_other = OTHER_WORDS
                .iter()
                .any(|word| authorization(&request).starts_with(word));
            edited(reference.respond(&request), |body| {
                edit_error(body, |error| {
                    if is_other && error["code"] == "unauthorized" {
                        error["message"] = Value::from("Only bearer tokens are supported.");
                    }
                });
            })
        },
    ),
    Mutant::new(
        "agent-before-key",
        "olbrain.auth.order.401-404",
        "looks the agent up before the key",
        |reference, request| not_found(reference, &request).unwrap_or_else(|| reference.respond(&request)),
    ),
    Mutant::new(
        "agent-before-unknown-key",
        "olbrain.auth.order.401-404",
        "asks for a header first, and looks the key up after the agent",
        |reference, request| {
            let has_key = token(&request).starts_with("ak_");
            not_found(reference, &request)
                .filter(|_| has_key)
                .unwrap_or_else(|| reference.respond(&request))
        },
    ),
];

fn has_member(request: &Request<Bytes>, name: &str, key: &str) -> bool {
    json_body(request).is_some_and(|body| body.get(name).and_then(Value::as_str) == Some(key))
}

fn bad_key(reference: &Reference<'_>) -> Response<Bytes> {
    let text = "The access key is not valid.";
    refusal(reference, StatusCode::UNAUTHORIZED, "unauthorized", text)
}

/// What an agent is answered that is not there; the second instance is asked, so that nothing comes of the question.
fn not_found(reference: &Reference<'_>, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    triggered(request)?;
    let answer = reference.respond_elsewhere(&let_in(reference, request.clone()));
    (answer.status() == StatusCode::NOT_FOUND).then_some(answer)
}

/// The answer, with another code where it is a 401.
fn with_code(reference: &Reference<'_>, request: &Request<Bytes>, code: &str) -> Response<Bytes> {
    let response = reference.respond(request);
    if response.status() != StatusCode::UNAUTHORIZED {
        return response;
    }
    edited(response, |body| {
        edit_error(body, |error| error["code"] = Value::from(code));
    })
}
