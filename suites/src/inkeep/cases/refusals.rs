//! Refusals: what they leave behind, that they can be repeated, and that no mistake of a client breaks the server.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::derive::refusable;
use crate::http::{Exchange, Request};
use crate::inkeep::bodies::plain_faults;
use crate::inkeep::event::{difference_in_content, event};
use crate::inkeep::fixtures::post_under;
use crate::inkeep::problem::problem;
use crate::inkeep::{Inkeep, checks};
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "refusal::stores_nothing",
        Scenario,
        &["inkeep.err.no-side-effect"],
        stores_nothing,
    ),
    (
        "refusal::other_method_stores_nothing",
        Scenario,
        &["inkeep.route.other-method"],
        other_method_stores_nothing,
    ),
    (
        "refusal::changes_nothing",
        Scenario,
        &["inkeep.refusal.no-side-effect"],
        changes_nothing,
    ),
    (
        "refusal::repeatable",
        Scenario,
        &["inkeep.refusal.repeatable"],
        repeatable,
    ),
    (
        "refusal::client_mistakes",
        Property,
        &[
            "inkeep.response.no-server-error",
            "inkeep.response.no-stack-trace",
            "inkeep.response.no-key-leak",
            "inkeep.err.required",
            "inkeep.err.status-match",
        ],
        client_mistakes,
    ),
];

/// Fields in which some frameworks look for another method than that of the request.
pub(in crate::inkeep) const METHOD_FIELDS: [&str; 3] =
    ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

/// An event that is refused for a fault of its body is new when it is sent without the fault.
fn stores_nothing(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.err.no-side-effect";
    for fault in plain_faults() {
        let id = inkeep.fixtures.fresh_id(probe.case());
        let faulty = fault.applied_to(&inkeep.fixtures.body_with(&id, "hookproof_refused"));
        let refused = refusable(probe, inkeep.fixtures.post(&faulty));
        if refused.is_success() {
            // That it was accepted at all is judged by its own case; here it spoils the evidence.
            probe.skip(ID, "a body that should be refused was accepted");
            continue;
        }
        let valid = inkeep.fixtures.body_with(&id, "hookproof_accepted");
        let why = format!("the event before it was refused, as {}", fault.in_words());
        checks::aftermath(probe, ID, inkeep.fixtures.post(&valid), |exchange| {
            checks::still_new(inkeep, probe, exchange, &valid, &why)
        });
    }
}

fn other_method_stores_nothing(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.route.other-method";
    let said = [
        ("PUT", false),
        ("PATCH", false),
        ("DELETE", false),
        ("GET", true),
        ("PUT", true),
    ];
    for (method, overridden) in said {
        let id = inkeep.fixtures.fresh_id(probe.case());
        let other = inkeep.fixtures.body_with(&id, "hookproof_other_method");
        let mut request = inkeep.fixtures.post(&other).method(method);
        if overridden {
            // No document says that a field may stand for the method.
            for name in METHOD_FIELDS {
                request = request.header(name, "POST");
            }
        }
        let refused = probe.send(request);
        if refused.is_success() {
            let expected = format!("a refusal, because {method} is not documented for this path");
            let got = refused.in_short();
            probe.judge(ID, &refused, Finding::Broken { expected, got });
            continue;
        }
        let body = inkeep.fixtures.body_with(&id, "hookproof_post");
        let why = format!("{method} logs no event");
        checks::aftermath(probe, ID, inkeep.fixtures.post(&body), |exchange| {
            checks::still_new(inkeep, probe, exchange, &body, &why)
        });
    }
}

/// Refused requests that name the id of a stored event leave that event as it is.
fn changes_nothing(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.refusal.no-side-effect";
    let id = inkeep.fixtures.fresh_id(probe.case());
    let mut body = inkeep.fixtures.body_with(&id, "hookproof_stored");
    body["metadata"] = json!({ "kept": true });
    let first = probe.send(inkeep.fixtures.post(&body));
    let again = probe.send(inkeep.fixtures.post(&body));
    let both = event(&first)
        .zip(event(&again))
        .filter(|_| again.status() == Some(200));
    let Some((stored, repeated)) = both else {
        let reason = format!(
            "an event that is sent again is not answered 200: {}",
            again.in_short()
        );
        return probe.judge(ID, &again, Finding::Undecided(reason));
    };
    if let Some(changed) = difference_in_content(&stored, &repeated) {
        let reason = format!("the event changes without a refused request between: {changed}");
        return probe.judge(ID, &again, Finding::Undecided(reason));
    }
    for request in refused_requests(inkeep, &id) {
        let refused = refusable(probe, request);
        if refused.is_success() {
            probe.skip(ID, "a request that should be refused was accepted");
            return;
        }
        let exchange = probe.send(inkeep.fixtures.post(&body));
        let expected = format!(
            "the stored event: the request before was refused ({})",
            refused.in_short()
        );
        let finding = match event(&exchange) {
            None => Finding::Undecided(format!("the answer holds no event: {}", exchange.in_short())),
            Some(_) if exchange.status() == Some(201) && inkeep.fixtures.tells_new() => Finding::Broken {
                expected,
                got: exchange.in_short(),
            },
            Some(event) => match difference_in_content(&stored, &event) {
                None => Finding::Met,
                Some(got) => Finding::Broken { expected, got },
            },
        };
        probe.judge(ID, &exchange, finding);
    }
}

