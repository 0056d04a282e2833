//! What a case holds in its hands: it sends, and says what it found.

mod evidence;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use spec::{Effect, Level, Requirement};

use crate::case_log::Log;
use crate::conduct::{DRY, WITHHELD};
use crate::event::Event;
use crate::http::{Exchange, NoAnswer, NoAnswerKind, Request, Wire};
use crate::not_offered;
use crate::run::Run;
use crate::suite::Suite;
use crate::verdict::{Finding, Verdict};

/// A case's access to the target and to the record.
pub struct Probe<'r> {
    run: &'r Run,
    suite: &'r dyn Suite,
    case: &'r str,
    wire: Wire,
    sent: Cell<usize>,
    /// What went before an exchange on its connection, where one connection is the point; by the exchange's number.
    before: RefCell<BTreeMap<usize, Vec<Request>>>,
    /// Whether a request of the case was withheld.
    withheld: Cell<bool>,
    /// Why a request of the case was for nobody.
    lacking: RefCell<Option<String>>,
    /// Seed of the generated input at work, for the replay flag.
    pub(crate) input_seed: Cell<Option<u64>>,
    log: RefCell<Log>,
}

fn withheld(detail: &str) -> NoAnswer {
    NoAnswer {
        kind: NoAnswerKind::Withheld,
        detail: detail.to_owned(),
    }
}

fn unsent(request: Request, none: NoAnswer) -> Exchange {
    Exchange {
        number: 0,
        request,
        answer: Err(none),
        elapsed: std::time::Duration::ZERO,
    }
}

impl<'r> Probe<'r> {
    pub(crate) fn new(run: &'r Run, suite: &'r dyn Suite, case: &'r str, wire: Wire) -> Self {
        Self {
            run,
            suite,
            case,
            wire,
            sent: Cell::new(0),
            before: RefCell::default(),
            withheld: Cell::new(false),
            lacking: RefCell::default(),
            input_seed: Cell::new(None),
            log: RefCell::default(),
        }
    }

