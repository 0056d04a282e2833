//! What must not matter: what a connection carried before, and who else asks at the same time.

use serde_json::{Map, Value, json};

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::inkeep::bodies::ANCHORS;
use crate::inkeep::event::{difference_in_content, event, member, same_value};
use crate::inkeep::fixtures::post_under;
use crate::inkeep::{Inkeep, checks};
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    ("connection::reuse", Scenario, &["inkeep.connection.reuse"], reuse),
    (
        "concurrency::isolation",
        Scenario,
        &["inkeep.concurrency.isolation"],
        isolation,
    ),
    (
        "concurrency::one_insert",
        Scenario,
        &["inkeep.concurrency.one-insert"],
        one_insert,
    ),
];

/// Requests in flight at the same time.
const CONCURRENCY: usize = 16;

/// How often one id is fought over.
const ROUNDS: usize = 12;

/// A request, and the kind of answer that a conformant server gives it when it is alone.
struct Sample {
    request: Request,
    answer: Answer,
}

/// A kind of answer.
enum Answer {
    /// Accepted, with what was sent.
    Event(Value),
    /// Refused with one of these.
    Status(&'static [u16]),
}

/// What an `agentId`, `conversationId` or `messageId` of these requests begins with.
const NAMED: &str = "hookproof-sample-";

/// Requests of every kind. The accepted ones have no id, so each can be sent again.
fn samples(inkeep: &Inkeep, probe: &Probe<'_>, rounds: usize) -> Vec<Sample> {
    let fixtures = &inkeep.fixtures;
    let mut samples = Vec::new();
    for round in 0..rounds {
        let kind = checks::numbered("sample", round);
        let mut body = fixtures.plain_body(probe.case(), &kind);
        samples.push(Sample {
            request: fixtures.post(&body),
            answer: Answer::Event(body.clone()),
        });
        let mut named = body.clone();
        for name in ANCHORS {
            named[name] = json!(format!("{NAMED}{name}-{round}"));
        }
        samples.push(Sample {
            request: fixtures.post(&named),
            answer: Answer::Event(named),
        });
        samples.push(Sample {
            request: fixtures.post(&body),
            answer: Answer::Event(body.clone()),
        });
        body["metadata"] = json!({ "round": round, "pad": "x".repeat(round * 97 % 1500) });
        samples.push(Sample {
            request: fixtures.post(&body),
            answer: Answer::Event(body.clone()),
        });
        samples.push(Sample {
            request: fixtures.post(&json!({ "metadata": body["metadata"] })),
            answer: Answer::Status(&[400, 422]),
        });
        samples.push(Sample {
            request: post_under("hookproof-unknown-key", &body),
            answer: Answer::Status(&[401]),
        });
        samples.push(Sample {
            request: fixtures.request().body("application/json", "{\"type\":"),
            answer: Answer::Status(&[400, 422]),
        });
    }
    samples
}

/// Whether an answer is the one that a conformant server gives to the request alone.
fn fits(sample: &Sample, exchange: &Exchange) -> bool {
    match &sample.answer {
        Answer::Status(allowed) => exchange.status().is_some_and(|status| allowed.contains(&status)),
        Answer::Event(sent) => event(exchange).is_some_and(|event| {
            let as_sent = ["type", "metadata"]
                .into_iter()
                .chain(ANCHORS)
                .filter_map(|name| Some((name, sent.get(name)?)))
                .all(|(name, value)| same_value(value, member(&event, name)));
            // One that was not sent may be the server's own, such as the agent of the token, and not that of another request.
            let own = ANCHORS
                .into_iter()
                .filter(|name| sent.get(name).is_none())
                .all(|name| {
                    let got = member(&event, name).as_str();
                    !got.is_some_and(|text| text.starts_with(NAMED))
                });
            as_sent && own
        }),
    }
}

/// An answer that does not fit counts against `requirement` only if the same request fits alone.
fn judge_sample(probe: &Probe<'_>, requirement: &str, sample: &Sample, exchange: &Exchange) {
    if fits(sample, exchange) {
        return probe.judge(requirement, exchange, Finding::Met);
    }
    let alone = probe.send(sample.request.clone().exact());
    let finding = if fits(sample, &alone) {
        Finding::Broken {
            expected: format!("what the request is answered alone: {}", alone.in_short()),
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
fn reuse(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.connection.reuse";
    let samples = samples(inkeep, probe, 5);
    let requests = samples.iter().map(|sample| sample.request.clone()).collect();
    let exchanges = probe.send_on_one_connection(requests);
    if exchanges.len() == 1 {
        return probe.skip(ID, "the target closes the connection after one answer");
    }
    for (sample, exchange) in samples.iter().zip(&exchanges) {
        judge_sample(probe, ID, sample, exchange);
    }
}

/// Many requests of every kind at the same time, on many connections.
fn isolation(inkeep: &Inkeep, probe: &Probe<'_>) {
    for _ in 0..3 {
        let samples = samples(inkeep, probe, 16);
        let requests = samples.iter().map(|sample| sample.request.clone()).collect();
        let exchanges = probe.send_all(requests, CONCURRENCY);
        for (sample, exchange) in samples.iter().zip(&exchanges) {
            judge_sample(probe, "inkeep.concurrency.isolation", sample, exchange);
        }
    }
}

/// Events of different types with one id, all in flight together: one of them is stored, and every answer shows it.
fn one_insert(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.concurrency.one-insert";
    let steady = match one_after_the_other(inkeep, probe) {
        Ok(steady) => steady,
        Err(reason) => return probe.skip(ID, reason),
    };
    for _ in 0..ROUNDS {
        let id = inkeep.fixtures.fresh_id(probe.case());
        let requests = (0..CONCURRENCY)
            .map(|number| racer(inkeep, &id, number))
            .collect();
        let exchanges = probe.send_all(requests, CONCURRENCY);
        let winners: Vec<&Exchange> = exchanges.iter().filter(|e| e.status() == Some(201)).collect();
        let seen = winners
            .get(1)
            .or(winners.first())
            .copied()
            .unwrap_or(&exchanges[0]);
        let got = format!("{} answers of 201 for one id", winners.len());
        probe.judge(
            ID,
            seen,
            Finding::when(winners.len() == 1, "exactly one 201", got),
        );
        let Some(stored) = winners.first().and_then(|winner| event(winner)) else {
            continue;
        };
        let late = probe.send(racer(inkeep, &id, CONCURRENCY));
        for exchange in exchanges.iter().chain([&late]) {
            if exchange.status() != Some(201) && (steady || exchange.status() != Some(200)) {
                probe.judge(ID, exchange, same_as(&stored, exchange));
            }
        }
    }
}

fn racer(inkeep: &Inkeep, id: &str, number: usize) -> Request {
    let kind = checks::numbered("racer", number);
    inkeep.fixtures.post(&inkeep.fixtures.body_with(id, &kind))
}

/// Whether a repeated event leaves the first one alone where the two are not sent together. Otherwise what the answers
/// to many at once hold proves nothing new; and nothing is proved at all where even their statuses are wrong.
fn one_after_the_other(inkeep: &Inkeep, probe: &Probe<'_>) -> Result<bool, String> {
    let id = inkeep.fixtures.fresh_id(probe.case());
    let [first, second] = [0, 1].map(|number| probe.send(racer(inkeep, &id, number)));
    if (first.status(), second.status()) != (Some(201), Some(200)) {
        return Err(format!(
            "one after the other, two events with one id are not answered 201 and 200: {}",
            second.in_short()
        ));
    }
    let both = event(&first).zip(event(&second));
    Ok(both.is_some_and(|(first, second)| difference_in_content(&first, &second).is_none()))
}

/// The answer is 200 and holds the event that was stored.
fn same_as(stored: &Map<String, Value>, exchange: &Exchange) -> Finding {
    let expected = "200 with the event that was answered 201".to_owned();
    let got = match event(exchange).filter(|_| exchange.status() == Some(200)) {
        Some(event) => match difference_in_content(stored, &event) {
            None => return Finding::Met,
            Some(got) => got,
        },
        None => exchange.in_short(),
    };
    Finding::Broken { expected, got }
}
