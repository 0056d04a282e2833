//! The media type of an event.

use super::Entry;
use crate::case::Origin::Scenario;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::checks;
use crate::olbrain::preflight::WITH_CHARSET;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    ("media_type::json", Scenario, &["olbrain.ct.json"], json),
    (
        "media_type::spelling",
        Scenario,
        &["olbrain.ct.charset", "olbrain.ct.case"],
        spelling,
    ),
    (
        "media_type::open",
        Scenario,
        &[
            "olbrain.ct.missing",
            "olbrain.ct.other",
            "olbrain.ct.suffix",
            "olbrain.ct.code",
        ],
        open,
    ),
];

/// The documented label is enough. Where it is refused, the refusal counts only if another spelling of it is taken.
fn json(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.ct.json";
    let fixtures = &olbrain.fixtures;
    for (agent, _) in fixtures.agents() {
        let labelled = |media_type: &str| fixtures.event(agent).set_header("Content-Type", media_type);
        let exchange = probe.send(labelled("application/json"));
        let finding = if exchange.is_success() {
            Finding::Met
        } else if probe.send(labelled(WITH_CHARSET)).is_success() {
            let expected = "success under application/json, as under application/json; charset=utf-8";
            Finding::when(false, expected, exchange.in_short())
        } else {
            Finding::Undecided(format!(
                "the event is refused in any spelling: {}",
                exchange.in_short()
            ))
        };
        probe.judge(ID, &exchange, finding);
    }
}

fn spelling(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    let Ok(agent) = fixtures.any() else {
        return probe.skip("olbrain.ct.charset", "no agent is declared");
    };
    for (id, media_type) in [
        ("olbrain.ct.charset", "application/json; charset=utf-8"),
        ("olbrain.ct.charset", "application/json;charset=UTF-8"),
        ("olbrain.ct.charset", "application/json; charset=\"utf-8\""),
        ("olbrain.ct.charset", "application/json; profile=v1"),
        ("olbrain.ct.case", "Application/JSON"),
        ("olbrain.ct.case", "APPLICATION/JSON"),
    ] {
        let plain = fixtures
            .event(agent)
            .set_header("Content-Type", "application/json");
        let variant = plain.clone().set_header("Content-Type", media_type);
        checks::equivalent(
            probe,
            id,
            &format!("{media_type} is application/json"),
            plain,
            variant,
        );
    }
}

fn open(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    let Ok(agent) = fixtures.any() else {
        return probe.skip("olbrain.ct.missing", "no agent is declared");
    };
    let event = fixtures.event(agent);
    let labelled = |media_type: &str| event.clone().set_header("Content-Type", media_type);
    for (id, what, request) in [
        (
            "olbrain.ct.missing",
            "no Content-Type",
            event.clone().without_header("Content-Type"),
        ),
        ("olbrain.ct.other", "text/plain", labelled("text/plain")),
        ("olbrain.ct.other", "application/xml", labelled("application/xml")),
        (
            "olbrain.ct.other",
            "application/x-www-form-urlencoded",
            labelled("application/x-www-form-urlencoded"),
        ),
        (
            "olbrain.ct.suffix",
            "application/cloudevents+json",
            labelled("application/cloudevents+json"),
        ),
    ] {
        let exchange = probe.send(request);
        probe.observe(
            id,
            &exchange,
            format!("JSON under {what}: {}", exchange.in_short()),
        );
        if let Some(code) = answers::code(&exchange) {
            probe.observe("olbrain.ct.code", &exchange, code);
        }
    }
}
