//! How far a run is, on standard error: a line that moves where somebody watches, and now and then a line in a log.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::event::{Event, Sink};

/// Shows how many cases are done to somebody who watches.
#[derive(Default)]
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Sink for Progress {
    fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted { cases, .. } => {
                let bar = ProgressBar::new(*cases as u64);
                if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} {msg}") {
                    bar.set_style(style);
                }
                self.bar = Some(bar);
            }
            Event::CaseFinished { case, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(case.clone());
                    bar.inc(1);
                }
            }
            Event::RunFinished { .. } => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
            }
            _ => {}
        }
    }
}

/// A run that is over before this has passed says nothing on its way.
const QUIET: Duration = Duration::from_secs(15);

/// Says in a log, a line at a time, that a long run goes on.
pub struct Heartbeat<W> {
    out: W,
    now: fn() -> Instant,
    last: Instant,
    planned: usize,
    done: usize,
}

impl<W: Write + Send> Heartbeat<W> {
    /// Writes to `out`.
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge where the lines of a log are paced"
    )]
    pub fn new(out: W) -> Self {
        Self::with_clock(out, Instant::now)
    }

    fn with_clock(out: W, now: fn() -> Instant) -> Self {
        Self {
            out,
            now,
            last: now(),
            planned: 0,
            done: 0,
        }
    }
}

impl<W: Write + Send> Sink for Heartbeat<W> {
    fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted { cases, .. } => self.planned = *cases,
            Event::CaseFinished { .. } => {
                self.done += 1;
                let now = (self.now)();
                if now.saturating_duration_since(self.last) >= QUIET && self.done < self.planned {
                    self.last = now;
                    // A log that takes no more is no reason to end the run.
                    let _ = writeln!(self.out, "{} of {} cases done", self.done, self.planned);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::LazyLock;

    use super::*;

    thread_local! {
        static PASSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    #[expect(clippy::disallowed_methods, reason = "an instant to count from, made once")]
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    fn clock() -> Instant {
        *START + PASSED.get()
    }

    fn finished() -> Event {
        Event::CaseFinished {
            case: "polyai::extract::headers".to_owned(),
            verdict: None,
            requests: 1,
            elapsed_us: 1,
        }
    }

    #[test]
    fn a_log_hears_of_a_long_run_now_and_then_and_of_a_short_one_never() {
        let mut log = Vec::new();
        let mut heartbeat = Heartbeat::with_clock(&mut log, clock);
        heartbeat.planned = 5;
        for second in [1, 14, 16, 20, 40] {
            PASSED.set(Duration::from_secs(second));
            heartbeat.take(&finished());
        }
        assert_eq!(String::from_utf8(log).unwrap(), "3 of 5 cases done\n");
    }
}
