//! Wrong servers of this API, each a small defect that implementers really make.

mod across;
mod auth;
mod bend;
mod body;
mod decoding;
mod formats;
mod ids;
mod json;
mod json_values;
mod locations;
mod lookup;
mod media_types;
mod namesakes;
mod one_way;
mod query;
mod response;
mod response_schemas;
mod route;

use mock_server::Fixtures;

use crate::mutant::Mutant;

/// All of them, in the order of the catalogue's areas.
pub(crate) fn all() -> Vec<&'static Mutant> {
    [
        route::MUTANTS,
        auth::MUTANTS,
        lookup::MUTANTS,
        query::MUTANTS,
        namesakes::MUTANTS,
        locations::MUTANTS,
        json::MUTANTS,
        json_values::MUTANTS,
        formats::MUTANTS,
        media_types::MUTANTS,
        body::MUTANTS,
        ids::MUTANTS,
        decoding::MUTANTS,
        response::MUTANTS,
        response_schemas::MUTANTS,
        across::MUTANTS,
        one_way::MUTANTS,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every id is accepted once, so that a side effect of a refusal shows.
fn single_use(fixtures: &mut Fixtures) {
    let known = fixtures.polyai.readings.set("id_reuse", "refused");
    debug_assert!(known, "the reading exists");
}
