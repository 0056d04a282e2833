//! What a person sees when the run is over.

use std::fmt::Write as _;
use std::io::Write;

use anstyle::{AnsiColor, Style};

use crate::event::{CheckRecord, Event, Sink};
use crate::report::failure;
use crate::summary::{Outcome, Summary, Tally};
use crate::transcript::one_line;
use crate::verdict::Verdict;

/// How much is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Failures, warnings, observations, the table by area, the last line.
    Pretty,
    /// Failures and the last line.
    Terse,
}

/// Failures of one requirement that are shown in full; the rest is counted.
const SHOWN_FAILURES: usize = 2;

/// Writes to a terminal, or to whatever stands in its place.
pub struct Terminal<W: Write + Send> {
    out: W,
    format: Format,
    strict: bool,
    summary: Summary,
}

impl<W: Write + Send> Terminal<W> {
    /// Writes to `out`; colours are removed by `out` itself where they are not wanted.
    pub fn new(out: W, format: Format, strict: bool) -> Self {
        Self {
            out,
            format,
            strict,
            summary: Summary::default(),
        }
    }
}

impl<W: Write + Send> Sink for Terminal<W> {
    fn take(&mut self, event: &Event) {
        self.summary.take(event);
    }

    fn finish(&mut self) -> Result<(), String> {
        let text = render(&self.summary, self.format, self.strict);
        match self
            .out
            .write_all(text.as_bytes())
            .and_then(|()| self.out.flush())
        {
            // Whoever closed the pipe has seen enough.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(format!("the report could not be written: {error}"))
            }
            _ => Ok(()),
        }
    }
}

fn paint(color: AnsiColor, text: &str) -> String {
    let style = Style::new().fg_color(Some(color.into())).bold();
    format!("{style}{text}{style:#}")
}

/// The whole report as text with colours.
fn render(summary: &Summary, format: Format, strict: bool) -> String {
    let mut out = String::new();
    if format == Format::Pretty {
        let targets: Vec<String> = summary
            .targets
            .iter()
            .map(|(api, url)| {
                let mode = if summary.safe.contains(api) {
                    " in safe mode"
                } else {
                    ""
                };
                if summary.embedded {
                    format!("{api}{mode}")
                } else {
                    format!("{api} at {url}{mode}")
                }
            })
            .collect();
        if !targets.is_empty() {
            let against = if summary.embedded {
                " against the embedded mock"
            } else {
                ""
            };
            let (count, seed) = (summary.planned, summary.seed);
            let _ = writeln!(out, "{}: {count} cases{against}, seed {seed}", targets.join(", "));
        }
        let _ = writeln!(out);
    }
    bad(&mut out, summary, Verdict::Fail);
    if format == Format::Pretty {
        bad(&mut out, summary, Verdict::Warn);
        observations(&mut out, summary);
        undecided(&mut out, summary);
        table(&mut out, summary);
        left_out(&mut out, summary, strict);
    }
    if let Some((reason, transcript)) = &summary.stopped {
        let _ = writeln!(out, "{} {}", paint(AnsiColor::Red, "STOPPED"), one_line(reason));
        for line in transcript.iter().flat_map(|text| text.lines()) {
            let _ = writeln!(out, "    {line}");
        }
        let _ = writeln!(out);
    }
    last_line(&mut out, summary, strict);
    out
}

fn bad(out: &mut String, summary: &Summary, verdict: Verdict) {
    let (word, color) = match verdict {
        Verdict::Fail => ("FAIL", AnsiColor::Red),
        _ => ("WARN", AnsiColor::Yellow),
    };
    let (steady, flaky) = summary.failed();
    // Beside steady failures the flaky ones are mostly their echo: one line each is enough.
    let brief = verdict == Verdict::Fail && !steady.is_empty();
    let mut found = summary.with(verdict);
    for (id, checks) in &mut found {
        if brief && flaky.contains(id) {
            continue;
        }
        // What repeats is shown rather than what does not.
        checks.sort_by_key(|record| record.flaky);
        for record in checks.iter().take(SHOWN_FAILURES) {
            let _ = writeln!(out, "{} {}", paint(color, word), failure(record));
        }
        let more: Vec<&CheckRecord> = checks.iter().skip(SHOWN_FAILURES).copied().collect();
        if !more.is_empty() {
            let names: Vec<&str> = more.iter().map(|record| record.case.as_str()).collect();
            let _ = writeln!(out, "    the same in {}\n", names.join(", "));
        }
    }
    if brief && !flaky.is_empty() {
        let _ = writeln!(
            out,
            "{}: these failed now and then, and not when they were tried again alone (`--events FILE` keeps their exchanges):",
            paint(color, "FLAKY")
        );
        for id in flaky {
            let record = found.get(id).and_then(|checks| checks.first());
            let told = record.map_or_else(String::new, |record| {
                format!(": {}, in {}", one_line(&record.got), record.case)
            });
            let _ = writeln!(out, "    {id}{told}");
        }
        let _ = writeln!(out);
    }
}

fn observations(out: &mut String, summary: &Summary) {
    let observed = summary.with(Verdict::Observed);
    if observed.is_empty() {
        return;
    }
    if summary.embedded {
        // What the mock does is written down in its readings; nobody needs to learn it from a run.
        let _ = writeln!(
            out,
            "{} open points observed; a run against another target lists what it does at each.\n",
            observed.len()
        );
        return;
    }
    let _ = writeln!(
        out,
        "Observed where the documents leave it open (never a failure):"
    );
    for (id, checks) in observed {
        for record in checks {
            let _ = writeln!(out, "    {id:<44} {}", one_line(&record.got));
        }
    }
    let _ = writeln!(out);
}

