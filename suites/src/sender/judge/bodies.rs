//! What the attempts of one event carry: the same body, the same key, and a key of its own.

use std::collections::BTreeMap;

use serde_json::Value;

use super::judgement::{Judge, Rule, Where};
use super::outcome::Outcome;
use super::runs::Run;
use crate::sender::{Attempt, ScheduleRows};
use crate::transcript::one_line;

/// How much of a foreign text a judgement quotes, in characters.
const QUOTED: usize = 80;

const EXACT: &str = "each attempt is compared; nothing is estimated";

pub(super) fn judge(judge: &mut Judge<'_>, rows: &'static ScheduleRows) {
    same_body(judge, rows.same_body, rows.key_member);
    same_key(judge, rows);
    distinct_keys(judge, rows);
    key_in_body(judge, rows);
}

/// A member of the body that stays the same when an event is sent again.
pub(super) fn stable(judge: &mut Judge<'_>, requirement: &'static str, member: &str) {
    let runs = judge.runs();
    let (mut compared, mut changed, mut example) = (0, Vec::new(), String::new());
    for run in runs.events.iter().filter(|run| run.attempts.len() > 1) {
        let Some(first) = run.attempts[0].body.as_ref().map(|body| body.get(member)) else {
            continue;
        };
        for (position, attempt) in run.attempts.iter().enumerate().skip(1) {
            let Some(body) = &attempt.body else { continue };
            compared += 1;
            let now = body.get(member);
            if now.is_none() || now != first {
                changed.push(Where::of(run, position));
                let (before, now) = (
                    first.map_or("absent".to_owned(), quoted),
                    now.map_or("absent".to_owned(), quoted),
                );
                example = format!(": {before}, then {now}");
            }
        }
    }
    if compared == 0 {
        return;
    }
    let rule = Rule {
        requirement,
        name: "stable-id",
        statistic: "repeated events whose id is not that of the first time",
        threshold: "none".to_owned(),
        false_alarm: EXACT.to_owned(),
    };
    let value = format!("{} of {compared}{example}", changed.len());
    judge.report_at(rule, Outcome::when(changed.is_empty(), value), changed);
}

/// The key of an attempt: the member of its body, or else the header.
fn key(attempt: &Attempt, member: &str) -> Option<Value> {
    let in_body = attempt.body.as_ref().and_then(|body| body.get(member)).cloned();
    in_body.or_else(|| attempt.header_key.clone().map(Value::String))
}

/// The body without its key, so that a changed key is not reported twice.
fn without_key(attempt: &Attempt, member: &str) -> Option<Value> {
    let mut body = attempt.body.clone()?;
    if let Some(members) = body.as_object_mut() {
        members.shift_remove(member);
    }
    Some(body)
}

fn same_body(judge: &mut Judge<'_>, requirement: &'static str, member: &str) {
    let runs = judge.runs();
    let (mut compared, mut changed, mut rewritten) = (0, Vec::new(), 0);
    for run in &runs.events {
        for position in 1..run.attempts.len() {
            let (before, now) = (run.attempts[position - 1], run.attempts[position]);
            let same_bytes = match (&before.digest, &now.digest) {
                (Some(before), Some(now)) => Some(before == now),
                _ => None,
            };
            let same = match (without_key(before, member), without_key(now, member)) {
                (Some(before), Some(now)) => Some(before == now),
                // One of them is no JSON, or neither was read: the bytes decide.
                _ => same_bytes,
            };
            let Some(same) = same else { continue };
            compared += 1;
            if !same {
                changed.push(Where::of(run, position));
            } else if same_bytes == Some(false) {
                rewritten += 1;
            }
        }
    }
    if compared == 0 {
        return;
    }
    let rule = Rule {
        requirement,
        name: "same-body",
        statistic: "retries whose body is not that of the attempt before, the key left out",
        threshold: "none".to_owned(),
        false_alarm: EXACT.to_owned(),
    };
    let written = if rewritten > 0 {
        format!("; {rewritten} in other bytes")
    } else {
        String::new()
    };
    let value = format!("{} of {compared}{written}", changed.len());
    judge.report_at(rule, Outcome::when(changed.is_empty(), value), changed);
}

