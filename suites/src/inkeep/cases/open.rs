//! Points that the documents leave open, or on which only the vendor's code speaks: routes, tokens, labels and answers.
//! What the target does, in words. Nothing here can fail anybody.

use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::inkeep::event::{MEMBERS, event, member};
use crate::inkeep::fixtures::{PATH, post_under, request_under};
use crate::inkeep::problem::problem;
use crate::inkeep::{Inkeep, checks};
use crate::probe::Probe;

pub(super) const CASES: &[Entry] = &[
    (
        "open::route",
        Scenario,
        &[
            "inkeep.route.other-method.status",
            "inkeep.route.other-method.bad-token",
            "inkeep.route.unknown-path",
            "inkeep.route.trailing-slash",
            "inkeep.route.options",
            "inkeep.err.code-enum",
        ],
        route,
    ),
    (
        "open::token",
        Scenario,
        &[
            "inkeep.auth.lowercase-scheme",
            "inkeep.auth.short-token",
            "inkeep.auth.before-validation",
        ],
        token,
    ),
    (
        "open::content_type",
        Scenario,
        &[
            "inkeep.ct.suffix",
            "inkeep.ct.missing",
            "inkeep.ct.other",
            "inkeep.ct.case",
        ],
        content_type,
    ),
    (
        "open::event",
        Scenario,
        &[
            "inkeep.resp.absent-members",
            "inkeep.resp.nullable",
            "inkeep.resp.timestamps",
            "inkeep.resp.timestamps.equal",
            "inkeep.resp.server-metadata.content",
            "inkeep.resp.no-scope-leak",
            "inkeep.resp.extra",
        ],
        answered_event,
    ),
    (
        "open::problem",
        Scenario,
        &[
            "inkeep.body.malformed.status",
            "inkeep.err.422-when",
            "inkeep.err.optional.presence",
            "inkeep.err.legacy.cut",
            "inkeep.err.500-generic",
            "inkeep.err.requestid-header",
        ],
        answered_problem,
    ),
];

/// The status alone, or that there was no answer.
fn status(exchange: &Exchange) -> String {
    exchange
        .status()
        .map_or_else(|| "no answer".to_owned(), |status| status.to_string())
}

/// Whether an event was accepted, else the status.
pub(super) fn outcome(exchange: &Exchange) -> String {
    if exchange.is_success() {
        format!("accepted ({})", status(exchange))
    } else {
        status(exchange)
    }
}

/// The plainest request that is accepted.
fn plain(inkeep: &Inkeep, probe: &Probe<'_>) -> Request {
    inkeep
        .fixtures
        .post(&inkeep.fixtures.plain_body(probe.case(), "hookproof_open"))
}

fn route(inkeep: &Inkeep, probe: &Probe<'_>) {
    let mut codes: Vec<String> = Vec::new();
    let mut observe = |row: &str, what: &str, request: Request| {
        let exchange = probe.send(request);
        probe.observe(row, &exchange, format!("{what}: {}", outcome(&exchange)));
        if let Some(code) = problem(&exchange).and_then(|problem| Some(problem.get("code")?.to_string())) {
            codes.push(format!("{} has the code {code}", status(&exchange)));
        }
        exchange
    };
    let request = plain(inkeep, probe);
    observe(
        "inkeep.route.other-method.status",
        "PUT",
        request.clone().method("PUT"),
    );
    observe(
        "inkeep.route.other-method.bad-token",
        "GET with an unknown token",
        request_under("hookproof-unknown-key").method("GET"),
    );
    let unknown = request.clone().path("/run/v1/hookproof-no-such-path");
    let last = observe("inkeep.route.unknown-path", "another path", unknown);
    let slash = request.clone().path(&format!("{PATH}/"));
    observe("inkeep.route.trailing-slash", "a slash at the end", slash);
    let asked = Request::new("OPTIONS", PATH)
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization,content-type");
    let exchange = probe.send(asked);
    let origin = exchange
        .response()
        .and_then(|response| response.header("access-control-allow-origin"))
        .unwrap_or("nobody");
    let value = format!("asked by a browser: {}, allowed for {origin}", status(&exchange));
    probe.observe("inkeep.route.options", &exchange, value);
    codes.sort();
    codes.dedup();
    let value = if codes.is_empty() {
        "no problem with a code beyond the documented statuses".to_owned()
    } else {
        codes.join(", ")
    };
    probe.observe("inkeep.err.code-enum", &last, value);
}

