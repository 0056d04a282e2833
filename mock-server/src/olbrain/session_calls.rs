//! The calls of session management: list and fetch sessions, list and fetch messages.
//!
//! Source: Olbrain, Session management (<https://docs.olbrain.com/session-management>). The page shows the list of
//! sessions; of a single session it shows the first members, of messages none. The rest is the mock's own.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use super::agents::{Agent, AgentType};
use super::answer::{self, Refusal};
use super::conversation::{Message, Session, SessionStatus};
use super::files;
use super::object_text::ObjectText;
use super::query::{Given, MOST_SESSIONS_LISTED, Query, SESSIONS_LISTED};
use super::readings::{SessionsLimitInvalid, SessionsSinceInvalid, SessionsStatusUnknown};
use super::respond::{AgentRows, Olbrain};
use super::route::SessionCall;
use super::run_calls::in_seconds;
use super::state::Kept;
use super::turn::token_usage;
use crate::trace::Trace;

/// Where every session of this API comes from.
const CHANNEL: &str = "webhook";

const ROWS: AgentRows = AgentRows {
    unknown: "olbrain.agent.unknown",
    of_another: "olbrain.sess.404.other-org",
};

/// Which sessions are asked for.
struct Wanted {
    limit: u64,
    status: Option<SessionStatus>,
    since: Option<Timestamp>,
    /// The state asked for is none that a session can be in.
    none: bool,
}

impl Olbrain {
    pub(super) fn session_call(
        &self,
        agent_id: &str,
        call: &SessionCall<'_>,
        request: &Request<Bytes>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        let organization = self.authenticate(request, trace)?;
        let agent = self.find_agent(agent_id, organization, &ROWS, trace)?;
        Self::only_for(AgentType::Conversational, agent, "olbrain.sess.kind", trace)?;
        let body = match call {
            SessionCall::List => {
                let wanted = self.wanted_sessions(request, trace)?;
                self.list_sessions(agent_id, &wanted, now, trace)
            }
            SessionCall::Get(session_id) => {
                let kept = self.state.lock();
                let session = find_session(&kept, agent_id, session_id, trace)?;
                let found = session.status(now).as_str();
                trace.step("session", &[&session.id], &[found], "olbrain.sess.get");
                self.session_text(session, agent, now)
            }
            SessionCall::Messages(session_id) => {
                let kept = self.state.lock();
                let session = find_session(&kept, agent_id, session_id, trace)?;
                self.list_messages(session, &kept, request, trace)
            }
            SessionCall::Message(session_id, message_id) => {
                let kept = self.state.lock();
                let session = find_session(&kept, agent_id, session_id, trace)?;
                let message = find_message(&kept, session, message_id, trace)?;
                self.message_text(message, &files::base(request))
            }
        };
        Ok(answer::json(StatusCode::OK, body))
    }

    fn wanted_sessions(&self, request: &Request<Bytes>, trace: &mut Trace) -> Result<Wanted, Refusal> {
        let readings = self.readings();
        let query = Query::parse(request.uri().query().unwrap_or(""));
        let limit = match (query.limit(), readings.sessions_limit_invalid) {
            (Given::Value(limit), _) => limit.min(MOST_SESSIONS_LISTED),
            (Given::Unusable, SessionsLimitInvalid::Refused) => {
                trace.step(
                    "limit",
                    &["query"],
                    &["no positive whole number"],
                    "olbrain.sess.list.limit.invalid",
                );
                return Err(Refusal::bad_request("limit has to be a positive whole number."));
            }
            _ => SESSIONS_LISTED,
        };
        let (mut status, mut none) = (None, false);
        match query.status(&SessionStatus::ALL, SessionStatus::as_str) {
            Given::Value(given) => status = Some(given),
            Given::Nothing => {}
            Given::Unusable => {
                trace.step(
                    "status",
                    &["query"],
                    &["no state of a session"],
                    "olbrain.sess.list.status.unknown",
                );
                match readings.sessions_status_unknown {
                    SessionsStatusUnknown::Empty => none = true,
                    SessionsStatusUnknown::Refused => {
                        return Err(Refusal::bad_request("status has to be active or closed."));
                    }
                    SessionsStatusUnknown::Ignored => {}
                }
            }
        }
        let since = match (query.since(), readings.sessions_since_invalid) {
            (Given::Value(since), _) => Some(since),
            (Given::Unusable, SessionsSinceInvalid::Refused) => {
                trace.step(
                    "since",
                    &["query"],
                    &["no moment"],
                    "olbrain.sess.list.since.invalid",
                );
                return Err(Refusal::bad_request("since has to be a moment in ISO 8601."));
            }
            _ => None,
        };
        Ok(Wanted {
            limit,
            status,
            since,
            none,
        })
    }

