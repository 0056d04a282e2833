//! What holds for the embedded files of Inkeep.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{Level, Media, SecurityScheme, api, facets, requirement};

fn request_body() -> &'static Media {
    let operation = api("inkeep").unwrap().contract().operation("log-event").unwrap();
    &operation.body.as_ref().unwrap().content[0]
}

#[test]
fn it_has_what_its_page_lists() {
    let contract = api("inkeep").unwrap().contract();
    assert_eq!(contract.title, "Inkeep Events API");
    assert_eq!(contract.servers[0].url, "https://api.pilot.inkeep.com");
    let operation = contract.operation("log-event").unwrap();
    assert_eq!((&*operation.method, &*operation.path), ("POST", "/run/v1/events"));
    let token = SecurityScheme::Bearer {
        name: "bearerAuth".to_owned(),
    };
    assert_eq!(operation.security, [token]);
    let answers: Vec<(u16, &str)> = operation
        .responses
        .iter()
        .map(|response| (response.status, &*response.content[0].media_type))
        .collect();
    let problem = "application/problem+json";
    let expected = [
        (200, "application/json"),
        (201, "application/json"),
        (400, problem),
        (401, problem),
        (403, problem),
        (422, problem),
        (500, problem),
    ];
    assert_eq!(answers, expected);
}

#[test]
fn the_rules_of_a_request_body_are_those_of_its_page() {
    let with = |name: &str, value: Value| {
        let mut body = json!({ "type": "string" });
        body[name] = value;
        body
    };
    let text = |length: usize| Value::from("a".repeat(length));
    for accepted in [
        with("type", text(1)),
        with("type", json!(" ")),
        with("id", text(1)),
        with("id", text(255)),
        with("id", json!("A-b_c.9")),
        with("id", json!("...")),
        with("agentId", json!("")),
        with("agentId", json!("a b/é")),
        with("messageId", Value::Null),
        with("metadata", json!({ "nested": [1, null] })),
        with("unknown", json!(1)),
    ] {
        assert_eq!(request_body().validate(&accepted), Ok(()), "{accepted}");
    }
    for refused in [
        json!({}),
        json!([]),
        json!("string"),
        with("type", json!("")),
        with("type", json!(1)),
        with("type", Value::Null),
        with("id", json!("")),
        with("id", text(256)),
        with("id", json!("a b")),
        with("id", json!("a/b")),
        with("id", json!("a:b")),
        with("id", json!("é")),
        with("id", json!("abc\n")),
        with("id", json!(1)),
        with("id", Value::Null),
        with("agentId", json!(1)),
        with("conversationId", json!({})),
        with("messageId", json!(true)),
    ] {
        assert!(request_body().validate(&refused).is_err(), "{refused}");
    }
}

#[test]
fn every_rule_of_a_request_body_is_a_facet() {
    let operation = api("inkeep").unwrap().contract().operation("log-event").unwrap();
    let mut rules: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for facet in facets(operation) {
        if let Some((name, rule)) = facet
            .strip_prefix("body/application/json/property/")
            .and_then(|rest| rest.split_once('/'))
        {
            rules.entry(name.to_owned()).or_default().push(rule.to_owned());
        }
    }
    let expected = BTreeMap::from(
        [
            ("agentId", &["type"][..]),
            ("conversationId", &["type"]),
            ("id", &["type", "minLength", "maxLength", "pattern"]),
            ("messageId", &["type"]),
            ("type", &["required", "type", "minLength"]),
        ]
        .map(|(name, rules)| {
            (
                name.to_owned(),
                rules.iter().map(|rule| (*rule).to_owned()).collect(),
            )
        }),
    );
    assert_eq!(rules, expected);
}

#[test]
fn an_event_may_leave_out_what_was_not_sent() {
    let operation = api("inkeep").unwrap().contract().operation("log-event").unwrap();
    let created = &operation.response(201).unwrap().content[0];
    let event = json!({ "id": "a", "type": "b", "createdAt": "c", "updatedAt": "d" });
    assert_eq!(created.validate(&json!({ "data": event })), Ok(()));
    let mut with_nulls = event.clone();
    for name in [
        "agentId",
        "conversationId",
        "messageId",
        "metadata",
        "properties",
        "userProperties",
    ] {
        with_nulls[name] = Value::Null;
    }
    assert_eq!(created.validate(&json!({ "data": with_nulls })), Ok(()));
    for name in ["id", "type", "createdAt", "updatedAt"] {
        let mut without = event.clone();
        without.as_object_mut().unwrap().remove(name);
        assert!(created.validate(&json!({ "data": without })).is_err(), "{name}");
        let mut null = event.clone();
        null[name] = Value::Null;
        assert!(created.validate(&json!({ "data": null })).is_err(), "{name}");
    }
    assert!(created.validate(&event).is_err(), "an event without its envelope");
}

#[test]
fn the_sample_of_each_problem_agrees_with_its_status() {
    let operation = api("inkeep").unwrap().contract().operation("log-event").unwrap();
    for status in [400, 401, 403, 422, 500] {
        let problem = &operation.response(status).unwrap().content[0].examples[0].value;
        assert_eq!(problem["status"], status);
        assert_eq!(problem["error"]["code"], problem["code"]);
        assert_eq!(problem["error"]["message"], problem["detail"]);
        // The rows name these words, as checks take them from the samples.
        for (row, member) in [
            ("inkeep.err.code-match", "code"),
            ("inkeep.err.title-match", "title"),
        ] {
            let word = problem[member].as_str().unwrap();
            let summary = &requirement(row).unwrap().summary;
            assert!(summary.contains(&format!("{word} for {status}")), "{row}: {word}");
        }
    }
}

#[test]
fn a_value_that_only_a_sample_shows_is_no_must() {
    for id in [
        "inkeep.resp.fields",
        "inkeep.err.code-match",
        "inkeep.err.title-match",
        "inkeep.err.legacy",
        "inkeep.err.legacy.message",
    ] {
        assert_eq!(requirement(id).unwrap().level, Level::Should, "{id}");
    }
}

#[test]
fn a_fault_of_the_body_may_be_400_or_422() {
    for row in api("inkeep").unwrap().catalogue() {
        let is_rule = row
            .facet
            .as_deref()
            .is_some_and(|facet| facet.starts_with("body/application/json/property/"));
        if is_rule {
            assert_eq!(row.status, [400, 422], "{}", row.id);
        }
    }
}
