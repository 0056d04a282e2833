//! One request and what came of it.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::Request;

/// What the target answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Header fields in the order of arrival; values as Latin-1 text, since they may be any bytes.
    pub headers: Vec<(String, String)>,
    /// The body, cut at [`super::Limits::response_bytes`].
    pub body: Bytes,
    /// Whether the body was longer than what is kept here.
    pub cut: bool,
}

impl Response {
    /// The first field of this name, compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// Type and subtype of the body in lower case, without parameters.
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(
            value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase(),
        )
    }

    /// The body as JSON, where it is JSON.
    pub fn json(&self) -> Option<Value> {
        crate::json_reading::value(&self.body)
    }

    /// Whether the body is labelled as JSON and was not read to its end, so that nobody can say what is in it.
    pub fn is_json_in_part(&self) -> bool {
        self.cut && self.media_type().is_some_and(|media| media.contains("json"))
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoAnswerKind {
    /// No connection could be made.
    Unreachable,
    /// TLS could not be agreed on.
    Tls,
    /// The time for one request ran out.
    TimedOut,
    /// The connection ended before there was an answer.
    Closed,
    /// The connection ended in the middle of an answer.
    Cut,
    /// What came back is not HTTP.
    Malformed,
    /// Nothing was sent: safe mode, a dry run, or the end of the run kept the request back.
    Withheld,
}

/// A request that got no (complete) answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// The kind of failure.
    pub kind: NoAnswerKind,
    /// The same in words.
    pub detail: String,
}

/// One request with its answer, or the reason why there is none.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Position in the case, from 1.
    pub number: usize,
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub answer: Result<Response, NoAnswer>,
    /// From the first byte sent to the last byte received.
    pub elapsed: Duration,
}

impl Exchange {
    /// The status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|response| response.status)
    }

    /// Whether the request was not sent at all.
    pub fn is_withheld(&self) -> bool {
        self.answer
            .as_ref()
            .is_err_and(|none| none.kind == NoAnswerKind::Withheld)
    }

    /// Whether the target answered 2xx.
    pub fn is_success(&self) -> bool {
        self.answer.as_ref().is_ok_and(Response::is_success)
    }

    /// The answer, where there was one.
    pub fn response(&self) -> Option<&Response> {
        self.answer.as_ref().ok()
    }

    /// The answer in a few words: status and the beginning of the body.
    pub fn in_short(&self) -> String {
        match &self.answer {
            Ok(response) if response.body.is_empty() => format!("{} without a body", response.status),
            Ok(response) => {
                let text = String::from_utf8_lossy(&response.body);
                let mut short: String = text.chars().take(160).collect();
                if short.len() < text.len() {
                    short.push('…');
                }
                format!("{} {short}", response.status)
            }
            Err(none) if none.kind == NoAnswerKind::Withheld => none.detail.clone(),
            Err(none) => format!("no answer: {}", none.detail),
        }
    }
}
