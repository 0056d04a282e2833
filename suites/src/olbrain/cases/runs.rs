//! Runs: who may see them, what fetching one shows, and the files that it leaves.

use std::time::Duration;

use serde_json::Value;

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::derive;
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls::{self, Control};
use crate::olbrain::checks;
use crate::olbrain::fixtures::{AUTHORIZATION, Kind, bearer};
use crate::olbrain::patience;
use crate::olbrain::rfc3339;
use crate::olbrain::runs;
use crate::olbrain::strategies;
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    ("runs::kind", Scenario, &["olbrain.runs.kind"], kind),
    ("runs::unknown", Scenario, &["olbrain.runs.404"], unknown),
    (
        "runs::other_agent",
        Scenario,
        &["olbrain.runs.404.other-agent"],
        other_agent,
    ),
    (
        "runs::other_organization",
        Scenario,
        &["olbrain.runs.404.other-org"],
        other_organization,
    ),
    (
        "runs::fetched",
        Scenario,
        &[
            "olbrain.runs.get",
            "olbrain.runs.get.run-id",
            "olbrain.runs.get.workflow-id",
            "olbrain.runs.get.status",
        ],
        fetched,
    ),
    ("runs::inputs", Property, &["olbrain.runs.get.inputs"], inputs),
    (
        "runs::progress",
        Scenario,
        &[
            "olbrain.runs.progress",
            "olbrain.runs.get.timing",
            "olbrain.runs.get.status",
            "olbrain.runs.get.fields",
        ],
        progress,
    ),
];

/// The six calls about runs, for this agent and this run.
fn six(olbrain: &Olbrain, agent: &str, run: &str) -> Vec<Request> {
    let mut all = vec![
        olbrain.fixtures.get(&calls::runs(agent)),
        runs::fetch(olbrain, agent, run),
    ];
    all.extend(Control::ALL.map(|control| runs::control(olbrain, agent, run, control)));
    all
}

/// Each of the six calls is one for workflow agents.
fn kind(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.kind";
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.conversational() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    // A target that serves no runs at all refuses these for another reason.
    if let Ok(workflow) = fixtures.workflow()
        && checks::control(probe, ID, fixtures.get(&calls::runs(workflow))).is_none()
    {
        return;
    }
    let run = olbrain
        .known()
        .run
        .as_ref()
        .map_or("run_01HZQ7K9M4T8", |known| &known.run);
    for request in six(olbrain, agent, &fixtures.unlike(run)) {
        checks::coded(probe, ID, "the agent is a conversational one", request);
    }
}

/// A run to compare with: one that can be fetched.
fn fetchable(olbrain: &Olbrain, probe: &Probe<'_>, id: &str) -> Option<(String, String)> {
    let agent = match olbrain.fixtures.workflow() {
        Ok(agent) => agent,
        Err(missing) => {
            probe.skip(id, missing);
            return None;
        }
    };
    let run = runs::queued(olbrain, probe, id, agent)?;
    patience::seen(olbrain, probe, id, &runs::fetch(olbrain, agent, &run))?;
    Some((agent.to_owned(), run))
}

fn unknown(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.404";
    let Some((agent, run)) = fetchable(olbrain, probe, ID) else {
        return;
    };
    let nobody = olbrain.fixtures.unlike(&run);
    for request in six(olbrain, &agent, &nobody).into_iter().skip(1) {
        checks::coded(probe, ID, "there is no such run", request);
    }
}

fn other_agent(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.404.other-agent";
    let other = match olbrain.fixtures.second_agent(Kind::Workflow) {
        Ok(other) => other,
        Err(missing) => return probe.skip(ID, missing),
    };
    let Some((_, run)) = fetchable(olbrain, probe, ID) else {
        return;
    };
    for request in six(olbrain, other, &run).into_iter().skip(1) {
        checks::coded(probe, ID, "the run belongs to another agent", request);
    }
}

