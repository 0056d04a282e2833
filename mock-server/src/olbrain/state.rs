//! What the mock remembers, within the bounds of its shelves.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;

use super::conversation::{Activity, Message, Session};
use super::event::Event;
use super::run::Run;
use super::shelf::{Keep, Shelf};
use crate::bounded::Weigh;

/// A file that was uploaded. Its bytes are not kept.
#[derive(Clone, Debug)]
pub(crate) struct UploadedFile {
    pub(crate) file_id: String,
    /// The one agent that may use it.
    pub(crate) agent_id: String,
}

impl Keep for UploadedFile {
    fn id(&self) -> &str {
        &self.file_id
    }
}

impl Weigh for UploadedFile {
    fn weight(&self) -> usize {
        self.agent_id.len()
    }
}

/// An address that gives a file.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// What the address has to carry.
    pub(crate) token: String,
    /// The path that the token is good for.
    pub(crate) path: String,
    /// When the address ends, if it does.
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) filename: String,
    pub(crate) content: Bytes,
}

impl Keep for Link {
    fn id(&self) -> &str {
        &self.token
    }
}

impl Weigh for Link {
    fn weight(&self) -> usize {
        self.content.len()
    }
}

/// The answer that an `Idempotency-Key` had first.
#[derive(Clone, Debug)]
pub(crate) struct FirstAnswer {
    /// Agent and key, so that two agents never share one.
    pub(crate) name: String,
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl FirstAnswer {
    pub(crate) fn name(agent_id: &str, key: &str) -> String {
        // No id of an agent tells how long it is; a count of its bytes in front does.
        format!("{}:{agent_id}{key}", agent_id.len())
    }
}

impl Keep for FirstAnswer {
    fn id(&self) -> &str {
        &self.name
    }
}

impl Weigh for FirstAnswer {
    fn weight(&self) -> usize {
        self.name.len() + self.body.len()
    }
}

/// Everything that changes.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) events: Shelf<Event>,
    pub(crate) runs: Shelf<Run>,
    pub(crate) sessions: Shelf<Session>,
    pub(crate) messages: Shelf<Message>,
    pub(crate) uploads: Shelf<UploadedFile>,
    pub(crate) links: Shelf<Link>,
    pub(crate) first_answers: Shelf<FirstAnswer>,
    /// That of the message that was taken last.
    pub(crate) activity: Activity,
}

/// The state behind its lock.
#[derive(Default)]
pub(crate) struct State {
    kept: Mutex<Kept>,
}

impl State {
    /// Nothing that is done under the lock panics half-way, so that it is never given up.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clear(&self) {
        let gone = std::mem::take(&mut *self.lock());
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_and_keys_of_first_answers_cannot_be_mixed_up() {
        assert_ne!(FirstAnswer::name("a", "bc"), FirstAnswer::name("ab", "c"));
        assert_ne!(FirstAnswer::name("a:1", "b"), FirstAnswer::name("a", ":1b"));
    }

    #[test]
    fn a_panic_under_the_lock_does_not_take_the_state_away() {
        let state = std::sync::Arc::new(State::default());
        state.lock().uploads.push(UploadedFile {
            file_id: "fi_1".into(),
            agent_id: "agt_1".into(),
        });
        let poisoner = state.clone();
        let thread = std::thread::spawn(move || {
            let _guard = poisoner.lock();
            panic!("on purpose, while the lock is held");
        });
        assert!(thread.join().is_err());
        assert!(state.lock().uploads.get("fi_1").is_some());
        state.clear();
        assert!(state.lock().uploads.get("fi_1").is_none());
    }
}
