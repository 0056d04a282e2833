//! The names that the mock gives: to events that came without one, and to requests.
//!
//! They come from a seed, so that a run can be repeated to the byte, and from nothing else.

use std::sync::atomic::{AtomicU64, Ordering};

/// Letters and digits that the vendor's own ids are made of.
const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Length of an event id that the mock makes, in characters; the vendor's are as long.
const EVENT_ID_LENGTH: usize = 21;

/// Length of a request id that the mock makes, without what it begins with, in characters.
const REQUEST_ID_LENGTH: usize = 12;

/// So many characters are drawn from one number: 36^12 is the largest power below 2^64.
const CHARACTERS_PER_NUMBER: usize = 12;

/// The increment of `SplitMix64` (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014).
const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

/// A sequence of ids for events, and another one for requests, so that neither depends on how long the other is.
#[derive(Debug)]
pub(crate) struct Ids {
    events: Numbers,
    requests: Numbers,
}

impl Ids {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self {
            events: Numbers(AtomicU64::new(mixed(seed))),
            requests: Numbers(AtomicU64::new(mixed(!seed))),
        }
    }

    /// The next id for an event. It fits the documented pattern and lengths.
    pub(crate) fn event(&self) -> String {
        let mut id = String::with_capacity(EVENT_ID_LENGTH);
        self.events.write(&mut id, EVENT_ID_LENGTH);
        id
    }

    /// The next id for a request, beginning like the documented sample.
    pub(crate) fn request(&self) -> String {
        let mut id = String::with_capacity(4 + REQUEST_ID_LENGTH);
        id.push_str("req_");
        self.requests.write(&mut id, REQUEST_ID_LENGTH);
        id
    }
}

/// `SplitMix64`. Threads share it without waiting for each other.
#[derive(Debug)]
struct Numbers(AtomicU64);

impl Numbers {
    fn next(&self) -> u64 {
        mixed(self.0.fetch_add(INCREMENT, Ordering::Relaxed))
    }

    fn write(&self, out: &mut String, length: usize) {
        let mut number = 0;
        for position in 0..length {
            if position % CHARACTERS_PER_NUMBER == 0 {
                number = self.next();
            }
            let index = usize::try_from(number % 36).expect("a number below 36 fits");
            out.push(char::from(ALPHABET[index]));
            number /= 36;
        }
    }
}

fn mixed(state: u64) -> u64 {
    let mut mixed = state.wrapping_add(INCREMENT);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        // The first outputs for the seed 1234567, as the reference implementation gives them.
        let numbers = Numbers(AtomicU64::new(1_234_567));
        assert_eq!(
            [numbers.next(), numbers.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]
        );
    }

    #[test]
    fn a_seed_decides_every_id_and_no_id_comes_twice() {
        let (one, same, other) = (Ids::from_seed(7), Ids::from_seed(7), Ids::from_seed(8));
        let mut seen = HashSet::new();
        for _ in 0..10_000 {
            let (event, request) = (one.event(), one.request());
            assert_eq!((&event, &request), (&same.event(), &same.request()));
            assert_ne!(event, other.event());
            assert!(seen.insert(event) && seen.insert(request));
        }
    }

    #[test]
    fn ids_have_their_shape() {
        let ids = Ids::from_seed(0);
        let is_plain = |text: &str| text.bytes().all(|byte| ALPHABET.contains(&byte));
        let event = ids.event();
        assert!(event.len() == 21 && is_plain(&event), "{event}");
        let request = ids.request();
        let rest = request.strip_prefix("req_").unwrap();
        assert!(rest.len() == 12 && is_plain(rest), "{request}");
    }

    #[test]
    fn requests_do_not_change_the_ids_of_events() {
        let (quiet, busy) = (Ids::from_seed(3), Ids::from_seed(3));
        for _ in 0..5 {
            busy.request();
        }
        assert_eq!(quiet.event(), busy.event());
    }
}
