//! The id in a JSON document, at a dotted path.
//!
//! The document is read once and nothing of it is built but the value at the path.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::Extraction;
use crate::polyai::dotted_path::DottedPath;
use crate::polyai::readings::{JsonArrayIndex, JsonEmptyString, JsonLiteralDotKey, JsonNumber, Readings};

const PLACE: &str = "JSON payload";

/// What the client is told about a body that is not JSON.
pub(crate) const NOT_JSON: &str = "request body is not valid JSON";

/// Deepest nesting that is read. It is the bound that `serde_json` sets for values, applied to the whole body, so
/// that a document which is too deep is refused whether or not the path leads into it.
const MAX_DEPTH: usize = 128;

/// Follows `path` into the members of objects, one for each segment, and into arrays where the reading allows an
/// index. Of members that share a name the last one counts, as in most parsers.
///
/// Source: PolyAI, Post external event result, `parameters > event_id_path`; array indices are an open point.
pub(crate) fn find<'r>(body: &'r [u8], path: &str, readings: &Readings) -> Extraction<'r> {
    let path = DottedPath::parse(path);
    let literal = readings.json_literal_dot_key == JsonLiteralDotKey::Fallback;
    let walk = path.map(|path| Walk {
        path,
        index: readings.json_array_index == JsonArrayIndex::Supported,
        literal,
        // The document has to be an object; a list at its top has no members to name.
        top: true,
    });
    match read(body, walk) {
        Err(NotJson) => Extraction::malformed(PLACE, NOT_JSON, "polyai.extract.json.malformed"),
        Ok(leaf) => judge(leaf, path, readings),
    }
}

/// Whether the whole body is one JSON document within the bounds.
pub(crate) fn is_well_formed(body: &[u8]) -> bool {
    read(body, None).is_ok()
}

fn judge<'r>(leaf: Option<Leaf<'r>>, path: Option<DottedPath<'_>>, readings: &Readings) -> Extraction<'r> {
    let Some(path) = path else {
        return Extraction::nothing(PLACE, "an empty segment", "polyai.extract.json.empty-segment");
    };
    let found = if path.is_nested() {
        "polyai.extract.json.dotted-path"
    } else {
        "polyai.extract.json.top"
    };
    match leaf {
        None => Extraction::nothing(PLACE, "nothing", "polyai.extract.json.missing"),
        Some(Leaf::Text(text)) if text.is_empty() => {
            let not_valid = readings.json_empty_string == JsonEmptyString::NotValid;
            Extraction::empty(PLACE, not_valid, "polyai.extract.json.empty-string")
        }
        Some(Leaf::Text(text)) => Extraction::id(PLACE, text, found),
        Some(Leaf::Number(digits)) if readings.json_number == JsonNumber::Stringified => {
            Extraction::id(PLACE, Cow::Owned(digits), "polyai.extract.json.type.number")
        }
        Some(Leaf::Number(_)) => Extraction::no_id(PLACE, "a number", "polyai.extract.json.type.number"),
        Some(Leaf::Bool) => Extraction::no_id(PLACE, "a truth value", "polyai.extract.json.type.bool"),
        Some(Leaf::Null) => Extraction::no_id(PLACE, "null", "polyai.extract.json.type.null"),
        Some(Leaf::Object) => Extraction::no_id(PLACE, "an object", "polyai.extract.json.type.object"),
        Some(Leaf::Array) => Extraction::no_id(PLACE, "an array", "polyai.extract.json.type.array"),
    }
}

/// The body is no JSON document, or one beyond the bounds.
struct NotJson;

fn read<'r>(body: &'r [u8], walk: Option<Walk<'_>>) -> Result<Option<Leaf<'r>>, NotJson> {
    let text = std::str::from_utf8(body).map_err(|_| NotJson)?;
    if is_too_deep(body) {
        return Err(NotJson);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let leaf = match walk {
        Some(walk) => walk.deserialize(&mut deserializer),
        None => IgnoredAny::deserialize(&mut deserializer).map(|_| None),
    };
    let leaf = leaf.map_err(|_| NotJson)?;
    deserializer.end().map_err(|_| NotJson)?;
    Ok(leaf)
}

/// Counts brackets outside strings. `serde_json` bounds what it builds, but not what it skips.
fn is_too_deep(body: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return true;
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// The value at the path, as far as it matters what it is.
enum Leaf<'r> {
    Text(Cow<'r, str>),
    Number(String),
    Bool,
    Null,
    Object,
    Array,
}

/// Reads a value and follows what is left of the path into it.
#[derive(Clone, Copy)]
struct Walk<'p> {
    path: DottedPath<'p>,
    index: bool,
    literal: bool,
    top: bool,
}

impl<'p> Walk<'p> {
    fn into(self, path: DottedPath<'p>) -> Self {
        Self {
            path,
            top: false,
            ..self
        }
    }
}

impl<'r> DeserializeSeed<'r> for Walk<'_> {
    type Value = Option<Leaf<'r>>;

    fn deserialize<D: Deserializer<'r>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Which member of an object a name is.
enum Named {
    Segment,
    WholePath,
    Other,
}

/// Compares the name of a member without copying it.
#[derive(Clone, Copy)]
struct NameSeed<'p> {
    first: &'p str,
    whole: Option<&'p str>,
}

