//! How often the judge is wrong: policies that are known to be correct or wrong, simulated and judged.
//!
//! Everything follows from one seed, so that a table can be made again to the letter.

mod host;
mod policy;
mod random;
mod sample;
mod table;

pub use table::Table;

use std::collections::BTreeMap;
use std::time::Duration;

use host::{Conditions, Host};
use policy::Policy;
use random::Random;

use super::judge::judge;
use super::{Answered, Attempt, Recording};
use crate::verdict::Verdict;

/// How many events are judged together.
const EVENTS: [u32; 3] = [1, 8, 16];

/// More attempts than any rule needs.
const ATTEMPTS_AT_MOST: usize = 800;

/// What became of the trials of one policy under one condition.
#[derive(Clone, Debug, Default)]
struct Tally {
    trials: u32,
    failed: u32,
    warned: u32,
    /// Failures by rule.
    by_rule: BTreeMap<&'static str, u32>,
    /// The rules that had anything to judge.
    applied: std::collections::BTreeSet<&'static str>,
}

/// A policy, a condition and a number of events, with the outcome.
struct Cell {
    policy: &'static Policy,
    correct: bool,
    host: Host,
    events: u32,
    tally: Tally,
}

/// Simulates every policy: correct ones so many times, and a tenth of that for wrong ones.
pub fn retry_rates(trials: u32, seed: u64) -> Table {
    Table::new(
        trials,
        seed,
        cells(trials, seed),
        sample::digest(&sample::cells()),
    )
}

/// The same as single outcomes, in the order of the policies.
fn cells(trials: u32, seed: u64) -> Vec<Cell> {
    let jobs = jobs(trials);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut done: Vec<(usize, Cell)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    loop {
                        let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(&job) = jobs.get(index) else { break done };
                        done.push((index, run(job, seed)));
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a simulation does not panic"))
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, cell)| cell).collect()
}

type Job = (&'static Policy, bool, Host, u32, u32);

fn jobs(trials: u32) -> Vec<Job> {
    let correct = policy::CORRECT.iter().map(|policy| (policy, true, trials));
    let wrong = policy::WRONG
        .iter()
        .map(|policy| (policy, false, (trials / 10).max(10)));
    correct
        .chain(wrong)
        .flat_map(|(policy, correct, trials)| {
            EVENTS.into_iter().flat_map(move |events| {
                Host::ALL
                    .into_iter()
                    .map(move |host| (policy, correct, host, events, trials))
            })
        })
        .collect()
}

fn run((policy, correct, host, events, trials): Job, seed: u64) -> Cell {
    let mut tally = Tally::default();
    // Each cell has numbers of its own, whatever else is simulated.
    let name: u64 = policy.name.bytes().fold(seed, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let mut random = Random::new(name ^ (u64::from(events) << 32) ^ ((host as u64) << 48));
    for _ in 0..trials {
        let recording = record(policy, host, events, &mut random);
        tally.trials += 1;
        let judgements = judge(&recording);
        let mut failing: Vec<&'static str> = judgements
            .iter()
            .filter(|judgement| judgement.verdict == Verdict::Fail)
            .map(|judgement| judgement.rule)
            .collect();
        failing.dedup();
        tally
            .applied
            .extend(judgements.iter().map(|judgement| judgement.rule));
        tally.failed += u32::from(!failing.is_empty());
        let warned = judgements
            .iter()
            .any(|judgement| judgement.verdict == Verdict::Warn);
        tally.warned += u32::from(failing.is_empty() && warned);
        for rule in failing {
            *tally.by_rule.entry(rule).or_default() += 1;
        }
    }
    Cell {
        policy,
        correct,
        host,
        events,
        tally,
    }
}

/// What a server that answers 503 for ever records of a sender with this policy.
fn record(policy: &Policy, host: Host, events: u32, random: &mut Random) -> Recording {
    let (mode, scale) = host.mode();
    let mut recording = Recording {
        mode,
        scale,
        overhead: host.overhead(),
        ..Recording::new("olbrain")
    };
    let conditions = Conditions::new(host, random);
    recording.host = conditions.trace(random);
    for event in 0..events {
        let (mut at, mut delay) = (0.0, 0.0);
        for retry in 0..ATTEMPTS_AT_MOST {
            let head = Duration::from_secs_f64(at * scale);
            let mut attempt = Attempt::new(head, Answered::Status(503));
            attempt.event = event;
            recording.attempts.push(attempt);
            recording.watched_until = recording
                .watched_until
                .max(Duration::from_secs_f64(conditions.listened(at, 130.0) * scale));
            delay = policy.delay(retry, delay, random);
            if !policy.goes_on(retry, at, delay) {
                break;
            }
            at = conditions.made(at + delay, random);
        }
    }
    recording
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Few trials, but of everything: what the large simulation says holds in the small.
    #[test]
    fn correct_senders_pass_and_wrong_ones_fail() {
        let cells = sample::cells();
        let mut faults = Vec::new();
        let mut found_though_stalled = 0;
        for cell in &cells {
            let Tally { trials, failed, .. } = cell.tally;
            let place = format!(
                "{}, {} events, {}",
                cell.policy.name,
                cell.events,
                cell.host.name()
            );
            if cell.correct && failed > 0 {
                faults.push(format!(
                    "{place}: failed {failed} of {trials} by {:?}",
                    cell.tally.by_rule
                ));
            }
            let found = failed * 10 >= trials * 9;
            if !cell.correct && cell.events == 16 && cell.host == Host::Stalled {
                // What depends on the stalls is undecided there.
                found_though_stalled += usize::from(found);
                continue;
            }
            let blind = table::BLIND.contains(&cell.policy.name) && cell.host != Host::Exact;
            if !cell.correct && cell.events == 16 && !blind && !found {
                faults.push(format!("{place}: failed only {failed} of {trials}"));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(
            found_though_stalled * 2 > policy::WRONG.len(),
            "on a host that stands still, only {found_though_stalled} wrong policies are found"
        );
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../snapshots/sender/retry-rates.txt");
        let kept = std::fs::read_to_string(kept).unwrap();
        let digest = sample::digest(&cells);
        assert!(
            kept.contains(&digest),
            "the judge or the policies have changed since snapshots/sender/retry-rates.txt was written: run `cargo xtask \
             retry-rates` and read the difference (the sample is now {digest})"
        );
    }

    #[test]
    fn a_simulation_can_be_made_again() {
        let attempts = |seed| record(&policy::CORRECT[5], Host::Loaded, 2, &mut Random::new(seed)).attempts;
        assert_eq!(attempts(3), attempts(3));
        assert_ne!(attempts(3), attempts(4));
    }
}
