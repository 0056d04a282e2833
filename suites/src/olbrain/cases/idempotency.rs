//! The member `Idempotency-Key`: taken like any other, and good for one agent.

use std::collections::HashMap;

use serde_json::json;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::checks;
use crate::olbrain::fixtures::{AUTHORIZATION, bearer};
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "body::idempotency_key",
        Scenario,
        &["olbrain.idem.accepted"],
        idempotency_key,
    ),
    (
        "body::idempotency_key_elsewhere",
        Scenario,
        &["olbrain.idem.own-agent"],
        elsewhere,
    ),
];

/// A body with the member is taken like the same body without it.
fn idempotency_key(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.idem.accepted";
    let fixtures = &olbrain.fixtures;
    for (agent, _) in fixtures.agents() {
        let keyed = fixtures.event_with(agent, &[("Idempotency-Key", json!(fixtures.marker()))]);
        let why = "an Idempotency-Key in the body is a member like any other";
        checks::equivalent(probe, ID, why, fixtures.event(agent), keyed);
    }
}

/// One key for every agent in turn, and for the agent of another organization: each answers for itself.
fn elsewhere(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.idem.own-agent";
    let fixtures = &olbrain.fixtures;
    let declared = fixtures.declared();
    let own = fixtures.agents().into_iter().map(|(agent, _)| (agent, None));
    let foreign_key = declared.keys.other_organization.as_deref();
    let others = declared.other_organization.iter();
    let foreign = others
        .flat_map(|other| &other.conversational_agents)
        .filter_map(|agent| Some((agent.as_str(), Some(foreign_key?))));
    let agents: Vec<(&str, Option<&str>)> = own.chain(foreign).collect();
    if agents.len() < 2 {
        return probe.skip(
            ID,
            "one agent only: declare a second one in olbrain.conversational_agents or \
             olbrain.workflow_agents",
        );
    }
    let key = json!(fixtures.marker());
    let mut owners: HashMap<String, &str> = HashMap::new();
    for (agent, foreign_key) in agents {
        let under = |request: Request| match foreign_key {
            Some(key) => request.set_header(AUTHORIZATION, &bearer(key)),
            None => request,
        };
        let Some(plain) = checks::control(probe, ID, under(fixtures.event(agent))) else {
            continue;
        };
        let keyed = fixtures.event_with(agent, &[("Idempotency-Key", key.clone())]);
        let exchange = probe.send(under(keyed));
        if !exchange.is_success() {
            let reason = format!("an event with the key is refused: {}", exchange.in_short());
            probe.judge(ID, &exchange, Finding::Undecided(reason));
            continue;
        }
        probe.judge(ID, &exchange, own_answer(agent, &plain, &exchange, &mut owners));
    }
}

/// Whether an answer to an event with the key is the agent's own: it is of the kind that the agent gives, names the agent
/// and its organization, and nothing that another agent has named.
fn own_answer<'a>(
    agent: &'a str,
    plain: &Exchange,
    keyed: &Exchange,
    owners: &mut HashMap<String, &'a str>,
) -> Finding {
    let broken = |expected: String| Finding::Broken {
        expected,
        got: keyed.in_short(),
    };
    if keyed.status() != plain.status() {
        return broken(format!(
            "{:?}, as for the same event without the key",
            plain.status()
        ));
    }
    for name in ["agent_id", "organization_id", "project_id"] {
        let (without, with) = (answers::member(plain, name), answers::member(keyed, name));
        if without != with {
            return broken(format!(
                "{name}: {}, as in the answer to the same event without the key",
                without.unwrap_or_default()
            ));
        }
    }
    for name in ["message_id", "session_id", "run_id"] {
        let Some(id) = answers::member(keyed, name) else {
            continue;
        };
        let owner = *owners.entry(id).or_insert(agent);
        if owner != agent {
            return broken(format!(
                "a {name} of this agent's own: the one in the answer was given by {owner} before"
            ));
        }
    }
    Finding::Met
}
