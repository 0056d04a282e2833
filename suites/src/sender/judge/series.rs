//! The gaps of each event under answers that ask for a retry, and what a group of events says together.

use super::outcome::Reading;
use super::runs::{Run, Runs};
use crate::sender::{Mode, Recording, ScheduleRows};

/// How much silence means that a sender has given up, in seconds of the schedule: twice the cap.
pub(super) const GIVEN_UP_S: f64 = 120.0;

/// An attempt after so much silence, this long after the first one, is a new cycle and no long delay.
const RESUMED_AFTER_S: f64 = 420.0;

/// Gaps from here on belong to the cap, where they repeat themselves and say nothing about growth or jitter.
pub(super) const CAPPED_FROM_S: f64 = 54.0;

/// Largest gap of a sender that keeps its cap in some way; beyond it, a long gap is growth and no pause.
const KEPT_CAP_S: f64 = 100.0;

/// Gaps, and what the host has to do with each of them.
#[derive(Default)]
pub(super) struct Gaps {
    recorded: Vec<f64>,
    /// The same without what the host accounts for. Empty where it was quiet.
    shortest: Vec<f64>,
    /// The same with what the attempt before may have been noted too late by. Empty where the host was quiet.
    longest: Vec<f64>,
    /// How long the host stood still before the attempt that ends it. Empty where the host was quiet.
    lead: Vec<f64>,
}

/// What the host has to do with one gap.
#[derive(Clone, Copy)]
struct Part {
    /// How much of it the host accounts for.
    held: f64,
    /// By how much the attempt that begins it may have been noted too late.
    late: f64,
    /// How long the host stood still before the attempt that ends it.
    lead: f64,
}

impl Gaps {
    fn push(&mut self, gap: f64, host: Option<Part>) {
        self.recorded.push(gap);
        if let Some(Part { held, late, lead }) = host {
            self.lead.push(lead);
            self.shortest.push((gap - held).max(0.0));
            self.longest.push(gap + late);
        }
    }

    /// As they were recorded.
    pub(super) fn recorded(&self) -> &[f64] {
        &self.recorded
    }

    /// Read in this way; as the earlier ones of a comparison where it matters.
    pub(super) fn read(&self, reading: Reading) -> &[f64] {
        let read = match reading {
            Reading::Recorded => &self.recorded,
            Reading::Shortest | Reading::Growing => &self.shortest,
            Reading::Longest => &self.longest,
        };
        if read.is_empty() { &self.recorded } else { read }
    }

    /// Read in this way as the later ones of a comparison.
    pub(super) fn later(&self, reading: Reading) -> &[f64] {
        match reading {
            Reading::Growing => self.read(Reading::Longest),
            other => self.read(other),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.recorded.len()
    }

    /// How long the host stood still right before the end of a gap.
    pub(super) fn lead(&self, index: usize) -> f64 {
        self.lead.get(index).copied().unwrap_or(0.0)
    }

    /// How much of all of them the host accounts for.
    pub(super) fn held(&self) -> f64 {
        let pairs = self.recorded.iter().zip(&self.shortest);
        pairs.map(|(recorded, shortest)| recorded - shortest).sum()
    }
}

/// The gaps of one event while it was answered with statuses that are retried, in seconds of the schedule.
pub(super) struct Series {
    /// From each answer to the next attempt: what a delay is at most.
    pub(super) after: Gaps,
    /// From each attempt to the next: what a delay is at least.
    pub(super) start: Gaps,
    /// Whether the last attempt was answered with such a status too, so that only the sender ended the event.
    pub(super) open: bool,
    /// From the first answer to the last attempt.
    pub(super) total: f64,
    /// By how much the first attempt may have been noted too late.
    late: f64,
    /// How long was listened after the last answer.
    pub(super) silence: f64,
    /// Attempts that came after the sender had fallen silent for good, as it seemed.
    pub(super) resumed: usize,
}

impl Series {
    /// Whether the sender can be said to have given up.
    pub(super) fn finished(&self, allowance: f64) -> bool {
        self.resumed > 0 || self.silence >= GIVEN_UP_S + allowance
    }

    /// From the first answer to the last attempt, read in this way.
    pub(super) fn total(&self, reading: Reading) -> f64 {
        match reading {
            Reading::Recorded => self.total,
            Reading::Shortest | Reading::Growing => (self.total - self.after.held()).max(0.0),
            Reading::Longest => self.total + self.late,
        }
    }

