//! Generated inputs: seeded one by one, shrunk when they fail, and each replayable by its seed alone.

use proptest::sample::select;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Number;

use crate::case_log::Log;
use crate::probe::Probe;
use crate::verdict::Verdict;

/// How many simpler inputs are tried on a failing one.
const SHRINK_LIMIT: usize = 80;

/// A property that failed on so many inputs is not tried on more.
const FAILURES_LIMIT: usize = 3;

/// Inputs that once failed a server for a wrong reason or slipped through: `case@seed` a line, `#` begins a comment.
const REGRESSIONS: &str = include_str!("../regressions.txt");

/// JSON numbers whose spelling has something of its own: a zero, one in front of a fraction, an exponent. Ranges hardly
/// ever give one of them.
pub(crate) fn spelled_number() -> impl Strategy<Value = Number> {
    let numbers = ["0", "0.5", "-0.25", "-1", "10", "1e-7", "1.5e+21"];
    select(
        numbers
            .map(|text| text.parse::<Number>().expect("each is a JSON number"))
            .to_vec(),
    )
}

/// Runs `test` on generated inputs. The same run seed gives the same inputs, whatever other cases run, in whatever
/// order and on however many threads.
///
/// A failing input is made as simple as it can be while it still fails for the same requirements; that last
/// exchange is what the report shows. That is done once for each requirement of a run.
pub(crate) fn check<S: Strategy>(probe: &Probe<'_>, strategy: &S, test: impl Fn(S::Value)) {
    let settings = probe.run().settings();
    let seeds: Vec<u64> = match settings.replay_of(probe.case()) {
        Some(seed) => vec![seed],
        None => regressions(probe.case())
            .chain((0..settings.iterations).map(|i| input_seed(settings.seed, probe.case(), i)))
            .collect(),
    };
    let mut failures = 0;
    for seed in seeds {
        if probe.run().stopped().is_some() || failures == FAILURES_LIMIT {
            break;
        }
        probe.input_seed.set(Some(seed));
        let Some(mut tree) = tree(strategy, seed) else {
            continue;
        };
        let mut log = probe.apart(|| test(tree.current()));
        // An input without an answer is not worth shrinking: each further one may cost a full timeout.
        if log.is_bad() && !log.unanswered && probe.run().is_first_failure(log.with(Verdict::Fail)) {
            shrink(probe, &mut tree, &mut log, &test);
        }
        failures += usize::from(log.with(Verdict::Fail).next().is_some());
        let unanswered = log.unanswered && log.is_bad();
        probe.merge(log);
        if unanswered {
            break;
        }
    }
    probe.input_seed.set(None);
}

/// Makes the input simpler while it fails for the same requirements; `log` becomes that of the simplest.
fn shrink<V: std::fmt::Debug>(
    probe: &Probe<'_>,
    tree: &mut dyn ValueTree<Value = V>,
    log: &mut Log,
    test: &impl Fn(V),
) {
    let mut left = SHRINK_LIMIT;
    while left > 0 && tree.simplify() {
        while left > 0 {
            left -= 1;
            let simpler = probe.apart(|| test(tree.current()));
            if simpler.is_as_bad_as(log) {
                *log = simpler;
                break;
            }
            if !tree.complicate() {
                break;
            }
        }
    }
}

fn tree<S: Strategy>(strategy: &S, seed: u64) -> Option<S::Tree> {
    let mut bytes = [0u8; 32];
    for (index, word) in bytes.chunks_mut(8).enumerate() {
        word.copy_from_slice(&mix(seed.wrapping_add(index as u64)).to_le_bytes());
    }
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    // A strategy whose filters reject too much gives no input; the law is then tested on the other seeds.
    strategy.new_tree(&mut runner).ok()
}

fn regressions(case: &str) -> impl Iterator<Item = u64> {
    REGRESSIONS
        .lines()
        .filter_map(|line| parse_replay(line.split('#').next().unwrap_or_default().trim()))
        .filter(move |(name, _)| name == case)
        .map(|(_, seed)| seed)
}

/// Reads `case@seed`, the seed in hexadecimal.
pub(crate) fn parse_replay(text: &str) -> Option<(String, u64)> {
    let (case, seed) = text.rsplit_once('@')?;
    Some((case.to_owned(), u64::from_str_radix(seed, 16).ok()?))
}

/// The seed of the `index`th input of a case.
fn input_seed(run: u64, case: &str, index: u64) -> u64 {
    // FNV-1a of the name: stable over builds and platforms, unlike the standard hasher.
    let name = case.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    mix(mix(run ^ name).wrapping_add(index))
}

/// The finalizer of `SplitMix64`: neighbouring inputs give unrelated outputs.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_depend_on_run_case_and_index_only() {
        assert_eq!(input_seed(1, "a", 0), input_seed(1, "a", 0));
        assert_ne!(input_seed(1, "a", 0), input_seed(1, "a", 1));
        assert_ne!(input_seed(1, "a", 0), input_seed(1, "b", 0));
        assert_ne!(input_seed(1, "a", 0), input_seed(2, "a", 0));
    }

    #[test]
    fn one_seed_gives_one_input() {
        let strategy = proptest::collection::vec(0u32..1000, 1..50);
        let values = |seed| tree(&strategy, seed).unwrap().current();
        assert_eq!(values(7), values(7));
        assert_ne!(values(7), values(8));
    }

    #[test]
    fn a_replay_names_case_and_seed() {
        assert_eq!(parse_replay("a::b@00ff"), Some(("a::b".to_owned(), 255)));
        assert_eq!(parse_replay("a::b"), None);
        assert_eq!(parse_replay("a@xyz"), None);
    }

    #[test]
    fn every_kept_regression_parses() {
        let lines = REGRESSIONS
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default().trim());
        for line in lines.filter(|line| !line.is_empty()) {
            assert!(parse_replay(line).is_some(), "{line}");
        }
    }
}