fn token(inkeep: &Inkeep, probe: &Probe<'_>) {
    let key = match inkeep.fixtures.key() {
        Ok(key) => key,
        Err(missing) => return probe.skip("inkeep.auth.lowercase-scheme", missing),
    };
    let lower = plain(inkeep, probe).set_header("Authorization", &format!("bearer {key}"));
    let exchange = probe.send(lower);
    let value = format!("bearer in lower case: {}", outcome(&exchange));
    probe.observe("inkeep.auth.lowercase-scheme", &exchange, value);
    let body = inkeep.fixtures.plain_body(probe.case(), "hookproof_open");
    let exchange = probe.send(post_under("short", &body));
    let detail = problem(&exchange).and_then(|problem| Some(problem.get("detail")?.to_string()));
    let value = format!(
        "a token of 5 characters: {} {}",
        status(&exchange),
        detail.unwrap_or_default()
    );
    probe.observe("inkeep.auth.short-token", &exchange, value.trim_end());
    let exchange = probe.send(post_under("hookproof-unknown-key", &json!({ "type": 7 })));
    let value = format!("an unknown token and a body with a fault: {}", status(&exchange));
    probe.observe("inkeep.auth.before-validation", &exchange, value);
}

fn content_type(inkeep: &Inkeep, probe: &Probe<'_>) {
    let body = inkeep
        .fixtures
        .plain_body(probe.case(), "hookproof_open")
        .to_string();
    let labelled = |label: &str| inkeep.fixtures.request().body(label, body.clone());
    for (row, what, request) in [
        (
            "inkeep.ct.suffix",
            "application/vnd.event+json",
            labelled("application/vnd.event+json"),
        ),
        (
            "inkeep.ct.missing",
            "no Content-Type",
            labelled("x").without_header("Content-Type"),
        ),
        ("inkeep.ct.other", "text/plain", labelled("text/plain")),
        ("inkeep.ct.other", "application/xml", labelled("application/xml")),
        ("inkeep.ct.case", "Application/JSON", labelled("Application/JSON")),
    ] {
        let exchange = checks::quietly(probe, request);
        probe.observe(row, &exchange, format!("{what}: {}", outcome(&exchange)));
    }
}

fn answered_event(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ROWS: [&str; 7] = [
        "inkeep.resp.absent-members",
        "inkeep.resp.nullable",
        "inkeep.resp.timestamps",
        "inkeep.resp.timestamps.equal",
        "inkeep.resp.server-metadata.content",
        "inkeep.resp.no-scope-leak",
        "inkeep.resp.extra",
    ];
    let exchange = probe.send(plain(inkeep, probe));
    let Some(event) = event(&exchange) else {
        return ROWS
            .iter()
            .for_each(|row| probe.skip(row, "the plainest event is not accepted"));
    };
    let is_sent = |name: &str| ["id", "type", "createdAt", "updatedAt", "serverMetadata"].contains(&name);
    let absent: Vec<&str> = MEMBERS.into_iter().filter(|name| !is_sent(name)).collect();
    let omitted = absent.iter().filter(|name| !event.contains_key(**name)).count();
    let value = match omitted {
        0 if absent.iter().all(|name| event[*name].is_null()) => "null".to_owned(),
        0 => "null, or something of the server's own".to_owned(),
        all if all == absent.len() => "left out".to_owned(),
        _ => "some are null, some left out".to_owned(),
    };
    probe.observe(
        ROWS[0],
        &exchange,
        format!("members for which nothing was sent: {value}"),
    );
    let anchors: Vec<String> = ["agentId", "conversationId", "messageId"]
        .iter()
        .map(|name| {
            format!(
                "{name} {}",
                event
                    .get(*name)
                    .map_or_else(|| "left out".to_owned(), Value::to_string)
            )
        })
        .collect();
    probe.observe(ROWS[1], &exchange, anchors.join(", "));
    let (created, updated) = (member(&event, "createdAt"), member(&event, "updatedAt"));
    probe.observe(ROWS[2], &exchange, format!("createdAt {created}"));
    let words = if created == updated { "equal" } else { "different" };
    probe.observe(
        ROWS[3],
        &exchange,
        format!("createdAt and updatedAt of a new event: {words}"),
    );
    probe.observe(
        ROWS[4],
        &exchange,
        format!("serverMetadata {}", member(&event, "serverMetadata")),
    );
    let scope: Vec<&str> = ["tenantId", "projectId"]
        .into_iter()
        .filter(|name| event.contains_key(*name))
        .collect();
    let words = if scope.is_empty() {
        "neither".to_owned()
    } else {
        scope.join(" and ")
    };
    probe.observe(ROWS[5], &exchange, format!("of tenantId and projectId: {words}"));
    let extra: Vec<&str> = event
        .keys()
        .map(String::as_str)
        .filter(|name| !MEMBERS.contains(name))
        .collect();
    let words = if extra.is_empty() {
        "none".to_owned()
    } else {
        extra.join(", ")
    };
    probe.observe(ROWS[6], &exchange, format!("further members: {words}"));
}

