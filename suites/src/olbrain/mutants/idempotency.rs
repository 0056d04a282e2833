//! One `Idempotency-Key` for events of several agents.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::parts::{token, triggered};
use crate::mutant::bend::json_body;
use crate::mutant::{Mutant, Reference};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "idempotency-key-of-all-agents",
        "olbrain.idem.own-agent",
        "keeps answers by Idempotency-Key alone, whichever agent they are of",
        |reference, request| remembered(reference, &request, |_, _| true),
    ),
    Mutant::new(
        "idempotency-key-of-all-organizations",
        "olbrain.idem.own-agent",
        "keeps answers by Idempotency-Key for all organizations in one table",
        |reference, request| remembered(reference, &request, |first, now| first != now),
    ),
    Mutant::new(
        "run-of-the-same-key",
        "olbrain.idem.own-agent",
        "finds the run of an Idempotency-Key whichever workflow queued it",
        |reference, request| {
            let response = reference.respond(&request);
            let Some(key) = key(&request).filter(|_| response.status() == http::StatusCode::ACCEPTED) else {
                return response;
            };
            match reference.memory().recall(&key) {
                Some(Value::String(first)) => response.map(|_| first.into()),
                _ => {
                    let body = String::from_utf8_lossy(response.body()).into_owned();
                    reference.memory().keep(key, Value::from(body));
                    response
                }
            }
        },
    ),
];

/// The key of an event, with the kind of thing it is kept for.
fn key(request: &Request<Bytes>) -> Option<String> {
    triggered(request)?;
    let body = json_body(request)?;
    Some(format!("key {}", body.get("Idempotency-Key")?.as_str()?))
}

/// The answer that the first event with the key was given, where `applies` says so of the tokens of the first and of this.
fn remembered(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    applies: fn(&str, &str) -> bool,
) -> Response<Bytes> {
    let response = reference.respond(request);
    let Some(key) = key(request).filter(|_| response.status().is_success()) else {
        return response;
    };
    let first = reference.memory().recall(&key);
    let text = |name: &str| {
        first
            .as_ref()
            .and_then(|first| first.get(name)?.as_str().map(str::to_owned))
    };
    match (text("token"), text("body")) {
        (Some(first), Some(body)) if applies(&first, token(request)) => response.map(|_| body.into()),
        (Some(_), _) => response,
        _ => {
            let body = String::from_utf8_lossy(response.body()).into_owned();
            reference
                .memory()
                .keep(key, json!({ "token": token(request), "body": body }));
            response
        }
    }
}
