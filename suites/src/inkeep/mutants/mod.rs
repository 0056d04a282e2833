//! Wrong servers of this API, each a small defect that implementers really make: one file for each part of the catalogue.

mod across;
mod anchors;
mod answers;
mod auth;
mod bag_details;
mod bag_values;
mod bags;
mod bend;
mod body;
mod events;
mod id_pattern;
mod ids;
mod lookup;
mod problems;
mod repeats;
mod route;
mod types;

use crate::mutant::Mutant;

/// All of them.
pub(crate) fn all() -> Vec<&'static Mutant> {
    [
        route::MUTANTS,
        auth::MUTANTS,
        lookup::MUTANTS,
        body::MUTANTS,
        types::MUTANTS,
        anchors::MUTANTS,
        ids::MUTANTS,
        id_pattern::MUTANTS,
        bags::MUTANTS,
        bag_values::MUTANTS,
        bag_details::MUTANTS,
        events::MUTANTS,
        repeats::MUTANTS,
        problems::MUTANTS,
        answers::MUTANTS,
        across::MUTANTS,
    ]
    .into_iter()
    .flatten()
    .collect()
}
