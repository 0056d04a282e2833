//! Why a request was answered as it was: what was looked up, where, what was found, which requirement decided.
//!
//! The response header, the log line and the journal all show this one value.

use std::fmt;

use http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Serialize, Serializer};

/// The response header that carries a trace.
pub const HEADER_NAME: &str = "x-hookproof-trace";

/// Longest trace header value, in bytes.
pub const HEADER_VALUE_BYTES: usize = 1024;

/// Stands at the end of a header value that was cut.
const CUT: &str = "...";

/// A header value holds visible ASCII and spaces; the percent sign is ours.
const NOT_IN_HEADER: &AsciiSet = &CONTROLS.add(b'%');

/// Room for the trace of a usual request, so that it is allocated once.
const USUAL_TEXT_BYTES: usize = 320;
const USUAL_STEPS: usize = 6;

/// What a step adds to the line beside its own texts: its name, its requirement, what stands between them.
const USUAL_STEP_BYTES: usize = 56;

/// The steps that led to an answer, in order. The last one decided.
///
/// All texts lie in one buffer, because a trace is made for every request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Trace {
    text: String,
    steps: Vec<Mark>,
}

/// Where the texts of one step lie in the buffer.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark {
    what: &'static str,
    requirement: Option<&'static str>,
    place: usize,
    found: usize,
    end: usize,
}

/// One step of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Step<'t> {
    /// What was looked up, for example `key`.
    pub what: &'static str,
    /// Where it was looked for, for example `header x-api-key`.
    #[serde(rename = "where")]
    pub place: &'t str,
    /// What was found there. Secrets are masked, and outside text is cut.
    pub found: &'t str,
    /// The requirement that says what follows from it; none where no contract speaks about it.
    pub requirement: Option<&'static str>,
}

impl Trace {
    pub(crate) fn new() -> Self {
        Self {
            text: String::with_capacity(USUAL_TEXT_BYTES),
            steps: Vec::with_capacity(USUAL_STEPS),
        }
    }

    /// Adds a step. Outside text among the parts has to be masked and cut before.
    pub(crate) fn step(
        &mut self,
        what: &'static str,
        place: &[&str],
        found: &[&str],
        requirement: impl Into<Option<&'static str>>,
    ) {
        let start = self.text.len();
        self.text.extend(place.iter().copied());
        let middle = self.text.len();
        self.text.extend(found.iter().copied());
        let end = self.text.len();
        self.steps.push(Mark {
            what,
            requirement: requirement.into(),
            place: start,
            found: middle,
            end,
        });
    }

    /// The steps in the order in which they were taken.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = Step<'_>> {
        self.steps.iter().map(|mark| Step {
            what: mark.what,
            place: &self.text[mark.place..mark.found],
            found: &self.text[mark.found..mark.end],
            requirement: mark.requirement,
        })
    }

    /// How much text the trace holds, in bytes.
    pub(crate) fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// The requirement that decided the answer.
    pub fn decided_by(&self) -> Option<&'static str> {
        self.steps.last().and_then(|mark| mark.requirement)
    }

    /// The trace as the value of `x-hookproof-trace`: one line, percent-encoded, at most
    /// [`HEADER_VALUE_BYTES`] long. A longer one ends in `...`.
    pub fn to_header_value(&self) -> HeaderValue {
        let mut line = String::with_capacity(self.text.len() + self.steps.len() * USUAL_STEP_BYTES);
        // Nearly every trace is plain already, which one pass over the whole text tells.
        let encoded = self
            .text
            .bytes()
            .filter(|byte| !matches!(byte, b' '..=b'$' | b'&'..=b'~'))
            .count();
        let push = |line: &mut String, text: &str| {
            if encoded == 0 {
                line.push_str(text);
            } else {
                line.extend(utf8_percent_encode(text, NOT_IN_HEADER));
            }
        };
        for (number, step) in self.steps().enumerate() {
            if number > 0 {
                line.push_str("; ");
            }
            line.push_str(step.what);
            line.push(' ');
            push(&mut line, step.place);
            line.push_str(": ");
            push(&mut line, step.found);
            if let Some(requirement) = step.requirement {
                line.push_str(" [");
                line.push_str(requirement);
                line.push(']');
            }
        }
        if line.len() > HEADER_VALUE_BYTES {
            let mut cut = HEADER_VALUE_BYTES - CUT.len();
            // Half an escape would decode to something else.
            if let Some(escape) = line[cut - 2..cut].find('%') {
                cut = cut - 2 + escape;
            }
            line.truncate(cut);
            line.push_str(CUT);
        }
        HeaderValue::from_maybe_shared(bytes::Bytes::from(line))
            .expect("control characters are encoded above")
    }
}

