//! Deliberately wrong servers: the reference behaviour with one thing broken. They prove that the judge can say no.

use bytes::Bytes;
use http::{Request, Response};
use mock_server::{Fixtures, Mock};

/// A server that breaks one requirement on purpose.
pub struct Mutant {
    /// Name, for reports.
    pub name: &'static str,
    /// The requirement it breaks.
    pub breaks: &'static str,
    /// What is wrong with it, in one sentence.
    pub defect: &'static str,
    /// Whether the defect shows only now and then, and so in whatever case comes by.
    pub intermittent: bool,
    /// Answers a request wrongly, with the reference at hand.
    pub respond: fn(&Reference<'_>, Request<Bytes>) -> Response<Bytes>,
}

/// The correct behaviour, for a mutant to bend.
pub struct Reference<'m> {
    mock: &'m Mock,
    fixtures: &'m Fixtures,
    now: jiff::Timestamp,
    /// How many requests came before this one.
    pub earlier: u64,
}

impl<'m> Reference<'m> {
    /// The behaviour of a mock that was made from these fixtures, at this time.
    pub fn new(mock: &'m Mock, fixtures: &'m Fixtures, now: jiff::Timestamp, earlier: u64) -> Self {
        Self {
            mock,
            fixtures,
            now,
            earlier,
        }
    }

    /// What the mock holds.
    pub fn fixtures(&self) -> &'m Fixtures {
        self.fixtures
    }

    /// The correct answer.
    pub fn respond(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.mock.respond(request, self.now).response
    }
}

/// The mutants of an API.
pub fn of(api: &str) -> &'static [Mutant] {
    match api {
        "polyai" => crate::polyai::MUTANTS,
        _ => &[],
    }
}
