//! Sessions and messages: who may see them, and what fetching one shows.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::refusal;
use super::places::{Page, at, code, edit, for_any_agent, for_any_key, recoded, relabelled, restatused};
use super::replies::replied;
use crate::mutant::bend::{answer, with_path, with_query};
use crate::mutant::{Mutant, Reference};

/// Calls for one session.
const OF_ONE: &[Page] = &[Page::Session, Page::Messages, Page::Message];

/// The JSON of an answer, or null.
fn body_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_default()
}

/// The messages of a list, changed.
fn messages(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    change: impl FnOnce(&mut Vec<Value>),
) -> Response<Bytes> {
    edit(reference, request, Page::Messages, |list| {
        if let Some(messages) = list["messages"].as_array_mut() {
            change(messages);
        }
    })
}

/// What a message says, changed.
fn said(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    change: impl FnOnce(Value) -> Value,
) -> Response<Bytes> {
    edit(reference, request, Page::Message, |message| {
        let old = message["content"].take();
        message["content"] = change(old);
    })
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "sessions-of-workflows-not-found",
        "olbrain.sess.kind",
        "answers 404 to calls about sessions for a workflow agent",
        |reference, request| {
            restatused(
                reference,
                &request,
                &Page::OF_SESSIONS,
                StatusCode::BAD_REQUEST,
                StatusCode::NOT_FOUND,
            )
        },
    ),
    Mutant::new(
        "no-sessions-for-workflows",
        "olbrain.sess.kind",
        "lists no sessions for a workflow agent, with success",
        |reference, request| {
            let response = reference.respond(&request);
            if at(&request, &[Page::Sessions]).is_some() && response.status() == StatusCode::BAD_REQUEST {
                return answer(StatusCode::OK, &json!({ "sessions": [], "limit": 20 }));
            }
            response
        },
    ),
    Mutant::new(
        "kind-of-messages-with-another-code",
        "olbrain.sess.kind",
        "answers 400 with the code bad_request to calls about messages for a workflow agent",
        |reference, request| {
            recoded(
                reference,
                &request,
                &[Page::Messages, Page::Message],
                StatusCode::BAD_REQUEST,
                "bad_request",
            )
        },
    ),
    Mutant::new(
        "unknown-session-with-a-common-code",
        "olbrain.sess.404",
        "answers 404 with the code not_found where there is no such session",
        |reference, request| {
            let response = reference.respond(&request);
            if code(&response).as_deref() == Some("session_not_found") {
                return recoded(reference, &request, OF_ONE, StatusCode::NOT_FOUND, "not_found");
            }
            response
        },
    ),
    Mutant::new(
        "unknown-session-without-messages",
        "olbrain.sess.404",
        "lists no messages, with success, where there is no such session",
        |reference, request| {
            let response = reference.respond(&request);
            let is_list = at(&request, &[Page::Messages]).is_some();
            if is_list && code(&response).as_deref() == Some("session_not_found") {
                return answer(StatusCode::OK, &json!({ "messages": [] }));
            }
            response
        },
    ),
    Mutant::new(
        "unknown-session-begun",
        "olbrain.sess.404",
        "begins a session where there is no such one",
        |reference, request| {
            let response = reference.respond(&request);
            match at(&request, &[Page::Session]) {
                Some(place) if code(&response).as_deref() == Some("session_not_found") => answer(
                    StatusCode::OK,
                    &json!({ "session_id": place.id, "agent_id": place.agent, "status": "active" }),
                ),
                _ => response,
            }
        },
    ),
    Mutant::new(
        "sessions-without-their-agent",
        "olbrain.sess.404.other-agent",
        "looks a session up by its id, whichever agent the path names",
        |reference, request| for_any_agent(reference, &request, &[Page::Session]),
    ),
    Mutant::new(
        "messages-without-their-agent",
        "olbrain.sess.404.other-agent",
        "lists messages by the id of their session, whichever agent the path names",
        |reference, request| for_any_agent(reference, &request, &[Page::Messages]),
    ),
    Mutant::new(
        "message-without-its-agent",
        "olbrain.sess.404.other-agent",
        "shows a message by the id of its session, whichever agent the path names",
        |reference, request| for_any_agent(reference, &request, &[Page::Message]),
    ),
    Mutant::new(
        "sessions-of-any-organization",
        "olbrain.sess.404.other-org",
        "lists and shows sessions under the key of any organization",
        |reference, request| for_any_key(reference, &request, &Page::OF_SESSIONS),
    ),
    Mutant::new(
        "message-without-its-organization",
        "olbrain.sess.404.other-org",
        "shows a message under the key of any organization",
        |reference, request| for_any_key(reference, &request, &[Page::Message]),
    ),
    Mutant::new(
        "unknown-message-like-a-session",
        "olbrain.sess.404.message",
        "answers 404 with the code session_not_found where there is no such message",
        |reference, request| {
            recoded(
                reference,
                &request,
                &[Page::Message],
                StatusCode::NOT_FOUND,
                "session_not_found",
            )
        },
    ),
    Mutant::new(
        "unknown-message-is-null",
        "olbrain.sess.404.message",
        "answers null with success where there is no such message",
        |reference, request| {
            let response = reference.respond(&request);
            if code(&response).as_deref() == Some("message_not_found") {
                return answer(StatusCode::OK, &Value::Null);
            }
            response
        },
    ),
    Mutant::new(
        "messages-without-their-session",
        "olbrain.sess.404.message-elsewhere",
        "looks a message up by its id, whichever session the path names",
        |reference, request| {
            let response = reference.respond(&request);
            let Some(place) = at(&request, &[Page::Message]) else {
                return response;
            };
            let name = format!("session of {}", place.last);
            if response.status().is_success() {
                reference.memory().keep(name, place.id.into());
                return response;
            }
            match reference.memory().recall(&name) {
                Some(Value::String(session)) if code(&response).as_deref() == Some("message_not_found") => {
                    let path = format!(
                        "/api/agents/{}/sessions/{session}/messages/{}",
                        place.agent, place.last
                    );
                    reference.respond(&with_path(request, &path))
                }
                _ => response,
            }
        },
    ),
    Mutant::new(
        "session-in-part",
        "olbrain.sess.get",
        "answers 206 to the fetching of a session",
        |reference, request| {
            restatused(
                reference,
                &request,
                &[Page::Session],
                StatusCode::OK,
                StatusCode::PARTIAL_CONTENT,
            )
        },
    ),
    Mutant::new(
        "sessions-in-two-memories",
        "olbrain.sess.get",
        "fetches sessions from a worker that does not know them",
        |reference, request| {
            if at(&request, &[Page::Session]).is_some() {
                return reference.respond_elsewhere(&request);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "session-as-text",
        "olbrain.sess.get.ct",
        "labels a fetched session as text/plain",
        |reference, request| relabelled(reference, &request, Page::Session, "text/plain"),
    ),
    Mutant::new(
        "session-without-agent",
        "olbrain.sess.get.fields",
        "does not say whose a session is",
        |reference, request| {
            edit(reference, &request, Page::Session, |session| {
                session.as_object_mut().map(|members| members.remove("agent_id"));
            })
        },
    ),
    Mutant::new(
        "session-in-an-envelope",
        "olbrain.sess.get.fields",
        "puts a fetched session into a member data",
        |reference, request| {
            edit(reference, &request, Page::Session, |session| {
                *session = json!({ "data": session.take() });
            })
        },
    ),
    Mutant::new(
        "session-id-in-lower-case",
        "olbrain.sess.get.session-id",
        "writes the id of a session in lower case",
        |reference, request| {
            edit(reference, &request, Page::Session, |session| {
                let id = session["session_id"].as_str().unwrap_or_default();
                session["session_id"] = id.to_lowercase().into();
            })
        },
    ),
    Mutant::new(
        "session-of-the-project",
        "olbrain.sess.get.session-id",
        "shows the project where the agent of a session should stand",
        |reference, request| {
            edit(reference, &request, Page::Session, |session| {
                session["agent_id"] = session["project_id"].clone();
            })
        },
    ),
    Mutant::new(
        "newest-session-for-any",
        "olbrain.sess.get.session-id",
        "shows the session that an agent answered in last, whichever is asked for",
        |reference, request| {
            let Some(place) = at(&request, &[Page::Session]) else {
                return replied(reference, &request, |body| {
                    if let Some(agent) = body["agent_id"].as_str() {
                        reference.memory().keep(agent, body["session_id"].clone());
                    }
                });
            };
            let response = reference.respond(&request);
            let newest = reference.memory().recall(&place.agent);
            match newest.as_ref().and_then(Value::as_str) {
                Some(newest) if response.status().is_success() => {
                    let path = request.uri().path().replace(&place.id, newest);
                    reference.respond(&with_path(request, &path))
                }
                _ => response,
            }
        },
    ),
    Mutant::new(
        "messages-in-part",
        "olbrain.sess.messages",
        "answers 206 to the list of messages",
        |reference, request| {
            restatused(
                reference,
                &request,
                &[Page::Messages],
                StatusCode::OK,
                StatusCode::PARTIAL_CONTENT,
            )
        },
    ),
    Mutant::new(
        "messages-not-served",
        "olbrain.sess.messages",
        "takes the word messages for the id of a session's part that there is not",
        |reference, request| {
            if at(&request, &[Page::Messages]).is_some() && reference.respond(&request).status().is_success()
            {
                return refusal(
                    reference,
                    StatusCode::NOT_FOUND,
                    "message_not_found",
                    "There is no such message.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "messages-of-the-sender-only",
        "olbrain.sess.messages.found",
        "lists what was sent to an agent and not what it answered",
        |reference, request| {
            messages(reference, &request, |all| {
                all.retain(|message| message["role"] == "user");
            })
        },
    ),
    Mutant::new(
        "messages-of-all-sessions",
        "olbrain.sess.messages.only-own",
        "lists the messages of all sessions of the agent",
        |reference, request| {
            let Some(place) = at(&request, &[Page::Messages]) else {
                return reference.respond(&request);
            };
            messages(reference, &request, |all| {
                let sessions = format!("/api/agents/{}/sessions", place.agent);
                let list = with_query(with_path(request.clone(), &sessions), "limit", "100");
                let list = body_of(&reference.respond(&list));
                let ids = list["sessions"].as_array().into_iter().flatten();
                for id in ids.filter_map(|session| session["session_id"].as_str()) {
                    if id != place.id {
                        let theirs = with_path(request.clone(), &format!("{sessions}/{id}/messages"));
                        let theirs = body_of(&reference.respond(&theirs));
                        all.extend(theirs["messages"].as_array().into_iter().flatten().cloned());
                    }
                }
            })
        },
    ),
    Mutant::new(
        "messages-by-number",
        "olbrain.sess.messages.found",
        "numbers messages instead of naming their ids",
        |reference, request| {
            messages(reference, &request, |all| {
                for (number, message) in all.iter_mut().enumerate() {
                    message["message_id"] = number.to_string().into();
                }
            })
        },
    ),
    Mutant::new(
        "first-message-for-each",
        "olbrain.sess.message.message-id",
        "shows the first message of a session, whichever the path names",
        |reference, request| {
            let first = at(&request, &[Page::Message]).and_then(|place| {
                let list = format!("/api/agents/{}/sessions/{}/messages", place.agent, place.id);
                let list = body_of(&reference.respond(&with_path(request.clone(), &list)));
                Some(list["messages"].get(0)?.clone())
            });
            edit(reference, &request, Page::Message, |message| {
                if let Some(first) = first {
                    *message = first;
                }
            })
        },
    ),
    Mutant::new(
        "message-in-part",
        "olbrain.sess.message",
        "answers 206 to the fetching of a message",
        |reference, request| {
            restatused(
                reference,
                &request,
                &[Page::Message],
                StatusCode::OK,
                StatusCode::PARTIAL_CONTENT,
            )
        },
    ),
    Mutant::new(
        "answers-are-no-messages",
        "olbrain.sess.message",
        "fetches only messages that were sent to an agent",
        |reference, request| {
            let response = reference.respond(&request);
            let message = body_of(&response);
            if at(&request, &[Page::Message]).is_some() && message["role"] == "agent" {
                return refusal(
                    reference,
                    StatusCode::NOT_FOUND,
                    "message_not_found",
                    "There is no such message.",
                );
            }
            response
        },
    ),
    Mutant::new(
        "message-without-content",
        "olbrain.sess.message.content",
        "shows a message without what it says",
        |reference, request| said(reference, &request, |_| Value::Null),
    ),
    Mutant::new(
        "message-cut-short",
        "olbrain.sess.message.content",
        "shows the first ten characters of a message",
        |reference, request| {
            said(reference, &request, |content| match content {
                Value::String(text) => text.chars().take(10).collect::<String>().into(),
                other => other.to_string().chars().take(10).collect::<String>().into(),
            })
        },
    ),
];
