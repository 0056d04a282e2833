//! The list of the runs in one state.

use super::Entry;
use super::run_list::{MANY, list, names, with_run};
use crate::case::Origin::Scenario;
use crate::http::Exchange;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls::Control;
use crate::olbrain::checks;
use crate::olbrain::patience;
use crate::olbrain::runs;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "run_list::status",
        Scenario,
        &["olbrain.runs.list.status"],
        status,
    ),
    (
        "run_list::status_under_way",
        Scenario,
        &["olbrain.runs.list.status"],
        status_under_way,
    ),
];

/// With a state, the list names no run in another one, and it names a run that is known to be in it for good.
fn status(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.list.status";
    let Some((agent, _)) = with_run(olbrain, probe, ID) else {
        return;
    };
    each_apart(olbrain, probe, agent);
    let failing = olbrain.fixtures.declared().failing_workflow_agents.first();
    for agent in olbrain
        .fixtures
        .workflow()
        .into_iter()
        .chain(failing.map(String::as_str))
    {
        if let Some((run, exchange)) = runs::ended(olbrain, probe, ID, agent)
            && let Some(state) = runs::state(&exchange)
        {
            found(olbrain, probe, agent, &run, &state);
        }
    }
    let Ok(agent) = olbrain.fixtures.controllable() else {
        return;
    };
    let Some(run) = runs::queued(olbrain, probe, ID, agent) else {
        return;
    };
    probe.send(runs::control(olbrain, agent, &run, Control::Cancel));
    let state = runs::state(&runs::look(olbrain, probe, agent, &run));
    // A run that is not cancelled has ended before, or is about to be; what cancelling does is judged with that call.
    if state.as_deref() == Some("cancelled") {
        found(olbrain, probe, agent, &run, "cancelled");
        each_apart(olbrain, probe, agent);
    }
}

/// A run that takes its time is in the list of those that run, and, when it is paused, in the list of those that are.
fn status_under_way(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.list.status";
    let Some(agent) = olbrain.fixtures.declared().slow_workflow_agents.first() else {
        return probe.skip(
            ID,
            "no agent whose runs take long: declare olbrain.slow_workflow_agents",
        );
    };
    let Some(run) = runs::queued(olbrain, probe, ID, agent) else {
        return;
    };
    let (exchange, _) = runs::wait_for(olbrain, probe, agent, &run, |state| state != "queued");
    if runs::state(&exchange).as_deref() == Some("running") {
        found(olbrain, probe, agent, &run, "running");
        probe.send(runs::control(olbrain, agent, &run, Control::Pause));
        let settled = |state: &str| state == "paused" || runs::is_over(state);
        let (exchange, _) = runs::wait_longer_for(olbrain, probe, patience::TO_BE_SEEN, agent, &run, settled);
        // Whether pausing works is judged with that call.
        if runs::state(&exchange).as_deref() == Some("paused") {
            found(olbrain, probe, agent, &run, "paused");
            each_apart(olbrain, probe, agent);
        }
    }
    // Nobody needs the run any more.
    probe.send(runs::control(olbrain, agent, &run, Control::Cancel));
}

/// The list of each state names no run in another one.
fn each_apart(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str) {
    for state in runs::STATES {
        let request = list(olbrain, agent).query("status", state).query("limit", "100");
        // A run may move on while its list is made, but hardly each time.
        let is_met = |exchange: &Exchange| only_in(state, exchange) == Finding::Met;
        let (exchange, _) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, is_met);
        let finding = checks::undecided_unless(&exchange, only_in(state, &exchange));
        probe.judge("olbrain.runs.list.status", &exchange, finding);
    }
}

/// A run that is in its state, and still is afterwards, is in the list of that state.
fn found(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, run: &str, state: &str) {
    const ID: &str = "olbrain.runs.list.status";
    let request = list(olbrain, agent)
        .query("status", state)
        .query("limit", &MANY.to_string());
    let (exchange, found) =
        patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, |e| names(e, run));
    let finding = match runs::listed(&exchange) {
        _ if found => Finding::Met,
        Some(_) if runs::state(&runs::look(olbrain, probe, agent, run)).as_deref() != Some(state) => {
            Finding::Undecided(format!("{run} has not stayed {state}"))
        }
        Some(items) if items.len() < MANY / 10 => {
            let got = format!("a list of {} runs without it", items.len());
            let wanted = format!("{run}, which is {state}, in the list of {state} runs");
            Finding::when(
                false,
                patience::in_time(olbrain, patience::TO_BE_SEEN, wanted),
                got,
            )
        }
        _ => Finding::Undecided("the list cannot be read, or may have been cut".to_owned()),
    };
    probe.judge(ID, &exchange, finding);
}

/// No run in the list is in another state.
fn only_in(state: &str, exchange: &Exchange) -> Finding {
    let Some(items) = runs::listed(exchange) else {
        return Finding::when(false, format!("200 with the {state} runs"), exchange.in_short());
    };
    let other = items
        .iter()
        .filter_map(|item| answers::text(item, "status"))
        .find(|shown| shown != state);
    let got = other
        .as_ref()
        .map(|shown| format!("a run that is {shown}"))
        .unwrap_or_default();
    Finding::when(other.is_none(), format!("{state} runs only"), got)
}
