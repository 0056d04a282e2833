//! Errors: their one envelope, bodies that an agent does not expect, and failures behind the service.

use serde_json::{Value, json};

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::Exchange;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::checks;
use crate::olbrain::fixtures::AUTHORIZATION;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "errors::envelope",
        Scenario,
        // Each is checked on every error; the case makes sure that there are some, and some of them twice.
        &[
            "olbrain.err.envelope",
            "olbrain.err.ct",
            "olbrain.err.codes",
            "olbrain.err.message",
            "olbrain.err.request-id",
            "olbrain.err.request-id.unique",
            "olbrain.err.request-id.prefix",
            "olbrain.err.extra",
        ],
        envelope,
    ),
    (
        "errors::unexpected_body",
        Scenario,
        &["olbrain.err.400"],
        unexpected_body,
    ),
    (
        "errors::upstream",
        Scenario,
        &[
            "olbrain.err.502",
            "olbrain.err.502-timeout",
            "olbrain.err.502-error",
            "olbrain.err.5xx-no-leak",
        ],
        upstream,
    ),
];

fn envelope(olbrain: &Olbrain, probe: &Probe<'_>) {
    const EXTRA: &str = "olbrain.err.extra";
    let fixtures = &olbrain.fixtures;
    let Ok(agent) = fixtures.any() else {
        return probe.skip("olbrain.err.envelope", "no agent is declared");
    };
    let no_key = fixtures.event(agent).without_header(AUTHORIZATION);
    let nobody = fixtures.event(&fixtures.unknown_agent());
    let malformed = fixtures.trigger(agent, "{\"message\":");
    for request in [no_key, nobody, malformed] {
        for _ in 0..2 {
            let exchange = probe.send(request.clone());
            if let Some(value) = further_members(&exchange) {
                probe.observe(EXTRA, &exchange, value);
            }
        }
    }
}

/// Members of an error beside the documented ones, inside and outside of the envelope.
fn further_members(exchange: &Exchange) -> Option<String> {
    let body = answers::body(exchange)?;
    let outside = body
        .as_object()?
        .keys()
        .filter(|name| name.as_str() != "error")
        .cloned();
    let inside = body.get("error").and_then(Value::as_object);
    let inside = inside
        .into_iter()
        .flat_map(|members| members.keys())
        .filter(|name| !matches!(name.as_str(), "code" | "message" | "request_id"))
        .map(|name| format!("error.{name}"));
    let all: Vec<String> = outside.chain(inside).collect();
    Some(if all.is_empty() {
        "no further members".to_owned()
    } else {
        format!("further members: {}", all.join(", "))
    })
}

/// JSON that an agent refuses is answered 400 and with no other refusal. An agent that was declared to be strict has to
/// refuse it; of the others nobody asks that.
fn unexpected_body(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.err.400";
    let fixtures = &olbrain.fixtures;
    let unexpected = [
        "{}",
        "{\"inputs\":{}}",
        "{\"inputs\":\"text\"}",
        "{\"other\":{\"a\":1}}",
        "[1]",
        "\"text\"",
    ];
    if let Some(agent) = fixtures.declared().strict_workflow_agents.first() {
        let body = json!({ "inputs": { "customer_email": "buyer@example.com" } }).to_string();
        if checks::control(probe, ID, fixtures.trigger(agent, body)).is_some() {
            for body in unexpected {
                let why = "the agent was declared to want an object with members under inputs";
                checks::refused(probe, ID, why, fixtures.trigger(agent, body));
            }
        }
    }
    for (agent, _) in fixtures.agents() {
        for body in unexpected {
            let exchange = probe.send(fixtures.trigger(agent, body));
            let finding = if exchange.is_success() {
                Finding::Undecided(
                    "the agents take every JSON body; declare one in olbrain.strict_workflow_agents".into(),
                )
            } else {
                let expected = "400, because the body is JSON and the agent does not take it";
                Finding::when(exchange.status() == Some(400), expected, exchange.in_short())
            };
            probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
        }
    }
}

fn upstream(olbrain: &Olbrain, probe: &Probe<'_>) {
    const OTHER: &str = "olbrain.err.502";
    const TIMEOUT: &str = "olbrain.err.502-timeout";
    let fixtures = &olbrain.fixtures;
    let declared = fixtures.declared();
    if declared.upstream_error_agents.is_empty() {
        probe.skip(
            OTHER,
            "no agent that fails behind the service: declare olbrain.upstream_error_agents",
        );
    }
    for agent in &declared.upstream_error_agents {
        let exchange = probe.send(fixtures.event(agent));
        let expected = "502: what stands behind this agent was declared to fail";
        probe.judge(OTHER, &exchange, bad_gateway(&exchange, expected, None));
        let code = answers::code(&exchange).unwrap_or_else(|| "no code".to_owned());
        probe.observe("olbrain.err.502-error", &exchange, code);
        probe.observe("olbrain.err.5xx-no-leak", &exchange, exchange.in_short());
    }
    if declared.upstream_timeout_agents.is_empty() {
        probe.skip(
            TIMEOUT,
            "no agent that does not answer in time: declare olbrain.upstream_timeout_agents",
        );
    }
    for agent in &declared.upstream_timeout_agents {
        let exchange = probe.send(fixtures.event(agent));
        let code = spec::requirement(TIMEOUT).and_then(|row| row.text.as_deref());
        let expected = "502 with the code upstream_timeout: this agent was declared not to answer in time";
        probe.judge(TIMEOUT, &exchange, bad_gateway(&exchange, expected, code));
        probe.observe("olbrain.err.5xx-no-leak", &exchange, exchange.in_short());
    }
}

/// A 502, with the code if one is asked for and the answer has any.
fn bad_gateway(exchange: &Exchange, expected: &str, code: Option<&str>) -> Finding {
    if exchange.answer.is_err() {
        return Finding::Undecided(exchange.in_short());
    }
    let named = match (code, answers::code(exchange)) {
        (Some(wanted), Some(got)) => wanted == got,
        _ => true,
    };
    Finding::when(
        exchange.status() == Some(502) && named,
        expected,
        exchange.in_short(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Request, Response};

    fn answer(status: u16, body: &Value) -> Exchange {
        Exchange {
            number: 1,
            request: Request::new("POST", "/"),
            answer: Ok(Response {
                status,
                headers: Vec::new(),
                body: body.to_string().into(),
                cut: false,
            }),
            elapsed: std::time::Duration::ZERO,
        }
    }

    #[test]
    fn a_timeout_is_known_by_status_and_code() {
        let body = |code: &str| json!({ "error": { "code": code } });
        let find =
            |status, code: &str| bad_gateway(&answer(status, &body(code)), "502", Some("upstream_timeout"));
        assert_eq!(find(502, "upstream_timeout"), Finding::Met);
        assert!(matches!(find(504, "upstream_timeout"), Finding::Broken { .. }));
        assert!(matches!(find(502, "upstream_error"), Finding::Broken { .. }));
        // Without a code the envelope is broken, and that is judged elsewhere.
        assert_eq!(
            bad_gateway(&answer(502, &json!({})), "502", Some("x")),
            Finding::Met
        );
    }

    #[test]
    fn further_members_are_named_with_their_place() {
        let body = json!({ "error": { "code": "c", "hint": 1 }, "detail": 2 });
        assert_eq!(
            further_members(&answer(400, &body)).unwrap(),
            "further members: detail, error.hint"
        );
        assert_eq!(further_members(&answer(400, &json!([]))), None);
    }
}
