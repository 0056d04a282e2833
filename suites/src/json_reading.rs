//! What is JSON: the value of an answer, and whether a body that looks broken could be JSON to anybody, which safe mode must
//! know before it sends one.

use serde_json::Value;

/// The value of an answer's body, where it is JSON.
///
/// The escape of half a character is JSON by the grammar of RFC 8259 (§7, §8.2), though no text has it: it reads as U+FFFD.
/// Programs that count in UTF-16 write one where they cut a text.
pub(crate) fn value(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok().or_else(|| {
        let text = std::str::from_utf8(body).ok()?;
        serde_json::from_str(&with_whole_characters(text)).ok()
    })
}

/// The text with `\\ufffd` for each escape of half a character that has no other half beside it.
fn with_whole_characters(text: &str) -> String {
    let unit = |rest: &str| {
        let digits = rest.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let is_second = |unit: u16| (0xdc00..0xe000).contains(&unit);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\\') {
        let (plain, escape) = rest.split_at(start);
        out.push_str(plain);
        let length = match unit(escape) {
            Some(first) if (0xd800..0xdc00).contains(&first) => {
                if escape.get(6..).and_then(unit).is_some_and(is_second) {
                    out.push_str(&escape[..12]);
                    12
                } else {
                    out.push_str("\\ufffd");
                    6
                }
            }
            Some(second) if is_second(second) => {
                out.push_str("\\ufffd");
                6
            }
            // Of any other escape the second character decides nothing, but it may be a backslash itself.
            _ => {
                let length = escape.chars().take(2).map(char::len_utf8).sum();
                out.push_str(&escape[..length]);
                length
            }
        };
        rest = &escape[length..];
    }
    out.push_str(rest);
    out
}

/// What a reader could make of a body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reading {
    /// No reader makes JSON of it.
    Nothing,
    /// This value, to every reader that takes the body at all.
    Value(Value),
    /// Readers differ, or there is no telling.
    Open,
}

/// Faults that every reader of JSON stumbles over, as the parser words them. What is not on the list, such as NaN, a raw
/// line break in a text or nesting without end, is JSON to some.
const CERTAIN_FAULTS: [&str; 7] = [
    "EOF while parsing",
    "key must be a string",
    "expected value",
    "expected ident",
    "expected `:`",
    "expected `,` or `}`",
    "trailing comma",
];

/// Reads a body as generously as any server might: a byte order mark and what follows a complete value are passed over.
pub(crate) fn read(body: &[u8]) -> Reading {
    // UTF-16 and UTF-32 have zero bytes in any JSON text; whoever reads them may read this.
    if body.contains(&0) {
        return Reading::Open;
    }
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Reading::Nothing;
    }
    match serde_json::Deserializer::from_str(text)
        .into_iter::<Value>()
        .next()
    {
        // Of a name that occurs twice, some servers take the first and some the last.
        Some(Ok(value)) if names(&value) == written_names(text) => Reading::Value(value),
        Some(Ok(_)) => Reading::Open,
        Some(Err(error)) => {
            let words = error.to_string();
            let certain = CERTAIN_FAULTS.iter().any(|fault| words.starts_with(fault));
            let lenient = ["NaN", "Infinity"].iter().any(|word| text.contains(word));
            if certain && !lenient {
                Reading::Nothing
            } else {
                Reading::Open
            }
        }
        None => Reading::Nothing,
    }
}

/// How many members all objects in a value have.
fn names(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.len() + members.values().map(names).sum::<usize>(),
        Value::Array(items) => items.iter().map(names).sum(),
        _ => 0,
    }
}

/// How many members are written in the first value of a text that parses: one for each colon outside of texts.
fn written_names(text: &str) -> usize {
    let (mut count, mut depth, mut quoted, mut escaped) = (0, 0usize, false, false);
    for byte in text.bytes() {
        if quoted {
            (quoted, escaped) = (escaped || byte != b'"', !escaped && byte == b'\\');
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b':' => count += 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn half_a_character_in_an_answer_is_json_all_the_same() {
        let read = |text: &str| value(text.as_bytes());
        assert_eq!(read(r#""a\ud83d\ude00b""#), Some("a\u{1f600}b".into()));
        assert_eq!(read(r#""a\ud83db""#), Some("a\u{fffd}b".into()));
        assert_eq!(
            read(r#""\ude00\ud83d\ud83d\ude00""#),
            Some("\u{fffd}\u{fffd}\u{1f600}".into())
        );
        assert_eq!(
            read(r#""\\ud83d \n\u00e9\ud83d\\""#),
            Some("\\ud83d \n\u{e9}\u{fffd}\\".into())
        );
        for text in [r#""\ud83""#, r#""\ud83d"#, r#"{"a":\ud83d}"#, "\"\\", "\"\\é\""] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_no_reader_takes_is_nothing() {
        for body in [
            "",
            "  ",
            "{",
            "{\"type\":",
            "{\"type\":\"a\"",
            "{\"type\":\"a",
            "{\"type\" \"a\"}",
            "{\"a\":1,}",
            "{'a':1}",
            "{a:1}",
            "type=a",
            "<a/>",
            "string",
            "{\"a\":1 /* c */}",
        ] {
            assert_eq!(read(body.as_bytes()), Reading::Nothing, "{body}");
        }
    }

    #[test]
    fn what_some_reader_takes_is_open() {
        let deep = "[".repeat(300);
        for body in [
            "{\"a\":NaN}",
            "NaN",
            "{\"a\":1,\"a\":2}",
            "{\"a\":\"x\ny\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"b\":{\"a\":1,\"\\u0061\":2}}",
            "{\0\"a\0\"",
            deep.as_str(),
        ] {
            assert_eq!(read(body.as_bytes()), Reading::Open, "{body}");
        }
    }

    #[test]
    fn a_value_is_read_past_a_mark_before_it_and_anything_after_it() {
        for value in [
            json!({ "a": "x:\"{\\", "b": [{ "c": 1 }] }),
            // Of what is deeper inside, nothing ends the whole.
            json!({ "a": { "b": [{ "c": 1 }, []] }, "d": 2 }),
        ] {
            for body in [
                value.to_string(),
                format!("\u{feff}{value}"),
                format!("{value} {{\"d\":1}}"),
            ] {
                assert_eq!(read(body.as_bytes()), Reading::Value(value.clone()), "{body}");
            }
        }
    }
}
