//! The decision: request, state and time in, answer and trace out.
//!
//! The order is path, preflight, token, method, media type, body, what the token is configured for, event. Nothing
//! but a valid request gets as far as the state, so that a refused one stores nothing.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use jiff::Timestamp;

use super::answer::{self, REQUEST_ID, Refusal};
use super::auth::{self, Principal};
use super::bag::Identified;
use super::fixtures::Fixtures;
use super::ids::Ids;
use super::input::{Fault, Input};
use super::media_type::{self, MediaType};
use super::readings::{
    ContentTypeMissing, ContentTypeUnsupported, JsonContentTypes, MalformedJsonStatus, OtherMethodStatus,
    Readings, RequestIdHeader, SchemaFaultStatus, TrailingSlash,
};
use super::row;
use super::state::{Event, Events, Insert, Project};
use crate::reply::Reply;
use crate::secrets::Secrets;
use crate::trace::Trace;

/// The one path of the API.
pub const PATH: &str = "/run/v1/events";

/// The seed of the made ids where no other is given.
pub const DEFAULT_SEED: u64 = 0;

/// Longest name that a request may give itself, in characters.
const MAX_REQUEST_ID_LENGTH: usize = 255;

/// The event log: fixtures that do not change, the events stored so far, and the ids yet to be made.
pub struct Inkeep {
    fixtures: Fixtures,
    secrets: Secrets,
    ids: Ids,
    pub(super) events: Events,
}

impl Inkeep {
    /// A server with these fixtures and no events, whose ids come from [`DEFAULT_SEED`].
    pub fn new(fixtures: Fixtures) -> Self {
        Self::with_seed(fixtures, DEFAULT_SEED)
    }

    /// A server with these fixtures and no events. The same requests in the same order and at the same times get the
    /// same answers, byte for byte, from every server with the same seed.
    pub fn with_seed(fixtures: Fixtures, seed: u64) -> Self {
        let secrets = Secrets::new(fixtures.keys.iter());
        Self {
            fixtures,
            secrets,
            ids: Ids::from_seed(seed),
            events: Events::default(),
        }
    }

    /// Answers a request. A bad request is an answer like any other; nothing panics.
    pub fn respond(&self, request: &Request<Bytes>, now: Timestamp) -> Reply {
        let mut trace = Trace::new();
        let request_id = self.request_id(request.headers());
        let response = self
            .decide(request, now, &mut trace)
            .unwrap_or_else(|refusal| self.refused(&refusal, &request_id));
        self.finished(response, &request_id, trace)
    }

    /// The answer to a request whose body never came.
    pub(super) fn respond_unread(&self, headers: &HeaderMap, refusal: &Refusal, trace: Trace) -> Reply {
        let request_id = self.request_id(headers);
        let response = self.refused(refusal, &request_id);
        self.finished(response, &request_id, trace)
    }

    /// The events stored so far, oldest first, within [`MAX_EVENTS`](super::MAX_EVENTS) and
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

    fn refused(&self, refusal: &Refusal, request_id: &str) -> Response<Bytes> {
        answer::refused(refusal, request_id, self.readings().problem_optional_members)
    }

    fn finished(&self, mut response: Response<Bytes>, request_id: &str, trace: Trace) -> Reply {
        let is_named = self.readings().request_id_header == RequestIdHeader::Echo;
        answer::finish(&mut response, is_named.then_some(request_id));
        Reply::new(response, trace)
    }

