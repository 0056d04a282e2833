//! Which requests no conformant server accepts: all that safe mode sends.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use percent_encoding::percent_decode_str;

use crate::http::Request;

/// An id shorter than this counts only as a word of its own: its letters may well occur by chance.
const DISTINCT_LENGTH: usize = 8;

/// Rounds of decoding after which no conformant server would decode on.
const ROUNDS: usize = 4;

/// Ids to be looked for in requests, by their length in bytes.
#[derive(Debug, Default)]
pub(super) struct Ids(BTreeMap<usize, HashSet<Vec<u8>>>);

impl Ids {
    /// Letter case does not count: an id in other letters may still be the same to some server.
    pub(super) fn new<'i>(ids: impl IntoIterator<Item = &'i String>) -> Self {
        let mut by_length: BTreeMap<usize, HashSet<Vec<u8>>> = BTreeMap::new();
        for id in ids.into_iter().filter(|id| !id.is_empty()) {
            let id = id.to_lowercase().into_bytes();
            by_length.entry(id.len()).or_default().insert(id);
        }
        Self(by_length)
    }

    /// Whether none of the ids occurs anywhere in the request, however it is encoded: without a valid id nothing is
    /// accepted.
    pub(super) fn are_absent_from(&self, request: &Request) -> bool {
        self.0.is_empty()
            || !readings(request)
                .iter()
                .any(|reading| self.occur_in(reading.as_bytes()))
    }

    fn occur_in(&self, text: &[u8]) -> bool {
        self.0.iter().any(|(length, ids)| {
            text.windows(*length).enumerate().any(|(at, window)| {
                let apart = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
                ids.contains(window)
                    && (*length >= DISTINCT_LENGTH
                        || apart(at.checked_sub(1).and_then(|before| text.get(before)))
                            && apart(text.get(at + length)))
            })
        })
    }
}

/// The whole request as text: as it stands, and decoded over and over.
fn readings(request: &Request) -> Vec<String> {
    let mut whole = request.target();
    for (name, value) in request.query.iter().chain(&request.headers) {
        let _ = write!(whole, "\n{name}\n{value}");
    }
    whole.push('\n');
    whole.push_str(&String::from_utf8_lossy(&request.body));
    let mut readings = vec![whole];
    for _ in 0..ROUNDS {
        let last = readings.last().expect("there is a first one");
        let next = decoded(last);
        if next == *last {
            break;
        }
        readings.push(next);
    }
    readings.into_iter().map(|text| text.to_lowercase()).collect()
}

/// One layer less of percent-encoding, JSON escapes, XML references and sections, and UTF-16.
fn decoded(text: &str) -> String {
    let text = percent_decode_str(text).decode_utf8_lossy().replace('\0', "");
    let text = text.replace("<![CDATA[", "").replace("]]>", "");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['\\', '&', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = escape(rest);
        out.extend(character);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// What the escape at the beginning of a text stands for, and its length in bytes. What is none stands for itself.
fn escape(text: &str) -> (Option<char>, usize) {
    if let Some(digits) = text.strip_prefix("\\u").and_then(|rest| rest.get(..4))
        && let Some(character) = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
    {
        return (Some(character), 6);
    }
    if let Some(character) = text.strip_prefix('\\').and_then(|rest| rest.chars().next()) {
        return (Some(character), 1 + character.len_utf8());
    }
    if let Some(comment) = text.strip_prefix("<!--")
        && let Some(end) = comment.find("-->")
    {
        return (None, 4 + end + 3);
    }
    if let Some(name) = text.strip_prefix('&').and_then(|rest| rest.split(';').next()) {
        let number = name.strip_prefix('#').and_then(|digits| {
            let hex = digits.strip_prefix(['x', 'X']);
            hex.map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())
        });
        let character = number.and_then(char::from_u32).or(match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        });
        if character.is_some() {
            return (character, name.len() + 2);
        }
    }
    let first = text.chars().next();
    (first, first.map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "evt_01HF2MNW2ZQ1Z8E2S3J";

    fn harmless(request: &Request) -> bool {
        Ids::new([&ID.to_owned()]).are_absent_from(request)
    }

    #[test]
    fn a_known_id_is_seen_wherever_and_however_it_stands() {
        let post = || Request::new("POST", "/v1");
        let (start, end) = ID.split_at(8);
        let utf16: Vec<u8> = ID.bytes().flat_map(|byte| [byte, 0]).collect();
        for request in [
            post().query("cid", ID),
            post().raw_query(format!("cid=%65{}", &ID[1..])),
            post().raw_query(format!("cid=%2565{}", &ID[1..])),
            post().header("x", &format!("a, {ID};b")),
            post().path(&format!("/v1/{ID}")),
            post().body("application/json", format!("{{\"cid\":\"\\u0065{}\"}}", &ID[1..])),
            post().body("application/xml", format!("<c>&#x65;{}</c>", &ID[1..])),
            post().body("application/xml", format!("<c>{start}<![CDATA[{end}]]></c>")),
            post().body("application/xml", format!("<c>{start}<!-- x -->{end}</c>")),
            post().body("application/json", utf16),
            post().body("text/plain", ID.to_lowercase()),
        ] {
            assert!(!harmless(&request), "{request:?}");
        }
    }

    #[test]
    fn other_ids_are_harmless_and_a_short_one_is_looked_for_as_a_word() {
        let request = Request::new("POST", "/v1")
            .body("application/json", "{\"cid\":\"evt_01HF2MNW2ZQ1Z8E2S3K\\n&<\"}");
        assert!(harmless(&request));
        assert!(Ids::new([&"S3K".to_owned()]).are_absent_from(&request));
        let word = Request::new("POST", "/").query("a", "k7");
        assert!(!Ids::new([&"K7".to_owned()]).are_absent_from(&word));
    }
}
