//! Exchanges made by hand, and what the checks of every exchange hold against them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::event::CheckRecord;
use crate::http::{Exchange, Request, Response};
use crate::probe::Probe;
use crate::registry;
use crate::run::{Run, Settings};
use crate::suite::Suite;
use crate::verdict::Verdict;

/// The suite of an API with the built-in fixtures, against a target that nobody asks anything.
pub(crate) fn suite(api: &str) -> Arc<dyn Suite> {
    let mut suites = registry::listed().into_iter();
    suites.find(|suite| suite.api().id() == api).unwrap()
}

/// A request and an answer with these headers.
pub(crate) fn exchange(
    request: Request,
    status: u16,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Exchange {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Exchange {
        number: 1,
        request,
        answer: Ok(Response {
            status,
            headers: headers.iter().map(owned).collect(),
            body: body.into(),
            cut: false,
        }),
        elapsed: Duration::ZERO,
    }
}

/// A check that a case made once, with nothing to show for it.
pub(crate) fn record(requirement: &str, verdict: Verdict, expected: &str) -> CheckRecord {
    let row = spec::requirement(requirement).unwrap();
    CheckRecord {
        case: "polyai::extract::headers".to_owned(),
        requirement: requirement.to_owned(),
        level: row.level,
        basis: row.basis,
        verdict,
        flaky: false,
        count: 1,
        expected: expected.to_owned(),
        got: String::new(),
        evidence: None,
    }
}

/// The requirements that each of the exchanges breaks, one after the other in one run, in the order of the alphabet.
pub(crate) fn broken(suite: &dyn Suite, exchanges: &[Exchange]) -> Vec<Vec<String>> {
    let run = Run::new(Settings::default(), Vec::new());
    exchanges
        .iter()
        .map(|exchange| {
            let wire = suite.target().check_out().unwrap();
            let probe = Probe::new(&run, suite, "by hand", wire);
            suite.inspect(&probe, exchange);
            let (log, _) = probe.finish();
            let is_broken = |verdict| matches!(verdict, Verdict::Fail | Verdict::Warn);
            let records = log.records().filter(|record| is_broken(record.verdict));
            records.map(|record| record.requirement).collect()
        })
        .collect()
}
