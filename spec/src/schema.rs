//! OpenAPI 3.0 schemas as JSON Schema 2020-12, and validators compiled from them.
//!
//! The schema language of OpenAPI 3.0 is a dialect of its own: it has `nullable`, boolean `exclusiveMinimum`, and a
//! closed set of keywords. Validators for JSON Schema ignore or misread these, so they are rewritten first.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value};

use crate::contract::ContractFault;
use crate::reference::{follow, target_of, type_of};
use crate::yaml::child;

/// How many schemas one schema may hold with its references written out. It stops references that multiply.
const MAX_SCHEMAS: usize = 10_000;

/// How many errors of one value are told, and how many characters of each: the value comes from outside and may be huge.
const MAX_ERRORS: usize = 20;
const MAX_ERROR_CHARS: usize = 300;

/// Rewrites the OpenAPI 3.0 schema at `place` as JSON Schema 2020-12 (OpenAPI 3.0.1, section "Schema Object").
///
/// References are written out in place. What cannot be rewritten goes to `faults`, and the result stands in for it.
pub(crate) fn lower(root: &Value, schema: &Value, place: &str, faults: &mut Vec<ContractFault>) -> Value {
    Lowering {
        root,
        faults,
        followed: Vec::new(),
        schemas_left: MAX_SCHEMAS,
    }
    .schema(schema, place)
}

/// Compiles a lowered schema. `place` is where the schema stands in the document.
pub(crate) fn compile(lowered: &Value, place: &str) -> Result<Validator, ContractFault> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .build(lowered)
        .map_err(|error| ContractFault::Schema {
            place: format!("{place}{}", error.instance_path()),
            reason: error.to_string(),
        })
}

/// Every way in which `value` does not fit the schema: where in the value, and what is wrong there.
pub(crate) fn validate(validator: &Validator, value: &Value) -> Result<(), Vec<String>> {
    let mut errors = validator.iter_errors(value);
    let mut told: Vec<String> = errors
        .by_ref()
        .take(MAX_ERRORS)
        .map(|error| printable(&format!("at `{}`: {error}", error.instance_path())))
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    if errors.next().is_some() {
        told.push(format!("and more than these {MAX_ERRORS}"));
    }
    Err(told)
}

/// `text` without control characters and not longer than an error may be.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len().min(MAX_ERROR_CHARS));
    for (count, char) in text.chars().enumerate() {
        if count == MAX_ERROR_CHARS {
            printable.push('…');
            break;
        }
        if char.is_control() {
            printable.extend(char.escape_unicode());
        } else {
            printable.push(char);
        }
    }
    printable
}

struct Lowering<'a, 'f> {
    root: &'a Value,
    faults: &'f mut Vec<ContractFault>,
    /// The references that lead to the schema at hand; one that comes up again never ends.
    followed: Vec<&'a str>,
    schemas_left: usize,
}

