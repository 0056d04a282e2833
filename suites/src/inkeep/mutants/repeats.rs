//! An event that is sent again.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::bend::{
    Reference, edited_event, json_body, member, problem, status_instead, text, token, valid_token,
    with_member, with_status,
};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "created-again",
        "inkeep.resp.200",
        "answers 201 to a repeated event",
        |reference, request| status_instead(reference.respond(&request), StatusCode::OK, StatusCode::CREATED),
    ),
    Mutant::new(
        "conflict",
        "inkeep.resp.200",
        "answers 409 to a repeated event",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::OK {
                return problem(StatusCode::CONFLICT, "the event exists");
            }
            response
        },
    ),
    Mutant::new(
        "conflict-where-bodies-differ",
        "inkeep.resp.200",
        "answers 409 to a repeated event with another body",
        |reference, request| {
            let response = reference.respond(&request);
            let name = format!("{} {}", token(&request), text(&request, "id").unwrap_or_default());
            let body = json_body(&request).unwrap_or_default();
            if response.status() == StatusCode::CREATED {
                reference.memory().keep(name, body);
            } else if response.status() == StatusCode::OK && reference.memory().recall(&name) != Some(body) {
                return problem(StatusCode::CONFLICT, "the event exists with another body");
            }
            response
        },
    ),
    Mutant::new(
        "no-content-for-repeated",
        "inkeep.resp.200",
        "answers 204 to a repeated event",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::OK {
                return with_status(Response::default(), StatusCode::NO_CONTENT);
            }
            response
        },
    ),
    Mutant::new(
        "ids-not-kept",
        "inkeep.resp.200",
        "stores every event anew, whatever its id",
        anew,
    ),
    Mutant::new(
        "a-worker-of-two",
        "inkeep.resp.200",
        "has two workers that do not know each other's events, and asks each in turn",
        |reference, request| {
            if reference.earlier % 2 == 0 {
                reference.respond(&request)
            } else {
                reference.respond_elsewhere(&request)
            }
        },
    )
    .now_and_then(),
    Mutant::new(
        "capitals-not-found",
        "inkeep.resp.200",
        "looks for ids in small letters, and stores them as they come",
        |reference, request| {
            if text(&request, "id").is_some_and(|id| id.chars().any(|c| c.is_ascii_uppercase())) {
                return anew(reference, request);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "conversations-stored-anew",
        "inkeep.resp.200",
        "looks for the id of an event without a conversation only",
        |reference, request| {
            if member(&request, "conversationId").is_some() {
                return anew(reference, request);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "last-one-stands",
        "inkeep.resp.200.original",
        "stores the second event in place of the first",
        |reference, request| {
            replaced(
                reference,
                &request,
                &[
                    "type",
                    "agentId",
                    "conversationId",
                    "messageId",
                    "properties",
                    "userProperties",
                    "metadata",
                ],
            )
        },
    ),
    Mutant::new(
        "metadata-of-the-last-one",
        "inkeep.resp.200.original",
        "stores the metadata of the second event",
        |reference, request| replaced(reference, &request, &["metadata"]),
    ),
    Mutant::new(
        "type-of-the-last-one",
        "inkeep.resp.200.original",
        "answers with the type of the second event",
        |reference, request| replaced(reference, &request, &["type"]),
    ),
    Mutant::new(
        "message-of-the-last-one",
        "inkeep.resp.200.original",
        "stores the messageId of the second event",
        |reference, request| replaced(reference, &request, &["messageId"]),
    ),
    Mutant::new(
        "properties-of-both",
        "inkeep.resp.200.original",
        "adds the properties of the second event to those of the first",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::OK {
                return response;
            }
            let sent = member(&request, "properties");
            edited_event(response, |event| {
                if let (Some(Value::Object(stored)), Some(Value::Object(sent))) =
                    (event.get_mut("properties"), sent)
                {
                    stored.extend(sent);
                }
            })
        },
    ),
    Mutant::new(
        "changed-when-repeated",
        "inkeep.resp.200.original",
        "sets updatedAt when an event comes again",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::OK {
                return response;
            }
            edited_event(response, |event| {
                event.insert("updatedAt".to_owned(), json!(reference.now().to_string()));
            })
        },
    ),
    Mutant::new(
        "created-when-repeated",
        "inkeep.resp.200.original",
        "answers with the present as createdAt",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::OK {
                return response;
            }
            edited_event(response, |event| {
                let now = json!(reference.now().to_string());
                event.insert("createdAt".to_owned(), now.clone());
                event.insert("updatedAt".to_owned(), now);
            })
        },
    ),
    Mutant::new(
        "part-of-the-first",
        "inkeep.resp.200.original",
        "answers a repeated event without what its index does not hold",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::OK {
                return response;
            }
            edited_event(response, |event| {
                event.insert("properties".to_owned(), Value::Null);
            })
        },
    ),
    Mutant::new(
        "one-event-for-one-body",
        "inkeep.resp.no-id-not-idempotent",
        "gives events without an id one that depends on the body, and keeps the first",
        |reference, request| {
            if json_body(&request).is_some_and(|body| body.is_object()) && member(&request, "id").is_none() {
                let hash = request.body().iter().fold(7_u64, |hash, byte| {
                    hash.wrapping_mul(31).wrapping_add(u64::from(*byte))
                });
                let response = reference.respond(&with_member(request, "id", format!("h{hash:016x}")));
                return status_instead(response, StatusCode::OK, StatusCode::CREATED);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "ids-of-the-moment",
        "inkeep.resp.no-id-not-idempotent",
        "makes ids of the second in which an event comes",
        |reference, request| {
            let absent = member(&request, "id").is_none();
            edited_event(reference.respond(&request), |event| {
                if absent {
                    event.insert(
                        "id".to_owned(),
                        json!(format!("evt_{}", reference.now().as_second())),
                    );
                }
            })
        },
    ),
    Mutant::new(
        "ids-of-two-digits",
        "inkeep.resp.no-id-not-idempotent",
        "makes ids of too few digits",
        |reference, request| {
            let absent = member(&request, "id").is_none();
            edited_event(reference.respond(&request), |event| {
                if absent {
                    event.insert(
                        "id".to_owned(),
                        json!(format!("evt_{}", reference.earlier * 37 % 16)),
                    );
                }
            })
        },
    ),
    Mutant::new(
        "one-project-for-all",
        "inkeep.resp.scope",
        "looks for an id in all projects",
        |reference, request| {
            let valid = valid_token(reference);
            let other = reference
                .fixtures()
                .inkeep
                .keys
                .other_project
                .clone()
                .unwrap_or_default();
            if token(&request) == other {
                return reference.respond(&super::bend::under(request, &valid));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "id-taken-elsewhere",
        "inkeep.resp.scope",
        "answers 409 to an id that another project uses",
        |reference, request| {
            let name = text(&request, "id").unwrap_or_default();
            let mine = json!(token(&request));
            if name.is_empty() {
                return reference.respond(&request);
            }
            if reference
                .memory()
                .recall(&name)
                .is_some_and(|owner| owner != mine)
            {
                return problem(StatusCode::CONFLICT, "id is in use");
            }
            let response = reference.respond(&request);
            if response.status() == StatusCode::CREATED {
                reference.memory().keep(name, mine);
            }
            response
        },
    ),
    Mutant::new(
        "stored-before-valid",
        "inkeep.resp.200-invalid-body",
        "looks for the id before it looks at the rest of the body",
        |reference, request| {
            let known = text(&request, "id").is_some_and(|id| {
                reference
                    .memory()
                    .recall(&format!("{} {id}", token(&request)))
                    .is_some()
            });
            remember(reference, &request, known)
        },
    ),
    Mutant::new(
        "stored-before-typed",
        "inkeep.resp.200-invalid-body",
        "looks at the type of an event only where it is new",
        |reference, request| {
            let known = text(&request, "type").is_none()
                && text(&request, "id").is_some_and(|id| {
                    reference
                        .memory()
                        .recall(&format!("{} {id}", token(&request)))
                        .is_some()
                });
            remember(reference, &request, known)
        },
    ),
];

/// Stores an event under an id that no other has, and shows the one it came with.
fn anew(reference: &Reference<'_>, request: Request<Bytes>) -> Response<Bytes> {
    let Some(id) = text(&request, "id").filter(|id| !id.is_empty() && id.len() < 200) else {
        return reference.respond(&request);
    };
    if !id.chars().all(super::bend::is_of_an_id) {
        return reference.respond(&request);
    }
    let other = format!("{id}.{}", reference.earlier);
    edited_event(reference.respond(&with_member(request, "id", other)), |event| {
        event.insert("id".to_owned(), json!(id));
    })
}

/// The answer to a repeated event, with these members as they came.
fn replaced(reference: &Reference<'_>, request: &Request<Bytes>, names: &[&str]) -> Response<Bytes> {
    let response = reference.respond(request);
    if response.status() != StatusCode::OK {
        return response;
    }
    edited_event(response, |event| {
        for name in names {
            if let Some(sent) = member(request, name) {
                event.insert((*name).to_owned(), sent);
            }
        }
    })
}

/// The answer of a server that returns the stored event where it is known, whatever else the body holds.
fn remember(reference: &Reference<'_>, request: &Request<Bytes>, known: bool) -> Response<Bytes> {
    let response = reference.respond(request);
    if let Some(id) = text(request, "id") {
        if response.status() == StatusCode::CREATED {
            reference
                .memory()
                .keep(format!("{} {id}", token(request)), json!(true));
        } else if known && response.status() == StatusCode::BAD_REQUEST {
            let plain = json!({ "id": id, "type": "known" }).to_string();
            return reference.respond(&super::bend::with_body(request.clone(), plain));
        }
    }
    response
}
