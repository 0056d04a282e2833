//! The reference behaviour of the Olbrain webhook service: `POST /api/agents/webhook/{agent_id}`, and the uploads, runs
//! and sessions that its page refers to.
//!
//! Source: Olbrain, Trigger a webhook, <https://docs.olbrain.com/webhooks-trigger>, and the pages beside it.

mod agents;
mod answer;
mod api;
mod auth;
mod builtin;
mod conversation;
mod event;
mod files;
mod fixtures;
mod fixtures_text;
mod form;
mod input;
mod json_text;
mod media_type;
mod object_text;
mod pdf;
mod query;
mod random;
pub mod readings;
mod respond;
mod route;
mod run;
mod run_calls;
mod session_calls;
mod shelf;
mod state;
mod trigger;
mod trigger_body;
mod turn;
mod upload;

pub use agents::AgentType;
pub use conversation::{CLOSES_AFTER, SessionStatus};
pub use event::{Event, Outcome};
pub(crate) use fixtures::DEFINITION;
pub use fixtures::{Fixtures, Keys, OtherOrganization};
pub use input::{BODY_LIMIT_BYTES, not_json_from};
pub use readings::Readings;
pub use respond::{DEFAULT_SEED, Olbrain};
pub use run::{QUEUED_FOR, RUNS_FOR, RunStatus, SLOW_RUNS_FOR};
pub use shelf::{MAX_KEPT, MAX_KEPT_BYTES};
