//! The request that is measured: one that the documents of an API show, with its documented answer.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use toml::{Table, Value};

/// What is measured of one API. A further API is a further line.
struct Entry {
    api: &'static str,
    /// The documented example in JSON, from `spec/<api>/examples`.
    example: &'static str,
    /// Where the fixtures file holds the credential of that example.
    credential: &'static [&'static str],
}

const ENTRIES: [Entry; 1] = [Entry {
    api: "polyai",
    example: "json-payload",
    credential: &["polyai", "keys", "valid"],
}];

/// A request that can be sent as it is, and the status of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
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
    /// The documented request of an API, with the credential from what `hookproof mock --print-fixtures` prints.
    ///
    /// # Errors
    /// The API is not in the table above, or the fixtures hold no such credential.
    pub(super) fn of(api: &str, fixtures: &str) -> anyhow::Result<Self> {
        let Some(entry) = ENTRIES.iter().find(|entry| entry.api == api) else {
            let known: Vec<&str> = ENTRIES.iter().map(|entry| entry.api).collect();
            bail!(
                "there is no documented request of `{api}` to measure, only of {}",
                known.join(", ")
            );
        };
        let name = format!("{api}/{}", entry.example);
        let example = spec::api(api)
            .and_then(|api| {
                api.examples()
                    .iter()
                    .find(|example| example.name == entry.example)
            })
            .with_context(|| format!("the contract has no example {name}"))?;
        let fixtures: Table = fixtures.parse().context("the fixtures of the mock are no TOML")?;
        let (first, rest) = entry.credential.split_first().expect("a credential has a place");
        let credential = rest
            .iter()
            .try_fold(fixtures.get(*first), |table, key| Some(table?.get(key)))
            .flatten()
            .and_then(Value::as_str)
            .with_context(|| format!("the fixtures of the mock hold no {}", entry.credential.join(".")))?;
        let request = &example.request;
        let mut target = request.path.clone();
        if !request.query.is_empty() {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&request.query)
                .finish();
            let _ = write!(target, "?{query}");
        }
        Ok(Self {
            name,
            method: request.method.clone(),
            target,
            headers: request
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), value.replace("${KEY}", credential)))
                .collect(),
            body: request.body_text.clone().unwrap_or_default(),
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

#[cfg(test)]
mod tests {
    use super::{ENTRIES, Subject};

    const FIXTURES: &str = "[polyai.keys]\nvalid = \"k1\"\n";

    #[test]
    fn the_request_is_that_of_the_documents_with_a_key_of_the_mock() {
        let subject = Subject::of("polyai", FIXTURES).unwrap();
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
        let fixtures = mock_server::Fixtures::builtin().to_toml();
        for entry in ENTRIES {
            let subject = Subject::of(entry.api, &fixtures).unwrap();
            assert!(
                !subject.bytes().windows(2).any(|window| window == b"${"),
                "{subject:?}"
            );
        }
    }

    #[test]
    fn an_unknown_api_and_missing_credentials_are_told() {
        let error = Subject::of("nope", FIXTURES).unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no documented request of `nope` to measure, only of polyai"
        );
        let error = Subject::of("polyai", "[polyai]\n").unwrap_err().to_string();
        assert_eq!(error, "the fixtures of the mock hold no polyai.keys.valid");
    }
}
