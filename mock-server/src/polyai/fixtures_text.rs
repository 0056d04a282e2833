//! The fixtures as the table `[polyai]` of a file, laid out for people.

use std::fmt::Write as _;

use super::fixtures::{Fixtures, OtherProject};
use super::readings::Readings;
use crate::settings::write_settings;
use crate::toml_text::{list, text};

impl Fixtures {
    /// Appends the table. Reading it again gives an equal value.
    pub(crate) fn write_toml(&self, out: &mut String) {
        out.push_str("# PolyAI, external events: POST /v1/external-events/webhook\n[polyai]\n");
        out.push_str("# Where the server is. The mock ignores it; a test run needs it.\n");
        match &self.base_url {
            Some(url) => entry(out, "base_url", &text(url)),
            None => out.push_str("# base_url = \"http://127.0.0.1:4600\"\n"),
        }
        out.push_str("\n# Account and project that the ids below belong to.\n");
        entry(out, "account_id", &text(&self.account_id));
        entry(out, "project_id", &text(&self.project_id));
        out.push_str(
            "\n# Ids that are valid now. The more there are, the fewer events share one in a test run.\n",
        );
        entry(out, "known_ids", &list(&self.known_ids));
        out.push_str(
            "\n# A program that makes such an id and prints it, for each that is needed. The mock ignores it.\n",
        );
        match self.known_id_command.as_slice() {
            [] => out.push_str("# known_id_command = [\"./make-event-id\"]\n"),
            words => entry(out, "known_id_command", &list(words)),
        }
        out.push_str("\n# An id that is surely not valid.\n");
        match &self.unknown_id {
            Some(id) => entry(out, "unknown_id", &text(id)),
            None => out.push_str("# unknown_id = \"...\"\n"),
        }
        out.push_str("\n# Ids that were valid once.\n");
        entry(out, "expired_ids", &list(&self.expired_ids));
        out.push_str("\n# Ids that the server answers with 500, so that this answer can be seen.\n");
        entry(out, "failing_ids", &list(&self.failing_ids));
        out.push_str(
            "\n# Mock only: accept every id of 1 to 256 bytes without blanks and control characters.\n",
        );
        entry(
            out,
            "accept_any_id",
            if self.accept_any_id { "true" } else { "false" },
        );
        self.write_keys(out);
        match &self.other_project {
            Some(other) => write_other_project(out, other),
            None => out.push_str("\n# A project that the key above is not limited to: account_id, project_id, known_ids.\n# [polyai.other_project]\n"),
        }
        out.push_str("\n# Mock only: what it does where the documents are silent.\n[polyai.readings]\n");
        write_settings(out, Readings::SETTINGS, |name| self.readings.get(name));
    }

    fn write_keys(&self, out: &mut String) {
        out.push_str("\n# Throwaway keys only. Real ones belong into the environment.\n[polyai.keys]\n");
        let keys = [
            ("valid", &self.keys.valid, "may post events for the account"),
            ("revoked", &self.keys.revoked, "was valid once"),
            (
                "other_project",
                &self.keys.other_project,
                "is limited to the other project",
            ),
        ];
        for (name, key, about) in keys {
            let _ = match key {
                Some(key) => writeln!(out, "# A key that {about}.\n{name} = {}", text(key)),
                None => writeln!(out, "# A key that {about}.\n# {name} = \"...\""),
            };
        }
    }
}

fn write_other_project(out: &mut String, other: &OtherProject) {
    out.push_str("\n# Another project, and ids that are valid there.\n[polyai.other_project]\n");
    entry(out, "account_id", &text(&other.account_id));
    entry(out, "project_id", &text(&other.project_id));
    entry(out, "known_ids", &list(&other.known_ids));
}

fn entry(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "{key} = {value}");
}
