//! What exists at an Inkeep server: the tokens. The `[inkeep]` table of a fixtures file.

use std::fmt;

use super::readings::Readings;
use crate::definition::{Definition, Key};
use crate::toml_table::{Faults, Table};

/// The tokens of one server.
///
/// Everything but `agent_id` and `readings` says something about any server, the mock or another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixtures {
    /// Where the server is. The mock ignores it.
    pub base_url: Option<String>,
    /// The agent that the token `valid` belongs to, if it belongs to one. The mock puts it where an event names none
    /// (Inkeep, Logging events with the Events API, `Request body`).
    pub agent_id: Option<String>,
    /// The tokens.
    pub keys: Keys,
    /// What the mock does where the documents are silent.
    pub readings: Readings,
}

/// The tokens of one server. They do not show in debug output.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// A token that may log events for a project.
    pub valid: Option<String>,
    /// A token that may log events for another project.
    pub other_project: Option<String>,
    /// A token that is known and is answered 403.
    pub forbidden: Option<String>,
    /// A token whose valid events are answered 422.
    pub unprocessable: Option<String>,
    /// A token whose valid events are answered 500.
    pub failing: Option<String>,
}

impl Keys {
    /// The tokens that are set.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        [
            &self.valid,
            &self.other_project,
            &self.forbidden,
            &self.unprocessable,
            &self.failing,
        ]
        .into_iter()
        .flatten()
        .map(String::as_str)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked = |key: &Option<String>| key.as_ref().map(|_| crate::secrets::MASK);
        f.debug_struct("Keys")
            .field("valid", &masked(&self.valid))
            .field("other_project", &masked(&self.other_project))
            .field("forbidden", &masked(&self.forbidden))
            .field("unprocessable", &masked(&self.unprocessable))
            .field("failing", &masked(&self.failing))
            .finish()
    }
}

/// The table in the file.
pub(crate) const DEFINITION: Definition = Definition {
    name: "inkeep",
    about: "Inkeep, log event: POST /run/v1/events.",
    keys: &[
        Key::text(
            "base_url",
            "Where the server is; a path in front of the API is part of it.",
            "\"http://127.0.0.1:8080\"",
        ),
        Key::text(
            "agent_id",
            "The agent that the valid token belongs to, for events that name none.",
            "\"support-agent\"",
        )
        .mock_only(),
        Key::table(&KEYS, "keys"),
        Key::table(&READINGS, "readings").mock_only(),
    ],
    settings: &[],
};

const KEYS: Definition = Definition {
    name: "inkeep.keys",
    about: "Throwaway tokens; real ones belong into the environment.",
    keys: &[
        Key::text("valid", "A token that may log events for a project.", "\"...\""),
        Key::text(
            "other_project",
            "A token that may log events for another project.",
            "\"...\"",
        ),
        Key::text(
            "forbidden",
            "A token that is known and is answered 403.",
            "\"...\"",
        ),
        Key::text(
            "unprocessable",
            "A token whose valid events are answered 422.",
            "\"...\"",
        ),
        Key::text(
            "failing",
            "A token whose valid events are answered 500.",
            "\"...\"",
        ),
    ],
    settings: &[],
};

const READINGS: Definition = Definition {
    name: "inkeep.readings",
    about: "What the mock does where the documents are silent.",
    keys: &[],
    settings: Readings::SETTINGS,
};

impl Fixtures {
    /// Reads the table `[inkeep]`. What is absent is empty; the readings keep their defaults.
    pub(crate) fn from_table(table: &Table<'_>, faults: &mut Faults<'_>) -> Self {
        table.only(&DEFINITION, faults);
        Self {
            base_url: table.text("base_url", faults).map(|text| text.value),
            agent_id: table.text("agent_id", faults).map(|text| text.value),
            keys: table
                .table("keys", faults)
                .map(|table| Keys::from_table(&table, faults))
                .unwrap_or_default(),
            readings: table
                .table("readings", faults)
                .map(|table| Readings::from_table(&table, faults))
                .unwrap_or_default(),
        }
    }
}

