//! How the list of sessions is cut, filtered and ordered.
use super::session_list::{SESSIONS, limit, listed, since, without};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::parts::refusal;
use super::places::{Page, at, edit, with_target};
use crate::mutant::bend::{query_value, with_query};
use crate::mutant::{Mutant, Reference};

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

pub(super) const MUTANTS: &[Mutant] = &[
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
        "one-session-too-few",
        "olbrain.sess.list.limit",
        "stops before the session at which a small limit is reached",
        |reference, request| {
            let asked = limit(&request).filter(|asked| *asked < 20);
            listed(reference, &request, |sessions| {
                let fewer = asked.map_or(u64::MAX, |asked| asked.saturating_sub(1));
                sessions.truncate(usize::try_from(fewer).unwrap_or(usize::MAX));
            })
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
