//! What an agent is sent, and what is refused of it.

use super::*;
use crate::olbrain::{BODY_LIMIT_BYTES, Outcome};

#[test]
fn the_documented_bodies_are_taken_by_agents_of_their_kind() {
    let server = Server::builtin();
    let message = r#"{"message":"Order #4421 placed for Acme Corp","metadata":{"source":"shopify-orders-create","order_id":"4421"}}"#;
    let inputs = r#"{"inputs":{"customer_email":"buyer@example.com","amount_inr":1499,"attachments":["fi_a1b2c3d4e5f6..."]}}"#;
    for body in [
        message,
        inputs,
        "{}",
        r#"{"message":"hello","Idempotency-Key":"order-4421-1"}"#,
    ] {
        let answer = server.trigger(&server.conversational(), body);
        assert_eq!(answer.decided(), (200, "", "olbrain.conv.200"), "{body}");
        let answer = server.trigger(&server.workflow(), body);
        assert_eq!(answer.decided(), (202, "", "olbrain.wf.202"), "{body}");
        assert_eq!(answer.body.as_object().unwrap().len(), 2);
        assert_eq!(answer.body["status"], "queued");
        assert!(answer.text("run_id").starts_with("run_01"));
    }
    let events = server.olbrain.events();
    assert_eq!(events.len(), 8);
    assert_eq!(events[0].body, message);
    assert!(
        matches!(&events[0].outcome, Outcome::Message { session_id } if session_id.starts_with("sess_01"))
    );
    assert_eq!(
        (&events[1].outcome, events[1].received_at),
        (&Outcome::Run, server.now)
    );
    assert_eq!(events[1].content_type.as_deref(), Some("application/json"));
    assert_eq!(events[6].idempotency_key.as_deref(), Some("order-4421-1"));
    assert_eq!(
        &events[0].organization_id,
        server.olbrain.fixtures.organization_id.as_ref().unwrap()
    );
}

#[test]
fn any_json_is_taken() {
    let server = Server::builtin();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for body in [
        "[]",
        "\"text\"",
        "0",
        "1e999",
        "true",
        "null",
        " {\"a\" : [1, {\"\": null}]}\n",
        r#"{"message":{"not":"a text"},"metadata":7,"inputs":[1],"session_id":9,"user_id":{},"title":[]}"#,
        r#"{"Idempotency-Key":{"not":"a text"}}"#,
        r#"{"message":"é \ud83d\ude00 \u00e9 \ud800"}"#,
        &deep,
    ] {
        for agent in [server.conversational(), server.agent("pdf_agents")] {
            assert_eq!(server.trigger(&agent, body).status, 200, "{body:.40}");
        }
        assert_eq!(server.trigger(&server.workflow(), body).status, 202, "{body:.40}");
    }
}

#[test]
fn what_is_no_json_is_refused() {
    let server = Server::builtin();
    for body in [
        "{",
        "{\"a\":}",
        "{}{}",
        "message=hello",
        "\u{feff}{}",
        "{'a':1}",
        "NaN",
        "{\"a\":1,}",
        " ",
    ] {
        for agent in [server.conversational(), server.workflow()] {
            assert_eq!(
                server.trigger(&agent, body).decided(),
                (400, "bad_request", "olbrain.body.malformed"),
                "{body}"
            );
        }
    }
    let mut latin = trigger(&server.workflow(), "{}");
    *latin.body_mut() = Bytes::from_static(b"{\"a\":\"\xe9\"}");
    assert_eq!(server.ask(&latin).status, 400);
    assert_eq!(
        server.trigger(&server.workflow(), "").decided(),
        (400, "bad_request", "olbrain.body.empty")
    );
    server.is_untouched();
}

#[test]
fn the_limit_counts_bytes() {
    let server = Server::builtin();
    let padded = |bytes: usize, filler: &str| {
        let empty = r#"{"message":""}"#.len();
        let fill = filler.repeat((bytes - empty) / filler.len());
        let rest = "x".repeat((bytes - empty) % filler.len());
        format!(r#"{{"message":"{fill}{rest}"}}"#)
    };
    for filler in ["x", "é", "😀"] {
        for agent in [server.conversational(), server.workflow()] {
            let exact = padded(BODY_LIMIT_BYTES, filler);
            assert_eq!(exact.len(), 1_048_576);
            assert!(server.trigger(&agent, &exact).status < 300);
            let one_more = padded(BODY_LIMIT_BYTES + 1, filler);
            assert_eq!(
                server.trigger(&agent, &one_more).decided(),
                (413, "payload_too_large", "olbrain.body.limit")
            );
        }
    }
    assert_eq!(server.olbrain.events().len(), 6);
}

#[test]
fn the_media_type_has_to_be_json() {
    let server = Server::builtin();
    let agent = server.conversational();
    let labelled = |value: Option<&str>| {
        let mut request = trigger(&agent, "{}");
        request.headers_mut().remove("content-type");
        if let Some(value) = value {
            set_header(&mut request, "content-type", value);
        }
        let answer = server.ask(&request);
        (answer.status, answer.decided_by)
    };
    for good in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/vnd.x+json",
    ] {
        assert_eq!(labelled(Some(good)), (200, "olbrain.conv.200"), "{good}");
    }
    assert_eq!(labelled(None), (415, "olbrain.ct.missing"));
    for other in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
    ] {
        assert_eq!(labelled(Some(other)), (415, "olbrain.ct.other"));
    }
}

