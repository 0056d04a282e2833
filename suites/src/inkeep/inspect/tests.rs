//! What the checks of every exchange catch: answers made by hand, each with the requirements that it breaks, and no others.

use serde_json::{Value, json};

use super::*;
use crate::by_hand::{self, broken};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// An event under the valid token.
fn sent() -> Request {
    let key = mock_server::Fixtures::builtin().inkeep.keys.valid.unwrap();
    Request::new("POST", PATH)
        .header("Authorization", &format!("Bearer {key}"))
        .body(JSON, r#"{"type":"user_message_submitted"}"#)
}

fn answered(status: u16, media_type: &str, body: &Value) -> Exchange {
    by_hand::exchange(sent(), status, &[("Content-Type", media_type)], body.to_string())
}

/// An event as the page shows one.
fn stored() -> Value {
    json!({ "data": {
        "agentId": null, "conversationId": null, "createdAt": "2026-05-05T15:58:45.955Z", "id": "evt_1",
        "messageId": null, "metadata": null, "properties": { "a": [1] }, "serverMetadata": {},
        "type": "user_message_submitted", "updatedAt": "2026-05-05T15:58:45.955Z", "userProperties": null,
    } })
}

fn problem(status: u16, code: &str, title: &str) -> Value {
    json!({
        "title": title, "status": status, "detail": "type is missing", "code": code,
        "instance": "/run/v1/events", "requestId": "req_1",
        "error": { "code": code, "message": "type is missing" },
    })
}

/// A value with one place changed; `null` at a place of an object takes the member away.
fn with(value: &Value, pointer: &str, new: Value) -> Value {
    let mut value = value.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let members = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if new.is_null() {
        members.shift_remove(name);
    } else {
        members.insert(name.to_owned(), new);
    }
    value
}

#[track_caller]
fn breaks(exchange: Exchange, ids: &[&str]) {
    let suite = by_hand::suite("inkeep");
    let shown = format!("{} {:?}", exchange.in_short(), exchange.answer);
    assert_eq!(broken(suite.as_ref(), &[exchange]).concat(), ids, "{shown}");
}

#[test]
fn a_right_answer_breaks_nothing() {
    for status in [200, 201] {
        breaks(answered(status, JSON, &stored()), &[]);
    }
    breaks(answered(201, "application/json; charset=utf-8", &stored()), &[]);
    let bare = json!({ "data": {
        "type": "a", "updatedAt": "2026-05-05T15:58:45.955Z", "id": "1", "createdAt": "2026-05-05T15:58:45.955Z",
        "properties": [1], "metadata": "any", "userProperties": 0, "serverMetadata": true, "more": {},
    }, "more": 1 });
    breaks(answered(201, JSON, &bare), &[]);
    for (status, code, title) in [
        (400, "bad_request", "Bad Request"),
        (422, "unprocessable_entity", "Unprocessable Entity"),
    ] {
        let proper = problem(status, code, title);
        breaks(answered(status, PROBLEM, &proper), &[]);
        breaks(
            answered(status, "Application/Problem+JSON;charset=UTF-8", &proper),
            &[],
        );
        let bare = with(
            &with(&proper, "/instance", Value::Null),
            "/requestId",
            Value::Null,
        );
        breaks(answered(status, PROBLEM, &bare), &[]);
        breaks(
            answered(status, PROBLEM, &with(&proper, "/more", json!([1]))),
            &[],
        );
    }
    // What has no documented form is free.
    for status in [404, 405, 413, 415, 429] {
        breaks(answered(status, "text/html", &json!("<h1>no</h1>")), &[]);
    }
}

#[test]
fn each_wrong_answer_to_an_event_breaks_its_own_rule() {
    let wrong = |pointer: &str, new: Value| answered(201, JSON, &with(&stored(), pointer, new));
    breaks(answered(202, JSON, &stored()), &["inkeep.route.post"]);
    breaks(answered(204, JSON, &json!("")), &["inkeep.route.post"]);
    breaks(answered(200, "text/plain", &stored()), &["inkeep.resp.ct.200"]);
    breaks(
        answered(201, "application/problem+json", &stored()),
        &["inkeep.resp.ct.201"],
    );
    breaks(
        answered(201, JSON, &stored()["data"]),
        &["inkeep.resp.envelope", "inkeep.resp.schema.201"],
    );
    breaks(
        answered(200, JSON, &json!({ "data": [stored()["data"]] })),
        &["inkeep.resp.envelope", "inkeep.resp.schema.200"],
    );
    for name in ["id", "type", "createdAt", "updatedAt"] {
        for value in [Value::Null, json!(7), json!({})] {
            breaks(
                wrong(&format!("/data/{name}"), value),
                &["inkeep.resp.schema.201", "inkeep.resp.types"],
            );
        }
    }
    for name in ["agentId", "conversationId", "messageId"] {
        breaks(
            wrong(&format!("/data/{name}"), json!(7)),
            &["inkeep.resp.schema.201"],
        );
    }
}

#[test]
fn each_wrong_refusal_breaks_its_own_rule() {
    let proper = problem(400, "bad_request", "Bad Request");
    let wrong = |pointer: &str, new: Value| answered(400, PROBLEM, &with(&proper, pointer, new));
    breaks(answered(400, JSON, &proper), &["inkeep.err.ct.400"]);
    breaks(
        answered(400, "text/html", &json!("<h1>Bad Request</h1>")),
        &[
            "inkeep.err.ct.400",
            "inkeep.err.required",
            "inkeep.err.schema.400",
        ],
    );
    breaks(
        answered(422, PROBLEM, &json!({ "message": "no" })),
        &["inkeep.err.required", "inkeep.err.schema.422"],
    );
    for name in ["title", "detail", "code", "status", "error"] {
        breaks(
            wrong(&format!("/{name}"), Value::Null),
            &["inkeep.err.required", "inkeep.err.schema.400"],
        );
    }
    for name in ["code", "message"] {
        breaks(
            wrong(&format!("/error/{name}"), Value::Null),
            &["inkeep.err.required", "inkeep.err.schema.400"],
        );
    }
    breaks(wrong("/status", json!(422)), &["inkeep.err.status-match"]);
    breaks(wrong("/title", json!("Invalid")), &["inkeep.err.title-match"]);
    breaks(wrong("/error/code", json!("BAD")), &["inkeep.err.legacy"]);
    breaks(
        wrong("/error/message", json!("no")),
        &["inkeep.err.legacy.message"],
    );
    breaks(
        wrong("/requestId", json!(7)),
        &["inkeep.err.optional", "inkeep.err.schema.400"],
    );
}

#[test]
fn every_documented_refusal_is_held_to_its_sample() {
    for (status, code, title, always) in [
        (400, "bad_request", "Bad Request", None),
        (401, "unauthorized", "Unauthorized", Some("inkeep.auth.ok")),
        (403, "forbidden", "Forbidden", Some("inkeep.auth.ok")),
        (422, "unprocessable_entity", "Unprocessable Entity", None),
        (
            500,
            "internal_server_error",
            "Internal Server Error",
            Some("inkeep.response.no-server-error"),
        ),
    ] {
        let proper = problem(status, code, title);
        let found = |media_type: &str, body: &Value, rows: &[String]| {
            let mut rows: Vec<&str> = rows.iter().map(String::as_str).chain(always).collect();
            rows.sort_unstable();
            breaks(answered(status, media_type, body), &rows);
        };
        found(PROBLEM, &proper, &[]);
        let row = |name: &str| format!("inkeep.err.{name}");
        found("text/html", &proper, &[row(&format!("ct.{status}"))]);
        found(
            PROBLEM,
            &json!([proper]),
            &[row("required"), row(&format!("schema.{status}"))],
        );
        let upper = with(&proper, "/code", json!("NO"));
        found(
            PROBLEM,
            &with(&upper, "/error/code", json!("NO")),
            &[row("code-match")],
        );
        found(
            PROBLEM,
            &with(&proper, "/title", json!("")),
            &[row("title-match")],
        );
        found(
            PROBLEM,
            &with(&proper, "/status", json!(status + 1)),
            &[row("status-match")],
        );
        found(
            PROBLEM,
            &with(&proper, "/status", json!(f64::from(status) + 0.5)),
            &[row("required"), row(&format!("schema.{status}"))],
        );
    }
}

#[test]
fn a_long_detail_need_not_be_repeated() {
    let proper = problem(400, "bad_request", "Bad Request");
    let detail = |characters: usize| with(&proper, "/detail", json!("ä".repeat(characters)));
    breaks(answered(400, PROBLEM, &detail(101)), &[]);
    breaks(
        answered(400, PROBLEM, &detail(100)),
        &["inkeep.err.legacy.message"],
    );
}

#[test]
fn a_body_that_is_no_json_breaks_what_asks_for_json() {
    let plain = |status: u16, media_type: &str, body: &'static str| {
        by_hand::exchange(sent(), status, &[("content-type", media_type)], body)
    };
    for body in ["", "stored", r#"{"data":"#] {
        breaks(plain(201, JSON, body), &["inkeep.resp.schema.201"]);
        breaks(
            plain(400, PROBLEM, body),
            &["inkeep.err.required", "inkeep.err.schema.400"],
        );
    }
}

