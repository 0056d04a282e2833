//! Whether the delays follow the documented schedule: from 1 s, growing exponentially, capped at 60 s, for roughly 10
//! minutes.
//!
//! Delays may be scattered in any usual way, so that few statements can be made about one of them. What is judged is
//! what a group of events does together, by statistics on which neither a single draw nor a single stall of the host has
//! much influence. `cargo xtask retry-rates` simulates how often each of them is wrong.

use super::growth;
use super::judgement::{Judge, Rule};
use super::outcome::{Grade, Outcome, Reading, within_overhead};
use super::rates;
use super::runs::number;
use super::series::{GIVEN_UP_S, Group, Series, mean, quantile, sorted};
use super::start;
use crate::sender::{Mode, ScheduleRows};

/// The longest first delay of any usual jitter, with what a host may add.
pub(super) const FIRST_GAP_AT_MOST_S: f64 = 3.5;

/// From how many events on a group of scattered delays can fail anybody.
pub(super) const EVENTS_TO_FAIL: usize = 8;

/// Largest delay: as documented; as documented with jitter on top of the cap.
const CAP_S: (f64, f64) = (66.0, 96.0);

/// Duration, as documented and at the edge: "roughly 10 minutes".
const DURATION_S: ((f64, f64), (f64, f64)) = ((510.0, 690.0), (420.0, 780.0));

/// Number of retries, as documented and at the edge.
const RETRIES: ((f64, f64), (f64, f64)) = ((10.0, 45.0), (7.0, 70.0));

/// A sender that is held up misses a retry in so many seconds at most, on average: the cap with full jitter.
const RETRY_AT_LEAST_EACH_S: f64 = 30.0;

/// Once an event has been tried for so long, its largest delay has had the occasion to be too large.
const CAP_SHOWN_AFTER_S: f64 = 300.0;

pub(super) fn judge(judge: &mut Judge<'_>, rows: &'static ScheduleRows) {
    let runs = judge.runs();
    let group = Group::new(runs, rows);
    if group.series.is_empty() {
        return;
    }
    start::judge(judge, rows, &group);
    let open = group.open();
    // A run of answers that ends in success says how a sender begins and nothing about how it goes on.
    if open.is_empty() {
        return;
    }
    growth::judge(judge, rows, &group, &open);
    cap(judge, rows, &open);
    give_up(judge, rows, &open);
    give_up_final(judge, rows, &open);
    attempts(judge, rows, &open);
}

fn cap(judge: &mut Judge<'_>, rows: &'static ScheduleRows, open: &[&Series]) {
    let runs = judge.runs();
    let rule = Rule {
        requirement: rows.cap,
        name: "largest-delay",
        statistic: "median over the events of the largest delay; of the second largest where there are fewer than 3 events",
        threshold: format!("at most {} s; a warning up to {} s", CAP_S.0, CAP_S.1),
        false_alarm: rates::of("largest-delay", open.len()),
    };
    // No verdict rests on one long gap: that may be a pause of the host.
    let skipped = usize::from(open.len() < 3);
    let statistic = |reading: Reading| {
        let largest = sorted(open.iter().filter_map(|series| {
            let gaps = sorted(series.after.read(reading).iter().copied());
            gaps.len().checked_sub(1 + skipped).map(|index| gaps[index])
        }));
        (!largest.is_empty()).then(|| quantile(&largest, 0.5))
    };
    let Some(recorded) = statistic(Reading::Recorded) else {
        judge.report(rule, Outcome::undecided("there was one delay only"));
        return;
    };
    let outcome = within_overhead(runs, |reading, shift| {
        let grade = match statistic(reading).unwrap_or(recorded) - shift {
            value if value <= CAP_S.0 => Grade::Met,
            value if value <= CAP_S.1 => Grade::Doubtful,
            _ => Grade::Broken,
        };
        (grade, format!("{} s", number(recorded)))
    });
    let shown = quantile(&sorted(open.iter().map(|series| series.total)), 0.5) >= CAP_SHOWN_AFTER_S;
    let outcome = match outcome {
        Outcome::Decided(Grade::Met, value) if !shown => Outcome::Undecided(
            value,
            "the delays ended, or the server stopped listening, before the cap was reached".to_owned(),
        ),
        other => other,
    };
    judge.report(rule, outcome);
}

