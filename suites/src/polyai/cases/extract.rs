//! Where the id is: each location, each format, with the id there, gone, wrong, and elsewhere.

use proptest::prelude::*;

use super::Entry;
use crate::case::Origin::Property;
use crate::http::Request;
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::documents::Document;
use crate::polyai::fixtures::Purpose;
use crate::polyai::strategies;
use crate::probe::Probe;
use crate::property;

pub(super) const CASES: &[Entry] = &[
    (
        "extract::headers",
        Property,
        &[
            "polyai.extract.headers.ok",
            "polyai.extract.headers.missing",
            "polyai.extract.headers.any-body",
            "polyai.extract.headers.body-ignored",
            "polyai.extract.only-in-location",
            "polyai.extract.only-at-path",
            "polyai.id.invalid",
        ],
        headers,
    ),
    (
        "extract::query",
        Property,
        &[
            "polyai.extract.query.ok",
            "polyai.extract.query.missing",
            "polyai.extract.query.body-ignored",
            "polyai.extract.only-in-location",
            "polyai.extract.only-at-path",
            "polyai.id.invalid",
        ],
        query,
    ),
    (
        "extract::json::anywhere",
        Property,
        &[
            "polyai.extract.json.top",
            "polyai.extract.json.dotted-path",
            "polyai.extract.json.extra-fields",
            "polyai.extract.json.missing",
            "polyai.extract.json.dotted.missing-leaf",
            "polyai.extract.only-in-location",
            "polyai.extract.only-at-path",
            "polyai.id.invalid",
        ],
        |polyai, probe| {
            payload(
                polyai,
                probe,
                strategies::json_document().prop_map(Document::Json),
                &JSON,
            );
        },
    ),
    (
        "extract::form::anywhere",
        Property,
        &[
            "polyai.extract.form.top",
            "polyai.extract.form.missing",
            "polyai.extract.only-in-location",
            "polyai.extract.only-at-path",
            "polyai.id.invalid",
        ],
        |polyai, probe| {
            payload(
                polyai,
                probe,
                strategies::form_document().prop_map(Document::Form),
                &FORM,
            );
        },
    ),
    (
        "extract::xml::anywhere",
        Property,
        &[
            "polyai.extract.xml.path",
            "polyai.extract.xml.nested",
            "polyai.extract.xml.missing",
            "polyai.extract.only-in-location",
            "polyai.extract.only-at-path",
            "polyai.id.invalid",
        ],
        xml,
    ),
    (
        "extract::text::anywhere",
        Property,
        &[
            "polyai.extract.text.kv",
            "polyai.extract.text.missing",
            "polyai.extract.only-in-location",
            "polyai.extract.only-at-path",
            "polyai.id.invalid",
        ],
        |polyai, probe| {
            payload(
                polyai,
                probe,
                strategies::text_document().prop_map(Document::Text),
                &TEXT,
            );
        },
    ),
];

/// The rows of one format: id at the top, id deeper, nothing at the top, nothing deeper.
struct Rows {
    top: &'static str,
    deeper: &'static str,
    missing: &'static str,
    missing_deeper: &'static str,
}

const JSON: Rows = Rows {
    top: "polyai.extract.json.top",
    deeper: "polyai.extract.json.dotted-path",
    missing: "polyai.extract.json.missing",
    missing_deeper: "polyai.extract.json.dotted.missing-leaf",
};
const FORM: Rows = Rows {
    top: "polyai.extract.form.top",
    deeper: "polyai.extract.form.top",
    missing: "polyai.extract.form.missing",
    missing_deeper: "polyai.extract.form.missing",
};
const XML: Rows = Rows {
    top: "polyai.extract.xml.path",
    deeper: "polyai.extract.xml.nested",
    missing: "polyai.extract.xml.missing",
    missing_deeper: "polyai.extract.xml.missing",
};
const TEXT: Rows = Rows {
    top: "polyai.extract.text.kv",
    deeper: "polyai.extract.text.kv",
    missing: "polyai.extract.text.missing",
    missing_deeper: "polyai.extract.text.missing",
};

