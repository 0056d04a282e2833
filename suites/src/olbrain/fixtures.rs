//! What the target was said to hold: keys, agents, and requests made from them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use mock_server::olbrain::{Fixtures as Declared, Keys};
use serde_json::{Value, json};

use super::calls;
use super::similar::similar;
use crate::http::Request;

/// The variable that holds the valid key.
pub(crate) const KEY_VARIABLE: &str = "HOOKPROOF_OLBRAIN_KEY";

/// The place of one key among all keys of a target.
type KeyOf = fn(&mut Keys) -> &mut Option<String>;

/// Variables that hold keys, each with the key that it sets.
pub const KEY_VARIABLES: [(&str, KeyOf); 5] = [
    (KEY_VARIABLE, |keys| &mut keys.valid),
    ("HOOKPROOF_OLBRAIN_REVOKED_KEY", |keys| &mut keys.revoked),
    ("HOOKPROOF_OLBRAIN_EXPIRED_KEY", |keys| &mut keys.expired),
    ("HOOKPROOF_OLBRAIN_OTHER_ORGANIZATION_KEY", |keys| {
        &mut keys.other_organization
    }),
    ("HOOKPROOF_OLBRAIN_WITHOUT_PERMISSION_KEY", |keys| {
        &mut keys.without_permission
    }),
];

/// What the name of the header is in the document.
pub(crate) const AUTHORIZATION: &str = "Authorization";

/// What an agent is, as it was configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Conversational,
    Workflow,
}

impl Kind {
    /// The status of an accepted event.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Conversational => 200,
            Self::Workflow => 202,
        }
    }

    /// The kind as it is called in sentences.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Conversational => "conversational",
            Self::Workflow => "workflow",
        }
    }
}

/// The declared fixtures.
#[derive(Debug)]
pub(crate) struct Fixtures {
    declared: Declared,
    seed: u64,
    /// How many ids and markers were made.
    made: AtomicU64,
    /// How JSON is labelled, where the target does not take the plain label.
    media_type: OnceLock<&'static str>,
}

impl Fixtures {
    pub(crate) fn new(declared: Declared, seed: u64) -> Self {
        Self {
            declared,
            seed,
            made: AtomicU64::new(0),
            media_type: OnceLock::new(),
        }
    }

    pub(crate) fn declared(&self) -> &Declared {
        &self.declared
    }

    pub(crate) fn key(&self) -> Result<&str, String> {
        self.declared.keys.valid.as_deref().ok_or_else(|| {
            format!(
                "no valid access key: set {KEY_VARIABLE}, or olbrain.keys.valid in the configuration file"
            )
        })
    }

    /// Agents whose ordinary events succeed, each with its kind, those without peculiarities first.
    pub(crate) fn agents(&self) -> Vec<(&str, Kind)> {
        let declared = &self.declared;
        let conversational = [&declared.conversational_agents, &declared.pdf_agents];
        let workflow = [
            &declared.workflow_agents,
            &declared.slow_workflow_agents,
            &declared.failing_workflow_agents,
        ];
        let conversational = conversational
            .into_iter()
            .flatten()
            .map(|agent| (agent.as_str(), Kind::Conversational));
        let workflow = workflow
            .into_iter()
            .flatten()
            .map(|agent| (agent.as_str(), Kind::Workflow));
        conversational.chain(workflow).collect()
    }

    /// The `index`th agent of a kind, or what to declare.
    fn nth(&self, kind: Kind, index: usize) -> Result<&str, String> {
        let mut of_kind = self.agents().into_iter().filter(|(_, k)| *k == kind);
        of_kind.nth(index).map(|(agent, _)| agent).ok_or_else(|| {
            let which = if index == 0 { "no" } else { "no second" };
            let word = kind.word();
            format!("{which} {word} agent: declare it in olbrain.{word}_agents")
        })
    }

    pub(crate) fn agent(&self, kind: Kind) -> Result<&str, String> {
        self.nth(kind, 0)
    }

    pub(crate) fn second_agent(&self, kind: Kind) -> Result<&str, String> {
        self.nth(kind, 1)
    }

    pub(crate) fn conversational(&self) -> Result<&str, String> {
        self.agent(Kind::Conversational)
    }

    pub(crate) fn workflow(&self) -> Result<&str, String> {
        self.agent(Kind::Workflow)
    }

    /// The agent of cases that are about neither kind.
    pub(crate) fn any(&self) -> Result<&str, String> {
        self.agents().first().map(|(agent, _)| *agent).ok_or_else(|| {
            "no agent: declare one in olbrain.conversational_agents or olbrain.workflow_agents".to_owned()
        })
    }

