//! The three free-form objects of an event.

use serde_json::{Map, Value, json};

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::inkeep::bodies::BAGS;
use crate::inkeep::event::{event, member, same_value};
use crate::inkeep::fixtures::full_body;
use crate::inkeep::{Inkeep, checks, strategies};
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    ("bag::optional", Scenario, &["inkeep.bag.optional"], optional),
    ("bag::any_object", Property, ANY_OBJECT, any_object),
    ("bag::empty", Scenario, &["inkeep.bag.empty"], empty),
    (
        "user_properties::absent",
        Scenario,
        &["inkeep.autofill.none"],
        user_properties_absent,
    ),
    (
        "user_properties::identification",
        Scenario,
        &[
            "inkeep.userprops.identification.dropped",
            "inkeep.userprops.identification.removed",
        ],
        identification,
    ),
];

const ANY_OBJECT: &[&str] = &[
    "inkeep.bag.object",
    "inkeep.bag.round-trip",
    "inkeep.userprops.round-trip",
];

/// Levels of an object that is nested deeply, as far as no program takes it for an attack.
const DEEP: usize = 10;

/// An event with just one of the three.
fn with_bag(inkeep: &Inkeep, probe: &Probe<'_>, name: &str, value: &Value) -> Value {
    let mut body = inkeep.fixtures.plain_body(probe.case(), "hookproof_bag");
    body[name] = value.clone();
    body
}

/// Each of the three can be left out. The control has them all, so that a target that asks for one shows.
fn optional(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.bag.optional";
    let plain = || inkeep.fixtures.plain_body(probe.case(), "hookproof_bag");
    let full = || {
        let mut body = plain();
        for name in BAGS {
            body[name] = json!({ "a": "b" });
        }
        body
    };
    if !checks::plain_is_accepted(probe, ID, inkeep.fixtures.post(&full())) {
        return;
    }
    for absent in [&BAGS[..1], &BAGS[1..2], &BAGS[2..], &BAGS[..]] {
        let mut body = full();
        if let Some(members) = body.as_object_mut() {
            members.retain(|name, _| !absent.contains(&name.as_str()));
        }
        let why = format!("{} can be left out", absent.join(", "));
        checks::accepted(probe, ID, &why, inkeep.fixtures.post(&body));
    }
}

/// Any object is accepted and comes back as it was sent.
fn any_object(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.bag.object";
    // The objects of the documented body are the controls: one that is refused for being there is refused for no content.
    let taken = BAGS.map(|name| takes_documented(inkeep, probe, ID, name));
    let check = |name: &str, value: &Value| {
        if !BAGS.iter().zip(taken).any(|(bag, taken)| *bag == name && taken) {
            return;
        }
        let body = with_bag(inkeep, probe, name, value);
        let why = format!("{name} may be any object");
        let exchange = checks::accepted(probe, ID, &why, inkeep.fixtures.post(&body));
        checks::created(probe, ANY_OBJECT, &exchange, &body);
    };
    let telling = json!({
        "text": "a", "empty": "", "zero": 0, "false": false, "null": null, "whole": 9_007_199_254_740_991_i64,
        "fraction": -0.25, "list": [1, [], {}, [null, false]], "nested": { "a": { "b": { "c": ["é", "名前"] } } },
        "snake_case": 1, "camelCase": 2, "Capital": 3, "7": 4, "with blank": 5, "dotted.name": 6,
        "$set": 7, "$.a": { "$inc": 1 }, "": "no name", "a/b": 8, "-": { "": 9 },
        "texts": ["12", "007", "1.50", "true", "null", "2026-05-05T15:58:45.955Z", "2026-05-05", " ", "a@B.example"],
    });
    // A member named __proto__ stays out: parsers and validators of JavaScript refuse or drop it on purpose.
    let numbers = json!({
        "tenth": 0.1, "price": 1.005, "north": 52.520_008, "west": -13.404_954_1, "large": 1e21, "small": 1.5e-9,
        "whole": 1.0, "list": [2.0, 0.333, -7.125e-5],
    });
    let names = json!({
        " outer blanks ": 1, "constructor": "c", "prototype": 2, "toString": "t", "hasOwnProperty": true, "length": 3,
        "cafe\u{301}": 4, "nested": { " k": { "constructor": "c" } },
    });
    let texts = json!({
        "lines": "a\r\nb\rc\n", "tab": "\ta\t", "decomposed": "cafe\u{301} A\u{30a}", "compatible": "\u{fb01}x \u{ff21}",
        "list": ["a\r\nb", " a "], "times": ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01 00:00:00"],
    });
    let ordinary = json!({
        "type": "t", "id": "i", "status": 1, "data": { "id": 2 }, "_private": 3, "email": "ada@hookproof.example",
        "encoded": "a%20b+c&amp;d", "invisible": "a\u{200b}b\u{feff}c", "list": (0..60).collect::<Vec<_>>(),
        "a_name_of_more_than_sixty_characters_as_some_programs_generate_them": true,
    });
    let deep = (0..DEEP).fold(json!({ "end": "of it" }), |inner, level| match level % 3 {
        0 => json!({ "list": [inner] }),
        _ => json!({ "next": inner }),
    });
    // Of many members and some kilobytes. Whether there is a limit is open, and under either reading there is none for
    // these: it is on more than a hundred members, and counts those at the top.
    let members = |count: usize| -> Map<String, Value> {
        (0..count)
            .map(|number| (format!("member{number}"), json!("x".repeat(number))))
            .collect()
    };
    let (many, within) = (members(100), json!({ "within": members(150) }));
    for name in BAGS {
        for value in [&telling, &numbers, &names, &texts, &ordinary, &deep] {
            check(name, value);
        }
        check(name, &Value::Object(many.clone()));
        check(name, &within);
        for length in [4_000, 33_000] {
            check(name, &json!({ "long": "x".repeat(length) }));
        }
    }
    // The member by which the guide tells known users from unknown ones means that at the top of userProperties only.
    let kind = json!({ "identificationType": "ANONYMOUS", "plan": "pro" });
    check("userProperties", &json!({ "of": kind, "plan": "pro" }));
    check("properties", &kind);
    check("metadata", &kind);
    property::check(probe, &(0..BAGS.len(), strategies::bag()), |(index, bag)| {
        check(BAGS[index], &Value::Object(bag));
    });
}

