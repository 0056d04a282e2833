//! The reference behaviour of Inkeep's event log, `POST /run/v1/events`.
//!
//! Source: Inkeep, Log Event, <https://docs.inkeep.com/api-reference/events>, and Inkeep, Logging events with the
//! Events API, <https://docs.inkeep.com/talk-to-your-agents/events>.

mod answer;
mod api;
mod auth;
mod bag;
mod builtin;
#[cfg(test)]
mod catalogue_tests;
mod fixtures;
mod fixtures_text;
mod ids;
mod input;
mod json_text;
mod media_type;
pub mod readings;
mod respond;
mod row;
mod state;

pub(crate) use fixtures::DEFINITION;
pub use fixtures::{Fixtures, Keys};
pub use readings::Readings;
pub use respond::{DEFAULT_SEED, Inkeep, PATH};
pub use state::{Event, MAX_EVENT_BYTES, MAX_EVENTS, Project};
