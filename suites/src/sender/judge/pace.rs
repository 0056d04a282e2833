//! How attempts stand to each other in time, whatever the schedule: none overlaps, `Retry-After` is waited for, and no
//! event pays for the one before it.

use super::judgement::{Judge, Rule, Where};
use super::outcome::{Grade, Outcome, Reading, disturbed, within_overhead};
use super::runs::{Run, number};
use super::schedule::FIRST_GAP_AT_MOST_S;
use crate::sender::{Mode, ScheduleRows};

/// How long an answer has to be held before it says anything about overlap, in seconds of the schedule.
const HELD_S: f64 = 1.0;

/// By how much two instants of one exchange may be recorded in the wrong order, in real seconds: the client can react to
/// the last byte before the server has noted that it was written.
const RACE_S: f64 = 0.002;

/// By how much a sender may come before the end of a `Retry-After`, in seconds of the schedule.
const EARLY_S: f64 = 0.05;

/// How many gaps an event must have gone through before the next one can show a fresh start.
const GAPS_BEFORE_FRESH: usize = 3;

pub(super) fn judge(judge: &mut Judge<'_>, rows: &'static ScheduleRows) {
    one_at_a_time(judge, rows);
    retry_after(judge, rows);
    fresh_start(judge, rows);
}

fn one_at_a_time(judge: &mut Judge<'_>, rows: &'static ScheduleRows) {
    let runs = judge.runs();
    let (mut held, mut overlapping, mut explained) = (0, Vec::new(), 0);
    for run in &runs.events {
        for (position, attempt) in run.attempts.iter().enumerate() {
            let (Some(end), Some(_)) = (attempt.answer_end, attempt.answer.status()) else {
                continue;
            };
            if runs.virtual_s(end.saturating_sub(attempt.head)) < HELD_S {
                continue;
            }
            held += 1;
            let Some(next) = run.attempts.get(position + 1) else {
                continue;
            };
            if next.head.as_secs_f64() + RACE_S >= end.as_secs_f64() {
                continue;
            }
            // A host that stood still has held the answer longer than was planned, or noted its end too late.
            let early = runs.virtual_s(end.saturating_sub(next.head));
            if early <= runs.held(attempt.head, end) {
                explained += 1;
            } else {
                overlapping.push(Where::of(run, position + 1));
            }
        }
    }
    if held == 0 {
        return;
    }
    let rule = Rule {
        requirement: rows.one_at_a_time,
        name: "no-overlap",
        statistic: "attempts that arrived while an answer to the event was still held back",
        threshold: "none".to_owned(),
        false_alarm: "each attempt is compared; nothing is estimated".to_owned(),
    };
    let outcome = if overlapping.is_empty() && explained > 0 {
        let value = format!("{explained} after {held} held answers");
        Outcome::Undecided(value, disturbed(runs.disturbance))
    } else {
        let value = format!("{} after {held} held answers", overlapping.len());
        Outcome::when(overlapping.is_empty(), value)
    };
    judge.report_at(rule, outcome, overlapping);
}

