//! The list of sessions: what it holds, how it is cut, filtered and ordered.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::Entry;
use super::sessions::{STATES, answered, usual};
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers::{self};
use crate::olbrain::calls;
use crate::olbrain::checks;
use crate::olbrain::fixtures::Kind;
use crate::olbrain::patience;
use crate::olbrain::rfc3339;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "session_list::listed",
        Scenario,
        &[
            "olbrain.sess.list",
            "olbrain.sess.list.found",
            "olbrain.sess.list.all-fields",
            "olbrain.sess.list.status.named",
            "olbrain.sess.list.timestamps",
        ],
        listed,
    ),
    (
        "session_list::only_own",
        Scenario,
        &["olbrain.sess.list.only-own"],
        only_own,
    ),
    (
        "session_list::limit",
        Scenario,
        &["olbrain.sess.list.limit", "olbrain.sess.list.limit.echo"],
        limit,
    ),
    (
        "session_list::default_and_cap",
        Scenario,
        &["olbrain.sess.list.limit.default", "olbrain.sess.list.limit.cap"],
        default_and_cap,
    ),
    (
        "session_list::ignored",
        Scenario,
        &["olbrain.sess.list.ignored"],
        ignored,
    ),
];

/// The largest limit that counts as it is.
pub(super) const CAP: usize = 100;

/// The limit of a call that names none.
const DEFAULT: usize = 20;

/// No session was active since then.
const NOTHING_YET: &str = "2999-01-01T00:00:00Z";

/// An agent that takes longer than this for an answer is not sent a hundred events.
const QUICK: Duration = Duration::from_millis(250);

pub(super) fn list(olbrain: &Olbrain, agent: &str) -> Request {
    olbrain.fixtures.get(&calls::sessions(agent))
}

/// The sessions of a list, where it has the documented form.
pub(super) fn sessions(exchange: &Exchange) -> Option<Vec<Value>> {
    if exchange.status() != Some(200) {
        return None;
    }
    answers::body(exchange)?.get("sessions")?.as_array().cloned()
}

pub(super) fn position(sessions: &[Value], session: &str) -> Option<usize> {
    sessions
        .iter()
        .position(|item| item.get("session_id").and_then(Value::as_str) == Some(session))
}

/// The session of an answered message is in the list, and is described there.
fn listed(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.list";
    const FOUND: &str = "olbrain.sess.list.found";
    let agent = match olbrain.fixtures.conversational() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    let exchange = probe.send(list(olbrain, agent));
    let finding = Finding::when(exchange.status() == Some(200), "200", exchange.in_short());
    probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    if !exchange.is_success() {
        return;
    }
    // Other cases send events too, and newer sessions come first; after three tries it is not they who hide it.
    for left in (0..3).rev() {
        let Some(known) = usual(olbrain, probe, FOUND) else {
            return;
        };
        let request = list(olbrain, agent).query("limit", &CAP.to_string());
        let named = |e: &Exchange| sessions(e).is_some_and(|list| position(&list, &known.session).is_some());
        let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, named);
        let Some(listed) = sessions(&exchange) else {
            let finding = Finding::Undecided(format!("no list of sessions: {}", exchange.in_short()));
            return probe.judge(FOUND, &exchange, finding);
        };
        if !found && listed.len() >= CAP && left > 0 {
            continue;
        }
        let wanted = format!("{}, whose message was just answered, in the list", known.session);
        let expected = patience::in_time(olbrain, patience::TO_BE_SEEN, wanted);
        let got = format!("{} sessions without it", listed.len());
        probe.judge(FOUND, &exchange, Finding::when(found, expected, got));
        if let Some(item) = position(&listed, &known.session).and_then(|at| listed.get(at)) {
            described(probe, &exchange, item);
        }
        return;
    }
}

