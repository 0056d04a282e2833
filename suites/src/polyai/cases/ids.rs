//! What an id is worth.

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::http::{Exchange, Request};
use crate::polyai::Polyai;
use crate::polyai::answers::{Reading, message, not_found_text, not_valid_text};
use crate::polyai::checks;
use crate::polyai::fixtures::Purpose;
use crate::polyai::strategies;
use crate::polyai::subject::at_location;
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    ("route::post", Scenario, &["polyai.route.post"], post),
    ("id::valid", Scenario, &["polyai.id.valid"], valid),
    ("id::invalid", Property, &["polyai.id.invalid"], invalid),
    ("id::missing", Property, &["polyai.id.missing"], missing),
    (
        "id::messages",
        Scenario,
        &["polyai.id.messages-not-swapped", "polyai.id.exact-messages"],
        messages,
    ),
    ("id::expired", Scenario, &["polyai.id.expired"], expired),
    (
        "id::other_project",
        Scenario,
        &["polyai.id.other-project"],
        other_project,
    ),
    ("id::reuse", Scenario, &["polyai.id.reuse"], reuse),
    ("id::format", Scenario, &["polyai.id.format"], format),
    ("response::failure", Scenario, &["polyai.response.500"], failure),
];

/// Again and again, since a fault may show only now and then.
fn post(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.route.post";
    checks::found(polyai, probe, ID, Purpose::Case, "at cid", |id| {
        polyai.fixtures.baseline(id)
    });
    let again: Vec<Exchange> = (0..12)
        .map(|_| probe.send(polyai.fixtures.baseline(&polyai.fixtures.unknown_id())))
        .collect();
    let unserved = |exchange: &Exchange| matches!(exchange.status(), Some(404 | 405));
    if again.iter().all(unserved) {
        // So are unknown ids answered here, and that is judged where their answer is.
        return;
    }
    for exchange in &again {
        let expected = "neither 404 nor 405: the path is served";
        let finding = Finding::when(!unserved(exchange), expected, exchange.in_short());
        probe.judge(ID, exchange, finding);
    }
}

/// Again and again, since a fault may show only now and then.
fn valid(polyai: &Polyai, probe: &Probe<'_>) {
    // Only an accepted event shows it: that an unknown id is found is not enough.
    if let Err(missing) = polyai.fixtures.refusal_id() {
        return probe.skip("polyai.id.valid", missing);
    }
    for round in 0..8 {
        let purpose = if round == 0 { Purpose::Case } else { Purpose::Input };
        for location in ["payload", "headers", "querystring"] {
            let place = format!("in {location}");
            checks::found(polyai, probe, "polyai.id.valid", purpose, &place, |id| {
                at_location(polyai, location, id)
            });
        }
    }
}

/// Ids that nobody issued: of the usual shape, near a real one, and of any text.
fn invalid(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.id.invalid";
    let unknown = |id: &str| polyai.fixtures.baseline(id);
    checks::not_valid(
        polyai,
        probe,
        ID,
        "the id is unknown",
        unknown(&polyai.fixtures.unknown_id()),
    );
    if let Ok(known) = polyai.fixtures.refusal_id() {
        let mut shorter = known.clone();
        shorter.pop();
        for near in [format!("{known}0"), format!("0{known}"), shorter] {
            if !near.is_empty() && !polyai.fixtures.knows(&near) {
                checks::not_valid(
                    polyai,
                    probe,
                    ID,
                    "the id only resembles a known one",
                    unknown(&near),
                );
            }
        }
    }
    near_a_known_one(polyai, probe);
    // What stands for other characters in the patterns of some stores.
    for pattern in ["%", "%%", "_", "*", ".*", "evt_%"] {
        if !polyai.fixtures.knows(pattern) {
            checks::not_valid(polyai, probe, ID, "the id is a pattern", unknown(pattern));
        }
    }
    property::check(probe, &"[A-Za-z0-9_-]{12,40}", |id| {
        if !polyai.fixtures.knows(&id) {
            checks::not_valid(polyai, probe, ID, "the id is unknown", unknown(&id));
        }
    });
}

/// A known id with something behind it that some programs cut off, or written so that some programs change it back.
/// Blanks around an id and the case of its letters are open.
fn near_a_known_one(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.id.invalid";
    let Ok(known) = polyai.fixtures.refusal_id() else {
        return;
    };
    let escaped: String = known.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for (near, what) in [
        (format!("{known};x"), "a known id and a parameter"),
        (format!("{known},x"), "a known id and another one"),
        (format!("{known}\0"), "a known id and a NUL"),
        (format!("{known}\0x"), "a known id and what follows a NUL"),
        (format!("{known}#x"), "a known id and a fragment"),
        (full_width(&known), "a known id in full-width letters"),
        (
            known.replace(|c: char| c.is_ascii_punctuation(), ""),
            "a known id without its punctuation",
        ),
        (escaped.clone(), "a known id as escapes"),
    ] {
        if near != known && !near.is_empty() && !polyai.fixtures.knows(&near) {
            let why = format!("the id is {what}");
            checks::refused(probe, ID, &why, polyai.fixtures.baseline(&near));
        }
    }
    if polyai.fixtures.knows(&escaped) {
        return;
    }
    let twice = crate::http::percent_encode(&escaped);
    let form = polyai
        .fixtures
        .request("payload", "cid")
        .body("application/x-www-form-urlencoded", format!("cid={twice}"));
    let why = "the id is a known one with its escapes escaped";
    for request in [
        at_location(polyai, "headers", &escaped),
        at_location(polyai, "querystring", &escaped),
        form,
    ] {
        checks::refused(probe, ID, why, request);
    }
}

