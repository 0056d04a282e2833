//! The contracts of the webhook APIs as data, and typed access to them.
//!
//! Each API is a folder beside `src`: `openapi.yaml` says what can be sent and what is answered, `requirements.toml` holds
//! one row for every sentence that binds a server or a sender, and `examples/` holds whole exchanges. All of it is embedded
//! and read when it is first asked for. A further API is a further folder and a further line in `APIS` below.
//!
//! ```
//! let requirement = spec::requirement("polyai.auth.missing-key").expect("the catalogue has this row");
//! assert_eq!(requirement.status, [401]);
//! assert_eq!(requirement.area(), "polyai.auth");
//! ```

mod api;
mod catalogue;
mod contract;
mod contract_reader;
mod example;
mod facet;
mod faults;
mod reader;
mod reference;
mod requirement;
mod rules;
mod schema;
mod yaml;

use std::sync::LazyLock;

pub use crate::api::Api;
pub use crate::catalogue::Catalogue;
pub use crate::contract::{
    Contract, Media, MediaExample, Operation, Parameter, ParameterIn, RequestBody, Response, SecurityScheme,
    Server,
};
pub use crate::example::{Example, ExampleRequest, ExampleResponse};
pub use crate::facet::{facet_of, facets};
pub use crate::requirement::{Basis, Effect, Level, Requirement, Source, Subject};

/// Embeds the folder of an API. The examples are named one by one because the compiler embeds files, not folders; a test
/// compares the names with the folder.
macro_rules! embedded {
    ($id:literal, [$($example:literal),* $(,)?]) => {
        Api::new(api::Files {
            id: $id,
            requirements: include_str!(concat!("../", $id, "/requirements.toml")),
            openapi: include_str!(concat!("../", $id, "/openapi.yaml")),
            examples: &[$(($example, include_str!(concat!("../", $id, "/examples/", $example, ".json")))),*],
        })
    };
}

/// The registry: one line for each API.
#[rustfmt::skip]
static APIS: LazyLock<Vec<Api>> = LazyLock::new(|| vec![
    embedded!("polyai", ["json-payload", "header-id", "python-requests", "querystring-id", "nested", "json-hidden-field", "form-encoded", "xml-payload", "raw-text", "error-invalid", "error-missing", "error-unauthorized"]),
    embedded!("inkeep", ["curl-sample", "minimal", "full", "full-repeated", "error-bad-request", "error-unauthorized", "error-forbidden", "error-unprocessable", "error-server"]),
    embedded!("olbrain", ["conversational", "conversational-pdf", "first-message", "workflow", "uploaded-file", "idempotency-key", "error-unauthorized", "error-unknown-agent", "error-upstream", "upload", "run-succeeded", "runs-failed", "sessions-active", "sessions-list"]),
]);

/// All APIs, in the order in which they are listed and reported.
pub fn apis() -> &'static [Api] {
    &APIS
}

/// The API with this id, such as `polyai`.
pub fn api(id: &str) -> Option<&'static Api> {
    APIS.iter().find(|api| api.id() == id)
}

/// The requirement with this id, whichever API it belongs to.
pub fn requirement(id: &str) -> Option<&'static Requirement> {
    let (api_id, _) = id.split_once('.')?;
    api(api_id)?.catalogue().get(id)
}

#[cfg(test)]
mod tests;
