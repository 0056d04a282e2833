//! What the target was said to hold: credentials, ids, and requests made from them.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use mock_server::polyai::{Fixtures as Declared, Keys};

use super::harmless::Ids;
use crate::conduct::WITHHELD;
use crate::http::Request;
use crate::mint::Mint;
use crate::property::mix;

/// Path of the operation, as in the contract.
pub(crate) const PATH: &str = "/v1/external-events/webhook";

/// The variable that holds the valid key.
pub(crate) const KEY_VARIABLE: &str = "HOOKPROOF_POLYAI_KEY";

/// The place of one key among all keys of a target.
type KeyOf = fn(&mut Keys) -> &mut Option<String>;

/// Variables that hold keys, each with the key that it sets.
pub const KEY_VARIABLES: [(&str, KeyOf); 3] = [
    (KEY_VARIABLE, |keys| &mut keys.valid),
    ("HOOKPROOF_POLYAI_REVOKED_KEY", |keys| &mut keys.revoked),
    ("HOOKPROOF_POLYAI_OTHER_PROJECT_KEY", |keys| {
        &mut keys.other_project
    }),
];

/// So many ids are kept for the cases that nothing but an accepted event decides.
const RESERVED_IDS: usize = 96;

/// A known id, and whether it was accepted before.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) used_before: bool,
}

/// Who asks for a known id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A case of its own.
    Case,
    /// One of many generated inputs.
    Input,
}

/// The declared fixtures, and which of them were spent.
#[derive(Debug)]
pub(crate) struct Fixtures {
    declared: Declared,
    /// The known ids again, to be looked up.
    known: HashSet<String>,
    /// Every id that some request could have accepted, and that none may carry in safe mode.
    acceptable: Ids,
    /// What makes further ids.
    mint: Option<Mint>,
    /// Held while it makes one: a program that counts in a file is not to be run twice at the same time.
    making: Mutex<()>,
    /// The ids that were made.
    minted: Mutex<Vec<String>>,
    /// The made id that refusals carry, or why there is none.
    kept: OnceLock<Result<String, String>>,
    /// Whether the known ids are kept back.
    safe: bool,
    seed: u64,
    /// Position of the next id that no request has carried; the first id is kept for refusals.
    next: AtomicUsize,
    /// How many unknown ids were made.
    unknown: AtomicU64,
    /// How often an id was used again.
    reused: AtomicUsize,
    /// Whether the target accepts an id again; learned before anything is judged.
    reusable: OnceLock<bool>,
}

impl Fixtures {
    /// Fixtures that keep the declared ids back: a suite without them sends nothing that could be accepted, and decides
    /// what it can with ids that nobody knows.
    pub(crate) fn safe(mut declared: Declared, seed: u64) -> Self {
        // An id that nobody may send need not be made.
        declared.known_id_command.clear();
        // An unknown id still has the shape of a known one.
        if declared.unknown_id.is_none() {
            declared.unknown_id = declared.known_ids.first().cloned();
        }
        let whole = Self::new(declared.clone(), seed, Path::new("."));
        declared.known_ids.clear();
        declared.failing_ids.clear();
        if let Some(other) = &mut declared.other_project {
            other.known_ids.clear();
        }
        Self {
            declared,
            safe: true,
            ..whole
        }
    }

    /// Fixtures of a file in this folder.
    pub(crate) fn new(declared: Declared, seed: u64, folder: &Path) -> Self {
        let other = declared.other_project.iter().flat_map(|other| &other.known_ids);
        let own = [&declared.known_ids, &declared.failing_ids].into_iter().flatten();
        let acceptable = Ids::new(own.chain(other));
        let known = declared.known_ids.iter().cloned().collect();
        let next = AtomicUsize::new(usize::from(declared.known_ids.len() > 1));
        Self {
            mint: Mint::new(&declared.known_id_command, folder),
            making: Mutex::default(),
            minted: Mutex::default(),
            kept: OnceLock::new(),
            declared,
            known,
            acceptable,
            safe: false,
            seed,
            next,
            unknown: AtomicU64::new(0),
            reused: AtomicUsize::new(0),
            reusable: OnceLock::new(),
        }
    }

    /// Every id that some request could have accepted.
    pub(super) fn acceptable_ids(&self) -> &Ids {
        &self.acceptable
    }

    pub(crate) fn declared(&self) -> &Declared {
        &self.declared
    }

    /// The id that refusals carry: a refused request leaves it as it was.
    pub(crate) fn refusal_id(&self) -> Result<String, String> {
        if let Some(id) = self.declared.known_ids.first() {
            return Ok(id.clone());
        }
        let mint = self.mint.as_ref().ok_or_else(|| self.missing_ids())?;
        self.kept.get_or_init(|| self.made_by(mint)).clone()
    }

