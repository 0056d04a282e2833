//! Runs as the cases make them and look at them.

use std::time::Duration;

use serde_json::Value;

use super::Olbrain;
use super::answers;
use super::calls::{self, Control};
use super::checks;
use super::patience;
use crate::http::{Exchange, Request};
use crate::probe::Probe;

/// The states that the page on run management names.
pub(crate) const STATES: [&str; 6] = ["queued", "running", "succeeded", "failed", "paused", "cancelled"];

/// The states that a run leaves only when somebody asks for it.
pub(crate) fn is_over(state: &str) -> bool {
    matches!(state, "succeeded" | "failed" | "cancelled")
}

/// Queues a run. `None`, and the requirement undecided, where that does not succeed.
pub(crate) fn queued(olbrain: &Olbrain, probe: &Probe<'_>, id: &str, agent: &str) -> Option<String> {
    let exchange = checks::control(probe, id, olbrain.fixtures.event(agent))?;
    let run = answers::run_id(&exchange);
    if run.is_none() {
        probe.skip(id, "the event was answered without a run_id");
    }
    run
}

/// The request that fetches a run.
pub(crate) fn fetch(olbrain: &Olbrain, agent: &str, run: &str) -> Request {
    olbrain.fixtures.get(&calls::run(agent, run))
}

/// The request that controls a run. It has no body, since the calls need none.
pub(crate) fn control(olbrain: &Olbrain, agent: &str, run: &str, control: Control) -> Request {
    olbrain
        .fixtures
        .signed("POST", &calls::control(agent, run, control))
}

/// The state that an answer shows, where it shows a run at all.
pub(crate) fn state(exchange: &Exchange) -> Option<String> {
    if exchange.is_success() {
        answers::member(exchange, "status")
    } else {
        None
    }
}

/// Fetches a run once.
pub(crate) fn look(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, run: &str) -> Exchange {
    probe.send(fetch(olbrain, agent, run))
}

/// Fetches a run until its state is one of these, or the time is over.
pub(crate) fn wait_for(
    olbrain: &Olbrain,
    probe: &Probe<'_>,
    agent: &str,
    run: &str,
    wanted: impl Fn(&str) -> bool,
) -> (Exchange, bool) {
    wait_longer_for(olbrain, probe, patience::TO_MOVE_ON, agent, run, wanted)
}

/// The same, with another time.
pub(crate) fn wait_longer_for(
    olbrain: &Olbrain,
    probe: &Probe<'_>,
    time: Duration,
    agent: &str,
    run: &str,
    wanted: impl Fn(&str) -> bool,
) -> (Exchange, bool) {
    patience::until(olbrain, probe, time, &fetch(olbrain, agent, run), |exchange| {
        state(exchange).is_some_and(|state| wanted(&state))
    })
}

/// Queues a run and waits for its end. `None`, and the requirement undecided, where there is none in time.
pub(crate) fn ended(
    olbrain: &Olbrain,
    probe: &Probe<'_>,
    id: &str,
    agent: &str,
) -> Option<(String, Exchange)> {
    let run = queued(olbrain, probe, id, agent)?;
    let (exchange, over) = wait_for(olbrain, probe, agent, &run, is_over);
    if !over {
        let reason = format!(
            "{}, but {}",
            patience::in_time(olbrain, patience::TO_MOVE_ON, "a run has to come to its end"),
            exchange.in_short()
        );
        probe.skip(id, reason);
        return None;
    }
    Some((run, exchange))
}

/// The runs in a list, where it is one that can be read. What such a list looks like, no public page shows.
pub(crate) fn listed(exchange: &Exchange) -> Option<Vec<Value>> {
    if exchange.status() != Some(200) {
        return None;
    }
    answers::items(&answers::body(exchange)?).cloned()
}
