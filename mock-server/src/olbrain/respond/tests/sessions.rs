//! Sessions and messages: what a trigger said and was answered is found again.

use super::*;

/// The session and the message of a trigger's answer.
fn turn(server: &Server, agent: &str, body: &str) -> (String, String) {
    let answer = server.trigger(agent, body);
    assert_eq!(answer.status, 200);
    (answer.text("session_id"), answer.text("message_id"))
}

fn sessions(server: &Server, agent: &str, query: &str) -> Value {
    let answer = server.get(&format!("/api/agents/{agent}/sessions{query}"));
    assert_eq!(
        (answer.status, answer.decided_by),
        (200, "olbrain.sess.list"),
        "{query}"
    );
    answer.body
}

fn ids(list: &Value) -> Vec<&str> {
    let sessions = list["sessions"].as_array().expect("the list holds an array");
    sessions
        .iter()
        .map(|session| session["session_id"].as_str().unwrap())
        .collect()
}

#[test]
fn a_session_is_listed_as_documented() {
    let mut server = Server::builtin();
    let agent = server.conversational();
    assert_eq!(
        sessions(&server, &agent, ""),
        serde_json::json!({"sessions": [], "limit": 20})
    );
    let (session, _) = turn(&server, &agent, r#"{"message":"a","user_id":"user-42"}"#);
    server.pass(42_000);
    turn(
        &server,
        &agent,
        &format!(r#"{{"message":"b","session_id":"{session}"}}"#),
    );
    let list = sessions(&server, &agent, "");
    assert_eq!(list["limit"], 20);
    assert_eq!(
        list["sessions"][0],
        serde_json::json!({
            "session_id": session,
            "agent_id": agent,
            "status": "active",
            "channel": "webhook",
            "user_id": "user-42",
            "created_at": "2026-05-27T08:14:22Z",
            "last_message_at": "2026-05-27T08:15:04Z",
            "message_count": 4,
            "total_tokens": list["sessions"][0]["total_tokens"],
        })
    );
    assert!(list["sessions"][0]["total_tokens"].as_u64().unwrap() > 4);
}

#[test]
fn a_session_is_fetched_with_its_details() {
    let server = Server::builtin();
    let agent = server.conversational();
    let (session, _) = turn(
        &server,
        &agent,
        r#"{"message":"a","metadata":{"order_id":"4421","n":1.10}}"#,
    );
    let answer = server.get(&format!("/api/agents/{agent}/sessions/{session}"));
    assert_eq!(answer.decided(), (200, "", "olbrain.sess.get"));
    let body = &answer.body;
    assert_eq!(
        (&body["session_id"], &body["agent_id"]),
        (&session.as_str().into(), &agent.as_str().into())
    );
    assert_eq!(
        body["metadata"],
        serde_json::json!({"order_id": "4421", "n": 1.10})
    );
    assert_eq!(body["user_id"], Value::Null);
    let total = body["token_usage"]["total_tokens"].as_u64().unwrap();
    assert_eq!(body["cost"]["currency"], "USD");
    let amount = body["cost"]["amount"].as_f64().unwrap();
    #[expect(clippy::cast_precision_loss, reason = "the count is small")]
    let expected = total as f64 * 2e-6;
    assert!((amount - expected).abs() < 1e-9, "{amount}");
}

#[test]
fn a_message_is_found_under_its_session() {
    let server = Server::builtin();
    let agent = server.agent("pdf_agents");
    let (session, message) = turn(&server, &agent, r#"{"message":{"order":[4421]}}"#);
    let path = format!("/api/agents/{agent}/sessions/{session}/messages");
    let list = server.get(&path);
    assert_eq!(list.decided(), (200, "", "olbrain.sess.messages"));
    let messages = list.body["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 2);
    assert_eq!(
        (&messages[0]["role"], &messages[0]["content"]),
        (&"user".into(), &serde_json::json!({"order": [4421]}))
    );
    assert_eq!(messages[1]["message_id"], message);
    let answer = server.get(&format!("{path}/{message}"));
    assert_eq!(answer.decided(), (200, "", "olbrain.sess.message"));
    assert_eq!(answer.body, messages[1]);
    assert_eq!(
        answer.body["content"],
        "Here's your receipt — let me know if anything looks off."
    );
    assert_eq!(answer.body["status"], "completed");
    assert_eq!(answer.body["files"][0]["kind"], "generated_pdf");
    assert!(answer.body["token_usage"]["total_tokens"].as_u64().unwrap() > 0);
}

#[test]
fn what_belongs_elsewhere_is_not_found() {
    let server = Server::builtin();
    let (agent, other) = (server.conversational(), server.agent("pdf_agents"));
    let (session, message) = turn(&server, &agent, "{}");
    let (second, _) = turn(&server, &agent, "{}");
    let (theirs, _) = turn(&server, &other, "{}");
    for (session, requirement) in [
        (theirs.as_str(), "olbrain.sess.404.other-agent"),
        ("sess_nobody", "olbrain.sess.404"),
    ] {
        for rest in ["", "/messages", &format!("/messages/{message}")] {
            let answer = server.get(&format!("/api/agents/{agent}/sessions/{session}{rest}"));
            assert_eq!(answer.decided(), (404, "session_not_found", requirement));
        }
    }
    for (session, message, requirement) in [
        (&session, "msg_nobody", "olbrain.sess.404.message"),
        (&second, message.as_str(), "olbrain.sess.404.message-elsewhere"),
    ] {
        let answer = server.get(&format!(
            "/api/agents/{agent}/sessions/{session}/messages/{message}"
        ));
        assert_eq!(answer.decided(), (404, "message_not_found", requirement));
    }
}

#[test]
fn the_session_that_was_active_last_comes_first() {
    let mut server = Server::builtin();
    let agent = server.conversational();
    let started: Vec<String> = (0..3).map(|_| turn(&server, &agent, "{}").0).collect();
    assert_eq!(
        ids(&sessions(&server, &agent, "")),
        [&*started[2], &*started[1], &*started[0]]
    );
    // The clock may even have gone back.
    server.pass(-10_000);
    turn(&server, &agent, &format!(r#"{{"session_id":"{}"}}"#, started[0]));
    assert_eq!(
        ids(&sessions(&server, &agent, "")),
        [&*started[0], &*started[2], &*started[1]]
    );
}

#[test]
fn the_limit_has_a_default_and_a_cap() {
    let server = Server::builtin();
    let (agent, other) = (server.conversational(), server.agent("pdf_agents"));
    for _ in 0..120 {
        turn(&server, &agent, "{}");
    }
    turn(&server, &other, "{}");
    for (query, count) in [
        ("", 20),
        ("?limit=1", 1),
        ("?limit=100", 100),
        ("?limit=101", 100),
        ("?limit=99999999999999999999", 100),
        ("?x=1&limit=3&order=asc", 3),
    ] {
        let list = sessions(&server, &agent, query);
        assert_eq!(
            (ids(&list).len() as u64, list["limit"].as_u64()),
            (count, Some(count)),
            "{query}"
        );
    }
    assert_eq!(ids(&sessions(&server, &other, "")).len(), 1);
}

#[test]
fn sessions_can_be_listed_by_state_and_since() {
    let mut server = Server::builtin();
    let agent = server.conversational();
    let (old, _) = turn(&server, &agent, "{}");
    server.pass(24 * 3600 * 1000);
    let (new, _) = turn(&server, &agent, "{}");
    server.pass(1);
    for (query, expected) in [
        ("?status=active", vec![&*new]),
        ("?status=closed", vec![&*old]),
        ("?since=2026-05-27T08:14:22.380Z", vec![&*new, &*old]),
        ("?since=2026-05-27T08:14:22.381Z", vec![&*new]),
        ("?since=2026-05-28T08:14:22.381Z", vec![]),
        ("?since=2026-05-28&status=closed", vec![]),
    ] {
        assert_eq!(ids(&sessions(&server, &agent, query)), expected, "{query}");
    }
    // Whoever speaks to it opens it again.
    turn(&server, &agent, &format!(r#"{{"session_id":"{old}"}}"#));
    assert_eq!(ids(&sessions(&server, &agent, "?status=active")), [&*old, &*new]);
}
