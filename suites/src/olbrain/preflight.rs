//! The first requests to a target: is it there, do key and agents fit, and what can later cases look at?

use super::Olbrain;
use super::answers::{self, Message};
use super::calls;
use super::fixtures::{AUTHORIZATION, KEY_VARIABLE, Kind, bearer};
use super::multipart::{Part, with_form};
use crate::http::{Exchange, NoAnswerKind};
use crate::probe::Probe;
use crate::suite::Stop;

/// What the first requests made, for cases that only need something to look at.
#[derive(Debug)]
pub(crate) struct Known {
    /// A message of a conversational agent.
    pub(crate) message: Option<Message>,
    /// A run of a workflow agent.
    pub(crate) run: Option<Run>,
    /// An uploaded file of the workflow agent.
    pub(crate) file: Option<String>,
}

/// A run and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) agent: String,
    pub(crate) run: String,
}

impl Known {
    /// Before the preflight.
    pub(crate) const fn nothing() -> Self {
        Self {
            message: None,
            run: None,
            file: None,
        }
    }
}

pub(super) fn run(olbrain: &Olbrain, probe: &Probe<'_>) -> Result<(), Stop> {
    let fixtures = &olbrain.fixtures;
    let stop = |reason: String| Stop {
        reason,
        exchange: None,
    };
    fixtures.key().map_err(stop)?;
    if probe.is_safe() {
        key_counts(olbrain, probe)?;
        // The first preflight's answers stand; a second one would learn the same.
        let _ = olbrain.known.set(found(olbrain, probe));
        return Ok(());
    }
    let any = fixtures.any().map_err(stop)?;
    let mut known = Known::nothing();
    let mut refusals = Vec::new();
    for kind in [Kind::Conversational, Kind::Workflow] {
        let Ok(agent) = fixtures.agent(kind) else {
            continue;
        };
        let exchange = probe.send(fixtures.event(agent));
        if exchange.is_success() {
            match kind {
                Kind::Conversational => known.message = answers::message(&exchange, agent),
                Kind::Workflow => {
                    known.run = answers::run_id(&exchange).map(|run| Run {
                        agent: agent.to_owned(),
                        run,
                    });
                }
            }
        } else {
            refusals.push((agent, exchange));
        }
    }
    let kinds = [Kind::Conversational, Kind::Workflow];
    let asked = kinds.iter().filter(|kind| fixtures.agent(**kind).is_ok()).count();
    if refusals.len() == asked {
        let plain = fixtures.event(any);
        let is_plain = plain.header_value("Content-Type") != Some(WITH_CHARSET);
        if is_plain
            && probe
                .send(plain.set_header("Content-Type", WITH_CHARSET))
                .is_success()
        {
            fixtures.learn_media_type(WITH_CHARSET);
            return run(olbrain, probe);
        }
        let (agent, exchange) = refusals.swap_remove(0);
        // A target that sends every event elsewhere is there, and is judged for it.
        if !exchange
            .status()
            .is_some_and(|status| (300..400).contains(&status))
        {
            return Err(explain(olbrain, agent, exchange));
        }
    }
    if let Ok(agent) = fixtures.workflow() {
        let part = Part::file(
            "customers.csv",
            "text/csv",
            "name,email\r\nJane Doe,buyer@example.com\r\n",
        );
        let mut answered = None;
        let log = probe.apart(|| {
            answered = Some(probe.send(with_form(fixtures.signed("POST", &calls::upload(agent)), &[part])));
        });
        // Without uploads the path is nobody's, and its answer says nothing about the API.
        if let Some(exchange) = answered.filter(Exchange::is_success) {
            probe.merge(log);
            known.file = answers::member(&exchange, "file_id");
        }
    }
    olbrain.unserved.learn(olbrain, probe, &known);
    // The first preflight's answers stand; a second one would learn the same.
    let _ = olbrain.known.set(known);
    Ok(())
}

