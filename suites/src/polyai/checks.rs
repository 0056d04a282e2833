//! Checks of a case: what an exchange means for a requirement. Expected values come from the catalogue.

use super::Polyai;
use super::answers::{Reading, message, not_found_text, not_valid_text};
use super::fixtures::{Known, Purpose};
use crate::http::{Exchange, Request};
use crate::probe::Probe;
use crate::verdict::Finding;

/// Sends without any check of its own, for requests that need not reach the operation at all.
pub(super) fn quietly(probe: &Probe<'_>, request: Request) -> Exchange {
    let mut exchange = None;
    let _unjudged = probe.apart(|| exchange = Some(probe.send(request)));
    exchange.expect("the request was sent just now")
}

/// The id of an accepted request is found at its place.
///
/// With a known id to spend, acceptance decides. Without one, an unknown id does: a target that finds it says "not
/// valid", one that does not says "not found".
///
/// Returns whether the id was found; `None` where that stays open.
pub(super) fn found(
    polyai: &Polyai,
    probe: &Probe<'_>,
    requirement: &str,
    purpose: Purpose,
    place: &str,
    make: impl Fn(&str) -> Request,
) -> Option<bool> {
    match polyai.fixtures.spend(purpose) {
        Ok(known) => {
            let exchange = probe.send(make(&known.id));
            let finding = accepted(polyai, probe, &exchange, &known, place);
            let found = decided(&finding);
            probe.judge(requirement, &exchange, finding);
            found
        }
        Err(_) if polyai.wording.tells_apart() => {
            let exchange = probe.send(make(&polyai.fixtures.unknown_id()));
            let expected = format!("400 \"{}\": the unknown id {place} is found", not_valid_text());
            let finding = match polyai.wording.read(&exchange) {
                Reading::NotValid => Finding::Met,
                Reading::Unclear => {
                    Finding::Undecided("the answer says neither \"not found\" nor \"not valid\"".into())
                }
                Reading::Accepted | Reading::NotFound | Reading::Other => Finding::Broken {
                    expected,
                    got: exchange.in_short(),
                },
            };
            let found = decided(&finding);
            probe.judge(requirement, &exchange, finding);
            found
        }
        Err(missing) => {
            probe.skip(requirement, missing);
            None
        }
    }
}

/// Whether the target finds the id of a request, with nothing judged: the control of another check. `None` where
/// that cannot be told.
pub(super) fn is_found(
    polyai: &Polyai,
    probe: &Probe<'_>,
    purpose: Purpose,
    make: impl Fn(&str) -> Request,
) -> Option<bool> {
    control(polyai, probe, purpose, make)
        .ok()
        .map(|control| control.is_ok())
}

/// The control: found, or the exchange in which it was not. The error says which fixture is missing.
fn control(
    polyai: &Polyai,
    probe: &Probe<'_>,
    purpose: Purpose,
    make: impl Fn(&str) -> Request,
) -> Result<Result<(), Exchange>, String> {
    match polyai.fixtures.spend(purpose) {
        Ok(known) => {
            let exchange = probe.send(make(&known.id));
            Ok(exchange.is_success().then_some(()).ok_or(exchange))
        }
        Err(_) if polyai.wording.tells_apart() => {
            let exchange = probe.send(make(&polyai.fixtures.unknown_id()));
            let found = polyai.wording.read(&exchange) == Reading::NotValid;
            Ok(found.then_some(()).ok_or(exchange))
        }
        Err(missing) => Err(missing),
    }
}

/// Two ways to say the same get the same verdict. Where the plain way is refused already, the other proves nothing:
/// that failure belongs to another requirement.
pub(super) fn equivalent(
    polyai: &Polyai,
    probe: &Probe<'_>,
    requirement: &str,
    place: &str,
    plain: impl Fn(&str) -> Request,
    variant: impl Fn(&str) -> Request,
) {
    match control(polyai, probe, Purpose::Input, plain) {
        Ok(Ok(())) => {
            found(polyai, probe, requirement, Purpose::Input, place, variant);
        }
        Ok(Err(exchange)) => {
            let reason = format!(
                "the plain form of the request is refused as well: {}",
                exchange.in_short()
            );
            probe.judge(requirement, &exchange, Finding::Undecided(reason));
        }
        Err(missing) => probe.skip(requirement, missing),
    }
}

fn decided(finding: &Finding) -> Option<bool> {
    match finding {
        Finding::Met => Some(true),
        Finding::Broken { .. } => Some(false),
        Finding::Undecided(_) => None,
    }
}

