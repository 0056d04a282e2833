//! The `hookproof` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    suites::cli::main()
}
