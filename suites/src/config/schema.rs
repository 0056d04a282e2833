//! The JSON Schema of the configuration file, for editors: made from the definitions that the reader refuses keys by.

use mock_server::Fixtures;
use mock_server::definition::{Definition, Key, Kind, Role};
use serde_json::{Map, Value, json};

/// The schema, as JSON Schema of draft 7, which editors of TOML understand.
pub fn schema() -> Value {
    let tables: Map<String, Value> = Fixtures::definitions()
        .map(|definition| (definition.name.to_owned(), table(definition)))
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "hookproof.toml: what exists at the servers under test, and how they are reached",
        "description": "Made by `cargo xtask schema`.",
        "type": "object",
        "additionalProperties": false,
        "properties": tables,
    })
}

fn table(definition: &Definition) -> Value {
    let mut properties: Map<String, Value> = definition
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    for setting in definition.settings {
        let about = format!("{} [{}]", setting.about.trim(), setting.requirement);
        let (options, default) = (setting.options, setting.options.first());
        properties.insert(
            setting.name.to_owned(),
            json!({ "description": about, "enum": options, "default": default }),
        );
    }
    let required: Vec<&str> = definition
        .keys
        .iter()
        .filter(|key| key.role == Role::Required)
        .map(|key| key.name)
        .collect();
    let mut schema = json!({
        "description": definition.about,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = match key.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Words(words) => json!({ "type": "array", "items": { "enum": words } }),
        Kind::Command => json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 }),
        Kind::Truth => json!({ "type": "boolean" }),
        Kind::Count => json!({ "type": "integer", "minimum": 1 }),
        Kind::Named => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Kind::Table(definition) => table(definition),
    };
    let only = if key.role == Role::MockOnly {
        "Mock only: "
    } else {
        ""
    };
    schema["description"] = json!(format!("{only}{}", key.about));
    schema
}
