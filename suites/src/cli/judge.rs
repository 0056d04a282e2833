//! `hookproof judge`.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Failure, say};
use crate::sender::attempts_file::recordings;
use crate::sender::judged::Judged;

/// A file that is larger than this is no list of attempts.
const FILE_LIMIT_BYTES: u64 = 256 << 20;

#[derive(Debug, Args)]
#[command(
    after_help = "A file holds one recording, a list of them, or what `hookproof sender --format json` printed. The format is \
    described in suites/schemas/attempts.schema.json; the shortest one is\n\n  \
    {\"api\": \"olbrain\", \"mode\": \"virtual\", \"watched_until_s\": 10, \"attempts\": [{\"head_s\": 0, \"answer\": 404}]}"
)]
pub(super) struct Arguments {
    /// Files of attempts; `-` reads standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Real seconds for one second of the schedule, in place of what the files say: 0.02 where ten minutes last 12 s
    #[arg(long, value_parser = scale)]
    scale: Option<f64>,
    /// How the judgement is printed
    #[arg(long, value_enum, default_value_t = Shape::Pretty)]
    format: Shape,
    /// Show every event and every judgement, not only those that tell something
    #[arg(long, short)]
    verbose: bool,
    /// Count warnings as failures
    #[arg(long)]
    strict: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// A timeline, what is not met, and a line for each requirement
    Pretty,
    /// One JSON object
    Json,
}

fn scale(text: &str) -> Result<f64, String> {
    let scale: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if scale > 0.0 && scale <= 1.0 {
        Ok(scale)
    } else {
        Err("it is above 0 and at most 1: real seconds for one second of the schedule".to_owned())
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut all = Vec::new();
    for file in &arguments.files {
        let name = file.display().to_string();
        let text = read(file).map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
        let read =
            recordings(&name, &text, arguments.scale).map_err(|error| Failure::usage(error.to_string()))?;
        all.extend(read);
    }
    let judged = Judged::new(all);
    match arguments.format {
        Shape::Pretty => say(&judged.text(arguments.strict, arguments.verbose))?,
        Shape::Json => say(&format!("{:#}\n", judged.json(arguments.strict)))?,
    }
    Ok(ExitCode::from(judged.outcome(arguments.strict).exit_code()))
}

fn read(file: &PathBuf) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(FILE_LIMIT_BYTES + 1)
            .read_to_end(&mut bytes)?
    } else {
        std::fs::File::open(file)?
            .take(FILE_LIMIT_BYTES + 1)
            .read_to_end(&mut bytes)?
    };
    if read as u64 > FILE_LIMIT_BYTES {
        return Err(std::io::Error::other("it is larger than 256 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is no UTF-8"))
}
