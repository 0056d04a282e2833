//! Right but for one way of asking, or only for a while: one call, one spelling, one kind of value, one look.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use serde_json::Value;

use super::parts::{
    authorization, crash, has_expired, is_revoked, is_run, refusal, respond_letting_in, token, triggered,
    valid_key,
};
use super::places::{Page, at, edit, for_any_key};
use super::replies::replied;
use crate::mutant::bend::{header_text, json_body, query_value, with_body, with_query};
use crate::mutant::{Mutant, Reference};
use crate::olbrain::padding::LIMIT_BYTES;

/// What every address of a file begins with at the reference.
const FILES: &str = "/v0/b/";

/// The member of a trigger's body.
fn member(request: &Request<Bytes>, name: &str) -> Option<Value> {
    triggered(request)?;
    json_body(request)?.get(name).cloned()
}

/// Lets a key in at one place that is refused everywhere else.
fn respond_letting_in_at(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    lets_in: bool,
    page: Page,
) -> Response<Bytes> {
    let is_there = at(&request, &[page]).is_some();
    respond_letting_in(reference, request, lets_in && is_there)
}

/// Shows a state of a run once, and from the second look on what the run becomes by itself.
fn until_looked_at(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    state: &str,
    becomes: &str,
) -> Response<Bytes> {
    let Some(place) = at(request, &[Page::Run]) else {
        return reference.respond(request);
    };
    edit(reference, request, Page::Run, |run| {
        let looks = format!("looks at {}, which is {state}", place.id);
        if run["status"] == state && reference.memory().earlier(&looks) > 0 {
            run["status"] = becomes.into();
        }
    })
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "key-in-one-word-with-bearer",
        "olbrain.auth.malformed.no-scheme",
        "takes the key from behind the word Bearer whether there is a blank or not",
        |reference, request| {
            let glued = authorization(&request).strip_prefix("Bearer") == Some(valid_key(reference));
            respond_letting_in(reference, request, glued)
        },
    ),
    Mutant::new(
        "key-behind-bearer-and-a-colon",
        "olbrain.auth.malformed.other-scheme",
        "takes a colon behind the word Bearer for a part of it",
        |reference, request| {
            let with_colon = authorization(&request).strip_prefix("Bearer: ") == Some(valid_key(reference));
            respond_letting_in(reference, request, with_colon)
        },
    ),
    Mutant::new(
        "expired-key-uploads",
        "olbrain.auth.expired",
        "asks whether a key has expired everywhere but where files are uploaded",
        |reference, request| {
            let expired = has_expired(reference, &request);
            respond_letting_in_at(reference, request, expired, Page::Upload)
        },
    ),
    Mutant::new(
        "expired-key-reads-messages",
        "olbrain.auth.expired",
        "asks whether a key has expired everywhere but where one message is read",
        |reference, request| {
            let expired = has_expired(reference, &request);
            respond_letting_in_at(reference, request, expired, Page::Message)
        },
    ),
    Mutant::new(
        "revoked-key-queues-runs",
        "olbrain.auth.revoked",
        "asks whether a key was revoked only for conversational agents",
        |reference, request| {
            let lets_in = is_revoked(reference, &request) && is_run(reference, &request);
            respond_letting_in(reference, request, lets_in)
        },
    ),
    Mutant::new(
        "prefix-of-keys-in-any-case",
        "olbrain.auth.no-ak-prefix",
        "takes AK_ for ak_",
        |reference, request| {
            let rest = valid_key(reference).strip_prefix("ak_");
            let capital = token(&request)
                .strip_prefix("AK_")
                .is_some_and(|sent| Some(sent) == rest);
            respond_letting_in(reference, request, capital)
        },
    ),
    Mutant::new(
        "blanks-behind-do-not-count",
        "olbrain.body.limit",
        "counts a body without the blanks around it",
        |reference, request| {
            let trimmed = request.body().trim_ascii();
            if triggered(&request).is_some()
                && request.body().len() > LIMIT_BYTES
                && trimmed.len() <= LIMIT_BYTES
            {
                let body = request.body().slice_ref(trimmed);
                return reference.respond(&with_body(request, body));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "trailing-comma",
        "olbrain.body.malformed",
        "reads JSON with a parser that lets a comma stand before the end",
        |reference, request| {
            if triggered(&request).is_some() && request.body().ends_with(b",}") {
                let mut body = request.body()[..request.body().len() - 2].to_vec();
                body.push(b'}');
                return reference.respond(&with_body(request, body));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "metadata-null-is-a-crash",
        "olbrain.response.no-server-error",
        "reads a member of metadata, which was null",
        |reference, request| {
            if member(&request, "metadata") == Some(Value::Null) {
                return crash(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "number-for-a-key-is-a-crash",
        "olbrain.response.no-server-error",
        "takes the length of an Idempotency-Key that is a number",
        |reference, request| {
            if member(&request, "Idempotency-Key").is_some_and(|key| key.is_number()) {
                return crash(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "part-without-a-label-is-a-crash",
        "olbrain.response.no-server-error",
        "reads the media type of a part that has none",
        |reference, request| {
            let form = String::from_utf8_lossy(request.body()).into_owned();
            if at(&request, &[Page::Upload]).is_some()
                && form.contains("form-data; name=\"file\"")
                && !form.contains("Content-Type: ")
            {
                return crash(reference);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "timestamp-of-the-start",
        "olbrain.conv.timestamp",
        "gives every answer the moment at which the server was started",
        |reference, request| {
            replied(reference, &request, |body| {
                body["timestamp"] = "2026-05-27T08:14:22.381Z".into();
            })
        },
    ),
    Mutant::new(
        "file-for-one-look",
        "olbrain.file.fetch",
        "gives each file once",
        |reference, request| {
            let target = request.uri().to_string();
            if target.contains(FILES) && reference.memory().earlier(&target) > 0 {
                return refusal(
                    reference,
                    StatusCode::NOT_FOUND,
                    "file_not_found",
                    "The file is gone.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "token-of-any-file",
        "olbrain.file.token",
        "asks only whether a token was ever given out",
        |reference, request| {
            let path = request.uri().path();
            let sent = query_value(&request, "token").unwrap_or_default();
            if path.starts_with(FILES) && reference.memory().recall(&sent).is_some() {
                let own = reference.memory().recall(path).unwrap_or_default();
                let own = own.as_str().unwrap_or_default();
                return reference.respond(&with_query(request, "token", own));
            }
            replied(reference, &request, |body| {
                for file in body["files"].as_array().into_iter().flatten() {
                    let url = file["file_url"].as_str().unwrap_or_default();
                    let path = url.find(FILES).map_or("", |start| &url[start..]);
                    if let (Some((path, _)), Some((_, token))) =
                        (path.split_once('?'), url.split_once("token="))
                    {
                        reference.memory().keep(path, token.into());
                        reference.memory().keep(token, path.into());
                    }
                }
            })
        },
    ),
    Mutant::new(
        "boundary-in-quotes",
        "olbrain.upl.request",
        "takes the quotes around a boundary for a part of it",
        |reference, request| {
            let quoted = header_text(&request, &CONTENT_TYPE).contains("boundary=\"");
            if quoted && at(&request, &[Page::Upload]).is_some() {
                return refusal(
                    reference,
                    StatusCode::BAD_REQUEST,
                    "bad_request",
                    "The form has no part named file.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "form-in-small-letters",
        "olbrain.upl.request",
        "compares the media type of a form letter by letter",
        |reference, request| {
            let is_form = header_text(&request, &CONTENT_TYPE).starts_with("multipart/form-data");
            if !is_form && at(&request, &[Page::Upload]).is_some() {
                return refusal(
                    reference,
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "unsupported_media_type",
                    "The body is not multipart/form-data.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "foreign-key-controls-runs",
        "olbrain.runs.404.other-org",
        "asks whose a run is everywhere but where it is cancelled, paused, resumed or retried",
        |reference, request| for_any_key(reference, &request, &[Page::Control]),
    ),
    Mutant::new(
        "pause-does-not-last",
        "olbrain.runs.pause",
        "lets a paused run go on by itself",
        |reference, request| until_looked_at(reference, &request, "paused", "running"),
    ),
    Mutant::new(
        "cancelled-run-succeeds",
        "olbrain.runs.cancel",
        "lets the worker of a cancelled run write its result",
        |reference, request| until_looked_at(reference, &request, "cancelled", "succeeded"),
    ),
    Mutant::new(
        "end-of-what-runs",
        "olbrain.runs.get.timing",
        "says of a running run when it has ended",
        |reference, request| {
            edit(reference, &request, Page::Run, |run| {
                if run["status"] == "running" {
                    run["completed_at"] = "2026-05-27T08:14:22Z".into();
                }
            })
        },
    ),
    Mutant::new(
        "last-message-only",
        "olbrain.sess.messages.found",
        "lists the last answer of a session alone",
        |reference, request| {
            edit(reference, &request, Page::Messages, |list| {
                if let Some(messages) = list["messages"].as_array_mut()
                    && messages.len() > 2
                {
                    messages.drain(..messages.len() - 2);
                }
            })
        },
    ),
    Mutant::new(
        "zone-of-since-ignored",
        "olbrain.sess.list.since",
        "reads the clock of since and not its distance from UTC",
        |reference, request| {
            let moment = query_value(&request, "since").unwrap_or_default();
            match moment.get(..19) {
                Some(clock) if moment.len() == 25 && at(&request, &[Page::Sessions]).is_some() => {
                    reference.respond(&with_query(request.clone(), "since", &format!("{clock}Z")))
                }
                _ => reference.respond(&request),
            }
        },
    ),
];
