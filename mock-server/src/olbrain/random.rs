//! Ids and tokens from a seed: the same seed and the same order of requests give the same ids.

use crate::numbers::{Numbers, mixed};

/// The digits of ids, after Crockford: no I, L, O, U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Makes ids that never repeat. There are three sequences, so that the ids of what was stored depend neither on how
/// many requests were refused nor on how often a run was fetched.
pub(crate) struct Random {
    stored: Numbers,
    requests: Numbers,
    tokens: Numbers,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            stored: Numbers::from_seed(mixed(seed)),
            requests: Numbers::from_seed(mixed(!seed)),
            tokens: Numbers::from_seed(mixed(seed.rotate_left(32) ^ 1)),
        }
    }

    /// A prefix and 26 digits that begin with `01`, as the ids in the samples do.
    pub(crate) fn id(&self, prefix: &str) -> String {
        let mut number = (u128::from(self.stored.next()) << 64) | u128::from(self.stored.next());
        let mut id = String::with_capacity(prefix.len() + 26);
        id.push_str(prefix);
        id.push_str("01");
        for _ in 0..24 {
            id.push(char::from(DIGITS[(number & 31) as usize]));
            number >>= 5;
        }
        id
    }

    /// A prefix and 32 hexadecimal digits.
    pub(crate) fn hex_id(&self, prefix: &str) -> String {
        format!("{prefix}{:016x}{:016x}", self.stored.next(), self.stored.next())
    }

    /// 32 hexadecimal digits that make an address good.
    pub(crate) fn token(&self) -> String {
        format!("{:016x}{:016x}", self.tokens.next(), self.tokens.next())
    }

    /// `req_` and 16 hexadecimal digits.
    pub(crate) fn request_id(&self) -> String {
        format!("req_{:016x}", self.requests.next())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_seed_fixes_the_sequence() {
        let [one, same, other] = [7, 7, 8].map(Random::new);
        for _ in 0..100 {
            let id = one.id("run_");
            assert_eq!(id, same.id("run_"));
            assert_ne!(id, other.id("run_"));
        }
    }

    #[test]
    fn ids_have_their_form_and_never_repeat() {
        let random = Random::new(0);
        let (mut seen, mut ends) = (HashSet::new(), HashSet::new());
        let is_hex = |text: &str| text.bytes().all(|digit| digit.is_ascii_hexdigit());
        for _ in 0..20_000 {
            let (run, file) = (random.id("run_"), random.hex_id("fi_"));
            let (token, request) = (random.token(), random.request_id());
            let digits = run.strip_prefix("run_01").unwrap();
            assert!(
                digits.len() == 24 && digits.bytes().all(|digit| DIGITS.contains(&digit)),
                "{run}"
            );
            assert!(file.len() == 35 && is_hex(&file[3..]), "{file}");
            assert!(token.len() == 32 && is_hex(&token), "{token}");
            assert!(request.starts_with("req_") && request.len() == 20, "{request}");
            ends.insert(digits.as_bytes()[23]);
            for id in [run, file, token, request] {
                assert!(seen.insert(id));
            }
        }
        // The last digit comes from the upper half of the number.
        assert_eq!(ends.len(), DIGITS.len());
    }

    #[test]
    fn refusals_and_downloads_do_not_change_what_is_stored() {
        let (quiet, busy) = (Random::new(3), Random::new(3));
        for _ in 0..5 {
            busy.request_id();
            busy.token();
        }
        assert_eq!((quiet.id(""), quiet.hex_id("")), (busy.id(""), busy.hex_id("")));
    }
}
