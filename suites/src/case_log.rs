//! What a case has found so far.

use std::collections::BTreeMap;

use crate::event::CheckRecord;
use crate::verdict::Verdict;

/// The checks of a case so far: one entry for each requirement and verdict.
#[derive(Default)]
pub(crate) struct Log {
    checks: BTreeMap<(&'static str, Verdict), CheckRecord>,
    /// Whether an exchange got no answer; such a failure is not worth shrinking.
    pub(crate) unanswered: bool,
}

impl Log {
    /// Requirements that came out as `verdict`.
    pub(crate) fn with(&self, verdict: Verdict) -> impl Iterator<Item = &str> {
        self.checks
            .keys()
            .filter(move |(_, v)| *v == verdict)
            .map(|(id, _)| *id)
    }

    /// Whether any check failed or warned.
    pub(crate) fn is_bad(&self) -> bool {
        self.with(Verdict::Fail)
            .chain(self.with(Verdict::Warn))
            .next()
            .is_some()
    }

    /// Whether every failure and warning of the other log is also one of this.
    pub(crate) fn is_as_bad_as(&self, other: &Log) -> bool {
        let bad = |verdict: &Verdict| matches!(verdict, Verdict::Fail | Verdict::Warn);
        other
            .checks
            .keys()
            .filter(|(_, v)| bad(v))
            .all(|key| self.checks.contains_key(key))
    }

    /// Whether anything was found about a requirement.
    pub(crate) fn speaks_of(&self, id: &str) -> bool {
        self.checks.keys().any(|(known, _)| *known == id)
    }

    /// The first check that was left undecided.
    pub(crate) fn first_skip(&self) -> Option<&CheckRecord> {
        let mut all = self.checks.iter();
        all.find(|((_, verdict), _)| *verdict == Verdict::Skip)
            .map(|(_, record)| record)
    }

    /// Counts a check once more where one of its kind is there, and says whether it is.
    pub(crate) fn counts(&mut self, key: (&'static str, Verdict)) -> bool {
        let known = self.checks.get_mut(&key);
        known.map(|record| record.count += 1).is_some()
    }

    pub(crate) fn merge(&mut self, other: Log) {
        for (key, record) in other.checks {
            self.add(key, record);
        }
    }

    /// Verdicts that need no further evidence lose it; the first of a kind stays.
    pub(crate) fn add(&mut self, key: (&'static str, Verdict), record: CheckRecord) {
        self.checks
            .entry(key)
            .and_modify(|known| known.count += record.count)
            .or_insert(record);
    }

    /// Worst verdict of the case.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.checks.keys().map(|(_, verdict)| *verdict).max()
    }

    pub(crate) fn records(self) -> impl Iterator<Item = CheckRecord> {
        self.checks.into_values()
    }
}
