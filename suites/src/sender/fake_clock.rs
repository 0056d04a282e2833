//! A clock that runs faster for one process: libfaketime, preloaded. It is used where it is installed, and nothing is
//! claimed about a program that does not ask the C library for the time.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Where packages put the library, below these folders or one level deeper.
const FOLDERS: [&str; 5] = [
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/opt/local/lib",
];

/// The variant for programs with several threads.
const FILE: &str = "faketime/libfaketimeMT.so.1";

/// How much of a program is looked at, in bytes: the program headers, and the mark that Go leaves near them.
const HEAD_BYTES: u64 = 64 * 1024;

/// Why a command cannot have its clock run faster.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum NoFakeClock {
    /// The library is not there.
    #[error(
        "--fake-clock needs libfaketime, which is not installed: install the package `libfaketime`, or let the sender \
         read HOOKPROOF_TIME_SCALE and use --speed"
    )]
    NotInstalled,
    /// The program does not use the C library that would be replaced.
    #[error(
        "`{0}` is linked statically, or made by Go: its clock cannot be made to run faster from outside. Let it read \
         HOOKPROOF_TIME_SCALE and use --speed, or judge it in real time with --full"
    )]
    Static(String),
    /// There is no such program.
    #[error("`{0}` is not found; name the program by its path, or put it where PATH looks")]
    NotFound(String),
}

/// The variables that make the clock of a program run `speed` times as fast.
pub(crate) fn variables(library: &Path, speed: f64, preloaded: Option<&str>) -> Vec<(String, String)> {
    let library = library.display().to_string();
    let preload = match preloaded {
        Some(other) if !other.is_empty() => format!("{library}:{other}"),
        _ => library,
    };
    vec![
        ("LD_PRELOAD".to_owned(), preload),
        ("FAKETIME".to_owned(), format!("+0 x{speed}")),
        // The times of files are of no concern, and some programs compare them with the real ones.
        ("NO_FAKE_STAT".to_owned(), "1".to_owned()),
    ]
}

/// The library, where it is installed.
pub(crate) fn library() -> Result<PathBuf, NoFakeClock> {
    FOLDERS
        .iter()
        .flat_map(|folder| {
            let deeper = std::fs::read_dir(folder).into_iter().flatten();
            let deeper = deeper.filter_map(|entry| Some(entry.ok()?.path()));
            std::iter::once(PathBuf::from(folder)).chain(deeper)
        })
        .map(|folder| folder.join(FILE))
        .find(|file| file.is_file())
        .ok_or(NoFakeClock::NotInstalled)
}

/// Finds out whether the clock of a program can be replaced: it, or the interpreter that its first line names, has to
/// be linked dynamically.
pub(crate) fn check(program: &str, path: Option<&str>) -> Result<(), NoFakeClock> {
    let mut name = program.to_owned();
    // A script may name a script; nobody nests them deeper than this.
    for _ in 0..4 {
        let file = find(&name, path).ok_or_else(|| NoFakeClock::NotFound(name.clone()))?;
        let mut head = Vec::new();
        let read = File::open(&file).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
        if read.is_err() {
            // A program that may be run but not read: then the measurement shows what comes of it.
            return Ok(());
        }
        match interpreter(&head) {
            Some(next) => name = next,
            None if is_static(&head) => return Err(NoFakeClock::Static(name)),
            None => return Ok(()),
        }
    }
    Ok(())
}

fn find(name: &str, path: Option<&str>) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|file| file.is_file());
    }
    std::env::split_paths(path.unwrap_or_default())
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// What runs a script, by its first line; with `env`, what that looks up.
fn interpreter(head: &[u8]) -> Option<String> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line).into_owned();
    let mut words = line.split_whitespace();
    let first = words.next()?;
    if Path::new(first).file_name().is_some_and(|name| name == "env") {
        let looked_up = words.find(|word| !word.starts_with('-') && !word.contains('='));
        return looked_up.map(str::to_owned);
    }
    Some(first.to_owned())
}

/// Whether an ELF program asks for no dynamic linker, or asks the kernel for the time by itself.
fn is_static(head: &[u8]) -> bool {
    const DYNAMIC_LINKER: u32 = 3;
    let is_64 = match head.get(..5) {
        Some([0x7f, b'E', b'L', b'F', class]) => *class == 2,
        _ => return false,
    };
    let is_little = head.get(5) == Some(&1);
    let number = |at: usize, size: usize| -> Option<u64> {
        let bytes = head.get(at..at + size)?;
        let digit = |all: u64, byte: &u8| all << 8 | u64::from(*byte);
        Some(if is_little {
            bytes.iter().rev().fold(0, digit)
        } else {
            bytes.iter().fold(0, digit)
        })
    };
    let (table, size_at, count_at) = if is_64 {
        (number(32, 8), 54, 56)
    } else {
        (number(28, 4), 42, 44)
    };
    let (Some(table), Some(size), Some(count)) = (table, number(size_at, 2), number(count_at, 2)) else {
        return false;
    };
    let has_linker = (0..count).any(|entry| {
        usize::try_from(table + entry * size)
            .ok()
            .and_then(|at| number(at, 4))
            .is_some_and(|kind| kind == u64::from(DYNAMIC_LINKER))
    });
    let is_go = head.windows(12).any(|part| part == b"Go build ID:");
    !has_linker || is_go
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A little-endian 64-bit program with one program header of this kind.
    fn program(kind: u32) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1]);
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = 1;
        bytes[64..68].copy_from_slice(&kind.to_le_bytes());
        bytes
    }

    #[test]
    fn a_program_without_a_linker_is_static() {
        assert!(is_static(&program(1)));
        assert!(!is_static(&program(3)));
        let mut go = program(3);
        go.extend_from_slice(b"\xff Go build ID: \"x\"");
        assert!(is_static(&go));
        assert!(!is_static(b"#!/bin/sh\n"));
        assert!(!is_static(&[0x7f, b'E', b'L', b'F', 2, 1]));
    }

    #[test]
    fn the_interpreter_of_a_script_counts() {
        let told = |line: &str| interpreter(line.as_bytes());
        assert_eq!(
            told("#!/usr/bin/env -S python3 -u\nx"),
            Some("python3".to_owned())
        );
        assert_eq!(told("#! /bin/sh\n"), Some("/bin/sh".to_owned()));
        assert_eq!(told("echo"), None);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("static"), program(1)).unwrap();
        let script = folder.path().join("script");
        std::fs::write(&script, "#!/usr/bin/env static\n").unwrap();
        let path = folder.path().display().to_string();
        let script = script.display().to_string();
        assert_eq!(
            check(&script, Some(&path)),
            Err(NoFakeClock::Static("static".to_owned()))
        );
        assert_eq!(
            check("nowhere", Some(&path)),
            Err(NoFakeClock::NotFound("nowhere".to_owned()))
        );
    }

    #[test]
    fn what_was_preloaded_stays() {
        let set = variables(Path::new("/l.so"), 60.0, Some("/other.so"));
        assert_eq!(set[0].1, "/l.so:/other.so");
        assert_eq!(set[1].1, "+0 x60");
    }
}
