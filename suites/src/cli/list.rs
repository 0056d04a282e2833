//! `hookproof list`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use super::{Failure, listed_suites, picked, say};
use crate::runner;

#[derive(Debug, Args)]
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