#[test]
fn what_no_answer_may_hold_or_be() {
    let proper = problem(400, "bad_request", "Bad Request");
    let request = sent();
    let token = sent_token(&request).unwrap();
    let quoting = format!("no {token}");
    let quoted = with(
        &with(&proper, "/detail", json!(quoting)),
        "/error/message",
        json!(quoting),
    );
    breaks(answered(400, PROBLEM, &quoted), &["inkeep.response.no-key-leak"]);
    let trace = "Error: x\n    at handler (/srv/app/node_modules/hono/index.js:10:5)";
    let traced = with(
        &with(&proper, "/detail", json!(trace)),
        "/error/message",
        json!(trace),
    );
    breaks(
        answered(400, PROBLEM, &traced),
        &["inkeep.response.no-stack-trace"],
    );
    for status in [301, 302, 307, 308] {
        breaks(
            answered(status, JSON, &json!("")),
            &["inkeep.response.no-redirect"],
        );
    }
    for (status, code, title) in [
        (401, "unauthorized", "Unauthorized"),
        (403, "forbidden", "Forbidden"),
    ] {
        breaks(
            answered(status, PROBLEM, &problem(status, code, title)),
            &["inkeep.auth.ok"],
        );
    }
    for status in [502, 503] {
        breaks(
            answered(status, JSON, &json!({})),
            &["inkeep.response.no-server-error"],
        );
    }
    let failed = problem(500, "internal_server_error", "Internal Server Error");
    breaks(
        answered(500, PROBLEM, &failed),
        &["inkeep.response.no-server-error"],
    );
}

