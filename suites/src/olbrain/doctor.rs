//! The configuration of a target, tried with single calls.

use super::Olbrain;
use super::calls;
use super::fixtures::{AUTHORIZATION, KEY_VARIABLE, Kind, bearer};
use crate::examination::{Chart, Examined, KEY_FIRST};
use crate::http::{Exchange, Request};
use crate::probe::Probe;

pub(super) fn examine(olbrain: &Olbrain, probe: &Probe<'_>) -> Vec<Examined> {
    let fixtures = &olbrain.fixtures;
    let mut chart = Chart::new(probe);
    if let Err(missing) = fixtures.key() {
        chart.lacks("olbrain.keys.valid", missing);
        return chart.into_list();
    }
    let unknown = || fixtures.event(&fixtures.unknown_agent());
    let under = |key: &str, request: Request| probe.send(request.set_header(AUTHORIZATION, &bearer(key)));
    let remedy = format!(
        "an unknown agent is answered 404 once the key is let in; look at {KEY_VARIABLE} and the URL"
    );
    chart.answered("olbrain.keys.valid", probe.send(unknown()), &[404], &remedy);
    let has_key = !chart.has_misfit();
    let wrong = under("ak_hookproof_unknown_key", unknown());
    chart.answered(
        "a key that nobody has",
        wrong,
        &[401],
        "the server asks for no key, or does not serve the path at all",
    );
    let keys = &fixtures.declared().keys;
    for (name, key) in [
        ("olbrain.keys.revoked", &keys.revoked),
        ("olbrain.keys.expired", &keys.expired),
    ] {
        if let Some(key) = key {
            let remedy = "the key is let in; declare one that is not, or leave it out";
            chart.answered(name, under(key, unknown()), &[401], remedy);
        }
    }
    if let Some(key) = &keys.other_organization {
        let remedy = "the key of the other organization is not let in at all; look at its variable";
        chart.answered(
            "olbrain.keys.other_organization",
            under(key, unknown()),
            &[403, 404],
            remedy,
        );
    }
    if let (Some(key), Ok(agent)) = (&keys.without_permission, fixtures.any()) {
        let exchange = under(key, fixtures.event(agent));
        let remedy = "the key may invoke agents, or is not let in at all; declare one without agents:invoke";
        chart.answered("olbrain.keys.without_permission", exchange, &[403], remedy);
    }
    if has_key {
        agents(olbrain, &mut chart);
    } else {
        chart.open("the agents", KEY_FIRST);
    }
    chart.into_list()
}

/// One call for each list of agents: an event where that may be sent, and otherwise a look at what the agent has.
fn agents(olbrain: &Olbrain, chart: &mut Chart<'_>) {
    let fixtures = &olbrain.fixtures;
    let declared = fixtures.declared();
    let probe = chart.probe();
    let lists = [
        (
            "olbrain.conversational_agents",
            &declared.conversational_agents,
            Kind::Conversational,
        ),
        ("olbrain.pdf_agents", &declared.pdf_agents, Kind::Conversational),
        (
            "olbrain.workflow_agents",
            &declared.workflow_agents,
            Kind::Workflow,
        ),
        (
            "olbrain.slow_workflow_agents",
            &declared.slow_workflow_agents,
            Kind::Workflow,
        ),
        (
            "olbrain.failing_workflow_agents",
            &declared.failing_workflow_agents,
            Kind::Workflow,
        ),
    ];
    for (name, agents, kind) in lists {
        let Some(agent) = agents.first() else {
            continue;
        };
        if probe.is_safe() {
            looked_at(chart, name, probe.send(fixtures.get(&look(agent, kind))));
            continue;
        }
        let exchange = probe.send(fixtures.event(agent));
        let remedy = format!(
            "the first of these agents is no {} agent of the key's organization",
            kind.word()
        );
        chart.answered(name, exchange, &[kind.status()], &remedy);
    }
    let failing = [
        (
            "olbrain.upstream_timeout_agents",
            &declared.upstream_timeout_agents,
        ),
        ("olbrain.upstream_error_agents", &declared.upstream_error_agents),
    ];
    for (name, agents) in failing {
        if let Some(agent) = agents.first() {
            let remedy = "the first of these agents does not fail";
            chart.answered(name, probe.send(fixtures.event(agent)), &[502], remedy);
        }
    }
    if fixtures.any().is_err() {
        chart.lacks(
            "olbrain.conversational_agents",
            "declare an agent there or in olbrain.workflow_agents; without one a full run judges nothing",
        );
    }
}

fn look(agent: &str, kind: Kind) -> String {
    match kind {
        Kind::Conversational => calls::sessions(agent),
        Kind::Workflow => calls::runs(agent),
    }
}

/// A list that is there shows its agent. One that is not may be absent for another reason.
fn looked_at(chart: &mut Chart<'_>, name: &str, exchange: Exchange) {
    if exchange.status() == Some(404) {
        let why = "its list of runs or sessions is answered 404: the agent is unknown, or the server has no such lists; --full \
                   sends an event";
        return chart.open(name, why);
    }
    chart.answered(
        name,
        exchange,
        &[200],
        "the first of these agents cannot be looked at with this key",
    );
}
