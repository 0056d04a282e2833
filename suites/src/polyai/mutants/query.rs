//! The four parameters, and the query around them.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use serde_json::json;

use super::bend::{
    Reference, answer, as_found, id_path, is_json_payload, labelled, location, not_found, pairs, query_value,
    refuse, with_pairs, with_query, with_status,
};
use crate::mutant::Mutant;

/// The parameters.
pub(super) const FOUR: [&str; 4] = ["event_id_location", "event_id_path", "account_id", "project_id"];

/// The reference's answer with a value in place of a missing parameter.
fn with_default(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    name: &str,
    value: &str,
) -> Response<Bytes> {
    if query_value(&request, name).is_some() {
        return reference.respond(&request);
    }
    let mut pairs = pairs(&request);
    pairs.push((name.to_owned(), value.to_owned()));
    let request = with_pairs(request, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    reference.respond(&request)
}

/// The answer where a parameter is missing, changed.
fn if_missing(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    name: &str,
    change: impl FnOnce(Response<Bytes>) -> Response<Bytes>,
) -> Response<Bytes> {
    let response = reference.respond(request);
    if query_value(request, name).is_none() && response.status() == StatusCode::BAD_REQUEST {
        change(response)
    } else {
        response
    }
}

/// The reference's answer where the location was `value`, for each value that `known` takes for it.
fn with_location(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    known: impl Fn(&str) -> Option<&'static str>,
) -> Response<Bytes> {
    let meant = query_value(&request, "event_id_location").and_then(|sent| known(&sent));
    match meant {
        Some(meant) => reference.respond(&with_query(request, "event_id_location", meant)),
        None => reference.respond(&request),
    }
}

/// The parameters as they stand in the query, without decoding.
fn raw_pairs(request: &Request<Bytes>) -> Vec<(&str, &str)> {
    request
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect()
}

/// The request with another query, as it stands.
fn with_raw_query(mut request: Request<Bytes>, query: &str) -> Request<Bytes> {
    let target = format!("{}?{query}", request.uri().path());
    if let Ok(uri) = target.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    request
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "payload-by-default",
        "polyai.query.location.required",
        "looks into the payload where no location is given",
        |reference, request| with_default(reference, request, "event_id_location", "payload"),
    ),
    Mutant::new(
        "headers-by-default",
        "polyai.query.location.required",
        "looks into the headers where no location is given",
        |reference, request| with_default(reference, request, "event_id_location", "headers"),
    ),
    Mutant::new(
        "missing-location-is-a-crash",
        "polyai.response.no-server-error",
        "answers 500 where no location is given",
        |reference, request| {
            if_missing(reference, &request, "event_id_location", |response| {
                with_status(response, StatusCode::INTERNAL_SERVER_ERROR)
            })
        },
    ),
    Mutant::new(
        "cid-by-default",
        "polyai.query.path.required",
        "takes cid for the path where none is given",
        |reference, request| with_default(reference, request, "event_id_path", "cid"),
    ),
    Mutant::new(
        "no-path-is-404",
        "polyai.query.path.required",
        "answers 404 where no path is given",
        |reference, request| {
            if_missing(reference, &request, "event_id_path", |response| {
                with_status(response, StatusCode::NOT_FOUND)
            })
        },
    ),
    Mutant::new(
        "account-of-the-key",
        "polyai.query.account.required",
        "takes the account of the key where none is given",
        |reference, request| {
            let account = reference.fixtures().polyai.account_id.clone();
            with_default(reference, request, "account_id", &account)
        },
    ),
    Mutant::new(
        "unprocessable-for-missing-parameter",
        "polyai.query.account.required",
        "answers 422 for a missing account, as a validation library does by default",
        |reference, request| {
            if_missing(reference, &request, "account_id", |response| {
                with_status(response, StatusCode::UNPROCESSABLE_ENTITY)
            })
        },
    ),
    Mutant::new(
        "project-of-the-key",
        "polyai.query.project.required",
        "takes the project of the key where none is given",
        |reference, request| {
            let project = reference.fixtures().polyai.project_id.clone();
            with_default(reference, request, "project_id", &project)
        },
    ),
    Mutant::new(
        "no-project-is-unauthorized",
        "polyai.query.project.required",
        "answers 401 where no project is given",
        |reference, request| {
            if_missing(reference, &request, "project_id", |response| {
                with_status(response, StatusCode::UNAUTHORIZED)
            })
        },
    ),
    Mutant::new(
        "any-location-is-payload",
        "polyai.query.location.enum",
        "takes every unknown location for payload",
        |reference, request| {
            with_location(reference, request, |sent| {
                (!["headers", "querystring", "payload"].contains(&sent)).then_some("payload")
            })
        },
    ),
    Mutant::new(
        "unknown-location-finds-nothing",
        "polyai.query.location.enum",
        "answers 422 to a location that it does not know",
        |reference, request| {
            let known = query_value(&request, "event_id_location")
                .is_none_or(|sent| ["headers", "querystring", "payload"].contains(&sent.as_str()));
            let response = reference.respond(&request);
            if known || response.status() != StatusCode::BAD_REQUEST {
                return response;
            }
            with_status(response, StatusCode::UNPROCESSABLE_ENTITY)
        },
    ),
    Mutant::new(
        "location-in-any-case",
        "polyai.query.location.case",
        "compares the location without case",
        |reference, request| {
            with_location(reference, request, |sent| match sent.to_lowercase().as_str() {
                "headers" => Some("headers"),
                "querystring" => Some("querystring"),
                "payload" => Some("payload"),
                _ => None,
            })
        },
    ),
    Mutant::new(
        "location-in-capitals",
        "polyai.query.location.case",
        "knows the names of an enumeration of its language too, such as PAYLOAD",
        |reference, request| {
            with_location(reference, request, |sent| match sent {
                "HEADERS" => Some("headers"),
                "QUERYSTRING" => Some("querystring"),
                "PAYLOAD" => Some("payload"),
                _ => None,
            })
        },
    ),
    Mutant::new(
        "location-by-its-beginning",
        "polyai.query.location.near-miss",
        "knows a location by its first letters",
        |reference, request| {
            with_location(reference, request, |sent| {
                ["headers", "querystring", "payload"]
                    .into_iter()
                    .find(|known| sent.len() > 3 && (known.starts_with(sent) || sent.starts_with(known)))
            })
        },
    ),
    Mutant::new(
        "header-for-headers",
        "polyai.query.location.near-miss",
        "knows the location header as well",
        |reference, request| {
            with_location(reference, request, |sent| (sent == "header").then_some("headers"))
        },
    ),
    Mutant::new(
        "body-for-payload",
        "polyai.query.location.near-miss",
        "knows the locations body and query as well",
        |reference, request| {
            with_location(reference, request, |sent| match sent {
                "body" => Some("payload"),
                "query" => Some("querystring"),
                _ => None,
            })
        },
    ),
    Mutant::new(
        "location-trimmed",
        "polyai.query.location.near-miss",
        "drops blanks around the location",
        |reference, request| {
            with_location(reference, request, |sent| match sent.trim() {
                "headers" => Some("headers"),
                "querystring" => Some("querystring"),
                "payload" => Some("payload"),
                _ => None,
            })
        },
    ),
    Mutant::new(
        "empty-location-is-payload",
        "polyai.query.location.near-miss",
        "takes an empty location for payload",
        |reference, request| with_location(reference, request, |sent| sent.is_empty().then_some("payload")),
    ),
    Mutant::new(
        "strict-query",
        "polyai.query.extra",
        "refuses parameters that it does not know, unless the id may be one of them",
        |reference, request| {
            let strange = pairs(&request)
                .iter()
                .any(|(name, _)| !FOUR.contains(&name.as_str()));
            if strange && is_json_payload(&request) {
                return refuse(StatusCode::BAD_REQUEST, "Extra inputs are not permitted");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "location-first",
        "polyai.query.order",
        "reads the parameters by their position",
        |reference, request| {
            let pairs = pairs(&request);
            let location = pairs.iter().position(|(name, _)| name == "event_id_location");
            let path = pairs.iter().position(|(name, _)| name == "event_id_path");
            if path.is_some() && location > path {
                return refuse(StatusCode::BAD_REQUEST, "event_id_location is missing");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "path-only-before-account",
        "polyai.query.order",
        "takes what follows account_id in the query for the name of the account",
        |reference, request| {
            let last = pairs(&request).last().map(|(name, _)| name.clone());
            if last.as_deref() == Some("event_id_path") {
                return not_found();
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "values-not-decoded",
        "polyai.query.percent-encoding",
        "does not decode the values of parameters",
        |reference, request| {
            let values: Vec<(&str, &str)> = raw_pairs(&request);
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(values)
                .finish();
            reference.respond(&with_raw_query(request, &query))
        },
    ),
    Mutant::new(
        "names-not-decoded",
        "polyai.query.percent-encoding",
        "does not decode the names of parameters",
        |reference, request| {
            let query: Vec<String> = raw_pairs(&request)
                .iter()
                .map(|(name, value)| format!("{}={value}", name.replace('%', "%25")))
                .collect();
            reference.respond(&with_raw_query(request, &query.join("&")))
        },
    ),
    Mutant::new(
        "query-in-latin-1",
        "polyai.query.percent-encoding",
        "reads the escaped bytes of the query as ISO 8859-1",
        |reference, request| {
            let latin = |text: &str| -> String { text.bytes().map(char::from).collect() };
            let pairs = pairs(&request);
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs.iter().map(|(name, value)| (latin(name), latin(value))))
                .finish();
            reference.respond(&with_raw_query(request, &query))
        },
    ),
    Mutant::new(
        "id-in-the-query-as-it-stands",
        "polyai.query.percent-encoding",
        "takes the id from the query without decoding it",
        |reference, request| {
            let path = id_path(&request);
            let raw = raw_pairs(&request).into_iter().find(|(name, _)| *name == path);
            let found = raw.map(|(_, value)| value.to_owned());
            if location(&request) == "querystring" && found.is_some() {
                return as_found(reference, request, found.as_deref());
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "capital-digits-only",
        "polyai.query.percent-encoding",
        "decodes percent signs only before digits in capitals",
        |reference, request| {
            let query = request.uri().query().unwrap_or_default().to_owned();
            let mut out = String::new();
            let mut rest = query.as_str();
            while let Some(at) = rest.find('%') {
                out.push_str(&rest[..at]);
                let digits = rest.get(at + 1..at + 3).unwrap_or_default();
                let small = digits.chars().any(|c| c.is_ascii_lowercase());
                out.push_str(if small { "%25" } else { "%" });
                rest = &rest[at + 1..];
            }
            out.push_str(rest);
            reference.respond(&with_raw_query(request, &out))
        },
    ),
    Mutant::new(
        "details-of-validation",
        "polyai.query.error-shape",
        "answers a missing parameter with the list of faults of its validation library",
        |reference, request| {
            if_missing(reference, &request, "account_id", |_| {
                let fault =
                    json!({ "type": "missing", "loc": ["query", "account_id"], "msg": "Field required" });
                answer(StatusCode::BAD_REQUEST, &json!([fault]))
            })
        },
    ),
    Mutant::new(
        "plain-text-for-parameters",
        "polyai.query.error-shape",
        "answers a missing parameter with plain text",
        |reference, request| {
            if_missing(reference, &request, "project_id", |response| {
                let text = "Required request parameter 'project_id' is not present";
                labelled(response.map(|_| Bytes::from(text)), "text/plain")
            })
        },
    ),
    Mutant::new(
        "page-for-the-location",
        "polyai.query.error-shape",
        "answers an unknown location with a page",
        |reference, request| {
            let known = query_value(&request, "event_id_location")
                .is_none_or(|sent| ["headers", "querystring", "payload"].contains(&sent.as_str()));
            let mut response = reference.respond(&request);
            if !known && response.status() == StatusCode::BAD_REQUEST {
                response
                    .headers_mut()
                    .insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
                return response.map(|_| Bytes::from("<h1>Bad Request</h1>"));
            }
            response
        },
    ),
];
