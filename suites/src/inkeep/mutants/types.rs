//! The type of an event.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::Value;

use super::bend::{
    Reference, all_characters, edited_event, json_body, lenient, member, problem, query_value, strict, text,
    with_body, with_member,
};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "type-has-a-default",
        "inkeep.type.required",
        "logs an event without a type as one of the type event",
        |reference, request| {
            let absent = json_body(&request).is_some_and(|body| body.is_object())
                && member(&request, "type").is_none();
            if absent {
                return reference.respond(&with_member(request, "type", "event"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "type-in-any-case",
        "inkeep.type.required",
        "finds members without regard to case, as some readers of JSON do by default",
        |reference, request| {
            let kind = json_body(&request).and_then(|body| {
                let mut members = body.as_object()?.iter();
                members.find_map(|(name, value)| name.eq_ignore_ascii_case("type").then(|| value.clone()))
            });
            match kind {
                Some(kind) if member(&request, "type").is_none() => {
                    reference.respond(&with_member(request, "type", kind))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "type-from-the-query",
        "inkeep.type.required",
        "takes what the query names for members of the body",
        |reference, request| {
            let kind = query_value(&request, "type");
            match kind.filter(|_| member(&request, "type").is_none()) {
                Some(kind) => reference.respond(&with_member(request, "type", kind)),
                None => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "type-in-an-envelope",
        "inkeep.type.required",
        "takes an event in an object named data as well, like that of its answers",
        |reference, request| match member(&request, "data").filter(Value::is_object) {
            Some(event) if member(&request, "type").is_none() => {
                reference.respond(&with_body(request, event.to_string()))
            }
            _ => reference.respond(&request),
        },
    ),
    Mutant::new(
        "type-or-id",
        "inkeep.type.required",
        "asks for a type only where there is no id",
        |reference, request| {
            if member(&request, "type").is_none() && text(&request, "id").is_some() {
                return reference.respond(&with_member(request, "type", "event"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "type-missing-in-the-database",
        "inkeep.type.required",
        "fails on an event without a type when it stores it",
        |reference, request| {
            let absent = json_body(&request).is_some_and(|body| body.is_object())
                && member(&request, "type").is_none();
            let response = reference.respond(&request);
            if absent && response.status() == StatusCode::BAD_REQUEST {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "internal server error");
            }
            response
        },
    ),
    Mutant::new(
        "unprocessable-for-invalid",
        "inkeep.type.required.status",
        "answers 422 to what fails validation, as some frameworks do",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::BAD_REQUEST {
                return problem(StatusCode::UNPROCESSABLE_ENTITY, "validation failed");
            }
            response
        },
    ),
    Mutant::new(
        "type-may-be-empty",
        "inkeep.type.min-length",
        "asks whether there is a type and not whether it says something",
        |reference, request| lenient(reference, request, "type", |sent| sent == "", "x"),
    ),
    Mutant::new(
        "type-from-number",
        "inkeep.type.string",
        "makes a text of a type that is a number",
        |reference, request| coerced(reference, request, "type", Value::is_number),
    ),
    Mutant::new(
        "type-from-boolean",
        "inkeep.type.string",
        "makes a text of a type that is true or false",
        |reference, request| coerced(reference, request, "type", Value::is_boolean),
    ),
    Mutant::new(
        "type-from-list",
        "inkeep.type.string",
        "takes a list for the type",
        |reference, request| lenient(reference, request, "type", Value::is_array, "list"),
    ),
    Mutant::new(
        "type-from-object",
        "inkeep.type.string",
        "takes an object for the type",
        |reference, request| coerced(reference, request, "type", Value::is_object),
    ),
    Mutant::new(
        "type-is-anything-true",
        "inkeep.type.string",
        "takes whatever counts as true for the type",
        |reference, request| {
            lenient(
                reference,
                request,
                "type",
                |sent| is_true(sent) && !sent.is_string(),
                "true",
            )
        },
    ),
    Mutant::new(
        "type-of-two-characters",
        "inkeep.type.one-char",
        "asks for a type of two characters at least",
        |reference, request| {
            strict(reference, &request, "type", |sent| {
                sent.as_str().is_some_and(|text| text.chars().count() > 1)
            })
        },
    ),
    Mutant::new(
        "type-is-a-name",
        "inkeep.type.free-form",
        "takes types of small letters, digits and underscores",
        |reference, request| {
            strict(reference, &request, "type", |sent| {
                all_characters(sent, |c| c.is_ascii_alphanumeric() || c == '_')
            })
        },
    ),
    Mutant::new(
        "type-without-blanks",
        "inkeep.type.free-form",
        "takes no type with a blank in it",
        |reference, request| {
            strict(reference, &request, "type", |sent| {
                all_characters(sent, |c| c != ' ')
            })
        },
    ),
    Mutant::new(
        "type-in-ascii",
        "inkeep.type.free-form",
        "takes no type with a letter beyond ASCII",
        |reference, request| {
            strict(reference, &request, "type", |sent| {
                all_characters(sent, |c| c.is_ascii())
            })
        },
    ),
    Mutant::new(
        "type-in-three-bytes",
        "inkeep.type.free-form",
        "takes no character of four bytes, as its database does not",
        |reference, request| {
            strict(reference, &request, "type", |sent| {
                all_characters(sent, |c| c.len_utf8() < 4)
            })
        },
    ),
    Mutant::new(
        "type-of-64-characters",
        "inkeep.type.free-form",
        "takes types of up to 64 characters",
        |reference, request| {
            strict(reference, &request, "type", |sent| {
                sent.as_str().is_some_and(|text| text.chars().count() <= 64)
            })
        },
    ),
    Mutant::new(
        "type-of-255-bytes",
        "inkeep.type.free-form",
        "counts the length of a type in bytes, of which it takes 255",
        |reference, request| {
            strict(reference, &request, "type", |sent| {
                sent.as_str().is_some_and(|text| text.len() <= 255)
            })
        },
    ),
    Mutant::new(
        "known-types",
        "inkeep.type.free-form",
        "takes the types that the guide mentions",
        |reference, request| {
            strict(reference, &request, "type", |sent| {
                sent.as_str()
                    .is_some_and(|text| ["string", "user_message_submitted"].contains(&text))
            })
        },
    ),
    Mutant::new(
        "type-in-small-letters",
        "inkeep.resp.type-echo",
        "stores types in small letters",
        |reference, request| echoed(reference, &request, "type", str::to_lowercase),
    ),
    Mutant::new(
        "type-of-a-slug",
        "inkeep.resp.type-echo",
        "puts an underscore for every blank in a type",
        |reference, request| echoed(reference, &request, "type", |text| text.replace(' ', "_")),
    ),
    Mutant::new(
        "type-trimmed",
        "inkeep.resp.type-echo",
        "cuts off blanks around a type",
        |reference, request| echoed(reference, &request, "type", |text| text.trim().to_owned()),
    ),
    Mutant::new(
        "type-with-its-escapes",
        "inkeep.resp.type-echo",
        "stores the text between the quotation marks as it came, escapes and all",
        |reference, request| {
            let escaped = String::from_utf8_lossy(request.body()).contains("\\u00e9\"");
            edited_event(reference.respond(&request), |event| {
                if let Some(Value::String(text)) = event.get_mut("type").filter(|_| escaped) {
                    *text = text.replace('é', "\\u00e9");
                }
            })
        },
    ),
    Mutant::new(
        "type-escaped",
        "inkeep.resp.type-echo",
        "escapes types for HTML",
        |reference, request| {
            echoed(reference, &request, "type", |text| {
                text.replace('&', "&amp;").replace('<', "&lt;")
            })
        },
    ),
    Mutant::new(
        "type-composed",
        "inkeep.resp.type-echo",
        "brings types into a normal form of Unicode",
        |reference, request| echoed(reference, &request, "type", |text| text.replace("e\u{301}", "é")),
    ),
    Mutant::new(
        "type-compatible",
        "inkeep.resp.type-echo",
        "puts plain letters for ligatures and full-width letters in a type",
        |reference, request| {
            echoed(reference, &request, "type", |text| {
                text.replace('\u{fb01}', "fi").replace('\u{ff21}', "A")
            })
        },
    ),
    Mutant::new(
        "type-cut",
        "inkeep.resp.type-echo",
        "keeps the first 100 characters of a type",
        |reference, request| {
            echoed(reference, &request, "type", |text| {
                text.chars().take(100).collect()
            })
        },
    ),
];

/// The answer of a server that makes a text of another kind of value.
pub(super) fn coerced(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    name: &'static str,
    wrong: fn(&Value) -> bool,
) -> Response<Bytes> {
    match member(&request, name) {
        Some(sent) if wrong(&sent) => reference.respond(&with_member(request, name, sent.to_string())),
        _ => reference.respond(&request),
    }
}

/// Whether a value counts as true in JavaScript.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// The answer of a server that stores a member in another form.
pub(super) fn echoed(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    name: &'static str,
    change: fn(&str) -> String,
) -> Response<Bytes> {
    edited_event(reference.respond(request), |event| {
        if let Some(Value::String(text)) = event.get_mut(name) {
            *text = change(text);
        }
    })
}
