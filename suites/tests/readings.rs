//! A server that reads a silent point in another admissible way is as conformant as the default one.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mock_server::Fixtures;
use suites::embedded::{Embedded, with_plenty_of_ids};
use suites::http::Limits;
use suites::registry::{self, Ingredients};
use suites::report::Tap;
use suites::run::{Run, Settings};
use suites::runner;
use suites::summary::Summary;
use suites::verdict::Verdict;

/// Runs at the same time.
const PARALLEL_RUNS: usize = 8;

/// A run of one API's suite against a mock with these fixtures.
fn run(api: &str, fixtures: Fixtures) -> Summary {
    let embedded = Embedded::start(fixtures).unwrap();
    let ingredients = Ingredients {
        fixtures: embedded.fixtures(),
        base: embedded.base().clone(),
        limits: Limits::default(),
        embedded: true,
        seed: 1,
    };
    let suite = registry::suite(api, ingredients).unwrap();
    let tap = Tap::default();
    let settings = Settings {
        seed: 1,
        iterations: 8,
        threads: 2,
        ..Settings::default()
    };
    let run = Arc::new(Run::new(settings, vec![Box::new(tap.clone())]));
    runner::execute(&run, runner::plan(&[suite]));
    tap.summary()
}

fn assert_no(verdict: Verdict, what: &str, summary: &Summary) {
    assert_eq!(summary.stopped, None, "{what}");
    let bad: Vec<String> = summary
        .with(verdict)
        .values()
        .map(|checks| {
            let first = checks[0];
            format!(
                "{}: expected {}, got {}",
                first.requirement, first.expected, first.got
            )
        })
        .collect();
    assert_eq!(bad, Vec::<String>::new(), "{what}: {verdict}");
}

fn assert_clean(what: &str, summary: &Summary) {
    assert_no(Verdict::Fail, what, summary);
    assert_no(Verdict::Warn, what, summary);
}

/// Runs the suite of an API against the mock in every reading of every setting that its catalogue has.
///
/// `alone` names readings that a *should* speaks against: they warn, and still do not fail.
fn try_each_reading(api: &str, set: fn(&mut Fixtures, &str, &str) -> bool, alone: &[(&str, &str)]) -> usize {
    let rows = spec::api(api).unwrap().catalogue().iter();
    let readings: Vec<(&str, &str)> = rows
        .filter_map(|row| Some((row.setting.as_deref()?, row)))
        .flat_map(|(setting, row)| row.options.iter().map(move |option| (setting, option.as_str())))
        .collect();
    let next = AtomicUsize::new(0);
    // Several at a time: much of a run is waiting for what the mock does on its clock.
    std::thread::scope(|scope| {
        for _ in 0..PARALLEL_RUNS {
            scope.spawn(|| {
                while let Some((setting, option)) = readings.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut fixtures = with_plenty_of_ids(Fixtures::builtin());
                    assert!(set(&mut fixtures, setting, option), "{setting} = {option}");
                    let (what, summary) = (format!("{api}: {setting} = {option}"), run(api, fixtures));
                    assert_no(Verdict::Fail, &what, &summary);
                    if !alone.contains(&(*setting, *option)) {
                        assert_no(Verdict::Warn, &what, &summary);
                    }
                }
            });
        }
    });
    readings.len()
}

#[test]
fn every_reading_of_polyai_passes() {
    let tried = try_each_reading(
        "polyai",
        |f, setting, option| f.polyai.readings.set(setting, option),
        &[],
    );
    assert!(tried > 80, "only {tried} readings were tried");
}

#[test]
fn every_reading_of_inkeep_passes() {
    let alone = [("schema_fault_status", "422"), ("malformed_json_status", "422")];
    let tried = try_each_reading(
        "inkeep",
        |f, setting, option| f.inkeep.readings.set(setting, option),
        &alone,
    );
    assert!(tried > 40, "only {tried} readings were tried");
}

#[test]
fn every_reading_of_olbrain_passes() {
    let tried = try_each_reading(
        "olbrain",
        |f, setting, option| f.olbrain.readings.set(setting, option),
        &[],
    );
    assert!(tried > 50, "only {tried} readings were tried");
}

#[test]
fn a_target_with_few_ids_that_takes_each_once_passes() {
    for count in [1, 2, 10, 120] {
        let mut fixtures = Fixtures::builtin();
        fixtures.polyai.known_ids = (0..count).map(|n| format!("evt_01FEW{n:014}")).collect();
        assert!(fixtures.polyai.readings.set("id_reuse", "refused"));
        assert_clean(&format!("{count} ids"), &run("polyai", fixtures));
    }
}

#[test]
fn a_target_without_known_ids_is_judged_by_its_two_answers() {
    let mut fixtures = Fixtures::builtin();
    fixtures.polyai.known_ids.clear();
    let summary = run("polyai", fixtures);
    assert_clean("no ids", &summary);
    let verdicts = summary.requirements();
    assert_eq!(verdicts["polyai.extract.json.dotted-path"], Verdict::Pass);
    assert_eq!(verdicts["polyai.query.account.required"], Verdict::Skip);
}
