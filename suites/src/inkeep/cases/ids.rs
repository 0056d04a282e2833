//! Ids: made by the server where the caller gives none, and kept where the caller does.

use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::http::Exchange;
use crate::inkeep::event::{event, member};
use crate::inkeep::fixtures::full_body;
use crate::inkeep::{Inkeep, checks, strategies};
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    ("id::optional", Scenario, &["inkeep.id.optional"], optional),
    ("id::minted", Scenario, &["inkeep.id.minted"], minted),
    ("id::echo", Scenario, ECHO, echo),
    (
        "id::every_match",
        Property,
        &["inkeep.id.pattern.ok", "inkeep.id.echo"],
        every_match,
    ),
    (
        "id::lengths",
        Scenario,
        &["inkeep.id.len.ok", "inkeep.id.echo"],
        lengths,
    ),
    (
        "id::every_stranger",
        Scenario,
        &["inkeep.id.pattern"],
        every_stranger,
    ),
    ("id::no_two_are_one", Scenario, NEW, no_two_are_one),
    (
        "id::none_twice",
        Scenario,
        &["inkeep.resp.no-id-not-idempotent"],
        none_twice,
    ),
];

const ECHO: &[&str] = &["inkeep.id.echo"];
const NEW: &[&str] = &["inkeep.resp.201", "inkeep.id.echo"];

/// Ids that mean something to one language or another, and nothing to the pattern.
const TELLING_IDS: [&str; 24] = [
    ".",
    "-",
    "_",
    "...",
    "--",
    "__",
    "A-b_c.9",
    ".a",
    "-a",
    "_a",
    "a.",
    "a.json",
    "null",
    "undefined",
    "true",
    "-1",
    "007",
    "1e5",
    "0x1F",
    "NaN",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
];

/// An id of one letter, as plain as can be.
const ONE_LETTER: &str = "q";

/// Of the events that are sent without an id so many are in flight together.
const TOGETHER: usize = 24;

/// An id is left out. The control has one, so that a target that asks for it shows.
fn optional(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.id.optional";
    let mut body = inkeep.fixtures.plain_body(probe.case(), "hookproof_id");
    body["id"] = json!(inkeep.fixtures.fresh_id(probe.case()));
    if !checks::plain_is_accepted(probe, ID, inkeep.fixtures.post(&body)) {
        return;
    }
    if let Some(members) = body.as_object_mut() {
        members.shift_remove("id");
    }
    checks::accepted(probe, ID, "an id is optional", inkeep.fixtures.post(&body));
}

/// The plainest body without an id.
fn without_id(inkeep: &Inkeep, probe: &Probe<'_>, kind: &str) -> Value {
    let mut body = inkeep.fixtures.plain_body(probe.case(), kind);
    if let Some(members) = body.as_object_mut() {
        members.shift_remove("id");
    }
    body
}

fn minted(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.id.minted";
    for _ in 0..8 {
        let exchange = probe.send(
            inkeep
                .fixtures
                .post(&without_id(inkeep, probe, "hookproof_minted")),
        );
        let finding = match event(&exchange) {
            Some(event) => {
                let id = member(&event, "id");
                let expected = "an id of 1 to 255 letters, digits, hyphens, underscores and dots";
                Finding::when(id.as_str().is_some_and(is_id), expected, format!("id {id}"))
            }
            None => Finding::Undecided(format!(
                "an event without an id is not accepted: {}",
                exchange.in_short()
            )),
        };
        probe.judge(ID, &exchange, finding);
    }
}