    fn missing_ids(&self) -> String {
        if self.safe {
            WITHHELD.to_owned()
        } else {
            "no known id: declare ids that the target accepts in polyai.known_ids, or a program that makes one in \
             polyai.known_id_command"
                .to_owned()
        }
    }

    fn minted(&self) -> MutexGuard<'_, Vec<String>> {
        self.minted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An id that was made just now.
    fn made_by(&self, mint: &Mint) -> Result<String, String> {
        let _alone = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let id = mint
            .id()
            .map_err(|error| format!("polyai.known_id_command made no id: {error}"))?;
        let mut minted = self.minted();
        if minted.contains(&id) || self.known.contains(&id) {
            return Err(format!(
                "polyai.known_id_command printed {id} for the second time; it has to make a new id at each call"
            ));
        }
        minted.push(id.clone());
        Ok(id)
    }

    /// Whether there is a program that makes ids.
    pub(crate) fn has_mint(&self) -> bool {
        self.mint.is_some()
    }

    /// A known id to be spent on a request that is meant to be accepted.
    pub(crate) fn spend(&self, purpose: Purpose) -> Result<Known, String> {
        let ids = &self.declared.known_ids;
        if ids.is_empty() && self.mint.is_none() {
            return Err(self.missing_ids());
        }
        let limit = match purpose {
            Purpose::Case => ids.len(),
            Purpose::Input => ids.len().saturating_sub(RESERVED_IDS),
        };
        let taken = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
                (next < limit).then_some(next + 1)
            });
        if let Ok(index) = taken {
            return Ok(Known {
                id: ids[index].clone(),
                used_before: false,
            });
        }
        // A program takes its time: where an id can be used again, a made one is for the first cases.
        let made = self.minted().len();
        let makes = purpose == Purpose::Case && (made < RESERVED_IDS || !self.is_reusable());
        if let Some(mint) = self.mint.as_ref().filter(|_| makes) {
            return self.made_by(mint).map(|id| Known {
                id,
                used_before: false,
            });
        }
        if self.is_reusable()
            && let Some(id) = self.used_again()
        {
            return Ok(Known {
                id,
                used_before: true,
            });
        }
        Err(format!(
            "all {} known ids are spent and the target accepts each only once; a full run needs {RESERVED_IDS}: declare more in \
             polyai.known_ids",
            ids.len() + made
        ))
    }

    /// One of the ids that were used, each in its turn.
    fn used_again(&self) -> Option<String> {
        let turn = self.reused.fetch_add(1, Ordering::Relaxed);
        let declared = &self.declared.known_ids;
        if declared.is_empty() {
            let minted = self.minted();
            let turn = turn.checked_rem(minted.len())?;
            return minted.get(turn).cloned();
        }
        declared.get(turn % declared.len()).cloned()
    }

    /// Whether generated inputs have ids to spend.
    pub(crate) fn has_enough(&self) -> bool {
        self.declared.known_ids.len() > RESERVED_IDS || self.is_reusable()
    }

    pub(crate) fn is_reusable(&self) -> bool {
        self.reusable.get().copied().unwrap_or(false)
    }

    pub(crate) fn learn_reusable(&self, reusable: bool) {
        // The first answer stands; a second preflight would learn the same.
        let _ = self.reusable.set(reusable);
    }

    /// The id of a request that is refused for its key: a known one, so that only the key can be the reason. In safe mode
    /// an unknown one has to do; the preflight has seen that the target looks at the key first.
    pub(crate) fn id_under_a_wrong_key(&self) -> Result<String, String> {
        if self.safe {
            Ok(self.unknown_id())
        } else {
            self.refusal_id()
        }
    }

    /// An id that the target cannot know, of the shape of those it knows.
    pub(crate) fn unknown_id(&self) -> String {
        let count = self.unknown.fetch_add(1, Ordering::Relaxed);
        let model = self
            .declared
            .unknown_id
            .as_deref()
            .or(self.declared.known_ids.first().map(String::as_str))
            .or(self.kept.get().and_then(|kept| kept.as_deref().ok()))
            .unwrap_or("evt_01HF2MNW2ZQ1Z8E2S3J");
        let mut state = mix(self.seed ^ mix(count));
        // The last twelve letters and digits are replaced by others of their kind.
        let mut left = 12;
        let mut characters: Vec<char> = model.chars().collect();
        for character in characters.iter_mut().rev() {
            let alphabet: &[u8] = match character {
                '0'..='9' => b"0123456789",
                'a'..='z' => b"abcdefghjkmnpqrstvwxyz",
                'A'..='Z' => b"ABCDEFGHJKMNPQRSTVWXYZ",
                _ => continue,
            };
            if left == 0 {
                break;
            }
            left -= 1;
            state = mix(state);
            let index = usize::try_from(state % alphabet.len() as u64).unwrap_or_default();
            *character = char::from(alphabet[index]);
        }
        let id: String = characters.into_iter().collect();
        if self.knows(&id) || left > 6 {
            // Too short to be told apart from a real one by its own letters.
            return format!("{id}-hookproof-{count}");
        }
        id
    }

    /// Whether the target was said to accept this id.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.known.contains(id) || self.minted().iter().any(|minted| minted == id)
    }

    pub(crate) fn key(&self) -> Result<&str, String> {
        self.declared.keys.valid.as_deref().ok_or_else(|| {
            format!("no valid API key: set {KEY_VARIABLE}, or polyai.keys.valid in the configuration file")
        })
    }

    /// A request with everything but an id and a body: valid key, account and project.
    pub(crate) fn request(&self, location: &str, path: &str) -> Request {
        Request::new("POST", PATH)
            .query("event_id_location", location)
            .query("event_id_path", path)
            .query("account_id", &self.declared.account_id)
            .query("project_id", &self.declared.project_id)
            .header(
                "X-Api-Key",
                self.declared.keys.valid.as_deref().unwrap_or_default(),
            )
    }

    /// The documented request: JSON with the id at `cid`.
    pub(crate) fn baseline(&self, id: &str) -> Request {
        self.request("payload", "cid")
            .body("application/json", baseline_body(id))
    }
}

