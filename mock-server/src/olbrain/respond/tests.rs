//! The decision as a whole: each answer, the requirement that decided it, and what is left behind.

mod access;
mod conversation;
mod files;
mod mutilated;
mod order;
mod readings;
mod rows;
mod runs;
mod sessions;
mod trigger;
mod uploads;

use jiff::SignedDuration;
use serde_json::Value;

use super::*;
use crate::olbrain::route::{RunCall, SessionCall};
use crate::olbrain::run::Control;

const KEY: &str = "ak_hookproof_valid";
const OTHER_KEY: &str = "ak_hookproof_other_organization";
const HOST: &str = "127.0.0.1:4600";

/// The time at which every test begins.
fn start() -> Timestamp {
    "2026-05-27T08:14:22.381Z".parse().unwrap()
}

/// A server and the clock that its requests are answered by.
struct Server {
    olbrain: Olbrain,
    now: Timestamp,
}

/// An answer, and how it came about.
struct Answer {
    status: u16,
    body: Value,
    decided_by: &'static str,
    reply: Reply,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    fn decided(&self) -> (u16, &str, &'static str) {
        (self.status, self.code(), self.decided_by)
    }

    fn text(&self, name: &str) -> String {
        self.body[name].as_str().expect("the member is a text").to_owned()
    }
}

impl Server {
    fn with(change: impl FnOnce(&mut Fixtures)) -> Self {
        let mut fixtures = Fixtures::builtin();
        change(&mut fixtures);
        Self {
            olbrain: Olbrain::new(fixtures),
            now: start(),
        }
    }

    fn builtin() -> Self {
        Self::with(|_| {})
    }

    fn pass(&mut self, millis: i64) {
        self.now = self.now.checked_add(SignedDuration::from_millis(millis)).unwrap();
    }

    fn set(&mut self, reading: &str, option: &str) {
        assert!(
            self.olbrain.fixtures.readings.set(reading, option),
            "{reading} = {option}"
        );
    }

    fn ask(&self, request: &Request<Bytes>) -> Answer {
        let reply = self.olbrain.respond(request, self.now);
        let decided_by = reply
            .trace
            .decided_by()
            .expect("each decision names its requirement");
        let status = reply.response.status().as_u16();
        let body: Value = serde_json::from_slice(reply.response.body()).unwrap_or_default();
        if status >= 400 {
            let error = body["error"].as_object().expect("every error has the envelope");
            for member in ["code", "message", "request_id"] {
                assert!(
                    error[member].as_str().is_some_and(|text| !text.is_empty()),
                    "{body}"
                );
            }
            assert_eq!(reply.response.headers()["content-type"], "application/json");
        }
        self.fits_the_contract(request, status, &body);
        Answer {
            status,
            body,
            decided_by,
            reply,
        }
    }

    /// Holds an answer against what the contract says of its call and status.
    fn fits_the_contract(&self, request: &Request<Bytes>, status: u16, body: &Value) {
        use super::super::readings::RunsListShape;
        let operation = match Route::of(request.uri().path()) {
            Route::Trigger { .. } => "trigger",
            Route::Upload { .. } => "upload",
            Route::Runs { call, .. } => match call {
                RunCall::List if self.olbrain.readings().runs_list_shape == RunsListShape::Object => return,
                RunCall::List => "list-runs",
                RunCall::Get(_) => "get-run",
                RunCall::Control(_, Control::Cancel) => "cancel-run",
                RunCall::Control(_, Control::Pause) => "pause-run",
                RunCall::Control(_, Control::Resume) => "resume-run",
                RunCall::Control(_, Control::Retry) => "retry-run",
            },
            Route::Sessions { call, .. } => match call {
                SessionCall::List => "list-sessions",
                SessionCall::Get(_) => "get-session",
                SessionCall::Messages(_) => "list-messages",
                SessionCall::Message(..) => "get-message",
            },
            Route::NoAgent | Route::File | Route::Unknown => return,
        };
        let contract = spec::api("olbrain")
            .expect("the contract of the API exists")
            .contract();
        let operation = contract.operation(operation).expect("the contract has the call");
        if let Some(response) = operation.response(status) {
            assert_eq!(
                response.content[0].validate(body),
                Ok(()),
                "{} {status}: {body}",
                operation.id
            );
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&get(path))
    }

    fn trigger(&self, agent: &str, body: &str) -> Answer {
        self.ask(&trigger(agent, body))
    }

    fn control(&self, agent: &str, run: &str, call: &str) -> Answer {
        self.ask(&post(&format!("/api/agents/{agent}/runs/{run}/{call}")))
    }

    /// The fixtures' first agent of each kind.
    fn agent(&self, list: &str) -> String {
        let lists = self.olbrain.fixtures.agent_lists();
        let (_, agents) = lists.iter().find(|(name, _)| *name == list).unwrap();
        agents[0].clone()
    }

    fn conversational(&self) -> String {
        self.agent("conversational_agents")
    }

    fn workflow(&self) -> String {
        self.agent("workflow_agents")
    }

    /// Asserts that nothing is left behind.
    fn is_untouched(&self) {
        let kept = self.olbrain.state.lock();
        assert!(kept.events.iter().next().is_none() && kept.runs.iter().next().is_none());
        assert!(kept.sessions.iter().next().is_none() && kept.messages.iter().next().is_none());
        assert!(kept.uploads.iter().next().is_none() && kept.links.iter().next().is_none());
    }
}

fn request(method: &str, path: &str, body: &[u8]) -> Request<Bytes> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("Host", HOST)
        .header("Authorization", format!("Bearer {KEY}"))
        .body(Bytes::copy_from_slice(body))
        .unwrap()
}

fn get(path: &str) -> Request<Bytes> {
    request("GET", path, b"")
}

fn post(path: &str) -> Request<Bytes> {
    request("POST", path, b"")
}

fn trigger(agent: &str, body: &str) -> Request<Bytes> {
    let mut request = request("POST", &format!("/api/agents/webhook/{agent}"), body.as_bytes());
    set_header(&mut request, "content-type", "application/json");
    request
}

fn set_header(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    request.headers_mut().insert(name, value.parse().unwrap());
}

fn with_key(mut request: Request<Bytes>, key: &str) -> Request<Bytes> {
    set_header(&mut request, "authorization", &format!("Bearer {key}"));
    request
}

/// One request for each call there is, all with the valid key.
fn every_call(agent: &str) -> Vec<Request<Bytes>> {
    let path = |rest: &str| format!("/api/agents/{agent}/{rest}");
    let mut upload = post(&path("upload"));
    set_header(&mut upload, "content-type", "multipart/form-data; boundary=b");
    let mut calls = vec![trigger(agent, "{}"), upload];
    for rest in [
        "runs",
        "runs/run_1",
        "sessions",
        "sessions/sess_1",
        "sessions/sess_1/messages",
        "sessions/sess_1/messages/msg_1",
    ] {
        calls.push(get(&path(rest)));
    }
    for call in ["cancel", "pause", "resume", "retry"] {
        calls.push(post(&path(&format!("runs/run_1/{call}"))));
    }
    calls
}
