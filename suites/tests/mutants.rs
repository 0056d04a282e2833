//! Each mutant is failed by the requirement it breaks, and the unchanged reference by none.

use suites::mutant::{self, Killed, Matrix};
use suites::standin::trial::Bad;

/// Holds the outcome of every mutant of an API against the accepted matrix.
fn every_mutant_is_killed_by_its_own_requirement(matrix: &Matrix) {
    let api = matrix.api();
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
    every_mutant_is_killed_by_its_own_requirement(&Matrix::of("polyai", |_| {}).unwrap());
}

#[test]
fn inkeep() {
    every_mutant_is_killed_by_its_own_requirement(&Matrix::of("inkeep", |_| {}).unwrap());
}

/// Hundreds of mutants, and a suite that waits for runs: what else each of them fails is for the long run by hand.
#[test]
fn olbrain() {
    every_mutant_is_killed_by_its_own_requirement(&Matrix::of_own_cases("olbrain", |_| {}).unwrap());
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
