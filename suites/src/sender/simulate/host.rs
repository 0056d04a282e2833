//! What the host does to a sender's delays.

use std::time::Duration;

use super::random::Random;
use crate::sender::{HostTrace, Mode, Overhead, Stall};

/// The scale at which a sender is judged by default: real seconds for one of the schedule.
const SCALE: f64 = 0.02;

/// The conditions under which policies are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// A paused clock.
    Exact,
    /// Each gap takes 2 ms more on average, exponentially distributed. It was measured, and no disturbance was seen.
    Idle,
    /// 5 ms more on average, and one gap in twenty is held up by up to 300 ms. Nobody measured anything of it.
    Loaded,
    /// 5 ms more on average, and the host stands still for up to 300 ms about every half second, for all events alike.
    /// That was measured, as far as a pulse sees it.
    Stalled,
}

/// The longest stall, in real seconds, and how much time there is between two on average.
const LONGEST_STALL_S: f64 = 0.3;
const BETWEEN_STALLS_S: f64 = 0.35;

/// For so long stalls are simulated, in real seconds: more than an hour of the schedule.
const STALLS_UNTIL_S: f64 = 80.0;

/// By how much the pulse notes a stall too late: it slept when it began.
const NAP_S: f64 = 0.004;

/// The host under one recording.
pub(super) struct Conditions {
    host: Host,
    /// When it stands still, from and until, in real seconds.
    stalls: Vec<(f64, f64)>,
}

impl Host {
    pub(super) const ALL: [Self; 4] = [Self::Exact, Self::Idle, Self::Loaded, Self::Stalled];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Idle => "idle",
            Self::Loaded => "loaded",
            Self::Stalled => "stalled",
        }
    }

    pub(super) fn mode(self) -> (Mode, f64) {
        match self {
            Self::Exact => (Mode::Virtual, 1.0),
            Self::Idle | Self::Loaded | Self::Stalled => (Mode::Scaled, SCALE),
        }
    }

    /// What a calibration measures of it.
    pub(super) fn overhead(self) -> Option<Overhead> {
        let client = match self {
            // Of three processes, the longest.
            Self::Idle => Duration::from_millis(4),
            Self::Stalled => Duration::from_millis(10),
            Self::Exact | Self::Loaded => return None,
        };
        let host = Duration::from_millis(1);
        Some(Overhead { host, client })
    }

    /// What is added to a gap, in seconds of the schedule.
    fn noise(self, random: &mut Random) -> f64 {
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
            Self::Stalled => random.exponential(0.005) / SCALE,
        }
    }
}

impl Conditions {
    pub(super) fn new(host: Host, random: &mut Random) -> Self {
        let (mut stalls, mut at) = (Vec::new(), 0.0);
        while host == Host::Stalled && at < STALLS_UNTIL_S {
            let from = at + random.exponential(BETWEEN_STALLS_S);
            at = from + random.between(0.0, LONGEST_STALL_S);
            stalls.push((from, at));
        }
        Self { host, stalls }
    }

    /// When an attempt is made that was due then, in seconds of the schedule.
    pub(super) fn made(&self, due: f64, random: &mut Random) -> f64 {
        self.after_stalls(self.after_stalls(due) + self.host.noise(random))
    }

    fn after_stalls(&self, at: f64) -> f64 {
        let real = at * SCALE;
        let begun = self.stalls.partition_point(|(from, _)| *from <= real);
        match begun.checked_sub(1).map(|last| self.stalls[last].1) {
            Some(until) if until > real => until / SCALE,
            _ => at,
        }
    }

    /// How long is listened after an attempt for so much silence, in seconds of the schedule: as the player does, longer
    /// by the time in which nothing ran, up to as long again.
    pub(super) fn listened(&self, from: f64, silence: f64) -> f64 {
        let (mut at, until) = (from * SCALE, (from + 2.0 * silence) * SCALE);
        let mut left = silence * SCALE;
        for (stall, end) in self.stalls.iter().filter(|(_, end)| *end > from * SCALE) {
            let free = (stall - at).max(0.0);
            if free >= left {
                break;
            }
            left -= free;
            at = at.max(*end);
        }
        (at + left).min(until) / SCALE
    }

    /// What a pulse has seen of it.
    pub(super) fn trace(&self, random: &mut Random) -> Option<HostTrace> {
        let seen = self.stalls.iter().filter_map(|(from, until)| {
            let from = from + random.between(0.0, NAP_S);
            (from < *until).then(|| Stall {
                from: Duration::from_secs_f64(from),
                until: Duration::from_secs_f64(*until),
            })
        });
        let stalls: Vec<Stall> = seen.collect();
        let is_measured = matches!(self.host, Host::Idle | Host::Stalled);
        is_measured.then_some(HostTrace {
            stalls,
            slow: Vec::new(),
        })
    }
}
