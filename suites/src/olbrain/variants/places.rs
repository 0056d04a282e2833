//! Runs, sessions and uploads as other correct servers serve them: other ids, orders and forms, and others who use
//! the server too.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Uri};
use serde_json::{Value, json};

use crate::http::Limits;
use crate::standin::Reference;
use crate::standin::bend::{answer, edited, json_body, pairs, query_value, visit, with_body, with_path};
use crate::variant::Variant;

/// What follows `/api/agents/` in the path, in segments.
pub(super) fn segments(request: &Request<Bytes>) -> Vec<String> {
    let path = request.uri().path().strip_prefix("/api/agents/");
    path.map(|path| path.split('/').map(str::to_owned).collect())
        .unwrap_or_default()
}

/// Whether the request goes to this place below an agent; `*` stands for any id.
pub(super) fn is_at(request: &Request<Bytes>, place: &[&str]) -> bool {
    let segments = segments(request);
    let Some((_, below)) = segments.split_first() else {
        return false;
    };
    below.len() == place.len()
        && below
            .iter()
            .zip(place)
            .all(|(segment, wanted)| *wanted == "*" || segment == wanted)
}

pub(super) fn is_list(request: &Request<Bytes>) -> bool {
    is_at(request, &["runs"]) || is_at(request, &["sessions"])
}

/// The entries of either list.
pub(super) fn entries(list: &mut Value) -> Option<&mut Vec<Value>> {
    match list {
        Value::Array(runs) => Some(runs),
        other => other.get_mut("sessions")?.as_array_mut(),
    }
}

pub(super) fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_default()
}

/// How the ids begin that are written in another case.
const PREFIXES: [&str; 3] = ["run_", "sess_", "msg_"];

/// The id with what follows its beginning changed.
fn with_rest(id: &str, change: impl Fn(&str) -> String) -> Option<String> {
    let prefix = PREFIXES.into_iter().find(|prefix| id.starts_with(prefix))?;
    Some(format!("{prefix}{}", change(&id[prefix.len()..])))
}

fn in_lower_case(reference: &Reference<'_>, request: Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path().to_owned();
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| with_rest(segment, str::to_uppercase).unwrap_or_else(|| segment.to_owned()))
        .collect();
    let mut request = with_path(request, &segments.join("/"));
    let session = json_body(&request).and_then(|body| body["session_id"].as_str().map(str::to_owned));
    if let Some(upper) = session.and_then(|session| with_rest(&session, str::to_uppercase)) {
        request = crate::standin::bend::edited_request(request, |body| body["session_id"] = upper.into());
    }
    let response = reference.respond(&request);
    if response.status().is_success() {
        edited(response, |body| {
            visit(body, &mut |value| {
                let lower = value.as_str().and_then(|id| with_rest(id, str::to_lowercase));
                if let Some(lower) = lower {
                    *value = lower.into();
                }
            });
        })
    } else {
        response
    }
}

/// The list of runs, the oldest first, in pages of ten.
fn oldest_runs_first(reference: &Reference<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    if !is_at(request, &["runs"]) {
        return reference.respond(request);
    }
    let limit = query_value(request, "limit").and_then(|limit| limit.parse().ok());
    let kept = pairs(request);
    let kept = kept.iter().filter(|(name, _)| name != "limit");
    let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
    let whole = crate::standin::bend::with_pairs(request.clone(), kept.chain([("limit", "100000")]));
    edited(reference.respond(&whole), |list| {
        if let Value::Array(runs) = list {
            let total = runs.len();
            runs.reverse();
            runs.truncate(limit.unwrap_or(10).min(10));
            *list = json!({ "runs": runs, "total": total, "next_cursor": "b2xkZXI" });
        }
    })
}

/// Every session is closed as soon as it was answered.
fn closed_at_once(reference: &Reference<'_>, request: Request<Bytes>) -> Response<Bytes> {
    let other = |state: &str| match state {
        "active" => "closed".to_owned(),
        "closed" => "active".to_owned(),
        state => state.to_owned(),
    };
    let is_about_sessions = is_at(&request, &["sessions"]) || is_at(&request, &["sessions", "*"]);
    if !is_about_sessions {
        return reference.respond(&request);
    }
    let request = match query_value(&request, "status") {
        Some(state) => crate::standin::bend::with_query(request, "status", &other(&state)),
        None => request,
    };
    edited(reference.respond(&request), |body| {
        visit(body, &mut |value| {
            if let Some(state) = value.get("status").and_then(Value::as_str) {
                value["status"] = other(state).into();
            }
        });
    })
}

/// Others use the server too, and make something whenever anybody looks at a list.
fn used_by_others(reference: &Reference<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    if is_list(request) {
        for number in 0..3 {
            let agent = &segments(request)[0];
            let body = json!({ "message": format!("by others {number}"), "inputs": { "by": "others" } });
            let mut event = with_body(request.clone(), body.to_string());
            *event.method_mut() = Method::POST;
            *event.uri_mut() = format!("/api/agents/webhook/{agent}")
                .parse::<Uri>()
                .unwrap_or_default();
            let json = http::HeaderValue::from_static("application/json");
            event.headers_mut().insert(http::header::CONTENT_TYPE, json);
            reference.respond(&event);
        }
    }
    reference.respond(request)
}

