//! Checks: what an exchange means for a requirement. Expected values come from the catalogue or from what was sent.

use serde_json::{Map, Value};

use super::Inkeep;
use super::event::{difference, event, member, same_value};
use crate::derive;
use crate::http::{Exchange, Request};
use crate::probe::Probe;
use crate::verdict::Finding;

/// A type for one of up to 26 events, of letters alone, as whether a type may hold anything else has a rule of its own.
pub(super) fn numbered(word: &str, number: usize) -> String {
    let letter = u8::try_from(number % 26).map_or('a', |offset| char::from(b'a' + offset));
    format!("hookproof_{word}_{letter}")
}

/// Sends an event that should be stored as it is, and judges what it shows of an earlier one. Where that is broken, the
/// answer holds the earlier event, and what is wrong with that one is no other fault.
pub(super) fn aftermath(
    probe: &Probe<'_>,
    requirement: &str,
    request: Request,
    judge: impl FnOnce(&Exchange) -> Finding,
) {
    let mut exchange = None;
    let log = probe.apart(|| exchange = Some(probe.send(request)));
    let exchange = exchange.expect("the request was sent just now");
    let finding = judge(&exchange);
    if !matches!(finding, Finding::Broken { .. }) {
        probe.merge(log);
    }
    probe.judge(requirement, &exchange, finding);
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
    let body = inkeep.fixtures.plain_body(probe.case(), "hookproof_control");
    plain_is_accepted(probe, requirement, inkeep.fixtures.post(&body))
}

/// Whether a control is accepted; where it is refused, the requirement stays undecided.
pub(super) fn plain_is_accepted(probe: &Probe<'_>, requirement: &str, plain: Request) -> bool {
    let exchange = probe.send(plain);
    if exchange.is_withheld() {
        // What safe mode does not send cannot speak against what follows.
        return true;
    }
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
    let exchange = derive::refusable(probe, request);
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
    judge("inkeep.resp.echo-anchors", not_made_up(&event, sent));
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

/// Members that name what an event is about are not made up. An agentId may be that of the token, and a conversationId
/// that of a message which was named.
fn not_made_up(event: &Map<String, Value>, sent: &Value) -> Finding {
    let absent = |name: &str| sent.get(name).is_none();
    let mut unnamed = Vec::new();
    if absent("messageId") {
        unnamed.push("messageId");
        if absent("conversationId") {
            unnamed.push("conversationId");
        }
    }
    let made_up: Vec<String> = unnamed
        .iter()
        .map(|name| (name, member(event, name)))
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let expected = format!("no {}, or null: none was sent", unnamed.join(" and no "));
    Finding::when(made_up.is_empty(), expected, made_up.join(", "))
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
pub(super) fn still_new(
    inkeep: &Inkeep,
    probe: &Probe<'_>,
    exchange: &Exchange,
    sent: &Value,
    why: &str,
) -> Finding {
    if exchange.is_success() || exchange.is_withheld() {
        return is_own(inkeep.fixtures.tells_new(), exchange, sent, why);
    }
    // Where the same event is accepted under an id of its own, it is the id that counts as used.
    let mut other = sent.clone();
    other["id"] = inkeep.fixtures.fresh_id(probe.case()).into();
    let request = exchange
        .request
        .clone()
        .body("application/json", other.to_string());
    if quietly(probe, request).is_success() {
        let expected = format!("201 and the event as sent: {why}");
        let got = format!("{}, and under another id it is accepted", exchange.in_short());
        return Finding::Broken { expected, got };
    }
    is_own(inkeep.fixtures.tells_new(), exchange, sent, why)
}

/// Whether an answer is that to an event which was not there before.
fn is_own(tells_new: bool, exchange: &Exchange, sent: &Value, why: &str) -> Finding {
    if !exchange.is_success() {
        return Finding::Undecided(format!(
            "the valid event is refused as well: {}",
            exchange.in_short()
        ));
    }
    let kind = event(exchange).map(|event| member(&event, "type").clone());
    let other = kind.is_some_and(|kind| kind.is_string() && kind != sent["type"]);
    let old = exchange.status() != Some(201) && tells_new;
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
    use serde_json::json;

    use super::super::event::tests::answered;
    use super::super::fixtures::PATH;
    use super::*;

    #[test]
    fn a_member_that_was_sent_comes_back_as_it_was() {
        let Value::Object(event) = json!({ "type": "a", "metadata": { "n": 1.0 } }) else {
            panic!("an object")
        };
        assert_eq!(echoed(&event, "type", &json!("a")), Finding::Met);
        assert_eq!(echoed(&event, "metadata", &json!({ "n": 1 })), Finding::Met);
        for (name, sent) in [
            ("type", json!("b")),
            ("metadata", json!({})),
            ("agentId", json!("c")),
        ] {
            assert!(
                matches!(echoed(&event, name, &sent), Finding::Broken { .. }),
                "{name}"
            );
        }
    }

    #[test]
    fn what_an_event_is_about_is_not_made_up() {
        let found = |event: Value, sent: Value| not_made_up(event.as_object().unwrap(), &sent);
        for (event, sent) in [
            (json!({ "id": "i", "conversationId": null }), json!({})),
            // The agent of the token, and the conversation of the message.
            (json!({ "agentId": "a" }), json!({})),
            (
                json!({ "conversationId": "c", "messageId": "m" }),
                json!({ "messageId": "m" }),
            ),
        ] {
            assert_eq!(found(event, sent), Finding::Met);
        }
        for (event, sent) in [
            (json!({ "id": "i", "messageId": "i" }), json!({ "id": "i" })),
            (json!({ "conversationId": "c" }), json!({})),
            (
                json!({ "conversationId": "c", "messageId": "m" }),
                json!({ "conversationId": "c" }),
            ),
        ] {
            assert!(matches!(found(event, sent), Finding::Broken { .. }));
        }
    }

    #[test]
    fn a_new_event_is_one_that_shows_what_was_sent() {
        let sent = json!({ "id": "i", "type": "now" });
        let found = |tells_new: bool, status: u16, kind: &str| {
            let body = json!({ "data": { "id": "i", "type": kind } });
            let exchange = answered(Request::new("POST", PATH), status, "application/json", &body);
            is_own(tells_new, &exchange, &sent, "nothing came before")
        };
        assert_eq!(found(true, 201, "now"), Finding::Met);
        // A server that answers every event alike is judged by what its answers hold.
        assert_eq!(found(false, 200, "now"), Finding::Met);
        for (tells_new, status, kind) in [(true, 200, "now"), (true, 201, "before"), (false, 200, "before")] {
            let finding = found(tells_new, status, kind);
            assert!(matches!(finding, Finding::Broken { .. }), "{status} {kind}");
        }
        assert!(matches!(found(true, 400, "now"), Finding::Undecided(_)));
    }
}
