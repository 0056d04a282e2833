//! What a request to `PolyAI` has to be, for whoever sends one (PolyAI, Post external event result).

use mock_server::Fixtures;
use mock_server::polyai::{self as reference, Readings};
use serde_json::{Value, json};
use spec::{Operation, ParameterIn};

use super::Polyai;
use crate::sender::request::{Found, Given, Received, another_key, quote, quoted_media_type};
use crate::sender::side::SenderSide;
use crate::verdict::Finding;

/// Judging who sends to `PolyAI`.
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
        path: reference::PATH.to_owned(),
        key: "hookproof-polyai-sender-key".to_owned(),
        agent_id: None,
        account_id: Some("HOOKPROOF".to_owned()),
        project_id: Some("PROJECT-SENDER".to_owned()),
        event_id: Some(format!("evt_01HOOKPROOFSENDER{number:05}")),
    }
}

fn fixtures(events: &[Given], fixtures: &mut Fixtures) {
    let (Some(first), fixtures) = (events.first(), &mut fixtures.polyai) else {
        return;
    };
    fixtures.account_id = first.account_id.clone().unwrap_or_default();
    fixtures.project_id = first.project_id.clone().unwrap_or_default();
    fixtures.known_ids = events.iter().filter_map(|event| event.event_id.clone()).collect();
    fixtures.keys = reference::Keys {
        valid: Some(first.key.clone()),
        ..reference::Keys::default()
    };
}

/// The one member that every refusal has.
fn error(status: u16) -> (&'static str, Value) {
    let message = format!("hookproof answers {status} here, because the scenario says so");
    ("application/json", json!({ "error_message": message }))
}

/// Holds a request against every requirement that binds who sends it.
pub(crate) fn rules(received: &Received, given: &Given) -> Vec<Found> {
    let operation = Polyai::operation();
    let media_type = media_type(operation, received, given);
    let id_at_path = match &media_type {
        Finding::Broken { .. } if values(received, "event_id_location") == ["payload"] => {
            Finding::Undecided("how to read the body depends on its label, which is wrong".to_owned())
        }
        _ => id_at_path(received, given),
    };
    vec![
        Found::new("polyai.sender.key", key(received, given)),
        Found::new("polyai.sender.parameters", parameters(operation, received, given)),
        Found::new("polyai.sender.location", location(operation, received, given)),
        Found::new("polyai.sender.media-type", media_type),
        Found::new("polyai.sender.id-at-path", id_at_path),
        Found::new(
            "polyai.sender.body",
            Finding::when(received.body_bytes > 0, "a body", "no body"),
        ),
    ]
}

fn key(received: &Received, given: &Given) -> Finding {
    let got = match &received.header("x-api-key")[..] {
        [] => received.misplaced_key(given),
        [value] if *value == given.key => return Finding::Met,
        [value] => another_key(value),
        several => format!("{} headers X-Api-Key", several.len()),
    };
    Finding::Broken {
        expected: "the key that was handed over, in the header X-Api-Key".to_owned(),
        got,
    }
}

