//! The APIs that have a suite. A further one is an entry here.

use std::sync::Arc;

use mock_server::Fixtures;

use crate::conduct::Conduct;
use crate::http::{BaseUrl, Limits, Redactor};
use crate::inkeep::{self, Inkeep};
use crate::mutant::Mutant;
use crate::olbrain::{self, Olbrain};
use crate::polyai::{self, Polyai};
use crate::sender::Retries;
use crate::sender::side::SenderSide;
use crate::suite::Suite;
use crate::target::Target;
use crate::variant::Variant;

/// What a suite is made from.
pub struct Ingredients<'f> {
    /// What the target holds.
    pub fixtures: &'f Fixtures,
    /// Where its paths begin.
    pub base: BaseUrl,
    /// Bounds on one exchange.
    pub limits: Limits,
    /// Whether it is the mock inside this process.
    pub embedded: bool,
    /// Seed of the run.
    pub seed: u64,
}

/// What one API brings.
struct Entry {
    id: &'static str,
    make: fn(Ingredients<'_>, Conduct) -> Arc<dyn Suite>,
    mutants: fn() -> Vec<&'static Mutant>,
    variants: fn() -> Vec<&'static Variant>,
    sender: &'static SenderSide,
    retries: &'static Retries,
}

/// Every API.
const APIS: &[Entry] = &[
    Entry {
        id: "polyai",
        make: polyai,
        mutants: polyai::mutants::all,
        variants: polyai::variants::all,
        sender: &polyai::sender::SIDE,
        retries: &polyai::retries::RETRIES,
    },
    Entry {
        id: "inkeep",
        make: inkeep,
        mutants: inkeep::mutants::all,
        variants: inkeep::variants::all,
        sender: &inkeep::sender::SIDE,
        retries: &inkeep::retries::RETRIES,
    },
    Entry {
        id: "olbrain",
        make: olbrain,
        mutants: olbrain::mutants::all,
        variants: olbrain::variants::all,
        sender: &olbrain::sender::SIDE,
        retries: &olbrain::retries::RETRIES,
    },
];

fn entry(api: &str) -> Option<&'static Entry> {
    APIS.iter().find(|entry| entry.id == api)
}

/// Ids of the APIs that have a suite.
pub fn ids() -> impl Iterator<Item = &'static str> {
    APIS.iter().map(|entry| entry.id)
}

/// The wrong servers of an API, in the order of its catalogue's areas.
pub(crate) fn mutants(api: &str) -> Vec<&'static Mutant> {
    entry(api).map(|entry| (entry.mutants)()).unwrap_or_default()
}

/// The correct servers of an API that differ from the reference.
pub(crate) fn variants(api: &str) -> Vec<&'static Variant> {
    entry(api).map(|entry| (entry.variants)()).unwrap_or_default()
}

/// What judges those who send to an API. `None` where there is no API of this name.
pub(crate) fn sender_side(api: &str) -> Option<&'static SenderSide> {
    entry(api).map(|entry| entry.sender)
}

/// What the documents of an API say about sending an event again. `None` where there is no API of this name.
pub(crate) fn retries(api: &str) -> Option<&'static Retries> {
    entry(api).map(|entry| entry.retries)
}

/// The suite of an API, which sends whatever it needs. `None` where there is none of this name.
pub fn suite(api: &str, ingredients: Ingredients<'_>) -> Option<Arc<dyn Suite>> {
    suite_under(api, ingredients, Conduct::default())
}

/// The suite of an API, which treats its target as `conduct` says. `None` where there is none of this name.
pub fn suite_under(api: &str, ingredients: Ingredients<'_>, conduct: Conduct) -> Option<Arc<dyn Suite>> {
    entry(api).map(|entry| (entry.make)(ingredients, conduct))
}

/// Every suite, to be asked for its cases: nothing is started and nothing will be sent.
pub fn listed() -> Vec<Arc<dyn Suite>> {
    let fixtures = Fixtures::builtin();
    // The port of the discard service; no request goes there.
    let base = BaseUrl::parse("http://127.0.0.1:9").expect("a constant URL");
    let limits = Limits::default();
    APIS.iter()
        .map(|entry| {
            let ingredients = Ingredients {
                fixtures: &fixtures,
                base: base.clone(),
                limits,
                embedded: true,
                seed: 0,
            };
            (entry.make)(ingredients, Conduct::default())
        })
        .collect()
}

fn polyai(from: Ingredients<'_>, conduct: Conduct) -> Arc<dyn Suite> {
    let mut declared = from.fixtures.polyai.clone();
    let secrets = polyai::KEY_VARIABLES
        .into_iter()
        .filter_map(|(name, key)| Some((key(&mut declared.keys).clone()?, name.to_owned())));
    let redactor = Redactor::new(secrets.collect::<Vec<_>>());
    let target = Target::new(from.base, from.limits, from.embedded, redactor).under(conduct);
    let folder = &from.fixtures.folder;
    Arc::new(Polyai::new(target, declared, from.seed, folder))
}

fn inkeep(from: Ingredients<'_>, conduct: Conduct) -> Arc<dyn Suite> {
    let mut declared = from.fixtures.inkeep.clone();
    let secrets = inkeep::KEY_VARIABLES
        .into_iter()
        .filter_map(|(name, key)| Some((key(&mut declared.keys).clone()?, name.to_owned())));
    let redactor = Redactor::new(secrets.collect::<Vec<_>>());
    let target = Target::new(from.base, from.limits, from.embedded, redactor).under(conduct);
    Arc::new(Inkeep::new(target, declared, from.seed))
}

fn olbrain(from: Ingredients<'_>, conduct: Conduct) -> Arc<dyn Suite> {
    let mut declared = from.fixtures.olbrain.clone();
    let secrets = olbrain::KEY_VARIABLES
        .into_iter()
        .filter_map(|(name, key)| Some((key(&mut declared.keys).clone()?, name.to_owned())));
    let redactor = Redactor::new(secrets.collect::<Vec<_>>());
    let target = Target::new(from.base, from.limits, from.embedded, redactor).under(conduct);
    Arc::new(Olbrain::new(target, declared, from.seed))
}
