//! Cancel, pause, resume and retry where they do not fit: a run in another state, a body that no call asks for, a key that
//! is not valid.

use super::Entry;
use super::run_control::controllable;
use crate::case::Origin::Scenario;
use crate::olbrain::Olbrain;
use crate::olbrain::calls::{self, Control};
use crate::olbrain::checks;
use crate::olbrain::fixtures::{AUTHORIZATION, bearer};
use crate::olbrain::runs;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "run_control::wrong_state",
        Scenario,
        &[
            "olbrain.runs.control.wrong-state",
            "olbrain.runs.control.wrong-state.status",
        ],
        wrong_state,
    ),
    (
        "run_control::body",
        Scenario,
        &["olbrain.runs.control.body"],
        body,
    ),
    (
        "run_control::key",
        Scenario,
        &["olbrain.auth.missing", "olbrain.auth.unknown"],
        key,
    ),
];

/// A call that does not fit a run that is over, or paused, leaves it as it is.
fn wrong_state(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.control.wrong-state";
    let Some(agent) = controllable(olbrain, probe, ID) else {
        return;
    };
    if let Some(run) = runs::queued(olbrain, probe, ID, agent) {
        probe.send(runs::control(olbrain, agent, &run, Control::Cancel));
        leaves(olbrain, probe, agent, &run, &Control::ALL);
    }
    if let Ok(agent) = olbrain.fixtures.workflow()
        && let Some((run, _)) = runs::ended(olbrain, probe, ID, agent)
    {
        leaves(olbrain, probe, agent, &run, &Control::ALL);
    }
}

/// Makes calls that do not fit, each with a look before and after.
fn leaves(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, run: &str, controls: &[Control]) {
    const ID: &str = "olbrain.runs.control.wrong-state";
    for control in controls {
        let before = runs::look(olbrain, probe, agent, run);
        let state = runs::state(&before).unwrap_or_default();
        if !matches!(state.as_str(), "cancelled" | "succeeded") {
            let reason = format!(
                "the run is neither cancelled nor succeeded: {}",
                before.in_short()
            );
            return probe.judge(ID, &before, Finding::Undecided(reason));
        }
        let answer = probe.send(runs::control(olbrain, agent, run, *control));
        let value = format!(
            "{} of a run that is {state}: {}",
            control.word(),
            answer.in_short()
        );
        probe.observe("olbrain.runs.control.wrong-state.status", &answer, value);
        let after = runs::look(olbrain, probe, agent, run);
        let met = runs::state(&after).as_deref() == Some(state.as_str());
        let expected = format!("{state} as before, because {} does not fit", control.word());
        probe.judge(ID, &after, Finding::when(met, expected, after.in_short()));
    }
}

/// What a body along with a control call does.
fn body(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.control.body";
    let Some(agent) = controllable(olbrain, probe, ID) else {
        return;
    };
    for body in ["{}", "{\"reason\":\"hookproof\"}"] {
        let Some(run) = runs::queued(olbrain, probe, ID, agent) else {
            return;
        };
        let request = runs::control(olbrain, agent, &run, Control::Cancel).body("application/json", body);
        let exchange = probe.send(request);
        probe.observe(
            ID,
            &exchange,
            format!("cancel with {body}: {}", exchange.in_short()),
        );
    }
}

/// Control calls ask for a key of their own accord.
fn key(olbrain: &Olbrain, probe: &Probe<'_>) {
    const MISSING: &str = "olbrain.auth.missing";
    let Some(agent) = controllable(olbrain, probe, MISSING) else {
        return;
    };
    let Some(run) = runs::queued(olbrain, probe, MISSING, agent) else {
        return;
    };
    // The run is there for whoever has the key; the calls themselves succeed only once.
    if checks::control(probe, MISSING, olbrain.fixtures.get(&calls::run(agent, &run))).is_none() {
        return;
    }
    let unknown = olbrain
        .fixtures
        .unlike(olbrain.fixtures.key().unwrap_or("ak_0123456789abcdef"));
    for control in Control::ALL {
        let plain = runs::control(olbrain, agent, &run, control);
        let why = format!("a {} without a valid key", control.word());
        checks::refused(probe, MISSING, &why, plain.clone().without_header(AUTHORIZATION));
        let wrong = plain.set_header(AUTHORIZATION, &bearer(&unknown));
        checks::refused(probe, "olbrain.auth.unknown", &why, wrong);
    }
}
