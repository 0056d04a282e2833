//! From rounds to figures: medians, percentiles, and ratios between servers that took turns.

use std::time::Duration;

use super::load::Round;

/// One round of one server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    /// Requests answered.
    pub(super) requests: u32,
    /// Requests answered in a second.
    pub(super) rate: f64,
    /// The time within which half of the answers came, in microseconds.
    pub(super) p50_us: f64,
    /// The time within which 99 of 100 answers came, in microseconds.
    pub(super) p99_us: f64,
    /// CPU time of the server for all of them.
    pub(super) cpu_time: Option<Duration>,
    /// How long the round took.
    pub(super) elapsed: Duration,
    /// CPU time of the load generator in it.
    pub(super) own_cpu_time: Option<Duration>,
}

/// A figure that was taken several times. The quartiles tell how steady it is; extremes on a shared machine tell
/// what its neighbours did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    /// The one in the middle.
    pub(super) median: f64,
    /// A quarter of the values is not larger.
    pub(super) lower_quartile: f64,
    /// Three quarters of the values are not larger.
    pub(super) upper_quartile: f64,
}

/// How the rounds of one server compare with those of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ratios {
    /// Requests per second; more than 1 is faster.
    pub(super) rate: Spread,
    /// The 99th percentile; less than 1 is faster.
    pub(super) p99: Spread,
    /// CPU time per request; less than 1 is cheaper.
    pub(super) cpu: Option<f64>,
}

impl Sample {
    /// The figures of a round; `None` when it brought no answer.
    pub(super) fn of(round: &Round) -> Option<Self> {
        let requests = u32::try_from(round.latencies_ns.len()).ok()?;
        let micros = |percent| percentile(&round.latencies_ns, percent).map(|ns| f64::from(ns) / 1000.0);
        Some(Self {
            requests,
            rate: f64::from(requests) / round.elapsed.as_secs_f64(),
            p50_us: micros(50)?,
            p99_us: micros(99)?,
            cpu_time: round.cpu_time,
            elapsed: round.elapsed,
            own_cpu_time: round.own_cpu_time,
        })
    }
}

/// How much of one processor the load generator used, over all rounds together: near 1 it could not send faster, and
/// the server's rate is its own. `None` when a round lacks the figure.
pub(super) fn sender_share(samples: &[Sample]) -> Option<f64> {
    let mut cpu_time = Duration::ZERO;
    let mut elapsed = Duration::ZERO;
    for sample in samples {
        cpu_time += sample.own_cpu_time?;
        elapsed += sample.elapsed;
    }
    (!elapsed.is_zero()).then(|| cpu_time.as_secs_f64() / elapsed.as_secs_f64())
}

/// Microseconds of CPU time for a request, over all rounds together: the system counts in steps that are long for a
/// single round. `None` when a round lacks the figure.
pub(super) fn cpu_us_per_request(samples: &[Sample]) -> Option<f64> {
    let mut cpu_time = Duration::ZERO;
    let mut requests = 0.0;
    for sample in samples {
        cpu_time += sample.cpu_time?;
        requests += f64::from(sample.requests);
    }
    (requests > 0.0).then(|| cpu_time.as_secs_f64() * 1e6 / requests)
}

impl Spread {
    /// The spread of these values; `None` when there is none.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        Some(Self {
            median: percentile(&values, 50)?,
            lower_quartile: percentile(&values, 25)?,
            upper_quartile: percentile(&values, 75)?,
        })
    }
}

impl Ratios {
    /// Divides round by round, since rounds side by side saw the same machine; `None` when there is no pair.
    pub(super) fn of(samples: &[Sample], floor: &[Sample]) -> Option<Self> {
        let ratio = |figure: fn(&Sample) -> f64| {
            let pairs = samples.iter().zip(floor);
            Spread::of(pairs.map(|(ours, theirs)| figure(ours) / figure(theirs)))
        };
        Some(Self {
            rate: ratio(|sample| sample.rate)?,
            p99: ratio(|sample| sample.p99_us)?,
            cpu: cpu_us_per_request(samples)
                .zip(cpu_us_per_request(floor))
                .map(|(ours, theirs)| ours / theirs),
        })
    }
}

