//! How fast a run goes: its rate, its connections, its number of requests, and when it is to end.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::fmt::rfc2822;
use tokio::time::Instant;

use super::Response;

/// Longest wait that one 429 is given, and the wait where it names none.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const USUAL_WAIT: Duration = Duration::from_secs(1);

/// So long a run waits in all because of 429.
const WAIT_IN_ALL: Duration = Duration::from_secs(300);

/// Limits that a person sets. All are absent by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Requests a second.
    pub rate: Option<NonZeroU32>,
    /// Connections at the same time.
    pub connections: Option<NonZeroU32>,
    /// Requests in all.
    pub requests: Option<u64>,
}

impl Bounds {
    /// What a server on another machine gets where nobody says otherwise.
    pub const REMOTE: Self = Self {
        rate: NonZeroU32::new(10),
        connections: NonZeroU32::new(4),
        requests: None,
    };

    /// Cases that may run at the same time, each with a bounded number of requests in flight.
    pub fn threads(&self) -> Option<usize> {
        self.connections
            .map(|count| (count.get() as usize / Self::PER_CASE).max(1))
    }

    /// Requests that one case may have in flight. One connection less than a case may hold: an idle one stays open
    /// beside them.
    pub(crate) fn in_flight(&self) -> Option<usize> {
        self.connections.map(|count| {
            (count.get() as usize)
                .min(Self::PER_CASE)
                .saturating_sub(1)
                .max(1)
        })
    }

    /// Idle connections that are kept for the next request.
    pub(crate) fn idle(&self) -> Option<usize> {
        self.connections.map(|count| usize::from(count.get() > 1))
    }

    /// Connections that one case may hold.
    const PER_CASE: usize = 4;
}

/// The pace of one run, shared by all who send.
#[derive(Debug, Default)]
pub struct Pace {
    bounds: Bounds,
    sent: AtomicU64,
    halted: AtomicBool,
    /// When the next request may go out.
    next: Mutex<Option<Instant>>,
    /// How long was waited because of 429.
    waited: Mutex<Duration>,
}

impl Pace {
    /// A pace within these bounds.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            ..Self::default()
        }
    }

    /// The bounds.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Lets nothing more out; what is in flight is finished.
    pub fn halt(&self) {
        self.halted.store(true, Ordering::Relaxed);
    }

    /// Takes one request from the number that is allowed. `false` where none is left.
    pub(crate) fn take(&self) -> bool {
        let before = self.sent.fetch_add(1, Ordering::Relaxed);
        self.bounds.requests.is_none_or(|most| before < most)
    }

    /// Waits for the turn of a request. `false` where it may not go out any more.
    pub(super) async fn turn(&self) -> bool {
        if self.halted.load(Ordering::Relaxed) {
            return false;
        }
        if let Some(at) = self.slot() {
            tokio::time::sleep_until(at).await;
        }
        !self.halted.load(Ordering::Relaxed)
    }

    fn slot(&self) -> Option<Instant> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if self.bounds.rate.is_none() && next.is_none() {
            return None;
        }
        let now = Instant::now();
        let at = next.map_or(now, |next| next.max(now));
        *next = self
            .bounds
            .rate
            .map(|rate| at + Duration::from_secs(1) / rate.get())
            .or_else(|| next.filter(|next| *next > now));
        Some(at)
    }

    /// How long to wait before a request that was answered 429 is sent again. `None` where the run has waited enough,
    /// or may send no more.
    pub(super) fn patience(&self, response: &Response) -> Option<Duration> {
        let wait = retry_after(response).unwrap_or(USUAL_WAIT).min(LONGEST_WAIT);
        let mut waited = self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        if *waited + wait > WAIT_IN_ALL || !self.take() {
            return None;
        }
        *waited += wait;
        // Everybody else waits as well: the limit is the caller's, not the request's.
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now() + wait;
        *next = Some(next.map_or(until, |next| next.max(until)));
        Some(wait)
    }
}

/// `Retry-After` in either of its forms; a date is counted from the answer's own. RFC 9110 §10.2.3.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| rfc2822::parse(text).ok().map(|at| at.timestamp().as_second());
    let seconds = date(value)? - date(response.header("date")?.trim())?;
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &str)]) -> Response {
        Response {
            status: 429,
            headers: headers
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            body: bytes::Bytes::new(),
            cut: false,
        }
    }

    #[test]
    fn retry_after_is_read_in_both_forms_and_bounded() {
        assert_eq!(
            retry_after(&answer(&[("Retry-After", "7")])),
            Some(Duration::from_secs(7))
        );
        let dated = answer(&[
            ("Date", "Wed, 21 Oct 2015 07:28:00 GMT"),
            ("Retry-After", "Wed, 21 Oct 2015 07:28:09 GMT"),
        ]);
        assert_eq!(retry_after(&dated), Some(Duration::from_secs(9)));
        assert_eq!(retry_after(&answer(&[("Retry-After", "soon")])), None);
        let pace = Pace::default();
        assert_eq!(pace.patience(&answer(&[])), Some(USUAL_WAIT));
        assert_eq!(
            pace.patience(&answer(&[("Retry-After", "99999")])),
            Some(LONGEST_WAIT)
        );
    }

    #[test]
    fn a_run_does_not_wait_for_ever() {
        let pace = Pace::default();
        let long = answer(&[("Retry-After", "30")]);
        let waits = (0..100).map_while(|_| pace.patience(&long)).count();
        assert_eq!(waits, 10);
    }

    #[test]
    fn requests_are_counted_and_connections_divided() {
        let pace = Pace::new(Bounds {
            requests: Some(2),
            ..Bounds::default()
        });
        assert_eq!([pace.take(), pace.take(), pace.take()], [true, true, false]);
        for (connections, threads, in_flight) in [(1, 1, 1), (2, 1, 1), (4, 1, 3), (8, 2, 3), (9, 2, 3)] {
            let bounds = Bounds {
                connections: NonZeroU32::new(connections),
                ..Bounds::default()
            };
            assert_eq!(
                (bounds.threads(), bounds.in_flight()),
                (Some(threads), Some(in_flight))
            );
            let most = threads * (in_flight + bounds.idle().unwrap());
            assert!(most <= connections as usize, "{connections}");
        }
    }

    #[test]
    fn the_rate_spaces_requests_and_a_halt_lets_none_out() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let pace = Pace::new(Bounds::REMOTE);
            let start = Instant::now();
            for _ in 0..11 {
                assert!(pace.turn().await);
            }
            assert_eq!(start.elapsed(), Duration::from_secs(1));
            pace.halt();
            assert!(!pace.turn().await);
        });
    }
}
