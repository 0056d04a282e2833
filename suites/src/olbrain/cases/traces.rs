//! What events leave behind: refused ones no run, no session and no message, and one that is taken no more than one run.
//!
//! Every event carries a word of its own. What has come up in the lists since is searched for the words of the refused
//! ones, and entries that no answer has named are counted. Events of other cases carry other words, and their entries are
//! named by their answers.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls;
use crate::olbrain::checks;
use crate::olbrain::fixtures::{AUTHORIZATION, Kind, bearer};
use crate::olbrain::padding::{Filling, LIMIT_BYTES, padded};
use crate::olbrain::patience;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "traces::runs",
        Scenario,
        &["olbrain.refusal.no-side-effect", "olbrain.body.413-no-run"],
        |olbrain, probe| traces(olbrain, probe, Kind::Workflow),
    ),
    (
        "traces::messages",
        Scenario,
        &["olbrain.refusal.no-side-effect", "olbrain.body.413-no-run"],
        |olbrain, probe| traces(olbrain, probe, Kind::Conversational),
    ),
    ("traces::one_run", Scenario, &[ONE_RUN], one_run),
    (
        "traces::taken_afterwards",
        Scenario,
        &["olbrain.refusal.no-side-effect"],
        taken_afterwards,
    ),
];

const REFUSED: &str = "olbrain.refusal.no-side-effect";
const ONE_RUN: &str = "olbrain.wf.one-run";
const TOO_LARGE: &str = "olbrain.body.413-no-run";

/// So many entries that came up meanwhile are looked into.
const LOOKED_INTO: usize = 12;

/// So many events are refused for each reason.
const EVENTS: usize = 3;

/// So many events are taken one after the other, so that a second run that comes up now and then is among theirs.
const TAKEN: usize = 8;

/// How often, and how long each time, the answers to events of other cases are given time to be read.
const LOOKS: usize = 10;
const SETTLE: Duration = Duration::from_millis(200);

/// The body of an ordinary event with a word in it that an agent keeps.
fn marked(olbrain: &Olbrain, agent: &str, marker: &str) -> Value {
    let mut body = olbrain.fixtures.body_for(agent);
    match olbrain.fixtures.kind_of(agent) {
        Some(Kind::Workflow) => body["inputs"]["customer_email"] = json!(format!("{marker}@example.com")),
        _ => body["message"] = json!(format!("Order {marker} placed for Acme Corp")),
    }
    body
}

/// Events that have to be refused for one reason.
struct Refused {
    id: &'static str,
    what: &'static str,
    /// Each with the word that it carries.
    events: Vec<(String, Request)>,
}

fn refused(olbrain: &Olbrain, agent: &str) -> Vec<Refused> {
    let fixtures = &olbrain.fixtures;
    let body = |marker: &str| marked(olbrain, agent, marker);
    let event = |marker: &str| fixtures.trigger(agent, body(marker).to_string());
    let unknown = fixtures.unlike(fixtures.key().unwrap_or("ak_0123456789abcdef"));
    let mut all = Vec::new();
    let mut add = |id, what, make: &dyn Fn(&str) -> Request| {
        let events = (0..EVENTS).map(|_| fixtures.marker()).map(|marker| {
            let request = make(&marker);
            (marker, request)
        });
        let events = events.collect();
        all.push(Refused { id, what, events });
    };
    add(REFUSED, "without a key", &|marker| {
        event(marker).without_header(AUTHORIZATION)
    });
    add(REFUSED, "with an unknown key", &|marker| {
        event(marker).set_header(AUTHORIZATION, &bearer(&unknown))
    });
    add(REFUSED, "that breaks off", &|marker| {
        let mut broken = body(marker).to_string();
        broken.pop();
        fixtures.trigger(agent, broken)
    });
    if let Some(key) = &fixtures.declared().keys.other_organization {
        add(REFUSED, "with the key of another organization", &|marker| {
            event(marker).set_header(AUTHORIZATION, &bearer(key))
        });
    }
    add(TOO_LARGE, "of more than 1 MiB", &|marker| {
        let large = padded(&body(marker), LIMIT_BYTES + 4096, Filling::Letters);
        fixtures.trigger(agent, large.unwrap_or_default()).exact()
    });
    all
}

/// The request for the list of what an agent has.
fn list(olbrain: &Olbrain, agent: &str, kind: Kind) -> Request {
    let path = match kind {
        Kind::Workflow => calls::runs(agent),
        Kind::Conversational => calls::sessions(agent),
    };
    olbrain.fixtures.get(&path).query("limit", "100")
}

