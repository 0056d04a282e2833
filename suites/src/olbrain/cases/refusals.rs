//! Refusals: mistakes of every kind, and that the same one gets the same answer.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls;
use crate::olbrain::fixtures::{AUTHORIZATION, bearer};
use crate::olbrain::multipart::Part;
use crate::olbrain::upload::{request, small};
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "refusal::client_mistakes",
        Property,
        // Each is checked on every exchange; the case makes sure that clients err in many ways.
        &[
            "olbrain.response.no-server-error",
            "olbrain.response.no-stack-trace",
            "olbrain.response.no-key-leak",
            "olbrain.response.no-redirect",
        ],
        client_mistakes,
    ),
    (
        "refusal::repeatable",
        Scenario,
        &["olbrain.refusal.repeatable"],
        repeatable,
    ),
];

/// Requests that are wrong in one of many ways. Whatever the status, it is the client's fault.
fn client_mistakes(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    let Ok(agent) = fixtures.any() else {
        return probe.skip("olbrain.response.no-server-error", "no agent is declared");
    };
    for request in fixed_mistakes(olbrain, agent) {
        probe.send(request);
    }
    let media = prop_oneof![
        4 => Just("application/json"),
        1 => Just("text/plain"),
        1 => Just("application/octet-stream"),
        1 => Just("multipart/form-data; boundary=x"),
        1 => Just("json"),
    ];
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        "[ -~]{0,64}".prop_map(String::into_bytes),
        "[\\[{\"<&;=%\\\\]{1,40}".prop_map(String::into_bytes),
    ];
    property::check(probe, &(media, bytes), |(media, bytes)| {
        probe.send(fixtures.trigger(agent, bytes).set_header("Content-Type", media));
    });
}

fn fixed_mistakes(olbrain: &Olbrain, agent: &str) -> Vec<Request> {
    let fixtures = &olbrain.fixtures;
    let event = |body: &[u8]| fixtures.trigger(agent, body.to_vec());
    let path = |path: &str| fixtures.event(agent).path(path);
    let odd_members = odd_members(olbrain, agent);
    let mut mistakes = vec![
        event(b"{\"message\":\"\xff\xfe\"}"),
        event(b"\xef\xbb\xbf{\"message\":\"x\"}"),
        event(b"\xff\xfe{\0}\0"),
        event(b"{\"message\":null}"),
        event(b"{\"message\":{\"$ne\":null}}"),
        event(b"{\"inputs\":[]}"),
        event(b"{\"inputs\":7}"),
        event(b"{\"inputs\":null}"),
        event(b"{\"message\":\"\\ud800\"}"),
        event(b"{\"message\":\"\\u0000\"}"),
        event(b"{\"message\":123456789012345678901234567890}"),
        event(b"{\"__proto__\":{\"x\":1},\"constructor\":1}"),
        event(b"NaN"),
        event(&b"[".repeat(300)),
        event(b"{\"message\":\"' OR 1=1 --\"}"),
        event(b"{\"message\":\"${jndi:ldap://x}{{7*7}}\"}"),
        path("/api/agents/webhook/%00"),
        path("/api/agents/webhook/..%2F..%2Fetc%2Fpasswd"),
        path("/api/agents/webhook/%27%20OR%201%3D1"),
        path(&calls::trigger(&"x".repeat(2000))),
        fixtures.event(agent).body(";;;", "{}"),
        fixtures
            .event(agent)
            .body("application/json; charset=no-such", "{}"),
        fixtures.event(agent).without_header(AUTHORIZATION),
        fixtures.event(agent).set_header(AUTHORIZATION, "Bearer a b c"),
        fixtures
            .event(agent)
            .set_header(AUTHORIZATION, &bearer("ak_' OR '1'='1")),
        fixtures
            .event(agent)
            .set_header(AUTHORIZATION, &bearer(&format!("ak_{}", "x".repeat(4000)))),
        fixtures.event(agent).query("limit", "x"),
        request(olbrain, agent, small()).body("multipart/form-data; boundary=", "no form"),
        request(olbrain, agent, small()).body("multipart/form-data; boundary=x", "no form"),
    ];
    if let Ok(workflow) = fixtures.workflow() {
        for (name, value) in [
            ("limit", "-1"),
            ("limit", "x"),
            ("limit", "99999999999999999999"),
            ("status", "' OR '1'='1"),
            ("status", ""),
        ] {
            mistakes.push(fixtures.get(&calls::runs(workflow)).query(name, value));
        }
        mistakes.push(fixtures.get(&format!("{}/%00", calls::runs(workflow))));
    }
    if let Ok(conversational) = fixtures.conversational() {
        for (name, value) in [
            ("limit", "-1"),
            ("limit", "1.5"),
            ("limit", "99999999999999999999"),
            ("since", "yesterday"),
            ("status", "%"),
        ] {
            mistakes.push(fixtures.get(&calls::sessions(conversational)).query(name, value));
        }
        mistakes.push(fixtures.get(&format!("{}/..%2F", calls::sessions(conversational))));
    }
    mistakes.extend(odd_members);
    mistakes.extend(odd_parts().map(|part| request(olbrain, agent, part)));
    mistakes
}