    fn list_sessions(&self, agent_id: &str, wanted: &Wanted, now: Timestamp, trace: &mut Trace) -> String {
        let kept = self.state.lock();
        let mut listed: Vec<&Session> = kept
            .sessions
            .iter()
            .filter(|session| {
                session.agent_id == agent_id
                    && !wanted.none
                    && wanted.status.is_none_or(|status| session.status(now) == status)
                    && wanted.since.is_none_or(|since| session.last_message_at() > since)
            })
            .collect();
        listed.sort_by_key(|session| std::cmp::Reverse(session.last_activity()));
        listed.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
        let count = listed.len().to_string();
        trace.step(
            "sessions",
            &["sessions of the agent"],
            &[&count, " of them"],
            "olbrain.sess.list",
        );
        let sessions: Vec<String> = listed
            .into_iter()
            .map(|session| {
                self.session_head(session, now)
                    .whole("total_tokens", session.tokens().total())
                    .end()
            })
            .collect();
        drop(kept);
        ObjectText::new()
            .list("sessions", sessions)
            .whole("limit", wanted.limit)
            .end()
    }

    /// What the list and the single session have in common.
    fn session_head(&self, session: &Session, now: Timestamp) -> ObjectText {
        let user_id = session.user_id.as_deref().map(|user| self.secrets.mask(user));
        ObjectText::new()
            .text("session_id", &session.id)
            .text("agent_id", &session.agent_id)
            .text("status", session.status(now).as_str())
            .text("channel", CHANNEL)
            .text_or_null("user_id", user_id.as_deref())
            .text("created_at", &in_seconds(session.created_at))
            .text("last_message_at", &in_seconds(session.last_message_at()))
            .whole("message_count", session.message_count())
    }

    fn session_text(&self, session: &Session, agent: Agent, now: Timestamp) -> String {
        let (organization_id, project_id) = self.home(agent.organization);
        let cost = session.cost();
        let cost = ObjectText::new()
            .text("currency", "USD")
            .raw("amount", &format!("{}.{:06}", cost / 1_000_000, cost % 1_000_000))
            .end();
        let metadata = String::from_utf8_lossy(&session.metadata);
        self.session_head(session, now)
            .text("organization_id", organization_id)
            .text("project_id", project_id)
            .raw("token_usage", &token_usage(session.tokens()))
            .raw("cost", &cost)
            .raw("metadata", &self.secrets.mask(&metadata))
            .end()
    }

    fn list_messages(
        &self,
        session: &Session,
        kept: &Kept,
        request: &Request<Bytes>,
        trace: &mut Trace,
    ) -> String {
        let base = files::base(request);
        let messages: Vec<String> = kept
            .messages
            .iter()
            .filter(|message| message.session_id == session.id)
            .map(|message| self.message_text(message, &base))
            .collect();
        let count = messages.len().to_string();
        trace.step(
            "messages",
            &[&session.id],
            &[&count, " of them"],
            "olbrain.sess.messages",
        );
        ObjectText::new()
            .text("session_id", &session.id)
            .list("messages", messages)
            .end()
    }

    fn message_text(&self, message: &Message, base: &str) -> String {
        let content = String::from_utf8_lossy(&message.content);
        ObjectText::new()
            .text("message_id", &message.id)
            .text("session_id", &message.session_id)
            .text("role", message.role.as_str())
            .text("status", "completed")
            .raw("content", &self.secrets.mask(&content))
            .list(
                "files",
                message.file.as_ref().map(|file| files::generated(file, base)),
            )
            .raw("token_usage", &token_usage(message.tokens))
            .text("created_at", &in_seconds(message.created_at))
            .end()
    }
}

/// Finds a session of this agent.
fn find_session<'k>(
    kept: &'k Kept,
    agent_id: &str,
    session_id: &str,
    trace: &mut Trace,
) -> Result<&'k Session, Refusal> {
    let (found, requirement) = match kept.sessions.get(session_id) {
        Some(session) if session.agent_id == agent_id => return Ok(session),
        Some(_) => ("a session of another agent", "olbrain.sess.404.other-agent"),
        None => ("no such session", "olbrain.sess.404"),
    };
    trace.step("session", &["sessions of the agent"], &[found], requirement);
    Err(answer::SESSION_NOT_FOUND)
}

/// Finds a message of this session.
fn find_message<'k>(
    kept: &'k Kept,
    session: &Session,
    message_id: &str,
    trace: &mut Trace,
) -> Result<&'k Message, Refusal> {
    let (found, requirement) = match kept.messages.get(message_id) {
        Some(message) if message.session_id == session.id => {
            let found = ["a message of the ", message.role.as_str()];
            trace.step("message", &[&message.id], &found, "olbrain.sess.message");
            return Ok(message);
        }
        Some(_) => (
            "a message of another session",
            "olbrain.sess.404.message-elsewhere",
        ),
        None => ("no such message", "olbrain.sess.404.message"),
    };
    trace.step("message", &["messages of the session"], &[found], requirement);
    Err(answer::MESSAGE_NOT_FOUND)
}
