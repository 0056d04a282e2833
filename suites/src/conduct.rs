//! How the suite behaves towards a target: what it may send there, how fast, and on which way.

use std::sync::Arc;

use crate::http::{Pace, Transport};
use crate::not_offered::NotOffered;

/// What a person allows for one target.
#[derive(Clone, Debug, Default)]
pub struct Conduct {
    /// Safe mode: only requests that a conformant server must refuse or that leave nothing behind are sent.
    pub safe: bool,
    /// Whether nothing is sent at all, and every request only shown.
    pub dry: bool,
    /// How fast, and how much; one for the whole run.
    pub pace: Arc<Pace>,
    /// What of the API the target does not offer.
    pub not_offered: NotOffered,
    /// The way to the target.
    pub transport: Arc<Transport>,
}

impl Conduct {
    /// Safe mode, and nothing else out of the ordinary.
    pub fn safe() -> Self {
        Self {
            safe: true,
            ..Self::default()
        }
    }
}

/// Why safe mode leaves a requirement undecided.
pub(crate) const WITHHELD: &str =
    "safe mode: only a request that a conformant server could act on decides it; --full sends it";

/// Why a dry run decides nothing.
pub(crate) const DRY: &str = "dry run: nothing is sent";
