//! Reads a multipart form piece by piece, wherever the pieces are cut, and keeps the file's length and digest only.
//!
//! Source: RFC 7578, Returning Values from Forms; RFC 2046, section 5.1. What a form has to hold: Olbrain, File
//! uploads, Request (<https://docs.olbrain.com/file-uploads>).

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Longest head of a part, in bytes.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// Longest boundary, in bytes (RFC 2046, section 5.1.1).
const MAX_BOUNDARY_BYTES: usize = 70;

/// The part of a form that its file is in.
pub(crate) const FILE_PART: &str = "file";

/// A file that went by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) size_bytes: u64,
    pub(crate) sha256: String,
    /// The media type that the part was labelled with, if it was.
    pub(crate) content_type: Option<String>,
    /// The name that the part was given, if it was.
    pub(crate) filename: Option<String>,
}

/// Why a form is none that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It has no part named [`FILE_PART`].
    NoFile,
    /// The file has no bytes.
    Empty,
    /// It has more than the one part.
    ExtraParts,
    /// It ends before its last boundary.
    Truncated,
    /// What stands between two boundaries is no part.
    Malformed,
}

/// Where the reading is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first boundary.
    Preamble,
    /// Directly behind a boundary.
    Boundary,
    /// In the head of a part.
    Head,
    /// In the part with the file.
    File,
    /// In another part.
    OtherPart,
    /// Behind the last boundary.
    Epilogue,
    Broken,
}

/// A form under way.
pub(crate) struct Form {
    /// What stands before each part but the first: a line end, two hyphens, the boundary.
    delimiter: Vec<u8>,
    place: Place,
    /// What was taken and is not read yet. Longer than a piece by no more than a head of a part.
    pending: Vec<u8>,
    parts: usize,
    file: Option<FileUnderWay>,
}

struct FileUnderWay {
    size_bytes: u64,
    digest: Sha256,
    content_type: Option<String>,
    filename: Option<String>,
}

impl Form {
    /// A form with this boundary. `None` where a form cannot have it.
    pub(crate) fn new(boundary: &str) -> Option<Self> {
        let is_boundary = !boundary.is_empty() && boundary.len() <= MAX_BOUNDARY_BYTES;
        is_boundary.then(|| Self {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            place: Place::Preamble,
            // The first boundary may stand at the very beginning. Then the line end before it is missing.
            pending: b"\r\n".to_vec(),
            parts: 0,
            file: None,
        })
    }

    pub(crate) fn take(&mut self, piece: &[u8]) {
        if matches!(self.place, Place::Epilogue | Place::Broken) {
            return;
        }
        self.pending.extend_from_slice(piece);
        let mut read = 0;
        while let Some(length) = self.step(read) {
            read += length;
        }
        self.pending.drain(..read);
    }

    /// Reads on from this byte of what is pending. Returns how much was read, or `None` when more has to come first.
    fn step(&mut self, from: usize) -> Option<usize> {
        let pending = &self.pending[from..];
        match self.place {
            Place::Preamble | Place::File | Place::OtherPart => {
                let (content, found) = match position(pending, &self.delimiter) {
                    Some(at) => (&pending[..at], true),
                    // Its end may be the beginning of the delimiter.
                    None => (
                        &pending[..pending.len().saturating_sub(self.delimiter.len() - 1)],
                        false,
                    ),
                };
                if self.place == Place::File
                    && let Some(file) = &mut self.file
                {
                    file.size_bytes += content.len() as u64;
                    file.digest.update(content);
                }
                if found {
                    self.place = Place::Boundary;
                    return Some(content.len() + self.delimiter.len());
                }
                (!content.is_empty()).then_some(content.len())
            }
            Place::Boundary => {
                if pending.starts_with(b"--") {
                    self.place = Place::Epilogue;
                    return None;
                }
                // Blanks may stand behind a boundary.
                let blanks = pending
                    .iter()
                    .take_while(|byte| matches!(byte, b' ' | b'\t'))
                    .count();
                match pending.get(blanks..blanks + 2) {
                    Some(b"\r\n") => {
                        self.place = Place::Head;
                        // The line end stays: a part without any head has an empty line at once.
                        Some(blanks)
                    }
                    Some(_) => self.break_off(),
                    None if blanks > MAX_HEAD_BYTES => self.break_off(),
                    None => None,
                }
            }
            Place::Head => match position(pending, b"\r\n\r\n") {
                Some(end) if end <= MAX_HEAD_BYTES => {
                    let head = String::from_utf8_lossy(&pending[..end]).into_owned();
                    self.begin_part(&head);
                    Some(end + 4)
                }
                None if pending.len() <= MAX_HEAD_BYTES + 4 => None,
                _ => self.break_off(),
            },
            Place::Epilogue | Place::Broken => None,
        }
    }

