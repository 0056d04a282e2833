//! The one place of the bench that reads the clock.

use std::time::Instant;

#[expect(
    clippy::disallowed_methods,
    reason = "measuring time is what the bench is for"
)]
pub(super) fn now() -> Instant {
    Instant::now()
}
