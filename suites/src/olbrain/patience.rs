//! Waiting for something that takes the target a while, with an end.

use std::time::Duration;

use crate::http::{Exchange, Request};
use crate::probe::Probe;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// How long what was just made may take to be seen.
pub(crate) const TO_BE_SEEN: Duration = Duration::from_secs(2);

/// How long a run may take from one state to the next.
pub(crate) const TO_MOVE_ON: Duration = Duration::from_secs(4);

/// Sends the request until `enough` says so, or the time is over. Returns the last exchange, and whether it was enough.
///
/// The pauses are counted and not the clock, so that a slow target is asked as often as a fast one.
pub(crate) fn until(
    probe: &Probe<'_>,
    time: Duration,
    request: &Request,
    enough: impl Fn(&Exchange) -> bool,
) -> (Exchange, bool) {
    let mut waited = Duration::ZERO;
    loop {
        let exchange = probe.send(request.clone());
        if enough(&exchange) {
            return (exchange, true);
        }
        if waited >= time || exchange.answer.is_err() {
            return (exchange, false);
        }
        pause(probe, PAUSE);
        waited += PAUSE;
    }
}

/// Lets time of our own pass, for what other cases are about to do.
pub(crate) fn settle(time: Duration) {
    std::thread::sleep(time);
}

/// Lets time pass, where only the target's clock can bring something about.
pub(crate) fn pause(probe: &Probe<'_>, time: Duration) {
    std::thread::sleep(time / probe.run().settings().pace.max(1));
}
