//! `hookproof test`.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::{Args, ValueEnum};
use spec::Basis;

use super::aim::Aim;
use super::filter::select;
use super::interrupt;
use super::reach::{self, Limit, Reach};
use super::self_test::canary;
use super::{Failure, embedded_suites, listed_suites, picked, say, say_error, say_note};
use crate::embedded::Embedded;
use crate::event::Sink;
use crate::http::{Pace, RUN_HEADER};
use crate::report::{Format, Heartbeat, Junit, Ndjson, Plan, Progress, Tap, Terminal};
use crate::run::{Run, Settings};
use crate::runner;
use crate::suite::Suite;

/// Seed of a run that names none: two runs of one version send the same requests.
const DEFAULT_SEED: u64 = 1;

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub(super) struct Arguments {
    /// Parts of case names, or beginnings of requirement ids; a case runs if any matches
    filters: Vec<String>,
    /// The API to test; repeat it or separate with commas for several
    #[arg(long, value_delimiter = ',')]
    api: Vec<String>,
    /// Base URL of the server under test; goes with --api. Without it the embedded mock is tested
    #[arg(long, value_name = "URL", requires = "api")]
    target: Option<String>,
    /// What the target holds: accounts, keys, ids [default: hookproof.toml, where it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Seed of all generated inputs
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// Generated inputs for each property
    #[arg(long, value_name = "N", default_value_t = Settings::default().iterations, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    cases: u64,
    /// Cases that run at the same time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=256))]
    test_threads: u64,
    /// Send also what a conformant server acts on, to a server that is not on this machine
    #[arg(long, conflicts_with = "safe")]
    full: bool,
    /// Send only what a conformant server refuses, or what leaves nothing behind. It is the default for every server that
    /// is not on this machine
    #[arg(long)]
    safe: bool,
    /// Part of the API that the server does not offer, as the ids of its requirements begin (olbrain.runs): nothing of it is
    /// sent, and what that leaves open is told apart. Repeat it or separate with commas for several
    #[arg(long, value_delimiter = ',', value_name = "PART")]
    not_offered: Vec<String>,
    /// Print every request as a curl command, and send none
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    limit: Limit,
    /// Print the names of the cases and nothing else
    #[arg(long)]
    list: bool,
    /// Filters are whole names
    #[arg(long)]
    exact: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Shape::Pretty)]
    format: Shape,
    /// End the run at the first failure
    #[arg(long)]
    fail_fast: bool,
    /// Count warnings as failures
    #[arg(long)]
    strict: bool,
    /// Treat a must that this run did not verify as an incomplete run (exit code 3)
    #[arg(long)]
    require_all: bool,
    /// Judge only requirements of this basis
    #[arg(long, value_delimiter = ',', value_name = "BASIS")]
    basis: Vec<ChosenBasis>,
    /// Run one generated input again, as a failure printed it
    #[arg(long, value_name = "CASE@SEED", conflicts_with = "filters")]
    replay: Option<String>,
    /// Keep every event, one JSON object a line
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Write a report, as junit=FILE; repeat it for several
    #[arg(long, value_name = "KIND=FILE")]
    report: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// Failures, warnings, observations and a table
    Pretty,
    /// Failures and the last line
    Terse,
    /// The events, one JSON object a line
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ChosenBasis {
    Documented,
    Implied,
    Vendor,
    Source,
    Silent,
}

impl From<ChosenBasis> for Basis {
    fn from(basis: ChosenBasis) -> Self {
        match basis {
            ChosenBasis::Documented => Self::Documented,
            ChosenBasis::Implied => Self::Implied,
            ChosenBasis::Vendor => Self::Vendor,
            ChosenBasis::Source => Self::Source,
            ChosenBasis::Silent => Self::Silent,
        }
    }
}