fn retry_after(judge: &mut Judge<'_>, rows: &'static ScheduleRows) {
    let runs = judge.runs();
    let (mut waited, mut early, mut last, mut shortest) = (0, Vec::new(), 0, f64::INFINITY);
    let (mut asked, mut explained) = (0.0_f64, 0);
    for run in &runs.events {
        for (position, attempt) in run.attempts.iter().enumerate() {
            let (Some(seconds), Some(status)) = (attempt.retry_after, attempt.answer.status()) else {
                continue;
            };
            if !rows.on.iter().any(|(on, _)| *on == status) {
                continue;
            }
            let Some(next) = run.attempts.get(position + 1) else {
                last += 1;
                continue;
            };
            // A scaled sender may scale this wait or not; either way it is not shorter than this.
            let gap = runs.between_heads(attempt, next);
            asked = asked.max(seconds.as_secs_f64());
            shortest = shortest.min(gap);
            if gap >= seconds.as_secs_f64() - EARLY_S {
                waited += 1;
            } else if gap + runs.late(attempt) >= seconds.as_secs_f64() - EARLY_S {
                // The attempt before was noted late, and its sender may have counted from when it was made.
                explained += 1;
            } else {
                early.push(Where::of(run, position + 1));
            }
        }
    }
    if waited + early.len() + explained + last == 0 {
        return;
    }
    let rule = Rule {
        requirement: rows.retry_after,
        name: "retry-after",
        statistic: "retries that came before the seconds of a Retry-After were over",
        threshold: format!("none earlier than {EARLY_S} s before"),
        false_alarm: "each retry is compared; nothing is estimated".to_owned(),
    };
    let outcome = if waited + early.len() + explained == 0 {
        Outcome::undecided("the event was not sent again")
    } else if early.is_empty() && explained > 0 {
        Outcome::undecided(disturbed(runs.disturbance))
    } else {
        let value = format!(
            "{} of {}, the shortest wait {} s where {} s were asked for",
            early.len(),
            waited + early.len(),
            number(shortest),
            number(asked)
        );
        Outcome::when(early.is_empty(), value)
    };
    judge.report_at(rule, outcome, early);
}

fn fresh_start(judge: &mut Judge<'_>, rows: &'static ScheduleRows) {
    let runs = judge.runs();
    if !runs.recording.one_process {
        return;
    }
    let failing = |run: &Run<'_>| {
        let failed = |status: u16| rows.on.iter().any(|(on, _)| *on == status);
        let count = run
            .attempts
            .iter()
            .take_while(|a| a.answer.status().is_some_and(failed));
        count.count().min(run.attempts.len().saturating_sub(1))
    };
    let mut in_order: Vec<&Run<'_>> = runs
        .events
        .iter()
        .filter(|run| !run.attempts.is_empty())
        .collect();
    in_order.sort_by_key(|run| run.attempts[0].head);
    let mut gaps = Vec::new();
    for (position, run) in in_order.iter().enumerate() {
        let after_trouble = in_order[..position].iter().any(|before| {
            let over = before
                .attempts
                .last()
                .is_some_and(|last| last.head <= run.attempts[0].head);
            over && failing(before) >= GAPS_BEFORE_FRESH
        });
        if after_trouble && failing(run) > 0 {
            let gap = runs.after_answer(run.attempts[0], run.attempts[1]);
            let held = runs.held(run.attempts[0].answered(), run.attempts[1].head);
            gaps.push((gap, gap - held));
        }
    }
    if gaps.is_empty() {
        return;
    }
    let rule = Rule {
        requirement: rows.fresh_start,
        name: "fresh-start",
        statistic: "shortest first delay of the events that followed an event with several retries",
        threshold: format!("at most {FIRST_GAP_AT_MOST_S} s"),
        false_alarm: "no usual jitter draws a longer first delay".to_owned(),
    };
    let outcome = within_overhead(runs, |reading, shift| {
        let read = gaps.iter().map(|(recorded, meant)| match reading {
            Reading::Shortest => *meant,
            _ => *recorded,
        });
        let shortest = read.fold(f64::INFINITY, f64::min);
        let late = shortest - shift > FIRST_GAP_AT_MOST_S;
        let grade = if late { Grade::Broken } else { Grade::Met };
        (
            grade,
            format!("{} s over {} events", number(shortest), gaps.len()),
        )
    });
    // A single long gap may be a pause of the host.
    let outcome = match outcome {
        Outcome::Decided(Grade::Broken, value) if gaps.len() < 2 && runs.recording.mode != Mode::Virtual => {
            Outcome::Undecided(
                value,
                "one gap alone decides nothing; send more events".to_owned(),
            )
        }
        other => other,
    };
    judge.report(rule, outcome);
}
