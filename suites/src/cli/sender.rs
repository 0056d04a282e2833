//! `hookproof sender`.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::filter::nearest;
use super::{Failure, picked, say, variable};
use crate::registry;
use crate::sender::fake_clock;
use crate::sender::handed::Handed;
use crate::sender::live;
use crate::sender::report;
use crate::sender::scenario::{Scenario, builtin, builtins};
use crate::sender::session::{FakeClock, Hindrance, Session};

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub(super) struct Arguments {
    /// The API whose server is played
    #[arg(long)]
    api: String,
    /// A scenario by its name, or a file of one's own; repeat it for several [default: all]
    #[arg(long, value_name = "NAME|FILE")]
    scenario: Vec<String>,
    /// Times the documented speed: the sender multiplies its delays by `HOOKPROOF_TIME_SCALE`, which is 1/N
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// Run the command with a clock that is N times as fast (libfaketime); it needs to know nothing of it
    #[arg(long, value_name = "N", value_parser = speed, conflicts_with_all = ["speed", "full"])]
    fake_clock: Option<f64>,
    /// Events where a scenario takes as many as there are; fewer than 8 can fail few rules
    #[arg(long, value_name = "K", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=64))]
    events: u32,
    /// Watch the whole ten minutes also in real time
    #[arg(long)]
    full: bool,
    /// A duplicate of the event would do harm: it needs its key in the body
    #[arg(long)]
    side_effects: bool,
    /// Seconds that the first request of an event may take
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// End after so many seconds, whatever is still going on
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    max_time: Option<u64>,
    /// Count warnings as failures
    #[arg(long)]
    strict: bool,
    /// Show also what was met, undecided or observed, and what the commands said
    #[arg(long, short)]
    verbose: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Shape::Pretty)]
    format: Shape,
    /// List the scenarios and do nothing else
    #[arg(long)]
    list: bool,
    /// The command that sends one event; {url}, {key}, {event} and the like are filled in. Without one, the addresses are
    /// printed, and whoever comes is judged until Ctrl-C
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// Attempts, verdicts and a last line
    Pretty,
    /// One JSON object
    Json,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (1.0..=1000.0).contains(&speed) => Ok(speed),
        _ => Err("it must be a number from 1 to 1000".to_owned()),
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let apis = picked(std::slice::from_ref(&arguments.api))?;
    let api = apis[0];
    if arguments.list {
        return list(api);
    }
    let session = session(arguments, api)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::incomplete(format!("no threads can be started: {error}")))?;
    let outcome = runtime.block_on(play(arguments, &session));
    // What is left are connections of senders that are gone.
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

fn list(api: &str) -> Result<ExitCode, Failure> {
    let all: String = builtins()
        .iter()
        .filter(|scenario| scenario.is_for(api))
        .map(|scenario| format!("{:<18} {}\n", scenario.name, scenario.about))
        .collect();
    say(&all)?;
    Ok(ExitCode::SUCCESS)
}

