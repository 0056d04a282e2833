//! Places where an id must not count, one by one: a document of each format, with the id everywhere but at the path.

use super::Entry;
use super::extract::decoy_id;
use crate::case::Origin::Scenario;
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::documents::{Document, FormDocument, JsonDocument, Level, TextDocument, XmlDocument};
use crate::polyai::fixtures::Purpose;
use crate::probe::Probe;

const ID: &str = "polyai.extract.only-at-path";

pub(super) const CASES: &[Entry] = &[
    ("extract::json::decoys", Scenario, &[ID], |polyai, probe| {
        for path in ["cid", "data.event.cid"] {
            each_decoy(polyai, probe, &Document::Json(json(path)));
        }
        wrapped(polyai, probe);
    }),
    ("extract::form::decoys", Scenario, &[ID], |polyai, probe| {
        let document = FormDocument {
            name: "cid".to_owned(),
            before: Vec::new(),
            after: vec![("status".to_owned(), "succeeded".to_owned())],
        };
        each_decoy(polyai, probe, &Document::Form(document));
    }),
    ("extract::text::decoys", Scenario, &[ID], |polyai, probe| {
        let document = TextDocument {
            name: "cid".to_owned(),
            before: Vec::new(),
            after: vec![("status".to_owned(), "succeeded".to_owned())],
        };
        each_decoy(polyai, probe, &Document::Text(document));
    }),
    ("extract::xml::decoys", Scenario, &[ID], |polyai, probe| {
        if !polyai.xml().without_root && !polyai.xml().with_root {
            return probe.skip(
                ID,
                "the target finds the id of the documented XML example neither at cid nor at root.cid",
            );
        }
        for path in ["cid", "event.cid"] {
            each_decoy(polyai, probe, &Document::Xml(xml(path)));
        }
    }),
];

fn json(path: &str) -> JsonDocument {
    let segments: Vec<String> = path.split('.').map(str::to_owned).collect();
    let level = Level {
        before: Vec::new(),
        after: vec![("status".to_owned(), "succeeded".into())],
    };
    JsonDocument {
        levels: vec![level; segments.len()],
        segments,
    }
}

fn xml(path: &str) -> XmlDocument {
    let segments: Vec<String> = path.split('.').map(str::to_owned).collect();
    XmlDocument {
        root: "root".to_owned(),
        levels: vec![(Vec::new(), Vec::new()); segments.len()],
        segments,
        declaration: false,
        indented: false,
        prefers_root: false,
    }
}

/// Below a member of the name that senders wrap their events in, the id is not at the top.
fn wrapped(polyai: &Polyai, probe: &Probe<'_>) {
    for wrapper in ["data", "payload", "body", "event", "result", "detail"] {
        let request = polyai.fixtures.request("payload", "cid").body(
            "application/json",
            serde_json::json!({ wrapper: { "cid": decoy_id(polyai) }, "status": "succeeded" }).to_string(),
        );
        checks::not_counted(
            polyai,
            probe,
            ID,
            &format!("at {wrapper}.cid, below the place"),
            request,
        );
    }
}

/// The id at its place is found; at any other it is not.
fn each_decoy(polyai: &Polyai, probe: &Probe<'_>, document: &Document) {
    let path = document.path(polyai.xml());
    let request = |body: String| {
        polyai
            .fixtures
            .request("payload", &path)
            .body(document.content_type(), body)
    };
    let control = checks::is_found(polyai, probe, Purpose::Case, |id| {
        request(document.body(Some(id)))
    });
    if control != Some(true) {
        return probe.skip(ID, format!("the id at {path} of a plain document is not found"));
    }
    for decoy in document.decoys(&decoy_id(polyai)) {
        checks::not_counted(polyai, probe, ID, &decoy.place, request(decoy.body));
    }
}
