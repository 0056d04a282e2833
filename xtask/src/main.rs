//! What people and CI both call: `cargo xtask check`, `cargo xtask matrix` and `cargo xtask bench`.

mod bench;
mod check;
mod config;
mod matrix;
mod project;
mod retry_rates;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit code when a command could not do its work; 1 says that it did, and found faults.
const CANNOT_RUN: u8 = 2;

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "What people and CI both call"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Hold contract, cases, mock, snapshots and manifests against each other; exit code 1 if anything is wrong
    Check,
    /// Measure the mock and the suite beside plain servers and a plain client; judges nothing
    Bench(bench::Arguments),
    /// Write the schema of hookproof.toml and the example of it, as the reader has them
    Config,
    /// Try every mutant, print which requirements they prove, and write the score into the README
    Matrix,
    /// Simulate senders and write down how often the judge of retries is wrong about them
    RetryRates(retry_rates::Arguments),
    /// The measuring half of bench, which has to run from a release build
    #[command(hide = true)]
    Measure(bench::Measure),
    /// A server to compare with: a bare hyper server
    #[command(hide = true)]
    FloorHyper(bench::Floor),
    /// A server to compare with: axum and `serde_json`
    #[command(hide = true)]
    FloorAxum(bench::Floor),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Check => check::run(),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Config => config::run(),
        Command::Matrix => matrix::run(),
        Command::RetryRates(arguments) => retry_rates::run(&arguments),
        Command::Measure(measure) => measure.run(),
        Command::FloorHyper(floor) => floor.serve_hyper(),
        Command::FloorAxum(floor) => floor.serve_axum(),
    };
    outcome.unwrap_or_else(|error| {
        // There is nowhere left to report to if standard error is gone.
        let _ = writeln!(io::stderr(), "error: {error:#}");
        ExitCode::from(CANNOT_RUN)
    })
}

/// Text to standard output; a reader who went away is no error.
fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
