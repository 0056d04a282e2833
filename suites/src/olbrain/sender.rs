//! What a trigger of Olbrain has to be, for whoever sends one (Olbrain, Trigger a webhook). What binds several tries of
//! one event, and its key against duplicates, is the judge's matter.

use http::Method;
use mock_server::Fixtures;
use mock_server::olbrain::{self, BODY_LIMIT_BYTES, not_json_from};
use serde_json::{Value, json};

use crate::sender::request::{Credential, Found, Given, Received, quote, quoted_media_type};
use crate::sender::side::SenderSide;
use crate::verdict::Finding;

/// Judging who sends to Olbrain.
pub(crate) static SIDE: SenderSide = SenderSide {
    rules,
    given,
    fixtures,
    error,
};

/// Each event is for an agent of its own, which tells events apart by the path alone.
fn given(number: u32) -> Given {
    let agent_id = format!("agt_01H00KPR00FSENDER{number:09}");
    Given {
        prefix: String::new(),
        path: format!("/api/agents/webhook/{agent_id}"),
        key: "ak_hookproof_sender".to_owned(),
        agent_id: Some(agent_id),
        account_id: None,
        project_id: None,
        event_id: None,
    }
}

fn fixtures(events: &[Given], fixtures: &mut Fixtures) {
    let agents = events.iter().filter_map(|event| event.agent_id.clone()).collect();
    fixtures.olbrain = olbrain::Fixtures {
        conversational_agents: agents,
        keys: olbrain::Keys {
            valid: events.first().map(|event| event.key.clone()),
            ..olbrain::Keys::default()
        },
        ..olbrain::Fixtures::default()
    };
}

/// The one envelope of every error.
fn error(status: u16) -> (&'static str, Value) {
    let code = match status {
        400 => "bad_request",
        401 => "unauthorized",
        404 => "agent_not_found",
        413 => "payload_too_large",
        429 => "rate_limited",
        502 => "upstream_error",
        503 => "unavailable",
        504 => "upstream_timeout",
        _ if (400..500).contains(&status) => "client_error",
        _ => "internal_error",
    };
    let message = format!("hookproof answers {status} here, because the scenario says so.");
    let error = json!({ "code": code, "message": message, "request_id": "req_hookproof" });
    ("application/json", json!({ "error": error }))
}

/// Holds a request against every requirement that binds who sends it.
pub(crate) fn rules(received: &Received, given: &Given) -> Vec<Found> {
    vec![
        Found::new("olbrain.sender.path", path(received, given)),
        Found::new("olbrain.sender.key", key(received, given)),
        Found::new("olbrain.sender.media-type", media_type(received, given)),
        Found::new("olbrain.sender.body", body(received, given)),
        Found::new("olbrain.sender.body-size", body_size(received)),
    ]
}

fn path(received: &Received, given: &Given) -> Finding {
    let (method, path) = (received.request.method(), received.request.uri().path());
    if method == Method::POST && path.strip_suffix('/') == Some(&given.path) {
        return Finding::Undecided(
            "a slash stands behind the agent, and the documents do not say whether it may".to_owned(),
        );
    }
    Finding::when(
        method == Method::POST && path == given.path,
        format!("POST {}", given.path),
        format!("{} {}", quote(method.as_str(), given), quote(path, given)),
    )
}

fn key(received: &Received, given: &Given) -> Finding {
    match received.bearer(given) {
        Credential::Given => Finding::Met,
        Credential::Open(why) => Finding::Undecided(why),
        Credential::Other(got) => Finding::Broken {
            expected: "the key that was handed over, as Authorization: Bearer ak_...".to_owned(),
            got,
        },
    }
}

fn media_type(received: &Received, given: &Given) -> Finding {
    let labelled = received
        .media_type()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    Finding::when(
        labelled && received.header("content-type").len() == 1,
        "Content-Type application/json",
        quoted_media_type(received, given),
    )
}

