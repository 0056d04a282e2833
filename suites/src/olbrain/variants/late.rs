//! Runs and sessions that are seen, or obey, only a while after the answer.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::places::{entries, is_at, is_list, json_of, segments};
use crate::standin::Reference;
use crate::standin::bend::{edited, query_value, with_body, with_path, with_query};
use crate::variant::Variant;

/// So long what was just made is not seen, in milliseconds of the stand-in's clock.
const UNSEEN_MILLIS: i64 = 1000;

/// So long a control call takes to have its effect, in milliseconds of the stand-in's clock.
const EFFECT_MILLIS: i64 = 1500;

/// So many entries a list has at most.
const FULL_LIST: usize = 100;

/// Longer than any usual wait.
const LONG_MILLIS: i64 = 20_000;

/// What an event has made is seen this much later only, on the clock of the stand-in.
fn seen_after(unseen_millis: i64, reference: &Reference<'_>, request: Request<Bytes>) -> Response<Bytes> {
    let now = reference.now().as_millisecond();
    let response = reference.respond(&request);
    if request.method() == Method::POST && response.status().is_success() {
        let made = json_of(&response);
        for name in ["run_id", "session_id"] {
            if let Some(id) = made[name].as_str() {
                let first = reference.memory().recall(id).unwrap_or_else(|| now.into());
                reference.memory().keep(id, first);
            }
        }
        return response;
    }
    let is_unseen = |id: &str| {
        let made = reference.memory().recall(id).and_then(|made| made.as_i64());
        made.is_some_and(|made| now - made < unseen_millis)
    };
    if is_list(&request) && response.status().is_success() {
        // A list is cut after the unseen entries are left out, so that others have their places.
        let limit = query_value(&request, "limit").and_then(|limit| limit.parse().ok());
        let limit: Option<usize> = limit.filter(|limit| (1..FULL_LIST).contains(limit));
        let response = match limit {
            Some(_) => reference.respond(&with_query(request, "limit", &FULL_LIST.to_string())),
            None => response,
        };
        return edited(response, |list| {
            if let (Some(limit), Some(echoed)) = (limit, list.get_mut("limit")) {
                *echoed = limit.into();
            }
            let Some(entries) = entries(list) else { return };
            // The reference has cut a full list already, and others can no longer have the places of the unseen ones.
            if entries.len() < FULL_LIST {
                entries.retain(|entry| {
                    let id = entry.get("run_id").or(entry.get("session_id"));
                    !id.and_then(Value::as_str).is_some_and(is_unseen)
                });
            }
            entries.truncate(limit.unwrap_or(usize::MAX));
        });
    }
    let segments = segments(&request);
    match segments.get(2) {
        Some(id) if request.method() == Method::GET && is_unseen(id) => {
            let unknown = if segments[1] == "runs" { "run_0" } else { "sess_0" };
            let path = request.uri().path().replacen(id.as_str(), unknown, 1);
            reference.respond(&with_path(request, &path))
        }
        _ => response,
    }
}

/// Control calls are taken, and have their effect this much later, on the clock of the stand-in.
fn obeyed_after(effect_millis: i64, reference: &Reference<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    let now = reference.now().as_millisecond();
    let segments = segments(request);
    let Some(run) = segments.get(2).filter(|_| segments[1] == "runs") else {
        return reference.respond(request);
    };
    let name = format!("asked of {run}");
    let asked = reference.memory().recall(&name).unwrap_or_default();
    if let (Some(target), Some(at)) = (asked["target"].as_str(), asked["at"].as_i64())
        && now - at >= effect_millis
    {
        reference.memory().keep(&name, Value::Null);
        let mut due = with_body(with_path(request.clone(), target), "");
        *due.method_mut() = Method::POST;
        reference.respond(&due);
    }
    let is_control = is_at(request, &["runs", "*", "*"]) && request.method() == Method::POST;
    if !is_control {
        return reference.respond(request);
    }
    let mut look = with_path(
        request.clone(),
        &format!("/api/agents/{}/runs/{run}", segments[0]),
    );
    *look.method_mut() = Method::GET;
    let state = json_of(&reference.respond(&look))["status"].clone();
    let fits = match segments[3].as_str() {
        "cancel" => state == "queued" || state == "running",
        "pause" => state == "running",
        "resume" => state == "paused",
        "retry" => state == "failed",
        _ => false,
    };
    if !fits {
        return reference.respond(request);
    }
    reference
        .memory()
        .keep(name, json!({ "target": request.uri().path(), "at": now }));
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "seen-a-second-later",
        "shows runs and sessions only a second after they were made",
        |reference, request| seen_after(UNSEEN_MILLIS, reference, request),
    ),
    Variant::new(
        "seen-very-late",
        "shows runs and sessions only 20 seconds after they were made, as its configuration says",
        |reference, request| seen_after(LONG_MILLIS, reference, request),
    )
    .with(|fixtures| fixtures.olbrain.wait_for_effects = Some(30)),
    Variant::new(
        "obeys-very-late",
        "follows control calls only 20 seconds later, as its configuration says",
        |reference, request| obeyed_after(LONG_MILLIS, reference, &request),
    )
    .with(|fixtures| fixtures.olbrain.wait_for_effects = Some(30)),
    Variant::new(
        "obeys-later",
        "takes control calls with 202 and no body, and follows them a while later",
        |reference, request| obeyed_after(EFFECT_MILLIS, reference, &request),
    ),
];
