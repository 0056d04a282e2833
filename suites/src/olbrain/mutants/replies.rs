//! What a conversational agent answers.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::{fixtures, is_message, triggered};
use crate::mutant::bend::{answer, edited, json_body, labelled, status_instead};
use crate::mutant::{Answer, Mutant, Reference};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "created-for-ok",
        "olbrain.conv.200",
        "answers 201 to a message, because it makes one",
        |reference, request| {
            let is_message = is_message(reference, &request);
            let response = reference.respond(&request);
            if is_message {
                return status_instead(response, StatusCode::OK, StatusCode::CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "message-accepted",
        "olbrain.conv.200",
        "answers 202 to messages with metadata, and replies later",
        |reference, request| {
            let has_metadata = json_body(&request).is_some_and(|body| body.get("metadata").is_some());
            if is_message(reference, &request) && has_metadata {
                let response = reference.respond(&request);
                if response.status() == StatusCode::OK {
                    return answer(StatusCode::ACCEPTED, &json!({ "status": "accepted" }));
                }
                return response;
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "second-agent-creates",
        "olbrain.conv.200",
        "answers 201 for one of its agents",
        |reference, request| {
            let second = fixtures(reference)
                .conversational_agents
                .get(1)
                .map(String::as_str);
            let is_second = second.is_some() && triggered(&request) == second;
            let response = reference.respond(&request);
            if is_second {
                return status_instead(response, StatusCode::OK, StatusCode::CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "reply-as-text",
        "olbrain.conv.ct",
        "labels the reply text/plain",
        |reference, request| {
            let is_reply = is_message(reference, &request);
            let response = reference.respond(&request);
            if is_reply && response.status() == StatusCode::OK {
                return labelled(response, "text/plain; charset=utf-8");
            }
            response
        },
    ),
    Mutant::new(
        "reply-without-label",
        "olbrain.conv.ct",
        "sends the reply without a media type",
        |reference, request| {
            let is_reply = is_message(reference, &request);
            let mut response = reference.respond(&request);
            if is_reply && response.status() == StatusCode::OK {
                response.headers_mut().remove(http::header::CONTENT_TYPE);
            }
            response
        },
    ),
    Mutant::new(
        "reply-wrapped",
        "olbrain.conv.fields",
        "wraps the reply into data",
        |reference, request| {
            replied(reference, &request, |body| {
                *body = json!({ "success": true, "data": body });
            })
        },
    ),
    Mutant::new(
        "reply-in-camel-case",
        "olbrain.conv.fields",
        "names the members in camel case",
        |reference, request| {
            replied(reference, &request, |body| {
                if let Value::Object(members) = body {
                    *members = std::mem::take(members)
                        .into_iter()
                        .map(|(name, value)| (camel_case(&name), value))
                        .collect();
                }
            })
        },
    ),
    Mutant::new(
        "reply-without-project",
        "olbrain.conv.fields",
        "leaves project_id out",
        |reference, request| replied(reference, &request, |body| remove(body, "project_id")),
    ),
    Mutant::new(
        "time-as-text",
        "olbrain.conv.fields",
        "writes processing_time as text",
        |reference, request| {
            replied(reference, &request, |body| {
                body["processing_time"] = Value::from(body["processing_time"].to_string());
            })
        },
    ),
    Mutant::new(
        "no-success",
        "olbrain.conv.success",
        "leaves success out, which the table of members does not name",
        |reference, request| replied(reference, &request, |body| remove(body, "success")),
    ),
    Mutant::new(
        "success-as-text",
        "olbrain.conv.success",
        "writes success as the text true",
        |reference, request| replied(reference, &request, |body| body["success"] = Value::from("true")),
    ),
    Mutant::new(
        "session-by-number",
        "olbrain.conv.session-id",
        "gives the number of the session in its table",
        |reference, request| {
            let number = reference.earlier;
            replied(reference, &request, |body| {
                body["session_id"] = Value::from(number);
            })
        },
    ),
    Mutant::new(
        "no-session",
        "olbrain.conv.session-id",
        "has no session for a message without a user",
        |reference, request| replied(reference, &request, |body| body["session_id"] = Value::Null),
    ),
    Mutant::new(
        "session-without-prefix",
        "olbrain.conv.session-id.prefix",
        "gives ids of sessions without their prefix",
        |reference, request| replied(reference, &request, |body| strip(body, "session_id", "sess_")),
    ),
    Mutant::new(
        "message-empty-id",
        "olbrain.conv.message-id",
        "answers before the message has an id",
        |reference, request| replied(reference, &request, |body| body["message_id"] = Value::from("")),
    ),
    Mutant::new(
        "message-by-number",
        "olbrain.conv.message-id",
        "numbers messages",
        |reference, request| {
            let number = reference.earlier;
            replied(reference, &request, |body| {
                body["message_id"] = Value::from(number);
            })
        },
    ),
    Mutant::new(
        "message-without-prefix",
        "olbrain.conv.message-id.prefix",
        "gives ids of messages as bare UUIDs",
        |reference, request| replied(reference, &request, |body| strip(body, "message_id", "msg_")),
    ),
    Mutant::new(
        "message-id-constant",
        "olbrain.conv.message-id.unique",
        "makes the id of a message from its text",
        |reference, request| {
            let length = request.body().len();
            replied(reference, &request, |body| {
                body["message_id"] = Value::from(format!("msg_01JV{length:022}"));
            })
        },
    ),
    Mutant::new(
        "message-id-by-second",
        "olbrain.conv.message-id.unique",
        "makes the id of a message from the time in seconds",
        |reference, request| {
            let second = reference.now().as_second();
            replied(reference, &request, |body| {
                body["message_id"] = Value::from(format!("msg_01JV{second:022}"));
            })
        },
    ),
    Mutant::in_a_crowd(
        "message-id-shared",
        "olbrain.conv.message-id.unique",
        "keeps the last id in a variable that all requests share",
        |reference, request| {
            let crowded = reference.others_in_flight > 0;
            let response = replied(reference, &request, |body| {
                if crowded && let Some(last) = reference.memory().recall("message") {
                    body["message_id"] = last;
                } else {
                    reference.memory().keep("message", body["message_id"].clone());
                }
            });
            Answer::from(response)
        },
    )
    .now_and_then(),
    Mutant::new(
        "message-not-kept",
        "olbrain.conv.message-id.fetchable",
        "answers with an id that it does not keep",
        |reference, request| {
            let number = reference.earlier;
            replied(reference, &request, |body| {
                body["message_id"] = Value::from(format!("msg_01JW{number:022}"));
            })
        },
    ),
    Mutant::new(
        "message-kept-elsewhere",
        "olbrain.conv.message-id.fetchable",
        "keeps messages in another worker process than the one that is asked for them",
        |reference, request| {
            if is_message(reference, &request) {
                return reference.respond_elsewhere(&request);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "agent-is-the-default",
        "olbrain.conv.agent-id",
        "names the agent that it has by default",
        |reference, request| {
            let first = fixtures(reference).conversational_agents.first().cloned();
            replied(reference, &request, |body| {
                body["agent_id"] = Value::from(first.unwrap_or_default());
            })
        },
    ),
    Mutant::new(
        "agent-in-lower-case",
        "olbrain.conv.agent-id",
        "puts ids in lower case",
        |reference, request| {
            replied(reference, &request, |body| {
                let agent = body["agent_id"].as_str().unwrap_or_default().to_lowercase();
                body["agent_id"] = Value::from(agent);
            })
        },
    ),
    Mutant::new(
        "response-in-parts",
        "olbrain.conv.response",
        "gives the reply in parts, as its model does",
        |reference, request| {
            replied(reference, &request, |body| {
                body["response"] = json!([{ "type": "text", "text": body["response"] }]);
            })
        },
    ),
    Mutant::new(
        "response-null",
        "olbrain.conv.response",
        "has no reply to an event without a message",
        |reference, request| {
            let silent = json_body(&request).is_some_and(|body| body.get("message").is_none());
            replied(reference, &request, |body| {
                if silent {
                    body["response"] = Value::Null;
                }
            })
        },
    ),
];

/// The answer, with the reply of a conversational agent changed.
pub(super) fn replied(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    edit: impl FnOnce(&mut Value),
) -> Response<Bytes> {
    let is_message = is_message(reference, request);
    let response = reference.respond(request);
    if is_message && response.status() == StatusCode::OK {
        return edited(response, edit);
    }
    response
}

pub(super) fn remove(body: &mut Value, name: &str) {
    if let Some(members) = body.as_object_mut() {
        members.remove(name);
    }
}

pub(super) fn strip(body: &mut Value, name: &str, prefix: &str) {
    let text = body[name].as_str().unwrap_or_default();
    let text = text.strip_prefix(prefix).unwrap_or(text).to_owned();
    body[name] = Value::from(text);
}

fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(&part[..1].to_uppercase());
        out.push_str(&part[1..]);
    }
    out
}
