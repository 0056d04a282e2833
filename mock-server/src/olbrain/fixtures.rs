//! What exists at an Olbrain server: organizations, agents and keys. The `[olbrain]` table of a fixtures file.

mod keys;

use std::collections::HashMap;

pub(crate) use keys::KEY_PREFIX;
pub use keys::Keys;

use super::readings::Readings;
use crate::definition::{Definition, Key, Kind};
use crate::toml_table::{Faults, Placed, Table};

/// The agents and the keys of one server.
///
/// Everything but `readings` says something about any server, the mock or another. An agent stands in one list only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixtures {
    /// Where the server is. The mock ignores it.
    pub base_url: Option<String>,
    /// Parts of the API that a test run takes for served even where the server does not show them; uploads, runs, sessions.
    /// The mock ignores it.
    pub serves: Vec<String>,
    /// Seconds that a test run waits for what the server does after its answer, where that is longer than usual. The mock
    /// ignores it.
    pub wait_for_effects: Option<u64>,
    /// The organization of the agents.
    pub organization_id: Option<String>,
    /// The project of the agents.
    pub project_id: Option<String>,
    /// Agents that answer at once.
    pub conversational_agents: Vec<String>,
    /// Conversational agents that make a PDF for each event.
    pub pdf_agents: Vec<String>,
    /// Agents that queue a run, which succeeds.
    pub workflow_agents: Vec<String>,
    /// Workflow agents whose runs take minutes, so that they can be paused and cancelled.
    pub slow_workflow_agents: Vec<String>,
    /// Workflow agents whose runs fail.
    pub failing_workflow_agents: Vec<String>,
    /// Workflow agents that want an object with members under `inputs` and answer 400 to any other body.
    pub strict_workflow_agents: Vec<String>,
    /// Workflow agents for which no upload gets through; each is answered 500.
    pub failing_upload_agents: Vec<String>,
    /// Agents that do not answer in time: 502 with `upstream_timeout`.
    pub upstream_timeout_agents: Vec<String>,
    /// Agents that fail in another way: 502 with `upstream_error`.
    pub upstream_error_agents: Vec<String>,
    /// An agent that surely does not exist.
    pub unknown_agent: Option<String>,
    /// The keys.
    pub keys: Keys,
    /// An organization of somebody else.
    pub other_organization: Option<OtherOrganization>,
    /// What the mock does where the documents are silent.
    pub readings: Readings,
}

/// An organization that the main key does not belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherOrganization {
    /// The organization.
    pub organization_id: Option<String>,
    /// The project of its agents.
    pub project_id: Option<String>,
    /// Agents that answer at once.
    pub conversational_agents: Vec<String>,
    /// Agents that queue a run.
    pub workflow_agents: Vec<String>,
}

/// The lists of agents, in the order of the fields.
pub(crate) const AGENT_LISTS: [&str; 9] = [
    "conversational_agents",
    "pdf_agents",
    "workflow_agents",
    "slow_workflow_agents",
    "failing_workflow_agents",
    "strict_workflow_agents",
    "failing_upload_agents",
    "upstream_timeout_agents",
    "upstream_error_agents",
];

/// The parts of the API beside the trigger that have pages of their own.
pub(super) const SURFACES: [&str; 3] = ["uploads", "runs", "sessions"];

/// The table in the file.
pub(crate) const DEFINITION: Definition = Definition {
    name: "olbrain",
    about: "Olbrain, webhooks: POST /api/agents/webhook/{agent_id} and what belongs to it.",
    keys: &[
        Key::text(
            "base_url",
            "Where the server is; a path in front of the API is part of it.",
            "\"http://127.0.0.1:8080\"",
        ),
        Key::new(
            "serves",
            Kind::Words(&SURFACES),
            "Parts beside the trigger that are judged even where the server shows no sign of them.",
            "[\"uploads\", \"runs\", \"sessions\"]",
        ),
        Key::new(
            "wait_for_effects",
            Kind::Count,
            "Seconds to wait for what the server does after its answer, where the usual 2 to 15 are too few.",
            "30",
        ),
        Key::text(
            "organization_id",
            "The organization of the agents.",
            "\"org_...\"",
        ),
        Key::text("project_id", "The project of the agents.", "\"proj_...\""),
        Key::texts(
            "conversational_agents",
            "Agents that answer at once.",
            "[\"agt_...\"]",
        )
        .useful(),
        Key::texts(
            "pdf_agents",
            "Conversational agents that make a PDF for each event.",
            "[\"agt_...\"]",
        ),
        Key::texts(
            "workflow_agents",
            "Agents that queue a run, which succeeds.",
            "[\"agt_...\"]",
        )
        .useful(),
        Key::texts(
            "slow_workflow_agents",
            "Workflow agents whose runs take minutes, so that they can be paused and cancelled.",
            "[\"agt_...\"]",
        ),
        Key::texts(
            "failing_workflow_agents",
            "Workflow agents whose runs fail.",
            "[\"agt_...\"]",
        ),
        Key::texts(
            "strict_workflow_agents",
            "Workflow agents that want an object with members under `inputs`, and answer 400 to any other body.",
            "[\"agt_...\"]",
        ),
        Key::texts(
            "failing_upload_agents",
            "Workflow agents for which every upload is answered 500.",
            "[\"agt_...\"]",
        ),
        Key::texts(
            "upstream_timeout_agents",
            "Agents that do not answer in time: 502 with upstream_timeout.",
            "[\"agt_...\"]",
        ),
        Key::texts(
            "upstream_error_agents",
            "Agents that fail in another way: 502 with upstream_error.",
            "[\"agt_...\"]",
        ),
        Key::text(
            "unknown_agent",
            "An agent that surely does not exist.",
            "\"agt_...\"",
        ),
        Key::table(&keys::DEFINITION, "keys"),
        Key::table(&OTHER_ORGANIZATION, "other_organization"),
        Key::table(&READINGS, "readings").mock_only(),
    ],
    settings: &[],
};

