//! The cases, one file for each part of the catalogue.

mod agents;
mod auth;
mod body;
mod conversational;
mod errors;
mod files;
mod idempotency;
mod limit;
mod media_type;
mod open;
mod open_lists;
mod order;
mod refusals;
mod run_control;
mod run_control_misfits;
mod run_control_others;
mod run_list;
mod run_list_states;
mod run_model;
mod run_outputs;
mod runs;
mod session_list;
mod session_order;
mod sessions;
mod traces;
mod transport;
mod upload;
mod upload_labels;
mod workflow;

use std::sync::Arc;

use super::Olbrain;
use super::calls::Control;
use super::subject::Derived;
use crate::case::{Case, Origin};
use crate::derive::{self, Subject};
use crate::probe::Probe;

/// A written case: its name below the API, where it comes from, what it covers, and what it does.
type Entry = (
    &'static str,
    Origin,
    &'static [&'static str],
    fn(&Olbrain, &Probe<'_>),
);

/// Generated cases first, then the written ones by area.
pub(super) fn all(olbrain: &Arc<Olbrain>) -> Vec<Case> {
    let api = spec::api("olbrain").expect("the embedded registry has olbrain");
    let mut cases = Vec::new();
    for operation in &api.contract().operations {
        let subject: Arc<dyn Subject> = Arc::new(Derived {
            olbrain: Arc::clone(olbrain),
            operation,
        });
        let prefix = subject.prefix();
        let of_operation = derive::cases(&subject).into_iter().filter(|case| {
            let facet = case.name().strip_prefix(&prefix).unwrap_or_default();
            is_for_generator(&operation.id, facet)
        });
        cases.extend(of_operation);
    }
    let written = [
        agents::CASES,
        auth::CASES,
        order::CASES,
        body::CASES,
        idempotency::CASES,
        limit::CASES,
        media_type::CASES,
        conversational::CASES,
        files::CASES,
        workflow::CASES,
        errors::CASES,
        upload::CASES,
        upload_labels::CASES,
        runs::CASES,
        run_outputs::CASES,
        run_list::CASES,
        run_list_states::CASES,
        run_control::CASES,
        run_control_misfits::CASES,
        run_control_others::CASES,
        run_model::CASES,
        sessions::CASES,
        session_list::CASES,
        session_order::CASES,
        refusals::CASES,
        traces::CASES,
        transport::CASES,
        open::CASES,
        open_lists::CASES,
    ];
    for (name, origin, covers, body) in written.into_iter().flatten() {
        let olbrain = Arc::clone(olbrain);
        let name = format!("olbrain::{name}");
        cases.push(Case::new(*origin, name, covers, move |probe| {
            body(&olbrain, probe);
        }));
    }
    cases
}

/// Whether a facet of an operation is left to the generator.
///
/// Other methods are tried on the trigger alone: an undocumented DELETE of a session may well exist, and do what it says.
/// A control call succeeds once for each run, and its success has no documented form, so both have cases of their own. An
/// empty header and an empty token are two requirements here, and so two cases. That a valid key is let in shows on the
/// trigger; another call may succeed or not for reasons of its own.
fn is_for_generator(operation: &str, facet: &str) -> bool {
    let is_control = Control::ALL
        .iter()
        .any(|control| control.operation() == operation);
    match facet {
        "::method::other" | "::security::valid" | "::security::name_case" => operation == "trigger",
        "::security::empty" => false,
        _ if is_control => facet.starts_with("::response::4"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::{BaseUrl, Limits, Redactor};
    use crate::target::Target;

    fn names() -> Vec<(String, Vec<String>)> {
        // The port of the discard service; no request goes there.
        let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
        let target = Target::new(base, Limits::default(), false, Redactor::default());
        let suite = Arc::new(Olbrain::new(target, mock_server::olbrain::Fixtures::default(), 0));
        let named = |case: &Case| (case.name().to_owned(), case.covers().to_vec());
        all(&suite).iter().map(named).collect()
    }

    #[test]
    fn every_testable_server_row_has_a_case() {
        let covered: BTreeSet<String> = names().into_iter().flat_map(|(_, covers)| covers).collect();
        let api = spec::api("olbrain").unwrap();
        let missing: Vec<&str> = api
            .catalogue()
            .iter()
            .filter(|row| row.subject == spec::Subject::Server && row.untestable.is_none())
            .map(|row| row.id.as_str())
            .filter(|id| !covered.contains(*id))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_covered_id_is_a_testable_row() {
        for (name, covers) in names() {
            for id in covers {
                let row = spec::requirement(&id).unwrap_or_else(|| panic!("{name} covers {id}"));
                assert!(row.untestable.is_none(), "{name} covers {id}");
            }
        }
    }

    #[test]
    fn names_are_unique_and_nothing_but_the_trigger_gets_other_methods() {
        let names: Vec<String> = names().into_iter().map(|(name, _)| name).collect();
        let distinct: BTreeSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        let methods: Vec<&String> = names.iter().filter(|name| name.contains("::method::")).collect();
        assert_eq!(methods, ["olbrain::contract::trigger::method::other"]);
    }
}
