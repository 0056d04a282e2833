//! Sessions of conversational agents, and the messages in them.
//!
//! Source: Olbrain, Session management (<https://docs.olbrain.com/session-management>). When a session closes, and what
//! it costs, is ours.

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::shelf::Keep;
use crate::bounded::Weigh;

/// A session without activity for this long is closed. The next message to it opens it again.
pub const CLOSES_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What one token costs, in millionths of a dollar.
const TOKEN_COST: u64 = 2;

/// How many bytes of text make one token.
const TOKEN_BYTES: usize = 4;

/// What a model has read and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) prompt: u64,
    pub(crate) completion: u64,
}

impl Tokens {
    /// The tokens of these texts. No text is without any.
    pub(crate) fn of(prompt_bytes: usize, completion_bytes: usize) -> Self {
        let tokens = |bytes: usize| bytes.div_ceil(TOKEN_BYTES).max(1) as u64;
        Self {
            prompt: tokens(prompt_bytes),
            completion: tokens(completion_bytes),
        }
    }

    pub(crate) fn total(self) -> u64 {
        self.prompt.saturating_add(self.completion)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            prompt: self.prompt.saturating_add(other.prompt),
            completion: self.completion.saturating_add(other.completion),
        }
    }
}

/// The states that the page on session management names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionStatus {
    /// It was active lately.
    Active,
    /// It was not.
    Closed,
}

impl SessionStatus {
    /// Every state.
    pub const ALL: [Self; 2] = [Self::Active, Self::Closed];

    /// The word for it in requests and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Closed => "closed",
        }
    }
}

/// When a message was taken: its place among all messages of the server, and its moment.
///
/// Both go the same way. A request's own moment would not do: it is read before the lock, so that of two messages at once
/// the second one taken may have the earlier moment, and a clock may go back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Activity {
    place: u64,
    at: Timestamp,
}

impl Activity {
    /// The one after this, of a message whose request came at `now`.
    pub(crate) fn next(&mut self, now: Timestamp) -> Self {
        self.place += 1;
        self.at = self.at.max(now);
        *self
    }
}

/// One session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) agent_id: String,
    pub(crate) user_id: Option<String>,
    /// `metadata` of the first message, as JSON.
    pub(crate) metadata: Bytes,
    pub(crate) created_at: Timestamp,
    last: Activity,
    message_count: u64,
    tokens: Tokens,
}

impl Session {
    pub(crate) fn begun(
        id: String,
        agent_id: String,
        user_id: Option<String>,
        metadata: Bytes,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            agent_id,
            user_id,
            metadata,
            created_at: now,
            last: Activity { place: 0, at: now },
            message_count: 0,
            tokens: Tokens::default(),
        }
    }

    /// Counts messages in.
    pub(crate) fn note(&mut self, messages: u64, tokens: Tokens, activity: Activity) {
        self.message_count += messages;
        self.tokens = self.tokens.plus(tokens);
        self.last = activity;
    }

    pub(crate) fn last_message_at(&self) -> Timestamp {
        self.last.at
    }

    /// Later activity is larger.
    pub(crate) fn last_activity(&self) -> Activity {
        self.last
    }

    pub(crate) fn message_count(&self) -> u64 {
        self.message_count
    }

    pub(crate) fn tokens(&self) -> Tokens {
        self.tokens
    }

    /// Millionths of a dollar.
    pub(crate) fn cost(&self) -> u64 {
        self.tokens.total().saturating_mul(TOKEN_COST)
    }

    pub(crate) fn status(&self, now: Timestamp) -> SessionStatus {
        if now.duration_since(self.last.at) > CLOSES_AFTER {
            SessionStatus::Closed
        } else {
            SessionStatus::Active
        }
    }
}

impl Keep for Session {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Weigh for Session {
    fn weight(&self) -> usize {
        self.metadata.len() + self.user_id.as_ref().map_or(0, String::len)
    }
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Whoever sent the event.
    User,
    Agent,
}

impl Role {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
        }
    }
}

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) session_id: String,
    pub(crate) role: Role,
    /// What is said, as JSON.
    pub(crate) content: Bytes,
    pub(crate) tokens: Tokens,
    pub(crate) file: Option<GeneratedFile>,
    pub(crate) created_at: Timestamp,
}

impl Keep for Message {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Weigh for Message {
    fn weight(&self) -> usize {
        self.content.len()
    }
}

/// A file that an agent made on the way to its answer.
#[derive(Clone, Debug)]
pub(crate) struct GeneratedFile {
    /// Path and query of its address.
    pub(crate) target: String,
    pub(crate) filename: String,
    pub(crate) size_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::olbrain::run::after;

    #[test]
    fn sessions_and_messages_weigh_what_their_texts_do() {
        let by_a_user = Session {
            user_id: Some("user-42".into()),
            ..session()
        };
        assert_eq!((session().weight(), by_a_user.weight()), (2, 2 + 7));
    }

    fn session() -> Session {
        Session::begun(
            "sess_1".into(),
            "agt_1".into(),
            None,
            Bytes::from_static(b"{}"),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn tokens_add_up_and_are_never_none() {
        let tokens = Tokens::of(0, 9);
        assert_eq!((tokens.prompt, tokens.completion, tokens.total()), (1, 3, 4));
        let most = Tokens {
            prompt: u64::MAX,
            completion: 1,
        };
        assert_eq!(most.plus(most).total(), u64::MAX);
    }

    #[test]
    fn a_session_counts_what_it_holds() {
        let mut session = session();
        let later = after(Timestamp::UNIX_EPOCH, SignedDuration::from_secs(5));
        let mut activity = Activity::default();
        session.note(2, Tokens::of(8, 4), activity.next(later));
        session.note(2, Tokens::of(4, 4), activity.next(Timestamp::UNIX_EPOCH));
        assert_eq!((session.message_count(), session.tokens().total()), (4, 5));
        assert_eq!(session.last_message_at(), later);
        assert_eq!(session.cost(), 10);
    }

    #[test]
    fn what_is_taken_later_is_never_earlier() {
        let mut activity = Activity::default();
        let later = after(Timestamp::UNIX_EPOCH, SignedDuration::from_secs(5));
        let first = activity.next(later);
        let second = activity.next(Timestamp::UNIX_EPOCH);
        assert!(second > first);
        assert_eq!(second.at, later);
    }

    #[test]
    fn a_session_closes_when_nothing_happens() {
        let mut session = session();
        let end = after(Timestamp::UNIX_EPOCH, CLOSES_AFTER);
        assert_eq!(session.status(end), SessionStatus::Active);
        let later = after(end, SignedDuration::from_nanos(1));
        assert_eq!(session.status(later), SessionStatus::Closed);
        session.note(2, Tokens::default(), Activity::default().next(later));
        assert_eq!(session.status(later), SessionStatus::Active);
    }
}
