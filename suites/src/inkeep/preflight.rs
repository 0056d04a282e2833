//! The first requests to a target: is it there, does the token fit, which body does it accept, and which ids did no
//! earlier run use?

use serde_json::{Value, json};

use super::Inkeep;
use super::event::{event, member};
use super::fixtures::{Fixtures, Form, Learned, Stored, post_under};
use crate::http::{Exchange, NoAnswerKind};
use crate::probe::Probe;
use crate::suite::Stop;

/// A server that keeps its events keeps those of earlier runs too; so many runs with one seed find ids of their own.
const ATTEMPTS: u64 = 256;

pub(super) fn run(inkeep: &Inkeep, probe: &Probe<'_>) -> Result<(), Stop> {
    inkeep.fixtures.key().map_err(|reason| Stop {
        reason,
        exchange: None,
    })?;
    if probe.is_safe() {
        key_counts(inkeep, probe)?;
        inkeep.fixtures.learn(Learned {
            prefix: inkeep.fixtures.prefix(0),
            form: Form::Minimal,
            stored: None,
            tells_new: false,
            takes_repeats: true,
        });
        return Ok(());
    }
    let form = known_good(inkeep, probe)?;
    let (prefix, first) = unused_prefix(inkeep, probe, form);
    let stored = first.and_then(|(sent, exchange)| {
        let event = event(&exchange)?;
        Some((exchange.status(), Stored { sent, event }))
    });
    let again = stored
        .as_ref()
        .map(|(_, stored)| probe.send(inkeep.fixtures.post(&stored.sent)));
    let statuses = stored
        .as_ref()
        .zip(again.as_ref())
        .map(|((first, _), again)| (*first, again.status()));
    inkeep.fixtures.learn(Learned {
        prefix,
        form,
        stored: stored.map(|(_, stored)| stored),
        tells_new: statuses == Some((Some(201), Some(200))),
        takes_repeats: again.is_none_or(|again| again.is_success()),
    });
    Ok(())
}

/// In safe mode: a body without a type is refused with another answer under the valid token than under a wrong one.
fn key_counts(inkeep: &Inkeep, probe: &Probe<'_>) -> Result<(), Stop> {
    let right = probe.send(inkeep.fixtures.post(&json!({})));
    if !matches!(right.status(), Some(400 | 422)) {
        return Err(explain(inkeep, right));
    }
    let wrong = probe.send(post_under("hookproof-unknown-key", &json!({})));
    if wrong.answer.is_ok() && wrong.status() != right.status() {
        return Ok(());
    }
    Err(Stop {
        reason: format!(
            "{} answers a body without a type under the valid token and under a wrong one alike ({}), so that safe mode \
             cannot see whether the token is valid. Check HOOKPROOF_INKEEP_KEY or inkeep.keys.valid; --full judges with \
             an accepted event",
            inkeep.target.base().as_str(),
            wrong.in_short()
        ),
        exchange: Some(wrong),
    })
}

/// The plainest body that is accepted: a target that fails one form is judged, not turned away.
fn known_good(inkeep: &Inkeep, probe: &Probe<'_>) -> Result<Form, Stop> {
    let mut first = None;
    for form in [Form::Minimal, Form::WithId, Form::Full] {
        // The type of the sample, and for a target that takes it for a placeholder the one that the guide shows.
        let kind = if form == Form::Minimal {
            "string"
        } else {
            "user_message_submitted"
        };
        let body = inkeep.fixtures.body_of(form, probe.case(), kind);
        let exchange = probe.send(inkeep.fixtures.post(&body));
        if exchange.is_success() && (form != Form::Minimal || keeps_apart(inkeep, probe)) {
            return Ok(form);
        }
        let unreachable = exchange.answer.is_err();
        first.get_or_insert(exchange);
        if unreachable {
            break;
        }
    }
    let exchange = first.expect("at least one request was sent");
    if exchange.is_success() {
        return Ok(Form::Minimal);
    }
    Err(explain(inkeep, exchange))
}

/// Whether events without an id are events of their own. Where they are not, only ones with an id can tell anything
/// about other rules.
fn keeps_apart(inkeep: &Inkeep, probe: &Probe<'_>) -> bool {
    let kind = "hookproof_second";
    let exchange = probe.send(inkeep.fixtures.post(&json!({ "type": kind })));
    event(&exchange).is_none_or(|event| *member(&event, "type") == json!(kind))
}

/// Looks for what ids can begin with: the first event under a prefix is new, or else an earlier run has used it. Returns
/// that event as well, where it was accepted.
fn unused_prefix(inkeep: &Inkeep, probe: &Probe<'_>, form: Form) -> (String, Option<(Value, Exchange)>) {
    let mark = |prefix: &str| {
        let id = format!("{prefix}mark");
        let body = Fixtures::body_in(form, &id, "hookproof_preflight");
        let exchange = probe.send(inkeep.fixtures.post(&body));
        (body, exchange)
    };
    for attempt in 0..ATTEMPTS {
        let prefix = inkeep.fixtures.prefix(attempt);
        let (body, exchange) = mark(&prefix);
        match exchange.status() {
            Some(201) => return (prefix, Some((body, exchange))),
            // Another success may mean that the id is taken, and so may a conflict.
            Some(status) if (200..300).contains(&status) || status == 409 => {
                if attempt == 0 && status != 409 && always_the_same(inkeep, probe, status) {
                    break;
                }
            }
            _ => return (prefix, None),
        }
    }
    // The target does not tell new ids from old ones, or too many of them are used.
    let prefix = Fixtures::random_prefix();
    let (body, exchange) = mark(&prefix);
    let accepted = exchange.is_success().then_some((body, exchange));
    (prefix, accepted)
}

/// Whether an id that nobody can have used gets the same answer as one that may be taken.
fn always_the_same(inkeep: &Inkeep, probe: &Probe<'_>, status: u16) -> bool {
    let body = json!({ "id": Fixtures::random_prefix(), "type": "hookproof_preflight" });
    probe.send(inkeep.fixtures.post(&body)).status() == Some(status)
}

fn explain(inkeep: &Inkeep, exchange: Exchange) -> Stop {
    let base = inkeep.target.base().as_str();
    let reason = match (&exchange.answer, exchange.status()) {
        (Err(none), _) => match none.kind {
            NoAnswerKind::Unreachable => format!(
                "{base} cannot be reached: {}. Is the server running, and is the URL right?",
                none.detail
            ),
            NoAnswerKind::Tls => format!("{base} could not be spoken to over TLS: {}", none.detail),
            NoAnswerKind::TimedOut => format!("{base} did not answer: {}", none.detail),
            NoAnswerKind::Closed | NoAnswerKind::Cut => {
                format!(
                    "{base} closed the connection without a full answer: {}",
                    none.detail
                )
            }
            NoAnswerKind::Malformed => format!("{base} does not answer with HTTP: {}", none.detail),
            NoAnswerKind::Withheld => none.detail.clone(),
        },
        (_, Some(401 | 403)) => format!(
            "{base} refuses the token of the known-good request; check HOOKPROOF_INKEEP_KEY or inkeep.keys.valid"
        ),
        (_, Some(404)) => {
            format!("{base} does not serve the path; check the URL and what stands in front of the path")
        }
        _ => format!(
            "{base} did not accept the known-good request ({}); nothing can be judged before it does. Check the URL \
             and inkeep.keys.valid",
            exchange.in_short()
        ),
    };
    Stop {
        reason,
        exchange: Some(exchange),
    }
}