/// Whether an event with just this object of the documented body is accepted.
fn takes_documented(inkeep: &Inkeep, probe: &Probe<'_>, requirement: &str, name: &str) -> bool {
    let documented = full_body("hookproof", "hookproof_bag");
    let plain = with_bag(inkeep, probe, name, &documented[name]);
    checks::plain_is_accepted(probe, requirement, inkeep.fixtures.post(&plain))
}

fn empty(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.bag.empty";
    for name in BAGS {
        if !takes_documented(inkeep, probe, ID, name) {
            continue;
        }
        let body = with_bag(inkeep, probe, name, &json!({}));
        let exchange = probe.send(inkeep.fixtures.post(&body));
        let expected = format!("200 or 201 and {name} as an empty object");
        let finding = match event(&exchange) {
            None if exchange.is_success() => Finding::Undecided("the answer holds no event".to_owned()),
            event => {
                let kept = event.is_some_and(|event| *member(&event, name) == Value::Object(Map::new()));
                Finding::when(kept, expected, exchange.in_short())
            }
        };
        probe.judge(ID, &exchange, finding);
    }
}

fn user_properties_absent(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.autofill.none";
    let id = inkeep.fixtures.fresh_id(probe.case());
    let bodies = [
        json!({ "id": id, "type": "hookproof_nobody" }),
        json!({ "id": format!("{id}a"), "type": "hookproof_nobody", "properties": { "a": 1 }, "metadata": { "b": 2 } }),
    ];
    for body in bodies {
        let exchange = probe.send(inkeep.fixtures.post(&body));
        if event(&exchange).is_none() {
            let reason = format!("the answer holds no event: {}", exchange.in_short());
            probe.judge(ID, &exchange, Finding::Undecided(reason));
        }
        checks::created(probe, &[ID], &exchange, &body);
    }
}

/// What becomes of the member by which the guide tells known users from unknown ones.
fn identification(inkeep: &Inkeep, probe: &Probe<'_>) {
    let rest = json!({ "userId": "u_123", "plan": "pro" });
    let control = with_bag(inkeep, probe, "userProperties", &rest);
    let control = probe.send(inkeep.fixtures.post(&control));
    let keeps = event(&control).is_some_and(|event| same_value(member(&event, "userProperties"), &rest));
    for (requirement, kind, expected) in [
        (
            "inkeep.userprops.identification.dropped",
            "ANONYMOUS",
            Value::Null,
        ),
        ("inkeep.userprops.identification.dropped", "COOKIED", Value::Null),
        ("inkeep.userprops.identification.removed", "EMAIL", rest.clone()),
        // Any other value than these two, and so the same word in other letters.
        (
            "inkeep.userprops.identification.removed",
            "anonymous",
            rest.clone(),
        ),
    ] {
        if !keeps {
            let reason = "userProperties without an identificationType do not come back either";
            probe.judge(requirement, &control, Finding::Undecided(reason.to_owned()));
            continue;
        }
        let mut sent = rest.clone();
        sent["identificationType"] = json!(kind);
        let body = with_bag(inkeep, probe, "userProperties", &sent);
        let exchange = probe.send(inkeep.fixtures.post(&body));
        let finding = match event(&exchange) {
            None => Finding::Undecided(format!("the answer holds no event: {}", exchange.in_short())),
            Some(event) => {
                let got = member(&event, "userProperties");
                let expected_text = format!("userProperties {expected} for the identificationType {kind}");
                Finding::when(
                    same_value(got, &expected),
                    expected_text,
                    format!("userProperties {got}"),
                )
            }
        };
        probe.judge(requirement, &exchange, finding);
    }
}
