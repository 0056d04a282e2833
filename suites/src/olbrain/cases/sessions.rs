//! Sessions and messages: who may see them, and what fetching one shows.

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::Request;
use crate::olbrain::Olbrain;
use crate::olbrain::answers::{self, Message};
use crate::olbrain::calls;
use crate::olbrain::checks;
use crate::olbrain::fixtures::{AUTHORIZATION, Kind, bearer};
use crate::olbrain::patience;
use crate::probe::Probe;
use crate::verdict::Finding;

/// The states that the page on session management names.
pub(super) const STATES: [&str; 2] = ["active", "closed"];

pub(super) const CASES: &[Entry] = &[
    ("sessions::kind", Scenario, &["olbrain.sess.kind"], kind),
    (
        "sessions::unknown",
        Scenario,
        &["olbrain.sess.404", "olbrain.sess.404.message"],
        unknown,
    ),
    (
        "sessions::other_agent",
        Scenario,
        &["olbrain.sess.404.other-agent"],
        other_agent,
    ),
    (
        "sessions::other_organization",
        Scenario,
        &["olbrain.sess.404.other-org"],
        other_organization,
    ),
    (
        "sessions::message_elsewhere",
        Scenario,
        &["olbrain.sess.404.message-elsewhere"],
        message_elsewhere,
    ),
    (
        "sessions::fetched",
        Scenario,
        &["olbrain.sess.get", "olbrain.sess.get.session-id"],
        fetched,
    ),
    (
        "sessions::messages",
        Scenario,
        &[
            "olbrain.sess.messages",
            "olbrain.sess.messages.found",
            "olbrain.sess.messages.order",
        ],
        messages,
    ),
    (
        "sessions::messages_apart",
        Scenario,
        &["olbrain.sess.messages.only-own"],
        messages_apart,
    ),
    (
        "sessions::message",
        Scenario,
        &[
            "olbrain.sess.message",
            "olbrain.sess.message.message-id",
            "olbrain.sess.message.content",
        ],
        message,
    ),
];

/// From so many messages on, the list of a session may have been cut.
const MAY_BE_CUT: usize = 20;

/// An event that a conversational agent has just answered. `None`, and the requirement undecided, where it has not.
pub(super) fn answered(olbrain: &Olbrain, probe: &Probe<'_>, id: &str, agent: &str) -> Option<Message> {
    let exchange = checks::control(probe, id, olbrain.fixtures.event(agent))?;
    let message = answers::message(&exchange, agent);
    if message.is_none() {
        probe.skip(id, "the event was answered without a session_id or a message_id");
    }
    message
}

/// The same for the usual agent.
pub(super) fn usual(olbrain: &Olbrain, probe: &Probe<'_>, id: &str) -> Option<Message> {
    match olbrain.fixtures.conversational() {
        Ok(agent) => answered(olbrain, probe, id, agent),
        Err(missing) => {
            probe.skip(id, missing);
            None
        }
    }
}

/// The four calls about sessions.
fn four(olbrain: &Olbrain, agent: &str, session: &str, message: &str) -> [Request; 4] {
    [
        calls::sessions(agent),
        calls::session(agent, session),
        calls::messages(agent, session),
        calls::message(agent, session, message),
    ]
    .map(|path| olbrain.fixtures.get(&path))
}

/// Each of the four calls is one for conversational agents.
fn kind(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.kind";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.workflow() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    // A target that serves no sessions at all refuses these for another reason.
    if let Ok(conversational) = fixtures.conversational()
        && checks::control(probe, ID, fixtures.get(&calls::sessions(conversational))).is_none()
    {
        return;
    }
    let known = olbrain.known().message.as_ref();
    let (session, message) = known.map_or(("sess_01JV8M2K4T7Q", "msg_01JV8M2K4T7Q"), |known| {
        (known.session.as_str(), known.message.as_str())
    });
    let (session, message) = (fixtures.unlike(session), fixtures.unlike(message));
    for request in four(olbrain, agent, &session, &message) {
        checks::coded(probe, ID, "the agent is a workflow one", request);
    }
}

fn unknown(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.404";
    const MESSAGE: &str = "olbrain.sess.404.message";
    let fixtures = &olbrain.fixtures;
    let Some(known) = usual(olbrain, probe, ID) else {
        return;
    };
    let [_, session, list, message] = four(olbrain, &known.agent, &known.session, &known.message);
    let nobody = fixtures.unlike(&known.session);
    let [_, no_session, no_list, no_message] = four(olbrain, &known.agent, &nobody, &known.message);
    for (known, unknown) in [(session, no_session), (list, no_list)] {
        if patience::seen(olbrain, probe, ID, &known).is_some() {
            checks::coded(probe, ID, "there is no such session", unknown);
        }
    }
    if patience::seen(olbrain, probe, MESSAGE, &message).is_some() {
        // Session and message are not found there; which of the two the code names is open.
        checks::refused(probe, ID, "there is no such session", no_message);
        let path = calls::message(&known.agent, &known.session, &fixtures.unlike(&known.message));
        checks::coded(probe, MESSAGE, "there is no such message", fixtures.get(&path));
    }
}

