//! What the servers around the core need from this API beside its answers.

use bytes::Bytes;
use http::{Request, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::respond::Inkeep;
use super::state::Event;
use crate::mock::{Api, Fault};
use crate::reply::Reply;
use crate::secrets::Secrets;
use crate::trace::Trace;

/// What every path of the API begins with.
const PREFIX: &str = "/run/v1";

impl Api for Inkeep {
    fn id(&self) -> &'static str {
        "inkeep"
    }

    fn owns(&self, path: &str) -> bool {
        path.strip_prefix(PREFIX)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn respond(&self, request: &Request<Bytes>, now: Timestamp) -> Reply {
        self.respond(request, now)
    }

    fn refuse(&self, request: &Request<Bytes>, fault: Fault) -> Reply {
        let (status, detail, requirement) = match fault {
            Fault::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "request body is too large",
                Some("inkeep.body.size"),
            ),
            // No row speaks about time.
            Fault::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "request body did not arrive in time",
                None,
            ),
            Fault::Cut => (
                StatusCode::BAD_REQUEST,
                "request body is incomplete",
                Some("inkeep.body.malformed"),
            ),
        };
        let mut trace = Trace::new();
        trace.step("body", &["connection"], &[detail], requirement);
        self.respond_unread(request.headers(), &Refusal::new(status, detail), trace)
    }

    fn events(&self, secrets: &Secrets) -> Vec<Value> {
        self.events().iter().map(|event| shown(event, secrets)).collect()
    }

    fn reset(&self) {
        self.events.clear();
    }
}

/// An event as the admin route shows it: the project, the event as it was answered, and when.
fn shown(event: &Event, secrets: &Secrets) -> Value {
    let answer: Value = serde_json::from_slice(&event.answer).unwrap_or_default();
    json!({
        "project": event.project.as_str(),
        "id": secrets.mask(&event.id),
        "type": secrets.mask(&event.event_type),
        "data": masked(&answer["data"], secrets),
        "received_at": event.received_at.to_string(),
    })
}

/// Masks every text within a value, and every name. The bounds of what is read bound the nesting.
fn masked(value: &Value, secrets: &Secrets) -> Value {
    match value {
        Value::String(text) => secrets.mask(text).into(),
        Value::Array(items) => items.iter().map(|item| masked(item, secrets)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (secrets.mask(name).into_owned(), masked(value, secrets)))
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;

    use super::*;
    use crate::inkeep::{Fixtures, PATH};

    fn server() -> Inkeep {
        Inkeep::new(Fixtures::builtin())
    }

    #[test]
    fn the_paths_of_the_version_are_owned_and_no_others() {
        let server = server();
        for path in [PATH, "/run/v1", "/run/v1/", "/run/v1/chat", "/run/v1/events/x"] {
            assert!(server.owns(path), "{path}");
        }
        for path in [
            "/run",
            "/run/v12",
            "/run/v2/events",
            "/v1/events",
            "/x/run/v1/events",
            "/",
        ] {
            assert!(!server.owns(path), "{path}");
        }
    }

    #[test]
    fn a_body_that_never_came_is_answered_with_a_problem() {
        let server = server();
        let request = Request::post(PATH)
            .header("X-Request-Id", "mine")
            .body(Bytes::new())
            .unwrap();
        for (fault, status) in [(Fault::TooLarge, 413), (Fault::TooSlow, 408), (Fault::Cut, 400)] {
            let response = server.refuse(&request, fault).response;
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
            let problem: Value = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(problem["status"], status);
            assert_eq!(problem["requestId"], "mine");
            assert_eq!(response.headers()["x-request-id"], "mine");
        }
    }

    #[test]
    fn events_are_shown_without_secrets_and_forgotten_on_reset() {
        let server = server();
        let key = "hookproof-inkeep-valid-key";
        let body = format!(
            r#"{{"id":"{key}.1","type":"of {key}","metadata":{{"{key}":["{key}",1.5,{{"a":null}}]}}}}"#
        );
        let request = Request::post(PATH)
            .header("Authorization", format!("Bearer {key}"))
            .header("Content-Type", "application/json")
            .body(Bytes::from(body))
            .unwrap();
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(server.respond(&request, now).response.status(), 201);
        let shown = Api::events(&server, &Secrets::new([key]));
        let expected = json!([{
            "project": "main",
            "id": "***.1",
            "type": "of ***",
            "data": {
                "agentId": null,
                "conversationId": null,
                "createdAt": "1970-01-01T00:00:00.000Z",
                "id": "***.1",
                "messageId": null,
                "metadata": { "***": ["***", 1.5, { "a": null }] },
                "properties": null,
                "serverMetadata": {},
                "type": "of ***",
                "updatedAt": "1970-01-01T00:00:00.000Z",
                "userProperties": null,
            },
            "received_at": "1970-01-01T00:00:00Z",
        }]);
        assert_eq!(Value::from(shown), expected);
        server.reset();
        assert_eq!(Api::events(&server, &Secrets::default()), Vec::<Value>::new());
        assert_eq!(server.respond(&request, now).response.status(), 201);
    }
}
