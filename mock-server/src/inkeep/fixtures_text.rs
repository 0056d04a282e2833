//! The fixtures as the table `[inkeep]` of a file, laid out for people.

use std::fmt::Write as _;

use super::fixtures::Fixtures;
use super::readings::Readings;
use crate::settings::write_settings;
use crate::toml_text::text;

impl Fixtures {
    /// Appends the table. Reading it again gives an equal value.
    pub(crate) fn write_toml(&self, out: &mut String) {
        out.push_str("\n# Inkeep, log event: POST /run/v1/events\n[inkeep]\n");
        out.push_str("# Where the server is. The mock ignores it; a test run needs it.\n");
        entry(out, "base_url", self.base_url.as_deref(), "http://127.0.0.1:4600");
        out.push_str(
            "\n# Mock only: the agent that the valid token belongs to, for events that name none.\n",
        );
        entry(out, "agent_id", self.agent_id.as_deref(), "...");
        out.push_str("\n# Throwaway tokens only. Real ones belong into the environment.\n[inkeep.keys]\n");
        let keys = [
            ("valid", &self.keys.valid, "that may log events for a project"),
            (
                "other_project",
                &self.keys.other_project,
                "that may log events for another project",
            ),
            (
                "forbidden",
                &self.keys.forbidden,
                "that is known and is answered 403",
            ),
            (
                "unprocessable",
                &self.keys.unprocessable,
                "whose valid events are answered 422",
            ),
            (
                "failing",
                &self.keys.failing,
                "whose valid events are answered 500",
            ),
        ];
        for (name, key, about) in keys {
            let _ = writeln!(out, "# A token {about}.");
            entry(out, name, key.as_deref(), "...");
        }
        out.push_str("\n# Mock only: what it does where the documents are silent.\n[inkeep.readings]\n");
        write_settings(out, Readings::SETTINGS, |name| self.readings.get(name));
    }
}

/// A key with its value, or with an example in a comment.
fn entry(out: &mut String, key: &str, value: Option<&str>, example: &str) {
    let _ = match value {
        Some(value) => writeln!(out, "{key} = {}", text(value)),
        None => writeln!(out, "# {key} = \"{example}\""),
    };
}
