//! The first requests to a target: is it there, do key and ids fit, and how does it word its answers?

use super::Polyai;
use super::answers::{Reading, Wording};
use super::documents::XmlReading;
use super::fixtures::{KEY_VARIABLE, Purpose};
use super::subject::at_location;
use crate::http::{Exchange, NoAnswerKind, Request};
use crate::probe::Probe;
use crate::suite::Stop;

/// With so many ids nobody needs to know whether one is accepted twice.
const PLENTY_OF_IDS: usize = 4096;

pub(super) fn run(polyai: &Polyai, probe: &Probe<'_>) -> Result<(), Stop> {
    polyai.fixtures.key().map_err(|reason| Stop {
        reason,
        exchange: None,
    })?;
    if probe.is_safe() {
        key_counts(polyai, probe)?;
    }
    match polyai.fixtures.spend(Purpose::Case) {
        Ok(known) => {
            known_good(polyai, probe, &known.id)?;
            if polyai.fixtures.declared().known_ids.len() < PLENTY_OF_IDS {
                let again = probe.send(polyai.fixtures.baseline(&known.id));
                let elsewhere = probe.send(in_header(polyai, &known.id));
                polyai
                    .fixtures
                    .learn_reusable(again.is_success() && elsewhere.is_success());
            }
        }
        // Without the ids that were promised a run would leave out the better part and say nothing of it.
        Err(reason) if polyai.fixtures.has_mint() => {
            return Err(Stop {
                reason,
                exchange: None,
            });
        }
        Err(_) => reachable_without_ids(polyai, probe)?,
    }
    learn_wording(polyai, probe);
    learn_xml(polyai, probe);
    Ok(())
}

