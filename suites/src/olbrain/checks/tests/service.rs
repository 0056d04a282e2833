//! What holds for every answer, whichever call it is to: failures, redirects, and what must not get out.

use serde_json::json;

use super::{JSON, agent, answered, answered_with, breaks, conversational, event, headed, key};
use crate::failure::SERVED_BODY_BYTES;
use crate::http::{Exchange, NoAnswer, NoAnswerKind, Request};

const NO_REDIRECT: &str = "olbrain.response.no-redirect";
const NO_SERVER_ERROR: &str = "olbrain.response.no-server-error";
const NO_KEY_LEAK: &str = "olbrain.response.no-key-leak";
const NO_STACK_TRACE: &str = "olbrain.response.no-stack-trace";

/// A failure without a form of its own.
fn failed(request: Request, status: u16) -> Exchange {
    answered(request, status, "text/html", "<h1>Sorry</h1>")
}

/// A whole form with one file, or what is left of it where it broke off.
fn upload(agent: &str, is_whole: bool) -> Request {
    let end = if is_whole { "--b--\r\n" } else { "" };
    let form =
        format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\na\r\n{end}");
    let path = format!("/api/agents/{agent}/upload");
    Request::new("POST", &path).body("multipart/form-data; boundary=b", form)
}

fn in_envelope(code: &str) -> serde_json::Value {
    json!({ "error": { "code": code, "message": "Sorry.", "request_id": "req_3f9a1b2c" } })
}

/// A request to which no answer came.
fn unanswered(kind: NoAnswerKind) -> Exchange {
    let detail = "nothing".to_owned();
    Exchange {
        answer: Err(NoAnswer { kind, detail }),
        ..failed(event(&conversational()), 500)
    }
}

#[test]
fn a_server_error_breaks_one_rule_and_its_form_others() {
    let agent = conversational();
    for status in [500, 501, 503, 504, 599] {
        breaks(&failed(event(&agent), status), &[NO_SERVER_ERROR]);
    }
    // Of these two the contract says what they look like, where it knows them.
    breaks(
        &failed(event(&agent), 502),
        &[
            "olbrain.err.ct",
            "olbrain.err.envelope",
            "olbrain.response.502-content-type",
            "olbrain.response.502-schema",
            NO_SERVER_ERROR,
        ],
    );
    breaks(
        &failed(upload(&agent, true), 500),
        &[
            "olbrain.err.ct",
            "olbrain.err.envelope",
            "olbrain.response.500-content-type",
            "olbrain.response.500-schema",
            NO_SERVER_ERROR,
        ],
    );
    let told = answered_with(event(&agent), 502, &in_envelope("upstream_error"));
    breaks(&told, &[NO_SERVER_ERROR]);
    for path in ["/", "/api/agents/a%2Fb/runs", "/api/agents/webhook/"] {
        breaks(&failed(Request::new("GET", path), 500), &[NO_SERVER_ERROR]);
    }
}

#[test]
fn a_server_error_that_was_asked_for_is_none() {
    for behind in [
        agent(|fixtures| fixtures.upstream_error_agents),
        agent(|fixtures| fixtures.upstream_timeout_agents),
    ] {
        let told = answered_with(event(&behind), 502, &in_envelope("upstream_error"));
        breaks(&told, &[]);
        breaks(&failed(event(&behind), 504), &[]);
        // It is events that fail behind these agents, and nothing else.
        let told = answered_with(upload(&behind, true), 500, &in_envelope("internal_error"));
        breaks(&told, &[NO_SERVER_ERROR]);
    }
    let behind = agent(|fixtures| fixtures.failing_upload_agents);
    let told = answered_with(upload(&behind, true), 500, &in_envelope("upload_failed"));
    breaks(&told, &[]);
    breaks(&failed(event(&behind), 500), &[NO_SERVER_ERROR]);
}