    /// The name that the request gives itself, if it may be repeated, or a made one.
    fn request_id<'r>(&self, headers: &'r HeaderMap) -> Cow<'r, str> {
        let is_well_formed = |name: &str| {
            (1..=MAX_REQUEST_ID_LENGTH).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-=".contains(&byte))
        };
        headers
            .get(REQUEST_ID)
            .filter(|_| self.readings().request_id_header == RequestIdHeader::Echo)
            .and_then(|name| name.to_str().ok())
            // No answer repeats a token, wherever it was sent.
            .filter(|name| is_well_formed(name) && self.secrets.mask(name) == *name)
            .map_or_else(|| Cow::Owned(self.ids.request()), Cow::Borrowed)
    }

    fn decide(
        &self,
        request: &Request<Bytes>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        self.route(request.uri().path(), trace)?;
        if is_preflight(request) {
            trace.step(
                "method",
                &["OPTIONS"],
                &["the question of a browser"],
                "inkeep.route.options",
            );
            return Ok(answer::preflight());
        }
        let principal = self.authenticate(request, trace)?;
        self.method(request.method(), trace)?;
        self.media_type(request, trace)?;
        let input = self.input(request.body(), trace)?;
        let project = served(principal, trace)?;
        Ok(self.store(&input, project, now, trace))
    }

    fn route(&self, path: &str, trace: &mut Trace) -> Result<(), Refusal> {
        if path == PATH {
            trace.step("route", &[PATH], &["the event log"], "inkeep.route.post");
            return Ok(());
        }
        let (found, requirement, refused) = if path.strip_suffix('/') != Some(PATH) {
            ("no such path", "inkeep.route.unknown-path", true)
        } else if self.readings().trailing_slash == TrailingSlash::NotFound {
            ("no such path", "inkeep.route.trailing-slash", true)
        } else {
            ("the event log", "inkeep.route.trailing-slash", false)
        };
        trace.step("route", &[&self.secrets.excerpt(path)], &[found], requirement);
        if refused {
            Err(Refusal::no_such_path())
        } else {
            Ok(())
        }
    }

    fn authenticate(&self, request: &Request<Bytes>, trace: &mut Trace) -> Result<Principal, Refusal> {
        const PLACE: &[&str] = &["header authorization"];
        let (keys, case) = (&self.fixtures.keys, self.readings().scheme_case);
        match auth::principal(request.headers(), request.uri(), keys, case) {
            Ok(Principal::Forbidden) => {
                trace.step(
                    "token",
                    PLACE,
                    &["one that may not log events"],
                    "inkeep.auth.403",
                );
                Err(Refusal::forbidden())
            }
            Ok(principal) => {
                let found = match principal {
                    Principal::Of(Project::Other) => "the token of the other project",
                    _ => "a valid token",
                };
                trace.step("token", PLACE, &[found], "inkeep.auth.ok");
                Ok(principal)
            }
            Err(refusal) => {
                trace.step("token", PLACE, &[refusal.found], refusal.requirement);
                Err(Refusal::unauthorized())
            }
        }
    }

    fn method(&self, method: &Method, trace: &mut Trace) -> Result<(), Refusal> {
        if method == Method::POST {
            return Ok(());
        }
        let (found, requirement) = ("a method other than POST", "inkeep.route.other-method");
        let method = self.secrets.excerpt(method.as_str());
        trace.step("method", &[&method], &[found], requirement);
        Err(match self.readings().other_method_status {
            OtherMethodStatus::MethodNotAllowed => Refusal::method_not_allowed(),
            OtherMethodStatus::NotFound => Refusal::no_such_path(),
        })
    }

    /// A body has to be there and to say that it is JSON.
    fn media_type(&self, request: &Request<Bytes>, trace: &mut Trace) -> Result<(), Refusal> {
        const PLACE: &[&str] = &["header content-type"];
        let readings = self.readings();
        if request.body().is_empty() {
            trace.step("body", &["payload"], &["nothing"], "inkeep.body.empty");
            return Err(Refusal::new(
                self.schema_fault_status(),
                "request body is missing, and type is required",
            ));
        }
        let unlisted = || match readings.content_type_unsupported {
            ContentTypeUnsupported::BadRequest => StatusCode::BAD_REQUEST,
            ContentTypeUnsupported::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ContentTypeUnsupported::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let (status, found, requirement) = match media_type::of(request.headers()) {
            MediaType::Json => return Ok(()),
            MediaType::JsonSuffix if readings.json_content_types == JsonContentTypes::Accepted => {
                trace.step("body", PLACE, &["a type ending in +json"], "inkeep.ct.suffix");
                return Ok(());
            }
            MediaType::JsonSuffix => (unlisted(), "a type ending in +json", "inkeep.ct.suffix"),
            MediaType::Unlisted => (
                unlisted(),
                "a type other than application/json",
                "inkeep.ct.other",
            ),
            MediaType::Missing => {
                let status = match readings.content_type_missing {
                    ContentTypeMissing::BadRequest => StatusCode::BAD_REQUEST,
                    ContentTypeMissing::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    ContentTypeMissing::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
                };
                (status, "nothing", "inkeep.ct.missing")
            }
        };
        trace.step("body", PLACE, &[found], requirement);
        Err(Refusal::new(status, "Content-Type must be application/json"))
    }

    fn input(&self, body: &[u8], trace: &mut Trace) -> Result<Input, Refusal> {
        let input = Input::parse(body, self.readings()).map_err(|refusal| {
            let place: &[&str] = if refusal.member.is_empty() {
                &["payload"]
            } else {
                &["payload at ", refusal.member]
            };
            trace.step("body", place, &[refusal.found], refusal.requirement);
            let status = match refusal.fault {
                Fault::Schema => self.schema_fault_status(),
                Fault::Syntax => match self.readings().malformed_json_status {
                    MalformedJsonStatus::BadRequest => StatusCode::BAD_REQUEST,
                    MalformedJsonStatus::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
                },
            };
            Refusal::new(status, refusal.detail)
        })?;
        let event_type = self.secrets.excerpt(&input.event_type);
        trace.step("type", &["payload"], &[&event_type], "inkeep.type.required");
        let user_properties: &[&str] = &["payload at userProperties.identificationType"];
        match input.user_properties {
            Some(Identified::Dropped) => trace.step(
                "identity",
                user_properties,
                &["made up by a widget, so that all of userProperties is dropped"],
                "inkeep.userprops.identification.dropped",
            ),
            Some(Identified::Stripped(_)) => trace.step(
                "identity",
                user_properties,
                &["not kept"],
                "inkeep.userprops.identification.removed",
            ),
            Some(Identified::Untouched(_)) | None => {}
        }
        Ok(input)
    }

    fn schema_fault_status(&self) -> StatusCode {
        match self.readings().schema_fault_status {
            SchemaFaultStatus::BadRequest => StatusCode::BAD_REQUEST,
            SchemaFaultStatus::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn store(&self, input: &Input, project: Project, now: Timestamp, trace: &mut Trace) -> Response<Bytes> {
        let Some(id) = &input.id else {
            // An id that somebody sent before it was made is passed over. The events kept are bounded, and so is this.
            let (id, answer) = loop {
                let event = self.event(input, self.ids.event(), project, now);
                let (id, answer) = (event.id.clone(), event.answer.clone());
                if self.events.insert(event) == Insert::New {
                    break (id, answer);
                }
            };
            trace.step("id", &["made"], &[&id], "inkeep.id.minted");
            return created(answer, trace);
        };
        trace.step("id", &["payload"], &[&self.secrets.excerpt(id)], "inkeep.id.echo");
        let event = self.event(input, id.clone(), project, now);
        let answer = event.answer.clone();
        match self.events.insert(event) {
            Insert::New => created(answer, trace),
            Insert::Known(answer) => {
                trace.step(
                    "event",
                    &["events of the project"],
                    &["one with this id, which stays as it is"],
                    "inkeep.resp.200",
                );
                answer::known(answer)
            }
        }
    }

    fn event(&self, input: &Input, id: String, project: Project, now: Timestamp) -> Event {
        let bound_agent = match project {
            Project::Main => self.fixtures.agent_id.as_deref(),
            Project::Other => None,
        };
        Event {
            project,
            event_type: input.event_type.clone(),
            answer: row::write(input, &id, bound_agent, now, self.readings()),
            id,
            received_at: now,
        }
    }
}

/// Whether a browser asks before a call (Fetch Standard, `CORS-preflight request`). Any other OPTIONS request is one
/// with a method that is not served.
fn is_preflight(request: &Request<Bytes>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The project that a valid event belongs to, unless its token is configured to show an answer.
fn served(principal: Principal, trace: &mut Trace) -> Result<Project, Refusal> {
    let place: &[&str] = &["what the token is for"];
    match principal {
        Principal::Of(project) => Ok(project),
        Principal::Unprocessable => {
            trace.step("event", place, &["a 422 on purpose"], "inkeep.err.schema.422");
            Err(Refusal::unprocessable())
        }
        Principal::Failing => {
            trace.step("event", place, &["a 500 on purpose"], "inkeep.err.500-generic");
            Err(Refusal::server_error())
        }
        Principal::Forbidden => Err(Refusal::forbidden()),
    }
}

fn created(event: Bytes, trace: &mut Trace) -> Response<Bytes> {
    trace.step(
        "event",
        &["events of the project"],
        &["a new one"],
        "inkeep.resp.201",
    );
    answer::created(event)
}

#[cfg(test)]
mod tests;
