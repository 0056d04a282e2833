//! The list of runs. What it looks like, no public page shows: a bare array, or an object that holds one.

use std::time::Duration;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls::{self, Control};
use crate::olbrain::checks;
use crate::olbrain::fixtures::Kind;
use crate::olbrain::patience;
use crate::olbrain::runs;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "run_list::listed",
        Scenario,
        &["olbrain.runs.list", "olbrain.runs.list.found"],
        listed,
    ),
    (
        "run_list::only_own",
        Scenario,
        &["olbrain.runs.list.only-own"],
        only_own,
    ),
    ("run_list::limit", Scenario, &["olbrain.runs.list.limit"], limit),
    (
        "run_list::limit_of_a_state",
        Scenario,
        &["olbrain.runs.list.limit"],
        limit_of_a_state,
    ),
    (
        "run_list::ignored",
        Scenario,
        &["olbrain.runs.list.ignored"],
        ignored,
    ),
];

/// As many runs as a list is asked for where a certain one is looked for.
pub(super) const MANY: usize = 100;

/// The list of an agent's runs.
pub(super) fn list(olbrain: &Olbrain, agent: &str) -> Request {
    olbrain.fixtures.get(&calls::runs(agent))
}

/// The agent whose list is looked at: rather one that no other case sends many events to, so that no limit cuts it.
fn quiet(olbrain: &Olbrain) -> Result<&str, String> {
    let fixtures = &olbrain.fixtures;
    fixtures
        .second_agent(Kind::Workflow)
        .or_else(|_| fixtures.workflow())
}

/// Whether a list names a run, at any place.
pub(super) fn names(exchange: &Exchange, run: &str) -> bool {
    exchange.status() == Some(200) && answers::body(exchange).is_some_and(|body| answers::holds(&body, run))
}

/// The agent with a run of its own that was just queued, once its list is served.
pub(super) fn with_run<'o>(olbrain: &'o Olbrain, probe: &Probe<'_>, id: &str) -> Option<(&'o str, String)> {
    let agent = match quiet(olbrain) {
        Ok(agent) => agent,
        Err(missing) => {
            probe.skip(id, missing);
            return None;
        }
    };
    let run = runs::queued(olbrain, probe, id, agent)?;
    checks::control(probe, id, list(olbrain, agent))?;
    Some((agent, run))
}

/// A run that was queued is in the list, unless the list is so long that it may have been cut before it.
fn listed(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.list";
    const FOUND: &str = "olbrain.runs.list.found";
    let agent = match quiet(olbrain) {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    let exchange = probe.send(list(olbrain, agent));
    let finding = Finding::when(exchange.status() == Some(200), "200", exchange.in_short());
    probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    let Some((agent, run)) = with_run(olbrain, probe, FOUND) else {
        return;
    };
    let request = list(olbrain, agent).query("limit", &MANY.to_string());
    let (exchange, found) =
        patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, |e| names(e, &run));
    let finding = match runs::listed(&exchange).map(|items| items.len()) {
        _ if found => Finding::Met,
        None => Finding::Undecided(format!("no list that can be read: {}", exchange.in_short())),
        // What cuts a list may be less than was asked for, but hardly less than this.
        Some(count) if count >= MANY / 10 && !grows(olbrain, probe, agent, count) => {
            Finding::Undecided(format!("the list has {count} runs and may have been cut"))
        }
        Some(count) => {
            let got = format!("a list of {count} runs without it");
            let wanted = format!("{run}, which was just queued, in the list");
            let expected = patience::in_time(olbrain, patience::TO_BE_SEEN, wanted);
            Finding::when(false, expected, got)
        }
    };
    probe.judge(FOUND, &exchange, finding);
}

/// Whether one more run makes the list longer than this. Then it was whole before: a list that was cut keeps its length.
fn grows(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, count: usize) -> bool {
    if runs::queued(olbrain, probe, "olbrain.runs.list.found", agent).is_none() {
        return false;
    }
    let is_longer = |exchange: &Exchange| runs::listed(exchange).is_some_and(|items| items.len() > count);
    let request = list(olbrain, agent).query("limit", &MANY.to_string());
    patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, is_longer).1
}

/// No list names a run that this suite had another agent queue.
fn only_own(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.list.only-own";
    let fixtures = &olbrain.fixtures;
    let (own, other) = match (fixtures.workflow(), fixtures.second_agent(Kind::Workflow)) {
        (Ok(own), Ok(other)) => (own, other),
        (Err(missing), _) | (_, Err(missing)) => return probe.skip(ID, missing),
    };
    for agent in [own, other] {
        if runs::queued(olbrain, probe, ID, agent).is_none() {
            return;
        }
    }
    for agent in [own, other] {
        let Some(exchange) = checks::control(probe, ID, list(olbrain, agent).query("limit", "100")) else {
            return;
        };
        let items = runs::listed(&exchange).unwrap_or_default();
        let foreign = items.iter().find_map(|item| {
            let run = answers::text(item, "run_id")?;
            let owner = olbrain.ledger.owner(&run)?;
            (owner != agent).then(|| format!("{run}, a run of {owner}"))
        });
        let expected = format!("runs of {agent} only");
        let got = foreign.clone().unwrap_or_default();
        probe.judge(ID, &exchange, Finding::when(foreign.is_none(), expected, got));
    }
}

