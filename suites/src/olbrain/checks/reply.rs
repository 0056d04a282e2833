//! The answer of a conversational agent, member by member.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use super::error::prefix;
use super::file;
use crate::http::Exchange;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::ledger::Named;
use crate::olbrain::rfc3339;
use crate::probe::Probe;
use crate::verdict::Finding;

/// What two clocks and the rounding of a number may differ by, beside what the number's digits say.
const CLOCK_TOLERANCE: Duration = Duration::from_millis(20);

/// How far the moment of an answer may be from its Date: much more than clocks differ, and less than zones do.
const DATE_TOLERANCE: SignedDuration = SignedDuration::from_mins(10);

/// Checks a success of the trigger for a conversational agent.
pub(super) fn inspect(olbrain: &Olbrain, probe: &Probe<'_>, exchange: &Exchange, agent: &str) {
    let Some(response) = exchange.response() else {
        return;
    };
    let expected = "200, because the agent is a conversational one";
    let finding = Finding::when(response.status == 200, expected, exchange.in_short());
    probe.judge("olbrain.conv.200", exchange, finding);
    // Without an object there is nothing more to look at. What is no answer of a conversational agent at all, and says so by
    // its status, breaks the rule on the status only.
    let Some(Value::Object(members)) = response.json() else {
        if response.status == 200 {
            let finding = Finding::when(false, "a JSON object", exchange.in_short());
            probe.judge("olbrain.conv.fields", exchange, finding);
        }
        return;
    };
    if response.status != 200 && !members.contains_key("session_id") {
        return;
    }
    let judge = |id: &str, met: bool, expected: &str, got: String| {
        probe.judge(id, exchange, Finding::when(met, expected, got));
    };
    let member = |name: &str| members.get(name).unwrap_or(&Value::Null);
    let shown = |name: &str| match members.get(name) {
        Some(value) => format!("{name}: {}", short(value)),
        None => format!("no {name}"),
    };
    let success = member("success") == &Value::Bool(true);
    judge("olbrain.conv.success", success, "success: true", shown("success"));
    let id = |row: &str, row_of_prefix: &str, name: &str| {
        let text = member(name).as_str().unwrap_or_default();
        judge(
            row,
            !text.is_empty(),
            &format!("{name}: a text that is not empty"),
            shown(name),
        );
        if !text.is_empty() {
            prefix(probe, exchange, row_of_prefix, text);
        }
    };
    id(
        "olbrain.conv.session-id",
        "olbrain.conv.session-id.prefix",
        "session_id",
    );
    id(
        "olbrain.conv.message-id",
        "olbrain.conv.message-id.prefix",
        "message_id",
    );
    id(
        "olbrain.conv.org-id",
        "olbrain.conv.org-id.prefix",
        "organization_id",
    );
    id(
        "olbrain.conv.project-id",
        "olbrain.conv.project-id.prefix",
        "project_id",
    );
    let own = member("agent_id").as_str() == Some(agent);
    judge(
        "olbrain.conv.agent-id",
        own,
        &format!("agent_id: {agent}"),
        shown("agent_id"),
    );
    for (row, name) in [
        ("olbrain.conv.org-id.constant", "organization_id"),
        ("olbrain.conv.project-id.constant", "project_id"),
    ] {
        if let Some(value) = member(name).as_str().filter(|value| !value.is_empty()) {
            let first = olbrain.ledger.first(agent, name, value);
            let expected = format!("{name}: {first}, as in the first answer of this agent");
            judge(row, value == first, &expected, shown(name));
        }
    }
    judge(
        "olbrain.conv.response",
        member("response").is_string(),
        "response: a text",
        shown("response"),
    );
    judge(
        "olbrain.conv.files.array",
        member("files").is_array(),
        "files: an array",
        shown("files"),
    );
    unique_message(olbrain, probe, exchange, member("message_id"));
    if let Some(session) = member("session_id").as_str() {
        olbrain.ledger.owned(session, agent);
    }
    tokens(probe, exchange, member("token_usage"));
    processing_time(probe, exchange, members.get("processing_time"));
    timestamp(probe, exchange, members.get("timestamp"));
    for entry in member("files").as_array().into_iter().flatten() {
        file::inspect(olbrain, probe, exchange, entry);
    }
}

