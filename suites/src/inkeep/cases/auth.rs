//! Tokens beyond what the contract's security scheme gives rise to.

use super::Entry;
use crate::case::Origin::Scenario;
use crate::derive::refusable;
use crate::http::Request;
use crate::inkeep::Inkeep;
use crate::inkeep::checks;
use crate::inkeep::fixtures::post_under;
use crate::probe::Probe;

pub(super) const CASES: &[Entry] = &[
    (
        "auth::sample_call",
        Scenario,
        &["inkeep.auth.missing"],
        sample_call,
    ),
    (
        "auth::empty_token",
        Scenario,
        &["inkeep.auth.empty-token"],
        empty_token,
    ),
    (
        "auth::letter_case",
        Scenario,
        &["inkeep.auth.unknown-token"],
        letter_case,
    ),
    ("auth::glued", Scenario, &["inkeep.auth.scheme"], glued),
    ("auth::forbidden", Scenario, &["inkeep.auth.403"], forbidden),
    (
        "auth::no_side_effect",
        Scenario,
        &["inkeep.auth.no-side-effect"],
        no_side_effect,
    ),
];

/// The body of the sample call as the page prints it, blanks and all.
const SAMPLE_BODY: &str = "{    \"type\": \"string\"  }";

fn sample_call(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.auth.missing";
    let request = inkeep.fixtures.request().body("application/json", SAMPLE_BODY);
    let printed = request.clone().without_header("Authorization");
    if checks::plain_is_accepted(probe, ID, request) {
        checks::refused(probe, ID, "the sample call carries no token", printed);
    }
}

fn empty_token(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.auth.empty-token";
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    let request = plain(inkeep, probe, "hookproof_empty_token");
    for value in ["", "Bearer", "Bearer ", "Bearer    "] {
        let request = request.clone().set_header("Authorization", value).exact();
        checks::refused(probe, ID, "Authorization holds no token", request);
    }
}

/// A token in other letter case is one that nobody was given.
fn letter_case(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.auth.unknown-token";
    let key = match inkeep.fixtures.key() {
        Ok(key) => key,
        Err(missing) => return probe.skip(ID, missing),
    };
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    let body = inkeep.fixtures.plain_body(probe.case(), "hookproof_letter_case");
    for other in [key.to_ascii_uppercase(), key.to_ascii_lowercase()] {
        if other != key {
            let request = post_under(&other, &body);
            checks::refused(probe, ID, "the token differs in letter case", request);
        }
    }
}

/// The word before the token is not Bearer where no blank ends it there, and where it begins with something else.
fn glued(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.auth.scheme";
    let key = match inkeep.fixtures.key() {
        Ok(key) => key,
        Err(missing) => return probe.skip(ID, missing),
    };
    if !checks::control(inkeep, probe, ID) {
        return;
    }
    let request = plain(inkeep, probe, "hookproof_glued");
    for (value, why) in [
        (format!("Bearer{key}"), "no blank sets the token off from Bearer"),
        (
            format!("NotBearer {key}"),
            "the word before the token is NotBearer",
        ),
    ] {
        let request = request.clone().set_header("Authorization", &value).exact();
        checks::refused(probe, ID, why, request);
    }
}

fn plain(inkeep: &Inkeep, probe: &Probe<'_>, kind: &str) -> Request {
    inkeep
        .fixtures
        .post(&inkeep.fixtures.plain_body(probe.case(), kind))
}

fn forbidden(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.auth.403";
    let Some(token) = &inkeep.fixtures.keys().forbidden else {
        return probe.skip(
            ID,
            "no token is answered 403: declare one in inkeep.keys.forbidden",
        );
    };
    if checks::control(inkeep, probe, ID) {
        let body = inkeep.fixtures.plain_body(probe.case(), "hookproof_forbidden");
        let request = post_under(token, &body);
        checks::refused(
            probe,
            ID,
            "the token is somebody's who may not log events",
            request,
        );
    }
}

/// A request without a token that counts leaves its id unused.
fn no_side_effect(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.auth.no-side-effect";
    let fixtures = &inkeep.fixtures;
    let mut wrong = vec![None, Some("hookproof-unknown-key")];
    wrong.extend(fixtures.keys().forbidden.as_deref().map(Some));
    for token in wrong {
        let id = fixtures.fresh_id(probe.case());
        let body = fixtures.body_with(&id, "hookproof_unauthorized");
        let request = match token {
            Some(token) => post_under(token, &body),
            None => fixtures.post(&body).without_header("Authorization"),
        };
        let refused = refusable(probe, request);
        if refused.is_success() {
            // That it was accepted at all is judged by its own case; here it spoils the evidence.
            probe.skip(ID, "a request that should be refused was accepted");
            continue;
        }
        let body = fixtures.body_with(&id, "hookproof_authorized");
        let why = "the request before it carried no token that counts";
        checks::aftermath(probe, ID, fixtures.post(&body), |exchange| {
            checks::still_new(inkeep, probe, exchange, &body, why)
        });
    }
}
