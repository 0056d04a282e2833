//! Correct servers of this API that differ from the reference where the documents leave them free.

mod late;
mod places;

use crate::variant::Variant;

/// All of them, beside those that any server may be.
pub(crate) fn all() -> Vec<&'static Variant> {
    [places::VARIANTS, late::VARIANTS].into_iter().flatten().collect()
}
