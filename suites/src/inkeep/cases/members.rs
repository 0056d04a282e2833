//! The type of an event, and the three members that say what it is about.

use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::http::Exchange;
use crate::inkeep::bodies::{ANCHORS, EventBody};
use crate::inkeep::event::{event, member};
use crate::inkeep::fixtures::Fixtures;
use crate::inkeep::{Inkeep, checks, strategies};
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "type::one_character",
        Scenario,
        &["inkeep.type.one-char"],
        one_character,
    ),
    ("type::free_form", Property, FREE_FORM, free_form),
    ("anchor::any_text", Property, ANY_TEXT, any_text),
    (
        "anchor::of_nothing_that_exists",
        Scenario,
        &["inkeep.anchor.no-fk"],
        of_nothing_that_exists,
    ),
    (
        "type::escapes",
        Scenario,
        &["inkeep.type.free-form", "inkeep.resp.type-echo"],
        escapes,
    ),
    (
        "event::nothing_of_another",
        Scenario,
        &[
            "inkeep.resp.echo-anchors",
            "inkeep.bag.round-trip",
            "inkeep.autofill.none",
        ],
        nothing_of_another,
    ),
];

/// What an event can leave out, with the row that says what is in the answer then.
const LEFT_OUT: [(&str, &str); 6] = [
    ("inkeep.resp.echo-anchors", "agentId"),
    ("inkeep.resp.echo-anchors", "conversationId"),
    ("inkeep.resp.echo-anchors", "messageId"),
    ("inkeep.bag.round-trip", "properties"),
    ("inkeep.bag.round-trip", "metadata"),
    ("inkeep.autofill.none", "userProperties"),
];

const FREE_FORM: &[&str] = &["inkeep.type.free-form", "inkeep.resp.type-echo"];
const ANY_TEXT: &[&str] = &["inkeep.str.no-pattern", "inkeep.resp.echo-anchors"];

/// How often what one event says is looked for in the next.
const TURNS: usize = 8;

/// A letter and its accent as two characters, which Unicode's normal forms would make one.
const DECOMPOSED: &str = "cafe\u{301} A\u{30a}";

/// Characters for which the normal forms have others: a ligature, full-width letters, the sign of a unit.
const COMPATIBLE: &str = "\u{fb01}x \u{ff21}\u{ff22} \u{212b}";

fn one_character(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.type.one-char";
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    for kind in ["a", "Z", "0"] {
        let body = inkeep.fixtures.plain_body(probe.case(), kind);
        checks::accepted(
            probe,
            ID,
            "the type has one character",
            inkeep.fixtures.post(&body),
        );
    }
}

fn free_form(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.type.free-form";
    // The type of the sample is the control: a target that knows a list of types shows here and nowhere else.
    let control = inkeep.fixtures.plain_body(probe.case(), "string");
    if !checks::plain_is_accepted(probe, ID, inkeep.fixtures.post(&control))
        && !checks::control(inkeep, probe, ID)
    {
        return;
    }
    let check = |kind: &str| {
        let body = inkeep.fixtures.plain_body(probe.case(), kind);
        let exchange = checks::accepted(probe, ID, "a type may be any text", inkeep.fixtures.post(&body));
        checks::created(probe, FREE_FORM, &exchange, &body);
    };
    for kind in [
        "user_message_submitted",
        "Order placed. Thank you",
        "événement",
        "событие",
        "イベント",
        "حدث",
        "launched \u{1f680}",
        " order placed ",
        DECOMPOSED,
        COMPATIBLE,
    ] {
        check(kind);
    }
    for length in [65, 129, 255] {
        check(&"x".repeat(length));
    }
    // More bytes than characters.
    check(&"名前".repeat(60));
    property::check(probe, &strategies::kind(), |kind| check(&kind));
}

/// Each of the three takes any text, where it takes a plain one.
fn any_text(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.str.no-pattern";
    let strategy = (0..ANCHORS.len(), strategies::anchor());
    let taken = ANCHORS.map(|name| {
        let mut plain = inkeep.fixtures.plain_body(probe.case(), "hookproof_anchor");
        plain[name] = json!("hookproof");
        checks::plain_is_accepted(probe, ID, inkeep.fixtures.post(&plain))
    });
    let check = |index: usize, text: &str| {
        if !taken[index] {
            return;
        }
        let mut body = inkeep.fixtures.plain_body(probe.case(), "hookproof_anchor");
        body[ANCHORS[index]] = json!(text);
        let why = format!("{} may be any text", ANCHORS[index]);
        let exchange = checks::accepted(probe, ID, &why, inkeep.fixtures.post(&body));
        checks::created(probe, ANY_TEXT, &exchange, &body);
    };
    for index in 0..ANCHORS.len() {
        for text in [
            "a b", " a b ", "a/b", "a:b#c?d", "é", "名前", "{}", DECOMPOSED, COMPATIBLE,
        ] {
            check(index, text);
        }
        check(index, &"x".repeat(255));
    }
    property::check(probe, &strategy, |(index, text)| check(index, &text));
}

