//! `cargo xtask check`: one rule in each module, as a pure function from data to faults. This file is the edge: it
//! gathers the data, asks every rule, and prints everything that is wrong.

mod case_coverage;
mod examples;
mod literals;
mod machine_paths;
mod manifests;
mod proof;
mod requirement_ids;
mod snapshots;
mod sources;

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use crate::matrix;
use crate::project::{self, TextFile};
use crate::say;
use case_coverage::Covered;
use proof::Proof;

/// Something that is wrong in the checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    /// The rule that is broken, in one word.
    rule: &'static str,
    /// The file, and the row, case or line in it.
    place: String,
    /// What is wrong there.
    what: String,
    /// What to do about it.
    remedy: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            place,
            what,
            remedy,
        } = self;
        writeln!(f, "{rule}: {place}: {what}\n    {remedy}")
    }
}

/// What the rules look at.
struct Checkout {
    covered: Vec<Covered>,
    proofs: Vec<Proof>,
    tracked: Vec<TextFile>,
    on_disk: Vec<String>,
}

/// Checks the checkout and prints the faults, or a summary when there is none.
///
/// # Errors
/// The files of the checkout cannot be read, or a program that is needed for it cannot be started.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let root = project::root();
    let checkout = Checkout {
        covered: case_coverage::gather(),
        proofs: spec::apis().iter().map(|api| proof(&root, api)).collect(),
        tracked: project::tracked(&root)?,
        on_disk: project::on_disk(&root)?,
    };
    let mut faults = checkout.faults();
    faults.extend(snapshots::run_tests(&root)?);
    for fault in &faults {
        say(&fault.to_string())?;
    }
    if faults.is_empty() {
        say(&checkout.summary())?;
        return Ok(ExitCode::SUCCESS);
    }
    let count = faults.len();
    say(&format!("{count} fault{}\n", if count == 1 { "" } else { "s" }))?;
    Ok(ExitCode::FAILURE)
}

fn proof(root: &Path, api: &spec::Api) -> Proof {
    let unproven = suites::mutant::unproven(api);
    let mutants = suites::mutant::of(api.id());
    Proof {
        api: api.id().to_owned(),
        unproven: unproven.iter().map(|row| row.id.clone()).collect(),
        mutants: mutants
            .iter()
            .map(|mutant| (mutant.name().to_owned(), mutant.breaks().to_owned()))
            .collect(),
        accepted: matrix::accepted(root, api.id()),
        measured: matrix::measured(root, api.id()),
    }
}

impl Checkout {
    /// Whatever breaks a rule that needs no other program.
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for covered in &self.covered {
            faults.extend(case_coverage::faults(covered));
        }
        faults.extend(case_coverage::repeated_names(&self.covered));
        faults.extend(self.proofs.iter().flat_map(proof::faults));
        faults.extend(
            self.tracked
                .iter()
                .filter(|file| file.path == matrix::README)
                .filter_map(|file| proof::stale_score(&file.text, &matrix::with_score(&file.text))),
        );
        for api in spec::apis() {
            faults.extend(examples::faults(api.id(), api.contract(), api.examples()));
            faults.extend(sources::faults(
                &format!("spec/{}/requirements.toml", api.id()),
                api.catalogue().iter().map(|row| (row.id.as_str(), &row.source)),
            ));
            faults.extend(sources::faults(
                &format!("spec/{}/examples", api.id()),
                api.examples()
                    .iter()
                    .map(|example| (example.name.as_str(), &example.source)),
            ));
        }
        let fixtures = mock_server::Fixtures::builtin().to_toml();
        let known = requirement_ids::Known::new(
            spec::apis().iter().map(spec::Api::id),
            spec::apis()
                .iter()
                .flat_map(|api| api.catalogue().iter().map(|row| row.id.as_str())),
            &fixtures,
        );
        for file in self.sources_below(&["suites/src/", "mock-server/src/"]) {
            faults.extend(requirement_ids::faults(
                &file.path,
                &literals::of(&file.text),
                &known,
            ));
        }
        faults.extend(snapshots::pending(&self.on_disk));
        faults.extend(snapshots::unreferenced(
            self.snapshots(),
            self.sources_below(&[
                "suites/src/",
                "suites/tests/",
                "mock-server/src/",
                "mock-server/tests/",
                "xtask/src/",
            ])
            .flat_map(|file| literals::of(&file.text)),
        ));
        faults.extend(self.tracked.iter().flat_map(machine_paths::faults));
        faults.extend(manifests::faults(self.tracked.iter().filter(|file| {
            // The clients under test are other people's code to us, and packages of their own.
            let is_ours = !file.path.starts_with("suites/tests/clients/");
            is_ours && (file.path == "Cargo.toml" || file.path.ends_with("/Cargo.toml"))
        })));
        faults
    }

    /// The Rust files below these folders, each given with a slash at its end.
    fn sources_below(&self, folders: &[&str]) -> impl Iterator<Item = &TextFile> {
        self.tracked.iter().filter(move |file| {
            Path::new(&file.path)
                .extension()
                .is_some_and(|ending| ending == "rs")
                && folders.iter().any(|folder| file.path.starts_with(folder))
        })
    }

    fn snapshots(&self) -> impl Iterator<Item = &str> {
        self.on_disk
            .iter()
            .map(String::as_str)
            .filter(|path| path.starts_with("snapshots/"))
    }

    fn summary(&self) -> String {
        let rows: usize = spec::apis().iter().map(|api| api.catalogue().len()).sum();
        let examples: usize = spec::apis().iter().map(|api| api.examples().len()).sum();
        let cases: usize = self.covered.iter().map(|covered| covered.cases.len()).sum();
        format!(
            "no fault: {} APIs with {rows} requirements and {examples} examples; {} suites with {cases} cases; {} \
             snapshots; {} files\n",
            spec::apis().len(),
            self.covered.len(),
            self.snapshots().count(),
            self.tracked.len(),
        )
    }
}