fn described(probe: &Probe<'_>, exchange: &Exchange, item: &Value) {
    const FIELDS: [&str; 6] = [
        "channel",
        "user_id",
        "created_at",
        "last_message_at",
        "message_count",
        "total_tokens",
    ];
    let missing: Vec<&str> = FIELDS
        .into_iter()
        .filter(|name| item.get(*name).is_none())
        .collect();
    let expected = format!("a session with {}", missing.join(", "));
    let finding = Finding::when(missing.is_empty(), expected, format!("the session {item}"));
    probe.judge("olbrain.sess.list.all-fields", exchange, finding);
    if let Some(state) = answers::text(item, "status") {
        let expected = format!("a status out of {}", STATES.join(", "));
        let finding = Finding::when(
            STATES.contains(&state.as_str()),
            expected,
            format!("the session {item}"),
        );
        probe.judge("olbrain.sess.list.status.named", exchange, finding);
    }
    let moments = ["created_at", "last_message_at"].map(|name| item.get(name).unwrap_or(&Value::Null));
    let read = moments.map(|moment| moment.as_str().and_then(rfc3339::parse));
    let readable = moments
        .iter()
        .zip(&read)
        .all(|(moment, read)| moment.is_null() || read.is_some());
    let in_order = match read {
        [Some(created), Some(last)] => created <= last,
        _ => true,
    };
    let expected = "created_at and last_message_at in the form of RFC 3339, in this order";
    let finding = Finding::when(readable && in_order, expected, format!("the session {item}"));
    probe.judge("olbrain.sess.list.timestamps", exchange, finding);
}

/// No list names another agent's session, and each entry says whose it is.
fn only_own(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.list.only-own";
    let fixtures = &olbrain.fixtures;
    let agents = match (
        fixtures.conversational(),
        fixtures.second_agent(Kind::Conversational),
    ) {
        (Ok(own), Ok(other)) => [own, other],
        (Err(missing), _) | (_, Err(missing)) => return probe.skip(ID, missing),
    };
    for agent in agents {
        if answered(olbrain, probe, ID, agent).is_none() {
            return;
        }
    }
    for agent in agents {
        let Some(exchange) = checks::control(probe, ID, list(olbrain, agent).query("limit", "100")) else {
            return;
        };
        let foreign = sessions(&exchange).unwrap_or_default().into_iter().find(|item| {
            let session = answers::text(item, "session_id").unwrap_or_default();
            let owner = olbrain.ledger.owner(&session);
            let named = answers::text(item, "agent_id");
            [owner, named].into_iter().flatten().any(|other| other != agent)
        });
        let got = foreign
            .as_ref()
            .map(|item| format!("the session {item}"))
            .unwrap_or_default();
        let finding = Finding::when(foreign.is_none(), format!("sessions of {agent} only"), got);
        probe.judge(ID, &exchange, finding);
    }
}

fn limit(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.list.limit";
    const ECHO: &str = "olbrain.sess.list.limit.echo";
    let mut made = BTreeSet::new();
    let mut agent = String::new();
    for _ in 0..3 {
        let Some(known) = usual(olbrain, probe, ID) else {
            return;
        };
        agent = known.agent;
        made.insert(known.session);
    }
    let Some(whole) = checks::control(probe, ID, list(olbrain, &agent)) else {
        return;
    };
    let echoed = |exchange: &Exchange, limit: usize| {
        let body = answers::body(exchange).unwrap_or_default();
        let got = body.get("limit").cloned().unwrap_or_default();
        let met = got.as_u64() == u64::try_from(limit).ok();
        let finding = Finding::when(met, format!("limit: {limit}"), format!("limit: {got}"));
        probe.judge(ECHO, exchange, finding);
    };
    echoed(&whole, DEFAULT);
    // A list that holds fewer than were asked for tells the limit from the count.
    let nothing_yet = list(olbrain, &agent).query("since", NOTHING_YET);
    if let Some(exchange) = checks::control(probe, ECHO, nothing_yet) {
        echoed(&exchange, DEFAULT);
    }
    for limit in [1, 2, 50, CAP, 2 * CAP] {
        let request = list(olbrain, &agent).query("limit", &limit.to_string());
        let Some(exchange) = checks::control(probe, ID, request) else {
            continue;
        };
        echoed(&exchange, limit.min(CAP));
        if limit > 2 {
            continue;
        }
        let finding = match sessions(&exchange) {
            None => Finding::Undecided(format!("no list of sessions: {}", exchange.in_short())),
            Some(list) if made.len() < 3 && list.len() <= limit => {
                Finding::Undecided("the target puts all events into one session".to_owned())
            }
            Some(list) => {
                let got = format!("{} sessions", list.len());
                Finding::when(list.len() <= limit, format!("at most {limit} sessions"), got)
            }
        };
        probe.judge(ID, &exchange, finding);
    }
    not_none(olbrain, probe);
}

