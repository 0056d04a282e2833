//! Wrong servers of this API, each a small defect that implementers really make.

use crate::mutant::Mutant;

/// All of them.
pub(crate) fn all() -> Vec<&'static Mutant> {
    MUTANTS.iter().collect()
}

const MUTANTS: &[Mutant] = &[];
