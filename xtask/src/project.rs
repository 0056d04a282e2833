//! The checkout that this program belongs to: where it is, what is in it, and `cargo` in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

/// A text file of the checkout.
#[derive(Debug, Clone)]
pub(crate) struct TextFile {
    /// Its path below the root, with `/` between the names.
    pub(crate) path: String,
    /// What is in it; bytes that are no UTF-8 are replaced.
    pub(crate) text: String,
}

/// The root of the checkout, which is the parent of this crate's folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// `cargo` in the root, ready for its arguments.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root);
    cargo
}

/// Every file that git tracks, and every new one that it does not ignore: a fault is better known before the commit.
pub(crate) fn tracked(root: &Path) -> anyhow::Result<Vec<TextFile>> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git, which knows the files of the project, cannot be started")?;
    ensure!(
        listing.status.success(),
        "git cannot list the files below {}: {}",
        root.display(),
        String::from_utf8_lossy(&listing.stderr).trim()
    );
    let listing = String::from_utf8_lossy(&listing.stdout);
    listing
        .split_terminator('\0')
        .filter_map(|path| read(root, path).transpose())
        .collect()
}

/// Reads one file; `None` when it was deleted since it was added, or is a folder to git's eyes only (a submodule, a link).
fn read(root: &Path, path: &str) -> anyhow::Result<Option<TextFile>> {
    match fs::read(root.join(path)) {
        Ok(bytes) => Ok(Some(TextFile {
            path: path.to_owned(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::IsADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
    }
}

/// Paths of all files on disk, ignored ones too, but not of what was built, nor of git's own.
pub(crate) fn on_disk(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut paths = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder))
            .with_context(|| format!("cannot list {}", root.join(&folder).display()))?;
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if !entry.file_type()?.is_dir() {
                paths.push(path.to_string_lossy().replace('\\', "/"));
            } else if entry.file_name() != "target" && entry.file_name() != ".git" {
                folders.push(path);
            }
        }
    }
    paths.sort();
    Ok(paths)
}
