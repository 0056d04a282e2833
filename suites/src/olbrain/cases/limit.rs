//! The limit of 1 MiB: where it lies, what it counts, and how a body announces its length.
//!
//! Each case fills up a body that the target takes when it is small, and looks only for 413 or no 413: what an agent makes
//! of a long text is another matter. A target that hangs up on a body without an answer leaves the point undecided, unless
//! it does so each time and where nothing can have got lost on the way.

use bytes::Bytes;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Framing, NoAnswerKind, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::checks;
use crate::olbrain::padding::{Filling, LIMIT_BYTES, padded};
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "limit::beyond",
        Scenario,
        &["olbrain.body.limit", "olbrain.body.limit.code"],
        beyond,
    ),
    ("limit::exact", Scenario, &["olbrain.body.limit.exact"], exact),
    (
        "limit::plus_one",
        Scenario,
        &["olbrain.body.limit.plus-one"],
        plus_one,
    ),
    ("limit::unit", Scenario, &["olbrain.body.limit.unit"], unit),
    (
        "limit::chunked",
        Scenario,
        &["olbrain.body.limit.chunked"],
        chunked,
    ),
];

/// Beyond any reading of one megabyte, and not so large that a target would have to cut it off.
const BEYOND_BYTES: usize = 2 * LIMIT_BYTES;

/// An event of this size; the head goes out as it stands, so that an answer that comes early is read.
fn sized(olbrain: &Olbrain, agent: &str, size: usize, filling: Filling) -> Request {
    let body: Bytes = padded(&olbrain.fixtures.body_for(agent), size, filling).unwrap_or_default();
    olbrain.fixtures.trigger(agent, body).exact()
}

/// The agents for which a small body with the same filling is taken.
fn able<'o>(olbrain: &'o Olbrain, probe: &Probe<'_>, id: &str, filling: Filling) -> Vec<&'o str> {
    let fixtures = &olbrain.fixtures;
    let agents = [fixtures.conversational(), fixtures.workflow()];
    let agents: Vec<&str> = agents.into_iter().flatten().collect();
    if agents.is_empty() {
        probe.skip(id, "no agent is declared");
    }
    agents
        .into_iter()
        .filter(|agent| checks::control(probe, id, sized(olbrain, agent, 1024, filling)).is_some())
        .collect()
}

fn is_413(exchange: &Exchange) -> bool {
    exchange.status() == Some(413)
}

/// Broken unless the answer is 413; undecided without an answer.
fn too_large(exchange: &Exchange, what: &str) -> Finding {
    if exchange.answer.is_err() {
        return Finding::Undecided(format!("{what}: {}", exchange.in_short()));
    }
    Finding::when(
        is_413(exchange),
        format!("413, because of {what}"),
        exchange.in_short(),
    )
}

/// So often has a target to hang up before that is its answer.
const HANG_UPS: usize = 3;

/// Whether the target hangs up on each body that is too large by one byte. It has read the whole of that, or next to it, so
/// that an answer would have come through, which is less sure of one that it gives in the middle of a long body.
fn hangs_up(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str) -> Option<Exchange> {
    let mut last = None;
    for _ in 0..HANG_UPS {
        let exchange = probe.send(sized(olbrain, agent, LIMIT_BYTES + 1, Filling::Letters));
        let is_closed = (exchange.answer.as_ref()).is_err_and(|none| none.kind == NoAnswerKind::Closed);
        last = Some(is_closed.then_some(exchange)?);
    }
    last
}

fn beyond(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.limit";
    for filling in [Filling::Letters, Filling::Blanks, Filling::BlanksBehind] {
        for agent in able(olbrain, probe, ID, filling) {
            let exchange = probe.send(sized(olbrain, agent, BEYOND_BYTES, filling));
            probe.judge(ID, &exchange, too_large(&exchange, "a body of 2 MiB"));
            if filling == Filling::Letters
                && exchange.answer.is_err()
                && let Some(closed) = hangs_up(olbrain, probe, agent)
            {
                let expected = "413, because of a body of 1,048,577 bytes";
                let got = format!("{}, {HANG_UPS} times in a row", closed.in_short());
                probe.judge(ID, &closed, Finding::when(false, expected, got));
            }
            if is_413(&exchange) {
                let code = answers::code(&exchange).unwrap_or_else(|| "no code".to_owned());
                probe.observe("olbrain.body.limit.code", &exchange, code);
            }
        }
    }
}

fn exact(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.limit.exact";
    for filling in [Filling::Letters, Filling::TwoByteLetters, Filling::Blanks] {
        for agent in able(olbrain, probe, ID, filling) {
            let exchange = probe.send(sized(olbrain, agent, LIMIT_BYTES, filling));
            let finding = if exchange.answer.is_err() {
                Finding::Undecided(exchange.in_short())
            } else {
                let expected = "no 413: a body of exactly 1,048,576 bytes is up to 1 MiB";
                Finding::when(!is_413(&exchange), expected, exchange.in_short())
            };
            probe.judge(ID, &exchange, finding);
        }
    }
}

