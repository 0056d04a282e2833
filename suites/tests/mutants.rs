//! Each mutant is failed by the requirement it breaks, and the unchanged reference by none.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use suites::mutant::{self, Killed, Matrix};
use suites::standin::trial::Bad;

/// Tries every mutant of an API on the cases for the requirement it breaks. What else a mutant fails depends on which requests
/// meet which, so `cargo xtask matrix` prints that and no snapshot holds it.
fn every_mutant_is_killed_by_its_own_requirement(api: &str) {
    let matrix = Matrix::of_own_cases(api, |_| {}).unwrap();
    assert_eq!(*matrix.reference(), Bad::new(), "the unchanged reference");
    let survivors: Vec<String> = matrix.survivors().map(told).collect();
    assert_eq!(survivors, Vec::<String>::new());
    let folder = format!("{}/../snapshots/{api}", env!("CARGO_MANIFEST_DIR"));
    insta::with_settings!({
        snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true,
    }, { insta::assert_snapshot!("mutants", matrix.to_text()) });
}

fn told(survivor: &Killed) -> String {
    let Killed { mutant, bad } = survivor;
    format!(
        "{} ({}): it {}; what failed or warned: {:?}",
        mutant.name(),
        mutant.breaks(),
        mutant.defect(),
        bad.keys().collect::<Vec<_>>()
    )
}

#[test]
fn polyai() {
    every_mutant_is_killed_by_its_own_requirement("polyai");
}

#[test]
fn inkeep() {
    every_mutant_is_killed_by_its_own_requirement("inkeep");
}

#[test]
fn olbrain() {
    every_mutant_is_killed_by_its_own_requirement("olbrain");
}

#[test]
fn names_are_unique_and_requirements_exist() {
    for api in suites::registry::ids() {
        let mut names = std::collections::BTreeSet::new();
        for mutant in mutant::of(api) {
            assert!(
                names.insert(mutant.name()),
                "{api}: two mutants are named {}",
                mutant.name()
            );
            let row = spec::requirement(mutant.breaks());
            assert!(
                row.is_some_and(spec::Requirement::can_fail),
                "{}: {} can fail nobody",
                mutant.name(),
                mutant.breaks()
            );
        }
    }
}
