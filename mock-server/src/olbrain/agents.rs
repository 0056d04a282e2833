//! Which agents there are, and what each of them does.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use super::auth::Organization;
use super::fixtures::Fixtures;
use super::run::{Course, RUNS_FOR, SLOW_RUNS_FOR};

/// The two types of agents.
///
/// Source: Olbrain, Trigger a webhook, Agent type is transparent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgentType {
    /// Answers at once.
    Conversational,
    /// Queues a run.
    Workflow,
}

impl AgentType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Conversational => "a conversational agent",
            Self::Workflow => "a workflow agent",
        }
    }
}

/// What an agent does beside what its type asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    None,
    MakesPdfs,
    RunsLong,
    RunsFail,
    WantsInputs,
    LosesUploads,
    TimesOut,
    Fails,
}

/// One agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) organization: Organization,
    pub(crate) kind: AgentType,
    pub(crate) habit: Habit,
}

impl Agent {
    /// How its runs go.
    pub(crate) fn course(self) -> Course {
        Course {
            lasts: if self.habit == Habit::RunsLong {
                SLOW_RUNS_FOR
            } else {
                RUNS_FOR
            },
            fails: self.habit == Habit::RunsFail,
        }
    }
}

/// The agents of all organizations.
pub(crate) struct Agents {
    configured: HashMap<String, Agent>,
    /// Types that were changed since, as the vendor's console does.
    changed: RwLock<HashMap<String, AgentType>>,
}

impl Agents {
    pub(crate) fn of(fixtures: &Fixtures) -> Self {
        use AgentType::{Conversational, Workflow};
        let own = Organization::Own;
        let mut lists: Vec<(&[String], Organization, AgentType, Habit)> = vec![
            (&fixtures.conversational_agents, own, Conversational, Habit::None),
            (&fixtures.pdf_agents, own, Conversational, Habit::MakesPdfs),
            (&fixtures.workflow_agents, own, Workflow, Habit::None),
            (&fixtures.slow_workflow_agents, own, Workflow, Habit::RunsLong),
            (&fixtures.failing_workflow_agents, own, Workflow, Habit::RunsFail),
            (
                &fixtures.strict_workflow_agents,
                own,
                Workflow,
                Habit::WantsInputs,
            ),
            (
                &fixtures.failing_upload_agents,
                own,
                Workflow,
                Habit::LosesUploads,
            ),
            (
                &fixtures.upstream_timeout_agents,
                own,
                Conversational,
                Habit::TimesOut,
            ),
            (&fixtures.upstream_error_agents, own, Conversational, Habit::Fails),
        ];
        if let Some(other) = &fixtures.other_organization {
            let theirs = Organization::Other;
            lists.push((&other.conversational_agents, theirs, Conversational, Habit::None));
            lists.push((&other.workflow_agents, theirs, Workflow, Habit::None));
        }
        let mut configured = HashMap::new();
        for (ids, organization, kind, habit) in lists {
            let agent = Agent {
                organization,
                kind,
                habit,
            };
            configured.extend(ids.iter().map(|id| (id.clone(), agent)));
        }
        if let Some(unknown) = &fixtures.unknown_agent {
            configured.remove(unknown);
        }
        Self {
            configured,
            changed: RwLock::default(),
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<Agent> {
        let mut agent = *self.configured.get(id)?;
        let changed = self.changed.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent_type) = changed.get(id) {
            agent.kind = *agent_type;
        }
        Some(agent)
    }

    /// Gives an agent another type. Returns whether there is such an agent.
    pub(crate) fn change_type(&self, id: &str, agent_type: AgentType) -> bool {
        let is_known = self.configured.contains_key(id);
        if is_known {
            let mut changed = self.changed.write().unwrap_or_else(PoisonError::into_inner);
            changed.insert(id.to_owned(), agent_type);
        }
        is_known
    }

    /// Gives all agents their configured types back.
    pub(crate) fn reset(&self) {
        self.changed
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_has_its_type_and_its_habit() {
        use AgentType::{Conversational, Workflow};
        let mut fixtures = Fixtures::builtin();
        let agents = Agents::of(&fixtures);
        let kinds: Vec<(AgentType, Habit)> = fixtures
            .agent_lists()
            .iter()
            .map(|(_, list)| {
                let agent = agents.get(&list[0]).unwrap();
                assert_eq!(agent.organization, Organization::Own);
                (agent.kind, agent.habit)
            })
            .collect();
        assert_eq!(
            kinds,
            [
                (Conversational, Habit::None),
                (Conversational, Habit::MakesPdfs),
                (Workflow, Habit::None),
                (Workflow, Habit::RunsLong),
                (Workflow, Habit::RunsFail),
                (Workflow, Habit::WantsInputs),
                (Workflow, Habit::LosesUploads),
                (Conversational, Habit::TimesOut),
                (Conversational, Habit::Fails),
            ]
        );
        let other = fixtures.other_organization.take().unwrap();
        let theirs = agents.get(&other.workflow_agents[0]).unwrap();
        assert_eq!(
            (theirs.organization, theirs.kind),
            (Organization::Other, Workflow)
        );
        assert_eq!(agents.get(fixtures.unknown_agent.as_ref().unwrap()), None);
        assert_eq!(agents.get(""), None);
    }

    #[test]
    fn the_course_of_runs_is_that_of_the_agent() {
        let fixtures = Fixtures::builtin();
        let agents = Agents::of(&fixtures);
        let course = |id: &String| agents.get(id).unwrap().course();
        assert_eq!(course(&fixtures.slow_workflow_agents[0]).lasts, SLOW_RUNS_FOR);
        assert!(course(&fixtures.failing_workflow_agents[0]).fails);
        let usual = course(&fixtures.workflow_agents[0]);
        assert_eq!((usual.lasts, usual.fails), (RUNS_FOR, false));
    }

    #[test]
    fn a_type_can_be_changed_and_given_back() {
        let fixtures = Fixtures::builtin();
        let agents = Agents::of(&fixtures);
        let id = &fixtures.conversational_agents[0];
        assert!(agents.change_type(id, AgentType::Workflow));
        assert_eq!(agents.get(id).unwrap().kind, AgentType::Workflow);
        assert!(!agents.change_type("agt_nobody", AgentType::Workflow));
        assert_eq!(agents.get("agt_nobody"), None);
        agents.reset();
        assert_eq!(agents.get(id).unwrap().kind, AgentType::Conversational);
    }
}
