//! The cases, one file for each part of the catalogue.

mod auth;
mod decoys;
mod encoding;
mod everywhere;
mod extract;
mod headers;
mod ids;
mod json;
mod media_type;
mod open;
mod open_bodies;
mod query;
mod refusals;
mod transport;
mod xml;

use std::sync::Arc;

use super::Polyai;
use super::subject::Derived;
use crate::case::{Case, Origin};
use crate::derive::{self, Subject};
use crate::probe::Probe;

/// A written case: its name below the API, where it comes from, what it covers, and what it does.
type Entry = (
    &'static str,
    Origin,
    &'static [&'static str],
    fn(&Polyai, &Probe<'_>),
);

/// Generated cases first, then the written ones by area.
pub(super) fn all(polyai: &Arc<Polyai>) -> Vec<Case> {
    let subject: Arc<dyn Subject> = Arc::new(Derived(Arc::clone(polyai)));
    let mut cases = derive::cases(&subject);
    let written = [
        auth::CASES,
        everywhere::CASES,
        query::CASES,
        extract::CASES,
        json::CASES,
        decoys::CASES,
        xml::CASES,
        encoding::CASES,
        headers::CASES,
        media_type::CASES,
        ids::CASES,
        refusals::CASES,
        transport::CASES,
        open::CASES,
        open_bodies::CASES,
    ];
    for (name, origin, covers, body) in written.into_iter().flatten() {
        let polyai = Arc::clone(polyai);
        cases.push(Case::new(
            *origin,
            format!("polyai::{name}"),
            covers,
            move |probe| body(&polyai, probe),
        ));
    }
    cases
}
