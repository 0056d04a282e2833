//! Uploads: what is taken, what is answered, what is refused.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::{fixtures, refusal, respond_letting_in, token, triggered};
use super::places::{Page, at, edit, for_any_key, relabelled, restatused};
use crate::mutant::bend::{answer, json_body, media_type, status_instead, with_body, with_status};
use crate::mutant::{Answer, Mutant, Reference};

const UPLOAD: &[Page] = &[Page::Upload];

/// The largest body that some servers take anywhere.
const ONE_MIB: usize = 1024 * 1024;

/// The one part of a form: its head, and its content.
fn part(request: &Request<Bytes>) -> Option<(String, &[u8])> {
    let boundary = media_type(request).split_once("boundary=")?.1;
    let body = request.body();
    let start = find(body, b"\r\n\r\n")?;
    let rest = &body[start + 4..];
    let end = find(rest, format!("\r\n--{boundary}").as_bytes())?;
    Some((String::from_utf8_lossy(&body[..start]).into_owned(), &rest[..end]))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
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

/// An upload whose part is taken for the file, whatever its name is.
fn renamed(request: Request<Bytes>, is_taken: impl FnOnce(&str) -> bool) -> Request<Bytes> {
    let name = part(&request).and_then(|(head, _)| {
        let rest = head.split_once("; name=\"")?.1;
        Some(rest.split_once('"')?.0.to_owned())
    });
    match name {
        Some(name) if is_taken(&name) => {
            let (old, new) = (format!("; name=\"{name}\""), b"; name=\"file\"");
            let body = request.body();
            let Some(start) = find(body, old.as_bytes()) else {
                return request;
            };
            let body = [&body[..start], new, &body[start + old.len()..]].concat();
            with_body(request, body)
        }
        _ => request,
    }
}

/// The upload refused, where the defect says so; the reason goes into the message.
fn refused_if(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    status: StatusCode,
    reason: &str,
    is_refused: impl FnOnce(&str, &[u8]) -> bool,
) -> Response<Bytes> {
    let response = reference.respond(request);
    let refuses = response.status().is_success()
        && at(request, UPLOAD).is_some()
        && part(request).is_some_and(|(head, content)| is_refused(&head, content));
    if refuses {
        refusal(reference, status, "bad_request", reason)
    } else {
        response
    }
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "upload-created",
        "olbrain.upl.request",
        "answers 201 to an upload, since something was made",
        |reference, request| restatused(reference, &request, UPLOAD, StatusCode::OK, StatusCode::CREATED),
    ),
    Mutant::new(
        "upload-of-some-types-only",
        "olbrain.upl.request",
        "takes tables and PDFs only, by a list of media types that the page does not have",
        |reference, request| {
            refused_if(
                reference,
                &request,
                StatusCode::BAD_REQUEST,
                "This type is not allowed.",
                |head, _| !head.contains("text/") && !head.contains("application/pdf"),
            )
        },
    ),
    Mutant::new(
        "upload-of-text-only",
        "olbrain.upl.request",
        "reads a file as UTF-8 and refuses whatever is none",
        |reference, request| {
            refused_if(
                reference,
                &request,
                StatusCode::BAD_REQUEST,
                "The file cannot be decoded.",
                |_, content| std::str::from_utf8(content).is_err(),
            )
        },
    ),
    Mutant::new(
        "upload-not-for-conversations",
        "olbrain.upl.both-kinds",
        "takes files for workflow agents only",
        |reference, request| {
            let conversational = at(&request, UPLOAD)
                .is_some_and(|place| fixtures(reference).conversational_agents.contains(&place.agent));
            let response = reference.respond(&request);
            if conversational && response.status().is_success() {
                return refusal(
                    reference,
                    StatusCode::BAD_REQUEST,
                    "runtime_not_applicable",
                    "The agent is a conversational one.",
                );
            }
            response
        },
    ),
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
        |reference, request| {
            edit(reference, &request, Page::Upload, |body| {
                body["filename"] = body["filename"]
                    .as_str()
                    .unwrap_or_default()
                    .to_lowercase()
                    .into();
            })
        },
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
    Mutant::new(
        "upload-without-key",
        "olbrain.upl.errors.401",
        "asks for no key where a file is uploaded",
        |reference, request| {
            let lets_in = at(&request, UPLOAD).is_some();
            respond_letting_in(reference, request, lets_in)
        },
    ),
    Mutant::new(
        "upload-under-any-key",
        "olbrain.upl.errors.401",
        "looks whether an upload has a key and not whether it is valid",
        |reference, request| {
            let unknown = at(&request, UPLOAD).is_some()
                && token(&request).starts_with("ak_")
                && reference.respond(&request).status() == StatusCode::UNAUTHORIZED;
            respond_letting_in(reference, request, unknown)
        },
    ),
    Mutant::new(
        "upload-forbidden-without-key",
        "olbrain.upl.errors.401",
        "answers 403 to an upload without a valid key",
        |reference, request| {
            restatused(
                reference,
                &request,
                UPLOAD,
                StatusCode::UNAUTHORIZED,
                StatusCode::FORBIDDEN,
            )
        },
    ),
    Mutant::new(
        "upload-for-nobody",
        "olbrain.upl.errors.404",
        "takes uploads for agents that there are not",
        |reference, request| {
            let response = reference.respond(&request);
            if at(&request, UPLOAD).is_some() && response.status() == StatusCode::NOT_FOUND {
                let id = format!("fi_{:032x}", reference.earlier);
                let body = json!({
                    "file_id": id, "size_bytes": 40, "content_type": "text/csv", "filename": "customers.csv",
                });
                return answer(StatusCode::OK, &body);
            }
            response
        },
    ),
    Mutant::new(
        "upload-for-other-organizations",
        "olbrain.upl.errors.404",
        "looks an upload's agent up without its organization",
        |reference, request| for_any_key(reference, &request, UPLOAD),
    ),
    Mutant::new(
        "upload-of-json-is-bad-request",
        "olbrain.upl.errors.415",
        "answers 400 to an upload that is no form, since there is no file in it",
        |reference, request| {
            if media_type(&request).is_empty() {
                return reference.respond(&request);
            }
            restatused(
                reference,
                &request,
                UPLOAD,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                StatusCode::BAD_REQUEST,
            )
        },
    ),
    Mutant::new(
        "upload-of-the-bare-body",
        "olbrain.upl.errors.415",
        "takes a body of a file's own type for the file",
        |reference, request| {
            let response = reference.respond(&request);
            let is_bare = media_type(&request).starts_with("text/")
                && response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE
                && at(&request, UPLOAD).is_some();
            if is_bare {
                let body = json!({
                    "file_id": format!("fi_{:032x}", reference.earlier), "size_bytes": request.body().len(),
                    "content_type": media_type(&request), "filename": "file",
                });
                return answer(StatusCode::OK, &body);
            }
            response
        },
    ),
    Mutant::new(
        "other-forms-are-forms",
        "olbrain.upl.errors.415",
        "reads url-encoded forms too, and misses the file in them",
        |reference, request| {
            let response = reference.respond(&request);
            if media_type(&request).starts_with("application/x-www-form-urlencoded") {
                return status_instead(
                    response,
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    StatusCode::BAD_REQUEST,
                );
            }
            response
        },
    ),
    Mutant::new(
        "unlabelled-upload-is-bad-request",
        "olbrain.upl.errors.415-missing",
        "answers 400 to an upload without Content-Type",
        |reference, request| {
            if request.headers().contains_key(CONTENT_TYPE) {
                return reference.respond(&request);
            }
            restatused(
                reference,
                &request,
                UPLOAD,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                StatusCode::BAD_REQUEST,
            )
        },
    ),
    Mutant::new(
        "first-part-is-the-file",
        "olbrain.upl.errors.400-no-file",
        "takes the first part for the file, whatever its name is",
        |reference, request| reference.respond(&renamed(request, |_| true)),
    ),
    Mutant::new(
        "part-names-in-any-case",
        "olbrain.upl.errors.400-no-file",
        "compares the names of parts without case",
        |reference, request| reference.respond(&renamed(request, |name| name.eq_ignore_ascii_case("file"))),
    ),
    Mutant::new(
        "part-names-by-their-beginning",
        "olbrain.upl.errors.400-no-file",
        "takes every part whose name begins with file",
        |reference, request| reference.respond(&renamed(request, |name| name.starts_with("file"))),
    ),
    Mutant::new(
        "unprocessable-without-file",
        "olbrain.upl.errors.400-no-file",
        "answers 422 to a form without a file, as a validation library does by default",
        |reference, request| {
            let response = reference.respond(&request);
            let lacks = at(&request, UPLOAD).is_some()
                && response.status() == StatusCode::BAD_REQUEST
                && part(&request).is_some_and(|(head, _)| !head.contains("; name=\"file\""));
            if lacks {
                with_status(response, StatusCode::UNPROCESSABLE_ENTITY)
            } else {
                response
            }
        },
    ),
    Mutant::new(
        "empty-files-taken",
        "olbrain.upl.errors.400-empty",
        "takes a file without a byte in it",
        |reference, request| {
            let is_empty = part(&request).is_some_and(|(_, content)| content.is_empty());
            if at(&request, UPLOAD).is_none() || !is_empty {
                return reference.respond(&request);
            }
            let boundary = media_type(&request)
                .split_once("boundary=")
                .map_or("", |(_, rest)| rest);
            let with_byte = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"empty.csv\"\r\n\
                 Content-Type: text/csv\r\n\r\nx\r\n--{boundary}--\r\n"
            );
            let filled = with_body(request, with_byte);
            edit(reference, &filled, Page::Upload, |body| {
                body["size_bytes"] = 0.into();
            })
        },
    ),
    Mutant::new(
        "empty-file-is-unsupported",
        "olbrain.upl.errors.400-empty",
        "answers 415 to an empty file, whose type it cannot find out",
        |reference, request| {
            let is_empty = part(&request).is_some_and(|(_, content)| content.is_empty());
            let response = reference.respond(&request);
            if is_empty && at(&request, UPLOAD).is_some() {
                return status_instead(
                    response,
                    StatusCode::BAD_REQUEST,
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                );
            }
            response
        },
    ),
    Mutant::new(
        "lost-upload-is-bad-gateway",
        "olbrain.upl.errors.500",
        "answers 502 to an upload that it could not finish",
        |reference, request| {
            restatused(
                reference,
                &request,
                UPLOAD,
                StatusCode::INTERNAL_SERVER_ERROR,
                StatusCode::BAD_GATEWAY,
            )
        },
    ),
    Mutant::new(
        "lost-upload-is-fine",
        "olbrain.upl.errors.500",
        "answers before the file is stored, and so with success to an upload that gets lost",
        |reference, request| {
            let response = reference.respond(&request);
            if at(&request, UPLOAD).is_some() && response.status() == StatusCode::INTERNAL_SERVER_ERROR {
                let body = json!({
                    "file_id": format!("fi_{:032x}", reference.earlier), "size_bytes": 40,
                    "content_type": "text/csv", "filename": "customers.csv",
                });
                return answer(StatusCode::OK, &body);
            }
            response
        },
    ),
];

/// Whether the body names a file anywhere.
fn names_file(body: &Value) -> bool {
    match body {
        Value::String(text) => text.starts_with("fi_"),
        Value::Array(items) => items.iter().any(names_file),
        Value::Object(members) => members.values().any(names_file),
        _ => false,
    }
}
