//! The state of one run: settings, the event stream, and whether to go on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use spec::Basis;

use crate::event::{Event, Evidence, ExchangeRecord, Sink};
use crate::http::{Exchange, NoAnswerKind};
use crate::property;

/// This many requests in a row without an answer end the run.
const UNANSWERED_LIMIT: u32 = 12;

/// This many requests in a row that are answered 429, each after a wait, end the run.
const LIMITED_LIMIT: u32 = 12;

/// What a person chose for a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Seed of all generated inputs.
    pub seed: u64,
    /// Generated inputs for each property case.
    pub iterations: u64,
    /// Requirements of other bases are not judged. Empty: all are.
    pub bases: Vec<Basis>,
    /// Cases that run at the same time.
    pub threads: usize,
    /// Whether the first failure ends the run.
    pub fail_fast: bool,
    /// Whether failed cases are tried again, alone.
    pub repeats: bool,
    /// How many times as fast as ours the target's clock goes: 1, save for a server of this process with a clock of its
    /// own. Whoever waits for the target to do something waits that much shorter.
    pub pace: u32,
    /// A case and the seed of the one input it is to try.
    pub replay: Option<(String, u64)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            iterations: 32,
            bases: Vec::new(),
            threads: 8,
            fail_fast: false,
            repeats: true,
            pace: 1,
            replay: None,
        }
    }
}

impl Settings {
    /// Reads a `--replay` value, `case@seed`.
    pub fn parse_replay(text: &str) -> Option<(String, u64)> {
        property::parse_replay(text)
    }

    pub(crate) fn judges(&self, basis: Basis) -> bool {
        self.bases.is_empty() || self.bases.contains(&basis)
    }

    pub(crate) fn replay_of(&self, case: &str) -> Option<u64> {
        self.replay
            .as_ref()
            .filter(|(name, _)| name == case)
            .map(|(_, seed)| *seed)
    }
}

/// A requirement that a case failed for, with the exchange that showed it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) requirement: String,
    pub(crate) evidence: Option<Evidence>,
}

/// One run.
pub struct Run {
    settings: Settings,
    sinks: Mutex<Vec<Box<dyn Sink>>>,
    wants_exchanges: bool,
    requests: AtomicU64,
    unanswered: AtomicU32,
    limited: AtomicU32,
    failed: AtomicBool,
    /// Cases that failed, with the requirements they failed for.
    failures: Mutex<BTreeMap<String, Vec<Failure>>>,
    /// Requirements for which a simplest failing input was looked for.
    shrunk: Mutex<BTreeSet<String>>,
    stopped: OnceLock<String>,
}

impl Run {
    /// A run that writes its events to these sinks.
    pub fn new(settings: Settings, sinks: Vec<Box<dyn Sink>>) -> Self {
        let wants_exchanges = sinks.iter().any(|sink| sink.wants_exchanges());
        Self {
            settings,
            sinks: Mutex::new(sinks),
            wants_exchanges,
            requests: AtomicU64::new(0),
            unanswered: AtomicU32::new(0),
            limited: AtomicU32::new(0),
            failed: AtomicBool::new(false),
            failures: Mutex::default(),
            shrunk: Mutex::default(),
            stopped: OnceLock::new(),
        }
    }

    /// What was chosen for the run.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Requests sent so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Why the run goes no further, if so.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.get().map(String::as_str)
    }

    /// Whether a case failed and that is enough.
    pub(crate) fn is_over(&self) -> bool {
        self.settings.fail_fast && self.failed.load(Ordering::Relaxed)
    }

    /// Whether any of these requirements is the first to fail in this run. Only then is a simple input looked for: a
    /// fault that shows everywhere would otherwise cost thousands of requests.
    pub(crate) fn is_first_failure<'i>(&self, requirements: impl Iterator<Item = &'i str>) -> bool {
        let mut shrunk = self.shrunk.lock().unwrap_or_else(PoisonError::into_inner);
        let mut first = false;
        for id in requirements {
            first |= shrunk.insert(id.to_owned());
        }
        first
    }

    pub(crate) fn note_failure(&self, case: &str, requirements: Vec<Failure>) {
        self.failed.store(true, Ordering::Relaxed);
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.insert(case.to_owned(), requirements);
    }

    /// The cases that failed so far, with the requirements they failed for.
    pub(crate) fn failures(&self) -> BTreeMap<String, Vec<Failure>> {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Ends the run; the first reason stays.
    pub fn stop(&self, reason: String, event: Option<Event>) {
        let event = event.unwrap_or_else(|| Event::Stopped {
            reason: reason.clone(),
            transcript: None,
        });
        if self.stopped.set(reason).is_ok() {
            self.emit(&event);
        }
    }

    /// Counts a request, and notices a target that has gone away.
    pub(crate) fn count(&self, exchange: &Exchange) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let none = match &exchange.answer {
            Ok(response) => {
                self.unanswered.store(0, Ordering::Relaxed);
                self.notice_limit(response.status == 429);
                return;
            }
            Err(none) => none,
        };
        let in_a_row = self.unanswered.fetch_add(1, Ordering::Relaxed) + 1;
        let limit = if none.kind == NoAnswerKind::Unreachable {
            UNANSWERED_LIMIT / 3
        } else {
            UNANSWERED_LIMIT
        };
        if in_a_row >= limit && self.stopped().is_none() {
            self.stop(
                format!(
                    "the target stopped answering: {in_a_row} requests in a row without an answer, the last because {}",
                    none.detail
                ),
                None,
            );
        }
    }

    /// Ends a run that is told again and again to come back later.
    fn notice_limit(&self, limited: bool) {
        if !limited {
            self.limited.store(0, Ordering::Relaxed);
            return;
        }
        let in_a_row = self.limited.fetch_add(1, Ordering::Relaxed) + 1;
        if in_a_row >= LIMITED_LIMIT && self.stopped().is_none() {
            self.stop(
                format!(
                    "the target answered {in_a_row} requests in a row with 429 (too many requests), each after a wait; \
                     lower --rate, or ask for a higher limit"
                ),
                None,
            );
        }
    }

    /// Writes an event to every sink.
    pub fn emit(&self, event: &Event) {
        for sink in self
            .sinks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter_mut()
        {
            sink.take(event);
        }
    }

    pub(crate) fn emit_exchange(&self, record: impl FnOnce() -> ExchangeRecord) {
        if self.wants_exchanges {
            self.emit(&Event::Exchange(Box::new(record())));
        }
    }

    /// Completes every sink; the sentences say what could not be written.
    pub fn finish(&self) -> Vec<String> {
        let mut sinks = self.sinks.lock().unwrap_or_else(PoisonError::into_inner);
        sinks.iter_mut().filter_map(|sink| sink.finish().err()).collect()
    }
}

#[cfg(test)]
mod tests;