/// The smallest value that `percent` of 100 values do not exceed (nearest rank). The values are sorted.
fn percentile<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Ratios, Sample, Spread, cpu_us_per_request, percentile, sender_share};
    use crate::bench::load::Round;

    fn sample(requests: u32, cpu_us: Option<u64>) -> Sample {
        Sample {
            requests,
            rate: f64::from(requests),
            p50_us: 1.0,
            p99_us: 100.0 / f64::from(requests),
            cpu_time: cpu_us.map(Duration::from_micros),
            elapsed: Duration::from_secs(1),
            own_cpu_time: cpu_us.map(|us| Duration::from_millis(us * 10)),
        }
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(
            (percentile(&hundred, 50), percentile(&hundred, 99)),
            (Some(50), Some(99))
        );
        assert_eq!((percentile(&[7], 50), percentile(&[7], 99)), (Some(7), Some(7)));
        assert_eq!(percentile(&[1, 2, 3], 50), Some(2));
        assert_eq!(percentile::<u32>(&[], 99), None);
    }

    #[test]
    fn a_spread_is_the_median_with_its_quartiles() {
        let spread = |median, lower_quartile, upper_quartile| {
            Some(Spread {
                median,
                lower_quartile,
                upper_quartile,
            })
        };
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), spread(2.0, 1.0, 3.0));
        assert_eq!(
            Spread::of([90.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0]),
            spread(3.0, 1.0, 5.0)
        );
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_round_becomes_figures_per_second() {
        let round = Round {
            latencies_ns: vec![1_000, 2_000, 3_000, 9_000],
            elapsed: Duration::from_millis(500),
            cpu_time: Some(Duration::from_micros(100)),
            own_cpu_time: Some(Duration::from_micros(200)),
        };
        let expected = Sample {
            requests: 4,
            rate: 8.0,
            p50_us: 2.0,
            p99_us: 9.0,
            cpu_time: round.cpu_time,
            elapsed: round.elapsed,
            own_cpu_time: round.own_cpu_time,
        };
        assert_eq!(Sample::of(&round), Some(expected));
        let empty = Round {
            latencies_ns: Vec::new(),
            ..round
        };
        assert_eq!(Sample::of(&empty), None);
    }

    #[test]
    fn cpu_time_is_that_of_all_rounds_for_all_their_requests() {
        let samples = [sample(10, Some(0)), sample(30, Some(100))];
        assert_eq!(cpu_us_per_request(&samples), Some(2.5));
        assert_eq!(cpu_us_per_request(&[sample(10, Some(1)), sample(10, None)]), None);
        assert_eq!(cpu_us_per_request(&[]), None);
    }

    #[test]
    fn the_share_of_the_sender_is_that_of_all_rounds() {
        let samples = [sample(10, Some(40)), sample(30, Some(100))];
        assert_eq!(sender_share(&samples), Some(0.7));
        assert_eq!(sender_share(&[sample(10, None)]), None);
        assert_eq!(sender_share(&[]), None);
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        // The machine was twice as fast in the second round; the ratio is the same in both.
        let floor = [sample(10, Some(100)), sample(20, Some(100))];
        let ours = [sample(5, Some(100)), sample(10, Some(100))];
        let ratios = Ratios::of(&ours, &floor).unwrap();
        let always = |ratio| Spread {
            median: ratio,
            lower_quartile: ratio,
            upper_quartile: ratio,
        };
        assert_eq!(
            (ratios.rate, ratios.p99, ratios.cpu),
            (always(0.5), always(2.0), Some(2.0))
        );
        assert_eq!(Ratios::of(&[sample(5, None)], &floor).unwrap().cpu, None);
        assert_eq!(Ratios::of(&[], &floor), None);
    }
}
