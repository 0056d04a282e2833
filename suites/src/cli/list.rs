//! `hookproof list`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use super::{Failure, listed_suites, picked, say};
use crate::runner;

/// What the words behind an id mean.
const WORDS: &str = "\
Behind each requirement stands whom it binds, how strongly, and on what it rests:
  must, should, may    a must that is not met fails, a should warns, a may is observed
  documented, vendor   the document of the API says it, or another page of its vendor
  implied              it follows from the document, or from a standard that it names
  source, silent       seen in the vendor's code alone, or said nowhere: observed, never failed
A sender's requirement is judged by `hookproof sender`, a server's by `hookproof test`.";

#[derive(Debug, Args)]
#[command(after_help = WORDS)]
pub(super) struct Arguments {
    /// Only this API
    #[arg(long, value_delimiter = ',')]
    api: Vec<String>,
}

/// Case names by requirement id. A requirement that is checked on every exchange is there even without a case.
pub(super) fn cases_by_requirement(apis: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let suites = listed_suites(apis);
    for id in suites.iter().flat_map(|suite| suite.checked_on_every_exchange()) {
        cases.entry((*id).to_owned()).or_default();
    }
    for planned in runner::plan(&suites) {
        for id in planned.case.covers() {
            cases
                .entry(id.clone())
                .or_default()
                .push(planned.case.name().to_owned());
        }
    }
    cases
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let apis = picked(&arguments.api)?;
    let cases = cases_by_requirement(&apis);
    let mut out = String::new();
    for api in apis.iter().filter_map(|id| spec::api(id)) {
        for row in api.catalogue() {
            let _ = writeln!(out, "{}  ({} {}, {})", row.id, row.subject, row.level, row.basis);
            match (cases.get(&row.id), &row.untestable) {
                (Some(names), _) if names.is_empty() => {
                    let _ = writeln!(out, "    checked on every exchange");
                }
                (Some(names), _) => names.iter().for_each(|name| {
                    let _ = writeln!(out, "    {name}");
                }),
                (None, Some(why)) => {
                    let _ = writeln!(out, "    not testable: {why}");
                }
                (None, None) => {
                    let _ = writeln!(out, "    no case");
                }
            }
        }
    }
    say(&out)?;
    Ok(ExitCode::SUCCESS)
}
