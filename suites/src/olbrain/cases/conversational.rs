//! What a conversational agent answers.

use serde_json::Value;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls;
use crate::olbrain::checks;
use crate::olbrain::fixtures::Kind;
use crate::olbrain::patience;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "conversational::reply",
        Scenario,
        // Each is checked on every answer; the case makes sure that there are some.
        &[
            "olbrain.conv.200",
            "olbrain.conv.success",
            "olbrain.conv.session-id",
            "olbrain.conv.session-id.prefix",
            "olbrain.conv.message-id",
            "olbrain.conv.message-id.prefix",
            "olbrain.conv.message-id.unique",
            "olbrain.conv.agent-id",
            "olbrain.conv.org-id",
            "olbrain.conv.org-id.prefix",
            "olbrain.conv.org-id.constant",
            "olbrain.conv.project-id",
            "olbrain.conv.project-id.prefix",
            "olbrain.conv.project-id.constant",
            "olbrain.conv.response",
            "olbrain.conv.files.array",
            "olbrain.conv.tokens",
            "olbrain.conv.tokens.sum",
            "olbrain.conv.processing-time",
            "olbrain.conv.processing-time.bound",
            "olbrain.conv.timestamp",
            "olbrain.conv.timestamp.precision",
        ],
        reply,
    ),
    (
        "conversational::no_files",
        Scenario,
        &["olbrain.conv.files.empty"],
        no_files,
    ),
    (
        "conversational::fetchable",
        Scenario,
        &["olbrain.conv.message-id.fetchable"],
        fetchable,
    ),
    (
        "conversational::open",
        Scenario,
        &["olbrain.conv.response.empty", "olbrain.conv.extra"],
        open,
    ),
];

/// So often is a sentence repeated in a long message, which makes it some 100 KiB.
const LONG_TIMES: usize = 3_600;

/// Events for every conversational agent. A refusal of one is a breach here, since no other case asks that it succeeds.
fn reply(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.conv.200";
    let fixtures = &olbrain.fixtures;
    if let Err(missing) = fixtures.conversational() {
        return probe.skip(ID, missing);
    }
    for (agent, _) in fixtures
        .agents()
        .into_iter()
        .filter(|(_, kind)| *kind == Kind::Conversational)
    {
        for _ in 0..4 {
            let exchange = probe.send(fixtures.event(agent));
            if !exchange.is_success() {
                let expected = "200, because the event is an ordinary one for a conversational agent";
                let finding = Finding::when(false, expected, exchange.in_short());
                probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
            }
        }
        // A long message may be more than an agent takes; if it is answered, it is answered like any other.
        let long = "Order placed for Acme Corp. ".repeat(LONG_TIMES);
        probe.send(fixtures.event_with(agent, &[("message", long.into())]));
    }
}

/// An agent without tools has no files to show.
fn no_files(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.conv.files.empty";
    let fixtures = &olbrain.fixtures;
    let Some(agent) = fixtures.without_tools() else {
        return probe.skip(
            ID,
            "no conversational agent without tools: declare olbrain.conversational_agents",
        );
    };
    let Some(exchange) = checks::control(probe, ID, fixtures.event(agent)) else {
        return;
    };
    let files = answers::body(&exchange).and_then(|body| body.get("files").cloned());
    let finding = match files {
        Some(Value::Array(files)) => {
            let expected = "files: [], because the agent has made no file";
            Finding::when(files.is_empty(), expected, format!("{} entries", files.len()))
        }
        _ => Finding::Undecided("the answer has no array files".to_owned()),
    };
    probe.judge(ID, &exchange, finding);
}

/// The two ids of the answer lead to the message. It may take a moment to be stored.
fn fetchable(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.conv.message-id.fetchable";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.conversational() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    for _ in 0..3 {
        let Some(control) = checks::control(probe, ID, fixtures.event(agent)) else {
            return;
        };
        let Some(message) = answers::message(&control, agent) else {
            return probe.skip(ID, "the answer has no session_id or no message_id");
        };
        let request = fixtures.get(&calls::message(agent, &message.session, &message.message));
        let seen = patience::TO_BE_SEEN;
        let (exchange, found) = patience::until(olbrain, probe, seen, &request, |e| e.status() == Some(200));
        let wanted = "200 for the session_id and the message_id of an answer";
        let expected = patience::in_time(olbrain, seen, wanted);
        probe.judge(ID, &exchange, Finding::when(found, expected, exchange.in_short()));
        if !found {
            return;
        }
    }
}

fn open(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.conversational() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip("olbrain.conv.extra", missing),
    };
    let exchange = probe.send(fixtures.event(agent));
    let Some(Value::Object(members)) = answers::body(&exchange).filter(|_| exchange.is_success()) else {
        return probe.skip("olbrain.conv.extra", "the event was not answered with an object");
    };
    let documented = calls::operation("trigger")
        .response(200)
        .and_then(|response| response.content.first())
        .and_then(|media| media.schema.get("properties"));
    let extra: Vec<&str> = members
        .keys()
        .filter(|name| documented.is_some_and(|known| known.get(name.as_str()).is_none()))
        .map(String::as_str)
        .collect();
    let value = if extra.is_empty() {
        "no further members".to_owned()
    } else {
        format!("further members: {}", extra.join(", "))
    };
    probe.observe("olbrain.conv.extra", &exchange, value);
    let is_empty = members.get("response").and_then(Value::as_str) == Some("");
    let value = if is_empty {
        "an empty response"
    } else {
        "a response that is not empty"
    };
    probe.observe("olbrain.conv.response.empty", &exchange, value);
}
