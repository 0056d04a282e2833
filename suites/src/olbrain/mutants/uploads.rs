//! Uploads: what is taken, what is answered, what is refused.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::{refusal, triggered};
use super::places::{Page, at, edit, relabelled};
use crate::mutant::bend::{json_body, media_type};
use crate::mutant::{Answer, Mutant, Reference};

pub(super) const UPLOAD: &[Page] = &[Page::Upload];

/// The largest body that some servers take anywhere.
const ONE_MIB: usize = 1024 * 1024;

/// The one part of a form: its head, and its content.
pub(super) fn part(request: &Request<Bytes>) -> Option<(String, &[u8])> {
    let boundary = media_type(request).split_once("boundary=")?.1;
    let body = request.body();
    let start = find(body, b"\r\n\r\n")?;
    let rest = &body[start + 4..];
    let end = find(rest, format!("\r\n--{boundary}").as_bytes())?;
    Some((String::from_utf8_lossy(&body[..start]).into_owned(), &rest[..end]))
}

pub(super) fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, wanted)
}

/// An upload's answer with the size that a defect comes to for its content.
fn sized(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    size: impl FnOnce(&[u8]) -> usize,
) -> Response<Bytes> {
    edit(reference, request, Page::Upload, |body| {
        if let Some((_, content)) = part(request) {
            body["size_bytes"] = size(content).into();
        }
    })
}

