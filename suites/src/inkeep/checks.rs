//! Checks: what an exchange means for a requirement. Expected values come from the catalogue or from what was sent.

use serde_json::{Map, Value};

use super::Inkeep;
use super::event::{difference, event, member, same_value};
use super::fixtures::PATH;
use super::problem;
use crate::derive;
use crate::http::{Exchange, Request};
use crate::probe::Probe;
use crate::verdict::Finding;

/// What [`inspect`] checks on every exchange, whatever the case is about.
pub(super) const ON_EVERY_EXCHANGE: &[&str] = &[
    "inkeep.route.post",
    "inkeep.resp.ct.200",
    "inkeep.resp.ct.201",
    "inkeep.resp.schema.200",
    "inkeep.resp.schema.201",
    "inkeep.resp.envelope",
    "inkeep.resp.types",
    "inkeep.err.ct.400",
    "inkeep.err.ct.401",
    "inkeep.err.ct.403",
    "inkeep.err.ct.422",
    "inkeep.err.ct.500",
    "inkeep.err.schema.400",
    "inkeep.err.schema.401",
    "inkeep.err.schema.403",
    "inkeep.err.schema.422",
    "inkeep.err.schema.500",
    "inkeep.err.required",
    "inkeep.err.optional",
    "inkeep.err.status-match",
    "inkeep.err.code-match",
    "inkeep.err.title-match",
    "inkeep.err.legacy",
    "inkeep.err.legacy.message",
    "inkeep.response.no-server-error",
    "inkeep.response.no-redirect",
    "inkeep.response.no-key-leak",
    "inkeep.response.no-stack-trace",
];

/// Bodies up to this size are answered, whatever is in them.
const SERVED_BODY_BYTES: usize = 64 * 1024;

/// A shorter credential may stand in an answer by chance.
const TELLING_TOKEN_CHARACTERS: usize = 8;

/// What only a crash of the server's own code leaves in a body.
const STACK_TRACES: [&str; 9] = [
    "Traceback (most recent call last)",
    "\n    at Object.<anonymous>",
    "node_modules/",
    "node:internal/",
    "\tat java.",
    "\n   at System.",
    "panicked at ",
    "goroutine 1 [",
    "stack backtrace:",
];

/// Checks what holds for every answer to a request to the operation's path.
pub(super) fn inspect(inkeep: &Inkeep, probe: &Probe<'_>, exchange: &Exchange) {
    let judge = |id: &str, finding: Finding| probe.judge(id, exchange, finding);
    let request = &exchange.request;
    let Some(response) = exchange.response() else {
        // A server may hang up on a body that is larger than anybody must read.
        if request.body.len() <= SERVED_BODY_BYTES {
            let expected = "an answer: nothing that a client sends ends the server's work on it".to_owned();
            let got = exchange.in_short();
            judge(
                "inkeep.response.no-server-error",
                Finding::Broken { expected, got },
            );
        }
        return;
    };
    let text = String::from_utf8_lossy(&response.body);
    let unknown_method = response.status == 501 && request.method != "POST";
    if !unknown_method && !provokes_failure(inkeep, request) {
        let expected = "no 5xx: the request shows no fault of the server";
        let finding = Finding::when(response.status < 500, expected, exchange.in_short());
        judge("inkeep.response.no-server-error", finding);
    }
    if let Some(token) = sent_token(request) {
        let in_headers = response.headers.iter().any(|(_, value)| value.contains(token));
        let finding = Finding::when(
            !in_headers && !text.contains(token),
            "the token nowhere in the answer",
            "an answer that contains the token that was sent",
        );
        judge("inkeep.response.no-key-leak", finding);
    }
    let trace = STACK_TRACES.iter().find(|sign| text.contains(**sign));
    let got = format!(
        "an answer that contains `{}`",
        trace.copied().unwrap_or_default().trim()
    );
    let finding = Finding::when(trace.is_none(), "an answer without a stack trace", got);
    judge("inkeep.response.no-stack-trace", finding);
    if request.method != "POST" || request.path != PATH {
        return;
    }
    let redirects = (300..400).contains(&response.status);
    let got = format!("a redirect, {}", response.status);
    judge(
        "inkeep.response.no-redirect",
        Finding::when(!redirects, "no redirect", got),
    );
    if response.is_success() {
        inspect_event(probe, exchange);
    } else {
        problem::inspect(probe, exchange);
    }
}

/// The token that a request shows in its header and nowhere else: a server that repeats the address of a request has
/// not been given a secret there.
fn sent_token(request: &Request) -> Option<&str> {
    let value = request.header_value("authorization")?.trim();
    let token = value.rsplit(' ').next().unwrap_or(value);
    let telling = token.len() >= TELLING_TOKEN_CHARACTERS;
    let elsewhere = request.query.iter().any(|(_, value)| value.contains(token));
    (telling && !elsewhere).then_some(token)
}

