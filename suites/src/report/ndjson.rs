//! The event stream as it is: one JSON object a line.

use std::io::Write;

use crate::event::{Event, Sink};

/// Writes events as they come, so that an interrupted run leaves what it knew.
pub struct Ndjson<W: Write + Send> {
    out: W,
    /// Set by the first write that failed; nothing is written after it.
    error: Option<std::io::Error>,
}

impl<W: Write + Send> Ndjson<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, error: None }
    }
}

impl<W: Write + Send> Sink for Ndjson<W> {
    fn take(&mut self, event: &Event) {
        if self.error.is_some() {
            return;
        }
        let line = serde_json::to_string(event).expect("events have string keys and no foreign types");
        let mut written = writeln!(self.out, "{line}");
        if !matches!(event, Event::Exchange(_)) {
            written = written.and_then(|()| self.out.flush());
        }
        if let Err(error) = written {
            self.error = Some(error);
        }
    }

    fn wants_exchanges(&self) -> bool {
        true
    }

    fn finish(&mut self) -> Result<(), String> {
        let written = self.error.take().map_or_else(|| self.out.flush(), Err);
        match written {
            // Whoever closed the pipe has seen enough.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(format!("the events could not be written: {error}"))
            }
            _ => Ok(()),
        }
    }
}
