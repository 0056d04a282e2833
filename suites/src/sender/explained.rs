//! One judgement as text, with everything that it rests on.

use std::fmt::Write as _;

use super::judge::Judgement;
use crate::transcript::one_line;
use crate::verdict::Verdict;

/// The requirement and its sentence, the rule, what was looked at, and what came of it.
pub(crate) fn explained(judgement: &Judgement) -> String {
    let mut out = String::new();
    let word = match judgement.verdict {
        Verdict::Warn => "WARN",
        Verdict::Fail => "FAIL",
        other => other.word(),
    };
    let _ = writeln!(out, "{word} {} ({})", judgement.requirement, judgement.rule);
    let mut line = |name: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "    {name:<11} {}", one_line(text));
        }
    };
    if let Some(row) = spec::requirement(judgement.requirement) {
        line("requirement", &row.summary);
        line(
            "source",
            &format!("{}, {}", row.source.document, row.source.section),
        );
    }
    line("looked at", judgement.statistic);
    line("expected", &judgement.threshold);
    line("got", &judgement.value);
    line("note", judgement.note.as_deref().unwrap_or_default());
    line("false alarm", &judgement.false_alarm);
    out
}
