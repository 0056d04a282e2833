//! Measures, before anybody is judged, what the host and the sender themselves add to every gap.
//!
//! The sender is run on a schedule so much faster that hardly anything of its delays is left: what then passes between
//! an answer and the next attempt is its own doing (start-up of its event loop, connections, scheduling).

use std::time::Duration;

use super::play::stage::instant;
use super::{Attempt, HostTrace, Overhead};

/// How many times faster than the run itself the sender is measured with.
pub(crate) const FASTER_SCALED: f64 = 100.0;

/// The same for a clock that is made to run faster: with it time-outs shrink, too.
pub(crate) const FASTER_CLOCK: f64 = 10.0;

/// How many processes are measured.
pub(crate) const PROCESSES: u32 = 3;

/// A first gap of this much, in real time, on the schedule of the measurement: the sender does not follow it.
const NOT_FOLLOWED: Duration = Duration::from_millis(250);

/// How long is listened for a retry on the schedule of the measurement.
pub(crate) const LISTENED: Duration = Duration::from_millis(1400);

/// From when on a host counts as disturbed during the measurement.
const BUSY_TIMES: f64 = 3.0;
const STOOD_STILL: Duration = Duration::from_millis(100);

/// More than so many times slower is not reckoned with: the length of time has to be one.
const MOST_TIMES: f64 = 1e6;

/// One sleep of the host's measurement, and how many there are.
const NAP: Duration = Duration::from_millis(5);
const NAPS: usize = 40;

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured {
    /// What to allow for.
    pub(crate) overhead: Overhead,
    /// Whether the sender's own part is known: it has retried.
    pub(crate) has_retried: bool,
    /// It waits as long whatever it is told, so that nothing can be judged on another scale. The shortest first gap.
    pub(crate) not_followed: Option<Duration>,
    /// How many times as long as on a quiet host work took in the meantime, on average: what was measured has that in it.
    pub(crate) busy: f64,
}

/// Sleeps, and tells by how much the sleeps were too long: the 95th percentile.
pub(crate) async fn host() -> Duration {
    let mut late = Vec::with_capacity(NAPS);
    for _ in 0..NAPS {
        let before = instant();
        tokio::time::sleep(NAP).await;
        late.push(before.elapsed().saturating_sub(NAP));
    }
    percentile_95(&mut late)
}

fn percentile_95(all: &mut [Duration]) -> Duration {
    all.sort_unstable();
    let at = (all.len() * 95).div_ceil(100).saturating_sub(1);
    all.get(at).copied().unwrap_or_default()
}

/// In real time, nothing that a sender adds is worth measuring.
pub(crate) fn unmeasured(host: Duration) -> Measured {
    read(host, Duration::ZERO, &[], &HostTrace::default(), Duration::ZERO)
}

/// What the attempts of the measurement say. `first_delay` is what is left of the schedule's first delay in it; `trace`
/// is what the host did in the meantime, and `lasted` how long that was.
pub(crate) fn read(
    host: Duration,
    first_delay: Duration,
    events: &[Vec<Attempt>],
    trace: &HostTrace,
    lasted: Duration,
) -> Measured {
    let first_gaps: Vec<Duration> = events
        .iter()
        .filter_map(|attempts| {
            let (first, second) = (attempts.first()?, attempts.get(1)?);
            Some(second.head.saturating_sub(first.answered()))
        })
        .collect();
    let own = first_gaps
        .iter()
        .max()
        .map(|longest| longest.saturating_sub(first_delay));
    // On a host that is busy or stands still, a long wait shows nothing.
    let is_own = |gap: &Duration| {
        gap.saturating_sub(trace.stalled()) >= NOT_FOLLOWED.mul_f64(trace.slowest().min(MOST_TIMES))
    };
    let not_followed = first_gaps.iter().min().copied().filter(is_own);
    // Who was not seen to try again on a disturbed host may only have been slower than there was time.
    let unseen = match own {
        None if trace.slowest() >= BUSY_TIMES || trace.stalled() >= STOOD_STILL => LISTENED,
        _ => Duration::ZERO,
    };
    Measured {
        overhead: Overhead {
            host,
            client: own.unwrap_or(unseen).max(host),
        },
        has_retried: own.is_some(),
        not_followed,
        busy: trace.usually_slow(lasted),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Answered, Slow};
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn attempts(heads: &[u64]) -> Vec<Attempt> {
        heads
            .iter()
            .map(|head| Attempt::new(MS(*head), Answered::Status(503)))
            .collect()
    }

    #[test]
    fn the_longest_first_gap_is_the_senders_own() {
        let events = [attempts(&[0, 8, 9]), attempts(&[5, 17]), attempts(&[3])];
        let measured = read(MS(2), MS(1), &events, &HostTrace::default(), MS(900));
        assert_eq!(measured.overhead.client, MS(11));
        assert_eq!((measured.has_retried, measured.not_followed), (true, None));
    }

    #[test]
    fn who_never_retries_is_as_slow_as_the_host() {
        let measured = read(MS(2), MS(1), &[attempts(&[0])], &HostTrace::default(), MS(900));
        assert_eq!(measured.overhead.client, MS(2));
        assert!(!measured.has_retried);
    }

    #[test]
    fn who_was_not_seen_to_retry_on_a_busy_host_may_be_that_slow() {
        let busy = HostTrace {
            slow: vec![Slow {
                from: MS(0),
                until: MS(900),
                times: 12.0,
            }],
            ..HostTrace::default()
        };
        let measured = read(MS(2), MS(1), &[attempts(&[0])], &busy, MS(900));
        assert_eq!(measured.overhead.client, LISTENED);
        assert!((measured.busy - 12.0).abs() < 1e-9, "{}", measured.busy);
        assert!(!measured.has_retried);
        // Nor is it said that such a sender does not follow.
        let slow = read(MS(2), MS(0), &[attempts(&[0, 1010])], &busy, MS(900));
        assert_eq!(slow.not_followed, None);
    }

    #[test]
    fn who_waits_a_second_all_the_same_does_not_follow() {
        let measured = read(
            MS(2),
            MS(0),
            &[attempts(&[0, 1010]), attempts(&[0, 1000])],
            &HostTrace::default(),
            MS(900),
        );
        assert_eq!(measured.not_followed, Some(MS(1000)));
    }

    #[test]
    fn the_95th_of_a_hundred_counts() {
        let mut all: Vec<Duration> = (1..=100).rev().map(MS).collect();
        assert_eq!(percentile_95(&mut all), MS(95));
        assert_eq!(percentile_95(&mut []), Duration::ZERO);
    }
}