fn other_agent(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.404.other-agent";
    let other = match olbrain.fixtures.second_agent(Kind::Conversational) {
        Ok(other) => other,
        Err(missing) => return probe.skip(ID, missing),
    };
    let Some(known) = usual(olbrain, probe, ID) else {
        return;
    };
    let why = "the session belongs to another agent";
    let [_, session, list, message] = four(olbrain, &known.agent, &known.session, &known.message);
    let [_, foreign, foreign_list, foreign_message] = four(olbrain, other, &known.session, &known.message);
    for (own, foreign) in [(session, foreign), (list, foreign_list)] {
        if patience::seen(olbrain, probe, ID, &own).is_some() {
            checks::coded(probe, ID, why, foreign);
        }
    }
    if patience::seen(olbrain, probe, ID, &message).is_some() {
        // Session and message are not found there; which of the two the code names is open.
        checks::refused(probe, ID, why, foreign_message);
    }
}

/// The other organization's agents under this key, and this organization's sessions under the other's key.
fn other_organization(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.404.other-org";
    let declared = olbrain.fixtures.declared();
    let Some(known) = usual(olbrain, probe, ID) else {
        return;
    };
    let own = four(olbrain, &known.agent, &known.session, &known.message);
    if patience::seen(olbrain, probe, ID, &own[1]).is_none() {
        return;
    }
    let mut requests = Vec::new();
    let other = declared.other_organization.as_ref();
    for foreign in other.iter().flat_map(|other| &other.conversational_agents) {
        requests.extend(four(olbrain, foreign, &known.session, &known.message));
    }
    if let Some(key) = &declared.keys.other_organization {
        requests.extend(own.map(|request| request.set_header(AUTHORIZATION, &bearer(key))));
    }
    if requests.is_empty() {
        let missing = "nothing of another organization: declare olbrain.other_organization.conversational_agents, or \
                       olbrain.keys.other_organization";
        return probe.skip(ID, missing);
    }
    for request in requests {
        checks::refused(
            probe,
            ID,
            "agent and key belong to different organizations",
            request,
        );
    }
}

fn message_elsewhere(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.404.message-elsewhere";
    let (Some(one), Some(other)) = (usual(olbrain, probe, ID), usual(olbrain, probe, ID)) else {
        return;
    };
    if one.session == other.session {
        return probe.skip(ID, "the target puts all events into one session");
    }
    let fetch = |session: &str, message: &str| {
        olbrain
            .fixtures
            .get(&calls::message(&one.agent, session, message))
    };
    // Both have to be seen: where the other session is not yet there, it is what the answer names.
    for there in [&one, &other] {
        if patience::seen(olbrain, probe, ID, &fetch(&there.session, &there.message)).is_none() {
            return;
        }
    }
    checks::coded(
        probe,
        ID,
        "the message belongs to another session",
        fetch(&other.session, &one.message),
    );
}

fn fetched(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.get";
    let Some(known) = usual(olbrain, probe, ID) else {
        return;
    };
    let request = olbrain
        .fixtures
        .get(&calls::session(&known.agent, &known.session));
    let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, |e| {
        e.status() == Some(200)
    });
    let wanted = "200 for the session of an answered message";
    let expected = patience::in_time(olbrain, patience::TO_BE_SEEN, wanted);
    let finding = Finding::when(found, expected, exchange.in_short());
    probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    if found {
        // The session that was asked for, and not the one that was active last.
        let exchange = match usual(olbrain, probe, ID) {
            Some(newer) if newer.session != known.session => probe.send(request),
            _ => exchange,
        };
        let says =
            |name: &str, wanted: &str| answers::member(&exchange, name).is_none_or(|got| got == wanted);
        let met = says("session_id", &known.session) && says("agent_id", &known.agent);
        let expected = format!("session_id: {}, agent_id: {}", known.session, known.agent);
        let finding = Finding::when(met, expected, exchange.in_short());
        probe.judge("olbrain.sess.get.session-id", &exchange, finding);
    }
}

