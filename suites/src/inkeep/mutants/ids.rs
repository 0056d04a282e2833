//! Ids: made by the server where the caller gives none, and kept where the caller does.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::bend::{
    Reference, all_characters, bad_request, edited_event, is_of_an_id, lenient, member, problem, strict,
    text, with_member, without_member,
};
use super::types::echoed;
use super::types::is_true;
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "id-asked-for",
        "inkeep.id.optional",
        "asks for an id",
        |reference, request| {
            let absent = member(&request, "id").is_none();
            let response = reference.respond(&request);
            if absent && response.status().is_success() {
                return bad_request("id is missing");
            }
            response
        },
    ),
    Mutant::new(
        "id-of-the-database",
        "inkeep.id.minted",
        "gives an event without an id a number",
        |reference, request| minted(reference, &request, |number| json!(number)),
    ),
    Mutant::new(
        "id-as-a-name",
        "inkeep.id.minted",
        "gives an event without an id one with a colon in it",
        |reference, request| minted(reference, &request, |number| json!(format!("event:{number}"))),
    ),
    Mutant::new(
        "id-in-base-64",
        "inkeep.id.minted",
        "gives an event without an id one in base 64, with its padding",
        |reference, request| minted(reference, &request, |number| json!(format!("a1/{number}+b=="))),
    ),
    Mutant::new(
        "id-in-braces",
        "inkeep.id.minted",
        "gives an event without an id one in braces",
        |reference, request| {
            minted(reference, &request, |number| {
                json!(format!("{{6f9619ff-8b86-d011-b42d-{number:012}}}"))
            })
        },
    ),
    Mutant::new(
        "id-left-empty",
        "inkeep.id.minted",
        "gives an event without an id an empty one",
        |reference, request| minted(reference, &request, |_| json!("")),
    ),
    Mutant::new(
        "id-left-null",
        "inkeep.id.minted",
        "gives an event without an id none",
        |reference, request| minted(reference, &request, |_| Value::Null),
    ),
    Mutant::new(
        "id-without-end",
        "inkeep.id.minted",
        "gives an event without an id one of 300 characters",
        |reference, request| minted(reference, &request, |number| json!(format!("{number:0300}"))),
    ),
    Mutant::new(
        "id-in-small-letters",
        "inkeep.id.echo",
        "shows ids in small letters",
        |reference, request| echoed(reference, &request, "id", str::to_lowercase),
    ),
    Mutant::new(
        "id-with-prefix",
        "inkeep.id.echo",
        "puts evt_ before the id of a caller",
        |reference, request| echoed(reference, &request, "id", |id| format!("evt_{id}")),
    ),
    Mutant::new(
        "id-of-its-own",
        "inkeep.id.echo",
        "answers with an id of its own making",
        |reference, request| echoed(reference, &request, "id", |id| format!("{:016x}", hash(id))),
    ),
    Mutant::new(
        "id-cut-to-64",
        "inkeep.id.echo",
        "keeps the first 64 characters of an id",
        |reference, request| echoed(reference, &request, "id", |id| id.chars().take(64).collect()),
    ),
    Mutant::new(
        "id-read-as-a-number",
        "inkeep.id.echo",
        "reads an id of digits as a number",
        |reference, request| {
            echoed(reference, &request, "id", |id| match id.parse::<i64>() {
                Ok(number) => number.to_string(),
                Err(_) => id.to_owned(),
            })
        },
    ),
    Mutant::new(
        "id-without-dots",
        "inkeep.id.pattern.ok",
        "takes no dots in an id",
        |reference, request| strict(reference, &request, "id", |id| all_characters(id, |c| c != '.')),
    ),
    Mutant::new(
        "id-without-capitals",
        "inkeep.id.pattern.ok",
        "takes no capitals in an id",
        |reference, request| {
            strict(reference, &request, "id", |id| {
                all_characters(id, |c| !c.is_ascii_uppercase())
            })
        },
    ),
    Mutant::new(
        "id-begins-with-a-letter",
        "inkeep.id.pattern.ok",
        "takes no id that begins with a sign",
        |reference, request| {
            strict(reference, &request, "id", |id| {
                id.as_str()
                    .is_some_and(|id| id.starts_with(|c: char| c.is_ascii_alphanumeric()))
            })
        },
    ),
    Mutant::new(
        "id-is-a-word",
        "inkeep.id.pattern.ok",
        "takes no hyphens in an id",
        |reference, request| strict(reference, &request, "id", |id| all_characters(id, |c| c != '-')),
    ),
    Mutant::new(
        "id-is-no-path",
        "inkeep.id.pattern.ok",
        "takes no id with two dots in a row",
        |reference, request| {
            strict(reference, &request, "id", |id| {
                id.as_str().is_some_and(|id| !id.contains(".."))
            })
        },
    ),
    Mutant::new(
        "id-is-a-uuid",
        "inkeep.id.pattern.ok",
        "takes UUIDs for ids and nothing else",
        |reference, request| {
            strict(reference, &request, "id", |id| {
                id.as_str().is_some_and(|id| id.len() == 36)
            })
        },
    ),
    Mutant::new(
        "id-in-a-plain-object",
        "inkeep.id.pattern.ok",
        "keeps events in an object that has members of its own, and takes their names for ids in use",
        |reference, request| {
            let own = ["__proto__", "constructor", "toString", "hasOwnProperty"];
            if text(&request, "id").is_some_and(|id| own.contains(&id.as_str())) {
                return problem(StatusCode::CONFLICT, "id is in use");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "empty-id-is-none",
        "inkeep.id.len.min",
        "takes an empty id for an absent one",
        |reference, request| {
            if text(&request, "id").as_deref() == Some("") {
                return reference.respond(&without_member(request, "id"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "empty-id-is-an-id",
        "inkeep.id.len.min",
        "takes an empty id, as its pattern allows for no character",
        |reference, request| lenient(reference, request, "id", |id| id == "", "empty"),
    ),
    Mutant::new(
        "id-of-256",
        "inkeep.id.len.max",
        "takes ids of up to 256 characters",
        |reference, request| longer(reference, request, 256),
    ),
    Mutant::new(
        "id-of-any-length",
        "inkeep.id.len.max",
        "takes ids of any length",
        |reference, request| longer(reference, request, usize::MAX),
    ),
    Mutant::new(
        "id-cut-to-255",
        "inkeep.id.len.max",
        "cuts an id that is too long",
        |reference, request| match text(&request, "id") {
            Some(id) if id.len() > 255 && id.is_ascii() => {
                reference.respond(&with_member(request, "id", &id[..255]))
            }
            _ => reference.respond(&request),
        },
    ),
    Mutant::new(
        "id-too-long-for-the-database",
        "inkeep.id.len.max",
        "fails on an id that its database has no room for",
        |reference, request| {
            if text(&request, "id").is_some_and(|id| id.len() > 255) {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "internal server error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "id-of-254",
        "inkeep.id.len.ok",
        "takes ids of less than 255 characters",
        |reference, request| lengths(reference, &request, 1, 254),
    ),
    Mutant::new(
        "id-of-36",
        "inkeep.id.len.ok",
        "takes ids of up to 36 characters, which a UUID has",
        |reference, request| lengths(reference, &request, 1, 36),
    ),
    Mutant::new(
        "id-of-two-at-least",
        "inkeep.id.len.ok",
        "takes ids of two characters and more",
        |reference, request| lengths(reference, &request, 2, 255),
    ),
    Mutant::new(
        "id-from-number",
        "inkeep.id.type",
        "makes a text of an id that is a number",
        |reference, request| match member(&request, "id") {
            Some(Value::Number(number)) => reference.respond(&with_member(request, "id", number.to_string())),
            _ => reference.respond(&request),
        },
    ),
    Mutant::new(
        "id-where-true",
        "inkeep.id.type",
        "makes an id where the one that came counts as false",
        |reference, request| match member(&request, "id") {
            Some(id) if !is_true(&id) && !id.is_null() && id != "" => {
                reference.respond(&without_member(request, "id"))
            }
            _ => reference.respond(&request),
        },
    ),
    Mutant::new(
        "id-from-list",
        "inkeep.id.type",
        "takes the one text in a list for the id",
        |reference, request| lenient(reference, request, "id", Value::is_array, "list"),
    ),
    Mutant::new(
        "id-from-object",
        "inkeep.id.type",
        "takes an object for an id",
        |reference, request| lenient(reference, request, "id", Value::is_object, "object"),
    ),
    Mutant::new(
        "id-from-boolean",
        "inkeep.id.type",
        "makes a text of an id that is true",
        |reference, request| match member(&request, "id") {
            Some(Value::Bool(value)) => reference.respond(&with_member(request, "id", value.to_string())),
            _ => reference.respond(&request),
        },
    ),
];

/// A number that stands for a text.
fn hash(text: &str) -> u64 {
    text.bytes().fold(7, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u64::from(byte))
    })
}

/// The answer of a server that gives events without an id ids of this kind.
fn minted(reference: &Reference<'_>, request: &Request<Bytes>, make: fn(u64) -> Value) -> Response<Bytes> {
    let absent = member(request, "id").is_none();
    edited_event(reference.respond(request), |event| {
        if absent {
            event.insert("id".to_owned(), make(reference.earlier));
        }
    })
}

/// The answer of a server that takes ids of up to so many characters.
fn longer(reference: &Reference<'_>, request: Request<Bytes>, most: usize) -> Response<Bytes> {
    match text(&request, "id") {
        Some(id) if id.len() > 255 && id.len() <= most && id.chars().all(is_of_an_id) => {
            let taken = format!("h{:016x}", hash(&id));
            reference.respond(&with_member(request, "id", taken))
        }
        _ => reference.respond(&request),
    }
}

/// The answer of a server that takes fewer lengths.
fn lengths(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    least: usize,
    most: usize,
) -> Response<Bytes> {
    strict(reference, request, "id", |id| {
        id.as_str().is_some_and(|id| (least..=most).contains(&id.len()))
    })
}
