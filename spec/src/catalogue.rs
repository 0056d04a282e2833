//! All requirements of one API, read from its `requirements.toml`.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use crate::contract::Operation;
use crate::facet::facet_of;
use crate::faults::Faults;
use crate::requirement::Requirement;
use crate::rules::RequirementFault;

/// The requirements of one API, in the order of the file.
#[derive(Debug)]
pub struct Catalogue {
    requirements: Vec<Requirement>,
    by_id: HashMap<String, usize>,
    by_facet: HashMap<String, usize>,
}

/// The file as TOML sees it. Rows are typed one by one later, so that a fault in one of them hides no other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    requirement: Vec<Spanned<toml::Value>>,
}

impl Catalogue {
    /// Reads the requirements of `api` from the TOML in `text`, or finds everything that is wrong with it.
    pub(crate) fn parse(api: &str, text: &str) -> Result<Self, Faults<CatalogueFault>> {
        let file: File = toml::from_str(text).map_err(|error| CatalogueFault::Syntax {
            reason: error.to_string().trim_end().to_owned(),
        })?;
        let line_breaks = LineBreaks::of(text);
        let mut faults = Vec::new();
        let mut rows: Vec<(usize, Requirement)> = Vec::with_capacity(file.requirement.len());
        for row in file.requirement {
            let line = line_breaks.line_of(row.span().start);
            match row.into_inner().try_into::<Requirement>() {
                Ok(requirement) => rows.push((line, requirement)),
                Err(error) => faults.push(CatalogueFault::Row {
                    line,
                    reason: error.to_string().trim_end().to_owned(),
                }),
            }
        }
        if rows.is_empty() && faults.is_empty() {
            faults.push(CatalogueFault::Empty);
        }
        for (line, requirement) in &rows {
            faults.extend(
                requirement
                    .faults(api)
                    .into_iter()
                    .map(|fault| CatalogueFault::Requirement {
                        line: *line,
                        id: requirement.id.clone(),
                        fault,
                    }),
            );
        }
        let by_id = index(&rows, "id", |row| Some(&row.id), &mut faults);
        let by_facet = index(&rows, "facet", |row| row.facet.as_ref(), &mut faults);
        index(&rows, "setting", |row| row.setting.as_ref(), &mut faults);
        let requirements = rows.into_iter().map(|(_, requirement)| requirement).collect();
        Faults::unless_empty(
            Self {
                requirements,
                by_id,
                by_facet,
            },
            faults,
        )
    }

    /// The requirements in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Requirement> {
        self.requirements.iter()
    }

    /// The requirement with this id.
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.by_id.get(id).map(|&index| &self.requirements[index])
    }

    /// The requirement whose row names just this facet; [`for_facet`](Self::for_facet) finds the one for an operation.
    pub fn by_facet(&self, facet: &str) -> Option<&Requirement> {
        self.by_facet.get(facet).map(|&index| &self.requirements[index])
    }

    /// The requirement for which the cases of this facet of one operation are generated: the row that names the facet for
    /// that operation alone (see [`facet_of`]), or else the row that names it for all.
    pub fn for_facet(&self, operation: &Operation, facet: &str) -> Option<&Requirement> {
        self.by_facet(&facet_of(operation, facet))
            .or_else(|| self.by_facet(facet))
    }

    /// How many requirements there are.
    pub fn len(&self) -> usize {
        self.requirements.len()
    }

    /// Whether there is none, which no loaded catalogue is.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }
}

impl<'c> IntoIterator for &'c Catalogue {
    type Item = &'c Requirement;
    type IntoIter = std::slice::Iter<'c, Requirement>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Something that is wrong with a `requirements.toml`. Lines count from one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum CatalogueFault {
    #[error("not TOML with an array of tables `requirement`: {reason}")]
    Syntax { reason: String },
    #[error("no requirement in the file")]
    Empty,
    #[error("line {line}: not a requirement: {reason}")]
    Row { line: usize, reason: String },
    #[error("line {line}: requirement `{id}`: {fault}")]
    Requirement {
        line: usize,
        id: String,
        fault: RequirementFault,
    },
    #[error("{key} `{value}` is declared twice, in the rows of line {first} and line {second}")]
    Twice {
        key: &'static str,
        value: String,
        first: usize,
        second: usize,
    },
}