/// A conversation and a message need not exist when an event names them.
fn of_nothing_that_exists(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.anchor.no-fk";
    let control =
        EventBody::of_type("hookproof_control").to_json(Some(&inkeep.fixtures.fresh_id(probe.case())));
    if !checks::plain_is_accepted(probe, ID, inkeep.fixtures.post(&control)) {
        return;
    }
    for names in [
        &["conversationId"][..],
        &["messageId"],
        &["conversationId", "messageId"],
    ] {
        let mut body = control.clone();
        body["id"] = json!(inkeep.fixtures.fresh_id(probe.case()));
        for name in names {
            body[*name] = json!(inkeep.fixtures.fresh_id(probe.case()));
        }
        let why = format!("{} may name what does not exist", names.join(" and "));
        checks::accepted(probe, ID, &why, inkeep.fixtures.post(&body));
    }
}

/// A character and its escape in JSON are the same text (RFC 8259, section 7).
fn escapes(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.type.free-form";
    const PLACE: &str = "hookproof_escapes";
    for (escaped, kind) in [
        (r"caf\u00e9", "café"),
        (r"\u0041\u0062c", "Abc"),
        (r"\u4F60\u597d \ud83d\uDE80", "你好 \u{1f680}"),
        (r#"a\/b \"c\" \\u00e9"#, "a/b \"c\" \\u00e9"),
    ] {
        let control = inkeep.fixtures.plain_body(probe.case(), kind);
        if !checks::plain_is_accepted(probe, ID, inkeep.fixtures.post(&control)) {
            continue;
        }
        let body = inkeep.fixtures.plain_body(probe.case(), PLACE).to_string();
        let body = body.replace(PLACE, escaped);
        let request = inkeep.fixtures.request().body("application/json", body);
        let why = format!("{escaped} in JSON is the text {kind:?}, which is accepted");
        let exchange = checks::accepted(probe, ID, &why, request);
        if let Some(event) = event(&exchange) {
            let finding = checks::echoed(&event, "type", &json!(kind));
            probe.judge("inkeep.resp.type-echo", &exchange, finding);
        }
    }
}

/// What one event says stands in no other: neither in the next on the same connection, nor in one on another. Other cases
/// send events meanwhile, so this takes several turns.
fn nothing_of_another(inkeep: &Inkeep, probe: &Probe<'_>) {
    let fixtures = &inkeep.fixtures;
    let with_new_id = |body: &Value| {
        let mut body = body.clone();
        if body.get("id").is_some() {
            body["id"] = json!(fixtures.fresh_id(probe.case()));
        }
        fixtures.post(&body)
    };
    let mut bare = fixtures.plain_body(probe.case(), "hookproof_bare");
    if let Some(members) = bare.as_object_mut() {
        for (_, name) in LEFT_OUT {
            members.shift_remove(name);
        }
    }
    for _ in 0..TURNS {
        let telling = telling(fixtures, probe);
        let requests = vec![with_new_id(&telling), with_new_id(&bare), with_new_id(&bare)];
        let exchanges = probe.send_on_one_connection(requests);
        for exchange in exchanges.iter().skip(1) {
            shows_nothing_of(&telling, probe, exchange);
        }
        shows_nothing_of(&telling, probe, &probe.send(with_new_id(&bare).exact()));
    }
}

/// An event with every member that [`LEFT_OUT`] names, and no value that another event has.
fn telling(fixtures: &Fixtures, probe: &Probe<'_>) -> Value {
    let told = || json!(format!("told-{}", fixtures.fresh_id(probe.case())));
    let mut telling = fixtures.plain_body(probe.case(), "hookproof_telling");
    for (_, name) in LEFT_OUT {
        let is_text = ANCHORS.contains(&name);
        telling[name] = if is_text {
            told()
        } else {
            json!({ "told": told() })
        };
    }
    telling
}

fn shows_nothing_of(telling: &Value, probe: &Probe<'_>, exchange: &Exchange) {
    let Some(event) = event(exchange) else {
        let reason = format!("the event is not accepted: {}", exchange.in_short());
        for requirement in ["inkeep.resp.echo-anchors", "inkeep.bag.round-trip"] {
            probe.judge(requirement, exchange, Finding::Undecided(reason.clone()));
        }
        return;
    };
    for (requirement, name) in LEFT_OUT {
        let got = member(&event, name);
        let foreign = !got.is_null() && *got == telling[name];
        let expected = format!("an event that was sent without {name} does not show that of another");
        let finding = Finding::when(!foreign, expected, format!("{name} {got}"));
        probe.judge(requirement, exchange, finding);
    }
}
