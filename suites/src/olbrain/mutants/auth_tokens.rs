//! Keys of every kind that do not count.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, StatusCode};

use super::auth::OTHER_WORDS;
use super::parts::{
    authorization, fixtures, has_expired, is_revoked, is_run, respond_letting_in, token, triggered, valid_key,
};
use crate::http::basic_credentials;
use crate::mutant::Mutant;
use crate::mutant::bend::status_instead;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "any-scheme",
        "olbrain.auth.malformed.other-scheme",
        "takes whatever stands behind the first blank of Authorization for the key",
        |reference, request| {
            let is_key = OTHER_WORDS
                .iter()
                .any(|word| authorization(&request).strip_prefix(word) == Some(valid_key(reference)));
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "basic-as-well",
        "olbrain.auth.malformed.other-scheme",
        "takes the key after the word Token as well, as an older client sent it",
        |reference, request| {
            let is_key = authorization(&request).strip_prefix("Token ") == Some(valid_key(reference));
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "key-as-user-of-basic",
        "olbrain.auth.malformed.other-scheme",
        "takes the key as the user's name of the scheme Basic",
        |reference, request| {
            let is_key = authorization(&request)
                .strip_prefix("Basic ")
                .is_some_and(|pair| pair == basic_credentials(valid_key(reference))[0]);
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "key-as-password-of-basic",
        "olbrain.auth.malformed.other-scheme",
        "takes the key as the password of whatever user",
        |reference, request| {
            let is_key = authorization(&request)
                .strip_prefix("Basic ")
                .is_some_and(|pair| pair == basic_credentials(valid_key(reference))[1]);
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "bare-key",
        "olbrain.auth.malformed.no-scheme",
        "strips the word Bearer if it is there, and takes the rest for the key",
        |reference, request| {
            let is_key = authorization(&request) == valid_key(reference);
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "malformed-header-is-bad-request",
        "olbrain.auth.malformed.no-scheme",
        "answers 400 where Authorization has no second word",
        |reference, request| {
            let one_word = authorization(&request).starts_with("ak_");
            let response = reference.respond(&request);
            if one_word {
                return status_instead(response, StatusCode::UNAUTHORIZED, StatusCode::BAD_REQUEST);
            }
            response
        },
    ),
    Mutant::new(
        "no-token-crashes",
        "olbrain.auth.malformed.no-token",
        "reads the second word of Authorization without looking whether there is one, and answers 400",
        |reference, request| {
            let no_token = authorization(&request).trim() == "Bearer";
            let response = reference.respond(&request);
            if no_token {
                return status_instead(response, StatusCode::UNAUTHORIZED, StatusCode::BAD_REQUEST);
            }
            response
        },
    ),
    Mutant::new(
        "no-token-is-anybody",
        "olbrain.auth.malformed.no-token",
        "looks no key up where the token is empty, and lets the request in",
        |reference, request| {
            let no_token = authorization(&request).trim() == "Bearer";
            respond_letting_in(reference, request, no_token)
        },
    ),
    Mutant::new(
        "empty-header-is-bad-request",
        "olbrain.auth.malformed.empty",
        "answers 400 for an empty Authorization, as a validator of headers does",
        |reference, request| {
            let is_empty = has_empty_header(&request);
            let response = reference.respond(&request);
            if is_empty {
                return status_instead(response, StatusCode::UNAUTHORIZED, StatusCode::BAD_REQUEST);
            }
            response
        },
    ),
    Mutant::new(
        "empty-header-is-anybody",
        "olbrain.auth.malformed.empty",
        "takes an empty Authorization for a call from the inside, and lets it in",
        |reference, request| {
            let is_empty = has_empty_header(&request);
            respond_letting_in(reference, request, is_empty)
        },
    ),
    Mutant::new(
        "prefix-is-decoration",
        "olbrain.auth.no-ak-prefix",
        "cuts ak_ off where it is there and compares what is left",
        |reference, request| {
            let rest = valid_key(reference).trim_start_matches("ak_");
            let is_key = token(&request) == rest;
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "old-prefixes",
        "olbrain.auth.no-ak-prefix",
        "still takes keys under the prefix that they had before",
        |reference, request| {
            let rest = valid_key(reference).trim_start_matches("ak_");
            let is_key = token(&request).strip_prefix("sk_live_") == Some(rest);
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "any-ak-key",
        "olbrain.auth.unknown",
        "lets in whatever looks like a key: ak_ and letters, digits and underscores",
        |reference, request| {
            let shaped = token(&request).strip_prefix("ak_").is_some_and(|rest| {
                rest.len() > 8
                    && rest
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            });
            let known = fixtures(reference).keys.without_permission.as_deref() == Some(token(&request));
            respond_letting_in(reference, request, shaped && !known)
        },
    ),
    Mutant::new(
        "unknown-key-is-forbidden",
        "olbrain.auth.unknown",
        "answers 403 for a key that it does not know, and 401 without one",
        |reference, request| {
            let keys = &fixtures(reference).keys;
            let (revoked, expired) = (keys.revoked.as_deref(), keys.expired.as_deref());
            let key = Some(token(&request));
            let is_unknown = token(&request).starts_with("ak_") && key != revoked && key != expired;
            let response = reference.respond(&request);
            if is_unknown {
                return status_instead(response, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN);
            }
            response
        },
    ),
    Mutant::new(
        "unknown-key-for-workflows-is-not-found",
        "olbrain.auth.unknown",
        "answers 404 for a key that it does not know, for workflow agents only",
        |reference, request| {
            let is_unknown = token(&request).starts_with("ak_") && is_run(reference, &request);
            let response = reference.respond(&request);
            if is_unknown {
                return status_instead(response, StatusCode::UNAUTHORIZED, StatusCode::NOT_FOUND);
            }
            response
        },
    ),
    Mutant::new(
        "revoked-key-works",
        "olbrain.auth.revoked",
        "looks whether a key exists and not whether it was revoked",
        |reference, request| {
            let is_revoked = is_revoked(reference, &request);
            respond_letting_in(reference, request, is_revoked)
        },
    ),
    Mutant::new(
        "revoked-key-is-forbidden",
        "olbrain.auth.revoked",
        "answers 403 for a key that was revoked",
        |reference, request| {
            let is_revoked = is_revoked(reference, &request);
            let response = reference.respond(&request);
            if is_revoked {
                return status_instead(response, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN);
            }
            response
        },
    ),
    Mutant::new(
        "expired-key-works",
        "olbrain.auth.expired",
        "looks at the expiry of a key for reading calls only",
        |reference, request| {
            let is_expired = has_expired(reference, &request);
            let lets_in = is_expired && triggered(&request).is_some();
            respond_letting_in(reference, request, lets_in)
        },
    ),
    Mutant::new(
        "expired-key-is-bad-request",
        "olbrain.auth.expired",
        "answers 400 for a key that has expired",
        |reference, request| {
            let is_expired = has_expired(reference, &request);
            let response = reference.respond(&request);
            if is_expired {
                return status_instead(response, StatusCode::UNAUTHORIZED, StatusCode::BAD_REQUEST);
            }
            response
        },
    ),
    Mutant::new(
        "key-by-beginning",
        "olbrain.auth.near-miss",
        "takes every key that begins with the valid one",
        |reference, request| {
            let is_longer = token(&request).starts_with(valid_key(reference));
            respond_letting_in(reference, request, is_longer)
        },
    ),
    Mutant::new(
        "key-contained",
        "olbrain.auth.near-miss",
        "searches the token for the key, with a regular expression that lacks its anchors",
        |reference, request| {
            let holds = token(&request).contains(valid_key(reference));
            respond_letting_in(reference, request, holds)
        },
    ),
    Mutant::new(
        "key-cut-short",
        "olbrain.auth.near-miss",
        "compares as many characters as were sent",
        |reference, request| {
            let key = token(&request);
            let is_start = key.len() > 8 && valid_key(reference).starts_with(key);
            respond_letting_in(reference, request, is_start)
        },
    ),
    Mutant::new(
        "key-by-like",
        "olbrain.auth.near-miss",
        "finds keys with SQL's LIKE, for which a percent sign stands for anything",
        |reference, request| {
            let is_key = token(&request)
                .strip_suffix('%')
                .is_some_and(|start| start.len() > 3 && valid_key(reference).starts_with(start));
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "key-by-underscore",
        "olbrain.auth.near-miss",
        "finds keys with SQL's LIKE, for which an underscore stands for any character, and forbids percent signs",
        |reference, request| {
            let is_key = token(&request).strip_suffix('_').is_some_and(|start| {
                valid_key(reference).starts_with(start) && token(&request).len() == valid_key(reference).len()
            });
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "keys-in-an-object",
        "olbrain.auth.unknown",
        "looks keys up in an object of JavaScript before it looks at how they begin",
        |reference, request| {
            let is_key = matches!(token(&request), "constructor" | "toString" | "__proto__");
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "key-in-any-case",
        "olbrain.auth.key-case",
        "finds keys in a column that is compared without case",
        |reference, request| {
            let is_key = token(&request).eq_ignore_ascii_case(valid_key(reference));
            respond_letting_in(reference, request, is_key)
        },
    ),
    Mutant::new(
        "key-lowered",
        "olbrain.auth.key-case",
        "puts the whole header in lower case before it looks for the word bearer",
        |reference, request| {
            let is_key = token(&request).to_ascii_lowercase() == valid_key(reference);
            respond_letting_in(reference, request, is_key)
        },
    ),
];

fn has_empty_header(request: &Request<Bytes>) -> bool {
    request.headers().contains_key(AUTHORIZATION) && authorization(request).trim().is_empty()
}
