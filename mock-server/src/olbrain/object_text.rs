//! Writes a JSON object member by member. What came in as JSON goes out byte for byte, whatever numbers are in it.

/// An object under way.
pub(crate) struct ObjectText {
    out: String,
}

impl ObjectText {
    pub(crate) fn new() -> Self {
        Self {
            out: String::with_capacity(512),
        }
    }

    /// Adds a member whose value is JSON already.
    pub(crate) fn raw(mut self, name: &str, json: &str) -> Self {
        self.out.push(if self.out.is_empty() { '{' } else { ',' });
        push_quoted(&mut self.out, name);
        self.out.push(':');
        self.out.push_str(json);
        self
    }

    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        let mut object = self.raw(name, "");
        push_quoted(&mut object.out, value);
        object
    }

    /// Adds a text, or null.
    pub(crate) fn text_or_null(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self.raw(name, "null"),
        }
    }

    pub(crate) fn whole(self, name: &str, value: u64) -> Self {
        self.raw(name, &value.to_string())
    }

    pub(crate) fn list(self, name: &str, items: impl IntoIterator<Item = String>) -> Self {
        let list = array(items);
        self.raw(name, &list)
    }

    /// Adds the members of another object.
    pub(crate) fn followed_by(mut self, other: &Self) -> Self {
        // The first character is the brace that opens it.
        if let Some(members) = other.out.get(1..) {
            self.out.push(if self.out.is_empty() { '{' } else { ',' });
            self.out.push_str(members);
        }
        self
    }

    pub(crate) fn end(mut self) -> String {
        if self.out.is_empty() {
            self.out.push('{');
        }
        self.out.push('}');
        self.out
    }
}

/// A list of values that are JSON already.
pub(crate) fn array(items: impl IntoIterator<Item = String>) -> String {
    let mut out = String::from("[");
    for (number, item) in items.into_iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        out.push_str(&item);
    }
    out.push(']');
    out
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    out
}

fn push_quoted(out: &mut String, text: &str) {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    // Most texts are ids and names of our own, with nothing to escape.
    if text.as_bytes().iter().all(is_plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::to_string(text).expect("every text is a JSON string"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_nothing_but_quotes_is_escaped() {
        assert_eq!(quoted("\""), r#""\"""#);
        assert_eq!(quoted("\\"), r#""\\""#);
        assert_eq!(quoted("plain ~"), "\"plain ~\"");
    }

    #[test]
    fn what_is_written_is_json_and_keeps_its_digits() {
        let object = ObjectText::new()
            .text("a\"", "\u{0}\u{2028}é\\")
            .text_or_null("b", None)
            .whole("c", u64::MAX)
            .raw("d", "12345678901234567890.10")
            .list("e", ["1".to_owned(), "[]".to_owned()])
            .followed_by(&ObjectText::new())
            .followed_by(&ObjectText::new().text("f", "g").whole("h", 1))
            .end();
        assert!(object.contains("\"d\":12345678901234567890.10,"));
        let read: serde_json::Value = serde_json::from_str(&object).unwrap();
        assert_eq!(read["a\""], "\u{0}\u{2028}é\\");
        assert_eq!(read["b"], serde_json::Value::Null);
        assert_eq!(read["c"], u64::MAX);
        assert_eq!(read["e"], serde_json::json!([1, []]));
        assert_eq!((&read["f"], &read["h"]), (&"g".into(), &1.into()));
        assert_eq!((ObjectText::new().end(), array([])), ("{}".into(), "[]".into()));
    }
}
