//! Comparing a presented credential with a configured one.

use std::hint::black_box;

/// Whether the presented text is this key. Takes a time that depends on the presented text alone, so that an answer
/// does not tell how much of a guess was right. An absent key, like an empty one, matches nothing.
pub(crate) fn is_key(presented: &[u8], key: Option<&str>) -> bool {
    let key = key.unwrap_or("").as_bytes();
    let mut different = u8::from(presented.len() != key.len() || key.is_empty());
    for (index, byte) in presented.iter().enumerate() {
        // Past its end the key is continued by a byte that cannot make up for the difference in length.
        different |= black_box(byte ^ key.get(index).unwrap_or(&0));
    }
    black_box(different) == 0
}

/// Surrounding blanks are no part of a field value (RFC 9110, section 5.5).
pub(crate) fn trimmed(value: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|byte| !blank(byte)).unwrap_or(value.len());
    let end = value
        .iter()
        .rposition(|byte| !blank(byte))
        .map_or(start, |last| last + 1);
    &value[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_key_matches_nothing() {
        assert!(!is_key(b"", None));
        assert!(!is_key(b"\0", None));
        assert!(!is_key(b"", Some("")));
        assert!(!is_key(b"k\0", Some("k")));
        assert!(!is_key(b"k", Some("k\0")));
        assert!(is_key(b"k", Some("k")));
    }

    #[test]
    fn blanks_around_a_value_are_taken_off() {
        for (value, inner) in [(" \ta b\t ", "a b"), ("", ""), (" \t", ""), ("a", "a")] {
            assert_eq!(trimmed(value.as_bytes()), inner.as_bytes());
        }
    }
}
