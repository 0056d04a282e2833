//! Points that the documents leave open: what the target does, in words. Nothing here can fail anybody.

use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::Exchange;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::fixtures::Kind;
use crate::probe::Probe;

pub(super) const CASES: &[Entry] = &[
    (
        "open::body",
        Scenario,
        &[
            "olbrain.body.non-object",
            "olbrain.body.no-required-field",
            "olbrain.body.empty",
        ],
        body,
    ),
    (
        "open::unknown_file",
        Scenario,
        &["olbrain.body.fi-unknown"],
        unknown_file,
    ),
    ("open::session", Scenario, &["olbrain.body.session"], session),
    (
        "open::idempotency",
        Scenario,
        &["olbrain.idem.no-dedupe-promise", "olbrain.idem.header"],
        idempotency,
    ),
];

fn body(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    for kind in [Kind::Conversational, Kind::Workflow] {
        let Ok(agent) = fixtures.agent(kind) else {
            continue;
        };
        for (id, body) in [
            ("olbrain.body.non-object", "[{\"message\":\"hello\"}]"),
            ("olbrain.body.non-object", "\"hello\""),
            ("olbrain.body.non-object", "42"),
            ("olbrain.body.non-object", "true"),
            ("olbrain.body.non-object", "null"),
            ("olbrain.body.no-required-field", "{}"),
            ("olbrain.body.empty", ""),
        ] {
            let exchange = probe.send(fixtures.trigger(agent, body));
            let shown = if body.is_empty() { "no body" } else { body };
            let value = format!("{shown} for a {} agent: {}", kind.word(), outcome(&exchange));
            probe.observe(id, &exchange, value);
        }
    }
}

/// Ids and times differ each time and say nothing here.
fn outcome(exchange: &Exchange) -> String {
    match exchange.status() {
        Some(status) if exchange.is_success() => format!("taken, {status}"),
        _ => exchange.in_short(),
    }
}

fn unknown_file(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.fi-unknown";
    let fixtures = &olbrain.fixtures;
    let nobody = "fi_00000000000000000000000000000000";
    for (agent, kind) in [Kind::Conversational, Kind::Workflow]
        .into_iter()
        .filter_map(|kind| Some((fixtures.agent(kind).ok()?, kind)))
    {
        let mut body = fixtures.body_for(agent);
        match kind {
            Kind::Conversational => body["attachments"] = json!([nobody]),
            Kind::Workflow => body["inputs"]["attachments"] = json!([nobody]),
        }
        let exchange = probe.send(fixtures.trigger(agent, body.to_string()));
        probe.observe(
            ID,
            &exchange,
            format!("a {} agent: {}", kind.word(), outcome(&exchange)),
        );
    }
}

/// Which of the ways to name a thread make a second message join the first one's session.
fn session(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.session";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.conversational() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    let session_of = |members: &[(&str, Value)]| {
        let exchange = probe.send(fixtures.event_with(agent, members));
        (
            answers::message(&exchange, agent).map(|message| message.session),
            exchange,
        )
    };
    let (Some(first), _) = session_of(&[]) else {
        return probe.skip(ID, "the event was not answered with a session_id");
    };
    let user = json!(fixtures.marker());
    let (of_user, _) = session_of(&[("user_id", user.clone())]);
    for (what, members, wanted) in [
        (
            "a session_id in the body",
            vec![("session_id", json!(first))],
            Some(first.clone()),
        ),
        ("a user_id in the body", vec![("user_id", user)], of_user),
        ("the key alone", Vec::new(), Some(first)),
    ] {
        let (session, exchange) = session_of(&members);
        let value = match (session, wanted) {
            (Some(session), Some(wanted)) if session == wanted => format!("{what} joins a session"),
            (Some(_), Some(_)) => format!("{what} joins no session"),
            _ => format!("{what}: {}", outcome(&exchange)),
        };
        probe.observe(ID, &exchange, value);
    }
}

/// What a second event under the same key does, in the body and in the header.
fn idempotency(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    for kind in [Kind::Conversational, Kind::Workflow] {
        let Ok(agent) = fixtures.agent(kind) else {
            continue;
        };
        let marker = fixtures.marker();
        let in_body = fixtures.event_with(agent, &[("Idempotency-Key", json!(marker))]);
        let in_header = fixtures.event(agent).header("Idempotency-Key", &marker);
        for (id, request) in [
            ("olbrain.idem.no-dedupe-promise", in_body),
            ("olbrain.idem.header", in_header),
        ] {
            let named = |exchange: &Exchange| {
                let message = answers::message(exchange, agent).map(|message| message.message);
                message.or_else(|| answers::run_id(exchange))
            };
            let first = probe.send(request.clone());
            let second = probe.send(request);
            let value = match (named(&first), named(&second)) {
                (Some(one), Some(other)) if one == other => {
                    "the second is answered with what the first made".to_owned()
                }
                (Some(_), Some(_)) => "the second counts anew".to_owned(),
                _ => format!("the first {}, the second {}", outcome(&first), outcome(&second)),
            };
            probe.observe(id, &second, format!("a {} agent: {value}", kind.word()));
        }
    }
}
