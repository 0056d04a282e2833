//! Cancel, pause, resume and retry: what each does to a run that it fits.
//!
//! Runs go on while they are looked at, so a call may come too late; the point is then tried again, and left undecided in
//! the end. Only a call that was refused, or had no effect, while its run was still in the fitting state breaks anything.

use std::time::Duration;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::Exchange;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls::Control;
use crate::olbrain::patience;
use crate::olbrain::runs;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "run_control::cancel",
        Scenario,
        &[
            "olbrain.runs.cancel",
            "olbrain.runs.control.empty-body",
            "olbrain.runs.control.status",
            "olbrain.response.200-content-type",
            "olbrain.response.200-schema",
        ],
        cancel,
    ),
    (
        "run_control::pause_and_resume",
        Scenario,
        &[
            "olbrain.runs.pause",
            "olbrain.runs.resume",
            "olbrain.runs.control.empty-body",
            "olbrain.runs.control.status",
            "olbrain.runs.progress",
        ],
        pause_and_resume,
    ),
    (
        "run_control::retry",
        Scenario,
        &[
            "olbrain.runs.retry",
            "olbrain.runs.retry.new-run",
            "olbrain.runs.control.empty-body",
            "olbrain.runs.control.status",
            "olbrain.runs.progress",
        ],
        retry,
    ),
];

/// How often a point is tried that depends on being quick enough.
const TRIES: usize = 3;

/// What came of one try.
#[expect(clippy::large_enum_variant, reason = "made a handful of times in a run")]
enum Try {
    Decided(Exchange, Finding),
    TooLate,
}

/// Tries until something is decided.
fn decide(probe: &Probe<'_>, id: &str, attempt: impl Fn() -> Option<Try>) {
    for _ in 0..TRIES {
        match attempt() {
            Some(Try::Decided(exchange, finding)) => return probe.judge(id, &exchange, finding),
            Some(Try::TooLate) => {}
            None => return,
        }
    }
    let hint = "declare one that takes its time in olbrain.slow_workflow_agents";
    probe.skip(
        id,
        format!("the runs of the target move on too quickly to be caught; {hint}"),
    );
}

/// Makes a control call without a body. Where that is refused and an empty object is taken, the body was the fault, and
/// the answer to the second call counts.
fn call(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, run: &str, control: Control) -> Exchange {
    const EMPTY: &str = "olbrain.runs.control.empty-body";
    let request = runs::control(olbrain, agent, run, control);
    let exchange = probe.send(request.clone());
    if exchange.is_success() {
        probe.judge(EMPTY, &exchange, Finding::Met);
        let value = format!("{}: {:?}", control.word(), exchange.status().unwrap_or_default());
        probe.observe("olbrain.runs.control.status", &exchange, value);
        return exchange;
    }
    if matches!(exchange.status(), Some(400 | 411 | 415 | 422)) {
        let with_body = probe.send(request.body("application/json", "{}"));
        if with_body.is_success() {
            let expected = format!("success without a body, as with {{}}, for {}", control.word());
            probe.judge(
                EMPTY,
                &exchange,
                Finding::when(false, expected, exchange.in_short()),
            );
            return with_body;
        }
    }
    exchange
}

/// The agent whose runs are controlled.
pub(super) fn controllable<'o>(olbrain: &'o Olbrain, probe: &Probe<'_>, id: &str) -> Option<&'o str> {
    let agent = olbrain.fixtures.controllable();
    agent.map_err(|missing| probe.skip(id, missing)).ok()
}

fn cancel(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.cancel";
    let Some(agent) = controllable(olbrain, probe, ID) else {
        return;
    };
    let slow = &olbrain.fixtures.declared().slow_workflow_agents;
    let cancelled = std::cell::RefCell::new(Vec::new());
    // A run is cancelled while it waits, and another one while it runs.
    for wanted in ["queued", "running"] {
        let early_ends = std::cell::Cell::new(0);
        let again = |agent: &str| {
            early_ends.set(early_ends.get() + 1);
            early_ends.get() == TRIES && slow.iter().any(|slow| slow == agent)
        };
        decide(probe, ID, || {
            let run = runs::queued(olbrain, probe, ID, agent)?;
            let known = |state: &str| state == wanted || state == "running" || runs::is_over(state);
            let (before, _) = runs::wait_for(olbrain, probe, agent, &run, known);
            if !is_open(&before) {
                return Some(Try::TooLate);
            }
            let answer = call(olbrain, probe, agent, &run, Control::Cancel);
            shape(probe, &answer);
            let after = if answer.is_success() {
                obeyed(olbrain, probe, agent, &run, runs::is_over)
            } else {
                runs::look(olbrain, probe, agent, &run)
            };
            let state = runs::state(&after);
            if state.as_deref() == Some("cancelled") {
                cancelled.borrow_mut().push(run);
                return Some(Try::Decided(after, Finding::Met));
            }
            let wanted = "a cancelled run, because it was queued or running";
            let expected = patience::in_time(olbrain, patience::TO_OBEY, wanted);
            let got = format!("{}, and then {}", answer.in_short(), after.in_short());
            // It has come to its end before the call; one that takes its time has hardly done so each time.
            if state.as_deref().is_some_and(runs::is_over) && !(answer.is_success() && again(agent)) {
                return Some(Try::TooLate);
            }
            if state.is_none() && after.status() != Some(404) {
                return Some(Try::TooLate);
            }
            Some(Try::Decided(answer, Finding::when(false, expected, got)))
        });
    }
    stays(olbrain, probe, ID, agent, &cancelled.into_inner(), "cancelled");
}

