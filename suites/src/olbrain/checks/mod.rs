//! Checks: what an exchange means for a requirement. Expected values come from the catalogue or stand here as literals.

mod error;
mod file;
mod judge;
mod queued;
mod reply;

pub(super) use file::entries;
pub(super) use judge::{accepted, coded, control, equivalent, refused, refused_beside, undecided_unless};

use memchr::memmem;

use super::Olbrain;
use super::calls::Call;
use super::fixtures::Kind;
use crate::failure;
use crate::front;
use crate::http::{Exchange, NoAnswerKind};
use crate::leaks;
use crate::probe::Probe;
use crate::verdict::Finding;

/// What [`inspect`] checks on every exchange, whatever the case is about.
pub(super) const ON_EVERY_EXCHANGE: &[&str] = &[
    "olbrain.response.no-redirect",
    "olbrain.response.no-server-error",
    "olbrain.response.no-key-leak",
    "olbrain.response.no-stack-trace",
    "olbrain.response.400-content-type",
    "olbrain.response.401-content-type",
    "olbrain.response.404-content-type",
    "olbrain.response.413-content-type",
    "olbrain.response.415-content-type",
    "olbrain.response.500-content-type",
    "olbrain.response.502-content-type",
    "olbrain.response.400-schema",
    "olbrain.response.401-schema",
    "olbrain.response.404-schema",
    "olbrain.response.413-schema",
    "olbrain.response.415-schema",
    "olbrain.response.500-schema",
    "olbrain.response.502-schema",
    "olbrain.err.envelope",
    "olbrain.err.ct",
    "olbrain.err.codes",
    "olbrain.err.message",
    "olbrain.err.request-id",
    "olbrain.err.request-id.unique",
    "olbrain.err.request-id.prefix",
    "olbrain.auth.code",
    "olbrain.conv.200",
    "olbrain.conv.success",
    "olbrain.conv.session-id",
    "olbrain.conv.session-id.prefix",
    "olbrain.conv.message-id",
    "olbrain.conv.message-id.prefix",
    "olbrain.conv.message-id.unique",
    "olbrain.conv.agent-id",
    "olbrain.conv.org-id",
    "olbrain.conv.org-id.prefix",
    "olbrain.conv.org-id.constant",
    "olbrain.conv.project-id",
    "olbrain.conv.project-id.prefix",
    "olbrain.conv.project-id.constant",
    "olbrain.conv.response",
    "olbrain.conv.files.array",
    "olbrain.conv.tokens",
    "olbrain.conv.tokens.sum",
    "olbrain.conv.processing-time",
    "olbrain.conv.processing-time.bound",
    "olbrain.conv.timestamp",
    "olbrain.conv.timestamp.precision",
    "olbrain.file.fields",
    "olbrain.file.url",
    "olbrain.file.url.https",
    "olbrain.file.size",
    "olbrain.file.filename",
    "olbrain.file.kind",
    "olbrain.wf.202",
    "olbrain.wf.run-id",
    "olbrain.wf.run-id.prefix",
    "olbrain.wf.status",
    "olbrain.wf.unique",
];

/// Checks what holds for every answer of the target.
pub(super) fn inspect(olbrain: &Olbrain, probe: &Probe<'_>, exchange: &Exchange) {
    if exchange.request.origin.is_some() {
        // The address of a file need not be one of the API's own.
        return;
    }
    no_server_error(olbrain, probe, exchange);
    if exchange.answer.is_err() {
        return;
    }
    discreet(olbrain, probe, exchange);
    let Some(call) = Call::of(&exchange.request) else {
        return;
    };
    if front::may_answer(&exchange.request) {
        return;
    }
    let redirects = exchange
        .status()
        .is_some_and(|status| (300..400).contains(&status));
    let finding = Finding::when(!redirects, "no redirect", exchange.in_short());
    probe.judge("olbrain.response.no-redirect", exchange, finding);
    error::inspect(olbrain, probe, exchange, call);
    if call.is_trigger() && exchange.is_success() {
        for (agent, kind) in olbrain.fixtures.agents() {
            if call.is_for(agent) {
                match kind {
                    Kind::Conversational => reply::inspect(olbrain, probe, exchange, agent),
                    Kind::Workflow => queued::inspect(olbrain, probe, exchange, agent),
                }
            }
        }
    }
}

/// Nothing that a client sends makes the server fail, unless the target was declared to fail just there.
fn no_server_error(olbrain: &Olbrain, probe: &Probe<'_>, exchange: &Exchange) {
    const ID: &str = "olbrain.response.no-server-error";
    let call = Call::of(&exchange.request);
    let provoked = call.is_some_and(|call| {
        call.is_trigger() && olbrain.fixtures.failing().any(|agent| call.is_for(agent))
            || call.is_upload() && olbrain.fixtures.failing_upload().any(|agent| call.is_for(agent))
    });
    // An upload that breaks off may be answered as one that the server could not finish.
    let breaks_off = call.is_some_and(|call| call.is_upload()) && !exchange.request.body.ends_with(b"--\r\n");
    // Beyond that size a target may also fail for the size.
    let is_large = exchange.request.body.len() > failure::SERVED_BODY_BYTES;
    if provoked || breaks_off || is_large {
        return;
    }
    let finding = match &exchange.answer {
        Ok(response) if response.status == 501 && call.is_none() => return,
        // An agent may think for long; that is no failure of the service.
        Err(none) if none.kind == NoAnswerKind::TimedOut => Finding::Undecided(exchange.in_short()),
        _ => match failure::finding(exchange) {
            Some(finding) => finding,
            None => return,
        },
    };
    probe.judge(ID, exchange, finding);
}

/// An answer repeats neither the key nor the insides of the server.
fn discreet(olbrain: &Olbrain, probe: &Probe<'_>, exchange: &Exchange) {
    let Some(response) = exchange.response() else {
        return;
    };
    let text = String::from_utf8_lossy(&response.body);
    if let Ok(key) = olbrain.fixtures.key() {
        // What an agent makes of a body, and so a key that stands in it, is its own affair.
        let in_body = memmem::find(&exchange.request.body, key.as_bytes()).is_some();
        if !in_body {
            let finding = leaks::secret(response, &text, key, "the access key");
            probe.judge("olbrain.response.no-key-leak", exchange, finding);
        }
    }
    probe.judge(
        "olbrain.response.no-stack-trace",
        exchange,
        leaks::stack_trace(&text),
    );
}

#[cfg(test)]
mod tests;
