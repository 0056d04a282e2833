//! What the sender of one event is handed: as variables of its environment, and in place of `{placeholders}` in its
//! command.

use super::request::{Given, KEY_VARIABLE};

/// What is filled in for one event.
pub(crate) struct Handed {
    pairs: Vec<(&'static str, &'static str, String)>,
}

impl Handed {
    /// What the sender of one event is handed: placeholder, variable and value.
    pub(crate) fn new(api: &str, base: &str, given: &Given, event: usize, scale: f64) -> Self {
        let prefix = format!("{base}{}", given.prefix);
        let mut pairs = vec![
            ("{api}", "HOOKPROOF_API", api.to_owned()),
            ("{url}", "HOOKPROOF_URL", format!("{prefix}{}", given.path)),
            ("{base_url}", "HOOKPROOF_BASE_URL", prefix),
            ("{key}", KEY_VARIABLE, given.key.clone()),
            ("{event}", "HOOKPROOF_EVENT", event.to_string()),
            ("{time_scale}", "HOOKPROOF_TIME_SCALE", scale.to_string()),
        ];
        let ids = [
            ("{agent_id}", "HOOKPROOF_AGENT_ID", &given.agent_id),
            ("{account_id}", "HOOKPROOF_ACCOUNT_ID", &given.account_id),
            ("{project_id}", "HOOKPROOF_PROJECT_ID", &given.project_id),
            ("{event_id}", "HOOKPROOF_EVENT_ID", &given.event_id),
        ];
        for (placeholder, variable, id) in ids {
            if let Some(id) = id {
                pairs.push((placeholder, variable, id.clone()));
            }
        }
        Self { pairs }
    }

    /// The variables and their values.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.pairs
            .iter()
            .map(|(_, variable, value)| (*variable, value.as_str()))
    }

    /// A word with its placeholders filled in. Other braces stay: they may be JSON.
    pub(crate) fn fill(&self, word: &str) -> String {
        let mut filled = String::with_capacity(word.len());
        let mut rest = word;
        while let Some(at) = rest.find('{') {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            match self
                .pairs
                .iter()
                .find(|(placeholder, ..)| rest.starts_with(placeholder))
            {
                Some((placeholder, _, value)) => {
                    filled.push_str(value);
                    rest = &rest[placeholder.len()..];
                }
                None => {
                    filled.push('{');
                    rest = &rest[1..];
                }
            }
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    fn handed() -> Handed {
        let given = (registry::sender_side("olbrain").unwrap().given)(3);
        Handed::new("olbrain", "http://127.0.0.1:1", &given, 3, 0.02)
    }

    #[test]
    fn placeholders_are_filled_and_other_braces_stay() {
        let handed = handed();
        assert_eq!(
            handed.fill("{url} {event}{time_scale}"),
            "http://127.0.0.1:1/api/agents/webhook/agt_01H00KPR00FSENDER000000003 30.02"
        );
        assert_eq!(
            handed.fill(r#"{"a":{"b":{event}}} {x} {"#),
            r#"{"a":{"b":3}} {x} {"#
        );
        assert_eq!(handed.fill("{account_id}"), "{account_id}");
    }
}