/// Moments as other libraries write them.
fn in_microseconds(value: &mut Value) {
    for name in [
        "started_at",
        "completed_at",
        "created_at",
        "last_message_at",
        "url_expires_at",
    ] {
        let moment = value.get(name).and_then(Value::as_str);
        if let Some(seconds) = moment.and_then(|moment| moment.strip_suffix('Z')) {
            value[name] = format!("{seconds}.000000+00:00").into();
        }
    }
}

/// Members without a value left out; what somebody gave as inputs stays as it was given.
fn without_nulls(body: &mut Value) {
    match body {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.get_mut("sessions").into_iter().for_each(without_nulls);
        }
        Value::Array(entries) => entries.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

pub(super) const VARIANTS: &[Variant] = &[
    Variant::new(
        "ids-in-lower-case",
        "writes the ids of runs, sessions and messages in lower case",
        in_lower_case,
    ),
    Variant::new(
        "files-by-their-content",
        "makes the ids of files from what is in them, so that the same file has the same id",
        |reference, request| {
            let sum = request
                .body()
                .iter()
                .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
                    (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
                });
            let response = reference.respond(&request);
            if is_at(&request, &["upload"]) && response.status().is_success() {
                return edited(response, |body| body["file_id"] = format!("fi_{sum:032x}").into());
            }
            response
        },
    ),
    Variant::new(
        "control-without-complaint",
        "answers 200 to control calls that do not fit, and does nothing",
        |reference, request| {
            let response = reference.respond(&request);
            if is_at(&request, &["runs", "*", "*"]) && response.status() == StatusCode::CONFLICT {
                return answer(StatusCode::OK, &json!({ "changed": false }));
            }
            response
        },
    ),
    Variant::new(
        "control-without-content",
        "answers 204 to control calls that took effect",
        |reference, request| {
            let response = reference.respond(&request);
            if is_at(&request, &["runs", "*", "*"]) && response.status().is_success() {
                let mut empty = Response::new(Bytes::new());
                *empty.status_mut() = StatusCode::NO_CONTENT;
                return empty;
            }
            response
        },
    ),
    Variant::new(
        "oldest-runs-first",
        "lists runs in pages of ten in an object, the oldest first",
        |reference, request| oldest_runs_first(reference, &request),
    ),
    Variant::new(
        "states-of-its-own",
        "has a state between queued and running",
        |reference, request| {
            let response = reference.respond(&request);
            if is_at(&request, &["runs", "*"]) && json_of(&response)["status"] == "queued" {
                return edited(response, |run| run["status"] = "starting".into());
            }
            response
        },
    )
    .warned_for(&["olbrain.runs.get.status"]),
    Variant::new(
        "sessions-closed-at-once",
        "closes a session as soon as it was answered",
        closed_at_once,
    ),
    Variant::new(
        "used-by-others",
        "is used by others too, who make runs and sessions all the time",
        |reference, request| used_by_others(reference, &request),
    ),
    Variant::new(
        "moments-in-microseconds",
        "writes the moments of runs and sessions with a fraction and an offset",
        |reference, request| {
            let response = reference.respond(&request);
            if request.method() == Method::GET && request.uri().path().starts_with("/api/") {
                return edited(response, |body| visit(body, &mut in_microseconds));
            }
            response
        },
    ),
    Variant::new(
        "absent-for-null",
        "leaves members out that have no value",
        |reference, request| {
            let response = reference.respond(&request);
            if request.method() == Method::GET && request.uri().path().starts_with("/api/") {
                return edited(response, without_nulls);
            }
            response
        },
    )
    .warned_for(&["olbrain.sess.list.all-fields"]),
    Variant::new(
        "messages-in-another-form",
        "lists messages bare and the last one first, and writes what they say as parts",
        |reference, request| {
            let response = reference.respond(&request);
            if !response.status().is_success() || request.method() != Method::GET {
                return response;
            }
            let in_parts = |message: &mut Value| {
                message["content"] = json!([{ "type": "text", "text": message["content"] }]);
            };
            if is_at(&request, &["sessions", "*", "messages", "*"]) {
                return edited(response, in_parts);
            }
            if is_at(&request, &["sessions", "*", "messages"]) {
                return edited(response, |list| {
                    let mut messages = list["messages"].take();
                    if let Some(messages) = messages.as_array_mut() {
                        messages.reverse();
                        messages.iter_mut().for_each(in_parts);
                    }
                    *list = messages;
                });
            }
            response
        },
    ),
    Variant::new(
        "long-lists-of-messages",
        "lists messages with more in front of them than the suite reads of an answer",
        |reference, request| {
            let response = reference.respond(&request);
            if is_at(&request, &["sessions", "*", "messages"]) && response.status().is_success() {
                let more = " ".repeat(Limits::default().response_bytes);
                return response.map(|list| [more.as_bytes(), &list].concat().into());
            }
            response
        },
    ),
    Variant::new(
        "sessions-without-details",
        "shows of a session whose it is, and nothing else",
        |reference, request| {
            let response = reference.respond(&request);
            if is_at(&request, &["sessions", "*"]) && response.status().is_success() {
                return edited(response, |session| {
                    *session =
                        json!({ "session_id": session["session_id"], "agent_id": session["agent_id"] });
                });
            }
            response
        },
    ),
];
