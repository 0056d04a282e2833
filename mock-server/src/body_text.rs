//! How the admin routes show a body: as text, or in base64 where it is none.

use bytes::Bytes;
use serde_json::Value;

use crate::secrets::{MASK, Secrets};

/// Adds `body` to a JSON object if the body is UTF-8, and `body_base64` if it is not (RFC 4648, section 4).
pub(crate) fn insert(object: &mut Value, body: &Bytes, secrets: &Secrets) {
    let (name, text) = match std::str::from_utf8(body) {
        Ok(text) => ("body", secrets.mask(text).into_owned()),
        Err(_) => ("body_base64", base64(&masked(body, secrets))),
    };
    object[name] = Value::String(text);
}

/// Masks keys in bytes that are no text. Where there is a key, what is not text around it becomes replacement
/// characters; where there is none, the bytes stay as they were.
fn masked(body: &[u8], secrets: &Secrets) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let masked = secrets.mask(&text);
    if masked.contains(MASK) && masked != text {
        masked.into_owned().into_bytes()
    } else {
        body.to_vec()
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4 {
            if position <= chunk.len() {
                let sextet = (group >> (18 - 6 * position)) & 0x3f;
                text.push(char::from(ALPHABET[sextet as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0xfb]), "//77");
    }

    #[test]
    fn text_stays_text_and_keys_are_masked_in_both_forms() {
        let secrets = Secrets::new(["hookproof-key"]);
        let mut object = serde_json::json!({});
        insert(&mut object, &Bytes::from_static(b"a hookproof-key"), &secrets);
        assert_eq!(object, serde_json::json!({ "body": "a ***" }));
        let mut object = serde_json::json!({});
        insert(&mut object, &Bytes::from_static(b"\xff"), &secrets);
        assert_eq!(object, serde_json::json!({ "body_base64": "/w==" }));
        assert_eq!(masked(b"\xffhookproof-key", &secrets), "\u{fffd}***".as_bytes());
    }
}
