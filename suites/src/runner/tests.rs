//! The run around the cases, with a suite made by hand: its cases say what they find and send nothing.

mod repeating;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::*;
use crate::by_hand;
use crate::conduct::Conduct;
use crate::event::Sink;
use crate::http::{BaseUrl, Exchange, Limits, Redactor, Request};
use crate::not_offered::NotOffered;
use crate::run::Settings;
use crate::target::Target;
use crate::verdict::Finding;

const MUST: &str = "polyai.id.valid";
const OTHER: &str = "polyai.auth.ok";
const REASON: &str = "the port is closed";

type Preflight = fn(&Probe<'_>) -> Result<(), Stop>;

struct ByHand {
    target: Target,
    cases: Vec<Case>,
    preflight: Preflight,
}

impl Suite for ByHand {
    fn api(&self) -> &'static spec::Api {
        spec::api("polyai").unwrap()
    }

    fn target(&self) -> &Target {
        &self.target
    }

    fn preflight(&self, probe: &Probe<'_>) -> Result<(), Stop> {
        (self.preflight)(probe)
    }

    fn examine(&self, _probe: &Probe<'_>) -> Vec<Examined> {
        vec![Examined {
            key: "keys.valid".to_owned(),
            state: crate::examination::State::Fits("201".to_owned()),
            exchange: None,
        }]
    }

    fn is_harmless(&self, _request: &Request) -> bool {
        true
    }

    fn checked_on_every_exchange(&self) -> &'static [&'static str] {
        &[]
    }

    fn inspect(&self, _probe: &Probe<'_>, _exchange: &Exchange) {}

    fn cases(self: Arc<Self>) -> Vec<Case> {
        self.cases.clone()
    }
}

fn target(conduct: Conduct) -> Target {
    let base = BaseUrl::parse("http://127.0.0.1:1").unwrap();
    Target::new(base, Limits::default(), false, Redactor::default()).under(conduct)
}

/// A dry target is asked nothing when a failure is tried again.
fn suite_with(preflight: Preflight, dry: bool, cases: Vec<Case>) -> Arc<dyn Suite> {
    let target = target(Conduct {
        dry,
        ..Conduct::default()
    });
    Arc::new(ByHand {
        target,
        cases,
        preflight,
    })
}

fn suite(cases: Vec<Case>) -> Arc<dyn Suite> {
    suite_with(|_| Ok(()), true, cases)
}

fn finds(probe: &Probe<'_>, requirement: &str, met: bool) {
    let exchange = by_hand::exchange(Request::new("POST", "/"), 200, &[], "");
    probe.judge(requirement, &exchange, Finding::when(met, "201", "200"));
}

