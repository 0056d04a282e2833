//! Conformance cases for three webhook APIs, the runner that executes them, and the reports made from a run.
//!
//! A [`suite::Suite`] brings the cases of one API; [`runner`] turns them into libtest-mimic trials; every case
//! writes [`event::Event`]s as it runs, and terminal output, reports and the exit code are made from that stream.

#[cfg(test)]
mod by_hand;
pub mod case;
mod case_log;
pub mod cli;
pub mod conduct;
pub mod config;
mod credential;
mod derive;
pub mod embedded;
pub mod event;
pub mod examination;
mod failure;
mod front;
pub mod http;
pub mod inkeep;
mod insides;
mod json_reading;
mod leaks;
mod mint;
pub mod mutant;
pub mod not_offered;
pub mod olbrain;
pub mod polyai;
mod probe;
mod process_group;
mod property;
pub mod registry;
pub mod report;
pub mod run;
pub mod runner;
pub mod sender;
pub mod standin;
pub mod suite;
pub mod summary;
pub mod target;
mod transcript;
pub mod variant;
pub mod verdict;

pub use derive::is_derivable;
pub use probe::Probe;
