//! The id as the value of a header that the path names.

use std::borrow::Cow;

use http::HeaderMap;

use super::Extraction;
use crate::key::trimmed;
use crate::polyai::pairs::{Choice, choose};
use crate::polyai::readings::{HeaderDotted, HeaderEmpty, HeaderRepeated, Readings};

const PLACE: &str = "header";

/// Looks for a header of this name; letter case does not matter (RFC 9110, section 5.1), and surrounding blanks are
/// no part of the value (section 5.5). A name that no header can have is not found.
pub(crate) fn find<'r>(headers: &'r HeaderMap, path: &str, readings: &Readings) -> Extraction<'r> {
    if readings.header_dotted == HeaderDotted::Nested && path.contains('.') {
        return Extraction::nothing(PLACE, "no members", "polyai.extract.headers.dotted");
    }
    let choice = match readings.header_repeated {
        HeaderRepeated::First => Choice::First,
        HeaderRepeated::Last => Choice::Last,
        HeaderRepeated::Joined => Choice::Joined,
    };
    let values = headers
        .get_all(path)
        .iter()
        .map(|value| text(trimmed(value.as_bytes())));
    match choose(values, choice) {
        None => Extraction::nothing(PLACE, "nothing", "polyai.extract.headers.missing"),
        Some(value) if value.is_empty() => {
            let not_valid = readings.header_empty == HeaderEmpty::NotValid;
            Extraction::empty(PLACE, not_valid, "polyai.extract.headers.empty")
        }
        Some(value) => Extraction::id(PLACE, value, "polyai.extract.headers.ok"),
    }
}

/// Field values need not be UTF-8. What is not becomes replacement characters, and so no known id.
fn text(value: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(value)
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderName, HeaderValue};

    use super::super::Found;
    use super::*;

    fn headers(pairs: &[(&str, &[u8])]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                HeaderName::try_from(*name).unwrap(),
                HeaderValue::from_bytes(value).unwrap(),
            );
        }
        headers
    }

    fn found(pairs: &[(&str, &[u8])], path: &str, readings: &Readings) -> Found<'static> {
        match find(&headers(pairs), path, readings).found {
            Found::Id(id) => Found::Id(Cow::Owned(id.into_owned())),
            Found::Nothing(why) => Found::Nothing(why),
            Found::NoId(what) => Found::NoId(what),
            Found::Unreadable(status, message) => Found::Unreadable(status, message),
        }
    }

    fn id(text: &'static str) -> Found<'static> {
        Found::Id(Cow::Borrowed(text))
    }

    #[test]
    fn the_name_is_found_in_any_case_and_the_value_trimmed() {
        let readings = Readings::default();
        assert_eq!(found(&[("cid", b"evt_1")], "cid", &readings), id("evt_1"));
        assert_eq!(
            found(&[("X-Event-Id", b" evt_1\t")], "x-event-id", &readings),
            id("evt_1")
        );
        assert_eq!(
            found(&[("x-event-id", b"evt_1")], "X-Event-ID", &readings),
            id("evt_1")
        );
    }

    #[test]
    fn a_name_that_is_absent_or_impossible_is_not_found() {
        for path in ["cid2", "ci", "c id", "é", "\0", "\r\n", "cid:"] {
            assert_eq!(
                found(&[("cid", b"evt_1")], path, &Readings::default()),
                Found::Nothing("nothing"),
                "{path}"
            );
        }
    }

    #[test]
    fn bytes_beyond_ascii_are_no_known_id() {
        assert_eq!(
            found(&[("cid", b"evt_\xff")], "cid", &Readings::default()),
            id("evt_\u{fffd}")
        );
    }

    #[test]
    fn dots_are_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(found(&[("x.event", b"evt_1")], "x.event", &readings), id("evt_1"));
        readings.header_dotted = HeaderDotted::Nested;
        assert_eq!(
            found(&[("x.event", b"evt_1")], "x.event", &readings),
            Found::Nothing("no members")
        );
        assert_eq!(found(&[("cid", b"evt_1")], "cid", &readings), id("evt_1"));
    }

    #[test]
    fn repetition_is_a_reading() {
        let twice: &[(&str, &[u8])] = &[("cid", b"a"), ("CID", b"b")];
        let mut readings = Readings::default();
        assert_eq!(found(twice, "cid", &readings), id("a"));
        readings.header_repeated = HeaderRepeated::Last;
        assert_eq!(found(twice, "cid", &readings), id("b"));
        readings.header_repeated = HeaderRepeated::Joined;
        assert_eq!(found(twice, "cid", &readings), id("a,b"));
    }

    #[test]
    fn an_empty_value_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(
            found(&[("cid", b"")], "cid", &readings),
            Found::Nothing("an empty value")
        );
        readings.header_empty = HeaderEmpty::NotValid;
        assert_eq!(
            found(&[("cid", b" ")], "cid", &readings),
            Found::NoId("an empty value")
        );
    }
}
