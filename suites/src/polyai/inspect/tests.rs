//! What the checks of every exchange catch: answers made by hand, each with the requirements that it breaks, and no others.

use super::*;
use crate::by_hand::{self, broken};

const JSON: &str = "application/json";

/// What the page shows for an error.
const SAID: &str = r#"{"error_message":"Invalid API key"}"#;

fn sent() -> Request {
    let key = mock_server::Fixtures::builtin().polyai.keys.valid.unwrap();
    Request::new("POST", PATH)
        .header("X-Api-Key", &key)
        .query("event_id_path", "cid")
        .body(JSON, r#"{"cid":"evt_1"}"#)
}

fn answered(status: u16, media_type: &str, body: &str) -> Exchange {
    by_hand::exchange(sent(), status, &[("Content-Type", media_type)], body.to_owned())
}

#[track_caller]
fn breaks(exchange: Exchange, ids: &[&str]) {
    let suite = by_hand::suite("polyai");
    let shown = format!("{} {:?}", exchange.in_short(), exchange.answer);
    assert_eq!(broken(suite.as_ref(), &[exchange]).concat(), ids, "{shown}");
}

#[test]
fn a_right_answer_breaks_nothing() {
    for (status, media_type, body) in [
        (201, JSON, ""),
        (201, "text/plain", "Created"),
        (400, JSON, SAID),
        (401, JSON, SAID),
        (401, "Application/JSON; charset=utf-8", SAID),
        (400, JSON, r#"{"more":{},"error_message":"no"}"#),
        // What has no documented form is free.
        (404, "text/plain", "nothing"),
        (405, "text/html", "<h1>no</h1>"),
        (415, "text/html", ""),
    ] {
        breaks(answered(status, media_type, body), &[]);
    }
    let lower = [("content-type", JSON), ("x-more", "1")];
    breaks(by_hand::exchange(sent(), 401, &lower, SAID), &[]);
}

#[test]
fn each_wrong_answer_breaks_its_own_rule() {
    for status in [200, 202, 204] {
        breaks(
            answered(status, JSON, ""),
            &["polyai.response.201", "polyai.response.no-200"],
        );
    }
    for status in [301, 302, 307, 308] {
        breaks(answered(status, JSON, ""), &["polyai.response.no-redirect"]);
    }
    for status in [502, 503] {
        breaks(answered(status, JSON, SAID), &["polyai.response.no-server-error"]);
    }
    breaks(
        answered(500, "text/html", SAID),
        &[
            "polyai.response.500-content-type",
            "polyai.response.no-server-error",
        ],
    );
    for (status, media, schema) in [
        (
            400,
            "polyai.response.400-content-type",
            "polyai.response.400-schema",
        ),
        (
            401,
            "polyai.response.401-content-type",
            "polyai.response.401-schema",
        ),
    ] {
        breaks(answered(status, "text/html", SAID), &[media]);
        breaks(answered(status, "application/problem+json", SAID), &[media]);
        for body in ["", "no", "[]", r#"{"error_message":7}"#] {
            let exchange = answered(status, JSON, body);
            breaks(exchange, &[schema, "polyai.response.error-field"]);
        }
        // The schema of the page asks for no member; its text does.
        for body in ["{}", r#"{"message":"no"}"#] {
            breaks(answered(status, JSON, body), &["polyai.response.error-field"]);
        }
        for body in [r#"{"error_message":""}"#, r#"{"error_message":" "}"#] {
            breaks(answered(status, JSON, body), &["polyai.response.error-nonempty"]);
        }
    }
}

#[test]
fn what_no_answer_may_hold() {
    let request = sent();
    let key = request.header_value("X-Api-Key").unwrap();
    let quoted = format!(r#"{{"error_message":"no {key}"}}"#);
    breaks(answered(401, JSON, &quoted), &["polyai.response.no-key-leak"]);
    let headers = [("Content-Type", JSON), ("X-Key", key)];
    let in_a_header = by_hand::exchange(sent(), 401, &headers, SAID);
    breaks(in_a_header, &["polyai.response.no-key-leak"]);
    // A path that points at the key's own header was asked for it.
    let pointing = sent().set_query("event_id_path", "x-api-key");
    let exchange = by_hand::exchange(pointing, 400, &[("Content-Type", JSON)], quoted);
    breaks(exchange, &[]);
    let trace =
        r#"{"error_message":"Traceback (most recent call last):\n  File \"/srv/app.py\", line 7, in post"}"#;
    breaks(answered(400, JSON, trace), &["polyai.response.no-stack-trace"]);
}

#[test]
fn what_the_rules_do_not_speak_of_is_not_held_against_an_answer() {
    let other = |request: Request, status: u16| by_hand::exchange(request, status, &[], "");
    breaks(other(Request::new("GET", PATH), 302), &[]);
    breaks(other(Request::new("POST", "/v1/other"), 200), &[]);
    breaks(other(Request::new("PROPFIND", PATH), 501), &[]);
    let failed = "polyai.response.no-server-error";
    breaks(other(Request::new("PROPFIND", PATH), 503), &[failed]);
    breaks(answered(501, JSON, SAID), &[failed]);
    // Two labels: a parser in front may answer.
    breaks(other(sent().header("Content-Type", "text/plain"), 400), &[]);
    let failing = mock_server::Fixtures::builtin().polyai.failing_ids.remove(0);
    let request = sent().body(JSON, format!(r#"{{"cid":"{failing}"}}"#));
    breaks(other(request, 503), &[]);
}
