//! The stream of events that a run writes. Terminal output, reports and the exit code are made from it.
//!
//! `--events FILE` keeps it as one JSON object a line. The schema's name stands in the first event; it changes
//! when a field is removed or changes its meaning, not when one is added.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use spec::{Basis, Level};

use crate::http::{Exchange, NoAnswerKind, Request};
use crate::verdict::Verdict;

/// Name and version of the schema.
pub const SCHEMA: &str = "hookproof.events/1";

/// One event.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The first event.
    RunStarted {
        /// [`SCHEMA`].
        schema: &'static str,
        /// Version of hookproof.
        version: &'static str,
        /// Seed of all generated cases.
        seed: u64,
        /// Base URL by API.
        targets: BTreeMap<String, String>,
        /// Whether the target is the mock inside this process.
        embedded: bool,
        /// Name of the run, as every request carries it in `x-hookproof-run`.
        #[serde(skip_serializing_if = "Option::is_none")]
        run_id: Option<String>,
        /// APIs that are tested in safe mode.
        safe: BTreeSet<String>,
        /// Parts of the APIs that the targets do not offer, as was declared.
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        not_offered: BTreeSet<String>,
        /// How many cases will run.
        cases: usize,
    },
    /// A case begins.
    CaseStarted {
        /// Path of the case.
        case: String,
        /// Requirements it covers.
        requirements: Vec<String>,
    },
    /// A request that a dry run would have sent.
    Planned {
        /// Path of the case.
        case: String,
        /// A shell command that sends it; secrets stand as variables.
        reproduce: String,
    },
    /// A request and its answer.
    Exchange(Box<ExchangeRecord>),
    /// A check was made.
    Check(Box<CheckRecord>),
    /// A case is over.
    CaseFinished {
        /// Path of the case.
        case: String,
        /// Its worst verdict; `None` where it decided nothing.
        verdict: Option<Verdict>,
        /// Requests it sent.
        requests: u64,
        /// Microseconds it took.
        elapsed_us: u64,
    },
    /// A failed case was tried again, alone.
    Repeated {
        /// Path of the case.
        case: String,
        /// A requirement it had failed for.
        requirement: String,
        /// Whether it failed for it again.
        again: bool,
        /// The exchange to show from now on: of the second time, where the case failed again.
        #[serde(skip_serializing_if = "Option::is_none")]
        evidence: Option<Box<Evidence>>,
    },
    /// The run ended before everything was judged.
    Stopped {
        /// Why, and what to do about it.
        reason: String,
        /// The exchange that shows it.
        #[serde(skip_serializing_if = "Option::is_none")]
        transcript: Option<String>,
    },
    /// The last event.
    RunFinished {
        /// Requests sent in all.
        requests: u64,
        /// Microseconds from the first to the last event.
        elapsed_us: u64,
    },
}

/// A request and its answer, secrets replaced.
#[derive(Clone, Debug, Serialize)]
pub struct ExchangeRecord {
    /// Path of the case.
    pub case: String,
    /// Position in the case, from 1.
    pub number: usize,
    /// Method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Header fields sent.
    pub request_headers: Vec<(String, String)>,
    /// Body sent, as text; bytes that are no text are replaced.
    pub request_body: String,
    /// Status, where there was an answer.
    pub status: Option<u16>,
    /// Header fields received.
    pub response_headers: Vec<(String, String)>,
    /// Body received, as text.
    pub response_body: String,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_answer: Option<NoAnswerKind>,
    /// Microseconds from the first byte sent to the last byte received.
    pub elapsed_us: u64,
}

/// The outcome of one check.
#[derive(Clone, Debug, Serialize)]
pub struct CheckRecord {
    /// Path of the case.
    pub case: String,
    /// Requirement that was checked.
    pub requirement: String,
    /// Its level.
    pub level: Level,
    /// Its basis.
    pub basis: Basis,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether a failure did not repeat when the case was tried again alone. Set from [`Event::Repeated`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub flaky: bool,
    /// How often this case came to this verdict for this requirement.
    pub count: u64,
    /// What a conformant server answers; for `skip` the reason, for `observed` empty.
    pub expected: String,
    /// What came; for `observed` the value.
    pub got: String,
    /// The exchange behind a verdict that is not a pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// What a person needs to see a failure for themselves.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    /// The exchange as text.
    pub transcript: String,
    /// A shell command that sends the request again; secrets stand as variables.
    pub reproduce: String,
    /// The flag that runs the generated input again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
    /// What came of the request when it was sent again on its own; `None` where nobody tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried: Option<String>,
    /// The exchange of that second time, where the failure did not repeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// The exchange itself, for those who send its request again.
    #[serde(skip)]
    pub(crate) exchange: Option<Box<Exchange>>,
    /// What went before it on its connection, where that is the point.
    #[serde(skip)]
    pub(crate) before: Vec<Request>,
}

/// Something that takes events in.
pub trait Sink: Send {
    /// Takes one event. A sink keeps its own errors until [`Sink::finish`].
    fn take(&mut self, event: &Event);

    /// Whether it has a use for [`Event::Exchange`], which is costly to make.
    fn wants_exchanges(&self) -> bool {
        false
    }

    /// Completes what it writes; an error is a sentence for a person.
    fn finish(&mut self) -> Result<(), String> {
        Ok(())
    }
}
