//! An event that is sent again: its status, and that the first one stands.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Entry;
use crate::case::Origin::Scenario;
use crate::derive::refusable;
use crate::inkeep::bodies::plain_faults;
use crate::inkeep::event::{event, member};
use crate::inkeep::fixtures::{full_body, post_under};
use crate::inkeep::{Inkeep, checks};
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    ("repeat::new", Scenario, &["inkeep.resp.201"], new),
    ("repeat::same_body", Scenario, REPEATED, same_body),
    ("repeat::other_body", Scenario, REPEATED, other_body),
    ("repeat::more_members", Scenario, REPEATED, more_members),
    (
        "repeat::invalid_body",
        Scenario,
        &["inkeep.resp.200-invalid-body"],
        invalid_body,
    ),
    (
        "repeat::other_project",
        Scenario,
        &["inkeep.resp.scope"],
        other_project,
    ),
    ("repeat::later", Scenario, REPEATED, later),
];

const REPEATED: &[&str] = &["inkeep.resp.200", "inkeep.resp.200.original"];

/// Longer than a whole second, for a target whose times have no fraction of one.
const OVER_A_SECOND: Duration = Duration::from_millis(1100);

/// New events, with an id and without.
fn new(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.resp.201";
    let fixtures = &inkeep.fixtures;
    let fresh = || fixtures.fresh_id(probe.case());
    for body in [
        fixtures.plain_body(probe.case(), "hookproof_new"),
        fixtures.body_with(&fresh(), "hookproof_new"),
        full_body(&fresh(), "hookproof_new"),
    ] {
        let exchange = probe.send(fixtures.post(&body));
        let finding = if exchange.is_success() {
            checks::is_201(&exchange)
        } else {
            Finding::Undecided(format!("the event is not accepted: {}", exchange.in_short()))
        };
        probe.judge(ID, &exchange, finding);
    }
}

/// Stores an event; where that fails, the requirements stay undecided.
fn store(
    inkeep: &Inkeep,
    probe: &Probe<'_>,
    requirements: &[&str],
    body: &Value,
) -> Option<Map<String, Value>> {
    let exchange = probe.send(inkeep.fixtures.post(body));
    let stored = event(&exchange);
    if stored.is_none() {
        let reason = format!("the first event is not accepted: {}", exchange.in_short());
        for requirement in requirements {
            probe.judge(requirement, &exchange, Finding::Undecided(reason.clone()));
        }
    }
    stored
}

fn same_body(inkeep: &Inkeep, probe: &Probe<'_>) {
    let fixtures = &inkeep.fixtures;
    let minimal = fixtures.body_with(&fixtures.fresh_id(probe.case()), "hookproof_repeated");
    let id = fixtures.fresh_id(probe.case());
    let telling = format!("{}-A_b.{}", id.to_ascii_uppercase(), "x".repeat(100 - id.len()));
    for body in [
        minimal,
        full_body(&fixtures.fresh_id(probe.case()), "hookproof_repeated"),
        fixtures.body_with(&telling, "hookproof_repeated"),
    ] {
        let Some(first) = store(inkeep, probe, REPEATED, &body) else {
            continue;
        };
        for _ in 0..4 {
            let exchange = probe.send(fixtures.post(&body));
            checks::repeated(probe, Some(REPEATED[0]), REPEATED[1], &first, &exchange);
        }
    }
}

/// The second body differs in each member in turn, then in all of them; the first event stands.
fn other_body(inkeep: &Inkeep, probe: &Probe<'_>) {
    let fixtures = &inkeep.fixtures;
    let id = fixtures.fresh_id(probe.case());
    let body = full_body(&id, "hookproof_first");
    let Some(first) = store(inkeep, probe, REPEATED, &body) else {
        return;
    };
    let changes = [
        ("type", json!("hookproof_second")),
        ("agentId", json!("other-agent")),
        ("conversationId", json!("other-conversation")),
        ("messageId", json!("other-message")),
        ("properties", json!({ "source": "elsewhere", "more": 1 })),
        ("userProperties", json!({ "userId": "u_456" })),
        ("metadata", json!({ "appVersion": "2.0.0" })),
    ];
    let mut all = body.clone();
    let mut bodies: Vec<Value> = Vec::new();
    for (name, value) in changes {
        let mut one = body.clone();
        one[name] = value.clone();
        bodies.push(one);
        all[name] = value;
    }
    bodies.push(all);
    bodies.push(fixtures.body_with(&id, "hookproof_first"));
    bodies.push(body);
    for mut body in bodies {
        let exchange = probe.send(fixtures.post(&body));
        if !exchange.is_success() {
            body["id"] = json!(fixtures.fresh_id(probe.case()));
            // Where the body is refused for itself, it says nothing about repeated ids.
            if !checks::plain_is_accepted(probe, REPEATED[0], fixtures.post(&body)) {
                continue;
            }
        }
        checks::repeated(probe, Some(REPEATED[0]), REPEATED[1], &first, &exchange);
    }
}

