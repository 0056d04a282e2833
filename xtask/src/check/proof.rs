//! Every requirement that can fail a server has a mutant that it kills, and the README says how many.

use super::Fault;

/// What this rule looks at, for one API.
#[derive(Debug, Clone, Default)]
pub(super) struct Proof {
    /// The API.
    pub(super) api: String,
    /// Requirements that can fail or warn a server and that no mutant breaks.
    pub(super) unproven: Vec<String>,
    /// Each mutant with the requirement it breaks.
    pub(super) mutants: Vec<(String, String)>,
    /// The same, as the accepted matrix has them: all of these were killed.
    pub(super) accepted: Vec<(String, String)>,
    /// The same, as they were last killed in a whole run.
    pub(super) measured: Vec<(String, String)>,
}

/// Requirements without a proof, and mutants that the accepted matrix does not know.
pub(super) fn faults(proof: &Proof) -> Vec<Fault> {
    let Proof {
        api,
        unproven,
        mutants,
        accepted,
        measured,
    } = proof;
    let snapshot = format!("snapshots/{api}/mutants.snap");
    let unproven = unproven.iter().map(|id| Fault {
        rule: "proof",
        place: format!("spec/{api}/requirements.toml, `{id}`"),
        what: "no mutant breaks it".to_owned(),
        remedy: "Write a mutant for it, or say in `untestable` why no case can decide it.",
    });
    let stale = mutants
        .iter()
        .filter(|mutant| !accepted.contains(mutant))
        .map(|(name, breaks)| Fault {
            rule: "proof",
            place: snapshot.clone(),
            what: format!("mutant `{name}`, which breaks `{breaks}`, is not in it"),
            remedy: "Run `cargo test -p suites --test mutants` and read the difference.",
        });
    let unmeasured = mutants
        .iter()
        .filter(|mutant| !measured.contains(mutant))
        .map(|(name, breaks)| Fault {
            rule: "proof",
            place: format!("snapshots/{api}/matrix.txt"),
            what: format!("mutant `{name}` is not among those that `{breaks}` failed"),
            remedy: "Run `cargo xtask matrix` and read the difference.",
        });
    unproven.chain(stale).chain(unmeasured).collect()
}

/// The score in the README is not that of today.
pub(super) fn stale_score(readme: &str, today: &anyhow::Result<String>) -> Option<Fault> {
    let what = match today {
        Ok(text) if text == readme => return None,
        Ok(_) => "the score is not that of today".to_owned(),
        Err(error) => error.to_string(),
    };
    Some(Fault {
        rule: "proof",
        place: "README.md".to_owned(),
        what,
        remedy: "Run `cargo xtask matrix`.",
    })
}

#[cfg(test)]
mod tests {
    use super::{Proof, faults, stale_score};

    fn proof() -> Proof {
        let mutant = ("m".to_owned(), "polyai.a".to_owned());
        Proof {
            api: "polyai".to_owned(),
            mutants: vec![mutant.clone()],
            accepted: vec![mutant.clone()],
            measured: vec![mutant],
            ..Proof::default()
        }
    }

    #[test]
    fn a_proven_api_has_no_fault() {
        assert_eq!(faults(&proof()), []);
    }

    #[test]
    fn a_requirement_without_a_mutant_is_found() {
        let unproven = vec!["polyai.b".to_owned()];
        let found = faults(&Proof { unproven, ..proof() });
        assert_eq!(found[0].place, "spec/polyai/requirements.toml, `polyai.b`");
    }

    #[test]
    fn a_mutant_that_nobody_saw_killed_is_found() {
        let accepted = Vec::new();
        let found = faults(&Proof { accepted, ..proof() });
        assert_eq!(found[0].what, "mutant `m`, which breaks `polyai.a`, is not in it");
    }

    #[test]
    fn a_mutant_that_no_whole_run_killed_is_found() {
        let measured = Vec::new();
        let found = faults(&Proof { measured, ..proof() });
        assert_eq!(
            found[0].what,
            "mutant `m` is not among those that `polyai.a` failed"
        );
    }

    #[test]
    fn a_score_of_yesterday_is_found() {
        assert_eq!(stale_score("a", &Ok("a".to_owned())), None);
        assert!(stale_score("a", &Ok("b".to_owned())).is_some());
        assert!(stale_score("a", &Err(anyhow::anyhow!("no place"))).is_some());
    }
}
