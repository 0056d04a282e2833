//! The id as a pair of a plain text body.

use std::borrow::Cow;

use super::Extraction;
use crate::polyai::pairs::{Choice, choose, undecoded};
use crate::polyai::readings::{Readings, TextDecoding, TextNewlines, TextWholeBody};

const PLACE: &str = "plain text payload";

/// Looks for a pair of this name in a text such as `cid=...&status=...`.
pub(crate) fn find<'r>(body: &'r [u8], path: &str, readings: &Readings) -> Extraction<'r> {
    let lines = readings.text_newlines == TextNewlines::Separator;
    let parts = body.split(move |byte| lines && matches!(byte, b'\n' | b'\r'));
    let value = match readings.text_decoding {
        TextDecoding::Decoded => {
            let pairs = parts.flat_map(form_urlencoded::parse);
            choose(
                pairs.filter(|(name, _)| name == path).map(|(_, value)| value),
                Choice::First,
            )
        }
        TextDecoding::Literal => parts.map(String::from_utf8_lossy).find_map(|part| {
            let value = undecoded(&part)
                .find(|(name, _)| *name == path)
                .map(|(_, value)| value.to_owned());
            value.map(Cow::Owned)
        }),
    };
    match value {
        None if readings.text_whole_body == TextWholeBody::Accepted => whole(body),
        None => Extraction::nothing(PLACE, "nothing", "polyai.extract.text.missing"),
        Some(value) if value.is_empty() => Extraction::empty(PLACE, false, "polyai.extract.text.missing"),
        Some(value) => Extraction::id(PLACE, value, "polyai.extract.text.kv"),
    }
}

/// A text without any pair may be the id itself.
fn whole(body: &[u8]) -> Extraction<'_> {
    const REQUIREMENT: &str = "polyai.extract.text.whole-body";
    match std::str::from_utf8(body).map(str::trim) {
        Ok(text) if !text.is_empty() && !text.contains(['=', '&']) => {
            Extraction::id(PLACE, Cow::Borrowed(text), REQUIREMENT)
        }
        _ => Extraction::nothing(PLACE, "nothing", REQUIREMENT),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Found;
    use super::*;

    fn id(text: &str) -> Found<'_> {
        Found::Id(Cow::Borrowed(text))
    }

    #[test]
    fn a_pair_is_found_by_its_name() {
        let readings = Readings::default();
        assert_eq!(
            find(b"cid=evt_1&status=succeeded", "cid", &readings).found,
            id("evt_1")
        );
        assert_eq!(
            find(b"status=succeeded&cid=evt_1", "cid", &readings).found,
            id("evt_1")
        );
        assert_eq!(find(b"cid=a&cid=b", "cid", &readings).found, id("a"));
        for body in [
            "evt_1",
            "status=succeeded",
            "{\"cid\":\"evt_1\"}",
            "status=1\ncid=evt_1",
            "CID=evt_1",
        ] {
            assert_eq!(
                find(body.as_bytes(), "cid", &readings).found,
                Found::Nothing("nothing"),
                "{body}"
            );
        }
        assert_eq!(
            find(b"cid=", "cid", &readings).found,
            Found::Nothing("an empty value")
        );
    }

    #[test]
    fn decoding_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(find(b"c%69d=e+%2B", "cid", &readings).found, id("e +"));
        readings.text_decoding = TextDecoding::Literal;
        assert_eq!(find(b"cid=e+%2B&x", "cid", &readings).found, id("e+%2B"));
        assert_eq!(
            find(b"c%69d=e", "cid", &readings).found,
            Found::Nothing("nothing")
        );
        assert_eq!(find(b"cid=\xff", "cid", &readings).found, id("\u{fffd}"));
    }

    #[test]
    fn line_breaks_are_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(
            find(b"cid=evt_1\r\nstatus=1", "cid", &readings).found,
            id("evt_1\r\nstatus=1")
        );
        readings.text_newlines = TextNewlines::Separator;
        assert_eq!(
            find(b"cid=evt_1\r\nstatus=1", "cid", &readings).found,
            id("evt_1")
        );
        assert_eq!(find(b"status=1\ncid=evt_1", "cid", &readings).found, id("evt_1"));
    }

    #[test]
    fn the_whole_body_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(find(b"evt_1", "cid", &readings).found, Found::Nothing("nothing"));
        readings.text_whole_body = TextWholeBody::Accepted;
        assert_eq!(find(b" evt_1\n", "cid", &readings).found, id("evt_1"));
        for body in [&b"status=1"[..], b"\xff", b" "] {
            assert_eq!(find(body, "cid", &readings).found, Found::Nothing("nothing"));
        }
    }
}
