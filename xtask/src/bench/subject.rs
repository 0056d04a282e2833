//! The requests that are measured: those that the documents of the APIs show, with their documented answers.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use serde_json::Map;
use toml::{Table, Value};

/// One request that is measured. A further one is a further entry.
struct Entry {
    api: &'static str,
    /// The documented example, from `spec/<api>/examples`.
    example: &'static str,
    /// What stands for something of the target in it, and where the fixtures file holds that.
    filled: &'static [(&'static str, &'static [&'static str])],
    /// What is done to the documented body.
    body: Body,
}

/// How the body that is sent follows from the documented one.
enum Body {
    AsDocumented,
    /// Without the member `id`, so that every event is a new one.
    WithoutId,
    /// With this many bytes more in the file of the form.
    LargerFile(usize),
}

const MIB: usize = 1024 * 1024;

const INKEEP_KEY: (&str, &[&str]) = ("${KEY}", &["inkeep", "keys", "valid"]);
const OLBRAIN_KEY: (&str, &[&str]) = ("${KEY}", &["olbrain", "keys", "valid"]);
const CONVERSATIONAL: (&str, &[&str]) = ("${CONVERSATIONAL_AGENT}", &["olbrain", "conversational_agents"]);
const WORKFLOW: (&str, &[&str]) = ("${WORKFLOW_AGENT}", &["olbrain", "workflow_agents"]);

const ENTRIES: [Entry; 6] = [
    Entry {
        api: "polyai",
        example: "json-payload",
        filled: &[("${KEY}", &["polyai", "keys", "valid"])],
        body: Body::AsDocumented,
    },
    Entry {
        api: "inkeep",
        example: "minimal",
        filled: &[INKEEP_KEY],
        body: Body::AsDocumented,
    },
    Entry {
        api: "inkeep",
        example: "full",
        filled: &[INKEEP_KEY],
        body: Body::WithoutId,
    },
    Entry {
        api: "olbrain",
        example: "conversational",
        filled: &[OLBRAIN_KEY, CONVERSATIONAL],
        body: Body::AsDocumented,
    },
    Entry {
        api: "olbrain",
        example: "workflow",
        filled: &[OLBRAIN_KEY, WORKFLOW],
        body: Body::AsDocumented,
    },
    Entry {
        api: "olbrain",
        example: "upload",
        filled: &[OLBRAIN_KEY, WORKFLOW],
        body: Body::LargerFile(4 * MIB),
    },
];

/// A request that can be sent as it is, and the status of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    /// The API.
    pub(super) api: &'static str,
    /// The API and the example, for the report.
    pub(super) name: String,
    /// The HTTP method.
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    /// The headers, without those that belong to the connection.
    pub(super) headers: Vec<(String, String)>,
    /// The body.
    pub(super) body: String,
    /// The documented status of the answer.
    pub(super) status: u16,
}

impl Subject {
    /// The documented requests of one API or of all, with what `hookproof mock --print-fixtures` prints filled in.
    ///
    /// # Errors
    /// The API is not in the table above, or the fixtures lack something.
    pub(super) fn all(api: Option<&str>, fixtures: &str) -> anyhow::Result<Vec<Self>> {
        let wanted = |entry: &&Entry| api.is_none_or(|api| entry.api == api);
        if let Some(api) = api
            && !ENTRIES.iter().any(|entry| wanted(&entry))
        {
            let mut known: Vec<&str> = ENTRIES.iter().map(|entry| entry.api).collect();
            known.dedup();
            bail!(
                "there is no documented request of `{api}` to measure, only of {}",
                known.join(", ")
            );
        }
        let fixtures: Table = fixtures.parse().context("the fixtures of the mock are no TOML")?;
        ENTRIES
            .iter()
            .filter(wanted)
            .map(|entry| Self::of(entry, &fixtures))
            .collect()
    }