fn messages(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.messages";
    let Some(known) = usual(olbrain, probe, ID) else {
        return;
    };
    let request = olbrain
        .fixtures
        .get(&calls::messages(&known.agent, &known.session));
    let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, |e| {
        e.status() == Some(200)
    });
    let wanted = "200 for the messages of a session";
    let expected = patience::in_time(olbrain, patience::TO_BE_SEEN, wanted);
    let finding = Finding::when(found, expected, exchange.in_short());
    probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    if !found {
        return;
    }
    let names = |exchange: &crate::http::Exchange| {
        answers::body(exchange).is_some_and(|body| answers::holds(&body, &known.message))
    };
    let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, names);
    let count = answers::body(&exchange).and_then(|body| answers::items(&body).map(Vec::len));
    let finding = if !found && count.is_some_and(|count| count >= MAY_BE_CUT) {
        Finding::Undecided("the list is so long that it may have been cut".to_owned())
    } else {
        let wanted = format!("{}, which was just answered, in the list", known.message);
        let expected = patience::in_time(olbrain, patience::TO_BE_SEEN, wanted);
        Finding::when(found, expected, exchange.in_short())
    };
    probe.judge("olbrain.sess.messages.found", &exchange, finding);
    if found {
        goes_on(olbrain, probe, &known, &request);
    }
    probe.observe("olbrain.sess.messages.order", &exchange, exchange.in_short());
}

/// The list of a session names no message of another one, of the same agent or of another.
fn messages_apart(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.messages.only-own";
    let Some(known) = usual(olbrain, probe, ID) else {
        return;
    };
    let second = olbrain.fixtures.second_agent(Kind::Conversational).ok();
    let others: Vec<Message> = [Some(known.agent.as_str()), second]
        .into_iter()
        .flatten()
        .filter_map(|agent| answered(olbrain, probe, ID, agent))
        .filter(|other| other.session != known.session)
        .collect();
    if others.is_empty() {
        return probe.skip(ID, "every event that was sent has joined one session");
    }
    let request = olbrain
        .fixtures
        .get(&calls::messages(&known.agent, &known.session));
    // When the list has what belongs to it, it could have the rest as well.
    let names = |exchange: &crate::http::Exchange, message: &str| {
        answers::body(exchange).is_some_and(|body| answers::holds(&body, message))
    };
    let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, |e| {
        names(e, &known.message)
    });
    let foreign = others.iter().find(|other| names(&exchange, &other.message));
    let finding = match foreign {
        Some(other) => Finding::Broken {
            expected: format!("messages of {} only", known.session),
            got: format!("{}, a message of {}", other.message, other.session),
        },
        None if found => Finding::Met,
        None => Finding::Undecided(format!("no list with {}: {}", known.message, exchange.in_short())),
    };
    probe.judge(ID, &exchange, finding);
}

/// A second message joins the first in the list of its session, and does not take its place.
fn goes_on(olbrain: &Olbrain, probe: &Probe<'_>, known: &Message, request: &Request) {
    let session = serde_json::json!(known.session);
    let event = olbrain
        .fixtures
        .event_with(&known.agent, &[("session_id", session)]);
    let answer = probe.send(event);
    let Some(second) = answers::message(&answer, &known.agent).filter(|next| next.session == known.session)
    else {
        // In which way an event joins a session is open.
        return;
    };
    let names_both = |exchange: &crate::http::Exchange| {
        answers::body(exchange).is_some_and(|body| {
            answers::holds(&body, &known.message) && answers::holds(&body, &second.message)
        })
    };
    let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, request, names_both);
    let count = answers::body(&exchange).and_then(|body| answers::items(&body).map(Vec::len));
    if count.is_some_and(|count| count < MAY_BE_CUT) {
        let wanted = format!(
            "{} and {}, both answered in this session",
            known.message, second.message
        );
        let expected = patience::in_time(olbrain, patience::TO_BE_SEEN, wanted);
        let finding = Finding::when(found, expected, exchange.in_short());
        probe.judge("olbrain.sess.messages.found", &exchange, finding);
    }
}

fn message(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.message";
    let Some(known) = usual(olbrain, probe, ID) else {
        return;
    };
    let path = calls::message(&known.agent, &known.session, &known.message);
    let request = olbrain.fixtures.get(&path);
    let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, |e| {
        e.status() == Some(200)
    });
    let wanted = "200 for a message that was answered";
    let expected = patience::in_time(olbrain, patience::TO_BE_SEEN, wanted);
    let finding = Finding::when(found, expected, exchange.in_short());
    probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    if found {
        let met = answers::member(&exchange, "message_id").is_none_or(|got| got == known.message);
        let finding = Finding::when(met, format!("message_id: {}", known.message), exchange.in_short());
        probe.judge("olbrain.sess.message.message-id", &exchange, finding);
    }
    if found && !known.response.is_empty() {
        let met = answers::body(&exchange).is_some_and(|body| answers::mentions(&body, &known.response));
        let expected = format!("the reply somewhere in the message: {}", known.response);
        let finding = Finding::when(met, expected, exchange.in_short());
        probe.judge("olbrain.sess.message.content", &exchange, finding);
    }
}
