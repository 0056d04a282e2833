//! The token: read from another scheme, and looked up in a store that finds too much.

use super::bend::{authorization, let_in, token};
use crate::http::basic_credentials;
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "token-as-user-of-basic",
        "inkeep.auth.scheme",
        "takes the token as the user's name of the scheme Basic, as some payment services do",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                authorization(request)
                    .strip_prefix("Basic ")
                    .is_some_and(|pair| pair == basic_credentials(valid)[0])
            })
        },
    ),
    Mutant::new(
        "token-as-password-of-basic",
        "inkeep.auth.scheme",
        "takes the token as the password of whatever user",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                authorization(request)
                    .strip_prefix("Basic ")
                    .is_some_and(|pair| pair == basic_credentials(valid)[1])
            })
        },
    ),
    Mutant::new(
        "token-glued-to-bearer",
        "inkeep.auth.scheme",
        "cuts off the first six characters and what blanks there are",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                let token = authorization(request).strip_prefix("Bearer");
                token.is_some_and(|token| token.trim_start() == valid)
            })
        },
    ),
    Mutant::new(
        "bearer-with-a-colon",
        "inkeep.auth.scheme",
        "takes a colon behind the word Bearer for a part of it",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                authorization(request).strip_prefix("Bearer: ") == Some(valid)
            })
        },
    ),
    Mutant::new(
        "bearer-anywhere",
        "inkeep.auth.scheme",
        "looks for the word Bearer and a token with a pattern that has no beginning",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                authorization(request).ends_with(&format!("Bearer {valid}"))
            })
        },
    ),
    Mutant::new(
        "tokens-in-an-object",
        "inkeep.auth.unknown-token",
        "looks tokens up in an object of JavaScript, which knows the name constructor without being told",
        |reference, request| {
            let_in(reference, request, |request, _| {
                matches!(
                    token(request),
                    "constructor" | "toString" | "__proto__" | "valueOf"
                )
            })
        },
    ),
    Mutant::new(
        "tokens-are-attributes",
        "inkeep.auth.unknown-token",
        "gets the owner of a token as an attribute of an object of Python",
        |reference, request| {
            let_in(reference, request, |request, _| {
                token(request).starts_with("__") && token(request).ends_with("__")
            })
        },
    ),
    Mutant::new(
        "token-by-like",
        "inkeep.auth.near-miss",
        "finds tokens with SQL's LIKE, for which a percent sign stands for anything",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                let pattern = token(request);
                pattern
                    .strip_suffix('%')
                    .is_some_and(|start| !start.is_empty() && valid.starts_with(start))
            })
        },
    ),
    Mutant::new(
        "token-by-pattern",
        "inkeep.auth.near-miss",
        "finds tokens among the keys of a store that takes patterns",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                let pattern = token(request);
                let start = pattern.strip_suffix('?').unwrap_or_default();
                !start.is_empty() && valid.starts_with(start) && valid.len() == pattern.len()
            })
        },
    ),
];
