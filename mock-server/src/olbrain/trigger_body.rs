//! The body of a trigger: what is wrong with it, and what an agent's configuration makes of it.
//!
//! Source: Olbrain, Trigger a webhook, Request, Body, and Errors; Errors, Status reference
//! (<https://docs.olbrain.com/errors>).

use bytes::Bytes;
use http::{Request, StatusCode};

use super::agents::{Agent, Habit};
use super::answer::Refusal;
use super::input::{BODY_LIMIT_BYTES, Body};
use super::json_text::Kind;
use super::media_type::{self, MediaType};
use super::readings::{
    ContentTypeMissing, ContentTypeOther, ContentTypeSuffix, EmptyBody, EmptyObject, MalformedCode,
    NonObjectBody, OversizeMalformed, UnknownFile,
};
use super::respond::Olbrain;
use crate::trace::Trace;

/// What is wrong with a body whatever its agent makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFault {
    TooLarge,
    Empty,
    NotJson,
}

/// No body at all, where one is wanted.
pub(super) const EMPTY: Refusal = Refusal::bad_request("The request body is empty.");

impl Olbrain {
    pub(super) fn body_fault(&self, request: &Request<Bytes>) -> Option<BodyFault> {
        let body = request.body();
        let readings = self.readings();
        if body.is_empty() {
            return (readings.empty_body == EmptyBody::Refused).then_some(BodyFault::Empty);
        }
        let is_too_large = body.len() > BODY_LIMIT_BYTES;
        if is_too_large && readings.oversize_malformed == OversizeMalformed::TooLarge {
            return Some(BodyFault::TooLarge);
        }
        match Body::parse(body) {
            Err(_) => Some(BodyFault::NotJson),
            Ok(_) => is_too_large.then_some(BodyFault::TooLarge),
        }
    }

    /// 400 with the code of the reading.
    pub(super) fn not_json(&self) -> Refusal {
        let code = match self.readings().malformed_code {
            MalformedCode::BadRequest => "bad_request",
            MalformedCode::InvalidJson => "invalid_json",
        };
        Refusal::new(
            StatusCode::BAD_REQUEST,
            code,
            "The request body is not valid JSON.",
        )
    }

