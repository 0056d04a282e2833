//! The decision: request, state and time in, answer and trace out.
//!
//! The order is path, method, key, parameters, body, id in the request, id valid. Only the place of the key before
//! all that follows it comes from a document (PolyAI, External events introduction, the flow of a request).

use std::borrow::Cow;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;

use super::answer::{self, Refusal};
use super::auth::{self, KEY_HEADER_NAME, Principal};
use super::extract::{self, Found};
use super::fixtures::Fixtures;
use super::ids::{self, Ids, Scope, Standing};
use super::input::{Location, Parameters};
use super::readings::{
    AccountUnknown, CreatedBody, EmptyBody, IdExpired, IdOtherProject, IdReuse, OtherMethodStatus,
    OtherProjectKey, ProjectUnknown, Readings, TrailingSlash,
};
use super::state::{Event, Events, Push};
use crate::reply::Reply;
use crate::secrets::{MASK, Secrets, is_credential_header};
use crate::trace::Trace;

/// The one path of the API.
pub const PATH: &str = "/v1/external-events/webhook";

/// The webhook: fixtures that do not change, and the events received so far.
pub struct Polyai {
    fixtures: Fixtures,
    ids: Ids,
    secrets: Secrets,
    pub(super) events: Events,
}

impl Polyai {
    /// A server with these fixtures and no events.
    pub fn new(fixtures: Fixtures) -> Self {
        let ids = Ids::of(&fixtures);
        let secrets = Secrets::new(fixtures.keys.iter());
        Self {
            fixtures,
            ids,
            secrets,
            events: Events::default(),
        }
    }

    /// Answers a request. A bad request is an answer like any other; nothing panics.
    pub fn respond(&self, request: &Request<Bytes>, now: Timestamp) -> Reply {
        let mut trace = Trace::new();
        let response = self
            .decide(request, now, &mut trace)
            .unwrap_or_else(answer::refused);
        Reply::new(response, trace)
    }

    /// The events received so far, oldest first, within [`MAX_EVENTS`](super::MAX_EVENTS) and
    /// [`MAX_EVENT_BYTES`](super::MAX_EVENT_BYTES).
    pub fn events(&self) -> Vec<Event> {
        self.events.all()
    }

    /// What the server was made with.
    pub fn fixtures(&self) -> &Fixtures {
        &self.fixtures
    }

    fn readings(&self) -> &Readings {
        &self.fixtures.readings
    }

    fn decide(
        &self,
        request: &Request<Bytes>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        self.route(request, trace)?;
        let principal = self.authenticate(request, trace)?;
        let parameters = self.parameters(request, trace)?;
        let scope = self.scope(principal, &parameters, trace)?;
        self.opaque_body(request, &parameters, trace)?;
        let id = self.find_id(request, &parameters, trace)?;
        self.judge_id(&id, scope, trace)?;
        let (account_id, project_id) = ids::meant(principal, &parameters, &self.fixtures);
        let event = Event {
            account_id: account_id.to_owned(),
            project_id: project_id.to_owned(),
            event_id: id.into_owned(),
            location: parameters.location,
            path: parameters.path.as_ref().to_owned(),
            content_type: content_type(request),
            body: request.body().clone(),
            received_at: now,
        };
        self.store(event, trace)
    }

    fn route(&self, request: &Request<Bytes>, trace: &mut Trace) -> Result<(), Refusal> {
        let path = request.uri().path();
        if path.strip_suffix('/') == Some(PATH) {
            if self.readings().trailing_slash == TrailingSlash::NotFound {
                trace.step(
                    "route",
                    &[PATH, "/"],
                    &["no such path"],
                    "polyai.route.trailing-slash",
                );
                return Err(Refusal::NoSuchPath);
            }
        } else if path != PATH {
            trace.step(
                "route",
                &[&self.secrets.excerpt(path)],
                &["no such path"],
                "polyai.route.unknown-path",
            );
            return Err(Refusal::NoSuchPath);
        }
        if request.method() == Method::POST {
            trace.step("route", &["POST ", path], &["the webhook"], "polyai.route.post");
            return Ok(());
        }
        let method = self.secrets.excerpt(request.method().as_str());
        trace.step(
            "route",
            &[&method, " ", path],
            &["a method other than POST"],
            "polyai.route.other-methods",
        );
        Err(match self.readings().other_method_status {
            OtherMethodStatus::MethodNotAllowed => Refusal::MethodNotAllowed,
            OtherMethodStatus::NotFound => Refusal::NoSuchPath,
        })
    }

