//! Which attempts are made: after 502, 503 and 504, after a 4xx, after success, and where the documents are silent.

use std::collections::{BTreeMap, BTreeSet};

use super::judgement::{Judge, Rule, Where};
use super::outcome::{Outcome, disturbed};
use super::runs::{Run, Runs, number};
use crate::sender::{Answered, Attempt, Mode, ScheduleRows};

/// How long a sender is given to show itself, in seconds of the schedule. The longest first delay of any usual jitter
/// is 3 s.
const QUIET_S: f64 = 5.0;

/// The same, in real seconds: a scaled second is too short to say that somebody is silent.
const QUIET_REAL_S: f64 = 0.5;

/// Where the host takes this much longer over an exchange, in seconds of the schedule, a sender may have gone away
/// without the answer. Whoever waits less for an answer overlaps its own attempts under the scenario `slow`.
const MISSED_ANSWER_S: f64 = 2.0;

const EXACT: &str = "each attempt is counted; nothing is estimated";

pub(super) fn judge(judge: &mut Judge<'_>, rows: &'static ScheduleRows) {
    for &(status, row) in rows.on {
        retried(judge, status, row);
    }
    not_after(
        judge,
        Rule {
            requirement: rows.not_4xx,
            name: "stops-at-4xx",
            statistic: "attempts after a first answer of 4xx",
            threshold: "none".to_owned(),
            false_alarm: EXACT.to_owned(),
        },
        |run, position| position == 0 && is_4xx(run.attempts[position]),
    );
    not_after(
        judge,
        Rule {
            requirement: rows.not_4xx_later,
            name: "stops-at-later-4xx",
            statistic: "attempts after a 4xx that followed answers to retry",
            threshold: "none".to_owned(),
            false_alarm: EXACT.to_owned(),
        },
        |run, position| {
            let failures =
                |attempt: &&Attempt| rows.on.iter().any(|(on, _)| attempt.answer.status() == Some(*on));
            position > 0 && is_4xx(run.attempts[position]) && run.attempts[..position].iter().all(failures)
        },
    );
    not_after(
        judge,
        Rule {
            requirement: rows.stops,
            name: "stops-at-success",
            statistic: "attempts after an answer of 2xx",
            threshold: "none".to_owned(),
            false_alarm: EXACT.to_owned(),
        },
        |run, position| {
            let status = run.attempts[position].answer.status();
            status.is_some_and(|status| (200..300).contains(&status))
        },
    );
    observe(judge, rows.on_500, "after-500", |answer| {
        (answer == Answered::Status(500)).then(|| "500".to_owned())
    });
    observe(
        judge,
        rows.network_errors,
        "after-no-answer",
        |answer| match answer {
            Answered::Reset => Some("a reset".to_owned()),
            Answered::Truncated(_) => Some("a truncated answer".to_owned()),
            Answered::Silence => Some("silence".to_owned()),
            Answered::Status(_) => None,
        },
    );
}

/// What an API without a schedule lets a sender do after each kind of answer: observed.
pub(super) fn observe_all(judge: &mut Judge<'_>, row: &'static str) {
    observe(judge, row, "after-a-failure", |answer| match answer {
        Answered::Status(200..400) => None,
        Answered::Status(status) => Some(status.to_string()),
        Answered::Reset => Some("a reset".to_owned()),
        Answered::Truncated(_) => Some("a truncated answer".to_owned()),
        Answered::Silence => Some("silence".to_owned()),
    });
}

fn is_4xx(attempt: &Attempt) -> bool {
    attempt
        .answer
        .status()
        .is_some_and(|status| (400..500).contains(&status))
}

/// Whether silence after an attempt has lasted long enough to mean something.
fn quiet(runs: &Runs<'_>, attempt: &Attempt) -> bool {
    runs.watched_after(attempt) >= needed_quiet(runs)
}

/// How much silence means something, in seconds of the schedule.
fn needed_quiet(runs: &Runs<'_>) -> f64 {
    let real = match runs.recording.mode {
        // Nothing but what the sender waits for takes time.
        Mode::Virtual => 0.0,
        _ => QUIET_REAL_S / runs.recording.scale,
    };
    QUIET_S.max(real) + runs.allowance
}

