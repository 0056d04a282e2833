//! Whether the delays grow exponentially, up to the cap.

use super::judgement::{Judge, Rule};
use super::outcome::{Grade, Outcome, Reading, within_overhead};
use super::rates;
use super::runs::number;
use super::schedule::EVENTS_TO_FAIL;
use super::series::{CAPPED_FROM_S, Group, Series, mean, quantile, sorted};
use super::slowing;
use super::start::if_enough;
use crate::sender::ScheduleRows;

/// Growth from the first two delays to the later ones, where at least ten delays are there and where fewer are: fails
/// below the first number, warns below the second.
const GROWTH: (f64, f64) = (1.5, 2.0);
const GROWTH_SHORT: (f64, f64) = (1.3, 1.6);

/// How many delays the growth is taken from, at least and at most.
const GROWTH_DELAYS: (usize, usize) = (6, 12);

/// The seventh to twelfth delay below this, and the next six not this many times as large: that is linear growth.
const LINEAR: (f64, f64) = (12.0, 2.4);

/// Where no delay is short, it may be decorrelated jitter, whose growth is uneven: the first bound is lower then.
const LINEAR_WITH_FLOOR_S: f64 = 10.8;
const FLOOR_S: f64 = 0.75;

/// Delays that begin so long after the first answer have reached the cap with any factor from 1.1 on.
const LATE_FROM_S: f64 = 240.0;

/// Nine tenths of the late delays are smaller than this: fails below the first number, warns below the second.
const PLATEAU_S: (f64, f64) = (45.0, 50.0);

/// The same with fewer events than `MANY_EVENTS`.
const PLATEAU_OF_FEW_S: (f64, f64) = (42.0, 46.0);
const MANY_EVENTS: usize = 16;

/// How many late delays are needed where they are scattered, and where they are not.
const LATE_DELAYS: (usize, usize) = (24, 2);

/// Ratios of successive delays, without jitter: of those below the cap, the last two against the first two.
const RATIO: (f64, f64, f64) = (1.08, 1.45, 1.5);

/// A delay of which the host accounts for this share says nothing about ratios.
const HELD_SHARE: f64 = 0.05;

pub(super) fn judge(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group, open: &[&Series]) {
    growth(judge, rows, group, open);
    if group.steady {
        ratios(judge, rows, open);
    } else {
        linear(judge, rows, group, open);
        slowing::judge(judge, rows, group, open);
    }
    plateau(judge, rows, group, open);
    observe(judge, rows, group, open);
}

/// Whether most events show so many delays; the others are left out.
fn with_delays<'s>(open: &[&'s Series], count: usize) -> Option<Vec<&'s Series>> {
    let long: Vec<&Series> = open
        .iter()
        .copied()
        .filter(|series| series.after.len() >= count)
        .collect();
    (!long.is_empty() && long.len() * 4 >= open.len() * 3).then_some(long)
}

fn few_delays(rule: Rule, judge: &mut Judge<'_>, count: usize) {
    judge.report(
        rule,
        Outcome::undecided(format!("not every event shows {count} delays")),
    );
}

fn growth(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group, open: &[&Series]) {
    let runs = judge.runs();
    let long = with_delays(open, GROWTH_DELAYS.0);
    let last = long
        .iter()
        .flatten()
        .map(|series| series.after.len())
        .min()
        .unwrap_or(0)
        .min(GROWTH_DELAYS.1);
    let limits = if last >= 10 { GROWTH } else { GROWTH_SHORT };
    let rule = Rule {
        requirement: rows.exponential,
        name: "growth",
        statistic: "mean of the later delays, up to the twelfth, over the mean of the first two",
        threshold: format!("at least {}; a warning below {}", limits.0, limits.1),
        false_alarm: rates::of("growth", open.len()),
    };
    let Some(long) = long else {
        return few_delays(rule, judge, GROWTH_DELAYS.0);
    };
    let from = last.saturating_sub(4).max(4);
    let ratio = |reading: Reading, shift: f64| {
        let early = long
            .iter()
            .flat_map(|series| series.after.read(reading)[..2].iter().copied());
        let late = long
            .iter()
            .flat_map(|series| series.start.later(reading)[from..last].iter().copied());
        let (early, late) = (mean(early), mean(late));
        if early - shift > 0.0 {
            (late - shift) / (early - shift)
        } else if early > 0.0 {
            f64::INFINITY
        } else {
            late.signum()
        }
    };
    let value = number(ratio(Reading::Recorded, 0.0));
    let outcome = within_overhead(runs, |reading, shift| {
        let grade = match ratio(reading, shift) {
            value if value < limits.0 => Grade::Broken,
            value if value < limits.1 => Grade::Doubtful,
            _ => Grade::Met,
        };
        (grade, value.clone())
    });
    judge.report(rule, if_enough(group, outcome));
}

