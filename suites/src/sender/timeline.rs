//! The attempts of a recording: when, how long after the answer before, what each was answered, and what the documents
//! let a sender do next. The one timeline of terminal and JSON, whoever recorded it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::judge::{Judgement, Where};
use super::{Answered, Attempt, Recording, Retries};
use crate::verdict::Verdict;

/// How many attempts of one event a table shows at its beginning and at its end, and how many a row.
const SHOWN: usize = 20;
const SHOWN_IN_ROW: usize = 12;

/// One attempt, as a line of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Line {
    /// Its event.
    pub(crate) event: u32,
    /// Its place among the attempts of the event, counted from 1.
    pub(crate) attempt: usize,
    /// When it arrived, in seconds of the schedule since the event's first attempt.
    pub(crate) at_s: f64,
    /// How long after the answer before, in seconds of the schedule; below zero where it did not wait.
    pub(crate) gap_s: Option<f64>,
    /// What it was answered.
    pub(crate) answer: Answered,
    /// What the documents say about the next one.
    pub(crate) allowed: String,
    /// The requirements that it breaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) breaks: Vec<&'static str>,
}

/// The attempts of a recording, arranged for people and for JSON.
pub(crate) struct Timeline {
    lines: Vec<Line>,
    /// Until when each event was listened to, in seconds of the schedule since its first attempt.
    watched: BTreeMap<u32, f64>,
}

impl Timeline {
    /// Every attempt of a recording, event by event, with what the judgements say about it.
    pub(crate) fn new(recording: &Recording, judgements: &[Judgement]) -> Self {
        let mut by_event: BTreeMap<u32, Vec<&Attempt>> = BTreeMap::new();
        for attempt in &recording.attempts {
            by_event.entry(attempt.event).or_default().push(attempt);
        }
        let (mut lines, mut watched) = (Vec::new(), BTreeMap::new());
        for (event, mut attempts) in by_event {
            attempts.sort_by_key(|attempt| attempt.head);
            let listened = recording.watched_until.saturating_sub(attempts[0].head);
            watched.insert(event, listened.as_secs_f64() / recording.scale);
            lines.extend(lines_of(recording, judgements, event, &attempts));
        }
        Self { lines, watched }
    }

    /// The attempts, event by event and in order.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    fn of(&self, event: u32) -> Vec<&Line> {
        self.lines.iter().filter(|line| line.event == event).collect()
    }

    /// An event on one line: the answers, and the gaps between them in seconds of the schedule.
    pub(crate) fn row(&self, event: u32) -> String {
        let lines = self.of(event);
        let mut out = String::new();
        for (index, line) in lines.iter().enumerate() {
            if lines.len() > 2 * SHOWN_IN_ROW {
                if index == SHOWN_IN_ROW {
                    let _ = write!(out, " … {} more …", lines.len() - 2 * SHOWN_IN_ROW);
                }
                if (SHOWN_IN_ROW..lines.len() - SHOWN_IN_ROW).contains(&index) {
                    continue;
                }
            }
            if let Some(gap) = line.gap_s {
                let _ = write!(out, " +{gap:.2} s ");
            }
            let _ = write!(out, "{}", line.answer);
        }
        if out.is_empty() {
            "nothing arrived".to_owned()
        } else {
            out
        }
    }

    /// The table of some events as text.
    pub(crate) fn table(&self, events: impl Fn(u32) -> bool) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{:>6} {:>8} {:>11} {:>10}  {:<10} {:<44} note",
            "event", "attempt", "at", "gap", "answer", "then"
        );
        for (&event, watched) in self.watched.iter().filter(|(event, _)| events(**event)) {
            let lines = self.of(event);
            let ends = SHOWN + 1..=lines.len().saturating_sub(SHOWN);
            for line in &lines {
                if lines.len() > 2 * SHOWN && ends.contains(&line.attempt) && line.breaks.is_empty() {
                    if line.attempt == SHOWN + 1 {
                        let _ = writeln!(out, "{event:>6} … {} more …", lines.len() - 2 * SHOWN);
                    }
                    continue;
                }
                out.push_str(&cells(line));
            }
            let _ = writeln!(
                out,
                "{event:>6} {:>8} {:>11}",
                "watched",
                format!("{watched:.2} s")
            );
        }
        out
    }
}

fn cells(line: &Line) -> String {
    let gap = line.gap_s.map_or(String::new(), |gap| format!("{gap:.2} s"));
    let note = if line.breaks.is_empty() {
        String::new()
    } else {
        format!("breaks {}", line.breaks.join(", "))
    };
    let cells = format!(
        "{:>6} {:>8} {:>11} {gap:>10}  {:<10} {:<44} {note}",
        line.event,
        line.attempt,
        format!("{:.2} s", line.at_s),
        line.answer.to_string(),
        line.allowed,
    );
    // No blank follows the last column where there is no note.
    format!("{}\n", cells.trim_end())
}

