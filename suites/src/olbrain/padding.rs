//! Bodies of an exact size.

use bytes::Bytes;
use serde_json::Value;

/// The documented limit of a trigger's body, in bytes: 1 MiB.
pub(crate) const LIMIT_BYTES: usize = 1_048_576;

/// What a body is filled up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filling {
    /// Letters in a member of their own: one byte each.
    Letters,
    /// Letters of two bytes in a member of their own.
    TwoByteLetters,
    /// Blanks between the tokens, which a reader throws away.
    Blanks,
    /// Blanks behind the object, which some throw away before they count.
    BlanksBehind,
}

/// The object with as much in it as makes the body `size` bytes long on the wire. `None` where it is no object, or longer
/// than that already.
pub(crate) fn padded(object: &Value, size: usize, filling: Filling) -> Option<Bytes> {
    let written = object.to_string();
    let open = written.strip_suffix('}')?;
    let (before, after) = match filling {
        Filling::Blanks => ("", "}"),
        Filling::BlanksBehind => ("}", ""),
        _ if open == "{" => ("\"pad\":\"", "\"}"),
        _ => (",\"pad\":\"", "\"}"),
    };
    let room = size.checked_sub(open.len() + before.len() + after.len())?;
    let fill = match filling {
        Filling::Letters => "x".repeat(room),
        Filling::TwoByteLetters => format!("{}{}", "x".repeat(room % 2), "é".repeat(room / 2)),
        Filling::Blanks | Filling::BlanksBehind => " ".repeat(room),
    };
    Some(Bytes::from([open, before, &fill, after].concat()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn a_padded_body_has_the_size_and_says_the_same(size in 41usize..400, filling in prop_oneof![
            Just(Filling::Letters), Just(Filling::TwoByteLetters), Just(Filling::Blanks), Just(Filling::BlanksBehind)
        ]) {
            let object = json!({ "message": "hello", "a": [1, null] });
            let bytes = padded(&object, size, filling).unwrap();
            prop_assert_eq!(bytes.len(), size);
            let mut read: Value = serde_json::from_slice(&bytes).unwrap();
            read.as_object_mut().unwrap().remove("pad");
            prop_assert_eq!(read, object);
        }
    }

    #[test]
    fn what_cannot_be_padded_is_not() {
        assert_eq!(padded(&json!([]), 100, Filling::Letters), None);
        assert_eq!(padded(&json!({ "a": "bcd" }), 5, Filling::Blanks), None);
        assert_eq!(padded(&json!({}), 9, Filling::Letters), None);
        assert_eq!(
            padded(&json!({}), 10, Filling::Letters).unwrap(),
            "{\"pad\":\"\"}"
        );
    }
}
