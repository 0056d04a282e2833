//! Requests with two faults: which of them is answered. One order follows from the document, the others are open.

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::Request;
use crate::olbrain::Olbrain;
use crate::olbrain::checks;
use crate::olbrain::fixtures::{AUTHORIZATION, bearer};
use crate::olbrain::padding::{Filling, LIMIT_BYTES, padded};
use crate::probe::Probe;

pub(super) const CASES: &[Entry] = &[
    (
        "order::key_before_agent",
        Scenario,
        &["olbrain.auth.order.401-404"],
        key_before_agent,
    ),
    (
        "order::open",
        Scenario,
        &[
            "olbrain.auth.order.401-400",
            "olbrain.auth.order.401-413",
            "olbrain.auth.order.404-400",
            "olbrain.auth.order.404-413",
            "olbrain.body.limit.before-parse",
        ],
        open,
    ),
];

/// The same requests as are refused for one fault each, now with both.
fn key_before_agent(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.auth.order.401-404";
    let fixtures = &olbrain.fixtures;
    let (Ok(agent), Ok(key)) = (fixtures.any(), fixtures.key()) else {
        return probe.skip(ID, "no valid key or no agent is declared");
    };
    let spoil: [(&str, &dyn Fn(Request) -> Request); 2] = [
        ("there is no key", &|request| {
            request.without_header(AUTHORIZATION)
        }),
        ("the key is unknown", &|request| {
            request.set_header(AUTHORIZATION, &bearer(&fixtures.unlike(key)))
        }),
    ];
    for (fault, spoil) in spoil {
        let alone = probe.send(spoil(fixtures.event(agent)));
        if alone.status() == Some(401) {
            let both = spoil(fixtures.event(&fixtures.unknown_agent()));
            checks::refused(probe, ID, &format!("{fault}, and the agent is unknown"), both);
        } else {
            let reason = format!(
                "a request where {fault} is not answered 401 alone: {}",
                alone.in_short()
            );
            probe.skip(ID, reason);
        }
    }
}

fn open(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    let (Ok(agent), Ok(key)) = (fixtures.any(), fixtures.key()) else {
        return probe.skip(
            "olbrain.auth.order.401-400",
            "no valid key or no agent is declared",
        );
    };
    let unknown = fixtures.unknown_agent();
    let wrong_key = bearer(&fixtures.unlike(key));
    let large = padded(&fixtures.body_for(agent), 2 * LIMIT_BYTES, Filling::Letters).unwrap_or_default();
    let broken = "{\"message\":";
    let mut large_and_broken = large.to_vec();
    large_and_broken.truncate(large.len() - 1);
    for (id, what, request) in [
        (
            "olbrain.auth.order.401-400",
            "an unknown key and no JSON",
            fixtures
                .trigger(agent, broken)
                .set_header(AUTHORIZATION, &wrong_key),
        ),
        (
            "olbrain.auth.order.401-413",
            "an unknown key and 2 MiB",
            fixtures
                .trigger(agent, large.clone())
                .set_header(AUTHORIZATION, &wrong_key)
                .exact(),
        ),
        (
            "olbrain.auth.order.404-400",
            "an unknown agent and no JSON",
            fixtures.trigger(&unknown, broken),
        ),
        (
            "olbrain.auth.order.404-413",
            "an unknown agent and 2 MiB",
            fixtures.trigger(&unknown, large).exact(),
        ),
        (
            "olbrain.body.limit.before-parse",
            "2 MiB of no JSON",
            fixtures.trigger(agent, large_and_broken).exact(),
        ),
    ] {
        let exchange = probe.send(request);
        probe.observe(id, &exchange, format!("{what}: {}", exchange.in_short()));
    }
}
