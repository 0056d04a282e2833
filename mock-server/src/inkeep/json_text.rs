//! JSON as text. What a caller wants kept is kept as it was written, because a parsed number is no longer the number
//! that was sent: 64 bits do not hold every integer, and parsing and printing a fraction can change its last digit.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Deepest nesting that is read. The answer wraps what was sent once more, and stays within the 128 levels that common
/// parsers read.
const MAX_DEPTH: usize = 120;

/// What RFC 8259, section 2, allows between tokens.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Whether a text is one JSON document within the bounds, whose texts are all Unicode and whose numbers are all finite.
/// Everything below relies on this.
pub(crate) fn is_document(text: &str) -> bool {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Nested(MAX_DEPTH).deserialize(&mut deserializer).is_ok() && deserializer.end().is_ok()
}

/// Reads a value that may nest so many levels deep, and keeps nothing of it.
#[derive(Clone, Copy)]
struct Nested(usize);

impl Nested {
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        let levels = self.0.checked_sub(1);
        levels.map(Self).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Nested {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        while items.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        while members.next_entry_seed(inner, inner)?.is_some() {}
        Ok(())
    }
}

/// What kind of value a JSON text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Truth,
    Null,
    Object,
    Array,
}

impl Kind {
    /// The kind of a document, which its first character tells.
    pub(crate) fn of(document: &str) -> Self {
        match document.trim_start_matches(BLANKS).bytes().next() {
            Some(b'"') => Self::Text,
            Some(b'{') => Self::Object,
            Some(b'[') => Self::Array,
            Some(b'n') => Self::Null,
            Some(b't' | b'f') => Self::Truth,
            _ => Self::Number,
        }
    }

    /// The kind for a trace.
    pub(crate) const fn with_article(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Truth => "a truth value",
            Self::Null => "null",
            Self::Object => "an object",
            Self::Array => "an array",
        }
    }
}

/// The text of a document that is a string, without its quotes and escapes; `None` for any other document.
pub(crate) fn text(document: &str) -> Option<Cow<'_, str>> {
    let inner = document.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(document).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// A string as a JSON document.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("every string is a JSON text")
}

/// The members of a document that is an object, in order, each with its value as text. Of another document there are
/// none.
pub(crate) struct Members<'t> {
    rest: &'t str,
}

impl<'t> Members<'t> {
    pub(crate) fn of(document: &'t str) -> Self {
        let inside = document.trim_start_matches(BLANKS).strip_prefix('{');
        Self {
            rest: inside.unwrap_or(""),
        }
    }
}

impl<'t> Iterator for Members<'t> {
    type Item = (Cow<'t, str>, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let after = |mark: char| move |character| character == mark || BLANKS.contains(&character);
        let (name, rest) = first_value(self.rest.trim_start_matches(after(',')))?;
        let (value, rest) = first_value(rest.trim_start_matches(after(':')))?;
        self.rest = rest;
        Some((text(name)?, value))
    }
}

/// The value that a text begins with, and what follows it.
fn first_value(text: &str) -> Option<(&str, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    text.split_at_checked(values.byte_offset())
}

/// The shortest spelling of a document: without blanks between tokens, and with escapes only where strings need them.
/// Numbers keep the spelling that they came with.
pub(crate) fn shortest(document: &str) -> String {
    let mut out = String::with_capacity(document.len());
    let mut rest = document;
    while let Some(next) = rest.chars().next() {
        if next == '"'
            && let Some((string, after)) = first_value(rest)
        {
            match text(string) {
                Some(Cow::Owned(unescaped)) => out.push_str(&quoted(&unescaped)),
                _ => out.push_str(string),
            }
            rest = after;
            continue;
        }
        if !BLANKS.contains(&next) {
            out.push(next);
        }
        rest = &rest[next.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn documents_are_told_from_other_texts() {
        let deepest = nested(MAX_DEPTH);
        for document in [
            "{}",
            " [1, -0.5e3, true, false, null, \"\\u00e9\\ud83d\\ude00\"]\r\n",
            "\"\"",
            "12345678901234567890123",
            "{\"a\":1,\"a\":2}",
            &deepest,
        ] {
            assert!(is_document(document), "{document}");
        }
        let too_deep = nested(MAX_DEPTH + 1);
        let far_too_deep = nested(100_000);
        for other in [
            "",
            " ",
            "{",
            "{}}",
            "{} {}",
            "{\"a\"}",
            "{a:1}",
            "{'a':1}",
            "[1,]",
            "01",
            "NaN",
            "1e400",
            "\"\n\"",
            "\"\\ud800\"",
            "{\"\\ud800\":1}",
            "\"\\x\"",
            "\u{feff}{}",
            "// a\n{}",
            &too_deep,
            &far_too_deep,
            "[[[[",
        ] {
            assert!(!is_document(other), "{other:.40}");
        }
    }

    #[test]
    fn members_come_in_order_with_their_text() {
        let document =
            " { \"a\" : 1.50 ,\"b\\u0063\":\"x,}\\\"\",\"\":{\"n\":[{},\"]\"]},\n\"é\":null,\"a\": -0}";
        let members: Vec<(String, &str)> = Members::of(document)
            .map(|(name, value)| (name.into_owned(), value))
            .collect();
        let expected = [
            ("a", "1.50"),
            ("bc", "\"x,}\\\"\""),
            ("", "{\"n\":[{},\"]\"]}"),
            ("é", "null"),
            ("a", "-0"),
        ];
        assert_eq!(members, expected.map(|(name, value)| (name.to_owned(), value)));
        for other in ["{}", "[]", "[\"a\",1]", "1", "\"a\"", ""] {
            assert_eq!(Members::of(other).count(), 0, "{other}");
        }
    }

    #[test]
    fn kinds_are_told() {
        for (document, kind, words) in [
            (" {}", Kind::Object, "an object"),
            ("[]", Kind::Array, "an array"),
            ("\"\"", Kind::Text, "a text"),
            ("-1", Kind::Number, "a number"),
            ("true", Kind::Truth, "a truth value"),
            ("false", Kind::Truth, "a truth value"),
            ("null", Kind::Null, "null"),
        ] {
            assert_eq!(Kind::of(document), kind, "{document}");
            assert_eq!(kind.with_article(), words);
        }
    }

    #[test]
    fn strings_are_read_and_written() {
        assert_eq!(text("\"a\\u0041\\n\\ud83d\\ude00\"").unwrap(), "aA\n😀");
        assert!(matches!(text("\"é\""), Some(Cow::Borrowed("é"))));
        assert_eq!(text("1"), None);
        assert_eq!(text("\""), None);
        assert_eq!(quoted("a\"\\\n\u{1}é"), "\"a\\\"\\\\\\n\\u0001é\"");
    }

    #[test]
    fn the_shortest_spelling_keeps_every_value() {
        let document = " { \"a b\" : [ 1.50 , -0, 1E+2 ,\t18446744073709551616 ],\"\\u0041\\/\\u000a\\u0001\" : \"x  y\" } ";
        let short = "{\"a b\":[1.50,-0,1E+2,18446744073709551616],\"A/\\n\\u0001\":\"x  y\"}";
        assert_eq!(shortest(document), short);
        assert_eq!(shortest(short), short);
    }
}
