//! JSON: the whole document is built, and then walked.

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{Outcome, compare, mutilated, name, path};
use crate::polyai::extract::json;

/// Pieces of JSON, and what looks like them.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\",
    "\\u0061",
    "\\ud83d\\ude00",
    "null",
    "1",
    "-",
    ".",
    "e",
    " ",
    "\n",
    "\u{feff}",
    "/*",
    "'",
    "\u{0}",
    "{\"a\":",
    "\"b\":\"x\",",
];

/// A document with members that share names, escapes, and white space between its parts.
fn document() -> impl Strategy<Value = String> {
    let escaped = |text: &str| text.replace('a', "\\u0061");
    let leaf = prop_oneof![
        3 => "[ -~é]{0,3}".prop_map(|text| Value::from(text).to_string()),
        1 => name().prop_map(move |name| format!("\"{}\"", escaped(name))),
        1 => prop::sample::select(vec!["null", "true", "false", "0", "-12.5e3", "18446744073709551616", "\"\""]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 24, 4, move |inner| {
        let member = (name(), any::<bool>(), inner.clone()).prop_map(move |(name, is_escaped, value)| {
            let name = if is_escaped {
                escaped(name)
            } else {
                name.to_owned()
            };
            format!("\"{name}\" : {value}")
        });
        let dotted = inner.clone().prop_map(|value| format!("\"a.b\":{value}"));
        prop_oneof![
            4 => prop::collection::vec(prop_oneof![8 => member, 1 => dotted], 0..4)
                .prop_map(|members| format!("{{{}}}", members.join(" ,\n"))),
            1 => prop::collection::vec(inner, 0..3).prop_map(|elements| format!("[{}]", elements.join(", "))),
        ]
    })
}

/// What a document without faults holds at a path.
fn model(body: &[u8], path: &str) -> Option<Outcome> {
    let is_json = serde_json::from_slice::<IgnoredAny>(body).is_ok();
    let document: Value = match serde_json::from_slice(body) {
        Ok(document) => document,
        // Well-formed, and still more than this model can hold: a number out of range, half a surrogate pair.
        Err(_) if is_json => return None,
        Err(_) => return Some(Outcome::Unreadable),
    };
    let mut place = &document;
    for (depth, segment) in path.split('.').enumerate() {
        let next = match place {
            Value::Object(members) => members.get(segment),
            Value::Array(elements) if depth > 0 => {
                let index: Option<usize> = segment
                    .parse()
                    .ok()
                    .filter(|index: &usize| index.to_string() == segment);
                index.and_then(|index| elements.get(index))
            }
            _ => None,
        };
        match next {
            Some(next) if !segment.is_empty() => place = next,
            _ => return Some(Outcome::Nothing),
        }
    }
    Some(match place {
        Value::String(text) => Outcome::of_text(text.clone()),
        _ => Outcome::NoId,
    })
}

#[test]
fn the_reader_of_json_agrees() {
    let paths = path(vec!["a", "b", "A", "ab", "é", "0", "1", "00", "+1", ""]);
    compare(
        (mutilated(document(), PIECES), paths),
        |body, path, readings| Outcome::of(json::find(body, path, readings).found),
        model,
    );
}

#[test]
fn the_model_finds_what_is_there() {
    let found = |body: &str, path: &str| model(body.as_bytes(), path).unwrap();
    assert_eq!(
        found(r#"{"a":{"b":["x"]}}"#, "a.b.0"),
        Outcome::Id("x".to_owned())
    );
    assert_eq!(found(r#"{"a":1,"a":"x"}"#, "a"), Outcome::Id("x".to_owned()));
    assert_eq!(found(r#"{"a":{}}"#, "a"), Outcome::NoId);
    assert_eq!(found(r#"["x"]"#, "0"), Outcome::Nothing);
    assert_eq!(found("{", "a"), Outcome::Unreadable);
}
