//! How long an event is listened to. Real lengths of time, worked out from those of the documented schedule.

use std::time::Duration;

use super::desk::Event;
use crate::sender::{Answered, Attempt};

/// A sender may wait up to the cap of 60 s, with any jitter; twice that and a little more is silence.
const PATIENCE_S: f64 = 130.0;

/// Silence of less than this, in real time, says nothing: a busy machine is silent, too.
const SHORTEST: Duration = Duration::from_millis(600);

/// In real time without the full ten minutes, an event is watched for so long.
const SMOKE: Duration = Duration::from_secs(45);

/// There, silence is listened to for so long at most: twice the longest first delay of any usual jitter.
const SMOKE_QUIET: Duration = Duration::from_secs(6);

/// The terms on which one event is listened to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Real seconds for one second of the documented schedule.
    pub(crate) scale: f64,
    /// Real seconds for one second of a `Retry-After`.
    pub(crate) retry_after_scale: f64,
    /// What the sender itself takes for each attempt.
    pub(crate) overhead: Duration,
    /// How long a first request may take.
    pub(crate) first: Duration,
    /// How long is listened after the tries have ended, in seconds of the schedule.
    pub(crate) quiet_s: f64,
    /// How long is watched at most, in seconds of the schedule.
    pub(crate) watch_s: f64,
    /// Whether time is short: real time, and nobody asked for all of it.
    pub(crate) smoke: bool,
}

/// What is known about the process behind an event.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Process {
    /// When it was started; `None` where it is not ours to start.
    pub(crate) started: Option<Duration>,
    /// When it was seen to have ended.
    pub(crate) ended: Option<Duration>,
}

impl Terms {
    fn real(&self, schedule_s: f64) -> Duration {
        Duration::from_secs_f64(schedule_s * self.scale)
    }

    fn quiet(&self) -> Duration {
        let quiet = self.real(self.quiet_s);
        let quiet = if self.smoke { quiet.min(SMOKE_QUIET) } else { quiet };
        quiet.max(SHORTEST) + 2 * self.overhead
    }

    /// When the event is over if nothing further arrives; `None` while there is no saying. `lost` tells how much
    /// time the host has cost the sender since an instant.
    pub(crate) fn over_at(
        &self,
        event: &Event,
        process: Process,
        lost: impl Fn(Duration) -> Duration,
    ) -> Option<Duration> {
        if event.flooded {
            return Some(Duration::ZERO);
        }
        let Some(first) = event.attempts.first() else {
            // A process that has ended may have handed the event to another one.
            return match process.ended {
                Some(ended) => Some(ended + 2 * SHORTEST),
                None => process.started.map(|started| started + self.first),
            };
        };
        let watched = if self.smoke {
            SMOKE.min(self.real(self.watch_s))
        } else {
            self.real(self.watch_s)
        };
        // Who was asked to wait may do so, however short the time is otherwise.
        let asked: Duration = event
            .attempts
            .iter()
            .filter_map(|attempt| attempt.retry_after)
            .sum();
        let asked = asked.mul_f64(self.retry_after_scale);
        let at_most = first.head + watched.max(self.quiet()) + asked;
        let Some(last) = event.settled() else {
            return Some(at_most);
        };
        let answered = last.answer_end.unwrap_or(last.head);
        let sender_is_gone = process
            .ended
            .is_some_and(|ended| process.started.is_some() && ended >= answered);
        let wait = if ends_the_tries(last) || sender_is_gone {
            self.quiet()
        } else {
            let asked = last
                .retry_after
                .unwrap_or_default()
                .mul_f64(self.retry_after_scale);
            let usual = self.real(PATIENCE_S).max(self.quiet());
            usual.max(longer_next(&event.attempts)) + asked
        };
        let from = if sender_is_gone {
            process.ended.unwrap_or(answered)
        } else {
            answered
        };
        // A host that hardly runs is not waited for without end.
        let lost = lost(from).min(wait);
        Some((from + wait + lost).min(at_most.max(answered + self.quiet() + lost)))
    }
}

/// How long a sender without a cap may wait next: its delays double, and some more.
fn longer_next(attempts: &[Attempt]) -> Duration {
    let [.., before, last] = attempts else {
        return Duration::ZERO;
    };
    5 * last.head.saturating_sub(before.answered()) / 2
}

/// Whether the documents have the tries end with this answer.
fn ends_the_tries(attempt: &Attempt) -> bool {
    matches!(attempt.answer, Answered::Status(200..500))
}