impl<'a> Lowering<'a, '_> {
    fn schema(&mut self, schema: &'a Value, place: &str) -> Value {
        if self.schemas_left == 0 {
            // Said once, by whoever used up the last one.
            return Value::Bool(true);
        }
        self.schemas_left -= 1;
        if self.schemas_left == 0 {
            self.faults.push(ContractFault::TooLarge {
                place: place.to_owned(),
                limit: MAX_SCHEMAS,
            });
        }
        let target = match target_of(schema) {
            None => return self.members(schema, place),
            Some(Ok(target)) => target,
            // `follow` says below what is wrong with it.
            Some(Err(_)) => "",
        };
        if self.followed.contains(&target) {
            let fault = ContractFault::CircularReference {
                place: place.to_owned(),
                target: target.to_owned(),
            };
            self.faults.push(fault);
            return Value::Bool(true);
        }
        match follow(self.root, schema, place) {
            Ok((schema, written_at)) => {
                self.followed.push(target);
                let lowered = self.members(schema, &written_at);
                self.followed.pop();
                lowered
            }
            Err(fault) => {
                self.faults.push(fault);
                Value::Bool(true)
            }
        }
    }

    fn members(&mut self, schema: &'a Value, place: &str) -> Value {
        let Value::Object(members) = schema else {
            self.wrong_type(place, "a schema object", schema);
            return Value::Bool(true);
        };
        let nullable = self.flag(members, "nullable", place);
        let exclusive_minimum = self.flag(members, "exclusiveMinimum", place);
        let exclusive_maximum = self.flag(members, "exclusiveMaximum", place);
        let mut lowered = Map::with_capacity(members.len());
        for (keyword, value) in members {
            let here = child(place, keyword);
            let (name, value) = match keyword.as_str() {
                // The first three were read above, as they change what others mean; the rest says nothing about values.
                "nullable" | "exclusiveMinimum" | "exclusiveMaximum" | "example" | "externalDocs" | "xml"
                | "discriminator" => continue,
                extension if extension.starts_with("x-") => continue,
                "type" if value.is_string() => ("type", types(value, nullable)),
                "minimum" if exclusive_minimum => ("exclusiveMinimum", value.clone()),
                "maximum" if exclusive_maximum => ("exclusiveMaximum", value.clone()),
                "properties" => ("properties", self.named_schemas(value, &here)),
                "items" => ("items", self.schema(value, &here)),
                "not" => ("not", self.schema(value, &here)),
                "additionalProperties" if value.is_boolean() => ("additionalProperties", value.clone()),
                "additionalProperties" => ("additionalProperties", self.schema(value, &here)),
                "allOf" | "anyOf" | "oneOf" => (keyword.as_str(), self.listed_schemas(value, &here)),
                "type" => {
                    self.wrong_type(&here, "one type as a string", value);
                    continue;
                }
                same if MEANS_THE_SAME.contains(&same) => (same, value.clone()),
                unknown => {
                    let fault = ContractFault::UnknownKey {
                        place: place.to_owned(),
                        key: unknown.to_owned(),
                    };
                    self.faults.push(fault);
                    continue;
                }
            };
            lowered.insert(name.to_owned(), value);
        }
        Value::Object(lowered)
    }

    fn named_schemas(&mut self, value: &'a Value, place: &str) -> Value {
        let Value::Object(schemas) = value else {
            self.wrong_type(place, "an object of schemas", value);
            return Value::Object(Map::new());
        };
        let lowered = schemas
            .iter()
            .map(|(name, schema)| (name.clone(), self.schema(schema, &child(place, name))));
        Value::Object(lowered.collect())
    }

    fn listed_schemas(&mut self, value: &'a Value, place: &str) -> Value {
        let Value::Array(schemas) = value else {
            self.wrong_type(place, "an array of schemas", value);
            return Value::Array(vec![Value::Bool(true)]);
        };
        let lowered = schemas
            .iter()
            .enumerate()
            .map(|(index, schema)| self.schema(schema, &format!("{place}/{index}")));
        Value::Array(lowered.collect())
    }

    fn flag(&mut self, members: &Map<String, Value>, keyword: &str, place: &str) -> bool {
        match members.get(keyword) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(other) => {
                self.wrong_type(&child(place, keyword), "a boolean", other);
                false
            }
        }
    }

    fn wrong_type(&mut self, place: &str, expected: &'static str, found: &Value) {
        let found = type_of(found);
        self.faults.push(ContractFault::WrongType {
            place: place.to_owned(),
            expected,
            found,
        });
    }
}

/// `nullable` widens the `type` beside it and nothing else: without `type` it has no effect, and an `enum` admits null
/// only when it lists it, as the OpenAPI initiative has clarified
/// (<https://github.com/OAI/OpenAPI-Specification/blob/main/proposals/2019-10-31_Clarify-Nullable.md>).
fn types(value: &Value, nullable: bool) -> Value {
    if nullable {
        Value::Array(vec![value.clone(), Value::from("null")])
    } else {
        value.clone()
    }
}

/// The keywords that OpenAPI 3.0 and JSON Schema 2020-12 share with one meaning and that hold no schemas.
const MEANS_THE_SAME: [&str; 20] = [
    "title",
    "description",
    "default",
    "format",
    "enum",
    "required",
    "pattern",
    "minimum",
    "maximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "readOnly",
    "writeOnly",
    "deprecated",
];

#[cfg(test)]
mod tests;
