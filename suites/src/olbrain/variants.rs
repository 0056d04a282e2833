//! Correct servers of this API that differ from the reference where the documents leave them free.

mod places;

use crate::variant::Variant;

/// All of them, beside those that any server may be.
pub(crate) fn all() -> &'static [Variant] {
    places::VARIANTS
}
