//! Points that the documents leave open about ids in the body: what the target does, in words. Nothing here can fail
//! anybody.

use serde_json::json;

use super::Entry;
use super::open::{Point, each, point};
use crate::case::Origin::Scenario;
use crate::http::{Framing, Request};
use crate::polyai::Polyai;
use crate::polyai::subject::at_location;

pub(super) const CASES: &[Entry] = &[
    (
        "open_bodies::json",
        Scenario,
        &[
            "polyai.extract.json.array-index",
            "polyai.extract.json.literal-dot-key",
            "polyai.extract.json.both",
            "polyai.extract.json.escape",
            "polyai.extract.json.empty-segment",
            "polyai.extract.json.type.number",
            "polyai.extract.json.type.bool",
            "polyai.extract.json.type.null",
            "polyai.extract.json.type.object",
            "polyai.extract.json.type.array",
            "polyai.extract.json.empty-string",
            "polyai.extract.json.malformed.other-location",
            "polyai.extract.json.duplicate-keys",
            "polyai.extract.json.content-type-alternatives",
            "polyai.extract.json.bom",
        ],
        |polyai, probe| each(polyai, probe, json_points),
    ),
    (
        "open_bodies::form_and_text",
        Scenario,
        &[
            "polyai.extract.form.dotted",
            "polyai.extract.form.brackets",
            "polyai.extract.form.repeated",
            "polyai.extract.form.empty",
            "polyai.extract.text.newline-separated",
            "polyai.extract.text.json-in-text",
            "polyai.extract.text.whole-body",
            "polyai.extract.text.decoding",
        ],
        |polyai, probe| each(polyai, probe, form_and_text),
    ),
    (
        "open_bodies::xml",
        Scenario,
        &[
            "polyai.extract.xml.attributes",
            "polyai.extract.xml.namespaces",
            "polyai.extract.xml.comments",
            "polyai.extract.xml.whitespace",
            "polyai.extract.xml.repeated",
            "polyai.extract.xml.doctype",
            "polyai.extract.xml.content-type-alternatives",
        ],
        |polyai, probe| each(polyai, probe, xml),
    ),
    (
        "open_bodies::content_type",
        Scenario,
        &[
            "polyai.body.empty-elsewhere",
            "polyai.content-type.missing",
            "polyai.content-type.unsupported.payload",
            "polyai.content-type.unsupported.elsewhere",
            "polyai.content-type.multiple",
        ],
        |polyai, probe| each(polyai, probe, content_type),
    ),
];

fn payload(p: &Polyai, path: &str, media: &str, body: impl Into<String>) -> Request {
    p.fixtures.request("payload", path).body(media, body.into())
}

