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
