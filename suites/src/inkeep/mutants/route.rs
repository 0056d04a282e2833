//! The path and its method.

use http::{Method, StatusCode};
use serde_json::json;

use super::bend::{answer, as_post, problem, status_instead, with_status};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "accepted-for-created",
        "inkeep.route.post",
        "answers 202, as it stores events later",
        |reference, request| {
            status_instead(
                reference.respond(&request),
                StatusCode::CREATED,
                StatusCode::ACCEPTED,
            )
        },
    ),
    Mutant::new(
        "already-reported",
        "inkeep.route.post",
        "answers 208 to an event that it has",
        |reference, request| {
            let response = reference.respond(&request);
            status_instead(response, StatusCode::OK, StatusCode::ALREADY_REPORTED)
        },
    ),
    Mutant::new(
        "put-is-post",
        "inkeep.route.other-method",
        "serves PUT like POST",
        |reference, request| {
            if request.method() == Method::PUT {
                return reference.respond(&as_post(request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "list-for-get",
        "inkeep.route.other-method",
        "answers GET with a list of events",
        |reference, request| {
            if request.method() == Method::GET {
                return answer(StatusCode::OK, &json!({ "data": [] }));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "method-by-a-field",
        "inkeep.route.other-method",
        "serves GET as the method that X-HTTP-Method-Override names",
        |reference, request| {
            if request.method() == Method::GET && request.headers().contains_key("x-http-method-override") {
                return reference.respond(&as_post(request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "delete-does-nothing",
        "inkeep.route.other-method",
        "answers DELETE with 204, whatever there is to delete",
        |reference, request| {
            if request.method() == Method::DELETE {
                return with_status(http::Response::default(), StatusCode::NO_CONTENT);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "patch-stores-and-refuses",
        "inkeep.route.other-method",
        "stores what PATCH brings before it looks at the method",
        |reference, request| {
            if request.method() == Method::PATCH {
                let _stored = reference.respond(&as_post(request));
                return problem(StatusCode::METHOD_NOT_ALLOWED, "use POST");
            }
            reference.respond(&request)
        },
    ),
];
