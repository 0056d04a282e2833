//! What an `Authorization` holds where an API takes bearer tokens. Whose token it is, each API finds for itself.

use http::{HeaderMap, header};

use crate::key::trimmed;

/// The one scheme.
const SCHEME: &[u8] = b"Bearer";

/// What the header fields of a request say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authorization<'h> {
    /// There is no such field.
    Missing,
    /// There are several.
    Several,
    /// The field has no value.
    Empty,
    /// One word, which is not the scheme.
    NoScheme,
    /// Another scheme, and something behind it.
    OtherScheme,
    /// The scheme.
    Bearer {
        /// It is written in other letter case.
        in_other_case: bool,
        /// What stands behind it, without blanks around it; it may be empty.
        token: &'h [u8],
    },
}

impl<'h> Authorization<'h> {
    /// Reads the header fields of a request. A scheme ends at the first blank (RFC 9110, section 11.4).
    pub(crate) fn of(headers: &'h HeaderMap) -> Self {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Self::Missing;
        };
        if values.next().is_some() {
            return Self::Several;
        }
        let value = trimmed(value.as_bytes());
        let end = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
        let (scheme, token) = (&value[..end], trimmed(&value[end..]));
        if value.is_empty() {
            Self::Empty
        } else if scheme.eq_ignore_ascii_case(SCHEME) {
            Self::Bearer {
                in_other_case: scheme != SCHEME,
                token,
            }
        } else if token.is_empty() {
            Self::NoScheme
        } else {
            Self::OtherScheme
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&'static str], expected: Authorization<'_>) {
        let headers = values
            .iter()
            .map(|value| (header::AUTHORIZATION, value.parse().unwrap()));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        assert_eq!(Authorization::of(&map), expected, "{values:?}");
    }

    #[test]
    fn schemes_and_tokens_are_told_apart() {
        let bearer = |in_other_case, token: &'static str| Authorization::Bearer {
            in_other_case,
            token: token.as_bytes(),
        };
        for (value, expected) in [
            ("", Authorization::Empty),
            (" \t", Authorization::Empty),
            ("Bearer", bearer(false, "")),
            ("Bearer  ", bearer(false, "")),
            ("Bearer a", bearer(false, "a")),
            (" Bearer \t a b ", bearer(false, "a b")),
            ("bearer a", bearer(true, "a")),
            ("BEARER", bearer(true, "")),
            ("a", Authorization::NoScheme),
            ("Bearera", Authorization::NoScheme),
            ("Bearer\ta", Authorization::NoScheme),
            ("Basic a", Authorization::OtherScheme),
            ("Bearer: a", Authorization::OtherScheme),
        ] {
            read(&[value], expected);
        }
    }

    #[test]
    fn one_field_counts() {
        read(&[], Authorization::Missing);
        read(&["Bearer a", "Bearer a"], Authorization::Several);
    }
}
