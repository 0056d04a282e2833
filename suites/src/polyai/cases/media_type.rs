//! Spellings of the media types: parameters and letter case do not change a type, RFC 9110, section 8.3.1.

use super::Entry;
use super::encoding::FORM;
use crate::case::Origin::Scenario;
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::probe::Probe;

const JSON: &str = "application/json";
const XML: &str = "application/xml";
const TEXT: &str = "text/plain";

pub(super) const CASES: &[Entry] = &[(
    "headers::media_type",
    Scenario,
    &[
        "polyai.extract.json.charset",
        "polyai.extract.json.content-type-case",
        "polyai.extract.form.charset",
        "polyai.extract.form.content-type-case",
        "polyai.extract.xml.charset",
        "polyai.extract.xml.content-type-case",
        "polyai.extract.text.charset",
        "polyai.extract.text.content-type-case",
    ],
    media_type,
)];

/// A media type, other spellings of it, and the requirement that they mean the same.
struct Spellings {
    media: &'static str,
    row: &'static str,
    others: &'static [&'static str],
}

const SPELLINGS: [Spellings; 8] = [
    Spellings {
        media: JSON,
        row: "polyai.extract.json.charset",
        others: &[
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            "application/json ; charset=utf-8",
            "application/json; charset=\"utf-8\"",
            "application/json; profile=v1",
        ],
    },
    Spellings {
        media: JSON,
        row: "polyai.extract.json.content-type-case",
        others: &["Application/JSON", "APPLICATION/JSON"],
    },
    Spellings {
        media: FORM,
        row: "polyai.extract.form.charset",
        others: &["application/x-www-form-urlencoded; charset=UTF-8"],
    },
    Spellings {
        media: FORM,
        row: "polyai.extract.form.content-type-case",
        others: &[
            "Application/X-WWW-Form-Urlencoded",
            "APPLICATION/X-WWW-FORM-URLENCODED",
        ],
    },
    // The first is what browsers send with a string for a body.
    Spellings {
        media: TEXT,
        row: "polyai.extract.text.charset",
        others: &["text/plain;charset=UTF-8", "text/plain; charset=utf-8"],
    },
    Spellings {
        media: TEXT,
        row: "polyai.extract.text.content-type-case",
        others: &["Text/Plain", "TEXT/PLAIN"],
    },
    Spellings {
        media: XML,
        row: "polyai.extract.xml.charset",
        others: &["application/xml; charset=utf-8", "application/xml;charset=UTF-8"],
    },
    Spellings {
        media: XML,
        row: "polyai.extract.xml.content-type-case",
        others: &["Application/XML", "APPLICATION/XML"],
    },
];

fn media_type(polyai: &Polyai, probe: &Probe<'_>) {
    let reading = polyai.xml();
    let xml_path = match (reading.without_root, reading.with_root) {
        (true, _) => Some("cid"),
        (false, true) => Some("root.cid"),
        (false, false) => None,
    };
    for Spellings { media, row, others } in SPELLINGS {
        let Some(path) = (if media == XML { xml_path } else { Some("cid") }) else {
            let reason =
                "the target finds the id of the documented XML example neither at cid nor at root.cid";
            probe.skip(row, reason);
            continue;
        };
        let body = |id: &str| match media {
            JSON => serde_json::json!({ "cid": id, "status": "succeeded" }).to_string(),
            XML => format!("<root><cid>{id}</cid></root>"),
            _ => format!("cid={id}&status=succeeded"),
        };
        let labelled = |label: &str, id: &str| polyai.fixtures.request("payload", path).body(label, body(id));
        for other in others {
            let place = format!("at {path}, under {other}");
            let plain = |id: &str| labelled(media, id);
            checks::equivalent(polyai, probe, row, &place, plain, |id| labelled(other, id));
        }
    }
}
