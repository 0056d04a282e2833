//! Rules that hold wherever the id is and whatever the body holds: the key, and the parameters.

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Framing, Request};
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::subject::at_location;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "everywhere::key",
        Scenario,
        &["polyai.auth.missing-key", "polyai.auth.invalid-key"],
        key,
    ),
    (
        "everywhere::revoked_key",
        Scenario,
        &["polyai.auth.revoked-key"],
        revoked_key,
    ),
    (
        "everywhere::parameters",
        Scenario,
        &[
            "polyai.query.location.required",
            "polyai.query.path.required",
            "polyai.query.account.required",
            "polyai.query.project.required",
        ],
        parameters,
    ),
    (
        "everywhere::parameters_elsewhere",
        Scenario,
        &[
            "polyai.query.location.required",
            "polyai.query.path.required",
            "polyai.query.account.required",
            "polyai.query.project.required",
        ],
        parameters_elsewhere,
    ),
];

/// The four parameters, each with the row that requires it.
const PARAMETERS: [(&str, &str); 4] = [
    ("event_id_location", "polyai.query.location.required"),
    ("event_id_path", "polyai.query.path.required"),
    ("account_id", "polyai.query.account.required"),
    ("project_id", "polyai.query.project.required"),
];

/// One request for each place of the id and each format of a body, with the place in words.
fn ways(polyai: &Polyai, id: &str) -> [(&'static str, Request); 6] {
    let path = if polyai.xml().with_root && !polyai.xml().without_root {
        "root.cid"
    } else {
        "cid"
    };
    let payload =
        |path: &str, media: &str, body: String| polyai.fixtures.request("payload", path).body(media, body);
    let pairs = format!("cid={id}&status=succeeded");
    [
        ("in a header", at_location(polyai, "headers", id)),
        ("in the query", at_location(polyai, "querystring", id)),
        ("in JSON", at_location(polyai, "payload", id)),
        (
            "in a form",
            payload("cid", "application/x-www-form-urlencoded", pairs.clone()),
        ),
        ("in plain text", payload("cid", "text/plain", pairs)),
        (
            "in XML",
            payload(path, "application/xml", format!("<root><cid>{id}</cid></root>")),
        ),
    ]
}

fn key(polyai: &Polyai, probe: &Probe<'_>) {
    let id = match polyai.fixtures.refusal_id() {
        Ok(id) => id,
        Err(missing) => {
            probe.skip("polyai.auth.missing-key", missing.clone());
            return probe.skip("polyai.auth.invalid-key", missing);
        }
    };
    for (place, request) in ways(polyai, &id) {
        let why = format!("there is no key, and the id is {place}");
        let without = request.clone().without_header("X-Api-Key");
        checks::refused(probe, "polyai.auth.missing-key", &why, without);
        let why = format!("nobody was given the key, and the id is {place}");
        let wrong = request.set_header("X-Api-Key", "hookproof-unknown-key");
        checks::refused(probe, "polyai.auth.invalid-key", &why, wrong);
    }
    // A server that takes no chunks may say so before it looks for a key; what it must not do is let them in.
    let chunked = at_location(polyai, "payload", &id).framing(Framing::Chunked(7));
    let exchange = checks::quietly(probe, chunked.without_header("X-Api-Key"));
    let expected = "a refusal: there is no key, and the body comes in chunks";
    let finding = Finding::when(!exchange.is_success(), expected, exchange.in_short());
    probe.judge("polyai.auth.missing-key", &exchange, finding);
}

fn revoked_key(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.auth.revoked-key";
    let Some(key) = &polyai.fixtures.declared().keys.revoked else {
        return probe.skip(ID, "no revoked key: declare polyai.keys.revoked");
    };
    let id = match polyai.fixtures.id_under_a_wrong_key() {
        Ok(id) => id,
        Err(missing) => return probe.skip(ID, missing),
    };
    for (place, request) in ways(polyai, &id) {
        let why = format!("the key is revoked, and the id is {place}");
        checks::refused(probe, ID, &why, request.set_header("X-Api-Key", key));
    }
}

/// Each parameter with the row that requires it, and an id to refuse it with.
fn each_parameter(polyai: &Polyai, probe: &Probe<'_>, check: impl Fn(&str, &str, &str)) {
    for (name, row) in PARAMETERS {
        match polyai.fixtures.refusal_id() {
            Ok(id) => check(name, row, &id),
            Err(missing) => probe.skip(row, missing),
        }
    }
}

fn parameters(polyai: &Polyai, probe: &Probe<'_>) {
    each_parameter(polyai, probe, |name, row, id| {
        for (place, request) in ways(polyai, id) {
            let why = format!("{name} is missing, and the id is {place}");
            checks::refused(probe, row, &why, request.without_query(name));
        }
    });
}

/// A parameter anywhere but in the query, which is where all four belong.
fn parameters_elsewhere(polyai: &Polyai, probe: &Probe<'_>) {
    each_parameter(polyai, probe, |name, row, id| {
        let complete = polyai.fixtures.baseline(id);
        let value = complete.query_value(name).unwrap_or_default().to_owned();
        let without = complete.without_query(name);
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("cid", id)
            .append_pair(name, &value)
            .finish();
        let json = serde_json::json!({ "cid": id, name: value }).to_string();
        let dashed = name.replace('_', "-");
        for (place, request) in [
            (
                "in the body alone",
                without.clone().body("application/json", json),
            ),
            (
                "in the form alone",
                without.clone().body("application/x-www-form-urlencoded", form),
            ),
            ("in a header alone", without.clone().header(&dashed, &value)),
            (
                "in a header alone",
                without.clone().header(&format!("X-{dashed}"), &value),
            ),
            (
                "in a cookie alone",
                without.clone().header("Cookie", &format!("{name}={value}")),
            ),
        ] {
            checks::refused(probe, row, &format!("{name} stands {place}"), request);
        }
    });
}