/// The other organization's agents under this key, and this organization's runs under the other's key.
fn other_organization(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.404.other-org";
    let fixtures = &olbrain.fixtures;
    let declared = fixtures.declared();
    let Some((agent, run)) = fetchable(olbrain, probe, ID) else {
        return;
    };
    let mut requests = Vec::new();
    let other = declared.other_organization.as_ref();
    for foreign in other.iter().flat_map(|other| &other.workflow_agents) {
        requests.extend(six(olbrain, foreign, &run));
    }
    if let Some(key) = &declared.keys.other_organization {
        let under = |request: Request| request.set_header(AUTHORIZATION, &bearer(key));
        requests.extend(six(olbrain, &agent, &run).into_iter().map(under));
    }
    if requests.is_empty() {
        let missing = "nothing of another organization: declare olbrain.other_organization.workflow_agents, or \
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

fn fetched(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.get";
    if let Err(missing) = olbrain.fixtures.workflow() {
        return probe.skip(ID, missing);
    }
    for (agent, _) in olbrain
        .fixtures
        .agents()
        .into_iter()
        .filter(|(_, kind)| *kind == Kind::Workflow)
    {
        let Some(run) = runs::queued(olbrain, probe, ID, agent) else {
            continue;
        };
        let request = runs::fetch(olbrain, agent, &run);
        let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, |e| {
            e.status() == Some(200)
        });
        let expected = patience::in_time(olbrain, patience::TO_BE_SEEN, "200 for a run that was queued");
        let finding = Finding::when(found, expected, exchange.in_short());
        probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
        let Some(body) = answers::body(&exchange).filter(|_| found) else {
            continue;
        };
        steady(probe, &request);
        let judge = |id: &str, met: bool, expected: String| {
            probe.judge(id, &exchange, Finding::when(met, expected, exchange.in_short()));
        };
        // A member that is not there breaks the form of the answer, which is judged with the contract.
        if let Some(got) = answers::text(&body, "run_id") {
            judge("olbrain.runs.get.run-id", got == run, format!("run_id: {run}"));
        }
        let workflow = answers::text(&body, "workflow_id");
        judge(
            "olbrain.runs.get.workflow-id",
            workflow.as_deref() == Some(agent),
            format!("workflow_id: {agent}"),
        );
        named_state(probe, &exchange);
    }
}

/// So often in a row is a run fetched that is there.
const IN_A_ROW: usize = 12;

/// A run that was seen stays there: sooner or later it is fetched as often as one likes, wherever the requests end up.
fn steady(probe: &Probe<'_>, request: &Request) {
    const ID: &str = "olbrain.runs.get";
    let mut in_a_row = 0;
    let mut refused = None;
    for _ in 0..4 * IN_A_ROW {
        let exchange = probe.send(request.clone());
        if exchange.status() == Some(200) {
            in_a_row += 1;
            if in_a_row == IN_A_ROW {
                return probe.judge(ID, &exchange, Finding::Met);
            }
        } else {
            in_a_row = 0;
            refused = Some(exchange);
            patience::pause(probe, Duration::from_millis(100));
        }
    }
    if let Some(exchange) = refused {
        let expected = format!("200 for a run that was fetched before, {IN_A_ROW} times in a row");
        let finding = Finding::when(false, expected, exchange.in_short());
        probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    }
}

/// The form of a run that has ended, which shows more than one that waits.
fn form(probe: &Probe<'_>, exchange: &Exchange) {
    let response = exchange.response().filter(|response| response.status == 200);
    if let Some(finding) = response.and_then(|response| derive::schema(calls::operation("get-run"), response))
    {
        probe.judge("olbrain.runs.get.fields", exchange, finding);
    }
}

/// The state that a run shows is one that the page names.
fn named_state(probe: &Probe<'_>, exchange: &Exchange) {
    if let Some(state) = runs::state(exchange) {
        let expected = format!("a status out of {}", runs::STATES.join(", "));
        let finding = Finding::when(
            runs::STATES.contains(&state.as_str()),
            expected,
            exchange.in_short(),
        );
        probe.judge("olbrain.runs.get.status", exchange, finding);
    }
}

/// What an event gives under `inputs` is what its run shows, whatever it is.
fn inputs(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.get.inputs";
    let fixtures = &olbrain.fixtures;
    let Some((agent, _)) = fetchable(olbrain, probe, ID) else {
        return;
    };
    property::check(
        probe,
        &(strategies::object(), strategies::foreign_text()),
        |(object, text)| {
            let mut body = fixtures.body_for(&agent);
            if let Some(Value::Object(given)) = body.get_mut("inputs") {
                given.extend(object);
                given.insert("customer_name".to_owned(), Value::String(text));
            }
            let exchange = probe.send(fixtures.trigger(&agent, body.to_string()));
            let Some(run) = answers::run_id(&exchange) else {
                // An agent may refuse inputs that it does not know.
                let reason = format!("the inputs are refused: {}", exchange.in_short());
                return probe.judge(ID, &exchange, Finding::Undecided(reason));
            };
            let exchange = runs::look(olbrain, probe, &agent, &run);
            if let Some(shown) = answers::body(&exchange).filter(|_| exchange.is_success()) {
                let met = shown
                    .get("inputs")
                    .is_some_and(|shown| answers::same(shown, &body["inputs"]));
                let finding = Finding::when(met, format!("inputs: {}", body["inputs"]), exchange.in_short());
                probe.judge(ID, &exchange, finding);
            }
        },
    );
}

/// A run starts and ends by itself, and then says when it did.
fn progress(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.progress";
    const TIMING: &str = "olbrain.runs.get.timing";
    let agent = match olbrain.fixtures.workflow() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    let Some(run) = runs::queued(olbrain, probe, ID, agent) else {
        return;
    };
    if patience::seen(olbrain, probe, ID, &runs::fetch(olbrain, agent, &run)).is_none() {
        return;
    }
    let time = patience::TO_START;
    let has_moved = |state: &str| state != "queued";
    let (exchange, moved) = runs::wait_longer_for(olbrain, probe, time, agent, &run, has_moved);
    if exchange.is_success() && runs::state(&exchange).is_none() {
        form(probe, &exchange);
        return probe.skip(ID, "the run shows no state");
    }
    let expected = patience::in_time(olbrain, time, "another state than queued");
    probe.judge(ID, &exchange, Finding::when(moved, expected, exchange.in_short()));
    if matches!(runs::state(&exchange).as_deref(), Some("queued" | "running")) {
        let end = answers::member(&exchange, "completed_at");
        let finding = Finding::when(
            end.is_none(),
            "no completed_at before the run has ended",
            exchange.in_short(),
        );
        probe.judge(TIMING, &exchange, finding);
    }
    if !moved {
        return probe.skip(TIMING, "the run has not even started in time");
    }
    let (exchange, over) = runs::wait_for(olbrain, probe, agent, &run, runs::is_over);
    named_state(probe, &exchange);
    form(probe, &exchange);
    if !over {
        let wanted = "a run has to come to its end";
        return probe.skip(TIMING, patience::in_time(olbrain, patience::TO_MOVE_ON, wanted));
    }
    let moment = |name: &str| answers::member(&exchange, name).and_then(|text| rfc3339::parse(&text));
    let met = moment("started_at")
        .zip(moment("completed_at"))
        .is_some_and(|(start, end)| start <= end);
    let expected = "started_at and completed_at in the form of RFC 3339, in this order";
    probe.judge(
        TIMING,
        &exchange,
        Finding::when(met, expected, exchange.in_short()),
    );
}
