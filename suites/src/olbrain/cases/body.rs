//! What an event may hold, and how it may be written.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::http::{Exchange, Framing, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::checks;
use crate::olbrain::fixtures::Kind;
use crate::olbrain::patience;
use crate::olbrain::runs;
use crate::olbrain::strategies;
use crate::olbrain::upload;
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "body::any_object",
        Property,
        // An answer holds a response whatever the event says.
        &["olbrain.body.any-json", "olbrain.conv.response"],
        any_object,
    ),
    (
        "body::more_members",
        Property,
        &["olbrain.body.any-json"],
        more_members,
    ),
    ("body::layout", Property, &["olbrain.body.any-json"], layout),
    (
        "body::text_beyond_ascii",
        Property,
        &["olbrain.body.utf8"],
        beyond_ascii,
    ),
    (
        "body::across_chunks",
        Scenario,
        &["olbrain.body.utf8"],
        across_chunks,
    ),
    (
        "body::malformed",
        Scenario,
        &["olbrain.body.malformed", "olbrain.body.malformed.code"],
        malformed,
    ),
    ("body::chunked", Scenario, &["olbrain.body.chunked"], chunked),
    (
        "body::uploaded_file",
        Scenario,
        &["olbrain.body.fi-ref", "olbrain.upl.usable"],
        uploaded_file,
    ),
];

/// Any object at all, for an agent that messages are sent to. What a workflow agent expects of its inputs is its own
/// affair, and so is what an agent expects for which a body was declared.
fn any_object(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.any-json";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.conversational() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    if checks::control(probe, ID, fixtures.event(agent)).is_none() {
        return;
    }
    // What an event says of an organization is its own affair, and changes nothing about whose the agent is: that is
    // looked at in every answer.
    let named = [
        ("organization_id", json!("org_hookproof")),
        ("project_id", json!("proj_hookproof")),
    ];
    let request = fixtures.event_with(agent, &named);
    checks::accepted(probe, ID, "an ordinary event with further members", request);
    property::check(probe, &strategies::object(), |object| {
        let request = fixtures.trigger(agent, Value::Object(object).to_string());
        checks::accepted(probe, ID, "the body is a JSON object", request);
    });
}

/// The ordinary event with further members of any kind, nested and empty ones among them.
fn more_members(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.any-json";
    let fixtures = &olbrain.fixtures;
    for kind in [Kind::Conversational, Kind::Workflow] {
        let Ok(agent) = fixtures.agent(kind) else {
            continue;
        };
        if checks::control(probe, ID, fixtures.event(agent)).is_none() {
            continue;
        }
        property::check(probe, &strategies::object(), |object| {
            let mut body = fixtures.body_for(agent);
            if let Value::Object(members) = &mut body {
                members.extend(object);
                members.insert(
                    "empty".to_owned(),
                    json!({ "object": {}, "array": [], "text": "" }),
                );
                members.insert(
                    "nested".to_owned(),
                    json!({ "orders": [{ "lines": [{ "taxes": [{ "rates": [0, -0.5] }] }] }] }),
                );
            }
            let request = fixtures.trigger(agent, body.to_string());
            checks::accepted(probe, ID, "an ordinary event with further members", request);
        });
    }
}

/// Order of members and blanks between tokens say nothing.
fn layout(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.any-json";
    let fixtures = &olbrain.fixtures;
    let Ok(agent) = fixtures.any() else {
        return probe.skip(ID, "no agent is declared");
    };
    if checks::control(probe, ID, fixtures.event(agent)).is_none() {
        return;
    }
    property::check(probe, &any::<u64>(), |choices| {
        let mut out = String::new();
        lay_out(&fixtures.body_for(agent), &mut choices.clone(), &mut out);
        checks::accepted(
            probe,
            ID,
            "an ordinary event in another layout",
            fixtures.trigger(agent, out),
        );
    });
}

