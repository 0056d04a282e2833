//! The contract of one API, read from its `openapi.yaml`: what can be sent, and what is answered.

use std::fmt;

use jsonschema::Validator;
use serde_json::Value;

use crate::contract_reader;
use crate::faults::Faults;
use crate::schema;
use crate::yaml::{self, YamlFault};

/// The contract of one API.
#[derive(Debug)]
pub struct Contract {
    /// The name of the API (`info.title`).
    pub title: String,
    /// The version of the contract, not of the API (`info.version`).
    pub version: String,
    /// The base URLs at which the vendor serves it.
    pub servers: Vec<Server>,
    /// What can be called, in the order of the document. There is at least one.
    pub operations: Vec<Operation>,
}

/// A base URL at which the vendor serves the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The base URL without a slash at its end.
    pub url: String,
    /// What distinguishes this server from the others; empty when the document does not say.
    pub description: String,
}

/// One method of one path.
#[derive(Debug)]
pub struct Operation {
    /// The `operationId`, unique in the contract.
    pub id: String,
    /// The HTTP method in upper case.
    pub method: String,
    /// The path; it may hold parameters in braces, such as `/api/agents/webhook/{agent_id}`.
    pub path: String,
    /// The parameters in the order of the document, those of the path before those of the operation.
    pub parameters: Vec<Parameter>,
    /// The request body; `None` when none is described.
    pub body: Option<RequestBody>,
    /// The documented answers in the order of the document.
    pub responses: Vec<Response>,
    /// The ways to authenticate, any one of which is enough; empty when none is asked for.
    pub security: Vec<SecurityScheme>,
}

/// Where a parameter stands in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterIn {
    /// In the query string.
    Query,
    /// In the path, between braces.
    Path,
    /// In a header.
    Header,
}

impl fmt::Display for ParameterIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Query => "query",
            Self::Path => "path",
            Self::Header => "header",
        })
    }
}

/// A parameter of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name; header names are compared without regard to letter case.
    pub name: String,
    /// Where it stands.
    pub location: ParameterIn,
    /// Whether a request without it is malformed.
    pub required: bool,
    /// What its value must fit, as JSON Schema 2020-12.
    pub schema: Value,
}

impl Parameter {
    /// The values to which the document limits the parameter; empty when it does not.
    pub fn values(&self) -> &[Value] {
        self.schema
            .get("enum")
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }
}

/// The body of a request.
#[derive(Debug)]
pub struct RequestBody {
    /// Whether a request without a body is malformed.
    pub required: bool,
    /// The media types it may have, in the order of the document.
    pub content: Vec<Media>,
}

/// A documented answer.
#[derive(Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// When it is given.
    pub description: String,
    /// The media types its body may have; empty when no body is described.
    pub content: Vec<Media>,
}

/// A media type of a body, with the schema of what it carries.
///
/// The schema of a form speaks of an object of its fields; that of text and XML speaks of the text as one string.
pub struct Media {
    /// The media type as written in the document, without parameters.
    pub media_type: String,
    /// What a body must fit, as JSON Schema 2020-12; `true` when the document gives no schema.
    pub schema: Value,
    /// The examples of the document.
    pub examples: Vec<MediaExample>,
    pub(crate) validator: Validator,
}

impl Media {
    /// Holds a decoded body against the schema.
    ///
    /// # Errors
    /// Every way in which it does not fit, each with its place in the value as a JSON Pointer. The texts are bounded in
    /// number and length and free of control characters, since they quote the value.
    pub fn validate(&self, value: &Value) -> Result<(), Vec<String>> {
        schema::validate(&self.validator, value)
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media")
            .field("media_type", &self.media_type)
            .field("schema", &self.schema)
            .field("examples", &self.examples)
            .finish_non_exhaustive()
    }
}

/// An example of a body in the document.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaExample {
    /// Its key in the document; `example` for one that has none.
    pub name: String,
    /// What it shows; empty when the document does not say.
    pub summary: String,
    /// The body: for a form an object of its fields, for text and XML a string.
    pub value: Value,
}

/// A way to authenticate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityScheme {
    /// A key in a header.
    ApiKey {
        /// The name of the scheme in the document.
        name: String,
        /// The name of the header that carries the key.
        header: String,
    },
    /// A bearer token in `Authorization`.
    Bearer {
        /// The name of the scheme in the document.
        name: String,
    },
}

impl Contract {
    /// Reads an OpenAPI 3.0 document, or finds everything that is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, Faults<ContractFault>> {
        let root = yaml::to_json(text).map_err(ContractFault::Yaml)?;
        contract_reader::read(&root)
    }

    /// The operation with this `operationId`.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

impl Operation {
    /// The documented answer with this status.
    pub fn response(&self, status: u16) -> Option<&Response> {
        self.responses.iter().find(|response| response.status == status)
    }
}

/// Something that is wrong with an OpenAPI document, with its place as a JSON Pointer from `#`, the whole document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ContractFault {
    #[error("not YAML that stands for JSON: {0}")]
    Yaml(YamlFault),
    #[error("{place}: `{key}` is missing")]
    Missing { place: String, key: &'static str },
    #[error("{place}: expected {expected}, found {found}")]
    WrongType {
        place: String,
        expected: &'static str,
        found: &'static str,
    },
    #[error("{place}: {found:?} is not {expected}")]
    WrongValue {
        place: String,
        expected: &'static str,
        found: String,
    },
    #[error("{place}: `{key}` is not a key that OpenAPI 3.0 knows here")]
    UnknownKey { place: String, key: String },
    #[error("{place}: the reference `{target}` leads to nothing in this document")]
    UnknownReference { place: String, target: String },
    #[error("{place}: the reference `{target}` leads back to itself")]
    CircularReference { place: String, target: String },
    #[error("{place}: more than {limit} schemas with all references written out")]
    TooLarge { place: String, limit: usize },
    #[error("{place}: no JSON Schema: {reason}")]
    Schema { place: String, reason: String },
    #[error("{place}: `{value}` is declared twice")]
    Twice { place: String, value: String },
    #[error("{place}: no parameter in the path is called `{name}`, or none of that name is declared")]
    PathParameter { place: String, name: String },
}
