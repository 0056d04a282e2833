//! Where senders are played: a clock that only counts, a server without a socket, and what is made of the recording.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use serde_json::{Value, json};
use suites::sender::judged::Judged;
use suites::sender::reference::{Clock, Policy, Reply, Transport, deliver};
use suites::sender::{Answered, Attempt, Mode, Recording};
use suites::verdict::Verdict;

/// A clock on which nothing takes time but what is waited for.
#[derive(Default)]
pub(crate) struct Counted(pub(crate) Cell<Duration>);

impl Clock for Counted {
    fn now(&self) -> Duration {
        self.0.get()
    }

    async fn sleep(&self, length: Duration) {
        self.0.set(self.0.get() + length);
    }
}

/// A server that answers as planned, the last answer for ever, and records.
pub(crate) struct Server<'c> {
    pub(crate) clock: &'c Counted,
    pub(crate) answers: Vec<Answered>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) held: Duration,
    pub(crate) event: Cell<u32>,
    pub(crate) recording: RefCell<Recording>,
    /// What becomes of a body on its way: a twin's defect.
    pub(crate) bend: fn(usize, u32, Value) -> (Value, Option<String>),
}

impl<'c> Server<'c> {
    pub(crate) fn new(clock: &'c Counted, answers: &[u16]) -> Self {
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
    pub(crate) fn close(self) -> Recording {
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
pub(crate) fn random(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX) * 0.999_999
    }
}

pub(crate) fn event(number: u32) -> Value {
    json!({ "message": "hello", "Idempotency-Key": format!("order-{number}") })
}

pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(future)
}

/// Sixteen events, each sent by a process of its own.
pub(crate) fn play(policy: &Policy, answers: &[u16], set: impl Fn(&mut Server<'_>)) -> Recording {
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

pub(crate) fn not_met(recordings: Vec<Recording>) -> Vec<(&'static str, Verdict)> {
    let judged = Judged::new(recordings);
    let worst = judged.by_requirement();
    worst
        .into_values()
        .filter(|judgement| matches!(judgement.verdict, Verdict::Warn | Verdict::Fail))
        .map(|judgement| (judgement.requirement, judgement.verdict))
        .collect()
}

/// Every scenario in which a sender can go wrong.
pub(crate) fn all_scenarios(policy: &Policy) -> Vec<Recording> {
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
