//! The judge: a recording in, judgements out. No I/O and no clock.
//!
//! What is judged follows from what was answered, never from the scenario's name: a 502 in the recording lets the rule
//! about 502 speak, endless 503s those about the schedule. A rule without anything to look at is silent; one that saw
//! too little says that it is undecided, and why.

mod answers;
mod bodies;
mod disturbed;
mod growth;
mod judgement;
mod outcome;
mod pace;
pub(crate) mod rates;
mod runs;
mod schedule;
mod series;
mod slowing;
mod start;
mod steady;

#[cfg(test)]
mod tests;

pub use judgement::{Judgement, Where};

use judgement::Judge;
use runs::Runs;

use super::{Recording, Retries};

/// Judges a recording by the rules of its API. Empty for an API that is not known.
pub fn judge(recording: &Recording) -> Vec<Judgement> {
    let Some(retries) = crate::registry::retries(&recording.api) else {
        return Vec::new();
    };
    let runs = Runs::new(recording);
    let mut judge = Judge::new(&runs);
    match retries {
        Retries::Schedule(rows) => {
            answers::judge(&mut judge, rows);
            schedule::judge(&mut judge, rows);
            pace::judge(&mut judge, rows);
            bodies::judge(&mut judge, rows);
        }
        Retries::Open(rows) => {
            answers::observe_all(&mut judge, rows.retries);
            if let Some((row, member)) = rows.stable {
                bodies::stable(&mut judge, row, member);
            }
        }
    }
    judge.judgements
}
