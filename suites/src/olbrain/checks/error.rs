//! The one envelope of all errors.

use serde_json::Value;

use crate::derive;
use crate::http::Exchange;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls::Call;
use crate::olbrain::ledger::Named;
use crate::probe::Probe;
use crate::verdict::Finding;

/// Rows of a documented status: its media type and its body.
fn rows(status: u16) -> Option<(&'static str, &'static str)> {
    Some(match status {
        400 => ("olbrain.response.400-content-type", "olbrain.response.400-schema"),
        401 => ("olbrain.response.401-content-type", "olbrain.response.401-schema"),
        404 => ("olbrain.response.404-content-type", "olbrain.response.404-schema"),
        413 => ("olbrain.response.413-content-type", "olbrain.response.413-schema"),
        415 => ("olbrain.response.415-content-type", "olbrain.response.415-schema"),
        500 => ("olbrain.response.500-content-type", "olbrain.response.500-schema"),
        502 => ("olbrain.response.502-content-type", "olbrain.response.502-schema"),
        _ => return None,
    })
}

/// Checks an error that the contract documents for the call. One that it does not document, such as 405, may come from
/// what a server is built on and have a form of its own.
pub(super) fn inspect(olbrain: &Olbrain, probe: &Probe<'_>, exchange: &Exchange, call: Call<'_>) {
    let Some(response) = exchange.response() else {
        return;
    };
    let Some((media, schema)) = rows(response.status) else {
        return;
    };
    if call.operation.response(response.status).is_none() {
        return;
    }
    let judge = |id: &str, finding: Finding| probe.judge(id, exchange, finding);
    if let Some(finding) = derive::content_type(call.operation, response) {
        judge(media, finding.clone());
        judge("olbrain.err.ct", finding);
    }
    if let Some(finding) = derive::schema(call.operation, response) {
        judge(schema, finding);
    }
    let body = response.json();
    let error = body.as_ref().and_then(|body| body.get("error"));
    let absent: Vec<&str> = ["code", "message", "request_id"]
        .into_iter()
        .filter(|name| {
            !error
                .and_then(|error| error.get(*name))
                .is_some_and(Value::is_string)
        })
        .collect();
    let expected = "a JSON object whose error holds the texts code, message and request_id";
    let got = format!(
        "{} without {} as text in error",
        exchange.in_short(),
        absent.join(", ")
    );
    judge(
        "olbrain.err.envelope",
        Finding::when(absent.is_empty(), expected, got),
    );
    parts(olbrain, probe, exchange);
}

/// The members, each where it is a text at all; where it is not, the envelope is broken and nothing else.
fn parts(olbrain: &Olbrain, probe: &Probe<'_>, exchange: &Exchange) {
    let parts = answers::error(exchange);
    let filled = |id: &str, name: &str, part: Option<&String>| {
        if let Some(text) = part {
            let expected = format!("an error.{name} that is not empty");
            let met = !text.trim().is_empty();
            probe.judge(id, exchange, Finding::when(met, expected, exchange.in_short()));
        }
    };
    filled("olbrain.err.codes", "code", parts.code.as_ref());
    filled("olbrain.err.message", "message", parts.message.as_ref());
    filled("olbrain.err.request-id", "request_id", parts.request_id.as_ref());
    if let Some(id) = parts.request_id.as_deref().filter(|id| !id.is_empty()) {
        let new = olbrain.ledger.is_new(Named::Request, id);
        let finding = Finding::when(
            new,
            "an error.request_id that no answer had before",
            format!("{id}, as in an earlier answer"),
        );
        probe.judge("olbrain.err.request-id.unique", exchange, finding);
        prefix(probe, exchange, "olbrain.err.request-id.prefix", id);
    }
    // A key without a permission is another matter than a key that is not valid.
    let is_limited = olbrain.fixtures.has_limited_key(&exchange.request);
    if exchange.status() == Some(401)
        && !is_limited
        && let Some(code) = parts.code.filter(|code| !code.is_empty())
    {
        let expected = documented("olbrain.auth.code");
        let finding = Finding::when(
            code == expected,
            format!("the code {expected}"),
            format!("the code {code}"),
        );
        probe.judge("olbrain.auth.code", exchange, finding);
    }
}

/// The text that a row gives.
fn documented(id: &str) -> &'static str {
    spec::requirement(id)
        .and_then(|row| row.text.as_deref())
        .unwrap_or_default()
}

/// An id begins as in the samples, which is the text of the row.
pub(super) fn prefix(probe: &Probe<'_>, exchange: &Exchange, row: &str, id: &str) {
    let prefix = spec::requirement(row)
        .and_then(|row| row.text.as_deref())
        .unwrap_or_default();
    let finding = Finding::when(
        id.starts_with(prefix),
        format!("an id that begins with {prefix}"),
        id,
    );
    probe.judge(row, exchange, finding);
}
