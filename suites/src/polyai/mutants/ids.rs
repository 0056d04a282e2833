//! What an id is worth, and how that is said.

use http::StatusCode;
use serde_json::Value;

use super::bend::{
    as_found, at_path, id_path, is_json_payload, is_payload, json_body, location, media_type, not_found,
    not_found_text, not_valid, not_valid_text, refuse, says_not_found, says_not_valid, with_status,
    with_text,
};
use crate::mutant::Mutant;

const CREATED: StatusCode = StatusCode::CREATED;

/// The string at `cid` of a JSON body.
fn cid(request: &http::Request<bytes::Bytes>) -> Option<String> {
    at_path(&json_body(request)?, "cid")
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "every-seventh-is-lost",
        "polyai.id.valid",
        "calls every seventh valid id not valid",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == CREATED && reference.earlier % 7 == 6 {
                return not_valid();
            }
            response
        },
    )
    .now_and_then(),
    Mutant::new(
        "no-ids-from-the-query",
        "polyai.id.valid",
        "knows no id that comes from the query",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == CREATED && location(&request) == "querystring" {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "every-id-is-valid",
        "polyai.id.invalid",
        "accepts every id",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_valid(&response) {
                return with_status(http::Response::default(), CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "every-id-of-the-form",
        "polyai.id.invalid",
        "accepts every id that looks like one",
        |reference, request| {
            let response = reference.respond(&request);
            let formed = cid(&request).is_some_and(|id| id.starts_with("evt_"));
            if says_not_valid(&response) && formed {
                return with_status(http::Response::default(), CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "unknown-id-is-404",
        "polyai.id.invalid",
        "answers 404 to an id that it does not know",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_valid(&response) {
                return with_status(response, StatusCode::NOT_FOUND);
            }
            response
        },
    ),
    Mutant::new(
        "unknown-id-in-a-header-is-422",
        "polyai.id.invalid",
        "answers 422 to an unknown id in a header",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_valid(&response) && location(&request) == "headers" {
                return with_status(response, StatusCode::UNPROCESSABLE_ENTITY);
            }
            response
        },
    ),
    Mutant::new(
        "ids-by-prefix",
        "polyai.id.invalid",
        "looks ids up by what they begin with",
        |reference, request| {
            let known = reference.fixtures().polyai.known_ids.first();
            let near = cid(&request).zip(known).is_some_and(|(id, known)| {
                id.len() > 8 && (known.starts_with(&id) || id.starts_with(known.as_str()))
            });
            let response = reference.respond(&request);
            if says_not_valid(&response) && near {
                return with_status(http::Response::default(), CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "ids-as-patterns",
        "polyai.id.invalid",
        "looks ids up with LIKE",
        |reference, request| {
            let pattern = cid(&request).is_some_and(|id| id.contains('%'));
            let response = reference.respond(&request);
            if says_not_valid(&response) && pattern {
                return with_status(http::Response::default(), CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "second-time-lucky",
        "polyai.refusal.repeatable",
        "remembers an unknown id when it refuses it, and accepts it the next time",
        |reference, request| {
            let response = reference.respond(&request);
            let id = cid(&request).unwrap_or_default();
            if says_not_valid(&response) && !id.is_empty() && reference.memory().earlier(&id) > 0 {
                return with_status(http::Response::default(), CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "nothing-found-is-accepted",
        "polyai.id.missing",
        "answers 201 where no id is found",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_found(&response) {
                return with_status(http::Response::default(), CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "nothing-found-is-404",
        "polyai.id.missing",
        "answers 404 where no id is found",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_found(&response) {
                return with_status(response, StatusCode::NOT_FOUND);
            }
            response
        },
    ),
    Mutant::new(
        "texts-of-its-own",
        "polyai.id.exact-messages",
        "words its refusals in its own way",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_valid(&response) {
                return with_text(response, "Invalid external event ID");
            }
            if says_not_found(&response) {
                return with_text(response, "Missing external event ID");
            }
            response
        },
    ),
    Mutant::new(
        "full-stop",
        "polyai.id.exact-messages",
        "ends the text for a missing id with a full stop",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_found(&response) && location(&request) == "payload" {
                return with_text(response, &format!("{}.", not_found_text()));
            }
            response
        },
    ),
    Mutant::new(
        "capitals",
        "polyai.id.exact-messages",
        "writes ID for id",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_valid(&response) {
                return with_text(response, &not_valid_text().replace(" id ", " ID "));
            }
            response
        },
    ),
    Mutant::new(
        "texts-exchanged",
        "polyai.id.messages-not-swapped",
        "says \"not valid\" where nothing was found, and the other way round",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_found(&response) {
                return not_valid();
            }
            if says_not_valid(&response) {
                return not_found();
            }
            response
        },
    ),
    Mutant::new(
        "texts-exchanged-for-headers",
        "polyai.id.messages-not-swapped",
        "says \"not found\" for an unknown id in a header",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_valid(&response) && location(&request) == "headers" {
                return not_found();
            }
            response
        },
    ),
    Mutant::new(
        "texts-exchanged-for-xml",
        "polyai.id.messages-not-swapped",
        "says \"not found\" for an unknown id in XML",
        |reference, request| {
            let response = reference.respond(&request);
            if is_payload(&request, super::bend::XML) && says_not_valid(&response) {
                return not_found();
            }
            response
        },
    ),
    Mutant::new(
        "one-text-for-both",
        "polyai.id.messages-not-swapped",
        "says \"not valid\" whatever is wrong with the id",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "not-found-means-unknown",
        "polyai.id.messages-not-swapped",
        "says \"not found\" whatever is wrong with the id",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_valid(&response) {
                return not_found();
            }
            response
        },
    ),
    Mutant::new(
        "form-ids-not-looked-up",
        "polyai.id.invalid",
        "accepts every id of a form",
        |reference, request| {
            let response = reference.respond(&request);
            if is_payload(&request, super::bend::FORM) && says_not_valid(&response) {
                return with_status(http::Response::default(), CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "deep-ids-not-looked-up",
        "polyai.id.invalid",
        "accepts every id below the top of a JSON body",
        |reference, request| {
            let response = reference.respond(&request);
            let deep = id_path(&request).contains('.');
            if is_json_payload(&request) && deep && says_not_valid(&response) {
                return with_status(http::Response::default(), CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "unknown-id-in-xml-is-500",
        "polyai.id.invalid",
        "fails on an unknown id in XML",
        |reference, request| {
            let response = reference.respond(&request);
            if media_type(&request) == "application/xml" && says_not_valid(&response) {
                return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
            }
            response
        },
    ),
    Mutant::new(
        "first-known-string",
        "polyai.extract.only-at-path",
        "takes the first member that looks like an id when the path finds nothing",
        |reference, request| {
            let response = reference.respond(&request);
            if !is_json_payload(&request) || !says_not_found(&response) {
                return response;
            }
            let found = match json_body(&request) {
                Some(Value::Object(members)) => members
                    .values()
                    .filter_map(Value::as_str)
                    .find(|text| text.starts_with("evt_"))
                    .map(str::to_owned),
                _ => None,
            };
            match found {
                Some(id) => as_found(reference, request, Some(&id)),
                None => response,
            }
        },
    ),
];