    /// The kind of an agent of the key's organization, where it is known.
    pub(crate) fn kind_of(&self, agent: &str) -> Option<Kind> {
        let declared = &self.declared;
        let peculiar = [&declared.strict_workflow_agents, &declared.failing_upload_agents];
        let peculiar = peculiar
            .into_iter()
            .flatten()
            .map(|agent| (agent.as_str(), Kind::Workflow));
        let mut all = self.agents().into_iter().chain(peculiar);
        all.find(|(known, _)| *known == agent).map(|(_, kind)| kind)
    }

    /// A conversational agent that makes no files.
    pub(crate) fn without_tools(&self) -> Option<&str> {
        self.declared.conversational_agents.first().map(String::as_str)
    }

    /// An event to which an agent answers with a file that it has made.
    pub(crate) fn file_event(&self) -> Option<Request> {
        self.declared.pdf_agents.first().map(|agent| self.event(agent))
    }

    /// The workflow agent on whose runs control calls are tried: one whose runs take long, if there is any.
    pub(crate) fn controllable(&self) -> Result<&str, String> {
        match self.declared.slow_workflow_agents.first() {
            Some(agent) => Ok(agent),
            None => self.workflow(),
        }
    }

    /// Agents that were declared to fail behind the service.
    pub(crate) fn failing(&self) -> impl Iterator<Item = &str> {
        let declared = &self.declared;
        [&declared.upstream_error_agents, &declared.upstream_timeout_agents]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Agents for which every upload was declared to fail.
    pub(crate) fn failing_upload(&self) -> impl Iterator<Item = &str> {
        self.declared.failing_upload_agents.iter().map(String::as_str)
    }

    /// Whether a request carries the key that lacks a permission.
    pub(crate) fn has_limited_key(&self, request: &Request) -> bool {
        let key = self.declared.keys.without_permission.as_deref();
        key.is_some_and(|key| request.header_value(AUTHORIZATION) == Some(bearer(key).as_str()))
    }

    /// An agent that the target cannot have, with an id like those that it has.
    pub(crate) fn unknown_agent(&self) -> String {
        let model = self.declared.unknown_agent.as_deref().or(self.any().ok());
        self.unlike(model.unwrap_or("agt_01HAKZ5M8YQ4"))
    }

    /// An id of the same form as `model` that nobody has.
    pub(crate) fn unlike(&self, model: &str) -> String {
        similar(model, self.seed, self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// A word that no other request of the run carries.
    pub(crate) fn marker(&self) -> String {
        similar(
            "hookproof-0000000000a0",
            self.seed,
            self.made.fetch_add(1, Ordering::Relaxed),
        )
    }

    /// The body of an ordinary event for an agent.
    pub(crate) fn body_for(&self, agent: &str) -> Value {
        match self.kind_of(agent) {
            Some(Kind::Workflow) => workflow_body(),
            _ => message_body(),
        }
    }

    /// The documented event for an agent.
    pub(crate) fn event(&self, agent: &str) -> Request {
        self.trigger(agent, self.body_for(agent).to_string())
    }

    /// The ordinary event with further members beside those it has.
    pub(crate) fn event_with(&self, agent: &str, members: &[(&str, Value)]) -> Request {
        let mut body = self.body_for(agent);
        for (name, value) in members {
            body[*name] = value.clone();
        }
        self.trigger(agent, body.to_string())
    }

    /// Labels JSON from now on in the one way that the target takes, so that only the case about labels fails.
    pub(crate) fn learn_media_type(&self, media_type: &'static str) {
        // The first preflight's answer stands; a second one would learn the same.
        let _ = self.media_type.set(media_type);
    }

    /// An event with this body, under the valid key.
    pub(crate) fn trigger(&self, agent: &str, body: impl Into<Bytes>) -> Request {
        let media_type = self.media_type.get().copied().unwrap_or("application/json");
        self.signed("POST", &calls::trigger(agent)).body(media_type, body)
    }

    /// A call without a body, under the valid key.
    pub(crate) fn signed(&self, method: &str, path: &str) -> Request {
        let key = self.declared.keys.valid.as_deref().unwrap_or_default();
        Request::new(method, path).header(AUTHORIZATION, &bearer(key))
    }

    /// A reading call under the valid key.
    pub(crate) fn get(&self, path: &str) -> Request {
        self.signed("GET", path)
    }
}

/// The value of `Authorization` for a key.
pub(crate) fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

/// The documented message for a conversational agent.
fn message_body() -> Value {
    json!({
        "message": "Order #4421 placed for Acme Corp",
        "metadata": { "source": "shopify-orders-create", "order_id": "4421" },
    })
}

/// The documented inputs for a workflow agent, without the attachment, which takes an upload first.
fn workflow_body() -> Value {
    json!({ "inputs": { "customer_email": "buyer@example.com", "amount_inr": 1499 } })
}
