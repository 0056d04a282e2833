//! The scheme Basic, under which some servers take a key as a user's name or as a password.

/// The user's name beside a key that stands as the password.
const USER: &str = "key";

/// The key as the user's name without a password, and as the password: in base64, as RFC 7617 §2 has it.
pub(crate) fn basic_credentials(key: &str) -> [String; 2] {
    [format!("{key}:"), format!("{USER}:{key}")].map(|pair| base64(pair.as_bytes()))
}

/// The same two as commands of a POSIX shell that make them of the variable that holds the key; without the dollar sign
/// before them, as the name of a variable.
pub(crate) fn basic_commands(variable: &str) -> [String; 2] {
    [format!("${variable}:"), format!("{USER}:${variable}")]
        .map(|pair| format!("(printf %s \"{pair}\" | base64 | tr -d \"\\n\")"))
}

/// RFC 4648 §4, with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| {
            bits << 8 | usize::from(three.get(at).copied().unwrap_or_default())
        });
        for at in 0..4 {
            text.push(if at > three.len() {
                '='
            } else {
                char::from(ALPHABET[bits >> (18 - 6 * at) & 63])
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 4648 §10.
    #[test]
    fn base64_is_as_the_standard_has_it() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(basic_credentials("abc"), ["YWJjOg==", "a2V5OmFiYw=="]);
    }
}