#[test]
fn a_server_may_fail_at_what_breaks_off_or_is_large_or_no_call() {
    let agent = conversational();
    let told = answered_with(upload(&agent, false), 500, &in_envelope("upload_failed"));
    breaks(&told, &[]);
    // Another request that does not end like a form is none that broke off.
    breaks(&failed(event(&agent), 500), &[NO_SERVER_ERROR]);
    let of_size = |size: usize| event(&agent).body(JSON, "1".repeat(size));
    breaks(&failed(of_size(SERVED_BODY_BYTES), 500), &[NO_SERVER_ERROR]);
    breaks(&failed(of_size(SERVED_BODY_BYTES + 1), 500), &[]);
    let other_method = event(&agent).method("PROPFIND");
    breaks(&failed(other_method.clone(), 501), &[]);
    breaks(&failed(other_method, 500), &[NO_SERVER_ERROR]);
}

#[test]
fn no_answer_is_a_failure_where_the_server_hung_up() {
    for kind in [NoAnswerKind::Closed, NoAnswerKind::Cut, NoAnswerKind::Malformed] {
        breaks(&unanswered(kind), &[NO_SERVER_ERROR]);
    }
    for kind in [
        NoAnswerKind::TimedOut,
        NoAnswerKind::Unreachable,
        NoAnswerKind::Withheld,
    ] {
        breaks(&unanswered(kind), &[]);
    }
}

#[test]
fn a_redirect_of_a_call_breaks_one_rule() {
    let elsewhere = [("Location", "/elsewhere")];
    for status in [300, 301, 302, 303, 307, 308, 399] {
        let exchange = headed(event(&conversational()), status, &elsewhere, "");
        breaks(&exchange, &[NO_REDIRECT]);
    }
    let run = Request::new("GET", "/api/agents/a/runs/r");
    breaks(&headed(run, 302, &elsewhere, ""), &[NO_REDIRECT]);
    // Another path is none of the API's, and one that is not tidy may be tidied.
    for path in ["/", "/api/agents//runs", "/api/agents/../runs"] {
        breaks(&headed(Request::new("GET", path), 302, &elsewhere, ""), &[]);
    }
    for status in [299, 403] {
        breaks(&headed(event("agt_of_nobody"), status, &elsewhere, ""), &[]);
    }
}

#[test]
fn an_answer_that_repeats_the_key_breaks_one_rule() {
    let text = format!("the key {} has no such agent", key());
    let request = event("agt_of_nobody");
    breaks(
        &answered(request.clone(), 403, "text/plain", text.clone()),
        &[NO_KEY_LEAK],
    );
    breaks(
        &headed(request.clone(), 403, &[("X-Key", &text)], ""),
        &[NO_KEY_LEAK],
    );
    let elsewhere = Request::new("GET", "/").header("Authorization", "Bearer ak_other");
    breaks(
        &answered(elsewhere, 200, "text/plain", text.clone()),
        &[NO_KEY_LEAK],
    );
    // What an agent makes of its event is its own affair.
    let told = request.body(JSON, format!("\"{}\"", key()));
    breaks(&answered(told, 403, "text/plain", text.clone()), &[]);
    // The address of a file need not be one of the API's own.
    let file = Request::absolute("http://files.example/a").unwrap();
    breaks(&answered(file, 500, "text/plain", text), &[]);
}

#[test]
fn an_answer_that_shows_the_insides_of_the_server_breaks_one_rule() {
    let trace = "TypeError: x\n    at handle (/srv/app/events.js:118:9)";
    let request = event("agt_of_nobody");
    breaks(
        &answered(request.clone(), 403, "text/plain", trace),
        &[NO_STACK_TRACE],
    );
    breaks(
        &answered_with(request, 418, &json!({ "why": trace })),
        &[NO_STACK_TRACE],
    );
    let mut told = in_envelope("bad_request");
    told["error"]["message"] = trace.into();
    breaks(
        &answered_with(event(&conversational()), 400, &told),
        &[NO_STACK_TRACE],
    );
}
