//! `$ref`: a value of an OpenAPI document that stands somewhere else in the same document.

use serde_json::Value;

use crate::contract::ContractFault;

/// What `value` at `place` stands for, with the place where that is written: `value` itself unless it is a `$ref`.
///
/// A reference to a reference is followed further. Members beside `$ref` are ignored, as OpenAPI 3.0 says (section
/// "Reference Object").
pub(crate) fn follow<'a>(
    root: &'a Value,
    value: &'a Value,
    place: &str,
) -> Result<(&'a Value, String), ContractFault> {
    let mut value = value;
    let mut written_at = place.to_owned();
    let mut followed: Vec<&str> = Vec::new();
    while let Some(target) = target_of(value) {
        let target = target.map_err(|found| ContractFault::WrongType {
            place: format!("{written_at}/$ref"),
            expected: "a string",
            found,
        })?;
        if followed.contains(&target) {
            return Err(ContractFault::CircularReference {
                place: written_at,
                target: target.to_owned(),
            });
        }
        followed.push(target);
        value = target
            .strip_prefix('#')
            .and_then(|pointer| root.pointer(pointer))
            .ok_or_else(|| ContractFault::UnknownReference {
                place: written_at.clone(),
                target: target.to_owned(),
            })?;
        target.clone_into(&mut written_at);
    }
    Ok((value, written_at))
}

/// The target when `value` is a reference, or the type of what stands in its place.
pub(crate) fn target_of(value: &Value) -> Option<Result<&str, &'static str>> {
    let target = value.as_object()?.get("$ref")?;
    Some(target.as_str().ok_or_else(|| type_of(target)))
}

/// The type of a JSON value, in words for a message.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::follow;
    use crate::contract::ContractFault;

    #[test]
    fn a_chain_of_references_leads_to_the_value_and_its_place() {
        let root = json!({ "a": { "$ref": "#/b~1c" }, "b/c": { "$ref": "#/d", "ignored": 1 }, "d": [1] });
        let (value, place) = follow(&root, &root["a"], "#/a").unwrap();
        assert_eq!((value, place.as_str()), (&json!([1]), "#/d"));
        let (value, place) = follow(&root, &root["d"], "#/d").unwrap();
        assert_eq!((value, place.as_str()), (&json!([1]), "#/d"));
    }

    #[test]
    fn a_reference_that_leads_nowhere_is_told_with_its_place() {
        let root =
            json!({ "a": { "$ref": "#/b" }, "b": { "$ref": "#/nowhere" }, "c": { "$ref": "other.yaml#/x" } });
        let unknown = |place: &str, target: &str| {
            Err(ContractFault::UnknownReference {
                place: place.to_owned(),
                target: target.to_owned(),
            })
        };
        assert_eq!(follow(&root, &root["a"], "#/a"), unknown("#/b", "#/nowhere"));
        assert_eq!(follow(&root, &root["c"], "#/c"), unknown("#/c", "other.yaml#/x"));
    }

    #[test]
    fn references_in_a_circle_and_of_the_wrong_type_are_found() {
        let root = json!({ "a": { "$ref": "#/b" }, "b": { "$ref": "#/a" }, "c": { "$ref": 1 } });
        let fault = follow(&root, &root["a"], "#/a").unwrap_err();
        assert!(
            matches!(fault, ContractFault::CircularReference { .. }),
            "{fault}"
        );
        let fault = follow(&root, &root["c"], "#/c").unwrap_err();
        assert!(
            matches!(
                fault,
                ContractFault::WrongType {
                    found: "a number",
                    ..
                }
            ),
            "{fault}"
        );
    }
}
