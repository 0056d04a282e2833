//! What the checks of every exchange catch: answers made by hand, each with the requirements that it breaks, and no others.

mod errors;
mod files;
mod judging;
mod queued;
mod replies;
mod service;

use std::time::Duration;

use bytes::Bytes;
use mock_server::olbrain::Fixtures;
use serde_json::Value;

use super::ON_EVERY_EXCHANGE;
use crate::by_hand;
use crate::http::{BaseUrl, Exchange, Limits, Redactor, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::fixtures::{AUTHORIZATION, bearer};
use crate::target::Target;

const JSON: &str = "application/json";

/// How long each answer took, in seconds: longer than the longest `processing_time` of the samples.
const TOOK_SECONDS: u64 = 3;

/// The first agent of a list of the built-in fixtures.
fn agent(list: impl FnOnce(Fixtures) -> Vec<String>) -> String {
    list(Fixtures::builtin()).remove(0)
}

fn conversational() -> String {
    agent(|fixtures| fixtures.conversational_agents)
}

fn workflow() -> String {
    agent(|fixtures| fixtures.workflow_agents)
}

fn key() -> String {
    Fixtures::builtin().keys.valid.unwrap()
}

/// An event for an agent, under the valid key.
fn event(agent: &str) -> Request {
    let path = format!("/api/agents/webhook/{agent}");
    Request::new("POST", &path)
        .header(AUTHORIZATION, &bearer(&key()))
        .body(JSON, r#"{"message":"Order #4421 placed for Acme Corp"}"#)
}

/// An answer with these headers.
fn headed(request: Request, status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Exchange {
    Exchange {
        elapsed: Duration::from_secs(TOOK_SECONDS),
        ..by_hand::exchange(request, status, headers, body)
    }
}

fn answered(request: Request, status: u16, media_type: &str, body: impl Into<Bytes>) -> Exchange {
    headed(request, status, &[("Content-Type", media_type)], body)
}

fn answered_with(request: Request, status: u16, body: &Value) -> Exchange {
    answered(request, status, JSON, body.to_string())
}

/// The requirements that each of the exchanges breaks, one after the other, at a target with this address.
fn broken_at(base: &str, exchanges: &[Exchange]) -> Vec<Vec<String>> {
    let target = Target::new(
        BaseUrl::parse(base).unwrap(),
        Limits::default(),
        true,
        Redactor::default(),
    );
    let olbrain = Olbrain::new(target, Fixtures::builtin(), 0);
    by_hand::broken(&olbrain, exchanges)
}

/// The requirements that the last of the exchanges breaks; those before it break none.
fn broken_in_turn(exchanges: &[Exchange]) -> Vec<String> {
    // The port of the discard service; no request goes there.
    let mut broken = broken_at("http://127.0.0.1:9", exchanges);
    let last = broken.pop().unwrap_or_default();
    assert_eq!(broken.concat(), Vec::<String>::new());
    last
}

/// An answer breaks these requirements, which stand in the order of the alphabet.
#[track_caller]
fn breaks(exchange: &Exchange, ids: &[&str]) {
    let got = broken_in_turn(std::slice::from_ref(exchange));
    let body = exchange.response().map(|response| &response.body);
    assert_eq!(got, ids, "{} {body:?}", exchange.in_short());
}

/// A value with one member changed; `None` takes it away. Dots lead into objects and arrays.
fn changed(value: &Value, path: &str, new: Option<Value>) -> Value {
    let mut changed = value.clone();
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let pointer = parent
        .split('.')
        .filter(|step| !step.is_empty())
        .fold(String::new(), |pointer, step| format!("{pointer}/{step}"));
    let members = changed.pointer_mut(&pointer).unwrap().as_object_mut().unwrap();
    match new {
        Some(new) => members.insert(name.to_owned(), new),
        None => members.remove(name),
    };
    changed
}

#[test]
fn every_id_that_is_checked_on_every_exchange_is_a_testable_row() {
    for id in ON_EVERY_EXCHANGE {
        let row = spec::requirement(id).unwrap_or_else(|| panic!("{id} is no requirement"));
        assert!(row.untestable.is_none(), "{id}");
    }
}
