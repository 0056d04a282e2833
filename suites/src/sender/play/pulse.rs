//! Takes the host's pulse throughout a play: how late a thread that sleeps is woken, and how long a piece of work takes.
//!
//! A short sleep shows when nothing ran at all. It does not show a host that has too much to do: who works as little as
//! that is served first. So every few beats a little work is done that takes long enough to have to wait its turn.

use std::hint::black_box;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::stage::instant;
use crate::sender::{HostTrace, Slow, Stall};

/// One sleep.
const NAP: Duration = Duration::from_millis(4);

/// How many sleeps lie between two pieces of work.
const NAPS_BETWEEN_WORK: u32 = 12;

/// How long the piece of work takes on a quiet host, about: longer than a scheduler lets anybody work while others wait.
const WORK: Duration = Duration::from_micros(1500);

/// A sleep that is too long by less is no stall.
const STALL: Duration = Duration::from_millis(2);

/// The same as a share of one second of the schedule.
const STALL_OF_SCHEDULE: f64 = 0.05;

/// Work that takes less than so many times as long as usual is not slow: clocks of processors vary.
const SLOW_TIMES: f64 = 1.5;

/// Nothing is waited for as if work took more than so many times as long.
const MOST_TIMES: f64 = 1e4;

/// How many stalls, and how many times of slowness, are kept one by one.
const KEPT: usize = 4096;

/// What was measured so far.
#[derive(Debug, Default)]
struct Beats {
    stalls: Vec<Stall>,
    /// From when to when, and how long the piece of work took.
    work: Vec<(Duration, Duration, Duration)>,
    /// The shortest time that it took: the host was quiet then, as far as it ever was.
    usual: Option<Duration>,
}

impl Beats {
    /// A sleep that was to end at `due`.
    fn slept(&mut self, due: Duration, woke: Duration, notable: Duration) {
        if woke.saturating_sub(due) < notable {
            return;
        }
        self.stalls.push(Stall {
            from: due,
            until: woke,
        });
        if self.stalls.len() > KEPT {
            // Two neighbours and what lies between them: more is taken for a stall than was one, and never less.
            self.stalls = pairs(&self.stalls, |one, other| Stall {
                from: one.from,
                until: other.until,
            });
        }
    }

    /// A piece of work, which speaks for the time since `since` too.
    fn worked(&mut self, since: Duration, until: Duration, took: Duration) {
        let usual = self.usual.map_or(took, |usual| usual.min(took));
        self.usual = Some(usual);
        if took.as_secs_f64() < SLOW_TIMES * usual.as_secs_f64() {
            return;
        }
        self.work.push((since, until, took));
        if self.work.len() > KEPT {
            self.work = pairs(&self.work, |one, other| (one.0, other.1, one.2.max(other.2)));
        }
    }

    fn trace(&self) -> HostTrace {
        let usual = self.usual.unwrap_or(WORK).as_secs_f64().max(1e-6);
        let mut slow: Vec<Slow> = Vec::new();
        for (from, until, took) in &self.work {
            let times = took.as_secs_f64() / usual;
            match slow.last_mut() {
                // Neighbours that are much alike are told as one.
                Some(last) if last.until == *from && (0.5..=2.0).contains(&(times / last.times)) => {
                    last.until = *until;
                    last.times = last.times.max(times);
                }
                _ => slow.push(Slow {
                    from: *from,
                    until: *until,
                    times,
                }),
            }
        }
        HostTrace {
            stalls: self.stalls.clone(),
            slow,
        }
    }

    /// How much time was lost since this instant to somebody who otherwise takes `own` for an attempt.
    fn lost_since(&self, at: Duration, own: Duration) -> Duration {
        let late = self.stalls.iter().rev().take_while(|stall| stall.until > at);
        let stalled: Duration = late
            .map(|stall| stall.until.saturating_sub(stall.from.max(at)))
            .sum();
        let work = self.work.iter().rev().take_while(|(_, until, _)| *until > at);
        let slowest = work.map(|(_, _, took)| *took).max().unwrap_or_default();
        let usual = self.usual.unwrap_or(WORK).as_secs_f64().max(1e-6);
        let times = (slowest.as_secs_f64() / usual).clamp(1.0, MOST_TIMES);
        stalled + own.mul_f64(times - 1.0)
    }
}

fn pairs<T: Copy>(all: &[T], join: impl Fn(&T, &T) -> T) -> Vec<T> {
    let join = |pair: &[T]| match pair {
        [one, other] => join(one, other),
        rest => rest[0],
    };
    all.chunks(2).map(join).collect()
}