/// Maps the value that `key_of` picks from each row to the index of the row, and reports values that two rows share.
fn index(
    rows: &[(usize, Requirement)],
    key: &'static str,
    key_of: impl Fn(&Requirement) -> Option<&String>,
    faults: &mut Vec<CatalogueFault>,
) -> HashMap<String, usize> {
    let mut index = HashMap::new();
    for (position, (line, requirement)) in rows.iter().enumerate() {
        let Some(value) = key_of(requirement) else {
            continue;
        };
        if let Some(earlier) = index.insert(value.clone(), position) {
            let first = rows[earlier].0;
            faults.push(CatalogueFault::Twice {
                key,
                value: value.clone(),
                first,
                second: *line,
            });
        }
    }
    index
}

/// Where the line breaks of a text are, so that the line of an offset need not be counted from the start each time.
struct LineBreaks(Vec<usize>);

impl LineBreaks {
    fn of(text: &str) -> Self {
        Self(
            text.bytes()
                .enumerate()
                .filter(|&(_, byte)| byte == b'\n')
                .map(|(offset, _)| offset)
                .collect(),
        )
    }

    /// The line of the byte at `offset`, counted from one.
    fn line_of(&self, offset: usize) -> usize {
        self.0.partition_point(|&line_break| line_break < offset) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::{Catalogue, CatalogueFault};
    use crate::contract::Contract;
    use crate::requirement::Basis;
    use crate::rules::RequirementFault;

    const ROW: &str = r#"
[[requirement]]
id = "polyai.auth.ok"
subject = "server"
level = "must"
basis = "documented"
effect = "creates"
source = { document = "Document", section = "Section" }
summary = "A sentence."
facet = "security/Key/valid"
"#;

    fn faults(text: &str) -> Vec<CatalogueFault> {
        Catalogue::parse("polyai", text)
            .expect_err("the text is broken")
            .list()
            .to_vec()
    }

    #[test]
    fn rows_are_found_by_id_and_by_facet() {
        let second = ROW
            .replace("auth.ok", "auth.missing-key")
            .replace("/valid", "/missing");
        let catalogue = Catalogue::parse("polyai", &format!("{ROW}{second}")).unwrap();
        assert_eq!(catalogue.len(), 2);
        assert!(!catalogue.is_empty());
        assert_eq!(
            catalogue.get("polyai.auth.missing-key").unwrap().basis,
            Basis::Documented
        );
        assert_eq!(
            catalogue.by_facet("security/Key/valid").unwrap().id,
            "polyai.auth.ok"
        );
        assert_eq!(catalogue.get("polyai.auth"), None);
        assert_eq!(catalogue.by_facet("method/other"), None);
        let ids: Vec<_> = (&catalogue).into_iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["polyai.auth.ok", "polyai.auth.missing-key"]);
    }

    #[test]
    fn a_row_for_one_operation_comes_before_the_row_for_all() {
        let contract = Contract::parse(
            "
openapi: 3.0.1
info: { title: Test, version: '1' }
paths:
  /a: { get: { operationId: get-a, responses: { '204': { description: Done. } } } }
  /b: { get: { operationId: get-b, responses: { '204': { description: Done. } } } }
",
        )
        .unwrap();
        let one = ROW
            .replace("auth.ok", "auth.ok-at-b")
            .replace("security", "operation/get-b/security");
        let catalogue = Catalogue::parse("polyai", &format!("{ROW}{one}")).unwrap();
        let row_of = |operation: &str, facet: &str| {
            let operation = contract.operation(operation).unwrap();
            catalogue.for_facet(operation, facet).map(|row| row.id.as_str())
        };
        assert_eq!(row_of("get-a", "security/Key/valid"), Some("polyai.auth.ok"));
        assert_eq!(row_of("get-b", "security/Key/valid"), Some("polyai.auth.ok-at-b"));
        assert_eq!(row_of("get-b", "method/other"), None);
    }

