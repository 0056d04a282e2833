//! How much of a time between two attempts the host can account for, by what was measured of it in that very time.
//!
//! Two things hold a sender up: the host runs nothing at all for a while, which adds that while; or it has other work,
//! and what the sender does for an attempt takes so many times as long as it did when its overhead was measured.

use std::time::Duration;

use crate::sender::{Recording, Slow};

/// A recording's disturbances, arranged to be asked for. Real seconds throughout.
pub(super) struct Disturbed {
    /// Stalls that do not overlap, in order.
    stalls: Vec<(f64, f64)>,
    /// Sum of the stalls before each of them.
    before: Vec<f64>,
    slow: Vec<Slow>,
    /// What the sender takes for each gap on a host that is not disturbed.
    own_s: f64,
}

impl Disturbed {
    /// `own_s`: what the sender takes for each gap more than it means to, as measured, in real seconds.
    pub(super) fn new(recording: &Recording, own_s: f64) -> Self {
        let trace = recording.host.as_ref();
        let mut raw: Vec<(f64, f64)> = trace
            .iter()
            .flat_map(|trace| &trace.stalls)
            .map(|stall| (stall.from.as_secs_f64(), stall.until.as_secs_f64()))
            .collect();
        raw.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut stalls: Vec<(f64, f64)> = Vec::new();
        for (from, until) in raw {
            match stalls.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => stalls.push((from, until)),
            }
        }
        let mut sum = 0.0;
        let before = stalls
            .iter()
            .map(|(from, until)| {
                let before = sum;
                sum += until - from;
                before
            })
            .collect();
        let mut slow: Vec<Slow> = trace.map(|trace| trace.slow.clone()).unwrap_or_default();
        slow.sort_by_key(|slow| slow.from);
        Self {
            stalls,
            before,
            slow,
            own_s,
        }
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.stalls.is_empty() && self.slow.is_empty()
    }

    /// How long nothing ran from the beginning until this instant.
    fn stalled_until(&self, at: f64) -> f64 {
        match self.stalls.partition_point(|(from, _)| *from < at).checked_sub(1) {
            None => 0.0,
            Some(last) => self.before[last] + at.min(self.stalls[last].1) - self.stalls[last].0,
        }
    }

    /// What the sender's own work may have taken more than it was measured to take, in this time.
    fn slowed(&self, from: f64, until: f64) -> f64 {
        let times = self
            .slow
            .iter()
            .take_while(|slow| slow.from.as_secs_f64() <= until)
            .filter(|slow| slow.until.as_secs_f64() >= from)
            .map(|slow| slow.times)
            .fold(1.0, f64::max);
        (times - 1.0) * self.own_s
    }

    /// How much of the time between two instants the host accounts for.
    pub(super) fn held(&self, from: Duration, until: Duration) -> f64 {
        let (from, until) = (from.as_secs_f64(), until.as_secs_f64());
        if self.is_quiet() || until <= from {
            return 0.0;
        }
        let stalled = self.stalled_until(until) - self.stalled_until(from);
        (stalled + self.slowed(from, until)).min(until - from)
    }

    /// By how much something may have happened before it was noted at this instant: the stalls that lead up to it, and
    /// slow work.
    pub(super) fn late(&self, at: Duration) -> f64 {
        let at = at.as_secs_f64();
        let (stalled, begin) = self.stalled_before(at);
        stalled + self.slowed(begin, at)
    }

    /// The stalls that lead up to an instant, with no more than the sender's own work between them: how long they are
    /// together, and when the first of them began.
    pub(super) fn stalled_before(&self, at: f64) -> (f64, f64) {
        let (mut begin, mut free, mut stalled) = (at, self.own_s, 0.0);
        let known = self.stalls.partition_point(|(from, _)| *from < at);
        for (from, until) in self.stalls[..known].iter().rev() {
            let between = (begin - until).max(0.0);
            if between > free {
                break;
            }
            free -= between;
            stalled += begin.min(*until) - from;
            begin = *from;
        }
        (stalled, begin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sender::{HostTrace, Stall};

    const S: fn(f64) -> Duration = Duration::from_secs_f64;

    fn disturbed(stalls: &[(f64, f64)], slow: &[(f64, f64, f64)]) -> Disturbed {
        let mut recording = Recording::new("olbrain");
        let stall = |(from, until): &(f64, f64)| Stall {
            from: S(*from),
            until: S(*until),
        };
        let slow_one = |(from, until, times): &(f64, f64, f64)| Slow {
            from: S(*from),
            until: S(*until),
            times: *times,
        };
        recording.host = Some(HostTrace {
            stalls: stalls.iter().map(stall).collect(),
            slow: slow.iter().map(slow_one).collect(),
        });
        Disturbed::new(&recording, 0.01)
    }

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
    }

    #[test]
    fn a_stall_counts_as_far_as_it_lies_in_the_time() {
        let host = disturbed(&[(3.0, 4.0), (1.0, 2.0), (1.5, 2.5)], &[]);
        near(host.held(S(0.0), S(1.0)), 0.0);
        near(host.held(S(0.0), S(10.0)), 2.5);
        near(host.held(S(2.0), S(3.25)), 0.75);
        near(host.held(S(1.2), S(1.4)), 0.2);
        near(host.held(S(4.0), S(9.0)), 0.0);
        near(host.held(S(9.0), S(1.0)), 0.0);
    }

    #[test]
    fn a_slow_host_multiplies_what_the_sender_takes_itself() {
        let host = disturbed(&[], &[(1.0, 2.0, 11.0), (5.0, 6.0, 3.0)]);
        near(host.held(S(0.0), S(0.9)), 0.0);
        near(host.held(S(0.0), S(9.0)), 0.1);
        near(host.held(S(3.0), S(9.0)), 0.02);
        near(host.held(S(1.5), S(1.55)), 0.05);
    }

    #[test]
    fn what_is_noted_late_follows_on_a_stall() {
        let host = disturbed(&[(1.0, 2.0), (2.005, 2.5)], &[]);
        near(host.late(S(2.502)), 1.495);
        near(host.late(S(2.2)), 1.195);
        near(host.late(S(2.52)), 0.0);
        near(host.late(S(0.5)), 0.0);
        near(disturbed(&[], &[]).late(S(3.0)), 0.0);
    }
}
