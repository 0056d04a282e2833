//! One turn of a conversation: a message from outside, and the agent's answer.
//!
//! Source: Olbrain, Trigger a webhook, Conversational agent, and Generated files
//! (<https://docs.olbrain.com/webhooks-trigger>).

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;

use super::agents::Habit;
use super::answer;
use super::conversation::{GeneratedFile, Message, Role, Session, Tokens};
use super::event::Outcome;
use super::files;
use super::object_text::{ObjectText, quoted};
use super::pdf;
use super::readings::SessionContinuation;
use super::respond::Olbrain;
use super::state::{Kept, Link};
use super::trigger::Trigger;
use crate::trace::Trace;

/// The reply of an agent, as the first sample has it.
const REPLY: &str = "Order received — I'll start processing right away.";

/// The reply of an agent that has made a PDF, as the second sample has it.
const PDF_REPLY: &str = "Here's your receipt — let me know if anything looks off.";

/// The title of a PDF, unless the event has a member `title`.
const PDF_TITLE: &str = "Order Receipt";

/// How long an answer took, in seconds. On the clock of the core, receipt and answer are one moment.
const PROCESSING_SECONDS: &str = "0.0";

impl Olbrain {
    pub(super) fn converse(&self, trigger: &Trigger<'_>, trace: &mut Trace) -> Response<Bytes> {
        let (file, link) = match trigger.agent.habit {
            Habit::MakesPdfs => Some(self.make_pdf(trigger)).unzip(),
            _ => (None, None),
        };
        let reply = if file.is_some() { PDF_REPLY } else { REPLY };
        let tokens = Tokens::of(trigger.request.body().len(), reply.len());
        let (question_id, message_id) = (self.random.id("msg_"), self.random.id("msg_"));
        let fresh_session = self.random.id("sess_");
        // All events wait for one lock, so that what can be written before it is.
        let members = self.members(trigger, &message_id, reply, tokens, file.as_ref());
        let said = Bytes::copy_from_slice(trigger.body.said().as_bytes());
        let quoted_reply = Bytes::from(quoted(reply));

        let mut kept = self.state.lock();
        if let Some(answer) = self.answered_before(trigger, &kept, trace) {
            return answer;
        }
        let (session_id, found) = self.join_session(trigger, tokens, fresh_session, &mut kept);
        kept.messages.push(Message {
            id: question_id,
            session_id: session_id.clone(),
            role: Role::User,
            content: said,
            tokens: Tokens::default(),
            file: None,
            created_at: trigger.now,
        });
        kept.messages.push(Message {
            id: message_id.clone(),
            session_id: session_id.clone(),
            role: Role::Agent,
            content: quoted_reply,
            tokens,
            file,
            created_at: trigger.now,
        });
        if let Some(link) = link {
            kept.links.push(link);
        }
        let body = ObjectText::new()
            .raw("success", "true")
            .text("session_id", &session_id)
            .followed_by(&members)
            .end();
        let body = Bytes::from(body);
        trace.step("session", &[&session_id], &[found], "olbrain.conv.200");
        let outcome = Outcome::Message { session_id };
        self.take_down(trigger, message_id, outcome, (StatusCode::OK, &body), &mut kept);
        drop(kept);
        answer::json(StatusCode::OK, body)
    }

    /// The members of the answer that are known before the session is.
    fn members(
        &self,
        trigger: &Trigger<'_>,
        message_id: &str,
        reply: &str,
        tokens: Tokens,
        file: Option<&GeneratedFile>,
    ) -> ObjectText {
        let (organization_id, project_id) = self.home(trigger.agent.organization);
        let base = files::base(trigger.request);
        ObjectText::new()
            .text("message_id", message_id)
            .text("agent_id", trigger.agent_id)
            .text("organization_id", organization_id)
            .text("project_id", project_id)
            .text("response", reply)
            .list("files", file.map(|file| files::generated(file, &base)))
            .raw("token_usage", &token_usage(tokens))
            .raw("processing_time", PROCESSING_SECONDS)
            .text("timestamp", &with_millis(trigger.now))
    }

    /// Counts the two messages of this turn into the thread that the event belongs to, or into a new one. Returns its id,
    /// and which of the two it was.
    fn join_session(
        &self,
        trigger: &Trigger<'_>,
        tokens: Tokens,
        fresh: String,
        kept: &mut Kept,
    ) -> (String, &'static str) {
        let body = &trigger.body;
        let sessions = &kept.sessions;
        let is_thread = |session: &&Session| session.agent_id == trigger.agent_id;
        let joined = match self.readings().session_continuation {
            SessionContinuation::SessionId => {
                let named = body.session_id.as_deref();
                named.and_then(|id| sessions.get(id)).filter(is_thread)
            }
            SessionContinuation::UserId => body.user_id.as_deref().and_then(|user| {
                let is_theirs = |session: &&Session| session.user_id.as_deref() == Some(user);
                sessions.iter().rev().filter(is_thread).find(is_theirs)
            }),
            // One key that counts serves all agents of an organization.
            SessionContinuation::Key => sessions.iter().rev().find(is_thread),
        };
        let joined = joined.map(|session| session.id.clone());
        let found = if joined.is_some() {
            "a message joins it"
        } else {
            "a message begins it"
        };
        let session_id = joined.unwrap_or_else(|| {
            let user_id = body.user_id.as_deref().map(str::to_owned);
            let metadata = Bytes::copy_from_slice(body.metadata.unwrap_or("{}").as_bytes());
            kept.sessions.push(Session::begun(
                fresh.clone(),
                trigger.agent_id.to_owned(),
                user_id,
                metadata,
                trigger.now,
            ));
            fresh
        });
        let activity = kept.activity.next(trigger.now);
        if let Some(session) = kept.sessions.get_mut(&session_id) {
            session.note(2, tokens, activity);
        }
        (session_id, found)
    }

    fn make_pdf(&self, trigger: &Trigger<'_>) -> (GeneratedFile, Link) {
        let title = trigger.body.title.as_deref().unwrap_or(PDF_TITLE);
        let title = self.secrets.mask(title);
        let said = self.secrets.mask(trigger.body.said());
        let at = with_millis(trigger.now);
        let content = pdf::document(&title, &[&said, "", trigger.agent_id, &at]);
        let filename = pdf::filename(&title);
        let token = self.random.token();
        let name = format!("pdfgen-{}.pdf", &self.random.token()[..12]);
        let path = files::path(trigger.agent_id, &["generated_pdfs", &name]);
        let file = GeneratedFile {
            target: format!("{path}?alt=media&token={token}"),
            filename: filename.clone(),
            size_bytes: content.len() as u64,
        };
        let link = Link {
            token,
            path,
            expires_at: None,
            filename,
            content,
        };
        (file, link)
    }
}

/// The three counts, as an object.
pub(super) fn token_usage(tokens: Tokens) -> String {
    ObjectText::new()
        .whole("prompt_tokens", tokens.prompt)
        .whole("completion_tokens", tokens.completion)
        .whole("total_tokens", tokens.total())
        .end()
}

/// A moment as the trigger shows it: RFC 3339 in UTC with milliseconds.
fn with_millis(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
