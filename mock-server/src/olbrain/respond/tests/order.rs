//! Which of several faults is answered, where the documents leave it open.

use super::*;
use crate::mock::{Api as _, Fault};
use crate::olbrain::BODY_LIMIT_BYTES;

fn oversize() -> String {
    format!("\"{}\"", "x".repeat(BODY_LIMIT_BYTES - 1))
}

#[test]
fn the_defaults_are_key_then_agent_then_body() {
    let server = Server::builtin();
    let agent = server.conversational();
    let (too_large, broken) = (oversize(), "x".repeat(BODY_LIMIT_BYTES + 1));
    for body in ["", "{", &too_large, &broken] {
        let bad_key = with_key(trigger(&agent, body), "ak_nobody");
        assert_eq!(
            server.ask(&bad_key).decided(),
            (401, "unauthorized", "olbrain.auth.unknown")
        );
        assert_eq!(
            server.trigger("agt_nobody", body).decided(),
            (404, "agent_not_found", "olbrain.agent.unknown")
        );
    }
    assert_eq!(
        server.trigger(&agent, &broken).decided(),
        (413, "payload_too_large", "olbrain.body.limit")
    );
    server.is_untouched();
}

/// What is wrong with the body of a request.
#[derive(Clone, Copy, Debug)]
enum Sent {
    Good,
    Nothing,
    Broken,
    TooLarge,
    TooLargeAndBroken,
}

impl Sent {
    fn body(self) -> String {
        match self {
            Self::Good => "{}".to_owned(),
            Self::Nothing => String::new(),
            Self::Broken => "{".to_owned(),
            Self::TooLarge => oversize(),
            Self::TooLargeAndBroken => oversize().replace('"', "x"),
        }
    }
}

/// Which other fault the request has.
#[derive(Clone, Copy, Debug)]
enum Beside {
    Nothing,
    BadKey,
    UnknownAgent,
}

/// A reading that is turned round, a request, and its answer.
type Turned = (&'static str, &'static str, Beside, Sent, (u16, &'static str));

const UNKNOWN_KEY: (u16, &str) = (401, "olbrain.auth.unknown");
const UNKNOWN_AGENT: (u16, &str) = (404, "olbrain.agent.unknown");

const TURNED: &[Turned] = &[
    (
        "bad_key_bad_body",
        "400",
        Beside::BadKey,
        Sent::Broken,
        (400, "olbrain.auth.order.401-400"),
    ),
    (
        "bad_key_bad_body",
        "400",
        Beside::BadKey,
        Sent::Nothing,
        (400, "olbrain.auth.order.401-400"),
    ),
    (
        "bad_key_bad_body",
        "400",
        Beside::BadKey,
        Sent::TooLarge,
        UNKNOWN_KEY,
    ),
    (
        "bad_key_bad_body",
        "400",
        Beside::BadKey,
        Sent::TooLargeAndBroken,
        UNKNOWN_KEY,
    ),
    ("bad_key_bad_body", "400", Beside::BadKey, Sent::Good, UNKNOWN_KEY),
    (
        "bad_key_bad_body",
        "400",
        Beside::UnknownAgent,
        Sent::Broken,
        UNKNOWN_AGENT,
    ),
    (
        "bad_key_oversize",
        "413",
        Beside::BadKey,
        Sent::TooLarge,
        (413, "olbrain.auth.order.401-413"),
    ),
    (
        "bad_key_oversize",
        "413",
        Beside::BadKey,
        Sent::Broken,
        UNKNOWN_KEY,
    ),
    (
        "bad_key_oversize",
        "413",
        Beside::UnknownAgent,
        Sent::TooLarge,
        UNKNOWN_AGENT,
    ),
    (
        "unknown_agent_bad_body",
        "400",
        Beside::UnknownAgent,
        Sent::Broken,
        (400, "olbrain.auth.order.404-400"),
    ),
    (
        "unknown_agent_bad_body",
        "400",
        Beside::UnknownAgent,
        Sent::TooLarge,
        UNKNOWN_AGENT,
    ),
    (
        "unknown_agent_bad_body",
        "400",
        Beside::BadKey,
        Sent::Broken,
        UNKNOWN_KEY,
    ),
    (
        "unknown_agent_oversize",
        "413",
        Beside::UnknownAgent,
        Sent::TooLarge,
        (413, "olbrain.auth.order.404-413"),
    ),
    (
        "unknown_agent_oversize",
        "413",
        Beside::UnknownAgent,
        Sent::Broken,
        UNKNOWN_AGENT,
    ),
    (
        "oversize_malformed",
        "400",
        Beside::Nothing,
        Sent::TooLargeAndBroken,
        (400, "olbrain.body.limit.before-parse"),
    ),
    (
        "oversize_malformed",
        "400",
        Beside::Nothing,
        Sent::TooLarge,
        (413, "olbrain.body.limit"),
    ),
];

#[test]
fn each_order_can_be_turned_round_alone() {
    for (reading, option, beside, sent, expected) in TURNED {
        let mut server = Server::builtin();
        server.set(reading, option);
        let request = trigger(&server.conversational(), &sent.body());
        let request = match beside {
            Beside::Nothing => request,
            Beside::BadKey => with_key(request, "ak_nobody"),
            Beside::UnknownAgent => trigger("agt_nobody", &sent.body()),
        };
        let answer = server.ask(&request);
        assert_eq!(
            (answer.status, answer.decided_by),
            *expected,
            "{reading} with {sent:?} beside {beside:?}"
        );
        server.is_untouched();
    }
}

#[test]
fn the_order_holds_for_bodies_that_are_never_read() {
    let refused = |server: &Server, request: &Request<Bytes>, fault| {
        let reply = server.olbrain.refuse(request, fault);
        let body: Value = serde_json::from_slice(reply.response.body()).unwrap();
        assert!(body["error"]["request_id"].is_string());
        (
            reply.response.status().as_u16(),
            reply.trace.decided_by().unwrap_or_default(),
        )
    };
    let mut server = Server::builtin();
    let agent = server.conversational();
    let good = trigger(&agent, "");
    let bad_key = with_key(good.clone(), "ak_nobody");
    let nobody = trigger("agt_nobody", "");
    let refused_all =
        |server: &Server| [&good, &bad_key, &nobody].map(|request| refused(server, request, Fault::TooLarge));
    assert_eq!(
        refused_all(&server),
        [
            (413, "olbrain.body.limit"),
            (401, "olbrain.auth.unknown"),
            (404, "olbrain.agent.unknown")
        ]
    );
    server.set("bad_key_oversize", "413");
    server.set("unknown_agent_oversize", "413");
    assert_eq!(
        refused_all(&server),
        [
            (413, "olbrain.body.limit"),
            (413, "olbrain.auth.order.401-413"),
            (413, "olbrain.auth.order.404-413")
        ]
    );
    let list = get(&format!("/api/agents/{agent}/sessions"));
    assert_eq!(refused(&server, &list, Fault::TooLarge), (413, ""));
    assert_eq!(refused(&server, &good, Fault::TooSlow), (408, ""));
    assert_eq!(
        refused(&server, &good, Fault::Cut),
        (400, "olbrain.body.malformed")
    );
    let upload = post(&format!("/api/agents/{agent}/upload"));
    assert_eq!(
        refused(&server, &upload, Fault::Cut),
        (400, "olbrain.upl.errors.truncated")
    );
    let nowhere = get("/api/agents/x");
    assert_eq!(
        refused(&server, &nowhere, Fault::TooSlow),
        (404, "olbrain.route.unknown-path")
    );
    server.is_untouched();
}