    fn break_off(&mut self) -> Option<usize> {
        self.place = Place::Broken;
        None
    }

    fn begin_part(&mut self, head: &str) {
        self.parts += 1;
        let part = Head::parse(head);
        let is_file = part.name.as_deref() == Some(FILE_PART) && self.file.is_none();
        self.place = if is_file { Place::File } else { Place::OtherPart };
        if is_file {
            self.file = Some(FileUnderWay {
                size_bytes: 0,
                digest: Sha256::new(),
                content_type: part.content_type,
                filename: part.filename,
            });
        }
    }

    /// What the form held. `only_part` says whether a second part is a fault.
    pub(crate) fn finish(self, only_part: bool) -> Result<File, Fault> {
        match self.place {
            Place::Epilogue => {}
            Place::Broken => return Err(Fault::Malformed),
            _ => return Err(Fault::Truncated),
        }
        let file = self.file.ok_or(Fault::NoFile)?;
        if only_part && self.parts > 1 {
            return Err(Fault::ExtraParts);
        }
        if file.size_bytes == 0 {
            return Err(Fault::Empty);
        }
        Ok(File {
            size_bytes: file.size_bytes,
            sha256: hex(&file.digest.finalize()),
            content_type: file.content_type,
            filename: file.filename,
        })
    }
}

/// Where `needle`, which is not empty, begins first.
fn position(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, rest) = needle.split_first()?;
    let mut from = 0;
    loop {
        let at = from + haystack[from..].iter().position(|byte| byte == first)?;
        let behind = &haystack[at + 1..];
        if behind.len() < rest.len() {
            return None;
        }
        if behind.starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// What the head of a part says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Head {
    name: Option<String>,
    filename: Option<String>,
    content_type: Option<String>,
}

impl Head {
    fn parse(text: &str) -> Self {
        let mut head = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim_matches([' ', '\t']);
            if name.eq_ignore_ascii_case("content-type") && !value.is_empty() {
                head.content_type = Some(value.to_owned());
            } else if name.eq_ignore_ascii_case("content-disposition") {
                let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
                if kind.trim_matches([' ', '\t']).eq_ignore_ascii_case("form-data") {
                    head.name = parameter(parameters, "name");
                    head.filename = parameter(parameters, "filename");
                }
            }
        }
        head
    }
}

/// The value of a parameter among `a=b; c="d"`, without its quotes. Letter case of names does not matter.
pub(crate) fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        let (name, behind) = rest.split_once('=')?;
        let quoted = behind.trim_start_matches([' ', '\t']).strip_prefix('"');
        let (value, next) = if let Some(quoted) = quoted {
            unescaped(quoted)
        } else {
            let (value, next) = behind.split_once(';').unwrap_or((behind, ""));
            (value.trim_matches([' ', '\t']).to_owned(), next)
        };
        if name.trim_matches([' ', '\t']).eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next;
    }
}

/// The characters up to the closing quote, and what stands behind it. A backslash escapes a quote or a backslash and
/// nothing else, because some clients send paths of Windows.
fn unescaped(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => {
                let escaped = characters.next_if(|(_, next)| matches!(next, '"' | '\\'));
                value.push(escaped.map_or('\\', |(_, escaped)| escaped));
            }
            other => value.push(other),
        }
    }
    (value, "")
}

/// As `sha256sum` prints a digest, so that whoever sent the file can compare.
fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;
