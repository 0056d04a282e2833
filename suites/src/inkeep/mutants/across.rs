//! What holds across requests: connections, crowds, and what refusals leave behind.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::bend::{
    Reference, authorization, bad_request, edited_event, member, problem, status_instead, text, token, under,
    valid_token, with_body, with_member, without_member,
};
use crate::mutant::{Answer, Mutant};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::in_a_crowd(
        "first-request-only",
        "inkeep.connection.reuse",
        "reads the body of the first request on a connection and forgets that of the second",
        |reference, request| {
            if reference.earlier_on_connection == 1 {
                return Answer::from(reference.respond(&with_body(request, "")));
            }
            Answer::from(reference.respond(&request))
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "let-in-once-and-for-all",
        "inkeep.connection.reuse",
        "looks at the token of the first request on a connection only",
        |reference, request| {
            if reference.earlier_on_connection > 0 && !token(&request).is_empty() {
                let request = under(request, &valid_token(reference));
                return Answer::from(reference.respond(&request));
            }
            Answer::from(reference.respond(&request))
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "eleventh-on-a-connection",
        "inkeep.connection.reuse",
        "refuses what comes after ten requests on a connection",
        |reference, request| {
            if reference.earlier_on_connection > 10 {
                return Answer::from(bad_request("too many requests on this connection"));
            }
            Answer::from(reference.respond(&request))
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "conversation-of-the-connection",
        "inkeep.connection.reuse",
        "keeps the conversationId for the connection, and shows it in events that name none",
        |reference, request| {
            let own = text(&request, "conversationId");
            let response = reference.respond(&request);
            let carried = if let Some(own) = &own {
                reference.memory().keep("conversation", json!(own));
                None
            } else {
                reference.memory().recall("conversation")
            };
            Answer::from(edited_event(response, |event| {
                if let Some(carried) = carried.filter(|_| reference.earlier_on_connection > 0) {
                    event.insert("conversationId".to_owned(), carried);
                }
            }))
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "overwhelmed",
        "inkeep.concurrency.isolation",
        "refuses what comes while five others are in flight",
        |reference, request| {
            if reference.others_in_flight >= 5 {
                return Answer::from(problem(StatusCode::SERVICE_UNAVAILABLE, "too many connections"));
            }
            Answer::from(reference.respond(&request))
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "one-variable-for-all",
        "inkeep.concurrency.isolation",
        "keeps the event in a variable that all requests share",
        |reference, request| {
            let kind = member(&request, "type");
            let last = kind.and_then(|kind| reference.memory().keep("type", kind));
            let response = reference.respond(&request);
            if reference.others_in_flight < 4 {
                return Answer::from(response);
            }
            Answer::from(edited_event(response, |event| {
                if let Some(last) = last {
                    event.insert("type".to_owned(), last);
                }
            }))
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "somebody-else-s-token",
        "inkeep.concurrency.isolation",
        "takes a request for that of the user who came last",
        |reference, request| {
            if reference.others_in_flight >= 4 && !token(&request).is_empty() {
                let request = under(request, &valid_token(reference));
                return Answer::from(reference.respond(&request));
            }
            Answer::from(reference.respond(&request))
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "looks-before-it-stores",
        "inkeep.concurrency.one-insert",
        "looks for an id, and stores the event later",
        |reference, request| {
            let response = reference.respond(&request);
            if !together(reference, &request, &response) {
                return Answer::from(response);
            }
            let kind = member(&request, "type").unwrap_or_default();
            let created = status_instead(response, StatusCode::OK, StatusCode::CREATED);
            Answer::from(edited_event(created, |event| {
                event.insert("type".to_owned(), kind);
            }))
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "loses-the-race",
        "inkeep.concurrency.one-insert",
        "answers 409 to the events that come second at the same time",
        |reference, request| {
            let response = reference.respond(&request);
            if together(reference, &request, &response) {
                return Answer::from(problem(StatusCode::CONFLICT, "unique violation"));
            }
            Answer::from(response)
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "shows-the-loser",
        "inkeep.concurrency.one-insert",
        "answers 200 with the event that was not stored, when several come at the same time",
        |reference, request| {
            let response = reference.respond(&request);
            if !together(reference, &request, &response) {
                return Answer::from(response);
            }
            let kind = member(&request, "type").unwrap_or_default();
            Answer::from(edited_event(response, |event| {
                event.insert("type".to_owned(), kind);
            }))
        },
    )
    .now_and_then(),
    Mutant::new(
        "stored-before-it-is-refused",
        "inkeep.err.no-side-effect",
        "takes note of an id before it looks at the rest, and takes the event that comes next for a repeated one",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::BAD_REQUEST && text(&request, "id").is_some() {
                let _stored = reference.respond(&mended(request));
            }
            response
        },
    ),
    Mutant::new(
        "refused-id-is-taken",
        "inkeep.err.no-side-effect",
        "answers 409 to the id of an event that it refused for its type",
        |reference, request| {
            let Some(id) = text(&request, "id") else {
                return reference.respond(&request);
            };
            let response = reference.respond(&request);
            if response.status() == StatusCode::BAD_REQUEST && text(&request, "type").is_none() {
                reference.memory().keep(id, json!(true));
            } else if response.status() == StatusCode::CREATED && reference.memory().recall(&id).is_some() {
                return problem(StatusCode::CONFLICT, "duplicate event");
            }
            response
        },
    ),
    Mutant::new(
        "anchor-looked-at-last",
        "inkeep.err.no-side-effect",
        "stores an event before it looks at the messageId",
        |reference, request| {
            let wrong = member(&request, "messageId").is_some_and(|value| !value.is_string());
            let response = reference.respond(&request);
            if wrong && response.status() == StatusCode::BAD_REQUEST {
                let _stored = reference.respond(&without_member(request, "messageId"));
            }
            response
        },
    ),
    Mutant::new(
        "second-time-lucky",
        "inkeep.refusal.repeatable",
        "answers 422 to a body that it refused with 400 before",
        |reference, request| {
            let response = reference.respond(&request);
            let body = String::from_utf8_lossy(request.body()).into_owned();
            if response.status() == StatusCode::BAD_REQUEST && reference.memory().earlier(&body) > 0 {
                return problem(StatusCode::UNPROCESSABLE_ENTITY, "refused before");
            }
            response
        },
    ),
    Mutant::new(
        "refused-now-and-then",
        "inkeep.refusal.repeatable",
        "answers every fourth refused body with 422",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::BAD_REQUEST && reference.memory().earlier("refused") % 4 == 3
            {
                return problem(StatusCode::UNPROCESSABLE_ENTITY, "refused");
            }
            response
        },
    )
    .now_and_then(),
    Mutant::new(
        "locked-out",
        "inkeep.refusal.repeatable",
        "answers 403 where the same request came with the same wrong token three times",
        |reference, request| {
            let response = reference.respond(&request);
            let seen = format!(
                "{} {}",
                authorization(&request),
                String::from_utf8_lossy(request.body())
            );
            if response.status() == StatusCode::UNAUTHORIZED && reference.memory().earlier(&seen) > 2 {
                return problem(StatusCode::FORBIDDEN, "locked");
            }
            response
        },
    ),
    Mutant::new(
        "changed-by-a-refused-body",
        "inkeep.refusal.no-side-effect",
        "writes over a stored event what it refuses afterwards",
        |reference, request| {
            let id = text(&request, "id").unwrap_or_default();
            let response = reference.respond(&request);
            if response.status() == StatusCode::BAD_REQUEST {
                reference
                    .memory()
                    .keep(id, member(&request, "metadata").unwrap_or_default());
                return response;
            }
            overwritten(response, reference.memory().recall(&id))
        },
    ),
    Mutant::new(
        "changed-without-a-token",
        "inkeep.refusal.no-side-effect",
        "writes over a stored event before it looks at the token",
        |reference, request| {
            let id = text(&request, "id").unwrap_or_default();
            let response = reference.respond(&request);
            if response.status() == StatusCode::UNAUTHORIZED {
                reference
                    .memory()
                    .keep(id, member(&request, "metadata").unwrap_or_default());
                return response;
            }
            overwritten(response, reference.memory().recall(&id))
        },
    ),
    Mutant::new(
        "changed-by-put",
        "inkeep.refusal.no-side-effect",
        "writes over a stored event what PUT brings, and answers 405",
        |reference, request| {
            let id = text(&request, "id").unwrap_or_default();
            if request.method() == Method::PUT {
                reference
                    .memory()
                    .keep(id, member(&request, "metadata").unwrap_or_default());
                return reference.respond(&request);
            }
            overwritten(reference.respond(&request), reference.memory().recall(&id))
        },
    ),
    Mutant::new(
        "deleted-and-refused",
        "inkeep.refusal.no-side-effect",
        "deletes the event that DELETE names, and answers 405",
        |reference, request| {
            let id = text(&request, "id").unwrap_or_default();
            if request.method() == Method::DELETE {
                reference.memory().keep(id, json!(true));
                return reference.respond(&request);
            }
            let response = reference.respond(&request);
            if response.status() == StatusCode::OK && reference.memory().recall(&id).is_some() {
                let other = format!("{id}.deleted");
                let again = reference.respond(&with_member(request, "id", other));
                return edited_event(again, |event| {
                    event.insert("id".to_owned(), json!(id));
                });
            }
            response
        },
    ),
];

/// Whether an event comes so soon after the one with its id that both were looked for before either was stored. One that
/// is sent after the other was answered comes later, as each request is held for a moment.
fn together(reference: &Reference<'_>, request: &Request<Bytes>, response: &Response<Bytes>) -> bool {
    const MOMENT_MICROSECONDS: i64 = 1000;
    let Some(id) = text(request, "id") else {
        return false;
    };
    let now = reference.now().as_microsecond();
    match response.status() {
        StatusCode::CREATED => {
            reference.memory().keep(id, json!(now));
            false
        }
        StatusCode::OK => {
            let stored = reference.memory().recall(&id).and_then(|stored| stored.as_i64());
            stored.is_some_and(|stored| now - stored < MOMENT_MICROSECONDS)
        }
        _ => false,
    }
}

/// The request without what may be wrong with it.
fn mended(request: Request<Bytes>) -> Request<Bytes> {
    let id = text(&request, "id").unwrap_or_default();
    let kind = text(&request, "type")
        .filter(|kind| !kind.is_empty())
        .unwrap_or_else(|| "refused".to_owned());
    with_body(request, json!({ "id": id, "type": kind }).to_string())
}

/// The answer to an event that is there, with metadata that came with another request.
fn overwritten(response: Response<Bytes>, metadata: Option<Value>) -> Response<Bytes> {
    match metadata {
        Some(metadata) if response.status() == StatusCode::OK => edited_event(response, |event| {
            event.insert("metadata".to_owned(), metadata);
        }),
        _ => response,
    }
}
