//! The attempts of a recording as a table: when, how long after the answer before, what it was answered, and what the
//! documents let a sender do next.

use std::fmt::Write as _;

use serde::Serialize;

use super::judge::{Judgement, Where};
use super::{Answered, Attempt, Recording, Retries};
use crate::verdict::Verdict;

/// How many attempts of one event are shown at its beginning and at its end.
const SHOWN: usize = 20;

/// One attempt, as a line of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Its event.
    pub event: u32,
    /// Its place among the attempts of the event, counted from 1.
    pub attempt: usize,
    /// When it arrived, in seconds of the schedule since the event's first attempt.
    pub at_s: f64,
    /// How long after the answer before, in seconds of the schedule; below zero where it did not wait.
    pub gap_s: Option<f64>,
    /// What it was answered.
    pub answer: Answered,
    /// What the documents say about the next one.
    pub allowed: String,
    /// The requirements that it breaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<&'static str>,
}

/// Every attempt of a recording, event by event.
pub fn lines(recording: &Recording, judgements: &[Judgement]) -> Vec<Line> {
    let mut events: Vec<u32> = recording.attempts.iter().map(|attempt| attempt.event).collect();
    events.sort_unstable();
    events.dedup();
    events
        .into_iter()
        .flat_map(|event| lines_of(recording, judgements, event))
        .collect()
}

fn lines_of(recording: &Recording, judgements: &[Judgement], event: u32) -> Vec<Line> {
    let mut attempts: Vec<&Attempt> = recording
        .attempts
        .iter()
        .filter(|attempt| attempt.event == event)
        .collect();
    attempts.sort_by_key(|attempt| attempt.head);
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

/// The table of some events as text.
pub fn table(recording: &Recording, judgements: &[Judgement], events: impl Fn(u32) -> bool) -> String {
    let mut out = String::new();
    let all = lines(recording, judgements);
    let _ = writeln!(
        out,
        "{:>6} {:>8} {:>11} {:>10}  {:<10} {:<44} note",
        "event", "attempt", "at", "gap", "answer", "then"
    );
    let mut shown = all.iter().filter(|line| events(line.event)).peekable();
    while let Some(line) = shown.next() {
        let count = all.iter().filter(|other| other.event == line.event).count();
        if count > 2 * SHOWN
            && line.attempt > SHOWN
            && line.attempt <= count - SHOWN
            && line.breaks.is_empty()
        {
            if line.attempt == SHOWN + 1 {
                let _ = writeln!(out, "{:>6} … {} more …", line.event, count - 2 * SHOWN);
            }
            continue;
        }
        let gap = line.gap_s.map_or(String::new(), |gap| format!("{gap:.2} s"));
        let _ = writeln!(
            out,
            "{:>6} {:>8} {:>11} {gap:>10}  {:<10} {:<44} {}",
            line.event,
            line.attempt,
            format!("{:.2} s", line.at_s),
            line.answer.to_string(),
            line.allowed,
            if line.breaks.is_empty() {
                String::new()
            } else {
                format!("breaks {}", line.breaks.join(", "))
            }
            .trim_end(),
        );
        let last = shown.peek().is_none_or(|next| next.event != line.event);
        if last {
            let until = (recording.watched_until.as_secs_f64() / recording.scale)
                - first_head(recording, line.event) / recording.scale;
            let _ = writeln!(
                out,
                "{:>6} {:>8} {:>11}",
                line.event,
                "watched",
                format!("{until:.2} s")
            );
        }
    }
    // No blank follows the last column where there is no note.
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn first_head(recording: &Recording, event: u32) -> f64 {
    recording
        .attempts
        .iter()
        .filter(|attempt| attempt.event == event)
        .map(|attempt| attempt.head.as_secs_f64())
        .fold(f64::INFINITY, f64::min)
}

/// Events whose attempts say most: those in which single attempts broke something, or else the first one.
pub fn telling(recording: &Recording, judgements: &[Judgement]) -> Vec<u32> {
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
            table(&recording, &judgements, |_| true),
            "\u{20}event  attempt          at        gap  answer     then                                         note\n\
             \u{20}    0        1      0.00 s             503        again, about 1 s later, scattered or not\n\
             \u{20}    0        2      1.00 s     1.00 s  429        no further attempt\n\
             \u{20}    0        3      3.50 s     2.50 s  reset      open                                         breaks olbrain.retry.not-4xx.later\n\
             \u{20}    0  watched     15.00 s\n"
        );
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
        let text = table(&recording, &[], |_| true);
        assert!(text.contains("60 more"), "{text}");
        assert_eq!(text.lines().count(), 1 + 20 + 1 + 20 + 1);
    }
}
