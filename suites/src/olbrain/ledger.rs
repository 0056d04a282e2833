//! What the target has said so far that must not come again, or must not change.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// What kind of thing an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Named {
    Message,
    Run,
    Request,
    File,
}

/// The ids and constants of one run of the suite, over all its cases.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    ids: Mutex<HashSet<(Named, String)>>,
    /// Which agent a run or a session belongs to.
    owners: Mutex<HashMap<String, String>>,
    /// Organization and project by agent and name of the member.
    constants: Mutex<HashMap<(String, &'static str), String>>,
}

impl Ledger {
    /// Notes an id. Returns whether it was new.
    pub(crate) fn is_new(&self, named: Named, id: &str) -> bool {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.insert((named, id.to_owned()))
    }

    /// Notes what an agent's answers always say. Returns what they said first.
    pub(crate) fn first(&self, agent: &str, member: &'static str, value: &str) -> String {
        let mut constants = self.constants.lock().unwrap_or_else(PoisonError::into_inner);
        let known = constants.entry((agent.to_owned(), member));
        known.or_insert_with(|| value.to_owned()).clone()
    }

    /// Notes whose run or session an id names.
    pub(crate) fn owned(&self, id: &str, agent: &str) {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.entry(id.to_owned()).or_insert_with(|| agent.to_owned());
    }

    /// The agent whose run or session an id names, where this suite had it made.
    pub(crate) fn owner(&self, id: &str) -> Option<String> {
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.get(id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_for_each_kind_of_thing() {
        let ledger = Ledger::default();
        assert!(ledger.is_new(Named::Run, "1"));
        assert!(!ledger.is_new(Named::Run, "1"));
        assert!(ledger.is_new(Named::Message, "1"));
    }

    #[test]
    fn the_first_value_and_the_first_owner_stay() {
        let ledger = Ledger::default();
        assert_eq!(ledger.first("a", "organization_id", "x"), "x");
        assert_eq!(ledger.first("a", "organization_id", "y"), "x");
        assert_eq!(ledger.first("b", "organization_id", "y"), "y");
        ledger.owned("run_1", "a");
        ledger.owned("run_1", "b");
        assert_eq!(ledger.owner("run_1").as_deref(), Some("a"));
        assert_eq!(ledger.owner("run_2"), None);
    }
}
