//! The id as a field of a form.

use super::Extraction;
use crate::polyai::dotted_path::DottedPath;
use crate::polyai::pairs::{Choice, choose};
use crate::polyai::readings::{FormDotted, FormEmpty, FormRepeated, Readings};

const PLACE: &str = "form field";

/// Looks for a field of this name. Names and values are percent and plus decoded, as the media type says.
pub(crate) fn find<'r>(body: &'r [u8], path: &str, readings: &Readings) -> Extraction<'r> {
    let in_brackets = match (readings.form_dotted, DottedPath::parse(path)) {
        (FormDotted::Brackets, Some(dotted)) if dotted.is_nested() => Some(dotted.in_brackets()),
        _ => None,
    };
    let wanted = in_brackets.as_deref().unwrap_or(path);
    let choice = match readings.form_repeated {
        FormRepeated::First => Choice::First,
        FormRepeated::Last => Choice::Last,
        FormRepeated::Joined => Choice::Joined,
    };
    let values = form_urlencoded::parse(body)
        .filter(|(name, _)| name == wanted)
        .map(|(_, value)| value);
    match choose(values, choice) {
        None => Extraction::nothing(PLACE, "nothing", "polyai.extract.form.missing"),
        Some(value) if value.is_empty() => Extraction::empty(
            PLACE,
            readings.form_empty == FormEmpty::NotValid,
            "polyai.extract.form.empty",
        ),
        Some(value) => Extraction::id(PLACE, value, "polyai.extract.form.top"),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::Found;
    use super::*;

    fn id(text: &str) -> Found<'_> {
        Found::Id(Cow::Borrowed(text))
    }

    #[test]
    fn a_field_is_found_by_its_decoded_name() {
        let readings = Readings::default();
        assert_eq!(
            find(b"cid=evt_01HF2MNW2ZQ1Z8E2S3J&status=succeeded", "cid", &readings).found,
            id("evt_01HF2MNW2ZQ1Z8E2S3J")
        );
        assert_eq!(find(b"c%69d=e+v%2Bt", "cid", &readings).found, id("e v+t"));
        assert_eq!(find(b"event+id=evt_1", "event id", &readings).found, id("evt_1"));
        for body in [
            "status=succeeded",
            "CID=evt_1",
            "xcid=evt_1",
            "{\"cid\":\"evt_1\"}",
            "\u{feff}cid=evt_1",
            "%00",
        ] {
            assert_eq!(
                find(body.as_bytes(), "cid", &readings).found,
                Found::Nothing("nothing"),
                "{body}"
            );
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_an_answer() {
        assert_eq!(
            find(b"cid=\xff%fe", "cid", &Readings::default()).found,
            id("\u{fffd}\u{fffd}")
        );
    }

    #[test]
    fn dots_are_a_reading() {
        let body = b"a.b=dot&a%5Bb%5D=bracket";
        let mut readings = Readings::default();
        assert_eq!(find(body, "a.b", &readings).found, id("dot"));
        readings.form_dotted = FormDotted::Brackets;
        assert_eq!(find(body, "a.b", &readings).found, id("bracket"));
    }

    #[test]
    fn repetition_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(find(b"cid=a&cid=b", "cid", &readings).found, id("a"));
        readings.form_repeated = FormRepeated::Last;
        assert_eq!(find(b"cid=a&cid=b", "cid", &readings).found, id("b"));
        readings.form_repeated = FormRepeated::Joined;
        assert_eq!(find(b"cid=a&cid=b", "cid", &readings).found, id("a,b"));
    }

    #[test]
    fn an_empty_value_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(
            find(b"cid=", "cid", &readings).found,
            Found::Nothing("an empty value")
        );
        readings.form_empty = FormEmpty::NotValid;
        assert_eq!(
            find(b"cid=", "cid", &readings).found,
            Found::NoId("an empty value")
        );
    }
}
