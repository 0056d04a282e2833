//! What the target was said to hold, requests made from it, and ids that no earlier run has used.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, OnceLock, PoisonError};

use mock_server::inkeep::{Fixtures as Declared, Keys};
use serde_json::{Map, Value, json};

use crate::http::Request;
use crate::property::mix;

/// Path of the operation, as in the contract.
pub(crate) const PATH: &str = "/run/v1/events";

/// One of the keys.
type KeyOf = fn(&mut Keys) -> &mut Option<String>;

/// The variables that hold keys in place of the configuration file, each with the key that it sets.
pub const KEY_VARIABLES: [(&str, KeyOf); 5] = [
    ("HOOKPROOF_INKEEP_KEY", |keys| &mut keys.valid),
    ("HOOKPROOF_INKEEP_OTHER_PROJECT_KEY", |keys| {
        &mut keys.other_project
    }),
    ("HOOKPROOF_INKEEP_FORBIDDEN_KEY", |keys| &mut keys.forbidden),
    ("HOOKPROOF_INKEEP_UNPROCESSABLE_KEY", |keys| {
        &mut keys.unprocessable
    }),
    ("HOOKPROOF_INKEEP_FAILING_KEY", |keys| &mut keys.failing),
];

/// The plainest body that the target accepts, as the preflight saw it. Controls have this form, so that a target that
/// asks for more than it may still has its other answers judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// Nothing but a type, as in the documented sample.
    #[default]
    Minimal,
    /// An id as well.
    WithId,
    /// Every member that a caller can set.
    Full,
}

/// The event that the preflight stored: what was sent, and what came back.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) sent: Value,
    pub(crate) event: Map<String, Value>,
}

/// What the preflight found out about the target.
#[derive(Clone, Debug)]
pub(crate) struct Learned {
    /// What every id of this run begins with.
    pub(crate) prefix: String,
    pub(crate) form: Form,
    /// An event that is stored; `None` where the target stores none under an id.
    pub(crate) stored: Option<Stored>,
    /// Whether a new event is answered 201 and a repeated one 200.
    pub(crate) tells_new: bool,
    /// Whether a repeated event is accepted at all.
    pub(crate) takes_repeats: bool,
}

/// The declared fixtures, and the ids that were taken.
#[derive(Debug)]
pub(crate) struct Fixtures {
    declared: Declared,
    seed: u64,
    learned: OnceLock<Learned>,
    /// How many ids each case has taken.
    taken: Mutex<HashMap<String, u64>>,
}

impl Fixtures {
    pub(crate) fn new(declared: Declared, seed: u64) -> Self {
        Self {
            declared,
            seed,
            learned: OnceLock::new(),
            taken: Mutex::default(),
        }
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.declared.keys
    }

    pub(crate) fn key(&self) -> Result<&str, String> {
        let missing =
            "no valid token: set HOOKPROOF_INKEEP_KEY, or inkeep.keys.valid in the configuration file";
        self.keys().valid.as_deref().ok_or_else(|| missing.to_owned())
    }

    pub(crate) fn other_project(&self) -> Result<&str, String> {
        let missing = "no token of another project: declare inkeep.keys.other_project";
        self.keys()
            .other_project
            .as_deref()
            .ok_or_else(|| missing.to_owned())
    }

    /// Keeps what the preflight found out; the first preflight's findings stand.
    pub(crate) fn learn(&self, learned: Learned) {
        let _ = self.learned.set(learned);
    }

    pub(crate) fn form(&self) -> Form {
        self.learned.get().map(|learned| learned.form).unwrap_or_default()
    }

    pub(crate) fn stored(&self) -> Result<&Stored, String> {
        let stored = self.learned.get().and_then(|learned| learned.stored.as_ref());
        stored.ok_or_else(|| "the target stored no event under an id of its caller".to_owned())
    }

    /// Whether the status tells a new event from a repeated one.
    pub(crate) fn tells_new(&self) -> bool {
        self.learned.get().is_some_and(|learned| learned.tells_new)
    }

    /// Whether an event that may be there already is accepted as far as that goes.
    pub(crate) fn takes_repeats(&self) -> bool {
        self.learned.get().is_none_or(|learned| learned.takes_repeats)
    }

    /// What ids may begin with: the same for one seed, until an earlier run against the same server has used it.
    pub(crate) fn prefix(&self, attempt: u64) -> String {
        format!("hp{}", letters(mix(self.seed ^ mix(attempt)), 6))
    }

    /// A beginning that depends on nothing, for a target whose answers do not tell whether an id was used before.
    pub(crate) fn random_prefix() -> String {
        format!("hp{}", letters(mix(RandomState::new().hash_one(0u8)), 10))
    }

