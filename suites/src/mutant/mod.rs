//! Deliberately wrong servers: the reference behaviour with one thing broken. They prove that the judge can say no.
//!
//! Each API keeps its own in `mutants/`. [`Matrix`] tries them all.

mod matrix;

use mock_server::Fixtures;

pub use crate::standin::{Answer, Memory, Reference};
pub use matrix::{Killed, Matrix, unproven};

use crate::registry;
pub(crate) use crate::standin::bend;
use crate::standin::{Misbehave, Respond, StandIn};

/// A server that breaks one requirement on purpose.
#[derive(Clone, Copy)]
pub struct Mutant {
    standin: StandIn,
    breaks: &'static str,
    defect: &'static str,
    intermittent: bool,
}

impl Mutant {
    /// A mutant that answers one request at a time, and with whole answers.
    ///
    /// `breaks` is the requirement; `defect` says what is wrong, as the end of a sentence that begins with "it".
    pub const fn new(
        name: &'static str,
        breaks: &'static str,
        defect: &'static str,
        respond: Respond,
    ) -> Self {
        Self {
            standin: StandIn::plain(name, respond),
            breaks,
            defect,
            intermittent: false,
        }
    }

    /// A mutant that needs to know connections and the other requests in flight, or misbehaves below HTTP.
    pub const fn in_a_crowd(
        name: &'static str,
        breaks: &'static str,
        defect: &'static str,
        misbehave: Misbehave,
    ) -> Self {
        Self {
            standin: StandIn::in_a_crowd(name, misbehave),
            breaks,
            defect,
            intermittent: false,
        }
    }

    /// The defect shows only now and then, and so in whatever case comes by.
    #[must_use]
    pub const fn now_and_then(mut self) -> Self {
        self.intermittent = true;
        self
    }

    /// It is spoken to over TLS.
    #[must_use]
    pub const fn over_tls(mut self) -> Self {
        self.standin = self.standin.over_tls();
        self
    }

    /// The reference behind it has other fixtures. The suite is told the changed ones.
    #[must_use]
    pub const fn with(mut self, setup: fn(&mut Fixtures)) -> Self {
        self.standin = self.standin.with(setup);
        self
    }

    /// Its name, unlike any other of its API.
    pub fn name(&self) -> &'static str {
        self.standin.name()
    }

    /// The requirement it breaks.
    pub fn breaks(&self) -> &'static str {
        self.breaks
    }

    /// The server it is.
    pub fn standin(&self) -> &StandIn {
        &self.standin
    }

    /// What is wrong with it.
    pub fn defect(&self) -> &'static str {
        self.defect
    }

    /// Whether the defect shows only now and then.
    pub fn is_intermittent(&self) -> bool {
        self.intermittent
    }
}

impl std::fmt::Debug for Mutant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mutant")
            .field("name", &self.name())
            .field("breaks", &self.breaks)
            .finish_non_exhaustive()
    }
}

/// The mutants of an API, in the order of its catalogue's areas.
pub fn of(api: &str) -> Vec<&'static Mutant> {
    registry::mutants(api)
}