fn limit(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.list.limit";
    let Some((agent, _)) = with_run(olbrain, probe, ID) else {
        return;
    };
    for _ in 0..2 {
        if runs::queued(olbrain, probe, ID, agent).is_none() {
            return;
        }
    }
    let whole = runs::listed(&probe.send(list(olbrain, agent)));
    if whole.is_none_or(|items| items.len() < 3) {
        return probe.skip(
            ID,
            "the list without a limit cannot be read, or has fewer runs than were queued",
        );
    }
    for limit in [1, 2] {
        let request = list(olbrain, agent).query("limit", &limit.to_string());
        let count = |exchange: &Exchange| runs::listed(exchange).map(|items| items.len());
        // A bound of one is no bound of none: the runs are there, though the newest may not be seen at once.
        let is_some = |exchange: &Exchange| count(exchange) != Some(0);
        let (exchange, _) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, is_some);
        let count = count(&exchange);
        let met = count.is_some_and(|count| (1..=limit).contains(&count));
        let got = count.map_or_else(|| exchange.in_short(), |count| format!("{count} runs"));
        probe.judge(
            ID,
            &exchange,
            Finding::when(
                met,
                format!("at most {limit} runs of those there are, and not none"),
                got,
            ),
        );
    }
}

/// How often the list of one state is asked for a single run, and how far apart.
const ROUNDS: usize = 5;
const BETWEEN_ROUNDS: Duration = Duration::from_millis(100);

/// The bound is one on the runs that are asked for: a newer run in another state takes nobody's place.
fn limit_of_a_state(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.list.limit";
    let agent = match olbrain.fixtures.controllable() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    let Some(run) = runs::queued(olbrain, probe, ID, agent) else {
        return;
    };
    probe.send(runs::control(olbrain, agent, &run, Control::Cancel));
    let cancelled = list(olbrain, agent).query("status", "cancelled");
    let (exchange, is_listed) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &cancelled, |e| {
        names(e, &run)
    });
    if !is_listed {
        let reason = format!(
            "no list of cancelled runs names one that was to be cancelled: {}",
            exchange.in_short()
        );
        return probe.skip(ID, reason);
    }
    let count = |exchange: &Exchange| runs::listed(exchange).map(|items| items.len());
    let mut empty = Vec::new();
    for _ in 0..ROUNDS {
        // Other cases cancel runs of this agent too, so the newest has to be one that was queued just now.
        let Some(newest) = runs::queued(olbrain, probe, ID, agent) else {
            return;
        };
        let exchange = probe.send(cancelled.clone().query("limit", "1"));
        match count(&exchange) {
            Some(1) => probe.judge(ID, &exchange, Finding::Met),
            // A copy of the list that lags behind has none of them with or without a bound.
            Some(0) if count(&probe.send(cancelled.clone())) != Some(0) => empty.push(exchange),
            _ => {}
        }
        // Nobody needs the run any more.
        probe.send(runs::control(olbrain, agent, &newest, Control::Cancel));
        patience::settle(BETWEEN_ROUNDS);
    }
    if let Some(exchange) = empty.first().filter(|_| empty.len() > ROUNDS / 2) {
        let expected = "one of the cancelled runs there are, though a run in another state is newer";
        let got = format!("an empty list, {} times out of {ROUNDS}", empty.len());
        probe.judge(ID, exchange, Finding::when(false, expected, got));
    }
}

/// Parameters that nobody knows change nothing.
fn ignored(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.list.ignored";
    let Some((agent, _)) = with_run(olbrain, probe, ID) else {
        return;
    };
    for (name, value) in [("hookproof", "1"), ("colour", "blue"), ("x-trace", "")] {
        let plain = list(olbrain, agent);
        let why = format!("the parameter {name} is none that the page names");
        let variant = plain.clone().query(name, value);
        let Some(whole) = checks::control(probe, ID, plain) else {
            return;
        };
        let is_empty = |exchange: &Exchange| runs::listed(exchange).is_some_and(|items| items.is_empty());
        let exchange = checks::accepted(probe, ID, &why, variant.clone());
        if !is_empty(&exchange) || is_empty(&whole) {
            continue;
        }
        let (exchange, _) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &variant, |e| !is_empty(e));
        if is_empty(&exchange) {
            let finding = Finding::when(false, "the runs, as without the parameter", "an empty list");
            probe.judge(ID, &exchange, finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Response;

    #[test]
    fn a_list_names_a_run_in_either_shape() {
        let answer = |body: &str| Exchange {
            number: 1,
            request: Request::new("GET", "/"),
            answer: Ok(Response {
                status: 200,
                headers: Vec::new(),
                body: body.to_owned().into(),
                cut: false,
            }),
            elapsed: std::time::Duration::ZERO,
        };
        for body in ["[{\"run_id\":\"r\"}]", "{\"runs\":[{\"id\":\"r\"}],\"total\":1}"] {
            assert!(names(&answer(body), "r") && !names(&answer(body), "s"));
            assert_eq!(runs::listed(&answer(body)).map(|items| items.len()), Some(1));
        }
        assert_eq!(runs::listed(&answer("{\"runs\":{}}")), None);
    }
}
