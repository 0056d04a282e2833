//! Correct servers that differ from the reference only where the documents leave them free. The suite holds nothing
//! against any of them.

mod common;

use std::collections::BTreeSet;

use mock_server::Fixtures;

use crate::registry;
use crate::standin::trial::{self, Bad, TrialError};
use crate::standin::{Misbehave, Respond, StandIn};
use crate::verdict::Verdict;

/// A correct server, unlike the reference in one way.
#[derive(Clone, Copy)]
pub struct Variant {
    standin: StandIn,
    difference: &'static str,
    warns: &'static [&'static str],
}

impl Variant {
    /// A variant that answers one request at a time, and with whole answers.
    ///
    /// `difference` says what it does, as the end of a sentence that begins with "it".
    pub const fn new(name: &'static str, difference: &'static str, respond: Respond) -> Self {
        Self {
            standin: StandIn::plain(name, respond),
            difference,
            warns: &[],
        }
    }

    /// A variant that differs in connections, framing or timing.
    pub const fn in_a_crowd(name: &'static str, difference: &'static str, misbehave: Misbehave) -> Self {
        Self {
            standin: StandIn::in_a_crowd(name, misbehave),
            difference,
            warns: &[],
        }
    }

    /// It is spoken to over TLS.
    #[must_use]
    pub const fn over_tls(mut self) -> Self {
        self.standin = self.standin.over_tls();
        self
    }

    /// It is spoken to in HTTP/2 over TLS.
    #[must_use]
    pub const fn over_http2(mut self) -> Self {
        self.standin = self.standin.over_http2();
        self
    }

    /// The reference behind it has other fixtures or readings. The suite is told the changed ones.
    #[must_use]
    pub const fn with(mut self, setup: fn(&mut Fixtures)) -> Self {
        self.standin = self.standin.with(setup);
        self
    }

    /// Requirements of level *should* that it does not meet: they warn, and nothing else does.
    #[must_use]
    pub const fn warned_for(mut self, requirements: &'static [&'static str]) -> Self {
        self.warns = requirements;
        self
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.standin.name()
    }

    /// What it does otherwise.
    pub fn difference(&self) -> &'static str {
        self.difference
    }

    /// Runs the suite of an API against it and returns what the suite wrongly holds against it: every failure, and every
    /// warning that was not to be expected.
    ///
    /// # Errors
    /// [`TrialError`] when there was no complete run.
    pub fn false_alarms(&self, api: &str) -> Result<Bad, TrialError> {
        let expected: BTreeSet<&str> = self.warns.iter().copied().collect();
        let mut bad = trial::run(api, Some(&self.standin))?;
        bad.retain(|id, verdict| *verdict == Verdict::Fail || !expected.contains(id.as_str()));
        Ok(bad)
    }
}

/// The variants of an API: those that every server may be, and its own.
pub fn of(api: &str) -> Vec<&'static Variant> {
    let own = registry::variants(api);
    common::VARIANTS.iter().chain(own).collect()
}
