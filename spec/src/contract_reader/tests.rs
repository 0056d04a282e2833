use serde_json::json;

use crate::contract::{Contract, ContractFault, ParameterIn, SecurityScheme};

const DOCUMENT: &str = "
openapi: 3.0.1
info: { title: Test, version: '2' }
servers: [{ url: 'https://test.example/' }]
security: [{ key: [] }]
paths:
  /things/{thing}:
    parameters:
      - { name: thing, in: path, required: true, schema: { type: string } }
      - { name: mode, in: query, schema: { type: string } }
    post:
      operationId: post-thing
      parameters:
        - { name: mode, in: query, required: true, schema: { type: string, enum: [a, b] } }
        - $ref: '#/components/parameters/Note'
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: '#/components/schemas/Thing' }
            examples:
              one: { summary: One, value: { size: 1 } }
              two: { $ref: '#/components/examples/Two' }
      responses:
        '201': { description: Made. }
        '400': { $ref: '#/components/responses/Refused' }
    delete:
      operationId: delete-thing
      security: []
      responses:
        '204': { description: Gone. }
components:
  parameters:
    Note: { name: X-Note, in: header, schema: { type: string } }
  schemas:
    Thing: { type: object, required: [size], properties: { size: { type: integer, nullable: true } } }
  examples:
    Two: { value: { size: null } }
  responses:
    Refused:
      description: Refused.
      content: { application/json: { example: { message: no } } }
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
    token: { type: http, scheme: Bearer }
";

/// The faults of the document after one replacement, which must change it.
fn faults(from: &str, to: &str) -> Vec<ContractFault> {
    let broken = DOCUMENT.replacen(from, to, 1);
    assert_ne!(broken, DOCUMENT, "{from}");
    Contract::parse(&broken).expect_err(to).list().to_vec()
}

#[test]
fn operations_are_read_with_all_their_parts() {
    let contract = Contract::parse(DOCUMENT).unwrap();
    assert_eq!((&*contract.title, &*contract.version), ("Test", "2"));
    assert_eq!(contract.servers[0].url, "https://test.example");
    let post = contract.operation("post-thing").unwrap();
    assert_eq!((&*post.method, &*post.path), ("POST", "/things/{thing}"));
    assert_eq!(
        post.security,
        [SecurityScheme::ApiKey {
            name: "key".to_owned(),
            header: "X-Key".to_owned()
        }]
    );
    let body = post.body.as_ref().unwrap();
    assert!(body.required);
    let names: Vec<_> = body.content[0]
        .examples
        .iter()
        .map(|example| &*example.name)
        .collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(body.content[0].examples[1].value, json!({ "size": null }));
    let statuses: Vec<_> = post.responses.iter().map(|response| response.status).collect();
    assert_eq!(statuses, [201, 400]);
    assert_eq!(post.response(400).unwrap().content[0].examples[0].name, "example");
    assert!(post.response(201).unwrap().content.is_empty());
    assert!(post.response(500).is_none());
}

#[test]
fn parameters_of_the_operation_replace_those_of_the_path() {
    let contract = Contract::parse(DOCUMENT).unwrap();
    let parameters: Vec<_> = contract.operations[0]
        .parameters
        .iter()
        .map(|parameter| {
            (
                &*parameter.name,
                parameter.location,
                parameter.required,
                parameter.values().len(),
            )
        })
        .collect();
    let expected = [
        ("thing", ParameterIn::Path, true, 0),
        ("mode", ParameterIn::Query, true, 2),
        ("X-Note", ParameterIn::Header, false, 0),
    ];
    assert_eq!(parameters, expected);
    assert_eq!(contract.operation("delete-thing").unwrap().parameters.len(), 2);
}

#[test]
fn an_operation_may_lift_the_security_of_the_document_and_use_bearer_tokens() {
    let contract = Contract::parse(DOCUMENT).unwrap();
    assert_eq!(contract.operation("delete-thing").unwrap().security, []);
    let with_token = DOCUMENT.replace("security: [{ key: [] }]", "security: [{ token: [] }]");
    let contract = Contract::parse(&with_token).unwrap();
    assert_eq!(
        contract.operations[0].security,
        [SecurityScheme::Bearer {
            name: "token".to_owned()
        }]
    );
}

