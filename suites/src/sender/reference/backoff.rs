//! The delays between attempts.

use std::time::Duration;

/// How delays are scattered, so that senders which fail together do not all come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// Not at all.
    None,
    /// From half of the delay to the whole.
    Equal,
    /// From nothing to the whole delay.
    Full,
    /// From the first delay to three times the one before.
    Decorrelated,
}

/// Exponential backoff with a cap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The first delay.
    pub start: Duration,
    /// How many times the one before each delay is.
    pub factor: f64,
    /// No delay is longer.
    pub cap: Duration,
    /// No attempt is made later than this after the first one.
    pub give_up_after: Duration,
    /// How delays are scattered.
    pub jitter: Jitter,
}

impl Backoff {
    /// 1 s, doubled up to 60 s, for 10 minutes.
    pub fn documented(jitter: Jitter) -> Self {
        Self {
            start: Duration::from_secs(1),
            factor: 2.0,
            cap: Duration::from_secs(60),
            give_up_after: Duration::from_secs(600),
            jitter,
        }
    }

    /// The same in a shorter time, for tests: `HOOKPROOF_TIME_SCALE` says by how much.
    #[must_use]
    pub fn scaled(self, scale: f64) -> Self {
        Self {
            start: self.start.mul_f64(scale),
            cap: self.cap.mul_f64(scale),
            give_up_after: self.give_up_after.mul_f64(scale),
            ..self
        }
    }

    /// The delays of one event. Each event begins with the first one.
    pub fn delays(&self) -> Delays {
        Delays {
            backoff: *self,
            nominal: self.start,
            before: self.start,
        }
    }
}

/// The delays of one event.
#[derive(Clone, Debug)]
pub struct Delays {
    backoff: Backoff,
    nominal: Duration,
    before: Duration,
}

impl Delays {
    /// The next delay; `random` is a number from 0 up to 1.
    pub fn next(&mut self, random: f64) -> Duration {
        let Backoff {
            start, factor, cap, ..
        } = self.backoff;
        let nominal = self.nominal.min(cap);
        self.nominal = nominal.mul_f64(factor);
        let delay = match self.backoff.jitter {
            Jitter::None => nominal,
            Jitter::Equal => nominal.mul_f64(0.5 + random / 2.0),
            Jitter::Full => nominal.mul_f64(random),
            Jitter::Decorrelated => {
                (start + (self.before * 3).saturating_sub(start).mul_f64(random)).min(cap)
            }
        };
        self.before = delay;
        delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(jitter: Jitter, random: f64) -> Vec<f64> {
        let mut delays = Backoff::documented(jitter).delays();
        (0..8).map(|_| delays.next(random).as_secs_f64()).collect()
    }

    #[test]
    fn delays_double_up_to_the_cap_and_are_scattered_below_it() {
        assert_eq!(
            seconds(Jitter::None, 0.3),
            [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
        );
        assert_eq!(
            seconds(Jitter::Equal, 0.0),
            [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
        );
        assert_eq!(
            seconds(Jitter::Full, 0.5),
            [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
        );
        assert_eq!(seconds(Jitter::Decorrelated, 0.0), [1.0; 8]);
        assert_eq!(
            seconds(Jitter::Decorrelated, 0.5),
            [2.0, 3.5, 5.75, 9.125, 14.1875, 21.78125, 33.171_875, 50.257_812_5]
        );
    }
}
