//! What `Content-Type` says about the body of a request.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::form;
use crate::media_type::Spelling;

/// The media type, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    Missing,
    Json,
    /// Another one, whose name says that it is written in JSON.
    JsonSuffix,
    /// A multipart form, and its boundary if it names one.
    Form(Option<String>),
    Other,
}

/// Reads the header. Parameters and letter case do not matter (RFC 9110, section 8.3.1); several values are none.
pub(crate) fn of(headers: &HeaderMap) -> MediaType {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let Some(value) = values.next() else {
        return MediaType::Missing;
    };
    if values.next().is_some() {
        return MediaType::Other;
    }
    match Spelling::of(value) {
        Some(spelling) if spelling.is_empty() => MediaType::Missing,
        Some(spelling) if spelling.is("application/json") => MediaType::Json,
        Some(spelling) if spelling.is("multipart/form-data") => {
            MediaType::Form(form::parameter(spelling.parameters(), "boundary"))
        }
        Some(spelling) if spelling.is_written_in("json") => MediaType::JsonSuffix,
        _ => MediaType::Other,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn media_types_are_told_apart() {
        let form = |boundary: Option<&str>| MediaType::Form(boundary.map(str::to_owned));
        for (value, expected) in [
            ("application/json", MediaType::Json),
            ("Application/JSON ; charset=utf-8", MediaType::Json),
            ("application/vnd.x+JSON; a=b", MediaType::JsonSuffix),
            ("multipart/form-data; boundary=abc", form(Some("abc"))),
            (
                "Multipart/Form-Data; x=y; Boundary=\"a b;c\"",
                form(Some("a b;c")),
            ),
            ("multipart/form-data", form(None)),
            ("multipart/form-data; boundary=", form(Some(""))),
            ("multipart/mixed; boundary=abc", MediaType::Other),
            ("text/plain", MediaType::Other),
            ("+json", MediaType::Other),
            ("application/é", MediaType::Other),
            ("", MediaType::Missing),
            (" ;charset=utf-8", MediaType::Missing),
        ] {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, value.clone())]);
            assert_eq!(of(&headers), expected, "{value:?}");
        }
        assert_eq!(of(&HeaderMap::new()), MediaType::Missing);
    }

    #[test]
    fn two_media_types_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.append(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        assert_eq!(of(&headers), MediaType::Other);
    }
}
