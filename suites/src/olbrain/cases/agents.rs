//! The path of the trigger, and the agent in it.

use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, percent_encode};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls;
use crate::olbrain::checks;
use crate::olbrain::fixtures::{AUTHORIZATION, Kind, bearer};
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    ("route::post", Scenario, &["olbrain.route.post"], post),
    ("route::no_agent", Scenario, &["olbrain.route.no-agent"], no_agent),
    (
        "route::open",
        Scenario,
        &[
            "olbrain.route.other-method.status",
            "olbrain.route.trailing-slash",
            "olbrain.route.unknown-path",
        ],
        open,
    ),
    (
        "agent::unknown",
        Scenario,
        &["olbrain.agent.unknown", "olbrain.agent.code"],
        unknown,
    ),
    (
        "agent::other_organization",
        Scenario,
        &["olbrain.agent.other-org", "olbrain.agent.uniform"],
        other_organization,
    ),
    (
        "agent::type_transparent",
        Scenario,
        &["olbrain.agent.type-transparent"],
        type_transparent,
    ),
    (
        "agent::type_in_body",
        Scenario,
        &["olbrain.agent.type-in-body"],
        type_in_body,
    ),
];

/// The documented path is served: one agent at least answers there.
fn post(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.route.post";
    let mut refused = None;
    for (agent, _) in olbrain.fixtures.agents() {
        let exchange = probe.send(olbrain.fixtures.event(agent));
        if exchange.is_success() {
            return probe.judge(ID, &exchange, Finding::Met);
        }
        refused = Some(exchange);
    }
    match refused {
        Some(exchange) => {
            let finding = Finding::when(false, "200 or 202 from one agent at least", exchange.in_short());
            probe.judge(ID, &exchange, finding);
        }
        None => probe.skip(ID, "no agent is declared"),
    }
}

fn no_agent(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.route.no-agent";
    let fixtures = &olbrain.fixtures;
    let Ok(agent) = fixtures.any() else {
        return probe.skip(ID, "no agent is declared");
    };
    if checks::control(probe, ID, fixtures.event(agent)).is_none() {
        return;
    }
    let exchange = probe.send(fixtures.event(agent).path("/api/agents/webhook/"));
    let finding = match exchange.status() {
        // A router that knows the path for another method has to say so; RFC 9110 §15.5.6.
        Some(405) => Finding::Undecided("the target knows the path for another method (405)".to_owned()),
        status => Finding::when(
            status == Some(404),
            "404, because the path names no agent",
            exchange.in_short(),
        ),
    };
    probe.judge(ID, &exchange, finding);
}

fn open(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    let Ok(agent) = fixtures.any() else {
        return probe.skip("olbrain.route.unknown-path", "no agent is declared");
    };
    let event = fixtures.event(agent);
    for (id, what, request) in [
        (
            "olbrain.route.other-method.status",
            "GET",
            event.clone().method("GET"),
        ),
        (
            "olbrain.route.other-method.status",
            "PUT",
            event.clone().method("PUT"),
        ),
        (
            "olbrain.route.trailing-slash",
            "a slash behind the agent",
            event.clone().path(&format!("{}/", calls::trigger(agent))),
        ),
        (
            "olbrain.route.unknown-path",
            "POST /api/hookproof",
            event.clone().path("/api/hookproof"),
        ),
        (
            "olbrain.route.unknown-path",
            "the agent before the word webhook",
            event.path(&format!("/api/agents/{}/webhook", percent_encode(agent))),
        ),
    ] {
        let exchange = probe.send(request);
        probe.observe(id, &exchange, format!("{what}: {}", exchange.in_short()));
    }
}

