//! The decision: request, state and time in, answer and trace out. What the single calls do stands in files of their
//! own.
//!
//! The order is path, method, key, agent, and then what the call asks. Only the key before the agent follows from a
//! document (Olbrain, Trigger a webhook, Errors: whose agent it is depends on the key).

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;

use super::agents::{Agent, AgentType, Agents};
use super::answer::{self, Refusal};
use super::auth::{self, Organization, Principal};
use super::event::Event;
use super::fixtures::Fixtures;
use super::random::Random;
use super::readings::{KeyWithoutPermission, OtherMethodStatus, Readings, TrailingSlash};
use super::route::Route;
use super::state::State;
use crate::reply::Reply;
use crate::secrets::Secrets;
use crate::trace::Trace;

/// The organization and the project of agents for which the fixtures name none.
const UNNAMED_ORGANIZATION: &str = "org_unnamed";
const UNNAMED_PROJECT: &str = "proj_unnamed";

/// The seed of the made ids where no other is given.
pub const DEFAULT_SEED: u64 = 0;

/// The webhook service: fixtures that do not change, and what has happened so far.
pub struct Olbrain {
    fixtures: Fixtures,
    pub(super) agents: Agents,
    pub(super) secrets: Secrets,
    pub(super) random: Random,
    pub(super) state: State,
}

/// The requirements that the lookup of an agent decides by; each group of calls has its own.
pub(super) struct AgentRows {
    pub(super) unknown: &'static str,
    pub(super) of_another: &'static str,
}

impl Olbrain {
    /// A server with these fixtures, where nothing has happened, whose ids come from [`DEFAULT_SEED`].
    pub fn new(fixtures: Fixtures) -> Self {
        Self::with_seed(fixtures, DEFAULT_SEED)
    }

    /// A server with these fixtures, where nothing has happened. The same requests in the same order and at the same
    /// times get the same answers, byte for byte, from every server with the same seed.
    pub fn with_seed(fixtures: Fixtures, seed: u64) -> Self {
        Self {
            agents: Agents::of(&fixtures),
            secrets: Secrets::new(fixtures.keys.iter()),
            random: Random::new(seed),
            state: State::default(),
            fixtures,
        }
    }

    /// Answers a request. A bad request is an answer like any other; nothing panics.
    ///
    /// A form with a file has to be whole here. The server around the core passes it on in pieces instead.
    pub fn respond(&self, request: &Request<Bytes>, now: Timestamp) -> Reply {
        let mut trace = Trace::new();
        let response = self.decide(request, now, &mut trace);
        self.reply(response, trace)
    }

    /// The triggers and uploads that were taken so far, oldest first, within [`MAX_KEPT`](super::MAX_KEPT) and
    /// [`MAX_KEPT_BYTES`](super::MAX_KEPT_BYTES).
    pub fn events(&self) -> Vec<Event> {
        self.state.lock().events.iter().cloned().collect()
    }

    /// What the server was made with.
    pub fn fixtures(&self) -> &Fixtures {
        &self.fixtures
    }

    /// Gives an agent another type, as its owner can in Studio; its URL stays. Returns whether there is such an agent.
    ///
    /// Source: Olbrain, Trigger a webhook, Agent type is transparent.
    pub fn change_agent_type(&self, agent_id: &str, agent_type: AgentType) -> bool {
        self.agents.change_type(agent_id, agent_type)
    }

    pub(super) fn readings(&self) -> &Readings {
        &self.fixtures.readings
    }

    /// The answer with its trace. Every error gets a request id of its own.
    pub(super) fn reply(&self, response: Result<Response<Bytes>, Refusal>, trace: Trace) -> Reply {
        let response =
            response.unwrap_or_else(|refusal| answer::refused(&refusal, &self.random.request_id()));
        Reply::new(response, trace)
    }

    fn decide(
        &self,
        request: &Request<Bytes>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        let route = self.route(request, trace)?;
        match route {
            Route::Trigger { agent_id, .. } => self.trigger(&agent_id, request, now, trace),
            Route::Upload { agent_id } => self.upload(&agent_id, request, now, trace),
            Route::Runs { agent_id, call } => self.run_call(&agent_id, &call, request, now, trace),
            Route::Sessions { agent_id, call } => self.session_call(&agent_id, &call, request, now, trace),
            Route::File => self.file(request, now, trace),
            // Neither has a method, so that the lookup of the route has refused both.
            Route::NoAgent | Route::Unknown => Err(answer::NO_SUCH_PATH),
        }
    }

