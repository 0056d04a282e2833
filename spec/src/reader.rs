//! Typed access to the parts of an OpenAPI document, with references followed and faults collected.

use serde_json::{Map, Value};

use crate::contract::ContractFault;
use crate::reference::{follow, type_of};
use crate::yaml::child;

/// An object of the document with its place, a JSON Pointer from `#`.
pub(crate) struct Node<'a> {
    pub(crate) members: &'a Map<String, Value>,
    pub(crate) place: String,
}

/// A document on its way to becoming a contract. What is wrong is noted and replaced by something empty, so that reading
/// goes on and finds the rest.
pub(crate) struct Reader<'a> {
    pub(crate) root: &'a Value,
    pub(crate) faults: Vec<ContractFault>,
}

impl<'a> Reader<'a> {
    /// The object that `value` stands for, following references.
    pub(crate) fn node(&mut self, value: &'a Value, place: &str) -> Option<Node<'a>> {
        match follow(self.root, value, place) {
            Ok((Value::Object(members), place)) => Some(Node { members, place }),
            Ok((other, place)) => {
                self.wrong_type(place, "an object", other);
                None
            }
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// The object under a key that must be there.
    pub(crate) fn required_node(&mut self, node: &Node<'a>, key: &'static str) -> Option<Node<'a>> {
        if !node.members.contains_key(key) {
            self.missing(&node.place, key);
        }
        self.optional_node(node, key)
    }

    /// The object under a key that may be absent.
    pub(crate) fn optional_node(&mut self, node: &Node<'a>, key: &str) -> Option<Node<'a>> {
        node.members
            .get(key)
            .and_then(|value| self.node(value, &child(&node.place, key)))
    }

    /// The items of an optional array, with their places.
    pub(crate) fn items(&mut self, node: &Node<'a>, key: &str) -> Vec<(&'a Value, String)> {
        let place = child(&node.place, key);
        match node.members.get(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, item)| (item, format!("{place}/{index}")))
                .collect(),
            Some(other) => {
                self.wrong_type(place, "an array", other);
                Vec::new()
            }
        }
    }

    /// A text that must be there and not empty; empty after a fault.
    pub(crate) fn text(&mut self, node: &Node<'a>, key: &'static str) -> String {
        let text = self.optional_text(node, key);
        if text.is_empty() && node.members.get(key).is_none_or(Value::is_string) {
            self.missing(&node.place, key);
        }
        text
    }

    /// A text that may be absent; empty then, and after a fault.
    pub(crate) fn optional_text(&mut self, node: &Node<'a>, key: &str) -> String {
        match node.members.get(key) {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => {
                self.wrong_type(child(&node.place, key), "a string", other);
                String::new()
            }
        }
    }

    /// A boolean that is false when it is absent.
    pub(crate) fn flag(&mut self, node: &Node<'a>, key: &str) -> bool {
        match node.members.get(key) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(other) => {
                self.wrong_type(child(&node.place, key), "a boolean", other);
                false
            }
        }
    }

    pub(crate) fn missing(&mut self, place: &str, key: &'static str) {
        self.faults.push(ContractFault::Missing {
            place: place.to_owned(),
            key,
        });
    }

    pub(crate) fn wrong_type(&mut self, place: String, expected: &'static str, found: &Value) {
        self.faults.push(ContractFault::WrongType {
            place,
            expected,
            found: type_of(found),
        });
    }

    pub(crate) fn wrong_value(&mut self, place: &str, expected: &'static str, found: &str) {
        self.faults.push(ContractFault::WrongValue {
            place: place.to_owned(),
            expected,
            found: found.to_owned(),
        });
    }
}