/// What the first event did not say, a second one does not add.
fn more_members(inkeep: &Inkeep, probe: &Probe<'_>) {
    let fixtures = &inkeep.fixtures;
    let id = fixtures.fresh_id(probe.case());
    let Some(first) = store(
        inkeep,
        probe,
        REPEATED,
        &fixtures.body_with(&id, "hookproof_first"),
    ) else {
        return;
    };
    let full = full_body(&id, "hookproof_first");
    let control = full_body(&fixtures.fresh_id(probe.case()), "hookproof_first");
    if checks::plain_is_accepted(probe, REPEATED[0], fixtures.post(&control)) {
        let exchange = probe.send(fixtures.post(&full));
        checks::repeated(probe, Some(REPEATED[0]), REPEATED[1], &first, &exchange);
    }
}

fn invalid_body(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.resp.200-invalid-body";
    let fixtures = &inkeep.fixtures;
    let body = fixtures.body_with(&fixtures.fresh_id(probe.case()), "hookproof_stored");
    if store(inkeep, probe, &[ID], &body).is_none() {
        return;
    }
    for fault in plain_faults() {
        // Whether the fault is refused at all is judged elsewhere: here the question is what a stored id changes.
        let mut control = body.clone();
        control["id"] = json!(fixtures.fresh_id(probe.case()));
        let plain = refusable(probe, fixtures.post(&fault.applied_to(&control)));
        if !matches!(plain.status(), Some(400 | 422)) {
            let reason = format!(
                "for a new id it is not refused either, though {}",
                fault.in_words()
            );
            probe.judge(ID, &plain, Finding::Undecided(reason));
            continue;
        }
        let why = format!("{}, whatever event has the id", fault.in_words());
        checks::refused(probe, ID, &why, fixtures.post(&fault.applied_to(&body)));
    }
}

/// Two projects do not see each other's ids.
fn other_project(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.resp.scope";
    let fixtures = &inkeep.fixtures;
    let other = match fixtures.other_project() {
        Ok(token) => token,
        Err(missing) => return probe.skip(ID, missing),
    };
    let control = fixtures.body_with(&fixtures.fresh_id(probe.case()), "hookproof_control");
    if !checks::plain_is_accepted(probe, ID, post_under(other, &control)) {
        return;
    }
    for other_is_first in [false, true] {
        let id = fixtures.fresh_id(probe.case());
        let body = |kind: &str| fixtures.body_with(&id, kind);
        let (mine, theirs) = (body("hookproof_mine"), body("hookproof_theirs"));
        let mut requests = [
            (fixtures.post(&mine), &mine),
            (post_under(other, &theirs), &theirs),
        ];
        if other_is_first {
            requests.reverse();
        }
        let [(first, _), (second, sent)] = requests.clone();
        let stored = probe.send(first);
        if !stored.is_success() {
            let reason = format!("the first event is not accepted: {}", stored.in_short());
            probe.judge(ID, &stored, Finding::Undecided(reason));
            continue;
        }
        let exchange = probe.send(second);
        let why = "the id was taken in another project only";
        probe.judge(
            ID,
            &exchange,
            checks::still_new(inkeep, probe, &exchange, sent, why),
        );
        for (request, sent) in requests {
            let exchange = probe.send(request);
            let kind = event(&exchange).map(|event| member(&event, "type").clone());
            let foreign = kind.is_some_and(|kind| kind.is_string() && kind != sent["type"]);
            let expected = format!("the event of the token's own project, {}", sent["type"]);
            probe.judge(
                ID,
                &exchange,
                Finding::when(!foreign, expected, exchange.in_short()),
            );
        }
    }
}

/// An event from the beginning of the run is still what it was. Where its times are whole seconds, a second passes first.
fn later(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.resp.200.original";
    let stored = match inkeep.fixtures.stored() {
        Ok(stored) => stored,
        Err(missing) => return probe.skip(ID, missing),
    };
    let coarse = ["createdAt", "updatedAt"]
        .iter()
        .filter_map(|name| stored.event.get(*name)?.as_str())
        .any(|time| !time.contains('.'));
    if coarse {
        std::thread::sleep(OVER_A_SECOND);
    }
    let exchange = probe.send(inkeep.fixtures.post(&stored.sent));
    checks::repeated(probe, Some(REPEATED[0]), ID, &stored.event, &exchange);
}
