//! Wrong servers of this API, each a small defect that implementers really make.

mod agents;
mod auth;
mod body;
mod conduct;
mod errors;
mod files;
mod limit;
mod parts;
mod places;
mod replies;
mod run_control;
mod run_list;
mod runs;
mod session_list;
mod sessions;
mod uploads;
mod workflow;

use crate::mutant::Mutant;

/// All of them, by area.
pub(crate) fn all() -> Vec<&'static Mutant> {
    [
        agents::MUTANTS,
        auth::MUTANTS,
        body::MUTANTS,
        limit::MUTANTS,
        replies::MUTANTS,
        files::MUTANTS,
        workflow::MUTANTS,
        errors::MUTANTS,
        conduct::MUTANTS,
        uploads::MUTANTS,
        runs::MUTANTS,
        run_list::MUTANTS,
        run_control::MUTANTS,
        sessions::MUTANTS,
        session_list::MUTANTS,
    ]
    .into_iter()
    .flatten()
    .collect()
}