/// Tells linear growth from exponential growth where delays are scattered.
fn linear(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group, open: &[&Series]) {
    let runs = judge.runs();
    let smallest = open
        .iter()
        .flat_map(|series| series.after.read(Reading::Longest).iter().copied())
        .fold(f64::INFINITY, f64::min);
    let small = if smallest < FLOOR_S {
        LINEAR.0
    } else {
        LINEAR_WITH_FLOOR_S
    };
    let rule = Rule {
        requirement: rows.exponential,
        name: "not-linear",
        statistic: "mean of the delays 13 to 18 over the mean of the delays 7 to 12, where the latter is small",
        threshold: format!("at least {} where that mean is below {small} s", LINEAR.1),
        false_alarm: rates::of("not-linear", open.len()),
    };
    let Some(long) = with_delays(open, 12) else {
        return;
    };
    let middle_of = |long: &[&Series], reading: Reading| {
        mean(
            long.iter()
                .flat_map(|series| series.start.read(reading)[6..12].iter().copied()),
        )
    };
    let middle = middle_of(&long, Reading::Recorded);
    let all = long;
    let Some(long) = with_delays(open, 18) else {
        // Ten minutes are over before the eighteenth delay only where delays are long.
        if middle >= small {
            judge.report(
                rule,
                if_enough(
                    group,
                    Outcome::when(true, format!("a mean of {} s", number(middle))),
                ),
            );
        }
        return;
    };
    let late = |reading: Reading| {
        mean(
            long.iter()
                .flat_map(|series| series.start.later(reading)[12..18].iter().copied()),
        )
    };
    let value = format!("{} over {} s", number(late(Reading::Recorded)), number(middle));
    let outcome = within_overhead(runs, |reading, shift| {
        let (middle, late) = (middle_of(&all, reading) - shift, late(reading) - shift);
        let grade = if middle < small && late < LINEAR.1 * middle {
            Grade::Broken
        } else {
            Grade::Met
        };
        (grade, value.clone())
    });
    judge.report(rule, if_enough(group, outcome));
}

/// Whether each delay is a multiple of the one before, where delays are not scattered.
fn ratios(judge: &mut Judge<'_>, rows: &'static ScheduleRows, open: &[&Series]) {
    let runs = judge.runs();
    let rule = Rule {
        requirement: rows.exponential,
        name: "ratios",
        statistic: "without jitter: ratios of successive delays below the cap, the last two against the first two",
        threshold: format!(
            "none below {}; the last ones not {} times smaller than the first ones and below {}",
            RATIO.0, RATIO.2, RATIO.1
        ),
        false_alarm: rates::of("ratios", open.len()),
    };
    // The lower quarter: what load does to the others does not show in it.
    let column = |reading: Reading, index: usize| {
        let delays = open.iter().map(|series| series.after.read(reading));
        sorted(delays.filter_map(|delays| delays.get(index).copied()))
    };
    let (mut curve, mut is_held) = (Vec::new(), false);
    for index in 0.. {
        let shortest = column(Reading::Shortest, index);
        let column = column(Reading::Recorded, index);
        if column.len() * 4 < open.len() * 3 {
            break;
        }
        let delay = quantile(&column, 0.25);
        if delay >= CAPPED_FROM_S {
            break;
        }
        curve.push(delay);
        is_held |= quantile(&shortest, 0.25) < (1.0 - HELD_SHARE) * delay;
    }
    if curve.len() < 5 {
        let outcome = if curve.len() >= 2 && open.iter().any(|series| series.after.len() > curve.len()) {
            Outcome::when(true, format!("{} delays up to the cap", curve.len()))
        } else {
            Outcome::undecided("too few delays below the cap")
        };
        judge.report(rule, outcome);
        return;
    }
    let shown = |shift: f64| -> Vec<f64> {
        let delays: Vec<f64> = curve.iter().map(|delay| (delay - shift).max(0.01)).collect();
        // A plateau is a matter of another rule; what grows up to it is looked at here.
        let top = delays.iter().copied().fold(0.0, f64::max);
        let growing = delays.iter().position(|delay| *delay >= 0.95 * top).unwrap_or(0);
        let end = if growing + 1 >= 5 {
            growing + 1
        } else {
            delays.len()
        };
        delays[..end].windows(2).map(|pair| pair[1] / pair[0]).collect()
    };
    let text: Vec<String> = shown(0.0).iter().take(6).map(|ratio| number(*ratio)).collect();
    let text = text.join(", ");
    let outcome = within_overhead(runs, |reading, shift| {
        // A ratio of two delays that the host accounts for can be anything.
        if is_held && reading != Reading::Recorded {
            return (Grade::Met, text.clone());
        }
        let ratios = shown(shift);
        let two = |pair: &[f64]| (pair[0] * pair[1]).sqrt();
        let (begin, end) = (two(&ratios[..2]), two(&ratios[ratios.len() - 2..]));
        let overall = ratios
            .iter()
            .product::<f64>()
            .powf(1.0 / f64::from(u32::try_from(ratios.len()).unwrap_or(1)));
        let flat = overall < RATIO.0;
        let flattening = end < RATIO.1 && begin > RATIO.2 * end;
        let grade = if flat || flattening {
            Grade::Broken
        } else {
            Grade::Met
        };
        (grade, text.clone())
    });
    judge.report(rule, outcome);
}