/// The text in the full-width forms that Unicode's compatibility decomposition makes ASCII again.
fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| match u32::from(c) {
            code @ 0x21..=0x7e => char::from_u32(code + 0xfee0).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// No id at the place, in every location and format.
fn missing(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.id.missing";
    property::check(
        probe,
        &(strategies::any_document(), 0..3usize),
        |(document, location)| {
            let location = ["payload", "headers", "querystring"][location];
            let path = if location == "payload" {
                document.path(polyai.xml())
            } else {
                "hp-absent".to_owned()
            };
            let request: Request = polyai
                .fixtures
                .request(location, &path)
                .body(document.content_type(), document.body(None));
            let why = format!("nothing is at {path} in {location}");
            checks::not_found(polyai, probe, ID, &why, request);
        },
    );
}

/// The text for "not found" is never used for an id that was found, nor the other way round.
fn messages(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.id.messages-not-swapped";
    let absent = r#"{"status":"succeeded"}"#;
    for location in ["payload", "headers", "querystring"] {
        let nothing = polyai
            .fixtures
            .request(location, "cid")
            .body("application/json", absent);
        let unknown = at_location(polyai, location, &polyai.fixtures.unknown_id());
        for (request, own, other) in [
            (nothing, not_found_text(), not_valid_text()),
            (unknown, not_valid_text(), not_found_text()),
        ] {
            let exchange = probe.send(request);
            let text = message(&exchange);
            let swapped = text.as_deref() == Some(other);
            let finding = Finding::when(!swapped, format!("\"{own}\""), exchange.in_short());
            probe.judge(ID, &exchange, finding);
            if let Some(text) = text.filter(|_| exchange.status() == Some(400)) {
                let finding = Finding::when(text == own, format!("\"{own}\""), format!("\"{text}\""));
                probe.judge("polyai.id.exact-messages", &exchange, finding);
            }
        }
    }
}

fn expired(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.id.expired";
    match polyai.fixtures.declared().expired_ids.first() {
        Some(id) => {
            let exchange = probe.send(polyai.fixtures.baseline(id));
            probe.observe(ID, &exchange, exchange.in_short());
        }
        None => probe.skip(ID, "no expired id: declare polyai.expired_ids"),
    }
}

fn other_project(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.id.other-project";
    let other = polyai.fixtures.declared().other_project.as_ref();
    match other.and_then(|project| project.known_ids.first()) {
        Some(id) => {
            let exchange = probe.send(polyai.fixtures.baseline(id));
            probe.observe(ID, &exchange, exchange.in_short());
        }
        None => probe.skip(
            ID,
            "no id of another project: declare polyai.other_project.known_ids",
        ),
    }
}

fn reuse(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.id.reuse";
    let known = match polyai.fixtures.spend(Purpose::Case) {
        Ok(known) => known,
        Err(missing) => return probe.skip(ID, missing),
    };
    let first = probe.send(polyai.fixtures.baseline(&known.id));
    let again = probe.send(polyai.fixtures.baseline(&known.id));
    if first.is_success() {
        probe.observe(ID, &again, format!("the same id again: {}", again.in_short()));
    } else {
        probe.skip(ID, "the id was not accepted once");
    }
}

/// Ids are opaque in the documents; a target may still look at their shape first, or make one form of several.
fn format(polyai: &Polyai, probe: &Probe<'_>) {
    if let Ok(known) = polyai.fixtures.refusal_id() {
        for (near, what) in [
            (format!(" {known} "), "an id with blanks around it"),
            (known.to_ascii_uppercase(), "an id in capitals"),
        ] {
            if !polyai.fixtures.knows(&near) {
                let exchange = probe.send(polyai.fixtures.baseline(&near));
                probe.observe(
                    "polyai.id.format",
                    &exchange,
                    format!("{what}: {}", exchange.in_short()),
                );
            }
        }
    }
    let exchange = probe.send(polyai.fixtures.baseline("no-such-shape"));
    let value = match polyai.wording.read(&exchange) {
        Reading::NotValid => "an id of another shape is not valid".to_owned(),
        Reading::NotFound => "an id of another shape is not found".to_owned(),
        _ => exchange.in_short(),
    };
    probe.observe("polyai.id.format", &exchange, value);
}

/// The documented failure of the server itself.
fn failure(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.response.500";
    match polyai.fixtures.declared().failing_ids.first() {
        Some(id) => {
            let exchange = probe.send(polyai.fixtures.baseline(id));
            let finding = match exchange.status() {
                Some(500) => Finding::Met,
                Some(status) if status > 500 => Finding::Broken {
                    expected: "500".into(),
                    got: exchange.in_short(),
                },
                // The switch is the target's own affair; one that does not work proves nothing.
                _ => Finding::Undecided(format!(
                    "the failing id did not make the target fail: {}",
                    exchange.in_short()
                )),
            };
            probe.judge(ID, &exchange, finding);
        }
        None => probe.skip(
            ID,
            "no id makes the target fail: declare polyai.failing_ids if it has such a switch",
        ),
    }
}
