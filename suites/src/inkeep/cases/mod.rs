//! The cases, one file for each part of the catalogue.

mod auth;
mod bags;
mod body;
mod ids;
mod members;
mod open;
mod open_bodies;
mod refusals;
mod repeats;
mod sequence;
mod transport;
mod valid;

use std::sync::Arc;

use super::Inkeep;
use super::subject::Derived;
use crate::case::{Case, Origin};
use crate::derive::{self, Subject};
use crate::probe::Probe;

/// A written case: its name below the API, where it comes from, what it covers, and what it does.
type Entry = (
    &'static str,
    Origin,
    &'static [&'static str],
    fn(&Inkeep, &Probe<'_>),
);

/// Generated cases first, then the written ones by area.
pub(super) fn all(inkeep: &Arc<Inkeep>) -> Vec<Case> {
    let subject: Arc<dyn Subject> = Arc::new(Derived(Arc::clone(inkeep)));
    let mut cases = derive::cases(&subject);
    let written = [
        auth::CASES,
        body::CASES,
        members::CASES,
        ids::CASES,
        bags::CASES,
        valid::CASES,
        refusals::CASES,
        transport::CASES,
        open::CASES,
        open_bodies::CASES,
        sequence::CASES,
        // The last of these looks at an event that the preflight stored, so time has passed.
        repeats::CASES,
    ];
    for (name, origin, covers, body) in written.into_iter().flatten() {
        let inkeep = Arc::clone(inkeep);
        cases.push(Case::new(
            *origin,
            format!("inkeep::{name}"),
            covers,
            move |probe| body(&inkeep, probe),
        ));
    }
    cases
}
