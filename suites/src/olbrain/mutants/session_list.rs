//! The list of sessions: what it holds, how it is cut, filtered and ordered.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::parts::{fixtures, refusal};
use super::places::{Page, at, edit, relabelled, restatused};
use crate::mutant::bend::{edited, pairs, query_value, with_pairs, with_path};
use crate::mutant::{Mutant, Reference};

pub(super) const SESSIONS: &[Page] = &[Page::Sessions];

/// The documented parameters.
const KNOWN: [&str; 3] = ["limit", "status", "since"];

/// The sessions of a list, changed.
pub(super) fn listed(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    change: impl FnOnce(&mut Vec<Value>),
) -> Response<Bytes> {
    edit(reference, request, Page::Sessions, |list| {
        if let Some(sessions) = list["sessions"].as_array_mut() {
            change(sessions);
        }
    })
}

/// Each session of a list, changed.
fn each(reference: &Reference<'_>, request: &Request<Bytes>, change: impl Fn(&mut Value)) -> Response<Bytes> {
    listed(reference, request, |sessions| {
        sessions.iter_mut().for_each(change);
    })
}

/// The list without a parameter.
pub(super) fn without(reference: &Reference<'_>, request: &Request<Bytes>, dropped: &str) -> Response<Bytes> {
    if at(request, SESSIONS).is_none() {
        return reference.respond(request);
    }
    let kept = pairs(request);
    let kept = kept.iter().filter(|(name, _)| name != dropped);
    let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
    reference.respond(&with_pairs(request.clone(), kept))
}

/// The limit that a list is asked for.
pub(super) fn limit(request: &Request<Bytes>) -> Option<u64> {
    at(request, SESSIONS)?;
    query_value(request, "limit")?.parse().ok()
}

/// The sessions since a moment, by another comparison.
pub(super) fn since(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    is_listed: impl Fn(&Value, &str) -> bool,
) -> Response<Bytes> {
    let Some(moment) = query_value(request, "since").filter(|_| at(request, SESSIONS).is_some()) else {
        return reference.respond(request);
    };
    let all = without(reference, request, "since");
    edited(all, |list| {
        if let Some(sessions) = list["sessions"].as_array_mut() {
            sessions.retain(|session| is_listed(session, &moment));
        }
    })
}

/// The first parameter of the list that the page does not name.
fn unknown_parameter(request: &Request<Bytes>) -> Option<(String, String)> {
    at(request, SESSIONS)?;
    let mut all = pairs(request).into_iter();
    all.find(|(name, _)| !KNOWN.contains(&name.as_str()))
}

