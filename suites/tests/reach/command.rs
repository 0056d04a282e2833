//! The command against a URL, and what it printed.

use std::process::{Command, Output};

use mock_server::Fixtures;

/// Runs the command against a URL with the built-in fixtures.
pub(crate) fn test_against(url: &str, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("target.toml");
    std::fs::write(&config, Fixtures::builtin().to_toml()).unwrap();
    Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args([
            "test", "--api", "polyai", "--target", url, "--format", "terse", "--cases", "2",
        ])
        .arg("--config")
        .arg(config)
        .args(more)
        .current_dir(folder.path())
        .output()
        .unwrap()
}

pub(crate) fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

pub(crate) fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
