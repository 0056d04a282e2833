//! The server under test.

use std::sync::{Mutex, PoisonError};

use crate::conduct::Conduct;
use crate::http::{BaseUrl, Limits, Pace, Redactor, Transport, Wire, WireError};
use crate::not_offered::NotOffered;

/// Where requests go, and how much they may cost.
#[derive(Debug)]
pub struct Target {
    base: BaseUrl,
    limits: Limits,
    embedded: bool,
    redactor: Redactor,
    conduct: Conduct,
    /// Clients that no worker holds at the moment.
    idle: Mutex<Vec<Wire>>,
}

impl Target {
    /// A target; nothing is sent yet.
    pub fn new(base: BaseUrl, limits: Limits, embedded: bool, redactor: Redactor) -> Self {
        Self {
            base,
            limits,
            embedded,
            redactor,
            conduct: Conduct::default(),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// The same target, treated as `conduct` says.
    #[must_use]
    pub fn under(mut self, conduct: Conduct) -> Self {
        self.redactor = self.redactor.and(conduct.transport.secrets());
        self.conduct = conduct;
        self
    }

    /// Whether only requests are sent that a conformant server refuses or that leave nothing behind.
    pub fn is_safe(&self) -> bool {
        self.conduct.safe
    }

    /// Whether requests are only shown.
    pub fn is_dry(&self) -> bool {
        self.conduct.dry
    }

    /// How fast the target is asked.
    pub fn pace(&self) -> &Pace {
        &self.conduct.pace
    }

    /// What of the API the target does not offer.
    pub fn not_offered(&self) -> &NotOffered {
        &self.conduct.not_offered
    }

    /// The way to the target.
    pub fn transport(&self) -> &Transport {
        &self.conduct.transport
    }

    /// Where the target's paths begin.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Whether it is the mock inside this process.
    pub fn is_embedded(&self) -> bool {
        self.embedded
    }

    /// What hides the target's credentials in every output.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// A client of one's own, until it is given back.
    pub(crate) fn check_out(&self) -> Result<Wire, WireError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Wire::under(&self.base, self.limits, &self.conduct), Ok)
    }

    /// Gives a client back for the next case.
    pub(crate) fn check_in(&self, wire: Wire) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(wire);
    }
}
