//! Snapshots are accepted, used and current.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;

use super::Fault;
use super::literals::Literal;
use crate::project;

/// The test that makes the snapshots, in the package `suites`.
const TEST: &str = "snapshots";

/// How many of the last lines of a failed test run are shown.
const SHOWN_LINES: usize = 60;

/// Snapshots that nobody has accepted or rejected yet.
pub(super) fn pending(paths: &[String]) -> Vec<Fault> {
    paths
        .iter()
        .filter(|path| path.ends_with(".snap.new") || path.ends_with(".pending-snap"))
        .map(|path| Fault {
            rule: "snapshots",
            place: path.clone(),
            what: "a pending snapshot".to_owned(),
            remedy: "Read the difference (`cargo insta review`), then accept or reject it.",
        })
        .collect()
}

/// Files among the snapshots whose name no test writes down: without its ending, alone or below a folder.
pub(super) fn unreferenced<'s>(
    snapshots: impl Iterator<Item = &'s str>,
    literals: impl Iterator<Item = Literal<'s>>,
) -> Vec<Fault> {
    let named: BTreeSet<&str> = literals
        .map(|literal| file_name(literal.text))
        .map(|name| name.strip_suffix(".snap").unwrap_or(name))
        .collect();
    snapshots
        // A pending one is a fault of its own.
        .filter(|path| !path.ends_with(".snap.new"))
        .filter(|path| {
            let name = file_name(path);
            !named.contains(name.strip_suffix(".snap").unwrap_or(name))
        })
        .map(|path| Fault {
            rule: "snapshots",
            place: path.to_owned(),
            what: "no test names it".to_owned(),
            remedy: "Remove the file, or write the name of the snapshot out in full where it is made.",
        })
        .collect()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Makes the snapshots again and compares them with the accepted ones. Nothing is written.
///
/// # Errors
/// `cargo` cannot be started.
pub(super) fn run_tests(root: &Path) -> anyhow::Result<Option<Fault>> {
    if let Some(fault) = missing_test(|path| root.join(path).is_file()) {
        return Ok(Some(fault));
    }
    let run = project::cargo(root)
        .args(["test", "--quiet", "--package", "suites", "--test", TEST])
        .env("INSTA_UPDATE", "no")
        .env("CI", "true")
        .env("RUST_BACKTRACE", "0")
        .output()
        .context("cargo, which runs the snapshot tests, cannot be started")?;
    if run.status.success() {
        return Ok(None);
    }
    // The tests write to standard output; when there is nothing, they did not get as far as running.
    let output = if run.stdout.is_empty() {
        &run.stderr
    } else {
        &run.stdout
    };
    let output = String::from_utf8_lossy(output);
    Ok(Some(Fault {
        rule: "snapshots",
        place: format!("cargo test --package suites --test {TEST}"),
        what: format!("it ends with {}\n{}", run.status, last_lines(&output)),
        remedy: "Run it with INSTA_UPDATE=always, read the difference of every snapshot, and keep those that are right.",
    }))
}

/// The fault that the test does not exist: then nothing holds the snapshots against anything.
fn missing_test(is_file: impl Fn(&str) -> bool) -> Option<Fault> {
    let places = [
        format!("suites/tests/{TEST}.rs"),
        format!("suites/tests/{TEST}/main.rs"),
    ];
    (!places.iter().any(|place| is_file(place))).then(|| Fault {
        rule: "snapshots",
        place: places[0].clone(),
        what: "this test does not exist".to_owned(),
        remedy: "Write it: it makes every snapshot anew and compares.",
    })
}

fn last_lines(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..]
        .iter()
        .map(|line| format!("    | {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::{last_lines, missing_test, pending, unreferenced};
    use crate::check::literals;

    #[test]
    fn pending_snapshots_are_found_wherever_they_are() {
        let paths = [
            "snapshots/polyai/a.snap",
            "snapshots/polyai/a.snap.new",
            "suites/src/.run.rs.pending-snap",
        ]
        .map(str::to_owned);
        let places: Vec<String> = pending(&paths).into_iter().map(|fault| fault.place).collect();
        assert_eq!(places, paths[1..]);
    }

    #[test]
    fn a_snapshot_that_no_test_names_is_found() {
        let source = "assert_snapshot!(\"missing-key\", x); read(\"snapshots/polyai/events.json\"); // \"only-a-comment\"";
        let files = [
            "snapshots/polyai/missing-key.snap",
            "snapshots/polyai/events.json",
            "snapshots/polyai/key.snap",
            "snapshots/only-a-comment.snap",
            "snapshots/polyai/key.snap.new",
        ];
        let found = unreferenced(files.into_iter(), literals::of(source).into_iter());
        let places: Vec<String> = found.into_iter().map(|fault| fault.place).collect();
        assert_eq!(places, files[2..4]);
    }

    #[test]
    fn a_missing_test_is_found() {
        assert!(missing_test(|_| false).is_some());
        assert_eq!(missing_test(|path| path == "suites/tests/snapshots.rs"), None);
        assert_eq!(
            missing_test(|path| path == "suites/tests/snapshots/main.rs"),
            None
        );
    }

    #[test]
    fn only_the_end_of_a_long_output_is_shown() {
        use std::fmt::Write as _;
        let mut output = String::new();
        for number in 0..100 {
            let _ = writeln!(output, "line {number}");
        }
        let shown = last_lines(&output);
        assert_eq!(shown.lines().count(), 60);
        assert!(
            shown.starts_with("    | line 40\n") && shown.ends_with("    | line 99"),
            "{shown}"
        );
        assert_eq!(last_lines(""), "");
    }
}