/// Whether the delays reach the cap.
fn plateau(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group, open: &[&Series]) {
    let runs = judge.runs();
    let limits = if group.steady || open.len() >= MANY_EVENTS {
        PLATEAU_S
    } else {
        PLATEAU_OF_FEW_S
    };
    let rule = Rule {
        requirement: rows.exponential,
        name: "reaches-the-cap",
        statistic: "delay below which nine tenths of those lie that began 240 s or more after the first answer",
        threshold: format!("at least {} s; a warning below {} s", limits.0, limits.1),
        false_alarm: rates::of("reaches-the-cap", open.len()),
    };
    // While the host stood still, no delay grew.
    let late_of = |reading: Reading| {
        sorted(open.iter().flat_map(|series| {
            let mut elapsed = 0.0;
            let lived = series.start.read(Reading::Shortest).iter();
            lived
                .zip(series.start.read(reading))
                .filter(move |(lived, _)| {
                    let began = elapsed;
                    elapsed += **lived;
                    began >= LATE_FROM_S
                })
                .map(|(_, delay)| *delay)
        }))
    };
    let late = late_of(Reading::Recorded);
    let needed = if group.steady {
        LATE_DELAYS.1
    } else {
        LATE_DELAYS.0
    };
    if late.len() < needed {
        judge.report(
            rule,
            Outcome::undecided(format!("fewer than {needed} delays began after {LATE_FROM_S} s")),
        );
        return;
    }
    let outcome = within_overhead(runs, |reading, shift| {
        let statistic = quantile(&late_of(reading), 0.9);
        let grade = match statistic - shift {
            value if value < limits.0 => Grade::Broken,
            value if value < limits.1 => Grade::Doubtful,
            _ => Grade::Met,
        };
        (grade, format!("{} s", number(statistic)))
    });
    judge.report(rule, if_enough(group, outcome));
}

/// Factor and jitter, which the documents leave open.
fn observe(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group, open: &[&Series]) {
    let open_point = |requirement: &'static str, name: &'static str, statistic: &'static str| Rule {
        requirement,
        name,
        statistic,
        threshold: "open: never a failure".to_owned(),
        false_alarm: "never fails".to_owned(),
    };
    if let Some(long) = with_delays(open, GROWTH_DELAYS.0) {
        let of = |range: std::ops::Range<usize>| {
            let delays = long.iter().map(|series| series.after.recorded());
            mean(delays.flat_map(|delays| delays[range.clone()].iter().copied()))
        };
        let (early, later) = (of(0..2), of(2..4));
        if early > 0.0 {
            judge.report(
                open_point(
                    rows.factor,
                    "factor",
                    "root of the third and fourth delay over the first and second",
                ),
                Outcome::Seen(format!("about {}", number((later / early).sqrt()))),
            );
        }
    }
    let text = if group.steady && open.len() >= EVENTS_TO_FAIL {
        "none seen: senders that fail together will try again together".to_owned()
    } else if group.steady {
        "none seen".to_owned()
    } else if open.len() >= EVENTS_TO_FAIL {
        let spread = |index: usize| {
            let column = sorted(
                open.iter()
                    .filter_map(|series| series.after.recorded().get(index).copied()),
            );
            let median = (column.len() * 2 > open.len()).then(|| quantile(&column, 0.5))?;
            (median > 0.0).then(|| (median - column[0]) / median)
        };
        let spreads = sorted((0..6).filter_map(spread));
        if spreads.is_empty() {
            return;
        }
        format!(
            "scattered: the smallest delay is about {:.0} % below the median one",
            quantile(&spreads, 0.5) * 100.0
        )
    } else {
        return;
    };
    judge.report(
        open_point(
            rows.jitter,
            "jitter",
            "how far the delays of the events lie apart",
        ),
        Outcome::Seen(text),
    );
}