/// Whether a text is of the documented form of an id (Inkeep, Log Event, `Request Body › id`).
fn is_id(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Posts an event under an id; the answer holds that id.
fn echoed(inkeep: &Inkeep, probe: &Probe<'_>, requirement: Option<&str>, why: &str, id: &str) -> Exchange {
    let mut body = inkeep.fixtures.plain_body(probe.case(), "hookproof_id");
    body["id"] = json!(id);
    let exchange = probe.send(inkeep.fixtures.post(&body));
    if let Some(requirement) = requirement {
        checks::judge_accepted(probe, requirement, why, &exchange);
    }
    checks::created(probe, ECHO, &exchange, &body);
    exchange
}

fn echo(inkeep: &Inkeep, probe: &Probe<'_>) {
    for _ in 0..4 {
        let id = inkeep.fixtures.fresh_id(probe.case());
        for id in [format!("{id}-A_b.c"), id.to_ascii_uppercase(), id] {
            let exchange = echoed(inkeep, probe, None, "", &id);
            if event(&exchange).is_none() {
                let reason = format!("an event with an id is not accepted: {}", exchange.in_short());
                probe.judge("inkeep.id.echo", &exchange, Finding::Undecided(reason));
            }
        }
    }
}

/// The same with an id that an earlier run may have used. Where the target takes no id twice, a refusal shows nothing.
fn echoed_again(inkeep: &Inkeep, probe: &Probe<'_>, requirement: &str, why: &str, id: &str) {
    let exchange = echoed(inkeep, probe, None, why, id);
    if exchange.is_success() || inkeep.fixtures.takes_repeats() {
        checks::judge_accepted(probe, requirement, why, &exchange);
    } else {
        let reason = format!(
            "the id may be taken, and the target refuses what is: {}",
            exchange.in_short()
        );
        probe.judge(requirement, &exchange, Finding::Undecided(reason));
    }
}

/// Every id of the documented form is accepted.
fn every_match(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.id.pattern.ok";
    const WHY: &str = "the pattern matches the id";
    let control = inkeep
        .fixtures
        .post(&without_id(inkeep, probe, "hookproof_control"));
    if !probe.send(control).is_success() && !checks::control(inkeep, probe, ID) {
        return;
    }
    let one_letter = echoed(inkeep, probe, None, WHY, ONE_LETTER).is_success();
    for id in TELLING_IDS {
        // Where not even a letter alone is accepted, it is the length that is refused.
        if one_letter || id.len() > 1 {
            echoed_again(inkeep, probe, ID, WHY, id);
        }
    }
    property::check(probe, &strategies::ends_of_an_id(), |(head, tail)| {
        let id = format!("{head}{}{tail}", inkeep.fixtures.fresh_id(probe.case()));
        echoed(inkeep, probe, Some(ID), WHY, &id);
    });
}

/// What no id holds: every printable character of ASCII that the pattern leaves out, and characters that some program
/// takes for one that it lets in. A blank stands within, since outer ones may be cut off.
const STRANGERS: &str = " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~\0\n\u{7f}\u{a0}\u{aa}\u{b2}é\u{130}\u{131}\u{17f}\u{212a}\u{200b}\u{663}\u{ff21}‐–·…名\u{1f600}";

fn every_stranger(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.id.pattern";
    let fresh = inkeep.fixtures.fresh_id(probe.case());
    let control = inkeep.fixtures.body_with(&fresh, "hookproof_control");
    if !checks::plain_is_accepted(probe, ID, inkeep.fixtures.post(&control)) {
        return;
    }
    for stranger in STRANGERS.chars() {
        let id = format!("{}{stranger}a", inkeep.fixtures.fresh_id(probe.case()));
        let body = inkeep.fixtures.body_with(&id, "hookproof_id");
        let why = format!("the id holds {stranger:?}, which the pattern does not match");
        checks::refused(probe, ID, &why, inkeep.fixtures.post(&body));
    }
}

fn lengths(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.id.len.ok";
    let fresh = inkeep.fixtures.fresh_id(probe.case());
    let control = inkeep.fixtures.body_with(&fresh, "hookproof_control");
    if !checks::plain_is_accepted(probe, ID, inkeep.fixtures.post(&control)) {
        return;
    }
    for length in [64, 254, 255] {
        let id = format!("{fresh}{}", "x".repeat(length - fresh.len()));
        let why = format!("the id has {length} characters");
        echoed(inkeep, probe, Some(ID), &why, &id);
    }
    for id in [ONE_LETTER, "7", "xy"] {
        let why = format!("the id has {} characters", id.len());
        echoed_again(inkeep, probe, ID, &why, id);
    }
}

/// Two ids that a careless comparison takes for one are two events.
fn no_two_are_one(inkeep: &Inkeep, probe: &Probe<'_>) {
    let fixtures = &inkeep.fixtures;
    let fresh = || fixtures.fresh_id(probe.case());
    let long = |id: &str, end: char| format!("{id}{}{end}", "x".repeat(254 - id.len()));
    let mut pairs = Vec::new();
    for (one, other) in [("", "."), ("a", "A"), ("-b", "_b"), ("1", "1.0")] {
        let id = fresh();
        pairs.push((format!("{id}{one}"), format!("{id}{other}")));
    }
    let id = fresh();
    pairs.push((long(&id, 'a'), long(&id, 'b')));
    for (first, second) in pairs {
        let one = probe.send(fixtures.post(&fixtures.body_with(&first, "hookproof_first")));
        if one.status() != Some(201) {
            let reason = format!("the first of two events is not answered 201: {}", one.in_short());
            probe.judge("inkeep.resp.201", &one, Finding::Undecided(reason));
            continue;
        }
        let body = fixtures.body_with(&second, "hookproof_second");
        let other = probe.send(fixtures.post(&body));
        checks::created(probe, NEW, &other, &body);
    }
}

/// Equal events without an id are events of their own, one after the other and at the same time.
fn none_twice(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.resp.no-id-not-idempotent";
    let request = inkeep.fixtures.post(&without_id(inkeep, probe, "hookproof_none"));
    // The same message of the same conversation is two events all the same.
    let mut full = full_body("", "hookproof_none");
    if let Some(members) = full.as_object_mut() {
        members.shift_remove("id");
    }
    let full = inkeep.fixtures.post(&full);
    let mut exchanges: Vec<_> = [&request, &request, &full, &full]
        .map(|request| probe.send(request.clone()))
        .into();
    exchanges.extend(probe.send_all(vec![request; TOGETHER], TOGETHER));
    let mut seen: Vec<Value> = Vec::new();
    for exchange in &exchanges {
        let id = event(exchange).map(|event| member(&event, "id").clone());
        let finding = match id.filter(|id| !id.is_null()) {
            None => Finding::Undecided(format!("the answer holds no id: {}", exchange.in_short())),
            Some(id) => {
                let new = !seen.contains(&id);
                let got = format!("id {id}, which an earlier event has");
                seen.push(id);
                Finding::when(
                    new,
                    "an id of its own for each event that was sent without one",
                    got,
                )
            }
        };
        probe.judge(ID, exchange, finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_the_pattern_of_the_contract_matches() {
        let operation = spec::api("inkeep")
            .unwrap()
            .contract()
            .operation("log-event")
            .unwrap();
        let media = &operation.body.as_ref().unwrap().content[0];
        let long = ["x".repeat(255), "x".repeat(256)];
        let others = ["", "a b", "a/b", "é", "a\n", &long[0], &long[1]];
        for id in TELLING_IDS.into_iter().chain(others) {
            let fits = media.validate(&json!({ "type": "string", "id": id })).is_ok();
            assert_eq!(is_id(id), fits, "{id}");
        }
        assert!(TELLING_IDS.iter().all(|id| is_id(id)));
        assert!(STRANGERS.chars().all(|stranger| !is_id(&format!("a{stranger}a"))));
        let printable = (' '..='~').filter(|c| !is_id(&format!("a{c}a")));
        assert!(printable.into_iter().all(|c| STRANGERS.contains(c)));
    }
}