    pub(super) fn read_body<'r>(
        &self,
        request: &'r Request<Bytes>,
        trace: &mut Trace,
    ) -> Result<Body<'r>, Refusal> {
        const PLACE: &[&str] = &["payload"];
        let bytes = request.body();
        let length = bytes.len().to_string();
        if bytes.len() > BODY_LIMIT_BYTES {
            if self.body_fault(request) == Some(BodyFault::NotJson) {
                trace.step(
                    "body",
                    PLACE,
                    &["not JSON and too large"],
                    "olbrain.body.limit.before-parse",
                );
                return Err(self.not_json());
            }
            trace.step(
                "body",
                PLACE,
                &[&length, " bytes, more than 1048576"],
                "olbrain.body.limit",
            );
            return Err(self.too_large());
        }
        if bytes.is_empty() {
            trace.step("body", PLACE, &["nothing"], "olbrain.body.empty");
            return match self.readings().empty_body {
                EmptyBody::Refused => Err(EMPTY),
                EmptyBody::Accepted => Ok(Body::default()),
            };
        }
        self.check_media_type(request, trace)?;
        match Body::parse(bytes) {
            Ok(body) => {
                let kind = body.kind.map_or("nothing", Kind::as_str);
                trace.step(
                    "body",
                    PLACE,
                    &[kind, " of ", &length, " bytes"],
                    "olbrain.body.any-json",
                );
                Ok(body)
            }
            Err(not_json) => {
                let at = not_json.at.to_string();
                trace.step(
                    "body",
                    PLACE,
                    &["not JSON from byte ", &at],
                    "olbrain.body.malformed",
                );
                Err(self.not_json())
            }
        }
    }

    fn check_media_type(&self, request: &Request<Bytes>, trace: &mut Trace) -> Result<(), Refusal> {
        const UNSUPPORTED: Refusal = Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Content-Type has to be application/json.",
        );
        const BAD: Refusal = Refusal::bad_request("Content-Type has to be application/json.");
        let readings = self.readings();
        let (found, requirement, refused) = match media_type::of(request.headers()) {
            MediaType::Json => return Ok(()),
            MediaType::JsonSuffix => (
                "a type that ends in +json",
                "olbrain.ct.suffix",
                match readings.content_type_suffix {
                    ContentTypeSuffix::Accepted => None,
                    ContentTypeSuffix::Unsupported => Some(UNSUPPORTED),
                    ContentTypeSuffix::BadRequest => Some(BAD),
                },
            ),
            MediaType::Missing => (
                "nothing",
                "olbrain.ct.missing",
                match readings.content_type_missing {
                    ContentTypeMissing::Accepted => None,
                    ContentTypeMissing::Unsupported => Some(UNSUPPORTED),
                    ContentTypeMissing::BadRequest => Some(BAD),
                },
            ),
            MediaType::Form(_) | MediaType::Other => (
                "another type",
                "olbrain.ct.other",
                match readings.content_type_other {
                    ContentTypeOther::Accepted => None,
                    ContentTypeOther::Unsupported => Some(UNSUPPORTED),
                    ContentTypeOther::BadRequest => Some(BAD),
                },
            ),
        };
        trace.step("media type", &["header content-type"], &[found], requirement);
        refused.map_or(Ok(()), Err)
    }

    /// What the agent, by its configuration, makes of a body that is JSON.
    pub(super) fn check_expectations(
        &self,
        agent: Agent,
        body: &Body<'_>,
        trace: &mut Trace,
    ) -> Result<(), Refusal> {
        const UNEXPECTED: Refusal = Refusal::bad_request("The request body is not what the agent expects.");
        let readings = self.readings();
        let is_value = body.kind.is_some_and(|kind| kind != Kind::Object);
        let (found, requirement) = if is_value && readings.non_object_body == NonObjectBody::Refused {
            ("a value other than an object", "olbrain.body.non-object")
        } else if body.is_empty_object() && readings.empty_object == EmptyObject::Refused {
            ("an empty object", "olbrain.body.no-required-field")
        } else if agent.habit == Habit::WantsInputs && !body.has_inputs() {
            ("no inputs, which this agent wants", "olbrain.err.400")
        } else {
            return Ok(());
        };
        trace.step("expectations", &["payload"], &[found], requirement);
        Err(UNEXPECTED)
    }

    /// The uploaded files that the body names. They count for the agent that they were uploaded for.
    pub(super) fn check_files(
        &self,
        agent_id: &str,
        body: &Body<'_>,
        trace: &mut Trace,
    ) -> Result<(), Refusal> {
        const MESSAGE: &str = "The body names a file that was not uploaded for this agent.";
        if body.files.is_empty() {
            return Ok(());
        }
        let kept = self.state.lock();
        let is_known = |id: &str| kept.uploads.get(id).is_some_and(|file| file.agent_id == agent_id);
        let unknown = body.files.iter().filter(|id| !is_known(id)).count();
        drop(kept);
        let (unknown, known) = (unknown.to_string(), (body.files.len() - unknown).to_string());
        let found = [&*known, " uploaded for this agent, ", &unknown, " not"];
        if unknown == "0" {
            trace.step("files", &["payload"], &found, "olbrain.body.fi-ref");
            return Ok(());
        }
        trace.step("files", &["payload"], &found, "olbrain.body.fi-unknown");
        match self.readings().unknown_file {
            UnknownFile::Accepted => Ok(()),
            UnknownFile::BadRequest => Err(Refusal::bad_request(MESSAGE)),
            UnknownFile::NotFound => Err(Refusal::new(StatusCode::NOT_FOUND, "file_not_found", MESSAGE)),
        }
    }
}
