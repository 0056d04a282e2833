//! What a rule found, and what becomes of it when the sender was slower than it meant to be.

use super::runs::{Runs, number};

/// How much a measured overhead may add to each gap, in seconds of the schedule, before it leaves a rule undecided that
/// would come out one way with it and the other way without.
const TOLERATED_OVERHEAD_S: f64 = 0.5;

/// What a rule found, before the row's level says how grave it is. The order is that of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// As documented.
    Met,
    /// At the edge of what the document can be read to allow: a warning, whatever the level of the row.
    Doubtful,
    /// Not as documented.
    Broken,
}

/// The outcome of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Decided, with the value of the statistic as text.
    Decided(Grade, String),
    /// Not decided: the value, where there is one, and why.
    Undecided(String, String),
    /// An open point: what was seen.
    Seen(String),
}

impl Outcome {
    /// Met or broken.
    pub(super) fn when(met: bool, value: impl Into<String>) -> Self {
        Self::Decided(if met { Grade::Met } else { Grade::Broken }, value.into())
    }

    pub(super) fn undecided(why: impl Into<String>) -> Self {
        Self::Undecided(String::new(), why.into())
    }
}

/// How the gaps are read: as they were recorded, or as the sender may have meant them where the host was disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As they were recorded.
    Recorded,
    /// All that the host accounts for is taken from each.
    Shortest,
    /// Each attempt was made before it was noted, by as much as the host explains, and the next one was not.
    Longest,
    /// Of what is compared, the earlier gaps as short as may be, and the later ones as long.
    Growing,
}

/// Judges with nothing taken from the gaps and with the allowance taken from each: the policy meant something between
/// the two. Where both agree, that is the verdict. Where they do not, a small allowance is given to the sender, and a
/// large one leaves the point undecided. What the host did during the very gaps can only take a verdict back.
pub(super) fn within_overhead(runs: &Runs<'_>, judge: impl Fn(Reading, f64) -> (Grade, String)) -> Outcome {
    let outcome = within_allowance(runs.allowance, |shift| judge(Reading::Recorded, shift));
    if runs.disturbance <= 0.0 {
        return outcome;
    }
    let Outcome::Decided(grade, value) = outcome else {
        return outcome;
    };
    let read = |shift: f64| {
        let readings = [Reading::Shortest, Reading::Longest, Reading::Growing];
        readings.map(|reading| judge(reading, shift).0)
    };
    let plain = read(0.0);
    let is_explained = plain
        .into_iter()
        .chain(read(runs.allowance))
        .any(|other| other < grade);
    // What passes may do so thanks to the host, too. An edge is no breach.
    let is_hidden = grade == Grade::Met && plain.contains(&Grade::Broken);
    if is_explained || is_hidden {
        return Outcome::Undecided(value, disturbed(runs.disturbance));
    }
    Outcome::Decided(grade, value)
}

/// Why a point is undecided that the host has a part in: the most that it accounts for in one gap, in seconds of the
/// schedule.
pub(super) fn disturbed(most: f64) -> String {
    format!(
        "the host stood still, or was too busy, for up to {} s of the schedule between two attempts, and the verdict depends \
         on that; judge it on a quieter host or at a larger scale",
        number(most)
    )
}

fn within_allowance(allowance: f64, judge: impl Fn(f64) -> (Grade, String)) -> Outcome {
    let (as_recorded, value) = judge(0.0);
    if allowance <= 0.0 {
        return Outcome::Decided(as_recorded, value);
    }
    let (as_meant, _) = judge(allowance);
    // A value at the edge says nothing where the edge is narrower than what may have been added.
    let is_plain = as_recorded == as_meant && as_recorded != Grade::Doubtful;
    if is_plain || allowance <= TOLERATED_OVERHEAD_S {
        return Outcome::Decided(as_recorded.min(as_meant), value);
    }
    Outcome::Undecided(
        value,
        format!(
            "the sender may take up to {allowance:.1} s of the schedule more for each gap than it means to, and the \
             verdict depends on that; judge it at a larger scale"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_most(limit: f64, value: f64) -> impl Fn(f64) -> (Grade, String) {
        move |shift| {
            let grade = if value - shift > limit {
                Grade::Broken
            } else {
                Grade::Met
            };
            (grade, value.to_string())
        }
    }

    #[test]
    fn an_overhead_that_explains_a_breach_never_fails() {
        let met = Outcome::Decided(Grade::Met, "2.4".to_owned());
        assert_eq!(within_allowance(0.5, at_most(2.0, 2.4)), met);
        assert!(matches!(
            within_allowance(0.6, at_most(2.0, 2.4)),
            Outcome::Undecided(..)
        ));
    }

    #[test]
    fn the_edge_is_undecided_where_the_overhead_is_large() {
        let edge = |_: f64| (Grade::Doubtful, "80".to_owned());
        let doubtful = Outcome::Decided(Grade::Doubtful, "80".to_owned());
        assert_eq!(within_allowance(0.5, edge), doubtful);
        assert!(matches!(within_allowance(13.0, edge), Outcome::Undecided(..)));
    }

    #[test]
    fn a_breach_beyond_the_overhead_fails() {
        let broken = Outcome::Decided(Grade::Broken, "4".to_owned());
        assert_eq!(within_allowance(1.5, at_most(2.0, 4.0)), broken);
        assert_eq!(within_allowance(0.0, at_most(2.0, 4.0)), broken);
    }
}
