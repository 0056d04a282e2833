//! Twins that do something else than the reference: in what they send, and in when they do not wait or end.

use std::time::Duration;

use serde_json::{Value, json};
use suites::sender::reference::{Backoff, Clock, Delivered, Jitter, Policy, Reply, Transport, deliver};
use suites::verdict::Verdict;

use super::stage::{Counted, Server, all_scenarios, event, not_met, now, play, random};

#[test]
fn a_twin_that_does_not_wait_for_retry_after_is_warned_of() {
    let mut policy = Policy::documented(Jitter::None);
    policy.heeds_retry_after = false;
    let row = ("olbrain.retry.retry-after", Verdict::Warn);
    assert_eq!(not_met(all_scenarios(&policy)), [row]);
}

#[test]
fn a_twin_that_goes_on_after_a_later_4xx() {
    // It looks at the status of the first answer only.
    let mut policy = Policy::documented(Jitter::None);
    policy.retries = |status| matches!(status, 404 | 502..=504);
    let row = ("olbrain.retry.not-4xx.later", Verdict::Fail);
    assert_eq!(not_met(vec![play(&policy, &[503, 404, 200], |_| {})]), [row]);
}

#[test]
fn twins_that_change_what_they_send() {
    type Bend = fn(usize, u32, Value) -> (Value, Option<String>);
    let policy = Policy::documented(Jitter::Equal);
    let twins: [(Bend, (&str, Verdict)); 4] = [
        (
            |number, _, mut body| {
                body["Idempotency-Key"] = json!(format!("try-{number}-{}", body["Idempotency-Key"]));
                (body, None)
            },
            ("olbrain.retry.same-key", Verdict::Fail),
        ),
        (
            |_, _, mut body| {
                body["Idempotency-Key"] = json!("always");
                (body, None)
            },
            ("olbrain.retry.distinct-keys", Verdict::Fail),
        ),
        (
            |number, _, mut body| {
                body["try"] = json!(number);
                (body, None)
            },
            ("olbrain.retry.same-body", Verdict::Warn),
        ),
        (
            |_, event, _| (json!({ "message": "hello" }), Some(format!("order-{event}"))),
            ("olbrain.idem.in-body", Verdict::Warn),
        ),
    ];
    for (bend, row) in twins {
        assert_eq!(
            not_met(vec![play(&policy, &[503, 503, 200], |server| server.bend = bend)]),
            [row]
        );
    }
}

#[test]
fn a_twin_that_sends_again_after_success() {
    let clock = Counted::default();
    let server = Server::new(&clock, &[503, 200]);
    let policy = Policy::documented(Jitter::None);
    now(async {
        deliver(&policy, &server, &clock, random(1), &event(0)).await;
        clock.sleep(Duration::from_secs(2)).await;
        assert_eq!(
            deliver(&policy, &server, &clock, random(2), &event(0)).await,
            Delivered::Accepted(200)
        );
    });
    assert_eq!(
        not_met(vec![server.close()]),
        [("olbrain.retry.stops", Verdict::Fail)]
    );
}

#[test]
fn a_twin_that_takes_up_again_what_it_gave_up() {
    let clock = Counted::default();
    let server = Server::new(&clock, &[503]);
    let policy = Policy::documented(Jitter::None);
    now(async {
        assert_eq!(
            deliver(&policy, &server, &clock, random(1), &event(0)).await,
            Delivered::GivenUp
        );
        clock.sleep(Duration::from_secs(300)).await;
        deliver(&policy, &server, &clock, random(2), &event(0)).await;
    });
    assert_eq!(
        not_met(vec![server.close()]),
        [("olbrain.retry.giveup.final", Verdict::Fail)]
    );
}

#[test]
fn a_twin_that_does_not_wait_for_the_answer() {
    let clock = Counted::default();
    let server = Server::new(&clock, &[503, 200]);
    now(async {
        server.send(&event(0)).await;
        clock.sleep(Duration::from_secs(1)).await;
        server.send(&event(0)).await;
    });
    // The first answer was over two seconds after the second attempt.
    server.recording.borrow_mut().attempts[0].answer_end = Some(Duration::from_secs(3));
    assert_eq!(
        not_met(vec![server.close()]),
        [("olbrain.retry.one-at-a-time", Verdict::Warn)]
    );
}

#[test]
fn a_twin_that_carries_its_delay_over_to_the_next_event() {
    let clock = Counted::default();
    let server = Server::new(&clock, &[503, 503, 503, 503, 200]);
    server.recording.borrow_mut().one_process = true;
    let mut delays = Backoff::documented(Jitter::None).delays();
    now(async {
        for number in 0..3 {
            server.event.set(number);
            while server.send(&event(number)).await != Reply::Status(200, None) {
                clock.sleep(delays.next(0.0)).await;
            }
        }
    });
    let row = ("olbrain.retry.fresh-start", Verdict::Warn);
    assert!(not_met(vec![server.close()]).contains(&row));
}
