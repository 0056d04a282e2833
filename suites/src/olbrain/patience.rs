//! Waiting for something that takes the target a while, with an end.

use std::time::Duration;

use crate::http::{Exchange, Request};
use crate::probe::Probe;
use crate::verdict::Finding;

/// Between the first two looks. Each later pause is longer by a quarter, so that a slow target is not asked hundreds of
/// times.
const PAUSE: Duration = Duration::from_millis(40);

/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// How long what was just made may take to be seen.
pub(crate) const TO_BE_SEEN: Duration = Duration::from_secs(2);

/// How long a run may take from one state to the next.
pub(crate) const TO_MOVE_ON: Duration = Duration::from_secs(4);

/// How long what a control call asks for may take: a run may have to come to the end of a step first.
pub(crate) const TO_OBEY: Duration = Duration::from_secs(15);

/// How long a run may wait for its start.
pub(crate) const TO_START: Duration = Duration::from_secs(15);

/// Sends the request until `enough` says so, or the time is over. Returns the last exchange, and whether it was enough.
///
/// The pauses are counted and not the clock, so that a slow target is asked as often as a fast one.
pub(crate) fn until(
    probe: &Probe<'_>,
    time: Duration,
    request: &Request,
    enough: impl Fn(&Exchange) -> bool,
) -> (Exchange, bool) {
    let (mut waited, mut next) = (Duration::ZERO, PAUSE);
    loop {
        let exchange = probe.send(request.clone());
        if enough(&exchange) {
            return (exchange, true);
        }
        if waited >= time || exchange.answer.is_err() {
            return (exchange, false);
        }
        pause(probe, next);
        waited += next;
        next = (next * 5 / 4).min(LONGEST_PAUSE);
    }
}

/// Sends the request, which is for what was just made, until it succeeds. `None`, and the requirement undecided, where it
/// does not: that failure belongs to another requirement.
pub(crate) fn seen(probe: &Probe<'_>, requirement: &str, request: &Request) -> Option<Exchange> {
    let there = |exchange: &Exchange| exchange.is_success() || exchange.is_withheld();
    let (exchange, found) = until(probe, TO_BE_SEEN, request, there);
    if found {
        return Some(exchange);
    }
    let reason = format!("what was just made cannot be seen: {}", exchange.in_short());
    probe.judge(requirement, &exchange, Finding::Undecided(reason));
    None
}

/// Lets time of our own pass, for what other cases are about to do.
pub(crate) fn settle(time: Duration) {
    std::thread::sleep(time);
}

/// Lets time pass, where only the target's clock can bring something about.
pub(crate) fn pause(probe: &Probe<'_>, time: Duration) {
    std::thread::sleep(time / probe.run().settings().pace.max(1));
}
