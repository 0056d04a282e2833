//! The server under test.

use std::sync::{Mutex, PoisonError};

use crate::http::{BaseUrl, Limits, Redactor, Wire, WireError};

/// Where requests go, and how much they may cost.
#[derive(Debug)]
pub struct Target {
    base: BaseUrl,
    limits: Limits,
    embedded: bool,
    redactor: Redactor,
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
            idle: Mutex::new(Vec::new()),
        }
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
        idle.map_or_else(|| Wire::new(&self.base, self.limits), Ok)
    }

    /// Gives a client back for the next case.
    pub(crate) fn check_in(&self, wire: Wire) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(wire);
    }
}