#[test]
fn what_the_rules_do_not_speak_of_is_not_held_against_an_answer() {
    let other = |request: Request, status: u16| by_hand::exchange(request, status, &[], "");
    // Another path, another method, and what a parser or router in front may answer.
    breaks(other(Request::new("GET", PATH), 302), &[]);
    breaks(other(Request::new("POST", "/run/v1/other"), 308), &[]);
    breaks(other(Request::new("PROPFIND", PATH), 501), &[]);
    let failed = "inkeep.response.no-server-error";
    breaks(other(Request::new("PROPFIND", PATH), 503), &[failed]);
    breaks(answered(501, JSON, &json!({})), &[failed]);
    breaks(other(sent().header("Content-Type", "text/plain"), 400), &[]);
    // A token that is not the valid one, or not shown as the page shows it, may be refused.
    let refusal = problem(401, "unauthorized", "Unauthorized").to_string();
    for request in [
        Request::new("POST", PATH),
        Request::new("POST", PATH).header("Authorization", "Bearer nobody-has-this"),
        sent().header("Authorization", "Bearer nobody-has-this"),
    ] {
        let exchange = by_hand::exchange(request, 401, &[("content-type", PROBLEM)], refusal.clone());
        breaks(exchange, &[]);
    }
    // A failure that was asked for is none of the server.
    let failing = mock_server::Fixtures::builtin().inkeep.keys.failing.unwrap();
    let request = sent().set_header("Authorization", &format!("Bearer {failing}"));
    breaks(other(request, 503), &[]);
}

#[test]
fn the_token_that_was_sent_is_known_by_its_place() {
    let request = |value: &str| Request::new("POST", PATH).header("Authorization", value);
    assert_eq!(sent_token(&request("Bearer 123456789")), Some("123456789"));
    assert_eq!(sent_token(&request("123456789")), Some("123456789"));
    assert_eq!(sent_token(&request("Bearer 1234")), None);
    assert_eq!(sent_token(&request("Bearer ")), None);
    assert_eq!(sent_token(&Request::new("POST", PATH)), None);
    assert_eq!(
        sent_token(&request("Bearer 123456789").query("key", "123456789")),
        None
    );
}

#[test]
fn every_row_that_is_checked_on_every_exchange_exists() {
    for id in ON_EVERY_EXCHANGE {
        assert!(
            spec::requirement(id).is_some_and(|row| row.untestable.is_none()),
            "{id}"
        );
    }
}
