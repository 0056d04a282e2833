//! The body as a whole: what is no JSON object, how it is framed and labelled, and what it cannot set.

use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::derive::refusable;
use crate::http::{Exchange, Framing};
use crate::inkeep::Inkeep;
use crate::inkeep::bodies::{Fault, plain_faults};
use crate::inkeep::event::{event, member};
use crate::inkeep::fixtures::full_body;
use crate::inkeep::{checks, strategies};
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "body::not_object",
        Scenario,
        &["inkeep.body.not-object"],
        not_object,
    ),
    (
        "body::white_space",
        Scenario,
        &["inkeep.body.minimal"],
        white_space,
    ),
    ("body::malformed", Scenario, &["inkeep.body.malformed"], malformed),
    ("body::empty", Scenario, &["inkeep.body.empty"], empty),
    ("body::chunked", Scenario, &["inkeep.body.chunked"], chunked),
    (
        "body::server_metadata",
        Scenario,
        &["inkeep.body.server-fields.server-metadata"],
        server_metadata,
    ),
    (
        "body::single_fault",
        Property,
        &[
            "inkeep.type.required",
            "inkeep.type.min-length",
            "inkeep.type.string",
            "inkeep.id.pattern",
            "inkeep.id.len.min",
            "inkeep.id.len.max",
            "inkeep.id.type",
            "inkeep.str.agent-id",
            "inkeep.str.conversation-id",
            "inkeep.str.message-id",
        ],
        single_fault,
    ),
    (
        "body::member_case",
        Scenario,
        &["inkeep.type.required"],
        member_case,
    ),
    (
        "body::type_elsewhere",
        Scenario,
        &["inkeep.type.required"],
        type_elsewhere,
    ),
    (
        "body::fault_status",
        Scenario,
        &["inkeep.type.required.status"],
        fault_status,
    ),
    (
        "content_type::charset",
        Scenario,
        &["inkeep.ct.charset"],
        content_type_charset,
    ),
    (
        "content_type::other",
        Scenario,
        &["inkeep.ct.other.not-accepted"],
        content_type_other,
    ),
];

fn not_object(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.body.not-object";
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    for body in [
        json!([]),
        json!([{ "type": "hookproof_list" }]),
        json!("hookproof"),
        json!("{\"type\":\"hookproof_text\"}"),
        json!(""),
        json!(1),
        json!(0),
        json!(true),
        json!(false),
        Value::Null,
    ] {
        let why = format!("the body is {body} and no object");
        checks::refused(probe, ID, &why, inkeep.fixtures.post(&body));
    }
}

/// White space around a value and between its parts means nothing (RFC 8259, section 2).
fn white_space(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.body.minimal";
    let body = || inkeep.fixtures.plain_body(probe.case(), "string");
    if !checks::plain_is_accepted(probe, ID, inkeep.fixtures.post(&body())) {
        return;
    }
    for (before, after) in [(" ", ""), ("\n ", ""), ("", "\r\n"), ("\t\r\n ", " \n\t")] {
        let text = format!("{before}{:#}{after}", body());
        let why = format!("JSON with {before:?} before it and {after:?} after it is the same JSON");
        let request = inkeep.fixtures.request().body("application/json", text);
        checks::accepted(probe, ID, &why, request);
    }
}

/// Bodies that are no JSON text. Numbers such as NaN and bytes that are no UTF-8 stay out: widespread readers let one or
/// the other pass, and there is nobody whom it misleads. What follows a complete value is no detail: of two values, one is lost.
fn malformed(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.body.malformed";
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    for body in [
        "{",
        "{\"type\":",
        "{\"type\":\"string\"",
        "{\"type\":\"string",
        "{\"type\" \"string\"}",
        "{\"type\":\"string\",}",
        "{'type':'string'}",
        "{type:\"string\"}",
        "{\"type\":\"string\" /* comment */}",
        "{\"type\":\"string\"} garbage",
        "{\"type\":\"string\"}{\"type\":\"other\"}",
        "{\"type\":\"string\"}\n{\"type\":\"other\"}\n",
        "{\"type\":\"string\"}}",
        "type=string",
        "<event><type>string</type></event>",
        "string",
    ] {
        let request = inkeep.fixtures.request().body("application/json", body);
        checks::refused(probe, ID, "the body is not JSON", request);
    }
}

fn empty(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.body.empty";
    if checks::control(inkeep, probe, ID) {
        let request = inkeep.fixtures.request().body("application/json", "");
        checks::refused(probe, ID, "there is no body to hold a type", request);
    }
}

/// The type has a letter of two bytes, so that some chunk ends in the middle of it.
fn chunked(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.body.chunked";
    let post = |framing: Framing| {
        let body = inkeep.fixtures.plain_body(probe.case(), "hookproof_é");
        let exchange = probe.send(inkeep.fixtures.post(&body).framing(framing));
        let finding = same_type(&exchange, &body, "a body in chunks");
        (exchange, finding)
    };
    let (control, finding) = post(Framing::Fixed);
    if finding != Finding::Met {
        let reason = format!(
            "a body in one piece is not read in that way: {}",
            control.in_short()
        );
        return probe.judge(ID, &control, Finding::Undecided(reason));
    }
    for size in [1, 7, 4096] {
        let (exchange, finding) = post(Framing::Chunked(size));
        let finding = match exchange.status() {
            // A server may insist on a length; RFC 9110 §15.5.12.
            Some(411) => Finding::Undecided("the target insists on a Content-Length (411)".to_owned()),
            _ => finding,
        };
        probe.judge(ID, &exchange, finding);
    }
}

