//! What must not matter: what a connection carried before, and who else asks.

use serde_json::json;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls;
use crate::olbrain::fixtures::{AUTHORIZATION, Kind, bearer};
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "connection::reuse",
        Scenario,
        &["olbrain.connection.reuse"],
        reuse,
    ),
    (
        "concurrency::isolation",
        Scenario,
        // That ids are new is checked on every answer; here they are made at the same time.
        &[
            "olbrain.concurrency.isolation",
            "olbrain.conv.message-id.unique",
            "olbrain.wf.unique",
        ],
        isolation,
    ),
    (
        "concurrency::own_inputs",
        Scenario,
        &["olbrain.concurrency.isolation"],
        own_inputs,
    ),
];

/// Requests in flight at the same time, each on a connection of its own.
const CONCURRENCY: usize = 16;

/// How often it is tried whether a run shows the inputs of its event at all.
const LOOKS: usize = 4;

/// Requests of every kind.
fn samples(olbrain: &Olbrain, rounds: usize) -> Vec<Request> {
    let fixtures = &olbrain.fixtures;
    let mut samples = Vec::new();
    for _ in 0..rounds {
        for kind in [Kind::Conversational, Kind::Workflow] {
            let Ok(agent) = fixtures.agent(kind) else {
                continue;
            };
            samples.push(fixtures.event(agent));
            samples.push(fixtures.event(agent).without_header(AUTHORIZATION));
            samples.push(fixtures.trigger(agent, "{\"message\":"));
            samples.push(fixtures.event(&fixtures.unlike(agent)));
            samples.push(fixtures.event(agent));
            if let Ok(key) = fixtures.key() {
                let unknown = bearer(&fixtures.unlike(key));
                samples.push(fixtures.event(agent).set_header(AUTHORIZATION, &unknown));
            }
        }
        if let Some(run) = &olbrain.known().run {
            samples.push(fixtures.get(&calls::run(&run.agent, &run.run)));
            samples.push(fixtures.get(&calls::run(&run.agent, &fixtures.unlike(&run.run))));
        }
        if let Some(message) = &olbrain.known().message {
            samples.push(fixtures.get(&calls::session(&message.agent, &message.session)));
        }
    }
    samples
}

/// What an answer has in common with that to the same request alone.
fn essence(exchange: &Exchange) -> (Option<u16>, Option<String>) {
    (exchange.status(), answers::code(exchange))
}

/// The answer is the one that the request gets alone, whatever that is.
fn judge(probe: &Probe<'_>, id: &str, exchange: &Exchange) {
    let alone = probe.send(exchange.request.clone().exact());
    let expected = format!("what the request is answered alone: {}", alone.in_short());
    let finding = Finding::when(
        essence(exchange) == essence(&alone),
        expected,
        exchange.in_short(),
    );
    // Only a request that is answered in the same way twice tells anything.
    let finding = match finding {
        Finding::Broken { .. }
            if essence(&probe.send(exchange.request.clone().exact())) != essence(&alone) =>
        {
            Finding::Undecided("the request is answered now so and now so, also alone".to_owned())
        }
        other => other,
    };
    probe.judge(id, exchange, finding);
}

/// One connection carries requests of every kind; each gets the answer it gets on a fresh one.
fn reuse(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.connection.reuse";
    let exchanges = probe.send_on_one_connection(samples(olbrain, 2));
    if exchanges.len() < 2 {
        return probe.skip(ID, "the target closes the connection after one answer");
    }
    for exchange in &exchanges {
        judge(probe, ID, exchange);
    }
}

/// Many requests of every kind at the same time, on many connections.
fn isolation(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.concurrency.isolation";
    let exchanges = probe.send_all(samples(olbrain, 6), CONCURRENCY);
    if exchanges.is_empty() {
        return probe.skip(ID, "no agent is declared");
    }
    for exchange in &exchanges {
        judge(probe, ID, exchange);
    }
}

/// Runs that were queued together keep to their own inputs, where one that was queued alone shows its.
fn own_inputs(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.concurrency.isolation";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.workflow() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    let event = |marker: &str| {
        let mut body = fixtures.body_for(agent);
        body["inputs"]["customer_email"] = json!(format!("{marker}@example.com"));
        fixtures.trigger(agent, body.to_string())
    };
    let shows = |exchange: &Exchange, marker: &str| {
        let run = answers::run_id(exchange)?;
        let seen = probe.send(fixtures.get(&calls::run(agent, &run)));
        let body = answers::body(&seen).filter(|_| seen.is_success())?;
        Some((answers::mentions(&body, marker), seen))
    };
    // Other cases may send events at this moment, and at a server that mixes them up one look alone is not alone.
    let shows_own = || {
        let marker = fixtures.marker();
        shows(&probe.send(event(&marker)), &marker).is_some_and(|(shown, _)| shown)
    };
    if !(0..LOOKS).any(|_| shows_own()) {
        return probe.skip(ID, "a run does not show the inputs of its event");
    }
    let markers: Vec<String> = (0..2 * CONCURRENCY).map(|_| fixtures.marker()).collect();
    let requests = markers.iter().map(|marker| event(marker)).collect();
    for (marker, exchange) in markers.iter().zip(probe.send_all(requests, CONCURRENCY)) {
        if let Some((shown, seen)) = shows(&exchange, marker) {
            let expected = format!("the inputs of the event that was answered with this run, with {marker}");
            probe.judge(ID, &seen, Finding::when(shown, expected, seen.in_short()));
        }
    }
}
