//! A stored event as an answer shows it, and when two of them are the same.

use serde_json::{Map, Value};

use crate::http::{Exchange, Response};

/// The members of an event, as the sample of the page shows them (Inkeep, Log Event, `Response Body`).
pub(super) const MEMBERS: [&str; 11] = [
    "agentId",
    "conversationId",
    "createdAt",
    "id",
    "messageId",
    "metadata",
    "properties",
    "serverMetadata",
    "type",
    "updatedAt",
    "userProperties",
];

/// The event in an answer. One that stands outside of its envelope is read as well: that breaks the rule on the
/// envelope, and says nothing about the event.
pub(super) fn event(exchange: &Exchange) -> Option<Map<String, Value>> {
    let body = exchange
        .response()
        .filter(|response| response.is_success())
        .and_then(Response::json)?;
    match body {
        Value::Object(mut body) => match body.shift_remove("data") {
            Some(Value::Object(event)) => Some(event),
            Some(_) => None,
            None => body.contains_key("type").then_some(body),
        },
        _ => None,
    }
}

/// A member of an event, where null and absent are the same.
pub(super) fn member<'e>(event: &'e Map<String, Value>, name: &str) -> &'e Value {
    event.get(name).unwrap_or(&Value::Null)
}

/// The first documented member in which two answers differ, with both values. Further members may differ: none are
/// described, so an answer may say in one that it is a repetition.
pub(super) fn difference(first: &Map<String, Value>, second: &Map<String, Value>) -> Option<String> {
    MEMBERS.iter().find_map(|name| difference_in(name, first, second))
}

/// The same but for the time of the last change: a server that sets it whenever an event is sent again breaks the rule
/// on repeated events, and none on what else may happen to an event.
pub(super) fn difference_in_content(
    first: &Map<String, Value>,
    second: &Map<String, Value>,
) -> Option<String> {
    MEMBERS
        .iter()
        .filter(|name| **name != "updatedAt")
        .find_map(|name| difference_in(name, first, second))
}

fn difference_in(name: &str, first: &Map<String, Value>, second: &Map<String, Value>) -> Option<String> {
    let (before, after) = (member(first, name), member(second, name));
    let is_time = matches!(name, "createdAt" | "updatedAt");
    let same = same_value(before, after) || (is_time && same_time(before, after));
    (!same).then(|| format!("{name} was {before} and is {after}"))
}

/// Whether two JSON values say the same: the order of members does not count, and numbers are compared by value, as
/// 1 and 1.0 are one number to most programs.
pub(super) fn same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other
                || one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| {
                    // Readers of decimal fractions may differ in the last bit.
                    (one - other).abs() <= one.abs().max(other.abs()) * 1e-14
                })
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_value(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|other| same_value(value, other)))
        }
        _ => one == other,
    }
}

/// Whether two texts are one moment, however each of them is written.
fn same_time(one: &Value, other: &Value) -> bool {
    let time = |value: &Value| value.as_str()?.parse::<jiff::Timestamp>().ok();
    time(one).is_some_and(|one| time(other) == Some(one))
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::Request;

    /// An exchange with this answer.
    pub(crate) fn answered(request: Request, status: u16, media_type: &str, body: &Value) -> Exchange {
        let response = Response {
            status,
            headers: vec![("content-type".to_owned(), media_type.to_owned())],
            body: body.to_string().into(),
            cut: false,
        };
        Exchange {
            number: 1,
            request,
            answer: Ok(response),
            elapsed: std::time::Duration::ZERO,
        }
    }

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn the_members_are_those_of_the_sample() {
        let operation = spec::api("inkeep")
            .unwrap()
            .contract()
            .operation("log-event")
            .unwrap();
        let sample = &operation.response(201).unwrap().content[0].examples[0].value["data"];
        let names: Vec<&str> = sample.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, MEMBERS);
    }

    #[test]
    fn an_event_is_read_with_and_without_its_envelope() {
        let read = |status, body: Value| {
            event(&answered(
                Request::new("POST", "/"),
                status,
                "application/json",
                &body,
            ))
        };
        let expected = Some(object(json!({ "type": "a" })));
        assert_eq!(read(201, json!({ "data": { "type": "a" } })), expected);
        assert_eq!(read(201, json!({ "type": "a" })), expected);
        assert_eq!(read(201, json!({ "data": "a", "type": "b" })), None);
        assert_eq!(read(201, json!({ "status": "ok" })), None);
        assert_eq!(read(400, json!({ "type": "about:blank" })), None);
    }

    #[test]
    fn what_is_written_differently_is_still_the_same() {
        for (one, other) in [
            (json!(1), json!(1.0)),
            (json!(0.1), json!(0.1 + f64::EPSILON / 64.0)),
            (json!({ "a": 1, "b": [null] }), json!({ "b": [null], "a": 1 })),
        ] {
            assert!(same_value(&one, &other), "{one} {other}");
        }
        for (one, other) in [
            (json!(1), json!("1")),
            (json!(1), json!(true)),
            (json!([1, 2]), json!([2, 1])),
            (json!({}), json!([])),
            (json!({ "a": null }), json!({})),
            (json!({ "a": null }), json!({ "b": null })),
            (json!(9_007_199_254_740_991_u64), json!(9_007_199_254_740_000_u64)),
        ] {
            assert!(!same_value(&one, &other), "{one} {other}");
        }
    }

    #[test]
    fn only_documented_members_count_as_differences() {
        let first = object(json!({ "id": "a", "createdAt": "2026-05-05T15:58:45.955Z", "agentId": null }));
        let same =
            object(json!({ "id": "a", "createdAt": "2026-05-05T17:58:45.955+02:00", "replayed": true }));
        assert_eq!(difference(&first, &same), None);
        let later = object(json!({ "id": "a", "createdAt": "2026-05-05T15:58:45.956Z" }));
        assert!(difference(&first, &later).unwrap().starts_with("createdAt was"));
        let touched =
            object(json!({ "id": "a", "createdAt": "2026-05-05T15:58:45.955Z", "updatedAt": "now" }));
        assert!(difference(&first, &touched).unwrap().starts_with("updatedAt was"));
        assert_eq!(difference_in_content(&first, &touched), None);
        let other = object(json!({ "id": "a", "createdAt": "2026-05-05T15:58:45.955Z", "metadata": {} }));
        assert_eq!(
            difference(&first, &other),
            Some("metadata was null and is {}".to_owned())
        );
    }
}