/// One line. Characters that could forge or garble a line of a terminal are escaped.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps().enumerate() {
            if number > 0 {
                f.write_str("; ")?;
            }
            write!(
                f,
                "{} {}: {}",
                step.what,
                Printable(step.place),
                Printable(step.found)
            )?;
            if let Some(requirement) = step.requirement {
                write!(f, " [{requirement}]")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.steps()).finish()
    }
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.steps())
    }
}

/// Text on one line: what is not printable is shown as an escape.
pub(crate) struct Printable<'t>(pub(crate) &'t str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        loop {
            // Nearly everything is plain, and goes out in one piece.
            let plain = rest
                .bytes()
                .take_while(|byte| matches!(byte, b' '..=b'~'))
                .count();
            f.write_str(&rest[..plain])?;
            rest = &rest[plain..];
            let Some(odd) = rest.chars().next() else {
                return Ok(());
            };
            write!(f, "{}", odd.escape_debug())?;
            rest = &rest[odd.len_utf8()..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_back_in_order() {
        let mut trace = Trace::new();
        trace.step(
            "key",
            &["header ", "x-api-key"],
            &["the valid key"],
            "polyai.auth.ok",
        );
        trace.step("route", &["/x"], &[], None);
        let steps: Vec<Step<'_>> = trace.steps().collect();
        assert_eq!(steps[0].place, "header x-api-key");
        assert_eq!(steps[0].found, "the valid key");
        assert_eq!(
            steps[1],
            Step {
                what: "route",
                place: "/x",
                found: "",
                requirement: None
            }
        );
        assert_eq!(trace.decided_by(), None);
        assert_eq!(
            trace.to_string(),
            "key header x-api-key: the valid key [polyai.auth.ok]; route /x: "
        );
    }

    #[test]
    fn a_line_cannot_be_forged() {
        let mut trace = Trace::new();
        trace.step("id", &["payload at a\nb"], &["\u{1b}[31m\u{202e}é"], None);
        assert_eq!(trace.to_string(), "id payload at a\\nb: \\u{1b}[31m\\u{202e}é");
        let value = trace.to_header_value();
        assert_eq!(
            value.to_str().unwrap(),
            "id payload at a%0Ab: %1B[31m%E2%80%AE%C3%A9"
        );
    }

    #[test]
    fn a_long_header_value_is_cut_between_escapes() {
        for padding in 0..6 {
            let mut trace = Trace::new();
            trace.step(
                "id",
                &["p".repeat(padding).as_str()],
                &["é".repeat(600).as_str()],
                None,
            );
            let value = trace.to_header_value();
            let text = value.to_str().unwrap();
            assert!(
                text.len() <= HEADER_VALUE_BYTES && text.len() > HEADER_VALUE_BYTES - 4,
                "{}",
                text.len()
            );
            let escapes = text.strip_suffix("...").unwrap().split_once(": ").unwrap().1;
            assert_eq!(escapes.len() % 3, 0, "{text}");
        }
    }

    #[test]
    fn serialises_as_a_list_of_steps() {
        let mut trace = Trace::new();
        trace.step("key", &["header"], &["none"], "polyai.auth.missing-key");
        assert_eq!(
            serde_json::to_string(&trace).unwrap(),
            r#"[{"what":"key","where":"header","found":"none","requirement":"polyai.auth.missing-key"}]"#
        );
    }
}
