//! What a sender did, as data: attempts, their instants, and the circumstances of the recording.
//!
//! In JSON every instant and every length of time is a number of seconds, and its name ends in `_s`. Instants count
//! from one common origin, on a clock that never goes back, and they are real: only the judge divides by the scale.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::host::HostTrace;

/// One request that arrived, and what it was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// Which of the events it belongs to, counted from 0. Attempts are told apart by the address they were sent to
    /// alone, so that a changed body or a changed key is seen as such.
    #[serde(default)]
    pub event: u32,
    /// When the head of the request was complete.
    #[serde(rename = "head_s", with = "seconds")]
    pub head: Duration,
    /// When its body was complete. `None` where that was not seen: it then counts as complete with the head.
    #[serde(
        rename = "body_end_s",
        with = "seconds::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub body_end: Option<Duration>,
    /// When the last byte of the answer was written, or the connection was cut or closed. `None` where that was not
    /// seen: an answer then counts as given at once; where nothing was answered, as awaited until the recording ends.
    #[serde(
        rename = "answer_end_s",
        with = "seconds::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub answer_end: Option<Duration>,
    /// What it was answered.
    pub answer: Answered,
    /// The seconds of a `Retry-After` in the answer, as written there: not scaled.
    #[serde(
        rename = "retry_after_s",
        with = "seconds::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub retry_after: Option<Duration>,
    /// A digest of the raw body: any text that is the same for the same bytes and only for them. `None` where bodies
    /// were not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The body as JSON. `None` where it is not JSON or was not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The value of the header `Idempotency-Key`, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_key: Option<String>,
}

impl Attempt {
    /// An attempt of event 0 of which only the instant and the answer are known; the other fields can be set.
    pub fn new(head: Duration, answer: Answered) -> Self {
        Self {
            event: 0,
            head,
            body_end: None,
            answer_end: None,
            answer,
            retry_after: None,
            digest: None,
            body: None,
            header_key: None,
        }
    }

    /// When its answer was over, or when it arrived where that is not known.
    pub(crate) fn answered(&self) -> Duration {
        self.answer_end.or(self.body_end).unwrap_or(self.head)
    }
}

/// What an attempt was answered. In JSON a status is a number, a truncated answer `{"truncated": 200}`, and the others
/// are their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answered {
    /// The connection was reset before an answer began.
    Reset,
    /// An answer with this status began, and the connection was cut before its end.
    Truncated(u16),
    /// Nothing: the server held the connection open.
    Silence,
    /// A whole answer with this status.
    #[serde(untagged)]
    Status(u16),
}

impl<'de> Deserialize<'de> for Answered {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let status = |value: &Value| {
            let number = value.as_u64().and_then(|number| u16::try_from(number).ok())?;
            (100..600).contains(&number).then_some(number)
        };
        let truncated = |value: &Value| {
            let members = value.as_object().filter(|members| members.len() == 1)?;
            status(members.get("truncated")?)
        };
        match value.as_str() {
            Some("reset") => return Ok(Self::Reset),
            Some("silence") => return Ok(Self::Silence),
            _ => {}
        }
        let known = status(&value)
            .map(Self::Status)
            .or_else(|| truncated(&value).map(Self::Truncated));
        known.ok_or_else(|| {
            let shown: String = value.to_string().chars().take(60).collect();
            serde::de::Error::custom(format!(
                "{shown} is no answer: it is a status from 100 to 599, \"reset\", \"silence\" or {{\"truncated\": status}}"
            ))
        })
    }
}

impl Answered {
    /// The status, where a whole answer was given.
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status),
            _ => None,
        }
    }
}

impl std::fmt::Display for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => f.pad(&status.to_string()),
            Self::Reset => f.pad("reset"),
            Self::Truncated(status) => f.pad(&format!("{status} cut")),
            Self::Silence => f.pad("silence"),
        }
    }
}

/// In which time a sender ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The sender's own settings.
    #[default]
    Real,
    /// Its base delay, cap and budget were multiplied by the scale.
    Scaled,
    /// Its clock ran faster by the inverse of the scale.
    FakeClock,
    /// A paused or simulated clock: no time passes but what the sender waits for.
    Virtual,
}

impl Mode {
    /// The word as it is printed and written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Scaled => "scaled",
            Self::FakeClock => "fake-clock",
            Self::Virtual => "virtual",
        }
    }
}

/// How much longer than it means to a sender takes for each gap, as measured before it was judged. Real time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overhead {
    /// What the host adds: the 95th percentile of the runner's own overshoot.
    #[serde(rename = "host_s", with = "seconds", default)]
    pub host: Duration,
    /// What the sender itself adds (start-up, connection, scheduling), the host's part included.
    #[serde(rename = "client_s", with = "seconds", default)]
    pub client: Duration,
}

