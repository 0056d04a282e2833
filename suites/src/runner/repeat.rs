//! Failures that are looked at a second time.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Planned;
use crate::event::Event;
use crate::probe::Probe;
use crate::run::{Failure, Run};

/// So long are failed cases tried again.
pub(super) const REPEAT_TIME: Duration = Duration::from_secs(20);

/// Tries each failed case again, alone. A failure that does not repeat is still a failure, but it is a different one:
/// the target fails now and then, or only in a crowd.
pub(super) fn repeat(
    run: &Run,
    planned: &[Planned],
    failures: &BTreeMap<String, Vec<Failure>>,
    elapsed: impl Fn() -> Duration,
) {
    let begun = elapsed();
    for Planned { suite, case } in planned {
        let Some(failed) = failures.get(case.name()) else {
            continue;
        };
        if run.stopped().is_some() || elapsed().saturating_sub(begun) > REPEAT_TIME {
            return;
        }
        let Ok(wire) = suite.target().check_out() else {
            return;
        };
        let probe = Probe::new(run, suite.as_ref(), case.name(), wire);
        case.run(&probe);
        if run.stopped().is_some() {
            // What failed because the target went away says nothing about the first time.
            return;
        }
        let mut again = probe.take_failures();
        for failure in failed {
            let requirement = &failure.requirement;
            let fresh = again.remove(requirement);
            let repeats = fresh.is_some();
            // A case that fails again has had fixtures of its own, so its exchange is the better one to show.
            let evidence = fresh.unwrap_or_else(|| failure.evidence.clone());
            run.emit(&Event::Repeated {
                case: case.name().to_owned(),
                requirement: requirement.clone(),
                again: repeats,
                evidence: evidence.map(|evidence| Box::new(probe.tried(evidence, repeats))),
            });
        }
        probe.finish();
    }
}
