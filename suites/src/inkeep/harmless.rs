//! Which requests every conformant server refuses: all that safe mode sends.

use mock_server::inkeep::Keys;
use serde_json::{Map, Value};

use super::cases::METHOD_FIELDS;
use crate::credential::is_bearer;
use crate::http::Request;
use crate::json_reading::{self, Reading};

/// Methods that only ask.
const ASKING: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// Longest documented id, in characters.
const ID_LENGTH: usize = 255;

/// Whether the request only asks, carries no token that counts, or has a body that no admissible reading of the page
/// accepts.
pub(super) fn is_harmless(keys: &Keys, request: &Request) -> bool {
    let counting = [
        &keys.valid,
        &keys.other_project,
        &keys.unprocessable,
        &keys.failing,
    ];
    let only_asks = ASKING.contains(&request.method.as_str())
        && METHOD_FIELDS
            .iter()
            .all(|name| request.header_value(name).is_none());
    only_asks || !is_bearer(request, counting.into_iter().flatten()) || is_refused(&request.body)
}

/// Whether the body has a fault that the page names. What it leaves open, and what a lenient reader may overlook, counts
/// as acceptable.
fn is_refused(body: &[u8]) -> bool {
    match json_reading::read(body) {
        Reading::Open => false,
        Reading::Value(Value::Object(event)) => {
            type_is_refused(&event) || id_is_refused(&event) || anchor_is_refused(&event)
        }
        Reading::Value(_) | Reading::Nothing => true,
    }
}

/// `inkeep.type.required`, `inkeep.type.min-length`, `inkeep.type.string`; null is left to the vendor's code.
fn type_is_refused(event: &Map<String, Value>) -> bool {
    match event.get("type") {
        None => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(value) => !value.is_null(),
    }
}

/// `inkeep.id.pattern`, `inkeep.id.len.min`, `inkeep.id.len.max`, `inkeep.id.type`. The vendor cuts blanks off first, and
/// takes null for absent.
fn id_is_refused(event: &Map<String, Value>) -> bool {
    match event.get("id") {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => {
            let bare = text.trim();
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            text.is_empty() || !bare.chars().all(fits) || bare.chars().count() > ID_LENGTH
        }
        Some(_) => true,
    }
}

/// `inkeep.str.agent-id`, `inkeep.str.conversation-id`, `inkeep.str.message-id`.
fn anchor_is_refused(event: &Map<String, Value>) -> bool {
    ["agentId", "conversationId", "messageId"]
        .iter()
        .filter_map(|name| event.get(*name))
        .any(|value| !value.is_string() && !value.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::inkeep::fixtures::{PATH, post_under};

    fn keys() -> Keys {
        mock_server::Fixtures::builtin().inkeep.keys
    }

    fn harmless(body: &Value) -> bool {
        is_harmless(&keys(), &post_under(keys().valid.as_deref().unwrap(), body))
    }

    #[test]
    fn what_any_reading_accepts_is_withheld() {
        for body in [
            json!({ "type": "a" }),
            json!({ "type": null }),
            json!({ "type": " " }),
            json!({ "type": "a", "id": null }),
            json!({ "type": "a", "id": " a " }),
            json!({ "type": "a", "id": "x".repeat(255) }),
            json!({ "type": "a", "agentId": null, "metadata": 7, "other": [] }),
        ] {
            assert!(!harmless(&body), "{body}");
        }
    }

    #[test]
    fn what_the_page_refuses_is_sent() {
        for body in [
            json!({}),
            json!([]),
            json!("a"),
            json!(null),
            json!({ "type": "" }),
            json!({ "type": 7 }),
            json!({ "type": "a", "id": "" }),
            json!({ "type": "a", "id": "a b" }),
            json!({ "type": "a", "id": "x".repeat(256) }),
            json!({ "type": "a", "messageId": [] }),
        ] {
            assert!(harmless(&body), "{body}");
        }
    }

    #[test]
    fn a_valid_event_is_sent_only_under_a_token_that_does_not_count() {
        let event = json!({ "type": "a" });
        let valid = keys().valid.unwrap();
        for value in [format!("bearer  {valid}"), format!("Bearer {valid} ")] {
            let request = post_under("x", &event).set_header("authorization", &value);
            assert!(!is_harmless(&keys(), &request), "{value}");
        }
        for value in [
            format!("Basic {valid}"),
            valid.clone(),
            format!("Bearer {valid}x"),
            String::new(),
        ] {
            let request = post_under("x", &event).set_header("Authorization", &value);
            assert!(is_harmless(&keys(), &request), "{value}");
        }
        assert!(is_harmless(&keys(), &Request::new("GET", PATH)));
        let get = post_under(&valid, &event).method("GET");
        assert!(is_harmless(&keys(), &get));
        let get = get.header("X-HTTP-Method-Override", "POST");
        assert!(!is_harmless(&keys(), &get));
        let delete = post_under(&valid, &event).method("DELETE");
        assert!(!is_harmless(&keys(), &delete));
    }
}