impl Overhead {
    /// The larger of the two: what a gap can be too long without fault of the sender's policy.
    pub fn per_gap(self) -> Duration {
        self.host.max(self.client)
    }
}

/// Everything that was recorded under one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// Id of the API whose rules apply.
    pub api: String,
    /// Name of the scenario, for reports only: what is judged follows from what was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// In which time the sender ran.
    #[serde(default)]
    pub mode: Mode,
    /// Real seconds for one second of the documented schedule: 0.02 where ten minutes last 12 s. Above 0, at most 1.
    #[serde(default = "unscaled")]
    pub scale: f64,
    /// Until when the server listened, whether or not anything came.
    #[serde(rename = "watched_until_s", with = "seconds")]
    pub watched_until: Duration,
    /// The measured overhead, where it was measured. Nothing measured is taken for nothing added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overhead: Option<Overhead>,
    /// What the host did in the meantime, where that was measured. No bound fails a sender for what it explains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostTrace>,
    /// Whether the sender was told which event it sends. Only then are two events with one key its fault.
    #[serde(default)]
    pub numbered: bool,
    /// Whether a duplicate of the event does harm, so that an `Idempotency-Key` belongs into its body.
    #[serde(default)]
    pub side_effects: bool,
    /// Whether one process sent all events, one after the other. Only then can one event spoil the next.
    #[serde(default)]
    pub one_process: bool,
    /// The attempts, in any order.
    pub attempts: Vec<Attempt>,
}

fn unscaled() -> f64 {
    1.0
}

impl Recording {
    /// An empty recording in real time.
    pub fn new(api: impl Into<String>) -> Self {
        Self {
            api: api.into(),
            scenario: None,
            mode: Mode::Real,
            scale: 1.0,
            watched_until: Duration::ZERO,
            overhead: None,
            host: None,
            numbered: false,
            side_effects: false,
            one_process: false,
            attempts: Vec::new(),
        }
    }
}

/// Lengths of time as a number of seconds.
pub(super) mod seconds {
    use std::time::Duration;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        value: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(value.as_secs_f64())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(number)
            .map_err(|_| D::Error::custom(format!("{number} is no number of seconds from 0 on")))
    }

    pub(super) mod optional {
        use std::time::Duration;

        use serde::{Deserialize, Deserializer, Serializer};

        #[expect(clippy::ref_option, reason = "the signature serde asks for")]
        pub(in super::super) fn serialize<S: Serializer>(
            value: &Option<Duration>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match value {
                Some(value) => serializer.serialize_f64(value.as_secs_f64()),
                None => serializer.serialize_none(),
            }
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Duration>, D::Error> {
            #[derive(Deserialize)]
            struct Seconds(#[serde(deserialize_with = "super::deserialize")] Duration);
            Ok(Option::<Seconds>::deserialize(deserializer)?.map(|Seconds(value)| value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_written_as_it_is_read() {
        let text = r#"{
            "api": "olbrain", "mode": "scaled", "scale": 0.02, "watched_until_s": 3.5,
            "overhead": { "host_s": 0.002, "client_s": 0.01 },
            "host": { "stalls": [{ "from_s": 0.5, "until_s": 0.75 }], "slow": [{ "from_s": 1, "until_s": 2, "times": 3.5 }] },
            "attempts": [
                { "head_s": 0, "answer": 503, "retry_after_s": 3 },
                { "event": 1, "head_s": 0.1, "body_end_s": 0.2, "answer_end_s": 0.25, "answer": "reset",
                  "digest": "00ff", "body": { "Idempotency-Key": "a" }, "header_key": "b" },
                { "head_s": 1, "answer": { "truncated": 200 } },
                { "head_s": 2, "answer": "silence" }
            ]
        }"#;
        let read: Recording = serde_json::from_str(text).unwrap();
        assert_eq!(read.attempts[0].answer, Answered::Status(503));
        assert_eq!(read.attempts[0].retry_after, Some(Duration::from_secs(3)));
        assert_eq!(read.attempts[1].answer, Answered::Reset);
        assert_eq!(read.attempts[1].answer_end, Some(Duration::from_millis(250)));
        assert_eq!(read.attempts[2].answer, Answered::Truncated(200));
        assert_eq!(read.attempts[3].answer, Answered::Silence);
        assert_eq!(read.overhead.unwrap().per_gap(), Duration::from_millis(10));
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Recording>(&written).unwrap(), read);
    }

    #[test]
    fn time_before_the_origin_is_refused() {
        let error = serde_json::from_str::<Attempt>(r#"{ "head_s": -1, "answer": 503 }"#).unwrap_err();
        assert!(
            error.to_string().contains("-1 is no number of seconds"),
            "{error}"
        );
    }
}
