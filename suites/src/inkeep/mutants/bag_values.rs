//! The three free-form objects of an event: what comes back of them.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Map, Value, json};

use super::bend::{Reference, edited_event, member, texts, with_bag_values};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "numbers-as-texts",
        "inkeep.bag.round-trip",
        "stores numbers as texts",
        |reference, request| {
            with_bag_values(reference.respond(&request), "metadata", |value| {
                if let Value::Number(number) = value {
                    *value = json!(number.to_string());
                }
            })
        },
    ),
    Mutant::new(
        "whole-numbers-only",
        "inkeep.bag.round-trip",
        "cuts off what stands behind the point of a number",
        |reference, request| {
            with_bag_values(reference.respond(&request), "properties", |value| {
                if let Some(number) = value.as_f64().filter(|number| number.fract() != 0.0) {
                    *value = json!(
                        format!("{:.0}", number.trunc())
                            .parse::<i64>()
                            .unwrap_or_default()
                    );
                }
            })
        },
    ),
    Mutant::new(
        "numbers-of-32-bits",
        "inkeep.bag.round-trip",
        "keeps 32 bits of a whole number",
        |reference, request| {
            with_bag_values(reference.respond(&request), "metadata", |value| {
                if let Some(number) = value.as_i64() {
                    *value = json!(number & 0xffff_ffff);
                }
            })
        },
    ),
    Mutant::new(
        "operators-dropped",
        "inkeep.bag.round-trip",
        "drops members whose names begin with a dollar sign, as a filter against injection does",
        |reference, request| {
            with_bag_values(reference.respond(&request), "properties", |value| {
                if let Value::Object(members) = value {
                    members.retain(|name, _| !name.starts_with('$'));
                }
            })
        },
    ),
    Mutant::new(
        "dots-replaced",
        "inkeep.bag.round-trip",
        "puts an underscore for a dot in the name of a member",
        |reference, request| {
            with_bag_values(reference.respond(&request), "metadata", |value| {
                if let Value::Object(members) = value {
                    *members = std::mem::take(members)
                        .into_iter()
                        .map(|(name, member)| (name.replace('.', "_"), member))
                        .collect();
                }
            })
        },
    ),
    Mutant::new(
        "nameless-dropped",
        "inkeep.bag.round-trip",
        "drops a member whose name is empty",
        |reference, request| {
            with_bag_values(reference.respond(&request), "properties", |value| {
                if let Value::Object(members) = value {
                    members.retain(|name, _| !name.is_empty());
                }
            })
        },
    ),
    Mutant::new(
        "nulls-dropped",
        "inkeep.bag.round-trip",
        "drops members that are null",
        |reference, request| {
            with_bag_values(reference.respond(&request), "properties", |value| {
                if let Value::Object(members) = value {
                    members.retain(|_, member| !member.is_null());
                }
            })
        },
    ),
    Mutant::new(
        "empty-texts-are-null",
        "inkeep.bag.round-trip",
        "stores an empty text as null",
        |reference, request| {
            with_bag_values(reference.respond(&request), "metadata", |value| {
                if value == "" {
                    *value = Value::Null;
                }
            })
        },
    ),
    Mutant::new(
        "false-is-dropped",
        "inkeep.bag.round-trip",
        "drops members that count as false",
        |reference, request| {
            with_bag_values(reference.respond(&request), "metadata", |value| {
                if let Value::Object(members) = value {
                    members.retain(|_, member| *member != json!(false));
                }
            })
        },
    ),
    Mutant::new(
        "names-in-camel-case",
        "inkeep.bag.round-trip",
        "writes names with underscores in camel case",
        |reference, request| {
            with_bag_values(reference.respond(&request), "properties", |value| {
                rename(value, |name| {
                    let mut parts = name.split('_');
                    let first = parts.next().unwrap_or_default().to_owned();
                    parts.fold(first, |all, part| all + &capital(part))
                });
            })
        },
    ),
    Mutant::new(
        "names-in-small-letters",
        "inkeep.bag.round-trip",
        "writes names in small letters",
        |reference, request| {
            with_bag_values(reference.respond(&request), "metadata", |value| {
                rename(value, str::to_lowercase);
            })
        },
    ),
    Mutant::new(
        "texts-trimmed",
        "inkeep.bag.round-trip",
        "cuts off blanks around texts",
        |reference, request| texts(reference, &request, "metadata", |text| text.trim().to_owned()),
    ),
    Mutant::new(
        "texts-escaped",
        "inkeep.bag.round-trip",
        "escapes texts for HTML",
        |reference, request| {
            texts(reference, &request, "properties", |text| {
                text.replace('<', "&lt;").replace('>', "&gt;")
            })
        },
    ),
    Mutant::new(
        "texts-without-surrogates",
        "inkeep.bag.round-trip",
        "puts question marks for characters beyond 16 bits",
        |reference, request| {
            texts(reference, &request, "metadata", |text| {
                text.chars()
                    .map(|c| if u32::from(c) > 0xffff { '?' } else { c })
                    .collect()
            })
        },
    ),
    Mutant::new(
        "numbers-in-texts-read",
        "inkeep.bag.round-trip",
        "reads texts that look like numbers as numbers",
        |reference, request| {
            with_bag_values(reference.respond(&request), "properties", |value| {
                if let Some(number) = value.as_str().and_then(|text| text.parse::<i64>().ok()) {
                    *value = json!(number);
                }
            })
        },
    ),
    Mutant::new(
        "metadata-flattened",
        "inkeep.bag.round-trip",
        "writes objects within metadata as texts",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                if let Some(Value::Object(bag)) = event.get_mut("metadata") {
                    for value in bag.values_mut().filter(|value| value.is_object()) {
                        *value = json!(value.to_string());
                    }
                }
            })
        },
    ),
    Mutant::new(
        "bags-exchanged",
        "inkeep.bag.round-trip",
        "answers with the properties as the metadata",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                if let Some(properties) = event.get("properties").cloned().filter(Value::is_object) {
                    event.insert("metadata".to_owned(), properties);
                }
            })
        },
    ),
    Mutant::new(
        "user-properties-as-text",
        "inkeep.userprops.round-trip",
        "answers with userProperties as a text of JSON",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                if let Some(bag) = event.get_mut("userProperties").filter(|bag| bag.is_object()) {
                    *bag = json!(bag.to_string());
                }
            })
        },
    ),
    Mutant::new(
        "user-properties-in-small-letters",
        "inkeep.userprops.round-trip",
        "writes the texts of userProperties in small letters",
        |reference, request| texts(reference, &request, "userProperties", str::to_lowercase),
    ),
    Mutant::new(
        "users-known-by-their-id",
        "inkeep.userprops.round-trip",
        "drops userProperties that name no userId",
        |reference, request| {
            edited_event(reference.respond(&request), |event| {
                let unnamed = event
                    .get("userProperties")
                    .and_then(Value::as_object)
                    .is_some_and(|bag| !bag.is_empty() && !bag.contains_key("userId"));
                if unnamed {
                    event.insert("userProperties".to_owned(), Value::Null);
                }
            })
        },
    ),
    Mutant::new(
        "anonymous-users-kept",
        "inkeep.userprops.identification.dropped",
        "keeps the userProperties of everybody",
        |reference, request| {
            let sent = sent_user(&request, |kind| kind == "ANONYMOUS" || kind == "COOKIED");
            edited_event(reference.respond(&request), |event| {
                if let Some(mut sent) = sent {
                    sent.shift_remove("identificationType");
                    event.insert("userProperties".to_owned(), Value::Object(sent));
                }
            })
        },
    ),
    Mutant::new(
        "cookied-users-kept",
        "inkeep.userprops.identification.dropped",
        "drops the userProperties of ANONYMOUS users, and keeps those of COOKIED ones",
        |reference, request| {
            let sent = sent_user(&request, |kind| kind == "COOKIED");
            edited_event(reference.respond(&request), |event| {
                if let Some(sent) = sent {
                    event.insert("userProperties".to_owned(), Value::Object(sent));
                }
            })
        },
    ),
    Mutant::new(
        "identification-kept",
        "inkeep.userprops.identification.removed",
        "keeps the identificationType of the users it knows",
        |reference, request| {
            let sent = sent_user(&request, |kind| kind != "ANONYMOUS" && kind != "COOKIED");
            edited_event(reference.respond(&request), |event| {
                if let Some(sent) = sent {
                    event.insert("userProperties".to_owned(), Value::Object(sent));
                }
            })
        },
    ),
    Mutant::new(
        "identified-users-dropped",
        "inkeep.userprops.identification.removed",
        "drops all userProperties with an identificationType",
        |reference, request| {
            let sent = sent_user(&request, |_| true);
            edited_event(reference.respond(&request), |event| {
                if sent.is_some() {
                    event.insert("userProperties".to_owned(), Value::Null);
                }
            })
        },
    ),
    Mutant::new(
        "nobody-is-an-empty-user",
        "inkeep.autofill.none",
        "answers with an empty object where no userProperties came",
        |reference, request| absent_user(reference, &request, |_| json!({})),
    ),
    Mutant::new(
        "nobody-is-anonymous",
        "inkeep.autofill.none",
        "calls a user anonymous of whom nothing came",
        |reference, request| {
            absent_user(
                reference,
                &request,
                |_| json!({ "identificationType": "ANONYMOUS" }),
            )
        },
    ),
    Mutant::new(
        "user-of-the-last-event",
        "inkeep.autofill.none",
        "fills absent userProperties with those of the event before",
        |reference, request| {
            if let Some(sent) = member(&request, "userProperties").filter(Value::is_object) {
                reference.memory().keep("user", sent);
            }
            absent_user(reference, &request, |reference| {
                reference.memory().recall("user").unwrap_or_default()
            })
        },
    ),
];

fn rename(value: &mut Value, change: fn(&str) -> String) {
    if let Value::Object(members) = value {
        *members = std::mem::take(members)
            .into_iter()
            .map(|(name, value)| (change(&name), value))
            .collect();
    }
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

/// The userProperties that came, where their identificationType is one of these.
fn sent_user(request: &Request<Bytes>, which: fn(&str) -> bool) -> Option<Map<String, Value>> {
    let sent = member(request, "userProperties")?.as_object()?.clone();
    let kind = sent.get("identificationType")?.as_str()?;
    which(kind).then_some(sent)
}

/// The answer of a server that fills in absent userProperties.
fn absent_user(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    fill: fn(&Reference<'_>) -> Value,
) -> Response<Bytes> {
    let absent = member(request, "userProperties").is_none();
    edited_event(reference.respond(request), |event| {
        if absent {
            event.insert("userProperties".to_owned(), fill(reference));
        }
    })
}
