//! The body of a trigger, parsed into what an agent looks at.
//!
//! Source: Olbrain, Trigger a webhook, Request, Body, and Retries & idempotency; File uploads, Using the `file_id`.

use std::borrow::Cow;

use super::json_text::{self, Kind, Listener, NotJson, unquoted};

/// Longest body of a trigger, in bytes on the wire.
pub const BODY_LIMIT_BYTES: usize = 1_048_576;

/// What the id of an uploaded file begins with.
pub(crate) const FILE_PREFIX: &str = "fi_";

/// A JSON body. Of members that share a name the last one counts, as in most parsers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Body<'b> {
    /// The whole of it. Empty where nothing was sent.
    pub(crate) text: &'b str,
    /// What kind of value it is; `None` where nothing was sent.
    pub(crate) kind: Option<Kind>,
    /// Values that are kept as they were written.
    pub(crate) message: Option<&'b str>,
    pub(crate) metadata: Option<&'b str>,
    pub(crate) inputs: Option<&'b str>,
    /// Values that count if they are strings.
    pub(crate) session_id: Option<Cow<'b, str>>,
    pub(crate) user_id: Option<Cow<'b, str>>,
    pub(crate) title: Option<Cow<'b, str>>,
    /// A string or a number; empty ones are none.
    pub(crate) idempotency_key: Option<Cow<'b, str>>,
    /// Every string anywhere that has the form of a file's id.
    pub(crate) files: Vec<Cow<'b, str>>,
}

impl<'b> Body<'b> {
    /// Reads a body that is not empty.
    pub(crate) fn parse(body: &'b [u8]) -> Result<Self, NotJson> {
        let text = std::str::from_utf8(body).map_err(|error| NotJson {
            at: error.valid_up_to(),
        })?;
        let mut read = Self {
            text,
            ..Self::default()
        };
        read.kind = Some(json_text::scan(text, &mut read)?);
        Ok(read)
    }

    /// What is kept as the message of somebody who speaks to the agent: the member of that name, or else everything.
    pub(crate) fn said(&self) -> &'b str {
        match (self.message, self.text) {
            (Some(message), _) => message,
            (None, "") => "null",
            (None, all) => all,
        }
    }

    /// Whether it is an object without members.
    pub(crate) fn is_empty_object(&self) -> bool {
        self.kind == Some(Kind::Object) && is_bare_object(self.text)
    }

    /// Whether there is an object with members under `inputs`.
    pub(crate) fn has_inputs(&self) -> bool {
        self.inputs
            .is_some_and(|inputs| inputs.starts_with('{') && !is_bare_object(inputs))
    }
}

/// The byte from which on a body is not one JSON document; `None` where it is one. Depth and size do not matter.
pub fn not_json_from(body: &[u8]) -> Option<usize> {
    Body::parse(body).err().map(|not_json| not_json.at)
}

/// Whether nothing but blanks stands between the braces of an object.
fn is_bare_object(object: &str) -> bool {
    object
        .trim_matches(|character: char| "{} \t\r\n".contains(character))
        .is_empty()
}

