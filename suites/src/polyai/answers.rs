//! What an answer says about the id: accepted, not valid, not found, or none of these.

use std::sync::OnceLock;

use crate::http::Exchange;

/// The documented text of a refused id; `polyai.id.invalid` holds it.
pub(crate) fn not_valid_text() -> &'static str {
    documented("polyai.id.invalid")
}

/// The documented text of a missing id; `polyai.id.missing` holds it.
pub(crate) fn not_found_text() -> &'static str {
    documented("polyai.id.missing")
}

fn documented(id: &str) -> &'static str {
    spec::requirement(id)
        .and_then(|row| row.text.as_deref())
        .unwrap_or_default()
}

/// An answer, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// 2xx.
    Accepted,
    /// 400: nothing at the place.
    NotFound,
    /// 400: something is at the place, but no valid id.
    NotValid,
    /// 400 with a text that says neither.
    Unclear,
    /// Another status, or no answer.
    Other,
}

/// How the target words its two answers, learned from controls.
#[derive(Debug, Default)]
pub(crate) struct Wording {
    learned: OnceLock<(Option<String>, Option<String>)>,
}

impl Wording {
    /// Keeps what the two controls were answered.
    pub(crate) fn learn(&self, not_found: &Exchange, not_valid: &Exchange) {
        let template = |exchange: &Exchange| {
            (exchange.status() == Some(400))
                .then(|| message(exchange))
                .flatten()
                .map(|m| plain(&m, exchange))
        };
        // The first preflight's answer stands; a second one would learn the same.
        let _ = self.learned.set((template(not_found), template(not_valid)));
    }

    /// Whether the two situations get answers that can be told apart.
    pub(crate) fn tells_apart(&self) -> bool {
        matches!(self.learned.get(), Some((Some(found), Some(valid))) if found != valid)
    }

    /// Reads an answer. The documented texts mean what the document says, whatever this target means by them.
    pub(crate) fn read(&self, exchange: &Exchange) -> Reading {
        match exchange.status() {
            Some(status) if (200..300).contains(&status) => Reading::Accepted,
            Some(400) => {
                let Some(text) = message(exchange) else {
                    return Reading::Unclear;
                };
                if text == not_found_text() {
                    return Reading::NotFound;
                }
                if text == not_valid_text() {
                    return Reading::NotValid;
                }
                let template = Some(plain(&text, exchange));
                match self.learned.get() {
                    Some((not_found, not_valid)) if not_found != not_valid => {
                        if template == *not_found {
                            Reading::NotFound
                        } else if template == *not_valid {
                            Reading::NotValid
                        } else {
                            Reading::Unclear
                        }
                    }
                    _ => Reading::Unclear,
                }
            }
            _ => Reading::Other,
        }
    }
}

/// The `error_message` of an answer.
pub(crate) fn message(exchange: &Exchange) -> Option<String> {
    let body = exchange.response()?.json()?;
    body.get("error_message")?.as_str().map(str::to_owned)
}

/// The text without what it may repeat of the request: path, location and anything that looks like an id.
fn plain(text: &str, exchange: &Exchange) -> String {
    let mut out = text.to_owned();
    for name in ["event_id_path", "event_id_location", "account_id", "project_id"] {
        if let Some(value) = exchange
            .request
            .query_value(name)
            .filter(|value| !value.is_empty())
        {
            out = out.replace(value, "{}");
        }
    }
    // An id is a long word with a digit in it.
    out.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .map(|word| {
            let bare = word.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
            if bare.len() >= 8 && bare.chars().any(|c| c.is_ascii_digit()) {
                word.replacen(bare, "{}", 1)
            } else {
                word.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Request, Response};

    fn answer(status: u16, text: &str) -> Exchange {
        let body = serde_json::json!({ "error_message": text }).to_string();
        let response = Response {
            status,
            headers: Vec::new(),
            body: body.into(),
            cut: false,
        };
        let request = Request::new("POST", "/").query("event_id_path", "cid");
        Exchange {
            number: 1,
            request,
            answer: Ok(response),
            elapsed: std::time::Duration::ZERO,
        }
    }

    #[test]
    fn documented_texts_need_no_learning() {
        let wording = Wording::default();
        assert_eq!(wording.read(&answer(400, not_found_text())), Reading::NotFound);
        assert_eq!(wording.read(&answer(400, not_valid_text())), Reading::NotValid);
        assert_eq!(wording.read(&answer(400, "no")), Reading::Unclear);
        assert_eq!(wording.read(&answer(404, not_found_text())), Reading::Other);
    }

    #[test]
    fn own_texts_are_learned_whatever_id_and_path_they_repeat() {
        let wording = Wording::default();
        wording.learn(
            &answer(400, "nothing at cid"),
            &answer(400, "evt_01HF2MNW2Z is unknown"),
        );
        assert!(wording.tells_apart());
        assert_eq!(
            wording.read(&answer(400, "evt_99ZZ2MNW00 is unknown")),
            Reading::NotValid
        );
        assert_eq!(wording.read(&answer(400, "nothing at cid")), Reading::NotFound);
        assert_eq!(wording.read(&answer(400, "something else")), Reading::Unclear);
    }

    #[test]
    fn one_text_for_both_tells_nothing() {
        let wording = Wording::default();
        wording.learn(&answer(400, "bad request"), &answer(400, "bad request"));
        assert!(!wording.tells_apart());
        assert_eq!(wording.read(&answer(400, "bad request")), Reading::Unclear);
    }
}
