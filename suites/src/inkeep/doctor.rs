//! The configuration of a target, tried with single calls.

use serde_json::json;

use super::Inkeep;
use super::fixtures::{Fixtures, post_under};
use crate::examination::{Chart, Examined, KEY_FIRST};
use crate::probe::Probe;

pub(super) fn examine(inkeep: &Inkeep, probe: &Probe<'_>) -> Vec<Examined> {
    let fixtures = &inkeep.fixtures;
    let keys = fixtures.keys();
    let mut chart = Chart::new(probe);
    let valid = match fixtures.key() {
        Ok(valid) => valid,
        Err(missing) => {
            chart.lacks("inkeep.keys.valid", missing);
            return chart.into_list();
        }
    };
    // A body without a type is refused by whoever got past the token.
    let without_type = |token: &str| probe.send(post_under(token, &json!({})));
    let remedy = "a body without a type is refused as such once the token is let in; look at HOOKPROOF_INKEEP_KEY and the URL";
    chart.answered("inkeep.keys.valid", without_type(valid), &[400, 422], remedy);
    let has_key = !chart.has_misfit();
    let wrong = without_type("hookproof-unknown-key");
    chart.answered(
        "a token that nobody has",
        wrong,
        &[401],
        "the server asks for no token, or answers it in another way",
    );
    if let Some(token) = &keys.other_project {
        let remedy =
            "the token of the other project is not let in; look at HOOKPROOF_INKEEP_OTHER_PROJECT_KEY";
        chart.answered(
            "inkeep.keys.other_project",
            without_type(token),
            &[400, 422],
            remedy,
        );
    }
    if !has_key {
        chart.open("an ordinary event", KEY_FIRST);
        return chart.into_list();
    }
    let event = |token: &str| {
        let id = Fixtures::random_prefix();
        let body = Fixtures::body_in(fixtures.form(), &id, "hookproof_doctor");
        probe.send(post_under(token, &body))
    };
    let accepted = event(valid);
    let is_success = accepted.is_success();
    let remedy = "an ordinary event is not accepted; look at the token and what the answer asks for";
    chart.tried("an ordinary event", accepted, is_success, "201", remedy);
    for (name, token, status) in [
        ("inkeep.keys.forbidden", &keys.forbidden, 403),
        ("inkeep.keys.unprocessable", &keys.unprocessable, 422),
        ("inkeep.keys.failing", &keys.failing, 500),
    ] {
        if let Some(token) = token {
            let remedy = "an ordinary event under this token gets another answer than the key's name says";
            chart.answered(name, event(token), &[status], remedy);
        }
    }
    chart.into_list()
}
