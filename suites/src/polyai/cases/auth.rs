//! Keys beyond what the contract's security scheme gives rise to.

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::Request;
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::fixtures::Purpose;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "auth::again_and_again",
        Scenario,
        &["polyai.auth.ok", "polyai.auth.invalid-key"],
        again_and_again,
    ),
    (
        "auth::key_elsewhere",
        Scenario,
        &["polyai.auth.missing-key"],
        key_elsewhere,
    ),
    (
        "auth::key_value_case",
        Scenario,
        &["polyai.auth.key-value-case"],
        key_value_case,
    ),
    (
        "auth::revoked_key",
        Scenario,
        &["polyai.auth.revoked-key"],
        revoked_key,
    ),
    (
        "auth::other_project_key",
        Scenario,
        &[
            "polyai.auth.other-project-key",
            "polyai.auth.other-project-key.status",
        ],
        other_project_key,
    ),
    (
        "auth::before_validation",
        Scenario,
        &["polyai.auth.before-validation"],
        before_validation,
    ),
    (
        "auth::no_side_effect",
        Scenario,
        &["polyai.auth.no-side-effect"],
        no_side_effect,
    ),
    (
        "auth::challenge_and_message",
        Scenario,
        &["polyai.auth.www-authenticate", "polyai.response.401-message"],
        challenge_and_message,
    ),
];

/// The documented request with the id that refusals carry, under another key.
fn under(polyai: &Polyai, key: &str) -> Result<Request, String> {
    Ok(polyai
        .fixtures
        .baseline(&polyai.fixtures.id_under_a_wrong_key()?)
        .set_header("X-Api-Key", key))
}

/// A wrong key and the valid one in turns: neither answer depends on the key before.
fn again_and_again(polyai: &Polyai, probe: &Probe<'_>) {
    for round in 0..12 {
        let request = polyai.fixtures.baseline(&polyai.fixtures.unknown_id());
        let wrong = request
            .clone()
            .set_header("X-Api-Key", &format!("hookproof-unknown-key-{round}"));
        let why = "nobody was given the key";
        checks::refused(probe, "polyai.auth.invalid-key", why, wrong);
        let exchange = probe.send(request);
        // A 404 or 5xx has requirements of its own.
        let let_in = !matches!(exchange.status(), Some(401 | 403));
        let expected = "neither 401 nor 403: the key is valid";
        let finding = Finding::when(let_in, expected, exchange.in_short());
        probe.judge("polyai.auth.ok", &exchange, finding);
    }
}

/// The valid key where the scheme does not put it, besides the query and other headers: a cookie, or the body.
fn key_elsewhere(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.auth.missing-key";
    let (key, id) = match polyai
        .fixtures
        .key()
        .and_then(|key| Ok((key, polyai.fixtures.refusal_id()?)))
    {
        Ok(both) => both,
        Err(missing) => return probe.skip(ID, missing),
    };
    let without = polyai.fixtures.baseline(&id).without_header("X-Api-Key");
    for name in ["X-Api-Key", "api_key"] {
        let cookie = without.clone().header("Cookie", &format!("{name}={key}"));
        checks::refused(probe, ID, "the key stands in a cookie alone", cookie);
    }
    let body = serde_json::json!({ "cid": id, "X-Api-Key": key, "api_key": key, "apiKey": key });
    let body = without.body("application/json", body.to_string());
    checks::refused(probe, ID, "the key stands in the body alone", body);
}

fn key_value_case(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.auth.key-value-case";
    let Ok(key) = polyai.fixtures.key() else {
        return probe.skip(ID, "no valid key is declared");
    };
    let changed: Vec<String> = [key.to_ascii_uppercase(), key.to_ascii_lowercase()]
        .into_iter()
        .filter(|k| k != key)
        .collect();
    if changed.is_empty() {
        probe.skip(ID, "the key has no letters");
    }
    for other in changed {
        match under(polyai, &other) {
            Ok(request) => {
                checks::refused(probe, ID, "the key differs in letter case", request);
            }
            Err(missing) => probe.skip(ID, missing),
        }
    }
}

fn revoked_key(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.auth.revoked-key";
    let Some(key) = &polyai.fixtures.declared().keys.revoked else {
        return probe.skip(ID, "no revoked key: declare polyai.keys.revoked");
    };
    match under(polyai, key) {
        Ok(request) => {
            checks::refused(probe, ID, "the key is revoked", request);
        }
        Err(missing) => probe.skip(ID, missing),
    }
}

fn other_project_key(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.auth.other-project-key";
    let Some(key) = &polyai.fixtures.declared().keys.other_project else {
        return probe.skip(ID, "no key of another project: declare polyai.keys.other_project");
    };
    match under(polyai, key) {
        Ok(request) => {
            let exchange = checks::refused(probe, ID, "the key is limited to another project", request);
            probe.observe(
                "polyai.auth.other-project-key.status",
                &exchange,
                exchange.in_short(),
            );
        }
        Err(missing) => probe.skip(ID, missing),
    }
}

/// The key is looked at before anything else: a request that is wrong in another way as well is 401.
fn before_validation(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.auth.before-validation";
    let without_key = polyai
        .fixtures
        .baseline(&polyai.fixtures.unknown_id())
        .without_header("X-Api-Key");
    for (fault, request) in [
        ("the id is unknown", without_key.clone()),
        (
            "a parameter is missing",
            without_key.clone().without_query("account_id"),
        ),
        ("the body is no JSON", without_key.body("application/json", "{")),
    ] {
        checks::refused(probe, ID, &format!("there is no key, and {fault}"), request);
    }
}

/// A request without a valid key leaves the id usable.
fn no_side_effect(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.auth.no-side-effect";
    let known = match polyai.fixtures.spend(Purpose::Case) {
        Ok(known) => known,
        Err(missing) => return probe.skip(ID, missing),
    };
    let request = polyai.fixtures.baseline(&known.id);
    for wrong in [
        request.clone().without_header("X-Api-Key"),
        request.clone().set_header("X-Api-Key", "hookproof-unknown-key"),
    ] {
        let refused = probe.send(wrong);
        if refused.is_success() {
            let got = refused.in_short();
            return probe.judge(
                ID,
                &refused,
                Finding::Broken {
                    expected: "401".into(),
                    got,
                },
            );
        }
    }
    let exchange = probe.send(request);
    let expected = "201: the refused requests before it left the id usable";
    probe.judge(
        ID,
        &exchange,
        Finding::when(exchange.is_success(), expected, exchange.in_short()),
    );
}

fn challenge_and_message(polyai: &Polyai, probe: &Probe<'_>) {
    let request = polyai
        .fixtures
        .baseline(&polyai.fixtures.unknown_id())
        .without_header("X-Api-Key");
    let exchange = probe.send(request);
    let Some(response) = exchange.response() else {
        return probe.skip("polyai.auth.www-authenticate", "no answer");
    };
    let challenge = response.header("www-authenticate").map_or_else(
        || "no WWW-Authenticate".to_owned(),
        |value| format!("WWW-Authenticate: {value}"),
    );
    probe.observe("polyai.auth.www-authenticate", &exchange, challenge);
    let text = crate::polyai::answers::message(&exchange).unwrap_or_else(|| "no error_message".to_owned());
    probe.observe("polyai.response.401-message", &exchange, text);
}
