use super::*;

#[test]
fn a_retry_after_502_503_or_504_is_wanted() {
    for (status, row) in [
        (502, "olbrain.retry.on-502"),
        (503, "olbrain.retry.on-503"),
        (504, "olbrain.retry.on-504"),
    ] {
        let retried = judge(&one(&[1.0], &[status, 200]));
        assert_eq!(of(&retried, "retries").requirement, row);
        assert_eq!(of(&retried, "retries").verdict, Verdict::Pass);
        let dropped = judge(&one(&[], &[status]));
        assert_eq!(of(&dropped, "retries").requirement, row);
        assert_eq!(of(&dropped, "retries").verdict, Verdict::Fail);
    }
}

#[test]
fn silence_counts_only_when_it_was_listened_to() {
    let mut recording = one(&[], &[503]);
    recording.watched_until = Duration::from_millis(4_900);
    assert_eq!(verdict(&recording, "retries"), Verdict::Skip);
    recording.watched_until = Duration::from_secs(5);
    assert_eq!(verdict(&recording, "retries"), Verdict::Fail);
    // At a scale, real time has to pass too, and what was measured of the sender comes on top.
    recording.mode = Mode::Scaled;
    recording.scale = 0.02;
    recording.watched_until = Duration::from_millis(500);
    assert_eq!(verdict(&recording, "retries"), Verdict::Skip);
    recording.watched_until = Duration::from_millis(520);
    assert_eq!(verdict(&recording, "retries"), Verdict::Fail);
    recording.overhead = Some(crate::sender::Overhead {
        host: Duration::ZERO,
        client: Duration::from_millis(100),
    });
    assert_eq!(verdict(&recording, "retries"), Verdict::Skip);
}

#[test]
fn the_last_attempt_before_giving_up_needs_no_retry() {
    assert_eq!(verdict(&one(&[1.0, 2.0], &[503]), "retries"), Verdict::Pass);
}

#[test]
fn no_4xx_is_retried() {
    for status in [400, 401, 403, 404, 408, 409, 413, 415, 422, 425, 429, 499] {
        assert_eq!(
            verdict(&one(&[], &[status]), "stops-at-4xx"),
            Verdict::Pass,
            "{status}"
        );
        let again = judge(&one(&[1.0], &[status, 200]));
        let judgement = of(&again, "stops-at-4xx");
        assert_eq!(judgement.verdict, Verdict::Fail, "{status}");
        assert_eq!(judgement.value, format!("1 after {status}"));
        assert_eq!(judgement.at, [Where { event: 0, attempt: 1 }]);
    }
    assert!(silent(&one(&[], &[500]), "stops-at-4xx"));
    assert!(silent(&one(&[], &[399]), "stops-at-4xx"));
}

#[test]
fn a_4xx_that_is_retried_names_only_the_statuses_that_were() {
    let mut recording = one(&[], &[404]);
    add(
        &mut recording,
        &[1.0],
        &[Answered::Status(429), Answered::Status(200)],
    );
    assert_eq!(of(&judge(&recording), "stops-at-4xx").value, "1 after 429");
}

#[test]
fn silence_after_a_4xx_must_have_been_listened_to() {
    let mut recording = one(&[], &[404]);
    recording.watched_until = Duration::from_secs(4);
    let judgements = judge(&recording);
    assert_eq!(of(&judgements, "stops-at-4xx").verdict, Verdict::Skip);
    assert!(of(&judgements, "stops-at-4xx").note.is_some());
}

#[test]
fn a_4xx_after_a_503_ends_the_event() {
    assert_eq!(
        verdict(&one(&[1.0], &[503, 404]), "stops-at-later-4xx"),
        Verdict::Pass
    );
    let again = one(&[1.0, 2.0], &[503, 404, 200]);
    assert_eq!(verdict(&again, "stops-at-later-4xx"), Verdict::Fail);
    assert!(silent(&again, "stops-at-4xx"));
    // What follows a 4xx that was retried wrongly is no second fault.
    assert!(silent(&one(&[1.0, 1.0], &[404, 404, 200]), "stops-at-later-4xx"));
}

#[test]
fn success_ends_the_event() {
    for status in [200, 201, 202, 204] {
        assert_eq!(
            verdict(&one(&[1.0, 2.0], &[503, 503, status]), "stops-at-success"),
            Verdict::Pass
        );
        assert_eq!(
            verdict(
                &one(&[1.0, 2.0, 4.0], &[503, 503, status, 200]),
                "stops-at-success"
            ),
            Verdict::Fail
        );
    }
}

#[test]
fn a_500_is_observed_either_way() {
    let again = judge(&one(&[1.0], &[500, 200]));
    assert_eq!(of(&again, "after-500").verdict, Verdict::Observed);
    assert_eq!(
        of(&again, "after-500").value,
        "sent again after 500, 1.00 s later"
    );
    let not = judge(&one(&[], &[500]));
    assert_eq!(of(&not, "after-500").verdict, Verdict::Observed);
    assert_eq!(of(&not, "after-500").value, "not sent again after 500");
}

#[test]
fn a_cut_connection_is_observed_either_way() {
    let mut recording = exact();
    add(&mut recording, &[1.0], &[Answered::Reset, Answered::Status(200)]);
    add(&mut recording, &[], &[Answered::Reset]);
    add(&mut recording, &[], &[Answered::Truncated(200)]);
    add(&mut recording, &[], &[Answered::Silence]);
    let judgements = judge(&recording);
    let seen = of(&judgements, "after-no-answer");
    assert_eq!(seen.requirement, "olbrain.retry.network-errors");
    assert_eq!(seen.verdict, Verdict::Observed);
    assert_eq!(
        seen.value,
        "sent again after 1 of 2 times a reset, 1.00 s later; not sent again after a truncated answer; not sent again \
         after silence"
    );
    // A truncated 200 is no success that ends an event.
    assert!(silent(&one(&[], &[503]), "after-no-answer"));
}

#[test]
fn who_was_asked_to_wait_and_did_not_come_is_not_failed_for_the_503() {
    let mut recording = one(&[], &[503]);
    assert_eq!(verdict(&recording, "retries"), Verdict::Fail);
    recording.attempts[0].retry_after = Some(Duration::from_secs(10));
    assert!(silent(&recording, "retries"));
    assert_eq!(verdict(&recording, "retry-after"), Verdict::Skip);
}
