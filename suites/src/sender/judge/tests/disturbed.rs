//! Hosts that stand still, or are busy, while a correct or a wrong sender is recorded.

use super::*;
use crate::sender::{HostTrace, Overhead, Slow, Stall};

const SCALE: f64 = 0.02;

fn real(schedule_s: f64) -> Duration {
    Duration::from_secs_f64(schedule_s * SCALE)
}

/// A scaled recording whose overhead was measured on a quiet host.
fn scaled() -> Recording {
    Recording {
        mode: Mode::Scaled,
        scale: SCALE,
        overhead: Some(Overhead {
            host: Duration::from_millis(2),
            client: Duration::from_millis(4),
        }),
        ..Recording::new("olbrain")
    }
}

/// So many events with the same gaps, all answered with 503.
fn equal(events: usize, gaps: &[f64]) -> Recording {
    let mut recording = scaled();
    for _ in 0..events {
        add(&mut recording, gaps, &[Answered::Status(503)]);
    }
    recording
}

/// The same recording on a host that stood still from and until these seconds of the schedule. What came meanwhile
/// was noted at the end of the stall only.
fn stalled(mut recording: Recording, stalls: &[(f64, f64)]) -> Recording {
    let stall = |(from, until): &(f64, f64)| Stall {
        from: real(*from),
        until: real(*until),
    };
    recording.host = Some(HostTrace {
        stalls: stalls.iter().map(stall).collect(),
        slow: Vec::new(),
    });
    recording
}

/// Every second delay of the documented schedule is held up by so much, and that is what the host says, too.
fn held_up(by: f64) -> Recording {
    let gaps = documented(1.0, 2.0, 60.0);
    let (mut at, mut stalls, mut held) = (0.0, Vec::new(), Vec::new());
    for (index, gap) in gaps.iter().enumerate() {
        let meant = at + gap;
        at = meant;
        if index % 2 == 0 {
            at += by;
            stalls.push((meant, at));
            held.push(gap + by);
        } else {
            held.push(*gap);
        }
    }
    stalled(equal(8, &held), &stalls)
}

#[test]
fn a_correct_sender_on_a_host_that_stands_still_is_not_failed() {
    for by in [1.0, 5.0, 15.0, 45.0, 120.0] {
        let mut recording = held_up(by);
        assert!(not_met(&recording).is_empty(), "{by}: {:?}", not_met(&recording));
        // Without the measurement the same attempts would be those of a wrong one.
        recording.host = None;
        assert!(by < 5.0 || !not_met(&recording).is_empty(), "{by}");
    }
}

#[test]
fn what_depends_on_a_stall_is_undecided_and_says_so() {
    let recording = held_up(45.0);
    let judgements = judge(&recording);
    let cap = of(&judgements, "largest-delay");
    assert_eq!((cap.verdict, cap.value.as_str()), (Verdict::Skip, "105 s"));
    let note = cap.note.as_deref().unwrap();
    assert!(
        note.starts_with("the host stood still, or was too busy, for up to 45.0 s of the schedule"),
        "{note}"
    );
}

#[test]
fn stalls_elsewhere_excuse_nobody() {
    // A stall of 100 s in a delay that is long enough without it; and one in the silence at the end.
    let gaps = documented(1.0, 2.0, 300.0);
    let total: f64 = gaps.iter().sum();
    let recording = stalled(equal(8, &gaps), &[(260.0, 360.0), (total + 1.0, total + 5.0)]);
    assert_eq!(not_met(&recording), [("olbrain.retry.cap", Verdict::Fail)]);
    let recording = stalled(equal(8, &documented(5.0, 2.0, 60.0)), &[(200.0, 230.0)]);
    assert_eq!(not_met(&recording), [("olbrain.retry.start", Verdict::Fail)]);
}

#[test]
fn a_busy_host_multiplies_what_the_sender_takes_itself() {
    let late: Vec<f64> = documented(1.0, 2.0, 60.0).iter().map(|gap| gap + 10.0).collect();
    let mut recording = equal(8, &late);
    assert!(not_met(&recording).contains(&("olbrain.retry.start", Verdict::Fail)));
    recording.host = Some(HostTrace {
        stalls: Vec::new(),
        slow: vec![Slow {
            from: Duration::ZERO,
            until: recording.watched_until,
            // 4 ms become 204 ms, which are 10.2 s of the schedule.
            times: 51.0,
        }],
    });
    assert_eq!(not_met(&recording), []);
    // A cap of 300 s is no matter of 10 s.
    let host = recording.host.clone();
    let mut recording = equal(8, &documented(1.0, 2.0, 300.0));
    recording.host = host;
    assert_eq!(not_met(&recording), [("olbrain.retry.cap", Verdict::Fail)]);
}

