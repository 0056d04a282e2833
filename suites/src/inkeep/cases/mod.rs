//! The cases, one file for each part of the catalogue.

mod auth;
mod bags;
mod body;
mod ids;
mod members;
mod open;
mod open_bodies;
mod refusals;
mod repeats;
mod sequence;
mod transport;
mod valid;

use std::sync::Arc;

pub(super) use self::refusals::METHOD_FIELDS;
use super::Inkeep;
use super::subject::Derived;
use crate::case::{Case, Origin};
use crate::derive::{self, Subject};
use crate::probe::Probe;

/// A written case: its name below the API, where it comes from, what it covers, and what it does.
type Entry = (
    &'static str,
    Origin,
    &'static [&'static str],
    fn(&Inkeep, &Probe<'_>),
);

/// Generated cases first, then the written ones by area.
pub(super) fn all(inkeep: &Arc<Inkeep>) -> Vec<Case> {
    let subject: Arc<dyn Subject> = Arc::new(Derived(Arc::clone(inkeep)));
    let mut cases = derive::cases(&subject);
    let written = [
        auth::CASES,
        body::CASES,
        members::CASES,
        ids::CASES,
        bags::CASES,
        valid::CASES,
        refusals::CASES,
        transport::CASES,
        open::CASES,
        open_bodies::CASES,
        sequence::CASES,
        // The last of these looks at an event that the preflight stored, so time has passed.
        repeats::CASES,
    ];
    for (name, origin, covers, body) in written.into_iter().flatten() {
        let inkeep = Arc::clone(inkeep);
        cases.push(Case::new(
            *origin,
            format!("inkeep::{name}"),
            covers,
            move |probe| body(&inkeep, probe),
        ));
    }
    cases
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use mock_server::Fixtures;

    use crate::embedded::Embedded;
    use crate::http::Limits;
    use crate::registry::{self, Ingredients};
    use crate::report::Tap;
    use crate::run::{Run, Settings};
    use crate::runner;
    use crate::suite::Suite;
    use crate::summary::Summary;
    use crate::verdict::Verdict;

    fn suite(embedded: &Embedded) -> Arc<dyn Suite> {
        let ingredients = Ingredients {
            fixtures: embedded.fixtures(),
            base: embedded.base().clone(),
            limits: Limits::default(),
            embedded: true,
            seed: 1,
        };
        registry::suite("inkeep", ingredients).unwrap()
    }

    fn run(embedded: &Embedded) -> Summary {
        let tap = Tap::default();
        let settings = Settings {
            seed: 1,
            iterations: 6,
            threads: 2,
            ..Settings::default()
        };
        let run = Arc::new(Run::new(settings, vec![Box::new(tap.clone())]));
        runner::execute(&run, runner::plan(&[suite(embedded)]));
        tap.summary()
    }

    fn bad(summary: &Summary) -> Vec<String> {
        let all = [Verdict::Fail, Verdict::Warn].map(|verdict| summary.with(verdict));
        let checks = all.iter().flat_map(|found| found.values().flatten());
        checks
            .map(|check| format!("{} in {}: {}", check.requirement, check.case, check.got))
            .collect()
    }

    #[test]
    fn a_case_judges_only_what_it_covers() {
        let embedded = Embedded::start(Fixtures::builtin()).unwrap();
        let suite = suite(&embedded);
        let everywhere = suite.checked_on_every_exchange();
        let covered: BTreeSet<(String, String)> = Arc::clone(&suite)
            .cases()
            .iter()
            .flat_map(|case| {
                case.covers()
                    .iter()
                    .map(|id| (case.name().to_owned(), id.clone()))
            })
            .collect();
        let summary = run(&embedded);
        assert!(summary.checks.len() > 1000, "{}", summary.checks.len());
        for check in &summary.checks {
            let claimed = covered.contains(&(check.case.clone(), check.requirement.clone()));
            assert!(
                claimed || everywhere.contains(&check.requirement.as_str()),
                "{} judges {}",
                check.case,
                check.requirement
            );
        }
    }

    #[test]
    fn events_of_an_earlier_run_do_no_harm() {
        let embedded = Embedded::start(Fixtures::builtin()).unwrap();
        for time in ["first", "second", "third"] {
            let summary = run(&embedded);
            assert_eq!(
                (summary.stopped.as_ref(), bad(&summary)),
                (None, Vec::new()),
                "{time}"
            );
        }
    }

    #[test]
    fn what_is_not_declared_is_skipped_by_name() {
        let mut fixtures = Fixtures::builtin();
        let keys = &mut fixtures.inkeep.keys;
        (
            keys.other_project,
            keys.forbidden,
            keys.failing,
            keys.unprocessable,
        ) = (None, None, None, None);
        let embedded = Embedded::start(fixtures).unwrap();
        let summary = run(&embedded);
        assert_eq!(bad(&summary), Vec::<String>::new());
        let undecided = summary.undecided();
        for (requirement, name) in [
            ("inkeep.resp.scope", "inkeep.keys.other_project"),
            ("inkeep.auth.403", "inkeep.keys.forbidden"),
            ("inkeep.err.ct.403", "inkeep.keys.forbidden"),
            ("inkeep.err.ct.500", "inkeep.keys.failing"),
        ] {
            let reasons = undecided
                .iter()
                .find(|(id, _)| *id == requirement)
                .map(|(_, reasons)| reasons);
            let told = reasons.is_some_and(|reasons| reasons.iter().all(|reason| reason.contains(name)));
            assert!(told, "{requirement}: {reasons:?}");
        }
    }

    #[test]
    fn without_a_token_nothing_is_sent() {
        let mut fixtures = Fixtures::builtin();
        fixtures.inkeep.keys.valid = None;
        let embedded = Embedded::start(fixtures).unwrap();
        let summary = run(&embedded);
        let (reason, _) = summary.stopped.unwrap();
        assert!(reason.contains("HOOKPROOF_INKEEP_KEY"), "{reason}");
        assert_eq!(summary.requests, 0);
    }
}