/// Writes the value with its members turned round and any blanks between its tokens; the bits of `choices` say which.
fn lay_out(value: &Value, choices: &mut u64, out: &mut String) {
    let blank = |choices: &mut u64, out: &mut String| {
        *choices = property::mix(*choices);
        out.push_str(["", " ", "\n", "\t", "\r\n  "][usize::try_from(*choices % 5).unwrap_or_default()]);
    };
    blank(choices, out);
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            if *choices & 64 != 0 {
                members.reverse();
            }
            out.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                blank(choices, out);
                out.push_str(&Value::String(name.clone()).to_string());
                blank(choices, out);
                out.push(':');
                lay_out(member, choices, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
    blank(choices, out);
}

/// Text beyond ASCII, as it is and with escapes, next to the same event with plain text.
fn beyond_ascii(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.utf8";
    let fixtures = &olbrain.fixtures;
    let agents = [fixtures.conversational(), fixtures.workflow()];
    let agents: Vec<&str> = agents.into_iter().flatten().collect();
    let plain = |agent: &str| fixtures.event_with(agent, &[("note", json!("plain"))]);
    let able: Vec<&str> = agents
        .into_iter()
        .filter(|agent| checks::control(probe, ID, plain(agent)).is_some())
        .collect();
    if able.is_empty() {
        return;
    }
    property::check(probe, &strategies::foreign_text(), |text| {
        for agent in &able {
            let mut body = fixtures.body_for(agent);
            match body.get_mut("message") {
                Some(message) => *message = Value::String(text.clone()),
                None => body["note"] = Value::String(text.clone()),
            }
            let written = body.to_string();
            for body in [escaped(&written), written] {
                let request = fixtures.trigger(agent, body);
                checks::accepted(probe, ID, "text beyond ASCII is text", request);
            }
        }
    });
}

/// A text that is a character of several bytes at nearly every place, so that wherever a body is cut, one is cut.
const CUT_ANYWHERE: &str = "größe €7 名前 😀 ünïcödé";

/// What comes in pieces is put together before it is read as text: a character may lie across two of them.
fn across_chunks(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.utf8";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.workflow() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    let mut body = fixtures.body_for(agent);
    body["inputs"]["customer_name"] = json!(CUT_ANYWHERE);
    let event = fixtures.trigger(agent, body.to_string()).exact();
    let shown = |event: Request| -> Option<(bool, Exchange)> {
        let run = answers::run_id(&probe.send(event))?;
        let request = runs::fetch(olbrain, agent, &run);
        let is_there = |exchange: &Exchange| exchange.status() == Some(200);
        let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, is_there);
        let text = answers::body(&exchange).filter(|_| found)?["inputs"]["customer_name"].clone();
        Some((text == CUT_ANYWHERE, exchange))
    };
    if !shown(event.clone()).is_some_and(|(same, _)| same) {
        return probe.skip(ID, "a run does not show the text of its event beyond ASCII");
    }
    for bytes in [1, 2, 5] {
        // Whether bodies in chunks are taken at all has a requirement of its own.
        if let Some((same, exchange)) = shown(event.clone().framing(Framing::Chunked(bytes))) {
            let expected = format!("customer_name: {CUT_ANYWHERE}, which came in chunks of {bytes} bytes");
            probe.judge(ID, &exchange, Finding::when(same, expected, exchange.in_short()));
        }
    }
}

/// The same JSON with every character beyond ASCII as an escape.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// Texts that are no JSON: those that break off, and those that go on behind a value.
fn malformed(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.malformed";
    let fixtures = &olbrain.fixtures;
    for (agent, _) in fixtures.agents() {
        if checks::control(probe, ID, fixtures.event(agent)).is_none() {
            continue;
        }
        let whole = fixtures.body_for(agent).to_string();
        for broken in [
            "{",
            "{\"message\":",
            "{\"message\" \"x\"}",
            "[1,2",
            &whole[..whole.len() - 1],
            &format!("{whole} garbage"),
            &format!("{whole}{whole}"),
            &format!("{whole}\n{whole}\n"),
            &format!("{whole}}}"),
            &format!("{},}}", &whole[..whole.len() - 1]),
        ] {
            let request = fixtures.trigger(agent, broken.to_owned());
            let exchange = checks::refused(probe, ID, "the body is not JSON", request);
            let code = answers::code(&exchange).unwrap_or_else(|| "no code".to_owned());
            probe.observe("olbrain.body.malformed.code", &exchange, code);
        }
    }
}

