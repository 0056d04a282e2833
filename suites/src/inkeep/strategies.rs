//! Named generators of inputs.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

use super::bodies::{ANCHORS, EventBody, Fault};

/// A text of the caller's own: letters of several scripts, punctuation, and blanks within. It does not begin or end with
/// a blank, as some servers cut those off, holds no control characters, and no letter that a normalization changes.
pub(super) fn text() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[a-z]{1,8}([._-][a-z]{1,8}){0,2}",
        3 => "[!-~éßñøж名前عא][ -~éßñøж名前عא]{0,30}[!-~éßñøж名前عא]",
        1 => "[!-~éßñøж名前عא]",
    ]
    .boxed()
}

/// A type: any text, and now and then one of up to 255 characters. What longer ones are answered is open, and one
/// character alone has a rule of its own.
pub(super) fn kind() -> BoxedStrategy<String> {
    let longer = text().prop_map(|text| {
        if text.chars().count() > 1 {
            text
        } else {
            format!("{text}{text}")
        }
    });
    prop_oneof![9 => longer, 1 => "[a-zA-Z0-9_. -]{1,253}".prop_map(|middle| format!("t{middle}t"))].boxed()
}

/// What an id may begin and end with around one that is known to be new.
pub(super) fn ends_of_an_id() -> BoxedStrategy<(String, String)> {
    ("[a-zA-Z0-9_.-]{0,10}", "[a-zA-Z0-9_.-]{0,10}").boxed()
}

/// An `agentId`, `conversationId` or `messageId`: any text of up to 255 characters.
pub(super) fn anchor() -> BoxedStrategy<String> {
    prop_oneof![9 => text(), 1 => "[a-zA-Z0-9_-]{200,255}"].boxed()
}

/// Names of members. Names that JavaScript gives a meaning of its own stay out, since parsers refuse them on purpose.
fn name() -> BoxedStrategy<String> {
    prop_oneof![
        6 => "[a-z][a-zA-Z0-9]{0,9}",
        2 => "[a-z]{1,5}_[a-z0-9]{1,5}",
        1 => "[A-Z]{1,4}[ .:-][a-z0-9]{1,4}",
        1 => "[0-9]{1,3}",
        1 => "[a-z]{0,2}[éßñøж名前عא]{1,3}",
    ]
    .prop_filter("names with a meaning", |name| !has_a_meaning(name))
    .boxed()
}

fn has_a_meaning(name: &str) -> bool {
    [
        "constructor",
        "prototype",
        "identificationType",
        "toString",
        "valueOf",
    ]
    .contains(&name)
}

/// Strings in free-form objects: any text, with line breaks, quotes and markup.
fn value_text() -> BoxedStrategy<String> {
    prop_oneof![
        4 => text(),
        1 => Just(String::new()),
        1 => Just(" a\n\tb\\\"/ <b>&amp;'".to_owned()),
        1 => Just("\u{1f600} \u{2028}".to_owned()),
    ]
    .boxed()
}

/// Numbers that every program keeps: whole ones within 2^53, and fractions with few digits.
fn number() -> BoxedStrategy<Number> {
    let whole = prop_oneof![-1000i64..1000, -((1i64 << 53) - 1)..(1i64 << 53)];
    let fraction = (-40_000i32..40_000).prop_filter_map("a fraction", |n| {
        (n % 4 != 0)
            .then(|| Number::from_f64(f64::from(n) / 4.0))
            .flatten()
    });
    prop_oneof![3 => whole.prop_map(Number::from), 1 => fraction].boxed()
}

