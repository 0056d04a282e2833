//! What must not matter: how a body is framed, how large it is, what its connection carried, and who else asks.

use serde_json::json;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Framing, Request};
use crate::polyai::Polyai;
use crate::polyai::answers::Reading;
use crate::polyai::checks;
use crate::polyai::fixtures::{Purpose, baseline_body};
use crate::polyai::subject::at_location;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    ("body::chunked", Scenario, &["polyai.body.chunked"], chunked),
    ("body::size_64k", Scenario, &["polyai.body.size-64k"], size_64k),
    (
        "body::beyond_64k",
        Scenario,
        &[
            "polyai.body.beyond-64k",
            "polyai.extract.json.size",
            "polyai.extract.json.large-depth",
            "polyai.extract.json.missing",
        ],
        beyond_64k,
    ),
    ("connection::reuse", Scenario, &["polyai.connection.reuse"], reuse),
    (
        "concurrency::isolation",
        Scenario,
        &["polyai.concurrency.isolation"],
        isolation,
    ),
];

/// Levels of nesting that any server is expected to read.
const DEPTH: usize = 16;
/// Size that any server is expected to read, in bytes.
const SIZE: usize = 64 * 1024;

/// Requests in flight at the same time, each on a connection of its own.
const CONCURRENCY: usize = 16;

fn chunked(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.body.chunked";
    for size in [1, 7, 4096] {
        let known = match polyai.fixtures.spend(Purpose::Case) {
            Ok(known) => known,
            Err(missing) => return probe.skip(ID, missing),
        };
        let exchange = probe.send(
            polyai
                .fixtures
                .baseline(&known.id)
                .framing(Framing::Chunked(size)),
        );
        let finding = match exchange.status() {
            // A server may insist on a length; RFC 9110 §15.5.12.
            Some(411) => Finding::Undecided("the target insists on a Content-Length (411)".to_owned()),
            _ => checks::accepted(polyai, probe, &exchange, &known, "at cid of a chunked body"),
        };
        probe.judge(ID, &exchange, finding);
    }
}

/// Makes a body from an id and its padding.
type Padded = fn(&str, &str) -> String;

/// Bodies of exactly 64 KiB in each format, with the id before and after the padding, and 16 levels of nesting.
fn size_64k(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.body.size-64k";
    let fixtures = &polyai.fixtures;
    let formats: [(&str, &str, Padded); 6] = [
        ("application/json", "JSON, id first", |id, pad| {
            format!("{{\"cid\":\"{id}\",\"pad\":\"{pad}\"}}")
        }),
        ("application/json", "JSON, id last", |id, pad| {
            format!("{{\"pad\":\"{pad}\",\"cid\":\"{id}\"}}")
        }),
        (
            "application/x-www-form-urlencoded",
            "form, id first",
            |id, pad| format!("cid={id}&pad={pad}"),
        ),
        ("application/x-www-form-urlencoded", "form, id last", |id, pad| {
            format!("pad={pad}&cid={id}")
        }),
        ("text/plain", "text, id last", |id, pad| {
            format!("pad={pad}&cid={id}")
        }),
        ("application/json", "JSON, multi-byte padding", |id, pad| {
            let (text, rest) = pad.split_at(pad.len() % 2);
            format!(
                "{{\"pad\":\"{text}{}\",\"cid\":\"{id}\"}}",
                "é".repeat(rest.len() / 2)
            )
        }),
    ];
    for (media, what, make) in formats {
        let place = format!("in a body of 64 KiB ({what})");
        let small = |id: &str| fixtures.request("payload", "cid").body(media, make(id, ""));
        checks::equivalent(polyai, probe, ID, &place, small, |id| {
            let pad = "x".repeat(SIZE - make(id, "").len());
            fixtures.request("payload", "cid").body(media, make(id, &pad))
        });
    }
    for location in ["headers", "querystring"] {
        let place = format!("in {location}, beside a body of 64 KiB");
        let small = |id: &str| at_location(polyai, location, id);
        checks::equivalent(polyai, probe, ID, &place, small, |id| {
            let body = format!("{{\"pad\":\"{}\"}}", "x".repeat(SIZE - "{\"pad\":\"\"}".len()));
            small(id).body("application/json", body)
        });
    }
    if polyai.xml().without_root || polyai.xml().with_root {
        let path = if polyai.xml().without_root {
            "cid"
        } else {
            "root.cid"
        };
        let make = |id: &str, pad: &str| format!("<root><pad>{pad}</pad><cid>{id}</cid></root>");
        let small = |id: &str| {
            fixtures
                .request("payload", path)
                .body("application/xml", make(id, ""))
        };
        checks::equivalent(polyai, probe, ID, "in a body of 64 KiB (XML)", small, |id| {
            let pad = "x".repeat(SIZE - make(id, "").len());
            fixtures
                .request("payload", path)
                .body("application/xml", make(id, &pad))
        });
    }
    let small = |id: &str| {
        fixtures
            .request("payload", "a.b")
            .body("application/json", json!({ "a": { "b": id } }).to_string())
    };
    let place = format!("{DEPTH} levels deep");
    checks::equivalent(polyai, probe, ID, &place, small, |id| {
        let body = format!("{}\"{id}\"{}", "{\"a\":".repeat(DEPTH), "}".repeat(DEPTH));
        fixtures
            .request("payload", &["a"; DEPTH].join("."))
            .body("application/json", body)
    });
}

