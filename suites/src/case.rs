//! A case: what is sent, to prove one or more requirements.

use std::sync::Arc;

use serde::Serialize;

use crate::probe::Probe;

/// Where a case comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Generated from the contract and the catalogue.
    Derived,
    /// Generated inputs.
    Property,
    /// Written by hand.
    Scenario,
}

impl Origin {
    /// The word as it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Derived => "derived",
            Self::Property => "property",
            Self::Scenario => "scenario",
        }
    }
}

type Body = Arc<dyn Fn(&Probe<'_>) + Send + Sync>;

/// One libtest-mimic trial, named by its path.
#[derive(Clone)]
pub struct Case {
    name: String,
    origin: Origin,
    covers: Vec<String>,
    body: Body,
}

impl Case {
    /// A case that covers these requirements.
    pub fn new(
        origin: Origin,
        name: impl Into<String>,
        covers: &[&str],
        body: impl Fn(&Probe<'_>) + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            origin,
            covers: covers.iter().map(|id| (*id).to_owned()).collect(),
            body: Arc::new(body),
        }
    }

    /// Its path: `polyai::extract::json::dotted_path`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Ids of the requirements it covers.
    pub fn covers(&self) -> &[String] {
        &self.covers
    }

    pub(crate) fn run(&self, probe: &Probe<'_>) {
        (self.body)(probe);
    }
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case")
            .field("name", &self.name)
            .field("covers", &self.covers)
            .finish_non_exhaustive()
    }
}
