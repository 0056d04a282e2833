//! What a request to Inkeep has to be, for whoever sends one (Inkeep, Log Event). That an event keeps its id when it is
//! sent again is the judge's matter.

use mock_server::Fixtures;
use mock_server::inkeep::{Keys, PATH};
use serde_json::{Map, Value, json};

use super::Inkeep;
use crate::sender::request::{Credential, Found, Given, Received, quote, quoted_media_type};
use crate::sender::side::SenderSide;
use crate::verdict::Finding;

/// Judging who sends to Inkeep.
pub(crate) static SIDE: SenderSide = SenderSide {
    rules,
    given,
    fixtures,
    error,
};

fn given(number: u32) -> Given {
    Given {
        // Nothing in the path of this API tells events apart, so that something before it has to.
        prefix: format!("/event-{number}"),
        path: PATH.to_owned(),
        key: "hookproof-inkeep-sender-key".to_owned(),
        agent_id: Some("hookproof-agent".to_owned()),
        account_id: None,
        project_id: None,
        event_id: Some(format!("hookproof-event-{number}")),
    }
}

fn fixtures(events: &[Given], fixtures: &mut Fixtures) {
    fixtures.inkeep.keys = Keys {
        valid: events.first().map(|event| event.key.clone()),
        ..Keys::default()
    };
}

/// A problem document.
fn error(status: u16) -> (&'static str, Value) {
    let (code, title) = match status {
        400 => ("bad_request", "Bad Request"),
        401 => ("unauthorized", "Unauthorized"),
        403 => ("forbidden", "Forbidden"),
        404 => ("not_found", "Not Found"),
        422 => ("unprocessable_entity", "Unprocessable Entity"),
        _ if (400..500).contains(&status) => ("client_error", "Client Error"),
        _ => ("internal_server_error", "Internal Server Error"),
    };
    let problem = json!({
        "code": code, "status": status, "title": title, "detail": title,
        "error": { "code": code, "message": title },
    });
    ("application/problem+json", problem)
}

/// Holds a request against every requirement that binds who sends it.
pub(crate) fn rules(received: &Received, given: &Given) -> Vec<Found> {
    vec![
        Found::new("inkeep.sender.token", token(received, given)),
        Found::new("inkeep.sender.media-type", media_type(received, given)),
        Found::new("inkeep.sender.body", body(received, given)),
    ]
}

fn token(received: &Received, given: &Given) -> Finding {
    match received.bearer(given) {
        Credential::Given => Finding::Met,
        Credential::Open(why) => Finding::Undecided(why),
        Credential::Other(got) => Finding::Broken {
            expected: "the token that was handed over, after the word Bearer in Authorization".to_owned(),
            got,
        },
    }
}

fn media_type(received: &Received, given: &Given) -> Finding {
    let expected = "a body labelled application/json that is JSON";
    let label = quoted_media_type(received, given);
    if received.body_bytes == 0 {
        return Finding::Broken {
            expected: expected.to_owned(),
            got: "no body".to_owned(),
        };
    }
    let labelled = received
        .media_type()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    if !labelled {
        return Finding::Broken {
            expected: expected.to_owned(),
            got: label,
        };
    }
    let body = received.request.body();
    Finding::when(
        serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok(),
        expected,
        format!(
            "{label}, and no JSON: {}",
            quote(&String::from_utf8_lossy(body), given)
        ),
    )
}

/// The members that the page gives types, lengths or a pattern.
const DESCRIBED: [&str; 5] = ["type", "id", "agentId", "conversationId", "messageId"];

/// The members of which the documents do not say whether they may be null.
const PERHAPS_NULL: [&str; 4] = ["id", "agentId", "conversationId", "messageId"];

