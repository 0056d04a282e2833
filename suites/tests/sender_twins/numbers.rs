//! The reference itself, and twins that differ from it in numbers only.

use std::time::Duration;

use suites::sender::judged::Judged;
use suites::sender::reference::{Jitter, Policy};
use suites::verdict::Verdict;

use super::stage::{all_scenarios, not_met};

const JITTERS: [Jitter; 4] = [Jitter::None, Jitter::Equal, Jitter::Full, Jitter::Decorrelated];

#[test]
fn the_reference_passes_under_every_jitter() {
    for jitter in JITTERS {
        let judged = Judged::new(all_scenarios(&Policy::documented(jitter)));
        for (row, judgement) in judged.by_requirement() {
            assert!(
                judgement.verdict <= Verdict::Pass,
                "{jitter:?}: {row}: {judgement:?}"
            );
        }
        let passed = |row| {
            judged
                .by_requirement()
                .get(row)
                .is_some_and(|j| j.verdict == Verdict::Pass)
        };
        for row in [
            "olbrain.retry.on-502",
            "olbrain.retry.on-503",
            "olbrain.retry.on-504",
            "olbrain.retry.not-4xx",
            "olbrain.retry.not-4xx.later",
            "olbrain.retry.stops",
            "olbrain.retry.start",
            "olbrain.retry.exponential",
            "olbrain.retry.cap",
            "olbrain.retry.giveup",
            "olbrain.retry.giveup.final",
            "olbrain.retry.attempts",
            "olbrain.retry.same-key",
            "olbrain.retry.distinct-keys",
            "olbrain.retry.same-body",
            "olbrain.retry.one-at-a-time",
            "olbrain.retry.retry-after",
            "olbrain.idem.in-body",
        ] {
            assert!(passed(row), "{jitter:?}: {row} was not shown");
        }
    }
}

/// Twins that differ from the reference in numbers only, and the rows that each of them breaks.
#[test]
fn twins_with_wrong_numbers_break_just_their_rows() {
    type Change = fn(&mut Policy);
    let twins: [(&str, Change, &[&str]); 10] = [
        (
            "not on 502",
            |p| p.retries = |s| matches!(s, 503 | 504),
            &["olbrain.retry.on-502"],
        ),
        (
            "not on 503",
            |p| p.retries = |s| matches!(s, 502 | 504),
            &["olbrain.retry.on-503"],
        ),
        (
            "not on 504",
            |p| p.retries = |s| matches!(s, 502 | 503),
            &["olbrain.retry.on-504"],
        ),
        (
            "also on 429",
            |p| p.retries = |s| matches!(s, 429 | 502..=504),
            &["olbrain.retry.not-4xx"],
        ),
        (
            "start 5 s",
            |p| p.backoff.start = Duration::from_secs(5),
            &["olbrain.retry.start"],
        ),
        (
            "cap 30 s",
            |p| p.backoff.cap = Duration::from_secs(30),
            &["olbrain.retry.exponential"],
        ),
        (
            "cap 5 min",
            |p| p.backoff.cap = Duration::from_secs(300),
            &["olbrain.retry.cap"],
        ),
        (
            "gives up after 5 min",
            |p| p.backoff.give_up_after = Duration::from_secs(300),
            &["olbrain.retry.giveup"],
        ),
        (
            "gives up after 1 min",
            |p| p.backoff.give_up_after = Duration::from_secs(60),
            &["olbrain.retry.attempts", "olbrain.retry.giveup"],
        ),
        (
            "gives up after 1 h",
            |p| p.backoff.give_up_after = Duration::from_secs(3600),
            &["olbrain.retry.giveup"],
        ),
    ];
    for (name, change, rows) in twins {
        let mut policy = Policy::documented(Jitter::None);
        change(&mut policy);
        let failed: Vec<&str> = not_met(all_scenarios(&policy))
            .into_iter()
            .filter(|(_, verdict)| *verdict == Verdict::Fail)
            .map(|(row, _)| row)
            .collect();
        assert_eq!(failed, rows, "{name}");
    }
}
