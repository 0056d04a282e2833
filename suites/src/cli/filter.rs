//! Choosing cases by name or by requirement.

use super::Failure;
use crate::runner::Planned;

/// The cases that any filter matches; every filter must match one. A filter is a part of a case's name, or the
/// beginning of a requirement's id, with its API or without; with `exact`, the whole of either.
pub(super) fn select(
    planned: Vec<Planned>,
    filters: &[String],
    exact: bool,
) -> Result<Vec<Planned>, Failure> {
    for filter in filters {
        if !planned.iter().any(|p| matches(p, filter, exact)) {
            return Err(no_match(&planned, filter));
        }
    }
    Ok(planned
        .into_iter()
        .filter(|p| filters.is_empty() || filters.iter().any(|filter| matches(p, filter, exact)))
        .collect())
}

fn matches(planned: &Planned, filter: &str, exact: bool) -> bool {
    let case = &planned.case;
    if exact {
        case.name() == filter || case.covers().iter().any(|id| id == filter)
    } else {
        let begins = |id: &str| {
            let within_its_api = id.split_once('.').map_or("", |(_, rest)| rest);
            id.starts_with(filter) || within_its_api.starts_with(filter)
        };
        case.name().contains(filter) || case.covers().iter().any(|id| begins(id))
    }
}

fn no_match(planned: &[Planned], filter: &str) -> Failure {
    let names = planned
        .iter()
        .flat_map(|p| std::iter::once(p.case.name()).chain(p.case.covers().iter().map(String::as_str)));
    Failure::usage(format!(
        "no case and no requirement matches `{filter}`{}",
        nearest(filter, names)
    ))
}

/// "; the nearest names are …" for a name that was mistyped.
pub(super) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> String {
    let mut scored: Vec<(f64, &str)> = names
        .map(|name| (strsim::jaro_winkler(wanted, name), name))
        .filter(|(score, _)| *score > 0.7)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    let best: Vec<&str> = scored.into_iter().take(3).map(|(_, name)| name).collect();
    if best.is_empty() {
        "; `hookproof list` shows all".to_owned()
    } else {
        format!("; the nearest names are {}", best.join(", "))
    }
}
