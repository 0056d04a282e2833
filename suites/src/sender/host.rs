//! What the host did while a recording was made: when it ran nothing of the recorder's, and when it was slow.
//!
//! A delay that begins or ends at such a time says less about its sender. All instants are real and have the origin of
//! the recording; in JSON they are numbers of seconds, as everywhere.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::attempt::seconds;

/// The disturbances of one recording. Empty where the host was quiet or nobody looked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostTrace {
    /// When nothing ran. In any order; they may overlap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stalls: Vec<Stall>,
    /// When work took longer than on a quiet host. In any order; they may overlap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slow: Vec<Slow>,
}

/// What was due at its beginning ran at its end only.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stall {
    /// When something was due.
    #[serde(rename = "from_s", with = "seconds")]
    pub from: Duration,
    /// When it ran.
    #[serde(rename = "until_s", with = "seconds")]
    pub until: Duration,
}

/// A piece of work took so many times as long as it does on a quiet host.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slow {
    /// From when on that holds.
    #[serde(rename = "from_s", with = "seconds")]
    pub from: Duration,
    /// Until when.
    #[serde(rename = "until_s", with = "seconds")]
    pub until: Duration,
    /// How many times as long, from 1 on.
    pub times: f64,
}

impl HostTrace {
    /// Whether there was no disturbance.
    pub fn is_quiet(&self) -> bool {
        self.stalls.is_empty() && self.slow.is_empty()
    }

    /// What of it happened in this part of the time.
    #[must_use]
    pub(crate) fn within(&self, from: Duration, until: Duration) -> Self {
        Self {
            stalls: self
                .stalls
                .iter()
                .filter(|stall| stall.from < until && stall.until > from)
                .copied()
                .collect(),
            slow: self
                .slow
                .iter()
                .filter(|slow| slow.from < until && slow.until > from)
                .copied()
                .collect(),
        }
    }

    /// How long nothing ran, in all. The stalls of a trace that was measured here do not overlap.
    pub(crate) fn stalled(&self) -> Duration {
        let lengths = self
            .stalls
            .iter()
            .map(|stall| stall.until.saturating_sub(stall.from));
        lengths.sum()
    }

    /// The longest stall.
    pub(crate) fn longest_stall(&self) -> Duration {
        let lengths = self
            .stalls
            .iter()
            .map(|stall| stall.until.saturating_sub(stall.from));
        lengths.max().unwrap_or_default()
    }

    /// How many times as long work took on average, over so much time; 1 on a quiet host.
    pub(crate) fn usually_slow(&self, time: Duration) -> f64 {
        let total = time.as_secs_f64();
        let more = self.slow.iter().map(|slow| {
            let share = slow.until.saturating_sub(slow.from).as_secs_f64() / total;
            share * (slow.times - 1.0)
        });
        if total > 0.0 { 1.0 + more.sum::<f64>() } else { 1.0 }
    }

    /// The same held against a host that was so many times slower than a quiet one already.
    #[must_use]
    pub(crate) fn compared_with(mut self, times: f64) -> Self {
        for slow in &mut self.slow {
            slow.times /= times.max(1.0);
        }
        self.slow.retain(|slow| slow.times > 1.0);
        self
    }

    /// How many times as long work took where it took longest; 1 on a quiet host.
    pub(crate) fn slowest(&self) -> f64 {
        self.slow.iter().map(|slow| slow.times).fold(1.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn slowness_is_an_average_over_the_time_and_can_be_compared() {
        let slow = |from, until, times| Slow {
            from: S(from),
            until: S(until),
            times,
        };
        let trace = HostTrace {
            slow: vec![slow(0, 2, 5.0), slow(6, 7, 3.0)],
            ..HostTrace::default()
        };
        assert!((trace.usually_slow(S(10)) - 2.0).abs() < 1e-9);
        assert!((HostTrace::default().usually_slow(S(10)) - 1.0).abs() < 1e-9);
        let compared = trace.compared_with(4.0);
        assert_eq!(compared.slow, [slow(0, 2, 1.25)]);
    }

    #[test]
    fn only_what_reaches_into_a_time_is_in_it() {
        let stall = |from, until| Stall {
            from: S(from),
            until: S(until),
        };
        let trace = HostTrace {
            stalls: vec![stall(0, 1), stall(2, 4), stall(6, 9)],
            slow: Vec::new(),
        };
        assert_eq!(trace.within(S(1), S(6)).stalls, [stall(2, 4)]);
        assert_eq!((trace.stalled(), trace.longest_stall()), (S(6), S(3)));
    }
}
