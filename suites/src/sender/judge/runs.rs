//! A recording arranged for the rules: the attempts of each event in order, and the gaps between them in seconds of the
//! documented schedule.

use std::collections::BTreeMap;
use std::time::Duration;

use super::disturbed::Disturbed;
use crate::sender::{Attempt, Mode, Recording};

/// What a real clock may add to a gap where nobody measured it: seconds of real time.
const UNMEASURED_S: f64 = 0.01;

/// The same in seconds of the schedule: the least that is allowed for outside virtual time.
const UNMEASURED_OF_SCHEDULE_S: f64 = 0.5;

/// What is always allowed for in real time, whatever was measured: the grain of clocks and schedulers.
const GRAIN_S: f64 = 0.002;

/// The attempts of one event, in the order in which they arrived.
pub(super) struct Run<'r> {
    pub(super) event: u32,
    pub(super) attempts: Vec<&'r Attempt>,
}

/// A recording, arranged.
pub(super) struct Runs<'r> {
    pub(super) recording: &'r Recording,
    pub(super) events: Vec<Run<'r>>,
    /// What each gap may be too long by, in seconds of the schedule.
    pub(super) allowance: f64,
    /// What the host did in the meantime.
    host: Disturbed,
    /// The most that the host accounts for in one gap, in seconds of the schedule. Zero where it was quiet.
    pub(super) disturbance: f64,
}

impl<'r> Runs<'r> {
    pub(super) fn new(recording: &'r Recording) -> Self {
        let mut by_event: BTreeMap<u32, Vec<&Attempt>> = BTreeMap::new();
        for attempt in &recording.attempts {
            by_event.entry(attempt.event).or_default().push(attempt);
        }
        let events: Vec<Run<'_>> = by_event
            .into_iter()
            .map(|(event, mut attempts)| {
                attempts.sort_by_key(|attempt| attempt.head);
                Run { event, attempts }
            })
            .collect();
        let allowance = allowance(recording);
        let mut runs = Self {
            recording,
            events,
            allowance,
            host: Disturbed::new(recording, allowance * recording.scale),
            disturbance: 0.0,
        };
        let pairs = runs.events.iter().flat_map(|run| run.attempts.windows(2));
        let most = pairs.map(|pair| {
            let held = runs.held(pair[0].head, pair[1].head);
            held.max(runs.late(pair[0]))
        });
        runs.disturbance = most.fold(0.0, f64::max);
        runs
    }

    /// How much of the time between two instants the host accounts for, in seconds of the schedule.
    pub(super) fn held(&self, from: Duration, until: Duration) -> f64 {
        self.host.held(from, until) / self.recording.scale
    }

    /// How long the host stood still right before an attempt was noted, in seconds of the schedule.
    pub(super) fn stalled_before(&self, attempt: &Attempt) -> f64 {
        self.host.stalled_before(attempt.head.as_secs_f64()).0 / self.recording.scale
    }

    /// By how much an attempt may have been made before it was noted, in seconds of the schedule.
    pub(super) fn late(&self, attempt: &Attempt) -> f64 {
        self.host.late(attempt.head) / self.recording.scale
    }

    /// Real time in seconds of the schedule.
    pub(super) fn virtual_s(&self, real: Duration) -> f64 {
        real.as_secs_f64() / self.recording.scale
    }

    /// From an answer's last byte to the next head. Negative where the next attempt did not wait for it.
    pub(super) fn after_answer(&self, before: &Attempt, next: &Attempt) -> f64 {
        (next.head.as_secs_f64() - before.answered().as_secs_f64()) / self.recording.scale
    }

    /// From head to head.
    pub(super) fn between_heads(&self, before: &Attempt, next: &Attempt) -> f64 {
        (next.head.as_secs_f64() - before.head.as_secs_f64()) / self.recording.scale
    }

    /// How long was listened after an attempt was answered, without the time in which the host ran nothing: nobody
    /// could have sent in it.
    pub(super) fn watched_after(&self, attempt: &Attempt) -> f64 {
        let until = self.recording.watched_until;
        (until.as_secs_f64() - attempt.answered().as_secs_f64()) / self.recording.scale
            - self.held(attempt.answered(), until)
    }
}

fn allowance(recording: &Recording) -> f64 {
    match (recording.overhead, recording.mode) {
        (Some(measured), mode) => {
            let grain = if mode == Mode::Virtual { 0.0 } else { GRAIN_S };
            measured.per_gap().as_secs_f64().max(grain) / recording.scale
        }
        (None, Mode::Virtual) => 0.0,
        (None, _) => (UNMEASURED_S / recording.scale).max(UNMEASURED_OF_SCHEDULE_S),
    }
}

/// A number as the reports print it.
pub(super) fn number(value: f64) -> String {
    if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else if value.abs() >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}
