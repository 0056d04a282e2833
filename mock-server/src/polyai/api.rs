//! What the servers around the core need from this API beside its answers.

use bytes::Bytes;
use http::{Request, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Event;
use super::answer::{self, Refusal};
use super::respond::{PATH, Polyai};
use crate::body_text;
use crate::mock::{Api, Fault};
use crate::reply::Reply;
use crate::secrets::{MASK, Secrets, is_credential_header};
use crate::trace::Trace;

/// What every path of the API begins with.
const PREFIX: &str = "/v1/external-events";

impl Api for Polyai {
    fn id(&self) -> &'static str {
        "polyai"
    }

    fn owns(&self, path: &str) -> bool {
        path == PATH
            || path
                .strip_prefix(PREFIX)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn respond(&self, request: &Request<Bytes>, now: Timestamp) -> Reply {
        self.respond(request, now)
    }

    fn refuse(&self, _: &Request<Bytes>, fault: Fault) -> Reply {
        let mut trace = Trace::new();
        let (status, message, requirement) = match fault {
            Fault::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "request body is too large",
                "polyai.body.beyond-64k",
            ),
            Fault::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "request body did not arrive in time",
                "polyai.timeouts",
            ),
            Fault::Cut => (
                StatusCode::BAD_REQUEST,
                "request body is incomplete",
                "polyai.body.required",
            ),
        };
        trace.step("body", &["connection"], &[message], requirement);
        Reply::new(answer::refused(Refusal::Other(status, message)), trace)
    }

    fn events(&self, secrets: &Secrets) -> Vec<Value> {
        self.events().iter().map(|event| shown(event, secrets)).collect()
    }

    fn reset(&self) {
        self.events.clear();
    }
}

/// An event as the admin route shows it.
fn shown(event: &Event, secrets: &Secrets) -> Value {
    let event_id = if is_credential_header(&event.path) {
        MASK.into()
    } else {
        secrets.mask(&event.event_id)
    };
    let mut shown = json!({
        "account_id": event.account_id,
        "project_id": event.project_id,
        "event_id": event_id,
        "location": event.location,
        "path": secrets.mask(&event.path),
        "content_type": event.content_type.as_deref().map(|value| secrets.mask(value)),
        "received_at": event.received_at.to_string(),
    });
    body_text::insert(&mut shown, &event.body, secrets);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polyai::Fixtures;

    #[test]
    fn the_paths_of_the_events_are_owned_and_no_others() {
        let server = Polyai::new(Fixtures::builtin());
        for path in [
            PATH,
            "/v1/external-events",
            "/v1/external-events/",
            "/v1/external-events/x",
        ] {
            assert!(server.owns(path), "{path}");
        }
        for path in [
            "/v1",
            "/v1/external-event",
            "/v1/external-events2",
            "/x/v1/external-events",
            "/",
        ] {
            assert!(!server.owns(path), "{path}");
        }
    }
}
