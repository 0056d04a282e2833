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
    let document: Value = serde_json::from_str(text).map_err(unreadable)?;
    let faults = lists_for_objects(&document);
    if !faults.is_empty() {
        return Err(AttemptsError::Contradictory {
            file: file.to_owned(),
            faults,
        });
    }
    let (mut recordings, place): (Vec<Recording>, fn(usize) -> String) = match document {
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

/// Lists where an object belongs. Reading alone would take the values of a list for members, in the order of the fields.
fn lists_for_objects(document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut objects: Vec<(String, &Value)> = match document {
        Value::Array(recordings) => numbered("", recordings),
        Value::Object(members) => match members.get("scenarios").and_then(Value::as_array) {
            Some(scenarios) => numbered("/scenarios", scenarios),
            None => vec![(String::new(), document)],
        },
        _ => Vec::new(),
    };
    while let Some((pointer, object)) = objects.pop() {
        if object.is_array() {
            faults.push(format!("{pointer}: is a list; an object belongs here"));
        }
        for member in ["recording", "overhead", "host"] {
            let value = object.get(member);
            objects.extend(value.map(|value| (format!("{pointer}/{member}"), value)));
        }
        for member in ["attempts", "stalls", "slow"] {
            let values = object.get(member).and_then(Value::as_array);
            objects.extend(
                values
                    .into_iter()
                    .flat_map(|values| numbered(&format!("{pointer}/{member}"), values)),
            );
        }
    }
    faults.truncate(LISTED_FAULTS);
    faults
}

fn numbered<'v>(pointer: &str, values: &'v [Value]) -> Vec<(String, &'v Value)> {
    let values = values.iter().enumerate();
    values
        .map(|(index, value)| (format!("{pointer}/{index}"), value))
        .collect()
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
mod tests;