#[test]
fn bodies_are_held_against_the_lowered_schema() {
    let contract = Contract::parse(DOCUMENT).unwrap();
    let media = &contract.operations[0].body.as_ref().unwrap().content[0];
    assert_eq!(
        media.schema["properties"]["size"],
        json!({ "type": ["integer", "null"] })
    );
    assert_eq!(media.validate(&json!({ "size": null })), Ok(()));
    assert_eq!(
        media.validate(&json!({})).unwrap_err(),
        ["at ``: \"size\" is a required property"]
    );
    let unbound = &contract.operations[0].response(400).unwrap().content[0];
    assert_eq!(unbound.validate(&json!([1])), Ok(()));
}

#[test]
fn an_unknown_reference_is_told_with_its_place() {
    let post = "#/paths/~1things~1{thing}/post";
    for (from, place) in [
        ("'#/components/parameters/Note'", format!("{post}/parameters/1")),
        (
            "'#/components/schemas/Thing'",
            format!("{post}/requestBody/content/application~1json/schema"),
        ),
        (
            "'#/components/examples/Two'",
            format!("{post}/requestBody/content/application~1json/examples/two"),
        ),
        (
            "'#/components/responses/Refused'",
            format!("{post}/responses/400"),
        ),
    ] {
        let target = "#/components/nowhere".to_owned();
        assert_eq!(
            faults(from, "'#/components/nowhere'"),
            [ContractFault::UnknownReference { place, target }]
        );
    }
    let faults = faults("security: [{ key: [] }]", "security: [{ kye: [] }]");
    let target = "#/components/securitySchemes/kye".to_owned();
    assert_eq!(
        faults,
        [ContractFault::UnknownReference {
            place: "#/security/0".to_owned(),
            target
        }]
    );
}

#[test]
fn what_is_missing_is_told_with_its_place() {
    let path = "#/paths/~1things~1{thing}";
    for (from, to, place, key) in [
        ("openapi: 3.0.1", "x-openapi: 3.0.1", "#".to_owned(), "openapi"),
        ("title: Test, ", "", "#/info".to_owned(), "title"),
        ("version: '2'", "x-version: '2'", "#/info".to_owned(), "version"),
        (
            "operationId: post-thing",
            "summary: x",
            format!("{path}/post"),
            "operationId",
        ),
        (
            "name: mode, in: query, schema",
            "name: mode, schema",
            format!("{path}/parameters/1"),
            "in",
        ),
        (
            "{ name: mode, in: query, schema",
            "{ in: query, schema",
            format!("{path}/parameters/1"),
            "name",
        ),
        (
            "in: header, schema: { type: string }",
            "in: header",
            "#/components/parameters/Note".to_owned(),
            "schema",
        ),
        (
            "{ description: Gone. }",
            "{}",
            format!("{path}/delete/responses/204"),
            "description",
        ),
        (
            "      responses:\n        '204'",
            "      x-responses:\n        '204'",
            format!("{path}/delete"),
            "responses",
        ),
        (
            "{ value: { size: null } }",
            "{ externalValue: x }",
            "#/components/examples/Two".to_owned(),
            "value",
        ),
        (
            "name: X-Key",
            "x: y",
            "#/components/securitySchemes/key".to_owned(),
            "name",
        ),
    ] {
        assert_eq!(faults(from, to), [ContractFault::Missing { place, key }], "{to}");
    }
}

#[test]
fn a_document_without_an_operation_is_refused() {
    let text = "openapi: 3.0.1\ninfo: { title: Test, version: '1' }\npaths: {}\n";
    let faults = Contract::parse(text).unwrap_err();
    assert_eq!(
        faults.list(),
        [ContractFault::Missing {
            place: "#/paths".to_owned(),
            key: "post"
        }]
    );
}

