//! The three free-form objects of an event: what they may hold.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::bend::{Reference, bad_request, edited_event, member, problem, strict, with_status};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "metadata-asked-for",
        "inkeep.bag.optional",
        "asks for metadata where there are properties",
        |reference, request| asked_for(reference, &request, "metadata", "properties"),
    ),
    Mutant::new(
        "user-properties-asked-for",
        "inkeep.bag.optional",
        "asks for userProperties where there are properties",
        |reference, request| asked_for(reference, &request, "userProperties", "properties"),
    ),
    Mutant::new(
        "properties-read-unasked",
        "inkeep.bag.optional",
        "fails on an event that has metadata and no properties",
        |reference, request| {
            let response = asked_for(reference, &request, "properties", "metadata");
            if response.status() == StatusCode::BAD_REQUEST
                && member(&request, "properties").is_none()
                && member(&request, "metadata").is_some()
            {
                return with_status(
                    problem(StatusCode::INTERNAL_SERVER_ERROR, "internal server error"),
                    StatusCode::INTERNAL_SERVER_ERROR,
                );
            }
            response
        },
    ),
    Mutant::new(
        "texts-only",
        "inkeep.bag.object",
        "takes texts as the values of properties",
        |reference, request| {
            bag(reference, &request, "properties", |bag| {
                bag.values().all(Value::is_string)
            })
        },
    ),
    Mutant::new(
        "flat-objects",
        "inkeep.bag.object",
        "takes no object within metadata",
        |reference, request| {
            bag(reference, &request, "metadata", |bag| {
                !bag.values().any(Value::is_object)
            })
        },
    ),
    Mutant::new(
        "three-levels",
        "inkeep.bag.object",
        "takes objects of three levels",
        |reference, request| {
            bag(reference, &request, "properties", |bag| {
                depth(&Value::Object(bag.clone())) <= 3
            })
        },
    ),
    Mutant::new(
        "no-lists",
        "inkeep.bag.object",
        "takes no list within userProperties",
        |reference, request| {
            bag(reference, &request, "userProperties", |bag| {
                !bag.values().any(Value::is_array)
            })
        },
    ),
    Mutant::new(
        "no-nulls",
        "inkeep.bag.object",
        "takes no null within metadata",
        |reference, request| {
            bag(reference, &request, "metadata", |bag| {
                !bag.values().any(Value::is_null)
            })
        },
    ),
    Mutant::new(
        "no-dots-in-names",
        "inkeep.bag.object",
        "takes no name with a dot in it, as its database does not",
        |reference, request| {
            bag(reference, &request, "metadata", |bag| {
                !bag.keys().any(|name| name.contains('.'))
            })
        },
    ),
    Mutant::new(
        "names-like-variables",
        "inkeep.bag.object",
        "takes names of letters, digits and underscores",
        |reference, request| {
            bag(reference, &request, "properties", |bag| {
                bag.keys()
                    .all(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
            })
        },
    ),
    Mutant::new(
        "ten-members",
        "inkeep.bag.object",
        "takes up to twenty members",
        |reference, request| bag(reference, &request, "metadata", |bag| bag.len() <= 20),
    ),
    Mutant::new(
        "fewer-than-a-hundred",
        "inkeep.bag.object",
        "refuses the hundredth member, which is one too early",
        |reference, request| bag(reference, &request, "userProperties", |bag| bag.len() < 100),
    ),
    Mutant::new(
        "hundred-at-every-level",
        "inkeep.bag.object",
        "refuses more than a hundred members wherever they stand",
        |reference, request| {
            bag(reference, &request, "metadata", |bag| {
                let mut within = bag.values().filter_map(Value::as_object);
                within.all(|inner| inner.len() <= 100)
            })
        },
    ),
    Mutant::new(
        "two-kilobytes",
        "inkeep.bag.object",
        "takes properties of up to two kilobytes",
        |reference, request| {
            bag(reference, &request, "properties", |bag| {
                Value::Object(bag.clone()).to_string().len() <= 2048
            })
        },
    ),
    Mutant::new(
        "known-user-properties",
        "inkeep.bag.object",
        "takes the userProperties that the guide mentions",
        |reference, request| {
            bag(reference, &request, "userProperties", |bag| {
                bag.keys()
                    .all(|name| ["userId", "plan", "identificationType"].contains(&name.as_str()))
            })
        },
    ),
    Mutant::new(
        "empty-is-nothing",
        "inkeep.bag.empty",
        "keeps an object only where it has members",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                for name in ["properties", "userProperties", "metadata"] {
                    if event.get(name) == Some(&json!({})) {
                        event.insert(name.to_owned(), Value::Null);
                    }
                }
            })
        },
    ),
    Mutant::new(
        "empty-metadata-is-left-out",
        "inkeep.bag.empty",
        "leaves metadata out of its answer where it is empty",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                if event.get("metadata") == Some(&json!({})) {
                    event.shift_remove("metadata");
                }
            })
        },
    ),
    Mutant::new(
        "empty-is-refused",
        "inkeep.bag.empty",
        "refuses userProperties without members",
        |reference, request| bag(reference, &request, "userProperties", |bag| !bag.is_empty()),
    ),
    Mutant::new(
        "empty-is-a-list",
        "inkeep.bag.empty",
        "writes an empty object as a list, as its language knows no difference",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                if event.get("properties") == Some(&json!({})) {
                    event.insert("properties".to_owned(), json!([]));
                }
            })
        },
    ),
];

/// The answer of a server that asks for one member where there is another.
fn asked_for(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    name: &str,
    given: &str,
) -> Response<Bytes> {
    let absent = member(request, name).is_none() && member(request, given).is_some();
    let response = reference.respond(request);
    if absent && response.status().is_success() {
        return bad_request("a member is missing");
    }
    response
}

/// The answer of a server that takes some objects only.
fn bag(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    name: &str,
    right: impl Fn(&Map<String, Value>) -> bool,
) -> Response<Bytes> {
    strict(reference, request, name, |sent| {
        sent.as_object().is_none_or(&right)
    })
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}