fn give_up(judge: &mut Judge<'_>, rows: &'static ScheduleRows, open: &[&Series]) {
    let runs = judge.runs();
    let rule = Rule {
        requirement: rows.give_up,
        name: "duration",
        statistic: "median over the events of the time from the first answer to the last attempt",
        threshold: format!(
            "{} to {} s; a warning from {} to {} s",
            DURATION_S.0.0, DURATION_S.0.1, DURATION_S.1.0, DURATION_S.1.1
        ),
        false_alarm: rates::of("duration", open.len()),
    };
    let median = |reading: Reading| quantile(&sorted(open.iter().map(|series| series.total(reading))), 0.5);
    let value = format!("{} s", number(median(Reading::Recorded)));
    let retries = mean(open.iter().map(|series| count(series)));
    let outcome = if most_finished(open, runs.allowance) {
        within_overhead(runs, |reading, shift| {
            let (least, most) = match reading {
                Reading::Growing => (median(Reading::Shortest), median(Reading::Longest)),
                other => (median(other), median(other)),
            };
            (between(least - shift * retries, most, DURATION_S), value.clone())
        })
    } else if median(Reading::Shortest) > DURATION_S.1.1 + runs.allowance * retries {
        Outcome::when(false, format!("{value}, and not over"))
    } else {
        Outcome::Undecided(value, not_finished())
    };
    judge.report(rule, outcome);
}

fn give_up_final(judge: &mut Judge<'_>, rows: &'static ScheduleRows, open: &[&Series]) {
    let runs = judge.runs();
    let rule = Rule {
        requirement: rows.give_up_final,
        name: "silence-after-give-up",
        statistic: "events that were tried again after they had been given up",
        threshold: format!("none within {GIVEN_UP_S} s"),
        false_alarm: "each attempt is counted; one event alone fails nobody outside virtual time".to_owned(),
    };
    let resumed = open.iter().filter(|series| series.resumed > 0).count();
    let value = format!("{resumed} of {}", open.len());
    let pause_of_host = resumed == 1 && runs.recording.mode != Mode::Virtual;
    let several_attempts = open.iter().any(|series| series.resumed > 1);
    let outcome = if resumed > 0 && pause_of_host && !several_attempts {
        Outcome::Undecided(
            value,
            "one long gap alone decides nothing; send more events".to_owned(),
        )
    } else if resumed > 0 {
        Outcome::when(false, value)
    } else if most_finished(open, runs.allowance) {
        Outcome::when(true, value)
    } else {
        Outcome::Undecided(value, not_finished())
    };
    judge.report(rule, outcome);
}

fn attempts(judge: &mut Judge<'_>, rows: &'static ScheduleRows, open: &[&Series]) {
    let runs = judge.runs();
    let rule = Rule {
        requirement: rows.attempts,
        name: "retries-in-all",
        statistic: "mean over the events of the number of retries",
        threshold: format!(
            "{} to {}; a warning from {} to {}",
            RETRIES.0.0, RETRIES.0.1, RETRIES.1.0, RETRIES.1.1
        ),
        false_alarm: rates::of("retries-in-all", open.len()),
    };
    let retries = mean(open.iter().map(|series| count(series)));
    let outcome = if most_finished(open, runs.allowance) {
        // While the host stood still, no retry was made, and the ten minutes went by.
        let missed = mean(open.iter().map(|series| series.after.held())) / RETRY_AT_LEAST_EACH_S;
        within_overhead(runs, |reading, _| {
            let most = match reading {
                Reading::Recorded | Reading::Shortest => retries,
                Reading::Longest | Reading::Growing => retries + missed,
            };
            (between(retries, most, RETRIES), number(retries))
        })
    } else if retries > RETRIES.1.1 {
        Outcome::when(false, format!("{}, and not over", number(retries)))
    } else {
        Outcome::Undecided(number(retries), not_finished())
    };
    judge.report(rule, outcome);
}

fn count(series: &Series) -> f64 {
    f64::from(u32::try_from(series.after.len()).unwrap_or(u32::MAX))
}

fn most_finished(open: &[&Series], allowance: f64) -> bool {
    let finished = open.iter().filter(|series| series.finished(allowance)).count();
    finished * 2 > open.len()
}

fn not_finished() -> String {
    format!(
        "the server stopped listening before {GIVEN_UP_S} s of silence had passed, so that nobody can say that the \
         sender had given up"
    )
}

/// Within the inner bounds, within the outer ones, or outside, where the value lies somewhere from `least` to `most`.
fn between(least: f64, most: f64, (inner, outer): ((f64, f64), (f64, f64))) -> Grade {
    let inside = |(low, high): (f64, f64)| most >= low && least <= high;
    if inside(inner) {
        Grade::Met
    } else if inside(outer) {
        Grade::Doubtful
    } else {
        Grade::Broken
    }
}
