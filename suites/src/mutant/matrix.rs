//! Which mutants are killed by which requirements.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use spec::{Requirement, Subject};

use super::{Mutant, of};
use crate::standin::trial::{self, Bad, TrialError};
use crate::verdict::Verdict;

/// Mutants tried at the same time: much of a trial is waiting for what the reference does on its clock.
const PARALLEL_TRIALS: usize = 6;

/// Whole runs that a mutant which is wrong now and then is tried in: which case meets its fault is chance.
const RUNS_FOR_INTERMITTENT: usize = 3;

/// One mutant, and what the suite said about it.
#[derive(Clone, Debug)]
pub struct Killed {
    /// The mutant.
    pub mutant: &'static Mutant,
    /// What failed or warned.
    pub bad: Bad,
}

impl Killed {
    /// Whether the requirement that the mutant breaks says so: a *must* fails, a *should* warns.
    pub fn by_its_own(&self) -> bool {
        names_its_own(self.mutant, &self.bad)
    }

    /// Other requirements that fail or warn.
    pub fn collateral(&self) -> impl Iterator<Item = (&str, Verdict)> {
        self.bad
            .iter()
            .filter(|(id, _)| *id != self.mutant.breaks())
            .map(|(id, verdict)| (id.as_str(), *verdict))
    }
}

fn names_its_own(mutant: &Mutant, bad: &Bad) -> bool {
    let wanted = spec::requirement(mutant.breaks()).map(worst_verdict);
    wanted.is_some() && bad.get(mutant.breaks()).copied() == wanted
}

fn worst_verdict(requirement: &Requirement) -> Verdict {
    match requirement.level {
        spec::Level::Must => Verdict::Fail,
        spec::Level::Should | spec::Level::May => Verdict::Warn,
    }
}

/// The mutants of one API, and what the suite said about each.
#[derive(Clone, Debug)]
pub struct Matrix {
    api: String,
    rows: Vec<Killed>,
    /// What the suite holds against the unchanged reference; nothing, unless the suite is wrong.
    reference: Bad,
}

impl Matrix {
    /// Tries every mutant of an API, and the reference. `each` hears of every mutant as it is done. One that is wrong now and then
    /// has three runs.
    ///
    /// # Errors
    /// The first [`TrialError`].
    pub fn of(api: &str, each: impl Fn(&Killed) + Sync) -> Result<Self, TrialError> {
        let whole = |mutant: Option<&Mutant>| {
            let mut bad = trial::run(api, mutant.map(Mutant::standin))?;
            let Some(mutant) = mutant.filter(|mutant| mutant.is_intermittent()) else {
                return Ok(bad);
            };
            for _ in 1..RUNS_FOR_INTERMITTENT {
                if names_its_own(mutant, &bad) {
                    break;
                }
                bad = trial::run(api, Some(mutant.standin()))?;
            }
            Ok(bad)
        };
        Self::with(api, &of(api), whole, each)
    }

    /// As [`Matrix::of`], with only the cases for the requirement that a mutant breaks: quick, and blind to collateral.
    ///
    /// # Errors
    /// The first [`TrialError`].
    pub fn of_own_cases(api: &str, each: impl Fn(&Killed) + Sync) -> Result<Self, TrialError> {
        let own = |mutant: Option<&Mutant>| match mutant {
            Some(mutant) => {
                let bad = trial::run_cases_of(mutant.breaks(), api, Some(mutant.standin()))?;
                if names_its_own(mutant, &bad) {
                    return Ok(bad);
                }
                // What is checked on every exchange may fail in any case, and not in the one that is named for it.
                trial::run(api, Some(mutant.standin()))
            }
            None => trial::run(api, None),
        };
        Self::with(api, &of(api), own, each)
    }

    fn with(
        api: &str,
        mutants: &[&'static Mutant],
        trial: impl Fn(Option<&Mutant>) -> Result<Bad, TrialError> + Sync,
        each: impl Fn(&Killed) + Sync,
    ) -> Result<Self, TrialError> {
        let reference = trial(None)?;
        let done = Mutex::new(BTreeMap::new());
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..PARALLEL_TRIALS {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(mutant) = mutants.get(index) else { break };
                        let outcome = trial(Some(mutant)).map(|bad| Killed { mutant, bad });
                        if let Ok(killed) = &outcome {
                            each(killed);
                        }
                        done.lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .insert(index, outcome);
                    }
                });
            }
        });
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Self {
            api: api.to_owned(),
            rows: done.into_values().collect::<Result<_, _>>()?,
            reference,
        })
    }

    /// The API.
    pub fn api(&self) -> &str {
        &self.api
    }

    /// Every mutant, in order.
    pub fn rows(&self) -> &[Killed] {
        &self.rows
    }

    /// What the suite holds against the unchanged reference.
    pub fn reference(&self) -> &Bad {
        &self.reference
    }

    /// Mutants that their own requirement does not fail.
    pub fn survivors(&self) -> impl Iterator<Item = &Killed> {
        self.rows.iter().filter(|row| !row.by_its_own())
    }

    /// Requirements that a killed mutant proves.
    pub fn proven(&self) -> BTreeSet<&'static str> {
        self.rows
            .iter()
            .filter(|row| row.by_its_own())
            .map(|row| row.mutant.breaks())
            .collect()
    }

    /// One mutant a line with the requirement it breaks.
    pub fn to_text(&self) -> String {
        let lines = self
            .rows
            .iter()
            .map(|row| (row.mutant.name(), row.mutant.breaks()));
        lines
            .map(|(name, breaks)| format!("{name}: {breaks}\n"))
            .collect()
    }
}

/// Requirements that can fail or warn a server and that no mutant breaks, though one could.
pub fn unproven(api: &spec::Api) -> Vec<&Requirement> {
    let broken: BTreeSet<&str> = of(api.id()).iter().map(|mutant| mutant.breaks()).collect();
    api.catalogue()
        .iter()
        .filter(|row| row.subject == Subject::Server && row.can_fail() && row.untestable.is_none())
        .filter(|row| !broken.contains(row.id.as_str()))
        .collect()
}
