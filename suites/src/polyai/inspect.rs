//! What holds for every answer, whatever the case is about.

use super::Polyai;
use super::fixtures::PATH;
use crate::derive;
use crate::failure;
use crate::front;
use crate::http::{Exchange, Request};
use crate::leaks;
use crate::probe::Probe;
use crate::verdict::Finding;

/// What [`inspect`] checks on every exchange, whatever the case is about.
pub(super) const ON_EVERY_EXCHANGE: &[&str] = &[
    "polyai.response.201",
    "polyai.response.no-200",
    "polyai.response.no-redirect",
    "polyai.response.no-server-error",
    "polyai.response.no-key-leak",
    "polyai.response.no-stack-trace",
    "polyai.response.400-content-type",
    "polyai.response.401-content-type",
    "polyai.response.500-content-type",
    "polyai.response.400-schema",
    "polyai.response.401-schema",
    "polyai.response.500-schema",
    "polyai.response.error-field",
    "polyai.response.error-nonempty",
    "polyai.id.exact-messages",
    "polyai.id.messages-not-swapped",
];

/// Checks what holds for every answer to a request to the operation's path.
pub(super) fn inspect(polyai: &Polyai, probe: &Probe<'_>, exchange: &Exchange) {
    let judge = |id: &str, finding: Finding| probe.judge(id, exchange, finding);
    let request = &exchange.request;
    let is_unknown_method = exchange.status() == Some(501) && request.method != "POST";
    if !is_unknown_method
        && !provokes_failure(polyai, request)
        && let Some(finding) = failure::finding(exchange)
    {
        judge("polyai.response.no-server-error", finding);
    }
    let Ok(response) = &exchange.answer else {
        return;
    };
    let text = String::from_utf8_lossy(&response.body);
    // Where the path points at the key's own header, a message may quote what it found there.
    let points_at_key = exchange
        .request
        .query_value("event_id_path")
        .is_some_and(|p| p.eq_ignore_ascii_case("x-api-key"));
    if !points_at_key && let Ok(key) = polyai.fixtures.key() {
        judge(
            "polyai.response.no-key-leak",
            leaks::secret(response, &text, key, "the API key"),
        );
    }
    judge("polyai.response.no-stack-trace", leaks::stack_trace(&text));
    if exchange.request.method != "POST" || exchange.request.path != PATH {
        return;
    }
    if front::may_answer(request) {
        return;
    }
    let redirects = (300..400).contains(&response.status);
    judge(
        "polyai.response.no-redirect",
        Finding::when(
            !redirects,
            "no redirect",
            format!("a redirect, {}", response.status),
        ),
    );
    if response.is_success() {
        let finding = || met_or(response.status == 201, "201", exchange);
        judge("polyai.response.201", finding());
        judge("polyai.response.no-200", finding());
    }
    inspect_error(probe, exchange);
}

/// Met, or broken by this exchange. Its text is only made when it is needed: these checks are made on every exchange.
fn met_or(condition: bool, expected: &str, exchange: &Exchange) -> Finding {
    if condition {
        Finding::Met
    } else {
        Finding::Broken {
            expected: expected.to_owned(),
            got: exchange.in_short(),
        }
    }
}

/// Media type and body of the three documented errors.
fn inspect_error(probe: &Probe<'_>, exchange: &Exchange) {
    let Some(response) = exchange.response() else {
        return;
    };
    let (media, schema) = match response.status {
        400 => ("polyai.response.400-content-type", "polyai.response.400-schema"),
        401 => ("polyai.response.401-content-type", "polyai.response.401-schema"),
        500 => ("polyai.response.500-content-type", "polyai.response.500-schema"),
        _ => return,
    };
    let operation = Polyai::operation();
    if let Some(finding) = derive::content_type(operation, response) {
        probe.judge(media, exchange, finding);
    }
    if let Some(finding) = derive::schema(operation, response) {
        probe.judge(schema, exchange, finding);
    }
    let field = response
        .json()
        .and_then(|body| body.get("error_message").cloned());
    let is_text = field.as_ref().is_some_and(serde_json::Value::is_string);
    probe.judge(
        "polyai.response.error-field",
        exchange,
        met_or(is_text, "a JSON body with the string error_message", exchange),
    );
    if let Some(text) = field.as_ref().and_then(|value| value.as_str()) {
        probe.judge(
            "polyai.response.error-nonempty",
            exchange,
            Finding::when(
                !text.trim().is_empty(),
                "an error_message that says something",
                "an empty error_message",
            ),
        );
    }
}

/// Whether the request carries an id that the target was told to fail on.
fn provokes_failure(polyai: &Polyai, request: &Request) -> bool {
    let body = String::from_utf8_lossy(&request.body);
    polyai.fixtures.declared().failing_ids.iter().any(|id| {
        body.contains(id.as_str())
            || request
                .headers
                .iter()
                .chain(&request.query)
                .any(|(_, value)| value == id)
    })
}

#[cfg(test)]
mod tests;
