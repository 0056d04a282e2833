//! Reports: each is a sink of its own in a file of its own, made from the event stream.

mod junit;
mod ndjson;
mod plan;
mod progress;
mod terminal;

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

pub use junit::Junit;
pub use ndjson::Ndjson;
pub use plan::Plan;
pub use progress::{Heartbeat, Progress};
pub use terminal::{Format, Terminal};

use crate::event::{CheckRecord, Event, Sink};
use crate::summary::Summary;
use crate::transcript::{harmless, one_line};

/// A summary that can be read after the run.
#[derive(Clone, Default)]
pub struct Tap(Arc<Mutex<Summary>>);

impl Tap {
    /// What came in so far.
    pub fn summary(&self) -> Summary {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Sink for Tap {
    fn take(&mut self, event: &Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(event);
    }
}

/// A failed check as a person wants to read it: the sentence, both sides, the exchange, and how to see it again.
pub fn failure(record: &CheckRecord) -> String {
    let mut out = String::new();
    let flaky = if record.flaky {
        "; flaky: did not fail again when tried alone"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "{} ({}, {}{flaky})",
        record.requirement, record.level, record.basis
    );
    if let Some(row) = spec::requirement(&record.requirement) {
        let _ = writeln!(out, "    {}", row.summary);
        let _ = writeln!(
            out,
            "    source    {}, {}",
            row.source.document, row.source.section
        );
    }
    let _ = writeln!(out, "    case      {}", record.case);
    let _ = writeln!(out, "    expected  {}", one_line(&record.expected));
    let _ = writeln!(out, "    got       {}", one_line(&record.got));
    if let Some(evidence) = &record.evidence {
        for line in evidence.transcript.lines() {
            let _ = writeln!(out, "      {}", harmless(line));
        }
        if let Some(second) = &evidence.second {
            let _ = writeln!(out, "    the same request later, alone:");
            for line in second.lines() {
                let _ = writeln!(out, "      {}", harmless(line));
            }
        }
        let _ = writeln!(out, "    reproduce {}", evidence.reproduce);
        if let Some(tried) = &evidence.tried {
            let _ = writeln!(out, "    tried     {}", one_line(tried));
        }
        if let Some(replay) = &evidence.replay {
            let _ = writeln!(out, "    replay    hookproof test {replay}");
        }
    }
    out
}