/// Whether an exchange with a known id was accepted. A refusal of an id that the target accepted before, or of one
/// that it calls not valid, counts only if the documented request with the same id still succeeds.
pub(super) fn accepted(
    polyai: &Polyai,
    probe: &Probe<'_>,
    exchange: &Exchange,
    known: &Known,
    place: &str,
) -> Finding {
    let reading = polyai.wording.read(exchange);
    if reading == Reading::Accepted {
        return Finding::Met;
    }
    if known.used_before || reading == Reading::NotValid {
        let control = probe.send(polyai.fixtures.baseline(&known.id));
        if !control.is_success() {
            return Finding::Undecided(format!(
                "the target no longer accepts the known id {} at all: {}",
                known.id,
                control.in_short()
            ));
        }
    }
    Finding::Broken {
        expected: format!("201: the valid id is {place}"),
        got: exchange.in_short(),
    }
}

/// Nothing is at the place, so the answer is 400 "not found".
pub(super) fn not_found(polyai: &Polyai, probe: &Probe<'_>, requirement: &str, why: &str, request: Request) {
    let exchange = probe.send(request);
    let expected = format!("400 \"{}\": {why}", not_found_text());
    let broken = || Finding::Broken {
        expected: expected.clone(),
        got: exchange.in_short(),
    };
    let finding = match polyai.wording.read(&exchange) {
        Reading::NotFound => Finding::Met,
        // A text of the target's own is warned about below; the status is as documented.
        Reading::Unclear if message(&exchange).is_some() || exchange.status() == Some(400) => Finding::Met,
        _ => broken(),
    };
    probe.judge(requirement, &exchange, finding);
    exact_text(probe, &exchange, not_found_text());
}

/// Something is at the place, but no valid id: 400 "not valid".
///
/// A target that answers 400 as it should and says "not found" has its texts wrong, not its status.
pub(super) fn not_valid(polyai: &Polyai, probe: &Probe<'_>, requirement: &str, why: &str, request: Request) {
    let exchange = probe.send(request);
    let reading = polyai.wording.read(&exchange);
    let expected = format!("400 \"{}\": {why}", not_valid_text());
    let broken = Finding::Broken {
        expected,
        got: exchange.in_short(),
    };
    if reading == Reading::NotFound {
        probe.judge("polyai.id.messages-not-swapped", &exchange, broken);
        return exact_text(probe, &exchange, not_valid_text());
    }
    let met = matches!(reading, Reading::NotValid | Reading::Unclear);
    let finding = if met { Finding::Met } else { broken };
    probe.judge(requirement, &exchange, finding);
    exact_text(probe, &exchange, not_valid_text());
}

/// The id stands where it must not count: never accepted, and not reported as found.
pub(super) fn not_counted(
    polyai: &Polyai,
    probe: &Probe<'_>,
    requirement: &str,
    place: &str,
    request: Request,
) {
    let exchange = probe.send(request);
    let expected = format!("400 \"{}\": the id stands {place}", not_found_text());
    let finding = match polyai.wording.read(&exchange) {
        Reading::Accepted | Reading::NotValid => Finding::Broken {
            expected,
            got: exchange.in_short(),
        },
        // That it fails on such a request is held against it for every exchange.
        Reading::Other if exchange.status().is_none_or(|status| status >= 500) => Finding::Undecided(
            format!("the target fails on the request: {}", exchange.in_short()),
        ),
        _ => Finding::Met,
    };
    probe.judge(requirement, &exchange, finding);
}

/// Refused with one of the row's statuses; the text is open.
pub(super) fn refused(probe: &Probe<'_>, requirement: &str, why: &str, request: Request) -> Exchange {
    let exchange = probe.send(request);
    let allowed = spec::requirement(requirement)
        .map(|row| row.status.clone())
        .unwrap_or_default();
    let list: Vec<String> = allowed.iter().map(u16::to_string).collect();
    let met = exchange.status().is_some_and(|status| {
        if allowed.is_empty() {
            (400..500).contains(&status)
        } else {
            allowed.contains(&status)
        }
    });
    let expected = if list.is_empty() {
        format!("a refusal: {why}")
    } else {
        format!("{}: {why}", list.join(" or "))
    };
    probe.judge(
        requirement,
        &exchange,
        Finding::when(met, expected, exchange.in_short()),
    );
    exchange
}

/// The text of a 400 is the one the document shows for the situation.
fn exact_text(probe: &Probe<'_>, exchange: &Exchange, documented: &str) {
    if exchange.status() == Some(400)
        && let Some(text) = message(exchange)
    {
        let finding = Finding::when(
            text == documented,
            format!("\"{documented}\""),
            format!("\"{text}\""),
        );
        probe.judge("polyai.id.exact-messages", exchange, finding);
    }
}