#[test]
fn a_strict_agent_wants_inputs() {
    let server = Server::builtin();
    let agent = server.agent("strict_workflow_agents");
    for body in [
        "{}",
        "[]",
        "7",
        r#"{"message":"hello"}"#,
        r#"{"inputs":{}}"#,
        r#"{"inputs":"x"}"#,
    ] {
        assert_eq!(
            server.trigger(&agent, body).decided(),
            (400, "bad_request", "olbrain.err.400"),
            "{body}"
        );
    }
    server.is_untouched();
    let good = r#"{"inputs":{"customer_email":"buyer@example.com"}}"#;
    assert_eq!(server.trigger(&agent, good).status, 202);
}

#[test]
fn what_fails_behind_an_agent_is_answered_502() {
    let server = Server::builtin();
    for (list, code, requirement) in [
        (
            "upstream_timeout_agents",
            "upstream_timeout",
            "olbrain.err.502-timeout",
        ),
        ("upstream_error_agents", "upstream_error", "olbrain.err.502-error"),
    ] {
        let agent = server.agent(list);
        assert_eq!(server.trigger(&agent, "{}").decided(), (502, code, requirement));
        // A mistake of the client is told before.
        assert_eq!(server.trigger(&agent, "{").status, 400);
    }
    server.is_untouched();
}

#[test]
fn events_with_one_idempotency_key_count_anew_unless_they_are_deduplicated() {
    let mut server = Server::builtin();
    let (conversational, workflow) = (server.conversational(), server.workflow());
    let body = r#"{"message":"hello","Idempotency-Key":"order-1"}"#;
    for agent in [&conversational, &workflow] {
        let answers = [server.trigger(agent, body), server.trigger(agent, body)];
        assert_ne!(answers[0].body, answers[1].body);
    }
    assert_eq!(server.olbrain.events().len(), 4);
    server.set("idempotency", "deduplicated");
    for agent in [&conversational, &workflow] {
        let first = server.trigger(agent, body);
        server.pass(5000);
        let second = server.trigger(agent, r#"{"other":"content","Idempotency-Key":"order-1"}"#);
        assert_eq!(second.decided_by, "olbrain.idem.no-dedupe-promise");
        assert_eq!((first.status, &first.body), (second.status, &second.body));
        assert_ne!(
            server.trigger(agent, r#"{"Idempotency-Key":"order-2"}"#).body,
            first.body
        );
        assert_ne!(server.trigger(agent, "{}").body, server.trigger(agent, "{}").body);
        let mut in_header = trigger(agent, "{}");
        set_header(&mut in_header, "idempotency-key", "order-1");
        assert_ne!(server.ask(&in_header).body, first.body);
    }
    // Five each: of the two with one key, only the first counts.
    assert_eq!(server.olbrain.events().len(), 4 + 2 * 5);
}

#[test]
fn a_refused_event_does_not_use_its_key_up() {
    let mut server = Server::builtin();
    server.set("idempotency", "deduplicated");
    let agent = server.agent("strict_workflow_agents");
    assert_eq!(server.trigger(&agent, r#"{"Idempotency-Key":"a"}"#).status, 400);
    let good = r#"{"inputs":{"a":1},"Idempotency-Key":"a"}"#;
    assert_eq!(
        server.trigger(&agent, good).decided(),
        (202, "", "olbrain.wf.202")
    );
}

#[test]
fn a_trace_says_in_order_what_was_looked_up() {
    let server = Server::builtin();
    let agent = server.workflow();
    let answer = server.trigger(&agent, r#"{"inputs":{"a":["fi_1"]}}"#);
    let run = answer.text("run_id");
    assert_eq!(
        answer.reply.trace.to_string(),
        format!(
            "route POST /api/agents/webhook/{agent}: the trigger [olbrain.route.post]; \
             key header authorization: the valid key [olbrain.auth.ok]; \
             agent {agent}: a workflow agent [olbrain.agent.type-transparent]; \
             body payload: an object of 25 bytes [olbrain.body.any-json]; \
             files payload: 0 uploaded for this agent, 1 not [olbrain.body.fi-unknown]; \
             run {run}: queued [olbrain.wf.202]"
        )
    );
}