fn answered_problem(inkeep: &Inkeep, probe: &Probe<'_>) {
    let fixtures = &inkeep.fixtures;
    let malformed = probe.send(fixtures.request().body("application/json", "{\"type\":"));
    probe.observe(
        "inkeep.body.malformed.status",
        &malformed,
        format!("broken JSON: {}", status(&malformed)),
    );
    let request = fixtures
        .post(&json!({}))
        .header("X-Request-Id", "hookproof-request-1");
    let exchange = probe.send(request);
    probe.observe(
        "inkeep.err.422-when",
        &exchange,
        format!("a body without a type: {}", status(&exchange)),
    );
    let name = exchange
        .response()
        .and_then(|response| response.header("x-request-id"));
    let value = match name {
        Some("hookproof-request-1") => "X-Request-Id as the request gave it".to_owned(),
        Some(_) => "X-Request-Id of the server's own".to_owned(),
        None => "no X-Request-Id".to_owned(),
    };
    probe.observe("inkeep.err.requestid-header", &exchange, value);
    let Some(members) = problem(&exchange) else {
        for row in ["inkeep.err.optional.presence", "inkeep.err.legacy.cut"] {
            probe.skip(row, "the refusal has no JSON body");
        }
        return failing(inkeep, probe);
    };
    let there: Vec<&str> = ["instance", "requestId"]
        .into_iter()
        .filter(|name| members.contains_key(*name))
        .collect();
    let words = if there.is_empty() {
        "neither".to_owned()
    } else {
        there.join(" and ")
    };
    probe.observe(
        "inkeep.err.optional.presence",
        &exchange,
        format!("of instance and requestId: {words}"),
    );
    let long = probe.send(fixtures.post(&json!({ "id": "é".repeat(150), "type": "" })));
    let parts = problem(&long).and_then(|problem| {
        let detail = problem.get("detail")?.as_str()?.chars().count();
        let message = problem.get("error")?.get("message")?.as_str()?.chars().count();
        Some((detail, message))
    });
    match parts {
        Some((detail, message)) if detail > 100 => {
            let value = format!("a detail of {detail} characters: error.message has {message}");
            probe.observe("inkeep.err.legacy.cut", &long, value);
        }
        _ => probe.skip(
            "inkeep.err.legacy.cut",
            "no refusal has a detail of more than 100 characters",
        ),
    }
    failing(inkeep, probe);
}

/// What the target says when it was told to fail.
fn failing(inkeep: &Inkeep, probe: &Probe<'_>) {
    const ID: &str = "inkeep.err.500-generic";
    let Some(token) = &inkeep.fixtures.keys().failing else {
        return probe.skip(
            ID,
            "no token makes the target fail: declare one in inkeep.keys.failing",
        );
    };
    let body = inkeep.fixtures.plain_body(probe.case(), "hookproof_failing");
    let exchange = probe.send(post_under(token, &body));
    let detail = problem(&exchange).and_then(|problem| Some(problem.get("detail")?.to_string()));
    let value = format!(
        "{}: detail {}",
        status(&exchange),
        detail.unwrap_or_else(|| "absent".to_owned())
    );
    probe.observe(ID, &exchange, value);
}
