//! Points that the documents leave open: what the target does, in words. Nothing here can fail anybody.

use serde_json::json;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Framing, Request};
use crate::polyai::Polyai;
use crate::polyai::answers::{Reading, message};
use crate::polyai::fixtures::{PATH, Purpose};
use crate::polyai::subject::at_location;
use crate::probe::Probe;

pub(super) const CASES: &[Entry] = &[
    ("open::xml_root", Scenario, &["polyai.extract.xml.root"], xml_root),
    (
        "open::created_body",
        Scenario,
        &["polyai.response.201-body"],
        created_body,
    ),
    (
        "open::error_members",
        Scenario,
        &["polyai.response.error-extra"],
        error_members,
    ),
    (
        "open::route",
        Scenario,
        &[
            "polyai.route.unknown-path",
            "polyai.route.trailing-slash",
            "polyai.route.other-methods.status",
        ],
        route,
    ),
    (
        "open::query",
        Scenario,
        &[
            "polyai.query.location.repeated",
            "polyai.query.path.empty",
            "polyai.query.account.empty",
            "polyai.query.project.empty",
            "polyai.query.account.unknown",
            "polyai.query.project.unknown",
        ],
        |polyai, probe| each(polyai, probe, query),
    ),
    (
        "open::locations",
        Scenario,
        &[
            "polyai.extract.headers.dotted",
            "polyai.extract.headers.empty",
            "polyai.extract.headers.repeated",
            "polyai.extract.headers.reserved",
            "polyai.extract.query.case-sensitive",
            "polyai.extract.query.dotted",
            "polyai.extract.query.repeated",
            "polyai.extract.query.empty",
            "polyai.extract.query.self-ref",
            "polyai.extract.query.plus",
        ],
        |polyai, probe| each(polyai, probe, locations),
    ),
    (
        "open::json",
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
        "open::form_and_text",
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
        "open::xml",
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
        "open::content_type",
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

/// An open point: its row, the situation in words, and the request for an id.
type Point = (&'static str, &'static str, Box<dyn Fn(&Polyai, &str) -> Request>);

fn point(
    row: &'static str,
    situation: &'static str,
    request: impl Fn(&Polyai, &str) -> Request + 'static,
) -> Point {
    (row, situation, Box::new(request))
}

/// Sends each point's request with a known id where there is one to spend, else with an unknown one: "not valid"
/// then shows that it was found.
fn each(polyai: &Polyai, probe: &Probe<'_>, points: fn() -> Vec<Point>) {
    for (row, situation, request) in points() {
        let known = if polyai.fixtures.has_enough() {
            polyai.fixtures.spend(Purpose::Input).ok()
        } else {
            None
        };
        let id = known
            .as_ref()
            .map_or_else(|| polyai.fixtures.unknown_id(), |known| known.id.clone());
        let exchange = probe.send(request(polyai, &id));
        let value = format!("{situation}: {}", in_words(polyai, &exchange, known.is_some()));
        probe.observe(row, &exchange, value);
    }
}

fn in_words(polyai: &Polyai, exchange: &Exchange, known: bool) -> String {
    match polyai.wording.read(exchange) {
        Reading::Accepted => "accepted".to_owned(),
        Reading::NotFound => "not found".to_owned(),
        Reading::NotValid if known => "not valid".to_owned(),
        Reading::NotValid => "found (an unknown id is \"not valid\")".to_owned(),
        Reading::Unclear | Reading::Other => match (exchange.status(), message(exchange)) {
            (Some(status), Some(text)) => format!("{status} \"{text}\""),
            _ => exchange.in_short(),
        },
    }
}

fn xml_root(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.extract.xml.root";
    let reading = polyai.xml();
    let id = polyai.fixtures.unknown_id();
    let exchange = probe.send(
        polyai
            .fixtures
            .request("payload", "root.a.b")
            .body("application/xml", format!("<root><a><b>{id}</b></a></root>")),
    );
    let words = |without: bool, with: bool| match (without, with) {
        (true, true) => "with and without the root element",
        (true, false) => "without the root element",
        (false, true) => "with the root element",
        (false, false) => "neither with nor without the root element",
    };
    let top = words(reading.without_root, reading.with_root);
    let deep = words(reading.deeper_without_root, reading.deeper_with_root);
    let value = if top == deep {
        format!("XML path {top}")
    } else {
        format!("mixed: XML path {top} at one level, {deep} at two")
    };
    probe.observe(ID, &exchange, value);
}

fn created_body(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.response.201-body";
    match polyai.fixtures.spend(Purpose::Case) {
        Ok(known) => {
            let exchange = probe.send(polyai.fixtures.baseline(&known.id));
            match exchange.response().filter(|response| response.is_success()) {
                Some(response) if response.body.is_empty() => probe.observe(ID, &exchange, "no body"),
                Some(_) => probe.observe(ID, &exchange, format!("a body: {}", exchange.in_short())),
                None => probe.skip(ID, "the request was not accepted"),
            }
        }
        Err(missing) => probe.skip(ID, missing),
    }
}

fn error_members(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.response.error-extra";
    let exchange = probe.send(polyai.fixtures.baseline(&polyai.fixtures.unknown_id()));
    let members = exchange
        .response()
        .and_then(crate::http::Response::json)
        .map(|body| {
            let names: Vec<&str> = body
                .as_object()
                .into_iter()
                .flat_map(|object| object.keys())
                .map(String::as_str)
                .filter(|name| *name != "error_message")
                .collect();
            if names.is_empty() {
                "error_message alone".to_owned()
            } else {
                format!("also {}", names.join(", "))
            }
        });
    match members {
        Some(value) => probe.observe(ID, &exchange, value),
        None => probe.skip(ID, "the refusal has no JSON body"),
    }
}

fn route(polyai: &Polyai, probe: &Probe<'_>) {
    let baseline = polyai.fixtures.baseline(&polyai.fixtures.unknown_id());
    let status = |exchange: &Exchange| {
        exchange
            .status()
            .map_or("no answer".to_owned(), |s| s.to_string())
    };
    let unknown = probe.send(
        baseline
            .clone()
            .path("/v1/external-events/hookproof-no-such-path"),
    );
    probe.observe("polyai.route.unknown-path", &unknown, status(&unknown));
    let slash = probe.send(baseline.clone().path(&format!("{PATH}/")));
    let value = format!("a trailing slash: {}", in_words(polyai, &slash, false));
    probe.observe("polyai.route.trailing-slash", &slash, value);
    let other = probe.send(baseline.method("PUT"));
    probe.observe(
        "polyai.route.other-methods.status",
        &other,
        format!("PUT: {}", status(&other)),
    );
}

fn query() -> Vec<Point> {
    vec![
        point(
            "polyai.query.location.repeated",
            "payload, then headers, the id in the payload",
            |p, id| p.fixtures.baseline(id).query("event_id_location", "headers"),
        ),
        point("polyai.query.path.empty", "an empty event_id_path", |p, id| {
            p.fixtures.baseline(id).set_query("event_id_path", "")
        }),
        point("polyai.query.account.empty", "an empty account_id", |p, id| {
            p.fixtures.baseline(id).set_query("account_id", "")
        }),
        point("polyai.query.project.empty", "an empty project_id", |p, id| {
            p.fixtures.baseline(id).set_query("project_id", "")
        }),
        point("polyai.query.account.unknown", "an unknown account", |p, id| {
            p.fixtures
                .baseline(id)
                .set_query("account_id", "hookproof-no-such-account")
        }),
        point("polyai.query.project.unknown", "an unknown project", |p, id| {
            p.fixtures
                .baseline(id)
                .set_query("project_id", "hookproof-no-such-project")
        }),
    ]
}

fn in_header(p: &Polyai, path: &str) -> Request {
    p.fixtures
        .request("headers", path)
        .body("application/json", r#"{"status":"succeeded"}"#)
}

fn in_query(p: &Polyai, path: &str) -> Request {
    p.fixtures
        .request("querystring", path)
        .body("application/json", r#"{"status":"succeeded"}"#)
}

fn locations() -> Vec<Point> {
    vec![
        point(
            "polyai.extract.headers.dotted",
            "a dot in the header's name",
            |p, id| in_header(p, "x.event.id").header("x.event.id", id).exact(),
        ),
        point("polyai.extract.headers.empty", "an empty header", |p, _| {
            in_header(p, "cid").header("cid", "").exact()
        }),
        point(
            "polyai.extract.headers.repeated",
            "the header twice, the id first",
            |p, id| {
                in_header(p, "cid")
                    .header("cid", id)
                    .header("cid", "hookproof-second")
                    .exact()
            },
        ),
        point(
            "polyai.extract.headers.reserved",
            "the path points at Content-Type",
            |p, _| in_header(p, "Content-Type"),
        ),
        point(
            "polyai.extract.query.case-sensitive",
            "CID for the path cid",
            |p, id| in_query(p, "cid").query("CID", id),
        ),
        point("polyai.extract.query.dotted", "a.b for the path a.b", |p, id| {
            in_query(p, "a.b").query("a.b", id)
        }),
        point(
            "polyai.extract.query.repeated",
            "cid twice, the id first",
            |p, id| {
                in_query(p, "cid")
                    .query("cid", id)
                    .query("cid", "hookproof-second")
            },
        ),
        point("polyai.extract.query.empty", "an empty cid", |p, _| {
            in_query(p, "cid").query("cid", "")
        }),
        point("polyai.extract.query.self-ref", "the path account_id", |p, _| {
            in_query(p, "account_id")
        }),
        point(
            "polyai.extract.query.plus",
            "the path `my cid` and my+cid in the query",
            |p, id| {
                let request = in_query(p, "my cid");
                let raw = format!(
                    "{}&my+cid={id}",
                    request.target().split_once('?').map_or("", |(_, query)| query)
                );
                request.raw_query(raw)
            },
        ),
    ]
}

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
