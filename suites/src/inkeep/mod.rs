//! The suite of Inkeep's event log: what a body may hold, what comes back, and what an id is good for when it is sent
//! twice.

mod bodies;
mod cases;
mod checks;
mod doctor;
mod event;
mod fixtures;
mod harmless;
mod inspect;
pub(crate) mod mutants;
mod preflight;
mod problem;
pub(crate) mod retries;
pub(crate) mod sender;
mod strategies;
mod subject;
pub(crate) mod variants;

use std::sync::Arc;

use mock_server::inkeep::Fixtures as Declared;
use spec::Operation;

use crate::case::Case;
use crate::examination::Examined;
use crate::http::{Exchange, Request};
use crate::probe::Probe;
use crate::suite::{Stop, Suite};
use crate::target::Target;

pub use fixtures::KEY_VARIABLES;

use fixtures::Fixtures;

/// The suite against one target.
#[derive(Debug)]
pub struct Inkeep {
    target: Target,
    fixtures: Fixtures,
}

impl Inkeep {
    /// A suite against a target that holds these fixtures.
    pub fn new(target: Target, declared: Declared, seed: u64) -> Self {
        Self {
            target,
            fixtures: Fixtures::new(declared, seed),
        }
    }

    /// The one operation of the API.
    fn operation() -> &'static Operation {
        spec::api("inkeep")
            .and_then(|api| api.contract().operations.first())
            .expect("the embedded contract has one operation")
    }
}

impl Suite for Inkeep {
    fn api(&self) -> &'static spec::Api {
        spec::api("inkeep").expect("the embedded registry has inkeep")
    }

    fn target(&self) -> &Target {
        &self.target
    }

    fn preflight(&self, probe: &Probe<'_>) -> Result<(), Stop> {
        preflight::run(self, probe)
    }

    fn examine(&self, probe: &Probe<'_>) -> Vec<Examined> {
        doctor::examine(self, probe)
    }

    fn is_harmless(&self, request: &Request) -> bool {
        harmless::is_harmless(self.fixtures.keys(), request)
    }

    fn checked_on_every_exchange(&self) -> &'static [&'static str] {
        inspect::ON_EVERY_EXCHANGE
    }

    fn inspect(&self, probe: &Probe<'_>, exchange: &Exchange) {
        inspect::inspect(self, probe, exchange);
    }

    fn cases(self: Arc<Self>) -> Vec<Case> {
        cases::all(&self)
    }
}
