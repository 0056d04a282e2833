//! What a terminal shows while a run goes on: each attempt as it comes, and what is awaited.
//!
//! Attempts are told as in the timeline of the report, in seconds of the schedule: when, since the first attempt of the
//! event, and how long after the answer before. Only the last line has the time that passes here, and says so.

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
    /// Whether the columns have been named.
    headed: bool,
}

impl Display {
    pub(crate) fn new(scenarios: Vec<(String, Range<usize>)>, scale: f64) -> Self {
        Self {
            scenarios,
            scale,
            shown: Vec::new(),
            headed: false,
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

    /// What has to be said of seconds that are not those of the clock on the wall.
    fn unit(&self) -> &'static str {
        if self.scale < 1.0 { " of the schedule" } else { "" }
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
                let at = attempt.head.saturating_sub(event.attempts[0].head).as_secs_f64();
                let before = place.checked_sub(1).and_then(|before| event.attempts.get(before));
                let gap = before.map_or(String::new(), |before| {
                    let gap = attempt.head.as_secs_f64() - before.answered().as_secs_f64();
                    format!("+{:.2} s", gap / self.scale)
                });
                lines.push(format!(
                    "{:>9.2} s {gap:>10}  {} event {number}, attempt {}: {}",
                    at / self.scale,
                    self.scenario_of(number),
                    place + 1,
                    attempt.answer
                ));
            }
            self.shown[number] = answered;
        }
        if lines.len() > SHOWN_AT_ONCE {
            let more = lines.len() - SHOWN_AT_ONCE;
            lines.truncate(SHOWN_AT_ONCE);
            lines.push(format!("{:>22}  and {more} attempts more", ""));
        }
        if !lines.is_empty() && !self.headed {
            self.headed = true;
            let unit = self.unit();
            lines.insert(0, format!("{:>11} {:>10}  in seconds{unit}", "at", "gap"));
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
            "{:.1} s{} so far: {begun} of {} events, {attempts} attempts",
            now.as_secs_f64(),
            if self.scale < 1.0 { " of real time" } else { "" },
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
                "; awaited: {} event {number}, {since:.0} s{} after its {}",
                self.scenario_of(number),
                self.unit(),
                attempt.answer
            );
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::super::Answered;
    use super::super::play::desk::Part;
    use super::super::request::tests::received;
    use super::super::scenario::{Step, Then};
    use super::*;
    use crate::registry;

    /// One event whose first attempt came 40 ms after the beginning and whose second one 20 ms later.
    fn desk() -> Desk {
        let mut desk = Desk::default();
        desk.add(Part {
            given: (registry::sender_side("olbrain").unwrap().given)(0),
            script: vec![Step::status(503)],
            then: Then::Last,
        });
        for (place, at) in [40, 60].map(Duration::from_millis).into_iter().enumerate() {
            desk.attempt(0, &received("/", &[], b"{}"), at, at, String::new());
            desk.answered(0, place, Answered::Status(503), None, at);
        }
        desk
    }

    #[test]
    fn all_columns_are_in_seconds_of_the_schedule() {
        let mut display = Display::new(vec![("give-up".to_owned(), 0..1)], 0.02);
        let desk = desk();
        assert_eq!(
            display.attempts(&desk),
            [
                "         at        gap  in seconds of the schedule",
                "     0.00 s             give-up event 0, attempt 1: 503",
                "     1.00 s    +1.00 s  give-up event 0, attempt 2: 503",
            ]
        );
        assert_eq!(display.attempts(&desk), [""; 0]);
        assert_eq!(
            display.awaited(&desk, Duration::from_millis(100)),
            "0.1 s of real time so far: 1 of 1 events, 2 attempts; awaited: give-up event 0, 2 s of the schedule after its 503"
        );
    }

    #[test]
    fn in_real_time_there_is_one_kind_of_second() {
        let mut display = Display::new(vec![("give-up".to_owned(), 0..1)], 1.0);
        let desk = desk();
        assert_eq!(
            display.attempts(&desk)[2],
            "     0.02 s    +0.02 s  give-up event 0, attempt 2: 503"
        );
        assert_eq!(
            display.awaited(&desk, Duration::from_secs(3)),
            "3.0 s so far: 1 of 1 events, 2 attempts; awaited: give-up event 0, 3 s after its 503"
        );
    }
}