    /// Settings and state of the run.
    pub(crate) fn run(&self) -> &'r Run {
        self.run
    }

    /// Path of the case.
    pub(crate) fn case(&self) -> &'r str {
        self.case
    }

    /// Sends a request and checks what must hold for every exchange.
    pub fn send(&self, request: Request) -> Exchange {
        let exchange = match self.obstacle(&request) {
            Some(none) => unsent(request, none),
            None => self.wire.send(request),
        };
        self.record(vec![exchange])
            .pop()
            .expect("as many exchanges as requests")
    }

    /// Sends many requests with at most `concurrency` in flight.
    pub fn send_all(&self, requests: Vec<Request>, concurrency: usize) -> Vec<Exchange> {
        let exchanges =
            self.around_the_withheld(requests, |requests| self.wire.send_all(requests, concurrency));
        self.record(exchanges)
    }

    /// Sends requests one after the other on one connection, as far as the target keeps it open.
    pub fn send_on_one_connection(&self, requests: Vec<Request>) -> Vec<Exchange> {
        if self.run.stopped().is_some() {
            return Vec::new();
        }
        let exchanges =
            self.around_the_withheld(requests, |requests| self.wire.send_on_one_connection(requests));
        let exchanges = self.record(exchanges);
        let sent = exchanges.iter().filter(|exchange| !exchange.is_withheld());
        let mut earlier: Vec<Request> = Vec::new();
        for exchange in sent {
            if !earlier.is_empty() {
                self.before.borrow_mut().insert(exchange.number, earlier.clone());
            }
            earlier.push(exchange.request.clone());
        }
        exchanges
    }

    /// Whether the target is spared everything that it could act on.
    pub fn is_safe(&self) -> bool {
        self.suite.target().is_safe()
    }

    /// Why a request is not sent, if so.
    fn obstacle(&self, request: &Request) -> Option<NoAnswer> {
        if self.run.stopped().is_some() {
            return Some(withheld("the run had already stopped"));
        }
        let target = self.suite.target();
        let part = self.suite.part_of(request);
        if let Some(reason) = part.and_then(|part| self.suite.lacking(part)) {
            let none = withheld(&reason);
            *self.lacking.borrow_mut() = Some(reason);
            return Some(none);
        }
        if self.is_safe() && !self.suite.is_harmless(request) {
            self.withheld.set(true);
            return Some(withheld(WITHHELD));
        }
        if target.is_dry() {
            self.run.emit(&Event::Planned {
                case: self.case.to_owned(),
                reproduce: self.reproduction(request, &[]),
            });
            return Some(withheld(DRY));
        }
        if !target.pace().take() {
            let most = target.pace().bounds().requests.unwrap_or_default();
            self.run.stop(
                format!("{most} requests were sent, which is as many as --max-requests allows"),
                None,
            );
            return self.obstacle(request);
        }
        None
    }

    /// Sends what may be sent, and puts the exchanges back into the order of the requests. Ends early where `send` did.
    fn around_the_withheld(
        &self,
        requests: Vec<Request>,
        send: impl FnOnce(Vec<Request>) -> Vec<Exchange>,
    ) -> Vec<Exchange> {
        let obstacles: Vec<Option<NoAnswer>> =
            requests.iter().map(|request| self.obstacle(request)).collect();
        if obstacles.iter().all(Option::is_none) {
            return send(requests);
        }
        let mut free = Vec::new();
        let mut places = Vec::new();
        for (request, obstacle) in requests.into_iter().zip(obstacles) {
            match obstacle {
                Some(none) => places.push(Some(unsent(request, none))),
                None => {
                    free.push(request);
                    places.push(None);
                }
            }
        }
        let mut sent = if free.is_empty() { Vec::new() } else { send(free) }.into_iter();
        places
            .into_iter()
            .map_while(|place| place.or_else(|| sent.next()))
            .collect()
    }

    fn record(&self, mut exchanges: Vec<Exchange>) -> Vec<Exchange> {
        for exchange in exchanges.iter_mut().filter(|exchange| !exchange.is_withheld()) {
            self.sent.set(self.sent.get() + 1);
            exchange.number = self.sent.get();
            self.run.count(exchange);
            if exchange.answer.is_err() {
                self.log.borrow_mut().unanswered = true;
            }
            self.run.emit_exchange(|| self.exchange_record(exchange));
        }
        let looked_at = |exchange: &&Exchange| !exchange.is_withheld() && exchange.status() != Some(429);
        for exchange in exchanges.iter().filter(looked_at) {
            self.suite.inspect(self, exchange);
        }
        exchanges
    }

    /// Says what an exchange means for a requirement.
    ///
    /// A target that cannot be reached at all breaks nothing: that is the run's trouble, not the requirement's. What was
    /// not sent decides nothing, and neither does the answer that there were too many requests. That no answer comes in
    /// time is held against the rule that there is one, and against no other.
    pub fn judge(&self, requirement: &str, exchange: &Exchange, finding: Finding) {
        let finding = match &exchange.answer {
            Err(none) if none.kind == NoAnswerKind::Unreachable => {
                Finding::Undecided(format!("the target could not be reached: {}", none.detail))
            }
            Err(none) if none.kind == NoAnswerKind::Withheld => {
                return self.note(requirement, Finding::Undecided(none.detail.clone()), None);
            }
            Err(none)
                if none.kind == NoAnswerKind::TimedOut
                    && !self.suite.checked_on_every_exchange().contains(&requirement) =>
            {
                Finding::Undecided(format!("no answer came in time: {}", none.detail))
            }
            Ok(response) if response.status == 429 => Finding::Undecided(
                "the target limits the rate of requests (429), even after a wait; a lower --rate may help"
                    .to_owned(),
            ),
            // A list grows with what is sent to a target, and may do so beyond what is read of an answer.
            Ok(response)
                if response.is_success()
                    && response.is_json_in_part()
                    && matches!(finding, Finding::Broken { .. }) =>
            {
                Finding::Undecided(format!(
                    "the answer is longer than the {} bytes that were read of it",
                    response.body.len()
                ))
            }
            _ => finding,
        };
        self.note(requirement, finding, Some(exchange));
    }

    /// Says what the target does at a point that the documents leave open.
    pub fn observe(&self, requirement: &str, exchange: &Exchange, value: impl Into<String>) {
        let got = value.into();
        self.judge(
            requirement,
            exchange,
            Finding::Broken {
                expected: String::new(),
                got,
            },
        );
    }

    /// Says that a requirement stays undecided, and what was missing.
    pub fn skip(&self, requirement: &str, reason: impl Into<String>) {
        self.note(requirement, Finding::Undecided(reason.into()), None);
    }

    /// The *musts* among these that nothing was said about so far.
    fn unsaid<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Vec<&'i str> {
        let log = self.log.borrow();
        let is_must = |row: &Requirement| row.level == Level::Must && row.can_fail();
        ids.filter(|id| spec::requirement(id).is_some_and(is_must) && !log.speaks_of(id))
            .collect()
    }

    /// Says of every *must* that any exchange may decide that none has yet. What a later one shows goes before it.
    /// The requirements that are `covered` have a case that says more.
    pub(crate) fn await_exchanges(&self, covered: &BTreeSet<String>) {
        let all = self.suite.checked_on_every_exchange().iter().copied();
        let ids = all.filter(|id| !covered.contains(*id));
        for id in self.unsaid(ids) {
            // Those that the preflight's answers do not show are about answers that safe mode does not ask for.
            self.withheld.set(self.is_safe());
            self.skip(id, "no answer that it is about has come");
        }
    }

    /// Says of every *must* that the case was to judge and did not why that is so, that a report can name it.
    pub(crate) fn account_for(&self, covered: &[String]) {
        let unsaid = self.unsaid(covered.iter().map(String::as_str));
        if unsaid.is_empty() || self.run.stopped().is_some() {
            return;
        }
        let reason = {
            let log = self.log.borrow();
            let bad = log.with(Verdict::Fail).chain(log.with(Verdict::Warn)).next();
            match (bad, log.first_skip()) {
                (Some(id), _) => format!("its case {} ended where {id} was not met", self.case),
                (None, Some(record)) => record.expected.clone(),
                (None, None) if self.withheld.get() => WITHHELD.to_owned(),
                (None, None) => (self.lacking.borrow().clone())
                    .unwrap_or_else(|| format!("its case {} found nothing that decides it", self.case)),
            }
        };
        for id in unsaid {
            self.skip(id, reason.clone());
        }
    }

    fn note(&self, id: &str, finding: Finding, exchange: Option<&Exchange>) {
        let Some(requirement) = spec::requirement(id) else {
            // A check without a row is an error of the harness; `cargo xtask check` finds it before users do.
            self.run.stop(
                format!("case {} judges `{id}`, which no catalogue has", self.case),
                None,
            );
            return;
        };
        if !self.run.settings().judges(requirement.basis) {
            return;
        }
        // A missing fixture is not what has to be changed first.
        let spared = self.withheld.get() || requirement.effect == Effect::Creates;
        let finding = match (finding, self.suite.lacking(id)) {
            (_, Some(reason)) => Finding::Undecided(reason),
            (Finding::Undecided(reason), None)
                if self.is_safe() && spared && !not_offered::is_reason(&reason) =>
            {
                Finding::Undecided(WITHHELD.to_owned())
            }
            (other, None) => other,
        };
        let verdict = finding.verdict(requirement);
        let key = (requirement.id.as_str(), verdict);
        // The second of a kind only counts: nobody reads its evidence, and making it is costly.
        if self.log.borrow_mut().counts(key) {
            return;
        }
        let record = self.check_record(requirement, verdict, finding, exchange);
        self.log.borrow_mut().add(key, record);
    }

    /// Runs `body` with an empty log of its own, and returns that log.
    pub(crate) fn apart(&self, body: impl FnOnce()) -> Log {
        let outer = self.log.replace(Log::default());
        body();
        self.log.replace(outer)
    }

    /// Adds a log made [apart](Self::apart) to the case's.
    pub(crate) fn merge(&self, log: Log) {
        self.log.borrow_mut().merge(log);
    }

    /// Ends the case: gives its client back and hands its checks over.
    pub(crate) fn finish(self) -> (Log, u64) {
        self.suite.target().check_in(self.wire);
        (self.log.into_inner(), self.sent.get() as u64)
    }
}
