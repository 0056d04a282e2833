//! What holds for the embedded files of every API.

mod inkeep;
mod olbrain;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::{Api, Media, SecurityScheme, api, apis, facets, requirement};

/// Every body that the contract of an API describes, with the name of its place for messages.
fn bodies(api: &'static Api) -> Vec<(String, &'static Media)> {
    let mut bodies = Vec::new();
    for operation in &api.contract().operations {
        for media in operation.body.iter().flat_map(|body| &body.content) {
            bodies.push((format!("{}, request, {}", operation.id, media.media_type), media));
        }
        for response in &operation.responses {
            for media in &response.content {
                bodies.push((
                    format!("{}, {}, {}", operation.id, response.status, media.media_type),
                    media,
                ));
            }
        }
    }
    bodies
}

#[test]
fn every_embedded_file_loads() {
    for api in apis() {
        assert!(
            !api.catalogue().is_empty() && !api.examples().is_empty() && !api.title().is_empty(),
            "{api:?}"
        );
    }
}

#[test]
fn apis_and_requirements_are_found_by_id() {
    assert_eq!(api("polyai").map(Api::id), Some("polyai"));
    assert!(api("PolyAI").is_none() && api("").is_none());
    assert_eq!(
        requirement("polyai.extract.json.dotted-path").unwrap().area(),
        "polyai.extract.json"
    );
    for unknown in ["", ".", "polyai", "polyai.", "polyai.nope", "nope.auth.ok"] {
        assert_eq!(requirement(unknown), None, "{unknown}");
    }
    for api in apis() {
        for row in api.catalogue() {
            assert_eq!(requirement(&row.id), Some(row));
        }
    }
}

#[test]
fn every_example_of_a_contract_fits_its_schema() {
    for api in apis() {
        for (place, media) in bodies(api) {
            for example in &media.examples {
                assert_eq!(
                    media.validate(&example.value),
                    Ok(()),
                    "{}: {place}: {}",
                    api.id(),
                    example.name
                );
            }
        }
    }
}

#[test]
fn the_facets_of_contract_and_catalogue_are_the_same() {
    for api in apis() {
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let mut without_row = Vec::new();
        for operation in &api.contract().operations {
            for facet in facets(operation) {
                match api.catalogue().for_facet(operation, &facet) {
                    Some(row) => used.extend(row.facet.as_deref()),
                    None => without_row.push(format!("{}: {facet}", operation.id)),
                }
            }
        }
        assert!(
            without_row.is_empty(),
            "{}: facets of the contract without a requirement: {without_row:?}",
            api.id()
        );
        let in_catalogue: BTreeSet<&str> = api
            .catalogue()
            .iter()
            .filter_map(|row| row.facet.as_deref())
            .collect();
        let unknown: Vec<_> = in_catalogue.difference(&used).collect();
        assert!(
            unknown.is_empty(),
            "{}: facets in requirements.toml that the contract has not, or other rows have: {unknown:?}",
            api.id()
        );
    }
}

#[test]
fn every_file_in_the_folder_of_examples_is_embedded() {
    for api in apis() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(api.id())
            .join("examples");
        let on_disk: BTreeSet<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| {
                entry
                    .unwrap()
                    .path()
                    .file_stem()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let embedded: BTreeSet<String> = api
            .examples()
            .iter()
            .map(|example| example.name.clone())
            .collect();
        assert_eq!(on_disk, embedded, "{}", api.id());
        assert_eq!(
            embedded.len(),
            api.examples().len(),
            "{}: a name occurs twice",
            api.id()
        );
    }
}

/// Whether `path` is `template` with something in place of each name in braces.
fn is_instance(path: &str, template: &str) -> bool {
    let (path, template): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
    path.len() == template.len()
        && path.iter().zip(&template).all(|(segment, pattern)| {
            segment == pattern || (pattern.starts_with('{') && pattern.ends_with('}') && !segment.is_empty())
        })
}