/// Requests with other contents under this id, each refused for its own reason.
fn refused_requests(inkeep: &Inkeep, id: &str) -> Vec<Request> {
    let mut other = inkeep.fixtures.body_with(id, "hookproof_changed");
    other["metadata"] = json!({ "kept": false });
    let mut requests: Vec<Request> = plain_faults()
        .iter()
        .map(|fault| inkeep.fixtures.post(&fault.applied_to(&other)))
        .collect();
    requests.push(inkeep.fixtures.post(&other).without_header("Authorization"));
    requests.push(post_under("hookproof-unknown-key", &other));
    for method in ["PUT", "PATCH", "DELETE"] {
        requests.push(inkeep.fixtures.post(&other).method(method));
    }
    requests
}

/// What two answers to one refused request must have in common. The detail may list faults in any order, and extra
/// members may tell the time, so neither counts.
fn essence(exchange: &Exchange) -> (Option<u16>, Vec<Value>) {
    let words = problem(exchange).map(|problem| {
        let error = problem.get("error").and_then(|error| error.get("code"));
        [
            problem.get("code"),
            problem.get("title"),
            problem.get("status"),
            error,
        ]
        .into_iter()
        .map(|value| value.cloned().unwrap_or_default())
        .collect()
    });
    (exchange.status(), words.unwrap_or_default())
}

fn repeatable(inkeep: &Inkeep, probe: &Probe<'_>) {
    let mut bodies = vec![json!({}), json!([]), json!({ "id": "a b", "type": "string" })];
    bodies.push(json!({ "type": "string", "agentId": 7 }));
    let mut requests: Vec<Request> = bodies.iter().map(|body| inkeep.fixtures.post(body)).collect();
    requests.push(inkeep.fixtures.request().body("application/json", "{"));
    requests.push(post_under("hookproof-unknown-key", &json!({ "type": "string" })));
    for request in requests {
        let first = probe.send(request.clone());
        if first.is_success() {
            // That it was accepted at all is judged by its own case.
            probe.skip(
                "inkeep.refusal.repeatable",
                "a request that should be refused was accepted",
            );
            continue;
        }
        for _ in 0..8 {
            let again = probe.send(request.clone());
            let expected = format!("the answer of the first time: {}", first.in_short());
            let finding = Finding::when(essence(&first) == essence(&again), expected, again.in_short());
            probe.judge("inkeep.refusal.repeatable", &again, finding);
        }
    }
}

/// Requests that are wrong in one of many ways. Whatever the status, it is the client's fault: every check on it is one
/// of those made on every exchange.
fn client_mistakes(inkeep: &Inkeep, probe: &Probe<'_>) {
    let send = |body: Vec<u8>| {
        refusable(probe, inkeep.fixtures.request().body("application/json", body));
    };
    for body in fixed_mistakes().into_iter().chain(awkward_bodies()) {
        send(body);
    }
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        "[ -~]{0,64}".prop_map(String::into_bytes),
        "[\\[{\"<&;=%\\\\]{1,40}".prop_map(String::into_bytes),
        "\\{\"(type|id|agentId|metadata)\":[0-9tfn\\[{]{1,6}\\}?".prop_map(String::into_bytes),
    ];
    property::check(probe, &bytes, send);
}

/// Bodies that some programs cannot store or read, of a valid event but for that: a NUL in a text, half of a pair of
/// surrogates, a number beyond 64 bits. They may be accepted or refused, and are no reason to fail.
fn awkward_bodies() -> Vec<Vec<u8>> {
    [
        r#""type":"a\u0000b""#,
        r#""type":"a\ud800b""#,
        r#""type":"a\udc00""#,
        r#""type":"string","agentId":"a\u0000b""#,
        r#""type":"string","conversationId":"\ud83d""#,
        r#""type":"string","messageId":"a\u0000""#,
        r#""type":"string","properties":{"a":"a\u0000b"}"#,
        r#""type":"string","metadata":{"a\u0000":"b"}"#,
        r#""type":"string","metadata":{"a":"\ud800"}"#,
        r#""type":"string","userProperties":{"a":["\u0000"]}"#,
        r#""type":"string","metadata":{"n":123456789012345678901}"#,
        r#""type":"string","properties":{"n":-9223372036854775809,"m":18446744073709551616}"#,
    ]
    .map(|members| format!("{{{members}}}").into_bytes())
    .to_vec()
}

/// Bodies that no document calls valid: not JSON, not UTF-8, no object, or an id outside of its pattern.
fn fixed_mistakes() -> Vec<Vec<u8>> {
    vec![
        b"{\"type\":\"\xff\xfe\"}".to_vec(),
        b"\xff\xfe{\0}\0".to_vec(),
        b"{\"type\":1e999}".to_vec(),
        b"NaN".to_vec(),
        b"[".repeat(300),
        b"{\"type\":".repeat(300),
        b"{\"type\":[[[[[[]]]]]]}".to_vec(),
        b"{\"type\":{\"$gt\":\"\"}}".to_vec(),
        b"{\"type\":\"string\",\"id\":\"' OR 1=1 --\"}".to_vec(),
        b"{\"type\":\"string\",\"id\":\"a\\u0000b\"}".to_vec(),
        b"{\"type\":\"string\",\"id\":\"../../etc/passwd\"}".to_vec(),
        b"{\"type\":\"string\",\"id\":{\"toString\":1}}".to_vec(),
        b"{\"type\":\"string\",\"id\":[[]]}".to_vec(),
        format!("{{\"type\":\"string\",\"id\":\"{}\"}}", "x".repeat(8000)).into_bytes(),
        b"\"type\"".to_vec(),
    ]
}