fn session(arguments: &Arguments, api: &'static str) -> Result<Session, Failure> {
    let side = registry::sender_side(api)
        .ok_or_else(|| Failure::usage(format!("senders to {api} cannot be judged yet")))?;
    let words = (!arguments.command.is_empty()).then(|| arguments.command.clone());
    let fake_clock = match (arguments.fake_clock, &words) {
        (None, _) => None,
        (Some(_), None) => {
            return Err(Failure::usage(
                "--fake-clock is for a command that is started here; put it behind --",
            ));
        }
        (Some(_), Some(words)) => {
            let unusable = |error: fake_clock::NoFakeClock| Failure::usage(error.to_string());
            fake_clock::check(&words[0], variable("PATH").as_deref()).map_err(unusable)?;
            Some(FakeClock {
                library: fake_clock::library().map_err(unusable)?,
                preloaded: variable("LD_PRELOAD"),
            })
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Session {
        api,
        side,
        scenarios: scenarios(&arguments.scenario, api)?,
        all_events: arguments.events,
        words,
        speed: arguments.fake_clock.unwrap_or(arguments.speed),
        fake_clock,
        full: arguments.full,
        side_effects: arguments.side_effects,
        first: Duration::from_secs(arguments.timeout),
        at_most: arguments.max_time.map(Duration::from_secs),
        starting: cores.saturating_sub(1).max(1),
    })
}

fn scenarios(chosen: &[String], api: &str) -> Result<Vec<Scenario>, Failure> {
    let all = || builtins().iter().filter(|scenario| scenario.is_for(api)).cloned();
    if chosen.is_empty() {
        return Ok(all().collect());
    }
    let mut scenarios: Vec<Scenario> = Vec::new();
    for name in chosen.iter().flat_map(|names| names.split(',')) {
        let path = Path::new(name);
        let is_file = name.contains('/') || path.extension().is_some();
        if name == "all" {
            scenarios.extend(all());
        } else if is_file {
            let scenario =
                Scenario::load(&PathBuf::from(name)).map_err(|error| Failure::usage(error.to_string()))?;
            scenarios.push(scenario);
        } else {
            let known = builtins().iter().map(|scenario| scenario.name.as_str());
            let scenario = builtin(name).ok_or_else(|| {
                Failure::usage(format!(
                    "there is no scenario `{}`{}; a file of your own is named with its ending",
                    name.escape_debug(),
                    nearest(name, known)
                ))
            })?;
            scenarios.push(scenario.clone());
        }
    }
    let mut names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
    names.sort_unstable();
    let twice = names
        .chunk_by(|name, next| name == next)
        .find(|same| same.len() > 1);
    if let Some(&[twice, ..]) = twice {
        return Err(Failure::usage(format!(
            "the scenario `{twice}` is chosen twice, or a file has the name of another one"
        )));
    }
    Ok(scenarios)
}

async fn play(arguments: &Arguments, session: &Session) -> Result<ExitCode, Failure> {
    let measured = session.measure(interrupted()).await.map_err(failure)?;
    let opened = session.open(measured).await.map_err(failure)?;
    let stage = Arc::clone(opened.stage());
    if session.words.is_none() {
        say(&addresses(session, &opened.handed()))?;
    }
    let is_watched = std::io::stderr().is_terminal() && arguments.format == Shape::Pretty;
    let watching = is_watched.then(|| {
        let display = live::Display::new(session.names(), session.scale());
        tokio::spawn(display.run(Arc::clone(&stage)))
    });
    let played = opened.run(interrupted()).await;
    if let Some(watching) = watching {
        watching.abort();
        let _ = watching.await;
        let _ = write!(anstream::stderr(), "\r\x1b[K");
    }
    let result = session.report(measured, played).map_err(failure)?;
    match arguments.format {
        Shape::Pretty => say(&report::text(&result, arguments.strict, arguments.verbose))?,
        Shape::Json => say(&format!("{:#}\n", report::json(&result, arguments.strict)))?,
    }
    Ok(ExitCode::from(
        report::ending(&result, arguments.strict).exit_code(),
    ))
}

fn failure(hindrance: Hindrance) -> Failure {
    match hindrance {
        Hindrance::Usage(why) => Failure::usage(why),
        Hindrance::Incomplete(why) => Failure::incomplete(why),
    }
}

/// What somebody who starts the senders needs to know.
fn addresses(session: &Session, handed: &[Handed]) -> String {
    let mut out = String::from("Send each event to the address of its own, once; end with Ctrl-C.\n");
    for (scenario, range) in session.scenarios.iter().zip(session.ranges()) {
        out.push_str(&format!("\n{}  {}\n", scenario.name, scenario.about));
        for event in range {
            let variables: Vec<String> = handed[event]
                .variables()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            out.push_str(&format!("    {}\n", variables.join(" ")));
        }
    }
    out.push('\n');
    out
}

/// Waits for Ctrl-C, or for the signal that asks to end.
async fn interrupted() -> &'static str {
    const WHY: &str = "the run was interrupted";
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hang_up)) =
            (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            return WHY;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    WHY
}
