//! Error answers of each status that are not as they are described.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::mutant::bend::labelled;
use crate::mutant::{Mutant, Reference};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "400-as-text",
        "olbrain.response.400-content-type",
        "labels a 400 text/plain",
        |reference, request| label_of(reference, &request, 400, "text/plain"),
    ),
    Mutant::new(
        "401-as-html",
        "olbrain.response.401-content-type",
        "labels a 401 text/html, as the page of a proxy is",
        |reference, request| label_of(reference, &request, 401, "text/html"),
    ),
    Mutant::new(
        "404-as-problem",
        "olbrain.response.404-content-type",
        "labels a 404 application/problem+json",
        |reference, request| label_of(reference, &request, 404, "application/problem+json"),
    ),
    Mutant::new(
        "413-as-html",
        "olbrain.response.413-content-type",
        "labels a 413 text/html, as the page of a proxy is",
        |reference, request| label_of(reference, &request, 413, "text/html"),
    ),
    Mutant::new(
        "415-as-text",
        "olbrain.response.415-content-type",
        "labels a 415 text/plain",
        |reference, request| label_of(reference, &request, 415, "text/plain"),
    ),
    Mutant::new(
        "500-as-text",
        "olbrain.response.500-content-type",
        "labels a 500 text/plain",
        |reference, request| label_of(reference, &request, 500, "text/plain; charset=utf-8"),
    ),
    Mutant::new(
        "502-without-label",
        "olbrain.response.502-content-type",
        "sends a 502 without a media type",
        |reference, request| {
            let mut response = reference.respond(&request);
            if response.status() == StatusCode::BAD_GATEWAY {
                response.headers_mut().remove(CONTENT_TYPE);
            }
            response
        },
    ),
    Mutant::new(
        "400-in-errors",
        "olbrain.response.400-schema",
        "lists what is wrong with a body under errors",
        |reference, request| {
            body_of(reference, &request, 400, |body| {
                json!({ "errors": [body["error"].clone()] }).to_string()
            })
        },
    ),
    Mutant::new(
        "400-without-code",
        "olbrain.response.400-schema",
        "leaves the code of a 400 out",
        |reference, request| {
            body_of(reference, &request, 400, |body| {
                let error =
                    json!({ "message": body["error"]["message"], "request_id": body["error"]["request_id"] });
                json!({ "error": error }).to_string()
            })
        },
    ),
    Mutant::new(
        "401-empty",
        "olbrain.response.401-schema",
        "answers 401 without a body",
        |reference, request| body_of(reference, &request, 401, |_| String::new()),
    ),
    Mutant::new(
        "404-of-the-router",
        "olbrain.response.404-schema",
        "answers a missing agent with the page of its router",
        |reference, request| body_of(reference, &request, 404, |_| "<pre>Cannot POST</pre>".to_owned()),
    ),
    Mutant::new(
        "413-of-the-proxy",
        "olbrain.response.413-schema",
        "answers 413 with the page of the proxy in front",
        |reference, request| {
            body_of(reference, &request, 413, |_| {
                "<h1>413 Request Entity Too Large</h1>".to_owned()
            })
        },
    ),
    Mutant::new(
        "415-as-detail",
        "olbrain.response.415-schema",
        "answers 415 with detail",
        |reference, request| {
            body_of(reference, &request, 415, |body| {
                json!({ "detail": body["error"]["message"] }).to_string()
            })
        },
    ),
    Mutant::new(
        "500-empty",
        "olbrain.response.500-schema",
        "answers 500 without a body",
        |reference, request| body_of(reference, &request, 500, |_| String::new()),
    ),
    Mutant::new(
        "502-of-the-proxy",
        "olbrain.response.502-schema",
        "answers 502 with the page of the proxy in front",
        |reference, request| {
            body_of(reference, &request, 502, |_| {
                "<h1>502 Bad Gateway</h1>".to_owned()
            })
        },
    ),
];

/// The answer, under another media type where it has this status.
fn label_of(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    status: u16,
    media_type: &'static str,
) -> Response<Bytes> {
    let response = reference.respond(request);
    if response.status().as_u16() == status {
        return labelled(response, media_type);
    }
    response
}

/// The answer, with another body where it has this status.
fn body_of(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    status: u16,
    make: impl FnOnce(&Value) -> String,
) -> Response<Bytes> {
    let response = reference.respond(request);
    if response.status().as_u16() != status {
        return response;
    }
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    response.map(|_| make(&body).into())
}
