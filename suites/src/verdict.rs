//! Verdicts, and what a check found before the catalogue says how grave it is.

use serde::Serialize;
use spec::{Basis, Level, Requirement};

/// The outcome of one check. The order is that of gravity: the worst verdict of a requirement's checks is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Something the run could not decide, with its reason.
    Skip,
    /// What the target does where the documents leave it open.
    Observed,
    /// The requirement is met.
    Pass,
    /// A *should* is not met.
    Warn,
    /// A *must* is not met.
    Fail,
}

impl Verdict {
    /// The word as it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Observed => "observed",
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// What a check found out, before the row's level turns it into a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// As the requirement says.
    Met,
    /// Not as the requirement says.
    Broken {
        /// What a conformant server answers.
        expected: String,
        /// What this one answered.
        got: String,
    },
    /// The exchange decides nothing, and why.
    Undecided(String),
}

impl Finding {
    /// Met if `condition` holds, else broken with both sides.
    pub fn when(condition: bool, expected: impl Into<String>, got: impl Into<String>) -> Self {
        if condition {
            Self::Met
        } else {
            Self::Broken {
                expected: expected.into(),
                got: got.into(),
            }
        }
    }

    /// The verdict of this finding for a row: severity comes from the row alone.
    pub fn verdict(&self, requirement: &Requirement) -> Verdict {
        let open = matches!(requirement.basis, Basis::Silent | Basis::Source);
        match self {
            Self::Undecided(_) => Verdict::Skip,
            _ if open => Verdict::Observed,
            Self::Met => Verdict::Pass,
            Self::Broken { .. } => match requirement.level {
                Level::Must => Verdict::Fail,
                Level::Should | Level::May => Verdict::Warn,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_one_word_wherever_it_is_written() {
        for (verdict, word) in [
            (Verdict::Skip, "skip"),
            (Verdict::Observed, "observed"),
            (Verdict::Pass, "pass"),
            (Verdict::Warn, "warn"),
            (Verdict::Fail, "fail"),
        ] {
            assert_eq!(verdict.word(), word);
            assert_eq!(format!("{verdict:>9}|"), format!("{word:>9}|"));
            assert_eq!(serde_json::to_value(verdict).unwrap(), word);
        }
    }

    #[test]
    fn the_worst_verdict_is_the_greatest() {
        let mut all = [
            Verdict::Fail,
            Verdict::Pass,
            Verdict::Skip,
            Verdict::Warn,
            Verdict::Observed,
        ];
        all.sort();
        let words = all.map(Verdict::word);
        assert_eq!(words, ["skip", "observed", "pass", "warn", "fail"]);
    }

    #[test]
    fn the_row_says_how_grave_a_finding_is() {
        let row = |level, basis| Requirement {
            level,
            basis,
            ..spec::requirement("polyai.id.valid").unwrap().clone()
        };
        let broken = Finding::when(false, "201", "200");
        let expected = [
            (Level::Must, Basis::Documented, Verdict::Pass, Verdict::Fail),
            (Level::Should, Basis::Documented, Verdict::Pass, Verdict::Warn),
            (Level::May, Basis::Documented, Verdict::Pass, Verdict::Warn),
            (Level::Must, Basis::Silent, Verdict::Observed, Verdict::Observed),
            (Level::Must, Basis::Source, Verdict::Observed, Verdict::Observed),
        ];
        for (level, basis, met, not_met) in expected {
            let row = row(level, basis);
            assert_eq!(
                Finding::when(true, "", "").verdict(&row),
                met,
                "{level:?} {basis:?}"
            );
            assert_eq!(broken.verdict(&row), not_met, "{level:?} {basis:?}");
            assert_eq!(
                Finding::Undecided("no key".to_owned()).verdict(&row),
                Verdict::Skip
            );
        }
    }
}
