//! The suite of Olbrain's webhooks: the trigger, and the uploads, runs and sessions that its page refers to.

mod answers;
mod calls;
mod cases;
mod checks;
mod doctor;
mod download;
mod fixtures;
mod harmless;
mod ledger;
mod multipart;
pub(crate) mod mutants;
mod padding;
mod patience;
mod preflight;
pub(crate) mod retries;
mod rfc3339;
mod runs;
pub(crate) mod sender;
mod similar;
mod strategies;
mod subject;
mod surface;
mod upload;
pub(crate) mod variants;

use std::sync::{Arc, OnceLock};

use mock_server::olbrain::Fixtures as Declared;

use crate::case::Case;
use crate::examination::Examined;
use crate::http::{Exchange, Request};
use crate::probe::Probe;
use crate::suite::{Stop, Suite};
use crate::target::Target;

pub use fixtures::KEY_VARIABLES;

use fixtures::Fixtures;
use ledger::Ledger;
use preflight::Known;
use surface::Unserved;

/// The suite against one target.
#[derive(Debug)]
pub struct Olbrain {
    target: Target,
    fixtures: Fixtures,
    ledger: Ledger,
    known: OnceLock<Known>,
    unserved: Unserved,
}

impl Olbrain {
    /// A suite against a target that holds these fixtures.
    pub fn new(target: Target, declared: Declared, seed: u64) -> Self {
        Self {
            target,
            fixtures: Fixtures::new(declared, seed),
            ledger: Ledger::default(),
            known: OnceLock::new(),
            unserved: Unserved::default(),
        }
    }

    /// What the preflight had made.
    fn known(&self) -> &Known {
        static NOTHING: Known = Known::nothing();
        self.known.get().unwrap_or(&NOTHING)
    }
}

impl Suite for Olbrain {
    fn api(&self) -> &'static spec::Api {
        spec::api("olbrain").expect("the embedded registry has olbrain")
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
        harmless::is_harmless(self.fixtures.declared(), request)
    }

    fn checked_on_every_exchange(&self) -> &'static [&'static str] {
        checks::ON_EVERY_EXCHANGE
    }

    fn inspect(&self, probe: &Probe<'_>, exchange: &Exchange) {
        checks::inspect(self, probe, exchange);
    }

    fn unserved(&self, requirement: &str) -> Option<&str> {
        self.unserved.reason(requirement)
    }

    fn part_of(&self, request: &Request) -> Option<&'static str> {
        surface::part_of(request)
    }

    fn cases(self: Arc<Self>) -> Vec<Case> {
        cases::all(&self)
    }
}
