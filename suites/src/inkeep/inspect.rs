//! What holds for every answer, whatever the case is about.

use super::Inkeep;
use super::event::{event, member};
use super::fixtures::PATH;
use super::problem;
use crate::derive;
use crate::failure;
use crate::front;
use crate::http::{Exchange, Request};
use crate::leaks;
use crate::probe::Probe;
use crate::verdict::Finding;

/// What [`inspect`] checks on every exchange, whatever the case is about.
pub(super) const ON_EVERY_EXCHANGE: &[&str] = &[
    "inkeep.route.post",
    "inkeep.auth.ok",
    "inkeep.resp.ct.200",
    "inkeep.resp.ct.201",
    "inkeep.resp.schema.200",
    "inkeep.resp.schema.201",
    "inkeep.resp.envelope",
    "inkeep.resp.types",
    "inkeep.err.ct.400",
    "inkeep.err.ct.401",
    "inkeep.err.ct.403",
    "inkeep.err.ct.422",
    "inkeep.err.ct.500",
    "inkeep.err.schema.400",
    "inkeep.err.schema.401",
    "inkeep.err.schema.403",
    "inkeep.err.schema.422",
    "inkeep.err.schema.500",
    "inkeep.err.required",
    "inkeep.err.optional",
    "inkeep.err.status-match",
    "inkeep.err.code-match",
    "inkeep.err.title-match",
    "inkeep.err.legacy",
    "inkeep.err.legacy.message",
    "inkeep.response.no-server-error",
    "inkeep.response.no-redirect",
    "inkeep.response.no-key-leak",
    "inkeep.response.no-stack-trace",
];

/// Checks what holds for every answer to a request to the operation's path.
pub(super) fn inspect(inkeep: &Inkeep, probe: &Probe<'_>, exchange: &Exchange) {
    let judge = |id: &str, finding: Finding| probe.judge(id, exchange, finding);
    let request = &exchange.request;
    let is_unknown_method = exchange.status() == Some(501) && request.method != "POST";
    if !is_unknown_method
        && !provokes_failure(inkeep, request)
        && let Some(finding) = failure::finding(exchange)
    {
        judge("inkeep.response.no-server-error", finding);
    }
    let Some(response) = exchange.response() else {
        return;
    };
    let text = String::from_utf8_lossy(&response.body);
    if let Some(token) = sent_token(request) {
        judge(
            "inkeep.response.no-key-leak",
            leaks::secret(response, &text, token, "the token"),
        );
    }
    judge("inkeep.response.no-stack-trace", leaks::stack_trace(&text));
    if request.method != "POST" || request.path != PATH {
        return;
    }
    if front::may_answer(request) {
        return;
    }
    let redirects = (300..400).contains(&response.status);
    let got = format!("a redirect, {}", response.status);
    judge(
        "inkeep.response.no-redirect",
        Finding::when(!redirects, "no redirect", got),
    );
    if shows_valid_token(inkeep, request) {
        let finding = Finding::when(
            !matches!(response.status, 401 | 403),
            "no 401 and no 403, because the token is valid",
            exchange.in_short(),
        );
        judge("inkeep.auth.ok", finding);
    }
    if response.is_success() {
        inspect_event(probe, exchange);
    } else {
        problem::inspect(probe, exchange);
    }
}

/// The token that a request shows in its header and nowhere else: a server that repeats the address of a request has
/// not been given a secret there.
fn sent_token(request: &Request) -> Option<&str> {
    let value = request.header_value("authorization")?.trim();
    let token = value.rsplit(' ').next().unwrap_or(value);
    let telling = token.len() >= leaks::TELLING_CHARACTERS;
    let elsewhere = request.query.iter().any(|(_, value)| value.contains(token));
    (telling && !elsewhere).then_some(token)
}

/// Whether a request has the valid token where it belongs, and says so as plainly as the page does.
fn shows_valid_token(inkeep: &Inkeep, request: &Request) -> bool {
    let mut values = request
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let valid = inkeep.fixtures.key().map(|key| format!("Bearer {key}"));
    match (values.next(), values.next(), valid) {
        (Some((name, value)), None, Ok(valid)) => name == "Authorization" && *value == valid,
        _ => false,
    }
}

/// Whether the target was told to fail on this request.
fn provokes_failure(inkeep: &Inkeep, request: &Request) -> bool {
    let failing = inkeep.fixtures.keys().failing.as_deref();
    failing.is_some_and(|failing| sent_token(request) == Some(failing))
}

/// Status, media type and body of an answer to an event that was accepted.
fn inspect_event(probe: &Probe<'_>, exchange: &Exchange) {
    let Some(response) = exchange.response() else {
        return;
    };
    let documented = matches!(response.status, 200 | 201);
    let finding = Finding::when(
        documented,
        "200 or 201 for an accepted event",
        exchange.in_short(),
    );
    probe.judge("inkeep.route.post", exchange, finding);
    let operation = Inkeep::operation();
    let (media_type, schema) = match response.status {
        200 => ("inkeep.resp.ct.200", "inkeep.resp.schema.200"),
        201 => ("inkeep.resp.ct.201", "inkeep.resp.schema.201"),
        _ => return,
    };
    if let Some(finding) = derive::content_type(operation, response) {
        probe.judge(media_type, exchange, finding);
    }
    if let Some(finding) = derive::schema(operation, response) {
        probe.judge(schema, exchange, finding);
    }
    if let Some(body) = response.json() {
        let finding = Finding::when(
            body["data"].is_object(),
            "an object with the event as data",
            exchange.in_short(),
        );
        probe.judge("inkeep.resp.envelope", exchange, finding);
    }
    if let Some(event) = event(exchange) {
        let wrong: Vec<String> = ["id", "type", "createdAt", "updatedAt"]
            .into_iter()
            .filter(|name| !member(&event, name).is_string())
            .map(|name| format!("{name} is {}", member(&event, name)))
            .collect();
        let expected = "id, type, createdAt and updatedAt as texts";
        let finding = Finding::when(wrong.is_empty(), expected, wrong.join(", "));
        probe.judge("inkeep.resp.types", exchange, finding);
    }
}

#[cfg(test)]
mod tests;
