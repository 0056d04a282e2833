//! The three free-form objects of an event: the small print of what comes back of them.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::bend::{Reference, edited_event, member, texts, with_bag_values};
use crate::mutant::Mutant;

/// Levels that are written out by a program which shortens what is nested more deeply.
const LEVELS: usize = 5;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "two-places",
        "inkeep.bag.round-trip",
        "rounds numbers to two places",
        |reference, request| {
            with_bag_values(reference.respond(&request), "metadata", |value| {
                if let Some(number) = value.as_f64().filter(|number| number.fract() != 0.0) {
                    *value = json!((number * 100.0).round() / 100.0);
                }
            })
        },
    ),
    Mutant::new(
        "exponents-as-texts",
        "inkeep.bag.round-trip",
        "writes very large and very small numbers as texts",
        |reference, request| {
            with_bag_values(reference.respond(&request), "properties", |value| {
                let size = value.as_f64().map(f64::abs);
                if size.is_some_and(|size| size >= 1e21 || (size < 1e-6 && size > 0.0)) {
                    *value = json!(value.to_string());
                }
            })
        },
    ),
    Mutant::new(
        "fractions-of-nothing-as-texts",
        "inkeep.bag.round-trip",
        "writes a number such as 1.0 as a text, so as not to lose its zero",
        |reference, request| {
            with_bag_values(reference.respond(&request), "metadata", |value| {
                if value.is_f64() && value.to_string().ends_with(".0") {
                    *value = json!(value.to_string());
                }
            })
        },
    ),
    Mutant::new(
        "texts-composed",
        "inkeep.bag.round-trip",
        "brings texts into a normal form of Unicode",
        |reference, request| {
            texts(reference, &request, "metadata", |text| {
                text.replace("e\u{301}", "é")
            })
        },
    ),
    Mutant::new(
        "line-breaks-in-one-form",
        "inkeep.bag.round-trip",
        "writes every line break as a line feed alone",
        |reference, request| {
            texts(reference, &request, "properties", |text| {
                text.replace("\r\n", "\n")
            })
        },
    ),
    Mutant::new(
        "times-written-anew",
        "inkeep.bag.round-trip",
        "reads texts that look like a time, and writes them with milliseconds",
        |reference, request| {
            texts(reference, &request, "metadata", |text| {
                match text.strip_suffix('Z') {
                    Some(time) if text.contains('T') && !text.contains('.') => format!("{time}.000Z"),
                    _ => text.to_owned(),
                }
            })
        },
    ),
    Mutant::new(
        "shortened-below-five-levels",
        "inkeep.bag.round-trip",
        "writes a word for what is nested below five levels, as printers of objects do",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                if let Some(bag) = event.get_mut("metadata") {
                    shorten(bag, LEVELS);
                }
            })
        },
    ),
    Mutant::new(
        "names-trimmed",
        "inkeep.bag.round-trip",
        "cuts off blanks around the names of members",
        |reference, request| {
            with_bag_values(reference.respond(&request), "metadata", |value| {
                if let Value::Object(members) = value {
                    *members = std::mem::take(members)
                        .into_iter()
                        .map(|(name, member)| (name.trim().to_owned(), member))
                        .collect();
                }
            })
        },
    ),
    Mutant::new(
        "names-of-classes-dropped",
        "inkeep.bag.round-trip",
        "drops members named constructor or prototype",
        |reference, request| {
            with_bag_values(reference.respond(&request), "properties", |value| {
                if let Value::Object(members) = value {
                    members.retain(|name, _| !["constructor", "prototype"].contains(&name.as_str()));
                }
            })
        },
    ),
    Mutant::new(
        "metadata-of-the-last-event",
        "inkeep.bag.round-trip",
        "fills absent metadata with those of the event before",
        |reference, request| {
            let own = member(&request, "metadata");
            let last = match &own {
                Some(own) => reference.memory().keep("metadata", own.clone()),
                None => reference.memory().recall("metadata"),
            };
            edited_event(reference.respond(&request), |event| {
                if let Some(last) = last.filter(|_| own.is_none()) {
                    event.insert("metadata".to_owned(), last);
                }
            })
        },
    ),
    Mutant::new(
        "identification-removed-from-metadata",
        "inkeep.bag.round-trip",
        "removes the identificationType from metadata as well",
        |reference, request| without_identification(reference, &request, "metadata"),
    ),
    Mutant::new(
        "identification-removed-further-down",
        "inkeep.userprops.round-trip",
        "removes the identificationType of whatever stands within userProperties",
        |reference, request| without_identification(reference, &request, "userProperties"),
    ),
    Mutant::new(
        "anonymous-in-any-letters",
        "inkeep.userprops.identification.removed",
        "drops the userProperties of users who are anonymous in any letter case",
        |reference, request| {
            let sent = member(&request, "userProperties").unwrap_or_default();
            let kind = sent["identificationType"].as_str().unwrap_or_default();
            let dropped = kind.eq_ignore_ascii_case("ANONYMOUS");
            edited_event(reference.respond(&request), |event| {
                if dropped {
                    event.insert("userProperties".to_owned(), Value::Null);
                }
            })
        },
    ),
];

/// Puts a word for every object or list that has so many levels above it.
fn shorten(value: &mut Value, levels: usize) {
    if levels == 0 && (value.is_object() || value.is_array()) {
        *value = json!("[Object]");
        return;
    }
    match value {
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| shorten(member, levels - 1)),
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, levels - 1)),
        _ => {}
    }
}

fn without_identification(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    name: &str,
) -> Response<Bytes> {
    with_bag_values(reference.respond(request), name, |value| {
        if let Value::Object(members) = value {
            members.shift_remove("identificationType");
        }
    })
}