    /// An id that no request has carried: letters and digits, the same for the same case and position in it, whatever
    /// else runs at the same time.
    pub(crate) fn fresh_id(&self, case: &str) -> String {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(case.to_owned()).or_insert(0);
        *count += 1;
        let prefix = self
            .learned
            .get()
            .map_or_else(|| self.prefix(0), |learned| learned.prefix.clone());
        let hash = case.bytes().fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
        format!("{prefix}{}{}", letters(hash, 7), digits(*count, 4))
    }

    /// A request with the valid token and no body.
    pub(crate) fn request(&self) -> Request {
        request_under(self.keys().valid.as_deref().unwrap_or_default())
    }

    /// Posts a JSON body.
    pub(crate) fn post(&self, body: &Value) -> Request {
        self.request().body("application/json", body.to_string())
    }

    /// The plainest body that the target accepts, for an event of this type.
    pub(crate) fn plain_body(&self, case: &str, kind: &str) -> Value {
        self.body_of(self.form(), case, kind)
    }

    /// The plainest body with an id that the target accepts.
    pub(crate) fn body_with(&self, id: &str, kind: &str) -> Value {
        Self::body_in(self.form(), id, kind)
    }

    /// A body with an id, in one of the forms.
    pub(crate) fn body_in(form: Form, id: &str, kind: &str) -> Value {
        match form {
            Form::Minimal | Form::WithId => json!({ "id": id, "type": kind }),
            Form::Full => full_body(id, kind),
        }
    }

    pub(crate) fn body_of(&self, form: Form, case: &str, kind: &str) -> Value {
        match form {
            Form::Minimal => json!({ "type": kind }),
            Form::WithId | Form::Full => Self::body_in(form, &self.fresh_id(case), kind),
        }
    }
}

/// A request with this token and no body.
pub(crate) fn request_under(token: &str) -> Request {
    Request::new("POST", PATH).header("Authorization", &format!("Bearer {token}"))
}

/// Posts a JSON body under this token.
pub(crate) fn post_under(token: &str, body: &Value) -> Request {
    request_under(token).body("application/json", body.to_string())
}

/// The body that the guide documents, with another id and type.
pub(crate) fn full_body(id: &str, kind: &str) -> Value {
    json!({
        "id": id,
        "type": kind,
        "agentId": "support-agent",
        "conversationId": "conv-abc",
        "messageId": "msg-xyz",
        "properties": { "source": "chat-widget" },
        "userProperties": { "userId": "u_123", "plan": "pro" },
        "metadata": { "appVersion": "1.4.2" },
    })
}

/// `count` letters and digits that stand for a number, the same for the same number.
fn letters(number: u64, count: u32) -> String {
    digits(number % 36u64.pow(count), count)
}

/// A number to the base 36, in at least `width` digits.
fn digits(mut number: u64, width: u32) -> String {
    let mut reversed = Vec::new();
    while number > 0 || reversed.len() < width as usize {
        reversed.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[usize::try_from(number % 36).unwrap_or(0)]);
        number /= 36;
    }
    reversed.into_iter().rev().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixtures() -> Fixtures {
        Fixtures::new(mock_server::Fixtures::builtin().inkeep, 1)
    }

    #[test]
    fn fresh_ids_differ_and_depend_on_case_and_position_only() {
        let (one, other) = (fixtures(), fixtures());
        let first: Vec<String> = (0..40).map(|_| one.fresh_id("a")).collect();
        let second: Vec<String> = (0..40)
            .map(|_| {
                other.fresh_id("b");
                other.fresh_id("a")
            })
            .collect();
        assert_eq!(first, second);
        let mut all = first.clone();
        all.extend((0..40).map(|_| one.fresh_id("b")));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 80);
        assert!(
            all.iter()
                .all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
        );
    }

    #[test]
    fn prefixes_differ_by_attempt_and_have_one_length() {
        let fixtures = fixtures();
        let mut all: Vec<String> = (0..256).map(|attempt| fixtures.prefix(attempt)).collect();
        assert!(all.iter().all(|prefix| prefix.len() == 8));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 256);
        assert_ne!(Fixtures::random_prefix(), Fixtures::random_prefix());
    }

    #[test]
    fn ids_begin_with_what_the_preflight_found_unused() {
        let fixtures = fixtures();
        fixtures.learn(Learned {
            prefix: "hpxyz".to_owned(),
            form: Form::WithId,
            stored: None,
            tells_new: true,
            takes_repeats: true,
        });
        assert!(fixtures.fresh_id("a").starts_with("hpxyz"));
        assert!(
            fixtures.plain_body("a", "t")["id"]
                .as_str()
                .unwrap()
                .starts_with("hpxyz")
        );
    }
}