/// In safe mode: an unknown agent is answered 404 under the valid key, and something else under a wrong one.
fn key_counts(olbrain: &Olbrain, probe: &Probe<'_>) -> Result<(), Stop> {
    let fixtures = &olbrain.fixtures;
    let agent = fixtures.unknown_agent();
    let right = probe.send(fixtures.event(&agent));
    if right.status() != Some(404) {
        return Err(explain(olbrain, &agent, right));
    }
    let wrong = probe.send(
        fixtures
            .event(&agent)
            .set_header(AUTHORIZATION, &bearer("ak_hookproof_unknown_key")),
    );
    if wrong.answer.is_ok() && wrong.status() != right.status() {
        return Ok(());
    }
    Err(Stop {
        reason: format!(
            "{} answers an unknown agent under the valid key and under a wrong one alike ({}), so that safe mode cannot see \
             whether the key is valid, or whether the path is served at all. Check the URL and {KEY_VARIABLE} or \
             olbrain.keys.valid; --full judges with an accepted event",
            olbrain.target.base().as_str(),
            wrong.in_short()
        ),
        exchange: Some(wrong),
    })
}

/// What the target holds already, as its lists show it: nothing new is made in safe mode.
fn found(olbrain: &Olbrain, probe: &Probe<'_>) -> Known {
    let fixtures = &olbrain.fixtures;
    let first = |path: String, list: &str| {
        let exchange = probe.send(fixtures.get(&path));
        let body = answers::body(&exchange).filter(|_| exchange.is_success())?;
        body.get(list)?.get(0).cloned()
    };
    let run = fixtures.workflow().ok().and_then(|agent| {
        let run = answers::text(&first(calls::runs(agent), "runs")?, "run_id")?;
        Some(Run {
            agent: agent.to_owned(),
            run,
        })
    });
    let message = fixtures.conversational().ok().and_then(|agent| {
        let session = answers::text(&first(calls::sessions(agent), "sessions")?, "session_id")?;
        let message = first(calls::messages(agent, &session), "messages")?;
        Some(Message {
            agent: agent.to_owned(),
            session,
            message: answers::text(&message, "message_id")?,
            // What the message says depends on who wrote it.
            response: String::new(),
        })
    });
    Known {
        message,
        run,
        file: None,
    }
}

/// Another way to label JSON: a target that takes only this one is judged, not turned away.
pub(super) const WITH_CHARSET: &str = "application/json; charset=utf-8";

fn explain(olbrain: &Olbrain, agent: &str, exchange: Exchange) -> Stop {
    let base = olbrain.target.base().as_str();
    let reason = match (&exchange.answer, exchange.status()) {
        (Err(none), _) => match none.kind {
            NoAnswerKind::Unreachable => format!(
                "{base} cannot be reached: {}. Is the server running, and is the URL right?",
                none.detail
            ),
            NoAnswerKind::Tls => format!("{base} could not be spoken to over TLS: {}", none.detail),
            NoAnswerKind::TimedOut => format!("{base} did not answer: {}", none.detail),
            NoAnswerKind::Closed | NoAnswerKind::Cut => format!(
                "{base} closed the connection without a full answer: {}",
                none.detail
            ),
            NoAnswerKind::Malformed => format!("{base} does not answer with HTTP: {}", none.detail),
            NoAnswerKind::Withheld => none.detail.clone(),
        },
        (_, Some(401 | 403)) => {
            format!("{base} refuses the key of an ordinary event; check {KEY_VARIABLE} or olbrain.keys.valid")
        }
        (_, Some(404)) => format!(
            "{base} does not serve the path, or does not know the agent {agent}; check the URL, what stands in front of \
             the path, and the agents in [olbrain]"
        ),
        _ => format!(
            "{base} did not take an ordinary event for the agent {agent} ({}); nothing can be judged before it does. \
             Check the URL, the key and the agents in [olbrain]",
            exchange.in_short()
        ),
    };
    Stop {
        reason,
        exchange: Some(exchange),
    }
}