impl<'r> DeserializeSeed<'r> for NameSeed<'_> {
    type Value = Named;

    fn deserialize<D: Deserializer<'r>>(self, deserializer: D) -> Result<Named, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Named, E> {
        Ok(if name == self.first {
            Named::Segment
        } else if self.whole == Some(name) {
            Named::WholePath
        } else {
            Named::Other
        })
    }
}

impl<'r> Visitor<'r> for Walk<'_> {
    type Value = Option<Leaf<'r>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'r>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (first, rest) = self.path.split_first();
        let whole = (self.literal && rest.is_some()).then_some(self.path.as_str());
        let (mut nested, mut literal) = (None, None);
        while let Some(named) = members.next_key_seed(NameSeed { first, whole })? {
            // A later member replaces an earlier one of its name as a whole, found or not.
            match (named, rest) {
                (Named::Segment, Some(rest)) => nested = members.next_value_seed(self.into(rest))?,
                (Named::Segment, None) => nested = Some(members.next_value_seed(LeafSeed)?),
                (Named::WholePath, _) => literal = Some(members.next_value_seed(LeafSeed)?),
                (Named::Other, _) => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(nested.or(literal))
    }

    fn visit_seq<A: SeqAccess<'r>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let (first, rest) = self.path.split_first();
        let wanted = if self.index && !self.top {
            index(first)
        } else {
            None
        };
        let mut found = None;
        let mut position = 0_usize;
        loop {
            let more = if wanted == Some(position) {
                match rest {
                    Some(rest) => elements
                        .next_element_seed(self.into(rest))?
                        .map(|leaf| found = leaf),
                    None => elements
                        .next_element_seed(LeafSeed)?
                        .map(|leaf| found = Some(leaf)),
                }
            } else {
                elements.next_element::<IgnoredAny>()?.map(|_| ())
            };
            if more.is_none() {
                return Ok(found);
            }
            position += 1;
        }
    }

    // Whatever is neither an object nor an array has no members, and the path leads further.
    fn visit_str<E: de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// An index as it would be printed: no sign, no leading zero.
fn index(segment: &str) -> Option<usize> {
    let canonical = segment == "0" || !segment.starts_with('0');
    let digits = segment.bytes().all(|byte| byte.is_ascii_digit());
    (canonical && digits).then(|| segment.parse().ok()).flatten()
}

/// Reads the value at the end of the path.
struct LeafSeed;

impl<'r> DeserializeSeed<'r> for LeafSeed {
    type Value = Leaf<'r>;

    fn deserialize<D: Deserializer<'r>>(self, deserializer: D) -> Result<Leaf<'r>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'r> Visitor<'r> for LeafSeed {
    type Value = Leaf<'r>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'r str) -> Result<Leaf<'r>, E> {
        Ok(Leaf::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Leaf<'r>, E> {
        Ok(Leaf::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Leaf<'r>, E> {
        Ok(Leaf::Number(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Leaf<'r>, E> {
        Ok(Leaf::Number(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Leaf<'r>, E> {
        Ok(Leaf::Number(
            serde_json::Number::from_f64(number).map_or_else(String::new, |number| number.to_string()),
        ))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Leaf<'r>, E> {
        Ok(Leaf::Bool)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Leaf<'r>, E> {
        Ok(Leaf::Null)
    }

    fn visit_map<A: MapAccess<'r>>(self, mut members: A) -> Result<Leaf<'r>, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Leaf::Object)
    }

    fn visit_seq<A: SeqAccess<'r>>(self, mut elements: A) -> Result<Leaf<'r>, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Leaf::Array)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Found;
    use super::*;

    fn found(body: &str, path: &str) -> Found<'static> {
        with(body.as_bytes(), path, &Readings::default())
    }

    fn with(body: &[u8], path: &str, readings: &Readings) -> Found<'static> {
        match find(body, path, readings).found {
            Found::Id(id) => Found::Id(Cow::Owned(id.into_owned())),
            Found::Nothing(why) => Found::Nothing(why),
            Found::NoId(what) => Found::NoId(what),
            Found::Unreadable(status, message) => Found::Unreadable(status, message),
        }
    }

