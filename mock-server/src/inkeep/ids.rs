//! The names that the mock gives: to events that came without one, and to requests.
//!
//! They come from a seed, so that a run can be repeated to the byte, and from nothing else.

use crate::numbers::{Numbers, mixed};

/// Letters and digits that the vendor's own ids are made of.
const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Length of an event id that the mock makes, in characters; the vendor's are as long.
const EVENT_ID_LENGTH: usize = 21;

/// Length of a request id that the mock makes, without what it begins with, in characters.
const REQUEST_ID_LENGTH: usize = 12;

/// So many characters are drawn from one number: 36^12 is the largest power below 2^64.
const CHARACTERS_PER_NUMBER: usize = 12;

/// A sequence of ids for events, and another one for requests, so that neither depends on how long the other is.
#[derive(Debug)]
pub(crate) struct Ids {
    events: Numbers,
    requests: Numbers,
}

impl Ids {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self {
            events: Numbers::from_seed(mixed(seed)),
            requests: Numbers::from_seed(mixed(!seed)),
        }
    }

    /// The next id for an event. It fits the documented pattern and lengths.
    pub(crate) fn event(&self) -> String {
        let mut id = String::with_capacity(EVENT_ID_LENGTH);
        write(&self.events, &mut id, EVENT_ID_LENGTH);
        id
    }

    /// The next id for a request, beginning like the documented sample.
    pub(crate) fn request(&self) -> String {
        let mut id = String::with_capacity(4 + REQUEST_ID_LENGTH);
        id.push_str("req_");
        write(&self.requests, &mut id, REQUEST_ID_LENGTH);
        id
    }
}

/// Writes as many characters as are asked for.
fn write(numbers: &Numbers, out: &mut String, length: usize) {
    let mut number = 0;
    for position in 0..length {
        if position % CHARACTERS_PER_NUMBER == 0 {
            number = numbers.next();
        }
        let index = usize::try_from(number % 36).expect("a number below 36 fits");
        out.push(char::from(ALPHABET[index]));
        number /= 36;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

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
    fn an_id_spells_numbers_of_a_sequence_of_its_own() {
        let spelled = |text: &str| {
            let digit = |character: char| u64::from(character.to_digit(36).unwrap());
            text.chars()
                .rev()
                .fold(0, |number, character| number * 36 + digit(character))
        };
        let (ids, events, requests) = (
            Ids::from_seed(5),
            Numbers::from_seed(mixed(5)),
            Numbers::from_seed(mixed(!5)),
        );
        let whole = 36_u64.pow(12);
        for _ in 0..3 {
            // An event takes two numbers: twelve characters of one, and nine of the next.
            let event = ids.event();
            let (first, rest) = event.split_at(12);
            assert_eq!(spelled(first), events.next() % whole);
            assert_eq!(spelled(rest), events.next() % 36_u64.pow(9));
            let request = ids.request();
            assert_eq!(spelled(&request["req_".len()..]), requests.next() % whole);
        }
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