/// Attempts that are all noted late but every second one: the delays after the late ones look too short.
#[test]
fn an_attempt_that_is_noted_late_makes_no_delay_too_short() {
    let mut recording = equal(16, &[0.1, 3.0, 4.0, 8.0, 16.0, 32.0]);
    for attempt in &mut recording.attempts {
        attempt.head += real(1.0);
        attempt.answer_end = Some(attempt.head);
    }
    recording.watched_until += real(1.0);
    assert!(not_met(&recording).contains(&("olbrain.retry.start", Verdict::Fail)));
    let recording = stalled(recording, &[(0.1, 1.0)]);
    let start = not_met(&recording);
    assert!(
        start.iter().all(|(row, _)| *row != "olbrain.retry.start"),
        "{start:?}"
    );
}

#[test]
fn one_stall_that_ends_all_delays_at_once_makes_no_steady_sender() {
    // Scattered delays, of which the third and fifth end with a stall in every event.
    let mut recording = scaled();
    let mut stalls = Vec::new();
    for event in 0..8 {
        let share = 0.3 + 0.08 * f64::from(event);
        let ends = [share, 3.0 * share, 30.0, 30.0 + 10.0 * share, 90.0];
        let mut gaps = Vec::new();
        let mut before = 0.0;
        for end in ends {
            gaps.push(end - before);
            before = end;
        }
        add(&mut recording, &gaps, &[Answered::Status(503)]);
        stalls = vec![(3.0 * share + 2.0, 30.0), (30.0 + 10.0 * share + 5.0, 90.0)];
    }
    let recording = stalled(recording, &stalls);
    let judgements = judge(&recording);
    assert!(judgements.iter().all(|judgement| judgement.rule != "first-delay"));
}

#[test]
fn silence_in_which_nobody_could_send_is_no_silence() {
    let mut recording = equal(1, &[]);
    recording.watched_until = real(40.0);
    assert_eq!(verdict(&recording, "retries"), Verdict::Fail);
    let recording = stalled(recording, &[(1.0, 20.0)]);
    assert_eq!(verdict(&recording, "retries"), Verdict::Skip);
    let given_up = stalled(equal(8, &documented(1.0, 2.0, 60.0)), &[(560.0, 600.0)]);
    assert_eq!(verdict(&given_up, "silence-after-give-up"), Verdict::Skip);
}

#[test]
fn an_answer_that_the_host_held_back_may_not_have_been_heard() {
    let mut recording = scaled();
    let answers = [Answered::Status(404), Answered::Status(200)];
    add(&mut recording, &[7.0], &answers);
    assert_eq!(verdict(&recording, "stops-at-4xx"), Verdict::Fail);
    assert_eq!(
        verdict(&stalled(recording.clone(), &[(0.0, 1.0)]), "stops-at-4xx"),
        Verdict::Fail
    );
    let recording = stalled(recording, &[(0.0, 6.0)]);
    assert_eq!(verdict(&recording, "stops-at-4xx"), Verdict::Skip);
}

#[test]
fn an_answer_that_the_host_held_too_long_is_not_overlapped() {
    let mut recording = scaled();
    add(
        &mut recording,
        &[5.0],
        &[Answered::Status(503), Answered::Status(200)],
    );
    // Planned for 3 s, and held for 9 s.
    recording.attempts[0].answer_end = Some(real(9.0));
    assert_eq!(verdict(&recording, "no-overlap"), Verdict::Warn);
    let recording = stalled(recording, &[(3.0, 9.0)]);
    assert_eq!(verdict(&recording, "no-overlap"), Verdict::Skip);
}

#[test]
fn a_wait_that_was_asked_for_counts_from_when_the_attempt_was_made() {
    let mut recording = scaled();
    add(
        &mut recording,
        &[2.5],
        &[Answered::Status(503), Answered::Status(200)],
    );
    for attempt in &mut recording.attempts {
        attempt.head += real(1.0);
    }
    recording.attempts[0].retry_after = Some(Duration::from_secs(3));
    recording.attempts[0].answer_end = None;
    recording.attempts[1].answer_end = None;
    assert_eq!(verdict(&recording, "retry-after"), Verdict::Warn);
    assert_eq!(
        verdict(&stalled(recording, &[(0.2, 1.0)]), "retry-after"),
        Verdict::Skip
    );
}

#[test]
fn a_delay_that_the_host_added_is_not_one_of_the_event_before() {
    let mut recording = scaled();
    recording.one_process = true;
    for (event, begin) in [0.0, 100.0, 200.0].into_iter().enumerate() {
        let mut one = scaled();
        let answers = [503, 503, 503, 503, 200].map(Answered::Status);
        let first = if event == 0 { 1.0 } else { 6.0 };
        add(&mut one, &[first, 2.0, 4.0, 8.0], &answers);
        for mut attempt in one.attempts {
            attempt.event = u32::try_from(event).unwrap();
            attempt.head += real(begin);
            attempt.answer_end = None;
            recording.attempts.push(attempt);
        }
    }
    recording.watched_until = real(400.0);
    assert_eq!(verdict(&recording, "fresh-start"), Verdict::Warn);
    let recording = stalled(recording, &[(101.0, 106.0), (201.0, 206.0)]);
    assert_eq!(verdict(&recording, "fresh-start"), Verdict::Skip);
}