fn case(name: &str, body: impl Fn(&Probe<'_>) + Send + Sync + 'static) -> Case {
    Case::new(Origin::Scenario, name, &[MUST], body)
}

#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<Event>>>);

impl Sink for Events {
    fn take(&mut self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

impl Events {
    /// What can be compared of the events: each as the words of its fields that are the run's doing.
    fn words(&self) -> Vec<String> {
        let events = self.0.lock().unwrap();
        let word = |event: &Event| match event {
            Event::RunStarted { cases, .. } => format!("run of {cases}"),
            Event::CaseStarted { case, .. } => format!("{case} begins"),
            Event::Check(record) => format!("{} {}", record.requirement, record.verdict),
            Event::CaseFinished { case, verdict, .. } => {
                format!("{case} {}", verdict.map_or("nothing", Verdict::word))
            }
            Event::Repeated {
                requirement, again, ..
            } => format!("{requirement} again: {again}"),
            Event::Stopped { reason, .. } => reason.clone(),
            Event::RunFinished { .. } => "the end".to_owned(),
            Event::Planned { .. } | Event::Exchange(_) => String::new(),
        };
        events.iter().map(word).filter(|word| !word.is_empty()).collect()
    }
}

fn run_of(settings: Settings) -> (Arc<Run>, Events) {
    let events = Events::default();
    let run = Run::new(settings, vec![Box::new(events.clone())]);
    (Arc::new(run), events)
}

/// One after the other, and nothing a second time.
fn alone() -> Settings {
    Settings {
        threads: 1,
        repeats: false,
        ..Settings::default()
    }
}

fn executed(settings: Settings, suite: Arc<dyn Suite>) -> (Arc<Run>, Vec<String>) {
    let (run, events) = run_of(settings);
    execute(&run, plan(&[suite]));
    (run, events.words())
}

#[test]
fn a_run_goes_from_the_first_event_to_the_last() {
    let cases = vec![
        case("polyai::met", |probe| finds(probe, MUST, true)),
        case("polyai::broken", |probe| {
            finds(probe, OTHER, true);
            finds(probe, MUST, false);
        }),
        case("polyai::open", |probe| probe.skip(MUST, "no key")),
    ];
    let (run, words) = executed(alone(), suite(cases));
    let expected = [
        "run of 3",
        "polyai::met begins",
        "polyai.id.valid pass",
        "polyai::met pass",
        "polyai::broken begins",
        "polyai.auth.ok pass",
        "polyai.id.valid fail",
        "polyai::broken fail",
        "polyai::open begins",
        "polyai.id.valid skip",
        "polyai::open skip",
        "the end",
    ];
    assert_eq!(words, expected);
    assert_eq!(run.stopped(), None);
    let failures = run.failures();
    let of = |case: &str| {
        failures[case]
            .iter()
            .map(|f| f.requirement.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(failures.keys().collect::<Vec<_>>(), ["polyai::broken"]);
    assert_eq!(of("polyai::broken"), [MUST]);
}

#[test]
fn the_first_failure_ends_a_run_that_is_to_fail_fast() {
    let cases = || {
        vec![
            case("polyai::broken", |probe| finds(probe, MUST, false)),
            case("polyai::met", |probe| finds(probe, MUST, true)),
        ]
    };
    let begins = |settings: Settings| {
        let (_, words) = executed(settings, suite(cases()));
        words.iter().filter(|word| word.ends_with("begins")).count()
    };
    assert_eq!(begins(alone()), 2);
    let fast = Settings {
        fail_fast: true,
        ..alone()
    };
    assert_eq!(begins(fast), 1);
}

#[test]
fn generated_inputs_come_first() {
    let named = |origin, name: &str| Case::new(origin, name, &[MUST], |probe| finds(probe, MUST, true));
    let cases = vec![
        named(Origin::Scenario, "by hand"),
        named(Origin::Property, "generated"),
        named(Origin::Derived, "derived"),
    ];
    let (_, words) = executed(alone(), suite(cases));
    let begun: Vec<_> = words.iter().filter(|word| word.ends_with("begins")).collect();
    assert_eq!(begun, ["generated begins", "by hand begins", "derived begins"]);
}

#[test]
fn a_case_that_ends_without_a_verdict_is_a_fault_of_the_suite() {
    let cases = vec![case("polyai::panics", |_| panic!("on purpose"))];
    let (run, words) = executed(alone(), suite(cases));
    let reason = run.stopped().unwrap();
    assert!(reason.contains("ended without a verdict"), "{reason}");
    assert!(words.contains(&reason.to_owned()), "{words:?}");
}

#[test]
fn nothing_is_judged_before_the_preflight_has_succeeded() {
    let cases = || vec![case("polyai::met", |probe| finds(probe, MUST, true))];
    let closed: Preflight = |_| {
        Err(Stop {
            reason: REASON.to_owned(),
            exchange: None,
        })
    };
    let (run, words) = executed(alone(), suite_with(closed, false, cases()));
    assert_eq!(run.stopped(), Some(REASON));
    assert_eq!(words, ["run of 1", REASON, "the end"]);

    // A dry run has no answers that a preflight could like.
    let (run, words) = executed(alone(), suite_with(closed, true, cases()));
    assert_eq!(run.stopped(), None);
    assert!(words.contains(&"polyai::met begins".to_owned()), "{words:?}");

    // Its checks are the run's.
    let finding: Preflight = |probe| {
        finds(probe, OTHER, true);
        Ok(())
    };
    let (_, words) = executed(alone(), suite_with(finding, false, cases()));
    assert_eq!(words[..2], ["run of 1", "polyai.auth.ok pass"]);
    assert!(words.contains(&"polyai::met pass".to_owned()), "{words:?}");
}

#[test]
fn what_a_preflight_sends_has_a_name_of_its_own() {
    let seen: Preflight = |probe| {
        finds(probe, OTHER, probe.case() == "polyai::preflight");
        Ok(())
    };
    let (_, words) = executed(alone(), suite_with(seen, false, Vec::new()));
    assert_eq!(words, ["run of 0", "the end"], "there is no case that needs it");
    let cases = vec![case("polyai::met", |probe| finds(probe, MUST, true))];
    let (_, words) = executed(alone(), suite_with(seen, false, cases));
    assert_eq!(words[1], "polyai.auth.ok pass");
    assert_eq!(preflight_name("inkeep"), "inkeep::preflight");
}

#[test]
fn no_case_begins_in_a_run_that_has_stopped() {
    let cases = vec![
        case("polyai::stops", |probe| probe.run().stop(REASON.to_owned(), None)),
        case("polyai::met", |probe| finds(probe, MUST, true)),
    ];
    let (run, words) = executed(alone(), suite(cases));
    assert_eq!(run.stopped(), Some(REASON));
    let expected = [
        "run of 2",
        "polyai::stops begins",
        REASON,
        "polyai::stops nothing",
        "the end",
    ];
    assert_eq!(words, expected);
}

/// Only a runner that is wrong makes anyone wait that long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Holds every case that arrives until so many have; waits long only where fewer ever run at once.
#[derive(Default)]
struct Meeting {
    arrived: Mutex<usize>,
    all: Condvar,
}

impl Meeting {
    fn holds(&self, count: usize) -> bool {
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        *arrived += 1;
        self.all.notify_all();
        let missing = |arrived: &mut usize| *arrived < count;
        let waited = self.all.wait_timeout_while(arrived, PATIENCE, missing);
        let (arrived, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *arrived >= count
    }
}

#[test]
fn as_many_cases_run_at_once_as_was_asked_for() {
    // One more than would be taken from the machine.
    let count = std::thread::available_parallelism().map_or(1, usize::from) + 1;
    let meeting = Arc::new(Meeting::default());
    let cases = (0..count).map(|n| {
        let meeting = Arc::clone(&meeting);
        case(&format!("polyai::{n}"), move |probe| {
            finds(probe, MUST, meeting.holds(count));
        })
    });
    let settings = Settings {
        threads: count,
        ..alone()
    };
    let (run, _) = executed(settings, suite(cases.collect()));
    assert!(run.failures().is_empty());

    // None at all is one.
    let most = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&most);
    let met = case("polyai::met", move |probe| {
        seen.fetch_add(1, Ordering::Relaxed);
        finds(probe, MUST, true);
    });
    let settings = Settings {
        threads: 0,
        ..alone()
    };
    executed(settings, suite(vec![met]));
    assert_eq!(most.load(Ordering::Relaxed), 1);
}

#[test]
fn the_time_of_a_case_is_in_microseconds() {
    assert_eq!(micros(Duration::from_millis(3)), 3_000);
    assert_eq!(micros(Duration::MAX), u64::MAX);
    let (run, events) = run_of(alone());
    let case = case("polyai::met", |probe| finds(probe, MUST, true));
    run_case(&run, suite(Vec::new()).as_ref(), &case, || Duration::from_secs(2)).unwrap();
    let events = events.0.lock().unwrap();
    let time = events.iter().find_map(|event| match event {
        Event::CaseFinished { elapsed_us, .. } => Some(*elapsed_us),
        _ => None,
    });
    assert_eq!(time, Some(2_000_000));
}

#[test]
fn the_trial_of_a_case_says_what_the_case_came_to() {
    let (run, _) = run_of(alone());
    let came_to = |body: fn(&Probe<'_>)| {
        let case = case("polyai::case", body);
        run_case(&run, suite(Vec::new()).as_ref(), &case, Duration::default)
    };
    let completion = came_to(|probe| finds(probe, MUST, true));
    assert!(matches!(completion, Ok(Completion::Completed)));
    let completion = came_to(|probe| probe.skip(MUST, "no key"));
    assert!(matches!(completion, Ok(Completion::Ignored { reason: Some(reason) }) if reason == "no key"));
    let failed = came_to(|probe| finds(probe, MUST, false)).err().unwrap();
    let message = failed.message().unwrap();
    assert!(message.contains(MUST) && message.contains("201"), "{message}");
}

#[test]
fn an_examination_is_what_the_suite_found() {
    let (run, _) = run_of(alone());
    let examined = examine(&run, suite(Vec::new()).as_ref()).unwrap();
    assert_eq!(examined.len(), 1);
    assert_eq!(examined[0].key, "keys.valid");
}

#[test]
fn a_suite_lacks_what_its_target_was_declared_not_to_offer() {
    let not_offered = NotOffered::new(["olbrain.upl".to_owned()]).unwrap();
    let target = target(Conduct {
        not_offered,
        ..Conduct::default()
    });
    let suite = ByHand {
        target,
        cases: Vec::new(),
        preflight: |_| Ok(()),
    };
    assert!(suite.lacking("olbrain.upl.size").is_some());
    assert_eq!(suite.lacking("olbrain.runs.get"), None);
    // Every server has what no suite says is a part of its own.
    assert_eq!(suite.part_of(&Request::new("POST", "/")), None);
}

#[test]
fn what_libtest_mimic_prints_goes_nowhere() {
    // The device is there, takes everything, and holds nothing.
    let text = std::fs::read_to_string(null_device()).unwrap();
    assert_eq!(text, "");
    let file = std::fs::File::options().write(true).open(null_device());
    std::io::Write::write_all(&mut file.unwrap(), b"running 3 tests").unwrap();
    assert_eq!(std::fs::read_to_string(null_device()).unwrap(), "");
}