/// Ordinary events in which a member that the samples show is of another kind.
fn odd_members(olbrain: &Olbrain, agent: &str) -> Vec<Request> {
    let names = [
        "message",
        "user_id",
        "session_id",
        "metadata",
        "attachments",
        "inputs",
        "Idempotency-Key",
    ];
    let values = [
        json!(null),
        json!(7),
        json!(""),
        json!([]),
        json!({}),
        json!([null]),
    ];
    names
        .iter()
        .flat_map(|name| {
            let with = |value: &Value| olbrain.fixtures.event_with(agent, &[(name, value.clone())]);
            values.iter().map(with).collect::<Vec<_>>()
        })
        .collect()
}

/// Parts named file that say less of themselves than most do: RFC 7578 asks for neither.
fn odd_parts() -> [Part; 3] {
    [
        Part {
            content_type: None,
            ..small()
        },
        Part {
            filename: None,
            ..small()
        },
        Part {
            filename: None,
            content_type: None,
            ..small()
        },
    ]
}

/// How often a refused request is sent again. Other cases send refused ones meanwhile: a server that fails one in so many must
/// not get past this by their number.
const TIMES_MORE: usize = 12;

/// The same refused request gets the same answer again, save for its `request_id`.
fn repeatable(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.refusal.repeatable";
    let fixtures = &olbrain.fixtures;
    let (Ok(agent), Ok(key)) = (fixtures.any(), fixtures.key()) else {
        return probe.skip(ID, "no valid key or no agent is declared");
    };
    let mut requests = vec![
        fixtures.event(agent).without_header(AUTHORIZATION),
        fixtures
            .event(agent)
            .set_header(AUTHORIZATION, &bearer(&fixtures.unlike(key))),
        fixtures.event(&fixtures.unknown_agent()),
        fixtures.trigger(agent, "{\"message\":"),
    ];
    if let Some(run) = &olbrain.known().run {
        requests.push(fixtures.get(&calls::run(&run.agent, &fixtures.unlike(&run.run))));
    }
    if let Some(message) = &olbrain.known().message {
        requests.push(fixtures.get(&calls::session(
            &message.agent,
            &fixtures.unlike(&message.session),
        )));
    }
    for request in requests {
        let first = probe.send(request.clone());
        for _ in 0..TIMES_MORE {
            let again = probe.send(request.clone());
            let expected = format!("the answer of the first time: {}", first.in_short());
            let finding = Finding::when(essence(&first) == essence(&again), expected, again.in_short());
            probe.judge(ID, &again, finding);
        }
    }
}

/// What has to be the same in two answers to one refused request.
fn essence(exchange: &Exchange) -> (Option<u16>, Option<String>) {
    (exchange.status(), answers::code(exchange))
}
