//! Whole events: every valid one is accepted, and what it says comes back.

use serde_json::{Map, Value};

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::http::Exchange;
use crate::inkeep::bodies::{EventBody, Part};
use crate::inkeep::event::{MEMBERS, event, member};
use crate::inkeep::fixtures::full_body;
use crate::inkeep::{Inkeep, checks, strategies};
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    ("event::every_valid_one", Property, VALID, every_valid_one),
    (
        "event::members",
        Scenario,
        &["inkeep.resp.fields", "inkeep.resp.server-metadata"],
        members,
    ),
];

const VALID: &[&str] = &[
    "inkeep.type.free-form",
    "inkeep.str.no-pattern",
    "inkeep.anchor.no-fk",
    "inkeep.bag.object",
    "inkeep.id.echo",
    "inkeep.resp.201",
    "inkeep.resp.type-echo",
    "inkeep.resp.echo-anchors",
    "inkeep.bag.round-trip",
    "inkeep.userprops.round-trip",
    "inkeep.autofill.none",
];

fn every_valid_one(inkeep: &Inkeep, probe: &Probe<'_>) {
    // The documented body first; then any other.
    let documented = full_body(&inkeep.fixtures.fresh_id(probe.case()), "user_message_submitted");
    let exchange = probe.send(inkeep.fixtures.post(&documented));
    checks::created(probe, VALID, &exchange, &documented);
    property::check(probe, &strategies::event_body(), |body| {
        let sent = body.to_json(Some(&inkeep.fixtures.fresh_id(probe.case())));
        let exchange = probe.send(inkeep.fixtures.post(&sent));
        if exchange.is_success() {
            checks::created(probe, VALID, &exchange, &sent);
        } else {
            blame(inkeep, probe, &body, &exchange);
        }
    });
}

/// A valid event was refused: finds the member on whose account, and judges the rule on that member.
fn blame(inkeep: &Inkeep, probe: &Probe<'_>, body: &EventBody, refused: &Exchange) {
    let takes = |body: &EventBody| {
        let id = inkeep.fixtures.fresh_id(probe.case());
        probe
            .send(inkeep.fixtures.post(&body.to_json(Some(&id))))
            .is_success()
    };
    let broken = |requirement: &str, why: String| {
        let finding = Finding::Broken {
            expected: format!("200 or 201: {why}"),
            got: refused.in_short(),
        };
        probe.judge(requirement, refused, finding);
    };
    if !takes(&EventBody::of_type("hookproof_control")) {
        let reason = format!(
            "an event with nothing but an id and a type is refused as well: {}",
            refused.in_short()
        );
        return probe.judge("inkeep.resp.201", refused, Finding::Undecided(reason));
    }
    if !takes(&EventBody::of_type(&body.kind)) {
        return broken("inkeep.type.free-form", "a type may be any text".to_owned());
    }
    for Part { name, alone } in body.parts() {
        if takes(&alone) {
            continue;
        }
        let is_text = alone.anchors.iter().any(Option::is_some);
        if !is_text {
            return broken("inkeep.bag.object", format!("{name} may be any object"));
        }
        let mut plain = alone;
        for anchor in plain.anchors.iter_mut().flatten() {
            "hookproof".clone_into(anchor);
        }
        let (requirement, why) = if name == "agentId" || takes(&plain) {
            ("inkeep.str.no-pattern", "may be any text")
        } else {
            ("inkeep.anchor.no-fk", "may name what does not exist")
        };
        return broken(requirement, format!("{name} {why}"));
    }
    broken(
        "inkeep.resp.201",
        "each member of the event is accepted alone".to_owned(),
    );
}

/// An event with everything that a caller can set has all documented members.
fn members(inkeep: &Inkeep, probe: &Probe<'_>) {
    let sent = full_body(&inkeep.fixtures.fresh_id(probe.case()), "hookproof_members");
    let exchange = probe.send(inkeep.fixtures.post(&sent));
    let Some(event) = event(&exchange) else {
        let reason = format!("the documented event is not accepted: {}", exchange.in_short());
        for requirement in ["inkeep.resp.fields", "inkeep.resp.server-metadata"] {
            probe.judge(requirement, &exchange, Finding::Undecided(reason.clone()));
        }
        return;
    };
    let missing = missing_members(&event);
    let expected = "all members of the sample, as something was sent for each that a caller can set";
    let finding = Finding::when(missing.is_empty(), expected, format!("no {}", missing.join(", ")));
    probe.judge("inkeep.resp.fields", &exchange, finding);
    let server_metadata = member(&event, "serverMetadata");
    let met = server_metadata.is_object() || event.get("serverMetadata").is_some_and(Value::is_null);
    let got = format!("serverMetadata {server_metadata}");
    let finding = Finding::when(met, "an object or null as serverMetadata", got);
    probe.judge("inkeep.resp.server-metadata", &exchange, finding);
}

/// Documented members that an event lacks. `serverMetadata` has a rule of its own: nothing can be sent for it.
fn missing_members(event: &Map<String, Value>) -> Vec<&'static str> {
    MEMBERS
        .into_iter()
        .filter(|name| *name != "serverMetadata" && !event.contains_key(*name))
        .collect()
}
