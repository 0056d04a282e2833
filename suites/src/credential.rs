//! Whether a request carries one of the keys that a server lets in.

use crate::http::Request;

/// Whether `Authorization` holds one of the keys behind the word Bearer, in any spelling that some server lets in: the
/// word in any letter case, and blanks or quotation marks around the key.
pub(crate) fn is_bearer<'k>(request: &Request, keys: impl IntoIterator<Item = &'k String>) -> bool {
    let keys: Vec<&String> = keys.into_iter().filter(|key| !key.is_empty()).collect();
    let values = request
        .headers
        .iter()
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("authorization"));
    values.map(|(_, value)| value).any(|value| {
        let mut words = value
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\''))
            .filter(|word| !word.is_empty());
        let scheme = words.next().unwrap_or_default();
        scheme.eq_ignore_ascii_case("bearer") && words.any(|word| keys.iter().any(|key| *key == word))
    })
}
