//! What an API brings so that those who send to it can be judged.

use mock_server::Fixtures;
use serde_json::Value;

use super::request::{Found, Given, Received};

/// The sending side of one API.
pub(crate) struct SenderSide {
    /// Holds one request against the requirements that bind who sends it.
    pub(crate) rules: fn(&Received, &Given) -> Vec<Found>,
    /// What is handed to the sender of the event with this number. No two numbers share an address.
    pub(crate) given: fn(u32) -> Given,
    /// Makes the reference server of this API hold what was handed over for these events, and nothing else.
    pub(crate) fixtures: fn(&[Given], &mut Fixtures),
    /// The media type and the body of an error with this status, in the form of this API.
    pub(crate) error: fn(u16) -> (&'static str, Value),
}
