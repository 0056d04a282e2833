//! What Inkeep's pages say about sending an event again: no schedule, but an id that makes it harmless.

use crate::sender::{OpenRows, Retries};

/// An event keeps its id; the rest is open.
pub(crate) static RETRIES: Retries = Retries::Open(&OpenRows {
    retries: "inkeep.sender.retries",
    stable: Some(("inkeep.sender.stable-id", "id")),
});
