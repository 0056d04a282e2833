//! The key: read from another scheme, and looked up in a store that finds too much.

use http::header;
use percent_encoding::percent_decode_str;

use super::bend::{header_text, let_in, sent_key, valid_key};
use crate::http::basic_credentials;
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "key-as-user-of-basic",
        "polyai.auth.not-bearer",
        "takes the key from the scheme Basic as well, as the user's name",
        |reference, request| {
            if header_text(&request, &header::AUTHORIZATION)
                .strip_prefix("Basic ")
                .is_some_and(|pair| pair == basic_credentials(&valid_key(reference))[0])
            {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-after-the-word-basic",
        "polyai.auth.not-bearer",
        "takes the key from Authorization after the word Basic",
        |reference, request| {
            if header_text(&request, &header::AUTHORIZATION).strip_prefix("Basic ")
                == Some(valid_key(reference).as_str())
            {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "keys-in-an-object",
        "polyai.auth.invalid-key",
        "looks keys up in an object of JavaScript, which knows the name constructor without being told",
        |reference, request| {
            if matches!(sent_key(&request), "constructor" | "toString" | "__proto__") {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-in-quotes",
        "polyai.auth.key-prefix",
        "takes quotes around the key off",
        |reference, request| {
            if sent_key(&request).trim_matches('"') == valid_key(reference) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "first-of-several-keys",
        "polyai.auth.key-prefix",
        "takes the field of the key for a list, and looks at the first of it",
        |reference, request| {
            if sent_key(&request).split(',').next() == Some(valid_key(reference).as_str()) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-decoded",
        "polyai.auth.key-prefix",
        "decodes the key as if it stood in a URL",
        |reference, request| {
            if percent_decode_str(sent_key(&request)).decode_utf8_lossy() == valid_key(reference) {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "key-by-like",
        "polyai.auth.key-prefix",
        "finds keys with SQL's LIKE, for which a percent sign stands for anything",
        |reference, request| {
            if sent_key(&request)
                .strip_suffix('%')
                .is_some_and(|start| valid_key(reference).starts_with(start))
            {
                return reference.respond(&let_in(reference, request));
            }
            reference.respond(&request)
        },
    ),
];
