//! Failures that are tried again.

use super::*;

/// Fails for `MUST` each time and for `OTHER` the first time.
fn now_and_then(name: &str) -> Case {
    let times = AtomicU64::new(0);
    case(name, move |probe| {
        finds(probe, MUST, false);
        finds(probe, OTHER, times.fetch_add(1, Ordering::Relaxed) > 0);
    })
}

#[test]
fn a_failure_is_tried_again_and_said_to_repeat_or_not() {
    let cases = || {
        vec![
            now_and_then("polyai::broken"),
            case("polyai::met", |probe| finds(probe, MUST, true)),
        ]
    };
    let again = |settings: Settings| {
        let (_, words) = executed(settings, suite(cases()));
        let is_repeat = |word: &String| word.contains("again");
        words.into_iter().filter(is_repeat).collect::<Vec<_>>()
    };
    assert_eq!(again(alone()), [""; 0]);
    let repeats = Settings {
        repeats: true,
        ..alone()
    };
    assert_eq!(
        again(repeats),
        ["polyai.auth.ok again: false", "polyai.id.valid again: true"]
    );
}

/// Which of two failed cases are tried again, when the time reads as `clock` says each time it is asked for.
fn tried_again(clock: &[Duration], stops: bool) -> usize {
    let (run, events) = run_of(alone());
    let broken = |name: &str| {
        case(name, move |probe| {
            finds(probe, MUST, false);
            if stops {
                probe.run().stop(REASON.to_owned(), None);
            }
        })
    };
    let planned = plan(&[suite(vec![broken("one"), broken("two")])]);
    let failure = Failure {
        requirement: MUST.to_owned(),
        evidence: None,
    };
    let failures: BTreeMap<_, _> = ["one", "two"]
        .map(|name| (name.to_owned(), vec![failure.clone()]))
        .into();
    let readings = Mutex::new(clock.iter());
    let elapsed = || *readings.lock().unwrap().next().unwrap();
    repeat::repeat(&run, &planned, &failures, elapsed);
    let words = events.words();
    words.iter().filter(|word| word.contains("again")).count()
}

#[test]
fn failures_are_tried_again_for_a_bounded_time() {
    let begun = Duration::from_secs(100);
    let at = |after: Duration| begun + after;
    let just_over = repeat::REPEAT_TIME + Duration::from_nanos(1);
    assert_eq!(tried_again(&[begun, begun, begun], false), 2);
    assert_eq!(tried_again(&[begun, begun, at(repeat::REPEAT_TIME)], false), 2);
    assert_eq!(tried_again(&[begun, begun, at(just_over)], false), 1);
    assert_eq!(tried_again(&[begun, at(just_over)], false), 0);
}

#[test]
fn what_fails_when_the_run_stops_does_not_count_as_a_repeat() {
    let begun = Duration::ZERO;
    assert_eq!(tried_again(&[begun, begun, begun], true), 0);
}

#[test]
fn nothing_is_tried_again_in_a_run_that_has_stopped() {
    let sent = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&sent);
    let broken = case("polyai::broken", move |probe| {
        seen.fetch_add(1, Ordering::Relaxed);
        finds(probe, MUST, false);
    });
    let last = case("polyai::stops", |probe| probe.run().stop(REASON.to_owned(), None));
    let repeats = Settings {
        repeats: true,
        ..alone()
    };
    executed(repeats, suite(vec![broken, last]));
    assert_eq!(sent.load(Ordering::Relaxed), 1);
}
