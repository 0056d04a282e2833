//! The answer of a conversational agent.

use serde_json::{Value, json};

use super::{
    JSON, agent, answered, answered_with, breaks, broken_in_turn, changed, conversational, event, headed,
};
use crate::http::{Exchange, Request};

const TIMESTAMP: &str = "olbrain.conv.timestamp";

/// The answer of the document.
pub(super) fn sample(agent: &str) -> Value {
    json!({
        "success": true,
        "session_id": "sess_01JV",
        "message_id": "msg_01JV",
        "agent_id": agent,
        "organization_id": "org_01GZ",
        "project_id": "proj_01HB",
        "response": "Order received — I'll start processing right away.",
        "files": [],
        "token_usage": { "prompt_tokens": 412, "completion_tokens": 18, "total_tokens": 430 },
        "processing_time": 1.24,
        "timestamp": "2026-05-27T08:14:22.381Z",
    })
}

fn replied(body: &Value) -> Exchange {
    answered_with(event(&conversational()), 200, body)
}

/// The documented answer with one member changed.
fn with(name: &str, value: Value) -> Exchange {
    replied(&changed(&sample(&conversational()), name, Some(value)))
}

fn without(name: &str) -> Exchange {
    replied(&changed(&sample(&conversational()), name, None))
}

/// The documented answer of this moment, of a server whose clock says so.
fn dated(timestamp: &str, date: &str) -> Exchange {
    let body = changed(&sample(&conversational()), "timestamp", Some(timestamp.into()));
    let headers = [("Content-Type", JSON), ("date", date)];
    headed(event(&conversational()), 200, &headers, body.to_string())
}

