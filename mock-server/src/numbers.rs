//! Numbers that look random and follow from a seed.

use std::sync::atomic::{AtomicU64, Ordering};

/// The increment of `SplitMix64` (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014). It is
/// odd, so that the state goes through all values before one comes again.
const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

/// `SplitMix64`. Threads share it without waiting for each other. No number comes twice within 2^64, and each can be
/// foretold: they keep no secret from anybody.
#[derive(Debug)]
pub(crate) struct Numbers(AtomicU64);

impl Numbers {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(crate) fn next(&self) -> u64 {
        mixed(self.0.fetch_add(INCREMENT, Ordering::Relaxed))
    }
}

/// The number that belongs to a state. Each step can be undone, so that no two states have the same.
pub(crate) fn mixed(state: u64) -> u64 {
    let mut mixed = state.wrapping_add(INCREMENT);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        // The first outputs for the seed 1234567, as the reference implementation gives them.
        let numbers = Numbers::from_seed(1_234_567);
        assert_eq!(
            [numbers.next(), numbers.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]
        );
    }
}
