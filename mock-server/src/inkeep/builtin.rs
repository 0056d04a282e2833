//! The fixtures that the mock has when no file says otherwise.
//!
//! The tokens are made up, and say so. Nothing of this is ever sent to a server other than the mock.

use super::fixtures::{Fixtures, Keys};
use super::readings::Readings;

impl Fixtures {
    /// The built-in fixtures.
    pub fn builtin() -> Self {
        Self {
            base_url: None,
            agent_id: None,
            keys: Keys {
                valid: Some("hookproof-inkeep-valid-key".into()),
                other_project: Some("hookproof-inkeep-other-project-key".into()),
                forbidden: Some("hookproof-inkeep-forbidden-key".into()),
                unprocessable: Some("hookproof-inkeep-unprocessable-key".into()),
                failing: Some("hookproof-inkeep-failing-key".into()),
            },
            readings: Readings::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_built_in_token_is_part_of_another_or_too_short_for_the_vendor() {
        let keys = Fixtures::builtin().keys;
        let all: Vec<&str> = keys.iter().collect();
        for (number, key) in all.iter().enumerate() {
            assert!(key.len() >= 16, "{key}");
            for (other_number, other) in all.iter().enumerate() {
                assert!(number == other_number || !other.contains(key), "{key} in {other}");
            }
        }
    }
}
