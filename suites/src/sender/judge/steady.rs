//! Whether a sender scatters its delays. Without jitter, each delay says what was meant, and few events are enough.
//!
//! Load only ever adds to a gap, and adds as much to a long one as to a short one. So the events are compared at their
//! longer gaps, where noise is small beside the delay and jitter is not, and from the median down, where stalls do not
//! reach.

use super::series::{CAPPED_FROM_S, Series, quantile, sorted};
use crate::sender::{Mode, Recording};

/// How far the smallest gap may lie below the median one, as a share of it.
const SPREAD: f64 = 0.05;

/// Gaps of fewer seconds of the schedule than this are too near the noise to be compared. From the cap on, scattered
/// delays that are cut to it agree too.
const COMPARED_S: std::ops::Range<f64> = 3.0..CAPPED_FROM_S;

/// The gaps that are compared, counted from 0.
const COMPARED: std::ops::Range<usize> = 1..10;

/// How many of them are needed.
const COMPARED_AT_LEAST: usize = 2;

/// How many events can be compared at all.
const EVENTS_AT_LEAST: usize = 3;

/// Within one event: how many of the first steps have to follow one law, and how closely.
const LAW_VIRTUAL: (usize, f64) = (4, 0.005);
const LAW_REAL: (usize, f64) = (4, 0.04);

/// On an exact clock so many steps are enough where it is no jitter in whole seconds from 1 s on, which draws 1, 1, 1, 1
/// or 1, 2, 4, 8 once in a hundred events: because the first delay is longer than it can draw, because the delays have
/// grown by a factor that it hardly draws, or because they then stay the same.
const LAW_PLAIN: usize = 3;
const FIRST_OF_WHOLE_S: f64 = 1.0;
const GROWTH_OF_WHOLE: f64 = 10.0;

/// Whether these series show a sender without jitter.
pub(super) fn is_steady(series: &[Series], recording: &Recording) -> bool {
    if series.len() >= EVENTS_AT_LEAST {
        return agree(series);
    }
    let (steps, tolerance) = match recording.mode {
        Mode::Virtual => LAW_VIRTUAL,
        _ => LAW_REAL,
    };
    !series.is_empty()
        && series.iter().all(|one| {
            let is_plain = recording.mode == Mode::Virtual && is_plain(one.after.recorded());
            let steps = if is_plain { LAW_PLAIN } else { steps };
            follows_a_law(one.after.recorded(), steps, tolerance)
        })
}

/// Whether jitter in whole seconds is no explanation of the first delays, which follow a law.
#[expect(
    clippy::float_cmp,
    reason = "delays on an exact clock that are meant to be the same are the same"
)]
fn is_plain(gaps: &[f64]) -> bool {
    let Some(last) = gaps.get(LAW_PLAIN) else {
        return false;
    };
    let stays = matches!(gaps.get(LAW_PLAIN + 1..LAW_PLAIN + 3), Some([one, next]) if one == next);
    gaps[0] > FIRST_OF_WHOLE_S || *last >= GROWTH_OF_WHOLE * gaps[0] || stays
}

fn agree(series: &[Series]) -> bool {
    let spreads = sorted(COMPARED.filter_map(|index| {
        let column: Option<Vec<(f64, f64)>> = series
            .iter()
            .map(|one| Some((*one.after.recorded().get(index)?, one.after.lead(index))))
            .collect();
        let mut column = column?;
        column.sort_by(|one, other| one.0.total_cmp(&other.0));
        let median = column[(column.len() - 1) / 2].0;
        // One stall ends the delays of all events at once, which then agree whatever was meant.
        let mut lower = column.iter().take_while(|(recorded, _)| *recorded <= median);
        let is_own = lower.all(|(_, lead)| *lead < SPREAD * median);
        (COMPARED_S.contains(&median) && is_own).then(|| (median - column[0].0) / median)
    }));
    spreads.len() >= COMPARED_AT_LEAST && quantile(&spreads, 0.5) < SPREAD
}

/// Whether the first gaps, which lie below the cap, all have one ratio or all one difference: chance does not do that.
fn follows_a_law(gaps: &[f64], steps: usize, tolerance: f64) -> bool {
    let Some(first) = gaps.get(..=steps) else {
        return false;
    };
    if first[0] <= 0.0 || first.iter().any(|gap| *gap >= CAPPED_FROM_S) {
        return false;
    }
    let within = |steps: Vec<f64>, unit: f64| steps[steps.len() - 1] - steps[0] <= tolerance * unit;
    let ratios = sorted(first.windows(2).map(|pair| pair[1] / pair[0]));
    let smallest = ratios[0];
    let differences = sorted(first.windows(2).map(|pair| pair[1] - pair[0]));
    within(ratios, smallest) || within(differences, first[steps].max(first[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_need_a_step_more() {
        assert!(is_plain(&[5.0, 10.0, 20.0, 40.0]));
        assert!(is_plain(&[1.0, 3.0, 9.0, 27.0]));
        assert!(is_plain(&[1.0, 2.0, 4.0, 8.0, 10.0, 10.0]));
        assert!(!is_plain(&[1.0, 2.0, 4.0, 8.0, 13.0, 2.0]));
        assert!(!is_plain(&[1.0, 1.0, 1.0]));
    }

    #[test]
    fn doubling_tripling_linear_and_constant_gaps_follow_a_law() {
        for gaps in [
            &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0][..],
            &[1.0, 3.0, 9.0, 27.0, 60.0],
            &[1.0, 2.0, 4.0, 8.0, 10.0, 10.0],
            &[1.0, 2.0, 3.0, 4.0, 5.0],
            &[5.0, 5.0, 5.0, 5.0],
        ] {
            assert!(follows_a_law(gaps, 3, 0.005), "{gaps:?}");
        }
    }

    #[test]
    fn scattered_or_few_gaps_follow_none() {
        for gaps in [
            &[0.9, 2.1, 3.6, 8.4, 15.0, 36.0, 60.0, 60.0, 60.0][..],
            &[1.0, 2.0, 4.0],
            &[60.0, 60.0, 60.0, 60.0, 60.0],
            &[0.0, 0.0, 0.0, 0.0, 0.0],
        ] {
            assert!(!follows_a_law(gaps, 3, 0.005), "{gaps:?}");
        }
    }
}
