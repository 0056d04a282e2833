use super::*;

/// A first answer that is held for so many seconds, and a second attempt that long after the first.
fn held(seconds: f64, second: f64) -> Recording {
    let mut recording = one(&[second], &[503, 200]);
    recording.attempts[0].answer_end = Some(Duration::from_secs_f64(seconds));
    recording
}

#[test]
fn a_retry_waits_for_the_answer() {
    assert_eq!(verdict(&held(3.0, 4.0), "no-overlap"), Verdict::Pass);
    assert_eq!(verdict(&held(3.0, 2.0), "no-overlap"), Verdict::Warn);
    // The server may note its last byte a little later than the client reads it.
    assert_eq!(verdict(&held(3.0, 2.999), "no-overlap"), Verdict::Pass);
    assert!(silent(&held(0.5, 0.1), "no-overlap"));
}

/// A 503 that asks for 3 s, and a retry after so many.
fn asked(gap: f64) -> Recording {
    let mut recording = one(&[gap], &[503, 200]);
    recording.attempts[0].retry_after = Some(Duration::from_secs(3));
    recording
}

#[test]
fn retry_after_is_waited_for() {
    assert_eq!(verdict(&asked(3.0), "retry-after"), Verdict::Pass);
    assert_eq!(verdict(&asked(2.96), "retry-after"), Verdict::Pass);
    assert_eq!(verdict(&asked(2.9), "retry-after"), Verdict::Warn);
    // A wait that the server asked for is no delay of the schedule.
    assert!(silent(&asked(30.0), "first-delay-late"));
    let mut once = asked(3.0);
    once.attempts.truncate(1);
    assert_eq!(verdict(&once, "retry-after"), Verdict::Skip);
}

#[test]
fn at_a_scale_a_scaled_wait_is_long_enough_and_so_is_a_real_one() {
    for (scaled, wanted) in [(3.0, Verdict::Pass), (150.0, Verdict::Pass), (1.0, Verdict::Warn)] {
        let mut recording = asked(scaled);
        recording.mode = Mode::Scaled;
        recording.scale = 0.02;
        for attempt in &mut recording.attempts {
            attempt.head = attempt.head.mul_f64(0.02);
            attempt.answer_end = None;
        }
        assert_eq!(verdict(&recording, "retry-after"), wanted, "{scaled}");
    }
}

#[test]
fn retry_after_in_a_4xx_asks_for_nothing() {
    let mut recording = one(&[], &[429]);
    recording.attempts[0].retry_after = Some(Duration::from_secs(3));
    assert!(silent(&recording, "retry-after"));
    assert_eq!(verdict(&recording, "stops-at-4xx"), Verdict::Pass);
}

/// An event with four failures, and afterwards another one whose first delay is given.
fn two_events(first_delay: f64) -> Recording {
    let mut recording = one(&[1.0, 2.0, 4.0, 8.0], &[503, 503, 503, 503, 200]);
    recording.one_process = true;
    for (at, status) in [(20.0, 503), (20.0 + first_delay, 200)] {
        let mut attempt = Attempt::new(Duration::from_secs_f64(at), Answered::Status(status));
        attempt.event = 1;
        recording.attempts.push(attempt);
    }
    recording
}

#[test]
fn the_next_event_begins_anew() {
    assert_eq!(verdict(&two_events(1.0), "fresh-start"), Verdict::Pass);
    assert_eq!(verdict(&two_events(16.0), "fresh-start"), Verdict::Warn);
    let mut processes = two_events(16.0);
    processes.one_process = false;
    assert!(silent(&processes, "fresh-start"));
    // In real time one long gap may be a pause of the host.
    let mut real = two_events(16.0);
    real.mode = Mode::Real;
    assert_eq!(verdict(&real, "fresh-start"), Verdict::Skip);
}
