//! Runs: what a trigger queued is found, goes on by itself, and does what it is told.

use super::*;

fn queued(server: &Server, agent: &str) -> String {
    let answer = server.trigger(
        agent,
        r#"{"inputs":{"amount":12345678901234567890123,"x":[1.10]}}"#,
    );
    assert_eq!(answer.decided(), (202, "", "olbrain.wf.202"));
    answer.text("run_id")
}

fn run(server: &Server, agent: &str, id: &str) -> Value {
    let answer = server.get(&format!("/api/agents/{agent}/runs/{id}"));
    assert_eq!((answer.status, answer.decided_by), (200, "olbrain.runs.get"));
    answer.body
}

fn status(server: &Server, agent: &str, id: &str) -> String {
    run(server, agent, id)["status"].as_str().unwrap().to_owned()
}

fn listed(server: &Server, agent: &str, query: &str) -> Vec<String> {
    let answer = server.get(&format!("/api/agents/{agent}/runs{query}"));
    assert_eq!(
        (answer.status, answer.decided_by),
        (200, "olbrain.runs.list"),
        "{query}"
    );
    let runs = answer.body.as_array().expect("the list is an array").iter();
    runs.map(|run| run["run_id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_run_goes_from_queued_to_succeeded() {
    let mut server = Server::builtin();
    let agent = server.workflow();
    let id = queued(&server, &agent);
    let at_first = run(&server, &agent, &id);
    assert_eq!(
        (&at_first["run_id"], &at_first["workflow_id"]),
        (&id.as_str().into(), &agent.as_str().into())
    );
    assert_eq!(at_first["status"], "queued");
    assert_eq!(
        (&at_first["started_at"], &at_first["completed_at"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(at_first["output_files"], serde_json::json!([]));
    server.pass(60);
    let running = run(&server, &agent, &id);
    assert_eq!(
        (&running["status"], &running["started_at"]),
        (&"running".into(), &"2026-05-27T08:14:22Z".into())
    );
    assert_eq!(running["progress_percent"], 5);
    server.pass(1000);
    let answer = server.get(&format!("/api/agents/{agent}/runs/{id}"));
    let ended = &answer.body;
    assert_eq!(
        (&ended["status"], &ended["completed_at"]),
        (&"succeeded".into(), &"2026-05-27T08:14:22Z".into())
    );
    assert_eq!(
        (&ended["duration_seconds"], &ended["error"]),
        (&0.2.into(), &Value::Null)
    );
    assert_eq!(
        ended["steps"],
        serde_json::json!([{"name": "process", "status": "succeeded"}])
    );
    assert_eq!(ended["output_files"].as_array().unwrap().len(), 1);
    let text = String::from_utf8(answer.reply.response.body().to_vec()).unwrap();
    assert!(
        text.contains(r#""inputs":{"amount":12345678901234567890123,"x":[1.10]}"#),
        "inputs are what was given, digit for digit: {text}"
    );
}

#[test]
fn runs_of_a_failing_agent_fail_and_can_be_tried_again() {
    let mut server = Server::builtin();
    let agent = server.agent("failing_workflow_agents");
    let id = queued(&server, &agent);
    server.pass(250);
    let failed = run(&server, &agent, &id);
    assert_eq!(
        (&failed["status"], &failed["output_files"]),
        (&"failed".into(), &serde_json::json!([]))
    );
    assert_eq!(failed["error"]["code"], "step_failed");
    let retried = server.control(&agent, &id, "retry");
    assert_eq!(retried.decided(), (200, "", "olbrain.runs.retry"));
    assert_eq!(
        (retried.text("run_id"), retried.text("status")),
        (id.clone(), "queued".into())
    );
    assert_eq!(retried.body["inputs"], failed["inputs"]);
    server.pass(250);
    assert_eq!(status(&server, &agent, &id), "failed");

    server.set("retry_run", "new-run");
    let other = server.control(&agent, &id, "retry").text("run_id");
    assert_ne!(other, id);
    assert_eq!(
        (status(&server, &agent, &id), status(&server, &agent, &other)),
        ("failed".into(), "queued".into())
    );
    assert_eq!(run(&server, &agent, &other)["inputs"], failed["inputs"]);
}

#[test]
fn a_slow_run_can_be_paused_resumed_and_cancelled() {
    let mut server = Server::builtin();
    let agent = server.agent("slow_workflow_agents");
    let id = queued(&server, &agent);
    server.pass(50);
    for (call, requirement, then) in [
        ("pause", "olbrain.runs.pause", "paused"),
        ("resume", "olbrain.runs.resume", "running"),
        ("cancel", "olbrain.runs.cancel", "cancelled"),
    ] {
        let answer = server.control(&agent, &id, call);
        assert_eq!(answer.decided(), (200, "", requirement));
        assert_eq!(answer.text("status"), then);
        server.pass(60_000);
        assert_eq!(status(&server, &agent, &id), then);
    }
    assert_eq!(run(&server, &agent, &id)["completed_at"], "2026-05-27T08:16:22Z");
    let queued = queued(&server, &agent);
    assert_eq!(
        server.control(&agent, &queued, "cancel").text("status"),
        "cancelled"
    );
    assert_eq!(run(&server, &agent, &queued)["started_at"], Value::Null);
}

#[test]
fn a_call_that_does_not_fit_changes_nothing() {
    let mut server = Server::builtin();
    let agent = server.workflow();
    let id = queued(&server, &agent);
    let refused = (409, "run_wrong_state", "olbrain.runs.control.wrong-state.status");
    for call in ["pause", "resume", "retry"] {
        assert_eq!(server.control(&agent, &id, call).decided(), refused);
        assert_eq!(status(&server, &agent, &id), "queued");
    }
    server.pass(1000);
    for call in ["cancel", "pause", "resume", "retry"] {
        assert_eq!(server.control(&agent, &id, call).decided(), refused);
        assert_eq!(status(&server, &agent, &id), "succeeded");
    }
}

#[test]
fn control_calls_take_any_body() {
    let server = Server::builtin();
    let agent = server.agent("slow_workflow_agents");
    for body in ["", "{}", "{", "{\"reason\":\"x\"}"] {
        let id = queued(&server, &agent);
        let mut request = post(&format!("/api/agents/{agent}/runs/{id}/cancel"));
        *request.body_mut() = Bytes::copy_from_slice(body.as_bytes());
        assert_eq!(server.ask(&request).status, 200, "{body}");
    }
}

#[test]
fn a_run_that_is_not_the_agents_is_not_found() {
    let server = Server::builtin();
    let (agent, other) = (server.workflow(), server.agent("slow_workflow_agents"));
    let id = queued(&server, &other);
    for (id, requirement) in [
        (id.as_str(), "olbrain.runs.404.other-agent"),
        ("run_nobody", "olbrain.runs.404"),
    ] {
        let answer = server.get(&format!("/api/agents/{agent}/runs/{id}"));
        assert_eq!(answer.decided(), (404, "run_not_found", requirement));
        for call in ["cancel", "pause", "resume", "retry"] {
            let answer = server.control(&agent, id, call);
            assert_eq!(answer.decided(), (404, "run_not_found", requirement));
        }
    }
    assert_eq!(status(&server, &other, &id), "queued");
}

#[test]
fn runs_are_listed_newest_first_and_only_the_agents_own() {
    let server = Server::builtin();
    let (agent, other) = (server.workflow(), server.agent("slow_workflow_agents"));
    let mut ids: Vec<String> = (0..60).map(|_| queued(&server, &agent)).collect();
    queued(&server, &other);
    ids.reverse();
    assert_eq!(listed(&server, &agent, "?limit=999"), ids);
    assert_eq!(
        listed(&server, &agent, "?limit=99999999999999999999999999").len(),
        60
    );
    assert_eq!(listed(&server, &agent, ""), ids[..50]);
    assert_eq!(listed(&server, &agent, "?limit=2&x=y&page=3"), ids[..2]);
    assert_eq!(listed(&server, &other, "").len(), 1);
}

#[test]
fn runs_can_be_listed_by_state() {
    let mut server = Server::builtin();
    let agent = server.agent("slow_workflow_agents");
    let ids: Vec<String> = (0..4).map(|_| queued(&server, &agent)).collect();
    server.control(&agent, &ids[0], "cancel");
    server.pass(50);
    server.control(&agent, &ids[1], "pause");
    let new = queued(&server, &agent);
    for (state, expected) in [
        ("queued", vec![&new]),
        ("running", vec![&ids[3], &ids[2]]),
        ("paused", vec![&ids[1]]),
        ("cancelled", vec![&ids[0]]),
        ("succeeded", vec![]),
        ("failed", vec![]),
    ] {
        let found = listed(&server, &agent, &format!("?status={state}"));
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{state}");
    }
    assert_eq!(listed(&server, &agent, "?status=running&limit=1"), ids[3..]);
}