    /// Finds the call, if the path is one of the API's and the method is the path's.
    pub(super) fn route<'r>(
        &self,
        request: &'r Request<Bytes>,
        trace: &mut Trace,
    ) -> Result<Route<'r>, Refusal> {
        let path = request.uri().path();
        let route = Route::of(path);
        let place = [
            self.secrets.excerpt(request.method().as_str()),
            self.secrets.excerpt(path),
        ];
        let place: &[&str] = &[&place[0], " ", &place[1]];
        let Some(documented) = route.methods().first() else {
            let requirement = if route == Route::NoAgent {
                "olbrain.route.no-agent"
            } else {
                "olbrain.route.unknown-path"
            };
            trace.step("route", place, &[route.name()], requirement);
            return Err(answer::NO_SUCH_PATH);
        };
        if matches!(
            route,
            Route::Trigger {
                slash_behind: true,
                ..
            }
        ) && self.readings().trailing_slash == TrailingSlash::NotFound
        {
            trace.step(
                "route",
                place,
                &["a slash behind the agent"],
                "olbrain.route.trailing-slash",
            );
            return Err(answer::NO_SUCH_PATH);
        }
        if !route.methods().contains(request.method()) {
            trace.step(
                "route",
                place,
                &["a method other than ", documented.as_str()],
                "olbrain.route.other-method",
            );
            return Err(match self.readings().other_method_status {
                OtherMethodStatus::NotFound => answer::NO_SUCH_PATH,
                OtherMethodStatus::MethodNotAllowed if *documented == Method::POST => {
                    Refusal::method_not_allowed("POST")
                }
                OtherMethodStatus::MethodNotAllowed => Refusal::method_not_allowed("GET"),
            });
        }
        let requirement = matches!(route, Route::Trigger { .. }).then_some("olbrain.route.post");
        trace.step("route", place, &[route.name()], requirement);
        Ok(route)
    }

    /// Finds out whose key it is.
    pub(super) fn authenticate(
        &self,
        request: &Request<Bytes>,
        trace: &mut Trace,
    ) -> Result<Organization, Refusal> {
        const PLACE: &[&str] = &["header authorization"];
        let keys = &self.fixtures.keys;
        let case = self.readings().scheme_case;
        match auth::principal(request.headers(), request.uri(), keys, case) {
            Ok(Principal::Of(organization)) => {
                let found = match organization {
                    Organization::Own => "the valid key",
                    Organization::Other => "a key of another organization",
                };
                trace.step("key", PLACE, &[found], "olbrain.auth.ok");
                Ok(organization)
            }
            Ok(Principal::WithoutPermission) => {
                trace.step(
                    "key",
                    PLACE,
                    &["a key without agents:invoke"],
                    "olbrain.auth.permission",
                );
                Err(match self.readings().key_without_permission {
                    KeyWithoutPermission::Forbidden => answer::FORBIDDEN,
                    KeyWithoutPermission::Unauthorized => answer::BAD_KEY,
                    KeyWithoutPermission::NotFound => answer::AGENT_NOT_FOUND,
                })
            }
            Err(refusal) => {
                trace.step("key", PLACE, &[refusal.found], refusal.requirement);
                Err(if refusal.is_key {
                    answer::BAD_KEY
                } else {
                    answer::MALFORMED_HEADER
                })
            }
        }
    }

    /// Finds the agent, if it belongs to this organization.
    pub(super) fn find_agent(
        &self,
        agent_id: &str,
        organization: Organization,
        rows: &AgentRows,
        trace: &mut Trace,
    ) -> Result<Agent, Refusal> {
        let shown = self.secrets.excerpt(agent_id);
        let (found, requirement) = match self.agents.get(agent_id) {
            Some(agent) if agent.organization == organization => {
                let found = agent.kind.as_str();
                trace.step("agent", &[&shown], &[found], "olbrain.agent.type-transparent");
                return Ok(agent);
            }
            Some(_) => ("an agent of another organization", rows.of_another),
            None => ("no such agent", rows.unknown),
        };
        trace.step("agent", &[&shown], &[found], requirement);
        Err(answer::AGENT_NOT_FOUND)
    }

    /// Refuses a call that is not for agents of this type.
    pub(super) fn only_for(
        wanted: AgentType,
        agent: Agent,
        requirement: &'static str,
        trace: &mut Trace,
    ) -> Result<(), Refusal> {
        if agent.kind == wanted {
            return Ok(());
        }
        let found = ["this call is for ", wanted.as_str()];
        trace.step("type", &["the agent"], &found, requirement);
        Err(answer::RUNTIME_NOT_APPLICABLE)
    }

    /// Organization and project of an agent.
    pub(super) fn home(&self, organization: Organization) -> (&str, &str) {
        let (organization_id, project_id) = match (organization, &self.fixtures.other_organization) {
            (Organization::Other, Some(other)) => (&other.organization_id, &other.project_id),
            _ => (&self.fixtures.organization_id, &self.fixtures.project_id),
        };
        (
            organization_id.as_deref().unwrap_or(UNNAMED_ORGANIZATION),
            project_id.as_deref().unwrap_or(UNNAMED_PROJECT),
        )
    }

    /// 413 with the code of the reading.
    pub(super) fn too_large(&self) -> Refusal {
        use super::readings::OversizeCode;
        let code = match self.readings().oversize_code {
            OversizeCode::PayloadTooLarge => "payload_too_large",
            OversizeCode::RequestTooLarge => "request_too_large",
        };
        Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            code,
            "The request body is larger than 1 MiB.",
        )
    }
}

#[cfg(test)]
mod tests;