#[expect(clippy::too_many_lines, reason = "a table, one entry for each open point")]
fn json_points() -> Vec<Point> {
    const JSON: &str = "application/json";
    vec![
        point(
            "polyai.extract.json.array-index",
            "items.0.id into an array",
            |p, id| {
                payload(
                    p,
                    "items.0.id",
                    JSON,
                    json!({ "items": [{ "id": id }] }).to_string(),
                )
            },
        ),
        point(
            "polyai.extract.json.literal-dot-key",
            "a member named a.b",
            |p, id| payload(p, "a.b", JSON, json!({ "a.b": id }).to_string()),
        ),
        point(
            "polyai.extract.json.both",
            "a member named a.b and a nested one, which holds the id",
            |p, id| {
                payload(
                    p,
                    "a.b",
                    JSON,
                    json!({ "a.b": "hookproof-literal", "a": { "b": id } }).to_string(),
                )
            },
        ),
        point(
            "polyai.extract.json.escape",
            "a\\.b for a member named a.b",
            |p, id| payload(p, "a\\.b", JSON, json!({ "a.b": id }).to_string()),
        ),
        point("polyai.extract.json.empty-segment", "a..b", |p, id| {
            payload(
                p,
                "a..b",
                JSON,
                json!({ "a": { "": { "b": id }, "b": id } }).to_string(),
            )
        }),
        point(
            "polyai.extract.json.type.number",
            "a number at the place",
            |p, _| payload(p, "cid", JSON, r#"{"cid":4421}"#),
        ),
        point(
            "polyai.extract.json.type.bool",
            "a boolean at the place",
            |p, _| payload(p, "cid", JSON, r#"{"cid":true}"#),
        ),
        point("polyai.extract.json.type.null", "null at the place", |p, _| {
            payload(p, "cid", JSON, r#"{"cid":null}"#)
        }),
        point(
            "polyai.extract.json.type.object",
            "an object at the place",
            |p, id| payload(p, "cid", JSON, json!({ "cid": { "id": id } }).to_string()),
        ),
        point(
            "polyai.extract.json.type.array",
            "an array at the place",
            |p, id| payload(p, "cid", JSON, json!({ "cid": [id] }).to_string()),
        ),
        point(
            "polyai.extract.json.empty-string",
            "an empty string at the place",
            |p, _| payload(p, "cid", JSON, r#"{"cid":""}"#),
        ),
        point(
            "polyai.extract.json.malformed.other-location",
            "broken JSON, the id in a header",
            |p, id| at_location(p, "headers", id).body(JSON, "{\"status\":"),
        ),
        point(
            "polyai.extract.json.duplicate-keys",
            "cid twice, the id last",
            |p, id| {
                payload(
                    p,
                    "cid",
                    JSON,
                    format!("{{\"cid\":\"hookproof-first\",\"cid\":\"{id}\"}}"),
                )
            },
        ),
        point(
            "polyai.extract.json.content-type-alternatives",
            "application/vnd.event+json",
            |p, id| {
                payload(
                    p,
                    "cid",
                    "application/vnd.event+json",
                    json!({ "cid": id }).to_string(),
                )
            },
        ),
        point("polyai.extract.json.bom", "a byte order mark", |p, id| {
            payload(p, "cid", JSON, format!("\u{feff}{}", json!({ "cid": id })))
        }),
    ]
}

fn form_and_text() -> Vec<Point> {
    const FORM: &str = "application/x-www-form-urlencoded";
    const TEXT: &str = "text/plain";
    vec![
        point(
            "polyai.extract.form.dotted",
            "a field named a.b for the path a.b",
            |p, id| payload(p, "a.b", FORM, format!("a.b={id}")),
        ),
        point(
            "polyai.extract.form.brackets",
            "a[b] for the path a.b",
            |p, id| payload(p, "a.b", FORM, format!("a%5Bb%5D={id}")),
        ),
        point(
            "polyai.extract.form.repeated",
            "cid twice, the id first",
            |p, id| payload(p, "cid", FORM, format!("cid={id}&cid=hookproof-second")),
        ),
        point("polyai.extract.form.empty", "an empty field", |p, _| {
            payload(p, "cid", FORM, "cid=&status=x")
        }),
        point(
            "polyai.extract.text.newline-separated",
            "pairs on lines of their own",
            |p, id| payload(p, "cid", TEXT, format!("cid={id}\nstatus=succeeded")),
        ),
        point(
            "polyai.extract.text.json-in-text",
            "JSON as text/plain",
            |p, id| payload(p, "cid", TEXT, json!({ "cid": id }).to_string()),
        ),
        point("polyai.extract.text.whole-body", "nothing but the id", |p, id| {
            payload(p, "cid", TEXT, id)
        }),
        point(
            "polyai.extract.text.decoding",
            "the first letter of the id percent-encoded",
            |p, id| {
                let first = id.bytes().next().unwrap_or(b'e');
                payload(
                    p,
                    "cid",
                    TEXT,
                    format!("cid=%{first:02X}{}&status=x", id.get(1..).unwrap_or_default()),
                )
            },
        ),
    ]
}

/// A path into XML in a reading that the target understands.
fn xml_path(p: &Polyai, below: &str) -> String {
    if p.xml().with_root && !p.xml().without_root {
        format!("root.{below}")
    } else {
        below.to_owned()
    }
}

fn xml() -> Vec<Point> {
    const XML: &str = "application/xml";
    vec![
        point(
            "polyai.extract.xml.attributes",
            "an attribute named cid",
            |p, id| payload(p, &xml_path(p, "cid"), XML, format!("<root cid=\"{id}\"/>")),
        ),
        point("polyai.extract.xml.namespaces", "a prefixed element", |p, id| {
            payload(
                p,
                &xml_path(p, "cid"),
                XML,
                format!("<root xmlns:n=\"urn:n\"><n:cid>{id}</n:cid></root>"),
            )
        }),
        point(
            "polyai.extract.xml.comments",
            "a comment within the id",
            |p, id| {
                let (head, tail) = id.split_at(id.chars().next().map_or(0, char::len_utf8));
                payload(
                    p,
                    &xml_path(p, "cid"),
                    XML,
                    format!("<root><cid>{head}<!-- x -->{tail}</cid></root>"),
                )
            },
        ),
        point(
            "polyai.extract.xml.whitespace",
            "blanks around the id",
            |p, id| {
                payload(
                    p,
                    &xml_path(p, "cid"),
                    XML,
                    format!("<root><cid>\n  {id}\n</cid></root>"),
                )
            },
        ),
        point(
            "polyai.extract.xml.repeated",
            "<cid> twice, the id first",
            |p, id| {
                let body = format!("<root><cid>{id}</cid><cid>hookproof-second</cid></root>");
                payload(p, &xml_path(p, "cid"), XML, body)
            },
        ),
        point(
            "polyai.extract.xml.doctype",
            "a document type declaration",
            |p, id| {
                payload(
                    p,
                    &xml_path(p, "cid"),
                    XML,
                    format!("<!DOCTYPE root><root><cid>{id}</cid></root>"),
                )
            },
        ),
        point(
            "polyai.extract.xml.content-type-alternatives",
            "text/xml",
            |p, id| {
                payload(
                    p,
                    &xml_path(p, "cid"),
                    "text/xml",
                    format!("<root><cid>{id}</cid></root>"),
                )
            },
        ),
    ]
}

fn content_type() -> Vec<Point> {
    vec![
        point(
            "polyai.body.empty-elsewhere",
            "no body, the id in a header",
            |p, id| p.fixtures.request("headers", "cid").header("cid", id),
        ),
        point("polyai.content-type.missing", "no Content-Type", |p, id| {
            p.fixtures
                .baseline(id)
                .without_header("Content-Type")
                .framing(Framing::Fixed)
        }),
        point(
            "polyai.content-type.unsupported.payload",
            "application/octet-stream",
            |p, id| {
                payload(
                    p,
                    "cid",
                    "application/octet-stream",
                    json!({ "cid": id }).to_string(),
                )
            },
        ),
        point(
            "polyai.content-type.unsupported.elsewhere",
            "application/octet-stream, the id in a header",
            |p, id| at_location(p, "headers", id).body("application/octet-stream", "x"),
        ),
        point(
            "polyai.content-type.multiple",
            "two Content-Type headers, JSON first",
            |p, id| {
                p.fixtures
                    .baseline(id)
                    .header("Content-Type", "text/plain")
                    .exact()
            },
        ),
    ]
}