fn chunked(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.chunked";
    let fixtures = &olbrain.fixtures;
    let Ok(agent) = fixtures.any() else {
        return probe.skip(ID, "no agent is declared");
    };
    if checks::control(probe, ID, fixtures.event(agent)).is_none() {
        return;
    }
    // Some kilobytes, which arrive in many pieces.
    let large = fixtures.event_with(agent, &[("note", json!("x".repeat(200_000)))]);
    let is_large_taken = checks::control(probe, ID, large.clone()).is_some();
    let events = [1, 7, 4096]
        .map(|size| (size, fixtures.event(agent)))
        .into_iter()
        .chain(is_large_taken.then_some((8192, large)));
    for (size, event) in events {
        let exchange = probe.send(event.framing(Framing::Chunked(size)).exact());
        let finding = match exchange.status() {
            // A server may insist on a length; RFC 9110 §15.5.12.
            Some(411) => Finding::Undecided("the target insists on a Content-Length (411)".to_owned()),
            _ => {
                let expected = "success, as with a Content-Length, or 411";
                Finding::when(exchange.is_success(), expected, exchange.in_short())
            }
        };
        probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    }
}

/// The id of an uploaded file, where the documents show one and in other places.
fn uploaded_file(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ANYWHERE: &str = "olbrain.body.fi-ref";
    const USABLE: &str = "olbrain.upl.usable";
    let fixtures = &olbrain.fixtures;
    for kind in [Kind::Conversational, Kind::Workflow] {
        let Ok(agent) = fixtures.agent(kind) else {
            continue;
        };
        let file = match upload::made(olbrain, probe, agent) {
            Ok(file) => file,
            Err(reason) => {
                probe.skip(ANYWHERE, reason.as_str());
                probe.skip(USABLE, reason);
                continue;
            }
        };
        for (position, place) in places(kind).into_iter().enumerate() {
            let with = |text: &str| {
                let mut body = fixtures.body_for(agent);
                place(&mut body, text);
                fixtures.trigger(agent, body.to_string())
            };
            // The documented place shows that the file can be used at all.
            let id = if position == 0 { USABLE } else { ANYWHERE };
            let why = "the body names a file that was uploaded for this agent";
            checks::equivalent(probe, id, why, with("none"), with(&file));
        }
    }
}

type Place = fn(&mut Value, &str);

fn places(kind: Kind) -> [Place; 3] {
    match kind {
        Kind::Conversational => [
            |body, file| body["attachments"] = json!([file]),
            |body, file| body["metadata"] = json!({ "source": { "documents": [{ "id": file }] } }),
            |body, file| body["message"] = json!(format!("Please read {file} and answer.")),
        ],
        Kind::Workflow => [
            |body, file| body["inputs"]["attachments"] = json!([file]),
            |body, file| body["inputs"]["csv_file"] = json!(file),
            |body, file| body["documents"] = json!({ "first": [file] }),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn another_layout_is_the_same_value(object in strategies::object(), choices: u64) {
            let value = Value::Object(object);
            let mut out = String::new();
            lay_out(&value, &mut choices.clone(), &mut out);
            prop_assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), value);
        }

        #[test]
        fn escaped_text_is_ascii_and_means_the_same(text in strategies::foreign_text()) {
            let written = Value::String(text.clone()).to_string();
            let escaped = escaped(&written);
            prop_assert!(escaped.is_ascii());
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
    }

    #[test]
    fn every_place_names_the_file() {
        for kind in [Kind::Conversational, Kind::Workflow] {
            for place in places(kind) {
                let mut body = json!({ "inputs": {} });
                place(&mut body, "fi_1");
                assert!(answers::mentions(&body, "fi_1"), "{body}");
            }
        }
    }
}
