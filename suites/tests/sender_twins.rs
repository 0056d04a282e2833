//! The reference sender passes under every jitter, and a wrong twin for each requirement fails for its own reason.
//!
//! All in one process, without a socket, on a clock that only counts.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::cell::{Cell, RefCell};
use std::time::Duration;

use serde_json::{Value, json};
use suites::sender::judged::Judged;
use suites::sender::reference::{Backoff, Clock, Delivered, Jitter, Policy, Reply, Transport, deliver};
use suites::sender::{Answered, Attempt, Mode, Recording};
use suites::verdict::Verdict;

const JITTERS: [Jitter; 4] = [Jitter::None, Jitter::Equal, Jitter::Full, Jitter::Decorrelated];

/// A clock on which nothing takes time but what is waited for.
#[derive(Default)]
struct Counted(Cell<Duration>);

impl Clock for Counted {
    fn now(&self) -> Duration {
        self.0.get()
    }

    async fn sleep(&self, length: Duration) {
        self.0.set(self.0.get() + length);
    }
}

/// A server that answers as planned, the last answer for ever, and records.
struct Server<'c> {
    clock: &'c Counted,
    answers: Vec<Answered>,
    retry_after: Option<Duration>,
    held: Duration,
    event: Cell<u32>,
    recording: RefCell<Recording>,
    /// What becomes of a body on its way: a twin's defect.
    bend: fn(usize, u32, Value) -> (Value, Option<String>),
}

impl<'c> Server<'c> {
    fn new(clock: &'c Counted, answers: &[u16]) -> Self {
        let mut recording = Recording::new("olbrain");
        recording.mode = Mode::Virtual;
        recording.numbered = true;
        recording.side_effects = true;
        Self {
            clock,
            answers: answers.iter().map(|status| Answered::Status(*status)).collect(),
            retry_after: None,
            held: Duration::ZERO,
            event: Cell::new(0),
            recording: RefCell::new(recording),
            bend: |_, _, body| (body, None),
        }
    }

    /// Listens two minutes longer, and hands the recording out.
    fn close(self) -> Recording {
        let mut recording = self.recording.into_inner();
        recording.watched_until = self.clock.now() + Duration::from_secs(130);
        recording
    }
}

impl Transport for Server<'_> {
    async fn send(&self, body: &Value) -> Reply {
        let event = self.event.get();
        let head = self.clock.now();
        let number = self
            .recording
            .borrow()
            .attempts
            .iter()
            .filter(|attempt| attempt.event == event)
            .count();
        let answer = self.answers[number.min(self.answers.len() - 1)];
        let (body, header_key) = (self.bend)(number, event, body.clone());
        self.clock.sleep(self.held).await;
        let mut attempt = Attempt::new(head, answer);
        attempt.event = event;
        attempt.answer_end = Some(self.clock.now());
        attempt.digest = Some(body.to_string());
        attempt.body = Some(body);
        attempt.header_key = header_key;
        attempt.retry_after = self.retry_after.filter(|_| number == 0);
        let asked = attempt.retry_after;
        self.recording.borrow_mut().attempts.push(attempt);
        match answer {
            Answered::Status(status) => Reply::Status(status, asked),
            _ => Reply::Nothing,
        }
    }
}

/// Numbers from 0 up to 1, the same in every run.
fn random(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX) * 0.999_999
    }
}

fn event(number: u32) -> Value {
    json!({ "message": "hello", "Idempotency-Key": format!("order-{number}") })
}

fn now<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(future)
}

