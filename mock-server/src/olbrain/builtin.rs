//! The fixtures that the mock has when no file says otherwise.
//!
//! The ids are made up in the form of the samples, and so are the keys, which say so. Nothing of this is ever sent to a
//! server other than the mock.

use super::fixtures::{Fixtures, Keys, OtherOrganization};
use super::readings::Readings;

impl Fixtures {
    /// The built-in fixtures.
    pub fn builtin() -> Self {
        let agents = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
        Self {
            serves: Vec::new(),
            wait_for_effects: None,
            base_url: None,
            organization_id: Some("org_01GZ4EH541NV4SZ377E78JW9B2".into()),
            project_id: Some("proj_01HB4D26R4H37S80V5MZZPQ38K".into()),
            conversational_agents: agents(&[
                "agt_01HAKZ3A7QYFR6F0DTHBRA48WG",
                "agt_018800DDAAJMCDBCRK1QTA9G4N",
            ]),
            pdf_agents: agents(&["agt_01K0N4KPKYMBYYB3G1PS1TQR0W"]),
            workflow_agents: agents(&["agt_012BC7FXPPGX6QJ2V5DNQ9NH5K", "agt_01MKB59KYA35S2FPGXT932ZND8"]),
            slow_workflow_agents: agents(&["agt_018T6AVQ93TJ9XAXZMYHJYS97R"]),
            failing_workflow_agents: agents(&["agt_01BZNB5ZHQ4P2KQHZGJNB0YGMH"]),
            strict_workflow_agents: agents(&["agt_01XJPPHPTPBWQN9ACQYJ5TATKH"]),
            failing_upload_agents: agents(&["agt_011CAWBEB2YEA387MBYC2TXPR4"]),
            upstream_timeout_agents: agents(&["agt_01DFQ0PSHT7Q2K6JNJP8TTQX9A"]),
            upstream_error_agents: agents(&["agt_01RYC85P0R6M9MRVVEZJYRRAGK"]),
            unknown_agent: Some("agt_01ZGT1MKZJ9Y17WFJ28S0YHFY2".into()),
            keys: Keys {
                valid: Some("ak_hookproof_valid".into()),
                revoked: Some("ak_hookproof_revoked".into()),
                expired: Some("ak_hookproof_expired".into()),
                other_organization: Some("ak_hookproof_other_organization".into()),
                without_permission: Some("ak_hookproof_without_permission".into()),
            },
            other_organization: Some(OtherOrganization {
                organization_id: Some("org_01J9JEG4FGJ8FQXRB81N5257XF".into()),
                project_id: Some("proj_01RXYM61R39VE75ZD8RPFJNPRR".into()),
                conversational_agents: agents(&["agt_01FZH9JJZY718KJNJ1XPQ820GX"]),
                workflow_agents: agents(&["agt_016C0VVYRYSCJX4K0VJYK9AYZN"]),
            }),
            readings: Readings::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_built_in_id_has_the_form_of_the_samples_and_one_meaning() {
        let fixtures = Fixtures::builtin();
        let other = fixtures.other_organization.clone().unwrap();
        let mut agents: Vec<&String> = fixtures
            .agent_lists()
            .iter()
            .flat_map(|(name, list)| {
                assert!(!list.is_empty(), "{name}");
                list.iter()
            })
            .collect();
        agents.extend(&other.conversational_agents);
        agents.extend(&other.workflow_agents);
        agents.extend(&fixtures.unknown_agent);
        let is_form = |id: &str, prefix: &str| {
            id.strip_prefix(prefix).is_some_and(|rest| {
                rest.len() == 26 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            })
        };
        for agent in &agents {
            assert!(is_form(agent, "agt_"), "{agent}");
        }
        let distinct: HashSet<&&String> = agents.iter().collect();
        assert_eq!(distinct.len(), agents.len());
        for organization in [&fixtures.organization_id, &other.organization_id] {
            assert!(is_form(organization.as_ref().unwrap(), "org_"));
        }
        for project in [&fixtures.project_id, &other.project_id] {
            assert!(is_form(project.as_ref().unwrap(), "proj_"));
        }
    }
}
