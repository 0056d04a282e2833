//! Holds each mock against its catalogue: the same settings, and no requirement that the catalogue does not have.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::definition::Definition;
use crate::mock::Api;
use crate::{Fixtures, Mock, Setting, inkeep, olbrain, polyai};

/// Each API, with its settings, a requirement that its mock certainly names, and a path that it serves.
const APIS: [(&str, &[Setting], &str, &str); 3] = [
    (
        "polyai",
        polyai::Readings::SETTINGS,
        "polyai.auth.missing-key",
        "/v1/external-events/webhook",
    ),
    (
        "inkeep",
        inkeep::Readings::SETTINGS,
        "inkeep.auth.missing",
        "/run/v1/events",
    ),
    (
        "olbrain",
        olbrain::Readings::SETTINGS,
        "olbrain.auth.missing",
        "/api/agents/webhook/agt_1",
    ),
];

/// The requirements of an API.
pub(crate) fn catalogue(api: &str) -> &'static spec::Catalogue {
    spec::api(api)
        .expect("the catalogue of the API exists")
        .catalogue()
}

#[test]
fn each_mock_has_the_id_of_its_catalogue_and_its_paths_alone() {
    let mock = Mock::new(Fixtures::builtin());
    for (api, .., path) in APIS {
        let owners: Vec<&str> = mock
            .apis()
            .into_iter()
            .filter(|served| served.owns(path))
            .map(Api::id)
            .collect();
        assert_eq!(owners, [api]);
    }
}

#[test]
fn the_readings_are_those_of_the_catalogue() {
    for (api, settings, ..) in APIS {
        let in_catalogue: BTreeMap<&str, (&str, Vec<&str>)> = catalogue(api)
            .iter()
            .filter_map(|row| {
                let options = row.options.iter().map(String::as_str).collect();
                row.setting
                    .as_deref()
                    .map(|setting| (setting, (row.id.as_str(), options)))
            })
            .collect();
        let here: BTreeMap<&str, (&str, Vec<&str>)> = settings
            .iter()
            .map(|setting| (setting.name, (setting.requirement, setting.options.to_vec())))
            .collect();
        assert_eq!(here, in_catalogue, "{api}");
    }
}

/// The ids are written out in full, so that they can be read off the sources.
fn ids_in(folder: &Path, prefix: &str, ids: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the sources lie beside the tests") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            ids_in(&path, prefix, ids);
            continue;
        }
        let source = fs::read_to_string(&path).expect("sources are text");
        let is_id = |literal: &&str| {
            literal.starts_with(prefix)
                && literal
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b))
        };
        ids.extend(
            source
                .split('"')
                .filter(is_id)
                .map(|id| (id.to_owned(), path.display().to_string())),
        );
    }
}

fn is_table(name: &str) -> bool {
    let mut tables = Fixtures::definitions().flat_map(Definition::all);
    tables.any(|table| table.name == name)
}

#[test]
fn every_requirement_that_a_mock_names_is_in_the_catalogue() {
    for (api, _, certain, _) in APIS {
        let mut ids = Vec::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(api);
        ids_in(&folder, &format!("{api}."), &mut ids);
        // What follows would pass for the wrong reason if nothing was found.
        assert!(ids.iter().any(|(id, _)| id == certain), "{api}");
        let unknown: Vec<_> = ids
            .iter()
            // Tables of the fixtures file are named in the same way.
            .filter(|(id, _)| catalogue(api).get(id).is_none() && !is_table(id))
            .collect();
        assert!(unknown.is_empty(), "{unknown:#?}");
    }
}
