//! JSON beyond one path: where it breaks off, what it runs into, and bodies that are no object.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::http::Request;
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::documents::JsonDocument;
use crate::polyai::fixtures::Purpose;
use crate::polyai::strategies;
use crate::probe::Probe;
use crate::property;

pub(super) const CASES: &[Entry] = &[
    (
        "extract::json::documented_path",
        Scenario,
        &["polyai.extract.json.dotted-path"],
        documented_path,
    ),
    (
        "extract::json::missing_middle",
        Property,
        &["polyai.extract.json.dotted.missing-middle"],
        missing_middle,
    ),
    (
        "extract::json::through_scalar",
        Property,
        &["polyai.extract.json.dotted.through-scalar"],
        through_scalar,
    ),
    (
        "extract::json::properties_of_scalars",
        Scenario,
        &["polyai.extract.json.dotted.through-scalar"],
        properties_of_scalars,
    ),
    (
        "extract::json::key_case",
        Property,
        &["polyai.extract.json.case"],
        key_case,
    ),
    (
        "extract::json::inherited_names",
        Scenario,
        &["polyai.extract.json.inherited-names"],
        inherited_names,
    ),
    (
        "extract::json::extra_fields",
        Scenario,
        &["polyai.extract.json.extra-fields"],
        extra_fields,
    ),
    (
        "extract::json::top_level_array",
        Scenario,
        &["polyai.extract.json.top-level-array"],
        top_level_array,
    ),
    (
        "extract::json::top_level_scalar",
        Scenario,
        &["polyai.extract.json.top-level-scalar"],
        top_level_scalar,
    ),
    (
        "extract::json::no_text",
        Scenario,
        &["polyai.extract.json.type.no-id"],
        no_text,
    ),
    (
        "extract::json::malformed",
        Scenario,
        &["polyai.extract.json.malformed"],
        malformed,
    ),
    (
        "content_type::mismatch",
        Scenario,
        &["polyai.content-type.mismatch"],
        mismatch,
    ),
];

fn request(polyai: &Polyai, path: &str, body: impl Into<String>) -> Request {
    polyai
        .fixtures
        .request("payload", path)
        .body("application/json", body.into())
}

/// The path that the document itself gives as an example.
fn documented_path(polyai: &Polyai, probe: &Probe<'_>) {
    let path = "path.to.object.property";
    let place = "in the body at path.to.object.property";
    checks::found(
        polyai,
        probe,
        "polyai.extract.json.dotted-path",
        Purpose::Case,
        place,
        |id| {
            request(
                polyai,
                path,
                json!({ "path": { "to": { "object": { "property": id } } } }).to_string(),
            )
        },
    );
}

/// Documents with a path of at least two segments.
fn deep_document() -> impl Strategy<Value = JsonDocument> {
    strategies::json_document()
        .prop_filter("a path that has a middle", |document| document.segments.len() > 1)
}

fn missing_middle(polyai: &Polyai, probe: &Probe<'_>) {
    let input = (deep_document(), any::<prop::sample::Index>());
    property::check(probe, &input, |(document, choice)| {
        let segment = choice.index(document.segments.len() - 1);
        let body = document.body_cut_at(segment);
        let why = format!("{} is absent", document.segments[..=segment].join("."));
        let row = "polyai.extract.json.dotted.missing-middle";
        checks::not_found(polyai, probe, row, &why, request(polyai, &document.path(), body));
    });
}

/// A path that goes on where the body has a value without members. The names that strings and arrays have in
/// programming languages are no members of them.
fn through_scalar(polyai: &Polyai, probe: &Probe<'_>) {
    let id = polyai
        .fixtures
        .refusal_id()
        .unwrap_or_else(|_| polyai.fixtures.unknown_id());
    let scalar = prop_oneof![
        Just(Value::String(id)),
        Just(json!(1999)),
        Just(json!(true)),
        Just(Value::Null),
        Just(json!("")),
    ];
    let next = prop_oneof![3 => strategies::segment(), 1 => Just("length".to_owned()), 1 => Just("value".to_owned())];
    property::check(
        probe,
        &(strategies::json_document(), scalar, next),
        |(document, scalar, next)| {
            let body = document.body_with(&scalar);
            let path = format!("{}.{next}", document.path());
            let why = format!("{} holds {scalar}, which has no member {next}", document.path());
            let row = "polyai.extract.json.dotted.through-scalar";
            checks::not_found(polyai, probe, row, &why, request(polyai, &path, body));
        },
    );
}

/// The same with the names that strings and numbers have in programming languages, one by one.
fn properties_of_scalars(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.extract.json.dotted.through-scalar";
    let id = polyai
        .fixtures
        .refusal_id()
        .unwrap_or_else(|_| polyai.fixtures.unknown_id());
    for value in [json!(id), json!(7), json!(false), Value::Null] {
        for next in ["cid", "length", "value", "constructor", "title", "count", "real"] {
            let body = json!({ "cid": value, "status": "succeeded" });
            let why = format!("cid holds {value}, which has no member {next}");
            let path = format!("cid.{next}");
            checks::not_found(polyai, probe, ID, &why, request(polyai, &path, body.to_string()));
        }
    }
}

