//! `cargo xtask config`: the schema of the configuration file and the example of it, made from what the reader knows.
//! The snapshots' tests of `suites`, which `cargo xtask check` runs, hold both against it.

use std::process::ExitCode;

use anyhow::Context as _;

use crate::{project, say};

/// Both files, and what they are to hold.
fn files() -> [(&'static str, String); 2] {
    [
        (
            "suites/schemas/hookproof.schema.json",
            format!("{:#}\n", suites::config::schema()),
        ),
        ("suites/examples/hookproof.toml", suites::config::example()),
    ]
}

/// Writes both files.
///
/// # Errors
/// A file cannot be written.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let root = project::root();
    for (path, text) in files() {
        let file = root.join(path);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&file, text).with_context(|| format!("{path} cannot be written"))?;
        say(&format!("{path}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}