/// A status that is retried: where it was the answer, another attempt follows.
fn retried(judge: &mut Judge<'_>, status: u16, row: &'static str) {
    let runs = judge.runs();
    let answered = |attempt: &Attempt| attempt.answer == Answered::Status(status);
    let (mut met, mut given_up, mut silent, mut waiting) = (0, 0, Vec::new(), Vec::new());
    for run in &runs.events {
        for (position, attempt) in run.attempts.iter().enumerate() {
            if !answered(attempt) {
                continue;
            }
            let last = position + 1 == run.attempts.len();
            if !last {
                met += 1;
            } else if attempt.retry_after.is_some() {
                // The documents do not speak of Retry-After: who was asked to wait longer than it goes on trying may
                // have given up, or wait still.
            } else if position > 0 {
                // Whether it gave up too early is a matter of the give-up rules.
                given_up += 1;
            } else if quiet(runs, attempt) {
                silent.push(Where::of(run, position));
            } else {
                waiting.push(Where::of(run, position));
            }
        }
    }
    if met + given_up + silent.len() + waiting.len() == 0 {
        return;
    }
    let rule = Rule {
        requirement: row,
        name: "retries",
        statistic: "events whose first attempt was answered so and not sent again",
        threshold: "none".to_owned(),
        false_alarm: EXACT.to_owned(),
    };
    let outcome = if !silent.is_empty() {
        let watched = silent
            .iter()
            .filter_map(|place| runs.attempt(*place))
            .map(|attempt| runs.watched_after(attempt))
            .fold(f64::INFINITY, f64::min);
        Outcome::when(
            false,
            format!(
                "{} of {} answered {status} and not sent again within {} s",
                silent.len(),
                runs.events.len(),
                number(watched)
            ),
        )
    } else if !waiting.is_empty() {
        Outcome::Undecided(
            format!("{} of {} not sent again", waiting.len(), runs.events.len()),
            "the server stopped listening before a retry was due".to_owned(),
        )
    } else if met == 0 {
        Outcome::undecided(format!("only a last attempt was answered {status}"))
    } else {
        Outcome::when(
            true,
            format!("sent again after each of {met} answers of {status}"),
        )
    };
    judge.report_at(rule, outcome, silent);
}

/// No further attempt after an answer that ends an event.
fn not_after(judge: &mut Judge<'_>, rule: Rule, ends: impl Fn(&Run<'_>, usize) -> bool) {
    let runs = judge.runs();
    let (mut ending, mut repeated) = (BTreeSet::new(), BTreeSet::new());
    let (mut again, mut waiting, mut unheard) = (Vec::new(), false, 0);
    for run in &runs.events {
        let Some(end) = (0..run.attempts.len()).find(|position| ends(run, *position)) else {
            continue;
        };
        let answer = run.attempts[end].answer.to_string();
        let more = end + 1..run.attempts.len();
        if !more.is_empty() && may_be_unheard(runs, run, end) {
            unheard += more.len();
        } else if !more.is_empty() {
            repeated.insert(answer.clone());
            again.extend(more.map(|position| Where::of(run, position)));
        } else if !quiet(runs, run.attempts[end]) {
            waiting = true;
        }
        ending.insert(answer);
    }
    if ending.is_empty() {
        return;
    }
    let outcome = if !again.is_empty() {
        Outcome::when(false, format!("{} after {}", again.len(), listed(repeated)))
    } else if unheard > 0 {
        Outcome::Undecided(
            format!("{unheard} after {}", listed(ending)),
            format!(
                "{}: the sender may have gone away without the answer",
                disturbed(runs.disturbance)
            ),
        )
    } else if waiting {
        Outcome::Undecided(
            format!("none after {}", listed(ending)),
            format!(
                "the server stopped listening before {} s of silence had passed",
                number(needed_quiet(runs))
            ),
        )
    } else {
        Outcome::when(true, format!("none after {}", listed(ending)))
    };
    judge.report_at(rule, outcome, again);
}

/// Whether the host took so long over this exchange that its answer may have come too late.
fn may_be_unheard(runs: &Runs<'_>, run: &Run<'_>, position: usize) -> bool {
    let (attempt, next) = (run.attempts[position], run.attempts[position + 1]);
    runs.late(attempt) + runs.held(attempt.head, next.head) >= MISSED_ANSWER_S
}

fn listed(texts: BTreeSet<String>) -> String {
    texts.into_iter().collect::<Vec<_>>().join(", ")
}

/// What is done after answers that the documents do not speak of.
fn observe(
    judge: &mut Judge<'_>,
    requirement: &'static str,
    name: &'static str,
    kind: impl Fn(Answered) -> Option<String>,
) {
    let runs = judge.runs();
    let mut seen: BTreeMap<String, (usize, usize, Vec<f64>)> = BTreeMap::new();
    for run in &runs.events {
        for (position, attempt) in run.attempts.iter().enumerate() {
            let Some(kind) = kind(attempt.answer) else {
                continue;
            };
            let entry = seen.entry(kind).or_default();
            entry.1 += 1;
            if let Some(next) = run.attempts.get(position + 1) {
                entry.0 += 1;
                entry.2.push(runs.after_answer(attempt, next));
            }
        }
    }
    if seen.is_empty() {
        return;
    }
    let texts: Vec<String> = seen
        .into_iter()
        .map(|(kind, (again, all, mut gaps))| {
            gaps.sort_by(f64::total_cmp);
            match (again, gaps.get(gaps.len() / 2)) {
                (0, _) | (_, None) => format!("not sent again after {kind}"),
                (_, Some(median)) if all == again => {
                    format!("sent again after {kind}, {} s later", number(*median))
                }
                (_, Some(median)) => format!(
                    "sent again after {again} of {all} times {kind}, {} s later",
                    number(*median)
                ),
            }
        })
        .collect();
    judge.report(
        Rule {
            requirement,
            name,
            statistic: "what follows",
            threshold: "open: never a failure".to_owned(),
            false_alarm: EXACT.to_owned(),
        },
        Outcome::Seen(texts.join("; ")),
    );
}

impl<'r> Runs<'r> {
    fn run(&self, event: u32) -> Option<&Run<'r>> {
        self.events.iter().find(|run| run.event == event)
    }

    fn attempt(&self, place: Where) -> Option<&'r Attempt> {
        self.run(place.event)?.attempts.get(place.attempt).copied()
    }
}