/// The thread, and what it has measured. It ends when this is dropped.
pub(crate) struct Pulse {
    beats: Arc<Mutex<Beats>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Pulse {
    /// Begins to measure. Instants count from `began`; `scale` is real seconds for one of the schedule.
    ///
    /// # Errors
    /// There are no more threads.
    pub(crate) fn start(began: Instant, scale: f64) -> io::Result<Self> {
        let beats = Arc::new(Mutex::new(Beats::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let notable = STALL.max(Duration::from_secs_f64(STALL_OF_SCHEDULE * scale));
        let thread = std::thread::Builder::new().name("pulse".to_owned()).spawn({
            let (beats, stop) = (Arc::clone(&beats), Arc::clone(&stop));
            move || measure(began, notable, &beats, &stop)
        })?;
        Ok(Self {
            beats,
            stop,
            thread: Some(thread),
        })
    }

    /// What was measured so far.
    pub(crate) fn trace(&self) -> HostTrace {
        self.beats.lock().unwrap_or_else(PoisonError::into_inner).trace()
    }

    /// How much time was lost since this instant to somebody who otherwise takes `own` for an attempt.
    pub(crate) fn lost_since(&self, at: Duration, own: Duration) -> Duration {
        let beats = self.beats.lock().unwrap_or_else(PoisonError::into_inner);
        beats.lost_since(at, own)
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn measure(began: Instant, notable: Duration, beats: &Mutex<Beats>, stop: &AtomicBool) {
    let now = || instant().saturating_duration_since(began);
    let (rounds, usual) = rounds();
    beats.lock().unwrap_or_else(PoisonError::into_inner).usual = Some(usual);
    let mut worked = now();
    loop {
        for _ in 0..NAPS_BETWEEN_WORK {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let due = now() + NAP;
            std::thread::sleep(NAP);
            let woke = now();
            beats
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .slept(due, woke, notable);
        }
        let begin = now();
        work(rounds);
        let end = now();
        beats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .worked(worked, end, end.saturating_sub(begin));
        worked = end;
    }
}

/// How many rounds of work take about as long as wanted, and how long that is.
fn rounds() -> (u32, Duration) {
    let mut rounds = 1 << 10;
    loop {
        let trial = |_| {
            let before = instant();
            work(rounds);
            before.elapsed()
        };
        // The shortest of a few: nothing makes work shorter.
        let best = (0..5).map(trial).min().unwrap_or(WORK);
        if best >= WORK || rounds >= 1 << 26 {
            return (rounds, best);
        }
        rounds *= 2;
    }
}

fn work(rounds: u32) {
    let mut state = 1_u64;
    for round in 0..rounds {
        state = black_box(state.rotate_left(7) ^ u64::from(round));
    }
    black_box(state);
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn stall(from: u64, until: u64) -> Stall {
        Stall {
            from: MS(from),
            until: MS(until),
        }
    }

    #[test]
    fn a_late_waking_is_a_stall_from_when_it_was_due() {
        let mut beats = Beats::default();
        beats.slept(MS(4), MS(5), MS(2));
        beats.slept(MS(9), MS(29), MS(2));
        assert_eq!(beats.trace().stalls, [stall(9, 29)]);
        assert_eq!(beats.lost_since(MS(0), MS(9)), MS(20));
        assert_eq!(beats.lost_since(MS(19), MS(9)), MS(10));
        assert_eq!(beats.lost_since(MS(29), MS(9)), MS(0));
    }

    #[test]
    fn work_is_held_against_the_fastest_of_all() {
        let mut beats = Beats::default();
        beats.worked(MS(0), MS(50), MS(6));
        beats.worked(MS(50), MS(100), MS(2));
        beats.worked(MS(100), MS(150), MS(8));
        let slow = Slow {
            from: MS(100),
            until: MS(150),
            times: 4.0,
        };
        // The first one cannot be known to have been slow; from then on there is something to compare with.
        assert_eq!(beats.trace().slow, [slow]);
        assert_eq!(beats.lost_since(MS(120), MS(5)), MS(15));
        assert_eq!(beats.lost_since(MS(150), MS(5)), MS(0));
    }

    #[test]
    fn many_stalls_are_joined_and_none_is_lost() {
        let mut beats = Beats::default();
        for number in 0..=KEPT as u64 {
            beats.slept(MS(10 * number), MS(10 * number + 5), MS(2));
        }
        let trace = beats.trace();
        assert_eq!(trace.stalls.len(), KEPT / 2 + 1);
        assert_eq!(trace.stalls[0], stall(0, 15));
        assert_eq!(
            trace.stalls[KEPT / 2],
            stall(10 * KEPT as u64, 10 * KEPT as u64 + 5)
        );
    }

    #[test]
    fn a_pulse_can_be_started_and_ends_when_it_is_dropped() {
        let pulse = Pulse::start(instant(), 0.02).unwrap();
        let beats = Arc::clone(&pulse.beats);
        drop(pulse);
        assert_eq!(Arc::strong_count(&beats), 1);
    }
}
