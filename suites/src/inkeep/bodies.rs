//! Bodies of events: valid ones, and ones with a single fault.

use serde_json::{Map, Value};

/// The three members that say what an event is about, in the order of [`EventBody::anchors`].
pub(super) const ANCHORS: [&str; 3] = ["agentId", "conversationId", "messageId"];

/// The three free-form objects, in the order of [`EventBody::bags`].
pub(super) const BAGS: [&str; 3] = ["properties", "userProperties", "metadata"];

/// What an event holds besides its id.
#[derive(Clone, Debug, Default)]
pub(super) struct EventBody {
    pub(super) kind: String,
    pub(super) anchors: [Option<String>; 3],
    pub(super) bags: [Option<Map<String, Value>>; 3],
}

impl EventBody {
    /// An event with nothing but a type.
    pub(super) fn of_type(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            ..Self::default()
        }
    }

    /// The body with this id, or with none.
    pub(super) fn to_json(&self, id: Option<&str>) -> Value {
        let mut body = Map::new();
        if let Some(id) = id {
            body.insert("id".to_owned(), id.into());
        }
        body.insert("type".to_owned(), self.kind.as_str().into());
        for (name, value) in ANCHORS.iter().zip(&self.anchors) {
            if let Some(value) = value {
                body.insert((*name).to_owned(), value.as_str().into());
            }
        }
        for (name, value) in BAGS.iter().zip(&self.bags) {
            if let Some(value) = value {
                body.insert((*name).to_owned(), Value::Object(value.clone()));
            }
        }
        Value::Object(body)
    }

    /// The members that are there besides the type, each in a body of its own.
    pub(super) fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for (index, (name, value)) in ANCHORS.iter().zip(&self.anchors).enumerate() {
            if value.is_some() {
                let mut alone = Self::of_type("hookproof_part");
                alone.anchors[index].clone_from(value);
                parts.push(Part { name, alone });
            }
        }
        for (index, (name, value)) in BAGS.iter().zip(&self.bags).enumerate() {
            if value.is_some() {
                let mut alone = Self::of_type("hookproof_part");
                alone.bags[index].clone_from(value);
                parts.push(Part { name, alone });
            }
        }
        parts
    }
}

/// One member of an event, in a body with nothing else but a type.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) alone: EventBody,
}

/// A fault in one member, which makes the body one that must be refused.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The row that it breaks.
    pub(super) requirement: &'static str,
    pub(super) member: &'static str,
    /// What stands in place of the valid value; `None` where the member is left out.
    pub(super) value: Option<Value>,
}

impl Fault {
    /// The body with this fault in it.
    pub(super) fn applied_to(&self, body: &Value) -> Value {
        let mut faulty = body.as_object().cloned().unwrap_or_default();
        match &self.value {
            Some(value) => faulty.insert(self.member.to_owned(), value.clone()),
            None => faulty.shift_remove(self.member),
        };
        Value::Object(faulty)
    }

    /// What is wrong, in words.
    pub(super) fn in_words(&self) -> String {
        match &self.value {
            Some(value) => {
                let text: String = value.to_string().chars().take(60).collect();
                format!("{} is {text}", self.member)
            }
            None => format!("{} is left out", self.member),
        }
    }
}

/// One fault of each kind, for cases that need any.
pub(super) fn plain_faults() -> Vec<Fault> {
    let fault = |requirement, member, value| Fault {
        requirement,
        member,
        value,
    };
    vec![
        fault("inkeep.type.required", "type", None),
        fault("inkeep.type.min-length", "type", Some("".into())),
        fault("inkeep.type.string", "type", Some(7.into())),
        fault("inkeep.str.agent-id", "agentId", Some(7.into())),
        fault(
            "inkeep.str.conversation-id",
            "conversationId",
            Some(Value::Array(Vec::new())),
        ),
        fault("inkeep.str.message-id", "messageId", Some(true.into())),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_part_stands_alone() {
        let mut body = EventBody::of_type("a");
        body.anchors[1] = Some("c".to_owned());
        body.bags[2] = Some(Map::new());
        let parts: Vec<(&str, Value)> = body
            .parts()
            .iter()
            .map(|part| (part.name, part.alone.to_json(None)))
            .collect();
        assert_eq!(
            parts,
            [
                (
                    "conversationId",
                    json!({ "type": "hookproof_part", "conversationId": "c" })
                ),
                ("metadata", json!({ "type": "hookproof_part", "metadata": {} })),
            ]
        );
        assert_eq!(
            body.to_json(Some("i")),
            json!({ "id": "i", "type": "a", "conversationId": "c", "metadata": {} })
        );
    }

    #[test]
    fn every_plain_fault_breaks_the_contract_by_its_row() {
        let operation = spec::api("inkeep")
            .unwrap()
            .contract()
            .operation("log-event")
            .unwrap();
        let media = &operation.body.as_ref().unwrap().content[0];
        let valid = EventBody::of_type("a").to_json(Some("i"));
        for fault in plain_faults() {
            let faults = media.validate(&fault.applied_to(&valid)).unwrap_err();
            assert_eq!(faults.len(), 1, "{}", fault.in_words());
            assert!(spec::requirement(fault.requirement).is_some());
        }
    }
}