/// An upload's answer with another id.
fn identified(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    id: impl FnOnce(&str) -> String,
) -> Response<Bytes> {
    edit(reference, request, Page::Upload, |body| {
        let old = body["file_id"].as_str().unwrap_or_default().to_owned();
        body["file_id"] = id(&old).into();
    })
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "upload-answered-as-text",
        "olbrain.upl.ct",
        "labels the answer to an upload as text/plain",
        |reference, request| relabelled(reference, &request, Page::Upload, "text/plain; charset=utf-8"),
    ),
    Mutant::new(
        "upload-answered-as-html",
        "olbrain.upl.ct",
        "labels the answer to an upload as text/html, so that old browsers show it in a frame",
        |reference, request| relabelled(reference, &request, Page::Upload, "text/html"),
    ),
    Mutant::new(
        "upload-without-type",
        "olbrain.upl.200",
        "leaves content_type out of the answer to an upload",
        |reference, request| {
            edit(reference, &request, Page::Upload, |body| {
                body.as_object_mut().map(|members| members.remove("content_type"));
            })
        },
    ),
    Mutant::new(
        "upload-in-camel-case",
        "olbrain.upl.200",
        "writes the members of an upload's answer in camel case",
        |reference, request| {
            edit(reference, &request, Page::Upload, |body| {
                *body = json!({
                    "fileId": body["file_id"], "sizeBytes": body["size_bytes"],
                    "contentType": body["content_type"], "filename": body["filename"],
                });
            })
        },
    ),
    Mutant::new(
        "upload-size-as-text",
        "olbrain.upl.200",
        "writes size_bytes as a text, as some libraries do with 64 bits",
        |reference, request| {
            edit(reference, &request, Page::Upload, |body| {
                body["size_bytes"] = body["size_bytes"].to_string().into();
            })
        },
    ),
    Mutant::new(
        "file-id-of-another-prefix",
        "olbrain.upl.file-id.prefix",
        "begins ids of files with file_",
        |reference, request| identified(reference, &request, |id| id.replacen("fi_", "file_", 1)),
    ),
    Mutant::new(
        "file-id-in-capitals",
        "olbrain.upl.file-id.prefix",
        "writes ids of files in capitals",
        |reference, request| identified(reference, &request, str::to_uppercase),
    ),
    Mutant::new(
        "file-id-as-uuid",
        "olbrain.upl.file-id.form",
        "writes the 128 bits of a file's id with hyphens",
        |reference, request| {
            identified(reference, &request, |id| match id.get(3..35) {
                Some(hex) => format!(
                    "fi_{}-{}-{}-{}-{}",
                    &hex[..8],
                    &hex[8..12],
                    &hex[12..16],
                    &hex[16..20],
                    &hex[20..]
                ),
                None => id.to_owned(),
            })
        },
    ),
    Mutant::new(
        "file-id-cut",
        "olbrain.upl.file-id.form",
        "gives ids of files half the digits",
        |reference, request| identified(reference, &request, |id| id.chars().take(19).collect()),
    ),
    Mutant::new(
        "file-id-by-the-second",
        "olbrain.upl.file-id.unique",
        "makes ids of files from the time in seconds",
        |reference, request| {
            let second = reference.now().as_second();
            identified(reference, &request, |_| format!("fi_{second:032x}"))
        },
    ),
    Mutant::new(
        "file-id-by-length",
        "olbrain.upl.file-id.unique",
        "makes ids of files from their length and type",
        |reference, request| {
            edit(reference, &request, Page::Upload, |body| {
                let size = body["size_bytes"].as_u64().unwrap_or_default();
                let kind = body["content_type"].as_str().map_or(0, str::len);
                body["file_id"] = format!("fi_{size:016x}{kind:016x}").into();
            })
        },
    ),
    Mutant::new(
        "size-with-the-form",
        "olbrain.upl.size",
        "gives the length of the request as the size of the file",
        |reference, request| {
            let length = request.body().len();
            sized(reference, &request, |_| length)
        },
    ),
    Mutant::new(
        "size-in-characters",
        "olbrain.upl.size",
        "counts the characters of the file after decoding it",
        |reference, request| {
            sized(reference, &request, |content| {
                String::from_utf8_lossy(content).chars().count()
            })
        },
    ),
    Mutant::new(
        "size-trimmed",
        "olbrain.upl.size",
        "trims blanks and line ends from the file",
        |reference, request| sized(reference, &request, |content| content.trim_ascii().len()),
    ),
    Mutant::new(
        "size-with-short-line-ends",
        "olbrain.upl.size",
        "reads the file as text, with CR LF as one character",
        |reference, request| {
            sized(reference, &request, |content| {
                content.len() - content.windows(2).filter(|pair| *pair == b"\r\n").count()
            })
        },
    ),
    Mutant::new(
        "size-to-the-next-dashes",
        "olbrain.upl.size",
        "takes two dashes at the start of a line for the end of the file",
        |reference, request| {
            sized(reference, &request, |content| {
                find(content, b"\r\n--").unwrap_or(content.len())
            })
        },
    ),
    Mutant::new(
        "size-of-the-first-piece",
        "olbrain.upl.size",
        "counts the first 64 KiB of a file and no more",
        |reference, request| sized(reference, &request, |content| content.len().min(64 * 1024)),
    ),
    Mutant::new(
        "type-by-extension",
        "olbrain.upl.content-type",
        "guesses the media type from the name of the file",
        |reference, request| {
            edit(reference, &request, Page::Upload, |body| {
                let name = body["filename"].as_str().unwrap_or_default().to_owned();
                let guessed = match name.rsplit('.').next() {
                    Some("csv") => "text/csv",
                    Some("txt") => "text/plain",
                    Some("json") => "application/json",
                    Some("pdf") => "application/pdf",
                    _ => "application/octet-stream",
                };
                body["content_type"] = guessed.into();
            })
        },
    ),
    Mutant::new(
        "type-of-the-form",
        "olbrain.upl.content-type",
        "gives the media type of the request as that of the file",
        |reference, request| {
            edit(reference, &request, Page::Upload, |body| {
                body["content_type"] = "multipart/form-data".into();
            })
        },
    ),
    Mutant::new(
        "filename-in-lower-case",
        "olbrain.upl.filename",
        "writes names of files in lower case",
        |reference, request| named(reference, &request, str::to_lowercase),
    ),
    Mutant::new(
        "filename-to-the-semicolon",
        "olbrain.upl.filename",
        "ends the name of a file at a semicolon, though it stands in quotes",
        |reference, request| {
            named(reference, &request, |name| {
                name.split(';').next().unwrap_or_default().to_owned()
            })
        },
    ),
    Mutant::new(
        "filename-like-a-form",
        "olbrain.upl.filename",
        "reads the name of a file as a form writes it, with + for a blank",
        |reference, request| named(reference, &request, |name| name.replace('+', " ")),
    ),
    Mutant::new(
        "filename-in-latin-1",
        "olbrain.upl.filename",
        "reads the bytes of a file's name as letters of ISO 8859-1, as a form parser does",
        |reference, request| named(reference, &request, |name| name.bytes().map(char::from).collect()),
    ),
    Mutant::new(
        "filename-of-sixty-four",
        "olbrain.upl.filename",
        "keeps 64 characters of the name of a file",
        |reference, request| named(reference, &request, |name| name.chars().take(64).collect()),
    ),
    Mutant::new(
        "filename-as-stored",
        "olbrain.upl.filename",
        "gives the name under which it has stored the file",
        |reference, request| {
            edit(reference, &request, Page::Upload, |body| {
                let stored = format!(
                    "{:08x}-{}",
                    reference.earlier,
                    body["filename"].as_str().unwrap_or_default()
                );
                body["filename"] = stored.into();
            })
        },
    ),
    Mutant::new(
        "one-limit-for-all",
        "olbrain.upl.beyond-inline",
        "holds uploads to the 1 MiB of a trigger",
        |reference, request| {
            let too_large = request.body().len() > ONE_MIB && at(&request, UPLOAD).is_some();
            if too_large {
                return refusal(
                    reference,
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "payload_too_large",
                    "The file is too large.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::in_a_crowd(
        "hangs-up-on-large-uploads",
        "olbrain.upl.beyond-inline",
        "closes the connection of an upload of more than 1 MiB",
        |reference, request| {
            if request.body().len() > ONE_MIB && at(&request, UPLOAD).is_some() {
                return Answer::none();
            }
            reference.respond(&request).into()
        },
    ),
    Mutant::new(
        "files-refused-in-events",
        "olbrain.upl.usable",
        "does not find uploaded files when an event names them, as a second worker would",
        |reference, request| {
            let names_file =
                triggered(&request).is_some() && json_body(&request).is_some_and(|body| names_file(&body));
            if names_file {
                return refusal(
                    reference,
                    StatusCode::BAD_REQUEST,
                    "bad_request",
                    "There is no such file.",
                );
            }
            reference.respond(&request)
        },
    ),
];

/// The answer to an upload, with another name of the file.
fn named(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    change: impl FnOnce(&str) -> String,
) -> Response<Bytes> {
    edit(reference, request, Page::Upload, |body| {
        if let Some(name) = body["filename"].as_str() {
            body["filename"] = change(name).into();
        }
    })
}

/// Whether the body names a file anywhere.
fn names_file(body: &Value) -> bool {
    match body {
        Value::String(text) => text.starts_with("fi_"),
        Value::Array(items) => items.iter().any(names_file),
        Value::Object(members) => members.values().any(names_file),
        _ => false,
    }
}
