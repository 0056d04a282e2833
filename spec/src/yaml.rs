//! YAML into JSON values: the OpenAPI documents are written in YAML, and everything behind them speaks JSON.

use saphyr::{LoadableYamlNode, ScalarOwned, YamlOwned};
use serde_json::{Map, Number, Value};

/// How deep a document may nest. Ours stay below 20; the bound keeps the recursion over it small.
const MAX_DEPTH: usize = 64;

/// Reads the one YAML document in `text` as the JSON value that it stands for.
pub(crate) fn to_json(text: &str) -> Result<Value, YamlFault> {
    let documents = YamlOwned::load_from_str(text).map_err(|error| YamlFault::Syntax {
        line: error.marker().line(),
        column: error.marker().col() + 1,
        reason: error.info().to_owned(),
    })?;
    match &documents[..] {
        [document] => value(document, "#", 0),
        others => Err(YamlFault::NotOneDocument { count: others.len() }),
    }
}

fn value(node: &YamlOwned, place: &str, depth: usize) -> Result<Value, YamlFault> {
    if depth > MAX_DEPTH {
        return Err(YamlFault::TooDeep {
            place: place.to_owned(),
        });
    }
    let no_json = |what| YamlFault::NoJson {
        place: place.to_owned(),
        what,
    };
    match node {
        YamlOwned::Value(scalar) => match scalar {
            ScalarOwned::Null => Ok(Value::Null),
            ScalarOwned::Boolean(boolean) => Ok(Value::Bool(*boolean)),
            ScalarOwned::Integer(integer) => Ok(Value::from(*integer)),
            ScalarOwned::FloatingPoint(float) => Number::from_f64(float.into_inner())
                .map(Value::Number)
                .ok_or_else(|| no_json("an infinite number or none")),
            ScalarOwned::String(string) => Ok(Value::String(string.clone())),
        },
        YamlOwned::Sequence(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| value(item, &format!("{place}/{index}"), depth + 1))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        YamlOwned::Mapping(members) => {
            let mut object = Map::with_capacity(members.len());
            for (key, member) in members {
                let key = key
                    .as_str()
                    .ok_or_else(|| no_json("a key that is not a string; quote it"))?;
                object.insert(key.to_owned(), value(member, &child(place, key), depth + 1)?);
            }
            Ok(Value::Object(object))
        }
        YamlOwned::Tagged(..) => Err(no_json("a tag")),
        YamlOwned::Alias(_) => Err(no_json("an alias of something unknown")),
        YamlOwned::Representation(..) | YamlOwned::BadValue => {
            Err(no_json("a scalar that its type cannot hold"))
        }
    }
}

/// The JSON Pointer of the member `key` of the value at `place` (RFC 6901, section 3).
pub(crate) fn child(place: &str, key: &str) -> String {
    format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Why a text is not one YAML document that stands for a JSON value. Lines and columns count from one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum YamlFault {
    #[error("line {line}, column {column}: {reason}")]
    Syntax {
        line: usize,
        column: usize,
        reason: String,
    },
    #[error("expected one YAML document, found {count}")]
    NotOneDocument { count: usize },
    #[error("{place}: nested deeper than {MAX_DEPTH} levels")]
    TooDeep { place: String },
    #[error("{place}: {what} has no counterpart in JSON")]
    NoJson { place: String, what: &'static str },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MAX_DEPTH, YamlFault, child, to_json};

    #[test]
    fn scalars_keep_their_types_and_members_their_order() {
        let text = "b: 1\na: [1.5, true, null, '201', text]\nfolded: >-\n  one\n  two\n";
        let value = to_json(text).unwrap();
        assert_eq!(
            value,
            json!({ "b": 1, "a": [1.5, true, null, "201", "text"], "folded": "one two" })
        );
        let keys: Vec<_> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["b", "a", "folded"]);
    }

    #[test]
    fn an_alias_stands_for_what_it_names() {
        assert_eq!(to_json("a: &x [1]\nb: *x\n"), Ok(json!({ "a": [1], "b": [1] })));
    }

    #[test]
    fn what_json_cannot_hold_is_told_with_its_place() {
        for (text, at) in [
            ("a:\n  b/c: .nan\n", "#/a/b~1c"),
            ("a: [0, !custom 1]\n", "#/a/1"),
            ("a:\n  201: x\n", "#/a"),
        ] {
            let fault = to_json(text).unwrap_err();
            assert!(
                matches!(&fault, YamlFault::NoJson { place, .. } if place == at),
                "{fault}"
            );
        }
    }

    #[test]
    fn broken_yaml_is_told_with_line_and_column() {
        for text in ["a: 1\nb: [1, 2\n", "a: 1\na: 2\n", "a: *nothing\n"] {
            assert!(
                matches!(to_json(text), Err(YamlFault::Syntax { line: 1..=3, .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn it_takes_exactly_one_document() {
        assert_eq!(
            to_json("a: 1\n---\nb: 1\n"),
            Err(YamlFault::NotOneDocument { count: 2 })
        );
        assert_eq!(to_json(""), Err(YamlFault::NotOneDocument { count: 0 }));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(to_json(&nested(MAX_DEPTH)).is_ok());
        assert!(matches!(
            to_json(&nested(MAX_DEPTH + 1)),
            Err(YamlFault::TooDeep { .. })
        ));
    }

    #[test]
    fn pointers_escape_slashes_and_tildes() {
        assert_eq!(child("#/paths", "/a~b"), "#/paths/~1a~0b");
    }
}
