//! The fixtures as the table `[olbrain]` of a file, laid out for people.

use std::fmt::Write as _;

use super::fixtures::{Fixtures, OtherOrganization, SURFACES};
use super::readings::Readings;
use crate::settings::write_settings;
use crate::toml_text::{list, text};

impl Fixtures {
    /// Appends the table. Reading it again gives an equal value.
    pub(crate) fn write_toml(&self, out: &mut String) {
        out.push_str(
            "# Olbrain, webhooks: POST /api/agents/webhook/{agent_id} and what belongs to it\n[olbrain]\n",
        );
        out.push_str("# Where the server is. The mock ignores it; a test run needs it.\n");
        optional(out, "base_url", self.base_url.as_deref(), "http://127.0.0.1:4600");
        out.push_str(
            "\n# Beside the trigger a server may have uploads, runs and sessions. What it shows no sign of is not judged, unless it\n\
             # is named here.\n",
        );
        let shown: Vec<String> = match self.serves.as_slice() {
            [] => SURFACES.map(text).to_vec(),
            named => named.iter().map(|surface| text(surface)).collect(),
        };
        let comment = if self.serves.is_empty() { "# " } else { "" };
        let _ = writeln!(out, "{comment}serves = [{}]", shown.join(", "));
        out.push_str("\n# Seconds that a test run waits for what the server does after its answer, beyond the usual 2 to 15.\n");
        let _ = match self.wait_for_effects {
            Some(seconds) => writeln!(out, "wait_for_effects = {seconds}"),
            None => writeln!(out, "# wait_for_effects = 30"),
        };
        out.push_str("\n# Organization and project of the agents below.\n");
        optional(out, "organization_id", self.organization_id.as_deref(), "org_...");
        optional(out, "project_id", self.project_id.as_deref(), "proj_...");
        for (name, agents) in self.agent_lists() {
            let _ = writeln!(out, "\n# {}\n{name} = {}", about_agents(name), list(agents));
        }
        out.push_str("\n# An agent that surely does not exist.\n");
        optional(out, "unknown_agent", self.unknown_agent.as_deref(), "agt_...");
        out.push_str("\n# Throwaway keys only. Real ones belong into the environment.\n[olbrain.keys]\n");
        for (name, key) in self.keys.named() {
            let _ = writeln!(out, "# {}", about_key(name));
            optional(out, name, key, "ak_...");
        }
        match &self.other_organization {
            Some(other) => write_other_organization(out, other),
            None => out.push_str(
                "\n# Another organization: organization_id, project_id, conversational_agents, workflow_agents.\n\
                 # [olbrain.other_organization]\n",
            ),
        }
        out.push_str("\n# Mock only: what it does where the documents are silent.\n[olbrain.readings]\n");
        write_settings(out, Readings::SETTINGS, |name| self.readings.get(name));
    }
}

fn about_agents(list: &str) -> &'static str {
    match list {
        "conversational_agents" => "Agents that answer at once.",
        "pdf_agents" => "Conversational agents that make a PDF for each event.",
        "workflow_agents" => "Agents that queue a run, which succeeds.",
        "slow_workflow_agents" => {
            "Workflow agents whose runs take minutes, so that they can be paused and cancelled."
        }
        "failing_workflow_agents" => "Workflow agents whose runs fail.",
        "strict_workflow_agents" => {
            "Workflow agents that want an object with members under `inputs`, and answer 400 to any other body."
        }
        "failing_upload_agents" => "Workflow agents for which every upload is answered 500.",
        "upstream_timeout_agents" => "Agents that do not answer in time: 502 with upstream_timeout.",
        _ => "Agents that fail in another way: 502 with upstream_error.",
    }
}

fn about_key(name: &str) -> &'static str {
    match name {
        "valid" => "A key of the organization that may invoke its agents.",
        "revoked" => "A key that was revoked.",
        "expired" => "A key that has expired.",
        "other_organization" => "A valid key of the other organization.",
        _ => "A key of the organization without the permission agents:invoke.",
    }
}

fn write_other_organization(out: &mut String, other: &OtherOrganization) {
    out.push_str("\n# Another organization, and what is there.\n[olbrain.other_organization]\n");
    optional(
        out,
        "organization_id",
        other.organization_id.as_deref(),
        "org_...",
    );
    optional(out, "project_id", other.project_id.as_deref(), "proj_...");
    let _ = writeln!(
        out,
        "conversational_agents = {}\nworkflow_agents = {}",
        list(&other.conversational_agents),
        list(&other.workflow_agents)
    );
}

/// A line for a value, or for the lack of one.
fn optional(out: &mut String, key: &str, value: Option<&str>, sample: &str) {
    let _ = match value {
        Some(value) => writeln!(out, "{key} = {}", text(value)),
        None => writeln!(out, "# {key} = \"{sample}\""),
    };
}
