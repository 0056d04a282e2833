//! A sender that follows the documented retry rules: small enough to be read, and an example for one of your own.
//!
//! [`deliver`] is the whole of it. What it needs from outside comes in: a [`Transport`] that sends, a [`Clock`] that
//! waits, and random numbers for the jitter. With [`Http`] and [`TokioClock`] it sends over HTTP in real time; with a
//! clock that only counts, ten minutes are over at once and every delay is exact, so that `hookproof judge` or
//! [`judge`](super::judge::judge) can be asked about it in a unit test.

mod backoff;
mod http;

pub use backoff::{Backoff, Jitter};
pub use http::{Http, HttpError, TokioClock};

use std::future::Future;
use std::time::Duration;

use serde_json::Value;

/// What came back for one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A whole answer, with the seconds of its `Retry-After`.
    Status(u16, Option<Duration>),
    /// No answer, or only a part of one.
    Nothing,
}

/// Sends one request.
pub trait Transport {
    /// Sends the body and waits for the answer to be over.
    fn send(&self, body: &Value) -> impl Future<Output = Reply>;
}

/// Tells the time, and waits.
pub trait Clock {
    /// Time since any fixed instant.
    fn now(&self) -> Duration;

    /// Returns when so much time has passed.
    fn sleep(&self, length: Duration) -> impl Future<Output = ()>;
}

/// How the delivery of an event ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// It was taken.
    Accepted(u16),
    /// It was refused for good: nothing is gained by sending it again.
    Refused(u16),
    /// It was given up when the time was over.
    GivenUp,
}

/// When an event is sent again.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The delays.
    pub backoff: Backoff,
    /// The statuses after which an event is sent again.
    pub retries: fn(u16) -> bool,
    /// Whether it is sent again where there was no answer. The documents leave that open.
    pub retries_without_answer: bool,
    /// Whether a `Retry-After` is waited for.
    pub heeds_retry_after: bool,
}

impl Policy {
    /// "Retry on 502, 503, and 504 with exponential backoff — start at 1 s, cap at 60 s, give up after roughly 10
    /// minutes. Do not retry on 4xx."
    pub fn documented(jitter: Jitter) -> Self {
        Self {
            backoff: Backoff::documented(jitter),
            retries: |status| matches!(status, 502..=504),
            retries_without_answer: true,
            heeds_retry_after: true,
        }
    }
}

/// Sends an event until it is taken, refused, or given up. The body is the same each time; where a duplicate would hurt,
/// the caller has put an `Idempotency-Key` into it.
///
/// `random` gives numbers from 0 up to 1, one for each delay.
pub async fn deliver(
    policy: &Policy,
    transport: &impl Transport,
    clock: &impl Clock,
    mut random: impl FnMut() -> f64,
    body: &Value,
) -> Delivered {
    let began = clock.now();
    let mut delays = policy.backoff.delays();
    loop {
        let asked = match transport.send(body).await {
            Reply::Status(status @ 200..=299, _) => return Delivered::Accepted(status),
            Reply::Status(status, asked) if (policy.retries)(status) => asked,
            Reply::Nothing if policy.retries_without_answer => None,
            Reply::Status(status, _) => return Delivered::Refused(status),
            Reply::Nothing => return Delivered::GivenUp,
        };
        let delay = delays.next(random());
        let delay = match asked.filter(|_| policy.heeds_retry_after) {
            Some(asked) => delay.max(asked),
            None => delay,
        };
        if clock.now().saturating_sub(began) + delay > policy.backoff.give_up_after {
            return Delivered::GivenUp;
        }
        clock.sleep(delay).await;
    }
}