/// The documented JSON example with another id.
pub(crate) fn baseline_body(id: &str) -> String {
    let answers = serde_json::json!({ "name": "Jane Doe", "amount": 1999, "currency": "GBP" });
    serde_json::json!({ "cid": id, "answers": answers }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixtures(ids: &[&str]) -> Fixtures {
        let mut declared = mock_server::Fixtures::builtin().polyai;
        declared.unknown_id = None;
        declared.known_ids = ids.iter().map(|id| (*id).to_owned()).collect();
        Fixtures::new(declared, 1, Path::new("."))
    }

    #[cfg(unix)]
    #[test]
    fn a_program_makes_the_ids_that_are_not_declared() {
        let folder = tempfile::tempdir().unwrap();
        let with = |script: &str| {
            let mut declared = mock_server::Fixtures::builtin().polyai;
            declared.known_ids.clear();
            declared.known_id_command = ["sh", "-c", script].map(str::to_owned).to_vec();
            Fixtures::new(declared, 1, folder.path())
        };
        let ids = with("echo x >> n; echo evt_$(wc -l < n | tr -d ' ')");
        assert_eq!(ids.refusal_id().unwrap(), "evt_1");
        assert_eq!(ids.spend(Purpose::Case).unwrap().id, "evt_2");
        assert_eq!(ids.refusal_id().unwrap(), "evt_1");
        assert!(ids.knows("evt_2") && !ids.knows("evt_3"));
        assert!(ids.spend(Purpose::Input).is_err() && !ids.has_enough());
        ids.learn_reusable(true);
        assert!(ids.spend(Purpose::Input).unwrap().used_before);
        let same = with("echo evt_7");
        assert_eq!(same.spend(Purpose::Case).unwrap().id, "evt_7");
        assert!(same.spend(Purpose::Case).unwrap_err().contains("second time"));
        assert!(with("exit 3").refusal_id().unwrap_err().contains("exited with 3"));
        // What nobody may send is not made.
        let mut declared = same.declared.clone();
        declared.known_id_command = vec!["no-such-program".to_owned()];
        assert_eq!(
            Fixtures::safe(declared, 1).spend(Purpose::Case).unwrap_err(),
            WITHHELD
        );
    }

    #[test]
    fn every_id_is_spent_once_unless_the_target_takes_it_again() {
        let ids = fixtures(&["a", "b", "c"]);
        let spent: Vec<String> = (0..2).map(|_| ids.spend(Purpose::Case).unwrap().id).collect();
        assert_eq!(spent, ["b", "c"]);
        assert!(ids.spend(Purpose::Case).unwrap_err().contains("polyai.known_ids"));
        ids.learn_reusable(true);
        assert!(ids.spend(Purpose::Case).unwrap().used_before);
    }

    #[test]
    fn inputs_leave_the_reserve_alone() {
        assert!(fixtures(&["a", "b"]).spend(Purpose::Input).is_err());
    }

    #[test]
    fn unknown_ids_have_the_shape_of_known_ones_and_differ() {
        let ids = fixtures(&["evt_01HF2MNW2ZQ1Z8E2S3J"]);
        let (one, two) = (ids.unknown_id(), ids.unknown_id());
        assert_ne!(one, two);
        assert!(one.starts_with("evt_") && one.len() == 23, "{one}");
        assert!(fixtures(&["7"]).unknown_id().contains("hookproof"));
    }
}
