//! Any sequence of events against a model of what is stored: new, repeated, differing and refused ones, in one or two
//! projects.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::Entry;
use crate::case::Origin::Property;
use crate::derive::refusable;
use crate::http::{Exchange, Request};
use crate::inkeep::bodies::plain_faults;
use crate::inkeep::event::{difference, event, member};
use crate::inkeep::fixtures::post_under;
use crate::inkeep::{Inkeep, checks};
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[(
    "repeat::any_sequence",
    Property,
    &[
        "inkeep.resp.201",
        "inkeep.resp.200",
        "inkeep.resp.200.original",
        "inkeep.resp.200-invalid-body",
        "inkeep.resp.scope",
        "inkeep.err.no-side-effect",
        "inkeep.refusal.no-side-effect",
    ],
    any_sequence,
)];

/// Different ids in one sequence.
const IDS: usize = 3;

/// One event of a sequence.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// Which of the ids it has.
    id: usize,
    /// Whether it is sent under the token of another project.
    other_project: bool,
    /// Which of the faults it has; beyond their number, none.
    fault: usize,
}

/// Sequences in which ids come up again and again, and about every fourth event has a fault.
fn steps() -> BoxedStrategy<Vec<Step>> {
    let step = (0..IDS, proptest::bool::weighted(0.3), 0..plain_faults().len() * 4);
    vec(
        step.prop_map(|(id, other_project, fault)| Step {
            id,
            other_project,
            fault,
        }),
        2..10,
    )
    .boxed()
}

/// Where an event is stored: in which project, and under which of the ids.
type Place = (bool, usize);

/// What should be stored after the steps so far.
#[derive(Default)]
struct Model {
    stored: BTreeMap<Place, Map<String, Value>>,
    /// The types of the events that were refused since one was accepted.
    refused: BTreeMap<Place, Vec<Value>>,
}

fn any_sequence(inkeep: &Inkeep, probe: &Probe<'_>) {
    let other = inkeep.fixtures.other_project();
    if let Err(missing) = &other {
        probe.skip("inkeep.resp.scope", missing.as_str());
    }
    property::check(probe, &steps(), |steps| {
        let ids: Vec<String> = (0..IDS).map(|_| inkeep.fixtures.fresh_id(probe.case())).collect();
        let mut model = Model::default();
        for (number, step) in steps.iter().enumerate() {
            let place = (step.other_project && other.is_ok(), step.id);
            let body = inkeep
                .fixtures
                .body_with(&ids[step.id], &checks::numbered("step", number));
            let under = |body: &Value| match (place.0, &other) {
                (true, Ok(token)) => post_under(token, body),
                _ => inkeep.fixtures.post(body),
            };
            let go_on = match plain_faults().get(step.fault) {
                Some(fault) => {
                    let faulty = fault.applied_to(&body);
                    model.refuse(probe, place, under(&faulty), &faulty)
                }
                None => model.accept(inkeep, probe, place, under(&body), &body),
            };
            if !go_on {
                // What is stored from here on is anybody's guess.
                break;
            }
        }
    });
}

impl Model {
    /// An event with a fault is refused, whatever is stored under its id. Returns whether the model still holds.
    fn refuse(&mut self, probe: &Probe<'_>, place: Place, request: Request, faulty: &Value) -> bool {
        let exchange = refusable(probe, request);
        if self.stored.contains_key(&place) && !exchange.is_success() {
            let finding = match exchange.status() {
                Some(400 | 422) => Finding::Met,
                // Whether the fault gets a proper refusal at all is judged by cases of its own.
                _ => Finding::Undecided(format!(
                    "the body is not properly refused: {}",
                    exchange.in_short()
                )),
            };
            probe.judge("inkeep.resp.200-invalid-body", &exchange, finding);
        }
        self.refused
            .entry(place)
            .or_default()
            .push(faulty["type"].clone());
        // That a fault is let through is judged by cases of their own.
        !exchange.is_success()
    }

    /// A valid event is stored, or was. Returns whether the model still holds.
    fn accept(
        &mut self,
        inkeep: &Inkeep,
        probe: &Probe<'_>,
        place: Place,
        request: Request,
        body: &Value,
    ) -> bool {
        let mut exchange = None;
        let inspected = probe.apart(|| exchange = Some(probe.send(request)));
        let exchange = exchange.expect("the request was sent just now");
        let refused_before = self.refused.remove(&place);
        let Some(event) = event(&exchange) else {
            probe.merge(inspected);
            let is_stored = self.stored.contains_key(&place);
            let (requirement, finding) = if is_stored && !exchange.is_success() {
                let expected = "200: the event with this id is there already".to_owned();
                let got = exchange.in_short();
                ("inkeep.resp.200", Finding::Broken { expected, got })
            } else {
                let reason = format!("a valid event is not accepted: {}", exchange.in_short());
                ("inkeep.resp.201", Finding::Undecided(reason))
            };
            probe.judge(requirement, &exchange, finding);
            return false;
        };
        let as_expected = if let Some(first) = self.stored.get(&place) {
            judge_repeated(probe, first, refused_before.as_deref(), &event, &exchange);
            difference(first, &event).is_none()
        } else {
            self.judge_new(inkeep, probe, place, refused_before.is_some(), body, &exchange);
            let own = member(&event, "type") == &body["type"];
            self.stored.insert(place, event);
            own
        };
        if as_expected {
            // What is wrong with another event than the expected one is no other fault.
            probe.merge(inspected);
        }
        as_expected
    }

    /// An event that is not there yet. Where it is taken for an old one, the rule that was broken is that on what came
    /// before: a refused event, or one of another project.
    fn judge_new(
        &self,
        inkeep: &Inkeep,
        probe: &Probe<'_>,
        place: Place,
        refused_before: bool,
        body: &Value,
        exchange: &Exchange,
    ) {
        let elsewhere = self.stored.contains_key(&(!place.0, place.1));
        let requirement = match (refused_before, elsewhere) {
            // Either could be the reason, and each is judged alone elsewhere.
            (true, true) => return,
            (true, false) => "inkeep.err.no-side-effect",
            (false, true) => "inkeep.resp.scope",
            (false, false) => return probe.judge("inkeep.resp.201", exchange, checks::is_201(exchange)),
        };
        let why = "no valid event with this id came before in its project";
        probe.judge(
            requirement,
            exchange,
            checks::still_new(inkeep, probe, exchange, body, why),
        );
    }
}

/// An event that is there. Where a refused one has taken its place, the rule that was broken is that on refusals.
fn judge_repeated(
    probe: &Probe<'_>,
    first: &Map<String, Value>,
    refused_before: Option<&[Value]>,
    event: &Map<String, Value>,
    exchange: &Exchange,
) {
    let is_refused_one = refused_before.is_some_and(|kinds| kinds.contains(member(event, "type")));
    let requirement = if is_refused_one {
        "inkeep.refusal.no-side-effect"
    } else {
        "inkeep.resp.200.original"
    };
    checks::repeated(probe, Some("inkeep.resp.200"), requirement, first, exchange);
    if refused_before.is_some() && difference(first, event).is_none() {
        probe.judge("inkeep.refusal.no-side-effect", exchange, Finding::Met);
    }
}
