//! Judging the other side of a webhook: the client that sends it.
//!
//! What a client sent under a scripted scenario is a [`Recording`]: its attempts with their instants, what each was
//! answered, and how long was listened. Everything here that decides is a function of such a value, so that it does
//! not matter who recorded it: the server of `hookproof sender`, a test under a paused clock, or a program in another
//! language that writes the attempts into a file.

mod attempt;
pub mod attempts_file;
mod calibrate;
mod command;
mod each_request;
mod explained;
pub(crate) mod fake_clock;
pub(crate) mod handed;
mod host;
mod json_place;
pub mod judge;
pub mod judged;
pub(crate) mod live;
mod play;
pub mod reference;
pub(crate) mod report;
pub(crate) mod request;
mod rows;
pub(crate) mod scenario;
pub(crate) mod session;
pub(crate) mod side;
pub mod simulate;
pub(crate) mod timeline;
pub(crate) mod vectors;

pub use attempt::{Answered, Attempt, Mode, Overhead, Recording};
pub use host::{HostTrace, Slow, Stall};
pub(crate) use rows::{OpenRows, Retries, ScheduleRows};
