//! A line that moves while a run goes on, when somebody watches.

use indicatif::{ProgressBar, ProgressStyle};

use crate::event::{Event, Sink};

/// Shows how many cases are done, on standard error.
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
