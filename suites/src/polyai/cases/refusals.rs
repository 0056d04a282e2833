//! Refusals: bodies that cannot be read, mistakes of every kind, and what a refusal leaves behind.

use proptest::prelude::*;

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::failure;
use crate::http::{Exchange, Request};
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::fixtures::{Known, Purpose};
use crate::polyai::subject::at_location;
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "body::required",
        Scenario,
        &["polyai.body.required"],
        body_required,
    ),
    (
        "refusal::client_mistakes",
        Property,
        &[
            "polyai.response.no-server-error",
            "polyai.response.no-stack-trace",
            "polyai.response.no-key-leak",
            "polyai.response.error-field",
            "polyai.response.error-nonempty",
        ],
        client_mistakes,
    ),
    (
        "refusal::repeatable",
        Scenario,
        &["polyai.refusal.repeatable"],
        repeatable,
    ),
    (
        "refusal::no_side_effect",
        Scenario,
        &["polyai.refusal.no-side-effect"],
        no_side_effect,
    ),
    (
        "response::created",
        Scenario,
        &[
            "polyai.response.201",
            "polyai.response.no-200",
            "polyai.response.no-redirect",
        ],
        created,
    ),
];

fn body_required(polyai: &Polyai, probe: &Probe<'_>) {
    for media in [
        "application/json",
        "application/x-www-form-urlencoded",
        "application/xml",
        "text/plain",
    ] {
        let request = polyai.fixtures.request("payload", "cid").body(media, "");
        checks::refused(
            probe,
            "polyai.body.required",
            "there is no body to hold the id",
            request,
        );
    }
}

/// Requests that are wrong in one of many ways. Whatever the status, it is the client's fault: every check on it is
/// one of those made on every exchange.
fn client_mistakes(polyai: &Polyai, probe: &Probe<'_>) {
    for request in fixed_mistakes(polyai) {
        probe.send(request);
    }
    for request in broken_queries(polyai).into_iter().chain(odd_inputs(polyai)) {
        // What takes a request apart may refuse it before the operation is reached, in words of its own.
        let exchange = checks::quietly(probe, request);
        if let Some(finding) = failure::finding(&exchange) {
            probe.judge("polyai.response.no-server-error", &exchange, finding);
        }
    }
    let media = prop_oneof![
        Just("application/json"),
        Just("application/x-www-form-urlencoded"),
        Just("application/xml"),
        Just("text/plain"),
        Just("application/octet-stream"),
        Just("multipart/form-data; boundary=x"),
        Just("json"),
    ];
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        "[ -~]{0,64}".prop_map(String::into_bytes),
        "[\\[{\"<&;=%\\\\]{1,40}".prop_map(String::into_bytes),
    ];
    let path = prop_oneof!["[a-z.\\[\\]$*@'\"/\\\\~]{1,20}", "[^\u{0}-\u{1f}\u{7f}]{1,12}"];
    property::check(probe, &(media, bytes, path), |(media, bytes, path)| {
        probe.send(polyai.fixtures.request("payload", &path).body(media, bytes));
    });
}

/// Queries with a percent sign that begins no escape, or an escape of what is no text.
fn broken_queries(polyai: &Polyai) -> Vec<Request> {
    let baseline = polyai.fixtures.baseline(&polyai.fixtures.unknown_id());
    let query = baseline
        .target()
        .split_once('?')
        .map_or_else(String::new, |(_, query)| query.to_owned());
    ["%zz", "%", "%4", "%ff", "%C3"]
        .iter()
        .flat_map(|broken| {
            [
                format!("{query}&note={broken}"),
                format!("{query}&{broken}=1"),
                query.replace("event_id_path=cid", &format!("event_id_path={broken}")),
            ]
        })
        .map(|query| baseline.clone().raw_query(query))
        .collect()
}

