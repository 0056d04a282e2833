//! The list of sessions: which of them a filter lets through, and in which order they stand.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::Entry;
use super::session_list::{CAP, list, position, sessions};
use super::sessions::{STATES, answered, usual};
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers::{self, Message};
use crate::olbrain::checks;
use crate::olbrain::fixtures::Kind;
use crate::olbrain::patience;
use crate::olbrain::rfc3339;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "session_order::status",
        Scenario,
        &["olbrain.sess.list.status"],
        status,
    ),
    (
        "session_order::since",
        Scenario,
        &["olbrain.sess.list.since"],
        since,
    ),
    (
        "session_order::order",
        Scenario,
        &["olbrain.sess.list.order"],
        order,
    ),
];

/// Sessions whose last messages are no further apart stand in either order: a target that takes two messages at once may
/// note their moments in the one order and keep them in the other.
const SAME_MOMENT: jiff::SignedDuration = jiff::SignedDuration::from_secs(1);

/// With a state, the list names no session in another one.
fn status(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.list.status";
    let Some(known) = usual(olbrain, probe, ID) else {
        return;
    };
    let Some(whole) = checks::control(probe, ID, list(olbrain, &known.agent).query("limit", "100")) else {
        return;
    };
    let states = |exchange: &Exchange| -> Option<Vec<String>> {
        let listed = sessions(exchange)?;
        Some(
            listed
                .iter()
                .filter_map(|item| answers::text(item, "status"))
                .collect(),
        )
    };
    let present: BTreeSet<String> = states(&whole).unwrap_or_default().into_iter().collect();
    for state in STATES {
        let exchange = probe.send(
            list(olbrain, &known.agent)
                .query("status", state)
                .query("limit", "100"),
        );
        let Some(shown) = states(&exchange) else {
            let finding = Finding::when(
                false,
                format!("200 with the {state} sessions"),
                exchange.in_short(),
            );
            probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
            continue;
        };
        let other = shown.iter().find(|shown| *shown != state);
        let finding = if let Some(other) = other {
            Finding::when(
                false,
                format!("{state} sessions only"),
                format!("a session that is {other}"),
            )
        } else if present.contains(state) {
            // Sessions do not change their state within the moment between the two calls.
            let expected = format!("the {state} sessions that the whole list shows");
            Finding::when(!shown.is_empty(), expected, "an empty list")
        } else {
            Finding::Met
        };
        probe.judge(ID, &exchange, finding);
    }
}

/// Nothing has happened since a moment in the future; since one long past, everything has.
fn since(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.list.since";
    let Some(known) = usual(olbrain, probe, ID) else {
        return;
    };
    let plain = list(olbrain, &known.agent).query("limit", "100");
    let Some(whole) = checks::control(probe, ID, plain.clone()) else {
        return;
    };
    if sessions(&whole).is_none_or(|list| list.is_empty()) {
        return probe.skip(ID, "the list without since is empty");
    }
    for (moment, is_past) in [
        ("2000-01-01T00:00:00Z", true),
        ("2000-01-01T00:00:00.000Z", true),
        ("2999-12-31T23:59:59Z", false),
    ] {
        let exchange = probe.send(plain.clone().query("since", moment));
        let count = sessions(&exchange).map(|listed| listed.len());
        let met = count.is_some_and(|count| (count > 0) == is_past);
        let expected = if is_past { "the sessions" } else { "no session" };
        let got = count.map_or_else(|| exchange.in_short(), |count| format!("{count} sessions"));
        let finding = Finding::when(met, format!("{expected} since {moment}"), got);
        probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    }
    between(olbrain, probe, &known.agent);
}

