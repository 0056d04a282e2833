//! Facets: the points of an operation from which cases are generated.

use serde_json::Value;

use crate::contract::{Media, Operation, ParameterIn, SecurityScheme};

/// The keywords of a property in a request body that can be broken one at a time.
const PROPERTY_KEYWORDS: [&str; 4] = ["type", "minLength", "maxLength", "pattern"];

/// What is tried on a key in a header.
const API_KEY_POINTS: [&str; 8] = [
    "valid",
    "missing",
    "unknown",
    "empty",
    "near-miss",
    "in-query",
    "as-bearer",
    "name-case",
];

/// What is tried on a bearer token.
const BEARER_POINTS: [&str; 10] = [
    "valid",
    "missing",
    "unknown",
    "empty",
    "near-miss",
    "in-query",
    "no-scheme",
    "other-scheme",
    "other-header",
    "name-case",
];

/// Every facet that the contract of `operation` gives rise to, in the order of the document.
///
/// Each has one row in the catalogue, which says what the cases generated from it prove. A row speaks of every operation
/// that has the facet, except of those for which another row names it alone; see [`facet_of`].
///
/// | Facet | Situation |
/// |---|---|
/// | `method/other` | a method that the path does not have |
/// | `parameter/<in>/<name>/required` | a required parameter is left out; one in the path cannot be |
/// | `parameter/<in>/<name>/enum` | a value that is none of the listed ones |
/// | `parameter/<in>/<name>/enum-case` | a listed value in other letter case |
/// | `parameter/<in>/<name>/enum-near-miss` | a value that is nearly a listed one |
/// | `body/<media type>/examples` | the documented examples of that body |
/// | `body/<media type>/property/<name>/required` | a required property of that body is left out |
/// | `body/<media type>/property/<name>/type` | a property of another type |
/// | `body/<media type>/property/<name>/minLength` | a property that is too short |
/// | `body/<media type>/property/<name>/maxLength` | a property that is too long |
/// | `body/<media type>/property/<name>/pattern` | a property that the pattern does not match |
/// | `response/<status>/content-type` | the media type of that answer |
/// | `response/<status>/schema` | the body of that answer |
/// | `security/<scheme>/valid` | the right credential |
/// | `security/<scheme>/missing` | none |
/// | `security/<scheme>/unknown` | one that nobody was given |
/// | `security/<scheme>/empty` | an empty one |
/// | `security/<scheme>/near-miss` | one that begins or ends like the right one |
/// | `security/<scheme>/in-query` | the right one in the query |
/// | `security/<scheme>/name-case` | the name of its header in other letter case |
/// | `security/<scheme>/as-bearer` | keys in a header: the right one as a bearer token |
/// | `security/<scheme>/no-scheme` | bearer tokens: the right one without the word `Bearer` |
/// | `security/<scheme>/other-scheme` | bearer tokens: the right one after another word |
/// | `security/<scheme>/other-header` | bearer tokens: the right one in another header, or in a cookie |
pub fn facets(operation: &Operation) -> Vec<String> {
    let mut facets = vec!["method/other".to_owned()];
    for parameter in &operation.parameters {
        let parameter_facet =
            |point: &str| format!("parameter/{}/{}/{point}", parameter.location, parameter.name);
        if parameter.required && parameter.location != ParameterIn::Path {
            facets.push(parameter_facet("required"));
        }
        if !parameter.values().is_empty() {
            facets.extend(["enum", "enum-case", "enum-near-miss"].map(parameter_facet));
        }
    }
    for media in operation.body.iter().flat_map(|body| &body.content) {
        if !media.examples.is_empty() {
            facets.push(format!("body/{}/examples", media.media_type));
        }
        facets.extend(property_facets(media));
    }
    for response in operation
        .responses
        .iter()
        .filter(|response| !response.content.is_empty())
    {
        facets
            .extend(["content-type", "schema"].map(|point| format!("response/{}/{point}", response.status)));
    }
    for scheme in &operation.security {
        let (name, points) = match scheme {
            SecurityScheme::ApiKey { name, .. } => (name, &API_KEY_POINTS[..]),
            SecurityScheme::Bearer { name } => (name, &BEARER_POINTS[..]),
        };
        facets.extend(points.iter().map(|point| format!("security/{name}/{point}")));
    }
    facets
}

/// The facets of the properties that the schema of a request body gives, of the body itself and not of what it nests.
fn property_facets(media: &Media) -> Vec<String> {
    let required = media.schema.get("required").and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|names| names.iter().any(|required| required == name));
    let mut facets = Vec::new();
    for (name, schema) in media
        .schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let mut push = |point: &str| {
            facets.push(format!("body/{}/property/{name}/{point}", media.media_type));
        };
        if is_required(name) {
            push("required");
        }
        for keyword in PROPERTY_KEYWORDS {
            if schema.get(keyword).is_some() {
                push(keyword);
            }
        }
    }
    facets
}