fn unknown(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.agent.unknown";
    let fixtures = &olbrain.fixtures;
    for kind in [Kind::Conversational, Kind::Workflow] {
        let Ok(agent) = fixtures.agent(kind) else {
            continue;
        };
        if checks::control(probe, ID, fixtures.event(agent)).is_none() {
            continue;
        }
        let nobody = fixtures.unlike(agent);
        let request = fixtures.trigger(&nobody, fixtures.body_for(agent).to_string());
        let exchange = checks::refused(probe, ID, "there is no such agent", request);
        let code = answers::code(&exchange).unwrap_or_else(|| "no code".to_owned());
        probe.observe("olbrain.agent.code", &exchange, code);
        // Every object of JavaScript has them, and so every table of agents that is one.
        for inherited in ["constructor", "__proto__", "toString"] {
            let why = "there is no such agent, whatever a look-up in an object finds";
            let request = fixtures.trigger(inherited, fixtures.body_for(agent).to_string());
            checks::refused(probe, ID, why, request);
        }
        for nearly in near_agents(agent) {
            let why = "there is no such agent, only one with a longer or a shorter id";
            let request = fixtures.trigger(&nearly, fixtures.body_for(agent).to_string());
            checks::refused(probe, ID, why, request);
        }
    }
}

/// An id that begins with that of an agent, and one that it begins with where that is long enough to be nobody's.
fn near_agents(agent: &str) -> Vec<String> {
    const NOBODYS: usize = 16;
    let mut ids = vec![format!("{agent}hookproof")];
    if agent.is_ascii() && agent.len() > NOBODYS {
        ids.push(agent[..agent.len() - 1].to_owned());
    }
    ids
}

/// What tells one refusal from another, without what it may repeat of the path.
fn essence(exchange: &Exchange, agent: &str) -> (Option<u16>, Option<String>, Option<String>) {
    let error = answers::error(exchange);
    let message = error
        .message
        .map(|text| text.replace(&percent_encode(agent), "{}").replace(agent, "{}"));
    (exchange.status(), error.code, message)
}

/// An agent of somebody else looks like one that does not exist: for the agent of another organization under this key, and
/// for an agent of this one under the other's key.
fn other_organization(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.agent.other-org";
    const UNIFORM: &str = "olbrain.agent.uniform";
    let fixtures = &olbrain.fixtures;
    let Ok(own) = fixtures.any() else {
        return probe.skip(ID, "no agent is declared");
    };
    if checks::control(probe, ID, fixtures.event(own)).is_none() {
        return;
    }
    let mut pairs = Vec::new();
    let other = fixtures.declared().other_organization.as_ref();
    for agent in other
        .iter()
        .flat_map(|other| other.conversational_agents.iter().chain(&other.workflow_agents))
    {
        pairs.push((
            agent.as_str(),
            fixtures.trigger(agent, fixtures.body_for(own).to_string()),
        ));
    }
    if let Some(key) = &fixtures.declared().keys.other_organization {
        pairs.push((own, fixtures.event(own).set_header(AUTHORIZATION, &bearer(key))));
    }
    if pairs.is_empty() {
        let missing = "nothing of another organization: declare olbrain.other_organization, or \
                       olbrain.keys.other_organization";
        probe.skip(ID, missing);
        return probe.skip(UNIFORM, missing);
    }
    let nobody = fixtures.unlike(pairs[0].0);
    let absent = probe.send(fixtures.trigger(&nobody, fixtures.body_for(own).to_string()));
    for (agent, request) in pairs {
        let why = "the agent belongs to another organization than the key";
        let foreign = checks::refused(probe, ID, why, request);
        let (one, other) = (essence(&absent, &nobody), essence(&foreign, agent));
        let finding = if one.0 != Some(404) {
            Finding::Undecided(format!(
                "an unknown agent is not answered 404: {}",
                absent.in_short()
            ))
        } else if foreign.is_success() || foreign.answer.is_err() {
            Finding::Undecided("the agent of another organization is not refused".to_owned())
        } else {
            let expected = format!("the same as for an unknown agent: {}", absent.in_short());
            Finding::when(one == other, expected, foreign.in_short())
        };
        probe.judge(UNIFORM, &foreign, finding);
    }
}

