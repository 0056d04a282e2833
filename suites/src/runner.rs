//! Cases as libtest-mimic trials, and the run from the first event to the last.

mod repeat;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::case::{Case, Origin};
use crate::event::{Event, SCHEMA};
use crate::examination::Examined;
use crate::probe::Probe;
use crate::run::{Failure, Run};
use crate::suite::{Stop, Suite};
use crate::verdict::Verdict;

/// A case with the suite it belongs to.
#[derive(Clone)]
pub struct Planned {
    /// The suite.
    pub suite: Arc<dyn Suite>,
    /// The case.
    pub case: Case,
}

/// Every case of these suites, in the suites' order.
pub fn plan(suites: &[Arc<dyn Suite>]) -> Vec<Planned> {
    suites
        .iter()
        .flat_map(|suite| {
            Arc::clone(suite).cases().into_iter().map(|case| Planned {
                suite: Arc::clone(suite),
                case,
            })
        })
        .collect()
}

/// The name of the events and exchanges before the first case of an API.
pub fn preflight_name(api: &str) -> String {
    format!("{api}::preflight")
}

/// Runs the preflight of an API once, and says whether its cases can be judged.
/// `covered` are the requirements that some case is for.
fn preflight(run: &Run, suite: &dyn Suite, covered: &BTreeSet<String>) -> bool {
    let name = preflight_name(suite.api().id());
    let wire = match suite.target().check_out() {
        Ok(wire) => wire,
        Err(error) => {
            run.stop(error.to_string(), None);
            return false;
        }
    };
    let probe = Probe::new(run, suite, &name, wire);
    let outcome = suite.preflight(&probe);
    if outcome.is_ok() {
        probe.await_exchanges(covered);
    }
    let event = match &outcome {
        Ok(()) => None,
        Err(Stop { reason, exchange }) => Some(probe.stop_event(reason, exchange.as_ref())),
    };
    let (log, _) = probe.finish();
    if suite.target().is_dry() {
        // Without answers no preflight succeeds; the cases are shown all the same.
        return true;
    }
    if let Err(stop) = outcome {
        run.stop(stop.reason, event);
        return false;
    }
    for record in log.records() {
        run.emit(&Event::Check(Box::new(record)));
    }
    run.stopped().is_none()
}

/// Tries with single calls what the configuration says of a target.
pub(crate) fn examine(run: &Run, suite: &dyn Suite) -> Result<Vec<Examined>, String> {
    let name = format!("{}::doctor", suite.api().id());
    let wire = suite.target().check_out().map_err(|error| error.to_string())?;
    let probe = Probe::new(run, suite, &name, wire);
    let examined = suite.examine(&probe);
    probe.finish();
    Ok(examined)
}

/// Preflights that are run when the first case of their API needs them.
#[derive(Default)]
struct Preflights {
    ready: BTreeMap<&'static str, OnceLock<bool>>,
    /// The requirements that some case is for.
    covered: BTreeSet<String>,
}

/// Turns planned cases into trials. A trial fails when a check of its case fails, and is ignored when the case
/// decided nothing.
#[expect(
    clippy::disallowed_methods,
    reason = "this edge measures how long a case took"
)]
pub fn trials(run: &Arc<Run>, planned: Vec<Planned>) -> Vec<Trial> {
    let preflights = Arc::new(Preflights {
        ready: planned
            .iter()
            .map(|p| (p.suite.api().id(), OnceLock::new()))
            .collect(),
        covered: planned.iter().flat_map(|p| p.case.covers()).cloned().collect(),
    });
    planned
        .into_iter()
        .map(|Planned { suite, case }| {
            let (run, preflights) = (Arc::clone(run), Arc::clone(&preflights));
            Trial::ignorable_test(case.name().to_owned(), move || {
                if run.is_over() {
                    return Ok(Completion::ignored_with("an earlier case failed"));
                }
                let ready = preflights
                    .ready
                    .get(suite.api().id())
                    .expect("made from the same list");
                if !*ready.get_or_init(|| preflight(&run, suite.as_ref(), &preflights.covered))
                    || run.stopped().is_some()
                {
                    return Ok(Completion::ignored_with(
                        run.stopped().unwrap_or("the preflight failed"),
                    ));
                }
                let start = Instant::now();
                run_case(&run, suite.as_ref(), &case, || start.elapsed())
            })
        })
        .collect()
}

