//! The path and its method.

use http::{HeaderValue, Method, StatusCode, header};
use serde_json::json;

use super::bend::{
    answer, location, media_type, not_found_text, query_value, refuse, with_query, with_status,
};
use crate::mutant::Mutant;

/// Where this server reads back what it stored.
const WEBHOOK: &str = "/v1/external-events/webhook";

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "route-on-two-of-three-nodes",
        "polyai.route.post",
        "does not know the path on every third request, because one node runs an older release",
        |reference, request| {
            if request.method() == Method::POST && reference.earlier % 3 == 2 {
                return refuse(StatusCode::NOT_FOUND, "Not Found");
            }
            reference.respond(&request)
        },
    )
    .now_and_then(),
    Mutant::new(
        "post-of-json-is-405",
        "polyai.route.post",
        "routes by the location and knows no POST for the payload",
        |reference, request| {
            if request.method() == Method::POST && location(&request) == "payload" {
                return refuse(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
            }
            reference.respond(&request)
        },
    )
    .now_and_then(),
    Mutant::new(
        "put-is-post",
        "polyai.route.other-methods",
        "serves every method like POST",
        |reference, mut request| {
            *request.method_mut() = Method::POST;
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "get-lists-events",
        "polyai.route.other-methods",
        "answers GET with the list of events",
        |reference, request| {
            if request.method() == Method::GET && request.uri().path() == WEBHOOK {
                return answer(StatusCode::OK, &json!({ "events": [] }));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "get-with-the-id-in-the-query",
        "polyai.route.other-methods",
        "records an event on GET where the id is in the query",
        |reference, mut request| {
            if request.method() == Method::GET && query_value(&request, "cid").is_some() {
                *request.method_mut() = Method::POST;
                let request = with_query(request, "event_id_location", "querystring");
                return reference.respond(&request);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "delete-does-nothing",
        "polyai.route.other-methods",
        "answers DELETE with 204",
        |reference, request| {
            if request.method() == Method::DELETE && request.uri().path() == WEBHOOK {
                return with_status(http::Response::default(), StatusCode::NO_CONTENT);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "method-in-a-header",
        "polyai.route.other-methods",
        "takes the method from X-HTTP-Method-Override",
        |reference, mut request| {
            if request.headers().contains_key("x-http-method-override") {
                *request.method_mut() = Method::POST;
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "any-method-records",
        "polyai.refusal.no-side-effect",
        "answers 405 to PUT and records the event all the same",
        |reference, mut request| {
            let response = reference.respond(&request);
            if request.method() == Method::PUT {
                *request.method_mut() = Method::POST;
                reference.respond(&request);
            }
            response
        },
    )
    .with(super::single_use),
    Mutant::new(
        "to-the-slash",
        "polyai.response.no-redirect",
        "redirects a body that is no JSON to the path with a slash",
        |reference, request| {
            let is_json = media_type(&request).starts_with("application/json");
            if request.uri().path() == WEBHOOK && !is_json && request.method() == Method::POST {
                let mut response = refuse(StatusCode::TEMPORARY_REDIRECT, not_found_text());
                response.headers_mut().insert(
                    header::LOCATION,
                    HeaderValue::from_static("/v1/external-events/webhook/"),
                );
                return response;
            }
            reference.respond(&request)
        },
    ),
];
