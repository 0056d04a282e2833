//! Exact recordings, each rule both ways.

mod answers;
mod bodies;
mod disturbed;
mod pace;
mod schedule;

use std::time::Duration;

use super::{Judgement, Where, judge};
use crate::sender::{Answered, Attempt, Mode, Recording, Retries};
use crate::verdict::Verdict;

/// An exact recording: nothing takes time but what the sender waits for.
fn exact() -> Recording {
    Recording {
        mode: Mode::Virtual,
        ..Recording::new("olbrain")
    }
}

/// Adds an event: attempts that come so long after the answer before, with these answers, the last one repeated.
fn add(recording: &mut Recording, gaps: &[f64], answers: &[Answered]) {
    let event = recording
        .attempts
        .iter()
        .map(|attempt| attempt.event + 1)
        .max()
        .unwrap_or(0);
    let mut at = 0.0;
    for position in 0..=gaps.len() {
        let answer = answers[position.min(answers.len() - 1)];
        let mut attempt = Attempt::new(Duration::from_secs_f64(at * recording.scale), answer);
        attempt.event = event;
        attempt.answer_end = Some(attempt.head);
        recording.attempts.push(attempt);
        recording.watched_until = recording
            .watched_until
            .max(Duration::from_secs_f64((at + 130.0) * recording.scale));
        at += gaps.get(position).copied().unwrap_or(0.0);
    }
}

/// One event of an exact recording.
fn one(gaps: &[f64], statuses: &[u16]) -> Recording {
    let mut recording = exact();
    let answers: Vec<Answered> = statuses.iter().map(|status| Answered::Status(*status)).collect();
    add(&mut recording, gaps, &answers);
    recording
}

/// The documented schedule with a factor, without jitter, until 10 minutes are over.
fn documented(start: f64, factor: f64, cap: f64) -> Vec<f64> {
    let (mut gaps, mut delay, mut total) = (Vec::new(), start, 0.0);
    while total + delay.min(cap) <= 600.0 {
        gaps.push(delay.min(cap));
        total += delay.min(cap);
        delay *= factor;
    }
    gaps
}

fn of<'j>(judgements: &'j [Judgement], rule: &str) -> &'j Judgement {
    judgements
        .iter()
        .find(|judgement| judgement.rule == rule)
        .unwrap_or_else(|| panic!("no judgement by {rule} in {judgements:#?}"))
}

fn verdict(recording: &Recording, rule: &str) -> Verdict {
    of(&judge(recording), rule).verdict
}

fn silent(recording: &Recording, rule: &str) -> bool {
    judge(recording).iter().all(|judgement| judgement.rule != rule)
}

/// Ids of the rows that are not met, with the worst verdict of each.
fn not_met(recording: &Recording) -> Vec<(&'static str, Verdict)> {
    let mut rows: Vec<(&'static str, Verdict)> = judge(recording)
        .into_iter()
        .filter(|judgement| matches!(judgement.verdict, Verdict::Warn | Verdict::Fail))
        .map(|judgement| (judgement.requirement, judgement.verdict))
        .collect();
    rows.sort();
    rows.dedup();
    rows
}

#[test]
fn every_row_that_can_be_judged_is_in_the_catalogue() {
    for api in crate::registry::ids() {
        for id in crate::registry::retries(api).unwrap().rows() {
            let row = spec::requirement(id).unwrap_or_else(|| panic!("{id}"));
            assert_eq!(row.subject, spec::Subject::Sender, "{id}");
            assert!(row.untestable.is_none(), "{id}");
        }
    }
}

#[test]
fn an_api_without_a_schedule_is_observed_only() {
    for api in crate::registry::ids() {
        if matches!(crate::registry::retries(api), Some(Retries::Schedule(_))) {
            continue;
        }
        let mut recording = one(&[0.0, 0.0, 0.0], &[500, 404, 502, 200]);
        recording.api = api.to_owned();
        let judgements = judge(&recording);
        assert_eq!(judgements.len(), 1, "{judgements:#?}");
        assert_eq!(judgements[0].verdict, Verdict::Observed);
        assert_eq!(
            judgements[0].value,
            "sent again after 404, 0.00 s later; sent again after 500, 0.00 s later; sent again after 502, 0.00 s later"
        );
    }
}

#[test]
fn an_unknown_api_has_no_rules() {
    let mut recording = one(&[], &[503]);
    recording.api = "nobody".to_owned();
    assert_eq!(judge(&recording), []);
}

#[test]
fn an_empty_recording_decides_nothing() {
    assert_eq!(judge(&exact()), []);
}