#[test]
fn the_documented_answer_breaks_nothing() {
    for agent in [conversational(), agent(|fixtures| fixtures.pdf_agents)] {
        breaks(&answered_with(event(&agent), 200, &sample(&agent)), &[]);
    }
    let body = sample(&conversational());
    let pretty = serde_json::to_vec_pretty(&body).unwrap();
    let media_type = "application/json; charset=utf-8";
    breaks(&answered(event(&conversational()), 200, media_type, pretty), &[]);
    let members = body.as_object().unwrap().iter().rev();
    let backwards: Vec<String> = members
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    let backwards = format!("{{{}}}", backwards.join(","));
    breaks(&answered(event(&conversational()), 200, JSON, backwards), &[]);
    for (name, value) in [
        ("response", json!("")),
        ("finish_reason", json!(null)),
        (
            "token_usage",
            json!({ "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0 }),
        ),
        ("token_usage.cached_tokens", json!(7)),
        ("token_usage.total_tokens", json!(430.0)),
        ("processing_time", json!(0)),
        ("processing_time", json!(2)),
        ("processing_time", json!(1e-7)),
        ("timestamp", json!("2026-05-27t08:14:22.381z")),
    ] {
        breaks(&with(name, value), &[]);
    }
}

#[test]
fn each_member_that_is_missing_or_of_another_type_breaks_its_row() {
    let nothing = || vec![Value::Null, json!({}), json!(7)];
    let rows = [
        (
            "success",
            "olbrain.conv.success",
            vec![json!(false), json!("true"), json!([])],
        ),
        (
            "session_id",
            "olbrain.conv.session-id",
            vec![json!(""), json!(["sess_1"])],
        ),
        (
            "message_id",
            "olbrain.conv.message-id",
            vec![json!(""), json!(["msg_1"])],
        ),
        (
            "organization_id",
            "olbrain.conv.org-id",
            vec![json!(""), json!(["org_1"])],
        ),
        (
            "project_id",
            "olbrain.conv.project-id",
            vec![json!(""), json!(["proj_1"])],
        ),
        (
            "agent_id",
            "olbrain.conv.agent-id",
            vec![
                json!(""),
                json!("agt_1"),
                json!(conversational().to_lowercase()),
                json!([conversational()]),
            ],
        ),
        (
            "response",
            "olbrain.conv.response",
            vec![json!(["Hello."]), json!(true)],
        ),
        ("files", "olbrain.conv.files.array", vec![json!(""), json!(false)]),
        (
            "token_usage",
            "olbrain.conv.tokens",
            vec![json!([412, 18, 430]), json!("430")],
        ),
    ];
    for (name, row, wrong) in rows {
        breaks(&without(name), &[row]);
        for value in wrong.into_iter().chain(nothing()) {
            breaks(&with(name, value), &[row]);
        }
    }
}

#[test]
fn ids_begin_as_in_the_samples() {
    for (name, row) in [
        ("session_id", "olbrain.conv.session-id.prefix"),
        ("message_id", "olbrain.conv.message-id.prefix"),
        ("organization_id", "olbrain.conv.org-id.prefix"),
        ("project_id", "olbrain.conv.project-id.prefix"),
    ] {
        for other in ["01JV", "SESS_01JV", "6f1c2d3e-4a5b-4c6d-8e9f-0a1b2c3d4e5f"] {
            breaks(&with(name, other.into()), &[row]);
        }
    }
}

#[test]
fn token_counts_are_whole_and_add_up() {
    for name in [
        "token_usage.prompt_tokens",
        "token_usage.completion_tokens",
        "token_usage.total_tokens",
    ] {
        breaks(&without(name), &["olbrain.conv.tokens"]);
        for wrong in [json!(-18), json!(18.5), json!("18"), json!(null), json!([18])] {
            breaks(&with(name, wrong), &["olbrain.conv.tokens"]);
        }
        for wrong in [json!(1), json!(0), json!(u64::MAX)] {
            breaks(&with(name, wrong), &["olbrain.conv.tokens.sum"]);
        }
    }
}

#[test]
fn processing_time_is_in_seconds_and_no_longer_than_the_exchange() {
    const NUMBER: &str = "olbrain.conv.processing-time";
    const BOUND: &str = "olbrain.conv.processing-time.bound";
    breaks(&without("processing_time"), &[NUMBER]);
    for wrong in [
        json!(null),
        json!("1.24"),
        json!("1.24 s"),
        json!(-0.001),
        json!(-1),
        json!(true),
        json!({ "seconds": 1.24 }),
    ] {
        breaks(&with("processing_time", wrong), &[NUMBER]);
    }
    // The exchange took three seconds; the last digit of a number may be rounded up, and clocks differ a little.
    for right in ["3", "3.02", "4", "3.1", "3.021", "3.019", "3e0"] {
        breaks(&with("processing_time", right.parse().unwrap()), &[]);
    }
    for wrong in ["1240", "1240.5", "5", "4.1", "3.2", "3.04", "3.022", "1e300"] {
        breaks(&with("processing_time", wrong.parse().unwrap()), &[BOUND]);
    }
}

#[test]
fn a_timestamp_is_a_moment_in_the_documented_form() {
    breaks(&without("timestamp"), &[TIMESTAMP]);
    for wrong in [
        json!(null),
        json!(1_779_869_662),
        json!(""),
        json!("2026-05-27T08:14:22.381"),
        json!("2026-05-27 08:14:22.381Z"),
        json!("2026-05-27T08:14:22.381 Z"),
        json!("2026-05-27"),
        json!("2026-02-30T08:14:22.381Z"),
        json!("2026-05-27T08:14:22.381+0000"),
        json!("Wed, 27 May 2026 08:14:22 GMT"),
        json!("1779869662"),
        json!(["2026-05-27T08:14:22.381Z"]),
    ] {
        breaks(&with("timestamp", wrong), &[TIMESTAMP]);
    }
    for unlike_the_samples in [
        "2026-05-27T08:14:22Z",
        "2026-05-27T08:14:22.38Z",
        "2026-05-27T08:14:22.381000Z",
        "2026-05-27T08:14:22.381+00:00",
        "2026-05-27T13:44:22.381+05:30",
    ] {
        breaks(
            &with("timestamp", unlike_the_samples.into()),
            &["olbrain.conv.timestamp.precision"],
        );
    }
}

#[test]
fn a_timestamp_is_the_moment_of_the_answer() {
    let date = "Wed, 27 May 2026 08:14:22 GMT";
    for near in [
        "2026-05-27T08:14:22.381Z",
        "2026-05-27T08:24:22.000Z",
        "2026-05-27T08:04:22.000Z",
    ] {
        breaks(&dated(near, date), &[]);
    }
    // The clock on the wall, of another zone than it says, and the moment at which the server was started.
    for far in [
        "2026-05-27T13:44:22.381Z",
        "2026-05-27T02:14:22.381Z",
        "2026-05-27T08:24:22.001Z",
        "2026-05-27T08:04:21.999Z",
    ] {
        breaks(&dated(far, date), &[TIMESTAMP]);
        breaks(&dated(far, "yesterday"), &[]);
    }
}

#[test]
fn another_status_breaks_the_row_on_it() {
    const CONV_200: &str = "olbrain.conv.200";
    let event = || event(&conversational());
    for status in [201, 202, 204] {
        breaks(
            &answered_with(event(), status, &sample(&conversational())),
            &[CONV_200],
        );
        let run = json!({ "run_id": "run_1", "status": "queued" });
        breaks(&answered_with(event(), status, &run), &[CONV_200]);
        breaks(&answered(event(), status, "text/plain", ""), &[CONV_200]);
    }
    let wrong = changed(&sample(&conversational()), "files", Some(Value::Null));
    breaks(
        &answered_with(event(), 201, &wrong),
        &[CONV_200, "olbrain.conv.files.array"],
    );
}

#[test]
fn what_is_no_object_breaks_the_row_on_the_whole_and_none_on_its_members() {
    for body in [
        "",
        "[]",
        "\"Hello.\"",
        "Hello.",
        "{\"success\":true,\"response\":\"H",
    ] {
        let answer = answered(event(&conversational()), 200, JSON, body);
        breaks(&answer, &["olbrain.conv.fields"]);
    }
}

#[test]
fn each_message_has_an_id_of_its_own() {
    let with_id = |id: &str, request: Request| {
        let body = changed(&sample(&conversational()), "message_id", Some(id.into()));
        answered_with(request, 200, &body)
    };
    let event = || event(&conversational());
    assert_eq!(
        broken_in_turn(&[
            with_id("msg_1", event()),
            with_id("msg_2", event()),
            with_id("msg_1", event()),
        ]),
        ["olbrain.conv.message-id.unique"]
    );
    // An event that asks to be taken for an earlier one may be.
    let in_body = || event().body(JSON, r#"{"message":"m","Idempotency-Key":"order-4421-1"}"#);
    let in_header = || event().header("idempotency-key", "order-4421-1");
    for again in [in_body(), in_header()] {
        assert_eq!(
            broken_in_turn(&[with_id("msg_1", event()), with_id("msg_1", again)]),
            Vec::<String>::new()
        );
    }
}

#[test]
fn organization_and_project_of_an_agent_stay() {
    let pdf = agent(|fixtures| fixtures.pdf_agents);
    for (name, row, other) in [
        ("organization_id", "olbrain.conv.org-id.constant", "org_2"),
        ("project_id", "olbrain.conv.project-id.constant", "proj_2"),
    ] {
        let says = |agent: &str, message: &str, value: &str| {
            let body = changed(&sample(agent), "message_id", Some(message.into()));
            answered_with(event(agent), 200, &changed(&body, name, Some(value.into())))
        };
        let first = sample("a")[name].as_str().unwrap().to_owned();
        assert_eq!(
            broken_in_turn(&[
                says(&conversational(), "msg_1", &first),
                says(&conversational(), "msg_2", &first),
                says(&conversational(), "msg_3", other),
            ]),
            [row]
        );
        // Another agent may be of another project, and where there is a key for it of another organization.
        assert_eq!(
            broken_in_turn(&[
                says(&conversational(), "msg_1", &first),
                says(&pdf, "msg_2", other),
            ]),
            Vec::<String>::new()
        );
    }
}

#[test]
fn answers_to_other_calls_and_of_other_agents_are_not_looked_at() {
    for request in [
        event("agt_of_nobody"),
        Request::new("GET", &format!("/api/agents/{}/sessions/s", conversational())),
        Request::new("PUT", &format!("/api/agents/webhook/{}", conversational())),
    ] {
        breaks(&answered_with(request, 200, &json!({})), &[]);
    }
}
