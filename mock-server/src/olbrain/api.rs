//! What the servers around the core need from this API beside its answers.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::{self, Refusal};
use super::event::{Event, Outcome};
use super::respond::Olbrain;
use super::route::{CALLS, FILES, Route};
use super::trigger_body::BodyFault;
use crate::body_text;
use crate::mock::{Api, Fault, Intake};
use crate::reply::Reply;
use crate::secrets::Secrets;
use crate::trace::Trace;

impl Api for Olbrain {
    fn id(&self) -> &'static str {
        "olbrain"
    }

    fn owns(&self, path: &str) -> bool {
        let is_call = path
            .strip_prefix(CALLS)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        is_call || path.starts_with(FILES)
    }

    fn respond(&self, request: &Request<Bytes>, now: Timestamp) -> Reply {
        self.respond(request, now)
    }

    fn intake(&self, request: &Request<Bytes>) -> Intake<'_> {
        let mut trace = Trace::new();
        match Route::of(request.uri().path()) {
            Route::Upload { agent_id } if self.route(request, &mut trace).is_ok() => {
                self.upload_in_pieces(&agent_id, request, trace)
            }
            _ => Intake::Whole,
        }
    }

    fn refuse(&self, request: &Request<Bytes>, fault: Fault) -> Reply {
        let mut trace = Trace::new();
        let refusal = self.refuse_unread(request, fault, &mut trace);
        self.reply(Err(refusal), trace)
    }

    fn events(&self, secrets: &Secrets) -> Vec<Value> {
        self.events().iter().map(|event| shown(event, secrets)).collect()
    }

    fn reset(&self) {
        self.state.clear();
        self.agents.reset();
    }
}

impl Olbrain {
    /// Why a request is refused whose body did not come through. What comes before the body is judged as ever.
    fn refuse_unread(&self, request: &Request<Bytes>, fault: Fault, trace: &mut Trace) -> Refusal {
        const PLACE: &[&str] = &["connection"];
        let route = match self.route(request, trace) {
            Ok(route) => route,
            Err(refusal) => return refusal,
        };
        match (fault, route) {
            (Fault::TooLarge, Route::Trigger { agent_id, .. }) => {
                let target = self.trigger_target(&agent_id, request, || Some(BodyFault::TooLarge), trace);
                if let Err(refusal) = target {
                    return refusal;
                }
                trace.step("body", PLACE, &["far too large"], "olbrain.body.limit");
                self.too_large()
            }
            // No other call has a body that means anything.
            (Fault::TooLarge, _) => {
                trace.step("body", PLACE, &["too large"], None);
                self.too_large()
            }
            (Fault::TooSlow, _) => {
                trace.step("body", PLACE, &["not in time"], None);
                answer::TOO_SLOW
            }
            (Fault::Cut, route) => {
                let requirement = match route {
                    Route::Upload { .. } => "olbrain.upl.errors.truncated",
                    _ => "olbrain.body.malformed",
                };
                trace.step("body", PLACE, &["incomplete"], requirement);
                Refusal::bad_request("The request body is incomplete.")
            }
        }
    }
}

/// An event as the admin route shows it. Members that its kind does not have are left out.
fn shown(event: &Event, secrets: &Secrets) -> Value {
    let mut shown = json!({
        "kind": "run",
        "agent_id": event.agent_id,
        "organization_id": event.organization_id,
    });
    match &event.outcome {
        Outcome::Message { session_id } => {
            shown["kind"] = "message".into();
            shown["message_id"] = event.id.as_str().into();
            shown["session_id"] = session_id.as_str().into();
        }
        Outcome::Run => shown["run_id"] = event.id.as_str().into(),
        Outcome::Upload {
            filename,
            file_type,
            size_bytes,
            sha256,
        } => {
            shown["kind"] = "upload".into();
            shown["file_id"] = event.id.as_str().into();
            shown["filename"] = secrets.mask(filename).into();
            shown["file_type"] = secrets.mask(file_type).into();
            shown["size_bytes"] = (*size_bytes).into();
            shown["sha256"] = sha256.as_str().into();
        }
    }
    let masked = |text: &Option<String>| text.as_deref().map(|text| secrets.mask(text).into_owned());
    shown["idempotency_key"] = masked(&event.idempotency_key).into();
    shown["content_type"] = masked(&event.content_type).into();
    shown["received_at"] = event.received_at.to_string().into();
    if !matches!(event.outcome, Outcome::Upload { .. }) {
        body_text::insert(&mut shown, &event.body, secrets);
    }
    shown
}
