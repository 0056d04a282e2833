//! Files of attempts: recordings that somebody else made.
//!
//! A file holds one recording, a list of them, or a report of `hookproof sender --format json`, whose recordings are
//! then judged again. `suites/schemas/attempts.schema.json` describes the first two.

use serde::Deserialize;
use serde_json::Value;

use super::json_place::pointer_to;
use super::{HostTrace, Mode, Recording};
use crate::transcript::one_line;

/// Why a file of attempts cannot be judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttemptsError {
    /// It is no JSON, or a value in it is not what belongs there.
    #[error("{file}: line {line}, column {column}{}: {what}", at(.pointer))]
    Unreadable {
        /// Its name.
        file: String,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// The innermost value that holds the place, as a JSON Pointer (RFC 6901); empty for the whole document.
        pointer: String,
        /// What is wrong there.
        what: String,
    },
    /// Its values contradict each other.
    #[error("{file} cannot be judged:{}", .faults.iter().map(|fault| format!("\n    {fault}")).collect::<String>())]
    Contradictory {
        /// Its name.
        file: String,
        /// Each with its place.
        faults: Vec<String>,
    },
}

/// A report of `hookproof sender`; what else is in it is not looked at.
#[derive(Deserialize)]
struct Report {
    scenarios: Vec<Played>,
}

#[derive(Deserialize)]
struct Played {
    recording: Recording,
}

/// Reads the recordings in a file. `scale` replaces the scale that they name.
///
/// # Errors
/// With the line and column where the text cannot be read, or with every contradiction and its place.
pub fn recordings(file: &str, text: &str, scale: Option<f64>) -> Result<Vec<Recording>, AttemptsError> {
    // A byte order mark is what some editors leave at the beginning.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let unreadable = |error: serde_json::Error| AttemptsError::Unreadable {
        file: file.to_owned(),
        line: error.line(),
        column: error.column(),
        pointer: pointer_to(text, error.line(), error.column()),
        what: without_place(&error),
    };
    let (mut recordings, place): (Vec<Recording>, fn(usize) -> String) =
        match serde_json::from_str::<Value>(text).map_err(unreadable)? {
            Value::Array(_) => (serde_json::from_str(text).map_err(unreadable)?, |index| {
                format!("/{index}")
            }),
            Value::Object(members) if members.contains_key("scenarios") => {
                let report: Report = serde_json::from_str(text).map_err(unreadable)?;
                (
                    report
                        .scenarios
                        .into_iter()
                        .map(|played| played.recording)
                        .collect(),
                    |index| format!("/scenarios/{index}/recording"),
                )
            }
            _ => (
                vec![serde_json::from_str::<Recording>(text).map_err(unreadable)?],
                |_| String::new(),
            ),
        };
    let mut faults = Vec::new();
    for (index, recording) in recordings.iter_mut().enumerate() {
        if let Some(scale) = scale {
            recording.scale = scale;
            if recording.mode == Mode::Real && scale < 1.0 {
                recording.mode = Mode::Scaled;
            }
        }
        faults.extend(
            contradictions(recording)
                .into_iter()
                .map(|fault| format!("{}{fault}", place(index))),
        );
    }
    if faults.is_empty() {
        Ok(recordings)
    } else {
        Err(AttemptsError::Contradictory {
            file: file.to_owned(),
            faults,
        })
    }
}

/// What is wrong, without the line and column that `serde_json` puts behind it.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

fn at(pointer: &str) -> String {
    if pointer.is_empty() {
        String::new()
    } else {
        format!(", {}", one_line(pointer))
    }
}

/// How many faults of one recording are listed.
const LISTED_FAULTS: usize = 20;

/// What cannot be true of a recording.
fn contradictions(recording: &Recording) -> Vec<String> {
    let mut faults = Vec::new();
    if crate::registry::retries(&recording.api).is_none() {
        let known: Vec<&str> = crate::registry::ids().collect();
        faults.push(format!(
            "/api: there is no API `{}`; the known ones are {}",
            recording.api.escape_debug(),
            known.join(", ")
        ));
    }
    let scale = recording.scale;
    if !(scale > 0.0 && scale <= 1.0) {
        faults.push(format!(
            "/scale: {scale} is not above 0 and at most 1; it is real seconds for one second of the schedule, 0.02 where ten minutes last 12 s"
        ));
    } else if recording.mode == Mode::Real && scale < 1.0 {
        faults.push(format!(
            "/mode: a scale of {scale} is not real time; say scaled, fake-clock or virtual"
        ));
    }
    if let Some(host) = &recording.host {
        faults.extend(disturbances(recording.mode, host));
    }
    for (index, attempt) in recording.attempts.iter().enumerate() {
        let mut fault = |member: &str, what: &str| faults.push(format!("/attempts/{index}/{member}: {what}"));
        if attempt.body_end.is_some_and(|end| end < attempt.head) {
            fault("body_end_s", "is before head_s");
        }
        let received = attempt.body_end.unwrap_or(attempt.head);
        if attempt
            .answer_end
            .is_some_and(|end| end < received.min(attempt.head))
        {
            fault("answer_end_s", "is before head_s");
        }
        if attempt.head > recording.watched_until {
            fault(
                "head_s",
                "is after watched_until_s, when the server had stopped listening",
            );
        }
    }
    if faults.len() > LISTED_FAULTS {
        let more = faults.len() - LISTED_FAULTS;
        faults.truncate(LISTED_FAULTS);
        faults.push(format!("and {more} more"));
    }
    faults
}

