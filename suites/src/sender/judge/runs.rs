//! A recording arranged for the rules: the attempts of each event in order, and the gaps between them in seconds of the
//! documented schedule.

use std::collections::BTreeMap;

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
}

impl<'r> Runs<'r> {
    pub(super) fn new(recording: &'r Recording) -> Self {
        let mut by_event: BTreeMap<u32, Vec<&Attempt>> = BTreeMap::new();
        for attempt in &recording.attempts {
            by_event.entry(attempt.event).or_default().push(attempt);
        }
        let events = by_event
            .into_iter()
            .map(|(event, mut attempts)| {
                attempts.sort_by_key(|attempt| attempt.head);
                Run { event, attempts }
            })
            .collect();
        Self {
            recording,
            events,
            allowance: allowance(recording),
        }
    }

    /// Real time in seconds of the schedule.
    pub(super) fn virtual_s(&self, real: std::time::Duration) -> f64 {
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

    /// How long was listened after an attempt was answered.
    pub(super) fn watched_after(&self, attempt: &Attempt) -> f64 {
        (self.recording.watched_until.as_secs_f64() - attempt.answered().as_secs_f64()) / self.recording.scale
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
