//! The fixtures file: one table for each API. The mock reads it, and so does a test run against another server.

use std::fmt;
use std::path::PathBuf;

use toml::de::DeTable;

use crate::definition::Definition;
use crate::target_table::{self, Target};
use crate::toml_table::{Fault, Faults, Table};
use crate::{inkeep, olbrain, polyai};

/// What exists at the servers of all APIs.
#[derive(Clone, Debug)]
pub struct Fixtures {
    /// PolyAI, `[polyai]`.
    pub polyai: polyai::Fixtures,
    /// Inkeep, `[inkeep]`.
    pub inkeep: inkeep::Fixtures,
    /// Olbrain, `[olbrain]`.
    pub olbrain: olbrain::Fixtures,
    /// How the servers are reached, `[target]`. The mock ignores it.
    pub target: Target,
    /// Where relative paths of the file begin; the folder of the process, unless whoever read the file knows better.
    pub folder: PathBuf,
    declared: Vec<&'static str>,
}

/// One table of the file: its name, how it is read, how it is written.
struct ApiTable {
    name: &'static str,
    definition: &'static Definition,
    read: fn(&mut Fixtures, &Table<'_>, &mut Faults<'_>),
    write: fn(&Fixtures, &mut String),
}

/// The registry: a table that is not here is refused.
const TABLES: [ApiTable; 3] = [
    ApiTable {
        name: "polyai",
        definition: &polyai::DEFINITION,
        read: |fixtures, table, faults| fixtures.polyai = polyai::Fixtures::from_table(table, faults),
        write: |fixtures, out| fixtures.polyai.write_toml(out),
    },
    ApiTable {
        name: "inkeep",
        definition: &inkeep::DEFINITION,
        read: |fixtures, table, faults| fixtures.inkeep = inkeep::Fixtures::from_table(table, faults),
        write: |fixtures, out| fixtures.inkeep.write_toml(out),
    },
    ApiTable {
        name: "olbrain",
        definition: &olbrain::DEFINITION,
        read: |fixtures, table, faults| fixtures.olbrain = olbrain::Fixtures::from_table(table, faults),
        write: |fixtures, out| fixtures.olbrain.write_toml(out),
    },
];

impl Fixtures {
    /// What the mock has when no file says otherwise. No API counts as declared.
    pub fn builtin() -> Self {
        Self {
            polyai: polyai::Fixtures::builtin(),
            inkeep: inkeep::Fixtures::builtin(),
            olbrain: olbrain::Fixtures::builtin(),
            target: Target::default(),
            folder: PathBuf::from("."),
            declared: Vec::new(),
        }
    }

    /// The tables that a file may hold, in the order in which they are written.
    pub fn definitions() -> impl Iterator<Item = &'static Definition> {
        std::iter::once(&target_table::DEFINITION).chain(TABLES.map(|api| api.definition))
    }

    /// Reads a file. An API without a table keeps the built-in fixtures and does not count as declared; in a table
    /// that is there, nothing is built in.
    ///
    /// # Errors
    /// Every fault of the text at once, each with line and column: syntax, unknown keys, wrong types, contradictions.
    pub fn from_toml(text: &str) -> Result<Self, FixturesError> {
        let mut faults = Faults::of(text);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            faults.add(
                error.span().map_or(0, |span| span.start),
                error.message().to_owned(),
            );
        }
        if !errors.is_empty() {
            return Err(FixturesError {
                faults: faults.into_sorted(),
            });
        }
        let root = Table::root(&document);
        let known: Vec<&str> = Self::definitions().map(|table| table.name).collect();
        root.only_names(&known, &mut faults);
        let mut fixtures = Self::builtin();
        if let Some(table) = root.table(target_table::DEFINITION.name, &mut faults) {
            fixtures.target = Target::from_table(&table, &mut faults);
        }
        for api in TABLES {
            if let Some(table) = root.table(api.name, &mut faults) {
                fixtures.declared.push(api.name);
                (api.read)(&mut fixtures, &table, &mut faults);
            }
        }
        match faults.into_sorted() {
            faults if faults.is_empty() => Ok(fixtures),
            faults => Err(FixturesError { faults }),
        }
    }

    /// The fixtures as a file with comments, which reads back to the same values. The way to the targets is left out: it is
    /// nothing that exists at a server.
    pub fn to_toml(&self) -> String {
        let mut out = String::from(
            "# What exists at the servers under test. `hookproof mock --fixtures` serves it, and `hookproof test` uses it\n\
             # to know which ids and keys it may send.\n\n",
        );
        for api in TABLES {
            (api.write)(self, &mut out);
        }
        out
    }

    /// Whether the file had a table for this API. What is built in is known to our own mock only, and must never be
    /// sent to another server.
    pub fn declared(&self, api: &str) -> bool {
        self.declared.contains(&api)
    }
}

/// Why a fixtures file cannot be used: every fault of its text. The caller knows the path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FixturesError {
    faults: Vec<Fault>,
}

impl FixturesError {
    /// The faults in the order of the text; at least one.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

/// One fault per line.
impl fmt::Display for FixturesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.faults.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polyai::readings::XmlRoot;

