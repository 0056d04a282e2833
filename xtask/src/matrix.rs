//! `cargo xtask matrix`: which mutants prove which requirements, and the score of that in the README.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use suites::mutant::{self, Matrix};

use crate::project;
use crate::say;

/// What stands around the score in the README.
const BEGIN: &str = "<!-- written by `cargo xtask matrix` -->\n";
const END: &str = "<!-- end of what `cargo xtask matrix` writes -->\n";

/// Where the score stands.
pub(crate) const README: &str = "README.md";

/// Tries every mutant of every API on the whole suite, prints the matrix by requirement and writes it down, and the score into
/// the README.
///
/// What else a mutant fails depends a little on which requests meet which. It is written down to be read and compared; that a
/// mutant fails its own requirement is what has to hold.
///
/// # Errors
/// A mutant could not be tried, or there is no place to write to.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let mut sound = true;
    for api in spec::apis() {
        let matrix = Matrix::of(api.id(), |_| {})?;
        let shown = by_requirement(api, &matrix);
        say(&shown)?;
        let path = path_of(&project::root(), api.id());
        fs::write(&path, shown).with_context(|| format!("{} cannot be written", path.display()))?;
        for row in matrix.survivors() {
            sound = false;
            say(&format!(
                "SURVIVED {} ({})\n",
                row.mutant.name(),
                row.mutant.breaks()
            ))?;
        }
        for (id, verdict) in matrix.reference() {
            sound = false;
            say(&format!(
                "FALSE ALARM {id}: {verdict} against the unchanged reference\n"
            ))?;
        }
    }
    if !sound {
        return Ok(ExitCode::FAILURE);
    }
    let path = project::root().join(README);
    let readme = fs::read_to_string(&path).with_context(|| format!("{README} cannot be read"))?;
    let written = with_score(&readme)?;
    if written != readme {
        fs::write(&path, written).with_context(|| format!("{README} cannot be written"))?;
    }
    say(&score())?;
    Ok(ExitCode::SUCCESS)
}

/// Every requirement that can fail a server, with the mutants that it alone or among others fails.
fn by_requirement(api: &spec::Api, matrix: &Matrix) -> String {
    let mut killers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in matrix.rows() {
        for id in row.bad.keys() {
            let name = row.mutant.name();
            let own = row.mutant.breaks() == id;
            let shown = if own { name.to_owned() } else { format!("({name})") };
            killers.entry(id).or_default().push(shown);
        }
    }
    let mut out = String::new();
    for row in api.catalogue().iter().filter(|row| row.can_fail()) {
        let names = killers.get(row.id.as_str()).map(|names| names.join(", "));
        let shown = match (names, &row.untestable) {
            (Some(names), _) => names,
            (None, Some(why)) => format!("not testable: {why}"),
            (None, None) => "NOT PROVEN".to_owned(),
        };
        let _ = writeln!(out, "{}: {shown}", row.id);
    }
    out
}

/// The score as it stands in the README. It counts what the accepted snapshots hold, and those are only accepted when every
/// mutant in them was killed.
pub(crate) fn score() -> String {
    let mut out = String::from(
        "| API | requirements that can fail or warn a server | proven by a killed mutant | mutants |\n|---|---|---|---|\n",
    );
    for api in spec::apis() {
        let mutants = mutant::of(api.id());
        let judged = api
            .catalogue()
            .iter()
            .filter(|row| row.can_fail() && row.untestable.is_none())
            .count();
        let proven: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.breaks()).collect();
        let _ = writeln!(
            out,
            "| `{}` | {judged} | {} | {} |",
            api.id(),
            proven.len(),
            mutants.len()
        );
    }
    out
}

/// The README with the score of today.
pub(crate) fn with_score(readme: &str) -> anyhow::Result<String> {
    let place = readme
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    ensure!(
        place.is_some(),
        "{README} has no lines `{}` and `{}`",
        BEGIN.trim(),
        END.trim()
    );
    let (before, after) = place.unwrap_or_default();
    Ok(format!("{before}{BEGIN}{}{END}{after}", score()))
}

/// Where the matrix of an API stands.
fn path_of(root: &Path, api: &str) -> PathBuf {
    root.join("snapshots").join(api).join("matrix.txt")
}

/// The matrix of an API as it was last measured: each mutant with the requirement of its own that failed it. Empty where it was
/// never measured.
pub(crate) fn measured(root: &Path, api: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(path_of(root, api)).unwrap_or_default();
    killed(&text)
}

fn killed(matrix: &str) -> Vec<(String, String)> {
    let rows = matrix.lines().filter_map(|line| line.split_once(": "));
    rows.flat_map(|(id, names)| {
        names
            .split(", ")
            .map(move |name| (name.to_owned(), id.to_owned()))
    })
    .collect()
}

/// The accepted matrix of an API: lines `mutant: requirement`. Empty where there is none yet.
pub(crate) fn accepted(root: &Path, api: &str) -> Vec<(String, String)> {
    let path = root.join("snapshots").join(api).join("mutants.snap");
    // A snapshot that is not there holds no mutant; the rule that compares says so for each.
    let text = fs::read_to_string(path).unwrap_or_default();
    pairs(&text)
}

fn pairs(snapshot: &str) -> Vec<(String, String)> {
    let body = snapshot.splitn(3, "---\n").nth(2).unwrap_or_default();
    body.lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_once(": "))
        .map(|(name, breaks)| (name.to_owned(), breaks.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, killed, pairs, with_score};

    #[test]
    fn the_score_takes_the_place_between_its_marks() {
        let written = with_score(&format!("a\n{BEGIN}old\n{END}b\n")).unwrap();
        assert!(written.starts_with(&format!("a\n{BEGIN}| API ")), "{written}");
        assert!(written.ends_with(&format!("|\n{END}b\n")), "{written}");
        assert_eq!(with_score(&written).unwrap(), written);
        assert!(with_score("no marks").is_err());
    }

    #[test]
    fn a_mutant_is_killed_where_its_name_stands_bare() {
        let read = killed("polyai.a: one, (two), three\npolyai.b: two\n");
        let has = |name: &str, id: &str| read.contains(&(name.to_owned(), id.to_owned()));
        assert!(has("one", "polyai.a") && has("three", "polyai.a") && has("two", "polyai.b"));
        assert!(!has("two", "polyai.a"));
    }

    #[test]
    fn collateral_is_no_mutant() {
        let snapshot = "---\nsource: x\n---\nname: polyai.a\n    also polyai.b\nother: polyai.c\n";
        let read = pairs(snapshot);
        let read: Vec<(&str, &str)> = read.iter().map(|(n, b)| (n.as_str(), b.as_str())).collect();
        assert_eq!(read, [("name", "polyai.a"), ("other", "polyai.c")]);
    }
}