/// A bound of one is no bound of none. The newest session may not be seen at once, so this is tried with an agent to which
/// few cases send events.
fn not_none(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.list.limit";
    let fixtures = &olbrain.fixtures;
    let quiet = fixtures.second_agent(Kind::Conversational);
    let Ok(agent) = quiet.or_else(|_| fixtures.conversational()) else {
        return;
    };
    if answered(olbrain, probe, ID, agent).is_none() {
        return;
    }
    let is_some = |exchange: &Exchange| sessions(exchange).is_some_and(|list| !list.is_empty());
    let seen = |request: &Request| patience::until(olbrain, probe, patience::TO_BE_SEEN, request, is_some);
    let whole = list(olbrain, agent);
    // Where even the list without a limit has none, it is not the limit that hides it.
    if seen(&whole).1 {
        let (exchange, met) = seen(&whole.query("limit", "1"));
        let expected = "one session, since the list without a limit is not empty";
        probe.judge(ID, &exchange, Finding::when(met, expected, exchange.in_short()));
    }
}

/// More than 100 sessions, so that both bounds show.
fn default_and_cap(olbrain: &Olbrain, probe: &Probe<'_>) {
    const BY_DEFAULT: &str = "olbrain.sess.list.limit.default";
    const CAPPED: &str = "olbrain.sess.list.limit.cap";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.conversational() {
        Ok(agent) => agent,
        Err(missing) => {
            probe.skip(BY_DEFAULT, missing.as_str());
            return probe.skip(CAPPED, missing);
        }
    };
    let undecided = |reason: &str| {
        probe.skip(BY_DEFAULT, reason);
        probe.skip(CAPPED, reason);
    };
    let Some(first) = checks::control(probe, CAPPED, fixtures.event(agent)) else {
        return;
    };
    if first.elapsed > QUICK {
        return undecided("the agent takes its time, so that it was not sent a hundred events");
    }
    let events = (0..=CAP).map(|_| fixtures.event(agent)).collect();
    let made: BTreeSet<String> = probe
        .send_all(events, 8)
        .iter()
        .filter_map(|exchange| Some(answers::message(exchange, agent)?.session))
        .collect();
    if made.len() <= CAP {
        return undecided("there are not more than 100 sessions, since events join sessions or are refused");
    }
    let plain = probe.send(list(olbrain, agent));
    if let Some(listed) = sessions(&plain) {
        let got = format!("{} sessions", listed.len());
        let finding = Finding::when(
            listed.len() <= DEFAULT,
            "at most 20 sessions without a limit",
            got,
        );
        probe.judge(BY_DEFAULT, &plain, finding);
    }
    let request = list(olbrain, agent).query("limit", "100");
    let is_full = |exchange: &Exchange| sessions(exchange).is_some_and(|listed| listed.len() >= CAP);
    let (exchange, _) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, is_full);
    let Some(hundred) = sessions(&exchange) else {
        return probe.skip(CAPPED, "a limit of 100 gives no list");
    };
    for limit in ["101", "1000"] {
        let request = list(olbrain, agent).query("limit", limit);
        let count = |exchange: &Exchange| sessions(exchange).map(|listed| listed.len());
        // As many as for 100: where those are fewer than there are, the fault is not in how the cap is read. Other cases make
        // sessions meanwhile, which may take the places of those that are seen.
        let as_many =
            |exchange: &Exchange| count(exchange).is_some_and(|count| (hundred.len()..=CAP).contains(&count));
        let (exchange, met) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, as_many);
        let got = count(&exchange).map_or_else(|| exchange.in_short(), |count| format!("{count} sessions"));
        let expected = format!("{} sessions, as with a limit of 100, or up to 100", hundred.len());
        probe.judge(CAPPED, &exchange, Finding::when(met, expected, got));
    }
}

/// Parameters that nobody knows change nothing.
fn ignored(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.list.ignored";
    let Some(known) = usual(olbrain, probe, ID) else {
        return;
    };
    for (name, value) in [("hookproof", "1"), ("colour", "blue"), ("x-trace", "")] {
        let plain = list(olbrain, &known.agent);
        let why = format!("the parameter {name} is none that the page names");
        let variant = plain.clone().query(name, value);
        let Some(whole) = checks::control(probe, ID, plain) else {
            return;
        };
        let is_empty = |exchange: &Exchange| sessions(exchange).is_some_and(|listed| listed.is_empty());
        let exchange = checks::accepted(probe, ID, &why, variant.clone());
        if !is_empty(&exchange) || is_empty(&whole) {
            continue;
        }
        let (exchange, _) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &variant, |e| !is_empty(e));
        if is_empty(&exchange) {
            let finding = Finding::when(false, "the sessions, as without the parameter", "an empty list");
            probe.judge(ID, &exchange, finding);
        }
    }
}