/// A body as the other kind of agent expects it does not change the answer into that kind's. An agent may refuse it.
fn type_transparent(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.agent.type-transparent";
    let fixtures = &olbrain.fixtures;
    for (kind, other) in [
        (Kind::Conversational, Kind::Workflow),
        (Kind::Workflow, Kind::Conversational),
    ] {
        let agent = match fixtures.agent(kind) {
            Ok(agent) => agent,
            Err(missing) => {
                probe.skip(ID, missing);
                continue;
            }
        };
        let crossed = match kind {
            Kind::Conversational => json!({ "inputs": { "customer_email": "buyer@example.com" } }),
            Kind::Workflow => json!({ "message": "Order #4421 placed for Acme Corp" }),
        };
        let requests = [
            fixtures.event(agent),
            fixtures.trigger(agent, crossed.to_string()),
        ];
        for exchange in requests.map(|request| probe.send(request)) {
            let finding = if exchange.is_success() {
                let expected = format!("{}, because the agent is a {} one", kind.status(), kind.word());
                Finding::when(
                    exchange.status() != Some(other.status()),
                    expected,
                    exchange.in_short(),
                )
            } else {
                Finding::Undecided(format!("the event is refused: {}", exchange.in_short()))
            };
            probe.judge(ID, &exchange, finding);
        }
    }
}

/// Members that look like a type are members like any other.
fn type_in_body(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.agent.type-in-body";
    let fixtures = &olbrain.fixtures;
    for (agent, kind) in fixtures.agents() {
        let Some(control) = checks::control(probe, ID, fixtures.event(agent)) else {
            continue;
        };
        let other: Value = match kind {
            Kind::Conversational => json!("workflow"),
            Kind::Workflow => json!("conversational"),
        };
        let kinds = ["type", "agent_type", "kind", "runtime"].map(|name| (name, other.clone()));
        // How an answer should come is no more the sender's choice than who gives it.
        let ways = ["mode", "response_mode"].map(|name| {
            let way = match kind {
                Kind::Conversational => "async",
                Kind::Workflow => "sync",
            };
            (name, json!(way))
        });
        for (name, value) in kinds.into_iter().chain(ways) {
            let exchange = probe.send(fixtures.event_with(agent, &[(name, value)]));
            let finding = if exchange.is_success() {
                let expected = format!(
                    "the status of the same event without {name}, {:?}",
                    control.status()
                );
                Finding::when(
                    exchange.status() == control.status(),
                    expected,
                    exchange.in_short(),
                )
            } else {
                Finding::Undecided(format!(
                    "the event with {name} is refused: {}",
                    exchange.in_short()
                ))
            };
            probe.judge(ID, &exchange, finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Request, Response};

    #[test]
    fn only_a_long_id_is_cut_short() {
        assert_eq!(near_agents("12"), ["12hookproof"]);
        let near = near_agents("agt_01HAKZ3A7QYFR");
        assert_eq!(near, ["agt_01HAKZ3A7QYFRhookproof", "agt_01HAKZ3A7QYF"]);
    }

    #[test]
    fn what_a_refusal_repeats_of_the_path_is_no_difference() {
        let refusal = |agent: &str, request_id: &str| {
            Exchange {
            number: 1,
            request: Request::new("POST", "/"),
            answer: Ok(Response {
                status: 404,
                headers: Vec::new(),
                body: json!({ "error": {
                    "code": "agent_not_found", "message": format!("no agent {agent}"), "request_id": request_id,
                } })
                .to_string()
                .into(),
                cut: false,
            }),
            elapsed: std::time::Duration::ZERO,
        }
        };
        let one = essence(&refusal("agt_1", "r1"), "agt_1");
        assert_eq!(one, essence(&refusal("agt_2", "r2"), "agt_2"));
        assert_ne!(one, essence(&refusal("agt_2, which is not yours", "r2"), "agt_2"));
    }
}
