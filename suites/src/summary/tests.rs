//! What a run came to, from events made by hand.

use super::*;
use crate::by_hand;

fn check(requirement: &str, verdict: Verdict) -> Event {
    check_of("c", requirement, verdict)
}

fn check_of(case: &str, requirement: &str, verdict: Verdict) -> Event {
    Event::Check(Box::new(CheckRecord {
        case: case.into(),
        ..by_hand::record(requirement, verdict, "why")
    }))
}

fn summary(events: &[Event]) -> Summary {
    let mut summary = Summary::default();
    for event in events {
        summary.take(event);
    }
    summary
}

#[test]
fn the_worst_check_of_a_requirement_is_its_verdict() {
    let summary = summary(&[
        check("polyai.id.valid", Verdict::Pass),
        check("polyai.id.valid", Verdict::Fail),
        check("polyai.id.invalid", Verdict::Skip),
    ]);
    assert_eq!(summary.requirements()["polyai.id.valid"], Verdict::Fail);
    assert_eq!(summary.undecided(), [("polyai.id.invalid", vec!["why"])]);
    assert_eq!(summary.outcome(false), Outcome::NotConformant);
}

#[test]
fn nothing_verified_is_no_success() {
    assert_eq!(summary(&[]).outcome(false), Outcome::Undecided);
    let skipped = summary(&[check("polyai.id.valid", Verdict::Skip)]);
    assert_eq!(skipped.outcome(false), Outcome::Undecided);
    let passed = summary(&[check("polyai.id.valid", Verdict::Pass)]);
    assert_eq!(passed.outcome(false), Outcome::Conformant);
}

#[test]
fn what_stays_open_is_grouped_by_its_reason() {
    let targets = [("polyai".to_owned(), "http://h".to_owned())].into();
    let mut summary = summary(&[
        check("polyai.id.valid", Verdict::Skip),
        check("polyai.auth.revoked-key", Verdict::Skip),
        check("polyai.auth.missing-key", Verdict::Skip),
        check("polyai.auth.missing-key", Verdict::Pass),
    ]);
    summary.targets = targets;
    let groups = summary.not_decided();
    let why: Vec<_> = groups.iter().filter(|(reason, _)| reason == "why").collect();
    let expected = (
        "why".to_owned(),
        vec!["polyai.auth.revoked-key", "polyai.id.valid"],
    );
    assert_eq!(why, [&expected]);
    let named: usize = groups.iter().map(|(_, ids)| ids.len()).sum();
    assert_eq!(named + summary.not_asked(), summary.unverified_musts().len());
}

#[test]
fn what_is_not_offered_is_counted_apart() {
    let mut summary = summary(&[
        check("olbrain.wf.pollable", Verdict::Skip),
        check("olbrain.auth.missing", Verdict::Skip),
    ]);
    summary.targets = [("olbrain".to_owned(), "http://h".to_owned())].into();
    let all = summary.unverified_musts().len();
    let of_runs = |summary: &Summary| {
        let is_of_runs = |id: &&str| id.starts_with("olbrain.runs.");
        summary
            .left_open_as_not_offered()
            .into_iter()
            .filter(is_of_runs)
            .count()
    };
    assert_eq!(of_runs(&summary), 0);
    summary.not_offered = ["olbrain.runs".to_owned()].into();
    let parts = NotOffered::new(summary.not_offered.iter().cloned()).unwrap();
    for record in summary
        .checks
        .iter_mut()
        .filter(|record| record.requirement == "olbrain.wf.pollable")
    {
        record.expected = parts.reason("olbrain.runs.get").unwrap();
    }
    assert!(of_runs(&summary) > 20);
    let open: BTreeSet<&str> = summary
        .unverified_musts()
        .iter()
        .map(|row| row.id.as_str())
        .collect();
    assert!(!open.contains("olbrain.runs.get") && !open.contains("olbrain.wf.pollable"));
    assert!(open.contains("olbrain.auth.missing") && open.len() < all);
}

#[test]
fn a_warning_counts_only_when_strict() {
    let warned = summary(&[check("polyai.id.exact-messages", Verdict::Warn)]);
    assert_eq!(warned.outcome(false), Outcome::Conformant);
    assert_eq!(warned.outcome(true), Outcome::NotConformant);
}

#[test]
fn each_end_of_a_run_has_its_exit_code() {
    for (outcome, code) in [
        (Outcome::Conformant, 0),
        (Outcome::NotConformant, 1),
        (Outcome::Undecided, 3),
    ] {
        assert_eq!(outcome.exit_code(), code);
    }
}

#[test]
fn only_the_failure_that_was_tried_again_is_flaky() {
    let (one, other) = ("polyai.id.valid", "polyai.id.invalid");
    let checks = [
        check_of("a", one, Verdict::Fail),
        check_of("a", other, Verdict::Fail),
        check_of("a", one, Verdict::Warn),
        check_of("b", one, Verdict::Fail),
    ];
    let repeated = |again| Event::Repeated {
        case: "a".to_owned(),
        requirement: one.to_owned(),
        again,
        evidence: None,
    };
    let flaky = |again| {
        let summary = summary(&[&checks[..], &[repeated(again)]].concat());
        let flaky: Vec<bool> = summary.checks.iter().map(|check| check.flaky).collect();
        flaky
    };
    assert_eq!(flaky(false), [true, false, false, false]);
    assert_eq!(flaky(true), [false; 4]);
    // What fails steadily in one case is no flaky requirement.
    let steady = summary(&[&checks[..], &[repeated(false)]].concat());
    assert_eq!(steady.failed(), (vec![other, one], vec![]));
    let alone = summary(&[&checks[..1], &[repeated(false)]].concat());
    assert_eq!(alone.failed(), (vec![], vec![one]));
    assert_eq!(alone.outcome(false), Outcome::NotConformant);
}

#[test]
fn what_safe_mode_left_open_is_known_by_its_reason() {
    let mut withheld = check("polyai.id.valid", Verdict::Skip);
    if let Event::Check(record) = &mut withheld {
        record.expected = WITHHELD.to_owned();
    }
    let summary = summary(&[withheld, check("polyai.id.invalid", Verdict::Skip)]);
    assert_eq!(summary.left_open_by_safe_mode(), ["polyai.id.valid"].into());
}