fn body(received: &Received, given: &Given) -> Finding {
    let Ok(value) = serde_json::from_slice::<Value>(received.request.body()) else {
        return Finding::Undecided("there is no JSON to look at".to_owned());
    };
    let expected = "an object with a type that is not empty, and with texts of the documented lengths and pattern as id, \
                    agentId, conversationId and messageId";
    let Value::Object(members) = value else {
        return Finding::Broken {
            expected: expected.to_owned(),
            got: quote(&value.to_string(), given),
        };
    };
    let open: Vec<&str> = PERHAPS_NULL
        .into_iter()
        .filter(|name| members.get(*name).is_some_and(Value::is_null))
        .collect();
    let described: Map<String, Value> = members
        .into_iter()
        .filter(|(name, _)| DESCRIBED.contains(&name.as_str()) && !open.contains(&name.as_str()))
        .collect();
    let media = Inkeep::operation()
        .body
        .iter()
        .flat_map(|body| &body.content)
        .next();
    let faults = media.map(|media| media.validate(&Value::Object(described)));
    match faults {
        Some(Err(faults)) => Finding::Broken {
            expected: expected.to_owned(),
            got: faults
                .iter()
                .map(|fault| quote(fault, given))
                .collect::<Vec<_>>()
                .join(", "),
        },
        _ if !open.is_empty() => Finding::Undecided(format!(
            "{} is null, and the documents do not say whether it may be",
            open.join(" and ")
        )),
        _ => Finding::Met,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sender::request::tests::{broken, given, open, received};

    const HEADERS: [&str; 2] = [
        "Authorization: Bearer ak_the-key",
        "Content-Type: application/json",
    ];

    fn judge(headers: &[&str], body: &str) -> Vec<Found> {
        rules(
            &received("/run/v1/events", headers, body.as_bytes()),
            &given("/run/v1/events"),
        )
    }

    #[test]
    fn a_documented_body_is_in_order() {
        for body in [
            r#"{"type":"a"}"#,
            r#"{"type":"a b","id":"A-b_c.9","agentId":"","properties":{"a":[1]},"unknown":1}"#,
        ] {
            let found = judge(&HEADERS, body);
            assert_eq!((broken(&found), open(&found)), (vec![], vec![]), "{body}");
        }
    }

    #[test]
    fn each_fault_is_named_and_quoted() {
        for (body, quoted) in [
            ("[]", "`[]`"),
            ("{}", "type"),
            (r#"{"type":""}"#, "`at `/type`"),
            (r#"{"type":7}"#, "`at `/type`"),
            (r#"{"type":null}"#, "`at `/type`"),
            (r#"{"type":"a","id":"a b"}"#, "`at `/id`"),
            (r#"{"type":"a","messageId":7}"#, "`at `/messageId`"),
        ] {
            let found = judge(&HEADERS, body);
            let faults = broken(&found);
            assert!(
                faults.len() == 1 && faults[0].0 == "inkeep.sender.body" && faults[0].1.contains(quoted),
                "{body}: {faults:?}"
            );
        }
        let long = format!(r#"{{"type":"a","id":"{}"}}"#, "x".repeat(256));
        assert_eq!(broken(&judge(&HEADERS, &long))[0].0, "inkeep.sender.body");
        assert_eq!(
            broken(&judge(&HEADERS, "type=a")),
            [(
                "inkeep.sender.media-type",
                "Content-Type `application/json`, and no JSON: `type=a`"
            )]
        );
        assert_eq!(
            broken(&judge(&HEADERS[..1], r#"{"type":"a"}"#)),
            [("inkeep.sender.media-type", "no Content-Type")]
        );
        assert_eq!(
            broken(&judge(&HEADERS[1..], r#"{"type":"a"}"#)),
            [("inkeep.sender.token", "no key")]
        );
    }

    #[test]
    fn null_is_left_open_where_the_documents_are_silent() {
        let found = judge(&HEADERS, r#"{"type":"a","agentId":null}"#);
        assert_eq!(
            (broken(&found), open(&found)),
            (vec![], vec!["inkeep.sender.body"])
        );
    }
}