/// Larger and deeper than anybody must read: a refusal is as good as an answer, but nothing else is.
fn beyond_64k(polyai: &Polyai, probe: &Probe<'_>) {
    let fixtures = &polyai.fixtures;
    let known = match fixtures.spend(Purpose::Case) {
        Ok(known) => known.id,
        Err(_) => fixtures.unknown_id(),
    };
    let pad = "x".repeat(1024 * 1024);
    let large = json!({ "pad": pad, "cid": known }).to_string();
    let exchange = probe.send(fixtures.request("payload", "cid").body("application/json", large));
    probe.observe(
        "polyai.extract.json.size",
        &exchange,
        format!("1 MiB of JSON: {}", exchange.in_short()),
    );
    for depth in [64, 500] {
        let body = format!(
            "{{\"cid\":\"{}\",\"deep\":{}1{}}}",
            fixtures.unknown_id(),
            "[".repeat(depth),
            "]".repeat(depth)
        );
        let exchange = probe.send(fixtures.request("payload", "cid").body("application/json", body));
        let value = format!("{depth} levels of nesting: {}", exchange.in_short());
        probe.observe("polyai.extract.json.large-depth", &exchange, value);
    }
    let without = json!({ "pad": "x".repeat(256 * 1024) }).to_string();
    let exchange = probe.send(
        fixtures
            .request("payload", "cid")
            .body("application/json", without),
    );
    if exchange.is_success() {
        let expected = "a refusal: a large body without an id";
        let finding = Finding::Broken {
            expected: expected.into(),
            got: exchange.in_short(),
        };
        probe.judge("polyai.extract.json.missing", &exchange, finding);
    }
    probe.observe(
        "polyai.body.beyond-64k",
        &exchange,
        format!("256 KiB without an id: {}", exchange.in_short()),
    );
}

/// A request, and what it is answered when it is alone.
struct Sample {
    request: Request,
    reading: Reading,
    status: u16,
}