/// What is tested; the embedded mock lives as long as this value.
struct Targets {
    suites: Vec<Arc<dyn Suite>>,
    pace: Arc<Pace>,
    run_id: Option<String>,
    /// How long the run may take.
    max_time: Option<Duration>,
    _embedded: Option<Embedded>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let apis = picked(&arguments.api)?;
    let replay = arguments.replay.as_deref().map(parse_replay).transpose()?;
    let (filters, exact) = match &replay {
        Some((case, _)) => (vec![case.clone()], true),
        None => (arguments.filters.clone(), arguments.exact),
    };
    if arguments.list {
        let listed = select(runner::plan(&listed_suites(&apis)), &filters, exact)?;
        let names: String = listed
            .iter()
            .map(|planned| format!("{}\n", planned.case.name()))
            .collect();
        say(&names)?;
        return Ok(ExitCode::SUCCESS);
    }
    // A filter that matches nothing is an error before anything is started or sent.
    select(runner::plan(&listed_suites(&apis)), &filters, exact)?;
    let targets = targets(arguments, &apis)?;
    if !arguments.dry_run {
        canary(&apis)?;
    }
    let tap = Tap::default();
    let sinks = sinks(arguments, tap.clone())?;
    let threads = if arguments.dry_run {
        // One after the other, so that two dry runs print the same.
        1
    } else {
        usize::try_from(arguments.test_threads).unwrap_or(1)
    };
    let settings = Settings {
        seed: arguments.seed,
        iterations: arguments.cases,
        bases: arguments.basis.iter().map(|basis| (*basis).into()).collect(),
        threads: threads.min(targets.pace.bounds().threads().unwrap_or(threads)),
        fail_fast: arguments.fail_fast,
        replay,
        ..Settings::default()
    };
    let run = Arc::new(Run::new(settings, sinks));
    let planned = select(runner::plan(&targets.suites), &filters, exact)?;
    let interrupted = interrupt::on_ctrl_c(&run, &targets.pace);
    if let Some(time) = targets.max_time {
        interrupt::after(time, &run, &targets.pace);
    }
    if let Some(id) = targets.run_id.as_ref().filter(|_| !arguments.dry_run) {
        say_note(&format!("run {id}; every request says so in {RUN_HEADER}"));
    }
    runner::execute(&run, planned);
    let unwritten = run.finish();
    for message in &unwritten {
        say_error(message);
    }
    if arguments.dry_run {
        return Ok(ExitCode::from(if unwritten.is_empty() { 0 } else { 3 }));
    }
    let summary = tap.summary();
    let mut code = summary.outcome(arguments.strict).exit_code();
    if code == 0 && arguments.require_all {
        let missing: Vec<&str> = summary
            .unverified_musts()
            .iter()
            // What no run can decide is no reason to fail one.
            .filter(|row| row.untestable.is_none())
            .map(|row| row.id.as_str())
            .collect();
        if !missing.is_empty() {
            say_error(&format!(
                "not verified, and --require-all asks for it: {}",
                missing.join(", ")
            ));
            code = 3;
        }
    }
    if code == 0 && !unwritten.is_empty() {
        code = 3;
    }
    if interrupted.load(Ordering::Relaxed) {
        code = interrupt::INTERRUPTED;
    }
    Ok(ExitCode::from(code))
}

fn parse_replay(text: &str) -> Result<(String, u64), Failure> {
    Settings::parse_replay(text).ok_or_else(|| {
        Failure::usage(format!(
            "`{text}` is no CASE@SEED; copy the whole value that the failure printed"
        ))
    })
}

fn targets(arguments: &Arguments, apis: &[&'static str]) -> Result<Targets, Failure> {
    let aim = Aim {
        target: arguments.target.as_deref(),
        config: arguments.config.as_ref(),
        full: arguments.full,
        safe: arguments.safe,
        dry: arguments.dry_run,
        seed: arguments.seed,
        not_offered: &arguments.not_offered,
        reach: &arguments.reach,
        limit: &arguments.limit,
    };
    let config = aim.config(apis)?;
    let max_time = arguments.limit.max_time(&config.fixtures().target);
    if let Some(aimed) = aim.at(apis, &config)? {
        return Ok(Targets {
            suites: aimed.suites,
            pace: aimed.pace,
            run_id: Some(aimed.run_id),
            max_time,
            _embedded: None,
        });
    }
    let file = &config.fixtures().target;
    let pace = arguments.limit.pace(std::iter::empty(), file);
    let conduct = reach::embedded(
        arguments.safe,
        arguments.dry_run,
        aim.not_offered(&config)?,
        Arc::clone(&pace),
    );
    let limits = arguments.limit.limits(file);
    let (embedded, suites) = embedded_suites(apis, &config, limits, arguments.seed, &conduct)?;
    Ok(Targets {
        suites,
        pace,
        run_id: None,
        max_time,
        _embedded: Some(embedded),
    })
}

fn sinks(arguments: &Arguments, tap: Tap) -> Result<Vec<Box<dyn Sink>>, Failure> {
    if arguments.dry_run {
        return Ok(vec![Box::new(Plan::new(anstream::stdout()))]);
    }
    let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(tap)];
    if !std::io::stderr().is_terminal() {
        sinks.push(Box::new(Heartbeat::new(std::io::stderr())));
    } else if arguments.format != Shape::Json {
        sinks.push(Box::new(Progress::default()));
    }
    if let Some(path) = &arguments.events {
        let file = std::fs::File::create(path)
            .map_err(|error| Failure::usage(format!("{} cannot be written: {error}", path.display())))?;
        sinks.push(Box::new(Ndjson::new(std::io::BufWriter::new(file))));
    }
    for report in &arguments.report {
        match report.split_once('=') {
            Some(("junit", path)) if !path.is_empty() => {
                // An unwritable path is better known before the run than after it.
                std::fs::File::create(path)
                    .map_err(|error| Failure::usage(format!("{path} cannot be written: {error}")))?;
                sinks.push(Box::new(Junit::new(PathBuf::from(path))));
            }
            _ => {
                return Err(Failure::usage(format!(
                    "`{report}` is no report; write junit=FILE"
                )));
            }
        }
    }
    let format = match arguments.format {
        Shape::Json => {
            sinks.push(Box::new(Ndjson::new(std::io::stdout())));
            return Ok(sinks);
        }
        Shape::Pretty => Format::Pretty,
        Shape::Terse => Format::Terse,
    };
    sinks.push(Box::new(Terminal::new(
        anstream::stdout(),
        format,
        arguments.strict,
    )));
    Ok(sinks)
}
