//! One request that a sender sent, held against the sentences that say what a request is.
//!
//! The rules are functions of the request and of what the sender was handed. They look at one request alone; what
//! happens between several is the judge's matter.

use bytes::Bytes;
use http::Request;

use crate::http::Redactor;
use crate::transcript::one_line;
use crate::verdict::Finding;

/// How much of what arrived a finding quotes, in characters.
const QUOTED_CHARS: usize = 120;

/// Name of the variable that hands the key over; it stands wherever the key stood.
pub(crate) const KEY_VARIABLE: &str = "HOOKPROOF_API_KEY";

/// What a sender was handed for one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// What stands before the path, where nothing in the path tells events apart; empty elsewhere.
    pub(crate) prefix: String,
    /// The path that the event is to be sent to, as the API knows it: without the part that stands for the event.
    pub(crate) path: String,
    /// The key. It never shows.
    pub(crate) key: String,
    /// The agent that the event is for, where the API has agents.
    pub(crate) agent_id: Option<String>,
    /// The account, where the API has accounts.
    pub(crate) account_id: Option<String>,
    /// The project, where the API has projects.
    pub(crate) project_id: Option<String>,
    /// The id of the event, where it is the server that knows ids.
    pub(crate) event_id: Option<String>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Head and body; the target is the path and the query as the API knows them.
    pub(crate) request: Request<Bytes>,
    /// How long the body was on the wire, in bytes. More than what is held where it was too long to be held.
    pub(crate) body_bytes: u64,
}

/// What one rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The requirement.
    pub(crate) requirement: &'static str,
    /// What came of it.
    pub(crate) finding: Finding,
}

impl Found {
    pub(crate) fn new(requirement: &'static str, finding: Finding) -> Self {
        Self { requirement, finding }
    }
}

/// Where a credential stood, and what it was worth.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// The key that was handed over.
    Given,
    /// Something else, told without showing it.
    Other(String),
    /// The documents leave it open whether this counts.
    Open(String),
}

impl Received {
    /// The values of a header, as text.
    pub(crate) fn header<'r>(&'r self, name: &str) -> Vec<std::borrow::Cow<'r, str>> {
        self.request
            .headers()
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes().trim_ascii()))
            .collect()
    }

    /// What `Content-Type` says, without its parameters.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.header("content-type").into_iter().next()?;
        let essence = value.split(';').next().unwrap_or("").trim().to_owned();
        (!essence.is_empty()).then_some(essence)
    }

    /// Whether `text` stands anywhere in the request, be it in other letter case or percent-encoded.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let wanted = text.to_lowercase();
        let within = |bytes: &[u8]| {
            let decoded: Vec<u8> = percent_encoding::percent_decode(bytes).collect();
            String::from_utf8_lossy(&decoded).to_lowercase().contains(&wanted)
        };
        within(self.request.uri().to_string().as_bytes())
            || within(self.request.body())
            || self
                .request
                .headers()
                .values()
                .any(|value| within(value.as_bytes()))
    }

    /// What the header `Authorization` carries, where a bearer token is wanted.
    pub(crate) fn bearer(&self, given: &Given) -> Credential {
        let values = self.header("authorization");
        let [value] = &values[..] else {
            return Credential::Other(match values.len() {
                0 => self.misplaced_key(given),
                several => format!("{several} headers Authorization"),
            });
        };
        let (scheme, token) = value.split_once([' ', '\t']).unwrap_or((value, ""));
        let token = token.trim();
        if scheme.is_empty() {
            Credential::Other("an empty Authorization".to_owned())
        } else if !scheme.eq_ignore_ascii_case("bearer") {
            Credential::Other(if value.contains(given.key.as_str()) {
                "the key without the word Bearer before it".to_owned()
            } else {
                "an Authorization that does not begin with Bearer".to_owned()
            })
        } else if token != given.key {
            Credential::Other(another_key(token))
        } else if scheme != "Bearer" {
            Credential::Open(format!(
                "the key stands after {}, and whether letter case counts there is open",
                quote(scheme, given)
            ))
        } else {
            Credential::Given
        }
    }

    /// No credential stands where it should; says where the key stands instead, if it does.
    pub(crate) fn misplaced_key(&self, given: &Given) -> String {
        let elsewhere = self
            .request
            .headers()
            .iter()
            .find(|(_, value)| {
                value
                    .as_bytes()
                    .windows(given.key.len())
                    .any(|part| part == given.key.as_bytes())
            })
            .map(|(name, _)| format!("the key in the header {name}"));
        elsewhere.unwrap_or_else(|| {
            if self.holds(&given.key) {
                "the key in another place than a header".to_owned()
            } else {
                "no key".to_owned()
            }
        })
    }
}

