//! How targets are reached. Each test runs the command.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod command;
mod direct;
mod proxied;
mod tls;
