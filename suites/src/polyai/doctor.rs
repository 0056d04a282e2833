//! The configuration of a target, tried with single calls.

use super::Polyai;
use super::fixtures::{KEY_VARIABLE, Purpose};
use crate::conduct::WITHHELD;
use crate::examination::{Chart, Examined, KEY_FIRST};
use crate::probe::Probe;

const HEADER: &str = "X-Api-Key";

pub(super) fn examine(polyai: &Polyai, probe: &Probe<'_>) -> Vec<Examined> {
    let fixtures = &polyai.fixtures;
    let declared = fixtures.declared();
    let mut chart = Chart::new(probe);
    if let Err(missing) = fixtures.key() {
        chart.lacks("polyai.keys.valid", missing);
        return chart.into_list();
    }
    let unknown = || fixtures.baseline(&fixtures.unknown_id());
    chart.answered(
        "polyai.keys.valid",
        probe.send(unknown()),
        &[400],
        &format!("an unknown id is refused as such once the key is; look at {KEY_VARIABLE}, the URL, account and project"),
    );
    let has_key = !chart.has_misfit();
    let wrong = probe.send(unknown().set_header(HEADER, "hookproof-unknown-key"));
    chart.answered(
        "a key that nobody has",
        wrong,
        &[401],
        "the server asks for no key, or answers it in another way",
    );
    if let Some(key) = &declared.keys.revoked {
        let exchange = probe.send(unknown().set_header(HEADER, key));
        chart.answered(
            "polyai.keys.revoked",
            exchange,
            &[401],
            "the key still works; revoke it, or leave it out",
        );
    }
    if let Some(key) = &declared.keys.other_project {
        let exchange = probe.send(unknown().set_header(HEADER, key));
        let remedy =
            "the key is let into this project as well; declare one that is limited to another project";
        chart.answered("polyai.keys.other_project", exchange, &[401, 403], remedy);
    }
    if let (Some(other), Some(key)) = (&declared.other_project, &declared.keys.other_project) {
        let request = unknown()
            .set_query("account_id", &other.account_id)
            .set_query("project_id", &other.project_id)
            .set_header(HEADER, key);
        let remedy = "the other project's key is not let into the other project; look at account_id and project_id there";
        chart.answered("polyai.other_project", probe.send(request), &[400], remedy);
    }
    if !has_key {
        chart.open("polyai.known_ids", KEY_FIRST);
        return chart.into_list();
    }
    if let Some(id) = declared.expired_ids.first() {
        let exchange = probe.send(fixtures.baseline(id));
        let remedy = "the first of these ids is not refused; leave it out, or wait until it has expired";
        chart.answered("polyai.expired_ids", exchange, &[400], remedy);
    }
    known_ids(polyai, &mut chart);
    if let Some(id) = declared.failing_ids.first() {
        let exchange = probe.send(fixtures.baseline(id));
        let fails = exchange.status().is_some_and(|status| status >= 500);
        let remedy = "the first of these ids does not make the server fail; leave it out";
        chart.tried("polyai.failing_ids", exchange, fails, "500", remedy);
    }
    chart.into_list()
}

/// One event that is accepted, under the first id that nothing else needs.
fn known_ids(polyai: &Polyai, chart: &mut Chart<'_>) {
    let fixtures = &polyai.fixtures;
    let name = if fixtures.has_mint() {
        "polyai.known_id_command"
    } else {
        "polyai.known_ids"
    };
    let probe = chart.probe();
    if probe.is_safe() {
        return chart.open(name, WITHHELD);
    }
    match fixtures.spend(Purpose::Case) {
        Ok(known) => {
            let exchange = probe.send(fixtures.baseline(&known.id));
            let remedy = "the id is not accepted; look at the id, account_id and project_id";
            let accepted = exchange.is_success();
            chart.tried(name, exchange, accepted, "201", remedy);
        }
        Err(why) if fixtures.has_mint() => chart.yields_nothing(name, why),
        Err(why) => chart.open(name, why),
    }
}