fn run_case(
    run: &Run,
    suite: &dyn Suite,
    case: &Case,
    elapsed: impl FnOnce() -> Duration,
) -> Result<Completion, Failed> {
    let wire = suite.target().check_out().map_err(Failed::from)?;
    run.emit(&Event::CaseStarted {
        case: case.name().to_owned(),
        requirements: case.covers().to_vec(),
    });
    let probe = Probe::new(run, suite, case.name(), wire);
    // What a case is for stands first in its list.
    match case.covers().first().and_then(|id| suite.lacking(id)) {
        Some(reason) => case
            .covers()
            .iter()
            .for_each(|id| probe.skip(id, reason.as_str())),
        None => {
            case.run(&probe);
            probe.account_for(case.covers());
        }
    }
    let (log, requests) = probe.finish();
    let verdict = log.verdict();
    let mut failures = String::new();
    let mut failed = Vec::new();
    let mut reasons = Vec::new();
    for record in log.records() {
        match record.verdict {
            Verdict::Fail => {
                failed.push(Failure {
                    requirement: record.requirement.clone(),
                    evidence: record.evidence.clone(),
                });
                failures.push_str(&crate::report::failure(&record));
            }
            Verdict::Skip => reasons.push(record.expected.clone()),
            _ => {}
        }
        run.emit(&Event::Check(Box::new(record)));
    }
    run.emit(&Event::CaseFinished {
        case: case.name().to_owned(),
        verdict,
        requests,
        elapsed_us: micros(elapsed()),
    });
    match verdict {
        Some(Verdict::Fail) => {
            run.note_failure(case.name(), failed);
            Err(Failed::from(failures))
        }
        Some(Verdict::Skip) | None => Ok(Completion::ignored_with(reasons.join("; "))),
        Some(_) => Ok(Completion::Completed),
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Runs the planned cases from the first event to the last. libtest-mimic schedules them; what people see is made
/// from the events, so its own output goes nowhere.
#[expect(
    clippy::disallowed_methods,
    reason = "this edge measures how long the run took"
)]
pub fn execute(run: &Arc<Run>, mut planned: Vec<Planned>) {
    let start = Instant::now();
    // Generated inputs make the longest cases, and one that begins last is waited for alone.
    planned.sort_by_key(|planned| planned.case.origin() != Origin::Property);
    let targets: BTreeMap<String, String> = planned
        .iter()
        .map(|p| {
            (
                p.suite.api().id().to_owned(),
                p.suite.target().base().as_str().to_owned(),
            )
        })
        .collect();
    run.emit(&Event::RunStarted {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        seed: run.settings().seed,
        targets,
        embedded: planned.iter().all(|p| p.suite.target().is_embedded()),
        run_id: planned
            .iter()
            .find_map(|p| p.suite.target().transport().run_id.clone()),
        safe: planned
            .iter()
            .filter(|p| p.suite.target().is_safe())
            .map(|p| p.suite.api().id().to_owned())
            .collect(),
        not_offered: planned
            .iter()
            .flat_map(|p| p.suite.target().not_offered().iter().map(str::to_owned))
            .collect(),
        cases: planned.len(),
    });
    let arguments = Arguments {
        test_threads: Some(run.settings().threads.max(1)),
        logfile: Some(null_device().to_owned()),
        ..Arguments::default()
    };
    let cases = planned.clone();
    let conclusion = libtest_mimic::run(&arguments, trials(run, planned));
    let failures = run.failures();
    if conclusion.num_failed > failures.len() as u64 {
        // Not a verdict on the target: a case that ends without one is a fault of the suite.
        run.stop(
            "a case ended without a verdict; please report it with the output above".to_owned(),
            None,
        );
    }
    if run.settings().repeats {
        repeat::repeat(run, &cases, &failures, || start.elapsed());
    }
    run.emit(&Event::RunFinished {
        requests: run.requests(),
        elapsed_us: micros(start.elapsed()),
    });
}

fn null_device() -> &'static str {
    if cfg!(windows) { "NUL" } else { "/dev/null" }
}
