//! What no answer may let out, whichever API it comes from: secrets that were sent, and the server's own insides.

use crate::http::Response;
use crate::insides;
use crate::verdict::Finding;

/// Whether a body holds a stack trace, or a place in the source.
pub(crate) fn stack_trace(body: &str) -> Finding {
    let sign = insides::shown(body);
    let expected = "an answer without a stack trace or a place in the source";
    let got = format!(
        "an answer that contains `{}`",
        sign.as_deref().unwrap_or_default()
    );
    Finding::when(sign.is_none(), expected, got)
}

/// A shorter secret may stand in an answer by chance.
pub(crate) const TELLING_CHARACTERS: usize = 8;

/// Whether an answer repeats a secret, in its body, of which `text` is the text, or in a header. `name` says what it is,
/// as in `the API key`; the secret itself is never in the finding.
pub(crate) fn secret(response: &Response, text: &str, secret: &str, name: &str) -> Finding {
    if secret.chars().count() < TELLING_CHARACTERS {
        return Finding::Undecided(format!(
            "{name} is so short that it may stand in an answer by chance"
        ));
    }
    let in_headers = response.headers.iter().any(|(_, value)| value.contains(secret));
    Finding::when(
        !in_headers && !text.contains(secret),
        format!("{name} nowhere in the answer"),
        format!("an answer that contains {name}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &str)]) -> Response {
        Response {
            status: 400,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: bytes::Bytes::new(),
            cut: false,
        }
    }

    #[test]
    fn a_secret_is_found_in_body_and_headers_and_not_repeated() {
        let silent = answer(&[("content-type", "text/plain")]);
        let telling = answer(&[("www-authenticate", "Bearer secret-1")]);
        assert_eq!(secret(&silent, "no", "secret-1", "the key"), Finding::Met);
        let short = secret(&silent, "which key?", "key", "the key");
        assert!(matches!(short, Finding::Undecided(_)));
        let broken = Finding::Broken {
            expected: "the key nowhere in the answer".into(),
            got: "an answer that contains the key".into(),
        };
        assert_eq!(
            secret(&silent, "key secret-1 is unknown", "secret-1", "the key"),
            broken
        );
        assert_eq!(secret(&telling, "no", "secret-1", "the key"), broken);
    }

    #[test]
    fn crashes_are_known_by_their_traces() {
        for body in [
            "Traceback (most recent call last):\n  File \"x.py\"",
            "Error: x\n    at Object.<anonymous> (/srv/x.js:1:1)",
            "thread 'main' panicked at src/main.rs:1:1",
        ] {
            assert!(matches!(stack_trace(body), Finding::Broken { .. }), "{body}");
        }
        for body in ["", "{\"error\":\"at 10 o'clock\"}", "we did not panic"] {
            assert_eq!(stack_trace(body), Finding::Met, "{body}");
        }
    }
}
