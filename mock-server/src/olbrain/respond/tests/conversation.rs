//! The answer of a conversational agent, and the thread that a message joins.

use super::*;

#[test]
fn the_answer_has_every_documented_field() {
    let server = Server::builtin();
    let agent = server.conversational();
    let answer = server.trigger(&agent, r#"{"message":"Order #4421 placed for Acme Corp"}"#);
    let body = &answer.body;
    let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "success",
            "session_id",
            "message_id",
            "agent_id",
            "organization_id",
            "project_id",
            "response",
            "files",
            "token_usage",
            "processing_time",
            "timestamp"
        ]
    );
    let fixtures = &server.olbrain.fixtures;
    assert_eq!(body["success"], true);
    assert!(answer.text("session_id").starts_with("sess_01"));
    assert!(answer.text("message_id").starts_with("msg_01"));
    assert_eq!(body["agent_id"], agent);
    assert_eq!(Some(answer.text("organization_id")), fixtures.organization_id);
    assert_eq!(Some(answer.text("project_id")), fixtures.project_id);
    assert_eq!(
        body["response"],
        "Order received — I'll start processing right away."
    );
    assert_eq!(body["files"], serde_json::json!([]));
    let tokens = &body["token_usage"];
    let count = |name: &str| tokens[name].as_u64().unwrap();
    assert_eq!(
        count("total_tokens"),
        count("prompt_tokens") + count("completion_tokens")
    );
    assert!(
        body["processing_time"]
            .as_f64()
            .is_some_and(|seconds| seconds >= 0.0)
    );
    assert_eq!(body["timestamp"], "2026-05-27T08:14:22.381Z");
}

#[test]
fn an_organization_without_a_name_still_has_one() {
    let server = Server::with(|fixtures| {
        fixtures.organization_id = None;
        fixtures.project_id = None;
    });
    let answer = server.trigger(&server.conversational(), "{}");
    assert_eq!(
        (answer.text("organization_id"), answer.text("project_id")),
        ("org_unnamed".into(), "proj_unnamed".into())
    );
}

/// Sends a body and tells the session of the answer.
#[test]
fn an_agent_of_another_organization_is_at_home_there() {
    let server = Server::builtin();
    let other = server.olbrain.fixtures().other_organization.clone().unwrap();
    let event = trigger(&other.conversational_agents[0], "{}");
    let answer = server.ask(&with_key(event, OTHER_KEY));
    assert_eq!(
        (
            Some(answer.text("organization_id")),
            Some(answer.text("project_id"))
        ),
        (other.organization_id, other.project_id)
    );
    assert_ne!(
        Some(answer.text("organization_id")),
        server.olbrain.fixtures().organization_id
    );
}

fn session(server: &Server, agent: &str, body: &str) -> String {
    let answer = server.trigger(agent, body);
    assert_eq!(answer.decided(), (200, "", "olbrain.conv.200"));
    answer.text("session_id")
}

#[test]
fn a_message_joins_the_thread_that_it_names() {
    let server = Server::builtin();
    let (agent, other) = (server.conversational(), server.agent("pdf_agents"));
    let first = session(&server, &agent, "{}");
    let joining = format!(r#"{{"session_id":"{first}"}}"#);
    assert_eq!(session(&server, &agent, &joining), first);
    assert_eq!(session(&server, &agent, &joining), first);
    for body in [
        "{}",
        r#"{"session_id":"sess_nobody"}"#,
        r#"{"session_id":7}"#,
        r#"{"user_id":"u"}"#,
        r#"{"user_id":"u"}"#,
    ] {
        assert_ne!(session(&server, &agent, body), first, "{body}");
    }
    assert_ne!(
        session(&server, &other, &joining),
        first,
        "a session has one agent"
    );
}

#[test]
fn threads_can_go_by_user_or_by_key() {
    let mut server = Server::builtin();
    let (agent, other) = (server.conversational(), server.agent("pdf_agents"));
    server.set("session_continuation", "user-id");
    let of_u = session(&server, &agent, r#"{"user_id":"u"}"#);
    let of_v = session(&server, &agent, r#"{"user_id":"v"}"#);
    assert_ne!(of_u, of_v);
    assert_eq!(session(&server, &agent, r#"{"user_id":"u"}"#), of_u);
    assert_ne!(session(&server, &other, r#"{"user_id":"u"}"#), of_u);
    assert_ne!(
        session(&server, &agent, &format!(r#"{{"session_id":"{of_u}"}}"#)),
        of_u
    );
    let latest = session(&server, &agent, "{}");
    server.set("session_continuation", "key");
    assert_eq!(session(&server, &agent, r#"{"user_id":"w"}"#), latest);
    assert_ne!(session(&server, &other, "{}"), latest);
}

#[test]
fn every_message_has_an_id_of_its_own() {
    let server = Server::builtin();
    let agent = server.conversational();
    let ids: std::collections::HashSet<String> = (0..200)
        .map(|_| server.trigger(&agent, "{}").text("message_id"))
        .collect();
    assert_eq!(ids.len(), 200);
}
