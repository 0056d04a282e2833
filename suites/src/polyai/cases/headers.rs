//! Different spellings of the header fields of one request: they all get one verdict.

use proptest::prelude::*;

use super::Entry;
use super::encoding::Choices;
use crate::case::Origin::{Property, Scenario};
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::strategies;
use crate::probe::Probe;
use crate::property;

pub(super) const CASES: &[Entry] = &[
    (
        "headers::name_case",
        Property,
        &["polyai.extract.headers.case-insensitive"],
        name_case,
    ),
    ("headers::trim", Scenario, &["polyai.extract.headers.trim"], trim),
];

/// The name of a header is found in whatever letters either side writes it.
fn name_case(polyai: &Polyai, probe: &Probe<'_>) {
    let input = (strategies::header_name(), any::<u64>());
    property::check(probe, &input, |(name, seed)| {
        let mut choices = Choices(seed);
        let mut respell = |text: &str| -> String {
            text.chars()
                .map(|c| {
                    if choices.next(2) == 0 {
                        c.to_ascii_uppercase()
                    } else {
                        c
                    }
                })
                .collect()
        };
        let (path, sent) = (respell(&name), respell(&name));
        let body = r#"{"status":"succeeded"}"#;
        let request = |path: &str, name: &str, id: &str| {
            polyai
                .fixtures
                .request("headers", path)
                .header(name, id)
                .body("application/json", body)
                .exact()
        };
        let place = format!("in the header {sent}, for the path {path}");
        let plain = |id: &str| request(&name, &name, id);
        let row = "polyai.extract.headers.case-insensitive";
        checks::equivalent(polyai, probe, row, &place, plain, |id| request(&path, &sent, id));
    });
}

/// Blanks around a header's value are not part of it.
fn trim(polyai: &Polyai, probe: &Probe<'_>) {
    let body = r#"{"status":"succeeded"}"#;
    let request = |value: &str| {
        polyai
            .fixtures
            .request("headers", "cid")
            .header("cid", value)
            .body("application/json", body)
            .exact()
    };
    let plain = |id: &str| request(id);
    for (before, after) in [("   ", ""), ("", "   "), ("\t", " \t ")] {
        let place = "in the header cid, with blanks around it";
        checks::equivalent(polyai, probe, "polyai.extract.headers.trim", place, plain, |id| {
            request(&format!("{before}{id}{after}"))
        });
    }
}