/// The decoded values of a query parameter.
fn values(received: &Received, name: &str) -> Vec<String> {
    let query = received.request.uri().query().unwrap_or("");
    form_urlencoded::parse(query.as_bytes())
        .filter(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
        .collect()
}

fn parameters(operation: &Operation, received: &Received, given: &Given) -> Finding {
    let required = || {
        operation
            .parameters
            .iter()
            .filter(|parameter| parameter.required && parameter.location == ParameterIn::Query)
            .map(|parameter| parameter.name.as_str())
    };
    let missing: Vec<&str> = required()
        .filter(|name| values(received, name).is_empty())
        .collect();
    if !missing.is_empty() {
        let query = received.request.uri().query().unwrap_or("");
        return Finding::Broken {
            expected: format!("{} in the query", required().collect::<Vec<_>>().join(", ")),
            got: format!(
                "a query without {}: {}",
                missing.join(" and "),
                quote(query, given)
            ),
        };
    }
    let open = |name: &&str| match &values(received, name)[..] {
        [value] => value.is_empty(),
        _ => true,
    };
    match required().find(open) {
        Some(name) => Finding::Undecided(format!(
            "{name} is empty or given twice, and the documents do not say what that means"
        )),
        None => Finding::Met,
    }
}

fn location(operation: &Operation, received: &Received, given: &Given) -> Finding {
    const NAME: &str = "event_id_location";
    let known: Vec<&str> = operation
        .parameters
        .iter()
        .find(|parameter| parameter.name == NAME)
        .map(|parameter| {
            parameter
                .values()
                .iter()
                .filter_map(|value| value.as_str())
                .collect()
        })
        .unwrap_or_default();
    match &values(received, NAME)[..] {
        [] => Finding::Undecided(format!("there is no {NAME}")),
        [value] => Finding::when(
            known.contains(&value.as_str()),
            format!("{NAME} is one of {}", known.join(", ")),
            quote(value, given),
        ),
        _ => Finding::Undecided(format!(
            "{NAME} is given several times, and the documents do not say which counts"
        )),
    }
}

fn media_type(operation: &Operation, received: &Received, given: &Given) -> Finding {
    if received.body_bytes == 0 {
        return Finding::Undecided("there is no body to label".to_owned());
    }
    let known: Vec<&str> = operation
        .body
        .iter()
        .flat_map(|body| &body.content)
        .map(|media| media.media_type.as_str())
        .collect();
    let is_known = received
        .media_type()
        .is_some_and(|essence| known.iter().any(|known| known.eq_ignore_ascii_case(&essence)));
    if !is_known {
        return Finding::Broken {
            expected: format!("a body labelled {}", known.join(" or ")),
            got: quoted_media_type(received, given),
        };
    }
    match reference::mislabelled(&received.request) {
        None => Finding::Met,
        Some(what) => Finding::Broken {
            expected: "a body that is what its Content-Type says".to_owned(),
            got: format!(
                "{}, and {what}: {}",
                quoted_media_type(received, given),
                quote(&String::from_utf8_lossy(received.request.body()), given)
            ),
        },
    }
}

fn id_at_path(received: &Received, given: &Given) -> Finding {
    let Some(id) = given.event_id.as_deref() else {
        return Finding::Undecided("no id was handed over".to_owned());
    };
    let (location, path) = (
        values(received, "event_id_location"),
        values(received, "event_id_path"),
    );
    let (Some(location), Some(path)) = (location.first(), path.first()) else {
        return Finding::Undecided("the parameters do not say where the id is".to_owned());
    };
    let place = format!("{} at {}", quote(location, given), quote(path, given));
    let broken = |got: String| Finding::Broken {
        expected: format!("the id that was handed over, {}, in {place}", quote(id, given)),
        got,
    };
    match reference::find_id(&received.request, &Readings::default()) {
        Ok(found) if found == id => Finding::Met,
        // It is another text, and yet the id was meant: cut wrongly, quoted twice, or from the wrong field.
        Ok(found) if received.holds(id) => broken(format!("{} there", quote(&found, given))),
        Ok(found) => Finding::Undecided(format!(
            "{} stands there; it is not the id that was handed over ($HOOKPROOF_EVENT_ID)",
            quote(&found, given)
        )),
        Err(why) => match reading_that_finds(received, id) {
            Some(reading) => Finding::Undecided(format!(
                "the id is found only where `{reading}` is read so, which the documents leave open"
            )),
            None => broken(why),
        },
    }
}

/// An admissible reading of a silent point under which the id is found after all.
fn reading_that_finds(received: &Received, id: &str) -> Option<String> {
    Readings::SETTINGS.iter().find_map(|setting| {
        setting.options[1..].iter().find_map(|option| {
            let mut readings = Readings::default();
            readings.set(setting.name, option);
            let found = reference::find_id(&received.request, &readings);
            found
                .is_ok_and(|found| found == id)
                .then(|| format!("{} = {option}", setting.name))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sender::request::tests::{broken, given, open, received};

    const TARGET: &str =
        "/v1/external-events/webhook?event_id_location=payload&event_id_path=cid&account_id=A&project_id=P";
    const HEADERS: [&str; 2] = ["X-Api-Key: ak_the-key", "Content-Type: application/json"];

    fn judge(target: &str, headers: &[&str], body: &[u8]) -> Vec<Found> {
        rules(
            &received(target, headers, body),
            &given("/v1/external-events/webhook"),
        )
    }

    #[test]
    fn each_documented_form_of_a_request_is_in_order() {
        let at = |location: &str| TARGET.replace("payload", location);
        for (target, content_type, header, body) in [
            (at("payload"), "application/json", "a: b", r#"{"cid":"evt_1"}"#),
            (
                at("payload"),
                "Application/JSON; charset=utf-8",
                "a: b",
                r#"{"cid":"evt_1"}"#,
            ),
            (
                at("payload"),
                "application/x-www-form-urlencoded",
                "a: b",
                "cid=evt%5F1&s=1",
            ),
            (
                at("payload"),
                "application/xml",
                "a: b",
                "<root><cid>evt_1</cid></root>",
            ),
            (at("payload"), "text/plain", "a: b", "cid=evt_1&status=ok"),
            (at("headers"), "application/json", "CID: evt_1", "{}"),
            (at("querystring") + "&cid=evt_1", "application/json", "a: b", "{}"),
        ] {
            let label = format!("Content-Type: {content_type}");
            let found = judge(
                &target,
                &["X-Api-Key: ak_the-key", &label, header],
                body.as_bytes(),
            );
            assert_eq!(
                (broken(&found), open(&found)),
                (vec![], vec![]),
                "{target} {content_type}"
            );
        }
    }

    #[test]
    fn each_fault_is_named_and_quoted() {
        let body = br#"{"cid":"evt_1"}"#;
        let only = |found: &[Found], requirement: &str, got: &str| {
            assert_eq!(broken(found), [(requirement, got)]);
        };
        only(&judge(TARGET, &HEADERS[1..], body), "polyai.sender.key", "no key");
        only(
            &judge(TARGET, &["Authorization: Bearer ak_the-key", HEADERS[1]], body),
            "polyai.sender.key",
            "the key in the header authorization",
        );
        only(
            &judge(&TARGET.replace("&project_id=P", ""), &HEADERS, body),
            "polyai.sender.parameters",
            "a query without project_id: `event_id_location=payload&event_id_path=cid&account_id=A`",
        );
        only(
            &judge(TARGET, &[HEADERS[0], "Content-Type: image/png"], body),
            "polyai.sender.media-type",
            "Content-Type `image/png`",
        );
        only(
            &judge(TARGET, &HEADERS, br#"{"id":"evt_1"}"#),
            "polyai.sender.id-at-path",
            "JSON payload: nothing",
        );
        only(
            &judge(TARGET, &HEADERS, br#"{"cid":"\"EVT_1\""}"#),
            "polyai.sender.id-at-path",
            "`\"EVT_1\"` there",
        );
        let wrong_location = judge(&TARGET.replace("payload", "Payload"), &HEADERS, body);
        assert!(broken(&wrong_location).contains(&("polyai.sender.location", "`Payload`")));
        let form_as_json = judge(TARGET, &HEADERS, b"cid=evt_1");
        assert!(broken(&form_as_json).iter().any(|(requirement, got)| {
            *requirement == "polyai.sender.media-type" && got.contains("the body is not JSON: `cid=evt_1`")
        }));
        let empty = judge(TARGET, &HEADERS, b"");
        assert!(broken(&empty).contains(&("polyai.sender.body", "no body")));
    }

    #[test]
    fn what_the_documents_leave_open_is_left_open() {
        for (target, body) in [
            (TARGET.replace("=cid", "=a.b"), r#"{"a.b":"evt_1"}"#),
            (TARGET.to_owned(), r#"{"cid":"another id"}"#),
        ] {
            let found = judge(&target, &HEADERS, body.as_bytes());
            assert_eq!(
                (broken(&found), open(&found)),
                (vec![], vec!["polyai.sender.id-at-path"])
            );
        }
        let twice = judge(&format!("{TARGET}&account_id=B"), &HEADERS, br#"{"cid":"evt_1"}"#);
        assert_eq!(
            (broken(&twice), open(&twice)),
            (vec![], vec!["polyai.sender.parameters"])
        );
    }
}
