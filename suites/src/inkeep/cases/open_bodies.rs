//! Open points of the request body: what the target does with values on which the documents say nothing, or on which
//! only the vendor's code speaks. Nothing here can fail anybody.

use serde_json::{Map, Value, json};

use super::Entry;
use super::open::outcome;
use crate::case::Origin::Scenario;
use crate::derive::refusable;
use crate::http::Exchange;
use crate::inkeep::bodies::{ANCHORS, BAGS};
use crate::inkeep::event::{event, member};
use crate::inkeep::{Inkeep, checks};
use crate::probe::Probe;

pub(super) const CASES: &[Entry] = &[
    (
        "open::type",
        Scenario,
        &["inkeep.type.null", "inkeep.type.whitespace", "inkeep.type.max"],
        kind,
    ),
    (
        "open::id",
        Scenario,
        &["inkeep.id.null", "inkeep.id.reserved-new", "inkeep.id.trim"],
        id,
    ),
    (
        "open::anchors",
        Scenario,
        &[
            "inkeep.str.null",
            "inkeep.str.empty",
            "inkeep.str.max",
            "inkeep.agent-id.body-wins",
        ],
        anchors,
    ),
    (
        "open::bags",
        Scenario,
        &[
            "inkeep.bag.non-object",
            "inkeep.bag.null",
            "inkeep.bag.key-cap",
            "inkeep.bag.byte-cap",
        ],
        bags,
    ),
    (
        "open::members",
        Scenario,
        &[
            "inkeep.body.unknown-fields",
            "inkeep.body.server-fields",
            "inkeep.body.dup-keys",
            "inkeep.body.size",
        ],
        members,
    ),
];

/// The plainest body with one member set.
fn with(inkeep: &Inkeep, probe: &Probe<'_>, name: &str, value: Value) -> Value {
    let mut body = inkeep.fixtures.plain_body(probe.case(), "hookproof_open");
    body[name] = value;
    body
}

/// Sends a body and says what became of it. Where it is accepted, what the answer holds is open as well.
fn observe(inkeep: &Inkeep, probe: &Probe<'_>, row: &str, what: &str, body: &Value) -> Exchange {
    let exchange = refusable(probe, inkeep.fixtures.post(body));
    probe.observe(row, &exchange, format!("{what}: {}", outcome(&exchange)));
    exchange
}

/// The same for values that the vendor's server is known to fail on.
fn observe_quietly(inkeep: &Inkeep, probe: &Probe<'_>, row: &str, what: &str, body: &Value) {
    let exchange = checks::quietly(probe, inkeep.fixtures.post(body));
    probe.observe(row, &exchange, format!("{what}: {}", outcome(&exchange)));
}

fn kind(inkeep: &Inkeep, probe: &Probe<'_>) {
    observe(
        inkeep,
        probe,
        "inkeep.type.null",
        "null",
        &with(inkeep, probe, "type", Value::Null),
    );
    observe(
        inkeep,
        probe,
        "inkeep.type.whitespace",
        "a blank",
        &with(inkeep, probe, "type", json!(" ")),
    );
    for length in [256, 257, 1000] {
        let body = with(inkeep, probe, "type", json!("x".repeat(length)));
        observe_quietly(
            inkeep,
            probe,
            "inkeep.type.max",
            &format!("{length} characters"),
            &body,
        );
    }
}

fn id(inkeep: &Inkeep, probe: &Probe<'_>) {
    observe(
        inkeep,
        probe,
        "inkeep.id.null",
        "null",
        &with(inkeep, probe, "id", Value::Null),
    );
    observe(
        inkeep,
        probe,
        "inkeep.id.reserved-new",
        "the id new",
        &with(inkeep, probe, "id", json!("new")),
    );
    for (what, before, after) in [
        ("blanks around the id", "  ", "  "),
        ("a line break after the id", "", "\n"),
    ] {
        let id = inkeep.fixtures.fresh_id(probe.case());
        let body = with(inkeep, probe, "id", json!(format!("{before}{id}{after}")));
        let exchange = refusable(probe, inkeep.fixtures.post(&body));
        let words = match event(&exchange) {
            Some(event) if *member(&event, "id") == json!(id) => "trimmed".to_owned(),
            Some(_) => "kept".to_owned(),
            None => outcome(&exchange),
        };
        probe.observe("inkeep.id.trim", &exchange, format!("{what}: {words}"));
    }
}

