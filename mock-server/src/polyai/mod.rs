//! The reference behaviour of PolyAI's external events webhook, `POST /v1/external-events/webhook`.
//!
//! Source: PolyAI, Post external event result, <https://docs.poly.ai/api-reference/external-events/introduction>.

mod answer;
mod api;
mod auth;
mod builtin;
mod dotted_path;
mod extract;
mod fixtures;
mod fixtures_text;
mod ids;
mod input;
mod look;
mod pairs;
pub mod readings;
mod respond;
mod state;

pub(crate) use fixtures::DEFINITION;
pub use fixtures::{Fixtures, Keys, OtherProject};
pub use input::Location;
pub use look::{find_id, mislabelled};
pub use readings::Readings;
pub use respond::{PATH, Polyai};
pub use state::{Event, MAX_EVENT_BYTES, MAX_EVENTS};