/// The ids in the list of what an agent has.
fn ids(exchange: &Exchange, kind: Kind) -> BTreeSet<String> {
    let name = match kind {
        Kind::Workflow => "run_id",
        Kind::Conversational => "session_id",
    };
    let body = answers::body(exchange).filter(|_| exchange.is_success());
    let items = body
        .as_ref()
        .and_then(answers::items)
        .cloned()
        .unwrap_or_default();
    items
        .iter()
        .filter_map(|item| answers::text(item, name))
        .collect()
}

/// What there is to see of one entry of the list.
fn look_into(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, kind: Kind, id: &str) -> Exchange {
    probe.send(olbrain.fixtures.get(&match kind {
        Kind::Workflow => calls::run(agent, id),
        Kind::Conversational => calls::messages(agent, id),
    }))
}

fn shows(exchange: &Exchange, marker: &str) -> bool {
    exchange.is_success() && answers::body(exchange).is_some_and(|body| answers::mentions(&body, marker))
}

/// The ids in the list once it names what was made last.
fn listed_with(
    olbrain: &Olbrain,
    probe: &Probe<'_>,
    agent: &str,
    kind: Kind,
    last: &str,
) -> Result<(BTreeSet<String>, Exchange), String> {
    let request = list(olbrain, agent, kind);
    let names_it = |exchange: &Exchange| ids(exchange, kind).contains(last);
    let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, names_it);
    if found {
        return Ok((ids(&exchange, kind), exchange));
    }
    if !exchange.is_success() {
        return Err(format!("no list shows what was made: {}", exchange.in_short()));
    }
    let wanted = "the list has to name what was made last";
    let sight = patience::in_time(olbrain, patience::TO_BE_SEEN, wanted);
    Err(format!("{sight}; it may also have been cut"))
}

/// How many entries come up that no answer names while this run refuses nothing here: what others make who use the target.
fn made_by_others(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, kind: Kind) -> Result<usize, String> {
    let before = ids(&probe.send(list(olbrain, agent, kind)), kind);
    let mut last = String::new();
    for _ in 0..EVENTS {
        last = accepted(olbrain, probe, agent, kind)?;
    }
    let (after, _) = listed_with(olbrain, probe, agent, kind, &last)?;
    patience::settle(SETTLE);
    let new = after.difference(&before);
    Ok(new.filter(|id| olbrain.ledger.owner(id).is_none()).count())
}

/// Sends an event that is taken, and says which entry of the list it made.
fn accepted(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, kind: Kind) -> Result<String, String> {
    let exchange = probe.send(olbrain.fixtures.event(agent));
    let id = match kind {
        Kind::Workflow => answers::run_id(&exchange),
        Kind::Conversational => answers::message(&exchange, agent).map(|message| message.session),
    };
    id.ok_or_else(|| {
        format!(
            "an ordinary event is refused, or answered without an id: {}",
            exchange.in_short()
        )
    })
}

fn traces(olbrain: &Olbrain, probe: &Probe<'_>, kind: Kind) {
    let agent = match olbrain.fixtures.agent(kind) {
        Ok(agent) => agent,
        Err(missing) => {
            probe.skip(REFUSED, missing.as_str());
            return probe.skip(TOO_LARGE, missing);
        }
    };
    for group in refused(olbrain, agent) {
        if let Err(reason) = leaves_nothing(olbrain, probe, agent, kind, &group) {
            probe.skip(group.id, reason);
        }
    }
    let strict = olbrain.fixtures.declared().strict_workflow_agents.first();
    if let Some(agent) = strict.filter(|_| kind == Kind::Workflow) {
        let group = misfits(olbrain, agent);
        if let Err(reason) = leaves_nothing(olbrain, probe, agent, kind, &group) {
            probe.skip(group.id, reason);
        }
    }
}

/// Events with inputs that an agent was declared not to take.
fn misfits(olbrain: &Olbrain, agent: &str) -> Refused {
    let events = (0..EVENTS).map(|_| olbrain.fixtures.marker()).map(|marker| {
        let body = json!({ "inputs": format!("{marker}@example.com") });
        let request = olbrain.fixtures.trigger(agent, body.to_string());
        (marker, request)
    });
    Refused {
        id: REFUSED,
        what: "whose inputs do not fit",
        events: events.collect(),
    }
}