fn key_case(polyai: &Polyai, probe: &Probe<'_>) {
    let id = polyai
        .fixtures
        .refusal_id()
        .unwrap_or_else(|_| polyai.fixtures.unknown_id());
    property::check(probe, &strategies::json_document(), |document| {
        let path: Vec<String> = document
            .segments
            .iter()
            .map(|segment| segment.to_ascii_uppercase())
            .collect();
        let path = path.join(".");
        if path == document.path() {
            return;
        }
        let why = format!("the body has {}, which is another name", document.path());
        let body = document.body(Some(&id));
        checks::not_found(
            polyai,
            probe,
            "polyai.extract.json.case",
            &why,
            request(polyai, &path, body),
        );
    });
}

/// Names that objects of some languages have without the body saying so.
fn inherited_names(polyai: &Polyai, probe: &Probe<'_>) {
    for path in [
        "constructor",
        "constructor.name",
        "toString",
        "__proto__",
        "hasOwnProperty.name",
        "length",
        "size",
        "keys",
        "items",
        "values",
        "get",
        "update",
        "__class__",
        "class",
        "answers.constructor",
        "answers.length",
    ] {
        let body = json!({ "status": "succeeded", "answers": { "name": "Jane Doe" } }).to_string();
        let why = format!("the body has no member {path}");
        let row = "polyai.extract.json.inherited-names";
        checks::not_found(polyai, probe, row, &why, request(polyai, path, body));
    }
}

fn extra_fields(polyai: &Polyai, probe: &Probe<'_>) {
    let place = "at cid, among many other members";
    let plain = |id: &str| polyai.fixtures.baseline(id);
    checks::equivalent(
        polyai,
        probe,
        "polyai.extract.json.extra-fields",
        place,
        plain,
        |id| {
            let mut body = serde_json::Map::new();
            for index in 0..60 {
                body.insert(
                    format!("member_{index}"),
                    json!([{ "nested": [1, null, "two"] }, index]),
                );
            }
            body.insert("cid".to_owned(), json!(id));
            body.insert("event_id".to_owned(), json!("evt_none"));
            body.insert(String::new(), json!({}));
            request(polyai, "cid", Value::Object(body).to_string())
        },
    );
}

fn top_level_array(polyai: &Polyai, probe: &Probe<'_>) {
    let id = polyai
        .fixtures
        .refusal_id()
        .unwrap_or_else(|_| polyai.fixtures.unknown_id());
    for body in [json!([{ "cid": id }]), json!(["cid", id]), json!([])] {
        let row = "polyai.extract.json.top-level-array";
        checks::refused(
            probe,
            row,
            "the body is an array",
            request(polyai, "cid", body.to_string()),
        );
    }
}

fn top_level_scalar(polyai: &Polyai, probe: &Probe<'_>) {
    let id = polyai
        .fixtures
        .refusal_id()
        .unwrap_or_else(|_| polyai.fixtures.unknown_id());
    for body in [json!(id), json!(1), json!(null), json!(true)] {
        let row = "polyai.extract.json.top-level-scalar";
        checks::refused(
            probe,
            row,
            "the body is no object",
            request(polyai, "cid", body.to_string()),
        );
    }
}

/// What is neither a text nor a number is no id, whatever else it may be answered.
fn no_text(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.extract.json.type.no-id";
    for value in [Value::Null, json!(true), json!(false), json!({})] {
        for (path, body) in [
            ("cid", json!({ "cid": value, "status": "succeeded" })),
            ("data.cid", json!({ "data": { "cid": value } })),
        ] {
            let why = format!("{value} at {path} is no id");
            checks::refused(probe, ID, &why, request(polyai, path, body.to_string()));
        }
    }
}

fn malformed(polyai: &Polyai, probe: &Probe<'_>) {
    let id = polyai
        .fixtures
        .refusal_id()
        .unwrap_or_else(|_| polyai.fixtures.unknown_id());
    for body in [
        format!("{{\"cid\":\"{id}\""),
        format!("{{\"cid\":\"{id}\"}}}}"),
        format!("{{'cid':'{id}'}}"),
        format!("{{\"cid\":\"{id}\" \"status\":1}}"),
        format!("\"cid\":\"{id}\""),
        format!("{{\"cid\":\"{id}\",}}"),
        format!("{{cid:\"{id}\"}}"),
        format!("{{\"cid\":\"{id}\"}}{{\"cid\":\"{id}\"}}"),
        format!("/* id */ {{\"cid\":\"{id}\"}}"),
        format!("{{\"cid\":\"{id}\"}} trailing"),
        "{".to_owned(),
    ] {
        let row = "polyai.extract.json.malformed";
        checks::refused(probe, row, "the body is not JSON", request(polyai, "cid", body));
    }
}

/// Bodies of one format under the media type of another that cannot hold them.
fn mismatch(polyai: &Polyai, probe: &Probe<'_>) {
    let id = polyai
        .fixtures
        .refusal_id()
        .unwrap_or_else(|_| polyai.fixtures.unknown_id());
    for body in [
        format!("cid={id}&status=succeeded"),
        format!("<root><cid>{id}</cid></root>"),
    ] {
        let row = "polyai.content-type.mismatch";
        checks::refused(
            probe,
            row,
            "the body is not the JSON it is labelled as",
            request(polyai, "cid", body),
        );
    }
}
