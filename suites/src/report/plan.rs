//! What a dry run shows: every request as a `curl` command, and nothing sent.

use std::collections::BTreeMap;
use std::io::Write;

use crate::event::{Event, Sink};

/// Prints requests by case, in the order of the cases.
pub struct Plan<W: Write + Send> {
    out: W,
    /// Cases in the order in which they began.
    order: Vec<String>,
    requests: BTreeMap<String, Vec<String>>,
    run_id: Option<String>,
}

impl<W: Write + Send> Plan<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            order: Vec::new(),
            requests: BTreeMap::new(),
            run_id: None,
        }
    }

    fn write(&mut self) -> std::io::Result<()> {
        let count: usize = self.requests.values().map(Vec::len).sum();
        writeln!(
            self.out,
            "# {count} requests that a run would send at least; none was sent. Where a request is made from an earlier answer\n\
             # (an id that the target gives out, whether it takes an id twice), a case is shown only as far as it goes\n\
             # without one, and a run may send more."
        )?;
        if self.run_id.is_some() {
            writeln!(
                self.out,
                "# Each carries a name of the run as well, in {}.",
                crate::http::RUN_HEADER
            )?;
        }
        for case in &self.order {
            writeln!(self.out, "\n# {case}")?;
            match self.requests.get(case) {
                Some(requests) => {
                    for request in requests {
                        writeln!(self.out, "{request}")?;
                    }
                }
                None => writeln!(
                    self.out,
                    "# depends on earlier answers or on a fixture; nothing can be shown"
                )?,
            }
        }
        self.out.flush()
    }
}

impl<W: Write + Send> Sink for Plan<W> {
    fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted { run_id, .. } => self.run_id.clone_from(run_id),
            Event::CaseStarted { case, .. } => self.order.push(case.clone()),
            Event::Planned { case, reproduce } => {
                if !self.order.contains(case) {
                    self.order.push(case.clone());
                }
                self.requests
                    .entry(case.clone())
                    .or_default()
                    .push(reproduce.clone());
            }
            _ => {}
        }
    }

    fn finish(&mut self) -> Result<(), String> {
        match self.write() {
            // Whoever closed the pipe has seen enough.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(format!("the plan could not be written: {error}"))
            }
            _ => Ok(()),
        }
    }
}
