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

    /// How many times as long work took where it took longest; 1 on a quiet host.
    pub(crate) fn slowest(&self) -> f64 {
        self.slow.iter().map(|slow| slow.times).fold(1.0, f64::max)
    }
}
