//! The language-neutral vectors say what the judge says, and their form is the documented one.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use suites::sender::judged::Judged;
use suites::sender::{Answered, Attempt, HostTrace, Mode, Recording, Slow, Stall, attempts_file};
use suites::verdict::Verdict;

const VECTORS: &str = include_str!("../vectors/retry.json");
const SCHEMA: &str = include_str!("../schemas/attempts.schema.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    schema: String,
    #[serde(rename = "about")]
    _about: Vec<String>,
    decisions: Vec<Decision>,
    recordings: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    name: String,
    answers: Vec<Answered>,
    retry_after_s: Option<f64>,
    elapsed_s: Option<f64>,
    then: Then,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Then {
    again: Option<bool>,
    earliest_s: Option<f64>,
    latest_s: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    about: String,
    recording: Value,
    expect: BTreeMap<String, String>,
}

fn vectors() -> Vectors {
    serde_json::from_str(VECTORS).unwrap()
}

fn verdicts(recordings: Vec<Recording>) -> BTreeMap<String, Verdict> {
    let judged = Judged::new(recordings);
    let worst = judged.by_requirement();
    worst
        .into_iter()
        .map(|(id, judgement)| (id.to_owned(), judgement.verdict))
        .collect()
}

#[test]
fn every_recording_gets_the_verdicts_it_names() {
    let vectors = vectors();
    assert_eq!(vectors.schema, "hookproof.retry-vectors/1");
    let mut faults = Vec::new();
    for vector in &vectors.recordings {
        assert!(
            !vector.about.is_empty() && !vector.expect.is_empty(),
            "{}",
            vector.name
        );
        let text = vector.recording.to_string();
        let got = verdicts(attempts_file::recordings(&vector.name, &text, None).unwrap());
        for (row, expected) in &vector.expect {
            let got = got.get(row).map_or("nothing", |verdict| verdict.word());
            if got != expected {
                faults.push(format!("{}: {row} is {got}, not {expected}", vector.name));
            }
        }
        // A vector that is wrong in one thing is wrong in what it names.
        let unnamed = got
            .iter()
            .filter(|(row, verdict)| **verdict == Verdict::Fail && !vector.expect.contains_key(*row));
        faults.extend(unnamed.map(|(row, _)| format!("{}: {row} fails, and is not named", vector.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A decision is right if the judge accepts who takes it, and fails who takes the other one.
#[test]
fn every_decision_is_the_one_that_the_judge_accepts() {
    for decision in vectors().decisions {
        let name = &decision.name;
        let Some(again) = decision.then.again else {
            let got = verdicts(vec![taken(&decision, Some(1.0))]);
            assert!(
                got.values().all(|verdict| *verdict <= Verdict::Pass),
                "{name}: {got:?}"
            );
            continue;
        };
        let right = verdicts(vec![taken(&decision, again.then_some(3.0))]);
        assert!(
            right.values().all(|verdict| *verdict <= Verdict::Pass),
            "{name}: {right:?}"
        );
        if decision.elapsed_s.is_none() && decision.answers.len() < 3 {
            let wrong = verdicts(vec![taken(&decision, (!again).then_some(1.0))]);
            let verdict = if decision.retry_after_s.is_some() && again {
                Verdict::Skip
            } else {
                Verdict::Fail
            };
            assert!(wrong.values().any(|got| *got == verdict), "{name}: {wrong:?}");
        }
        if again {
            let latest = decision.then.latest_s.unwrap_or(60.0);
            assert!(
                decision.then.earliest_s.unwrap() < latest && latest <= 60.0,
                "{name}"
            );
        }
    }
}

/// What is recorded of a sender that gets these answers, and goes on after that delay or not at all.
fn taken(decision: &Decision, delay: Option<f64>) -> Recording {
    let mut recording = Recording::new("olbrain");
    recording.mode = Mode::Virtual;
    // The delays before it are the documented ones.
    let (mut at, mut next, mut step) = (0.0, 1.0, 0.0);
    for (index, answer) in decision.answers.iter().enumerate() {
        let mut attempt = Attempt::new(Duration::from_secs_f64(at), *answer);
        if index + 1 == decision.answers.len() {
            attempt.retry_after = decision.retry_after_s.map(Duration::from_secs_f64);
        }
        recording.attempts.push(attempt);
        step = f64::min(next, 60.0);
        at += step;
        next *= 2.0;
    }
    if let Some(elapsed) = decision.elapsed_s {
        assert!(
            (at - step - elapsed).abs() < 1.0,
            "{}: {at} - {step}",
            decision.name
        );
    }
    if let Some(delay) = delay {
        let head = Duration::from_secs_f64(at - step + delay);
        recording.attempts.push(Attempt::new(head, Answered::Status(200)));
    }
    // Long enough to see that nothing follows, not long enough to say that anybody has given up.
    recording.watched_until = Duration::from_secs_f64(at + 60.0);
    recording
}

#[test]
fn the_schema_names_every_member_and_no_other() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut full = Recording::new("olbrain");
    full.scenario = Some("s".to_owned());
    full.overhead = Some(suites::sender::Overhead::default());
    let (from, until) = (Duration::ZERO, Duration::ZERO);
    full.host = Some(HostTrace {
        stalls: vec![Stall { from, until }],
        slow: vec![Slow {
            from,
            until,
            times: 1.0,
        }],
    });
    let mut attempt = Attempt::new(Duration::ZERO, Answered::Truncated(200));
    attempt.body_end = Some(Duration::ZERO);
    attempt.answer_end = Some(Duration::ZERO);
    attempt.retry_after = Some(Duration::ZERO);
    attempt.digest = Some(String::new());
    attempt.body = Some(Value::Bool(true));
    attempt.header_key = Some(String::new());
    full.attempts.push(attempt);
    let written = serde_json::to_value(&full).unwrap();
    let names = |value: &Value| -> Vec<String> {
        let mut names: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    let of = |definition: &str| &schema["$defs"][definition];
    assert_eq!(names(&of("recording")["properties"]), names(&written));
    assert_eq!(
        names(&of("attempt")["properties"]),
        names(&written["attempts"][0])
    );
    assert_eq!(
        names(&of("recording")["properties"]["overhead"]["properties"]),
        names(&written["overhead"])
    );
    let apis: Vec<&str> = suites::registry::ids().collect();
    assert_eq!(
        of("recording")["properties"]["api"]["enum"],
        serde_json::json!(apis)
    );
}
