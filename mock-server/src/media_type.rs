//! What a `Content-Type` is made of. Which types an API lists, and what it does with the others, is its own affair.

use http::HeaderValue;

/// A media type as a header spells it (RFC 9110, section 8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spelling<'h> {
    essence: &'h str,
    parameters: &'h str,
}

impl<'h> Spelling<'h> {
    /// Takes a value apart; `None` when it is no visible ASCII, and so names no type at all.
    pub(crate) fn of(value: &'h HeaderValue) -> Option<Self> {
        let value = value.to_str().ok()?;
        let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
        Some(Self {
            essence: essence.trim_matches([' ', '\t']),
            parameters,
        })
    }

    /// Whether there is nothing in front of the parameters.
    pub(crate) fn is_empty(&self) -> bool {
        self.essence.is_empty()
    }

    /// Whether it is this type, in any letter case.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.essence.eq_ignore_ascii_case(name)
    }

    /// Whether its name says that it is written in this syntax, as `application/ld+json` does for `json` (RFC 6838,
    /// section 4.2.8).
    pub(crate) fn is_written_in(&self, syntax: &str) -> bool {
        self.essence.contains('/')
            && self
                .essence
                .rsplit_once('+')
                .is_some_and(|(_, suffix)| suffix.eq_ignore_ascii_case(syntax))
    }

    /// What stands behind the first semicolon.
    pub(crate) fn parameters(&self) -> &'h str {
        self.parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> HeaderValue {
        HeaderValue::from_bytes(text.as_bytes()).unwrap()
    }

    #[test]
    fn letter_case_and_parameters_do_not_matter() {
        for text in [
            "application/json",
            "Application/JSON ; charset=utf-8",
            "application/json;",
            "\tapplication/json ",
        ] {
            let value = value(text);
            assert!(Spelling::of(&value).unwrap().is("application/json"), "{text}");
        }
        for text in ["application/jsonp", "json", "", "application/ json"] {
            let value = value(text);
            assert!(!Spelling::of(&value).unwrap().is("application/json"), "{text}");
        }
    }

    #[test]
    fn the_syntax_is_what_stands_behind_the_last_plus_of_a_whole_type() {
        for (text, expected) in [
            ("application/vnd.x+json", true),
            ("application/ld+JSON; profile=\"a+xml\"", true),
            ("application/a+xml+json", true),
            ("application/a+json+xml", false),
            ("text/plain; x=+json", false),
            ("+json", false),
            ("application/json", false),
        ] {
            let value = value(text);
            assert_eq!(
                Spelling::of(&value).unwrap().is_written_in("json"),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn nothing_and_what_is_no_ascii_are_told_apart() {
        for text in ["", " ", " ;charset=utf-8"] {
            assert!(Spelling::of(&value(text)).unwrap().is_empty(), "{text}");
        }
        assert_eq!(Spelling::of(&value("application/é")), None);
        let form = value("multipart/form-data; boundary=a;b");
        assert_eq!(Spelling::of(&form).unwrap().parameters(), " boundary=a;b");
    }
}