/// So long is a run watched that must not go on by itself.
const WATCHED: Duration = Duration::from_millis(1100);

/// The runs are in this state still, a while after they got there.
fn stays(olbrain: &Olbrain, probe: &Probe<'_>, id: &str, agent: &str, runs: &[String], state: &str) {
    if runs.is_empty() {
        return;
    }
    patience::pause(probe, WATCHED);
    for run in runs {
        let exchange = runs::look(olbrain, probe, agent, run);
        let Some(is) = runs::state(&exchange) else {
            continue;
        };
        let expected = format!("a run that is {state} still, because nobody has asked for more");
        probe.judge(
            id,
            &exchange,
            Finding::when(is == state, expected, exchange.in_short()),
        );
    }
}

/// Fetches a run until a call that was taken has had its effect.
fn obeyed(
    olbrain: &Olbrain,
    probe: &Probe<'_>,
    agent: &str,
    run: &str,
    wanted: impl Fn(&str) -> bool,
) -> Exchange {
    runs::wait_longer_for(olbrain, probe, patience::TO_OBEY, agent, run, wanted).0
}

/// Whether the run can still be cancelled.
fn is_open(exchange: &Exchange) -> bool {
    matches!(runs::state(exchange).as_deref(), Some("queued" | "running"))
}

/// What a successful control call answers, no public page shows.
fn shape(probe: &Probe<'_>, answer: &Exchange) {
    let Some(response) = answer.response().filter(|response| response.is_success()) else {
        return;
    };
    let media_type = response
        .media_type()
        .unwrap_or_else(|| "no Content-Type".to_owned());
    probe.observe("olbrain.response.200-content-type", answer, media_type);
    probe.observe("olbrain.response.200-schema", answer, answer.in_short());
}

fn pause_and_resume(olbrain: &Olbrain, probe: &Probe<'_>) {
    const PAUSE: &str = "olbrain.runs.pause";
    const RESUME: &str = "olbrain.runs.resume";
    let Some(agent) = controllable(olbrain, probe, PAUSE) else {
        return;
    };
    let paused = std::cell::RefCell::new(None);
    decide(probe, PAUSE, || {
        let run = runs::queued(olbrain, probe, PAUSE, agent)?;
        let (before, _) = runs::wait_for(olbrain, probe, agent, &run, |state| state != "queued");
        if runs::state(&before).as_deref() != Some("running") {
            return Some(Try::TooLate);
        }
        let answer = call(olbrain, probe, agent, &run, Control::Pause);
        let after = if answer.is_success() {
            let settled = |state: &str| state == "paused" || runs::is_over(state);
            obeyed(olbrain, probe, agent, &run, settled)
        } else {
            runs::look(olbrain, probe, agent, &run)
        };
        match runs::state(&after).as_deref() {
            Some("paused") => {
                *paused.borrow_mut() = Some(run);
                Some(Try::Decided(after, Finding::Met))
            }
            // Nobody has cancelled it but this call.
            Some("queued" | "running" | "cancelled") => {
                let got = format!("{}, and then {}", answer.in_short(), after.in_short());
                let wanted = "a paused run, because it was running";
                let expected = patience::in_time(olbrain, patience::TO_OBEY, wanted);
                let finding = Finding::when(false, expected, got);
                Some(Try::Decided(answer, finding))
            }
            _ => Some(Try::TooLate),
        }
    });
    let Some(run) = paused.into_inner() else {
        return probe.skip(RESUME, "no run could be paused");
    };
    stays(olbrain, probe, PAUSE, agent, std::slice::from_ref(&run), "paused");
    let answer = call(olbrain, probe, agent, &run, Control::Resume);
    let after = if answer.is_success() {
        obeyed(olbrain, probe, agent, &run, |state| state != "paused")
    } else {
        runs::look(olbrain, probe, agent, &run)
    };
    let resumed = runs::state(&after).is_some_and(|state| !matches!(state.as_str(), "paused" | "cancelled"));
    let wanted = "a run that goes on, neither paused nor cancelled";
    let expected = patience::in_time(olbrain, patience::TO_OBEY, wanted);
    let got = format!("{}, and then {}", answer.in_short(), after.in_short());
    probe.judge(RESUME, &answer, Finding::when(resumed, expected, got));
    if resumed {
        moves_on(olbrain, probe, agent, &run, "resumed");
    }
    // Nobody needs the run any more.
    probe.send(runs::control(olbrain, agent, &run, Control::Cancel));
}

