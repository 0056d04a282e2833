//! The trigger: an event for an agent, which answers at once or queues a run.
//!
//! Source: Olbrain, Trigger a webhook (<https://docs.olbrain.com/webhooks-trigger>).

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use super::agents::{Agent, AgentType, Habit};
use super::answer::{self, Refusal};
use super::event::{Event, Outcome};
use super::input::Body;
use super::object_text::ObjectText;
use super::readings::{
    BadKeyBadBody, BadKeyOversize, Idempotency, UnknownAgentBadBody, UnknownAgentOversize,
};
use super::respond::{AgentRows, Olbrain};
use super::run::Run;
use super::state::{FirstAnswer, Kept};
use super::trigger_body::{BodyFault, EMPTY};
use crate::trace::Trace;

const ROWS: AgentRows = AgentRows {
    unknown: "olbrain.agent.unknown",
    of_another: "olbrain.agent.other-org",
};

/// An event that is good for its agent.
pub(super) struct Trigger<'r> {
    pub(super) agent_id: &'r str,
    pub(super) agent: Agent,
    pub(super) request: &'r Request<Bytes>,
    pub(super) body: Body<'r>,
    pub(super) now: Timestamp,
}

impl Olbrain {
    pub(super) fn trigger(
        &self,
        agent_id: &str,
        request: &Request<Bytes>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        let agent = self.trigger_target(agent_id, request, || self.body_fault(request), trace)?;
        let body = self.read_body(request, trace)?;
        self.check_expectations(agent, &body, trace)?;
        self.check_files(agent_id, &body, trace)?;
        check_upstream(agent, trace)?;
        let trigger = Trigger {
            agent_id,
            agent,
            request,
            body,
            now,
        };
        Ok(match agent.kind {
            AgentType::Conversational => self.converse(&trigger, trace),
            AgentType::Workflow => self.queue(&trigger, trace),
        })
    }

    /// The agent that the key may trigger. Where a reading says so, a fault of the body comes before one of the key or
    /// of the agent.
    pub(super) fn trigger_target(
        &self,
        agent_id: &str,
        request: &Request<Bytes>,
        fault: impl Fn() -> Option<BodyFault>,
        trace: &mut Trace,
    ) -> Result<Agent, Refusal> {
        let readings = self.readings();
        let organization = self.authenticate(request, trace).map_err(|refusal| {
            let size = readings.bad_key_oversize == BadKeyOversize::TooLarge;
            let syntax = readings.bad_key_bad_body == BadKeyBadBody::BadRequest;
            let size = size.then_some("olbrain.auth.order.401-413");
            let syntax = syntax.then_some("olbrain.auth.order.401-400");
            self.said_first(&fault, size, syntax, trace).unwrap_or(refusal)
        })?;
        self.find_agent(agent_id, organization, &ROWS, trace)
            .map_err(|refusal| {
                let size = readings.unknown_agent_oversize == UnknownAgentOversize::TooLarge;
                let syntax = readings.unknown_agent_bad_body == UnknownAgentBadBody::BadRequest;
                let size = size.then_some("olbrain.auth.order.404-413");
                let syntax = syntax.then_some("olbrain.auth.order.404-400");
                self.said_first(&fault, size, syntax, trace).unwrap_or(refusal)
            })
    }

    /// The refusal of the body, if it has a fault that comes first: of size, or of syntax.
    fn said_first(
        &self,
        fault: &impl Fn() -> Option<BodyFault>,
        size: Option<&'static str>,
        syntax: Option<&'static str>,
        trace: &mut Trace,
    ) -> Option<Refusal> {
        size.or(syntax)?;
        let (requirement, found, refusal) = match fault()? {
            BodyFault::TooLarge => (size?, "too large, which comes first", self.too_large()),
            BodyFault::Empty => (syntax?, "nothing, which comes first", EMPTY),
            BodyFault::NotJson => (syntax?, "not JSON, which comes first", self.not_json()),
        };
        trace.step("body", &["payload"], &[found], requirement);
        Some(refusal)
    }

    /// The answer that the same `Idempotency-Key` had before, where events are deduplicated.
    pub(super) fn answered_before(
        &self,
        trigger: &Trigger<'_>,
        kept: &Kept,
        trace: &mut Trace,
    ) -> Option<Response<Bytes>> {
        if self.readings().idempotency == Idempotency::New {
            return None;
        }
        let key = trigger.body.idempotency_key.as_deref()?;
        let first = kept
            .first_answers
            .get(&FirstAnswer::name(trigger.agent_id, key))?;
        trace.step(
            "idempotency key",
            &["payload"],
            &["one that was answered before"],
            "olbrain.idem.no-dedupe-promise",
        );
        Some(answer::json(first.status, first.body.clone()))
    }

    /// Takes the event down, and its answer where a later one with the same key has to get it again.
    pub(super) fn take_down(
        &self,
        trigger: &Trigger<'_>,
        id: String,
        outcome: Outcome,
        answer: (StatusCode, &Bytes),
        kept: &mut Kept,
    ) {
        let key = trigger.body.idempotency_key.as_deref();
        if let Some(key) = key
            && self.readings().idempotency == Idempotency::Deduplicated
        {
            kept.first_answers.push(FirstAnswer {
                name: FirstAnswer::name(trigger.agent_id, key),
                status: answer.0,
                body: answer.1.clone(),
            });
        }
        kept.events.push(Event {
            id,
            outcome,
            agent_id: trigger.agent_id.to_owned(),
            organization_id: self.home(trigger.agent.organization).0.to_owned(),
            idempotency_key: key.map(str::to_owned),
            content_type: content_type(trigger.request),
            body: trigger.request.body().clone(),
            received_at: trigger.now,
        });
    }

    fn queue(&self, trigger: &Trigger<'_>, trace: &mut Trace) -> Response<Bytes> {
        let run_id = self.random.id("run_");
        let body = ObjectText::new()
            .text("run_id", &run_id)
            .text("status", "queued")
            .end();
        let body = Bytes::from(body);
        let inputs = trigger.body.inputs.unwrap_or("{}");
        let run = Run::queued(
            run_id.clone(),
            trigger.agent_id.to_owned(),
            Bytes::copy_from_slice(inputs.as_bytes()),
            trigger.agent.course(),
            trigger.now,
        );
        let mut kept = self.state.lock();
        if let Some(answer) = self.answered_before(trigger, &kept, trace) {
            return answer;
        }
        kept.runs.push(run);
        trace.step("run", &[&run_id], &["queued"], "olbrain.wf.202");
        self.take_down(
            trigger,
            run_id,
            Outcome::Run,
            (StatusCode::ACCEPTED, &body),
            &mut kept,
        );
        drop(kept);
        answer::json(StatusCode::ACCEPTED, body)
    }
}

/// What stands behind the agent fails, where the fixtures say so.
fn check_upstream(agent: Agent, trace: &mut Trace) -> Result<(), Refusal> {
    let (found, requirement, refusal) = match agent.habit {
        Habit::TimesOut => (
            "no answer in time, on purpose",
            "olbrain.err.502-timeout",
            answer::UPSTREAM_TIMEOUT,
        ),
        Habit::Fails => (
            "a failure, on purpose",
            "olbrain.err.502-error",
            answer::UPSTREAM_ERROR,
        ),
        _ => return Ok(()),
    };
    trace.step("upstream", &["the agent"], &[found], requirement);
    Err(refusal)
}

pub(super) fn content_type(request: &Request<Bytes>) -> Option<String> {
    let value = request.headers().get(CONTENT_TYPE)?;
    value.to_str().ok().map(str::to_owned)
}
