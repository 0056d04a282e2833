//! The key.

use http::{HeaderValue, StatusCode, header};

use super::bend::{
    KEY, bearer, header_text, id_path, json_body, let_in, location, media_type, not_valid, query_value,
    refuse, says_not_valid, sent_key, status_instead, text, valid_key, with_query,
};
use crate::mutant::Mutant;

const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "valid-key-forgotten",
        "polyai.auth.ok",
        "refuses the valid key on every fifth request, because one node was not told of it",
        |reference, request| {
            if reference.earlier % 5 == 4 {
                return refuse(UNAUTHORIZED, "Unauthorized");
            }
            reference.respond(&request)
        },
    )
    .now_and_then(),
    Mutant::new(
        "last-answer-cached",
        "polyai.auth.ok",
        "keeps what the last key was answered for the request after it",
        |reference, request| {
            let known = sent_key(&request) == valid_key(reference);
            let before = reference.memory().keep("refused", (!known).into());
            if known && before == Some(true.into()) {
                return refuse(UNAUTHORIZED, "Unauthorized");
            }
            reference.respond(&request)
        },
    )
    .now_and_then(),
    Mutant::new(
        "anonymous-is-let-in",
        "polyai.auth.missing-key",
        "checks the key only where there is one",
        |reference, request| {
            if request.headers().contains_key(KEY) {
                return reference.respond(&request);
            }
            reference.respond(&let_in(reference, request))
        },
    ),
    Mutant::new(
        "missing-key-is-malformed",
        "polyai.auth.missing-key",
        "answers 400 where the header of the key is missing, as validation of required headers does",
        |reference, request| {
            if request.headers().contains_key(KEY) {
                return reference.respond(&request);
            }
            refuse(StatusCode::BAD_REQUEST, "X-Api-Key is required")
        },
    ),
    Mutant::new(
        "missing-key-is-forbidden",
        "polyai.auth.missing-key",
        "answers 403 where there is no key, as an API key scheme of a framework does",
        |reference, request| {
            let keyed = request.headers().contains_key(KEY);
            let response = reference.respond(&request);
            if keyed {
                return response;
            }
            status_instead(response, UNAUTHORIZED, StatusCode::FORBIDDEN)
        },
    ),
    Mutant::new(
        "forms-without-key",
        "polyai.auth.missing-key",
        "asks for the key only where the body is JSON",
        |reference, request| {
            let open = !media_type(&request).starts_with("application/json") && sent_key(&request).is_empty();
            if open && !request.headers().contains_key(KEY) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "headers-without-key",
        "polyai.auth.missing-key",
        "asks for no key where the id is in a header",
        |reference, request| {
            if location(&request) == "headers" && !request.headers().contains_key(KEY) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-in-cookie",
        "polyai.auth.missing-key",
        "takes the key from a cookie as well",
        |reference, request| {
            let cookie = header_text(&request, &header::COOKIE);
            if !request.headers().contains_key(KEY) && cookie.contains(&valid_key(reference)) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-in-body",
        "polyai.auth.missing-key",
        "takes the key from the member api_key of the body as well",
        |reference, request| {
            let in_body = json_body(&request).is_some_and(|body| {
                body.get("api_key").and_then(|key| key.as_str()) == Some(&valid_key(reference))
            });
            if !request.headers().contains_key(KEY) && in_body {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "any-key-will-do",
        "polyai.auth.invalid-key",
        "asks for a key and takes any",
        |reference, request| {
            let keyed = !sent_key(&request).is_empty();
            let request = if keyed {
                let_in(reference, request)
            } else {
                request
            };
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "unknown-key-is-forbidden",
        "polyai.auth.invalid-key",
        "answers 403 to a key that it does not know",
        |reference, request| {
            let keyed = !sent_key(&request).is_empty();
            let response = reference.respond(&request);
            if keyed {
                return status_instead(response, UNAUTHORIZED, StatusCode::FORBIDDEN);
            }
            response
        },
    ),
    Mutant::new(
        "any-key-for-xml",
        "polyai.auth.invalid-key",
        "takes any key where the body is XML",
        |reference, request| {
            if media_type(&request).starts_with("application/xml") && !sent_key(&request).is_empty() {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-of-the-last-request",
        "polyai.auth.invalid-key",
        "keeps the principal of the request before and lets in whatever key comes next",
        |reference, request| {
            let known = sent_key(&request) == valid_key(reference);
            let before = reference.memory().keep("known", known.into());
            let keyed = !sent_key(&request).is_empty();
            if !known && keyed && before == Some(true.into()) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    )
    .now_and_then(),
    Mutant::new(
        "empty-key-is-none-needed",
        "polyai.auth.empty-key",
        "compares the key only where it is not empty",
        |reference, request| {
            let empty = request
                .headers()
                .get(KEY)
                .is_some_and(|key| key.as_bytes().trim_ascii().is_empty());
            if empty {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::in_a_crowd(
        "header-in-its-own-letters",
        "polyai.auth.header-name-case",
        "finds the key only under X-Api-Key in just these letters",
        |reference, request| {
            let other = reference
                .spelling("x-api-key")
                .is_some_and(|name| name != "X-Api-Key" && name != "x-api-key");
            if other {
                return refuse(UNAUTHORIZED, "Unauthorized").into();
            }
            reference.respond(&request).into()
        },
    ),
    Mutant::new(
        "key-in-any-case",
        "polyai.auth.key-value-case",
        "compares keys without regard to letter case",
        |reference, request| {
            if sent_key(&request).eq_ignore_ascii_case(&valid_key(reference)) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-by-prefix",
        "polyai.auth.key-prefix",
        "accepts every key that begins with the valid one",
        |reference, request| {
            if sent_key(&request).starts_with(&valid_key(reference)) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-compared-to-its-length",
        "polyai.auth.key-prefix",
        "compares only as many characters as were sent",
        |reference, request| {
            let sent = sent_key(&request);
            if sent.len() > 3 && valid_key(reference).starts_with(sent) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-found-within",
        "polyai.auth.key-prefix",
        "accepts whatever contains the valid key, or is contained in it",
        |reference, request| {
            let (sent, valid) = (sent_key(&request), valid_key(reference));
            if sent.len() > 3 && (sent.contains(&valid) || valid.contains(sent)) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-first-half",
        "polyai.auth.key-prefix",
        "looks keys up by their first half and forgets to compare the rest",
        |reference, request| {
            let valid = valid_key(reference);
            if sent_key(&request).starts_with(&valid[..valid.len() / 2]) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-in-query",
        "polyai.auth.not-in-query",
        "takes the key from the query parameter api_key as well",
        |reference, request| {
            if query_value(&request, "api_key") == Some(valid_key(reference)) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "header-name-in-query",
        "polyai.auth.not-in-query",
        "merges headers and query, and finds the key in the parameter x-api-key",
        |reference, request| {
            let valid = valid_key(reference);
            let found = super::bend::pairs(&request)
                .iter()
                .any(|(name, value)| name.eq_ignore_ascii_case("x-api-key") && *value == valid);
            if found {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-as-bearer",
        "polyai.auth.not-bearer",
        "takes the key from Authorization as well",
        |reference, mut request| {
            if let Some(key) = bearer(request.headers()) {
                request.headers_mut().entry(KEY).or_insert(key);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-under-another-header",
        "polyai.auth.not-bearer",
        "takes the key from Api-Key as well",
        |reference, mut request| {
            let key = request.headers().get("api-key").cloned();
            if let Some(key) = key {
                request.headers_mut().entry(KEY).or_insert(key);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "revoked-key-lives-on",
        "polyai.auth.revoked-key",
        "goes on taking a key after it was revoked",
        |reference, request| {
            if Some(sent_key(&request)) == reference.fixtures().polyai.keys.revoked.as_deref() {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "revoked-key-is-forbidden",
        "polyai.auth.revoked-key",
        "answers 403 to a key that was revoked",
        |reference, request| {
            let revoked = Some(sent_key(&request)) == reference.fixtures().polyai.keys.revoked.as_deref();
            let response = reference.respond(&request);
            if revoked {
                return status_instead(response, UNAUTHORIZED, StatusCode::FORBIDDEN);
            }
            response
        },
    ),
    Mutant::new(
        "keys-are-global",
        "polyai.auth.other-project-key",
        "lets a key of one project into every project",
        |reference, request| {
            if Some(sent_key(&request)) == reference.fixtures().polyai.keys.other_project.as_deref() {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "parameters-before-key",
        "polyai.auth.before-validation",
        "judges the parameters before the key",
        |reference, request| {
            let complete = ["event_id_location", "event_id_path", "account_id", "project_id"]
                .iter()
                .all(|name| query_value(&request, name).is_some());
            if complete {
                return reference.respond(&request);
            }
            refuse(StatusCode::BAD_REQUEST, "a parameter is missing")
        },
    ),
    Mutant::new(
        "id-before-key",
        "polyai.auth.before-validation",
        "judges the id before the key",
        |reference, request| {
            let keyless = !request.headers().contains_key(KEY);
            let response = reference.respond(&let_in(reference, request.clone()));
            if keyless && says_not_valid(&response) {
                return not_valid();
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "body-before-key",
        "polyai.auth.before-validation",
        "parses the body before the key is looked at",
        |reference, request| {
            let is_json = media_type(&request).starts_with("application/json");
            if is_json && !text(&request).is_empty() && json_body(&request).is_none() {
                return refuse(StatusCode::BAD_REQUEST, "invalid JSON");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "unauthorized-but-recorded",
        "polyai.auth.no-side-effect",
        "records the event before it looks at the key",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == UNAUTHORIZED {
                reference.respond(&let_in(reference, request));
            }
            response
        },
    )
    .with(super::single_use),
    Mutant::new(
        "wrong-key-burns-the-id",
        "polyai.auth.no-side-effect",
        "burns the id of a request with a wrong key, as if somebody tried to guess",
        |reference, request| {
            let response = reference.respond(&request);
            let wrong = response.status() == UNAUTHORIZED && request.headers().contains_key(KEY);
            if wrong && location(&request) == "payload" && id_path(&request) == "cid" {
                reference.respond(&let_in(reference, with_query(request, "event_id_path", "cid")));
            }
            response
        },
    )
    .with(super::single_use),
    Mutant::new(
        "challenge-instead-of-json",
        "polyai.response.401-content-type",
        "answers a missing key with a challenge and plain text",
        |reference, request| {
            let mut response = reference.respond(&request);
            if response.status() == UNAUTHORIZED {
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("ApiKey"));
            }
            response
        },
    ),
];