fn anchors(inkeep: &Inkeep, probe: &Probe<'_>) {
    for name in ANCHORS {
        let null = with(inkeep, probe, name, Value::Null);
        observe(inkeep, probe, "inkeep.str.null", &format!("{name} null"), &null);
        let empty = with(inkeep, probe, name, json!(""));
        observe(
            inkeep,
            probe,
            "inkeep.str.empty",
            &format!("{name} empty"),
            &empty,
        );
        let long = with(inkeep, probe, name, json!("x".repeat(300)));
        observe_quietly(
            inkeep,
            probe,
            "inkeep.str.max",
            &format!("{name} of 300 characters"),
            &long,
        );
    }
    let exchange = refusable(
        probe,
        inkeep
            .fixtures
            .post(&with(inkeep, probe, "agentId", json!("hookproof-agent"))),
    );
    let words = event(&exchange).map_or_else(
        || outcome(&exchange),
        |event| format!("agentId {}", member(&event, "agentId")),
    );
    probe.observe(
        "inkeep.agent-id.body-wins",
        &exchange,
        format!("agentId hookproof-agent was sent: {words}"),
    );
}

fn bags(inkeep: &Inkeep, probe: &Probe<'_>) {
    for name in BAGS {
        for value in [json!("text"), json!(7), json!(true), json!([1])] {
            let what = format!("{name} {value}");
            observe(
                inkeep,
                probe,
                "inkeep.bag.non-object",
                &what,
                &with(inkeep, probe, name, value),
            );
        }
        let null = with(inkeep, probe, name, Value::Null);
        observe(inkeep, probe, "inkeep.bag.null", &format!("{name} null"), &null);
    }
    for count in [100, 101] {
        let object: Map<String, Value> = (0..count)
            .map(|number| (format!("k{number}"), json!(number)))
            .collect();
        let body = with(inkeep, probe, "metadata", Value::Object(object));
        observe(
            inkeep,
            probe,
            "inkeep.bag.key-cap",
            &format!("metadata with {count} members"),
            &body,
        );
    }
    for length in [65_536, 65_537] {
        // {"pad":""} is ten characters long.
        let body = with(
            inkeep,
            probe,
            "metadata",
            json!({ "pad": "x".repeat(length - 10) }),
        );
        let what = format!("metadata of {length} characters of JSON");
        observe_quietly(inkeep, probe, "inkeep.bag.byte-cap", &what, &body);
    }
}

fn members(inkeep: &Inkeep, probe: &Probe<'_>) {
    let unknown = with(inkeep, probe, "hookproofUnknown", json!("kept?"));
    let exchange = refusable(probe, inkeep.fixtures.post(&unknown));
    let words = match event(&exchange) {
        Some(event) if event.contains_key("hookproofUnknown") => "accepted and kept".to_owned(),
        Some(_) => "accepted and ignored".to_owned(),
        None => outcome(&exchange),
    };
    probe.observe(
        "inkeep.body.unknown-fields",
        &exchange,
        format!("an unknown member: {words}"),
    );
    for (name, value) in [
        ("createdAt", "2001-01-01T00:00:00.000Z"),
        ("updatedAt", "2001-01-01T00:00:00.000Z"),
        ("tenantId", "hookproof-tenant"),
        ("projectId", "hookproof-project"),
    ] {
        let exchange = refusable(
            probe,
            inkeep.fixtures.post(&with(inkeep, probe, name, json!(value))),
        );
        let words = match event(&exchange) {
            Some(event) if *member(&event, name) == json!(value) => "taken from the caller".to_owned(),
            Some(_) => "without effect".to_owned(),
            None => outcome(&exchange),
        };
        probe.observe(
            "inkeep.body.server-fields",
            &exchange,
            format!("{name} in the request: {words}"),
        );
    }
    let twice = "{\"type\":\"hookproof_first\",\"type\":\"hookproof_second\"}";
    let exchange = refusable(probe, inkeep.fixtures.request().body("application/json", twice));
    let words =
        event(&exchange).map_or_else(|| outcome(&exchange), |event| member(&event, "type").to_string());
    probe.observe(
        "inkeep.body.dup-keys",
        &exchange,
        format!("type twice, first and second: {words}"),
    );
    for size in [256 * 1024, 1024 * 1024] {
        let bag = json!({ "pad": "x".repeat(1000) });
        let mut body = with(inkeep, probe, "metadata", bag);
        body["hookproofUnknown"] = json!("x".repeat(size));
        let exchange = checks::quietly(probe, inkeep.fixtures.post(&body));
        let what = format!("a body of {} KiB, most of it an unknown member", size / 1024);
        probe.observe(
            "inkeep.body.size",
            &exchange,
            format!("{what}: {}", outcome(&exchange)),
        );
    }
}
