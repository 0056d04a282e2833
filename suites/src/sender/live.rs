//! What a terminal shows while a run goes on: each attempt as it comes, and what is awaited.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::play::desk::Desk;
use super::play::stage::Stage;

/// How often the last line is drawn anew.
const EVERY: Duration = Duration::from_millis(200);

/// How many attempts a second are shown one by one; more than these are only counted.
const SHOWN_AT_ONCE: usize = 4;

/// The live display of one run.
pub(crate) struct Display {
    scenarios: Vec<(String, Range<usize>)>,
    scale: f64,
    /// Answered attempts of each event that were shown.
    shown: Vec<usize>,
}

impl Display {
    pub(crate) fn new(scenarios: Vec<(String, Range<usize>)>, scale: f64) -> Self {
        Self {
            scenarios,
            scale,
            shown: Vec::new(),
        }
    }

    /// Draws until the task is ended.
    pub(crate) async fn run(mut self, stage: Arc<Stage>) {
        loop {
            let lines = {
                let desk = stage.desk();
                let mut lines = self.attempts(&desk);
                lines.push(self.awaited(&desk, stage.now()));
                lines
            };
            let mut out = anstream::stderr();
            // Who closed the terminal needs no display.
            let _ = write!(out, "\r\x1b[K{}", lines.join("\n"));
            let _ = out.flush();
            tokio::time::sleep(EVERY).await;
        }
    }

    fn scenario_of(&self, event: usize) -> &str {
        self.scenarios
            .iter()
            .find(|(_, range)| range.contains(&event))
            .map_or("", |(name, _)| name)
    }

    /// The attempts that were answered since the last time.
    fn attempts(&mut self, desk: &Desk) -> Vec<String> {
        let mut lines = Vec::new();
        self.shown.resize(desk.events.len(), 0);
        for (number, event) in desk.events.iter().enumerate() {
            let answered = event.attempts.len() - event.open.min(event.attempts.len());
            for place in self.shown[number]..answered {
                let attempt = &event.attempts[place];
                let mut line = format!(
                    "{:>8.2} s  {} event {number}, attempt {}",
                    attempt.head.as_secs_f64(),
                    self.scenario_of(number),
                    place + 1
                );
                if let Some(before) = place.checked_sub(1).and_then(|before| event.attempts.get(before)) {
                    let gap = attempt.head.as_secs_f64() - before.answered().as_secs_f64();
                    let _ = write!(line, " after {:.2} s", gap / self.scale);
                }
                let _ = write!(line, ": {}", attempt.answer);
                lines.push(line);
            }
            self.shown[number] = answered;
        }
        if lines.len() > SHOWN_AT_ONCE {
            let more = lines.len() - SHOWN_AT_ONCE;
            lines.truncate(SHOWN_AT_ONCE);
            lines.push(format!("            and {more} attempts more"));
        }
        lines
    }

    fn awaited(&self, desk: &Desk, now: Duration) -> String {
        let begun = desk
            .events
            .iter()
            .filter(|event| !event.attempts.is_empty())
            .count();
        let attempts: usize = desk.events.iter().map(|event| event.attempts.len()).sum();
        let mut line = format!(
            "{:>8.1} s  {begun} of {} events, {attempts} attempts",
            now.as_secs_f64(),
            desk.events.len()
        );
        let latest = desk
            .events
            .iter()
            .enumerate()
            .filter_map(|(number, event)| Some((number, event.settled()?)))
            .filter(|(_, attempt)| attempt.answer.status().is_none_or(|status| status >= 500))
            .max_by_key(|(_, attempt)| attempt.head);
        if let Some((number, attempt)) = latest {
            let since = now.saturating_sub(attempt.answered()).as_secs_f64() / self.scale;
            let _ = write!(
                line,
                "; awaited: {} event {number}, {since:.0} s after its {}",
                self.scenario_of(number),
                attempt.answer
            );
        }
        line
    }
}
