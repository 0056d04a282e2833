//! Points about lists that the documents leave open.

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::Exchange;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls;
use crate::olbrain::runs;
use crate::probe::Probe;

pub(super) const CASES: &[Entry] = &[
    (
        "open::run_list",
        Scenario,
        &[
            "olbrain.runs.list.limit.default",
            "olbrain.runs.list.limit.invalid",
            "olbrain.runs.list.status.unknown",
            "olbrain.runs.list.order",
        ],
        run_list,
    ),
    (
        "open::session_list",
        Scenario,
        &[
            "olbrain.sess.list.limit.invalid",
            "olbrain.sess.list.status.unknown",
            "olbrain.sess.list.since.invalid",
        ],
        session_list,
    ),
];

/// How many entries a list has, or how it was refused.
fn outcome(exchange: &Exchange) -> String {
    match runs::listed(exchange) {
        Some(items) if items.is_empty() => "an empty list".to_owned(),
        Some(_) => "a list".to_owned(),
        None => exchange.in_short(),
    }
}

fn run_list(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ORDER: &str = "olbrain.runs.list.order";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.workflow() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ORDER, missing),
    };
    let Some(early) = runs::queued(olbrain, probe, ORDER, agent) else {
        return;
    };
    let Some(late) = runs::queued(olbrain, probe, ORDER, agent) else {
        return;
    };
    let list = fixtures.get(&calls::runs(agent));
    let exchange = probe.send(list.clone());
    let count =
        runs::listed(&exchange).map_or_else(|| exchange.in_short(), |items| format!("{} runs", items.len()));
    probe.observe("olbrain.runs.list.limit.default", &exchange, count);
    let place = |run: &str| {
        let items = runs::listed(&exchange)?;
        items.iter().position(|item| answers::holds(item, run))
    };
    let value = match (place(&early), place(&late)) {
        (Some(early), Some(late)) if late < early => "the latest first",
        (Some(_), Some(_)) => "the latest last",
        _ => "not to be seen, since the list does not hold both of the last two runs",
    };
    probe.observe(ORDER, &exchange, value);
    for (id, name, value) in [
        ("olbrain.runs.list.limit.invalid", "limit", "0"),
        ("olbrain.runs.list.limit.invalid", "limit", "-1"),
        ("olbrain.runs.list.limit.invalid", "limit", "many"),
        ("olbrain.runs.list.status.unknown", "status", "hookproof"),
    ] {
        let exchange = probe.send(list.clone().query(name, value));
        probe.observe(id, &exchange, format!("{name}={value}: {}", outcome(&exchange)));
    }
}

fn session_list(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.conversational() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip("olbrain.sess.list.limit.invalid", missing),
    };
    // The list shall not be empty by itself.
    probe.send(fixtures.event(agent));
    let list = fixtures.get(&calls::sessions(agent));
    for (id, name, value) in [
        ("olbrain.sess.list.limit.invalid", "limit", "0"),
        ("olbrain.sess.list.limit.invalid", "limit", "-1"),
        ("olbrain.sess.list.limit.invalid", "limit", "many"),
        ("olbrain.sess.list.status.unknown", "status", "hookproof"),
        ("olbrain.sess.list.since.invalid", "since", "yesterday"),
    ] {
        let exchange = probe.send(list.clone().query(name, value));
        probe.observe(id, &exchange, format!("{name}={value}: {}", outcome(&exchange)));
    }
}
