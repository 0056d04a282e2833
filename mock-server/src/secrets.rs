//! What must never be shown: the configured keys, and whatever arrives in a header that carries credentials.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Stands wherever a secret stood.
pub(crate) const MASK: &str = "***";

/// Longest piece of outside text that a trace repeats, in bytes before masking.
const EXCERPT_BYTES: usize = 120;

/// Header names whose values are credentials, whatever the API says about them.
const CREDENTIAL_HEADERS: [&str; 6] = [
    "x-api-key",
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-amz-security-token",
];

/// Whether a header of this name carries a credential. Letter case does not matter.
pub(crate) fn is_credential_header(name: &str) -> bool {
    CREDENTIAL_HEADERS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// The configured keys of all APIs.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    /// Longest first, so that a key which contains another is masked as a whole.
    values: Vec<Box<str>>,
}

impl Secrets {
    pub(crate) fn new<'s>(values: impl IntoIterator<Item = &'s str>) -> Self {
        let mut values: Vec<Box<str>> = values
            .into_iter()
            .filter(|value| !value.is_empty())
            .map(Into::into)
            .collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self { values }
    }

    fn occurs_in(&self, text: &str) -> bool {
        self.values
            .iter()
            .any(|value| text.len() >= value.len() && text.contains(&**value))
    }

    /// `text` with every configured key replaced.
    pub(crate) fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.occurs_in(text) {
            return Cow::Borrowed(text);
        }
        let masked = self
            .values
            .iter()
            .fold(text.to_owned(), |text, value| text.replace(&**value, MASK));
        Cow::Owned(masked)
    }

    /// The beginning of `text`, masked, as a trace shows it: outside text has no bound of its own.
    pub(crate) fn excerpt<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if text.len() <= EXCERPT_BYTES {
            return self.mask(text);
        }
        // Masking comes before cutting, so that no part of a key stays behind.
        let masked = self.mask(text);
        let cut = masked.floor_char_boundary_at(EXCERPT_BYTES);
        Cow::Owned(format!("{}...", &masked[..cut]))
    }

    /// A request target in which the value of every query parameter that is a credential is replaced:
    /// one that holds a configured key, however encoded, and one whose name says that it is a key.
    pub(crate) fn mask_target(&self, target: &str) -> String {
        let Some((path, query)) = target.split_once('?') else {
            return self.mask(target).into_owned();
        };
        let pairs: Vec<Cow<'_, str>> = query
            .split('&')
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let decoded = |text: &str| {
                    percent_decode_str(&text.replace('+', " "))
                        .decode_utf8_lossy()
                        .into_owned()
                };
                if value.is_empty() {
                    self.mask(pair)
                } else if names_a_key(&decoded(name)) || self.occurs_in(&decoded(value)) {
                    Cow::Owned(format!("{}={MASK}", self.mask(name)))
                } else {
                    self.mask(pair)
                }
            })
            .collect();
        format!("{}?{}", self.mask(path), pairs.join("&"))
    }
}

/// Whether a query parameter of this name is meant to carry a key, wrongly or not.
fn names_a_key(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    [
        "xapikey",
        "apikey",
        "key",
        "token",
        "accesstoken",
        "authorization",
        "secret",
        "password",
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(&plain))
}

/// The largest index not above `index` at which a text may be cut.
trait FloorCharBoundary {
    fn floor_char_boundary_at(&self, index: usize) -> usize;
}

impl FloorCharBoundary for str {
    fn floor_char_boundary_at(&self, index: usize) -> usize {
        let mut cut = index.min(self.len());
        while !self.is_char_boundary(cut) {
            cut -= 1;
        }
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::new(["hookproof-key", "hookproof-key-2", ""])
    }

    #[test]
    fn every_configured_key_is_masked_as_a_whole() {
        assert_eq!(
            secrets().mask("a hookproof-key-2 b hookproof-key c"),
            "a *** b *** c"
        );
        assert!(matches!(secrets().mask("nothing here"), Cow::Borrowed(_)));
    }

    #[test]
    fn an_excerpt_never_ends_inside_a_key() {
        for padding in 90..140 {
            let text = format!("{}hookproof-key-2{}", "é".repeat(padding / 2), "x".repeat(400));
            let shown = secrets().excerpt(&text).into_owned();
            assert!(!shown.contains("hook"), "{shown}");
            assert!(shown.len() <= EXCERPT_BYTES + 3);
        }
        let repeated = "hookproof-key".repeat(400);
        assert!(!secrets().excerpt(&repeated).contains("hook"));
    }

    #[test]
    fn a_key_in_the_query_is_masked_by_value_and_by_name() {
        let target = "/p?cid=evt_1&X-Api-Key=other&a=hookproof%2Dkey&hookproof-key&access_token=t#";
        assert_eq!(
            secrets().mask_target(target),
            "/p?cid=evt_1&X-Api-Key=***&a=***&***&access_token=***"
        );
    }

    #[test]
    fn credential_headers_are_known_in_any_case() {
        assert!(is_credential_header("X-API-Key"));
        assert!(!is_credential_header("cid"));
    }
}