fn lines_of(recording: &Recording, judgements: &[Judgement], event: u32, attempts: &[&Attempt]) -> Vec<Line> {
    let retries = crate::registry::retries(&recording.api);
    let mut lines = Vec::new();
    for (index, attempt) in attempts.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| attempts[before]);
        let place = Where {
            event,
            attempt: index,
        };
        lines.push(Line {
            event,
            attempt: index + 1,
            at_s: (attempt.head.saturating_sub(attempts[0].head)).as_secs_f64() / recording.scale,
            gap_s: before.map(|before| {
                (attempt.head.as_secs_f64() - before.answered().as_secs_f64()) / recording.scale
            }),
            answer: attempt.answer,
            allowed: allowed(retries, attempt, index),
            breaks: judgements
                .iter()
                .filter(|judgement| judgement.at.contains(&place))
                .map(|judgement| judgement.requirement)
                .collect(),
        });
    }
    lines
}

/// What the documents let a sender do after an attempt.
fn allowed(retries: Option<&Retries>, attempt: &Attempt, index: usize) -> String {
    let Some(Retries::Schedule(rows)) = retries else {
        return "open".to_owned();
    };
    let Some(status) = attempt.answer.status() else {
        return "open".to_owned();
    };
    match status {
        _ if rows.on.iter().any(|(on, _)| *on == status) => {
            let doubled = i32::try_from(index).map_or(60.0, |index| 2_f64.powi(index.min(6)).min(60.0));
            let delay = match attempt.retry_after {
                Some(seconds) => format!("not before {} s", seconds.as_secs_f64()),
                None if index == 0 => "about 1 s later, scattered or not".to_owned(),
                None => format!("about {doubled:.0} s later if doubled, at most 60 s"),
            };
            format!("again, {delay}")
        }
        400..=499 | 200..=299 => "no further attempt".to_owned(),
        _ => "open".to_owned(),
    }
}

/// Events whose attempts say most: those in which single attempts broke something, or else the first one.
pub(crate) fn telling(recording: &Recording, judgements: &[Judgement]) -> Vec<u32> {
    let mut events: Vec<u32> = judgements
        .iter()
        .filter(|judgement| matches!(judgement.verdict, Verdict::Warn | Verdict::Fail))
        .filter_map(|judgement| judgement.at.first())
        .map(|place| place.event)
        .collect();
    events.sort_unstable();
    events.dedup();
    if events.is_empty() {
        events.extend(recording.attempts.iter().map(|attempt| attempt.event).min());
    }
    events
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sender::judge::judge;

    #[test]
    fn a_table_says_what_was_allowed_and_what_was_done() {
        let mut recording = Recording::new("olbrain");
        for (at, answer) in [
            (5.0, Answered::Status(503)),
            (6.0, Answered::Status(429)),
            (8.5, Answered::Reset),
        ] {
            recording
                .attempts
                .push(Attempt::new(Duration::from_secs_f64(at), answer));
        }
        recording.watched_until = Duration::from_secs(20);
        let judgements = judge(&recording);
        assert_eq!(
            Timeline::new(&recording, &judgements).table(|_| true),
            "\u{20}event  attempt          at        gap  answer     then                                         note\n\
             \u{20}    0        1      0.00 s             503        again, about 1 s later, scattered or not\n\
             \u{20}    0        2      1.00 s     1.00 s  429        no further attempt\n\
             \u{20}    0        3      3.50 s     2.50 s  reset      open                                         breaks olbrain.retry.not-4xx.later\n\
             \u{20}    0  watched     15.00 s\n"
        );
        assert_eq!(
            Timeline::new(&recording, &judgements).row(0),
            "503 +1.00 s 429 +2.50 s reset"
        );
        assert_eq!(Timeline::new(&recording, &judgements).row(1), "nothing arrived");
        assert_eq!(telling(&recording, &judgements), [0]);
    }

    #[test]
    fn a_flood_is_cut_to_its_ends() {
        let mut recording = Recording::new("olbrain");
        for at in 0..100 {
            recording
                .attempts
                .push(Attempt::new(Duration::from_secs(at), Answered::Status(503)));
        }
        let text = Timeline::new(&recording, &[]).table(|_| true);
        assert!(text.contains("60 more"), "{text}");
        assert_eq!(text.lines().count(), 1 + 20 + 1 + 20 + 1);
        let row = Timeline::new(&recording, &[]).row(0);
        assert!(row.contains("503 … 76 more … +1.00 s 503"), "{row}");
    }
}
