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
    // The usual body has too few brackets to go deep, whatever they mean.
    if body.len() <= MAX_DEPTH || body.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() <= MAX_DEPTH
    {
        return false;
    }
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
mod tests;