fn remove(session: &mut Value, name: &str) {
    if let Some(members) = session.as_object_mut() {
        members.remove(name);
    }
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "sessions-in-part",
        "olbrain.sess.list",
        "answers 206 to the list of sessions, since it may be cut",
        |reference, request| {
            restatused(
                reference,
                &request,
                SESSIONS,
                StatusCode::OK,
                StatusCode::PARTIAL_CONTENT,
            )
        },
    ),
    Mutant::new(
        "sessions-need-a-limit",
        "olbrain.sess.list",
        "asks for a limit where sessions are listed",
        |reference, request| {
            if at(&request, SESSIONS).is_some() && query_value(&request, "limit").is_none() {
                return refusal(
                    reference,
                    StatusCode::BAD_REQUEST,
                    "bad_request",
                    "limit is missing.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "sessions-as-text",
        "olbrain.sess.list.ct",
        "labels the list of sessions as text/plain",
        |reference, request| relabelled(reference, &request, Page::Sessions, "text/plain"),
    ),
    Mutant::new(
        "sessions-as-a-bare-list",
        "olbrain.sess.list.fields",
        "answers with the bare list of sessions",
        |reference, request| {
            edit(reference, &request, Page::Sessions, |list| {
                *list = list["sessions"].take();
            })
        },
    ),
    Mutant::new(
        "sessions-under-another-name",
        "olbrain.sess.list.fields",
        "calls the list of sessions data",
        |reference, request| {
            edit(reference, &request, Page::Sessions, |list| {
                *list = json!({ "data": list["sessions"], "limit": list["limit"] });
            })
        },
    ),
    Mutant::new(
        "sessions-without-their-state",
        "olbrain.sess.list.fields",
        "does not say which state a session is in",
        |reference, request| each(reference, &request, |session| remove(session, "status")),
    ),
    Mutant::new(
        "session-counts-as-texts",
        "olbrain.sess.list.fields",
        "writes the counts of a session as texts",
        |reference, request| {
            each(reference, &request, |session| {
                session["message_count"] = session["message_count"].to_string().into();
            })
        },
    ),
    Mutant::new(
        "sessions-without-user",
        "olbrain.sess.list.all-fields",
        "leaves user_id out of sessions that have none",
        |reference, request| {
            each(reference, &request, |session| {
                if session["user_id"].is_null() {
                    remove(session, "user_id");
                }
            })
        },
    ),
    Mutant::new(
        "sessions-in-camel-case",
        "olbrain.sess.list.all-fields",
        "writes some members of a session in camel case",
        |reference, request| {
            each(reference, &request, |session| {
                session["messageCount"] = session["message_count"].take();
                remove(session, "message_count");
            })
        },
    ),
    Mutant::new(
        "open-for-active",
        "olbrain.sess.list.status.named",
        "calls a session that is active open",
        |reference, request| {
            each(reference, &request, |session| {
                if session["status"] == "active" {
                    session["status"] = "open".into();
                }
            })
        },
    ),
    Mutant::new(
        "sessions-states-in-capitals",
        "olbrain.sess.list.status.named",
        "writes the state of a session in capitals",
        |reference, request| {
            each(reference, &request, |session| {
                session["status"] = session["status"]
                    .as_str()
                    .unwrap_or_default()
                    .to_uppercase()
                    .into();
            })
        },
    ),
    Mutant::new(
        "sessions-without-zone",
        "olbrain.sess.list.timestamps",
        "writes the moments of sessions without a zone",
        |reference, request| {
            each(reference, &request, |session| {
                let text = session["created_at"].as_str().unwrap_or_default();
                session["created_at"] = text.trim_end_matches('Z').into();
            })
        },
    ),
    Mutant::new(
        "active-before-they-began",
        "olbrain.sess.list.timestamps",
        "writes when a session began in local time, and calls it Z",
        |reference, request| {
            each(reference, &request, |session| {
                let began = session["created_at"].as_str().unwrap_or_default();
                if let Ok(began) = began.parse::<Timestamp>() {
                    let local = began + jiff::SignedDuration::from_hours(2);
                    session["created_at"] = local.to_string().into();
                }
            })
        },
    ),
    Mutant::new(
        "sessions-of-another-worker",
        "olbrain.sess.list.found",
        "lists the sessions of a worker that has none",
        |reference, request| {
            if at(&request, SESSIONS).is_some() {
                return reference.respond_elsewhere(&request);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "sessions-from-the-third-message-on",
        "olbrain.sess.list.found",
        "lists sessions that have gone on for a while only",
        |reference, request| {
            listed(reference, &request, |sessions| {
                sessions.retain(|session| session["message_count"].as_u64() > Some(2));
            })
        },
    ),
    Mutant::new(
        "sessions-of-all-agents",
        "olbrain.sess.list.only-own",
        "lists the sessions of all agents",
        |reference, request| {
            let Some(place) = at(&request, SESSIONS) else {
                return reference.respond(&request);
            };
            let of_others: Vec<Value> = fixtures(reference)
                .conversational_agents
                .iter()
                .filter(|agent| **agent != place.agent)
                .filter_map(|agent| {
                    let path = format!("/api/agents/{agent}/sessions");
                    let answer = reference.respond(&with_path(request.clone(), &path));
                    let list: Value = serde_json::from_slice(answer.body()).ok()?;
                    list["sessions"].as_array().cloned()
                })
                .flatten()
                .collect();
            listed(reference, &request, |sessions| {
                let room = sessions.len().max(20) - sessions.len().min(20);
                sessions.extend(of_others.into_iter().take(room.max(1)));
            })
        },
    ),
    Mutant::new(
        "sessions-of-the-first-agent",
        "olbrain.sess.list.only-own",
        "calls every session one of the first agent",
        |reference, request| {
            let first = fixtures(reference).conversational_agents[0].clone();
            each(reference, &request, |session| {
                session["agent_id"] = first.as_str().into();
            })
        },
    ),
    Mutant::new(
        "sessions-with-known-parameters-only",
        "olbrain.sess.list.ignored",
        "refuses parameters that it does not know",
        |reference, request| {
            if unknown_parameter(&request).is_some() {
                return refusal(
                    reference,
                    StatusCode::BAD_REQUEST,
                    "bad_request",
                    "A parameter is not known.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "sessions-by-any-member",
        "olbrain.sess.list.ignored",
        "takes every parameter for a member that sessions should have",
        |reference, request| {
            let unknown = unknown_parameter(&request);
            listed(reference, &request, |sessions| {
                if let Some((name, value)) = unknown {
                    sessions.retain(|session| session.get(&name) == Some(&json!(value)));
                }
            })
        },
    ),
];
