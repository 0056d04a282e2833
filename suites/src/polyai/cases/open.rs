//! Points that the documents leave open: what the target does, in words. Nothing here can fail anybody.

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::polyai::Polyai;
use crate::polyai::answers::{Reading, message};
use crate::polyai::fixtures::{PATH, Purpose};
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
];

/// An open point: its row, the situation in words, and the request for an id.
pub(super) type Point = (&'static str, &'static str, Box<dyn Fn(&Polyai, &str) -> Request>);

pub(super) fn point(
    row: &'static str,
    situation: &'static str,
    request: impl Fn(&Polyai, &str) -> Request + 'static,
) -> Point {
    (row, situation, Box::new(request))
}

/// Sends each point's request with a known id where there is one to spend, else with an unknown one: "not valid"
/// then shows that it was found.
pub(super) fn each(polyai: &Polyai, probe: &Probe<'_>, points: fn() -> Vec<Point>) {
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