#[test]
fn values_that_are_not_supported_are_refused() {
    for (from, to) in [
        ("openapi: 3.0.1", "openapi: 3.1.0"),
        ("'201': {", "default: {"),
        ("'201': {", "2XX: {"),
        ("'201': {", "'99': {"),
        ("in: header, schema", "in: cookie, schema"),
        ("type: apiKey, in: header", "type: apiKey, in: query"),
        ("type: apiKey", "type: oauth2"),
        (
            "- { name: thing, in: path, required: true",
            "- { name: thing, in: path, required: false",
        ),
        (
            "        content:\n          application/json:",
            "        content:\n          application/*:",
        ),
        ("security: [{ key: [] }]", "security: [{ key: [], token: [] }]"),
    ] {
        let faults = faults(from, to);
        assert!(
            matches!(&faults[..], [ContractFault::WrongValue { .. }]),
            "{to}: {faults:?}"
        );
    }
    let basic = DOCUMENT
        .replace("[{ key: [] }]", "[{ token: [] }]")
        .replace("Bearer", "basic");
    assert!(matches!(
        Contract::parse(&basic).unwrap_err().list(),
        [ContractFault::WrongValue { .. }]
    ));
}

#[test]
fn values_of_the_wrong_type_are_refused() {
    for (from, to) in [
        ("title: Test", "title: [Test]"),
        ("servers: [{ url: 'https://test.example/' }]", "servers: {}"),
        ("security: [{ key: [] }]", "security: [key]"),
        ("required: true\n", "required: 'true'\n"),
        ("'204': { description: Gone. }", "'204': Gone."),
        ("{ $ref: '#/components/schemas/Thing' }", "{ $ref: 1 }"),
    ] {
        let faults = faults(from, to);
        assert!(
            matches!(&faults[..], [ContractFault::WrongType { .. }]),
            "{to}: {faults:?}"
        );
    }
}

#[test]
fn names_are_declared_once() {
    for (from, to) in [
        ("operationId: delete-thing", "operationId: post-thing"),
        (
            "- $ref: '#/components/parameters/Note'",
            "- { name: mode, in: query, schema: {} }",
        ),
    ] {
        let faults = faults(from, to);
        assert!(
            matches!(&faults[..], [ContractFault::Twice { .. }]),
            "{to}: {faults:?}"
        );
    }
}

#[test]
fn parameters_in_the_path_and_names_in_braces_agree() {
    for (from, to, names) in [
        (
            "  /things/{thing}:",
            "  /things/{thing}/{part}:",
            &["part", "part"][..],
        ),
        (
            "- { name: thing, in: path",
            "- { name: other, in: path",
            &["thing", "other", "thing", "other"],
        ),
    ] {
        let found: Vec<_> = faults(from, to)
            .into_iter()
            .map(|fault| match fault {
                ContractFault::PathParameter { name, .. } => name,
                other => panic!("{other}"),
            })
            .collect();
        assert_eq!(found, names);
    }
}

#[test]
fn misspelt_keys_and_broken_schemas_are_told() {
    let unknown = faults("    delete:", "    delet:");
    assert!(
        matches!(&unknown[..], [ContractFault::UnknownKey { key, .. }] if key == "delet"),
        "{unknown:?}"
    );
    let unknown = faults("nullable: true", "nulable: true");
    assert!(
        matches!(&unknown[..], [ContractFault::UnknownKey { key, .. }] if key == "nulable"),
        "{unknown:?}"
    );
    let broken = faults("type: integer", "type: int");
    assert!(
        matches!(&broken[..], [ContractFault::Schema { place, .. }] if place.ends_with("/schema/properties/size/type")),
        "{broken:?}"
    );
    let broken = faults("[{ url:", "[{ url");
    assert!(
        matches!(
            &broken[..],
            [ContractFault::Yaml(_) | ContractFault::Missing { .. }]
        ),
        "{broken:?}"
    );
}

#[test]
fn all_faults_are_found_at_once() {
    let broken = DOCUMENT
        .replace("title: Test, ", "")
        .replace("'#/components/schemas/Thing'", "'#/components/nowhere'")
        .replace("operationId: delete-thing", "summary: x");
    assert_eq!(Contract::parse(&broken).unwrap_err().list().len(), 3);
}
