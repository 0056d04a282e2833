//! What an answer says. Nothing in it is taken on trust: a member that is absent or of another type reads as `None`.

use jiff::Timestamp;
use serde_json::Value;

use crate::http::Exchange;

/// The members of the one envelope of all errors, as far as they are texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorParts {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// The error of an answer.
pub(crate) fn error(exchange: &Exchange) -> ErrorParts {
    let Some(body) = body(exchange) else {
        return ErrorParts::default();
    };
    let part = |name: &str| text(body.get("error")?, name);
    ErrorParts {
        code: part("code"),
        message: part("message"),
        request_id: part("request_id"),
    }
}

/// `error.code` of an answer, where it says anything.
pub(crate) fn code(exchange: &Exchange) -> Option<String> {
    error(exchange).code.filter(|code| !code.is_empty())
}

/// The body as JSON.
pub(crate) fn body(exchange: &Exchange) -> Option<Value> {
    exchange.response()?.json()
}

/// A member that is a text.
pub(crate) fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

/// A whole number that is not negative, whether it is written `430` or `430.0`: to JSON the two are one.
pub(crate) fn whole(value: &Value) -> Option<u64> {
    // A number with a point is exact up to 2^53.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        let is_whole = number.fract() == 0.0 && (0.0..=EXACT).contains(&number);
        is_whole
            .then(|| format!("{:.0}", number.abs()).parse().ok())
            .flatten()
    })
}

/// A member of the answer's body that is a text and not empty.
pub(crate) fn member(exchange: &Exchange, name: &str) -> Option<String> {
    text(&body(exchange)?, name).filter(|text| !text.is_empty())
}

/// What identifies the message of a conversational agent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields are named like the members of the answer"
)]
pub(crate) struct Message {
    pub(crate) agent: String,
    pub(crate) session: String,
    pub(crate) message: String,
    pub(crate) response: String,
}

/// The message that an agent has answered with.
pub(crate) fn message(exchange: &Exchange, agent: &str) -> Option<Message> {
    if !exchange.is_success() {
        return None;
    }
    Some(Message {
        agent: agent.to_owned(),
        session: member(exchange, "session_id")?,
        message: member(exchange, "message_id")?,
        response: member(exchange, "response").unwrap_or_default(),
    })
}

/// The run that a workflow agent has queued.
pub(crate) fn run_id(exchange: &Exchange) -> Option<String> {
    if exchange.is_success() {
        member(exchange, "run_id")
    } else {
        None
    }
}

/// The entries of a list: of a bare array, or of the array that an object holds, whatever it is called there.
pub(crate) fn items(list: &Value) -> Option<&Vec<Value>> {
    match list {
        Value::Array(items) => Some(items),
        Value::Object(members) => members.values().find_map(Value::as_array),
        _ => None,
    }
}

/// Whether this very text is one of the texts in the value, at any depth.
pub(crate) fn holds(value: &Value, wanted: &str) -> bool {
    any_text(value, &|text| text == wanted)
}

/// Whether some text in the value contains this one, at any depth.
pub(crate) fn mentions(value: &Value, wanted: &str) -> bool {
    any_text(value, &|text| text.contains(wanted))
}

/// `serde_json` reads no value that is nested deeper than 128 levels, which bounds the recursion.
fn any_text(value: &Value, test: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => test(text),
        Value::Array(items) => items.iter().any(|item| any_text(item, test)),
        Value::Object(members) => members.values().any(|member| any_text(member, test)),
        _ => false,
    }
}

/// Whether two values say the same: numbers by their worth and not by how they are written.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        (left, right) => left == right,
    }
}

