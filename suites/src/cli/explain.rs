//! `hookproof explain`.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use super::filter::nearest;
use super::list::cases_by_requirement;
use super::{Failure, embedded_suites, picked, say};
use crate::conduct::Conduct;
use crate::config::Config;
use crate::event::{Event, ExchangeRecord, Sink};
use crate::http::Limits;
use crate::run::{Run, Settings};
use crate::runner;
use crate::sender::judge::judge;
use crate::sender::scenario::builtins;
use crate::sender::timeline::Timeline;
use crate::sender::vectors;
use crate::transcript::one_line;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Id of a requirement, as `hookproof list` and every report show it
    requirement: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let id = arguments.requirement.as_str();
    let row = spec::requirement(id).ok_or_else(|| {
        let all = spec::apis()
            .iter()
            .flat_map(|api| api.catalogue().iter())
            .map(|row| row.id.as_str());
        Failure::usage(format!("there is no requirement `{id}`{}", nearest(id, all)))
    })?;
    let mut out = String::new();
    let _ = writeln!(out, "{}\n    {}\n", row.id, row.summary);
    let _ = writeln!(out, "    binds     the {}", row.subject);
    let _ = writeln!(out, "    level     {}{}", row.level, reservation(row));
    let _ = writeln!(out, "    basis     {}", row.basis);
    let _ = writeln!(
        out,
        "    source    {}, {}",
        row.source.document, row.source.section
    );
    if let Some(url) = &row.source.url {
        let _ = writeln!(out, "              {url}");
    }
    if !row.status.is_empty() {
        let list: Vec<String> = row.status.iter().map(u16::to_string).collect();
        let _ = writeln!(out, "    status    {}", list.join(" or "));
    }
    if let Some(text) = &row.text {
        let _ = writeln!(out, "    text      \"{text}\"");
    }
    if let Some(setting) = &row.setting {
        let _ = writeln!(
            out,
            "    reading   {setting}: {} (the mock's default first)",
            row.options.join(", ")
        );
    }
    if let Some(why) = &row.untestable {
        let _ = writeln!(out, "    untestable {why}");
    }
    if row.subject == spec::Subject::Sender {
        judged_senders(&mut out, id);
    }
    let api = id.split('.').next().unwrap_or_default();
    let apis: Vec<&'static str> = picked(&[])?.into_iter().filter(|known| *known == api).collect();
    let cases = cases_by_requirement(&apis).remove(id).unwrap_or_default();
    for (position, case) in cases.iter().enumerate() {
        let _ = writeln!(out, "    {:<9} {case}", if position == 0 { "cases" } else { "" });
    }
    if let Some(case) = cases.first()
        && let Some(exchange) = sample(&apis, case)?
    {
        let _ = writeln!(out, "\n    A request of {case} and what the mock answers:\n");
        write_exchange(&mut out, &exchange);
    }
    say(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// What a level does not say by itself: that no server fails for the row.
fn reservation(row: &spec::Requirement) -> &'static str {
    let open = row.level == spec::Level::May || row.untestable.is_some();
    if row.subject == spec::Subject::Server && !row.can_fail() && !open {
        " (observed only: no document that a server can be held to says so)"
    } else {
        ""
    }
}

/// Which scenarios show a requirement that binds a sender, which rules judge it, and what a breach looks like.
fn judged_senders(out: &mut String, id: &str) {
    let about = |begins: &String| {
        let rest = id.strip_prefix(begins.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let shown_in = builtins()
        .iter()
        .filter(|scenario| scenario.judges.iter().any(about));
    for (position, scenario) in shown_in.enumerate() {
        let head = if position == 0 { "scenarios" } else { "" };
        let _ = writeln!(out, "    {head:<9} {} ({})", scenario.name, scenario.about);
    }
    for judgement in vectors::rules(id) {
        let _ = writeln!(out, "\n    Rule {}", judgement.rule);
        let _ = writeln!(out, "    looked at   {}", judgement.statistic);
        let _ = writeln!(out, "    expected    {}", judgement.threshold);
        let _ = writeln!(out, "    false alarm {}", judgement.false_alarm);
    }
    let Some(vector) = vectors::telling(id) else {
        return;
    };
    let verdict = &vector.expect[id];
    let _ = writeln!(out, "\n    An example ({}): {verdict}\n", vector.about);
    let judgements = judge(&vector.recording);
    let table = Timeline::new(&vector.recording, &judgements).table(|event| event == 0);
    for line in table.lines() {
        let _ = writeln!(out, "    {line}");
    }
}

/// The last exchange of a case against the embedded mock: where a case begins with a control, the point comes last.
fn sample(apis: &[&str], case: &str) -> Result<Option<ExchangeRecord>, Failure> {
    let config = Config::load(None, |_| None)?;
    let (_embedded, suites) = embedded_suites(apis, &config, Limits::default(), 1, &Conduct::default())?;
    let last = Last {
        case: case.to_owned(),
        record: Arc::default(),
    };
    let record = Arc::clone(&last.record);
    let settings = Settings {
        iterations: 1,
        threads: 1,
        seed: 1,
        ..Settings::default()
    };
    let run = Arc::new(Run::new(settings, vec![Box::new(last)]));
    let planned = runner::plan(&suites)
        .into_iter()
        .filter(|p| p.case.name() == case)
        .collect();
    runner::execute(&run, planned);
    let record = record.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(record)
}

/// Keeps the last exchange of one case.
struct Last {
    case: String,
    record: Arc<Mutex<Option<ExchangeRecord>>>,
}

impl Sink for Last {
    fn take(&mut self, event: &Event) {
        if let Event::Exchange(record) = event
            && record.case == self.case
        {
            *self.record.lock().unwrap_or_else(PoisonError::into_inner) = Some((**record).clone());
        }
    }

    fn wants_exchanges(&self) -> bool {
        true
    }
}

fn write_exchange(out: &mut String, exchange: &ExchangeRecord) {
    let _ = writeln!(out, "    > {} {}", exchange.method, one_line(&exchange.target));
    for (name, value) in &exchange.request_headers {
        let _ = writeln!(out, "    > {name}: {}", one_line(value));
    }
    let cut = |text: &str| -> String { text.chars().take(300).collect() };
    if !exchange.request_body.is_empty() {
        let _ = writeln!(out, "    >\n    > {}", one_line(&cut(&exchange.request_body)));
    }
    let _ = writeln!(
        out,
        "    < {}",
        exchange
            .status
            .map_or("no answer".to_owned(), |status| status.to_string())
    );
    for (name, value) in &exchange.response_headers {
        let _ = writeln!(out, "    < {name}: {}", one_line(value));
    }
    if !exchange.response_body.is_empty() {
        let _ = writeln!(out, "    <\n    < {}", one_line(&cut(&exchange.response_body)));
    }
}
