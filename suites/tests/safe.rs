//! Safe mode: nothing that a conformant server could act on is sent, and defects are found all the same.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::sync::{Arc, Mutex};

use mock_server::Fixtures;
use suites::conduct::Conduct;
use suites::embedded::{Embedded, with_plenty_of_ids};
use suites::event::{Event, ExchangeRecord, Sink};
use suites::http::Limits;
use suites::mutant;
use suites::registry::{self, Ingredients};
use suites::report::Tap;
use suites::run::{Run, Settings};
use suites::runner;
use suites::standin::trial;
use suites::summary::{Outcome, Summary};
use suites::verdict::Verdict;

/// Keeps every exchange.
#[derive(Clone, Default)]
struct Exchanges(Arc<Mutex<Vec<ExchangeRecord>>>);

impl Sink for Exchanges {
    fn take(&mut self, event: &Event) {
        if let Event::Exchange(record) = event {
            self.0.lock().unwrap().push((**record).clone());
        }
    }

    fn wants_exchanges(&self) -> bool {
        true
    }
}

/// Runs suites in safe mode against one mock.
fn run(apis: &[&str], embedded: &Embedded, iterations: u64) -> (Summary, Vec<ExchangeRecord>) {
    let suites: Vec<_> = apis
        .iter()
        .filter_map(|api| {
            let ingredients = Ingredients {
                fixtures: embedded.fixtures(),
                base: embedded.base().clone(),
                limits: Limits::default(),
                embedded: true,
                seed: 1,
            };
            registry::suite_under(api, ingredients, Conduct::safe())
        })
        .collect();
    let (tap, exchanges) = (Tap::default(), Exchanges::default());
    let settings = Settings {
        seed: 1,
        iterations,
        threads: 4,
        ..Settings::default()
    };
    let sinks: Vec<Box<dyn Sink>> = vec![Box::new(tap.clone()), Box::new(exchanges.clone())];
    let run = Arc::new(Run::new(settings, sinks));
    runner::execute(&run, runner::plan(&suites));
    let exchanges = exchanges.0.lock().unwrap().clone();
    (tap.summary(), exchanges)
}

#[test]
fn a_safe_run_leaves_nothing_behind() {
    let embedded = Embedded::start(with_plenty_of_ids(Fixtures::builtin())).unwrap();
    let (summary, exchanges) = run(&registry::ids().collect::<Vec<_>>(), &embedded, 12);
    assert_eq!(summary.stopped, None);
    let mock = embedded.mock();
    let stored = (
        mock.polyai().events().len(),
        mock.inkeep().events().len(),
        mock.olbrain().events().len(),
    );
    assert_eq!(stored, (0, 0, 0));
    // Neither has anything else been made, such as an upload: whatever succeeded only asked.
    let acted: Vec<&ExchangeRecord> = exchanges
        .iter()
        .filter(|exchange| exchange.status.is_some_and(|status| (200..300).contains(&status)))
        .filter(|exchange| !["GET", "HEAD", "OPTIONS"].contains(&exchange.method.as_str()))
        .collect();
    assert!(acted.is_empty(), "{acted:#?}");
    assert!(exchanges.len() > 1500, "only {} requests", exchanges.len());
    assert_eq!(summary.requests, exchanges.len() as u64);
}

#[test]
fn a_safe_run_against_the_mock_is_conformant_and_says_what_it_left_open() {
    let embedded = Embedded::start(with_plenty_of_ids(Fixtures::builtin())).unwrap();
    let (summary, _) = run(&registry::ids().collect::<Vec<_>>(), &embedded, 12);
    let bad: Vec<String> = [Verdict::Fail, Verdict::Warn]
        .iter()
        .flat_map(|verdict| summary.with(*verdict))
        .map(|(id, checks)| format!("{id}: expected {}, got {}", checks[0].expected, checks[0].got))
        .collect();
    assert_eq!(bad, Vec::<String>::new());
    assert_eq!(summary.outcome(false), Outcome::Conformant);
    let verdicts = summary.requirements();
    for decided in [
        "polyai.extract.json.dotted-path",
        "polyai.extract.form.top",
        "polyai.auth.missing-key",
        "inkeep.type.required",
        "inkeep.auth.unknown-token",
        "olbrain.auth.missing",
        "olbrain.agent.unknown",
    ] {
        assert_eq!(verdicts.get(decided), Some(&Verdict::Pass), "{decided}");
    }
    // Whatever stays open is named with its reason.
    assert_eq!(summary.not_asked(), 0);
    for open in ["polyai.id.valid", "inkeep.body.minimal", "olbrain.conv.200"] {
        let verdict = verdicts.get(open);
        assert!(
            matches!(verdict, None | Some(Verdict::Skip)),
            "{open}: {verdict:?}"
        );
    }
}

/// Mutants that are tried for each API, spread over all it has.
const SAMPLE: usize = 12;

#[test]
fn a_safe_run_still_finds_defects() {
    let mut caught = Vec::new();
    for api in registry::ids() {
        let mutants = mutant::of(api);
        let step = mutants.len().div_ceil(SAMPLE).max(1);
        for mutant in mutants.into_iter().step_by(step) {
            // A mutant that lets nobody in is found out before anything is judged.
            let bad = trial::run_safely(api, Some(mutant.standin())).unwrap_or_default();
            if bad.contains_key(mutant.breaks()) {
                caught.push(mutant.name());
            }
        }
    }
    assert!(caught.len() >= 3, "{caught:?}");
}

/// Every so many settings are tried: a full run tries them all in `readings.rs`.
const READINGS_STEP: usize = 8;

/// Sets a reading.
type Set = fn(&mut Fixtures, &str, &str) -> bool;

#[test]
fn no_admissible_reading_fails_a_safe_run() {
    let apis: [(&str, Set); 3] = [
        ("polyai", |f, setting, option| {
            f.polyai.readings.set(setting, option)
        }),
        ("inkeep", |f, setting, option| {
            f.inkeep.readings.set(setting, option)
        }),
        ("olbrain", |f, setting, option| {
            f.olbrain.readings.set(setting, option)
        }),
    ];
    for (api, set) in apis {
        let rows = spec::api(api).unwrap().catalogue().iter();
        let open = rows.filter(|row| row.setting.is_some()).step_by(READINGS_STEP);
        for row in open {
            for option in &row.options {
                let mut fixtures = Fixtures::builtin();
                let setting = row.setting.as_deref().unwrap_or_default();
                assert!(set(&mut fixtures, setting, option), "{setting} = {option}");
                let embedded = Embedded::start(fixtures).unwrap();
                let (summary, _) = run(&[api], &embedded, 3);
                let failed: Vec<&str> = summary.with(Verdict::Fail).into_keys().collect();
                // A target that answers the key last of all is turned away: nothing shows then that the key counts.
                if let Some((reason, _)) = &summary.stopped {
                    assert!(reason.contains("alike"), "{api}: {setting} = {option}: {reason}");
                }
                assert!(failed.is_empty(), "{api}: {setting} = {option}: {failed:?}");
            }
        }
    }
}