/// Sixteen events, each sent by a process of its own.
fn play(policy: &Policy, answers: &[u16], set: impl Fn(&mut Server<'_>)) -> Recording {
    let clock = Counted::default();
    let mut server = Server::new(&clock, answers);
    set(&mut server);
    let mut latest = Duration::ZERO;
    for number in 0..16 {
        clock.0.set(Duration::ZERO);
        server.event.set(number);
        now(deliver(
            policy,
            &server,
            &clock,
            random(u64::from(number) + 1),
            &event(number),
        ));
        latest = latest.max(clock.now());
    }
    clock.0.set(latest);
    server.close()
}

fn not_met(recordings: Vec<Recording>) -> Vec<(&'static str, Verdict)> {
    let judged = Judged::new(recordings);
    let worst = judged.by_requirement();
    worst
        .into_values()
        .filter(|judgement| matches!(judgement.verdict, Verdict::Warn | Verdict::Fail))
        .map(|judgement| (judgement.requirement, judgement.verdict))
        .collect()
}

/// Every scenario in which a sender can go wrong.
fn all_scenarios(policy: &Policy) -> Vec<Recording> {
    let mut all: Vec<Recording> = [
        &[502, 200][..],
        &[503, 200],
        &[504, 200],
        &[503, 503, 200],
        &[401],
        &[404],
        &[408],
        &[413],
        &[429],
        &[503, 404],
        &[500],
        &[503],
    ]
    .into_iter()
    .map(|answers| play(policy, answers, |_| {}))
    .collect();
    all.push(play(policy, &[503, 200], |server| {
        server.retry_after = Some(Duration::from_secs(3));
    }));
    all.push(play(policy, &[503, 200], |server| {
        server.held = Duration::from_secs(3);
    }));
    all
}

#[test]
fn the_reference_passes_under_every_jitter() {
    for jitter in JITTERS {
        let judged = Judged::new(all_scenarios(&Policy::documented(jitter)));
        for (row, judgement) in judged.by_requirement() {
            assert!(
                judgement.verdict <= Verdict::Pass,
                "{jitter:?}: {row}: {judgement:?}"
            );
        }
        let passed = |row| {
            judged
                .by_requirement()
                .get(row)
                .is_some_and(|j| j.verdict == Verdict::Pass)
        };
        for row in [
            "olbrain.retry.on-502",
            "olbrain.retry.on-503",
            "olbrain.retry.on-504",
            "olbrain.retry.not-4xx",
            "olbrain.retry.not-4xx.later",
            "olbrain.retry.stops",
            "olbrain.retry.start",
            "olbrain.retry.exponential",
            "olbrain.retry.cap",
            "olbrain.retry.giveup",
            "olbrain.retry.giveup.final",
            "olbrain.retry.attempts",
            "olbrain.retry.same-key",
            "olbrain.retry.distinct-keys",
            "olbrain.retry.same-body",
            "olbrain.retry.one-at-a-time",
            "olbrain.retry.retry-after",
            "olbrain.idem.in-body",
        ] {
            assert!(passed(row), "{jitter:?}: {row} was not shown");
        }
    }
}

/// Twins that differ from the reference in numbers only, and the rows that each of them breaks.
#[test]
fn twins_with_wrong_numbers_break_just_their_rows() {
    type Change = fn(&mut Policy);
    let twins: [(&str, Change, &[&str]); 10] = [
        (
            "not on 502",
            |p| p.retries = |s| matches!(s, 503 | 504),
            &["olbrain.retry.on-502"],
        ),
        (
            "not on 503",
            |p| p.retries = |s| matches!(s, 502 | 504),
            &["olbrain.retry.on-503"],
        ),
        (
            "not on 504",
            |p| p.retries = |s| matches!(s, 502 | 503),
            &["olbrain.retry.on-504"],
        ),
        (
            "also on 429",
            |p| p.retries = |s| matches!(s, 429 | 502..=504),
            &["olbrain.retry.not-4xx"],
        ),
        (
            "start 5 s",
            |p| p.backoff.start = Duration::from_secs(5),
            &["olbrain.retry.start"],
        ),
        (
            "cap 30 s",
            |p| p.backoff.cap = Duration::from_secs(30),
            &["olbrain.retry.exponential"],
        ),
        (
            "cap 5 min",
            |p| p.backoff.cap = Duration::from_secs(300),
            &["olbrain.retry.cap"],
        ),
        (
            "gives up after 5 min",
            |p| p.backoff.give_up_after = Duration::from_secs(300),
            &["olbrain.retry.giveup"],
        ),
        (
            "gives up after 1 min",
            |p| p.backoff.give_up_after = Duration::from_secs(60),
            &["olbrain.retry.attempts", "olbrain.retry.giveup"],
        ),
        (
            "gives up after 1 h",
            |p| p.backoff.give_up_after = Duration::from_secs(3600),
            &["olbrain.retry.giveup"],
        ),
    ];
    for (name, change, rows) in twins {
        let mut policy = Policy::documented(Jitter::None);
        change(&mut policy);
        let failed: Vec<&str> = not_met(all_scenarios(&policy))
            .into_iter()
            .filter(|(_, verdict)| *verdict == Verdict::Fail)
            .map(|(row, _)| row)
            .collect();
        assert_eq!(failed, rows, "{name}");
    }
}

/// Seconds of a delay, by the number of the retry, counted from 0.
type Law = fn(i32) -> f64;

/// A twin whose delays grow by a law of its own, each scattered between these shares of it; sixteen events.
fn grown(law: Law, share: std::ops::Range<f64>) -> Recording {
    let clock = Counted::default();
    let server = Server::new(&clock, &[503]);
    let mut latest = Duration::ZERO;
    for number in 0..16 {
        clock.0.set(Duration::ZERO);
        server.event.set(number);
        let mut random = random(u64::from(number) + 1);
        now(async {
            for retry in 0.. {
                server.send(&event(number)).await;
                let drawn = share.start + (share.end - share.start) * random();
                let delay = Duration::from_secs_f64(law(retry).min(60.0) * drawn);
                if clock.now() + delay > Duration::from_secs(600) {
                    break;
                }
                clock.sleep(delay).await;
            }
        });
        latest = latest.max(clock.now());
    }
    clock.0.set(latest);
    server.close()
}

/// The rows that are broken, each with the rules that say so.
fn broken(recording: Recording) -> Vec<(String, Vec<String>)> {
    let report = Judged::new(vec![recording]).json(false);
    let rows = report["requirements"].as_object().unwrap();
    let rows = rows.iter().filter(|(_, row)| row["verdict"] == "fail");
    rows.map(|(id, row)| {
        let rules = row["because"].as_array().unwrap().iter();
        (
            id.clone(),
            rules.map(|rule| rule.as_str().unwrap().to_owned()).collect(),
        )
    })
    .collect()
}

/// "Exponential backoff" is growth by a factor. Linear growth and that of the squares reach the cap, too, and in time;
/// only how they get there is wrong, and the rule that says so is the one about that.
#[test]
fn twins_that_grow_by_another_law_break_the_rule_about_growth() {
    let exact = 1.0..1.0;
    let (equal, full) = (0.5..1.0, 0.0..1.0);
    let tens: Law = |retry| 1.0 + 10.0 * f64::from(retry);
    let linear: Law = |retry| f64::from(retry + 1);
    let squares: Law = |retry| f64::from(retry + 1).powi(2);
    let slow: Law = |retry| 1.05_f64.powi(retry);
    let constant: Law = |_| 1.0;
    let cases: [(&str, Law, std::ops::Range<f64>, &str); 9] = [
        ("linear by 10 s", tens, exact.clone(), "ratios"),
        ("linear", linear, exact.clone(), "ratios"),
        ("linear, full jitter", linear, full.clone(), "not-linear"),
        ("squares", squares, exact.clone(), "ratios"),
        ("squares, equal jitter", squares, equal, "not-slowing"),
        ("squares, full jitter", squares, full.clone(), "not-slowing"),
        ("×1.05", slow, exact.clone(), "reaches-the-cap"),
        ("constant", constant, exact, "growth"),
        ("constant, full jitter", constant, full, "growth"),
    ];
    for (name, law, share, rule) in cases {
        let broken = broken(grown(law, share));
        let rules = broken.iter().find(|(row, _)| row == "olbrain.retry.exponential");
        let (_, rules) = rules.unwrap_or_else(|| panic!("{name}: {broken:?}"));
        assert!(rules.iter().any(|known| known == rule), "{name}: {rules:?}");
        let others = broken.iter().map(|(row, _)| row.as_str());
        let others: Vec<&str> = others.filter(|row| *row != "olbrain.retry.exponential").collect();
        // Delays that stay small also make far more attempts than the schedule has.
        let expected: &[&str] = if name.starts_with("constant") {
            &["olbrain.retry.attempts"]
        } else {
            &[]
        };
        assert_eq!(others, expected, "{name}");
    }
    // Any factor is one: the documents name none, and the Fibonacci numbers grow by 1.6.
    let powers: [Law; 4] = [
        |retry| 1.5_f64.powi(retry),
        |retry| 3.0_f64.powi(retry),
        |retry| 10.0_f64.powi(retry),
        |retry| (0..retry).fold((1.0, 1.0), |(one, next), _| (next, one + next)).0,
    ];
    for law in powers {
        for share in [1.0..1.0, 0.5..1.0, 0.0..1.0] {
            assert_eq!(broken(grown(law, share)), []);
        }
    }
}

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