/// Keys and bodies that few programs expect. Some of them may be accepted, and some may be refused by what stands in front
/// of the operation; none of them is the server's own failure.
fn odd_inputs(polyai: &Polyai) -> Vec<Request> {
    let id = polyai.fixtures.unknown_id();
    let baseline = polyai.fixtures.baseline(&id);
    let mut odd: Vec<Request> = [
        "k".repeat(200),
        "k".repeat(2000),
        "cl\u{e9}-fausse".to_owned(),
        "\u{1f511}".to_owned(),
    ]
    .iter()
    .map(|key| baseline.clone().set_header("X-Api-Key", key))
    .collect();
    for body in [
        format!("{{\"cid\":\"{id}\",\"note\":\"\\ud800\"}}"),
        format!("{{\"cid\":\"{id}\",\"note\":\"\\u0000\"}}"),
        format!("{{\"cid\":\"{id}\",\"note\":123456789012345678901234567890}}"),
        "{\"cid\":\"\\udfff\"}".to_owned(),
    ] {
        odd.push(baseline.clone().body("application/json", body));
    }
    // Whether a broken body counts beside an id in a header or in the query is open.
    for location in ["headers", "querystring"] {
        for (media, body) in [
            ("application/json", "{\"a\":"),
            ("application/xml", "<root><a></root>"),
            ("application/x-www-form-urlencoded", "a=%zz&%"),
            ("text/plain", "\u{0}"),
        ] {
            odd.push(at_location(polyai, location, &id).body(media, body));
        }
    }
    odd
}

fn fixed_mistakes(polyai: &Polyai) -> Vec<Request> {
    let id = polyai.fixtures.unknown_id();
    let baseline = polyai.fixtures.baseline(&id);
    let json = |body: Vec<u8>| {
        polyai
            .fixtures
            .request("payload", "cid")
            .body("application/json", body)
    };
    let long = "x".repeat(6000);
    vec![
        json(b"{\"cid\":\"\xff\xfe\"}".to_vec()),
        json(b"{\"cid\":\"a\0b\"}".to_vec()),
        json(b"\xef\xbb\xbf{\"cid\":\"x\"}".to_vec()),
        json(b"\xff\xfe{\0}\0".to_vec()),
        json(b"{\"cid\":1e999}".to_vec()),
        json(b"NaN".to_vec()),
        json(b"[".repeat(300)),
        json(format!("{{\"cid\":\"{long}\"}}").into_bytes()),
        json(b"{\"cid\":\"' OR 1=1 --\"}".to_vec()),
        json(b"{\"cid\":\"${jndi:ldap://x}\"}".to_vec()),
        baseline.clone().set_query("event_id_path", &"a.".repeat(400)),
        baseline.clone().set_query("event_id_path", "..."),
        baseline.clone().set_query("event_id_path", "\u{0}"),
        baseline.clone().set_query("account_id", "' OR '1'='1"),
        baseline.clone().set_query("account_id", &long[..1000]),
        baseline.clone().set_query("event_id_location", "%00"),
        baseline.clone().query("event_id_location", "payload"),
        baseline.clone().query("event_id_path", "cid"),
        baseline.clone().query("account_id", "hookproof-second"),
        baseline.clone().query("project_id", "hookproof-second"),
        baseline
            .clone()
            .query("event_id_path[a]", "cid")
            .query("account_id[]", "x"),
        baseline.clone().raw_query("&&&=&=a&event_id_location".into()),
        polyai
            .fixtures
            .request("headers", "a b:c")
            .body("application/json", "{}"),
        polyai
            .fixtures
            .request("headers", "ünïcode")
            .body("application/json", "{}"),
        polyai
            .fixtures
            .request("payload", "cid")
            .body("application/xml", "<a ".repeat(200)),
        polyai
            .fixtures
            .request("payload", "cid")
            .body("application/xml", "<!DOCTYPE r [<!ENTITY a \"b\">]><r>&a;</r>"),
        polyai
            .fixtures
            .request("payload", "cid")
            .body("application/xml", vec![0xff, 0xfe, 0x3c, 0x00]),
        polyai
            .fixtures
            .request("payload", "cid")
            .body("application/x-www-form-urlencoded", "cid=%ff%zz&%=&=&&"),
        polyai
            .fixtures
            .request("payload", "cid")
            .body("text/plain; charset=no-such", "cid"),
        polyai
            .fixtures
            .request("payload", "cid")
            .body("application/json; charset=\"", "{}"),
        polyai.fixtures.request("payload", "cid").body(";;;", "{}"),
    ]
}

