//! Examples: whole exchanges that the documents show or describe, ready to be sent.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::faults::Faults;
use crate::requirement::Source;

/// A documented request and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The name of the file without its ending, unique in the API.
    pub name: String,
    /// Where the example stands.
    pub source: Source,
    /// What in it is not the document's own, and where that comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What is sent.
    pub request: ExampleRequest,
    /// What is answered.
    pub response: ExampleResponse,
}

/// The request of an example. `${KEY}` in a header stands for a valid credential. Another name so written, such as
/// `${WORKFLOW_AGENT}` in the path, stands for a fixture of the target where the documents print no whole value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleRequest {
    /// The HTTP method in upper case.
    pub method: String,
    /// The path, with values in place of its parameters and without the query.
    pub path: String,
    /// Names and values of the query in order, not encoded.
    #[serde(default, deserialize_with = "pairs")]
    pub query: Vec<(String, String)>,
    /// Names and values of the headers in order.
    #[serde(default, deserialize_with = "pairs")]
    pub headers: Vec<(String, String)>,
    /// The body as it goes over the wire; `None` when there is none.
    #[serde(default)]
    pub body_text: Option<String>,
}

/// The answer of an example.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleResponse {
    /// The HTTP status.
    pub status: u16,
    /// The body as JSON; `None` when the document shows none.
    #[serde(default)]
    pub body: Option<Value>,
}

/// Reads a JSON object of strings as pairs, in the order of the file.
fn pairs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    Map::deserialize(deserializer)?
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(value) => Ok((name, value)),
            other => Err(serde::de::Error::custom(format_args!(
                "`{name}` is {other} and not a string"
            ))),
        })
        .collect()
}

/// Reads the examples in `files`, each given as its name without ending and its text, or finds everything that is wrong.
pub(crate) fn parse(files: &[(&'static str, &str)]) -> Result<Vec<Example>, Faults<ExampleFault>> {
    let mut examples = Vec::with_capacity(files.len());
    let mut faults = Vec::new();
    for &(file, text) in files {
        match serde_json::from_str::<Example>(text) {
            Ok(example) if example.name == file => examples.push(example),
            Ok(example) => faults.push(ExampleFault::Name {
                file,
                name: example.name,
            }),
            Err(error) => faults.push(ExampleFault::Shape {
                file,
                reason: error.to_string(),
            }),
        }
    }
    Faults::unless_empty(examples, faults)
}

/// Something that is wrong with an example.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ExampleFault {
    #[error("examples/{file}.json: no example: {reason}")]
    Shape { file: &'static str, reason: String },
    #[error("examples/{file}.json: the example is called `{name}`, unlike its file")]
    Name { file: &'static str, name: String },
}

#[cfg(test)]
mod tests {
    use super::{ExampleFault, parse};

    const EXAMPLE: &str = r#"{
        "name": "one",
        "source": { "document": "Document", "section": "Section" },
        "request": { "method": "POST", "path": "/", "query": { "b": "1", "a": "2" }, "headers": { "X-Key": "${KEY}" } },
        "response": { "status": 201 }
    }"#;

    #[test]
    fn pairs_keep_their_order_and_absent_parts_are_empty() {
        let examples = parse(&[("one", EXAMPLE)]).unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(examples[0].request.query, [pair("b", "1"), pair("a", "2")]);
        assert_eq!(examples[0].request.headers, [pair("X-Key", "${KEY}")]);
        assert_eq!(
            (&examples[0].request.body_text, &examples[0].response.body),
            (&None, &None)
        );
    }

    #[test]
    fn every_broken_file_is_told() {
        let not_text = EXAMPLE.replace("\"1\"", "1");
        let unknown_key = EXAMPLE.replace("\"status\"", "\"state\"");
        let files = [
            ("two", EXAMPLE),
            ("one", &not_text),
            ("one", &unknown_key),
            ("one", "{"),
        ];
        let faults = parse(&files).unwrap_err();
        let [ExampleFault::Name { file: "two", .. }, rest @ ..] = faults.list() else {
            panic!("{faults}")
        };
        for (fault, word) in rest.iter().zip(["`b` is 1", "unknown field `state`", "EOF"]) {
            assert!(
                matches!(fault, ExampleFault::Shape { reason, .. } if reason.contains(word)),
                "{fault}"
            );
        }
        assert_eq!(rest.len(), 3);
    }
}