    fn faults(text: &str) -> String {
        Fixtures::from_toml(text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let mut fixtures = Fixtures::builtin();
        let read = Fixtures::from_toml(&fixtures.to_toml()).unwrap();
        assert_eq!(read.polyai, fixtures.polyai);

        fixtures.polyai = polyai::Fixtures {
            base_url: Some("http://127.0.0.1:4600".into()),
            account_id: "é\"\\\n".into(),
            known_ids: Vec::new(),
            unknown_id: None,
            accept_any_id: true,
            keys: polyai::Keys {
                valid: None,
                revoked: Some("r".into()),
                other_project: None,
            },
            other_project: None,
            ..polyai::Fixtures::builtin()
        };
        fixtures.polyai.readings.xml_root = XmlRoot::WithRoot;
        let read = Fixtures::from_toml(&fixtures.to_toml()).unwrap();
        assert_eq!(read.polyai, fixtures.polyai);
    }

    #[test]
    fn keys_are_masked_where_fixtures_are_shown_to_developers() {
        let fixtures = Fixtures::builtin();
        let shown = format!("{fixtures:?}");
        let keys = [
            fixtures.polyai.keys.iter().collect::<Vec<_>>(),
            fixtures.inkeep.keys.iter().collect(),
            fixtures.olbrain.keys.iter().collect(),
        ];
        for key in keys.concat() {
            assert!(!shown.contains(key), "{key}");
        }
        assert_eq!(shown.matches("Keys { valid: Some(").count(), 3, "{shown}");
    }

    #[test]
    fn a_table_that_is_there_is_declared_and_has_nothing_built_in() {
        let fixtures = Fixtures::from_toml("[polyai]\naccount_id = 'A'\nproject_id = 'P'\n").unwrap();
        assert!(fixtures.declared("polyai") && !fixtures.declared("inkeep"));
        let polyai = fixtures.polyai;
        assert_eq!(
            (polyai.account_id.as_str(), polyai.project_id.as_str()),
            ("A", "P")
        );
        assert!(polyai.known_ids.is_empty() && polyai.keys == polyai::Keys::default());
        assert_eq!(
            (polyai.unknown_id, polyai.other_project, polyai.accept_any_id),
            (None, None, false)
        );
        assert_eq!(polyai.readings, polyai::Readings::default());
    }

    #[test]
    fn without_a_table_the_built_in_fixtures_stay_undeclared() {
        for fixtures in [Fixtures::builtin(), Fixtures::from_toml("# nothing\n").unwrap()] {
            assert!(!fixtures.declared("polyai"));
            assert_eq!(fixtures.polyai, polyai::Fixtures::builtin());
        }
    }

    #[test]
    fn all_faults_are_told_with_place_and_remedy() {
        let text = "[polyai]\nacount_id = 'A'\nproject_id = 'P'\nknown_ids = ['a', 'b']\nexpired_ids = ['b']\n\
                    [polyai.keys]\nvalid = 'k'\nrevoked = 'k'\nother_project = 'a b'\n\
                    [polyai.readings]\nxml_rot = 'both'\nxml_root = 'withot-root'\n[polyia]\n";
        let told = faults(text);
        let expected = "\
line 1, column 1: [polyai] needs the key `account_id`
line 2, column 1: unknown key `acount_id` in [polyai]; did you mean `account_id`?
line 5, column 16: id `b` stands in `polyai.known_ids` and in `polyai.expired_ids`
line 8, column 11: `polyai.keys.revoked` is the same key as `polyai.keys.valid`
line 9, column 17: `polyai.keys.other_project` must be visible ASCII without blanks, as a header carries it
line 11, column 1: unknown key `xml_rot` in [polyai.readings]; did you mean `xml_root`?
line 12, column 12: `xml_root` has no option `withot-root`; did you mean `without-root`?
line 13, column 2: unknown key `polyia`; did you mean `polyai`?";
        assert_eq!(told, expected);
    }

    #[test]
    fn syntax_and_types_are_told_with_their_place() {
        assert!(
            faults("[polyai]\naccount_id = \n").starts_with("line 2, column 1"),
            "{}",
            faults("[polyai]\naccount_id = \n")
        );
        assert_eq!(
            faults("polyai = 3"),
            "line 1, column 10: `polyai` must be a table, not a number"
        );
        let told = faults("[polyai]\naccount_id = 'A'\nproject_id = 7\naccept_any_id = 'no'\nkeys = []\n");
        assert_eq!(
            told,
            "line 3, column 14: `polyai.project_id` must be a text, not a number\n\
             line 4, column 17: `polyai.accept_any_id` must be true or false, not a text\n\
             line 5, column 8: `polyai.keys` must be a table, not a list"
        );
    }

    #[test]
    fn no_key_shows_in_debug_output_or_in_a_fault() {
        let shown = format!("{:?}", Fixtures::builtin());
        assert!(
            !shown.contains("hookproof-valid-key") && shown.contains("***"),
            "{shown}"
        );
        let told = faults(
            "[polyai]\naccount_id='A'\nproject_id='P'\n[polyai.keys]\nvalid='secret key'\nrevoked=['s3']\n",
        );
        assert!(!told.contains("secret") && !told.contains("s3"), "{told}");
    }
}
