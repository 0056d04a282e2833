//! `cargo xtask bench`: the mock and the suite beside plain servers and a plain client, all in one run. Figures come
//! out and no verdict: how fast something is depends on the machine, how much faster than its neighbour much less.
//!
//! What is measured has to be optimised, and so have the floors and the load generator, which live in this program.
//! [`run`] therefore builds both in release mode and hands over to [`Measure`] in the release build.

mod child;
mod clock;
mod comparison;
mod figures;
mod floor;
mod load;
mod measure;
mod memory;
mod process;
mod report;
mod shown;
mod subject;
mod suite_rate;
mod wire;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, ensure};
use clap::Args;
use serde_json::Value;

use crate::project;

pub(crate) use floor::Floor;
pub(crate) use measure::Measure;

/// How to measure.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = report::LEGEND)]
pub(crate) struct Arguments {
    /// Seconds for the rounds in which the three servers take turns, shared by all requests that are measured
    #[arg(long, value_name = "N", default_value_t = 45, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// Connections of the load generator, each with one request under way
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=1024))]
    connections: u64,
    /// Requests after which the mock's memory is read for the last time. What the rounds leave of them is sent
    /// afterwards, for at most a minute, or --seconds where that is longer
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    requests: u64,
    /// Measure the documented requests of this API only [default: those of all]
    #[arg(long, value_name = "API")]
    api: Option<String>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

/// Builds what is measured, and measures it.
///
/// # Errors
/// The build fails, a server does not start, or one answers otherwise than the documents say. No figure is an error.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = project::root();
    let hookproof = build(&root, &["--bin", "hookproof"], "hookproof")?;
    let measuring = build(&root, &["--package", "xtask"], "xtask")?;
    let mut measure = Command::new(&measuring);
    measure
        .arg("measure")
        .arg("--hookproof")
        .arg(hookproof)
        .args(["--seconds", &arguments.seconds.to_string()])
        .args(["--connections", &arguments.connections.to_string()])
        .args(["--requests", &arguments.requests.to_string()]);
    if let Some(api) = &arguments.api {
        measure.args(["--api", api]);
    }
    if arguments.json {
        measure.arg("--json");
    }
    let status = measure
        .status()
        .with_context(|| format!("{} cannot be started", measuring.display()))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(crate::CANNOT_RUN)
    })
}

/// Builds a program in release mode, and tells where it is.
fn build(root: &Path, what: &[&str], program: &str) -> anyhow::Result<PathBuf> {
    let output = project::cargo(root)
        .args([
            "build",
            "--quiet",
            "--release",
            "--message-format=json-render-diagnostics",
        ])
        .args(what)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    ensure!(
        output.status.success(),
        "the release build of {program} ends with {}",
        output.status
    );
    executable(&String::from_utf8_lossy(&output.stdout), program)
        .with_context(|| format!("cargo built no program {program}"))
}

/// Where a program was built to, as `cargo` tells in its messages, one JSON object a line.
fn executable(messages: &str, program: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == program)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::executable;

    #[test]
    fn the_program_is_found_among_the_messages_of_cargo() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"name":"suites"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"hookproof"},"executable":"t/release/hookproof"}
no message
{"reason":"build-finished","success":true}
"#;
        assert_eq!(
            executable(messages, "hookproof"),
            Some(PathBuf::from("t/release/hookproof"))
        );
        assert_eq!(executable(messages, "suites"), None);
        assert_eq!(executable("", "hookproof"), None);
    }
}
