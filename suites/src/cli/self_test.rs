//! `hookproof self-test`: this copy proves that it can say no.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Args;

use super::{Failure, picked, say};
use crate::mutant::{Killed, Matrix, of};
use crate::standin::trial;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only this API
    #[arg(long, value_delimiter = ',')]
    api: Vec<String>,
    /// Run the whole suite against every mutant, and show what else fails; slow
    #[arg(long)]
    collateral: bool,
    /// Print every mutant, not just those that survive
    #[arg(long)]
    verbose: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut sound = true;
    for api in picked(&arguments.api)? {
        let progress = Progress::of(api);
        let each = |_: &Killed| progress.step();
        let matrix = if arguments.collateral {
            Matrix::of(api, each)
        } else {
            Matrix::of_own_cases(api, each)
        };
        progress.clear();
        let matrix = matrix.map_err(|error| Failure::incomplete(error.to_string()))?;
        say(&told(&matrix, arguments))?;
        sound &= matrix.reference().is_empty() && matrix.survivors().next().is_none();
    }
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What was found for one API.
fn told(matrix: &Matrix, arguments: &Arguments) -> String {
    let mut out = String::new();
    for row in matrix.rows() {
        let killed = row.by_its_own();
        if killed && !arguments.verbose {
            continue;
        }
        let (mutant, word) = (row.mutant, if killed { "killed" } else { "SURVIVED" });
        let _ = writeln!(out, "{word} {} ({})", mutant.name(), mutant.breaks());
        let _ = writeln!(out, "    it {}", mutant.defect());
        if arguments.collateral && !mutant.is_intermittent() {
            for (id, verdict) in row.collateral() {
                let _ = writeln!(out, "    also {verdict} {id}");
            }
        }
    }
    for (id, verdict) in matrix.reference() {
        let _ = writeln!(out, "FALSE ALARM {id}: {verdict} against the unchanged reference");
    }
    let survivors = matrix.survivors().count();
    let _ = writeln!(
        out,
        "{}: {} of {} wrong servers caught by the requirement they break; {} requirements proven; the correct server: {}",
        matrix.api(),
        matrix.rows().len() - survivors,
        matrix.rows().len(),
        matrix.proven().len(),
        match matrix.reference().len() {
            0 => "nothing held against it".to_owned(),
            alarms => format!("{alarms} false alarms"),
        }
    );
    out
}

/// How many mutants are done, where a person watches.
struct Progress(Option<indicatif::ProgressBar>);

impl Progress {
    fn of(api: &str) -> Self {
        let watched = std::io::stderr().is_terminal();
        Self(watched.then(|| {
            let count = of(api).len();
            let bar = indicatif::ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
            bar.set_message(api.to_owned());
            bar
        }))
    }

    fn step(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// Sends one wrong server of each API through the whole pipeline before a target is judged: a copy that calls it correct
/// would call everything correct.
pub(super) fn canary(apis: &[&'static str]) -> Result<(), Failure> {
    for api in apis {
        let Some(mutant) = of(api).into_iter().find(|mutant| !mutant.is_intermittent()) else {
            continue;
        };
        let bad = trial::run_cases_of(mutant.breaks(), api, Some(mutant.standin()))
            .map_err(|error| Failure::incomplete(error.to_string()))?;
        if !(Killed { mutant, bad }).by_its_own() {
            return Err(Failure::incomplete(format!(
                "this copy of hookproof cannot be trusted: a server that {} was not failed for {}; `hookproof self-test` \
                 shows more",
                mutant.defect(),
                mutant.breaks()
            )));
        }
    }
    Ok(())
}