#[test]
fn examples_are_exchanges_of_the_contract() {
    for api in apis() {
        for example in api.examples() {
            let name = format!("{}/{}", api.id(), example.name);
            let request = &example.request;
            let operation = api
                .contract()
                .operations
                .iter()
                .find(|operation| {
                    operation.method == request.method && is_instance(&request.path, &operation.path)
                })
                .unwrap_or_else(|| panic!("{name}: no such operation"));
            let response = operation.response(example.response.status);
            let response =
                response.unwrap_or_else(|| panic!("{name}: {} is not documented", example.response.status));
            if let Some(body) = &example.response.body {
                assert!(
                    response.content.iter().any(|media| media.validate(body).is_ok()),
                    "{name}: {body}"
                );
            }
            let content_type = request
                .headers
                .iter()
                .find(|(header, _)| header.eq_ignore_ascii_case("content-type"));
            if let Some((_, content_type)) = content_type {
                // A media type is described without its parameters, such as the boundary of a form.
                let content_type = content_type.split(';').next().unwrap_or_default();
                let mut described = operation.body.iter().flat_map(|body| &body.content);
                let media = described.find(|media| media.media_type == content_type);
                let media = media.unwrap_or_else(|| panic!("{name}: {content_type} is not documented"));
                if media.media_type == "application/json" && example.response.status < 300 {
                    let body = serde_json::from_str::<Value>(request.body_text.as_deref().unwrap()).unwrap();
                    assert_eq!(media.validate(&body), Ok(()), "{name}");
                }
            }
            let carries_key = request.headers.iter().any(|(_, value)| value.contains("${KEY}"));
            assert_eq!(carries_key, example.response.status != 401, "{name}");
        }
    }
}

#[test]
fn polyai_has_what_its_document_lists() {
    let contract = api("polyai").unwrap().contract();
    assert_eq!(contract.title, "PolyAI External Events API");
    let servers: Vec<_> = contract.servers.iter().map(|server| &*server.url).collect();
    assert_eq!(
        servers,
        [
            "https://api.us-1.platform.polyai.app",
            "https://api.uk-1.platform.polyai.app",
            "https://api.euw-1.platform.polyai.app",
        ]
    );
    let operation = contract.operation("post-external-event").unwrap();
    assert_eq!(
        (&*operation.method, &*operation.path),
        ("POST", "/v1/external-events/webhook")
    );
    assert_eq!(
        operation.parameters[0].values(),
        ["headers", "querystring", "payload"]
    );
    let key = SecurityScheme::ApiKey {
        name: "ExternalEventsApiKey".to_owned(),
        header: "X-Api-Key".to_owned(),
    };
    assert_eq!(operation.security, [key]);
    assert!(operation.response(201).unwrap().content.is_empty());
    let error = &operation.response(401).unwrap().content[0];
    assert_eq!(
        error.validate(&serde_json::json!({})),
        Ok(()),
        "error_message is optional in the schema"
    );
    assert!(
        error
            .validate(&serde_json::json!({ "error_message": null }))
            .is_err()
    );
    let form = operation
        .body
        .as_ref()
        .unwrap()
        .content
        .iter()
        .find(|media| media.media_type.contains("form"))
        .unwrap();
    assert!(
        form.validate(&serde_json::json!({ "cid": 1 })).is_err(),
        "the fields of a form are strings"
    );
}

#[test]
fn texts_of_polyai_are_those_of_its_examples() {
    let contract = api("polyai").unwrap().contract();
    let examples = &contract.operations[0].response(400).unwrap().content[0].examples;
    let documented: BTreeSet<&str> = examples
        .iter()
        .filter_map(|example| example.value["error_message"].as_str())
        .collect();
    let in_catalogue: BTreeSet<&str> = api("polyai")
        .unwrap()
        .catalogue()
        .iter()
        .filter_map(|row| row.text.as_deref())
        .collect();
    assert_eq!(in_catalogue, documented);
}