#[cfg(test)]
mod tests {
    use super::super::desk::{Desk, Part};
    use super::*;
    use crate::registry;
    use crate::sender::request::tests::received;
    use crate::sender::scenario::{Step, Then};

    const TERMS: Terms = Terms {
        scale: 0.02,
        retry_after_scale: 1.0,
        overhead: Duration::ZERO,
        first: Duration::from_secs(20),
        quiet_s: 5.0,
        watch_s: 1000.0,
        smoke: false,
    };

    const AT: fn(u64) -> Duration = Duration::from_millis;

    /// An event whose attempts were answered so, one second apart.
    fn event(answers: &[Answered]) -> Desk {
        let mut desk = Desk::default();
        desk.add(Part {
            given: (registry::sender_side("olbrain").unwrap().given)(0),
            script: vec![Step::status(503)],
            then: Then::Last,
        });
        for (number, answer) in answers.iter().enumerate() {
            let at = Duration::from_secs(number as u64);
            desk.attempt(0, &received("/", &[], b"{}"), at, at, String::new());
            desk.answered(0, number, *answer, None, at);
        }
        desk
    }

    fn over(answers: &[Answered], terms: Terms, process: Process) -> Option<Duration> {
        terms.over_at(&event(answers).events[0], process, |_| Duration::ZERO)
    }

    #[test]
    fn before_anything_arrived_the_process_decides() {
        assert_eq!(over(&[], TERMS, Process::default()), None);
        let started = Process {
            started: Some(AT(1000)),
            ended: None,
        };
        assert_eq!(over(&[], TERMS, started), Some(AT(21_000)));
        let ended = Process {
            ended: Some(AT(1500)),
            ..started
        };
        assert_eq!(over(&[], TERMS, ended), Some(AT(2700)));
    }

    #[test]
    fn after_an_answer_it_is_as_long_as_a_sender_may_wait() {
        let none = Process::default();
        assert_eq!(over(&[Answered::Status(200)], TERMS, none), Some(AT(600)));
        assert_eq!(over(&[Answered::Status(429)], TERMS, none), Some(AT(600)));
        assert_eq!(over(&[Answered::Status(503)], TERMS, none), Some(AT(2600)));
        assert_eq!(over(&[Answered::Reset], TERMS, none), Some(AT(2600)));
        let slow = Terms {
            overhead: AT(200),
            ..TERMS
        };
        assert_eq!(over(&[Answered::Status(404)], slow, none), Some(AT(1000)));
    }

    #[test]
    fn what_the_host_lost_is_waited_for_as_well_up_to_as_long_again() {
        let desk = event(&[Answered::Status(503)]);
        let over = |lost| TERMS.over_at(&desk.events[0], Process::default(), |_| lost);
        assert_eq!(over(AT(400)), Some(AT(3000)));
        assert_eq!(over(AT(60_000)), Some(AT(5200)));
        // The time for the event as a whole stays what it is.
        let many = event(&[Answered::Status(503); 19]);
        let over_at = TERMS.over_at(&many.events[0], Process::default(), |_| AT(400));
        assert_eq!(over_at, Some(AT(20_000)));
    }

    #[test]
    fn a_sender_that_is_gone_is_not_waited_for() {
        let gone = Process {
            started: Some(AT(0)),
            ended: Some(AT(50)),
        };
        assert_eq!(over(&[Answered::Status(503)], TERMS, gone), Some(AT(650)));
        // The process had ended before the second attempt came: somebody else sends.
        let answers = [Answered::Status(503), Answered::Status(503)];
        assert_eq!(over(&answers, TERMS, gone), Some(AT(3600)));
    }

    #[test]
    fn nobody_is_watched_for_ever() {
        let growing = event(&[Answered::Status(503), Answered::Status(503)]);
        let slower = Terms {
            scale: 0.001,
            watch_s: 100_000.0,
            ..TERMS
        };
        let over_at = slower.over_at(&growing.events[0], Process::default(), |_| Duration::ZERO);
        assert_eq!(
            over_at,
            Some(AT(3500)),
            "a gap of 1 s may be followed by one of 2.5 s"
        );
        let many = vec![Answered::Status(503); 30];
        assert_eq!(over(&many, TERMS, Process::default()), Some(AT(29_600)));
        let smoke = Terms {
            scale: 1.0,
            smoke: true,
            ..TERMS
        };
        assert_eq!(over(&many[..2], smoke, Process::default()), Some(AT(45_000)));
    }
}
