use serde_json::{Value, json};

use super::*;

/// Two attempts for each event, with these bodies.
fn bodies(events: &[[Value; 2]]) -> Recording {
    let mut recording = exact();
    for [first, second] in events {
        add(
            &mut recording,
            &[1.0],
            &[Answered::Status(503), Answered::Status(200)],
        );
        let from = recording.attempts.len() - 2;
        for (attempt, body) in recording.attempts[from..].iter_mut().zip([first, second]) {
            attempt.digest = Some(body.to_string());
            attempt.body = Some(body.clone());
        }
    }
    recording
}

#[test]
fn the_body_stays_the_same() {
    let same = bodies(&[[json!({"a": 1}), json!({"a": 1})]]);
    assert_eq!(verdict(&same, "same-body"), Verdict::Pass);
    let other = bodies(&[[json!({"a": 1}), json!({"a": 2})]]);
    assert_eq!(verdict(&other, "same-body"), Verdict::Warn);
}

#[test]
fn the_same_json_in_other_bytes_is_the_same_body() {
    let mut recording = bodies(&[[json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1})]]);
    recording.attempts[1].digest = Some("other".to_owned());
    let judgements = judge(&recording);
    assert_eq!(of(&judgements, "same-body").verdict, Verdict::Pass);
    assert_eq!(of(&judgements, "same-body").value, "0 of 1; 1 in other bytes");
}

#[test]
fn bodies_that_are_no_json_are_compared_by_their_bytes() {
    let mut recording = bodies(&[[json!(1), json!(1)]]);
    for attempt in &mut recording.attempts {
        attempt.body = None;
    }
    assert_eq!(verdict(&recording, "same-body"), Verdict::Pass);
    recording.attempts[1].digest = Some("other".to_owned());
    assert_eq!(verdict(&recording, "same-body"), Verdict::Warn);
    recording.attempts[1].digest = None;
    assert!(silent(&recording, "same-body"));
}

#[test]
fn the_key_stays_the_same() {
    let key = |key: &str| json!({"Idempotency-Key": key, "a": 1});
    let same = bodies(&[[key("x"), key("x")]]);
    assert_eq!(verdict(&same, "same-key"), Verdict::Pass);
    let changed = judge(&bodies(&[[key("x"), key("y\u{1b}")]]));
    assert_eq!(of(&changed, "same-key").verdict, Verdict::Fail);
    assert_eq!(of(&changed, "same-key").value, "1 of 1: \"x\", then \"y\\u001b\"");
    // The key is judged once, not again as a part of the body.
    assert_eq!(of(&changed, "same-body").verdict, Verdict::Pass);
    let dropped = bodies(&[[key("x"), json!({"a": 1})]]);
    assert_eq!(verdict(&dropped, "same-key"), Verdict::Fail);
    assert!(silent(&bodies(&[[json!({}), json!({})]]), "same-key"));
}

#[test]
fn events_have_keys_of_their_own() {
    let key = |key: &str| [json!({"Idempotency-Key": key}), json!({"Idempotency-Key": key})];
    let mut recording = bodies(&[key("x"), key("y")]);
    recording.numbered = true;
    assert_eq!(verdict(&recording, "distinct-keys"), Verdict::Pass);
    let mut shared = bodies(&[key("x"), key("x")]);
    assert_eq!(verdict(&shared, "distinct-keys"), Verdict::Skip);
    shared.numbered = true;
    assert_eq!(verdict(&shared, "distinct-keys"), Verdict::Fail);
    assert!(silent(&bodies(&[key("x")]), "distinct-keys"));
}

#[test]
fn the_key_is_a_member_of_the_body_where_a_duplicate_does_harm() {
    let with = json!({"Idempotency-Key": "x"});
    let mut present = bodies(&[[with.clone(), with]]);
    assert_eq!(verdict(&present, "key-in-body"), Verdict::Pass);
    present.side_effects = true;
    assert_eq!(verdict(&present, "key-in-body"), Verdict::Pass);
    let mut absent = bodies(&[[json!({}), json!({})]]);
    assert!(silent(&absent, "key-in-body"));
    absent.side_effects = true;
    assert_eq!(verdict(&absent, "key-in-body"), Verdict::Warn);
    absent.side_effects = false;
    absent.attempts[0].header_key = Some("x".to_owned());
    let judgements = judge(&absent);
    assert_eq!(of(&judgements, "key-in-body").verdict, Verdict::Warn);
    assert!(of(&judgements, "key-in-body").value.contains("only in a header"));
    let mut unseen = one(&[], &[200]);
    unseen.side_effects = true;
    assert_eq!(verdict(&unseen, "key-in-body"), Verdict::Skip);
}

#[test]
fn an_inkeep_event_keeps_its_id() {
    let inkeep = |first: Value, second: Value| {
        let mut recording = bodies(&[[first, second]]);
        recording.api = "inkeep".to_owned();
        recording
    };
    let same = inkeep(json!({"id": "a"}), json!({"id": "a"}));
    assert_eq!(verdict(&same, "stable-id"), Verdict::Pass);
    let other = inkeep(json!({"id": "a"}), json!({"id": "b"}));
    assert_eq!(verdict(&other, "stable-id"), Verdict::Warn);
    let none = inkeep(json!({}), json!({}));
    assert_eq!(
        of(&judge(&none), "stable-id").value,
        "1 of 1: absent, then absent"
    );
}
