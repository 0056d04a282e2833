//! Forms, plain texts and queries: cut at every `&`, then at the first `=`, then decoded byte by byte.

use proptest::prelude::*;

use super::{Outcome, compare, mutilated, path};
use crate::polyai::extract::{form, query, text};

/// Pieces of pairs, and what looks like them.
const PIECES: &[&str] = &[
    "&", "=", "%", "+", ";", "%3", "%3d", "%26", "%C3%A9", "%ff", "a=", "&b", "[", "]", ".", "#", "\n",
];

fn pairs() -> impl Strategy<Value = String> {
    let part = prop::collection::vec(
        prop::sample::select(vec![
            "a", "b", "A", "ab", ".", "%61", "%2e", "+", "%2B", "é", "=", "x", "",
        ]),
        0..4,
    );
    let part = part.prop_map(|pieces| pieces.concat());
    let pair = (part.clone(), part).prop_map(|(name, value)| format!("{name}={value}"));
    prop::collection::vec(pair, 0..5).prop_map(|pairs| pairs.join("&"))
}

fn decoded(bytes: &[u8]) -> String {
    let hex = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let escape = match (bytes[at], bytes.get(at + 1), bytes.get(at + 2)) {
            (b'%', Some(high), Some(low)) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = escape {
            out.push(high * 16 + low);
            at += 3;
        } else {
            out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The first value of this name.
#[expect(
    clippy::unnecessary_wraps,
    reason = "other models say nothing about some inputs"
)]
fn model(body: &[u8], path: &str) -> Option<Outcome> {
    let all = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let mut named = all.map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let value = pair.get(at + 1..).unwrap_or_default();
        (decoded(&pair[..at]), decoded(value))
    });
    let value = named.find(|(name, _)| name == path);
    Some(value.map_or(Outcome::Nothing, |(_, value)| Outcome::of_text(value)))
}

fn paths() -> impl Strategy<Value = String> {
    path(vec!["a", "b", "A", "ab", "é", ""])
}

#[test]
fn the_reader_of_forms_agrees() {
    compare(
        (mutilated(pairs(), PIECES), paths()),
        |body, path, readings| Outcome::of(form::find(body, path, readings).found),
        model,
    );
}

#[test]
fn the_reader_of_plain_texts_agrees() {
    compare(
        (mutilated(pairs(), PIECES), paths()),
        |body, path, readings| Outcome::of(text::find(body, path, readings).found),
        model,
    );
}

#[test]
fn the_reader_of_queries_agrees() {
    compare(
        (mutilated(pairs(), PIECES), paths()),
        |body, path, readings| {
            let query = String::from_utf8_lossy(body);
            Outcome::of(query::find(&query, path, readings).found)
        },
        |body, path| model(String::from_utf8_lossy(body).as_bytes(), path),
    );
}

#[test]
fn the_model_finds_what_is_there() {
    let found = |body: &str, path: &str| model(body.as_bytes(), path).unwrap();
    assert_eq!(found("x&%61=e+%2B=&a=2", "a"), Outcome::Id("e +=".to_owned()));
    assert_eq!(found("a", "a"), Outcome::Nothing);
    assert_eq!(decoded(b"%4%41%4g%"), "%4A%4g%");
}