/// Sends the events and looks for what they left. The error says why nothing can be told.
fn leaves_nothing(
    olbrain: &Olbrain,
    probe: &Probe<'_>,
    agent: &str,
    kind: Kind,
    group: &Refused,
) -> Result<(), String> {
    let before = ids(&probe.send(list(olbrain, agent, kind)), kind);
    let mut sent = None;
    for (_, request) in &group.events {
        let exchange = probe.send(request.clone());
        if exchange.is_success() {
            // That it was taken at all is judged by its own case.
            return Err(format!("an event {} was taken", group.what));
        }
        sent = Some(exchange);
    }
    let last = accepted(olbrain, probe, agent, kind)?;
    let (after, names_last) = listed_with(olbrain, probe, agent, kind, &last)?;
    let unknown = |ids: &BTreeSet<String>| -> Vec<String> {
        let new = ids.difference(&before);
        new.filter(|id| olbrain.ledger.owner(id).is_none())
            .cloned()
            .collect()
    };
    let mut new = unknown(&after);
    // Other cases may be about to read the answers that name these.
    for _ in 0..LOOKS {
        if new.len() < EVENTS {
            break;
        }
        patience::settle(SETTLE);
        new.retain(|id| olbrain.ledger.owner(id).is_none());
    }
    let mut shown = vec![names_last];
    // Events may also join the session of one before them.
    for id in new.iter().chain([&last]).take(LOOKED_INTO) {
        shown.push(look_into(olbrain, probe, agent, kind, id));
    }
    let trace = shown
        .iter()
        .find(|seen| group.events.iter().any(|(marker, _)| shows(seen, marker)));
    let expected = format!("nothing of events {} in runs, sessions and messages", group.what);
    let (finding, evidence) = match trace {
        Some(seen) => (Finding::when(false, expected, seen.in_short()), Some(seen)),
        // One or two may be those of an event whose answer got lost; as many as were refused are theirs.
        None => {
            if new.len() >= EVENTS && made_by_others(olbrain, probe, agent, kind)? >= EVENTS {
                return Err("others make entries in the list too, so that none can be told apart".to_owned());
            }
            let got = format!(
                "{} new entries that no answer named: {}",
                new.len(),
                new.join(", ")
            );
            (Finding::when(new.len() < EVENTS, expected, got), sent.as_ref())
        }
    };
    if let Some(exchange) = evidence {
        probe.judge(group.id, exchange, finding);
    }
    Ok(())
}

/// One event makes one run. A second one would show the same word.
fn one_run(olbrain: &Olbrain, probe: &Probe<'_>) {
    let kind = Kind::Workflow;
    let agent = match olbrain.fixtures.agent(kind) {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ONE_RUN, missing),
    };
    let before = ids(&probe.send(list(olbrain, agent, kind)), kind);
    let mut markers = Vec::new();
    let mut run = String::new();
    for _ in 0..TAKEN {
        let marker = olbrain.fixtures.marker();
        let event = olbrain
            .fixtures
            .trigger(agent, marked(olbrain, agent, &marker).to_string());
        let Some(taken) = checks::control(probe, ONE_RUN, event) else {
            return;
        };
        let Some(id) = answers::run_id(&taken) else {
            return probe.skip(ONE_RUN, "the event was answered without a run_id");
        };
        run = id;
        markers.push(marker);
    }
    let after = match listed_with(olbrain, probe, agent, kind, &run) {
        Ok((after, _)) => after,
        Err(reason) => return probe.skip(ONE_RUN, reason),
    };
    let last = look_into(olbrain, probe, agent, kind, &run);
    if !markers.last().is_some_and(|marker| shows(&last, marker)) {
        return probe.skip(ONE_RUN, "a run does not show the inputs of its event");
    }
    // Other cases may be about to read the answers that name some of these.
    patience::settle(SETTLE);
    let new = after
        .difference(&before)
        .filter(|id| olbrain.ledger.owner(id).is_none());
    let second = new
        .take(LOOKED_INTO)
        .map(|id| look_into(olbrain, probe, agent, kind, id))
        .find(|seen| markers.iter().any(|marker| shows(seen, marker)));
    let expected = "no run with the inputs of an event but the one that its answer names";
    let got = second.as_ref().map_or_else(String::new, Exchange::in_short);
    let finding = Finding::when(second.is_none(), expected, got);
    probe.judge(ONE_RUN, second.as_ref().unwrap_or(&last), finding);
}

/// An event that was refused is taken when it is sent as it should be, even if it asks not to be taken twice.
fn taken_afterwards(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    for (agent, _) in fixtures.agents() {
        let keyed = || fixtures.event_with(agent, &[("Idempotency-Key", json!(fixtures.marker()))]);
        if checks::control(probe, REFUSED, keyed()).is_none() {
            continue;
        }
        let event = keyed();
        let exchange = probe.send(event.clone().without_header(AUTHORIZATION));
        if exchange.is_success() {
            probe.skip(REFUSED, "an event without a key was taken");
            continue;
        }
        let exchange = probe.send(event);
        let expected = "success: the event was refused before only for its missing key";
        let finding = Finding::when(exchange.is_success(), expected, exchange.in_short());
        probe.judge(REFUSED, &exchange, checks::undecided_unless(&exchange, finding));
    }
}
