//! What the host does to a sender's delays.

use super::random::Random;
use crate::sender::Mode;

/// The scale at which a sender is judged by default: real seconds for one of the schedule.
const SCALE: f64 = 0.02;

/// The conditions under which policies are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// A paused clock.
    Exact,
    /// Each gap takes 2 ms more on average, exponentially distributed.
    Idle,
    /// 5 ms more on average, and one gap in twenty is held up by up to 300 ms.
    Loaded,
}

impl Host {
    pub(super) const ALL: [Self; 3] = [Self::Exact, Self::Idle, Self::Loaded];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Idle => "idle",
            Self::Loaded => "loaded",
        }
    }

    pub(super) fn mode(self) -> (Mode, f64) {
        match self {
            Self::Exact => (Mode::Virtual, 1.0),
            Self::Idle | Self::Loaded => (Mode::Scaled, SCALE),
        }
    }

    /// What is added to a gap, in seconds of the schedule.
    pub(super) fn noise(self, random: &mut Random) -> f64 {
        match self {
            Self::Exact => 0.0,
            Self::Idle => random.exponential(0.002) / SCALE,
            Self::Loaded => {
                let stall = if random.unit() < 0.05 {
                    random.between(0.0, 0.3)
                } else {
                    0.0
                };
                (random.exponential(0.005) + stall) / SCALE
            }
        }
    }
}
