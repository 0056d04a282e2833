//! What the mock received and took: triggers and uploads, for whoever wants to look at them.

use bytes::Bytes;
use jiff::Timestamp;

use super::shelf::Keep;
use crate::bounded::Weigh;

/// One event that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id: that of the message, of the run or of the file.
    pub id: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The agent it was sent to.
    pub agent_id: String,
    /// The organization of the agent.
    pub organization_id: String,
    /// `Idempotency-Key` in the body, if there is one.
    pub idempotency_key: Option<String>,
    /// `Content-Type` as it was sent, if it was and is text.
    pub content_type: Option<String>,
    /// The body of a trigger, byte for byte. Of an upload nothing is kept.
    pub body: Bytes,
    /// When the mock answered.
    pub received_at: Timestamp,
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A message that was answered.
    Message {
        /// The session that it is in.
        session_id: String,
    },
    /// A run.
    Run,
    /// An uploaded file.
    Upload {
        /// The name that the part was given; `file` without one.
        filename: String,
        /// The media type that the part was labelled with; `application/octet-stream` without one.
        file_type: String,
        /// Its length.
        size_bytes: u64,
        /// Its SHA-256, in hexadecimal.
        sha256: String,
    },
}

impl Keep for Event {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Weigh for Event {
    fn weight(&self) -> usize {
        self.body.len()
            + self.idempotency_key.as_ref().map_or(0, String::len)
            + self.content_type.as_ref().map_or(0, String::len)
    }
}
