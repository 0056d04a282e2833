//! The correct behaviour, for a stand-in to bend.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::header::{DATE, HeaderValue};
use http::{Request, Response};
use jiff::Timestamp;
use mock_server::{Fixtures, Mock};

use super::memory::Memory;

/// What the server of a stand-in holds for all its requests.
pub(super) struct Behind {
    mock: Mock,
    /// Another instance that shares nothing with the first, as a second worker process would.
    other: Mock,
    fixtures: Fixtures,
    memory: Memory,
    earlier: AtomicU64,
    in_flight: AtomicU64,
    started: Timestamp,
}

/// How many times as fast as ours the clock of a stand-in goes, so that nobody waits long for what takes it a while.
pub(super) const PACE: u32 = 10;

impl Behind {
    pub(super) fn new(fixtures: Fixtures) -> Self {
        Self {
            mock: Mock::new(fixtures.clone()),
            other: Mock::with_seed(fixtures.clone(), 1),
            fixtures,
            memory: Memory::default(),
            earlier: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            started: mock_server::clock::now(),
        }
    }

    /// The time on the stand-in's clock.
    fn now(&self) -> Timestamp {
        let passed = mock_server::clock::now().duration_since(self.started);
        let hastened = passed.saturating_mul(i32::try_from(PACE).unwrap_or(1));
        self.started.saturating_add(hastened).unwrap_or(self.started)
    }

    /// A request has arrived. It counts as in flight until its [`InFlight`] is dropped.
    pub(super) fn arrive(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(&self.in_flight)
    }

    /// The reference for one request.
    pub(super) fn reference<'b>(&'b self, earlier_on_connection: u64, fields: &'b [String]) -> Reference<'b> {
        Reference {
            behind: self,
            fields,
            now: self.now(),
            earlier: self.earlier.fetch_add(1, Ordering::Relaxed),
            earlier_on_connection,
            others_in_flight: self.in_flight.load(Ordering::Relaxed).saturating_sub(1),
        }
    }
}

/// A request that was not answered yet.
pub(super) struct InFlight<'b>(&'b AtomicU64);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The correct behaviour, and what is known about the request beside its bytes.
pub struct Reference<'m> {
    behind: &'m Behind,
    now: Timestamp,
    /// The header fields as they arrived. Empty where they are not known.
    fields: &'m [String],
    /// How many requests came before this one.
    pub earlier: u64,
    /// How many requests came before this one on its connection. Zero where connections are not known.
    pub earlier_on_connection: u64,
    /// How many other requests wait for their answer. Zero where requests come one at a time.
    pub others_in_flight: u64,
}

impl<'m> Reference<'m> {
    /// What the reference holds.
    pub fn fixtures(&self) -> &'m Fixtures {
        &self.behind.fixtures
    }

    /// What the stand-in remembers.
    pub fn memory(&self) -> &'m Memory {
        &self.behind.memory
    }

    /// The mock behind it, to look at what it stored.
    pub fn mock(&self) -> &'m Mock {
        &self.behind.mock
    }

    /// How the request spells the name of a header field. Known for the first request of a connection only.
    pub fn spelling(&self, name: &str) -> Option<&'m str> {
        self.field(name).map(|(spelled, _)| spelled)
    }

    /// A header field as it was sent: its name, and all that follows the colon. Known for the first request of a
    /// connection only.
    pub fn field(&self, name: &str) -> Option<(&'m str, &'m str)> {
        self.fields
            .iter()
            .filter_map(|field| field.split_once(':'))
            .find(|(spelled, _)| spelled.eq_ignore_ascii_case(name))
    }

    /// The time of the request.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The answer with the stand-in's time in its head, where it has none.
    pub(super) fn dated(&self, mut response: Response<Bytes>) -> Response<Bytes> {
        let date = self.now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        if let Ok(date) = HeaderValue::from_str(&date) {
            response.headers_mut().entry(DATE).or_insert(date);
        }
        response
    }

    /// The correct answer.
    pub fn respond(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.behind.mock.respond(request, self.now).response
    }

    /// The correct answer at another time.
    pub fn respond_at(&self, request: &Request<Bytes>, now: Timestamp) -> Response<Bytes> {
        self.behind.mock.respond(request, now).response
    }

    /// The answer of a second instance that shares no state with the first.
    pub fn respond_elsewhere(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.behind.other.respond(request, self.now).response
    }
}
