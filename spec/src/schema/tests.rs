use serde_json::{Value, json};

use super::{MAX_ERROR_CHARS, MAX_ERRORS, compile, lower, validate};
use crate::contract::ContractFault;

fn lowered(schema: &Value) -> Value {
    let mut faults = Vec::new();
    let lowered = lower(schema, schema, "#", &mut faults);
    assert_eq!(faults, Vec::new());
    lowered
}

fn fault(root: &Value) -> ContractFault {
    let mut faults = Vec::new();
    lower(root, &root["schema"], "#/schema", &mut faults);
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.remove(0)
}

fn fits(schema: &Value, value: &Value) -> bool {
    validate(&compile(&lowered(schema), "#").unwrap(), value).is_ok()
}

#[test]
fn nullable_widens_the_type_and_nothing_else() {
    let schema = json!({ "type": "string", "nullable": true });
    assert_eq!(lowered(&schema), json!({ "type": ["string", "null"] }));
    assert!(fits(&schema, &json!(null)) && fits(&schema, &json!("x")) && !fits(&schema, &json!(1)));
    assert_eq!(
        lowered(&json!({ "type": "string", "nullable": false })),
        json!({ "type": "string" })
    );
    assert_eq!(
        lowered(&json!({ "nullable": true, "maxLength": 3 })),
        json!({ "maxLength": 3 })
    );
    assert!(!fits(
        &json!({ "type": "string", "nullable": true, "enum": ["a"] }),
        &json!(null)
    ));
}

