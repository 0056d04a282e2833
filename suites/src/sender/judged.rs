//! What several recordings of one sender come to together.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use super::Recording;
use super::explained::explained;
use super::judge::{Judgement, judge};
use super::timeline::{Timeline, telling};
use crate::summary::Outcome;
use crate::transcript::one_line;
use crate::verdict::Verdict;

/// Name and version of the JSON form.
const SCHEMA: &str = "hookproof.judge/1";

/// Recordings with their judgements.
pub struct Judged {
    recordings: Vec<(Recording, Vec<Judgement>)>,
}

/// What one requirement came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Requirement<'j> {
    verdict: Verdict,
    because: Vec<&'j str>,
}

impl Judged {
    /// Judges each recording.
    pub fn new(recordings: Vec<Recording>) -> Self {
        let recordings = recordings
            .into_iter()
            .map(|recording| {
                let judgements = judge(&recording);
                (recording, judgements)
            })
            .collect();
        Self { recordings }
    }

    /// The worst judgement of each requirement.
    pub fn by_requirement(&self) -> BTreeMap<&'static str, &Judgement> {
        let mut worst: BTreeMap<&'static str, &Judgement> = BTreeMap::new();
        for judgement in self.recordings.iter().flat_map(|(_, judgements)| judgements) {
            let known = worst.entry(judgement.requirement).or_insert(judgement);
            if judgement.verdict > known.verdict {
                *known = judgement;
            }
        }
        worst
    }

    /// Rows of the APIs in question that nothing in the recordings had anything to say about.
    fn not_shown(&self) -> Vec<&'static str> {
        let shown = self.by_requirement();
        let mut rows: Vec<&'static str> = self
            .recordings
            .iter()
            .filter_map(|(recording, _)| crate::registry::retries(&recording.api))
            .flat_map(super::Retries::rows)
            .filter(|id| !shown.contains_key(id))
            .collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// How it ends: with the same meaning and the same exit codes as for a server.
    pub fn outcome(&self, strict: bool) -> Outcome {
        let worst = self.by_requirement();
        let has = |verdict| worst.values().any(|judgement| judgement.verdict == verdict);
        if has(Verdict::Fail) || (strict && has(Verdict::Warn)) {
            Outcome::NotConformant
        } else if has(Verdict::Pass) || has(Verdict::Warn) {
            Outcome::Conformant
        } else {
            Outcome::Undecided
        }
    }

    /// The report for a terminal. `all` shows every event and every judgement, not only the telling ones.
    pub fn text(&self, strict: bool, all: bool) -> String {
        let mut out = String::new();
        for (index, (recording, judgements)) in self.recordings.iter().enumerate() {
            let name = recording.scenario.as_deref().map_or_else(
                || format!("recording {index}"),
                |name| one_line(name).chars().take(80).collect(),
            );
            let _ = writeln!(
                out,
                "{name}: {} attempts, {} time{}",
                recording.attempts.len(),
                recording.mode.word(),
                if recording.scale < 1.0 {
                    format!(
                        "; times in seconds of the schedule, of which one lasts {} s",
                        recording.scale
                    )
                } else {
                    String::new()
                }
            );
            let telling = telling(recording, judgements);
            let timeline = Timeline::new(recording, judgements);
            out.push_str(&timeline.table(|event| all || telling.first() == Some(&event)));
            let _ = writeln!(out);
            for judgement in judgements {
                if all || matches!(judgement.verdict, Verdict::Warn | Verdict::Fail) {
                    out.push_str(&explained(judgement));
                    out.push('\n');
                }
            }
        }
        self.requirements(&mut out);
        let word = match self.outcome(strict) {
            Outcome::Conformant => "CONFORMANT",
            Outcome::NotConformant => "NOT CONFORMANT",
            Outcome::Undecided => "NOTHING VERIFIED",
        };
        let count = |verdict| {
            self.by_requirement()
                .values()
                .filter(|j| j.verdict == verdict)
                .count()
        };
        let _ = writeln!(
            out,
            "{word}: {} requirements met, {} broken, {} warned about, {} undecided, {} observed, {} not shown",
            count(Verdict::Pass),
            count(Verdict::Fail),
            count(Verdict::Warn),
            count(Verdict::Skip),
            count(Verdict::Observed),
            self.not_shown().len()
        );
        out
    }

    fn requirements(&self, out: &mut String) {
        for (id, judgement) in self.by_requirement() {
            let because = judgement
                .note
                .as_deref()
                .filter(|_| judgement.verdict == Verdict::Skip);
            let _ = writeln!(
                out,
                "{:<9} {id:<32} {}: {}",
                judgement.verdict.word(),
                judgement.rule,
                because.unwrap_or(&judgement.value)
            );
        }
        for id in self.not_shown() {
            let _ = writeln!(out, "{:<9} {id:<32} nothing in the recordings decides it", "-");
        }
        let _ = writeln!(out);
    }

    /// The report as JSON.
    pub fn json(&self, strict: bool) -> Value {
        let requirements: BTreeMap<&str, Requirement<'_>> = self
            .by_requirement()
            .into_iter()
            .map(|(id, worst)| {
                let because = self
                    .recordings
                    .iter()
                    .flat_map(|(_, judgements)| judgements)
                    .filter(|judgement| judgement.requirement == id && judgement.verdict == worst.verdict)
                    .map(|judgement| judgement.rule)
                    .collect();
                let verdict = worst.verdict;
                (id, Requirement { verdict, because })
            })
            .collect();
        let recordings: Vec<Value> = self
            .recordings
            .iter()
            .map(|(recording, judgements)| {
                json!({
                    "api": recording.api,
                    "scenario": recording.scenario,
                    "mode": recording.mode,
                    "scale": recording.scale,
                    "judgements": judgements,
                    "timeline": Timeline::new(recording, judgements).lines(),
                })
            })
            .collect();
        let outcome = match self.outcome(strict) {
            Outcome::Conformant => "conformant",
            Outcome::NotConformant => "not conformant",
            Outcome::Undecided => "nothing verified",
        };
        json!({
            "schema": SCHEMA,
            "version": env!("CARGO_PKG_VERSION"),
            "outcome": outcome,
            "requirements": requirements,
            "not_shown": self.not_shown(),
            "recordings": recordings,
        })
    }
}