    fn id(text: &'static str) -> Found<'static> {
        Found::Id(Cow::Borrowed(text))
    }

    fn is_malformed(found: &Found<'_>) -> bool {
        matches!(found, Found::Unreadable(status, NOT_JSON) if *status == 400)
    }

    #[test]
    fn a_path_walks_nested_objects() {
        assert_eq!(
            found(r#"{"cid":"evt_1","answers":{"amount":1999}}"#, "cid"),
            id("evt_1")
        );
        let body = r#"{"path":{"to":{"object":{"property":"evt_1"}}}}"#;
        assert_eq!(found(body, "path.to.object.property"), id("evt_1"));
        assert_eq!(found(r#"{"":1,"cid":"evt_1"}"#, "cid"), id("evt_1"));
    }

    #[test]
    fn what_is_not_at_the_path_is_not_found() {
        for (body, path) in [
            (r#"{"a":{"x":"evt_1"}}"#, "a.b"),
            (r#"{"b":"evt_1"}"#, "a.b"),
            (r#"{"a":"evt_1"}"#, "a.b"),
            (r#"{"a":1}"#, "a.b"),
            (r#"{"a":null}"#, "a.b"),
            (r#"{"a":true}"#, "a.b"),
            (r#"{"CID":"evt_1"}"#, "cid"),
            (r#"{"x":{"cid":"evt_1"}}"#, "cid"),
            (r#"{"cidx":"evt_1","xcid":"evt_1"}"#, "cid"),
            (r#"["evt_1"]"#, "0"),
            (r#"[{"cid":"evt_1"}]"#, "cid"),
            (r#""evt_1""#, "cid"),
            ("1999", "cid"),
            ("null", "cid"),
            ("{}", "cid"),
        ] {
            assert_eq!(found(body, path), Found::Nothing("nothing"), "{path} in {body}");
        }
    }

    #[test]
    fn names_that_languages_give_to_every_object_are_not_found() {
        for path in [
            "constructor",
            "length",
            "toString",
            "__proto__",
            "a.length",
            "a.constructor.name",
            "keys",
        ] {
            assert_eq!(
                found(r#"{"a":[1],"b":"x"}"#, path),
                Found::Nothing("nothing"),
                "{path}"
            );
        }
    }

    #[test]
    fn equivalent_documents_mean_the_same() {
        for body in [
            "{\"c\\u0069d\":\"\\u0065vt_1\"}",
            " {\r\n\t\"x\" : [ 1 , { } ] , \"cid\" : \"evt_1\" }\n",
            "{\"cid\":\"evt\\u005f1\",\"x\":\"\\ud83d\\ude00\"}",
        ] {
            assert_eq!(found(body, "cid"), id("evt_1"), "{body}");
        }
        assert_eq!(found("{\"é\":\"\u{10ffff}\\\"\"}", "é"), id("\u{10ffff}\""));
    }

    #[test]
    fn what_is_not_json_is_malformed_wherever_the_id_stands() {
        for body in [
            "",
            "{",
            "cid=evt_1",
            r#"{"cid":"evt_1"}x"#,
            r#"{"cid":"evt_1"}{"cid":"evt_1"}"#,
            r#"{"cid":"evt_1",}"#,
            r#"{"cid":"evt_1","x":tru}"#,
            r#"{"cid":"evt_1","x":01}"#,
            r#"{'cid':'evt_1'}"#,
            "{\"cid\":\"evt_1\",\"x\":\"\t\"}",
            "\u{feff}{\"cid\":\"evt_1\"}",
        ] {
            assert!(is_malformed(&found(body, "cid")), "{body}");
            // A path with an empty segment does not hide it.
            assert!(is_malformed(&found(body, "a..b")), "{body}");
            assert!(!is_well_formed(body.as_bytes()), "{body}");
        }
        for body in [&b"{\"cid\":\"\xff\"}"[..], b"\xff\xfe{\0}\0", b"\0"] {
            assert!(is_malformed(&with(body, "cid", &Readings::default())));
        }
        assert!(is_well_formed(br#"[1e999,{"a":null}]"#));
    }

    #[test]
    fn half_a_character_is_no_id_and_no_fault_elsewhere() {
        assert!(is_malformed(&found(r#"{"cid":"\ud800"}"#, "cid")));
        assert_eq!(found(r#"{"cid":"evt_1","x":"\ud800"}"#, "cid"), id("evt_1"));
    }

    #[test]
    fn depth_is_bounded_on_the_path_and_beside_it() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let document = |depth| format!(r#"{{"x":{},"cid":"evt_1"}}"#, nested(depth));
        assert_eq!(found(&document(MAX_DEPTH - 1), "cid"), id("evt_1"));
        assert!(is_malformed(&found(&document(MAX_DEPTH), "cid")));
        assert!(is_malformed(&found(&document(100_000), "cid")));
        assert!(is_malformed(&found(&"[".repeat(100_000), "cid")));
        assert!(is_malformed(&found(
            &"{\"a\":".repeat(100_000),
            &vec!["a"; 200].join(".")
        )));
        let brackets_in_text = format!(r#"{{"x":"\"{}","cid":"evt_1"}}"#, "[".repeat(300));
        assert_eq!(found(&brackets_in_text, "cid"), id("evt_1"));
    }

    #[test]
    fn only_text_can_be_an_id() {
        for (value, what, requirement) in [
            ("1999", "a number", "polyai.extract.json.type.number"),
            ("true", "a truth value", "polyai.extract.json.type.bool"),
            ("null", "null", "polyai.extract.json.type.null"),
            (
                r#"{"id":"evt_1"}"#,
                "an object",
                "polyai.extract.json.type.object",
            ),
            (r#"["evt_1"]"#, "an array", "polyai.extract.json.type.array"),
        ] {
            let body = format!(r#"{{"cid":{value}}}"#);
            let extraction = find(body.as_bytes(), "cid", &Readings::default());
            assert_eq!(
                (extraction.found, extraction.requirement),
                (Found::NoId(what), requirement)
            );
        }
    }

    #[test]
    fn a_number_is_a_reading() {
        let readings = Readings {
            json_number: JsonNumber::Stringified,
            ..Readings::default()
        };
        for (number, digits) in [("1999", "1999"), ("-7", "-7"), ("1.5", "1.5")] {
            let body = format!(r#"{{"cid":{number}}}"#);
            assert_eq!(with(body.as_bytes(), "cid", &readings), id(digits));
        }
    }

    #[test]
    fn an_array_index_is_a_reading() {
        let body = br#"{"items":[{"id":"a"},{"id":"b"},"c"]}"#;
        let mut readings = Readings::default();
        assert_eq!(with(body, "items.0.id", &readings), id("a"));
        assert_eq!(with(body, "items.1.id", &readings), id("b"));
        assert_eq!(with(body, "items.2", &readings), id("c"));
        for path in [
            "items.3",
            "items.01.id",
            "items.-1",
            "items.+1",
            "items.x",
            "items.2.id",
            "items.99999999999999999999",
        ] {
            assert_eq!(with(body, path, &readings), Found::Nothing("nothing"), "{path}");
        }
        readings.json_array_index = JsonArrayIndex::NotFound;
        assert_eq!(with(body, "items.0.id", &readings), Found::Nothing("nothing"));
        assert_eq!(with(br#"{"items":{"0":"a"}}"#, "items.0", &readings), id("a"));
    }

    #[test]
    fn a_member_with_dots_in_its_name_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(
            with(br#"{"a.b":"x"}"#, "a.b", &readings),
            Found::Nothing("nothing")
        );
        readings.json_literal_dot_key = JsonLiteralDotKey::Fallback;
        assert_eq!(with(br#"{"a.b":"x"}"#, "a.b", &readings), id("x"));
        assert_eq!(with(br#"{"a":{"b.c":"x"}}"#, "a.b.c", &readings), id("x"));
        for both in [
            &br#"{"a.b":"x","a":{"b":"y"}}"#[..],
            br#"{"a":{"b":"y"},"a.b":"x"}"#,
        ] {
            assert_eq!(with(both, "a.b", &readings), id("y"));
            assert_eq!(with(both, "a.b", &Readings::default()), id("y"));
        }
    }

    #[test]
    fn an_empty_text_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(
            with(br#"{"cid":""}"#, "cid", &readings),
            Found::Nothing("an empty value")
        );
        readings.json_empty_string = JsonEmptyString::NotValid;
        assert_eq!(
            with(br#"{"cid":""}"#, "cid", &readings),
            Found::NoId("an empty value")
        );
    }

    #[test]
    fn odd_paths_are_an_answer() {
        assert_eq!(
            found(r#"{"a":{"":{"b":"x"}}}"#, "a..b"),
            Found::Nothing("an empty segment")
        );
        assert_eq!(
            found(r#"{"a.b":"x","a":{"b":"y"}}"#, r"a\.b"),
            Found::Nothing("nothing")
        );
        assert_eq!(found(r#"{"a\\":{"b":"y"}}"#, r"a\.b"), id("y"));
    }

    #[test]
    fn the_last_of_two_members_of_one_name_counts() {
        assert_eq!(found(r#"{"cid":"a","cid":"b"}"#, "cid"), id("b"));
        assert_eq!(
            found(r#"{"a":{"b":"x"},"a":{}}"#, "a.b"),
            Found::Nothing("nothing")
        );
    }
}
