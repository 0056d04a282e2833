//! Whether the first delay is 1 s, in whichever way it is scattered.

use super::judgement::{Judge, Rule};
use super::outcome::{Grade, Outcome, Reading, within_overhead};
use super::rates;
use super::runs::number;
use super::schedule::EVENTS_TO_FAIL;
use super::series::{
    CAPPED_FROM_S, Gaps, Group, Series, largest, mean, quantile, rank_beyond_stalls, sorted,
};
use crate::sender::{Mode, ScheduleRows};

/// The first delay of a sender without jitter: as documented, and at the edge.
const STEADY_S: ((f64, f64), (f64, f64)) = ((0.85, 1.25), (0.7, 1.5));

/// The upper bounds where a fixed time is scattered on top of every delay, up to a second of it, so that only the first
/// delay shows it; and from which distance on, of the median from the smallest delay, it is.
const SCATTERED_S: (f64, f64) = (2.0, 2.2);
const SCATTERED_FROM_S: f64 = 0.22;

/// How many of the first delays are looked at for that.
const SCATTERED_DELAYS: usize = 6;

/// The first delay with jitter, as the mean of the lower three quarters of the events: decorrelated jitter, which draws
/// from 1 to 3 s, makes 1.75 s.
const LATE_S: (f64, f64) = (2.5, 2.7);

/// The same with fewer events than `MANY_EVENTS`, of which a loaded host may hold up a larger part.
const LATE_OF_FEW_S: (f64, f64) = (2.7, 3.0);

/// A first delay that neither one draw nor the host explains. Decorrelated jitter draws up to 3 s and nothing below
/// 1 s; what draws down to almost nothing draws up to 1 s, and up to 2 s where 1 s is the mean.
const LONG_S: (f64, f64) = (3.2, 3.6);
const LONG_OF_FULL_S: (f64, f64) = (2.0, 2.3);

/// The first three delays together, as the mean of the lower three quarters of the events. Full jitter and a factor of
/// 1.3 make 1.5 s, and a host that takes part adds to it. With fewer events than `MANY_EVENTS` that mean itself is
/// uncertain.
const FIRST_THREE_S: (f64, f64) = (1.2, 1.4);
const FIRST_THREE_EXACT_S: (f64, f64) = (1.1, 1.3);
const FIRST_THREE_OF_FEW_S: (f64, f64) = (0.9, 1.2);
const MANY_EVENTS: usize = 16;

/// The first six delays together, where there are few events.
const FIRST_SIX_S: f64 = 1.0;

/// All first delays but one in sixteen below this are no delay.
const IMMEDIATE_S: f64 = 0.25;

/// From how many events on that is said: jitter in whole seconds draws 0 every other time.
const IMMEDIATE_FROM_EVENTS: usize = 12;

pub(super) fn judge(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group) {
    if group.steady {
        steady(judge, rows, group);
    } else {
        late(judge, rows, group);
        long(judge, rows, group);
        early(judge, rows, group);
        immediate(judge, rows, group);
    }
}

fn first(group: &Group, reading: Reading, gaps: impl Fn(&Series) -> &Gaps) -> Vec<f64> {
    sorted(group.series.iter().map(|series| gaps(series).read(reading)[0]))
}

/// The mean of the lower three quarters of sorted values: stalls do not reach it, and one value matters little.
fn mean_of_lower(sorted: &[f64]) -> f64 {
    mean(sorted[..(sorted.len() * 3).div_ceil(4)].iter().copied())
}

fn steady(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group) {
    let runs = judge.runs();
    let rule = Rule {
        requirement: rows.start,
        name: "first-delay",
        statistic: "without jitter: smallest first delay of the events, and the one below which a quarter lies",
        threshold: format!(
            "{} to {} s; a warning from {} to {} s",
            STEADY_S.0.0, STEADY_S.0.1, STEADY_S.1.0, STEADY_S.1.1
        ),
        false_alarm: rates::of("first-delay", group.series.len()),
    };
    // Load moves delays up and leaves the lowest near what was meant. An upper bound looks at the very lowest.
    let is_scattered = scatter(group) >= SCATTERED_FROM_S;
    let outcome = within_overhead(runs, |reading, shift| {
        let smallest = first(group, reading, |series| &series.after)[0];
        let starts = sorted(group.series.iter().map(|series| series.start.later(reading)[0]));
        let lower = quantile(&starts, 0.25);
        let inside = |(low, high): (f64, f64), scattered: f64| {
            let high = if is_scattered { scattered } else { high };
            lower - shift >= low && smallest - shift <= high
        };
        let grade = if inside(STEADY_S.0, SCATTERED_S.0) {
            Grade::Met
        } else if inside(STEADY_S.1, SCATTERED_S.1) {
            Grade::Doubtful
        } else {
            Grade::Broken
        };
        (grade, format!("{} s and {} s", number(smallest), number(lower)))
    });
    judge.report(rule, outcome);
}

/// By how much the median delay is longer than the smallest one, in seconds: the mean over the first delays that are
/// below the cap. One delay alone says little about that where events are few.
fn scatter(group: &Group) -> f64 {
    mean((0..SCATTERED_DELAYS).filter_map(|index| {
        let column = sorted(
            group
                .series
                .iter()
                .filter_map(|one| one.after.recorded().get(index).copied()),
        );
        let is_whole = column.len() == group.series.len();
        let median = is_whole.then(|| quantile(&column, 0.5))?;
        (median < CAPPED_FROM_S).then(|| median - column[0])
    }))
}

