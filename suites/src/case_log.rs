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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::by_hand::record;

    const ONE: &str = "polyai.id.valid";
    const OTHER: &str = "polyai.auth.ok";

    fn log(checks: &[(&'static str, Verdict)]) -> Log {
        let mut log = Log::default();
        for (id, verdict) in checks {
            log.add((id, *verdict), record(id, *verdict, "first"));
        }
        log
    }

    #[test]
    fn failures_and_warnings_are_bad_and_nothing_else_is() {
        for (verdict, bad) in [
            (Verdict::Pass, false),
            (Verdict::Skip, false),
            (Verdict::Observed, false),
            (Verdict::Warn, true),
            (Verdict::Fail, true),
        ] {
            let log = log(&[(ONE, verdict)]);
            assert_eq!(log.is_bad(), bad, "{verdict}");
            assert_eq!(log.with(verdict).collect::<Vec<_>>(), [ONE]);
            assert_eq!(log.verdict(), Some(verdict));
            assert!(log.speaks_of(ONE) && !log.speaks_of(OTHER));
            assert_eq!(log.first_skip().is_some(), verdict == Verdict::Skip);
        }
        assert_eq!(log(&[]).verdict(), None);
        let mixed = log(&[(ONE, Verdict::Pass), (OTHER, Verdict::Fail), (ONE, Verdict::Warn)]);
        assert_eq!(mixed.verdict(), Some(Verdict::Fail));
        assert_eq!(mixed.with(Verdict::Fail).collect::<Vec<_>>(), [OTHER]);
    }

    #[test]
    fn a_log_is_as_bad_as_another_when_it_holds_all_of_its_failures() {
        let both = [(ONE, Verdict::Fail), (OTHER, Verdict::Warn)];
        assert!(log(&both).is_as_bad_as(&log(&both[..1])));
        assert!(!log(&both[..1]).is_as_bad_as(&log(&both)));
        assert!(!log(&[(OTHER, Verdict::Fail)]).is_as_bad_as(&log(&both[1..])));
        // What is not bad does not have to come again.
        assert!(log(&[]).is_as_bad_as(&log(&[(ONE, Verdict::Pass), (OTHER, Verdict::Skip)])));
    }

    #[test]
    fn checks_of_a_kind_are_counted_and_the_first_of_them_is_kept() {
        let key = (ONE, Verdict::Fail);
        let mut log = log(&[key, key]);
        assert!(log.counts(key) && !log.counts((OTHER, Verdict::Fail)));
        let mut more = Log::default();
        more.add(key, record(ONE, Verdict::Fail, "second"));
        more.add((OTHER, Verdict::Pass), record(OTHER, Verdict::Pass, "second"));
        log.merge(more);
        let records: Vec<_> = log
            .records()
            .map(|record| (record.count, record.expected))
            .collect();
        assert_eq!(records, [(1, "second".to_owned()), (4, "first".to_owned())]);
    }
}