/// The target's time when it answered, from `Date`.
pub(crate) fn clock(exchange: &Exchange) -> Option<Timestamp> {
    let date = exchange.response()?.header("date")?;
    let zoned = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date);
    zoned.ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::{Request, Response};

    fn answer(status: u16, body: &str) -> Exchange {
        Exchange {
            number: 1,
            request: Request::new("POST", "/"),
            answer: Ok(Response {
                status,
                headers: Vec::new(),
                body: body.to_owned().into(),
                cut: false,
            }),
            elapsed: std::time::Duration::ZERO,
        }
    }

    #[test]
    fn the_clock_of_a_target_is_its_date() {
        let exchange = |date: &str| Exchange {
            number: 1,
            request: Request::new("GET", "/"),
            answer: Ok(Response {
                status: 200,
                headers: vec![("Date".to_owned(), date.to_owned())],
                body: "{}".into(),
                cut: false,
            }),
            elapsed: std::time::Duration::ZERO,
        };
        let expected: Timestamp = "2026-05-26T11:45:00Z".parse().unwrap();
        assert_eq!(clock(&exchange("Tue, 26 May 2026 11:45:00 GMT")), Some(expected));
        assert_eq!(clock(&exchange("yesterday")), None);
    }

    #[test]
    fn what_is_no_text_reads_as_absent() {
        for body in ["", "null", "[]", "{\"error\":\"x\"}", "{\"error\":{\"code\":7}}"] {
            assert_eq!(error(&answer(400, body)), ErrorParts::default(), "{body}");
        }
        let parts = error(&answer(
            400,
            r#"{"error":{"code":"c","message":"m","request_id":"r"}}"#,
        ));
        assert_eq!(parts.code.as_deref(), Some("c"));
        assert_eq!(run_id(&answer(202, r#"{"run_id":""}"#)), None);
        assert_eq!(run_id(&answer(404, r#"{"run_id":"r"}"#)), None);
        assert_eq!(message(&answer(200, r#"{"session_id":"s"}"#), "a"), None);
    }

    #[test]
    fn what_is_there_is_read() {
        let exchange = answer(
            400,
            r#"{"error":{"code":"c"},"run_id":"r","empty":"","number":7}"#,
        );
        assert_eq!(code(&exchange).as_deref(), Some("c"));
        assert_eq!(code(&answer(400, r#"{"error":{"code":""}}"#)), None);
        assert_eq!(member(&exchange, "run_id").as_deref(), Some("r"));
        for name in ["empty", "number", "absent"] {
            assert_eq!(member(&exchange, name), None, "{name}");
        }
        assert_eq!(run_id(&answer(202, r#"{"run_id":"r"}"#)).as_deref(), Some("r"));
        let body = r#"{"session_id":"s","message_id":"m","response":"Hello."}"#;
        let expected = Message {
            agent: "a".to_owned(),
            session: "s".to_owned(),
            message: "m".to_owned(),
            response: "Hello.".to_owned(),
        };
        assert_eq!(message(&answer(200, body), "a"), Some(expected));
        assert_eq!(message(&answer(404, body), "a"), None);
    }

    #[test]
    fn a_whole_number_may_have_a_point() {
        for (number, expected) in [
            (json!(0), Some(0)),
            (json!(430), Some(430)),
            (json!(430.0), Some(430)),
            (json!(-0.0), Some(0)),
            (json!(u64::MAX), Some(u64::MAX)),
            (json!(430.5), None),
            (json!(-1), None),
            (json!(-1.0), None),
            (json!(1e300), None),
            (json!("430"), None),
            (json!(null), None),
        ] {
            assert_eq!(whole(&number), expected, "{number}");
        }
    }

    #[test]
    fn a_list_is_an_array_or_holds_one() {
        assert_eq!(items(&json!([1])).map(Vec::len), Some(1));
        assert_eq!(items(&json!({"limit": 2, "runs": [1, 2]})).map(Vec::len), Some(2));
        assert_eq!(items(&json!({"runs": null})), None);
        assert_eq!(items(&json!("x")), None);
    }

    #[test]
    fn texts_are_found_at_any_depth() {
        let value = json!({"a": [{"b": "run_12"}], "c": 5});
        assert!(holds(&value, "run_12") && !holds(&value, "run_1"));
        assert!(mentions(&value, "run_1") && !mentions(&value, "5"));
    }

    #[test]
    fn numbers_count_by_their_worth() {
        assert!(same(&json!({"a": 1, "b": [2.0]}), &json!({"b": [2], "a": 1.0})));
        assert!(same(&json!("a"), &json!("a")) && !same(&json!("1"), &json!(1)));
        for other in [
            json!({"a": 1}),
            json!({"a": 1, "b": [2, 3]}),
            json!({"a": 1, "b": [3]}),
            json!(null),
        ] {
            assert!(!same(&json!({"a": 1, "b": [2]}), &other), "{other}");
            assert!(!same(&other, &json!({"a": 1, "b": [2]})), "{other}");
        }
    }
}
