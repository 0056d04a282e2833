//! Whether bytes could be JSON to anybody: what safe mode must know before it sends a body that looks broken.

use serde_json::Value;

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
        let value = json!({ "a": "x:\"{\\", "b": [{ "c": 1 }] });
        for body in [
            value.to_string(),
            format!("\u{feff}{value}"),
            format!("{value} {{\"d\":1}}"),
        ] {
            assert_eq!(read(body.as_bytes()), Reading::Value(value.clone()), "{body}");
        }
    }
}