/// A value in a few words.
fn short(value: &Value) -> String {
    let text = value.to_string();
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// An id that no answer had before, unless the event asks to be taken for an earlier one.
fn unique_message(olbrain: &Olbrain, probe: &Probe<'_>, exchange: &Exchange, id: &Value) {
    let Some(id) = id.as_str().filter(|id| !id.is_empty()) else {
        return;
    };
    if !super::queued::may_repeat(&exchange.request) {
        let new = olbrain.ledger.is_new(Named::Message, id);
        let finding = Finding::when(
            new,
            "a message_id that no answer had before",
            format!("{id}, as in an earlier answer"),
        );
        probe.judge("olbrain.conv.message-id.unique", exchange, finding);
    }
}

fn tokens(probe: &Probe<'_>, exchange: &Exchange, usage: &Value) {
    let count = |name: &str| usage.get(name).and_then(answers::whole);
    let counts = (
        count("prompt_tokens"),
        count("completion_tokens"),
        count("total_tokens"),
    );
    let (Some(prompt), Some(completion), Some(total)) = counts else {
        let expected = "token_usage with three whole numbers that are not negative";
        let finding = Finding::when(false, expected, format!("token_usage: {}", short(usage)));
        return probe.judge("olbrain.conv.tokens", exchange, finding);
    };
    probe.judge("olbrain.conv.tokens", exchange, Finding::Met);
    let finding = Finding::when(
        prompt.checked_add(completion) == Some(total),
        format!("a total of {prompt} and {completion}"),
        format!("a total of {total}"),
    );
    probe.judge("olbrain.conv.tokens.sum", exchange, finding);
}

/// `processing_time` is a number of seconds, and no more of them than the client has seen pass.
///
/// A number may have been rounded up in its last digit: `1` may stand for half a second, `0.01` for a millisecond.
fn processing_time(probe: &Probe<'_>, exchange: &Exchange, value: Option<&Value>) {
    let seconds = value.and_then(Value::as_f64).filter(|seconds| *seconds >= 0.0);
    let got = value.map_or_else(|| "no processing_time".to_owned(), short);
    let Some(seconds) = seconds else {
        let expected = "processing_time: a number that is not negative";
        return probe.judge(
            "olbrain.conv.processing-time",
            exchange,
            Finding::when(false, expected, got),
        );
    };
    probe.judge("olbrain.conv.processing-time", exchange, Finding::Met);
    let seen = exchange.elapsed.as_secs_f64();
    let limit = seen + CLOCK_TOLERANCE.as_secs_f64() + last_digit(&got);
    let expected = format!("at most the {seen:.3} s from the first byte sent to the last one received");
    let finding = Finding::when(seconds <= limit, expected, format!("processing_time: {got}"));
    probe.judge("olbrain.conv.processing-time.bound", exchange, finding);
}

/// What one step in the last written digit is worth: 1 for `3`, 0.01 for `1.24`.
fn last_digit(number: &str) -> f64 {
    if number.contains(['e', 'E']) {
        return 0.0;
    }
    let digits = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    10f64.powi(-i32::try_from(digits).unwrap_or(i32::MAX))
}

fn timestamp(probe: &Probe<'_>, exchange: &Exchange, value: Option<&Value>) {
    let text = value.and_then(Value::as_str).unwrap_or_default();
    let got = value.map_or_else(|| "no timestamp".to_owned(), short);
    let Some(moment) = rfc3339::parse(text) else {
        let expected = "timestamp: a moment in the form of RFC 3339";
        return probe.judge(
            "olbrain.conv.timestamp",
            exchange,
            Finding::when(false, expected, got),
        );
    };
    // A moment that is hours away from the target's own clock is in another zone than it says, or of another answer.
    let finding = match answers::clock(exchange) {
        Some(now) => Finding::when(
            moment.duration_since(now).abs() <= DATE_TOLERANCE,
            format!("timestamp: the moment of the answer, which is of {now} by its Date"),
            got.clone(),
        ),
        None => Finding::Met,
    };
    probe.judge("olbrain.conv.timestamp", exchange, finding);
    let met = rfc3339::has_milliseconds_and_zulu(text);
    let finding = Finding::when(met, "three digits behind the second, and Z", got);
    probe.judge("olbrain.conv.timestamp.precision", exchange, finding);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_says_how_far_a_number_was_rounded() {
        for (number, step) in [
            ("3", 1.0),
            ("1.5", 0.1),
            ("1.24", 0.01),
            ("0.0004217", 1e-7),
            ("4e-5", 0.0),
        ] {
            assert!((last_digit(number) - step).abs() < 1e-12, "{number}");
        }
    }

    #[test]
    fn long_values_are_cut_where_a_character_ends() {
        let value = Value::String("é".repeat(200));
        assert!(short(&value).chars().count() == 81);
    }
}
