//! The language-neutral vectors, as `hookproof explain` uses them: the rules that speak of a requirement, and a recording
//! that shows it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Recording;
use super::judge::{Judgement, judge};

const VECTORS: &str = include_str!("../../vectors/retry.json");

#[derive(Deserialize)]
struct Vectors {
    recordings: Vec<Vector>,
}

/// One recording with the verdicts it is to get.
#[derive(Deserialize)]
pub(crate) struct Vector {
    /// What is right or wrong in it.
    pub(crate) about: String,
    /// The attempts.
    pub(crate) recording: Recording,
    /// The word of the verdict for each row that is meant.
    pub(crate) expect: BTreeMap<String, String>,
}

fn all() -> Vec<Vector> {
    let read: Result<Vectors, _> = serde_json::from_str(VECTORS);
    // The test of the vectors reads the same file.
    read.map(|vectors| vectors.recordings).unwrap_or_default()
}

/// The vector that shows best what a requirement is about: one that breaks it, or else any.
pub(crate) fn telling(requirement: &str) -> Option<Vector> {
    let mut about: Vec<Vector> = all()
        .into_iter()
        .filter(|vector| vector.expect.contains_key(requirement))
        .collect();
    let broken = about
        .iter()
        .position(|vector| matches!(vector.expect[requirement].as_str(), "fail" | "warn"));
    (!about.is_empty()).then(|| about.swap_remove(broken.unwrap_or(0)))
}

/// One judgement of each rule that speaks of a requirement.
pub(crate) fn rules(requirement: &str) -> Vec<Judgement> {
    let mut rules: BTreeMap<&'static str, Judgement> = BTreeMap::new();
    for judgement in all().iter().flat_map(|vector| judge(&vector.recording)) {
        if judgement.requirement == requirement {
            rules.entry(judgement.rule).or_insert(judgement);
        }
    }
    rules.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_about_retries_has_a_rule_to_explain() {
        for api in ["olbrain", "inkeep"] {
            for id in crate::registry::retries(api).unwrap().rows() {
                assert!(!rules(id).is_empty(), "{id}");
            }
        }
        assert_eq!(
            telling("olbrain.retry.cap").unwrap().expect["olbrain.retry.cap"],
            "fail"
        );
    }
}
