//! What each API brings: its target, its cases, and what holds for every exchange with it.

use std::sync::Arc;

use crate::case::Case;
use crate::examination::Examined;
use crate::http::{Exchange, Request};
use crate::probe::Probe;
use crate::target::Target;

/// Why nothing of an API can be judged.
#[derive(Clone, Debug)]
pub struct Stop {
    /// What is wrong and what to do about it.
    pub reason: String,
    /// The exchange that shows it.
    pub exchange: Option<Exchange>,
}

/// The suite of one API.
pub trait Suite: Send + Sync {
    /// The contract and catalogue it judges.
    fn api(&self) -> &'static spec::Api;

    /// The server under test.
    fn target(&self) -> &Target;

    /// Sends the first requests: is the target there, do the credentials and fixtures fit, and how does it word
    /// its answers? Nothing is judged before this succeeded.
    fn preflight(&self, probe: &Probe<'_>) -> Result<(), Stop>;

    /// Tries with single calls whether the target agrees with what the configuration says of it.
    fn examine(&self, probe: &Probe<'_>) -> Vec<Examined>;

    /// Whether a conformant server refuses this request, or it leaves nothing behind. In safe mode no other request is
    /// sent, so the answer errs on the side of `false`.
    fn is_harmless(&self, request: &Request) -> bool;

    /// Requirements that [`Suite::inspect`] checks.
    fn checked_on_every_exchange(&self) -> &'static [&'static str];

    /// Checks what must hold for any exchange, whatever the case is about.
    fn inspect(&self, probe: &Probe<'_>, exchange: &Exchange);

    /// Why a requirement cannot be judged here: it is about a part of the API that the target does not serve, and need not.
    /// Known after the preflight.
    fn unserved(&self, _requirement: &str) -> Option<&str> {
        None
    }

    /// The part of the API that a request asks for, as the ids of its requirements begin; `None` where every server has it.
    fn part_of(&self, _request: &Request) -> Option<&'static str> {
        None
    }

    /// Why a requirement is not judged whatever is found: it is about something that the target does not have.
    fn lacking(&self, requirement: &str) -> Option<String> {
        let declared = self.target().not_offered().reason(requirement);
        declared.or_else(|| self.unserved(requirement).map(str::to_owned))
    }

    /// All cases, in the order of the catalogue's areas.
    fn cases(self: Arc<Self>) -> Vec<Case>;
}
