//! The reference sender passes under every jitter, and a wrong twin for each requirement fails for its own reason.
//!
//! All in one process, without a socket, on a clock that only counts.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod conduct;
mod growth;
mod numbers;
mod stage;
