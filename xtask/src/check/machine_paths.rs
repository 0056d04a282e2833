//! No file of the project names a path that exists on one machine only.

use super::Fault;
use crate::project::TextFile;

/// Top-level folders in which people and build machines keep their checkouts.
const FOLDERS: [&str; 3] = ["home", "root", "work"];

/// The places in one file where such a path stands.
pub(super) fn faults(file: &TextFile) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for path in machine_paths(line) {
            faults.push(Fault {
                rule: "machine paths",
                place: format!("{}:{}", file.path, index + 1),
                what: format!("`{path}` is a path of one machine"),
                remedy: "Write it relative to the root of the checkout, or cite the document by title and section.",
            });
        }
    }
    faults
}

/// The absolute paths in a line that begin in one of the folders. A path below another folder, or within a URL of
/// the web, is none of them; one after `file://` is.
fn machine_paths(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices('/').filter_map(|(start, _)| {
        let before = &line[..start];
        let (folder, _) = line[start + 1..].split_once('/')?;
        let begins_path = before.ends_with("file://")
            || !before.ends_with(|c: char| c.is_alphanumeric() || "/._-~}>)]*".contains(c));
        (FOLDERS.contains(&folder) && begins_path).then(|| {
            let path = &line[start..];
            let end = path.find(|c: char| c.is_whitespace() || "\"'`<>()[],;".contains(c));
            &path[..end.unwrap_or(path.len())]
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{FOLDERS, faults};
    use crate::project::TextFile;

    fn found(text: &str) -> Vec<(String, String)> {
        let file = TextFile {
            path: "README.md".to_owned(),
            text: text.to_owned(),
        };
        faults(&file)
            .into_iter()
            .map(|fault| (fault.place, fault.what))
            .collect()
    }

    #[test]
    fn absolute_paths_are_found_with_their_lines() {
        // The paths are put together here, or this file would break the rule itself.
        for folder in FOLDERS {
            let path = format!("/{folder}/me/a.txt");
            for line in [
                path.clone(),
                format!("see `{path}`"),
                format!("\"{path}\", b"),
                format!("P={path}"),
                format!("(file://{path})"),
            ] {
                let expected = (
                    "README.md:2".to_owned(),
                    format!("`{path}` is a path of one machine"),
                );
                assert_eq!(found(&format!("first\n{line}\n")), [expected], "{line}");
            }
        }
    }

    #[test]
    fn relative_paths_and_addresses_are_no_machine_paths() {
        for folder in FOLDERS {
            for line in [
                format!("a/{folder}/b"),
                format!("./{folder}/b ../{folder}/b"),
                format!("https://host.example/{folder}/b"),
                format!("https://{folder}/b"),
                format!("/{folder}"),
                format!("/{folder}ed/b"),
                format!("${{base}}/{folder}/b"),
            ] {
                assert_eq!(found(&line), [], "{line}");
            }
        }
    }
}