fn same_key(judge: &mut Judge<'_>, rows: &'static ScheduleRows) {
    let runs = judge.runs();
    let (mut compared, mut changed, mut example) = (0, Vec::new(), String::new());
    for run in &runs.events {
        for position in 1..run.attempts.len() {
            let (before, now) = (
                key(run.attempts[position - 1], rows.key_member),
                key(run.attempts[position], rows.key_member),
            );
            if before.is_none() && now.is_none() {
                continue;
            }
            compared += 1;
            if before != now {
                changed.push(Where::of(run, position));
                let text = |key: Option<Value>| key.as_ref().map_or("absent".to_owned(), quoted);
                example = format!(": {}, then {}", text(before), text(now));
            }
        }
    }
    if compared == 0 {
        return;
    }
    let rule = Rule {
        requirement: rows.same_key,
        name: "same-key",
        statistic: "retries whose Idempotency-Key is not that of the attempt before",
        threshold: "none".to_owned(),
        false_alarm: EXACT.to_owned(),
    };
    let value = format!("{} of {compared}{example}", changed.len());
    judge.report_at(rule, Outcome::when(changed.is_empty(), value), changed);
}

fn distinct_keys(judge: &mut Judge<'_>, rows: &'static ScheduleRows) {
    let runs = judge.runs();
    let mut events_of: BTreeMap<String, Vec<&Run<'_>>> = BTreeMap::new();
    let mut with_key = 0;
    for run in &runs.events {
        let mut keys: Vec<String> = run
            .attempts
            .iter()
            .filter_map(|attempt| key(attempt, rows.key_member))
            .map(|key| key.to_string())
            .collect();
        keys.sort();
        keys.dedup();
        with_key += usize::from(!keys.is_empty());
        for key in keys {
            events_of.entry(key).or_default().push(run);
        }
    }
    if with_key < 2 {
        return;
    }
    let shared: Vec<Where> = events_of
        .values()
        .filter(|runs| runs.len() > 1)
        .flatten()
        .map(|run| Where::of(run, 0))
        .collect();
    let rule = Rule {
        requirement: rows.distinct_keys,
        name: "distinct-keys",
        statistic: "events that share their Idempotency-Key with another one",
        threshold: "none".to_owned(),
        false_alarm: EXACT.to_owned(),
    };
    let value = format!("{} of {with_key}", shared.len());
    let outcome = if shared.is_empty() || runs.recording.numbered {
        Outcome::when(shared.is_empty(), value)
    } else {
        Outcome::Undecided(
            value,
            "the sender was not told that these are different events".to_owned(),
        )
    };
    judge.report_at(rule, outcome, shared);
}

fn key_in_body(judge: &mut Judge<'_>, rows: &'static ScheduleRows) {
    let runs = judge.runs();
    let (mut with, mut only_header, mut without, mut unseen) = (0, Vec::new(), Vec::new(), 0);
    for run in &runs.events {
        for (position, attempt) in run.attempts.iter().enumerate() {
            let in_body = attempt
                .body
                .as_ref()
                .is_some_and(|body| body.get(rows.key_member).is_some());
            if in_body {
                with += 1;
            } else if attempt.header_key.is_some() {
                only_header.push(Where::of(run, position));
            } else if attempt.body.is_none() && attempt.digest.is_none() {
                unseen += 1;
            } else {
                without.push(Where::of(run, position));
            }
        }
    }
    let rule = Rule {
        requirement: rows.key_in_body,
        name: "key-in-body",
        statistic: "attempts without an Idempotency-Key in the body",
        threshold: if runs.recording.side_effects {
            "none: a duplicate does harm here".to_owned()
        } else {
            "none that have it in a header instead".to_owned()
        },
        false_alarm: EXACT.to_owned(),
    };
    let all = with + only_header.len() + without.len();
    if !only_header.is_empty() {
        let value = format!("{} of {all}, which have it only in a header", only_header.len());
        judge.report_at(rule, Outcome::when(false, value), only_header);
    } else if !without.is_empty() && runs.recording.side_effects {
        let value = format!("{} of {all}", without.len());
        judge.report_at(rule, Outcome::when(false, value), without);
    } else if with > 0 {
        judge.report(rule, Outcome::when(true, format!("{} of {all}", without.len())));
    } else if without.is_empty() && unseen > 0 && runs.recording.side_effects {
        judge.report(rule, Outcome::undecided("no body was recorded"));
    }
}

/// A value from a sender, made harmless and short.
fn quoted(value: &Value) -> String {
    let text = value.to_string();
    let cut: String = text.chars().take(QUOTED).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    one_line(&format!("{cut}{more}"))
}