#[test]
fn boolean_exclusive_bounds_become_numbers() {
    let schema = json!({ "type": "number", "minimum": 1, "exclusiveMinimum": true, "maximum": 3, "exclusiveMaximum": true });
    assert_eq!(
        lowered(&schema),
        json!({ "type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 3 })
    );
    assert!(!fits(&schema, &json!(1)) && fits(&schema, &json!(2)) && !fits(&schema, &json!(3)));
    let inclusive = json!({ "minimum": 1, "exclusiveMinimum": false, "exclusiveMaximum": true });
    assert_eq!(lowered(&inclusive), json!({ "minimum": 1 }));
}

#[test]
fn what_says_nothing_about_values_is_dropped() {
    let schema = json!({ "type": "object", "example": { "a": 1 }, "xml": {}, "externalDocs": {}, "x-note": 1, "description": "kept" });
    assert_eq!(
        lowered(&schema),
        json!({ "type": "object", "description": "kept" })
    );
}

#[test]
fn schemas_inside_schemas_are_rewritten_too() {
    let inner = json!({ "type": "string", "nullable": true, "example": "x" });
    let schema = json!({
        "properties": { "example": inner }, "items": inner, "not": inner, "additionalProperties": inner,
        "allOf": [inner], "anyOf": [inner], "oneOf": [inner],
    });
    let outer = json!({ "type": ["string", "null"] });
    let expected = json!({
        "properties": { "example": outer }, "items": outer, "not": outer, "additionalProperties": outer,
        "allOf": [outer], "anyOf": [outer], "oneOf": [outer],
    });
    assert_eq!(lowered(&schema), expected);
    assert_eq!(
        lowered(&json!({ "additionalProperties": false })),
        json!({ "additionalProperties": false })
    );
}

#[test]
fn references_are_written_out_as_often_as_they_occur() {
    let root = json!({
        "schema": { "properties": { "a": { "$ref": "#/id" }, "b": { "$ref": "#/id", "type": "ignored" } } },
        "id": { "type": "string", "nullable": true },
    });
    let mut faults = Vec::new();
    let lowered = lower(&root, &root["schema"], "#/schema", &mut faults);
    let id = json!({ "type": ["string", "null"] });
    assert_eq!(
        (lowered, faults),
        (json!({ "properties": { "a": id, "b": id } }), Vec::new())
    );
}

#[test]
fn an_unknown_reference_is_told_with_its_place() {
    let root = json!({ "schema": { "properties": { "a/b": { "$ref": "#/components/schemas/Nope" } } } });
    let expected = ContractFault::UnknownReference {
        place: "#/schema/properties/a~1b".to_owned(),
        target: "#/components/schemas/Nope".to_owned(),
    };
    assert_eq!(fault(&root), expected);
    assert_eq!(
        expected.to_string(),
        "#/schema/properties/a~1b: the reference `#/components/schemas/Nope` leads to nothing in this document"
    );
}

#[test]
fn a_schema_that_holds_itself_is_refused() {
    let root =
        json!({ "schema": { "$ref": "#/node" }, "node": { "properties": { "next": { "$ref": "#/node" } } } });
    assert!(
        matches!(fault(&root), ContractFault::CircularReference { place, .. } if place == "#/node/properties/next")
    );
}

#[test]
fn references_that_multiply_are_cut_off() {
    let level = |next: &str| json!({ "allOf": vec![json!({ "$ref": next }); 100] });
    let root = json!({ "schema": level("#/a"), "a": level("#/b"), "b": level("#/c"), "c": {} });
    assert!(matches!(fault(&root), ContractFault::TooLarge { .. }));
}

#[test]
fn keywords_outside_of_openapi_3_0_and_wrong_types_are_told() {
    let unknown = |key: &str| ContractFault::UnknownKey {
        place: "#/schema".to_owned(),
        key: key.to_owned(),
    };
    assert_eq!(
        fault(&json!({ "schema": { "minLenght": 1 } })),
        unknown("minLenght")
    );
    assert_eq!(fault(&json!({ "schema": { "const": 1 } })), unknown("const"));
    for schema in [
        json!([]),
        json!({ "type": ["string", "null"] }),
        json!({ "nullable": 1 }),
        json!({ "exclusiveMinimum": 1 }),
        json!({ "properties": [] }),
        json!({ "allOf": {} }),
        json!({ "items": true }),
        json!({ "$ref": 1 }),
    ] {
        let fault = fault(&json!({ "schema": schema }));
        assert!(
            matches!(
                &fault,
                ContractFault::WrongType { .. } | ContractFault::UnknownKey { .. }
            ),
            "{fault}"
        );
    }
}

#[test]
fn a_schema_that_is_no_schema_does_not_compile() {
    for schema in [
        json!({ "type": "strin" }),
        json!({ "maxLength": -1 }),
        json!({ "pattern": "(" }),
    ] {
        let fault = compile(&lowered(&schema), "#/schema").unwrap_err();
        assert!(
            matches!(&fault, ContractFault::Schema { place, .. } if place.starts_with("#/schema/")),
            "{fault}"
        );
    }
}

#[test]
fn every_error_is_told_with_its_place_in_the_value() {
    let schema = json!({ "type": "object", "required": ["b"], "properties": { "a": { "items": { "type": "string" } } } });
    let errors = validate(
        &compile(&lowered(&schema), "#").unwrap(),
        &json!({ "a": ["x", 1] }),
    )
    .unwrap_err();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(
        errors
            .iter()
            .any(|error| error == "at `/a/1`: 1 is not of type \"string\""),
        "{errors:?}"
    );
    assert!(
        errors
            .iter()
            .any(|error| error == "at ``: \"b\" is a required property"),
        "{errors:?}"
    );
}

#[test]
fn errors_about_huge_or_hostile_values_stay_short_and_printable() {
    let schema = json!({ "items": { "type": "string" } });
    let value = Value::Array(vec![json!({ "\u{1b}[31m\u{9b}": "x".repeat(5_000) }); 50]);
    let errors = validate(&compile(&lowered(&schema), "#").unwrap(), &value).unwrap_err();
    assert_eq!(errors.len(), MAX_ERRORS + 1);
    for error in errors {
        assert!(
            error.chars().count() <= MAX_ERROR_CHARS + 20 && !error.contains(char::is_control),
            "{error}"
        );
    }
}
