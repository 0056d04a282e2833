//! The one place of this crate that reads a clock. The core gets the time as an argument.

use jiff::Timestamp;

/// The time of the machine, in UTC.
#[expect(
    clippy::disallowed_methods,
    reason = "the edges of this crate take their time from here"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}
