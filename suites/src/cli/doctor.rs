//! `hookproof doctor`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use clap::Args;

use super::aim::Aim;
use super::reach::{Limit, Reach};
use super::{Failure, picked, say, say_note};
use crate::config::DEFAULT_FILE;
use crate::examination::{Examined, State};
use crate::http::{Exchange, RUN_HEADER};
use crate::run::{Run, Settings};
use crate::runner;
use crate::suite::Suite;
use crate::transcript::{self, one_line};

/// Exit code where the target does not agree with the configuration, or nothing could be tried.
const DISAGREES: u8 = 3;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The API to look at; repeat it or separate with commas for several [default: all that the file has a table for]
    #[arg(long, value_delimiter = ',')]
    api: Vec<String>,
    /// Base URL of the server; goes with --api
    #[arg(long, value_name = "URL", requires = "api")]
    target: Option<String>,
    /// The configuration to try [default: hookproof.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Send also what a conformant server acts on, to a server that is not on this machine
    #[arg(long, conflicts_with = "safe")]
    full: bool,
    /// Send only what a conformant server refuses, or what leaves nothing behind. It is the default for every server that
    /// is not on this machine
    #[arg(long)]
    safe: bool,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    limit: Limit,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let apis = picked(&arguments.api)?;
    let aim = Aim {
        target: arguments.target.as_deref(),
        config: arguments.config.as_ref(),
        full: arguments.full,
        safe: arguments.safe,
        dry: false,
        // Other unknown ids than those of a run.
        seed: 2,
        not_offered: &[],
        reach: &arguments.reach,
        limit: &arguments.limit,
    };
    let config = aim.config(&apis)?;
    let aimed = aim.at(&apis, &config)?.ok_or_else(|| {
        Failure::usage(format!(
            "there is no server to ask: no base_url in {}. `hookproof init` writes a file with one, --config names another \
             file, --api and --target name a server",
            config_name(arguments)
        ))
    })?;
    say_note(&format!(
        "run {}; every request says so in {RUN_HEADER}",
        aimed.run_id
    ));
    let mut count = Count::default();
    for suite in &aimed.suites {
        let run = Arc::new(Run::new(Settings::default(), Vec::new()));
        let examined = runner::examine(&run, suite.as_ref()).map_err(Failure::incomplete)?;
        say(&report(suite.as_ref(), &examined, &mut count))?;
    }
    say(&last_line(&count))?;
    let agrees = count.wrong == 0 && count.missing == 0 && count.fits > 0;
    Ok(ExitCode::from(if agrees { 0 } else { DISAGREES }))
}

fn config_name(arguments: &Arguments) -> String {
    let named = arguments.config.as_ref();
    named.map_or_else(
        || DEFAULT_FILE.to_owned(),
        |path| one_line(&path.display().to_string()),
    )
}

#[derive(Default)]
struct Count {
    fits: usize,
    wrong: usize,
    missing: usize,
    open: usize,
}

fn paint(color: AnsiColor, text: &str) -> String {
    let style = Style::new().fg_color(Some(color.into())).bold();
    format!("{style}{text}{style:#}")
}

fn report(suite: &dyn Suite, examined: &[Examined], count: &mut Count) -> String {
    let target = suite.target();
    let redactor = target.redactor();
    let mode = if target.is_safe() { ", in safe mode" } else { "" };
    let mut out = format!("{} at {}{mode}\n", suite.api().id(), target.base().as_str());
    for Examined { key, state, exchange } in examined {
        let (word, told) = match state {
            State::Fits(seen) => {
                count.fits += 1;
                (paint(AnsiColor::Green, "fits "), seen.clone())
            }
            State::Missing(remedy) => {
                count.missing += 1;
                (paint(AnsiColor::Yellow, "lacks"), remedy.clone())
            }
            State::Open(why) => {
                count.open += 1;
                (paint(AnsiColor::Yellow, "open "), why.clone())
            }
            State::Misfit { expected, .. } => {
                count.wrong += 1;
                let got = exchange
                    .as_ref()
                    .map_or_else(|| "nothing".to_owned(), Exchange::in_short);
                (
                    paint(AnsiColor::Red, "WRONG"),
                    format!("expected {expected}, got {got}"),
                )
            }
        };
        let told = one_line(&redactor.text(&told));
        let _ = writeln!(out, "    {word} {key:<36} {}", told.trim_end());
        if let State::Misfit { remedy, .. } = state {
            let _ = writeln!(out, "          {}", one_line(&redactor.text(remedy)));
            let shown = exchange
                .as_ref()
                .map(|exchange| transcript::render(exchange, target.base().prefix(), redactor));
            for line in shown.iter().flat_map(|text| text.lines()) {
                let _ = writeln!(out, "            {line}");
            }
        }
    }
    out.push('\n');
    out
}

fn last_line(count: &Count) -> String {
    let Count {
        fits,
        wrong,
        missing,
        open,
    } = count;
    let word = match (wrong, missing, fits) {
        (1.., _, _) => paint(AnsiColor::Red, "DOES NOT FIT"),
        (0, 1.., _) => paint(AnsiColor::Yellow, "NOT COMPLETE"),
        (0, 0, 0) => paint(AnsiColor::Yellow, "NOTHING TRIED"),
        _ => paint(AnsiColor::Green, "FITS"),
    };
    let lacking = match missing {
        0 => String::new(),
        count => format!(", {count} to be filled in"),
    };
    format!("{word}: {fits} as the configuration says, {wrong} not{lacking}, {open} left open\n")
}
