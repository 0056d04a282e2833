//! One step of a script: what one attempt is answered.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

/// What one attempt is answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    /// As a correct server answers this very request.
    Success,
    /// An error with this status.
    Status {
        /// The status.
        status: u16,
        /// The seconds that its `Retry-After` names; none without.
        retry_after_s: Option<u32>,
        /// How long the answer is held back, in seconds of the documented schedule.
        after_s: f64,
    },
    /// The connection is reset before any answer.
    Reset,
    /// An answer with this status begins, and the connection ends in the middle of its body.
    Truncated {
        /// The status.
        status: u16,
    },
    /// Nothing, and then the end of the connection.
    Silence {
        /// How long the connection is held open, in seconds of the documented schedule.
        for_s: f64,
    },
}

/// How long silence lasts where a script does not say.
const SILENCE_S: f64 = 30.0;

/// Longest that an answer may be held back.
const MAX_HELD_S: f64 = 3600.0;

impl Step {
    /// An error with this status, at once.
    pub(crate) fn status(status: u16) -> Self {
        Self::Status {
            status,
            retry_after_s: None,
            after_s: 0.0,
        }
    }

    /// Whether it is a fault: a planned one must be met.
    pub(crate) fn is_fault(&self) -> bool {
        *self != Self::Success
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => f.write_str("success"),
            Self::Status {
                status,
                retry_after_s,
                after_s,
            } => {
                write!(f, "{status}")?;
                if let Some(seconds) = retry_after_s {
                    write!(f, " with Retry-After: {seconds}")?;
                }
                if *after_s > 0.0 {
                    write!(f, " after {after_s} s")?;
                }
                Ok(())
            }
            Self::Reset => f.write_str("a reset connection"),
            Self::Truncated { status } => write!(f, "a {status} that breaks off"),
            Self::Silence { .. } => f.write_str("silence"),
        }
    }
}

/// A step that is written as a table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    status: Option<u16>,
    retry_after_s: Option<u32>,
    after_s: Option<f64>,
    truncated: Option<u16>,
    silence_s: Option<f64>,
}

fn checked<E: de::Error>(status: u64) -> Result<u16, E> {
    u16::try_from(status)
        .ok()
        .filter(|status| (200..600).contains(status))
        .ok_or_else(|| E::custom(format!("a status is a number from 200 to 599, not {status}")))
}

fn held<E: de::Error>(seconds: f64) -> Result<f64, E> {
    if (0.0..=MAX_HELD_S).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(E::custom(format!(
            "{seconds} is no number of seconds from 0 to {MAX_HELD_S}"
        )))
    }
}

impl Table {
    fn step<E: de::Error>(self) -> Result<Step, E> {
        match self {
            Self {
                status: Some(status),
                retry_after_s,
                after_s,
                truncated: None,
                silence_s: None,
            } => Ok(Step::Status {
                status: checked(status.into())?,
                retry_after_s,
                after_s: held(after_s.unwrap_or(0.0))?,
            }),
            Self {
                status: None,
                retry_after_s: None,
                after_s: None,
                truncated: Some(status),
                silence_s: None,
            } => Ok(Step::Truncated {
                status: checked(status.into())?,
            }),
            Self {
                status: None,
                retry_after_s: None,
                after_s: None,
                truncated: None,
                silence_s: Some(seconds),
            } => Ok(Step::Silence {
                for_s: held(seconds)?,
            }),
            _ => Err(E::custom(
                "a step has one of `status` (with `retry_after_s` and `after_s`), `truncated` and `silence_s`",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Step;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a status, a word or a table")
            }

            fn visit_u64<E: de::Error>(self, status: u64) -> Result<Step, E> {
                checked(status).map(Step::status)
            }

            fn visit_i64<E: de::Error>(self, status: i64) -> Result<Step, E> {
                checked(u64::try_from(status).unwrap_or(0)).map(Step::status)
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Step, E> {
                match word {
                    "success" => Ok(Step::Success),
                    "reset" => Ok(Step::Reset),
                    "silence" => Ok(Step::Silence { for_s: SILENCE_S }),
                    _ => Err(E::custom(format!(
                        "`{}` is no step; the words are success, reset and silence",
                        word.escape_debug()
                    ))),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Step, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map))?.step()
            }
        }
        deserializer.deserialize_any(Written)
    }
}
