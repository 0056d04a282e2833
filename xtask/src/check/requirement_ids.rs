//! Whatever the code writes like a requirement id is one.

use std::collections::BTreeSet;

use super::Fault;
use super::literals::Literal;

/// A segment that begins so says itself that there is no such requirement: tests of error messages need one.
const ABSENT_ON_PURPOSE: &str = "no-such-";

/// What a name of files or hosts ends in, such as `polyai.toml` or `inkeep.com`.
const FILE_AND_HOST_ENDINGS: [&str; 14] = [
    "ai", "app", "com", "dev", "example", "io", "json", "local", "md", "rs", "test", "toml", "xml", "yaml",
];

/// The names that code may write down.
#[derive(Debug)]
pub(super) struct Known<'k> {
    apis: BTreeSet<&'k str>,
    ids: BTreeSet<&'k str>,
    keys: BTreeSet<String>,
}

impl<'k> Known<'k> {
    /// Takes the ids of the APIs and of all requirements, and a fixtures file with all its keys, those in comments too.
    pub(super) fn new(
        apis: impl Iterator<Item = &'k str>,
        ids: impl Iterator<Item = &'k str>,
        fixtures: &str,
    ) -> Self {
        Self {
            apis: apis.collect(),
            ids: ids.collect(),
            keys: keys(fixtures),
        }
    }

    /// Whether a literal is written like a requirement id: an API and then segments of lower-case words, all joined by
    /// dots. An underscore counts as well, since it is how a hyphen is missed.
    fn is_written_like_an_id(&self, literal: &str) -> bool {
        let mut segments = literal.split('.');
        segments.next().is_some_and(|api| self.apis.contains(api))
            && literal.contains('.')
            && segments.all(|segment| {
                !segment.is_empty()
                    && segment
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
            })
    }

    /// Whether a literal written like an id names something: a requirement, an area of requirements (a filter), a key
    /// of the fixtures file (an error message), a file or host, or on purpose nothing.
    fn names_something(&self, literal: &str) -> bool {
        let area = format!("{literal}.");
        self.ids.contains(literal)
            || self
                .ids
                .range(area.as_str()..)
                .next()
                .is_some_and(|id| id.starts_with(&area))
            || self.keys.contains(literal)
            || literal
                .rsplit('.')
                .next()
                .is_some_and(|last| FILE_AND_HOST_ENDINGS.contains(&last))
            || literal
                .split('.')
                .any(|segment| segment.starts_with(ABSENT_ON_PURPOSE))
    }
}

/// The literals of one file that are written like requirement ids and name nothing.
pub(super) fn faults(path: &str, literals: &[Literal<'_>], known: &Known<'_>) -> Vec<Fault> {
    literals
        .iter()
        .filter(|literal| {
            known.is_written_like_an_id(literal.text) && !known.names_something(literal.text)
        })
        .map(|literal| Fault {
            rule: "ids",
            place: format!("{path}:{}", literal.line),
            what: format!("no requirement is called `{}`", literal.text),
            remedy: "Correct the id, or add its row to requirements.toml; a test that needs an unknown id gives it a \
                     segment that begins with `no-such-`.",
        })
        .collect()
}

/// The dotted keys of a fixtures file, those in comments included: what is left out there is still a key.
fn keys(fixtures: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut table = "";
    for line in fixtures.lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            // The name of an array of tables stands in two brackets.
            table = header.0.trim_start_matches('[');
            keys.insert(table.to_owned());
        } else if let Some((key, _)) = line.split_once(" = ")
            && key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        {
            keys.insert(format!("{table}.{key}"));
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::{Known, faults};
    use crate::check::literals;

    const FIXTURES: &str = "# PolyAI, the webhook: x = y\n[polyai]\n# base_url = \"...\"\nknown_ids = []\n\n\
                            [polyai.keys]\nvalid = \"k\"\n";

    fn known() -> Known<'static> {
        let ids = ["polyai.auth.missing-key", "polyai.auth.ok", "polyai.timeouts"];
        Known::new(["polyai", "inkeep"].into_iter(), ids.into_iter(), FIXTURES)
    }

    #[test]
    fn an_id_without_a_row_is_found_with_its_line() {
        let source = "f(\"polyai.auth.ok\",\n  \"polyai.auth.mising-key\");\n\"inkeep.auth.missing_key\"; \"polyai.timeout\"";
        let found = faults("suites/src/a.rs", &literals::of(source), &known());
        let places: Vec<_> = found.iter().map(|fault| fault.place.as_str()).collect();
        assert_eq!(
            places,
            ["suites/src/a.rs:2", "suites/src/a.rs:3", "suites/src/a.rs:3"]
        );
        assert_eq!(found[0].what, "no requirement is called `polyai.auth.mising-key`");
    }

    #[test]
    fn other_names_with_dots_are_left_alone() {
        for literal in [
            "polyai.auth.missing-key",
            "polyai.auth",
            "polyai.known_ids",
            "polyai.base_url",
            "polyai.keys",
            "polyai.keys.valid",
            "polyai.toml",
            "inkeep.com",
            "polyai.auth.no-such-row",
            "polyai.",
            "polyai..ok",
            "polyai",
            "POLYAI.AUTH",
            "olbrain.auth.ok",
            "a polyai.auth.nope",
        ] {
            let source = format!("{literal:?}");
            assert_eq!(faults("a.rs", &literals::of(&source), &known()), [], "{literal}");
        }
    }

    #[test]
    fn part_of_a_segment_is_no_area() {
        let found = faults(
            "a.rs",
            &literals::of("\"polyai.au\" \"polyai.keys.val\""),
            &known(),
        );
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
