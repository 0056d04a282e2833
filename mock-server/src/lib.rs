//! The documented behaviour of the webhook APIs as a pure function, and servers around it.
//!
//! [`Mock::respond`] is the function: request and time in, answer and [`Trace`] out. [`serve`] puts an HTTP server
//! around it, and `wiremock` (a feature) a responder for other people's tests.

mod bearer;
mod body_text;
mod bounded;
#[cfg(test)]
mod catalogue_tests;
pub mod clock;
pub mod definition;
mod fixtures;
pub mod inkeep;
pub mod journal;
mod key;
mod media_type;
mod mock;
mod numbers;
pub mod olbrain;
pub mod polyai;
mod reply;
mod secrets;
pub mod serve;
mod settings;
mod target_table;
mod toml_table;
mod toml_text;
pub mod trace;
#[cfg(feature = "wiremock")]
pub mod wiremock;

pub use fixtures::{Fixtures, FixturesError};
pub use mock::Mock;
pub use reply::Reply;
pub use settings::Setting;
pub use target_table::Target;
pub use toml_table::Fault;
pub use trace::Trace;