fn late(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group) {
    let runs = judge.runs();
    let limits = if group.series.len() < MANY_EVENTS {
        LATE_OF_FEW_S
    } else {
        LATE_S
    };
    let rule = Rule {
        requirement: rows.start,
        name: "first-delay-late",
        statistic: "first delay, mean of the lower three quarters of the events",
        threshold: format!("at most {} s; a warning up to {} s", limits.0, limits.1),
        false_alarm: rates::of("first-delay-late", group.series.len()),
    };
    let outcome = within_overhead(runs, |reading, shift| {
        let statistic = mean_of_lower(&first(group, reading, |series| &series.after));
        let value = format!("{} s", number(statistic));
        let grade = match statistic - shift {
            value if value <= limits.0 => Grade::Met,
            value if value <= limits.1 => Grade::Doubtful,
            _ => Grade::Broken,
        };
        (grade, value)
    });
    judge.report(rule, if_enough(group, outcome));
}

fn long(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group) {
    let runs = judge.runs();
    let rank = rank_beyond_stalls(runs.recording, group.series.len());
    let statistic = |reading| largest(&first(group, reading, |series| &series.after), rank);
    let Some(recorded) = statistic(Reading::Recorded) else {
        return;
    };
    let (limits, kind) = if group.reaches_down() {
        (LONG_OF_FULL_S, "some of the first delays are next to nothing")
    } else {
        (LONG_S, "no delay is next to nothing")
    };
    let rule = Rule {
        requirement: rows.start,
        name: "first-delays-long",
        statistic: "first delay, the longest that neither one draw nor a loaded host explains",
        threshold: format!(
            "at most {} s where {kind}; a warning up to {} s",
            limits.0, limits.1
        ),
        false_alarm: rates::of("first-delays-long", group.series.len()),
    };
    let value = format!("{} s, the {}", number(recorded), nth(rank));
    let outcome = within_overhead(runs, |reading, shift| {
        let grade = match statistic(reading).unwrap_or(recorded) - shift {
            value if value <= limits.0 => Grade::Met,
            value if value <= limits.1 => Grade::Doubtful,
            _ => Grade::Broken,
        };
        (grade, value.clone())
    });
    judge.report(rule, if_enough(group, outcome));
}

fn nth(rank: usize) -> String {
    match rank {
        2 => "second longest".to_owned(),
        3 => "third longest".to_owned(),
        rank => format!("{rank}th longest"),
    }
}

fn early(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group) {
    let runs = judge.runs();
    let few = group.series.len() < EVENTS_TO_FAIL;
    let (delays, limits) = if few {
        (6, (FIRST_SIX_S, FIRST_SIX_S))
    } else if group.series.len() < MANY_EVENTS {
        (3, FIRST_THREE_OF_FEW_S)
    } else if runs.recording.mode == Mode::Virtual {
        (3, FIRST_THREE_EXACT_S)
    } else {
        (3, FIRST_THREE_S)
    };
    let rule = Rule {
        requirement: rows.start,
        name: "first-delays-early",
        statistic: "sum of the first three delays (six where there are fewer than 8 events), mean of the lower three quarters",
        threshold: format!("at least {} s; a warning below {} s", limits.0, limits.1),
        false_alarm: rates::of("first-delays-early", group.series.len()),
    };
    let sums = |reading: Reading| {
        let starts = group.series.iter().map(|series| series.start.read(reading));
        let long = starts.filter(|starts| starts.len() >= delays);
        sorted(long.map(|starts| starts[..delays].iter().sum()))
    };
    let count = sums(Reading::Recorded).len();
    // Where most events have fewer delays, the others are no sample of them.
    if count * 4 < group.series.len() * 3 || count == 0 {
        judge.report(
            rule,
            Outcome::undecided(format!("not every event shows {delays} delays")),
        );
        return;
    }
    let outcome = within_overhead(runs, |reading, shift| {
        let statistic = mean_of_lower(&sums(reading));
        let taken = shift * f64::from(u32::try_from(delays).unwrap_or(0));
        let grade = match statistic - taken {
            value if value < limits.0 => Grade::Broken,
            value if value < limits.1 => Grade::Doubtful,
            _ => Grade::Met,
        };
        (grade, format!("{} s", number(statistic)))
    });
    let outcome = match outcome {
        // Six delays that come to nothing are no draw of any jitter; anything else needs more events.
        Outcome::Decided(Grade::Broken, value) if few => Outcome::Decided(Grade::Broken, value),
        other => if_enough(group, other),
    };
    judge.report(rule, outcome);
}

fn immediate(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group) {
    let events = group.series.len();
    if events < IMMEDIATE_FROM_EVENTS {
        return;
    }
    let rule = Rule {
        requirement: rows.start,
        name: "first-delay-none",
        statistic: "largest first delay of the events, one in sixteen left out",
        threshold: format!("at least {IMMEDIATE_S} s"),
        false_alarm: rates::of("first-delay-none", events),
    };
    let outcome = within_overhead(judge.runs(), |reading, _| {
        let statistic = first(group, reading, |series| &series.start)[events - 1 - events / 16];
        let grade = if statistic >= IMMEDIATE_S {
            Grade::Met
        } else {
            Grade::Broken
        };
        (grade, format!("{} s", number(statistic)))
    });
    judge.report(rule, outcome);
}

/// With scattered delays and few events, anything may be a draw.
pub(super) fn if_enough(group: &Group, outcome: Outcome) -> Outcome {
    if group.steady || group.series.len() >= EVENTS_TO_FAIL {
        return outcome;
    }
    match outcome {
        Outcome::Decided(_, value) => Outcome::Undecided(
            value,
            format!(
                "the delays are scattered, or too few to tell; {} of {EVENTS_TO_FAIL} events that it takes: send {EVENTS_TO_FAIL} or more",
                group.series.len()
            ),
        ),
        other => other,
    }
}
