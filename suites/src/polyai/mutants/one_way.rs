//! Right but for one way of asking: one place of the id, one format, one framing, one kind of name or value.

use bytes::Bytes;
use http::header::TRANSFER_ENCODING;
use http::{Request, StatusCode};
use serde_json::Value;

use super::bend::{
    FORM, KEY, as_found, at_path, form_field, header_text, id_path, is_json_payload, is_payload, json_body,
    let_in, location, media_type, not_found, not_valid, pairs, query_value, refuse, says_not_found, sent_key,
    text, valid_key, with_body, with_pairs, with_query,
};
use crate::mutant::Mutant;

const FAILED: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

/// The request with one more parameter.
fn with_parameter(request: Request<Bytes>, name: &str, value: &str) -> Request<Bytes> {
    let mut pairs = pairs(&request);
    pairs.push((name.to_owned(), value.to_owned()));
    with_pairs(request, pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())))
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "bearer-in-the-key-header",
        "polyai.auth.key-prefix",
        "takes the word Bearer off the key before it compares",
        |reference, request| {
            if sent_key(&request).strip_prefix("Bearer ") == Some(valid_key(reference).as_str()) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "revoked-key-works-in-the-query",
        "polyai.auth.revoked-key",
        "asks whether a key was revoked everywhere but where the id is in the query",
        |reference, request| {
            let revoked = reference.fixtures().polyai.keys.revoked.as_deref();
            if location(&request) == "querystring" && revoked == Some(sent_key(&request)) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::in_a_crowd(
        "chunks-without-key",
        "polyai.auth.missing-key",
        "asks for no key where the body comes in chunks",
        |reference, request| {
            let keyed = request.headers().contains_key(KEY);
            if !keyed && request.headers().contains_key(TRANSFER_ENCODING) {
                return reference.respond(&let_in(reference, request)).into();
            }
            reference.respond(&request).into()
        },
    ),
    Mutant::new(
        "long-key-is-a-crash",
        "polyai.response.no-server-error",
        "fails on a key that is longer than its column",
        |reference, request| {
            if sent_key(&request).len() > 100 {
                return refuse(FAILED, "Internal server error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-beyond-ascii-is-a-crash",
        "polyai.response.no-server-error",
        "fails on a key that is not of ASCII characters, as a comparison in constant time does",
        |reference, request| {
            let sent = request.headers().get(KEY).map(http::HeaderValue::as_bytes);
            if sent.is_some_and(|key| !key.is_ascii()) {
                return refuse(FAILED, "Internal server error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "project-optional-for-headers",
        "polyai.query.project.required",
        "asks for no project where the id is in a header",
        |reference, request| {
            if location(&request) == "headers" && query_value(&request, "project_id").is_none() {
                return reference.respond(&with_parameter(request, "project_id", "PROJECT-123"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "account-optional-for-forms",
        "polyai.query.account.required",
        "asks for no account where the body is a form",
        |reference, request| {
            if media_type(&request).starts_with(FORM) && query_value(&request, "account_id").is_none() {
                return reference.respond(&with_parameter(request, "account_id", "PLATFORM"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "parameters-from-the-form",
        "polyai.query.account.required",
        "reads its parameters from the query and the form together",
        |reference, request| {
            let sent = form_field(request.body(), "account_id");
            if let (Some(sent), None, true) = (
                sent,
                query_value(&request, "account_id"),
                media_type(&request).starts_with(FORM),
            ) {
                return reference.respond(&with_parameter(request, "account_id", &sent));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "project-from-a-header",
        "polyai.query.project.required",
        "takes the project from the header X-Project-Id as well",
        |reference, request| {
            let name = http::HeaderName::from_static("x-project-id");
            let sent = header_text(&request, &name).to_owned();
            if query_value(&request, "project_id").is_none() && !sent.is_empty() {
                return reference.respond(&with_parameter(request, "project_id", &sent));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "ten-parameters-are-read",
        "polyai.query.extra",
        "reads the first ten parameters of a query",
        |reference, request| {
            let first: Vec<_> = pairs(&request).into_iter().take(10).collect();
            let request = with_pairs(request, first.iter().map(|(n, v)| (n.as_str(), v.as_str())));
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "last-parameter-holds-the-id",
        "polyai.query.extra",
        "finds an id in the query only where its parameter is the last one",
        |reference, request| {
            let last = pairs(&request).pop().map(|(name, _)| name);
            let response = reference.respond(&request);
            if location(&request) == "querystring"
                && response.status() == StatusCode::CREATED
                && last != Some(id_path(&request))
            {
                return not_found();
            }
            response
        },
    ),
    Mutant::new(
        "query-and-form-are-one",
        "polyai.extract.query.body-ignored",
        "looks for the id in the query and the form together, as a framework that merges them does",
        |reference, request| {
            let path = id_path(&request);
            let in_form =
                form_field(request.body(), &path).filter(|_| media_type(&request).starts_with(FORM));
            let response = reference.respond(&request);
            if location(&request) == "querystring" && says_not_found(&response) && in_form.is_some() {
                return as_found(reference, request, in_form.as_deref());
            }
            response
        },
    ),
    Mutant::new(
        "names-without-blanks",
        "polyai.query.percent-encoding",
        "finds no parameter whose name has a blank",
        |reference, request| {
            if location(&request) == "querystring" && id_path(&request).contains(' ') {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "next-level-up",
        "polyai.extract.only-at-path",
        "goes on one level up where a segment of the path is missing",
        |reference, request| {
            let path = id_path(&request);
            let body = json_body(&request).filter(|_| is_json_payload(&request));
            let mut at = body.as_ref();
            for name in path.split('.') {
                at = at.map(|value| value.get(name).unwrap_or(value));
            }
            match at.and_then(Value::as_str).map(str::to_owned) {
                Some(id) if path.contains('.') => as_found(reference, request, Some(&id)),
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "json-within-a-string",
        "polyai.extract.only-at-path",
        "reads the JSON within a string as if it were the payload",
        |reference, request| {
            let inner = json_body(&request).and_then(|body| {
                let inner: Value = serde_json::from_str(body.as_str()?).ok()?;
                at_path(&inner, &id_path(&request))
            });
            match inner {
                Some(id) if is_json_payload(&request) => as_found(reference, request, Some(&id)),
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "elements-in-any-case",
        "polyai.extract.only-at-path",
        "finds elements whatever the letter case of their names",
        |reference, request| {
            let (path, body) = (id_path(&request), text(&request));
            let leaf = path.rsplit('.').next().unwrap_or_default();
            let capitals = leaf.to_ascii_uppercase();
            let open = format!("<{capitals}>");
            if is_payload(&request, "application/xml") && capitals != leaf && body.contains(&open) {
                let body = body
                    .replace(&open, &format!("<{leaf}>"))
                    .replace(&format!("</{capitals}>"), &format!("</{leaf}>"));
                return reference.respond(&with_body(request, body));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "nothing-behind-the-root",
        "polyai.extract.xml.path",
        "refuses XML in which anything follows the root element",
        |reference, request| {
            if is_payload(&request, "application/xml") && text(&request).trim_end().ends_with("-->") {
                return refuse(StatusCode::BAD_REQUEST, "junk after document element");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "misplaced-but-recorded",
        "polyai.refusal.no-side-effect",
        "takes an id as used that stands in the body while the location is another",
        |reference, request| {
            let response = reference.respond(&request);
            if says_not_found(&response) && location(&request) == "headers" {
                reference.respond(&with_query(request, "event_id_location", "payload"));
            }
            response
        },
    )
    .with(super::single_use),
    Mutant::new(
        "misplaced-id-is-burnt",
        "polyai.refusal.no-side-effect",
        "takes no id again that stood anywhere in a request in which none was found",
        |reference, request| {
            let id = json_body(&request)
                .and_then(|body| at_path(&body, "cid"))
                .unwrap_or_default();
            let response = reference.respond(&request);
            if response.status() == StatusCode::CREATED && reference.memory().recall(&id).is_some() {
                return not_valid();
            }
            if says_not_found(&response) && !id.is_empty() {
                reference.memory().keep(id, Value::Null);
            }
            response
        },
    ),
    Mutant::new(
        "body-read-beside-the-header",
        "polyai.response.no-server-error",
        "reads the body even where the id is in a header, and fails where that is no XML",
        |reference, request| {
            let is_xml = media_type(&request).starts_with("application/xml");
            if location(&request) == "headers" && is_xml && text(&request).contains("<a></root>") {
                return refuse(FAILED, "Internal server error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "half-a-character-is-a-crash",
        "polyai.response.no-server-error",
        "fails on the escape of half a character, which its JSON reader takes and its store does not",
        |reference, request| {
            if is_json_payload(&request) && text(&request).contains("\\ud800") {
                return refuse(FAILED, "Internal server error");
            }
            reference.respond(&request)
        },
    ),
];
