//! The answer of a workflow agent.

use serde_json::{Value, json};

use super::{agent, answered, answered_with, breaks, broken_in_turn, changed, event, workflow};
use crate::http::{Exchange, Request};

const RUN_ID: &str = "olbrain.wf.run-id";
const STATUS: &str = "olbrain.wf.status";
const WF_202: &str = "olbrain.wf.202";

/// The answer of the document.
fn sample() -> Value {
    json!({ "run_id": "run_01HZQ7K9", "status": "queued" })
}

fn queued(body: &Value) -> Exchange {
    answered_with(event(&workflow()), 202, body)
}

/// The answer with another id, to a request of one's choice.
fn queued_as(id: &str, request: Request) -> Exchange {
    answered_with(request, 202, &changed(&sample(), "run_id", Some(id.into())))
}

#[test]
fn the_documented_answer_breaks_nothing() {
    for agent in [
        workflow(),
        agent(|fixtures| fixtures.slow_workflow_agents),
        agent(|fixtures| fixtures.failing_workflow_agents),
    ] {
        breaks(&answered_with(event(&agent), 202, &sample()), &[]);
    }
    let more = r#"{"links":[],"status":"queued","queued_at":null,"run_id":"run_1"}"#;
    let media_type = "application/json; charset=utf-8";
    breaks(&answered(event(&workflow()), 202, media_type, more), &[]);
}

#[test]
fn each_wrong_member_breaks_its_row() {
    for wrong in [
        None,
        Some(Value::Null),
        Some(json!("")),
        Some(json!(17)),
        Some(json!({})),
    ] {
        breaks(&queued(&changed(&sample(), "run_id", wrong)), &[RUN_ID]);
    }
    for other in ["01HZQ7K9", "RUN_01HZQ7K9", "6f1c2d3e-4a5b-4c6d-8e9f-0a1b2c3d4e5f"] {
        breaks(
            &queued(&changed(&sample(), "run_id", Some(other.into()))),
            &["olbrain.wf.run-id.prefix"],
        );
    }
    for wrong in [
        None,
        Some(Value::Null),
        Some(json!("")),
        Some(json!("triggered")),
        Some(json!("QUEUED")),
        Some(json!(["queued"])),
        Some(json!(0)),
    ] {
        breaks(&queued(&changed(&sample(), "status", wrong)), &[STATUS]);
    }
    breaks(&queued(&json!({})), &[RUN_ID, STATUS]);
    breaks(
        &queued(&json!({ "id": "run_1", "state": "queued" })),
        &[RUN_ID, STATUS],
    );
}

#[test]
fn another_status_breaks_the_row_on_it() {
    for status in [200, 201, 204] {
        breaks(&answered_with(event(&workflow()), status, &sample()), &[WF_202]);
        let reply = json!({ "success": true, "session_id": "sess_1" });
        breaks(&answered_with(event(&workflow()), status, &reply), &[WF_202]);
        breaks(&answered(event(&workflow()), status, "text/plain", ""), &[WF_202]);
    }
    let wrong = changed(&sample(), "status", Some("running".into()));
    breaks(&answered_with(event(&workflow()), 200, &wrong), &[WF_202, STATUS]);
}

#[test]
fn what_is_no_object_breaks_the_row_on_the_whole_and_none_on_its_members() {
    for body in ["", "[]", "\"run_01HZQ7K9\"", "queued", "{\"run_id\":\"run_1"] {
        let answer = answered(event(&workflow()), 202, "application/json", body);
        breaks(&answer, &["olbrain.wf.fields"]);
    }
}

#[test]
fn each_event_has_a_run_of_its_own() {
    let event = || event(&workflow());
    assert_eq!(
        broken_in_turn(&[
            queued_as("run_1", event()),
            queued_as("run_2", event()),
            queued_as("run_1", event()),
        ]),
        ["olbrain.wf.unique"]
    );
    // An event that asks to be taken for an earlier one may be.
    let in_body = || event().body("application/json", r#"{"Idempotency-Key":"order-4421-1"}"#);
    let in_header = || event().header("idempotency-key", "order-4421-1");
    for again in [in_body(), in_header()] {
        assert_eq!(
            broken_in_turn(&[queued_as("run_1", event()), queued_as("run_1", again)]),
            Vec::<String>::new()
        );
    }
}

#[test]
fn answers_to_other_calls_and_of_other_agents_are_not_looked_at() {
    for request in [
        event("agt_of_nobody"),
        Request::new("GET", &format!("/api/agents/{}/runs", workflow())),
        Request::new("POST", &format!("/api/agents/{}/runs/r/retry", workflow())),
    ] {
        breaks(&answered_with(request, 200, &json!({})), &[]);
    }
}
