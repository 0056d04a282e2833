//! The limit of 1 MiB.

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use super::parts::{is_message, is_run, let_in, refusal, triggered};
use crate::mutant::bend::{status_instead, with_body};
use crate::mutant::{Answer, Mutant, Reference};
use crate::olbrain::padding::LIMIT_BYTES;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "no-limit",
        "olbrain.body.limit",
        "takes bodies of any size",
        |reference, request| {
            if triggered(&request).is_some() {
                return reference.respond(&made_small(request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "no-limit-for-workflows",
        "olbrain.body.limit",
        "takes bodies of any size for workflow agents",
        |reference, request| {
            if is_run(reference, &request) {
                return reference.respond(&made_small(request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "too-large-is-bad-request",
        "olbrain.body.limit",
        "answers 400 to a body that is too large",
        |reference, request| {
            let response = reference.respond(&request);
            status_instead(response, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::BAD_REQUEST)
        },
    ),
    Mutant::new(
        "too-large-is-cut",
        "olbrain.body.limit",
        "reads as much as the limit allows and calls the rest broken JSON",
        |reference, request| {
            let is_large = triggered(&request).is_some() && request.body().len() > LIMIT_BYTES;
            let response = reference.respond(&request);
            if is_large && response.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let text = "The request body is not valid JSON.";
                return refusal(reference, StatusCode::BAD_REQUEST, "bad_request", text);
            }
            response
        },
    ),
    Mutant::in_a_crowd(
        "too-large-is-hung-up-on",
        "olbrain.body.limit",
        "ends the connection when a body becomes too large",
        |reference, request| {
            if triggered(&request).is_some() && request.body().len() > LIMIT_BYTES {
                return Answer::none();
            }
            Answer::from(reference.respond(&request))
        },
    ),
    Mutant::new(
        "limit-on-values",
        "olbrain.body.limit",
        "measures the document after it was read, so that blanks do not count",
        |reference, request| {
            let is_blank = |byte: &u8| byte.is_ascii_whitespace();
            let blanks = request.body().iter().filter(|byte| is_blank(byte)).count();
            if triggered(&request).is_some() && request.body().len().saturating_sub(blanks) <= LIMIT_BYTES {
                let is_large = request.body().len() > LIMIT_BYTES;
                return reference.respond(&if is_large { made_small(request) } else { request });
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "limit-of-a-framework",
        "olbrain.body.limit.exact",
        "leaves the limit of its framework at 100 KiB",
        |reference, request| limited(reference, &request, |size| size > 100 * 1024),
    ),
    Mutant::new(
        "limit-of-a-million",
        "olbrain.body.limit.exact",
        "takes a megabyte for 1,000,000 bytes",
        |reference, request| limited(reference, &request, |size| size > 1_000_000),
    ),
    Mutant::new(
        "limit-reached-is-too-much",
        "olbrain.body.limit.exact",
        "refuses a body that just reaches the limit",
        |reference, request| limited(reference, &request, |size| size >= LIMIT_BYTES),
    ),
    Mutant::new(
        "limit-on-bytes-and-head",
        "olbrain.body.limit.exact",
        "counts the head of the request with its body, for conversational agents",
        |reference, request| {
            if is_message(reference, &request) {
                return limited(reference, &request, |size| size + 200 > LIMIT_BYTES);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "one-byte-more",
        "olbrain.body.limit.plus-one",
        "takes one byte more than the limit",
        |reference, request| forgiving(reference, request, LIMIT_BYTES + 1),
    ),
    Mutant::new(
        "limit-in-whole-kilobytes",
        "olbrain.body.limit.plus-one",
        "divides the length by 1024 and drops the rest",
        |reference, request| forgiving(reference, request, LIMIT_BYTES + 1023),
    ),
    Mutant::new(
        "some-room-above-the-limit",
        "olbrain.body.limit.plus-one",
        "has the limit of the proxy in front, which leaves some room",
        |reference, request| forgiving(reference, request, LIMIT_BYTES + 64 * 1024),
    ),
    Mutant::new(
        "limit-on-characters",
        "olbrain.body.limit.unit",
        "counts characters",
        |reference, request| {
            let characters = String::from_utf8_lossy(request.body()).chars().count();
            forgiving_where(reference, request, characters <= LIMIT_BYTES)
        },
    ),
    Mutant::new(
        "limit-on-utf-16",
        "olbrain.body.limit.unit",
        "counts the units of a string of UTF-16, for workflow agents",
        |reference, request| {
            let units = String::from_utf8_lossy(request.body()).encode_utf16().count();
            let forgives = is_run(reference, &request) && units <= LIMIT_BYTES;
            forgiving_where(reference, request, forgives)
        },
    ),
    Mutant::new(
        "too-large-is-queued",
        "olbrain.body.413-no-run",
        "queues the run before it measures the body",
        |reference, request| {
            let response = reference.respond(&request);
            if is_run(reference, &request) && response.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let request = let_in(reference, made_small(request));
                // What it answers is not what the client is told.
                drop(reference.respond(&request));
            }
            response
        },
    ),
    Mutant::new(
        "too-large-is-kept",
        "olbrain.body.413-no-run",
        "keeps the message and then finds it too large",
        |reference, request| {
            let response = reference.respond(&request);
            if is_message(reference, &request) && response.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let request = let_in(reference, made_small(request));
                // What it answers is not what the client is told.
                drop(reference.respond(&request));
            }
            response
        },
    ),
];

/// The same event, within the limit: without what fills it up.
fn made_small(request: Request<Bytes>) -> Request<Bytes> {
    if request.body().len() <= LIMIT_BYTES {
        return request;
    }
    let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(request.body()) else {
        return request;
    };
    if let Some(members) = body.as_object_mut() {
        members.remove("pad");
    }
    with_body(request, body.to_string())
}

/// The answer of a server that finds a body too large in other cases as well.
pub(super) fn limited(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    is_large: fn(usize) -> bool,
) -> Response<Bytes> {
    let large = triggered(request).is_some() && is_large(request.body().len());
    let response = reference.respond(request);
    if large && response.status().is_success() {
        let text = "The request body is too large.";
        return refusal(
            reference,
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            text,
        );
    }
    response
}

/// The answer of a server whose limit is this.
fn forgiving(reference: &Reference<'_>, request: Request<Bytes>, limit: usize) -> Response<Bytes> {
    let forgives = request.body().len() <= limit;
    forgiving_where(reference, request, forgives)
}

/// The answer of a server that takes a body of any size here.
pub(super) fn forgiving_where(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    forgives: bool,
) -> Response<Bytes> {
    if forgives && triggered(&request).is_some() {
        return reference.respond(&made_small(request));
    }
    reference.respond(&request)
}
