//! Control calls in any order, against what the page says of each.

use super::Entry;
use crate::case::Origin::Property;
use crate::olbrain::Olbrain;
use crate::olbrain::calls::Control;
use crate::olbrain::checks;
use crate::olbrain::runs;
use crate::olbrain::strategies;
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[(
    "run_model::any_order",
    Property,
    &["olbrain.runs.control.wrong-state", "olbrain.runs.cancel"],
    any_order,
)];

/// States in which a run may be right after a call, given the state right before it. `None` where the page says nothing.
///
/// A run goes on by itself and may be over by the time it is looked at, so nothing that waits or runs is held to a state.
fn allowed(before: &str, control: Control) -> Option<&'static [&'static str]> {
    match (before, control) {
        ("cancelled", _) => Some(&["cancelled"]),
        ("succeeded", _) => Some(&["succeeded"]),
        ("failed", Control::Cancel | Control::Pause | Control::Resume) => Some(&["failed"]),
        ("paused", Control::Pause | Control::Retry) => Some(&["paused"]),
        // Nobody has cancelled it.
        ("queued" | "running", Control::Resume | Control::Retry) => {
            Some(&["queued", "running", "succeeded", "failed"])
        }
        ("queued" | "running", Control::Pause) => {
            Some(&["queued", "running", "succeeded", "failed", "paused"])
        }
        _ => None,
    }
}

fn any_order(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.control.wrong-state";
    let fixtures = &olbrain.fixtures;
    let agents = [fixtures.workflow(), fixtures.controllable()];
    let mut agents: Vec<&str> = agents.into_iter().flatten().collect();
    agents.dedup();
    if agents.is_empty() {
        return probe.skip(ID, "no workflow agent: declare it in olbrain.workflow_agents");
    }
    for agent in agents {
        let Some(run) = runs::queued(olbrain, probe, ID, agent) else {
            continue;
        };
        if checks::control(probe, ID, runs::fetch(olbrain, agent, &run)).is_none() {
            continue;
        }
        property::check(probe, &strategies::controls(), |controls| {
            let Some(run) = runs::queued(olbrain, probe, ID, agent) else {
                return;
            };
            let mut pending = None;
            for control in controls {
                step(olbrain, probe, agent, &run, control, &mut pending);
            }
        });
    }
}

/// Whether a call can have done to the run what it is for.
fn has_effect(control: Control, state: &str) -> bool {
    match control {
        Control::Cancel => state == "cancelled",
        Control::Pause => state == "paused",
        Control::Resume => state != "paused",
        Control::Retry => state != "failed",
    }
}

/// Whether a call fits a run in this state.
fn fits(control: Control, state: &str) -> bool {
    match control {
        Control::Cancel => matches!(state, "queued" | "running"),
        Control::Pause => state == "running",
        Control::Resume => state == "paused",
        Control::Retry => state == "failed",
    }
}

/// One call, with a look before and after. Where a call was taken whose effect is still to come, the run may change at any
/// moment, and nothing can be said about the calls that follow.
fn step(
    olbrain: &Olbrain,
    probe: &Probe<'_>,
    agent: &str,
    run: &str,
    control: Control,
    pending: &mut Option<Control>,
) {
    let before = runs::look(olbrain, probe, agent, run);
    let answer = probe.send(runs::control(olbrain, agent, run, control));
    let after = runs::look(olbrain, probe, agent, run);
    let (Some(was), Some(is)) = (runs::state(&before), runs::state(&after)) else {
        return;
    };
    if pending.is_some_and(|earlier| has_effect(earlier, &was)) {
        *pending = None;
    }
    if pending.is_some() {
        return;
    }
    if answer.is_success() && fits(control, &was) && !has_effect(control, &is) {
        *pending = Some(control);
        return;
    }
    let Some(allowed) = allowed(&was, control) else {
        return;
    };
    // A state that the page does not name is judged where states are.
    if !runs::STATES.contains(&is.as_str()) {
        return;
    }
    let word = control.word();
    let expected = format!("{} after a {word} of a run that was {was}", allowed.join(" or "));
    let finding = Finding::when(allowed.contains(&is.as_str()), expected, after.in_short());
    // That a cancelled run stays so is what cancelling means; the rest is about calls that do not fit.
    let cancelled = was == "cancelled";
    let id = if cancelled && control != Control::Retry {
        "olbrain.runs.cancel"
    } else {
        "olbrain.runs.control.wrong-state"
    };
    probe.judge(id, &after, finding);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_fits_has_an_effect_that_shows() {
        for (control, before, after) in [
            (Control::Cancel, "running", "cancelled"),
            (Control::Pause, "running", "paused"),
            (Control::Resume, "paused", "running"),
            (Control::Retry, "failed", "queued"),
        ] {
            assert!(fits(control, before) && !fits(control, "succeeded"));
            assert!(has_effect(control, after) && !has_effect(control, before));
        }
    }

    #[test]
    fn what_is_over_stays_over_and_what_goes_on_may_end() {
        for control in Control::ALL {
            for over in ["cancelled", "succeeded"] {
                assert_eq!(allowed(over, control), Some(&[over][..]));
            }
        }
        assert_eq!(allowed("failed", Control::Retry), None);
        assert_eq!(allowed("running", Control::Cancel), None);
        assert!(allowed("running", Control::Pause).unwrap().contains(&"paused"));
        assert!(
            !allowed("running", Control::Resume)
                .unwrap()
                .contains(&"cancelled")
        );
        assert_eq!(allowed("paused", Control::Resume), None);
    }
}