/// A moment between two sessions divides them. Moments are written in seconds, so there have to be some between.
fn between(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str) {
    const ID: &str = "olbrain.sess.list.since";
    let Some(early) = answered(olbrain, probe, ID, agent) else {
        return;
    };
    let plain = list(olbrain, agent).query("limit", "100");
    let lists = |exchange: &Exchange, session: &str| {
        sessions(exchange).is_some_and(|listed| position(&listed, session).is_some())
    };
    let shows_early = |exchange: &Exchange| lists(exchange, &early.session);
    let (shown, _) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &plain, shows_early);
    let shown = sessions(&shown).unwrap_or_default();
    let last = position(&shown, &early.session)
        .and_then(|at| answers::text(&shown[at], "last_message_at"))
        .and_then(|text| rfc3339::parse(&text));
    // Whole seconds, as in the samples.
    let Some(middle) = last.and_then(|last| Timestamp::from_second(last.as_second() + 1).ok()) else {
        return probe.skip(ID, "the list does not show when a session was active last");
    };
    patience::pause(probe, Duration::from_millis(2100));
    let Some(late) = answered(olbrain, probe, ID, agent) else {
        return;
    };
    if late.session == early.session {
        return probe.skip(ID, "the target puts all events into one session");
    }
    let moment = middle.to_string();
    let since = plain.clone().query("since", &moment);
    let shows_late = |exchange: &Exchange| lists(exchange, &late.session);
    let (exchange, _) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &since, shows_late);
    let Some(listed) = sessions(&exchange) else {
        return;
    };
    let (has_early, has_late) = (
        position(&listed, &early.session).is_some(),
        // Other cases may have sent so many events since that the list is full without it.
        position(&listed, &late.session).is_some() || listed.len() >= CAP,
    );
    let expected = format!("{} and not {} since {moment}", late.session, early.session);
    let got = format!(
        "{} sessions, {} the later one and {} the earlier one",
        listed.len(),
        if has_late { "with" } else { "without" },
        if has_early { "with" } else { "without" }
    );
    let finding = Finding::when(has_late && !has_early, expected, got);
    let divides = finding == Finding::Met;
    probe.judge(ID, &exchange, finding);
    if divides {
        in_another_zone(probe, &plain, middle, &early.session, &late.session);
    }
    // What counts is the last activity, and not when a session began.
    if divides && goes_on(olbrain, probe, &early) {
        let shows_early = |exchange: &Exchange| lists(exchange, &early.session);
        let (exchange, found) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &since, shows_early);
        let is_full = sessions(&exchange).is_some_and(|listed| listed.len() >= CAP);
        let wanted = format!("{} since {moment}, because it was active again", early.session);
        let expected = patience::in_time(olbrain, patience::TO_BE_SEEN, wanted);
        let got = exchange.in_short();
        probe.judge(ID, &exchange, Finding::when(found || is_full, expected, got));
    }
}

/// The same moment as the clocks of other zones show it: ISO 8601 writes their distance from UTC behind it.
fn in_another_zone(probe: &Probe<'_>, plain: &Request, moment: Timestamp, early: &str, late: &str) {
    const ID: &str = "olbrain.sess.list.since";
    for hours in [5, -5] {
        let Ok(there) = Timestamp::from_second(moment.as_second() + i64::from(hours) * 3600) else {
            continue;
        };
        let sign = if hours < 0 { '-' } else { '+' };
        let written = format!(
            "{}{sign}{:02}:00",
            there.strftime("%Y-%m-%dT%H:%M:%S"),
            i32::abs(hours)
        );
        let exchange = probe.send(plain.clone().query("since", &written));
        let finding = match sessions(&exchange) {
            Some(listed) => {
                let has_late = position(&listed, late).is_some() || listed.len() >= CAP;
                let met = has_late && position(&listed, early).is_none();
                let expected = format!("{late} and not {early} since {written}, as since {moment}");
                Finding::when(met, expected, exchange.in_short())
            }
            None => Finding::when(
                false,
                format!("a list since {written}, as since {moment}"),
                exchange.in_short(),
            ),
        };
        probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    }
}

/// Sends another message to a session in the one way that some document or client shows, and says whether it got there.
fn goes_on(olbrain: &Olbrain, probe: &Probe<'_>, known: &Message) -> bool {
    let session = serde_json::json!(known.session);
    let event = olbrain
        .fixtures
        .event_with(&known.agent, &[("session_id", session)]);
    let exchange = probe.send(event);
    answers::message(&exchange, &known.agent).is_some_and(|message| message.session == known.session)
}

