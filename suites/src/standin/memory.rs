//! What a stand-in remembers between requests, beside the reference's own state.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// Values by name, shared by all requests to one of them.
#[derive(Debug, Default)]
pub struct Memory {
    values: Mutex<BTreeMap<String, Value>>,
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a value under a name and returns the one that was there.
    pub fn keep(&self, name: impl Into<String>, value: Value) -> Option<Value> {
        self.lock().insert(name.into(), value)
    }

    /// The value under a name.
    pub fn recall(&self, name: &str) -> Option<Value> {
        self.lock().get(name).cloned()
    }

    /// How often this was asked before with the same name.
    pub fn earlier(&self, name: &str) -> u64 {
        let mut values = self.lock();
        let count = values.get(name).and_then(Value::as_u64).unwrap_or_default();
        values.insert(name.to_owned(), Value::from(count + 1));
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_apart() {
        let memory = Memory::default();
        assert_eq!(memory.earlier("a"), 0);
        assert_eq!(memory.earlier("a"), 1);
        assert_eq!(memory.earlier("b"), 0);
        assert_eq!(memory.keep("c", Value::from("x")), None);
        assert_eq!(memory.recall("c"), Some(Value::from("x")));
    }
}
