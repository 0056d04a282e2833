//! The body as such: whether there is one, how it is framed, how large it is.

use http::{StatusCode, header};

use super::bend::{
    FORM, as_found, header_text, id_path, is_payload, location, media_type, not_found, refuse, text,
    with_body, with_status,
};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "no-body-is-accepted",
        "polyai.body.required",
        "answers 201 where there is no body",
        |reference, request| {
            let response = reference.respond(&request);
            let keyed = response.status() == StatusCode::BAD_REQUEST;
            if keyed && location(&request) == "payload" && request.body().is_empty() {
                return with_status(http::Response::default(), StatusCode::CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "no-body-wants-a-length",
        "polyai.body.required",
        "answers 411 where there is no body",
        |reference, request| {
            if location(&request) == "payload" && request.body().is_empty() {
                return refuse(StatusCode::LENGTH_REQUIRED, "Length Required");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "no-form-is-unprocessable",
        "polyai.body.required",
        "answers 422 to an empty form",
        |reference, request| {
            if is_payload(&request, FORM) && request.body().is_empty() {
                return refuse(StatusCode::UNPROCESSABLE_ENTITY, "a body is required");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "chunks-not-read",
        "polyai.body.chunked",
        "reads as many bytes as Content-Length says, and none where there is none",
        |reference, request| {
            let chunked = header_text(&request, &header::TRANSFER_ENCODING).contains("chunked");
            if chunked {
                return reference.respond(&with_body(request, ""));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "chunks-not-implemented",
        "polyai.body.chunked",
        "answers 400 to a body in chunks",
        |reference, request| {
            if request.headers().contains_key(header::TRANSFER_ENCODING) {
                return refuse(StatusCode::BAD_REQUEST, "chunked requests are not supported");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "small-bodies-only",
        "polyai.body.size-64k",
        "refuses bodies above 16 KiB",
        |reference, request| {
            if request.body().len() > 16 * 1024 {
                return refuse(StatusCode::PAYLOAD_TOO_LARGE, "too large");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "first-32-kib",
        "polyai.body.size-64k",
        "reads the first 32 KiB of a form and leaves the rest",
        |reference, request| {
            if is_payload(&request, FORM) && request.body().len() > 32 * 1024 {
                let start = request.body().slice(..32 * 1024);
                return reference.respond(&with_body(request, start));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "stored-in-a-short-column",
        "polyai.body.size-64k",
        "fails on a body of 64 KiB beside an id in a header",
        |reference, request| {
            if location(&request) == "headers" && request.body().len() > 65_000 {
                return refuse(StatusCode::INTERNAL_SERVER_ERROR, "value too long for column");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "ten-levels-at-most",
        "polyai.body.size-64k",
        "reads JSON of ten levels at most",
        |reference, request| {
            if text(&request).matches('{').count() > 10 && id_path(&request).split('.').count() > 10 {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "xml-above-a-page",
        "polyai.body.size-64k",
        "reads the text of XML up to 10000 characters",
        |reference, request| {
            if media_type(&request) == "application/xml" && text(&request).len() > 10_000 {
                return not_found();
            }
            reference.respond(&request)
        },
    ),
];
