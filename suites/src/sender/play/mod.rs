//! Plays the server to somebody's sender: the raw edge, and who sent what to it.

pub(crate) mod desk;
mod intake;
mod pulse;
pub(crate) mod run;
pub(crate) mod stage;
pub(crate) mod wait;
