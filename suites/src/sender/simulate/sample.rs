//! A small simulation, made again by every test run: whether the kept table still belongs to the judge.

use std::fmt::Write as _;

use super::Cell;

/// Trials of each correct policy, and the seed.
const TRIALS: u32 = 20;
const SEED: u64 = 1;

/// Every policy, a few times.
pub(super) fn cells() -> Vec<Cell> {
    super::cells(TRIALS, SEED)
}

/// A short text that changes when a verdict of the sample does. It is made of counts, on which the last digit of a
/// logarithm has no influence.
pub(super) fn digest(cells: &[Cell]) -> String {
    let mut counts = String::new();
    for cell in cells {
        let _ = writeln!(
            counts,
            "{} {} {} {} {:?}",
            cell.policy.name,
            cell.events,
            cell.host.name(),
            cell.tally.warned,
            cell.tally.by_rule
        );
    }
    // FNV-1a: nobody forges a table.
    let hash = counts.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