/// Tells of a key that is not the right one without showing it: it may be a real one.
pub(crate) fn another_key(key: &str) -> String {
    match key.chars().count() {
        0 => "an empty key".to_owned(),
        length => format!("another key, of {length} characters"),
    }
}

/// Text that arrived, in quotation marks: cut, harmless to a terminal, the key replaced.
pub(crate) fn quote(text: &str, given: &Given) -> String {
    let redactor = Redactor::new([(given.key.clone(), KEY_VARIABLE.to_owned())]);
    let shown = one_line(&redactor.text(text));
    let mut characters = shown.chars();
    let cut: String = characters.by_ref().take(QUOTED_CHARS).collect();
    if characters.next().is_some() {
        format!("`{cut}…`")
    } else {
        format!("`{cut}`")
    }
}

/// The label of a body, as it arrived.
pub(crate) fn quoted_media_type(received: &Received, given: &Given) -> String {
    match &received.header("content-type")[..] {
        [] => "no Content-Type".to_owned(),
        [value] => format!("Content-Type {}", quote(value, given)),
        values => format!(
            "Content-Type {}, {} times",
            quote(&values[0], given),
            values.len()
        ),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What the rules of every API are tried with.
    pub(crate) fn given(path: &str) -> Given {
        Given {
            prefix: String::new(),
            path: path.to_owned(),
            key: "ak_the-key".to_owned(),
            agent_id: Some("agt_1".to_owned()),
            account_id: Some("A".to_owned()),
            project_id: Some("P".to_owned()),
            event_id: Some("evt_1".to_owned()),
        }
    }

    /// A POST with these headers, written as `name: value`.
    pub(crate) fn received(target: &str, headers: &[&str], body: &[u8]) -> Received {
        let mut request = Request::post(target);
        for header in headers {
            let (name, value) = header.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        Received {
            request: request.body(Bytes::copy_from_slice(body)).unwrap(),
            body_bytes: body.len() as u64,
        }
    }

    /// The requirements that are broken, each with what arrived.
    pub(crate) fn broken(found: &[Found]) -> Vec<(&'static str, &str)> {
        found
            .iter()
            .filter_map(|found| match &found.finding {
                Finding::Broken { got, .. } => Some((found.requirement, got.as_str())),
                _ => None,
            })
            .collect()
    }

    /// The requirements that are left open.
    pub(crate) fn open(found: &[Found]) -> Vec<&'static str> {
        found
            .iter()
            .filter(|found| matches!(found.finding, Finding::Undecided(_)))
            .map(|found| found.requirement)
            .collect()
    }

    #[test]
    fn a_quotation_is_short_harmless_and_without_the_key() {
        let given = given("/");
        assert_eq!(
            quote("a\u{1b}[2J\nak_the-key", &given),
            "`a\\u{1b}[2J\\n$HOOKPROOF_API_KEY`"
        );
        assert!(quote(&"x".repeat(5000), &given).chars().count() < 130);
    }

    #[test]
    fn a_bearer_token_is_known_by_its_value() {
        let given = given("/");
        let told = |header: &str| received("/", &[header], b"").bearer(&given);
        assert_eq!(told("authorization: Bearer ak_the-key"), Credential::Given);
        assert!(matches!(
            told("authorization: bearer ak_the-key"),
            Credential::Open(_)
        ));
        for (header, expected) in [
            (
                "authorization: Bearer ak_real-secret",
                "another key, of 14 characters",
            ),
            ("authorization: Bearer", "an empty key"),
            (
                "authorization: ak_the-key",
                "the key without the word Bearer before it",
            ),
            (
                "authorization: Basic eA==",
                "an Authorization that does not begin with Bearer",
            ),
            ("x-api-key: ak_the-key", "the key in the header x-api-key"),
            ("accept: */*", "no key"),
        ] {
            assert_eq!(told(header), Credential::Other(expected.to_owned()), "{header}");
        }
    }
}
