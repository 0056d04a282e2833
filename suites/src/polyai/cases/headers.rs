//! Different spellings of the header fields of one request: they all get one verdict.

use proptest::prelude::*;

use super::Entry;
use super::encoding::{Choices, FORM};
use crate::case::Origin::{Property, Scenario};
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::fixtures::baseline_body;
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
    (
        "headers::media_type",
        Scenario,
        &[
            "polyai.extract.json.charset",
            "polyai.extract.json.content-type-case",
            "polyai.extract.form.charset",
            "polyai.extract.xml.charset",
            "polyai.extract.text.charset",
        ],
        media_type,
    ),
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

/// Parameters of a media type, and its letters, do not change the type.
fn media_type(polyai: &Polyai, probe: &Probe<'_>) {
    let json = |media: &str, id: &str| {
        polyai
            .fixtures
            .request("payload", "cid")
            .body(media, baseline_body(id))
    };
    let form = |media: &str, id: &str| {
        polyai
            .fixtures
            .request("payload", "cid")
            .body(media, format!("cid={id}&status=succeeded"))
    };
    for media in [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json ; charset=utf-8",
        "application/json; charset=\"utf-8\"",
        "application/json; profile=v1",
    ] {
        let place = format!("at cid, under {media}");
        let plain = |id: &str| json("application/json", id);
        let row = "polyai.extract.json.charset";
        checks::equivalent(polyai, probe, row, &place, plain, |id| json(media, id));
    }
    for media in ["Application/JSON", "APPLICATION/JSON"] {
        let place = format!("at cid, under {media}");
        let plain = |id: &str| json("application/json", id);
        let row = "polyai.extract.json.content-type-case";
        checks::equivalent(polyai, probe, row, &place, plain, |id| json(media, id));
    }
    let media = "application/x-www-form-urlencoded; charset=UTF-8";
    let place = format!("at cid, under {media}");
    let plain = |id: &str| form(FORM, id);
    checks::equivalent(
        polyai,
        probe,
        "polyai.extract.form.charset",
        &place,
        plain,
        |id| form(media, id),
    );
    text_and_xml_with_charset(polyai, probe);
}

fn text_and_xml_with_charset(polyai: &Polyai, probe: &Probe<'_>) {
    let text = |media: &str, id: &str| {
        polyai
            .fixtures
            .request("payload", "cid")
            .body(media, format!("cid={id}&status=succeeded"))
    };
    // The first is what browsers send with a string for a body.
    for media in ["text/plain;charset=UTF-8", "text/plain; charset=utf-8"] {
        let place = format!("at cid, under {media}");
        let plain = |id: &str| text("text/plain", id);
        let row = "polyai.extract.text.charset";
        checks::equivalent(polyai, probe, row, &place, plain, |id| text(media, id));
    }
    let row = "polyai.extract.xml.charset";
    let reading = polyai.xml();
    if !reading.without_root && !reading.with_root {
        return probe.skip(
            row,
            "the target finds the id of the documented XML example neither at cid nor at root.cid",
        );
    }
    let path = if reading.without_root { "cid" } else { "root.cid" };
    let xml = |media: &str, id: &str| {
        polyai
            .fixtures
            .request("payload", path)
            .body(media, format!("<root><cid>{id}</cid></root>"))
    };
    for media in ["application/xml; charset=utf-8", "application/xml;charset=UTF-8"] {
        let place = format!("at {path}, under {media}");
        let plain = |id: &str| xml("application/xml", id);
        checks::equivalent(polyai, probe, row, &place, plain, |id| xml(media, id));
    }
}