/// Whether the target was told to fail on this request.
fn provokes_failure(inkeep: &Inkeep, request: &Request) -> bool {
    let failing = inkeep.fixtures.keys().failing.as_deref();
    failing.is_some_and(|failing| sent_token(request) == Some(failing))
}

/// Status, media type and body of an answer to an event that was accepted.
fn inspect_event(probe: &Probe<'_>, exchange: &Exchange) {
    let Some(response) = exchange.response() else {
        return;
    };
    let documented = matches!(response.status, 200 | 201);
    let finding = Finding::when(
        documented,
        "200 or 201 for an accepted event",
        exchange.in_short(),
    );
    probe.judge("inkeep.route.post", exchange, finding);
    let operation = Inkeep::operation();
    let (media_type, schema) = match response.status {
        200 => ("inkeep.resp.ct.200", "inkeep.resp.schema.200"),
        201 => ("inkeep.resp.ct.201", "inkeep.resp.schema.201"),
        _ => return,
    };
    if let Some(finding) = derive::content_type(operation, response) {
        probe.judge(media_type, exchange, finding);
    }
    if let Some(finding) = derive::schema(operation, response) {
        probe.judge(schema, exchange, finding);
    }
    let enveloped = response.json().is_some_and(|body| body["data"].is_object());
    let finding = Finding::when(enveloped, "an object with the event as data", exchange.in_short());
    probe.judge("inkeep.resp.envelope", exchange, finding);
    if let Some(event) = event(exchange) {
        let wrong: Vec<String> = ["id", "type", "createdAt", "updatedAt"]
            .into_iter()
            .filter(|name| !member(&event, name).is_string())
            .map(|name| format!("{name} is {}", member(&event, name)))
            .collect();
        let expected = "id, type, createdAt and updatedAt as texts";
        let finding = Finding::when(wrong.is_empty(), expected, wrong.join(", "));
        probe.judge("inkeep.resp.types", exchange, finding);
    }
}

/// Sends without any check of its own, for inputs on which even a failure of the server is left open: the vendor's own
/// server fails on some of them.
pub(super) fn quietly(probe: &Probe<'_>, request: Request) -> Exchange {
    let mut exchange = None;
    let _unjudged = probe.apart(|| exchange = Some(probe.send(request)));
    exchange.expect("the request was sent just now")
}

/// Whether the plainest request is accepted; where it is refused, the requirement stays undecided.
pub(super) fn control(inkeep: &Inkeep, probe: &Probe<'_>, requirement: &str) -> bool {
    let body = inkeep.fixtures.plain_body(probe.case(), "hookproof.control");
    plain_is_accepted(probe, requirement, inkeep.fixtures.post(&body))
}

/// Whether a control is accepted; where it is refused, the requirement stays undecided.
pub(super) fn plain_is_accepted(probe: &Probe<'_>, requirement: &str, plain: Request) -> bool {
    let exchange = probe.send(plain);
    if !exchange.is_success() {
        let reason = format!(
            "the plain form of the request is refused as well: {}",
            exchange.in_short()
        );
        probe.judge(requirement, &exchange, Finding::Undecided(reason));
    }
    exchange.is_success()
}

/// The request is accepted.
pub(super) fn accepted(probe: &Probe<'_>, requirement: &str, why: &str, request: Request) -> Exchange {
    let exchange = probe.send(request);
    judge_accepted(probe, requirement, why, &exchange);
    exchange
}

/// An answer says that its request was accepted.
pub(super) fn judge_accepted(probe: &Probe<'_>, requirement: &str, why: &str, exchange: &Exchange) {
    let finding = Finding::when(
        exchange.is_success(),
        format!("200 or 201: {why}"),
        exchange.in_short(),
    );
    probe.judge(requirement, exchange, finding);
}

/// Refused with one of the row's statuses.
pub(super) fn refused(probe: &Probe<'_>, requirement: &str, why: &str, request: Request) -> Exchange {
    let exchange = probe.send(request);
    let allowed = spec::requirement(requirement)
        .map(|row| row.status.as_slice())
        .unwrap_or_default();
    let list: Vec<String> = allowed.iter().map(u16::to_string).collect();
    let met = exchange.status().is_some_and(|status| allowed.contains(&status));
    let finding = Finding::when(met, format!("{}: {why}", list.join(" or ")), exchange.in_short());
    probe.judge(requirement, &exchange, finding);
    exchange
}