/// An event was accepted, and it is the one that was sent.
fn same_type(exchange: &Exchange, sent: &Value, what: &str) -> Finding {
    let other = event(exchange).is_some_and(|event| *member(&event, "type") != sent["type"]);
    Finding::when(
        exchange.is_success() && !other,
        format!("200 or 201 and the event as sent, with {what}"),
        exchange.in_short(),
    )
}

/// What a caller says under the name of a member that the server sets is not kept. A server may refuse it as well.
fn server_metadata(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.body.server-fields.server-metadata";
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    let mut body = inkeep
        .fixtures
        .plain_body(probe.case(), "hookproof_server_metadata");
    body["serverMetadata"] = json!({ "hookproof": "set-by-the-caller", "authMethod": "set-by-the-caller" });
    let exchange = probe.send(inkeep.fixtures.post(&body));
    let finding = match event(&exchange) {
        Some(event) => {
            let got = member(&event, "serverMetadata").to_string();
            let kept = got.contains("set-by-the-caller");
            Finding::when(
                !kept,
                "a serverMetadata that only the server sets",
                format!("serverMetadata {got}"),
            )
        }
        None if exchange
            .status()
            .is_some_and(|status| (400..500).contains(&status)) =>
        {
            Finding::Met
        }
        None => Finding::Undecided(format!("the answer holds no event: {}", exchange.in_short())),
    };
    probe.judge(ID, &exchange, finding);
}

/// A valid event with one thing made wrong is refused. The event without the fault is the control.
fn single_fault(inkeep: &Inkeep, probe: &Probe<'_>) {
    let strategy = (strategies::event_body(), strategies::fault());
    // Each plain fault in the documented body first: what else a body holds excuses none.
    for fault in plain_faults() {
        judge_fault(inkeep, probe, &fault, |id| full_body(id, "hookproof_fault"));
    }
    property::check(probe, &strategy, |(body, fault)| {
        judge_fault(inkeep, probe, &fault, |id| body.to_json(Some(id)));
    });
}

/// Names of members are compared with regard to case, as JSON compares them: such a body has no type.
fn member_case(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.type.required";
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    for name in ["Type", "TYPE", "tYpe"] {
        let body = json!({ name: "hookproof_member_case" });
        let why = format!("there is no type, and {name} is another member");
        checks::refused(probe, ID, &why, inkeep.fixtures.post(&body));
    }
}

/// A type counts at the top of the body only: what stands in the address or further down is none.
fn type_elsewhere(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.type.required";
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    let whole = json!({ "type": "hookproof_elsewhere" });
    for name in ["data", "event", "body", "metadata", "properties"] {
        let body = json!({ name: whole });
        let why = format!("there is no type but the one in {name}");
        checks::refused(probe, ID, &why, inkeep.fixtures.post(&body));
    }
    let request = inkeep.fixtures.post(&json!({ "metadata": { "a": "b" } }));
    let request = request.query("type", "hookproof_elsewhere");
    checks::refused(probe, ID, "there is no type but the one in the query", request);
}

fn judge_fault(inkeep: &Inkeep, probe: &Probe<'_>, fault: &Fault, body: impl Fn(&str) -> Value) {
    let valid = || body(&inkeep.fixtures.fresh_id(probe.case()));
    let faulty = refusable(probe, inkeep.fixtures.post(&fault.applied_to(&valid())));
    let control = probe.send(inkeep.fixtures.post(&valid()));
    let finding = if control.is_success() || control.is_withheld() {
        let met = matches!(faulty.status(), Some(400 | 422));
        let expected = format!("400 or 422, because {}", fault.in_words());
        Finding::when(met, expected, faulty.in_short())
    } else {
        Finding::Undecided(format!(
            "without the fault it is refused as well: {}",
            control.in_short()
        ))
    };
    probe.judge(fault.requirement, &faulty, finding);
}

/// The guide names 400 for what fails validation.
fn fault_status(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.type.required.status";
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    let exchange = probe.send(inkeep.fixtures.post(&json!({})));
    let finding = match exchange.status() {
        Some(400) => Finding::Met,
        Some(422) => Finding::Broken {
            expected: "400 rather than 422: the type is missing".to_owned(),
            got: exchange.in_short(),
        },
        _ => Finding::Undecided(format!(
            "a body without a type is not refused: {}",
            exchange.in_short()
        )),
    };
    probe.judge(ID, &exchange, finding);
}

/// The type has a letter beyond ASCII: it comes back as it does without the parameter.
fn content_type_charset(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.ct.charset";
    let post = |label: &str| {
        let body = inkeep.fixtures.plain_body(probe.case(), "hookproof_é");
        let exchange = probe.send(inkeep.fixtures.request().body(label, body.to_string()));
        let finding = same_type(&exchange, &body, label);
        (exchange, finding)
    };
    let (control, finding) = post("application/json");
    if finding != Finding::Met {
        let reason = format!(
            "application/json alone is not read in that way: {}",
            control.in_short()
        );
        return probe.judge(ID, &control, Finding::Undecided(reason));
    }
    for label in [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
    ] {
        let (exchange, finding) = post(label);
        probe.judge(ID, &exchange, finding);
    }
}

/// Which refusal it is, even a failure, is open: the vendor's own server is known to fail on such a body.
fn content_type_other(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.ct.other.not-accepted";
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    let body = inkeep
        .fixtures
        .plain_body(probe.case(), "hookproof_text")
        .to_string();
    let exchange = checks::quietly(probe, inkeep.fixtures.request().body("text/plain", body));
    let finding = Finding::when(
        exchange.status().is_some_and(|status| status >= 400),
        "a refusal, because text/plain is not a documented media type",
        exchange.in_short(),
    );
    probe.judge(ID, &exchange, finding);
}
