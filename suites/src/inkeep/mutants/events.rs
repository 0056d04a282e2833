//! What an accepted event is answered with.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::bend::{PROBLEM, edited, edited_event, labelled, member, status_instead, with_status};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "ok-for-created",
        "inkeep.resp.201",
        "answers 200 where 201 is documented",
        |reference, request| status_instead(reference.respond(&request), StatusCode::CREATED, StatusCode::OK),
    ),
    Mutant::new(
        "ok-for-created-without-id",
        "inkeep.resp.201",
        "answers 200 to a new event without an id",
        |reference, request| {
            let response = reference.respond(&request);
            if member(&request, "id").is_none() {
                return status_instead(response, StatusCode::CREATED, StatusCode::OK);
            }
            response
        },
    ),
    Mutant::new(
        "ok-for-created-with-id",
        "inkeep.resp.201",
        "answers 200 to every event with an id",
        |reference, request| {
            let response = reference.respond(&request);
            if member(&request, "id").is_some() {
                return status_instead(response, StatusCode::CREATED, StatusCode::OK);
            }
            response
        },
    ),
    Mutant::new(
        "ok-for-a-conversation",
        "inkeep.resp.201",
        "answers 200 to a new event of a conversation",
        |reference, request| {
            let response = reference.respond(&request);
            if member(&request, "conversationId").is_some() {
                return status_instead(response, StatusCode::CREATED, StatusCode::OK);
            }
            response
        },
    ),
    Mutant::new(
        "text-for-json-of-a-repeated-event",
        "inkeep.resp.ct.200",
        "labels the answer to a repeated event text/plain",
        |reference, request| typed(reference.respond(&request), StatusCode::OK, "text/plain"),
    ),
    Mutant::new(
        "problem-for-a-repeated-event",
        "inkeep.resp.ct.200",
        "labels the answer to a repeated event as a problem",
        |reference, request| typed(reference.respond(&request), StatusCode::OK, PROBLEM),
    ),
    Mutant::new(
        "html-for-json",
        "inkeep.resp.ct.201",
        "labels the answer to a new event text/html",
        |reference, request| {
            typed(
                reference.respond(&request),
                StatusCode::CREATED,
                "text/html; charset=utf-8",
            )
        },
    ),
    Mutant::new(
        "unlabelled-json",
        "inkeep.resp.ct.201",
        "does not label the answer to a new event",
        |reference, request| {
            let mut response = reference.respond(&request);
            if response.status() == StatusCode::CREATED {
                response.headers_mut().remove(CONTENT_TYPE);
            }
            response
        },
    ),
    Mutant::new(
        "vendor-json",
        "inkeep.resp.ct.201",
        "labels the answer to a new event application/vnd.api+json",
        |reference, request| {
            typed(
                reference.respond(&request),
                StatusCode::CREATED,
                "application/vnd.api+json",
            )
        },
    ),
    Mutant::new(
        "repeated-event-with-a-numbered-agent",
        "inkeep.resp.schema.200",
        "answers with a number as the agent of a repeated event",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::OK {
                return response;
            }
            edited_event(response, |event| {
                event.insert("agentId".to_owned(), json!(17));
            })
        },
    ),
    Mutant::new(
        "empty-answer-to-a-repeated-event",
        "inkeep.resp.schema.200",
        "answers a repeated event with no body",
        |reference, request| emptied(reference.respond(&request), StatusCode::OK),
    ),
    Mutant::new(
        "agent-as-an-object",
        "inkeep.resp.schema.201",
        "answers with an object where no agent was named",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::CREATED {
                return response;
            }
            edited_event(response, |event| {
                if event.get("agentId").is_none_or(Value::is_null) {
                    event.insert("agentId".to_owned(), json!({}));
                }
            })
        },
    ),
    Mutant::new(
        "message-false",
        "inkeep.resp.schema.201",
        "answers with false where no message was named",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::CREATED {
                return response;
            }
            edited_event(response, |event| {
                if event.get("messageId").is_none_or(Value::is_null) {
                    event.insert("messageId".to_owned(), json!(false));
                }
            })
        },
    ),
    Mutant::new(
        "created-without-a-body",
        "inkeep.resp.schema.201",
        "answers a new event with no body",
        |reference, request| emptied(reference.respond(&request), StatusCode::CREATED),
    ),
    Mutant::new(
        "no-envelope",
        "inkeep.resp.envelope",
        "answers with the event itself",
        |reference, request| {
            let response = reference.respond(&request);
            if !response.status().is_success() {
                return response;
            }
            edited(response, |body| *body = body["data"].take())
        },
    ),
    Mutant::new(
        "event-in-its-envelope",
        "inkeep.resp.envelope",
        "answers with the event under the name event",
        |reference, request| {
            let response = reference.respond(&request);
            if !response.status().is_success() {
                return response;
            }
            edited(response, |body| *body = json!({ "event": body["data"].take() }))
        },
    ),
    Mutant::new(
        "events-in-their-envelope",
        "inkeep.resp.envelope",
        "answers with a list of one event",
        |reference, request| {
            let response = reference.respond(&request);
            if !response.status().is_success() {
                return response;
            }
            edited(response, |body| *body = json!({ "data": [body["data"].take()] }))
        },
    ),
    Mutant::new(
        "no-metadata-in-the-answer",
        "inkeep.resp.fields",
        "leaves metadata out of its answers",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                if event
                    .get("metadata")
                    .is_some_and(|bag| bag.get("appVersion").is_some())
                {
                    event.shift_remove("metadata");
                }
            })
        },
    ),
    Mutant::new(
        "id-and-type-only",
        "inkeep.resp.fields",
        "answers with the members of its own and none of the caller's beside the type",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                event.retain(|name, _| {
                    ["id", "type", "createdAt", "updatedAt", "serverMetadata"].contains(&name.as_str())
                });
            })
        },
    ),
    Mutant::new(
        "times-in-milliseconds",
        "inkeep.resp.types",
        "answers with numbers as times",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                for name in ["createdAt", "updatedAt"] {
                    event.insert(name.to_owned(), json!(1_778_000_000_000_u64));
                }
            })
        },
    ),
    Mutant::new(
        "no-time-of-change",
        "inkeep.resp.types",
        "answers with null as updatedAt, as nothing has changed",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                event.insert("updatedAt".to_owned(), Value::Null);
            })
        },
    ),
    Mutant::new(
        "type-with-its-name",
        "inkeep.resp.types",
        "answers with an object as the type",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                let name = event.get("type").cloned().unwrap_or_default();
                event.insert("type".to_owned(), json!({ "name": name }));
            })
        },
    ),
    Mutant::new(
        "names-with-underscores",
        "inkeep.resp.types",
        "answers with created_at and updated_at",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                for (name, other) in [("createdAt", "created_at"), ("updatedAt", "updated_at")] {
                    if let Some(value) = event.shift_remove(name) {
                        event.insert(other.to_owned(), value);
                    }
                }
            })
        },
    ),
    Mutant::new(
        "no-server-metadata",
        "inkeep.resp.server-metadata",
        "leaves serverMetadata out of its answers",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                event.shift_remove("serverMetadata");
            })
        },
    ),
    Mutant::new(
        "server-metadata-as-text",
        "inkeep.resp.server-metadata",
        "answers with a text as serverMetadata",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                event.insert("serverMetadata".to_owned(), json!("{}"));
            })
        },
    ),
];

fn typed(response: Response<Bytes>, status: StatusCode, media_type: &'static str) -> Response<Bytes> {
    if response.status() == status {
        labelled(response, media_type)
    } else {
        response
    }
}

fn emptied(response: Response<Bytes>, status: StatusCode) -> Response<Bytes> {
    if response.status() == status {
        with_status(response.map(|_| Bytes::new()), status)
    } else {
        response
    }
}
