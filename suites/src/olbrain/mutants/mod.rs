//! Wrong servers of this API, each a small defect that implementers really make.

mod auth;
mod parts;

use crate::mutant::Mutant;

/// All of them, by area.
pub(crate) fn all() -> Vec<&'static Mutant> {
    [auth::MUTANTS].into_iter().flatten().collect()
}
