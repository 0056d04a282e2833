//! What exists at a PolyAI server: account, project, keys and ids. The `[polyai]` table of a fixtures file.

use std::fmt;

use super::readings::Readings;
use crate::definition::{Definition, Key, Kind};
use crate::toml_table::{Faults, Placed, Table};

/// The account, the keys and the ids of one server.
///
/// Everything but `accept_any_id` and `readings` says something about any server, the mock or another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixtures {
    /// Where the server is. The mock ignores it.
    pub base_url: Option<String>,
    /// The account of the ids.
    pub account_id: String,
    /// The project of the ids.
    pub project_id: String,
    /// Ids that are valid.
    pub known_ids: Vec<String>,
    /// A program with its arguments that makes a valid id and prints it. Empty where there is none. The mock ignores it.
    pub known_id_command: Vec<String>,
    /// An id that is surely not valid; the mock refuses it even where it accepts any.
    pub unknown_id: Option<String>,
    /// Ids that were valid once.
    pub expired_ids: Vec<String>,
    /// Ids that the server answers with 500.
    pub failing_ids: Vec<String>,
    /// Whether the mock accepts every id of 1 to 256 characters without blanks and control characters.
    pub accept_any_id: bool,
    /// The keys.
    pub keys: Keys,
    /// A project of somebody else.
    pub other_project: Option<OtherProject>,
    /// What the mock does where the documents are silent.
    pub readings: Readings,
}

/// The keys of one server. They do not show in debug output.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// A key that may post events for the account.
    pub valid: Option<String>,
    /// A key that was valid once.
    pub revoked: Option<String>,
    /// A key that is limited to the other project.
    pub other_project: Option<String>,
}

impl Keys {
    /// The keys that are set.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        [&self.valid, &self.revoked, &self.other_project]
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
            .field("revoked", &masked(&self.revoked))
            .field("other_project", &masked(&self.other_project))
            .finish()
    }
}

/// A project that the main key and ids do not belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherProject {
    /// Its account, which may be the same.
    pub account_id: String,
    /// The project.
    pub project_id: String,
    /// Ids that are valid there.
    pub known_ids: Vec<String>,
}

/// The table in the file.
pub(crate) const DEFINITION: Definition = Definition {
    name: "polyai",
    about: "PolyAI, external events: POST /v1/external-events/webhook.",
    keys: &[
        Key::text(
            "base_url",
            "Where the server is; a path in front of the API is part of it.",
            "\"http://127.0.0.1:8080\"",
        ),
        Key::text(
            "account_id",
            "The account that the ids belong to.",
            "\"PLATFORM\"",
        )
        .required(),
        Key::text(
            "project_id",
            "The project that the ids belong to.",
            "\"PROJECT-123\"",
        )
        .required(),
        Key::texts(
            "known_ids",
            "Ids that the server accepts. A few dozen are plenty, one is enough.",
            "[\"evt_01HF2MNW2ZQ1Z8E2S3J\"]",
        )
        .useful(),
        Key::new(
            "known_id_command",
            Kind::Command,
            "A program that makes one id that the server accepts, and prints it: once for each id that is needed. No shell; \
             it runs in this file's folder.",
            "[\"./make-event-id\", \"--project\", \"PROJECT-123\"]",
        ),
        Key::text(
            "unknown_id",
            "An id that is surely not valid, as a model for others.",
            "\"evt_01HF2MNW2ZQ1Z8E2S40\"",
        ),
        Key::texts(
            "expired_ids",
            "Ids that were valid once.",
            "[\"evt_01HF2MNW2ZQ1Z8E2S41\"]",
        ),
        Key::texts(
            "failing_ids",
            "Ids that make the server answer 500, if it has such a switch.",
            "[\"evt_01HF2MNW2ZQ1Z8E2S42\"]",
        ),
        Key::new(
            "accept_any_id",
            Kind::Truth,
            "Accept every id of 1 to 256 characters without blanks and control characters.",
            "true",
        )
        .mock_only(),
        Key::table(&KEYS, "keys"),
        Key::table(&OTHER_PROJECT, "other_project"),
        Key::table(&READINGS, "readings").mock_only(),
    ],
    settings: &[],
};

const KEYS: Definition = Definition {
    name: "polyai.keys",
    about: "Throwaway keys; real ones belong into the environment.",
    keys: &[
        Key::text("valid", "A key that may post events for the account.", "\"...\""),
        Key::text("revoked", "A key that was valid once.", "\"...\""),
        Key::text(
            "other_project",
            "A key that is limited to the other project.",
            "\"...\"",
        ),
    ],
    settings: &[],
};

