//! Ids that the pattern does not match.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::json;

use super::bend::{Reference, edited_event, is_of_an_id, text, with_member};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "id-searched-for",
        "inkeep.id.pattern",
        "takes an id in which the pattern matches somewhere, as it is not anchored",
        |reference, request| pattern_wants(reference, request, |id| id.chars().any(is_of_an_id)),
    ),
    Mutant::new(
        "id-by-its-beginning",
        "inkeep.id.pattern",
        "takes an id whose beginning the pattern matches",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars().next().is_some_and(is_of_an_id)
            })
        },
    ),
    Mutant::new(
        "id-by-its-end",
        "inkeep.id.pattern",
        "takes an id whose end the pattern matches",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars().last().is_some_and(is_of_an_id)
            })
        },
    ),
    Mutant::new(
        "id-by-line",
        "inkeep.id.pattern",
        "takes an id of which one line matches the pattern",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.lines()
                    .any(|line| !line.is_empty() && line.chars().all(is_of_an_id))
            })
        },
    ),
    Mutant::new(
        "id-of-any-letters",
        "inkeep.id.pattern",
        "takes letters and digits of every script in an id",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars().all(|c| c.is_alphanumeric() || is_of_an_id(c))
            })
        },
    ),
    Mutant::new(
        "id-with-digits-of-any-script",
        "inkeep.id.pattern",
        "takes digits of every script in an id",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars().all(|c| c.is_numeric() || is_of_an_id(c))
            })
        },
    ),
    Mutant::new(
        "id-folded",
        "inkeep.id.pattern",
        "compares an id with the pattern without regard to case, by which the sign of the kelvin is a k",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars()
                    .all(|c| matches!(c, '\u{212a}' | '\u{17f}') || is_of_an_id(c))
            })
        },
    ),
    Mutant::new(
        "id-from-capital-a-to-small-z",
        "inkeep.id.pattern",
        "takes what stands between the capital and the small letters in ASCII",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars().all(|c| ('A'..='z').contains(&c) || is_of_an_id(c))
            })
        },
    ),
    Mutant::new(
        "id-with-an-unescaped-hyphen",
        "inkeep.id.pattern",
        "takes the characters from the comma to the dot, as the hyphen in its pattern makes a range",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars().all(|c| (','..='.').contains(&c) || is_of_an_id(c))
            })
        },
    ),
    Mutant::new(
        "id-of-a-range-too-wide",
        "inkeep.id.pattern",
        "takes the characters from the blank to the underscore",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars().all(|c| (' '..='_').contains(&c) || is_of_an_id(c))
            })
        },
    ),
    Mutant::new(
        "id-with-colons",
        "inkeep.id.pattern",
        "takes colons in an id",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars().all(|c| c == ':' || is_of_an_id(c))
            })
        },
    ),
    Mutant::new(
        "id-with-dollars",
        "inkeep.id.pattern",
        "takes dollars in an id",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars().all(|c| c == '$' || is_of_an_id(c))
            })
        },
    ),
    Mutant::new(
        "id-with-blanks-within",
        "inkeep.id.pattern",
        "takes blanks in an id",
        |reference, request| {
            pattern_wants(reference, request, |id| {
                id.chars().all(|c| c == ' ' || is_of_an_id(c))
            })
        },
    ),
    Mutant::new(
        "id-cleaned",
        "inkeep.id.pattern",
        "drops what does not belong in an id",
        |reference, request| match text(&request, "id") {
            Some(id) if !id.chars().all(is_of_an_id) && id.chars().any(is_of_an_id) => {
                let clean: String = id.chars().filter(|c| is_of_an_id(*c)).collect();
                reference.respond(&with_member(request, "id", clean))
            }
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

/// The answer of a server whose pattern takes more ids than the documented one.
fn pattern_wants(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    wants: fn(&str) -> bool,
) -> Response<Bytes> {
    match text(&request, "id") {
        Some(id)
            if !id.is_empty()
                && id.chars().count() <= 255
                && id.trim() == id
                && !id.chars().all(is_of_an_id)
                && wants(&id) =>
        {
            let taken = format!("h{:016x}", hash(&id));
            edited_event(reference.respond(&with_member(request, "id", taken)), |event| {
                event.insert("id".to_owned(), json!(id));
            })
        }
        _ => reference.respond(&request),
    }
}
