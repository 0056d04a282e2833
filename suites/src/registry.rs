//! The APIs that have a suite. A further one is a line here.

use std::sync::Arc;

use mock_server::Fixtures;

use crate::http::{BaseUrl, Limits, Redactor};
use crate::inkeep::{self, Inkeep};
use crate::olbrain::{self, Olbrain};
use crate::polyai::{self, Polyai};
use crate::suite::Suite;
use crate::target::Target;

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

type Make = fn(Ingredients<'_>) -> Arc<dyn Suite>;

/// Every API with what makes its suite.
const SUITES: &[(&str, Make)] = &[("polyai", polyai), ("inkeep", inkeep), ("olbrain", olbrain)];

/// Ids of the APIs that have a suite.
pub fn ids() -> impl Iterator<Item = &'static str> {
    SUITES.iter().map(|(id, _)| *id)
}

/// The suite of an API. `None` where there is none of this name.
pub fn suite(api: &str, ingredients: Ingredients<'_>) -> Option<Arc<dyn Suite>> {
    SUITES
        .iter()
        .find(|(id, _)| *id == api)
        .map(|(_, make)| make(ingredients))
}

/// Every suite, to be asked for its cases: nothing is started and nothing will be sent.
pub fn listed() -> Vec<Arc<dyn Suite>> {
    let fixtures = Fixtures::builtin();
    // The port of the discard service; no request goes there.
    let base = BaseUrl::parse("http://127.0.0.1:9").expect("a constant URL");
    let limits = Limits::default();
    SUITES
        .iter()
        .map(|(_, make)| {
            make(Ingredients {
                fixtures: &fixtures,
                base: base.clone(),
                limits,
                embedded: true,
                seed: 0,
            })
        })
        .collect()
}

fn polyai(from: Ingredients<'_>) -> Arc<dyn Suite> {
    let declared = from.fixtures.polyai.clone();
    let keys = &declared.keys;
    let secrets = [
        (keys.valid.clone(), polyai::KEY_VARIABLE),
        (keys.revoked.clone(), "HOOKPROOF_POLYAI_REVOKED_KEY"),
        (keys.other_project.clone(), "HOOKPROOF_POLYAI_OTHER_PROJECT_KEY"),
    ];
    let secrets = secrets
        .into_iter()
        .filter_map(|(value, name)| Some((value?, name.to_owned())));
    let target = Target::new(from.base, from.limits, from.embedded, Redactor::new(secrets));
    Arc::new(Polyai::new(target, declared, from.seed))
}

fn inkeep(from: Ingredients<'_>) -> Arc<dyn Suite> {
    let mut declared = from.fixtures.inkeep.clone();
    let secrets = inkeep::KEY_VARIABLES
        .into_iter()
        .filter_map(|(name, key)| Some((key(&mut declared.keys).clone()?, name.to_owned())));
    let redactor = Redactor::new(secrets.collect::<Vec<_>>());
    let target = Target::new(from.base, from.limits, from.embedded, redactor);
    Arc::new(Inkeep::new(target, declared, from.seed))
}

fn olbrain(from: Ingredients<'_>) -> Arc<dyn Suite> {
    let mut declared = from.fixtures.olbrain.clone();
    let secrets = olbrain::KEY_VARIABLES
        .into_iter()
        .filter_map(|(name, key)| Some((key(&mut declared.keys).clone()?, name.to_owned())));
    let redactor = Redactor::new(secrets.collect::<Vec<_>>());
    let target = Target::new(from.base, from.limits, from.embedded, redactor);
    Arc::new(Olbrain::new(target, declared, from.seed))
}
