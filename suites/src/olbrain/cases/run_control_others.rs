//! Cancel and pause beside other runs: only the run that is named obeys.

use super::Entry;
use super::run_control::controllable;
use crate::case::Origin::Scenario;
use crate::olbrain::Olbrain;
use crate::olbrain::calls::Control;
use crate::olbrain::patience;
use crate::olbrain::runs;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[(
    "run_control::others",
    Scenario,
    &["olbrain.runs.control.only-own"],
    others,
)];

const ID: &str = "olbrain.runs.control.only-own";

/// How often a call is tried that needs two runs under way.
const TRIES: usize = 3;

/// What a call for one run does to a second one of the same agent, which is under way too. Nobody else names that run, so
/// that it is in the state that the call leads to only because of the call.
fn others(olbrain: &Olbrain, probe: &Probe<'_>) {
    let Some(agent) = controllable(olbrain, probe, ID) else {
        return;
    };
    for (control, leads_to) in [(Control::Pause, "paused"), (Control::Cancel, "cancelled")] {
        // A target that takes other runs along does so at the calls of other cases too; not each time, one hopes.
        if !(0..TRIES).any(|_| beside(olbrain, probe, agent, control, leads_to)) {
            probe.skip(ID, format!("no run was {leads_to} beside another that runs"));
        }
    }
}

/// Tries one call, with two new runs. Returns whether there was anything to judge.
fn beside(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, control: Control, leads_to: &str) -> bool {
    let (Some(other), Some(named)) = (
        runs::queued(olbrain, probe, ID, agent),
        runs::queued(olbrain, probe, ID, agent),
    ) else {
        return false;
    };
    let runs = |run: &str| {
        let (exchange, _) = runs::wait_for(olbrain, probe, agent, run, |state| state != "queued");
        runs::state(&exchange).as_deref() == Some("running")
    };
    let is_ready = runs(&other) && runs(&named);
    let is_taken = is_ready
        && probe
            .send(runs::control(olbrain, agent, &named, control))
            .is_success();
    if is_taken {
        let obeys = |state: &str| state == leads_to || runs::is_over(state);
        runs::wait_longer_for(olbrain, probe, patience::TO_OBEY, agent, &named, obeys);
        let exchange = runs::look(olbrain, probe, agent, &other);
        let finding = match runs::state(&exchange) {
            Some(state) => Finding::when(
                state != leads_to,
                format!("a run that is not {leads_to}: the call was for {named}"),
                exchange.in_short(),
            ),
            None => Finding::Undecided(format!("the other run is not shown: {}", exchange.in_short())),
        };
        probe.judge(ID, &exchange, finding);
    }
    // Nobody needs the runs any more.
    for run in [&other, &named] {
        probe.send(runs::control(olbrain, agent, run, Control::Cancel));
    }
    is_taken
}
