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
            for control in controls {
                step(olbrain, probe, agent, &run, control);
            }
        });
    }
}

/// One call, with a look before and after.
fn step(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, run: &str, control: Control) {
    let before = runs::look(olbrain, probe, agent, run);
    probe.send(runs::control(olbrain, agent, run, control));
    let after = runs::look(olbrain, probe, agent, run);
    let (Some(was), Some(is)) = (runs::state(&before), runs::state(&after)) else {
        return;
    };
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
