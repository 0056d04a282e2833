//! Holds the mock against the catalogue: the same settings, and no requirement that the catalogue does not have.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Readings;

fn catalogue() -> &'static spec::Catalogue {
    spec::api("olbrain")
        .expect("the catalogue of the API exists")
        .catalogue()
}

#[test]
fn the_readings_are_those_of_the_catalogue() {
    let in_catalogue: BTreeMap<&str, (&str, Vec<&str>)> = catalogue()
        .iter()
        .filter_map(|row| {
            let options = row.options.iter().map(String::as_str).collect();
            row.setting
                .as_deref()
                .map(|setting| (setting, (row.id.as_str(), options)))
        })
        .collect();
    let here: BTreeMap<&str, (&str, Vec<&str>)> = Readings::SETTINGS
        .iter()
        .map(|setting| (setting.name, (setting.requirement, setting.options.to_vec())))
        .collect();
    assert_eq!(here, in_catalogue);
}

/// The ids are written out in full, so that they can be read off the sources.
fn ids_in(folder: &Path, ids: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the sources lie beside the tests") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            ids_in(&path, ids);
            continue;
        }
        let source = fs::read_to_string(&path).expect("sources are text");
        let literals = source
            .split('"')
            .filter(|literal| literal.starts_with("olbrain."));
        let is_id = |literal: &&str| {
            literal
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b))
        };
        ids.extend(
            literals
                .filter(is_id)
                .map(|id| (id.to_owned(), path.display().to_string())),
        );
    }
}

#[test]
fn every_requirement_that_the_mock_names_is_in_the_catalogue() {
    let mut ids = Vec::new();
    ids_in(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/olbrain"),
        &mut ids,
    );
    // The filter above would pass for the wrong reason if it found nothing.
    assert!(ids.iter().any(|(id, _)| id == "olbrain.auth.missing"));
    let unknown: Vec<_> = ids
        .iter()
        .filter(|(id, _)| *id != "olbrain." && catalogue().get(id).is_none())
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}
