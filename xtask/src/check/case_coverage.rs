//! Every requirement that a server can be tested for has a case, and every case a requirement.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use spec::Subject;

use super::Fault;

/// The requirements of one API that has a suite, and the cases of that suite.
#[derive(Debug, Clone)]
pub(super) struct Covered {
    /// The API.
    pub(super) api: String,
    /// Its requirements.
    pub(super) rows: Vec<Row>,
    /// The cases of its suite.
    pub(super) cases: Vec<Case>,
    /// Requirements that the suite checks on every exchange instead of in a case.
    pub(super) on_every_exchange: Vec<String>,
}

/// What this rule needs to know of a requirement.
#[derive(Debug, Clone)]
pub(super) struct Row {
    id: String,
    binds_servers: bool,
    testable: bool,
}

/// What this rule needs to know of a case.
#[derive(Debug, Clone)]
pub(super) struct Case {
    name: String,
    covers: Vec<String>,
}

/// Asks every suite for its cases. Nothing is started and nothing is sent.
pub(super) fn gather() -> Vec<Covered> {
    suites::registry::listed()
        .into_iter()
        .map(|suite| {
            let api = suite.api();
            let row = |row: &spec::Requirement| Row {
                id: row.id.clone(),
                binds_servers: row.subject == Subject::Server,
                testable: row.untestable.is_none(),
            };
            let on_every_exchange = suite.checked_on_every_exchange();
            Covered {
                api: api.id().to_owned(),
                rows: api.catalogue().iter().map(row).collect(),
                on_every_exchange: on_every_exchange.iter().map(|id| (*id).to_owned()).collect(),
                cases: Arc::clone(&suite)
                    .cases()
                    .iter()
                    .map(|case| Case {
                        name: case.name().to_owned(),
                        covers: case.covers().to_vec(),
                    })
                    .collect(),
            }
        })
        .collect()
}

/// Where requirements and cases of one API do not fit each other.
pub(super) fn faults(covered: &Covered) -> Vec<Fault> {
    let rows: BTreeMap<&str, &Row> = covered.rows.iter().map(|row| (row.id.as_str(), row)).collect();
    let mut faults = Vec::new();
    let mut fault = |place: String, what: String, remedy: &'static str| {
        faults.push(Fault {
            rule: "coverage",
            place,
            what,
            remedy,
        });
    };
    let mut tested: BTreeSet<&str> = BTreeSet::new();
    let every_exchange = format!("the suite of {}, checked_on_every_exchange", covered.api);
    let claims = covered
        .cases
        .iter()
        .map(|case| (format!("case {}", case.name), &case.covers))
        .chain([(every_exchange, &covered.on_every_exchange)]);
    for (place, ids) in claims {
        for id in ids {
            match rows.get(id.as_str()) {
                None => fault(
                    place.clone(),
                    format!("covers `{id}`, which is no requirement of {}", covered.api),
                    "Correct the id, or add its row to requirements.toml.",
                ),
                Some(row) if !row.testable => fault(
                    place.clone(),
                    format!("covers `{id}`, which the catalogue calls untestable"),
                    "Take `untestable` out of the row, or the id out of the case.",
                ),
                Some(_) => {
                    tested.insert(id.as_str());
                }
            }
        }
    }
    for case in covered.cases.iter().filter(|case| case.covers.is_empty()) {
        fault(
            format!("case {}", case.name),
            "covers no requirement".to_owned(),
            "Name what it proves, or remove it.",
        );
    }
    for row in &covered.rows {
        if row.binds_servers && row.testable && !tested.contains(row.id.as_str()) {
            fault(
                format!("spec/{}/requirements.toml, `{}`", covered.api, row.id),
                "no case covers it".to_owned(),
                "Write a case for it, or say in `untestable` why there can be none.",
            );
        }
    }
    faults
}

/// Names that more than one case has, over all suites: a filter or a replay could not tell them apart.
pub(super) fn repeated_names(all: &[Covered]) -> Vec<Fault> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for case in all.iter().flat_map(|covered| &covered.cases) {
        *seen.entry(&case.name).or_default() += 1;
    }
    seen.into_iter()
        .filter(|&(_, count)| count > 1)
        .map(|(name, count)| Fault {
            rule: "coverage",
            place: format!("case {name}"),
            what: format!("{count} cases have this name"),
            remedy: "Give each case a name of its own.",
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Case, Covered, Row, faults, gather, repeated_names};

    fn row(id: &str) -> Row {
        Row {
            id: id.to_owned(),
            binds_servers: true,
            testable: true,
        }
    }

    fn case(name: &str, covers: &[&str]) -> Case {
        Case {
            name: name.to_owned(),
            covers: covers.iter().map(|id| (*id).to_owned()).collect(),
        }
    }

    /// An API in which all is well.
    fn sound() -> Covered {
        let untestable = Row {
            testable: false,
            ..row("polyai.c")
        };
        let sender = Row {
            binds_servers: false,
            ..row("polyai.d")
        };
        Covered {
            api: "polyai".to_owned(),
            rows: vec![row("polyai.a"), row("polyai.b"), untestable, sender],
            cases: vec![case("polyai::a", &["polyai.a"])],
            on_every_exchange: vec!["polyai.b".to_owned()],
        }
    }

    /// Breaks one thing and tells the only fault that is then found.
    fn fault_after(break_it: impl FnOnce(&mut Covered)) -> String {
        let mut covered = sound();
        break_it(&mut covered);
        let found = faults(&covered);
        assert_eq!(found.len(), 1, "{found:?}");
        format!("{}: {}", found[0].place, found[0].what)
    }

    #[test]
    fn a_sound_suite_has_no_fault() {
        assert_eq!(faults(&sound()), []);
        assert_eq!(repeated_names(&[sound()]), []);
    }

    #[test]
    fn a_requirement_without_a_case_is_found() {
        assert_eq!(
            fault_after(|covered| covered.rows.push(row("polyai.e"))),
            "spec/polyai/requirements.toml, `polyai.e`: no case covers it"
        );
    }

    #[test]
    fn a_case_for_nothing_is_found() {
        assert_eq!(
            fault_after(|covered| covered.cases.push(case("polyai::b", &[]))),
            "case polyai::b: covers no requirement"
        );
    }

    #[test]
    fn a_case_for_an_unknown_or_untestable_requirement_is_found() {
        assert_eq!(
            fault_after(|covered| covered.cases.push(case("polyai::b", &["polyai.nope"]))),
            "case polyai::b: covers `polyai.nope`, which is no requirement of polyai"
        );
        assert_eq!(
            fault_after(|covered| covered.cases.push(case("polyai::b", &["polyai.c"]))),
            "case polyai::b: covers `polyai.c`, which the catalogue calls untestable"
        );
        assert_eq!(
            fault_after(|covered| covered.on_every_exchange.push("polyai.nope".to_owned())),
            "the suite of polyai, checked_on_every_exchange: covers `polyai.nope`, which is no requirement of polyai"
        );
    }

    #[test]
    fn a_name_that_two_suites_use_is_found() {
        let found = repeated_names(&[sound(), sound()]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].place.as_str(), found[0].what.as_str()),
            ("case polyai::a", "2 cases have this name")
        );
    }

    #[test]
    fn every_suite_is_gathered_with_its_cases() {
        let apis: Vec<String> = gather()
            .into_iter()
            .map(|covered| {
                assert!(
                    !covered.rows.is_empty() && !covered.cases.is_empty(),
                    "{}",
                    covered.api
                );
                covered.api
            })
            .collect();
        assert_eq!(apis, suites::registry::ids().collect::<Vec<_>>());
    }
}
