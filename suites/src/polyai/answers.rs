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
    learned: OnceLock<(Learned, Learned)>,
}

/// The answer to one control.
#[derive(Debug, Default, PartialEq, Eq)]
struct Learned {
    text: Option<String>,
    /// The text without what it may repeat of the request.
    plain: Option<String>,
}

impl Learned {
    fn from(exchange: &Exchange) -> Self {
        let text = message(exchange).filter(|_| exchange.status() == Some(400));
        let plain = text.as_deref().map(|text| plain(text, exchange));
        Self { text, plain }
    }

    /// Whether both have a text, and not the same.
    fn differs_from(&self, other: &Self) -> bool {
        self.plain.is_some() && other.plain.is_some() && self.plain != other.plain
    }

    fn is(&self, text: &str, exchange: &Exchange) -> bool {
        self.text.as_deref() == Some(text) || self.plain.as_deref() == Some(plain(text, exchange).as_str())
    }
}

impl Wording {
    /// Keeps what the two controls were answered.
    pub(crate) fn learn(&self, not_found: &Exchange, not_valid: &Exchange) {
        // The first preflight's answer stands; a second one would learn the same.
        let _ = self
            .learned
            .set((Learned::from(not_found), Learned::from(not_valid)));
    }

    /// Whether the two situations get answers that can be told apart.
    pub(crate) fn tells_apart(&self) -> bool {
        self.learned
            .get()
            .is_some_and(|(not_found, not_valid)| not_found.differs_from(not_valid))
    }

    /// Whether these two controls were answered with texts that can be told apart.
    pub(crate) fn distinguishes(not_found: &Exchange, not_valid: &Exchange) -> bool {
        Learned::from(not_found).differs_from(&Learned::from(not_valid))
    }

    /// Reads an answer by what the controls were answered, and by the documented texts where it is none of those.
    ///
    /// A target that words both situations alike, or exchanges the two texts everywhere, breaks the rule on texts; its
    /// extraction is judged by what its texts mean to itself.
    pub(crate) fn read(&self, exchange: &Exchange) -> Reading {
        match exchange.status() {
            Some(status) if (200..300).contains(&status) => Reading::Accepted,
            Some(400) => message(exchange).map_or(Reading::Unclear, |text| self.meaning(&text, exchange)),
            _ => Reading::Other,
        }
    }

    fn meaning(&self, text: &str, exchange: &Exchange) -> Reading {
        if let Some((not_found, not_valid)) = self.learned.get() {
            match (not_found.is(text, exchange), not_valid.is(text, exchange)) {
                (true, true) => return Reading::Unclear,
                (true, false) => return Reading::NotFound,
                (false, true) => return Reading::NotValid,
                (false, false) => {}
            }
        }
        if text == not_found_text() {
            Reading::NotFound
        } else if text == not_valid_text() {
            Reading::NotValid
        } else {
            Reading::Unclear
        }
    }
}

/// The `error_message` of an answer.
pub(crate) fn message(exchange: &Exchange) -> Option<String> {
    let body = exchange.response()?.json()?;
    body.get("error_message")?.as_str().map(str::to_owned)
}

/// The text without what it may repeat of the request: path, location, account, and any word that looks like an id.
/// Only whole words count, so that a path named like a word of the text changes it in both situations alike.
fn plain(text: &str, exchange: &Exchange) -> String {
    let own = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let repeated: Vec<&str> = ["event_id_path", "event_id_location", "account_id", "project_id"]
        .iter()
        .filter_map(|name| exchange.request.query_value(name))
        .collect();
    text.split_inclusive(|c: char| !own(c))
        .map(|word| {
            let bare = word.trim_end_matches(|c: char| !own(c)).trim_matches('.');
            // An id is a long word with a digit in it.
            let is_id = bare.len() >= 8 && bare.chars().any(|c| c.is_ascii_digit());
            if !bare.is_empty() && (is_id || repeated.contains(&bare)) {
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
    fn texts_exchanged_everywhere_mean_what_the_target_means() {
        let wording = Wording::default();
        wording.learn(&answer(400, not_valid_text()), &answer(400, not_found_text()));
        assert_eq!(wording.read(&answer(400, not_valid_text())), Reading::NotFound);
    }

    #[test]
    fn one_text_for_both_tells_nothing() {
        let wording = Wording::default();
        wording.learn(&answer(400, "bad request"), &answer(400, "bad request"));
        assert!(!wording.tells_apart());
        assert_eq!(wording.read(&answer(400, "bad request")), Reading::Unclear);
    }
}
