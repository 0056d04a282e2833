//! How often each rule fails a sender that follows the documents, as simulated.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// The figures, written by `cargo xtask retry-rates`.
const FILE: &str = include_str!("rates.toml");

/// What the simulation found about one rule with so many events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rate {
    /// The rule's name.
    pub(crate) rule: String,
    /// Events in each trial.
    pub(crate) events: usize,
    /// Trials of each correct policy in each condition.
    pub(crate) trials: u32,
    /// Failures of the policy and condition that had most of them.
    pub(crate) failed: u32,
    /// That policy and condition; empty where there were no failures.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) worst: String,
}

/// The file as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rates {
    /// One entry for each rule and number of events.
    #[serde(default)]
    pub(crate) rate: Vec<Rate>,
}

static RATES: LazyLock<Rates> = LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// The rate of a rule for so many events, in words.
pub(super) fn of(rule: &str, events: usize) -> String {
    let simulated = RATES
        .rate
        .iter()
        .filter(|rate| rate.rule == rule && rate.events <= events.max(1))
        .max_by_key(|rate| rate.events);
    match simulated {
        None => "not simulated".to_owned(),
        Some(rate) if rate.failed == 0 => format!(
            "none in {} simulated senders of each correct kind with {} events, on an idle and on a loaded host",
            rate.trials, rate.events
        ),
        Some(rate) => format!(
            "at most {} in {} simulated senders of a correct kind ({}) with {} events",
            rate.failed, rate.trials, rate.worst, rate.events
        ),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_file_of_rates_can_be_read() {
        toml::from_str::<super::Rates>(super::FILE).unwrap();
    }
}
