//! The first requests to a target: is it there, do key and agents fit, and what can later cases look at?

use super::Olbrain;
use super::answers::{self, Message};
use super::calls;
use super::fixtures::{KEY_VARIABLE, Kind};
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
        let exchange = probe.send(with_form(fixtures.signed("POST", &calls::upload(agent)), &[part]));
        if exchange.is_success() {
            known.file = answers::member(&exchange, "file_id");
        }
    }
    // The first preflight's answers stand; a second one would learn the same.
    let _ = olbrain.known.set(known);
    Ok(())
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
            NoAnswerKind::Closed => format!(
                "{base} closed the connection without a full answer: {}",
                none.detail
            ),
            NoAnswerKind::Malformed => format!("{base} does not answer with HTTP: {}", none.detail),
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
