//! Ids in headers and in the query, and ids that stand elsewhere.

use http::{HeaderName, StatusCode};
use serde_json::Value;

use super::bend::{
    anywhere, as_found, at_path, between, form_field, id_path, is_json_payload, json_body, location,
    media_type, not_found, not_valid, pairs, query_value, refuse, says_not_found, text, with_query,
    with_status,
};
use crate::mutant::Mutant;

/// The header at the path, whatever its letters.
fn header_at(request: &http::Request<bytes::Bytes>, path: &str) -> Option<String> {
    let name = HeaderName::try_from(path).ok()?;
    request.headers().get(name)?.to_str().ok().map(str::to_owned)
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "headers-as-a-gateway-hands-them-on",
        "polyai.extract.headers.ok",
        "finds no header whose name holds a hyphen, since its gateway writes underscores",
        |reference, request| {
            if location(&request) == "headers" && id_path(&request).contains('-') {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "headers-beginning-with-x",
        "polyai.extract.headers.ok",
        "adds X- to the name of the header unless it is cid",
        |reference, request| {
            let path = id_path(&request);
            if location(&request) == "headers" && path != "cid" && !path.starts_with("x-") {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "missing-header-is-404",
        "polyai.extract.headers.missing",
        "answers 404 where the header is missing",
        |reference, request| {
            let in_headers = location(&request) == "headers";
            let response = reference.respond(&request);
            if in_headers && says_not_found(&response) {
                return with_status(response, StatusCode::NOT_FOUND);
            }
            response
        },
    ),
    Mutant::new(
        "missing-header-is-empty",
        "polyai.extract.headers.missing",
        "takes a header that is missing for one that is not valid",
        |reference, request| {
            let in_headers = location(&request) == "headers";
            let response = reference.respond(&request);
            if in_headers && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "header-map-of-small-letters",
        "polyai.extract.headers.case-insensitive",
        "looks the path up in a map of lower-case names as it stands",
        |reference, request| {
            let capitals = id_path(&request).chars().any(|c| c.is_ascii_uppercase());
            if location(&request) == "headers" && capitals {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::in_a_crowd(
        "header-names-as-sent",
        "polyai.extract.headers.case-insensitive",
        "compares the path with the names of headers as they were sent",
        |reference, request| {
            let path = id_path(&request);
            let other = reference.spelling(&path).is_some_and(|sent| sent != path);
            if location(&request) == "headers" && other {
                return as_found(reference, request, None).into();
            }
            reference.respond(&request).into()
        },
    ),
    Mutant::in_a_crowd(
        "headers-capitalised",
        "polyai.extract.headers.case-insensitive",
        "finds no header that was sent in capitals",
        |reference, request| {
            let path = id_path(&request);
            let shouted = reference.spelling(&path).is_some_and(|sent| {
                sent.len() > 1 && sent.chars().nth(1).is_some_and(|c| c.is_ascii_uppercase())
            });
            if location(&request) == "headers" && shouted {
                return as_found(reference, request, None).into();
            }
            reference.respond(&request).into()
        },
    ),
    Mutant::in_a_crowd(
        "blanks-belong-to-the-header",
        "polyai.extract.headers.trim",
        "takes blanks around the value of a header for a part of the id",
        |reference, request| {
            let sent = reference.field(&id_path(&request)).map(|(_, value)| value);
            let padded = sent.is_some_and(|value| value.strip_prefix(" ").unwrap_or(value) != value.trim());
            if location(&request) == "headers" && padded {
                return not_valid().into();
            }
            reference.respond(&request).into()
        },
    ),
    Mutant::new(
        "body-where-no-header-is",
        "polyai.extract.headers.body-ignored",
        "looks into the body where the header is missing",
        |reference, request| {
            if location(&request) == "headers" && header_at(&request, &id_path(&request)).is_none() {
                return reference.respond(&with_query(request, "event_id_location", "payload"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "json-beside-headers-only",
        "polyai.extract.headers.any-body",
        "parses the body as JSON even where the id is in a header",
        |reference, request| {
            if location(&request) == "headers" && json_body(&request).is_none() {
                return refuse(StatusCode::BAD_REQUEST, "Failed to decode JSON");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "xml-unsupported-beside-headers",
        "polyai.extract.headers.any-body",
        "answers 415 to an XML body beside an id in a header",
        |reference, request| {
            if location(&request) == "headers" && media_type(&request) == "application/xml" {
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "query-of-ascii-names",
        "polyai.extract.query.ok",
        "finds no parameter whose name is not of letters and digits",
        |reference, request| {
            let plain = id_path(&request).chars().all(|c| c.is_ascii_alphanumeric());
            if location(&request) == "querystring" && !plain {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "query-of-lowercase-names",
        "polyai.extract.query.ok",
        "looks for the name of the parameter in lower-case letters",
        |reference, request| {
            let capitals = id_path(&request).chars().any(char::is_uppercase);
            if location(&request) == "querystring" && capitals {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "missing-parameter-is-404",
        "polyai.extract.query.missing",
        "answers 404 where the parameter at the path is missing",
        |reference, request| {
            let in_query = location(&request) == "querystring";
            let response = reference.respond(&request);
            if in_query && says_not_found(&response) {
                return with_status(response, StatusCode::NOT_FOUND);
            }
            response
        },
    ),
    Mutant::new(
        "missing-parameter-is-none",
        "polyai.extract.query.missing",
        "takes a missing parameter for the id None, which is not valid",
        |reference, request| {
            let in_query = location(&request) == "querystring";
            let response = reference.respond(&request);
            if in_query && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "query-and-body-merged",
        "polyai.extract.query.body-ignored",
        "looks for the parameter in query and body together",
        |reference, request| {
            let path = id_path(&request);
            if location(&request) == "querystring" && query_value(&request, &path).is_none() {
                let in_body = json_body(&request).and_then(|body| at_path(&body, &path));
                let in_form = form_field(request.body(), &path);
                return as_found(reference, request, in_body.or(in_form).as_deref());
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "query-where-the-body-has-none",
        "polyai.extract.only-in-location",
        "looks into the query where the body does not hold the id",
        |reference, request| {
            let response = reference.respond(&request);
            if location(&request) == "payload" && says_not_found(&response) {
                let found = query_value(&request, &id_path(&request));
                return as_found(reference, request, found.as_deref());
            }
            response
        },
    ),
    Mutant::new(
        "headers-where-the-body-has-none",
        "polyai.extract.only-in-location",
        "looks into the headers where a form does not hold the id",
        |reference, request| {
            let response = reference.respond(&request);
            let is_form = media_type(&request).starts_with(super::bend::FORM);
            if location(&request) == "payload" && is_form && says_not_found(&response) {
                let found = header_at(&request, &id_path(&request));
                return as_found(reference, request, found.as_deref());
            }
            response
        },
    ),
    Mutant::new(
        "headers-where-the-query-has-none",
        "polyai.extract.only-in-location",
        "looks into the headers where the query does not hold the id",
        |reference, request| {
            let response = reference.respond(&request);
            if location(&request) == "querystring" && says_not_found(&response) {
                let found = header_at(&request, &id_path(&request));
                return as_found(reference, request, found.as_deref());
            }
            response
        },
    ),
    Mutant::new(
        "headers-before-the-body",
        "polyai.extract.only-in-location",
        "prefers a header of the same name to the id in the body",
        |reference, request| {
            let found = header_at(&request, &id_path(&request));
            if location(&request) == "payload" && found.is_some() {
                return as_found(reference, request, found.as_deref());
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "search-everywhere",
        "polyai.extract.only-at-path",
        "searches the whole JSON body for the last name of the path",
        |reference, request| {
            let path = id_path(&request);
            let leaf = path.rsplit('.').next().unwrap_or_default();
            let found = json_body(&request).and_then(|body| anywhere(&body, leaf));
            match found {
                Some(id) if is_json_payload(&request) => as_found(reference, request, Some(&id)),
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "last-name-at-the-top",
        "polyai.extract.only-at-path",
        "falls back to the last name of the path at the top of the body",
        |reference, request| {
            let path = id_path(&request);
            let leaf = path.rsplit('.').next().unwrap_or_default();
            let found =
                json_body(&request).and_then(|body| at_path(&body, &path).or_else(|| at_path(&body, leaf)));
            match found {
                Some(id) if is_json_payload(&request) => as_found(reference, request, Some(&id)),
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "expression-over-the-body",
        "polyai.extract.only-at-path",
        "takes the first \"name\":\" in the text of a JSON body",
        |reference, request| {
            let path = id_path(&request);
            let leaf = path.rsplit('.').next().unwrap_or_default();
            let body = text(&request);
            let found = between(&body, &format!("\"{leaf}\":\""), "\"").map(str::to_owned);
            match found {
                Some(id) if is_json_payload(&request) => as_found(reference, request, Some(&id)),
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "form-by-substring",
        "polyai.extract.only-at-path",
        "takes what follows name= anywhere in a form or text",
        |reference, request| {
            let body = text(&request) + "&";
            let found = between(&body, &format!("{}=", id_path(&request)), "&").map(str::to_owned);
            let is_json = media_type(&request).starts_with("application/json");
            match found {
                Some(id) if location(&request) == "payload" && !is_json => {
                    as_found(reference, request, Some(&id))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "element-anywhere",
        "polyai.extract.only-at-path",
        "takes the first element of the last name of the path, wherever it is in the XML",
        |reference, request| {
            let path = id_path(&request);
            let leaf = path.rsplit('.').next().unwrap_or_default();
            let body = text(&request);
            let found = between(&body, &format!("<{leaf}>"), "</").map(str::to_owned);
            match found {
                Some(id) if super::bend::is_payload(&request, "application/xml") => {
                    as_found(reference, request, Some(&id))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "headers-by-their-end",
        "polyai.extract.only-at-path",
        "takes the first header whose name ends like the path",
        |reference, request| {
            let path = id_path(&request).to_lowercase();
            let found = request
                .headers()
                .iter()
                .find(|(name, _)| !path.is_empty() && name.as_str().ends_with(&path))
                .and_then(|(_, value)| value.to_str().ok().map(str::to_owned));
            if location(&request) == "headers" {
                return as_found(reference, request, found.as_deref());
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "query-by-substring",
        "polyai.extract.only-at-path",
        "takes what follows name= anywhere in the query",
        |reference, request| {
            let query = request.uri().query().unwrap_or_default().to_owned() + "&";
            let found = between(&query, &format!("{}=", id_path(&request)), "&").map(str::to_owned);
            match found {
                Some(id) if location(&request) == "querystring" && !pairs(&request).is_empty() => {
                    as_found(reference, request, Some(&id))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "any-known-id-in-the-body",
        "polyai.extract.only-at-path",
        "accepts whatever body holds a valid id under any name at its top",
        |reference, request| {
            let response = reference.respond(&request);
            let known = &reference.fixtures().polyai.known_ids;
            if !is_json_payload(&request) || !says_not_found(&response) {
                return response;
            }
            let found = match json_body(&request) {
                Some(Value::Object(members)) => members
                    .values()
                    .filter_map(Value::as_str)
                    .find(|value| known.first().is_some_and(|id| id == value))
                    .map(str::to_owned),
                _ => None,
            };
            match found {
                Some(id) => as_found(reference, request, Some(&id)),
                None => not_found(),
            }
        },
    ),
];
