//! Ids that look like a target's own and are none of them.

use crate::property::mix;

/// How many letters and digits are replaced, from the end.
const REPLACED: usize = 12;

/// With fewer replaced, chance alone might hit an id that exists.
const ENOUGH: usize = 6;

/// An id of the form of `model`: its last letters and digits are replaced by others of their sort, so that a target that
/// checks the form of an id before it looks it up gets as far as looking it up. The same seed and count give the same id.
pub(crate) fn similar(model: &str, seed: u64, count: u64) -> String {
    let mut state = mix(seed ^ mix(count));
    let mut draw = |alphabet: &str| {
        state = mix(state);
        let index = usize::try_from(state % alphabet.len() as u64).unwrap_or_default();
        char::from(alphabet.as_bytes()[index])
    };
    let is_number = !model.is_empty() && model.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && model.len() < ENOUGH {
        // A number of nine digits fits every integer type of a database.
        return std::iter::once('9')
            .chain((0..8).map(|_| draw("0123456789")))
            .collect();
    }
    let mut characters: Vec<char> = model.chars().collect();
    let tail: Vec<usize> = (0..characters.len())
        .rev()
        .filter(|index| characters[*index].is_ascii_alphanumeric())
        .take(REPLACED)
        .collect();
    // A part of a UUID or of another hexadecimal id stays one.
    let is_hex = tail.iter().all(|index| characters[*index].is_ascii_hexdigit());
    for index in &tail {
        let character = &mut characters[*index];
        *character = match *character {
            '0'..='9' => draw("0123456789"),
            'a'..='z' if is_hex => draw("abcdef"),
            'A'..='Z' if is_hex => draw("ABCDEF"),
            'a'..='z' => draw("abcdefghjkmnpqrstvwxyz"),
            _ => draw("ABCDEFGHJKMNPQRSTVWXYZ"),
        };
    }
    let id: String = characters.into_iter().collect();
    if tail.len() < ENOUGH || id == model {
        format!("{id}-hookproof-{count}")
    } else {
        id
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_form_of_the_model_stays() {
        let uuid = similar("6f1c2d3e-4a5b-4c6d-8e9f-0a1b2c3d4e5f", 1, 1);
        assert!(uuid.starts_with("6f1c2d3e-4a5b-4c6d-8e9f-"), "{uuid}");
        assert!(
            uuid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()),
            "{uuid}"
        );
        let sample = similar("agt_01HAKZ5M8YQ4TTXWC3", 1, 1);
        assert!(sample.starts_with("agt_01HA") && sample.len() == 22, "{sample}");
        let number = similar("17", 1, 1);
        assert!(number.len() == 9 && number.parse::<i32>().is_ok(), "{number}");
        for (model, start, is_of_its_sort) in [
            ("123456", "", (|b| b.is_ascii_digit()) as fn(&u8) -> bool),
            ("123456789012345", "123", |b| b.is_ascii_digit()),
            ("qrstuvwxyzqrstuv", "qrst", |b| b.is_ascii_lowercase()),
            ("QRSTUVWXYZQRSTUV", "QRST", |b| b.is_ascii_uppercase()),
            ("ABCDEFABCDEFABCD", "ABCD", |b| (b'A'..=b'F').contains(b)),
            ("abcdefabcdefabcd", "abcd", |b| (b'a'..=b'f').contains(b)),
        ] {
            let id = similar(model, 1, 1);
            assert!(id.starts_with(start) && id.len() == model.len(), "{id}");
            assert!(id.as_bytes().iter().all(is_of_its_sort), "{id}");
        }
    }

    #[test]
    fn where_little_can_be_replaced_something_is_added() {
        for model in ["", "a", "a_1-b", "abcd1"] {
            let id = similar(model, 1, 17);
            assert!(id.ends_with("-hookproof-17"), "{id}");
        }
    }

    #[test]
    fn ids_differ_under_every_seed() {
        for seed in [0, 1, u64::MAX] {
            let ids: std::collections::BTreeSet<String> = (0..50)
                .map(|count| similar("agt_01HAKZ5M8YQ4TTXWC3", seed, count))
                .collect();
            assert_eq!(ids.len(), 50, "{seed}");
        }
        assert_ne!(
            similar("agt_01HAKZ5M8YQ4TTXWC3", 0, 1),
            similar("agt_01HAKZ5M8YQ4TTXWC3", 1, 1)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn no_id_is_the_model_or_its_neighbour(model in "[a-z]{0,4}_?[0-9A-Za-z]{0,20}", seed: u64, count in 0u64..1000) {
            let id = similar(&model, seed, count);
            prop_assert_ne!(&id, &model);
            prop_assert_ne!(&id, &similar(&model, seed, count + 1));
            prop_assert_eq!(id, similar(&model, seed, count));
        }
    }
}
