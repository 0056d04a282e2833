//! Bodies that come in chunks, without a length in the head.

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};

use super::limit::{forgiving_where, limited};
use super::parts::{refusal, triggered};
use crate::mutant::Mutant;
use crate::mutant::bend::{status_instead, with_body};
use crate::olbrain::padding::LIMIT_BYTES;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "chunks-not-read",
        "olbrain.body.chunked",
        "reads as many bytes as Content-Length says, and so none of a body in chunks",
        |reference, request| {
            if request.headers().contains_key(TRANSFER_ENCODING) {
                return reference.respond(&request.map(|_| Bytes::new()));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "chunks-read-as-text",
        "olbrain.body.utf8",
        "makes a text of each chunk, and puts the texts together",
        |reference, request| {
            if request.headers().contains_key(TRANSFER_ENCODING) && triggered(&request).is_some() {
                let text = String::from_utf8_lossy(request.body());
                let cut = |character: char| {
                    if character.is_ascii() {
                        character
                    } else {
                        '\u{fffd}'
                    }
                };
                let text: String = text.chars().map(cut).collect();
                return reference.respond(&with_body(request, text));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "chunks-refused",
        "olbrain.body.chunked",
        "answers 501 to a body in chunks",
        |reference, request| {
            if request.headers().contains_key(TRANSFER_ENCODING) {
                let text = "Transfer-Encoding is not supported.";
                return refusal(reference, StatusCode::NOT_IMPLEMENTED, "not_implemented", text);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "limit-on-content-length",
        "olbrain.body.limit.chunked",
        "goes by Content-Length, and so has no limit where there is none",
        |reference, request| {
            let unannounced = !request.headers().contains_key(CONTENT_LENGTH);
            forgiving_where(reference, request, unannounced)
        },
    ),
    Mutant::new(
        "chunks-beyond-the-limit-are-broken",
        "olbrain.body.limit.chunked",
        "stops to read chunks at the limit, and answers 400",
        |reference, request| {
            let is_chunked = request.headers().contains_key(TRANSFER_ENCODING);
            let response = reference.respond(&request);
            if is_chunked {
                return status_instead(response, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::BAD_REQUEST);
            }
            response
        },
    ),
    Mutant::new(
        "chunks-measured-one-by-one",
        "olbrain.body.limit.chunked",
        "holds each chunk against the limit and not their sum, up to twice the limit",
        |reference, request| {
            let is_chunked = request.headers().contains_key(TRANSFER_ENCODING);
            let forgives = is_chunked && request.body().len() < 2 * LIMIT_BYTES;
            forgiving_where(reference, request, forgives)
        },
    ),
    Mutant::new(
        "marks-of-chunks-count",
        "olbrain.body.limit.chunked",
        "counts what announces the chunks as well",
        |reference, request| {
            if request.headers().contains_key(TRANSFER_ENCODING) {
                return limited(reference, &request, |length| length > LIMIT_BYTES - 512);
            }
            reference.respond(&request)
        },
    ),
];
