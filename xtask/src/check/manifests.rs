//! Every crate takes its lints from the workspace, and the workspace lists no dependency that no crate has.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::Fault;
use crate::project::TextFile;

/// What is wrong in the manifests, the one of the workspace among them.
pub(super) fn faults<'f>(manifests: impl Iterator<Item = &'f TextFile>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut listed: Vec<(&str, String)> = Vec::new();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for file in manifests {
        let manifest: Table = match file.text.parse() {
            Ok(manifest) => manifest,
            Err(error) => {
                faults.push(Fault {
                    rule: "manifests",
                    place: file.path.clone(),
                    what: format!("no TOML: {error}"),
                    remedy: "Correct the manifest.",
                });
                continue;
            }
        };
        if manifest.contains_key("package") && !inherits_lints(&manifest) {
            faults.push(Fault {
                rule: "manifests",
                place: file.path.clone(),
                what: "the crate does not take the lints of the workspace".to_owned(),
                remedy: "Add `[lints]` with `workspace = true`.",
            });
        }
        let workspace = manifest.get("workspace").and_then(Value::as_table);
        let shared = workspace.and_then(|workspace| workspace.get("dependencies")?.as_table());
        listed.extend(
            shared
                .into_iter()
                .flat_map(Table::keys)
                .map(|name| (file.path.as_str(), name.clone())),
        );
        collect_inherited(&manifest, &mut used);
    }
    faults.extend(
        listed
            .into_iter()
            .filter(|(_, name)| !used.contains(name))
            .map(|(path, name)| Fault {
                rule: "manifests",
                place: format!("{path}, [workspace.dependencies]"),
                what: format!("no crate uses `{name}`"),
                remedy: "Remove the line.",
            }),
    );
    faults
}

fn inherits_lints(manifest: &Table) -> bool {
    let lints = manifest.get("lints").and_then(Value::as_table);
    lints.and_then(|lints| lints.get("workspace")) == Some(&Value::Boolean(true))
}

/// Names of the dependencies that this manifest takes from the workspace: of the crate, of its tests, of its build, and
/// those of one platform only.
fn collect_inherited(manifest: &Table, used: &mut BTreeSet<String>) {
    for (key, value) in manifest {
        let Some(table) = value.as_table() else {
            continue;
        };
        match key.as_str() {
            "dependencies" | "dev-dependencies" | "build-dependencies" => {
                let inherited = table
                    .iter()
                    .filter(|(_, dependency)| dependency.get("workspace") == Some(&Value::Boolean(true)));
                used.extend(inherited.map(|(name, _)| name.clone()));
            }
            "target" => {
                for platform in table.values().filter_map(Value::as_table) {
                    collect_inherited(platform, used);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::faults;
    use crate::project::TextFile;

    const ROOT: &str = "[workspace]\n[workspace.dependencies]\na = '1'\nb = '1'\nc = '1'\n";
    const CRATE: &str = "[package]\nname = 'x'\n[dependencies]\na.workspace = true\n[dev-dependencies]\n\
                         b = { workspace = true, features = ['f'] }\n[target.'cfg(unix)'.dependencies]\nc.workspace = true\n\
                         [lints]\nworkspace = true\n";

    fn found(root: &str, member: &str) -> Vec<String> {
        let files = [("Cargo.toml", root), ("x/Cargo.toml", member)].map(|(path, text)| TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        });
        faults(files.iter())
            .into_iter()
            .map(|fault| format!("{}: {}", fault.place, fault.what))
            .collect()
    }

    #[test]
    fn sound_manifests_have_no_fault() {
        assert!(found(ROOT, CRATE).is_empty());
    }

    #[test]
    fn a_dependency_that_no_crate_takes_from_the_workspace_is_found() {
        assert_eq!(
            found(&format!("{ROOT}d = '1'\n"), CRATE),
            ["Cargo.toml, [workspace.dependencies]: no crate uses `d`"]
        );
        assert_eq!(
            found(ROOT, &CRATE.replace("a.workspace = true", "a = '2'")),
            ["Cargo.toml, [workspace.dependencies]: no crate uses `a`"]
        );
    }

    #[test]
    fn a_crate_with_lints_of_its_own_is_found() {
        for lints in [
            "",
            "[lints]\nworkspace = false\n",
            "[lints.rust]\nunsafe_code = 'forbid'\n",
        ] {
            let member = CRATE.replace("[lints]\nworkspace = true\n", lints);
            assert_eq!(
                found(ROOT, &member),
                ["x/Cargo.toml: the crate does not take the lints of the workspace"],
                "{lints}"
            );
        }
    }

    #[test]
    fn a_manifest_that_is_no_toml_is_found() {
        let found = found(ROOT, "[package");
        assert!(found[0].starts_with("x/Cargo.toml: no TOML"), "{found:?}");
    }
}
