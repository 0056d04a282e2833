//! The whole suite against the embedded mock, as ordinary trials: `cargo test --test conformance [FILTER]`.

use std::process::ExitCode;
use std::sync::Arc;

use mock_server::Fixtures;
use suites::embedded::{Embedded, with_plenty_of_ids};
use suites::http::{BaseUrl, Limits};
use suites::registry::{self, Ingredients};
use suites::run::{Run, Settings};
use suites::runner;
use suites::suite::Suite;

fn suites(fixtures: &Fixtures, base: &BaseUrl) -> Vec<Arc<dyn Suite>> {
    registry::ids()
        .filter_map(|api| {
            let (base, limits) = (base.clone(), Limits::default());
            registry::suite(
                api,
                Ingredients {
                    fixtures,
                    base,
                    limits,
                    embedded: true,
                    seed: 1,
                },
            )
        })
        .collect()
}

fn main() -> ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let embedded =
        Embedded::start(with_plenty_of_ids(Fixtures::builtin())).expect("loopback has a free port");
    let run = Arc::new(Run::new(
        Settings {
            seed: 1,
            ..Settings::default()
        },
        Vec::new(),
    ));
    let planned = runner::plan(&suites(embedded.fixtures(), embedded.base()));
    libtest_mimic::run(&arguments, runner::trials(&run, planned)).exit_code()
}