const OTHER_ORGANIZATION: Definition = Definition {
    name: "olbrain.other_organization",
    about: "An organization that the valid key does not belong to.",
    keys: &[
        Key::text("organization_id", "The organization.", "\"org_...\""),
        Key::text("project_id", "The project of its agents.", "\"proj_...\""),
        Key::texts(
            "conversational_agents",
            "Agents that answer at once.",
            "[\"agt_...\"]",
        ),
        Key::texts("workflow_agents", "Agents that queue a run.", "[\"agt_...\"]"),
    ],
    settings: &[],
};

const READINGS: Definition = Definition {
    name: "olbrain.readings",
    about: "What the mock does where the documents are silent.",
    keys: &[],
    settings: Readings::SETTINGS,
};

impl Fixtures {
    /// Reads the table `[olbrain]`. What is absent is empty; the readings keep their defaults.
    pub(crate) fn from_table(table: &Table<'_>, faults: &mut Faults<'_>) -> Self {
        table.only(&DEFINITION, faults);
        let mut seen = Seen::default();
        let [
            conversational_agents,
            pdf_agents,
            workflow_agents,
            slow_workflow_agents,
            failing_workflow_agents,
            strict_workflow_agents,
            failing_upload_agents,
            upstream_timeout_agents,
            upstream_error_agents,
        ] = AGENT_LISTS.map(|name| {
            let agents = table.texts(name, faults);
            seen.agents(&format!("olbrain.{name}"), agents, faults)
        });
        let unknown_agent = table.text("unknown_agent", faults);
        let unknown_agent = seen.agents(
            "olbrain.unknown_agent",
            unknown_agent.into_iter().collect(),
            faults,
        );
        let serves = table.texts("serves", faults);
        for surface in &serves {
            if !SURFACES.contains(&surface.value.as_str()) {
                let (shown, known) = (surface.value.escape_debug(), SURFACES.join(", "));
                faults.add(
                    surface.at,
                    format!("`olbrain.serves` knows no `{shown}`, but {known}"),
                );
            }
        }
        let plain = |name, faults: &mut Faults<'_>| table.text(name, faults).map(|text| text.value);
        Self {
            serves: serves.into_iter().map(|surface| surface.value).collect(),
            wait_for_effects: table.count("wait_for_effects", faults).map(|count| count.value),
            base_url: plain("base_url", faults),
            organization_id: plain("organization_id", faults),
            project_id: plain("project_id", faults),
            conversational_agents,
            pdf_agents,
            workflow_agents,
            slow_workflow_agents,
            failing_workflow_agents,
            strict_workflow_agents,
            failing_upload_agents,
            upstream_timeout_agents,
            upstream_error_agents,
            unknown_agent: unknown_agent.into_iter().next(),
            keys: table
                .table("keys", faults)
                .map(|table| Keys::from_table(&table, faults))
                .unwrap_or_default(),
            other_organization: table
                .table("other_organization", faults)
                .map(|table| OtherOrganization::from_table(&table, &mut seen, faults)),
            readings: table
                .table("readings", faults)
                .map(|table| Readings::from_table(&table, faults))
                .unwrap_or_default(),
        }
    }

    /// The lists of agents by their names in the file.
    pub(crate) fn agent_lists(&self) -> [(&'static str, &[String]); 9] {
        let lists: [&[String]; 9] = [
            &self.conversational_agents,
            &self.pdf_agents,
            &self.workflow_agents,
            &self.slow_workflow_agents,
            &self.failing_workflow_agents,
            &self.strict_workflow_agents,
            &self.failing_upload_agents,
            &self.upstream_timeout_agents,
            &self.upstream_error_agents,
        ];
        let mut named = AGENT_LISTS.map(|name| (name, &[][..]));
        for (slot, list) in named.iter_mut().zip(lists) {
            slot.1 = list;
        }
        named
    }
}

impl OtherOrganization {
    fn from_table(table: &Table<'_>, seen: &mut Seen, faults: &mut Faults<'_>) -> Self {
        const LISTS: [&str; 2] = ["conversational_agents", "workflow_agents"];
        table.only(&OTHER_ORGANIZATION, faults);
        let [conversational_agents, workflow_agents] = LISTS.map(|name| {
            let agents = table.texts(name, faults);
            seen.agents(&format!("olbrain.other_organization.{name}"), agents, faults)
        });
        let plain = |name, faults: &mut Faults<'_>| table.text(name, faults).map(|text| text.value);
        Self {
            organization_id: plain("organization_id", faults),
            project_id: plain("project_id", faults),
            conversational_agents,
            workflow_agents,
        }
    }
}

/// Where each agent stood first. One that is in two lists would be of one kind or the other by accident.
#[derive(Default)]
struct Seen {
    places: HashMap<String, String>,
}

impl Seen {
    fn agents(&mut self, place: &str, agents: Vec<Placed<String>>, faults: &mut Faults<'_>) -> Vec<String> {
        for agent in &agents {
            let shown = agent.value.escape_debug();
            if agent.value.is_empty() {
                faults.add(agent.at, format!("an agent in `{place}` has an empty id"));
                continue;
            }
            match self.places.insert(agent.value.clone(), place.to_owned()) {
                Some(other) if other != place => {
                    faults.add(
                        agent.at,
                        format!("agent `{shown}` stands in `{other}` and in `{place}`"),
                    );
                }
                _ => {}
            }
        }
        agents.into_iter().map(|agent| agent.value).collect()
    }
}

#[cfg(test)]
mod tests;
