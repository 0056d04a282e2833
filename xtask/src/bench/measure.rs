//! The measuring half of the bench: everything in turns, in one run.

use std::env;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;

use super::child::ChildServer;
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

/// The three servers, in the order of their turns.
struct Servers {
    floor_hyper: ChildServer,
    floor_axum: ChildServer,
    mock: ChildServer,
}

impl Measure {
    /// Measures and prints.
    ///
    /// # Errors
    /// A server does not start, or answers otherwise than the documents say.
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let arguments = &self.arguments;
        let load_average = process::load_average();
        let subject = Subject::of(&arguments.api, &fixtures(&self.hookproof)?)?;
        let load = Load::new(&subject, usize::try_from(arguments.connections)?)?;
        let start_ms = Spread::of(self.starts(&load)?);
        let servers = self.servers(subject.status)?;
        let mut memory = Memory::default();
        load.one(servers.mock.addr())?;
        memory.idle_kib = servers.mock.resident_kib();

        let (rounds, length) = rounds(Duration::from_secs(arguments.seconds));
        let mut report = Report {
            subject: subject.name.clone(),
            processors: thread::available_parallelism().ok().map(NonZero::get),
            load_average,
            connections: arguments.connections,
            rounds,
            round_seconds: length.as_secs_f64(),
            start_ms,
            ..Report::default()
        };
        let mut sent = 0;
        for _ in 0..rounds {
            report
                .floor_hyper
                .push(sample(&load, &servers.floor_hyper, length)?);
            report
                .floor_axum
                .push(sample(&load, &servers.floor_axum, length)?);
            let mock = sample(&load, &servers.mock, length)?;
            report.mock.push(mock);
            sent += u64::from(mock.requests);
            memory.note(sent, servers.mock.resident_kib());
        }
        let end = clock::now() + REST.max(Duration::from_secs(arguments.seconds));
        while sent < arguments.requests && clock::now() < end {
            sent += u64::from(sample(&load, &servers.mock, REST_STEP)?.requests);
            memory.note(sent, servers.mock.resident_kib());
        }
        report.memory = memory;
        report.turns = suite_rate::turns(&self.hookproof, &subject, &servers.floor_hyper)?;
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

    fn servers(&self, status: u16) -> anyhow::Result<Servers> {
        let this_program = env::current_exe().context("this program does not know where it is")?;
        let floor = |name: &str| {
            ChildServer::start(Command::new(&this_program).args([name, "--status", &status.to_string()]))
        };
        Ok(Servers {
            floor_hyper: floor("floor-hyper")?,
            floor_axum: floor("floor-axum")?,
            mock: ChildServer::start(&mut self.mock())?,
        })
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
