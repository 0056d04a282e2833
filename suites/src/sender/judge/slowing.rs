//! Whether the growth of scattered delays slows down, as that of the squares does, before the cap is reached.
//!
//! Where jitter draws from nothing up to the delay, single delays say little about the delays that were meant. Their
//! extremes say more: the longest ones of the first few retries show a factor that the sender has at least, and with
//! that factor the longest ones of the next few retries cannot all be short. How unlikely they are is the statistic. It
//! is exact for full jitter, and an upper bound for jitter that draws from less. What a host adds makes it larger, so
//! that load can hide such a sender, and never make one.

use super::judgement::{Judge, Rule};
use super::outcome::{Grade, Reading, within_overhead};
use super::rates;
use super::schedule::EVENTS_TO_FAIL;
use super::series::{Group, Series, largest, rank_beyond_stalls, sorted};
use crate::sender::ScheduleRows;

/// The delays that show the factor, counted from 0, and those that are held against it.
const FACTOR_FROM: std::ops::RangeInclusive<usize> = 1..=3;
const HELD_AGAINST: std::ops::RangeInclusive<usize> = 3..=5;

/// Delays as short as these come by chance as often: fails below the first number, warns below the second.
const CHANCE: (f64, f64) = (0.000_1, 0.000_5);

/// The longest first delay that a jitter can have drawn, of which less was drawn: 1 s where no more was, as long as there
/// are events enough to show the kinds whose mean is 1 s; half as long again where the draws do not reach down to
/// nothing; 2 s at most.
const DRAWN_FULL_S: f64 = 1.0;
const DRAWN_AROUND_S: f64 = 1.5;
const DRAWN_AT_MOST_S: f64 = 2.0;
const EVENTS_FOR_FULL: usize = 12;

/// What still counts as 1 s, and what as nothing.
const TOLERANCE_S: f64 = 0.05;

const NOTHING_S: f64 = 0.45;

/// What still counts as 1 s where draws reach down to nothing and events are so many that jitter up to 2 s draws all of
/// them below it in fewer than three of ten thousand cases. What a sender takes itself for each gap is no jitter.
const TOLERANCE_OF_MANY_S: f64 = 0.2;
const EVENTS_FOR_NOISE: usize = 16;

/// No delay is meant to be longer.
const CAP_S: f64 = 60.0;

pub(super) fn judge(judge: &mut Judge<'_>, rows: &'static ScheduleRows, group: &Group, open: &[&Series]) {
    // Decorrelated jitter follows no factor from one delay to the next.
    if open.len() < EVENTS_TO_FAIL || !group.reaches_down() {
        return;
    }
    let runs = judge.runs();
    if open
        .iter()
        .any(|series| series.after.len() <= *HELD_AGAINST.end())
    {
        return;
    }
    let columns = |later: bool, reading: Reading| -> Vec<Vec<f64>> {
        let gaps = |series: &&Series| {
            if later {
                series.after.later(reading).to_vec()
            } else {
                series.after.read(reading).to_vec()
            }
        };
        let gaps: Vec<Vec<f64>> = open.iter().map(gaps).collect();
        let column = |index: usize| sorted(gaps.iter().map(|gaps| gaps[index]));
        (0..=*HELD_AGAINST.end()).map(column).collect()
    };
    let rank = rank_beyond_stalls(runs.recording, open.len());
    let chance =
        |reading: Reading, shift: f64| chance(&columns(false, reading), &columns(true, reading), rank, shift);
    let rule = Rule {
        requirement: rows.exponential,
        name: "not-slowing",
        statistic: "chance of delays 4 to 6 as short as these with the factor that the delays 2 to 4 show",
        threshold: format!("at least {}; a warning below {}", CHANCE.0, CHANCE.1),
        false_alarm: rates::of("not-slowing", open.len()),
    };
    let value = {
        let (factor, chance) = chance(Reading::Recorded, 0.0);
        format!("{chance:.6} with a factor of {factor:.1} or more")
    };
    let outcome = within_overhead(runs, |reading, shift| {
        let grade = match chance(reading, shift).1 {
            chance if chance < CHANCE.0 => Grade::Broken,
            chance if chance < CHANCE.1 => Grade::Doubtful,
            _ => Grade::Met,
        };
        (grade, value.clone())
    });
    judge.report(rule, outcome);
}

