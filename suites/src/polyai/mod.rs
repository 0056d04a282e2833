//! The suite of `PolyAI` external events: where the id is, what an id is worth, and how refusals look.

mod answers;
mod cases;
mod checks;
mod doctor;
mod documents;
mod fixtures;
mod harmless;
mod inspect;
pub(crate) mod mutants;
mod preflight;
pub(crate) mod retries;
pub(crate) mod sender;
mod strategies;
mod subject;
pub(crate) mod variants;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use mock_server::polyai::Fixtures as Declared;
use spec::Operation;

use crate::case::Case;
use crate::examination::Examined;
use crate::http::{Exchange, Request};
use crate::probe::Probe;
use crate::suite::{Stop, Suite};
use crate::target::Target;

pub use fixtures::KEY_VARIABLES;

use answers::Wording;
use documents::XmlReading;
use fixtures::Fixtures;

/// The suite against one target.
#[derive(Debug)]
pub struct Polyai {
    target: Target,
    fixtures: Fixtures,
    wording: Wording,
    xml: OnceLock<XmlReading>,
}

impl Polyai {
    /// A suite against a target that holds these fixtures. Relative paths in them begin at the folder.
    pub fn new(target: Target, declared: Declared, seed: u64, folder: &Path) -> Self {
        let fixtures = if target.is_safe() {
            Fixtures::safe(declared, seed)
        } else {
            Fixtures::new(declared, seed, folder)
        };
        Self {
            target,
            fixtures,
            wording: Wording::default(),
            xml: OnceLock::new(),
        }
    }

    /// The one operation of the API.
    fn operation() -> &'static Operation {
        spec::api("polyai")
            .and_then(|api| api.contract().operations.first())
            .expect("the embedded contract has one operation")
    }

    /// How the target reads XML paths, as the preflight saw it.
    fn xml(&self) -> XmlReading {
        self.xml.get().copied().unwrap_or_default()
    }
}

impl Suite for Polyai {
    fn api(&self) -> &'static spec::Api {
        spec::api("polyai").expect("the embedded registry has polyai")
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
        self.fixtures.acceptable_ids().are_absent_from(request)
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
