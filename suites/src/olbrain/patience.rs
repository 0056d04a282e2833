//! Waiting for something that takes the target a while, with an end.

use std::fmt::Display;
use std::time::Duration;

use super::Olbrain;
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

/// The key of the configuration that has the suite wait longer.
const KEY: &str = "olbrain.wait_for_effects";

/// How long is waited where this much is usual: a target may be known to take longer.
pub(crate) fn allowed(olbrain: &Olbrain, usual: Duration) -> Duration {
    let declared = olbrain.fixtures.declared().wait_for_effects;
    usual.max(Duration::from_secs(declared.unwrap_or_default()))
}

/// What was waited for, with how long that was, and how to wait longer: no document says when an effect has to be there.
pub(crate) fn in_time(olbrain: &Olbrain, usual: Duration, wanted: impl Display) -> String {
    let seconds = allowed(olbrain, usual).as_secs();
    format!("{wanted}, at the latest after {seconds} s ({KEY} has the suite wait longer)")
}

/// Sends the request until `enough` says so, or the time is over: what is usual, or what the configuration allows. Returns
/// the last exchange, and whether it was enough.
///
/// The pauses are counted and not the clock, so that a slow target is asked as often as a fast one.
pub(crate) fn until(
    olbrain: &Olbrain,
    probe: &Probe<'_>,
    usual: Duration,
    request: &Request,
    enough: impl Fn(&Exchange) -> bool,
) -> (Exchange, bool) {
    let time = allowed(olbrain, usual);
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
pub(crate) fn seen(
    olbrain: &Olbrain,
    probe: &Probe<'_>,
    requirement: &str,
    request: &Request,
) -> Option<Exchange> {
    let there = |exchange: &Exchange| exchange.is_success() || exchange.is_withheld();
    let (exchange, found) = until(olbrain, probe, TO_BE_SEEN, request, there);
    if found {
        return Some(exchange);
    }
    let sight = in_time(olbrain, TO_BE_SEEN, "what was just made has to be seen");
    let reason = format!("{sight}, but {}", exchange.in_short());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{BaseUrl, Limits, Redactor};
    use crate::target::Target;

    fn allowing(seconds: Option<u64>) -> Olbrain {
        let mut declared = mock_server::Fixtures::builtin().olbrain;
        declared.wait_for_effects = seconds;
        let base = BaseUrl::parse("http://127.0.0.1:1").unwrap();
        Olbrain::new(
            Target::new(base, Limits::default(), false, Redactor::default()),
            declared,
            1,
        )
    }

    #[test]
    fn the_configuration_lengthens_every_wait_and_shortens_none() {
        let waits = |seconds| [TO_BE_SEEN, TO_OBEY].map(|usual| allowed(&allowing(seconds), usual).as_secs());
        assert_eq!(waits(None), [2, 15]);
        assert_eq!(waits(Some(1)), [2, 15]);
        assert_eq!(waits(Some(5)), [5, 15]);
        assert_eq!(waits(Some(60)), [60, 60]);
    }

    #[test]
    fn whoever_waited_in_vain_is_told_how_to_wait_longer() {
        assert_eq!(
            in_time(&allowing(Some(20)), TO_BE_SEEN, "200"),
            "200, at the latest after 20 s (olbrain.wait_for_effects has the suite wait longer)"
        );
    }
}