/// The same refused request gets the same answer again.
fn repeatable(polyai: &Polyai, probe: &Probe<'_>) {
    let id = polyai.fixtures.unknown_id();
    let baseline = polyai.fixtures.baseline(&id);
    let essence = |exchange: &Exchange| (exchange.status(), polyai.wording.read(exchange));
    for request in [
        baseline.clone(),
        at_location(polyai, "headers", &id),
        at_location(polyai, "querystring", &id),
        polyai
            .fixtures
            .request("payload", "cid")
            .body("application/json", "{}"),
        baseline.clone().set_header("X-Api-Key", "hookproof-unknown-key"),
        baseline.clone().without_query("account_id"),
    ] {
        let first = probe.send(request.clone());
        for _ in 0..8 {
            let again = probe.send(request.clone());
            let expected = format!("the answer of the first time: {}", first.in_short());
            let finding = Finding::when(essence(&first) == essence(&again), expected, again.in_short());
            probe.judge("polyai.refusal.repeatable", &again, finding);
        }
    }
}

/// An id to see a side effect on, and whether the target takes it again and again: it was accepted twice just now, so that
/// what it is answered later is neither for its age nor for its use.
fn usable(polyai: &Polyai, probe: &Probe<'_>) -> Result<(Known, bool), String> {
    const TRIES: usize = 3;
    let fixtures = &polyai.fixtures;
    if !fixtures.has_enough() {
        return Ok((fixtures.spend(Purpose::Case)?, false));
    }
    for _ in 0..TRIES {
        let known = fixtures.spend(Purpose::Case)?;
        let accepted = || checks::quietly(probe, fixtures.baseline(&known.id)).is_success();
        match (accepted(), accepted()) {
            (true, true) => return Ok((known, true)),
            (true, false) => return Ok((fixtures.spend(Purpose::Case)?, false)),
            (false, _) => {}
        }
    }
    Err("the target no longer accepts its known ids".to_owned())
}

/// A request that is refused for another reason leaves its id usable.
fn no_side_effect(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.refusal.no-side-effect";
    let (known, is_reusable) = match usable(polyai, probe) {
        Ok(usable) => usable,
        Err(missing) => return probe.skip(ID, missing),
    };
    let baseline = polyai.fixtures.baseline(&known.id);
    for refused in [
        baseline.clone().without_query("event_id_path"),
        baseline.clone().set_query("event_id_location", "cookies"),
        baseline.clone().method("PUT"),
        baseline.clone().set_query("event_id_path", "answers.none"),
        baseline.clone().set_query("event_id_location", "headers"),
        baseline.clone().set_query("event_id_location", "querystring"),
        baseline.clone().without_query("project_id"),
    ] {
        let exchange = probe.send(refused);
        if exchange.is_success() {
            // That it was accepted at all is judged by its own case; here it spoils the evidence.
            return probe.skip(ID, "a request that should be refused was accepted");
        }
    }
    let exchange = probe.send(baseline);
    let expected = "201: the refused requests before it left the id usable";
    let finding = if is_reusable {
        Finding::when(exchange.is_success(), expected, exchange.in_short())
    } else {
        match checks::accepted(polyai, probe, &exchange, &known, "at cid") {
            Finding::Broken { got, .. } => Finding::Broken {
                expected: expected.into(),
                got,
            },
            other => other,
        }
    };
    probe.judge(ID, &exchange, finding);
}

/// Success has one status; which checks are made on it stands with the checks of every exchange.
fn created(polyai: &Polyai, probe: &Probe<'_>) {
    for location in ["payload", "headers", "querystring"] {
        match polyai.fixtures.spend(Purpose::Case) {
            Ok(known) => {
                probe.send(at_location(polyai, location, &known.id));
            }
            Err(missing) => probe.skip("polyai.response.201", missing),
        }
    }
}
