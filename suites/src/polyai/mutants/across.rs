//! What one request does to another: on its connection, at the same time, or after it.

use http::StatusCode;
use serde_json::json;

use super::bend::{
    as_found, at_path, id_path, is_json_payload, json_body, let_in, location, not_found, not_valid,
    query_value, refuse, says_not_found, says_not_valid, sent_key, with_query,
};
use crate::mutant::Mutant;

const CREATED: StatusCode = StatusCode::CREATED;
const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::in_a_crowd(
        "key-of-the-connection",
        "polyai.connection.reuse",
        "asks for the key once on each connection",
        |reference, request| {
            if reference.earlier_on_connection > 0 && !sent_key(&request).is_empty() {
                return reference.respond(&let_in(reference, request)).into();
            }
            reference.respond(&request).into()
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "refused-for-good",
        "polyai.connection.reuse",
        "refuses every fourth request of a connection",
        |reference, request| {
            if reference.earlier_on_connection % 4 == 3 {
                return refuse(StatusCode::BAD_REQUEST, "unexpected bytes after the body").into();
            }
            reference.respond(&request).into()
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "tenth-request-is-not-found",
        "polyai.connection.reuse",
        "finds no id from the tenth request of a connection on",
        |reference, request| {
            let response = reference.respond(&request);
            if reference.earlier_on_connection > 9 && response.status() == CREATED {
                return not_found().into();
            }
            response.into()
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "one-variable-for-all",
        "polyai.concurrency.isolation",
        "keeps the id of a request where the next one overwrites it",
        |reference, request| {
            let response = reference.respond(&request);
            if reference.others_in_flight > 3 && response.status() == CREATED {
                return not_valid().into();
            }
            response.into()
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "busy",
        "polyai.concurrency.isolation",
        "answers 503 when four others are in flight",
        |reference, request| {
            if reference.others_in_flight > 3 {
                return refuse(StatusCode::SERVICE_UNAVAILABLE, "try again").into();
            }
            reference.respond(&request).into()
        },
    )
    .now_and_then(),
    Mutant::in_a_crowd(
        "key-of-a-neighbour",
        "polyai.concurrency.isolation",
        "lets in a wrong key while others are in flight",
        |reference, request| {
            if reference.others_in_flight > 3 && !sent_key(&request).is_empty() {
                return reference.respond(&let_in(reference, request)).into();
            }
            reference.respond(&request).into()
        },
    )
    .now_and_then(),
    Mutant::new(
        "refusal-of-every-other",
        "polyai.refusal.repeatable",
        "words every second refusal of an unknown id as if nothing was found",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_valid(&response) && reference.memory().earlier("not valid") % 2 == 1 {
                return not_found();
            }
            response
        },
    )
    .now_and_then(),
    Mutant::new(
        "conflict-the-second-time",
        "polyai.refusal.repeatable",
        "answers 409 to an unknown id that was refused before",
        |reference, request| {
            let response = reference.respond(&request);
            let id = json_body(&request).and_then(|body| at_path(&body, &id_path(&request)));
            let Some(id) = id.filter(|_| says_not_valid(&response)) else {
                return response;
            };
            if reference.memory().earlier(&id) > 0 {
                return refuse(StatusCode::CONFLICT, "already refused");
            }
            response
        },
    ),
    Mutant::new(
        "too-many-mistakes",
        "polyai.auth.invalid-key",
        "answers 400 to a wrong key that came five times",
        |reference, request| {
            let response = reference.respond(&request);
            let key = sent_key(&request);
            if response.status() == UNAUTHORIZED && !key.is_empty() && reference.memory().earlier(key) > 4 {
                return refuse(StatusCode::BAD_REQUEST, "too many attempts");
            }
            response
        },
    )
    .now_and_then(),
    Mutant::new(
        "missing-parameter-uses-the-id-up",
        "polyai.refusal.no-side-effect",
        "uses the id of a body up before it looks at the parameters",
        |reference, request| {
            let id = json_body(&request).and_then(|body| at_path(&body, "cid"));
            let response = reference.respond(&request);
            let malformed = query_value(&request, "event_id_path").is_none();
            if response.status() == StatusCode::BAD_REQUEST && malformed && id.is_some() {
                reference.respond(&super::bend::as_json(
                    with_path_of_the_id(request),
                    "cid",
                    &json!({ "cid": id }),
                ));
            }
            response
        },
    )
    .with(super::single_use),
    Mutant::new(
        "not-found-but-recorded",
        "polyai.refusal.no-side-effect",
        "records the event of a body with an id even where its path leads elsewhere",
        |reference, request| {
            let id = json_body(&request).and_then(|body| at_path(&body, "cid"));
            let response = reference.respond(&request);
            if is_json_payload(&request) && says_not_found(&response) && id.is_some() {
                as_found(reference, request, id.as_deref());
            }
            response
        },
    )
    .with(super::single_use),
    Mutant::new(
        "unknown-location-but-recorded",
        "polyai.refusal.no-side-effect",
        "records the event before it finds the location unknown",
        |reference, request| {
            let response = reference.respond(&request);
            let known = ["headers", "querystring", "payload"].contains(&location(&request).as_str());
            if !known && response.status() == StatusCode::BAD_REQUEST {
                reference.respond(&with_query(request, "event_id_location", "payload"));
            }
            response
        },
    )
    .with(super::single_use),
];

/// The request with an empty path where it has none.
fn with_path_of_the_id(request: http::Request<bytes::Bytes>) -> http::Request<bytes::Bytes> {
    let mut pairs = super::bend::pairs(&request);
    pairs.push(("event_id_path".to_owned(), String::new()));
    super::bend::with_pairs(request, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())))
}
