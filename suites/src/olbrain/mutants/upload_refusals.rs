//! Uploads that are refused, or should be.
use super::uploads::{UPLOAD, find, part};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use serde_json::json;

use super::parts::{fixtures, refusal, respond_letting_in, token};
use super::places::{Page, at, edit, for_any_key, restatused};
use crate::mutant::bend::{answer, media_type, status_instead, with_body, with_status};
use crate::mutant::{Mutant, Reference};

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
