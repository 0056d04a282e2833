//! When a run stops, and what it keeps count of.

use std::time::Duration;

use super::*;
use crate::by_hand;
use crate::http::{NoAnswer, Request};

fn run() -> Run {
    Run::new(Settings::default(), Vec::new())
}

fn answered(status: u16) -> Exchange {
    by_hand::exchange(Request::new("POST", "/"), status, &[], "")
}

fn unanswered(kind: NoAnswerKind) -> Exchange {
    let none = NoAnswer {
        kind,
        detail: "nobody is there".to_owned(),
    };
    Exchange {
        number: 1,
        request: Request::new("POST", "/"),
        answer: Err(none),
        elapsed: Duration::ZERO,
    }
}

/// How many such exchanges in a row end a run.
fn ends_after(exchange: &Exchange) -> Option<u32> {
    let run = run();
    (1..=2 * UNANSWERED_LIMIT).find(|_| {
        run.count(exchange);
        run.stopped().is_some()
    })
}

#[test]
fn a_target_that_has_gone_away_ends_the_run() {
    assert_eq!(ends_after(&unanswered(NoAnswerKind::TimedOut)), Some(12));
    // Where not even a connection is made, nothing more will come.
    assert_eq!(ends_after(&unanswered(NoAnswerKind::Unreachable)), Some(4));
    assert_eq!(ends_after(&answered(429)), Some(12));
    assert_eq!(ends_after(&answered(503)), None);
    let run = run();
    for _ in 0..UNANSWERED_LIMIT {
        run.count(&unanswered(NoAnswerKind::Closed));
    }
    let reason = run.stopped().unwrap();
    let expected = "the target stopped answering: 12 requests in a row without an answer, the last because nobody is there";
    assert_eq!(reason, expected);
    // More of the same is no further reason.
    run.count(&unanswered(NoAnswerKind::Closed));
    assert_eq!(run.stopped(), Some(expected));
}

#[test]
fn one_answer_between_is_enough_to_go_on() {
    for (often, once) in [
        (unanswered(NoAnswerKind::TimedOut), answered(201)),
        (answered(429), answered(201)),
    ] {
        let run = run();
        for _ in 0..3 {
            for _ in 1..UNANSWERED_LIMIT {
                run.count(&often);
            }
            run.count(&once);
        }
        assert_eq!(run.stopped(), None, "{}", often.in_short());
        assert_eq!(run.requests(), u64::from(3 * UNANSWERED_LIMIT));
    }
}

#[test]
fn the_first_reason_to_stop_stays() {
    let run = run();
    run.stop("one".to_owned(), None);
    run.stop("two".to_owned(), None);
    assert_eq!(run.stopped(), Some("one"));
}

#[test]
fn a_requirement_fails_first_once() {
    let run = run();
    let is_first = |ids: &[&str]| run.is_first_failure(ids.iter().copied());
    assert!(is_first(&["a", "b"]));
    assert!(!is_first(&["a", "b"]));
    assert!(is_first(&["b", "c"]), "c is new");
    assert!(is_first(&["d", "c"]), "d is new");
    assert!(!is_first(&["d"]));
    assert!(!is_first(&[]));
}

#[test]
fn only_a_run_that_is_to_fail_fast_is_over_after_a_failure() {
    for fail_fast in [false, true] {
        let settings = Settings {
            fail_fast,
            ..Settings::default()
        };
        let run = Run::new(settings, Vec::new());
        assert!(!run.is_over());
        run.note_failure("polyai::broken", Vec::new());
        assert_eq!(run.is_over(), fail_fast);
    }
}

#[test]
fn a_choice_of_bases_leaves_the_others_out() {
    let settings = |bases: &[Basis]| Settings {
        bases: bases.to_vec(),
        ..Settings::default()
    };
    assert!(settings(&[]).judges(Basis::Vendor));
    assert!(settings(&[Basis::Documented, Basis::Vendor]).judges(Basis::Vendor));
    assert!(!settings(&[Basis::Documented]).judges(Basis::Vendor));
}

#[test]
fn one_input_of_one_case_is_replayed() {
    let replay = Settings::parse_replay("polyai::extract::json@00000000000000ff");
    assert_eq!(replay, Some(("polyai::extract::json".to_owned(), 255)));
    let settings = Settings {
        replay,
        ..Settings::default()
    };
    assert_eq!(settings.replay_of("polyai::extract::json"), Some(255));
    assert_eq!(settings.replay_of("polyai::extract::form"), None);
    assert_eq!(Settings::default().replay_of("polyai::extract::json"), None);
}

/// Writes nothing, and says so at the end.
struct Full(bool);

impl Sink for Full {
    fn take(&mut self, _event: &Event) {}

    fn wants_exchanges(&self) -> bool {
        self.0
    }

    fn finish(&mut self) -> Result<(), String> {
        Err("the disk is full".to_owned())
    }
}

#[test]
fn what_could_not_be_written_is_said_at_the_end() {
    let run = Run::new(Settings::default(), vec![Box::new(Full(false))]);
    assert_eq!(run.finish(), ["the disk is full"]);
    assert_eq!(self::run().finish(), [""; 0]);
}

#[test]
fn records_of_exchanges_are_made_where_somebody_reads_them() {
    for wanted in [false, true] {
        let run = Run::new(Settings::default(), vec![Box::new(Full(wanted))]);
        let made = std::cell::Cell::new(false);
        run.emit_exchange(|| {
            made.set(true);
            ExchangeRecord {
                case: String::new(),
                number: 1,
                method: "POST".to_owned(),
                target: "/".to_owned(),
                request_headers: Vec::new(),
                request_body: String::new(),
                status: None,
                response_headers: Vec::new(),
                response_body: String::new(),
                no_answer: None,
                elapsed_us: 0,
            }
        });
        assert_eq!(made.get(), wanted);
    }
}
