//! The media type of a body, as far as it decides how to look for the id.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::media_type::Spelling;
use crate::polyai::readings::{JsonContentTypes, Readings, XmlContentTypes};

/// How a body of a listed type is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    Form,
    Xml,
    Text,
}

/// What `Content-Type` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    Listed(Kind),
    Unlisted,
    Missing,
}

/// Reads the first `Content-Type`. Parameters and letter case do not matter (RFC 9110, section 8.3.1).
pub(crate) fn of(headers: &HeaderMap, readings: &Readings) -> MediaType {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return MediaType::Missing;
    };
    let Some(spelling) = Spelling::of(value) else {
        return MediaType::Unlisted;
    };
    let is = |name: &str| spelling.is(name);
    if spelling.is_empty() {
        MediaType::Missing
    } else if is("application/json") {
        MediaType::Listed(Kind::Json)
    } else if is("application/x-www-form-urlencoded") {
        MediaType::Listed(Kind::Form)
    } else if is("application/xml") {
        MediaType::Listed(Kind::Xml)
    } else if is("text/plain") {
        MediaType::Listed(Kind::Text)
    } else if readings.xml_content_types == XmlContentTypes::Accepted
        && (is("text/xml") || spelling.is_written_in("xml"))
    {
        MediaType::Listed(Kind::Xml)
    } else if readings.json_content_types == JsonContentTypes::Accepted && spelling.is_written_in("json") {
        MediaType::Listed(Kind::Json)
    } else {
        MediaType::Unlisted
    }
}

/// Guesses the type of a body from its first character that is not blank; what looks like nothing is text.
pub(crate) fn sniff(body: &[u8]) -> Kind {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => Kind::Json,
        Some(b'<') => Kind::Xml,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(value: &'static str, readings: &Readings) -> MediaType {
        of(
            &HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]),
            readings,
        )
    }

    #[test]
    fn the_four_listed_types_are_known_in_any_case_and_with_parameters() {
        let readings = Readings::default();
        for (value, kind) in [
            ("application/json", Kind::Json),
            ("Application/JSON ; charset=utf-8", Kind::Json),
            ("application/x-www-form-urlencoded; charset=UTF-8", Kind::Form),
            ("APPLICATION/XML", Kind::Xml),
            ("text/plain;format=flowed", Kind::Text),
        ] {
            assert_eq!(read(value, &readings), MediaType::Listed(kind), "{value}");
        }
    }

    #[test]
    fn other_names_of_the_listed_types_are_readings() {
        let mut readings = Readings::default();
        assert_eq!(read("text/XML", &readings), MediaType::Listed(Kind::Xml));
        assert_eq!(
            read("application/soap+xml", &readings),
            MediaType::Listed(Kind::Xml)
        );
        assert_eq!(
            read("application/ld+JSON", &readings),
            MediaType::Listed(Kind::Json)
        );
        readings.xml_content_types = XmlContentTypes::Refused;
        readings.json_content_types = JsonContentTypes::Refused;
        for value in ["text/xml", "application/soap+xml", "application/ld+json"] {
            assert_eq!(read(value, &readings), MediaType::Unlisted, "{value}");
        }
    }

    #[test]
    fn everything_else_is_unlisted_or_missing() {
        let readings = Readings::default();
        for value in [
            "application/octet-stream",
            "multipart/form-data; boundary=x",
            "json",
            "+json",
            "text/html",
            "é",
        ] {
            let headers =
                HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_bytes(value.as_bytes()).unwrap())]);
            assert_eq!(of(&headers, &readings), MediaType::Unlisted, "{value}");
        }
        assert_eq!(read("", &readings), MediaType::Missing);
        assert_eq!(of(&HeaderMap::new(), &readings), MediaType::Missing);
    }

    #[test]
    fn a_type_can_be_guessed() {
        for (body, kind) in [
            (" {}", Kind::Json),
            ("[1]", Kind::Json),
            ("\n<a/>", Kind::Xml),
            ("cid=1", Kind::Text),
            ("  ", Kind::Text),
        ] {
            assert_eq!(sniff(body.as_bytes()), kind, "{body}");
        }
    }
}
