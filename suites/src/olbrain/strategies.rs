//! Named generators of inputs.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

use super::calls::Control;
use crate::property::spelled_number;

/// Names of members that some target may give a meaning of its own: those of the documents, those of the vendor's older
/// client, and those that would make a request another one.
const MEANINGFUL: [&str; 28] = [
    "message",
    "metadata",
    "inputs",
    "session_id",
    "user_id",
    "agent_id",
    "run_id",
    "message_id",
    "organization_id",
    "project_id",
    "type",
    "agent_type",
    "kind",
    "runtime",
    "mode",
    "response_mode",
    "stream",
    "files",
    "file",
    "attachments",
    "status",
    "limit",
    "since",
    "channel",
    "token",
    "key",
    "test",
    "debug",
];

/// A name that means nothing to anybody: what people call fields, with a blank, a dot or a slash now and then.
pub(crate) fn name() -> BoxedStrategy<String> {
    prop_oneof![
        6 => "[a-z][a-z0-9_]{1,11}",
        2 => "[a-z]{2,5}[A-Z][a-zA-Z]{1,6}",
        1 => "[a-z]{1,5}[-. :/][a-z0-9]{1,5}",
    ]
    .prop_filter("names that may mean something", |name| {
        !MEANINGFUL.contains(&name.to_lowercase().as_str())
    })
    .boxed()
}

/// Any printable text of ASCII, quotes and backslashes among it: text beyond that has a requirement of its own.
pub(crate) fn text() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[ -~]{0,20}",
        1 => Just(String::new()),
        1 => Just("a \"quoted\" text, a \\ and a /".to_owned()),
    ]
    .boxed()
}

/// Text with a character beyond ASCII in it.
pub(crate) fn foreign_text() -> BoxedStrategy<String> {
    (
        "[ -~]{0,8}",
        "[éßжñ名\u{1f600}\u{20ac}\u{10ffff}]{1,6}",
        "[^\u{0}]{0,8}",
    )
        .prop_map(|(before, foreign, after)| format!("{before}{foreign}{after}"))
        .boxed()
}

/// Any JSON value, three levels deep at most. Numbers stay within what a double holds exactly.
pub(crate) fn json_value() -> BoxedStrategy<Value> {
    const EXACT: i64 = 1 << 53;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-EXACT..EXACT).prop_map(|n: i64| Value::Number(n.into())),
        (-1.0e9..1.0e9).prop_map(|n: f64| Number::from_f64(n).map_or(Value::Null, Value::Number)),
        spelled_number().prop_map(Value::Number),
        text().prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((name(), inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// A JSON object that is not empty, with members of any name that means nothing and of any type.
pub(crate) fn object() -> BoxedStrategy<Map<String, Value>> {
    vec((name(), json_value()), 1..5)
        .prop_map(|members| members.into_iter().collect())
        .boxed()
}

/// Contents of a file: any bytes, and bytes that look like the end of a line, of a part or of a form. Never empty.
pub(crate) fn content() -> BoxedStrategy<Vec<u8>> {
    let piece = prop_oneof![
        4 => vec(any::<u8>(), 1..40),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n--".to_vec()),
        1 => Just(b"--hookproof-boundary".to_vec()),
        1 => Just(b"\0\xff\xfe".to_vec()),
    ];
    vec(piece, 1..6).prop_map(|pieces| pieces.concat()).boxed()
}

/// A file name that no operating system, form or shell gives a meaning.
pub(crate) fn filename() -> BoxedStrategy<String> {
    "[a-zA-Z][a-zA-Z0-9_-]{0,12}\\.(csv|txt|json|bin|pdf)".boxed()
}

/// Control calls in any order, as somebody in a hurry makes them.
pub(crate) fn controls() -> BoxedStrategy<Vec<Control>> {
    vec(proptest::sample::select(Control::ALL.to_vec()), 1..6).boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn generated_objects_are_json_without_meaningful_names(object in object()) {
            prop_assert!(!object.is_empty());
            prop_assert!(object.keys().all(|name| !MEANINGFUL.contains(&name.as_str())));
            let text = Value::Object(object.clone()).to_string();
            // A backslash of the text itself is written twice and begins no escape.
            let escapes = text.replace(r"\\", "");
            prop_assert!(text.is_ascii() && !escapes.contains(r"\u"), "{}", text);
            prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), Value::Object(object));
        }

        #[test]
        fn foreign_text_is_not_ascii(text in foreign_text()) {
            prop_assert!(!text.is_ascii());
        }

        #[test]
        fn contents_are_never_empty(content in content()) {
            prop_assert!(!content.is_empty());
        }
    }
}