    #[test]
    fn broken_toml_is_told_with_its_place() {
        let faults = faults("[[requirement]\nid = 1");
        assert!(
            matches!(&faults[..], [CatalogueFault::Syntax { reason }] if reason.contains("line 1")),
            "{faults:?}"
        );
    }

    #[test]
    fn a_table_of_another_name_is_refused() {
        let faults = faults("[[requirements]]\nid = \"polyai.auth.ok\"\n");
        assert!(
            matches!(&faults[..], [CatalogueFault::Syntax { reason }] if reason.contains("requirements"))
        );
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert_eq!(faults("# nothing but a comment\n"), [CatalogueFault::Empty]);
    }

    #[test]
    fn a_missing_source_and_unknown_keys_and_values_are_told_with_the_line_of_the_row() {
        for (from, to, word) in [
            (
                "source = { document = \"Document\", section = \"Section\" }\n",
                "",
                "source",
            ),
            (", section = \"Section\"", "", "section"),
            ("facet", "facets", "facets"),
            ("\"server\"", "\"client\"", "client"),
            ("\"documented\"", "\"written\"", "written"),
            ("\"creates\"", "\"deletes\"", "deletes"),
            ("\"must\"", "\"shall\"", "shall"),
            ("facet = ", "status = [70000]\nfacet = ", "70000"),
        ] {
            let broken = ROW.replace(from, to);
            assert_ne!(broken, ROW, "{word}");
            let faults = faults(&format!("# one line above\n{broken}"));
            let [CatalogueFault::Row { line: 3, reason }] = &faults[..] else {
                panic!("{faults:?}")
            };
            assert!(reason.contains(word), "{reason}");
        }
    }

    #[test]
    fn ids_facets_and_settings_are_declared_once() {
        let same_id = ROW.replace("facet = \"security/Key/valid\"", "");
        let same_facet = ROW.replace("auth.ok", "auth.missing-key");
        let twice = |key, value: &str, second| CatalogueFault::Twice {
            key,
            value: value.to_owned(),
            first: 2,
            second,
        };
        assert_eq!(
            faults(&format!("{ROW}{same_id}")),
            [twice("id", "polyai.auth.ok", 12)]
        );
        assert_eq!(
            faults(&format!("{ROW}{same_facet}")),
            [twice("facet", "security/Key/valid", 12)]
        );
        let silent = ROW
            .replace("must", "may")
            .replace("documented", "silent")
            .replace(
                "facet = \"security/Key/valid\"",
                "setting = \"xml_root\"\noptions = [\"both\", \"with-root\"]",
            );
        let same_setting = silent.replace("auth.ok", "auth.missing-key");
        assert_eq!(
            faults(&format!("{silent}{same_setting}")),
            [twice("setting", "xml_root", 13)]
        );
    }

    #[test]
    fn every_fault_of_every_row_is_reported_at_once() {
        let untyped = ROW.replace("\"server\"", "\"client\"");
        let may = ROW
            .replace("auth.ok", "auth.missing-key")
            .replace("must", "may")
            .replace("/valid", "/missing");
        let foreign = ROW.replace("polyai.auth.ok", "inkeep.auth.ok");
        let faults = faults(&format!("{untyped}{may}{foreign}"));
        assert!(
            matches!(
                &faults[..],
                [
                    CatalogueFault::Row { line: 2, .. },
                    CatalogueFault::Requirement {
                        line: 12,
                        fault: RequirementFault::SilentIsMay { .. },
                        ..
                    },
                    CatalogueFault::Requirement {
                        line: 22,
                        fault: RequirementFault::IdOfAnotherApi { .. },
                        ..
                    },
                ]
            ),
            "{faults:?}"
        );
    }
}