    fn of(entry: &Entry, fixtures: &Table) -> anyhow::Result<Self> {
        let mut name = format!("{}/{}", entry.api, entry.example);
        let example = spec::api(entry.api)
            .and_then(|api| {
                api.examples()
                    .iter()
                    .find(|example| example.name == entry.example)
            })
            .with_context(|| format!("the contract has no example {name}"))?;
        let mut filled = Vec::new();
        for (mark, place) in entry.filled {
            let value = value_at(fixtures, place)
                .with_context(|| format!("the fixtures of the mock hold no {}", place.join(".")))?;
            filled.push((*mark, value));
        }
        let fill = |text: &str| {
            filled
                .iter()
                .fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value))
        };
        let request = &example.request;
        let mut target = fill(&request.path);
        if !request.query.is_empty() {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&request.query)
                .finish();
            let _ = write!(target, "?{query}");
        }
        let documented = request.body_text.clone().unwrap_or_default();
        let body = match entry.body {
            Body::AsDocumented => documented,
            Body::WithoutId => {
                let mut body: Map<String, serde_json::Value> = serde_json::from_str(&documented)
                    .with_context(|| format!("the body of {name} is no JSON object"))?;
                body.shift_remove("id");
                serde_json::to_string(&body)?
            }
            Body::LargerFile(bytes) => {
                let _ = write!(name, " + {} MiB", bytes / MIB);
                let end = documented
                    .rfind("\r\n--")
                    .with_context(|| format!("the body of {name} is no form"))?;
                let (file, rest) = documented.split_at(end);
                format!("{file}{}{rest}", "x".repeat(bytes))
            }
        };
        Ok(Self {
            api: entry.api,
            name,
            method: request.method.clone(),
            target,
            headers: request
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), fill(value)))
                .collect(),
            body,
            status: example.response.status,
        })
    }

    /// The bytes of the request on a connection that stays open.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: localhost\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n\r\n", self.body.len());
        head.push_str(&self.body);
        head.into_bytes()
    }
}

/// The text at a place of the fixtures; of a list the first.
fn value_at<'t>(fixtures: &'t Table, place: &[&str]) -> Option<&'t str> {
    let (first, rest) = place.split_first()?;
    let value = rest
        .iter()
        .try_fold(fixtures.get(*first)?, |value, key| value.get(*key))?;
    match value {
        Value::Array(items) => items.first()?.as_str(),
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::{ENTRIES, MIB, Subject};

    const FIXTURES: &str = "[polyai.keys]\nvalid = \"k1\"\n";

    fn builtin() -> Vec<Subject> {
        Subject::all(None, &mock_server::Fixtures::builtin().to_toml()).unwrap()
    }

    #[test]
    fn the_request_is_that_of_the_documents_with_a_key_of_the_mock() {
        let subjects = Subject::all(Some("polyai"), FIXTURES).unwrap();
        let [subject] = subjects.as_slice() else {
            panic!("{subjects:?}")
        };
        assert_eq!(subject.status, 201);
        let bytes = String::from_utf8(subject.bytes()).unwrap();
        let (head, body) = bytes.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with(
                "POST /v1/external-events/webhook?event_id_location=payload&event_id_path=cid&account_id=PLATFORM\
                 &project_id=PROJECT-123 HTTP/1.1\r\nHost: "
            ),
            "{head}"
        );
        for line in [
            "Content-Type: application/json".to_owned(),
            "X-Api-Key: k1".to_owned(),
            format!("Content-Length: {}", body.len()),
        ] {
            assert!(head.lines().any(|header| header == line), "{head}");
        }
        assert!(body.starts_with("{\"cid\":\"evt_"), "{body}");
    }

    #[test]
    fn every_entry_fits_the_built_in_fixtures() {
        let subjects = builtin();
        assert_eq!(subjects.len(), ENTRIES.len());
        for subject in subjects {
            assert!(
                !subject.bytes().windows(2).any(|window| window == b"${"),
                "{subject:?}"
            );
        }
    }

    #[test]
    fn bodies_differ_from_the_documented_ones_where_the_entry_says_so() {
        let subjects = builtin();
        let named = |name: &str| subjects.iter().find(|subject| subject.name == name).unwrap();
        let event = &named("inkeep/full").body;
        assert!(
            event.starts_with("{\"type\":\"user_message_submitted\",") && !event.contains("\"id\""),
            "{event}"
        );
        let upload = &named("olbrain/upload + 4 MiB").body;
        assert!(upload.len() > 4 * MIB && upload.ends_with("x\r\n--boundary--\r\n"));
    }

    #[test]
    fn an_unknown_api_and_missing_credentials_are_told() {
        let error = Subject::all(Some("nope"), FIXTURES).unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no documented request of `nope` to measure, only of polyai, inkeep, olbrain"
        );
        let error = Subject::all(Some("polyai"), "[polyai]\n")
            .unwrap_err()
            .to_string();
        assert_eq!(error, "the fixtures of the mock hold no polyai.keys.valid");
    }
}
