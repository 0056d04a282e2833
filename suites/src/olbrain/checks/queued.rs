//! The answer of a workflow agent, member by member.

use memchr::memmem;
use serde_json::Value;

use super::error::prefix;
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::ledger::Named;
use crate::probe::Probe;
use crate::verdict::Finding;

/// The member of a body, and the header, that asks a target to take an event for an earlier one.
pub(crate) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// Checks a success of the trigger for a workflow agent.
pub(super) fn inspect(olbrain: &Olbrain, probe: &Probe<'_>, exchange: &Exchange, agent: &str) {
    let Some(response) = exchange.response() else {
        return;
    };
    let expected = "202, because the agent is a workflow one";
    let finding = Finding::when(response.status == 202, expected, exchange.in_short());
    probe.judge("olbrain.wf.202", exchange, finding);
    // Without an object there is nothing more to look at. What is no answer of a workflow agent at all, and says so by its
    // status, breaks the rule on the status only.
    let Some(Value::Object(members)) = response.json() else {
        if response.status == 202 {
            let finding = Finding::when(false, "a JSON object", exchange.in_short());
            probe.judge("olbrain.wf.fields", exchange, finding);
        }
        return;
    };
    if response.status != 202 && !members.contains_key("run_id") {
        return;
    }
    let run = members.get("run_id").and_then(Value::as_str).unwrap_or_default();
    let got = exchange.in_short();
    let finding = Finding::when(!run.is_empty(), "run_id: a text that is not empty", got.as_str());
    probe.judge("olbrain.wf.run-id", exchange, finding);
    let is_queued = members.get("status").and_then(Value::as_str) == Some("queued");
    let finding = Finding::when(is_queued, "status: queued", got);
    probe.judge("olbrain.wf.status", exchange, finding);
    if run.is_empty() {
        return;
    }
    prefix(probe, exchange, "olbrain.wf.run-id.prefix", run);
    olbrain.ledger.owned(run, agent);
    if !may_repeat(&exchange.request) {
        let new = olbrain.ledger.is_new(Named::Run, run);
        let finding = Finding::when(
            new,
            "a run_id that no answer had before",
            format!("{run}, as in an earlier answer"),
        );
        probe.judge("olbrain.wf.unique", exchange, finding);
    }
}

/// Whether an event names an Idempotency-Key, so that a target may answer with what it answered before.
pub(super) fn may_repeat(request: &Request) -> bool {
    let in_body = memmem::find(&request.body, IDEMPOTENCY_KEY.as_bytes()).is_some();
    in_body || request.header_value(IDEMPOTENCY_KEY).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idempotency_key_is_seen_in_body_and_header() {
        let plain = Request::new("POST", "/").body("application/json", "{\"message\":\"x\"}");
        assert!(!may_repeat(&plain));
        assert!(may_repeat(&plain.clone().header("idempotency-key", "1")));
        assert!(may_repeat(
            &plain.body("application/json", "{\"Idempotency-Key\":\"1\"}")
        ));
    }
}
