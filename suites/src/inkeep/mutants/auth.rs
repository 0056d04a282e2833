//! The token: missing, wrong, nearly right, in the wrong place.

use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::json;

use super::bend::{
    authorization, for_401, forbidden_token, json_body, let_in, problem, query_value, status_instead, text,
    token, under, valid_token,
};
use crate::mutant::{Answer, Mutant};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "unauthorized-for-invalid",
        "inkeep.auth.ok",
        "answers 401 to a valid token where the body is wrong",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::BAD_REQUEST {
                return problem(StatusCode::UNAUTHORIZED, "not authorized");
            }
            response
        },
    ),
    Mutant::new(
        "every-seventh-token",
        "inkeep.auth.ok",
        "does not know the valid token every seventh time, as one of its instances has an old list",
        |reference, request| {
            if reference.earlier % 7 == 6 {
                return reference.respond(&under(request, "hookproof-outdated-key"));
            }
            reference.respond(&request)
        },
    )
    .now_and_then(),
    Mutant::new(
        "token-not-for-large-bodies",
        "inkeep.auth.ok",
        "loses the token of a request of more than a kilobyte",
        |reference, request| {
            if request.body().len() > 1024 {
                return reference.respond(&under(request, "hookproof-lost-key"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "open-to-all",
        "inkeep.auth.missing",
        "lets requests without Authorization in",
        |reference, request| {
            let_in(reference, request, |request, _| {
                !request.headers().contains_key(AUTHORIZATION)
            })
        },
    ),
    Mutant::new(
        "open-to-agents",
        "inkeep.auth.missing",
        "asks for no token where the body is the sample of the page",
        |reference, request| {
            let_in(reference, request, |request, _| {
                !request.headers().contains_key(AUTHORIZATION)
                    && json_body(request) == Some(json!({ "type": "string" }))
            })
        },
    ),
    Mutant::new(
        "forbidden-for-missing",
        "inkeep.auth.missing",
        "answers 403 where Authorization is missing, as some frameworks do",
        |reference, request| {
            let missing = !request.headers().contains_key(AUTHORIZATION);
            let response = reference.respond(&request);
            if missing {
                for_401(response, StatusCode::FORBIDDEN)
            } else {
                response
            }
        },
    ),
    Mutant::new(
        "header-is-a-parameter",
        "inkeep.auth.missing",
        "takes a missing Authorization for a fault of the input, and answers 422",
        |reference, request| {
            let missing = !request.headers().contains_key(AUTHORIZATION);
            let response = reference.respond(&request);
            if missing {
                for_401(response, StatusCode::UNPROCESSABLE_ENTITY)
            } else {
                response
            }
        },
    ),
    Mutant::new(
        "any-scheme",
        "inkeep.auth.scheme",
        "takes what stands after the first blank of Authorization",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                authorization(request)
                    .split_once(' ')
                    .is_some_and(|(_, token)| token == valid)
            })
        },
    ),
    Mutant::new(
        "basic-as-well",
        "inkeep.auth.scheme",
        "takes Basic with the token as it does Bearer",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                authorization(request) == format!("Basic {valid}")
            })
        },
    ),
    Mutant::new(
        "forbidden-for-scheme",
        "inkeep.auth.scheme",
        "answers 403 to another scheme than Bearer",
        |reference, request| {
            let value = authorization(&request);
            let other = value.contains(' ') && !value.to_lowercase().starts_with("bearer");
            let response = reference.respond(&request);
            if other {
                for_401(response, StatusCode::FORBIDDEN)
            } else {
                response
            }
        },
    ),
    Mutant::new(
        "bearer-cut-where-there",
        "inkeep.auth.no-prefix",
        "cuts the word Bearer off where it is there, and misses it nowhere",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                authorization(request) == valid
            })
        },
    ),
    Mutant::new(
        "malformed-without-prefix",
        "inkeep.auth.no-prefix",
        "answers 400 to a token without the word Bearer",
        |reference, request| {
            let bare = !authorization(&request).is_empty()
                && !authorization(&request).contains(' ')
                && authorization(&request) != "Bearer";
            let response = reference.respond(&request);
            if bare {
                for_401(response, StatusCode::BAD_REQUEST)
            } else {
                response
            }
        },
    ),
    Mutant::new(
        "empty-token-is-nobody",
        "inkeep.auth.empty-token",
        "compares the token only where there is one after the word Bearer",
        |reference, request| {
            let_in(reference, request, |request, _| {
                let value = authorization(request);
                value
                    .strip_prefix("Bearer")
                    .is_some_and(|token| token.trim().is_empty())
            })
        },
    ),
    Mutant::new(
        "empty-header-is-nobody",
        "inkeep.auth.empty-token",
        "compares the token only where Authorization says something",
        |reference, request| {
            let_in(reference, request, |request, _| {
                request
                    .headers()
                    .get(AUTHORIZATION)
                    .is_some_and(http::HeaderValue::is_empty)
            })
        },
    ),
    Mutant::new(
        "second-word-missing",
        "inkeep.auth.empty-token",
        "answers 400 to the word Bearer alone",
        |reference, request| {
            let alone = authorization(&request).trim() == "Bearer";
            let response = reference.respond(&request);
            if alone {
                for_401(response, StatusCode::BAD_REQUEST)
            } else {
                response
            }
        },
    ),
    Mutant::new(
        "any-token-of-the-right-form",
        "inkeep.auth.unknown-token",
        "checks the form of a token and not whose it is",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                let form = |token: &str| -> Vec<usize> { token.split('-').map(str::len).collect() };
                form(token(request)) == form(valid)
            })
        },
    ),
    Mutant::new(
        "token-in-any-case",
        "inkeep.auth.unknown-token",
        "compares tokens without regard to case",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                token(request).eq_ignore_ascii_case(valid)
            })
        },
    ),
    Mutant::new(
        "forbidden-for-unknown",
        "inkeep.auth.unknown-token",
        "answers 403 to a token that nobody was given",
        |reference, request| {
            let is_token = token(&request).len() > 3;
            let response = reference.respond(&request);
            if is_token {
                for_401(response, StatusCode::FORBIDDEN)
            } else {
                response
            }
        },
    ),
    Mutant::new(
        "token-by-beginning",
        "inkeep.auth.near-miss",
        "takes every token that begins with the valid one",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                token(request).starts_with(valid)
            })
        },
    ),
    Mutant::new(
        "token-by-part",
        "inkeep.auth.near-miss",
        "takes every token that holds the valid one",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                token(request).contains(valid)
            })
        },
    ),
    Mutant::new(
        "token-cut-short",
        "inkeep.auth.near-miss",
        "compares the first sixteen characters of tokens",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                token(request)
                    .get(..16)
                    .is_some_and(|start| valid.starts_with(start) && !token(request).contains("forbidden"))
            })
        },
    ),
    Mutant::new(
        "token-compared-as-far-as-it-goes",
        "inkeep.auth.near-miss",
        "compares two tokens up to the end of the shorter one",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                let token = token(request);
                token.len() > 8 && (valid.starts_with(token) || token.starts_with(valid))
            })
        },
    ),
    Mutant::new(
        "access-token-in-query",
        "inkeep.auth.not-in-query",
        "takes the token from the parameter access_token as well",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                query_value(request, "access_token").as_deref() == Some(valid)
            })
        },
    ),
    Mutant::new(
        "token-in-query",
        "inkeep.auth.not-in-query",
        "takes the token from the parameter token as well",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                query_value(request, "token").as_deref() == Some(valid)
            })
        },
    ),
    Mutant::new(
        "token-in-x-api-key",
        "inkeep.auth.not-in-other-header",
        "takes the token from X-Api-Key as well",
        |reference, request| {
            let_in(reference, request, |request, valid| {
                request
                    .headers()
                    .get("x-api-key")
                    .is_some_and(|value| value.as_bytes() == valid.as_bytes())
            })
        },
    ),
    Mutant::in_a_crowd(
        "header-name-as-printed",
        "inkeep.auth.header-name-case",
        "looks for Authorization and no other spelling of it",
        |reference, mut request| {
            if reference
                .spelling("authorization")
                .is_some_and(|spelled| spelled != "Authorization")
            {
                request.headers_mut().remove(AUTHORIZATION);
            }
            Answer::from(reference.respond(&request))
        },
    ),
    Mutant::in_a_crowd(
        "no-capitals-in-header-names",
        "inkeep.auth.header-name-case",
        "does not know a header whose name is in capitals",
        |reference, mut request| {
            if reference.spelling("authorization") == Some("AUTHORIZATION") {
                request.headers_mut().remove(AUTHORIZATION);
            }
            Answer::from(reference.respond(&request))
        },
    ),
    Mutant::new(
        "anybody-may-log",
        "inkeep.auth.403",
        "asks who sends an event and not whether they may",
        |reference, request| {
            let_in(reference, request, |request, _| {
                token(request) == forbidden_token(reference)
            })
        },
    ),
    Mutant::new(
        "unauthorized-for-forbidden",
        "inkeep.auth.403",
        "answers 401 to somebody who is known and may not",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::FORBIDDEN {
                return problem(StatusCode::UNAUTHORIZED, "not authorized");
            }
            response
        },
    ),
    Mutant::new(
        "not-found-for-forbidden",
        "inkeep.auth.403",
        "hides the project from somebody who may not log events in it",
        |reference, request| {
            status_instead(
                reference.respond(&request),
                StatusCode::FORBIDDEN,
                StatusCode::NOT_FOUND,
            )
        },
    ),
    Mutant::new(
        "stored-before-the-token",
        "inkeep.auth.no-side-effect",
        "stores an event before it looks at the token",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::UNAUTHORIZED {
                let _stored = reference.respond(&under(request, &valid_token(reference)));
            }
            response
        },
    ),
    Mutant::new(
        "stored-and-forbidden",
        "inkeep.auth.no-side-effect",
        "stores the event of somebody who may not log any",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() == StatusCode::FORBIDDEN {
                let _stored = reference.respond(&under(request, &valid_token(reference)));
            }
            response
        },
    ),
    Mutant::new(
        "id-taken-before-the-token",
        "inkeep.auth.no-side-effect",
        "takes note of an id before it looks at the token, and calls the event that comes next a duplicate",
        |reference, request| {
            let Some(id) = text(&request, "id") else {
                return reference.respond(&request);
            };
            let response = reference.respond(&request);
            if response.status() == StatusCode::UNAUTHORIZED {
                reference.memory().keep(id, json!(true));
            } else if response.status() == StatusCode::CREATED && reference.memory().recall(&id).is_some() {
                return problem(StatusCode::CONFLICT, "duplicate event");
            }
            response
        },
    ),
];