const OTHER_PROJECT: Definition = Definition {
    name: "polyai.other_project",
    about: "A project that the valid key and the known ids do not belong to.",
    keys: &[
        Key::text(
            "account_id",
            "Its account, which may be the same.",
            "\"PLATFORM\"",
        )
        .required(),
        Key::text("project_id", "The project.", "\"PROJECT-456\"").required(),
        Key::texts(
            "known_ids",
            "Ids that are valid there.",
            "[\"evt_01HF2MNW2ZQ1Z8E2S43\"]",
        ),
    ],
    settings: &[],
};

const READINGS: Definition = Definition {
    name: "polyai.readings",
    about: "What the mock does where the documents are silent.",
    keys: &[],
    settings: Readings::SETTINGS,
};

impl Fixtures {
    /// Reads the table `[polyai]`. What is absent is empty; the readings keep their defaults.
    pub(crate) fn from_table(table: &Table<'_>, faults: &mut Faults<'_>) -> Self {
        table.only(&DEFINITION, faults);
        let known = table.texts("known_ids", faults);
        let expired = table.texts("expired_ids", faults);
        let failing = table.texts("failing_ids", faults);
        let unknown = table.text("unknown_id", faults);
        let lists: [(&'static str, &[Placed<String>]); 4] = [
            ("known_ids", &known),
            ("expired_ids", &expired),
            ("failing_ids", &failing),
            ("unknown_id", unknown.as_slice()),
        ];
        one_meaning_each(&lists, faults);
        Self {
            base_url: table.text("base_url", faults).map(|text| text.value),
            account_id: table.required_text("account_id", faults),
            project_id: table.required_text("project_id", faults),
            known_ids: values(known),
            known_id_command: table.command("known_id_command", faults),
            unknown_id: unknown.map(|text| text.value),
            expired_ids: values(expired),
            failing_ids: values(failing),
            accept_any_id: table.boolean("accept_any_id", faults).unwrap_or(false),
            keys: table
                .table("keys", faults)
                .map(|table| Keys::from_table(&table, faults))
                .unwrap_or_default(),
            other_project: table
                .table("other_project", faults)
                .map(|table| OtherProject::from_table(&table, faults)),
            readings: table
                .table("readings", faults)
                .map(|table| Readings::from_table(&table, faults))
                .unwrap_or_default(),
        }
    }
}

impl Keys {
    fn from_table(table: &Table<'_>, faults: &mut Faults<'_>) -> Self {
        const NAMES: [&str; 3] = ["valid", "revoked", "other_project"];
        table.only(&KEYS, faults);
        let keys = NAMES.map(|name| table.text(name, faults));
        for (number, key) in keys.iter().enumerate() {
            let Some(key) = key else { continue };
            // The messages never repeat the key.
            if key.value.is_empty() || !key.value.bytes().all(|byte| byte.is_ascii_graphic()) {
                let name = NAMES[number];
                faults.add(
                    key.at,
                    format!(
                        "`polyai.keys.{name}` must be visible ASCII without blanks, as a header carries it"
                    ),
                );
            }
            if let Some(first) = keys[..number]
                .iter()
                .position(|other| other.as_ref().is_some_and(|o| o.value == key.value))
            {
                faults.add(
                    key.at,
                    format!(
                        "`polyai.keys.{}` is the same key as `polyai.keys.{}`",
                        NAMES[number], NAMES[first]
                    ),
                );
            }
        }
        let [valid, revoked, other_project] = keys.map(|key| key.map(|key| key.value));
        Self {
            valid,
            revoked,
            other_project,
        }
    }
}

impl OtherProject {
    fn from_table(table: &Table<'_>, faults: &mut Faults<'_>) -> Self {
        table.only(&OTHER_PROJECT, faults);
        Self {
            account_id: table.required_text("account_id", faults),
            project_id: table.required_text("project_id", faults),
            known_ids: values(table.texts("known_ids", faults)),
        }
    }
}

fn values(texts: Vec<Placed<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}

/// An id that is in two lists would be answered in one way or the other by accident.
fn one_meaning_each(lists: &[(&'static str, &[Placed<String>])], faults: &mut Faults<'_>) {
    let mut seen = std::collections::HashMap::new();
    for (name, ids) in lists {
        for id in *ids {
            match seen.insert(id.value.as_str(), *name) {
                Some(other) if other != *name => {
                    let shown = id.value.escape_debug();
                    faults.add(
                        id.at,
                        format!("id `{shown}` stands in `polyai.{other}` and in `polyai.{name}`"),
                    );
                }
                _ => {}
            }
        }
    }
}
