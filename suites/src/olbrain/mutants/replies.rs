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
        "organization-empty",
        "olbrain.conv.org-id",
        "leaves organization_id empty",
        |reference, request| {
            replied(reference, &request, |body| {
                body["organization_id"] = Value::from("");
            })
        },
    ),
    Mutant::new(
        "organization-as-object",
        "olbrain.conv.org-id",
        "gives the organization itself in place of its id",
        |reference, request| {
            replied(reference, &request, |body| {
                body["organization_id"] = json!({ "id": body["organization_id"] });
            })
        },
    ),
    Mutant::new(
        "organization-without-prefix",
        "olbrain.conv.org-id.prefix",
        "gives the id of the organization without its prefix",
        |reference, request| replied(reference, &request, |body| strip(body, "organization_id", "org_")),
    ),
    Mutant::new(
        "organization-per-message",
        "olbrain.conv.org-id.constant",
        "makes a new id where the organization belongs",
        |reference, request| {
            let number = reference.earlier;
            replied(reference, &request, |body| {
                body["organization_id"] = Value::from(format!("org_01GZ{number:022}"));
            })
        },
    ),
    Mutant::new(
        "project-null",
        "olbrain.conv.project-id",
        "has no project for agents outside of one",
        |reference, request| replied(reference, &request, |body| body["project_id"] = Value::Null),
    ),
    Mutant::new(
        "project-empty",
        "olbrain.conv.project-id",
        "leaves project_id empty",
        |reference, request| replied(reference, &request, |body| body["project_id"] = Value::from("")),
    ),
    Mutant::new(
        "project-without-prefix",
        "olbrain.conv.project-id.prefix",
        "gives the id of the project without its prefix",
        |reference, request| replied(reference, &request, |body| strip(body, "project_id", "proj_")),
    ),
    Mutant::new(
        "project-of-the-session",
        "olbrain.conv.project-id.constant",
        "takes every other message for one of another project",
        |reference, request| {
            let other = is_message(reference, &request) && reference.memory().earlier("projects") % 2 == 1;
            replied(reference, &request, |body| {
                if other {
                    body["project_id"] = Value::from("proj_01HB00000000000000000000");
                }
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
    Mutant::new(
        "files-null",
        "olbrain.conv.files.array",
        "gives null where there are no files",
        |reference, request| {
            replied(reference, &request, |body| {
                if body["files"] == json!([]) {
                    body["files"] = Value::Null;
                }
            })
        },
    ),
    Mutant::new(
        "files-left-out",
        "olbrain.conv.files.array",
        "leaves files out where there are none, as an encoder that omits empty values does",
        |reference, request| {
            replied(reference, &request, |body| {
                if body["files"] == json!([]) {
                    remove(body, "files");
                }
            })
        },
    ),
    Mutant::new(
        "file-not-in-array",
        "olbrain.conv.files.array",
        "gives a single file without an array around it",
        |reference, request| {
            replied(reference, &request, |body| {
                if let Some(only) = body["files"].get(0).cloned() {
                    body["files"] = only;
                }
            })
        },
    ),
    Mutant::new(
        "files-of-others",
        "olbrain.conv.files.empty",
        "lists the files of the agents beside it",
        |reference, request| {
            let made = fixtures(reference)
                .pdf_agents
                .first()
                .cloned()
                .unwrap_or_default();
            let path = format!("/api/agents/webhook/{made}");
            let other = is_message(reference, &request)
                .then(|| reference.respond(&crate::mutant::bend::with_path(request.clone(), &path)));
            replied(reference, &request, |body| {
                let files = other.and_then(|other| serde_json::from_slice::<Value>(other.body()).ok());
                if body["files"] == json!([])
                    && let Some(files) = files
                {
                    body["files"] = files["files"].clone();
                }
            })
        },
    ),
    Mutant::new(
        "tokens-as-text",
        "olbrain.conv.tokens",
        "writes counts of tokens as text",
        |reference, request| {
            replied(reference, &request, |body| {
                let total = body["token_usage"]["total_tokens"].to_string();
                body["token_usage"]["total_tokens"] = Value::from(total);
            })
        },
    ),
    Mutant::new(
        "tokens-with-fraction",
        "olbrain.conv.tokens",
        "estimates tokens from letters, with a fraction",
        |reference, request| {
            replied(reference, &request, |body| {
                let prompt = body["token_usage"]["prompt_tokens"].as_f64().unwrap_or_default();
                body["token_usage"]["prompt_tokens"] = Value::from(prompt + 0.25);
            })
        },
    ),
    Mutant::new(
        "tokens-by-other-names",
        "olbrain.conv.tokens",
        "names the counts as another vendor does",
        |reference, request| {
            replied(reference, &request, |body| {
                let usage = body["token_usage"].clone();
                body["token_usage"] = json!({
                    "input_tokens": usage["prompt_tokens"],
                    "output_tokens": usage["completion_tokens"],
                    "total_tokens": usage["total_tokens"],
                });
            })
        },
    ),
    Mutant::new(
        "tokens-unknown",
        "olbrain.conv.tokens",
        "counts -1 tokens where it does not know",
        |reference, request| {
            replied(reference, &request, |body| {
                body["token_usage"]["completion_tokens"] = Value::from(-1);
            })
        },
    ),
    Mutant::new(
        "total-without-completion",
        "olbrain.conv.tokens.sum",
        "adds the tokens up before the reply is there",
        |reference, request| {
            replied(reference, &request, |body| {
                body["token_usage"]["total_tokens"] = body["token_usage"]["prompt_tokens"].clone();
            })
        },
    ),
    Mutant::new(
        "time-negative",
        "olbrain.conv.processing-time",
        "takes the times in the wrong order",
        |reference, request| {
            replied(reference, &request, |body| {
                body["processing_time"] = Value::from(-0.0012);
            })
        },
    ),
    Mutant::new(
        "time-null",
        "olbrain.conv.processing-time",
        "does not know how long it took",
        |reference, request| replied(reference, &request, |body| body["processing_time"] = Value::Null),
    ),
    Mutant::new(
        "time-in-milliseconds",
        "olbrain.conv.processing-time.bound",
        "gives processing_time in milliseconds",
        |reference, request| {
            replied(reference, &request, |body| {
                let seconds = body["processing_time"].as_f64().unwrap_or_default();
                body["processing_time"] = Value::from((seconds * 1000.0).max(1240.0));
            })
        },
    ),
    Mutant::new(
        "time-of-the-sample",
        "olbrain.conv.processing-time.bound",
        "gives the time of the sample",
        |reference, request| {
            replied(reference, &request, |body| {
                body["processing_time"] = Value::from(1.24);
            })
        },
    ),
    Mutant::new(
        "timestamp-in-seconds",
        "olbrain.conv.timestamp",
        "gives the moment in seconds since 1970",
        |reference, request| {
            let now = reference.now().as_second();
            replied(reference, &request, |body| body["timestamp"] = Value::from(now))
        },
    ),
    Mutant::new(
        "timestamp-without-zone",
        "olbrain.conv.timestamp",
        "writes the moment without a zone, as a date that knows none does",
        |reference, request| {
            replied(reference, &request, |body| {
                let text = body["timestamp"]
                    .as_str()
                    .unwrap_or_default()
                    .trim_end_matches('Z')
                    .to_owned();
                body["timestamp"] = Value::from(text);
            })
        },
    ),
    Mutant::new(
        "timestamp-left-out",
        "olbrain.conv.timestamp",
        "leaves timestamp out, which the table of members does not name",
        |reference, request| replied(reference, &request, |body| remove(body, "timestamp")),
    ),
    Mutant::new(
        "timestamp-in-words",
        "olbrain.conv.timestamp",
        "writes the moment as the header Date does",
        |reference, request| {
            let text = reference.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            replied(reference, &request, |body| body["timestamp"] = Value::from(text))
        },
    ),
    Mutant::new(
        "timestamp-to-the-second",
        "olbrain.conv.timestamp.precision",
        "gives the moment to the second",
        |reference, request| {
            let text = reference.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            replied(reference, &request, |body| body["timestamp"] = Value::from(text))
        },
    ),
    Mutant::new(
        "timestamp-with-offset",
        "olbrain.conv.timestamp.precision",
        "writes +00:00 for Z",
        |reference, request| {
            replied(reference, &request, |body| {
                let text = body["timestamp"]
                    .as_str()
                    .unwrap_or_default()
                    .replace('Z', "+00:00");
                body["timestamp"] = Value::from(text);
            })
        },
    ),
    Mutant::new(
        "timestamp-to-the-microsecond",
        "olbrain.conv.timestamp.precision",
        "gives the moment to the microsecond",
        |reference, request| {
            let text = reference.now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
            replied(reference, &request, |body| body["timestamp"] = Value::from(text))
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

fn remove(body: &mut Value, name: &str) {
    if let Some(members) = body.as_object_mut() {
        members.remove(name);
    }
}

fn strip(body: &mut Value, name: &str, prefix: &str) {
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
