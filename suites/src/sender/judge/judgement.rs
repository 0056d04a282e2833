//! One judgement: a rule applied to a recording, with everything a reader needs to check it.

use serde::Serialize;
use spec::Basis;

use super::outcome::{Grade, Outcome};
use super::runs::{Run, Runs};
use crate::verdict::{Finding, Verdict};

/// A rule applied to a recording.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judgement {
    /// Id of the row.
    pub requirement: &'static str,
    /// What comes of it, by the level of the row.
    pub verdict: Verdict,
    /// The rule's name.
    pub rule: &'static str,
    /// What it looks at.
    pub statistic: &'static str,
    /// What is wanted of it.
    pub threshold: String,
    /// What it came to. Empty where nothing was there to look at.
    pub value: String,
    /// How often the rule fails a sender that follows the documents.
    pub false_alarm: String,
    /// Why it is undecided, or what else is worth knowing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The attempts that broke it, where single attempts did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<Where>,
}

/// One attempt of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Where {
    /// Its event.
    pub event: u32,
    /// Its place among the attempts of the event, counted from 0.
    pub attempt: usize,
}

impl Where {
    pub(super) fn of(run: &Run<'_>, attempt: usize) -> Self {
        Self {
            event: run.event,
            attempt,
        }
    }
}

/// What stays the same about a rule, whatever it finds.
pub(super) struct Rule {
    pub(super) requirement: &'static str,
    pub(super) name: &'static str,
    pub(super) statistic: &'static str,
    pub(super) threshold: String,
    pub(super) false_alarm: String,
}

/// Collects judgements.
pub(super) struct Judge<'r> {
    runs: &'r Runs<'r>,
    pub(super) judgements: Vec<Judgement>,
}

impl<'r> Judge<'r> {
    pub(super) fn new(runs: &'r Runs<'r>) -> Self {
        Self {
            runs,
            judgements: Vec::new(),
        }
    }

    pub(super) fn runs(&self) -> &'r Runs<'r> {
        self.runs
    }

    pub(super) fn report(&mut self, rule: Rule, outcome: Outcome) {
        self.report_at(rule, outcome, Vec::new());
    }

    /// Turns a finding into a verdict by the level of its row alone.
    pub(super) fn report_at(&mut self, rule: Rule, outcome: Outcome, at: Vec<Where>) {
        let Some(row) = spec::requirement(rule.requirement) else {
            // A test holds every row of every API against the catalogue.
            return;
        };
        let open = matches!(row.basis, Basis::Silent | Basis::Source);
        let (verdict, value, note) = match outcome {
            Outcome::Decided(Grade::Met, value) => (Finding::Met.verdict(row), value, None),
            Outcome::Decided(Grade::Doubtful, value) if open => (Verdict::Observed, value, None),
            Outcome::Decided(Grade::Doubtful, value) => (
                Verdict::Warn,
                value,
                Some("near the edge of what the document can be read to allow".to_owned()),
            ),
            Outcome::Decided(Grade::Broken, value) => {
                let broken = Finding::Broken {
                    expected: rule.threshold.clone(),
                    got: value.clone(),
                };
                (broken.verdict(row), value, None)
            }
            Outcome::Undecided(value, why) => (Verdict::Skip, value, Some(why)),
            Outcome::Seen(value) => (Verdict::Observed, value, None),
        };
        self.judgements.push(Judgement {
            requirement: rule.requirement,
            verdict,
            rule: rule.name,
            statistic: rule.statistic,
            threshold: rule.threshold,
            value,
            false_alarm: rule.false_alarm,
            note,
            at: if matches!(verdict, Verdict::Warn | Verdict::Fail) {
                at
            } else {
                Vec::new()
            },
        });
    }
}