/// What cannot be true of what a host did.
fn disturbances(mode: Mode, host: &HostTrace) -> Vec<String> {
    if mode == Mode::Virtual && !host.is_quiet() {
        return vec!["/host: a virtual clock waits for the host; there is nothing to allow for".to_owned()];
    }
    let stalls = host.stalls.iter().map(|stall| (stall.from, stall.until));
    let slow = host.slow.iter().map(|slow| (slow.from, slow.until));
    let lists = [("stalls", stalls.collect::<Vec<_>>()), ("slow", slow.collect())];
    let backwards = lists.iter().flat_map(|(list, times)| {
        let wrong = times.iter().enumerate().filter(|(_, (from, until))| until < from);
        wrong.map(move |(index, _)| format!("/host/{list}/{index}/until_s: is before from_s"))
    });
    let times = host.slow.iter().enumerate();
    let faster = times.filter(|(_, slow)| !(slow.times >= 1.0 && slow.times.is_finite()));
    let faster = faster.map(|(index, slow)| format!("/host/slow/{index}/times: {} is below 1", slow.times));
    backwards.chain(faster).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str =
        r#"{ "api": "olbrain", "watched_until_s": 10, "attempts": [{ "head_s": 1, "answer": 503 }] }"#;

    fn error(text: &str) -> String {
        recordings("a.json", text, None).unwrap_err().to_string()
    }

    #[test]
    fn one_recording_a_list_and_a_report_can_be_read() {
        assert_eq!(recordings("a.json", ONE, None).unwrap().len(), 1);
        assert_eq!(
            recordings("a.json", &format!("\u{feff}[{ONE}, {ONE}]"), None)
                .unwrap()
                .len(),
            2
        );
        let report = format!(
            r#"{{ "schema": "hookproof.sender/1", "scenarios": [{{ "recording": {ONE}, "x": 1 }}] }}"#
        );
        assert_eq!(recordings("a.json", &report, None).unwrap().len(), 1);
    }

    #[test]
    fn a_scale_from_outside_replaces_the_one_in_the_file() {
        let read = recordings("a.json", ONE, Some(0.02)).unwrap();
        assert_eq!(
            (read[0].scale.to_bits(), read[0].mode),
            (0.02_f64.to_bits(), Mode::Scaled)
        );
    }

    #[test]
    fn the_place_of_a_fault_is_told() {
        assert_eq!(
            error("{\n  \"api\": ,"),
            "a.json: line 2, column 10, /api: expected value"
        );
        assert_eq!(error(""), "a.json: line 1, column 0: EOF while parsing a value");
        let unknown = error("{ \"api\": \"olbrain\",\n \"watched_untill_s\": 1 }");
        assert!(
            unknown.starts_with(
                "a.json: line 2, column 19, /watched_untill_s: unknown field `watched_untill_s`"
            ),
            "{unknown}"
        );
        let missing = error("{ \"api\": \"olbrain\", \"attempts\": [] }");
        assert!(missing.contains("missing field `watched_until_s`"), "{missing}");
        let answer = error(&ONE.replace("503", "[1, 99]"));
        assert!(answer.contains(", /attempts/0/answer: "), "{answer}");
        assert!(answer.contains("[1,99] is no answer"), "{answer}");
        assert!(error("3").contains("invalid type: integer `3`"), "{}", error("3"));
    }

    #[test]
    fn every_contradiction_is_told() {
        let text = r#"[{ "api": "olbrian\u001b", "scale": 0, "watched_until_s": 1, "attempts": [
            { "head_s": 2, "body_end_s": 1, "answer_end_s": 0.5, "answer": 503 }] }]"#;
        assert_eq!(
            error(text),
            "a.json cannot be judged:\n    \
             /0/api: there is no API `olbrian\\u{1b}`; the known ones are polyai, inkeep, olbrain\n    \
             /0/scale: 0 is not above 0 and at most 1; it is real seconds for one second of the schedule, 0.02 where ten minutes last 12 s\n    \
             /0/attempts/0/body_end_s: is before head_s\n    \
             /0/attempts/0/answer_end_s: is before head_s\n    \
             /0/attempts/0/head_s: is after watched_until_s, when the server had stopped listening"
        );
        assert_eq!(
            error(&ONE.replace(
                "\"api\"",
                r#""host": { "stalls": [{ "from_s": 2, "until_s": 1 }, { "from_s": 1, "until_s": 1 }],
                    "slow": [{ "from_s": 3, "until_s": 2, "times": 0.5 }] }, "api""#
            )),
            "a.json cannot be judged:\n    \
             /host/stalls/0/until_s: is before from_s\n    \
             /host/slow/0/until_s: is before from_s\n    \
             /host/slow/0/times: 0.5 is below 1"
        );
        let on_a_virtual_clock = ONE.replace(
            "\"api\"",
            r#""mode": "virtual", "host": { "stalls": [{ "from_s": 1, "until_s": 2 }] }, "api""#,
        );
        assert!(error(&on_a_virtual_clock).contains("/host: a virtual clock waits for the host"));
        assert!(
            error(&ONE.replace("\"api\"", "\"scale\": 0.5, \"api\""))
                .contains("/mode: a scale of 0.5 is not real time")
        );
    }
}