    fn authenticate(&self, request: &Request<Bytes>, trace: &mut Trace) -> Result<Principal, Refusal> {
        const PLACE: &[&str] = &["header ", KEY_HEADER_NAME];
        match auth::principal(request.headers(), request.uri(), &self.fixtures.keys) {
            Ok(principal) => {
                let found = match principal {
                    Principal::Account => "the valid key",
                    Principal::OtherProject => "a key limited to another project",
                };
                trace.step("key", PLACE, &[found], "polyai.auth.ok");
                Ok(principal)
            }
            Err(refusal) => {
                trace.step("key", PLACE, &[refusal.found], refusal.requirement);
                Err(Refusal::Unauthorized)
            }
        }
    }

    fn parameters<'r>(
        &self,
        request: &'r Request<Bytes>,
        trace: &mut Trace,
    ) -> Result<Parameters<'r>, Refusal> {
        Parameters::parse(request.uri().query().unwrap_or(""), self.readings()).map_err(|refusal| {
            trace.step(
                "parameters",
                &[refusal.name],
                &[refusal.found],
                refusal.requirement,
            );
            Refusal::malformed(refusal.message)
        })
    }

    /// Which project the parameters name, and whether the key may be used there.
    fn scope(
        &self,
        principal: Principal,
        parameters: &Parameters<'_>,
        trace: &mut Trace,
    ) -> Result<Scope, Refusal> {
        let (account_id, project_id) = ids::meant(principal, parameters, &self.fixtures);
        let scope = ids::scope(principal, account_id, project_id, &self.fixtures);
        let not_found = |message| Refusal::Other(StatusCode::NOT_FOUND, message);
        let (found, requirement, refused) = match scope {
            Scope::Main => ("the project", "polyai.query.project-form", None),
            Scope::Other => ("the other project", "polyai.query.project-form", None),
            Scope::Outside => {
                let status = match self.readings().other_project_key {
                    OtherProjectKey::Unauthorized => Refusal::Unauthorized,
                    OtherProjectKey::Forbidden => {
                        Refusal::Other(StatusCode::FORBIDDEN, "API key is not allowed for this project")
                    }
                };
                (
                    "a project that the key is not for",
                    "polyai.auth.other-project-key",
                    Some(status),
                )
            }
            Scope::NoAccount => {
                let refused = match self.readings().account_unknown {
                    AccountUnknown::NotValid => None,
                    AccountUnknown::Unauthorized => Some(Refusal::Unauthorized),
                    AccountUnknown::NotFound => Some(not_found("no such account")),
                };
                ("an unknown account", "polyai.query.account.unknown", refused)
            }
            Scope::NoProject => {
                let refused = match self.readings().project_unknown {
                    ProjectUnknown::NotValid => None,
                    ProjectUnknown::Unauthorized => Some(Refusal::Unauthorized),
                    ProjectUnknown::NotFound => Some(not_found("no such project")),
                };
                ("an unknown project", "polyai.query.project.unknown", refused)
            }
        };
        let (account_id, project_id) = (self.secrets.excerpt(account_id), self.secrets.excerpt(project_id));
        trace.step("project", &[&account_id, "/", &project_id], &[found], requirement);
        refused.map_or(Ok(scope), Err)
    }

    /// The body when the id is not to come from it: it has to be there, and is opaque beyond that.
    fn opaque_body(
        &self,
        request: &Request<Bytes>,
        parameters: &Parameters<'_>,
        trace: &mut Trace,
    ) -> Result<(), Refusal> {
        if parameters.location == Location::Payload {
            return Ok(());
        }
        if request.body().is_empty() {
            let accepted = self.readings().empty_body == EmptyBody::Accepted;
            trace.step("body", &["payload"], &["nothing"], "polyai.body.empty-elsewhere");
            return if accepted {
                Ok(())
            } else {
                Err(Refusal::malformed("request body is missing"))
            };
        }
        if let Some(objection) = extract::objection_to_opaque_body(request, self.readings())
            && let Found::Unreadable(status, message) = objection.found
        {
            trace.step("body", &[objection.place], &[message], objection.requirement);
            return Err(Refusal::Other(status, message));
        }
        trace.step(
            "body",
            &["payload"],
            &["opaque data"],
            "polyai.extract.headers.any-body",
        );
        Ok(())
    }

    fn find_id<'r>(
        &self,
        request: &'r Request<Bytes>,
        parameters: &Parameters<'r>,
        trace: &mut Trace,
    ) -> Result<Cow<'r, str>, Refusal> {
        let path = self.secrets.excerpt(&parameters.path);
        if path.is_empty() {
            trace.step(
                "id",
                &[parameters.location.as_str()],
                &["a path that names nothing"],
                "polyai.query.path.empty",
            );
            return Err(Refusal::IdNotFound);
        }
        let extraction = extract::extract(request, parameters, self.readings());
        let place: &[&str] = &[extraction.place, " at ", &path];
        match extraction.found {
            Found::Id(id) => {
                // A path may point at the header of the key itself.
                let shown = if is_credential_header(&parameters.path) {
                    MASK.into()
                } else {
                    self.secrets.excerpt(&id)
                };
                trace.step("id", place, &[&shown], extraction.requirement);
                Ok(id)
            }
            Found::Nothing(why) => {
                trace.step("id", place, &[why], extraction.requirement);
                Err(Refusal::IdNotFound)
            }
            Found::NoId(what) => {
                trace.step("id", place, &[what], extraction.requirement);
                Err(Refusal::IdNotValid)
            }
            Found::Unreadable(status, message) => {
                trace.step("id", place, &[message], extraction.requirement);
                Err(Refusal::Other(status, message))
            }
        }
    }

    fn judge_id(&self, id: &str, scope: Scope, trace: &mut Trace) -> Result<(), Refusal> {
        let standing = self.ids.standing(id, scope, &self.fixtures);
        let not_found = || Some(Refusal::Other(StatusCode::NOT_FOUND, "no such external event"));
        let not_valid = || Some(Refusal::IdNotValid);
        let (found, requirement, refused) = match standing {
            Standing::Valid => ("valid", "polyai.id.valid", None),
            Standing::Unknown => ("not among them", "polyai.id.invalid", not_valid()),
            Standing::BadForm => ("of another form", "polyai.id.format", not_valid()),
            Standing::Failing => (
                "one that fails on purpose",
                "polyai.response.500",
                Some(Refusal::ServerError),
            ),
            Standing::Expired => {
                let refused = match self.readings().id_expired {
                    IdExpired::NotValid => not_valid(),
                    IdExpired::NotFound => not_found(),
                    IdExpired::Accepted => None,
                };
                ("expired", "polyai.id.expired", refused)
            }
            Standing::OfAnotherProject => {
                let refused = match self.readings().id_other_project {
                    IdOtherProject::NotValid => not_valid(),
                    IdOtherProject::NotFound => not_found(),
                    IdOtherProject::Accepted => None,
                };
                ("an id of another project", "polyai.id.other-project", refused)
            }
        };
        trace.step("validity", &["ids of the project"], &[found], requirement);
        refused.map_or(Ok(()), Err)
    }

    fn store(&self, event: Event, trace: &mut Trace) -> Result<Response<Bytes>, Refusal> {
        let reuse = self.readings().id_reuse;
        let once = reuse != IdReuse::Appended;
        if self.events.push(event, once) == Push::AlreadyThere {
            trace.step(
                "event",
                &["events received"],
                &["one with this id"],
                "polyai.id.reuse",
            );
            if reuse == IdReuse::Refused {
                return Err(Refusal::malformed("an event with this id was received before"));
            }
        }
        Ok(match self.readings().created_body {
            CreatedBody::None => answer::created(),
            CreatedBody::Object => answer::created_with_object(),
        })
    }
}

fn content_type(request: &Request<Bytes>) -> Option<String> {
    let value = request.headers().get(CONTENT_TYPE)?;
    value.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests;