fn body(received: &Received, given: &Given) -> Finding {
    let body = received.request.body();
    if received.body_bytes > body.len() as u64 {
        return Finding::Undecided("the body was too long to be held".to_owned());
    }
    let expected = "a body that is JSON".to_owned();
    if body.is_empty() {
        return Finding::Broken {
            expected,
            got: "no body".to_owned(),
        };
    }
    match not_json_from(body) {
        None => Finding::Met,
        Some(at) => Finding::Broken {
            expected,
            got: format!(
                "no JSON from byte {at} on: {}",
                quote(&String::from_utf8_lossy(body), given)
            ),
        },
    }
}

fn body_size(received: &Received) -> Finding {
    Finding::when(
        received.body_bytes <= BODY_LIMIT_BYTES as u64,
        format!("a body of at most {BODY_LIMIT_BYTES} bytes"),
        format!("{} bytes", received.body_bytes),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sender::request::tests::{broken, given, open, received};

    const TARGET: &str = "/api/agents/webhook/agt_1";
    const HEADERS: [&str; 2] = [
        "Authorization: Bearer ak_the-key",
        "Content-Type: application/json",
    ];

    fn judge(target: &str, headers: &[&str], body: &[u8]) -> Vec<Found> {
        rules(&received(target, headers, body), &given(TARGET))
    }

    #[test]
    fn any_json_to_the_agent_is_in_order() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        for body in [r#"{"a":1}"#, "[]", "null", "\"x\"", &deep] {
            let found = judge(TARGET, &HEADERS, body.as_bytes());
            assert_eq!((broken(&found), open(&found)), (vec![], vec![]));
        }
    }

    #[test]
    fn each_fault_is_named_and_quoted() {
        let only = |found: &[Found], requirement: &str, got: &str| {
            assert_eq!(broken(found), [(requirement, got)]);
        };
        only(
            &judge("/api/agents/webhook/agt_2", &HEADERS, b"{}"),
            "olbrain.sender.path",
            "`POST` `/api/agents/webhook/agt_2`",
        );
        let mut get = received(TARGET, &HEADERS, b"{}");
        *get.request.method_mut() = Method::GET;
        only(
            &rules(&get, &given(TARGET)),
            "olbrain.sender.path",
            "`GET` `/api/agents/webhook/agt_1`",
        );
        only(
            &judge(TARGET, &["X-Api-Key: ak_the-key", HEADERS[1]], b"{}"),
            "olbrain.sender.key",
            "the key in the header x-api-key",
        );
        only(
            &judge(TARGET, &[HEADERS[0], "Content-Type: text/plain"], b"{}"),
            "olbrain.sender.media-type",
            "Content-Type `text/plain`",
        );
        only(&judge(TARGET, &HEADERS, b""), "olbrain.sender.body", "no body");
        only(
            &judge(TARGET, &HEADERS, b"{'a': 1}"),
            "olbrain.sender.body",
            "no JSON from byte 1 on: `{'a': 1}`",
        );
        let exactly = format!("\"{}\"", "x".repeat(BODY_LIMIT_BYTES - 2));
        assert_eq!(broken(&judge(TARGET, &HEADERS, exactly.as_bytes())), []);
        let above = format!("\"{}\"", "x".repeat(BODY_LIMIT_BYTES - 1));
        only(
            &judge(TARGET, &HEADERS, above.as_bytes()),
            "olbrain.sender.body-size",
            "1048577 bytes",
        );
    }

    #[test]
    fn what_the_documents_leave_open_is_left_open() {
        let slash = judge("/api/agents/webhook/agt_1/", &HEADERS, b"{}");
        assert_eq!(
            (broken(&slash), open(&slash)),
            (vec![], vec!["olbrain.sender.path"])
        );
        let lower = judge(TARGET, &["authorization: bearer ak_the-key", HEADERS[1]], b"{}");
        assert_eq!(
            (broken(&lower), open(&lower)),
            (vec![], vec!["olbrain.sender.key"])
        );
    }
}