    fn of(runs: &Runs<'_>, run: &Run<'_>, rows: &ScheduleRows) -> Self {
        let failed = |position: usize| {
            let attempt = run.attempts[position];
            let status = attempt.answer.status();
            rows.on.iter().any(|(on, _)| status == Some(*on)) && attempt.retry_after.is_none()
        };
        let asked = (0..run.attempts.len())
            .take_while(|position| failed(*position))
            .count();
        let open = asked == run.attempts.len();
        let mut series = Self {
            after: Gaps::default(),
            start: Gaps::default(),
            open,
            total: 0.0,
            late: run.attempts.first().map_or(0.0, |first| runs.late(first)),
            silence: run.attempts.last().map_or(0.0, |last| runs.watched_after(last)),
            resumed: 0,
        };
        for position in 0..asked.min(run.attempts.len().saturating_sub(1)) {
            let (before, next) = (run.attempts[position], run.attempts[position + 1]);
            let gap = runs.after_answer(before, next).max(0.0);
            let held = runs.held(before.answered(), next.head);
            let kept_cap = series
                .after
                .recorded()
                .iter()
                .all(|earlier| *earlier <= KEPT_CAP_S);
            if series.open && gap - held > GIVEN_UP_S && series.total >= RESUMED_AFTER_S && kept_cap {
                series.resumed = run.attempts.len() - 1 - position;
                break;
            }
            let part = |held: f64| {
                (runs.disturbance > 0.0).then(|| Part {
                    held,
                    late: runs.late(before),
                    lead: runs.stalled_before(next),
                })
            };
            series.after.push(gap, part(held));
            let start = runs.between_heads(before, next);
            series.start.push(start, part(runs.held(before.head, next.head)));
            series.total = runs.after_answer(run.attempts[0], next).max(0.0);
        }
        series
    }
}

/// Some of the first delays below this, and the sender's jitter reaches down to almost nothing.
const FLOOR_S: f64 = 0.8;

/// How many delays of each event are looked at for that.
const FLOOR_DELAYS: usize = 6;

/// The series of all events that were sent again at least once.
pub(super) struct Group {
    pub(super) series: Vec<Series>,
    /// Whether the sender shows no jitter: its delays can then be judged one by one.
    pub(super) steady: bool,
}

impl Group {
    pub(super) fn new(runs: &Runs<'_>, rows: &ScheduleRows) -> Self {
        let series: Vec<Series> = runs
            .events
            .iter()
            .map(|run| Series::of(runs, run, rows))
            .filter(|series| series.after.len() > 0)
            .collect();
        let steady = super::steady::is_steady(&series, runs.recording);
        Self { series, steady }
    }

    /// Whether the jitter leaves no delay at its full length: some of the first delays are shorter than the documents
    /// let the shortest one be without jitter, and no attempt that was noted late is the reason.
    pub(super) fn reaches_down(&self) -> bool {
        let first = |series: &Series| {
            let delays = series.start.read(Reading::Longest);
            delays.iter().take(FLOOR_DELAYS).any(|gap| *gap < FLOOR_S)
        };
        self.series.iter().any(first)
    }

    /// Only the events that nothing but the sender ended.
    pub(super) fn open(&self) -> Vec<&Series> {
        self.series.iter().filter(|series| series.open).collect()
    }
}

/// How often a gap is held up, at most, on a host that still counts as fit for a measurement.
const HELD_UP: f64 = 0.05;

/// The same where the host was measured all the while: what held a gap up beside that is the sender's own.
const HELD_UP_MEASURED: f64 = 0.01;

/// How often so many gaps at once may be held up before that many are taken for the sender's own doing.
const HELD_UP_TOGETHER: f64 = 0.000_5;

/// The place, counted from the longest, of a gap that neither one draw nor a loaded host explains: the second where no
/// host takes part, and elsewhere the first that is beyond what a loaded host holds up of `count` gaps.
pub(super) fn rank_beyond_stalls(recording: &Recording, count: usize) -> usize {
    let held_up_one = match (recording.mode, &recording.host) {
        (Mode::Virtual, _) => return 2,
        (_, Some(_)) => HELD_UP_MEASURED,
        (_, None) => HELD_UP,
    };
    // The binomial distribution, from no gap held up to ever more of them.
    let number = |value: usize| f64::from(u32::try_from(value).unwrap_or(u32::MAX));
    let (mut exactly, mut more) = ((1.0 - held_up_one).powf(number(count)), 1.0);
    let mut held_up = 0;
    loop {
        more -= exactly;
        held_up += 1;
        if held_up > count || more < HELD_UP_TOGETHER {
            return held_up.max(2);
        }
        exactly *= number(count + 1 - held_up) / number(held_up) * held_up_one / (1.0 - held_up_one);
    }
}

/// The value at this place, counted from the largest. The values are sorted; `None` where there are fewer.
pub(super) fn largest(sorted: &[f64], rank: usize) -> Option<f64> {
    sorted.len().checked_sub(rank).map(|index| sorted[index])
}

/// In ascending order.
pub(super) fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The value below which this share of the values lies. The values are sorted and not empty.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a small count"
    )]
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

/// The arithmetic mean; zero of nothing.
pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut count, mut sum) = (0.0, 0.0);
    for value in values {
        count += 1.0;
        sum += value;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole and half numbers, which are exact")]
mod tests {
    use super::*;
    use crate::sender::HostTrace;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let values = sorted([3.0, 1.0, 2.0, 4.0]);
        assert_eq!(quantile(&values, 0.0), 1.0);
        assert_eq!(quantile(&values, 0.25), 1.0);
        assert_eq!(quantile(&values, 0.5), 2.0);
        assert_eq!(quantile(&values, 0.9), 4.0);
        assert_eq!(quantile(&[7.0], 0.5), 7.0);
    }

    #[test]
    fn a_rank_is_beyond_what_a_host_holds_up() {
        let rank = |mode, host, count| {
            let recording = Recording {
                mode,
                host,
                ..Recording::new("olbrain")
            };
            rank_beyond_stalls(&recording, count)
        };
        assert_eq!(rank(Mode::Virtual, None, 16), 2);
        // One gap in twenty: of 8, three are held up once in 170 recordings, and four once in 2700.
        assert_eq!(rank(Mode::Scaled, None, 8), 4);
        assert_eq!(rank(Mode::Scaled, None, 16), 6);
        assert_eq!(rank(Mode::Real, None, 1), 2);
        // One gap in a hundred.
        assert_eq!(rank(Mode::Scaled, Some(HostTrace::default()), 8), 3);
        assert_eq!(rank(Mode::Scaled, Some(HostTrace::default()), 16), 4);
    }

    #[test]
    fn the_mean_of_nothing_is_nothing() {
        assert_eq!(mean([]), 0.0);
        assert_eq!(mean([1.0, 2.0]), 1.5);
    }
}