fn undecided(out: &mut String, summary: &Summary) {
    let open = summary.left_open_by_safe_mode();
    if !open.is_empty() {
        let _ = writeln!(
            out,
            "Left open by safe mode, because only a request that a conformant server could act on decides it (--full sends \
             them):"
        );
        for id in &open {
            let _ = writeln!(out, "    {id}");
        }
        let _ = writeln!(out);
    }
    let not_offered = summary.left_open_as_not_offered();
    if !not_offered.is_empty() {
        let parts: Vec<&str> = summary.not_offered.iter().map(String::as_str).collect();
        let _ = writeln!(
            out,
            "Not offered, as was declared: {}. Of these requirements nothing is said:",
            parts.join(", ")
        );
        let ids: Vec<&str> = not_offered.iter().copied().collect();
        for line in wrapped(&ids) {
            let _ = writeln!(out, "    {line}");
        }
        let _ = writeln!(out);
    }
    // A run that judged nothing says why it stopped, and that is enough.
    let (groups, not_asked) = (summary.not_decided(), summary.not_asked());
    if summary.cases.is_empty() || (groups.is_empty() && not_asked == 0) {
        return;
    }
    let _ = writeln!(out, "Not decided in this run:");
    for (reason, ids) in &groups {
        if let [id] = ids[..] {
            let _ = writeln!(out, "    {id:<44} {}", one_line(reason));
            continue;
        }
        let _ = writeln!(out, "    {} requirements: {}", ids.len(), one_line(reason));
        for line in wrapped(ids) {
            let _ = writeln!(out, "        {line}");
        }
    }
    if not_asked > 0 {
        let _ = writeln!(
            out,
            "    {not_asked} musts were not asked about: their cases were not chosen, or the run ended before them"
        );
    }
    let _ = writeln!(out);
}

/// Names with commas between them, in lines of a width that terminals have.
fn wrapped(names: &[&str]) -> Vec<String> {
    const WIDTH: usize = 100;
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.len() + 2 + name.len() <= WIDTH => {
                line.push_str(", ");
                line.push_str(name);
            }
            Some(line) => {
                line.push(',');
                lines.push((*name).to_owned());
            }
            None => lines.push((*name).to_owned()),
        }
    }
    lines
}

fn table(out: &mut String, summary: &Summary) {
    let areas = summary.areas();
    if areas.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "{:<28}{:>8}{:>8}{:>8}{:>8}{:>10}",
        "requirements", "passed", "failed", "warned", "skipped", "observed"
    );
    let mut total = Tally::default();
    for (area, tally) in &areas {
        row(out, area, tally);
        total.passed += tally.passed;
        total.failed += tally.failed;
        total.warned += tally.warned;
        total.skipped += tally.skipped;
        total.observed += tally.observed;
    }
    row(out, "all", &total);
    let _ = writeln!(out);
}

fn row(out: &mut String, name: &str, tally: &Tally) {
    let failed = format!("{:>8}", tally.failed);
    let failed = if tally.failed > 0 {
        paint(AnsiColor::Red, &failed)
    } else {
        failed
    };
    let _ = writeln!(
        out,
        "{name:<28}{:>8}{failed}{:>8}{:>8}{:>10}",
        tally.passed, tally.warned, tally.skipped, tally.observed
    );
}

/// A verdict that says "conformant" is easily read as one on everything.
fn left_out(out: &mut String, summary: &Summary, strict: bool) {
    let unverified = summary.unverified_musts().len();
    if unverified > 0 && !summary.embedded && summary.outcome(strict) == Outcome::Conformant {
        let _ = writeln!(
            out,
            "Of the musts, {unverified} could not be verified here: the verdict does not speak of them. --require-all asks for them."
        );
    }
}

fn last_line(out: &mut String, summary: &Summary, strict: bool) {
    let verdict = match summary.outcome(strict) {
        Outcome::Conformant => paint(AnsiColor::Green, "CONFORMANT"),
        Outcome::NotConformant => paint(AnsiColor::Red, "NOT CONFORMANT"),
        Outcome::Undecided if summary.stopped.is_some() => paint(AnsiColor::Yellow, "INCOMPLETE"),
        Outcome::Undecided => paint(AnsiColor::Yellow, "NOTHING VERIFIED"),
    };
    let (steady, flaky) = summary.failed();
    let broken = match flaky.len() {
        0 => format!("{} broken", steady.len()),
        count => format!("{} broken, {count} flaky", steady.len()),
    };
    let passed = summary
        .requirements()
        .values()
        .filter(|verdict| **verdict == Verdict::Pass)
        .count();
    let warned = summary.warned();
    let unverified = summary.unverified_musts();
    let open = summary.left_open_by_safe_mode();
    let spared = unverified
        .iter()
        .filter(|row| open.contains(row.id.as_str()))
        .count();
    let spared = match spared {
        0 => String::new(),
        count => format!(" ({count} of them left open by safe mode)"),
    };
    let unverified = unverified.len();
    let not_offered = match summary.left_open_as_not_offered().len() {
        0 => String::new(),
        count => {
            let parts: Vec<&str> = summary.not_offered.iter().map(String::as_str).collect();
            format!(", {count} requirements not offered ({})", parts.join(", "))
        }
    };
    let seconds = std::time::Duration::from_micros(summary.elapsed_us).as_secs_f64();
    let _ = writeln!(
        out,
        "{verdict}: {passed} requirements met, {broken}, {warned} warned about, {unverified} musts not verified{spared}{not_offered}; {} cases, {} \
         requests, {seconds:.2} s, seed {}",
        summary.cases.len(),
        summary.requests,
        summary.seed
    );
}

#[cfg(test)]
mod tests;