/// The answer to an event that was not there before says so, and holds what was sent. Of the rules on this only those
/// in `rows` are judged.
pub(super) fn created(probe: &Probe<'_>, rows: &[&str], exchange: &Exchange, sent: &Value) {
    if !exchange.is_success() {
        return;
    }
    let judge = |id: &str, finding: Finding| {
        if rows.contains(&id) {
            probe.judge(id, exchange, finding);
        }
    };
    judge("inkeep.resp.201", is_201(exchange));
    let Some(event) = event(exchange) else {
        return;
    };
    for (requirement, names) in [
        ("inkeep.id.echo", &["id"][..]),
        ("inkeep.resp.type-echo", &["type"]),
        (
            "inkeep.resp.echo-anchors",
            &["agentId", "conversationId", "messageId"],
        ),
        ("inkeep.bag.round-trip", &["properties", "metadata"]),
        ("inkeep.userprops.round-trip", &["userProperties"]),
    ] {
        for name in names {
            if let Some(value) = sent.get(name) {
                judge(requirement, echoed(&event, name, value));
            }
        }
    }
    let anchored = ["conversationId", "messageId"]
        .iter()
        .any(|name| sent.get(name).is_some());
    if sent.get("userProperties").is_none() && !anchored {
        let got = member(&event, "userProperties");
        let expected = "no userProperties, or null: none were sent";
        let finding = Finding::when(got.is_null(), expected, format!("userProperties {got}"));
        judge("inkeep.autofill.none", finding);
    }
}

/// A member comes back as it was sent.
pub(super) fn echoed(event: &Map<String, Value>, name: &str, sent: &Value) -> Finding {
    let got = member(event, name);
    Finding::when(
        same_value(sent, got),
        format!("{name} {sent}, as sent"),
        format!("{name} {got}"),
    )
}

pub(super) fn is_201(exchange: &Exchange) -> Finding {
    let expected = "201: no event with this id was there before";
    Finding::when(exchange.status() == Some(201), expected, exchange.in_short())
}

/// Whether an event is stored now and was not before, for rules that some earlier request stored nothing.
pub(super) fn still_new(inkeep: &Inkeep, exchange: &Exchange, sent: &Value, why: &str) -> Finding {
    if !exchange.is_success() {
        return Finding::Undecided(format!(
            "the valid event is refused as well: {}",
            exchange.in_short()
        ));
    }
    let kind = event(exchange).map(|event| member(&event, "type").clone());
    let other = kind.is_some_and(|kind| kind.is_string() && kind != sent["type"]);
    let old = exchange.status() != Some(201) && inkeep.fixtures.tells_new();
    Finding::when(
        !other && !old,
        format!("201 and the event as sent: {why}"),
        exchange.in_short(),
    )
}

/// The answer to a repeated event: its status, and that the event is the first one in every member.
pub(super) fn repeated(
    probe: &Probe<'_>,
    requirement_of_status: Option<&str>,
    requirement_of_event: &str,
    first: &Map<String, Value>,
    exchange: &Exchange,
) {
    if let Some(requirement) = requirement_of_status {
        let expected = "200: the event with this id is there already";
        let finding = Finding::when(exchange.status() == Some(200), expected, exchange.in_short());
        probe.judge(requirement, exchange, finding);
    }
    let finding = match event(exchange) {
        None => Finding::Undecided(format!("the answer holds no event: {}", exchange.in_short())),
        Some(event) => match difference(first, &event) {
            None => Finding::Met,
            // A server that stores a second event breaks the rule on the status, which is judged where it belongs.
            Some(_) if exchange.status() != Some(200) => Finding::Undecided(format!(
                "the repeated event is answered like a new one: {}",
                exchange.in_short()
            )),
            Some(got) => Finding::Broken {
                expected: "the first event, unchanged in every member".to_owned(),
                got,
            },
        },
    };
    probe.judge(requirement_of_event, exchange, finding);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_that_was_sent_is_known_by_its_place() {
        let request = |value: &str| Request::new("POST", PATH).header("Authorization", value);
        assert_eq!(sent_token(&request("Bearer 123456789")), Some("123456789"));
        assert_eq!(sent_token(&request("123456789")), Some("123456789"));
        assert_eq!(sent_token(&request("Bearer 1234")), None);
        assert_eq!(sent_token(&request("Bearer ")), None);
        assert_eq!(sent_token(&Request::new("POST", PATH)), None);
        assert_eq!(
            sent_token(&request("Bearer 123456789").query("key", "123456789")),
            None
        );
    }

    #[test]
    fn every_row_that_is_checked_on_every_exchange_exists() {
        for id in ON_EVERY_EXCHANGE {
            assert!(
                spec::requirement(id).is_some_and(|row| row.untestable.is_none()),
                "{id}"
            );
        }
    }
}