/// Whether the target answers 413 to a much larger body. Where it does not, no finer point can be decided.
fn has_limit(olbrain: &Olbrain, probe: &Probe<'_>, id: &str, agent: &str) -> bool {
    let exchange = probe.send(sized(olbrain, agent, BEYOND_BYTES, Filling::Letters));
    if !is_413(&exchange) {
        let reason = format!(
            "a body of 2 MiB is not answered 413 either: {}",
            exchange.in_short()
        );
        probe.judge(id, &exchange, Finding::Undecided(reason));
    }
    is_413(&exchange)
}

fn plus_one(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.limit.plus-one";
    for agent in able(olbrain, probe, ID, Filling::Letters) {
        if has_limit(olbrain, probe, ID, agent) {
            let exchange = probe.send(sized(olbrain, agent, LIMIT_BYTES + 1, Filling::Letters));
            probe.judge(ID, &exchange, too_large(&exchange, "a body of 1,048,577 bytes"));
        }
    }
}

/// Half as many characters as bytes: more bytes than the limit, and fewer characters.
fn unit(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.limit.unit";
    const SIZE: usize = LIMIT_BYTES + LIMIT_BYTES / 2;
    for agent in able(olbrain, probe, ID, Filling::TwoByteLetters) {
        // The same number of bytes in letters of one byte each is the control.
        let ascii = probe.send(sized(olbrain, agent, SIZE, Filling::Letters));
        if is_413(&ascii) {
            let exchange = probe.send(sized(olbrain, agent, SIZE, Filling::TwoByteLetters));
            let what = "a body of 1.5 MiB in characters of two bytes";
            probe.judge(ID, &exchange, too_large(&exchange, what));
        } else {
            let reason = format!(
                "as many bytes of ASCII are not answered 413 either: {}",
                ascii.in_short()
            );
            probe.judge(ID, &ascii, Finding::Undecided(reason));
        }
    }
}

fn chunked(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.body.limit.chunked";
    let framing = Framing::Chunked(16 * 1024);
    for agent in able(olbrain, probe, ID, Filling::Letters) {
        let small = sized(olbrain, agent, 1024, Filling::Letters).framing(framing);
        if checks::control(probe, ID, small).is_none() {
            continue;
        }
        let exact = |framing: Option<Framing>| {
            let request = sized(olbrain, agent, LIMIT_BYTES, Filling::Letters);
            probe.send(framing.map_or(request.clone(), |framing| request.framing(framing)))
        };
        // What is taken with a length is taken without one: what announces a chunk is no part of the body.
        if exact(None).is_success() {
            let exchange = exact(Some(framing));
            let expected = "no 413 for a body of exactly 1,048,576 bytes in chunks";
            let finding = Finding::when(!is_413(&exchange), expected, exchange.in_short());
            probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
        }
        for size in [LIMIT_BYTES + 1, BEYOND_BYTES] {
            let announced = probe.send(sized(olbrain, agent, size, Filling::Letters));
            if !is_413(&announced) {
                let reason = format!(
                    "with a Content-Length it is not answered 413 either: {}",
                    announced.in_short()
                );
                probe.judge(ID, &announced, Finding::Undecided(reason));
                continue;
            }
            let exchange = probe.send(sized(olbrain, agent, size, Filling::Letters).framing(framing));
            let what = format!("a body of {size} bytes in chunks");
            probe.judge(ID, &exchange, too_large(&exchange, &what));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{NoAnswer, NoAnswerKind, Response};

    fn exchange(answer: Result<u16, NoAnswerKind>) -> Exchange {
        Exchange {
            number: 1,
            request: Request::new("POST", "/"),
            answer: answer
                .map(|status| Response {
                    status,
                    headers: Vec::new(),
                    body: Bytes::new(),
                    cut: false,
                })
                .map_err(|kind| NoAnswer {
                    kind,
                    detail: "cut".to_owned(),
                }),
            elapsed: std::time::Duration::ZERO,
        }
    }

    #[test]
    fn only_413_is_too_large_and_no_answer_decides_nothing() {
        assert_eq!(too_large(&exchange(Ok(413)), "x"), Finding::Met);
        for status in [200, 202, 400, 404, 500] {
            assert!(matches!(
                too_large(&exchange(Ok(status)), "x"),
                Finding::Broken { .. }
            ));
        }
        let hung_up = exchange(Err(NoAnswerKind::Closed));
        assert!(matches!(too_large(&hung_up, "x"), Finding::Undecided(_)));
    }

    #[test]
    fn the_multi_byte_body_has_fewer_characters_than_the_limit_and_more_bytes() {
        let body = padded(
            &serde_json::json!({}),
            LIMIT_BYTES + LIMIT_BYTES / 2,
            Filling::TwoByteLetters,
        )
        .unwrap();
        let characters = std::str::from_utf8(&body).unwrap().chars().count();
        assert!(body.len() > LIMIT_BYTES && characters < LIMIT_BYTES);
    }
}