/// A run that was queued once more does not stay so.
fn moves_on(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, run: &str, what: &str) {
    let time = patience::TO_START;
    let (exchange, moved) =
        runs::wait_longer_for(olbrain, probe, time, agent, run, |state| state != "queued");
    if !moved && runs::state(&exchange).is_none() {
        return;
    }
    let wanted = format!("another state than queued for a run that was {what}");
    let expected = patience::in_time(olbrain, time, wanted);
    let finding = Finding::when(moved, expected, exchange.in_short());
    probe.judge("olbrain.runs.progress", &exchange, finding);
}

/// A failed run starts again. It may fail again before anybody looks, so any change of it shows that it did; so does a new
/// run that the answer names.
fn retry(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.retry";
    const NEW: &str = "olbrain.runs.retry.new-run";
    let Some(agent) = olbrain.fixtures.declared().failing_workflow_agents.first() else {
        return probe.skip(
            ID,
            "no agent whose runs fail: declare olbrain.failing_workflow_agents",
        );
    };
    let Some((run, before)) = runs::ended(olbrain, probe, ID, agent) else {
        return;
    };
    if runs::state(&before).as_deref() != Some("failed") {
        return probe.skip(ID, format!("the run has not failed: {}", before.in_short()));
    }
    // Moments are written in seconds, so a run that fails anew within the second might look like the old one.
    patience::pause(probe, Duration::from_millis(1100));
    let answer = call(olbrain, probe, agent, &run, Control::Retry);
    if !answer.is_success() {
        let expected = "success, because the run has failed";
        return probe.judge(ID, &answer, Finding::when(false, expected, answer.in_short()));
    }
    let another = answers::run_id(&answer).filter(|other| *other != run);
    let (retried, after, changed) = match another {
        Some(other) => {
            probe.observe(NEW, &answer, format!("a new run, {other}"));
            let request = runs::fetch(olbrain, agent, &other);
            let (after, there) = patience::until(
                olbrain,
                probe,
                patience::TO_BE_SEEN,
                &request,
                Exchange::is_success,
            );
            (other, after, there)
        }
        None => {
            let request = runs::fetch(olbrain, agent, &run);
            let then = essence(&before);
            let (after, changed) = patience::until(olbrain, probe, patience::TO_OBEY, &request, |e| {
                essence(e) != then
            });
            if changed {
                probe.observe(NEW, &answer, "the same run again");
            }
            (run, after, changed)
        }
    };
    if changed {
        let same = answers::body(&after)
            .zip(answers::body(&before))
            .is_none_or(|(now, then)| {
                let inputs = |body: &serde_json::Value| body.get("inputs").cloned().unwrap_or_default();
                answers::same(&inputs(&now), &inputs(&then))
            });
        let expected = format!("{retried} with the inputs of the run that failed");
        probe.judge(ID, &after, Finding::when(same, expected, after.in_short()));
        moves_on(olbrain, probe, agent, &retried, "retried");
    } else {
        // A new run may have been made without being named; a target may also show nothing that could change.
        let reason = format!(
            "the call succeeded and no change of the run was seen: {}",
            after.in_short()
        );
        probe.judge(ID, &after, unchanged(&before, reason));
    }
}

/// A run that shows when it ended, and shows the same moment after a retry, was not started again.
fn unchanged(before: &Exchange, reason: String) -> Finding {
    match answers::member(before, "completed_at") {
        Some(_) => Finding::Broken {
            expected: "a run that starts again, or a new one that the answer names".to_owned(),
            got: reason,
        },
        None => Finding::Undecided(reason),
    }
}

/// What changes when a run starts again.
fn essence(exchange: &Exchange) -> [Option<String>; 3] {
    ["status", "started_at", "completed_at"].map(|name| answers::member(exchange, name))
}