/// Learns how the target says "not found" and "not valid": from JSON, and where it says the same to both there, from
/// another location. A target that confuses them in one place only is judged by what it says elsewhere.
fn learn_wording(polyai: &Polyai, probe: &Probe<'_>) {
    let fixtures = &polyai.fixtures;
    let mut alike = None;
    for location in ["payload", "headers", "querystring"] {
        let nothing = fixtures
            .request(location, "cid")
            .body("application/json", r#"{"status":"succeeded"}"#);
        let not_found = probe.send(nothing);
        let not_valid = probe.send(at_location(polyai, location, &fixtures.unknown_id()));
        if Wording::distinguishes(&not_found, &not_valid) {
            return polyai.wording.learn(&not_found, &not_valid);
        }
        alike.get_or_insert((not_found, not_valid));
    }
    if let Some((not_found, not_valid)) = alike {
        polyai.wording.learn(&not_found, &not_valid);
    }
}

fn in_header(polyai: &Polyai, id: &str) -> Request {
    at_location(polyai, "headers", id)
}

/// One request that must succeed, in any of the documented ways: a target that fails one of them is judged, not
/// turned away.
fn known_good(polyai: &Polyai, probe: &Probe<'_>, id: &str) -> Result<(), Stop> {
    let fixtures = &polyai.fixtures;
    let form = "application/x-www-form-urlencoded";
    let ways = [
        fixtures.baseline(id),
        in_header(polyai, id),
        fixtures
            .request("querystring", "cid")
            .query("cid", id)
            .body("application/json", "{\"status\":\"x\"}"),
        fixtures
            .request("payload", "cid")
            .body(form, format!("cid={id}&status=succeeded")),
    ];
    let mut first = None;
    for request in ways {
        let exchange = probe.send(request.clone());
        if exchange.is_success() {
            return Ok(());
        }
        let unreachable = exchange.answer.is_err();
        first.get_or_insert(exchange);
        if unreachable {
            break;
        }
    }
    let exchange = first.expect("at least one request was sent");
    Err(explain(polyai, exchange, id))
}

/// Without known ids: an unknown one must get past the key.
fn reachable_without_ids(polyai: &Polyai, probe: &Probe<'_>) -> Result<(), Stop> {
    let id = polyai.fixtures.unknown_id();
    let exchange = probe.send(polyai.fixtures.baseline(&id));
    match exchange.status() {
        Some(400) => Ok(()),
        _ => Err(explain(polyai, exchange, &id)),
    }
}

/// In safe mode: an unknown id is refused with another answer under the valid key than under a wrong one. Nothing else
/// shows without an accepted event that the key is valid.
fn key_counts(polyai: &Polyai, probe: &Probe<'_>) -> Result<(), Stop> {
    let id = polyai.fixtures.unknown_id();
    let request = polyai.fixtures.baseline(&id);
    let right = probe.send(request.clone());
    if right.status() != Some(400) {
        return Err(explain(polyai, right, &id));
    }
    let wrong = probe.send(request.set_header("X-Api-Key", "hookproof-unknown-key"));
    if wrong.answer.is_ok() && wrong.status() != right.status() {
        return Ok(());
    }
    Err(Stop {
        reason: format!(
            "{} answers an unknown id under the valid key and under a wrong one alike ({}), so that safe mode cannot see \
             whether the key is valid. Check {KEY_VARIABLE} or polyai.keys.valid; --full judges with an accepted event",
            polyai.target.base().as_str(),
            wrong.in_short()
        ),
        exchange: Some(wrong),
    })
}

fn explain(polyai: &Polyai, exchange: Exchange, id: &str) -> Stop {
    let base = polyai.target.base().as_str();
    let declared = polyai.fixtures.declared();
    let reason = match (&exchange.answer, exchange.status()) {
        (Err(none), _) => match none.kind {
            NoAnswerKind::Unreachable => {
                format!(
                    "{base} cannot be reached: {}. Is the server running, and is the URL right?",
                    none.detail
                )
            }
            NoAnswerKind::Tls => format!("{base} could not be spoken to over TLS: {}", none.detail),
            NoAnswerKind::TimedOut => format!("{base} did not answer: {}", none.detail),
            NoAnswerKind::Closed | NoAnswerKind::Cut => format!(
                "{base} closed the connection without a full answer: {}",
                none.detail
            ),
            NoAnswerKind::Malformed => format!("{base} does not answer with HTTP: {}", none.detail),
            NoAnswerKind::Withheld => none.detail.clone(),
        },
        (_, Some(401 | 403)) => format!(
            "{base} refuses the key of the known-good request; check {KEY_VARIABLE} or polyai.keys.valid"
        ),
        (_, Some(404)) => {
            format!("{base} does not serve the path; check the URL and what stands in front of the path")
        }
        (_, Some(400)) if polyai.wording.read(&exchange) == Reading::NotValid => format!(
            "{base} calls the known id {id} not valid; check polyai.known_ids, and polyai.account_id ({}) and \
             polyai.project_id ({})",
            declared.account_id, declared.project_id
        ),
        _ => format!(
            "{base} did not accept the known-good request ({}); nothing can be judged before it does. Check the URL, \
             the key, polyai.account_id ({}), polyai.project_id ({}) and polyai.known_ids",
            exchange.in_short(),
            declared.account_id,
            declared.project_id
        ),
    };
    Stop {
        reason,
        exchange: Some(exchange),
    }
}

/// Learns whether a path into XML begins with the root element. "Not valid" shows that an unknown id was found. Where that
/// shows nothing, the target is asked with known ids: its answers may not be told apart, or may be told apart elsewhere only.
fn learn_xml(polyai: &Polyai, probe: &Probe<'_>) {
    let fixtures = &polyai.fixtures;
    let send = |(path, before, after): (&str, &str, &str), id: &str| {
        let body = format!("<root>{before}{id}{after}<status>succeeded</status></root>");
        let request = fixtures.request("payload", path);
        probe.send(request.body("application/xml", body))
    };
    let finds_known = |place| {
        fixtures
            .spend(Purpose::Case)
            .is_ok_and(|known| send(place, &known.id).is_success())
    };
    let finds = |place| {
        if polyai.wording.tells_apart() {
            let reading = polyai.wording.read(&send(place, &fixtures.unknown_id()));
            if reading != Reading::Unclear {
                // A target that accepts what it cannot know found it all the same.
                return matches!(reading, Reading::NotValid | Reading::Accepted);
            }
        }
        finds_known(place)
    };
    let either = |places: [_; 2]| {
        let found = places.map(finds);
        if found.contains(&true) {
            found
        } else {
            places.map(finds_known)
        }
    };
    let (flat, deep) = (("<cid>", "</cid>"), ("<a><b>", "</b></a>"));
    let [without_root, with_root] = either([("cid", flat.0, flat.1), ("root.cid", flat.0, flat.1)]);
    let [deeper_without_root, deeper_with_root] =
        either([("a.b", deep.0, deep.1), ("root.a.b", deep.0, deep.1)]);
    // The first preflight's answer stands; a second one would learn the same.
    let _ = polyai.xml.set(XmlReading {
        without_root,
        with_root,
        deeper_without_root,
        deeper_with_root,
    });
}