/// The id in a header of any name, beside a body of any format.
fn headers(polyai: &Polyai, probe: &Probe<'_>) {
    let input = (strategies::header_name(), strategies::any_document());
    property::check(probe, &input, |(name, document)| {
        let request = || {
            let body = document.body(None);
            polyai
                .fixtures
                .request("headers", &name)
                .body(document.content_type(), body)
        };
        let there = |id: &str| request().header(&name, id).exact();
        let place = format!("in the header {name}");
        // The documented sample has a JSON body; what another body does to it is a requirement of its own.
        let beside_json = |id: &str| there(id).body("application/json", r#"{"status":"succeeded"}"#);
        let row = "polyai.extract.headers.ok";
        if checks::found(polyai, probe, row, Purpose::Input, &place, beside_json) != Some(false) {
            let row = "polyai.extract.headers.any-body";
            if checks::found(polyai, probe, row, Purpose::Input, &place, there) == Some(false) {
                // Beside such a body nothing else can be decided.
                return;
            }
            let other = there(&polyai.fixtures.unknown_id());
            checks::not_valid(
                polyai,
                probe,
                "polyai.id.invalid",
                "the id in the header is unknown",
                other,
            );
        }
        // From here on beside the documented body: what another one adds was seen above.
        let request = || {
            let request = polyai.fixtures.request("headers", &name);
            request.body("application/json", r#"{"status":"succeeded"}"#)
        };
        let why = format!("there is no header {name}");
        checks::not_found(polyai, probe, "polyai.extract.headers.missing", &why, request());
        let id = decoy_id(polyai);
        let body = serde_json::json!({ name.as_str(): id }).to_string();
        let in_body = request().body("application/json", body);
        let place = "in the body, not in the header";
        checks::not_counted(
            polyai,
            probe,
            "polyai.extract.headers.body-ignored",
            place,
            in_body,
        );
        let in_query = request().query(&name, &id);
        let place = "in the query, not in the header";
        checks::not_counted(polyai, probe, "polyai.extract.only-in-location", place, in_query);
        let beside = request()
            .header(&format!("x-{name}"), &id)
            .header(&format!("{name}-x"), &id);
        let place = "in headers of similar names";
        checks::not_counted(polyai, probe, "polyai.extract.only-at-path", place, beside);
    });
}

/// The id in a query parameter of any name, beside a body of any format.
fn query(polyai: &Polyai, probe: &Probe<'_>) {
    let input = (strategies::segment(), strategies::any_document());
    property::check(probe, &input, |(name, document)| {
        let request = || {
            let body = document.body(None);
            polyai
                .fixtures
                .request("querystring", &name)
                .body(document.content_type(), body)
        };
        let there = |id: &str| request().query(&name, id);
        let place = format!("in the query parameter {name}");
        let row = "polyai.extract.query.ok";
        if checks::found(polyai, probe, row, Purpose::Input, &place, there) != Some(false) {
            let other = there(&polyai.fixtures.unknown_id());
            checks::not_valid(
                polyai,
                probe,
                "polyai.id.invalid",
                "the id in the query is unknown",
                other,
            );
        }
        let request = || {
            let request = polyai.fixtures.request("querystring", &name);
            request.body("application/json", r#"{"status":"succeeded"}"#)
        };
        let why = format!("there is no query parameter {name}");
        checks::not_found(polyai, probe, "polyai.extract.query.missing", &why, request());
        let id = decoy_id(polyai);
        let body = serde_json::json!({ name.as_str(): id }).to_string();
        let in_body = request().body("application/json", body);
        let place = "in the body, not in the query";
        checks::not_counted(polyai, probe, "polyai.extract.query.body-ignored", place, in_body);
        let pair = form_urlencoded::Serializer::new(String::new())
            .append_pair(&name, &id)
            .finish();
        let in_form = request().body("application/x-www-form-urlencoded", pair);
        let place = "in the form, not in the query";
        checks::not_counted(polyai, probe, "polyai.extract.query.body-ignored", place, in_form);
        if name.is_ascii() {
            let in_header = request().header(&name, &id).exact();
            let place = "in a header, not in the query";
            checks::not_counted(polyai, probe, "polyai.extract.only-in-location", place, in_header);
        }
        let beside = request()
            .query(&format!("x{name}"), &id)
            .query(&format!("{name}x"), &id)
            .query("note", &format!("a&{name}={id}"));
        let place = "in parameters of similar names";
        checks::not_counted(polyai, probe, "polyai.extract.only-at-path", place, beside);
    });
}

/// An id that must not count: a valid one where the target has enough, so that a wrong reading is accepted. Such a
/// request is refused by a conformant target, which leaves the id usable.
pub(super) fn decoy_id(polyai: &Polyai) -> String {
    polyai
        .fixtures
        .refusal_id()
        .unwrap_or_else(|_| polyai.fixtures.unknown_id())
}

fn xml(polyai: &Polyai, probe: &Probe<'_>) {
    let reading = polyai.xml();
    if reading.without_root || reading.with_root {
        payload(
            polyai,
            probe,
            strategies::xml_document().prop_map(Document::Xml),
            &XML,
        );
        return;
    }
    // The documented example itself is what fails; nothing else can be decided without a reading of the path.
    let body = |id: &str| format!("<root><cid>{id}</cid><status>succeeded</status></root>");
    let place = "in <cid> below the root, under the path cid";
    checks::found(
        polyai,
        probe,
        "polyai.extract.xml.path",
        Purpose::Case,
        place,
        |id| {
            polyai
                .fixtures
                .request("payload", "cid")
                .body("application/xml", body(id))
        },
    );
    for row in ["polyai.extract.xml.nested", "polyai.extract.xml.missing"] {
        probe.skip(
            row,
            "the target finds the id of the documented XML example neither at cid nor at root.cid",
        );
    }
}

/// The id at any place of a body.
fn payload<S: Strategy<Value = Document>>(polyai: &Polyai, probe: &Probe<'_>, strategy: S, rows: &Rows) {
    let input = (strategy, any::<prop::sample::Index>());
    property::check(probe, &input, |(document, choice)| {
        let path = document.path(polyai.xml());
        let deep = document.depth() > 1;
        let request = |body: String| -> Request {
            polyai
                .fixtures
                .request("payload", &path)
                .body(document.content_type(), body)
        };
        let row = if deep { rows.deeper } else { rows.top };
        let place = format!("in the body at {path}");
        let there = |id: &str| request(document.body(Some(id)));
        if checks::found(polyai, probe, row, Purpose::Input, &place, there) == Some(false) {
            // What is not found even when it is there decides nothing about where else it is looked for.
            return;
        }
        let unknown = polyai.fixtures.unknown_id();
        let why = format!("the id at {path} is unknown");
        checks::not_valid(polyai, probe, "polyai.id.invalid", &why, there(&unknown));
        let crowded = |id: &str| request(document.crowded(id, &unknown));
        let place = format!("in the body at {path}, beside wrong ones");
        checks::found(
            polyai,
            probe,
            "polyai.extract.only-at-path",
            Purpose::Input,
            &place,
            crowded,
        );
        let row = if deep { rows.missing_deeper } else { rows.missing };
        checks::not_found(
            polyai,
            probe,
            row,
            &format!("nothing is at {path}"),
            request(document.body(None)),
        );

        let decoys = document.decoys(&decoy_id(polyai));
        let decoy = choice.get(&decoys);
        checks::not_counted(
            polyai,
            probe,
            "polyai.extract.only-at-path",
            &decoy.place,
            request(decoy.body.clone()),
        );
        elsewhere(polyai, probe, &document, &path, &request(document.body(None)));
    });
}

/// The id under every name of the path, in the query and in headers.
fn elsewhere(polyai: &Polyai, probe: &Probe<'_>, document: &Document, path: &str, request: &Request) {
    const ROW: &str = "polyai.extract.only-in-location";
    let id = decoy_id(polyai);
    let mut names = document.segments();
    names.push(path.to_owned());
    names.dedup();
    let in_query = names
        .iter()
        .fold(request.clone(), |request, name| request.query(name, &id));
    checks::not_counted(polyai, probe, ROW, "in the query, not in the body", in_query);
    let in_headers = names
        .iter()
        .filter(|name| is_free_header(name))
        .fold(request.clone(), |request, name| request.header(name, &id));
    checks::not_counted(polyai, probe, ROW, "in headers, not in the body", in_headers);
}

/// Whether a name can be a header of the caller's own.
fn is_free_header(name: &str) -> bool {
    const TAKEN: [&str; 14] = [
        "accept",
        "age",
        "allow",
        "connection",
        "cookie",
        "date",
        "expect",
        "from",
        "host",
        "range",
        "te",
        "trailer",
        "upgrade",
        "via",
    ];
    name.is_ascii() && !name.contains('_') && !TAKEN.contains(&name.to_ascii_lowercase().as_str())
}
