//! What a workflow agent answers.

use serde_json::Value;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls;
use crate::olbrain::checks;
use crate::olbrain::fixtures::Kind;
use crate::olbrain::patience;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "workflow::queued",
        Scenario,
        // Each is checked on every answer; the case makes sure that there are some.
        &[
            "olbrain.wf.202",
            "olbrain.wf.run-id",
            "olbrain.wf.run-id.prefix",
            "olbrain.wf.status",
            "olbrain.wf.unique",
        ],
        queued,
    ),
    ("workflow::pollable", Scenario, &["olbrain.wf.pollable"], pollable),
    ("workflow::open", Scenario, &["olbrain.wf.no-conv-fields"], open),
];

/// Events for every workflow agent. A refusal of one is a breach here, since no other case asks that it succeeds.
fn queued(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.wf.202";
    let fixtures = &olbrain.fixtures;
    if let Err(missing) = fixtures.workflow() {
        return probe.skip(ID, missing);
    }
    for (agent, _) in fixtures
        .agents()
        .into_iter()
        .filter(|(_, kind)| *kind == Kind::Workflow)
    {
        for _ in 0..4 {
            let exchange = probe.send(fixtures.event(agent));
            if !exchange.is_success() {
                let expected = "202, because the event is an ordinary one for a workflow agent";
                let finding = Finding::when(false, expected, exchange.in_short());
                probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
            }
        }
    }
}

/// The id of the answer leads to the run. It may take a moment to be stored.
fn pollable(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.wf.pollable";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.workflow() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    for _ in 0..3 {
        let Some(control) = checks::control(probe, ID, fixtures.event(agent)) else {
            return;
        };
        let Some(run) = answers::run_id(&control) else {
            return probe.skip(ID, "the answer has no run_id");
        };
        let request = fixtures.get(&calls::run(agent, &run));
        let seen = patience::TO_BE_SEEN;
        let (exchange, found) = patience::until(olbrain, probe, seen, &request, |e| e.status() == Some(200));
        let expected = patience::in_time(olbrain, seen, "200 for the run_id of an answer");
        probe.judge(ID, &exchange, Finding::when(found, expected, exchange.in_short()));
        if !found {
            return;
        }
    }
}

fn open(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.wf.no-conv-fields";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.workflow() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    let exchange = probe.send(fixtures.event(agent));
    let Some(Value::Object(members)) = answers::body(&exchange).filter(|_| exchange.is_success()) else {
        return probe.skip(ID, "the event was not answered with an object");
    };
    let extra: Vec<&str> = members
        .keys()
        .map(String::as_str)
        .filter(|name| !matches!(*name, "run_id" | "status"))
        .collect();
    let value = if extra.is_empty() {
        "just run_id and status".to_owned()
    } else {
        format!("further members: {}", extra.join(", "))
    };
    probe.observe(ID, &exchange, value);
}