impl Keys {
    fn from_table(table: &Table<'_>, faults: &mut Faults<'_>) -> Self {
        const NAMES: [&str; 5] = ["valid", "other_project", "forbidden", "unprocessable", "failing"];
        table.only(&KEYS, faults);
        let keys = NAMES.map(|name| table.text(name, faults));
        for (number, key) in keys.iter().enumerate() {
            let Some(key) = key else { continue };
            // The messages never repeat the token.
            if key.value.is_empty() || !key.value.bytes().all(|byte| byte.is_ascii_graphic()) {
                let name = NAMES[number];
                faults.add(
                    key.at,
                    format!(
                        "`inkeep.keys.{name}` must be visible ASCII without blanks, as a header carries it"
                    ),
                );
            }
            if let Some(first) = keys[..number]
                .iter()
                .position(|other| other.as_ref().is_some_and(|other| other.value == key.value))
            {
                faults.add(
                    key.at,
                    format!(
                        "`inkeep.keys.{}` is the same key as `inkeep.keys.{}`",
                        NAMES[number], NAMES[first]
                    ),
                );
            }
        }
        let [valid, other_project, forbidden, unprocessable, failing] =
            keys.map(|key| key.map(|key| key.value));
        Self {
            valid,
            other_project,
            forbidden,
            unprocessable,
            failing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::readings::{BagNull, SchemaFaultStatus};
    use super::*;
    use crate::Fixtures as File;

    fn read(text: &str) -> Fixtures {
        File::from_toml(text).unwrap().inkeep
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let mut file = File::builtin();
        assert_eq!(read(&file.to_toml()), file.inkeep);
        file.inkeep = Fixtures {
            base_url: Some("http://127.0.0.1:4600".into()),
            agent_id: Some("é\"\\\n".into()),
            keys: Keys {
                valid: None,
                other_project: Some("o\"\\".into()),
                ..Keys::default()
            },
            readings: Readings {
                bag_null: BagNull::Accepted,
                schema_fault_status: SchemaFaultStatus::Unprocessable,
                ..Readings::default()
            },
        };
        assert_eq!(read(&file.to_toml()), file.inkeep);
        file.inkeep = Fixtures::default();
        assert_eq!(read(&file.to_toml()), Fixtures::default());
    }

    #[test]
    fn a_table_that_is_there_is_declared_and_has_nothing_built_in() {
        let file = File::from_toml("[inkeep]\n").unwrap();
        assert!(file.declared("inkeep") && !file.declared("polyai"));
        assert_eq!(file.inkeep, Fixtures::default());
        for file in [File::builtin(), File::from_toml("# nothing\n").unwrap()] {
            assert!(!file.declared("inkeep"));
            assert_eq!(file.inkeep, Fixtures::builtin());
        }
    }

    #[test]
    fn all_faults_are_told_with_place_and_remedy() {
        let text = "[inkeep]\nbase_ulr = 'x'\nagent_id = 7\n\
                    [inkeep.keys]\nvalid = 'k'\nforbiden = 'f'\nfailing = 'k'\nunprocessable = ''\nother_project = 'é'\n\
                    [inkeep.readings]\nbag_nul = 'refused'\ntrailing_slash = 'saem'\n";
        let expected = "\
line 2, column 1: unknown key `base_ulr` in [inkeep]; did you mean `base_url`?
line 3, column 12: `inkeep.agent_id` must be a text, not a number
line 6, column 1: unknown key `forbiden` in [inkeep.keys]; did you mean `forbidden`?
line 7, column 11: `inkeep.keys.failing` is the same key as `inkeep.keys.valid`
line 8, column 17: `inkeep.keys.unprocessable` must be visible ASCII without blanks, as a header carries it
line 9, column 17: `inkeep.keys.other_project` must be visible ASCII without blanks, as a header carries it
line 11, column 1: unknown key `bag_nul` in [inkeep.readings]; did you mean `bag_null`?
line 12, column 18: `trailing_slash` has no option `saem`; did you mean `same`?";
        assert_eq!(File::from_toml(text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn no_token_shows_in_debug_output_or_in_a_fault() {
        let builtin = Fixtures::builtin();
        let shown = format!("{builtin:?}");
        assert_eq!(builtin.keys.iter().count(), 5);
        assert!(builtin.keys.iter().all(|key| !shown.contains(key)), "{shown}");
        assert_eq!(shown.matches("***").count(), 5, "{shown}");
        let text = "[inkeep.keys]\nvalid='secret key'\nfailing=['s3']\n";
        let told = File::from_toml(text).unwrap_err().to_string();
        assert!(!told.contains("secret") && !told.contains("s3"), "{told}");
    }
}
