//! `cargo xtask retry-rates`: simulates senders, and writes down how often the judge is wrong about them.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use suites::sender::simulate;

use crate::project;

/// The table that people review.
const TABLE: &str = "snapshots/sender/retry-rates.txt";

/// The figures that the judge quotes.
const RATES: &str = "suites/src/sender/judge/rates.toml";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Trials of each correct policy; wrong ones get a tenth
    #[arg(long, default_value_t = 4000, value_parser = clap::value_parser!(u32).range(10..))]
    trials: u32,
    /// Seed of all random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Compare with the files instead of writing them; exit code 1 if they differ
    #[arg(long)]
    check: bool,
}

/// Simulates, and writes or compares both files. In a debug build it hands over to a release build of itself.
///
/// # Errors
/// `cargo` cannot be started, or a file cannot be read or written.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = project::root();
    if cfg!(debug_assertions) {
        return in_release(&root, arguments);
    }
    let table = simulate::retry_rates(arguments.trials, arguments.seed);
    let mut differ = Vec::new();
    for (path, text) in [(TABLE, table.to_text()), (RATES, table.to_rates())] {
        let file = root.join(path);
        if arguments.check {
            let kept = std::fs::read_to_string(&file).with_context(|| format!("{path} cannot be read"))?;
            if kept != text {
                differ.push(path);
            }
            continue;
        }
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&file, text).with_context(|| format!("{path} cannot be written"))?;
    }
    if arguments.check && !differ.is_empty() {
        crate::say(&format!(
            "{} is not what the simulation gives: run `cargo xtask retry-rates` and read the difference\n",
            differ.join(" and ")
        ))?;
        return Ok(ExitCode::from(1));
    }
    crate::say(&table.to_text())?;
    Ok(ExitCode::SUCCESS)
}

fn in_release(root: &Path, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    ensure!(root.is_dir(), "{} is no folder", root.display());
    let mut cargo = project::cargo(root);
    cargo.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "xtask",
        "--",
        "retry-rates",
    ]);
    cargo.args([
        "--trials",
        &arguments.trials.to_string(),
        "--seed",
        &arguments.seed.to_string(),
    ]);
    if arguments.check {
        cargo.arg("--check");
    }
    let status = cargo.status().context("cargo cannot be started")?;
    match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(code) => Ok(ExitCode::from(code)),
        None => bail!("the simulation was ended by a signal"),
    }
}