/// Requests of every kind, with the answers that a conformant server gives them.
fn samples(polyai: &Polyai, rounds: usize) -> Result<Vec<Sample>, String> {
    let fixtures = &polyai.fixtures;
    let mut samples = Vec::new();
    for round in 0..rounds {
        let known = fixtures.spend(if round == 0 { Purpose::Case } else { Purpose::Input });
        let mut requests = Vec::new();
        match known {
            Ok(known) => {
                requests.push((fixtures.baseline(&known.id), Reading::Accepted, 201));
                // Where ids are scarce, one place has to do.
                for location in ["headers", "querystring"] {
                    if fixtures.has_enough()
                        && let Ok(known) = fixtures.spend(Purpose::Input)
                    {
                        let request = at_location(polyai, location, &known.id);
                        requests.push((request, Reading::Accepted, 201));
                    }
                }
            }
            Err(missing) if round == 0 => return Err(missing),
            Err(_) => {}
        }
        let unknown = fixtures.unknown_id();
        requests.push((fixtures.baseline(&unknown), Reading::NotValid, 400));
        requests.push((at_location(polyai, "headers", &unknown), Reading::NotValid, 400));
        let nothing = fixtures.request("payload", "cid").body("application/json", "{}");
        requests.push((nothing, Reading::NotFound, 400));
        let refusal = fixtures.refusal_id()?;
        let wrong_key = fixtures
            .baseline(&refusal)
            .set_header("X-Api-Key", "hookproof-unknown-key");
        requests.push((wrong_key, Reading::Other, 401));
        samples.extend(requests.into_iter().map(|(request, reading, status)| Sample {
            request,
            reading,
            status,
        }));
    }
    Ok(samples)
}

/// Whether an answer is the one that a conformant server gives to the request alone.
fn fits(polyai: &Polyai, sample: &Sample, exchange: &Exchange) -> bool {
    let reading = polyai.wording.read(exchange);
    match sample.reading {
        Reading::Accepted => reading == Reading::Accepted,
        Reading::Other => exchange.status() == Some(sample.status),
        // Where the two texts cannot be told apart, the status has to do.
        expected => {
            exchange.status() == Some(sample.status) && (reading == expected || reading == Reading::Unclear)
        }
    }
}

/// An answer that does not fit counts against `requirement` only if the same request fits alone.
fn judge_sample(polyai: &Polyai, probe: &Probe<'_>, requirement: &str, sample: &Sample, exchange: &Exchange) {
    if fits(polyai, sample, exchange) {
        return probe.judge(requirement, exchange, Finding::Met);
    }
    let alone = probe.send(sample.request.clone().exact());
    let finding = if fits(polyai, sample, &alone) {
        let expected = format!("what the request is answered alone: {}", alone.in_short());
        Finding::Broken {
            expected,
            got: exchange.in_short(),
        }
    } else {
        Finding::Undecided(format!(
            "alone the request is answered in the same way: {}",
            alone.in_short()
        ))
    };
    probe.judge(requirement, exchange, finding);
}

/// One connection carries requests of every kind; each gets the answer it gets on a fresh one.
fn reuse(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.connection.reuse";
    let samples = match samples(polyai, 4) {
        Ok(samples) => samples,
        Err(missing) => return probe.skip(ID, missing),
    };
    let exchanges =
        probe.send_on_one_connection(samples.iter().map(|sample| sample.request.clone()).collect());
    if exchanges.len() == 1 {
        return probe.skip(ID, "the target closes the connection after one answer");
    }
    for (sample, exchange) in samples.iter().zip(&exchanges) {
        judge_sample(polyai, probe, ID, sample, exchange);
    }
}

/// Many requests of every kind at the same time, on many connections.
fn isolation(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.concurrency.isolation";
    let plain = || {
        let body = baseline_body(&polyai.fixtures.unknown_id());
        let request = polyai.fixtures.request("payload", "cid");
        probe.send(request.body("application/json", body))
    };
    let before = plain();
    for _ in 0..3 {
        let samples = match samples(polyai, 16) {
            Ok(samples) => samples,
            Err(missing) => return probe.skip(ID, missing),
        };
        let requests = samples.iter().map(|sample| sample.request.clone()).collect();
        let exchanges = probe.send_all(requests, CONCURRENCY);
        for (sample, exchange) in samples.iter().zip(&exchanges) {
            judge_sample(polyai, probe, ID, sample, exchange);
        }
    }
    // The plain request again: a crowd must not have left anything behind.
    let after = plain();
    let met = before.status() == after.status();
    let expected = format!("what the request was answered before: {}", before.in_short());
    probe.judge(ID, &after, Finding::when(met, expected, after.in_short()));
}