/// The session that was active last comes first: by the moments that the list shows, or by what was sent when.
fn order(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.sess.list.order";
    // Another case fills the list of the first agent, so that nothing earlier shows there.
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures
        .second_agent(Kind::Conversational)
        .or_else(|_| fixtures.conversational())
    {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    let Some(early) = answered(olbrain, probe, ID, agent) else {
        return;
    };
    // Two sessions of one second may stand in either order.
    patience::pause(probe, Duration::from_millis(1100));
    let Some(late) = answered(olbrain, probe, ID, agent) else {
        return;
    };
    in_order(olbrain, probe, &late, &early);
    patience::pause(probe, Duration::from_millis(1100));
    if goes_on(olbrain, probe, &early) {
        in_order(olbrain, probe, &early, &late);
    }
}

/// The list is in order, and so are these two in it.
fn in_order(olbrain: &Olbrain, probe: &Probe<'_>, late: &Message, early: &Message) {
    const ID: &str = "olbrain.sess.list.order";
    let request = list(olbrain, &early.agent).query("limit", "100");
    if checks::control(probe, ID, request.clone()).is_none() {
        return;
    }
    // The list may show a while later what a session was sent. One that is full without these two shows them no more.
    let is_settled = |exchange: &Exchange| match order_shown(exchange, late, early) {
        Finding::Met => true,
        Finding::Undecided(_) => sessions(exchange).is_some_and(|listed| listed.len() >= CAP),
        Finding::Broken { .. } => false,
    };
    let (exchange, _) = patience::until(olbrain, probe, patience::TO_BE_SEEN, &request, is_settled);
    probe.judge(ID, &exchange, order_shown(&exchange, late, early));
}

fn order_shown(exchange: &Exchange, late: &Message, early: &Message) -> Finding {
    let Some(listed) = sessions(exchange) else {
        return Finding::Undecided("the answer is no list of sessions".to_owned());
    };
    let moments: Vec<_> = listed
        .iter()
        .filter_map(|item| rfc3339::parse(&answers::text(item, "last_message_at")?))
        .collect();
    let sorted = is_sorted(&moments);
    match (
        position(&listed, &late.session),
        position(&listed, &early.session),
    ) {
        _ if !sorted => {
            let expected = "sessions by last_message_at, the latest first";
            Finding::when(false, expected, "a later moment behind an earlier one")
        }
        (Some(late_at), Some(early_at)) if late.session != early.session => {
            let expected = format!(
                "{} before {}, which was active earlier",
                late.session, early.session
            );
            let got = format!(
                "{} at place {late_at}, {} at place {early_at}",
                late.session, early.session
            );
            Finding::when(late_at < early_at, expected, got)
        }
        _ if are_apart(&moments) => Finding::Met,
        _ => Finding::Undecided("the list shows nothing that could be in another order".to_owned()),
    }
}

/// Whether no moment stands behind an earlier one, as far as that can be told.
fn is_sorted(moments: &[Timestamp]) -> bool {
    let mut earliest: Option<Timestamp> = None;
    moments.iter().all(|moment| {
        let before = earliest.map_or(*moment, |before| before.min(*moment));
        earliest = Some(before);
        moment.duration_since(before) <= SAME_MOMENT
    })
}

/// Whether another order of these moments would show.
fn are_apart(moments: &[Timestamp]) -> bool {
    let ends = moments.iter().max().zip(moments.iter().min());
    ends.is_some_and(|(latest, earliest)| latest.duration_since(*earliest) > SAME_MOMENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(seconds: &[i64]) -> Vec<Timestamp> {
        seconds
            .iter()
            .map(|second| Timestamp::from_second(*second).unwrap())
            .collect()
    }

    #[test]
    fn an_order_is_seen_beyond_a_second() {
        assert!(is_sorted(&moments(&[9, 8, 9, 5])));
        assert!(!is_sorted(&moments(&[9, 5, 7])));
        // Each step is within a second, and the whole is the wrong way round.
        assert!(!is_sorted(&moments(&[1, 2, 3, 4])));
        assert!(are_apart(&moments(&[9, 7])));
        assert!(!are_apart(&moments(&[9, 8, 9])));
        assert!(!are_apart(&[]));
    }
}
