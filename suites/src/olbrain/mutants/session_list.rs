//! The list of sessions: what it holds, how it is cut, filtered and ordered.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::parts::{fixtures, refusal};
use super::places::{Page, at, edit, relabelled, restatused, with_target};
use crate::mutant::bend::{edited, pairs, query_value, with_pairs, with_path, with_query};
use crate::mutant::{Mutant, Reference};

const SESSIONS: &[Page] = &[Page::Sessions];

/// The documented parameters.
const KNOWN: [&str; 3] = ["limit", "status", "since"];

/// The sessions of a list, changed.
fn listed(
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
fn without(reference: &Reference<'_>, request: &Request<Bytes>, dropped: &str) -> Response<Bytes> {
    if at(request, SESSIONS).is_none() {
        return reference.respond(request);
    }
    let kept = pairs(request);
    let kept = kept.iter().filter(|(name, _)| name != dropped);
    let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
    reference.respond(&with_pairs(request.clone(), kept))
}

/// The limit that a list is asked for.
fn limit(request: &Request<Bytes>) -> Option<u64> {
    at(request, SESSIONS)?;
    query_value(request, "limit")?.parse().ok()
}

/// A list of this length at most, as it would be if no larger limit were cut: the sessions beyond are made up.
fn longer(reference: &Reference<'_>, request: &Request<Bytes>, limit: u64) -> Response<Bytes> {
    let whole = reference.respond(&with_query(request.clone(), "limit", "100"));
    let whole: Value = serde_json::from_slice(whole.body()).unwrap_or_default();
    let all = whole["sessions"].as_array().cloned().unwrap_or_default();
    edit(reference, request, Page::Sessions, |list| {
        // As many sessions as there are say nothing; more than a hundred only come from a list that was full.
        let full = all.len() == 100;
        let mut longer = all;
        if full {
            let last = longer.last().cloned().unwrap_or_default();
            longer.push(last);
        }
        longer.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        *list = json!({ "sessions": longer, "limit": limit });
    })
}

/// The list by another order, before it is cut.
fn sorted_by(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    name: &'static str,
    latest_first: bool,
) -> Response<Bytes> {
    listed(reference, request, |sessions| {
        let key = |session: &Value| session[name].as_str().unwrap_or_default().to_owned();
        sessions.sort_by_key(key);
        if latest_first {
            sessions.reverse();
        }
    })
}

/// The sessions since a moment, by another comparison.
fn since(
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
        "sessions-without-limit",
        "olbrain.sess.list.limit",
        "ignores the limit on sessions",
        |reference, request| match limit(&request) {
            Some(asked) => edit(
                reference,
                &with_query(request, "limit", "100"),
                Page::Sessions,
                |list| {
                    list["limit"] = asked.min(100).into();
                },
            ),
            None => reference.respond(&request),
        },
    ),
    Mutant::new(
        "one-session-too-many",
        "olbrain.sess.list.limit",
        "gives the session too by which it finds out whether there are more",
        |reference, request| match limit(&request).filter(|limit| *limit < 100) {
            Some(asked) => {
                let more = with_query(request, "limit", &(asked + 1).to_string());
                edit(reference, &more, Page::Sessions, |list| {
                    list["limit"] = asked.into();
                })
            }
            None => reference.respond(&request),
        },
    ),
    Mutant::new(
        "fifty-sessions-by-default",
        "olbrain.sess.list.limit.default",
        "gives fifty sessions where no limit is named",
        |reference, request| {
            let is_plain = at(&request, SESSIONS).is_some() && query_value(&request, "limit").is_none();
            if !is_plain {
                return reference.respond(&request);
            }
            let query = request
                .uri()
                .query()
                .map(|query| format!("{query}&"))
                .unwrap_or_default();
            let path = format!("{}?{query}limit=50", request.uri().path());
            let request = with_target(request, &path);
            edit(reference, &request, Page::Sessions, |list| {
                list["limit"] = 20.into();
            })
        },
    ),
    Mutant::new(
        "no-cap-on-sessions",
        "olbrain.sess.list.limit.cap",
        "gives as many sessions as are asked for",
        |reference, request| match limit(&request).filter(|limit| *limit > 100) {
            Some(asked) => longer(reference, &request, asked),
            None => reference.respond(&request),
        },
    ),
    Mutant::new(
        "cap-refused",
        "olbrain.sess.list.limit.cap",
        "refuses a limit above 100",
        |reference, request| {
            if limit(&request).is_some_and(|limit| limit > 100) {
                return refusal(
                    reference,
                    StatusCode::BAD_REQUEST,
                    "bad_request",
                    "limit has to be 100 at most.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "cap-is-the-default",
        "olbrain.sess.list.limit.cap",
        "takes a limit above 100 for none",
        |reference, request| {
            if limit(&request).is_some_and(|limit| limit > 100) {
                return without(reference, &request, "limit");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "limit-as-it-was-asked-for",
        "olbrain.sess.list.limit.echo",
        "repeats the limit that was asked for, and cuts at 100",
        |reference, request| {
            let asked = limit(&request);
            edit(reference, &request, Page::Sessions, |list| {
                if let Some(asked) = asked {
                    list["limit"] = asked.into();
                }
            })
        },
    ),
    Mutant::new(
        "limit-is-the-count",
        "olbrain.sess.list.limit.echo",
        "gives the number of sessions as the limit",
        |reference, request| {
            edit(reference, &request, Page::Sessions, |list| {
                list["limit"] = list["sessions"].as_array().map_or(0, Vec::len).into();
            })
        },
    ),
    Mutant::new(
        "sessions-in-any-state",
        "olbrain.sess.list.status",
        "ignores the state by which sessions are asked for",
        |reference, request| without(reference, &request, "status"),
    ),
    Mutant::new(
        "no-active-sessions",
        "olbrain.sess.list.status",
        "finds no session that is active, since it keeps those as open",
        |reference, request| {
            let asks = query_value(&request, "status").as_deref() == Some("active");
            listed(reference, &request, |sessions| {
                if asks {
                    sessions.clear();
                }
            })
        },
    ),
    Mutant::new(
        "sessions-since-ever",
        "olbrain.sess.list.since",
        "ignores since",
        |reference, request| without(reference, &request, "since"),
    ),
    Mutant::new(
        "sessions-until-then",
        "olbrain.sess.list.since",
        "lists the sessions before since",
        |reference, request| {
            since(reference, &request, |session, moment| {
                session["last_message_at"]
                    .as_str()
                    .is_some_and(|last| last <= moment)
            })
        },
    ),
    Mutant::new(
        "sessions-since-that-day",
        "olbrain.sess.list.since",
        "compares days only",
        |reference, request| {
            since(reference, &request, |session, moment| {
                let last = session["last_message_at"].as_str().unwrap_or_default();
                last.get(..10) >= moment.get(..10)
            })
        },
    ),
    Mutant::new(
        "sessions-that-began-since",
        "olbrain.sess.list.since",
        "looks at when a session began, and not at when it was active last",
        |reference, request| {
            since(reference, &request, |session, moment| {
                let began = session["created_at"]
                    .as_str()
                    .unwrap_or_default()
                    .parse::<Timestamp>();
                began.ok() > moment.parse().ok()
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
    Mutant::new(
        "oldest-sessions-first",
        "olbrain.sess.list.order",
        "lists the session first that was active first",
        |reference, request| sorted_by(reference, &request, "last_message_at", false),
    ),
    Mutant::new(
        "sessions-by-their-ids",
        "olbrain.sess.list.order",
        "lists sessions by their ids",
        |reference, request| sorted_by(reference, &request, "session_id", false),
    ),
    Mutant::new(
        "latest-begun-first",
        "olbrain.sess.list.order",
        "lists the session first that began last, whichever was active since",
        |reference, request| sorted_by(reference, &request, "created_at", true),
    ),
];
