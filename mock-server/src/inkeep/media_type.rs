//! The media type of a body, as far as it decides whether the body is read.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::media_type::Spelling;

/// What `Content-Type` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// The one that is listed.
    Json,
    /// Another one, whose name says that it is written in JSON.
    JsonSuffix,
    Unlisted,
    Missing,
}

/// Reads the first `Content-Type`. Parameters and letter case do not matter (RFC 9110, section 8.3.1).
pub(crate) fn of(headers: &HeaderMap) -> MediaType {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return MediaType::Missing;
    };
    match Spelling::of(value) {
        Some(spelling) if spelling.is_empty() => MediaType::Missing,
        Some(spelling) if spelling.is("application/json") => MediaType::Json,
        Some(spelling) if spelling.is_written_in("json") => MediaType::JsonSuffix,
        _ => MediaType::Unlisted,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn media_types_are_told_apart() {
        for (value, expected) in [
            ("application/json", MediaType::Json),
            ("Application/JSON ; charset=utf-8", MediaType::Json),
            ("application/json;", MediaType::Json),
            ("application/vnd.x+json", MediaType::JsonSuffix),
            ("application/ld+JSON; profile=\"a+json\"", MediaType::JsonSuffix),
            ("text/plain", MediaType::Unlisted),
            ("text/plain; x=+json", MediaType::Unlisted),
            ("+json", MediaType::Unlisted),
            ("application/jsonp", MediaType::Unlisted),
            ("json", MediaType::Unlisted),
            ("application/é", MediaType::Unlisted),
            ("", MediaType::Missing),
            (" ;charset=utf-8", MediaType::Missing),
        ] {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, value.clone())]);
            assert_eq!(of(&headers), expected, "{value:?}");
        }
        assert_eq!(of(&HeaderMap::new()), MediaType::Missing);
    }
}