/// The factor that a sender with these delays has at least, and the chance of the later ones under it. Both are the same
/// delays, read as the earlier and as the later ones.
fn chance(columns: &[Vec<f64>], later: &[Vec<f64>], rank: usize, shift: f64) -> (f64, f64) {
    let exponent = |index: usize| f64::from(u32::try_from(index).unwrap_or(u32::MAX));
    let drawn = drawn(&later[0]);
    let factor = FACTOR_FROM
        .filter_map(|index| {
            let seen = (largest(&columns[index], rank)? - shift) / drawn;
            Some(seen.max(0.0).powf(1.0 / exponent(index)))
        })
        .fold(1.0, f64::max);
    // The longest of k even draws lies below a share of the range with a chance of that share to the power of k.
    let (mut terms, mut product) = (0, 1.0);
    for index in HELD_AGAINST {
        let longest = later[index].last().copied().unwrap_or(0.0);
        let meant = factor.powf(exponent(index)).min(CAP_S);
        product *= (longest / meant).min(1.0).powf(exponent(later[index].len()));
        terms += 1;
    }
    (factor, of_product(product, terms))
}

/// The longest first delay that the jitter of these first delays, in ascending order, can have drawn.
fn drawn(first: &[f64]) -> f64 {
    let (shortest, longest) = match first {
        [shortest, .., longest] => (*shortest, *longest),
        _ => return DRAWN_AT_MOST_S,
    };
    let is_full = shortest < NOTHING_S;
    let tolerance = if is_full && first.len() >= EVENTS_FOR_NOISE {
        TOLERANCE_OF_MANY_S
    } else {
        TOLERANCE_S
    };
    let is_short = longest <= DRAWN_FULL_S + tolerance;
    if is_short && first.len() >= EVENTS_FOR_FULL {
        DRAWN_FULL_S
    } else if is_short || (!is_full && longest <= DRAWN_AROUND_S) {
        DRAWN_AROUND_S
    } else {
        longest.max(DRAWN_AT_MOST_S)
    }
}

/// The chance that a product of so many even draws from 0 to 1 is not larger than this (Fisher's way of taking
/// independent results together).
fn of_product(product: f64, draws: u32) -> f64 {
    if product <= 0.0 {
        return 0.0;
    }
    let log = -product.ln();
    let (mut term, mut sum) = (1.0, 0.0);
    for draw in 0..draws {
        sum += term;
        term *= log / f64::from(draw + 1);
    }
    (product * sum).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_of_draws_has_its_chance() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        near(of_product(0.3, 1), 0.3);
        // Two draws: p (1 - ln p).
        near(of_product(0.1, 2), 0.1 * (1.0 + 10.0_f64.ln()));
        near(of_product(1.0, 3), 1.0);
        near(of_product(0.0, 3), 0.0);
    }

    fn columns(meant: &[f64]) -> Vec<Vec<f64>> {
        let draws = |longest: &f64| (1..=16).map(|draw| longest * f64::from(draw) / 17.0).collect();
        meant.iter().map(draws).collect()
    }

    #[test]
    fn squares_slow_down_and_powers_do_not() {
        let of = |meant: &[f64]| chance(&columns(meant), &columns(meant), 2, 0.0).1;
        assert!(of(&[1.0, 4.0, 9.0, 16.0, 25.0, 36.0]) < 1e-6);
        for factor in [1.3_f64, 2.0, 3.0, 4.0] {
            let meant: Vec<f64> = (0..6).map(|index| factor.powi(index).min(60.0)).collect();
            assert!(of(&meant) > 0.01, "{factor}: {}", of(&meant));
        }
    }
}