/// Any JSON value, three levels deep at most.
fn json_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        2 => number().prop_map(Value::Number),
        3 => value_text().prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 10, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((name(), inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// A free-form object with members of any kind, nested. The empty one has a rule of its own.
pub(super) fn bag() -> BoxedStrategy<Map<String, Value>> {
    vec((name(), json_value()), 1..6)
        .prop_map(|members| members.into_iter().collect())
        .boxed()
}

/// A valid event with any of the members that a caller can set.
pub(super) fn event_body() -> BoxedStrategy<EventBody> {
    let anchors = [option::of(anchor()), option::of(anchor()), option::of(anchor())];
    let bags = [option::of(bag()), option::of(bag()), option::of(bag())];
    (kind(), anchors, bags)
        .prop_map(|(kind, anchors, bags)| EventBody { kind, anchors, bags })
        .boxed()
}

/// Any JSON value but a string and null.
fn no_text() -> BoxedStrategy<Value> {
    prop_oneof![
        number().prop_map(Value::Number),
        any::<bool>().prop_map(Value::Bool),
        vec(json_value(), 0..3).prop_map(Value::Array),
        bag().prop_map(Value::Object),
    ]
    .boxed()
}

/// A fault in one member. None of them is a null, since nobody says what that means; none is a blank around an id, since
/// those may be cut off.
pub(super) fn fault() -> BoxedStrategy<Fault> {
    const RULES: [&str; 3] = [
        "inkeep.str.agent-id",
        "inkeep.str.conversation-id",
        "inkeep.str.message-id",
    ];
    let fault = |requirement, member, value| Fault {
        requirement,
        member,
        value,
    };
    let stranger = prop_oneof![
        Just(' '),
        Just('\n'),
        "[!-,/:-@\\[-\\^`{-~éßñж名ع]".prop_map(|text| text.chars().next().unwrap_or(' '))
    ];
    let pattern = ("[a-zA-Z0-9_.-]{1,10}", stranger, "[a-zA-Z0-9_.-]{1,10}")
        .prop_map(|(before, stranger, after)| format!("{before}{stranger}{after}"));
    prop_oneof![
        1 => Just(fault("inkeep.type.required", "type", None)),
        1 => Just(fault("inkeep.type.min-length", "type", Some("".into()))),
        2 => no_text().prop_map(move |value| fault("inkeep.type.string", "type", Some(value))),
        3 => pattern.prop_map(move |id| fault("inkeep.id.pattern", "id", Some(id.into()))),
        1 => Just(fault("inkeep.id.len.min", "id", Some("".into()))),
        1 => "[a-zA-Z0-9_.-]{256,300}".prop_map(move |id| fault("inkeep.id.len.max", "id", Some(id.into()))),
        2 => no_text().prop_map(move |value| fault("inkeep.id.type", "id", Some(value))),
        3 => (0..3usize, no_text())
            .prop_map(move |(at, value)| fault(RULES[at], ANCHORS[at], Some(value))),
    ]
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media() -> &'static spec::Media {
        let operation = spec::api("inkeep")
            .unwrap()
            .contract()
            .operation("log-event")
            .unwrap();
        &operation.body.as_ref().unwrap().content[0]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn a_generated_event_fits_the_contract(body in event_body(), ends in ends_of_an_id()) {
            let body = body.to_json(Some(&format!("{}a{}", ends.0, ends.1)));
            prop_assert_eq!(media().validate(&body), Ok(()), "{}", body);
            prop_assert!(body.to_string().len() < 16 * 1024, "every server reads a body of this size");
        }

        #[test]
        fn a_fault_is_one_fault_and_its_row_says_refused(body in event_body(), fault in fault()) {
            let faulty = fault.applied_to(&body.to_json(Some("a")));
            // An empty id is too short and does not match the pattern either, but it is one member that is wrong.
            let faults = media().validate(&faulty).unwrap_err();
            let place = if fault.value.is_some() { format!("at `/{}", fault.member) } else { "at ``".to_owned() };
            prop_assert!(faults.iter().all(|told| told.starts_with(&place)), "{:?}", faults);
            let row = spec::requirement(fault.requirement).unwrap();
            prop_assert_eq!(&row.status, &[400, 422]);
            prop_assert!(fault.value != Some(Value::Null));
        }

        #[test]
        fn texts_have_no_outer_blanks_and_few_enough_characters(kind in kind(), anchor in anchor()) {
            for text in [&kind, &anchor] {
                prop_assert_eq!(text.trim(), text.as_str());
                prop_assert!((1..=255).contains(&text.chars().count()), "{}", text);
                prop_assert!(!text.chars().any(char::is_control));
            }
            prop_assert!(kind.chars().count() > 1);
        }

        #[test]
        fn free_form_objects_keep_clear_of_names_with_a_meaning(bag in bag()) {
            let text = Value::Object(bag).to_string();
            for word in ["identificationType", "__proto__", "constructor", "\\u0000"] {
                prop_assert!(!text.contains(word), "{}", text);
            }
        }
    }
}
