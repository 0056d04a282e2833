//! The measuring half of the bench: everything in turns, in one run.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::env;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;

use super::child::ChildServer;
use super::comparison::Comparison;
use super::figures::{Sample, Spread};
use super::load::Load;
use super::memory::Memory;
use super::report::Report;
use super::subject::Subject;
use super::{Arguments, clock, process, suite_rate};
use crate::say;

/// How long a server has its turn. Short, so that all three see the same machine, whatever else it does.
const ROUND: Duration = Duration::from_millis(250);

/// How long the mock alone is loaded between two looks at its memory, after the rounds.
const REST_STEP: Duration = Duration::from_secs(1);

/// The fewest rounds, however short they become.
const MIN_ROUNDS: u32 = 3;

/// How often the start of the mock is measured.
const STARTS: usize = 11;

/// The longest time for the requests that the rounds have left over, unless `--seconds` is longer.
const REST: Duration = Duration::from_secs(60);

/// What the release build is called with.
#[derive(Debug, Args)]
pub(crate) struct Measure {
    /// The release build of the program to measure
    #[arg(long, value_name = "FILE")]
    hookproof: PathBuf,
    #[command(flatten)]
    arguments: Arguments,
}

/// The servers that answer one and the same status, in the order of their turns before the mock's.
struct Floors {
    hyper: ChildServer,
    axum: ChildServer,
}

impl Measure {
    /// Measures and prints.
    ///
    /// # Errors
    /// A server does not start, or answers otherwise than the documents say.
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let arguments = &self.arguments;
        let load_average = process::load_average();
        let connections = usize::try_from(arguments.connections)?;
        let subjects = Subject::all(arguments.api.as_deref(), &fixtures(&self.hookproof)?)?;
        let loads: Vec<Load> = subjects
            .iter()
            .map(|subject| Load::new(subject, connections))
            .collect::<anyhow::Result<_>>()?;
        let first = loads.first().context("there is nothing to measure")?;
        let start_ms = Spread::of(self.starts(first)?);
        let mock = ChildServer::start(&mut self.mock())?;
        let mut floors = BTreeMap::new();
        for subject in &subjects {
            if let Entry::Vacant(place) = floors.entry(subject.status) {
                place.insert(floors_with(subject.status)?);
            }
        }
        let mut memory = Memory::default();
        first.one(mock.addr())?;
        memory.idle_kib = mock.resident_kib();

        let each = Duration::from_secs(arguments.seconds) / u32::try_from(subjects.len())?;
        let (rounds, length) = rounds(each);
        let mut report = Report {
            processors: thread::available_parallelism().ok().map(NonZero::get),
            load_average,
            connections: arguments.connections,
            rounds,
            round_seconds: length.as_secs_f64(),
            start_ms,
            ..Report::default()
        };
        let mut sent = 0;
        for (subject, load) in subjects.iter().zip(&loads) {
            let floors = &floors[&subject.status];
            let mut comparison = Comparison::of(&subject.name);
            for _ in 0..rounds {
                comparison.floor_hyper.push(sample(load, &floors.hyper, length)?);
                comparison.floor_axum.push(sample(load, &floors.axum, length)?);
                let taken = sample(load, &mock, length)?;
                sent += u64::from(taken.requests);
                comparison.mock.push(taken);
                memory.note(sent, mock.resident_kib());
            }
            report.comparisons.push(comparison);
        }
        let end = clock::now() + REST.max(Duration::from_secs(arguments.seconds));
        // One of each in turn, so that what any of them leaves behind would show.
        for load in loads.iter().cycle() {
            if sent >= arguments.requests || clock::now() >= end {
                break;
            }
            sent += u64::from(sample(load, &mock, REST_STEP)?.requests);
            memory.note(sent, mock.resident_kib());
        }
        report.memory = memory;
        let mut apis: Vec<&str> = Vec::new();
        for subject in &subjects {
            if !apis.contains(&subject.api) {
                apis.push(subject.api);
                let floor = &floors[&subject.status].hyper;
                report
                    .turns
                    .extend(suite_rate::turns(&self.hookproof, subject, floor)?);
            }
        }
        say(&if arguments.json {
            report.to_json()
        } else {
            report.to_text()
        })?;
        Ok(ExitCode::SUCCESS)
    }

    fn mock(&self) -> Command {
        let mut mock = Command::new(&self.hookproof);
        mock.args(["mock", "--addr", "127.0.0.1:0"]);
        mock
    }

    /// Milliseconds from before the process is made until its first answer is there.
    fn starts(&self, load: &Load) -> anyhow::Result<Vec<f64>> {
        (0..STARTS)
            .map(|_| {
                let start = clock::now();
                let mock = ChildServer::start(&mut self.mock())?;
                load.one(mock.addr())?;
                Ok((clock::now() - start).as_secs_f64() * 1000.0)
            })
            .collect()
    }
}

/// Starts the two floors that answer this status.
fn floors_with(status: u16) -> anyhow::Result<Floors> {
    let this_program = env::current_exe().context("this program does not know where it is")?;
    let floor = |name: &str| {
        ChildServer::start(Command::new(&this_program).args([name, "--status", &status.to_string()]))
    };
    Ok(Floors {
        hyper: floor("floor-hyper")?,
        axum: floor("floor-axum")?,
    })
}

/// The fixtures of the mock, as it prints them.
fn fixtures(hookproof: &Path) -> anyhow::Result<String> {
    let printed = Command::new(hookproof)
        .args(["mock", "--print-fixtures"])
        .output()
        .with_context(|| format!("{} cannot be started", hookproof.display()))?;
    ensure!(
        printed.status.success(),
        "the mock does not print its fixtures: {}",
        String::from_utf8_lossy(&printed.stderr).trim()
    );
    Ok(String::from_utf8(printed.stdout)?)
}

/// How many rounds of three turns there are in that time, and how long a turn is.
fn rounds(time: Duration) -> (u32, Duration) {
    let rounds = u32::try_from(time.as_millis() / (3 * ROUND.as_millis())).unwrap_or(u32::MAX);
    let rounds = rounds.max(MIN_ROUNDS);
    (rounds, (time / 3 / rounds).min(ROUND))
}

/// Loads a server for one turn.
fn sample(load: &Load, server: &ChildServer, length: Duration) -> anyhow::Result<Sample> {
    let round = load.round(server, length)?;
    Sample::of(&round).context("a round without a single answer; give it more --seconds")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::rounds;

    #[test]
    fn the_time_is_divided_into_rounds_of_three_turns() {
        let quarter = Duration::from_millis(250);
        assert_eq!(rounds(Duration::from_secs(45)), (60, quarter));
        assert_eq!(rounds(Duration::from_secs(46)), (61, quarter));
        let (few, short) = rounds(Duration::from_secs(1));
        assert_eq!(few, 3);
        assert!(
            short > Duration::from_millis(100) && short < Duration::from_millis(120),
            "{short:?}"
        );
    }
}
