//! Whether the memory of the mock stays where it is.

/// Growth of the peak in the second half of the requests that still counts as flat, in KiB: what allocators do.
const TOLERATED_KIB: u32 = 1024;

/// Resident memory of the mock over its requests.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// KiB after the first answer and before the load.
    pub(super) idle_kib: Option<u32>,
    /// Requests so far and the KiB after them, in order.
    samples: Vec<(u64, u32)>,
}

/// How the memory went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Course {
    /// Requests in all.
    pub(super) requests: u64,
    /// KiB in the end.
    pub(super) last_kib: u32,
    /// The most KiB that were seen.
    pub(super) peak_kib: u32,
    /// KiB by which the peak of the second half of the requests lies above that of the first; negative when below.
    pub(super) late_growth_kib: i64,
    /// Whether that is within what an allocator does by itself.
    pub(super) flat: bool,
}

impl Memory {
    /// Notes what is resident after so many requests.
    pub(super) fn note(&mut self, requests: u64, resident_kib: Option<u32>) {
        self.samples.extend(resident_kib.map(|kib| (requests, kib)));
    }

    /// Requests so far and the KiB after them, in order.
    pub(super) fn samples(&self) -> &[(u64, u32)] {
        &self.samples
    }

    /// How it went; `None` without a sample in either half. Stores that are bounded fill up in the first half, so the
    /// second half tells whether anything grows for ever. Peaks are compared because queues fill and empty all the time.
    pub(super) fn course(&self) -> Option<Course> {
        let &(requests, last_kib) = self.samples.last()?;
        let first_half = self.samples.partition_point(|(after, _)| *after <= requests / 2);
        let (first_half, second_half) = self.samples.split_at(first_half);
        let peak = |half: &[(u64, u32)]| half.iter().map(|(_, kib)| *kib).max();
        let (first_peak, second_peak) = (peak(first_half)?, peak(second_half)?);
        let late_growth_kib = i64::from(second_peak) - i64::from(first_peak);
        Some(Course {
            requests,
            last_kib,
            peak_kib: first_peak.max(second_peak),
            late_growth_kib,
            flat: late_growth_kib <= i64::from(TOLERATED_KIB),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    fn course(samples: &[(u64, u32)]) -> Option<super::Course> {
        let mut memory = Memory::default();
        for &(requests, kib) in samples {
            memory.note(requests, Some(kib));
        }
        memory.course()
    }

    #[test]
    fn a_store_that_fills_up_early_is_flat_and_one_that_grows_on_is_not() {
        let filled = course(&[
            (100, 8_000),
            (300, 12_050),
            (500, 9_000),
            (800, 12_100),
            (1_000, 9_500),
        ])
        .unwrap();
        assert_eq!(
            (
                filled.requests,
                filled.last_kib,
                filled.peak_kib,
                filled.late_growth_kib
            ),
            (1_000, 9_500, 12_100, 50)
        );
        assert!(filled.flat);
        let growing = course(&[(100, 8_000), (500, 12_000), (1_000, 16_000)]).unwrap();
        assert_eq!((growing.late_growth_kib, growing.flat), (4_000, false));
        let shrinking = course(&[(500, 12_000), (1_000, 8_000)]).unwrap();
        assert_eq!((shrinking.late_growth_kib, shrinking.flat), (-4_000, true));
    }

    #[test]
    fn one_sample_shows_no_course() {
        assert_eq!(course(&[(1_000, 8_000)]), None);
        assert_eq!(course(&[]), None);
        let mut unknown = Memory::default();
        unknown.note(1_000, None);
        assert_eq!(unknown.course(), None);
    }
}
