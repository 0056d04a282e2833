//! `JUnit` XML: a test suite for each area, a test case for each requirement.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::event::{Event, Sink};
use crate::report::failure;
use crate::summary::{Summary, area};
use crate::transcript::harmless;
use crate::verdict::Verdict;

/// Writes the report when the run is over.
pub struct Junit {
    path: PathBuf,
    summary: Summary,
}

impl Junit {
    /// Writes to this file.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            summary: Summary::default(),
        }
    }

    fn report(&self) -> Report {
        let mut report = Report::new("hookproof");
        report.set_time(Duration::from_micros(self.summary.elapsed_us));
        let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
        for (id, verdict) in self.summary.requirements() {
            let Some(row) = spec::requirement(id) else {
                continue;
            };
            let mut case = TestCase::new(id, self.status(id, verdict));
            case.set_classname(area(row));
            for (name, value) in [
                ("requirement", row.id.clone()),
                ("level", row.level.to_string()),
                ("basis", row.basis.to_string()),
                (
                    "source",
                    format!("{}, {}", row.source.document, row.source.section),
                ),
                ("verdict", verdict.word().to_owned()),
            ] {
                case.properties.push(Property::new(name, value));
            }
            let notes: Vec<String> = self
                .summary
                .checks
                .iter()
                .filter(|check| check.requirement == id)
                .filter(|check| matches!(check.verdict, Verdict::Warn | Verdict::Observed))
                .map(|check| format!("{}: {}", check.verdict, harmless(&check.got)))
                .collect();
            if !notes.is_empty() {
                case.set_system_out(notes.join("\n"));
            }
            suites
                .entry(area(row))
                .or_insert_with(|| TestSuite::new(area(row)))
                .add_test_case(case);
        }
        // What could be asked of no server is not passed over in silence.
        let verdicts = self.summary.requirements();
        let unverified = self.summary.unverified_musts().into_iter();
        for row in unverified.filter(|row| !verdicts.contains_key(row.id.as_str())) {
            let (Some(why), false) = (&row.untestable, suites.is_empty()) else {
                continue;
            };
            let mut status = TestCaseStatus::skipped();
            status.set_message(harmless(&format!("not testable: {why}")));
            let mut case = TestCase::new(row.id.as_str(), status);
            case.set_classname(area(row));
            suites
                .entry(area(row))
                .or_insert_with(|| TestSuite::new(area(row)))
                .add_test_case(case);
        }
        if let Some((reason, transcript)) = &self.summary.stopped {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(harmless(reason));
            status.set_description(harmless(transcript.as_deref().unwrap_or(reason)));
            suites
                .entry("run")
                .or_insert_with(|| TestSuite::new("run"))
                .add_test_case(TestCase::new("completed", status));
        }
        report.add_test_suites(suites.into_values());
        report
    }

    fn status(&self, id: &str, verdict: Verdict) -> TestCaseStatus {
        let of = |wanted: Verdict| {
            self.summary
                .checks
                .iter()
                .filter(move |check| check.requirement == id && check.verdict == wanted)
        };
        match verdict {
            Verdict::Fail => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                if let Some(first) = of(Verdict::Fail).next() {
                    status.set_message(harmless(&format!(
                        "expected {}, got {}",
                        first.expected, first.got
                    )));
                }
                let flaky = of(Verdict::Fail).all(|check| check.flaky);
                status.set_type(if flaky {
                    "requirement not met (flaky)"
                } else {
                    "requirement not met"
                });
                let text: Vec<String> = of(Verdict::Fail).map(failure).collect();
                status.set_description(text.join("\n"));
                status
            }
            Verdict::Skip => {
                let mut status = TestCaseStatus::skipped();
                let reasons: Vec<&str> = of(Verdict::Skip).map(|check| check.expected.as_str()).collect();
                status.set_message(harmless(&reasons.join("; ")));
                status
            }
            Verdict::Pass | Verdict::Warn | Verdict::Observed => TestCaseStatus::success(),
        }
    }
}

impl Sink for Junit {
    fn take(&mut self, event: &Event) {
        self.summary.take(event);
    }

    fn finish(&mut self) -> Result<(), String> {
        let failed = |error: &dyn std::fmt::Display| {
            format!(
                "the JUnit report could not be written to {}: {error}",
                self.path.display()
            )
        };
        let text = self.report().to_string().map_err(|error| failed(&error))?;
        std::fs::write(&self.path, text).map_err(|error| failed(&error))
    }
}
