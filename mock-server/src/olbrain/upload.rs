//! The upload of a file. Its head decides whether it is read, and the file goes by in pieces of any size.
//!
//! Source: Olbrain, File uploads (<https://docs.olbrain.com/file-uploads>).

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use super::agents::{Agent, Habit};
use super::answer::{self, Refusal};
use super::event::{Event, Outcome};
use super::form::{Fault, File, Form};
use super::input::FILE_PREFIX;
use super::media_type::{self, MediaType};
use super::object_text::ObjectText;
use super::readings::{UploadExtraParts, UploadNoBoundary};
use super::respond::{AgentRows, Olbrain};
use super::state::UploadedFile;
use super::trigger::content_type;
use crate::mock::{Intake, Pieces};
use crate::reply::Reply;
use crate::trace::Trace;

const ROWS: AgentRows = AgentRows {
    unknown: "olbrain.upl.errors.404",
    of_another: "olbrain.upl.errors.404",
};

/// The name of a file whose part has none.
const UNNAMED_FILE: &str = "file";

/// The media type of a file whose part has none.
const UNTYPED_FILE: &str = "application/octet-stream";

/// An upload that was let in.
struct Upload<'o> {
    olbrain: &'o Olbrain,
    agent_id: String,
    agent: Agent,
    content_type: Option<String>,
    form: Form,
}

/// An upload with its trace, to be fed by the server around the core.
struct UnderWay<'o> {
    upload: Upload<'o>,
    trace: Trace,
}

impl Pieces for UnderWay<'_> {
    fn take(&mut self, piece: &[u8]) {
        self.upload.form.take(piece);
    }

    fn finish(mut self: Box<Self>, now: Timestamp) -> Reply {
        let olbrain = self.upload.olbrain;
        let response = self.upload.finish(now, &mut self.trace);
        olbrain.reply(response, self.trace)
    }
}

impl Olbrain {
    /// An upload whose body came as a whole.
    pub(super) fn upload(
        &self,
        agent_id: &str,
        request: &Request<Bytes>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        let mut upload = self.begin_upload(agent_id, request, trace)?;
        upload.form.take(request.body());
        upload.finish(now, trace)
    }

    /// An upload whose body is still to come: taken in pieces, or refused.
    pub(super) fn upload_in_pieces(
        &self,
        agent_id: &str,
        request: &Request<Bytes>,
        mut trace: Trace,
    ) -> Intake<'_> {
        match self.begin_upload(agent_id, request, &mut trace) {
            Ok(upload) => Intake::Pieces(Box::new(UnderWay { upload, trace })),
            Err(refusal) => Intake::Refused(self.reply(Err(refusal), trace)),
        }
    }

    /// Decides on the head.
    fn begin_upload(
        &self,
        agent_id: &str,
        request: &Request<Bytes>,
        trace: &mut Trace,
    ) -> Result<Upload<'_>, Refusal> {
        const UNSUPPORTED: Refusal = Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Content-Type has to be multipart/form-data.",
        );
        const PLACE: &[&str] = &["header content-type"];
        let organization = self.authenticate(request, trace)?;
        let agent = self.find_agent(agent_id, organization, &ROWS, trace)?;
        let boundary = match media_type::of(request.headers()) {
            MediaType::Form(boundary) => boundary,
            other => {
                let (found, requirement) = match other {
                    MediaType::Missing => ("nothing", "olbrain.upl.errors.415-missing"),
                    _ => ("another type", "olbrain.upl.errors.415"),
                };
                trace.step("media type", PLACE, &[found], requirement);
                return Err(UNSUPPORTED);
            }
        };
        let Some(form) = boundary.as_deref().and_then(Form::new) else {
            trace.step(
                "media type",
                PLACE,
                &["a form without a boundary"],
                "olbrain.upl.errors.boundary",
            );
            return Err(match self.readings().upload_no_boundary {
                UploadNoBoundary::BadRequest => {
                    Refusal::bad_request("Content-Type names no boundary for the form.")
                }
                UploadNoBoundary::Unsupported => UNSUPPORTED,
            });
        };
        trace.step("media type", PLACE, &["a form"], "olbrain.upl.request");
        Ok(Upload {
            olbrain: self,
            agent_id: agent_id.to_owned(),
            agent,
            content_type: content_type(request),
            form,
        })
    }
}

impl Upload<'_> {
    /// Decides by what the form held.
    fn finish(self, now: Timestamp, trace: &mut Trace) -> Result<Response<Bytes>, Refusal> {
        const PLACE: &[&str] = &["form"];
        let olbrain = self.olbrain;
        let only_part = olbrain.readings().upload_extra_parts == UploadExtraParts::Refused;
        let file = self.form.finish(only_part).map_err(|fault| {
            let (message, requirement) = match fault {
                Fault::NoFile => (
                    "The form has no part named file.",
                    "olbrain.upl.errors.400-no-file",
                ),
                Fault::Empty => ("The file is empty.", "olbrain.upl.errors.400-empty"),
                Fault::ExtraParts => (
                    "The form has more than the one part named file.",
                    "olbrain.upl.extra-parts",
                ),
                Fault::Truncated => (
                    "The form ends before its last boundary.",
                    "olbrain.upl.errors.truncated",
                ),
                Fault::Malformed => ("The form cannot be read.", "olbrain.upl.errors.truncated"),
            };
            trace.step("file", PLACE, &[message], requirement);
            Refusal::bad_request(message)
        })?;
        if self.agent.habit == Habit::LosesUploads {
            trace.step(
                "file",
                PLACE,
                &["one that is lost, on purpose"],
                "olbrain.upl.errors.500",
            );
            return Err(answer::UPLOAD_FAILED);
        }
        let File {
            size_bytes,
            sha256,
            content_type: file_type,
            filename,
        } = file;
        let size = size_bytes.to_string();
        trace.step(
            "file",
            PLACE,
            &[&size, " bytes, SHA-256 ", &sha256],
            "olbrain.upl.200",
        );
        let file_id = olbrain.random.hex_id(FILE_PREFIX);
        let filename = filename.unwrap_or_else(|| UNNAMED_FILE.to_owned());
        let file_type = file_type.unwrap_or_else(|| UNTYPED_FILE.to_owned());
        let body = ObjectText::new()
            .text("file_id", &file_id)
            .whole("size_bytes", size_bytes)
            .text("content_type", &olbrain.secrets.mask(&file_type))
            .text("filename", &olbrain.secrets.mask(&filename))
            .end();
        let mut kept = olbrain.state.lock();
        kept.uploads.push(UploadedFile {
            file_id: file_id.clone(),
            agent_id: self.agent_id.clone(),
        });
        kept.events.push(Event {
            id: file_id,
            outcome: Outcome::Upload {
                filename,
                file_type,
                size_bytes,
                sha256,
            },
            agent_id: self.agent_id,
            organization_id: olbrain.home(self.agent.organization).0.to_owned(),
            idempotency_key: None,
            content_type: self.content_type,
            body: Bytes::new(),
            received_at: now,
        });
        drop(kept);
        Ok(answer::json(StatusCode::OK, body))
    }
}
