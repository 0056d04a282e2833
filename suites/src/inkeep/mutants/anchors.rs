//! The three members that say what an event is about.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::bend::{
    Reference, all_characters, edited_event, is_of_an_id, lenient, member, problem, strict, text,
    with_status, without_member,
};
use super::types::coerced;
use super::types::echoed;
use super::types::is_true;
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "agent-id-from-number",
        "inkeep.str.agent-id",
        "makes a text of an agentId that is a number",
        |reference, request| coerced(reference, request, "agentId", Value::is_number),
    ),
    Mutant::new(
        "agent-id-of-any-kind",
        "inkeep.str.agent-id",
        "takes any value for the agentId",
        |reference, request| lenient(reference, request, "agentId", |sent| !sent.is_string(), "agent"),
    ),
    Mutant::new(
        "agent-id-with-its-name",
        "inkeep.str.agent-id",
        "takes an object for the agentId",
        |reference, request| lenient(reference, request, "agentId", Value::is_object, "agent"),
    ),
    Mutant::new(
        "conversation-id-where-true",
        "inkeep.str.conversation-id",
        "looks at a conversationId only where it counts as true",
        |reference, request| falsy_is_absent(reference, request, "conversationId"),
    ),
    Mutant::new(
        "conversation-id-from-list",
        "inkeep.str.conversation-id",
        "takes a list for the conversationId",
        |reference, request| lenient(reference, request, "conversationId", Value::is_array, "list"),
    ),
    Mutant::new(
        "conversation-id-in-the-database",
        "inkeep.str.conversation-id",
        "finds out that a conversationId is no text when it stores it, and fails",
        |reference, request| {
            let wrong =
                member(&request, "conversationId").is_some_and(|sent| !sent.is_string() && !sent.is_null());
            let response = reference.respond(&request);
            if wrong && response.status() == StatusCode::BAD_REQUEST {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "internal server error");
            }
            response
        },
    ),
    Mutant::new(
        "message-id-from-boolean",
        "inkeep.str.message-id",
        "makes a text of a messageId that is true or false",
        |reference, request| coerced(reference, request, "messageId", Value::is_boolean),
    ),
    Mutant::new(
        "message-id-dropped",
        "inkeep.str.message-id",
        "drops a messageId that is no text, and stores the rest",
        |reference, request| {
            if member(&request, "messageId").is_some_and(|sent| !sent.is_string()) {
                return reference.respond(&without_member(request, "messageId"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "message-id-zero",
        "inkeep.str.message-id",
        "takes the number 0 for a messageId that is absent",
        |reference, request| {
            if member(&request, "messageId") == Some(json!(0)) {
                return reference.respond(&without_member(request, "messageId"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "anchors-are-ids",
        "inkeep.str.no-pattern",
        "asks an agentId for the pattern of an id",
        |reference, request| {
            strict(reference, &request, "agentId", |sent| {
                all_characters(sent, is_of_an_id)
            })
        },
    ),
    Mutant::new(
        "conversation-id-in-ascii",
        "inkeep.str.no-pattern",
        "takes no conversationId with a letter beyond ASCII",
        |reference, request| {
            strict(reference, &request, "conversationId", |sent| {
                all_characters(sent, |c| c.is_ascii())
            })
        },
    ),
    Mutant::new(
        "message-id-of-64-characters",
        "inkeep.str.no-pattern",
        "takes a messageId of up to 64 characters",
        |reference, request| {
            strict(reference, &request, "messageId", |sent| {
                sent.as_str().is_some_and(|text| text.len() <= 64)
            })
        },
    ),
    Mutant::new(
        "message-id-without-slashes",
        "inkeep.str.no-pattern",
        "takes no messageId with a slash in it",
        |reference, request| {
            strict(reference, &request, "messageId", |sent| {
                all_characters(sent, |c| c != '/')
            })
        },
    ),
    Mutant::new(
        "unknown-conversation",
        "inkeep.anchor.no-fk",
        "answers 400 where it does not know the conversation",
        |reference, request| not_there(reference, &request, &["conversationId"], StatusCode::BAD_REQUEST),
    ),
    Mutant::new(
        "unknown-message",
        "inkeep.anchor.no-fk",
        "answers 404 where it does not know the message",
        |reference, request| not_there(reference, &request, &["messageId"], StatusCode::NOT_FOUND),
    ),
    Mutant::new(
        "message-of-another-conversation",
        "inkeep.anchor.no-fk",
        "refuses a message that it does not find in the conversation",
        |reference, request| {
            not_there(
                reference,
                &request,
                &["conversationId", "messageId"],
                StatusCode::UNPROCESSABLE_ENTITY,
            )
        },
    ),
    Mutant::new(
        "anchors-exchanged",
        "inkeep.resp.echo-anchors",
        "answers with the conversationId as the messageId and the other way round",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                let [conversation, message] =
                    ["conversationId", "messageId"].map(|name| event.get(name).cloned());
                event.insert("conversationId".to_owned(), message.unwrap_or_default());
                event.insert("messageId".to_owned(), conversation.unwrap_or_default());
            })
        },
    ),
    Mutant::new(
        "agent-forgotten",
        "inkeep.resp.echo-anchors",
        "answers with no agentId",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                event.insert("agentId".to_owned(), Value::Null);
            })
        },
    ),
    Mutant::new(
        "conversation-id-in-small-letters",
        "inkeep.resp.echo-anchors",
        "stores a conversationId in small letters",
        |reference, request| echoed(reference, &request, "conversationId", str::to_lowercase),
    ),
    Mutant::new(
        "conversation-id-trimmed",
        "inkeep.resp.echo-anchors",
        "cuts off blanks around a conversationId",
        |reference, request| {
            echoed(reference, &request, "conversationId", |text| {
                text.trim().to_owned()
            })
        },
    ),
    Mutant::new(
        "agent-of-the-last-event",
        "inkeep.resp.echo-anchors",
        "fills an absent agentId with that of the event before, whoever sent it",
        |reference, request| {
            let own = text(&request, "agentId");
            let last = match &own {
                Some(own) => reference.memory().keep("agent", json!(own)),
                None => reference.memory().recall("agent"),
            };
            edited_event(reference.respond(&request), |event| {
                if let Some(last) = last.filter(|_| own.is_none()) {
                    event.insert("agentId".to_owned(), last);
                }
            })
        },
    ),
    Mutant::new(
        "message-is-the-event",
        "inkeep.resp.echo-anchors",
        "answers with the id of the event where no messageId was sent",
        |reference, request| {
            let absent = member(&request, "messageId").is_none();
            edited_event(reference.respond(&request), |event| {
                if let Some(id) = event.get("id").cloned().filter(|_| absent) {
                    event.insert("messageId".to_owned(), id);
                }
            })
        },
    ),
    Mutant::new(
        "conversation-for-everybody",
        "inkeep.resp.echo-anchors",
        "begins a conversation for an event that names none",
        |reference, request| {
            let absent = ["conversationId", "messageId"]
                .iter()
                .all(|name| member(&request, name).is_none());
            edited_event(reference.respond(&request), |event| {
                if absent {
                    event.insert("conversationId".to_owned(), json!("conversation-1"));
                }
            })
        },
    ),
];

/// The answer of a server that takes what counts as false for absent.
fn falsy_is_absent(reference: &Reference<'_>, request: Request<Bytes>, name: &str) -> Response<Bytes> {
    match member(&request, name) {
        Some(sent) if !is_true(&sent) => reference.respond(&without_member(request, name)),
        _ => reference.respond(&request),
    }
}

/// The answer of a server that looks for what an event names, when it names all of these.
fn not_there(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    names: &[&str],
    status: StatusCode,
) -> Response<Bytes> {
    let named = names.iter().all(|name| text(request, name).is_some());
    let response = reference.respond(request);
    if !named || !response.status().is_success() {
        return response;
    }
    with_status(problem(status, "no such conversation or message"), status)
}