impl<'b> Listener<'b> for Body<'b> {
    fn member(&mut self, name: &'b str, value: &'b str) {
        let string = || value.starts_with('"').then(|| unquoted(value));
        match &*unquoted(name) {
            "message" => self.message = Some(value),
            "metadata" => self.metadata = Some(value),
            "inputs" => self.inputs = Some(value),
            "session_id" => self.session_id = string(),
            "user_id" => self.user_id = string(),
            "title" => self.title = string(),
            "Idempotency-Key" => {
                let is_number = value.starts_with(|first: char| first == '-' || first.is_ascii_digit());
                let key = string().or(is_number.then_some(Cow::Borrowed(value)));
                self.idempotency_key = key.filter(|key| !key.is_empty());
            }
            _ => {}
        }
    }

    fn string(&mut self, text: &'b str) {
        // Most strings cannot be an id, which their beginning tells without reading them to the end.
        if !text.starts_with("\"f") && !text.starts_with("\"\\u") {
            return;
        }
        let text = unquoted(text);
        let is_id = text.strip_prefix(FILE_PREFIX).is_some_and(|rest| {
            !rest.is_empty()
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
        });
        if is_id {
            self.files.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Body<'_> {
        Body::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_no_document_says_where_it_ends_to_be_one() {
        assert_eq!(not_json_from(b"{\"a\":[0]}"), None);
        assert_eq!(not_json_from(b"{\"a\":}"), Some(5));
        assert_eq!(not_json_from(b"x"), Some(0));
    }

    #[test]
    fn the_documented_bodies_are_read() {
        let body = parse(
            r#"{"message":"Order #4421","metadata":{"source":"shop"},"session_id":"sess_1","user_id":"u","title":"T"}"#,
        );
        assert_eq!(
            (body.message, body.metadata),
            (Some("\"Order #4421\""), Some(r#"{"source":"shop"}"#))
        );
        assert_eq!(
            (body.session_id.as_deref(), body.user_id.as_deref()),
            (Some("sess_1"), Some("u"))
        );
        assert_eq!(body.title.as_deref(), Some("T"));
        let body = parse(r#"{"inputs":{"amount_inr":1499,"attachments":["fi_a1b2c3d4e5f6..."]}}"#);
        assert_eq!(
            body.inputs,
            Some(r#"{"amount_inr":1499,"attachments":["fi_a1b2c3d4e5f6..."]}"#)
        );
        assert_eq!(body.files, ["fi_a1b2c3d4e5f6..."]);
        assert!(body.has_inputs());
    }

    #[test]
    fn ids_of_files_are_found_anywhere_and_nothing_else_is() {
        let body = parse(
            r#"{"a":[["fi_1",{"fi_key":"\u0066i_2"}],"fi_","fi_a b","xfi_3","file","finish"],"b":"fi_3","message":"fi_4"}"#,
        );
        assert_eq!(body.files, ["fi_1", "fi_2", "fi_3", "fi_4"]);
    }

    #[test]
    fn an_idempotency_key_is_a_member_of_the_outermost_object() {
        for (text, key) in [
            (r#"{"Idempotency-Key":"order-1"}"#, Some("order-1")),
            (r#"{"Idempotency\u002dKey":"a\u0062"}"#, Some("ab")),
            (r#"{"Idempotency-Key":42}"#, Some("42")),
            (r#"{"Idempotency-Key":""}"#, None),
            (r#"{"Idempotency-Key":null}"#, None),
            (r#"{"Idempotency-Key":"a","Idempotency-Key":["b"]}"#, None),
            (r#"{"idempotency-key":"a"}"#, None),
            (r#"{"inputs":{"Idempotency-Key":"a"}}"#, None),
            (r#"[{"Idempotency-Key":"a"}]"#, None),
        ] {
            assert_eq!(parse(text).idempotency_key.as_deref(), key, "{text}");
        }
    }

    #[test]
    fn what_is_said_is_the_message_or_everything() {
        for (text, said) in [
            (r#"{"message":{"a":1},"b":2}"#, r#"{"a":1}"#),
            (r#"{"b":2}"#, r#"{"b":2}"#),
            ("[1]", "[1]"),
            ("null", "null"),
        ] {
            assert_eq!(parse(text).said(), said);
        }
        assert_eq!(Body::default().said(), "null");
    }

    #[test]
    fn empty_objects_are_told_from_others() {
        for (text, is_empty) in [
            ("{}", true),
            (" { \n} ", true),
            ("{\"\":{}}", false),
            ("[]", false),
        ] {
            assert_eq!(parse(text).is_empty_object(), is_empty, "{text}");
        }
        for (text, has_inputs) in [
            (r#"{"inputs":{"a":{}}}"#, true),
            (r#"{"inputs":{ }}"#, false),
            (r#"{"inputs":[1]}"#, false),
            (r#"{"inputs":"{a}"}"#, false),
            ("{}", false),
        ] {
            assert_eq!(parse(text).has_inputs(), has_inputs, "{text}");
        }
    }

    #[test]
    fn what_is_no_text_is_no_json() {
        assert_eq!(Body::parse(b"{\"a\":\"\xff\"}"), Err(NotJson { at: 6 }));
        assert_eq!(Body::parse(b""), Err(NotJson { at: 0 }));
        assert_eq!(Body::parse(b"{} {}"), Err(NotJson { at: 3 }));
    }
}
