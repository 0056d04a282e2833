//! Wrong servers of this API, each a small defect that implementers really make.

mod agents;
mod auth;
mod auth_tokens;
mod body;
mod chunks;
mod conduct;
mod error_answers;
mod errors;
mod files;
mod idempotency;
mod limit;
mod one_way;
mod parts;
mod places;
mod replies;
mod reply_values;
mod run_answers;
mod run_control;
mod run_list;
mod runs;
mod session_list;
mod session_order;
mod sessions;
mod upload_refusals;
mod uploads;
mod workflow;

use crate::mutant::Mutant;

/// All of them, by area.
pub(crate) fn all() -> Vec<&'static Mutant> {
    [
        agents::MUTANTS,
        auth::MUTANTS,
        auth_tokens::MUTANTS,
        body::MUTANTS,
        idempotency::MUTANTS,
        limit::MUTANTS,
        chunks::MUTANTS,
        replies::MUTANTS,
        reply_values::MUTANTS,
        files::MUTANTS,
        workflow::MUTANTS,
        errors::MUTANTS,
        error_answers::MUTANTS,
        conduct::MUTANTS,
        uploads::MUTANTS,
        upload_refusals::MUTANTS,
        runs::MUTANTS,
        run_answers::MUTANTS,
        run_list::MUTANTS,
        run_control::MUTANTS,
        sessions::MUTANTS,
        session_list::MUTANTS,
        session_order::MUTANTS,
        one_way::MUTANTS,
    ]
    .into_iter()
    .flatten()
    .collect()
}
