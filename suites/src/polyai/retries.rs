//! What PolyAI's pages say about sending an event again: nothing.

use crate::sender::{OpenRows, Retries};

/// Everything is open.
pub(crate) static RETRIES: Retries = Retries::Open(&OpenRows {
    retries: "polyai.sender.retries",
    stable: None,
});
