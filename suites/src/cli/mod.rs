//! The command line: one file for each command.

mod aim;
mod doctor;
mod explain;
mod filter;
mod init;
mod interrupt;
mod judge;
mod list;
mod mock;
mod reach;
mod self_test;
mod send;
mod sender;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::conduct::Conduct;
use crate::config::{Config, ConfigError, DEFAULT_FILE};
use crate::embedded::{Embedded, with_plenty_of_ids};
use crate::http::Limits;
use crate::registry::{self, Ingredients};
use crate::suite::Suite;

/// Conformance tests and a mock server for three webhook APIs.
#[derive(Debug, Parser)]
#[command(name = "hookproof", version, about, long_about = None, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 conformant, 1 not conformant, 2 usage or configuration, 3 target unreachable, \
    run incomplete or nothing verified."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the conformance suite against a server, or against the embedded mock
    Test(Box<test::Arguments>),
    /// Write a hookproof.toml about a server of yours, by asking or from flags
    Init(init::Arguments),
    /// Try a hookproof.toml against its servers with single calls, and say what does not fit
    Doctor(Box<doctor::Arguments>),
    /// Serve the mock
    Mock(mock::Arguments),
    /// Prove that this copy can say no: try the suite on servers that are wrong on purpose
    SelfTest(self_test::Arguments),
    /// Send a request from a file exactly as it stands there, and show the answer
    Send(send::Arguments),
    /// Play the server to a client of yours, and judge what it sends and how it retries
    Sender(Box<sender::Arguments>),
    /// List requirements and the cases that cover them
    List(list::Arguments),
    /// Judge how a sender retried, from a file of its attempts
    Judge(judge::Arguments),
    /// Explain one requirement: its sentence, its source, its cases, a sample exchange
    Explain(explain::Arguments),
}

/// A message for a person, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    fn usage(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 2,
        }
    }

    fn incomplete(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 3,
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

/// Parses the arguments and runs the command.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Mock(arguments) => mock::run(&arguments),
        Command::SelfTest(arguments) => self_test::run(&arguments),
        Command::Send(arguments) => send::run(&arguments),
        Command::Sender(arguments) => sender::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Judge(arguments) => judge::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
    };
    outcome.unwrap_or_else(|failure| {
        say_error(&failure.message);
        ExitCode::from(failure.code)
    })
}

/// One message to standard error.
fn say_error(message: &str) {
    use std::io::Write as _;
    // There is nowhere left to report to if standard error is gone.
    let _ = writeln!(anstream::stderr(), "error: {message}");
}

/// A remark to standard error.
fn say_note(message: &str) {
    use std::io::Write as _;
    // A remark that nobody can read is not worth an error.
    let _ = writeln!(anstream::stderr(), "{message}");
}

/// Text to standard output; a reader who went away is no error.
fn say(text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::usage(format!(
            "the output could not be written: {error}"
        ))),
        _ => Ok(()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the environment is read"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The file named on the command line, or the default one where it exists.
fn config_file(named: Option<&PathBuf>) -> Option<PathBuf> {
    named
        .cloned()
        .or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file()))
}

/// The APIs that were picked, or all of them.
fn picked(apis: &[String]) -> Result<Vec<&'static str>, Failure> {
    let all: Vec<&'static str> = registry::ids().collect();
    if apis.is_empty() {
        return Ok(all);
    }
    apis.iter()
        .map(|api| {
            all.iter().copied().find(|id| id == api).ok_or_else(|| {
                Failure::usage(format!(
                    "there is no API `{api}`; the known ones are {}",
                    all.join(", ")
                ))
            })
        })
        .collect()
}

/// Suites against an embedded mock with these fixtures.
fn embedded_suites(
    apis: &[&str],
    config: &Config,
    limits: Limits,
    seed: u64,
    conduct: &Conduct,
) -> Result<(Embedded, Vec<Arc<dyn Suite>>), Failure> {
    let embedded = Embedded::start(with_plenty_of_ids(config.fixtures().clone()))
        .map_err(|error| Failure::incomplete(error.to_string()))?;
    let suites = apis
        .iter()
        .filter_map(|api| {
            registry::suite_under(
                api,
                Ingredients {
                    fixtures: embedded.fixtures(),
                    base: embedded.base().clone(),
                    limits,
                    embedded: true,
                    seed,
                },
                conduct.clone(),
            )
        })
        .collect();
    Ok((embedded, suites))
}

/// Suites of the picked APIs that are only asked for their cases.
fn listed_suites(apis: &[&str]) -> Vec<Arc<dyn Suite>> {
    registry::listed()
        .into_iter()
        .filter(|suite| apis.contains(&suite.api().id()))
        .collect()
}