/// The name under which a row claims `facet` for one operation alone: `operation/<operationId>/<facet>`.
///
/// An API with several operations needs it where they share a facet and not what it means, such as the body of a 200.
pub fn facet_of(operation: &Operation, facet: &str) -> String {
    format!("operation/{}/{facet}", operation.id)
}

#[cfg(test)]
mod tests {
    use super::{facet_of, facets};
    use crate::contract::Contract;

    #[test]
    fn the_facets_of_polyai_follow_from_its_contract() {
        let operation = &crate::api("polyai").unwrap().contract().operations[0];
        let expected = [
            "method/other",
            "parameter/query/event_id_location/required",
            "parameter/query/event_id_location/enum",
            "parameter/query/event_id_location/enum-case",
            "parameter/query/event_id_location/enum-near-miss",
            "parameter/query/event_id_path/required",
            "parameter/query/account_id/required",
            "parameter/query/project_id/required",
            "body/application/json/examples",
            "body/application/x-www-form-urlencoded/examples",
            "body/application/xml/examples",
            "body/text/plain/examples",
            "response/400/content-type",
            "response/400/schema",
            "response/401/content-type",
            "response/401/schema",
            "response/500/content-type",
            "response/500/schema",
            "security/ExternalEventsApiKey/valid",
            "security/ExternalEventsApiKey/missing",
            "security/ExternalEventsApiKey/unknown",
            "security/ExternalEventsApiKey/empty",
            "security/ExternalEventsApiKey/near-miss",
            "security/ExternalEventsApiKey/in-query",
            "security/ExternalEventsApiKey/as-bearer",
            "security/ExternalEventsApiKey/name-case",
        ];
        assert_eq!(facets(operation), expected);
    }

    #[test]
    fn the_properties_of_a_request_body_have_a_facet_for_each_rule() {
        let contract = Contract::parse(
            r"
openapi: 3.0.1
info: { title: Test, version: '1' }
paths:
  /things:
    post:
      operationId: post-thing
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [name, anything]
              properties:
                name: { type: string, minLength: 1, maxLength: 9, pattern: '^a' }
                anything: { description: Of no type. }
                nested: { type: object, nullable: true, required: [leaf], properties: { leaf: { type: string } } }
      responses: { '201': { description: Made. } }
",
        )
        .unwrap();
        let expected = [
            "method/other",
            "body/application/json/property/name/required",
            "body/application/json/property/name/type",
            "body/application/json/property/name/minLength",
            "body/application/json/property/name/maxLength",
            "body/application/json/property/name/pattern",
            "body/application/json/property/anything/required",
            "body/application/json/property/nested/type",
        ];
        assert_eq!(facets(contract.operation("post-thing").unwrap()), expected);
    }

    #[test]
    fn a_facet_of_one_operation_begins_with_its_id() {
        let operation = &crate::api("polyai").unwrap().contract().operations[0];
        assert_eq!(
            facet_of(operation, "response/400/schema"),
            "operation/post-external-event/response/400/schema"
        );
    }

    #[test]
    fn templated_paths_headers_and_bearer_tokens_have_facets_too() {
        let contract = Contract::parse(
            r"
openapi: 3.0.1
info: { title: Test, version: '1' }
security: [{ token: [] }]
paths:
  /agents/{agent}:
    parameters:
      - { name: agent, in: path, required: true, schema: { type: string } }
      - { name: X-Mode, in: header, required: true, schema: { type: string, enum: [fast, slow] } }
      - { name: note, in: query, schema: { type: string } }
    put:
      operationId: put-agent
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '204': { description: Done. } }
components: { securitySchemes: { token: { type: http, scheme: bearer } } }
",
        )
        .unwrap();
        let expected = [
            "method/other",
            "parameter/header/X-Mode/required",
            "parameter/header/X-Mode/enum",
            "parameter/header/X-Mode/enum-case",
            "parameter/header/X-Mode/enum-near-miss",
            "security/token/valid",
            "security/token/missing",
            "security/token/unknown",
            "security/token/empty",
            "security/token/near-miss",
            "security/token/in-query",
            "security/token/no-scheme",
            "security/token/other-scheme",
            "security/token/other-header",
            "security/token/name-case",
        ];
        assert_eq!(facets(contract.operation("put-agent").unwrap()), expected);
    }
}
