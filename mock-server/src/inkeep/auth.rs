//! From the credential of a request to whom it belongs.
//!
//! Source: Inkeep, Log Event, `Authorization`.

use http::{HeaderMap, Uri};

use super::fixtures::Keys;
use super::readings::SchemeCase;
use super::state::Project;
use crate::bearer::Authorization;
use crate::key::is_key;

/// The vendor's server takes nothing shorter for a key, in characters. Tokens that are configured may be shorter.
const SHORTEST_VENDOR_KEY: usize = 16;

/// Whose token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// Somebody who may log events for a project.
    Of(Project),
    /// Somebody who is known and may not log events.
    Forbidden,
    /// Somebody whose events cannot be processed, on purpose.
    Unprocessable,
    /// Somebody on whose events the server fails, on purpose.
    Failing,
}

/// What was found in place of a token that counts, and the requirement that refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) found: &'static str,
    pub(crate) requirement: &'static str,
}

/// Looks up whose the token of a request is.
pub(crate) fn principal(
    headers: &HeaderMap,
    uri: &Uri,
    keys: &Keys,
    case: SchemeCase,
) -> Result<Principal, Refusal> {
    let refused = |found, requirement| Err(Refusal { found, requirement });
    match Authorization::of(headers) {
        Authorization::Missing => Err(without_header(uri)),
        Authorization::Several => refused("several values", "inkeep.auth.unknown-token"),
        Authorization::Empty => refused("an empty value", "inkeep.auth.empty-token"),
        Authorization::NoScheme => refused("one word other than Bearer", "inkeep.auth.no-prefix"),
        Authorization::OtherScheme => refused("another scheme than Bearer", "inkeep.auth.scheme"),
        Authorization::Bearer {
            in_other_case: true, ..
        } if case == SchemeCase::Unauthorized => {
            refused("Bearer in other letter case", "inkeep.auth.lowercase-scheme")
        }
        Authorization::Bearer { token: [], .. } => {
            refused("Bearer without a token", "inkeep.auth.empty-token")
        }
        Authorization::Bearer { token, .. } => match owner(token, keys) {
            Some(principal) => Ok(principal),
            None if token.len() < SHORTEST_VENDOR_KEY => refused(
                "an unknown token of fewer than 16 characters",
                "inkeep.auth.short-token",
            ),
            None => refused("an unknown token", "inkeep.auth.unknown-token"),
        },
    }
}

/// Compares every configured token in full, whichever of them matches.
fn owner(token: &[u8], keys: &Keys) -> Option<Principal> {
    let all = [
        (&keys.valid, Principal::Of(Project::Main)),
        (&keys.other_project, Principal::Of(Project::Other)),
        (&keys.forbidden, Principal::Forbidden),
        (&keys.unprocessable, Principal::Unprocessable),
        (&keys.failing, Principal::Failing),
    ];
    all.map(|(key, principal)| is_key(token, key.as_deref()).then_some(principal))
        .into_iter()
        .flatten()
        .next()
}

/// Says whether the token was put into the query, as far as the name of a parameter tells.
fn without_header(uri: &Uri) -> Refusal {
    let names_a_token = |name: &str| {
        [
            "authorization",
            "access_token",
            "token",
            "bearer",
            "api_key",
            "apikey",
        ]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
    };
    let in_query = uri
        .query()
        .is_some_and(|query| form_urlencoded::parse(query.as_bytes()).any(|(name, _)| names_a_token(&name)));
    if in_query {
        Refusal {
            found: "nothing, but a query parameter",
            requirement: "inkeep.auth.not-in-query",
        }
    } else {
        Refusal {
            found: "nothing",
            requirement: "inkeep.auth.missing",
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn keys() -> Keys {
        Keys {
            valid: Some("the-token-of-the-project".into()),
            other_project: Some("short".into()),
            forbidden: Some("c".into()),
            unprocessable: Some("d".into()),
            failing: Some("e".into()),
        }
    }

    fn ask_with(case: SchemeCase, uri: &str, values: &[&str]) -> Result<Principal, &'static str> {
        let mut request = Request::builder().uri(uri);
        for value in values {
            request = request.header("AUTHORIZATION", *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        principal(&parts.headers, &parts.uri, &keys(), case).map_err(|refusal| refusal.requirement)
    }

    fn ask(value: &str) -> Result<Principal, &'static str> {
        ask_with(SchemeCase::Accepted, "/", &[value])
    }

    #[test]
    fn each_configured_token_has_its_owner_whatever_its_length() {
        for (token, principal) in [
            ("the-token-of-the-project", Principal::Of(Project::Main)),
            ("short", Principal::Of(Project::Other)),
            ("c", Principal::Forbidden),
            ("d", Principal::Unprocessable),
            ("e", Principal::Failing),
        ] {
            for spelled in ["Bearer ", " Bearer  ", "bearer ", "BEARER "] {
                assert_eq!(ask(&format!("{spelled}{token}")), Ok(principal), "{token}");
            }
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (value, requirement) in [
            ("", "inkeep.auth.empty-token"),
            ("Bearer", "inkeep.auth.empty-token"),
            ("Bearer   ", "inkeep.auth.empty-token"),
            ("the-token-of-the-project", "inkeep.auth.no-prefix"),
            ("Basic", "inkeep.auth.no-prefix"),
            ("Basic the-token-of-the-project", "inkeep.auth.scheme"),
            ("Bearer: the-token-of-the-project", "inkeep.auth.scheme"),
            ("Token the-token-of-the-project", "inkeep.auth.scheme"),
            ("Bearerthe-token-of-the-project", "inkeep.auth.no-prefix"),
            ("Bearer x", "inkeep.auth.short-token"),
            ("Bearer of-15-character", "inkeep.auth.short-token"),
            ("Bearer of-16-characters", "inkeep.auth.unknown-token"),
            ("Bearer the-token-of-the-projec", "inkeep.auth.unknown-token"),
            ("Bearer the-token-of-the-projectX", "inkeep.auth.unknown-token"),
            ("Bearer Xthe-token-of-the-project", "inkeep.auth.unknown-token"),
            ("Bearer THE-TOKEN-OF-THE-PROJECT", "inkeep.auth.unknown-token"),
            ("Bearer the-token-of-the-project x", "inkeep.auth.unknown-token"),
            (
                "Bearer Bearer the-token-of-the-project",
                "inkeep.auth.unknown-token",
            ),
            ("Bearer \"the-token-of-the-project\"", "inkeep.auth.unknown-token"),
        ] {
            assert_eq!(ask(value), Err(requirement), "{value}");
        }
        let twice = ["Bearer the-token-of-the-project"; 2];
        assert_eq!(
            ask_with(SchemeCase::Accepted, "/", &twice),
            Err("inkeep.auth.unknown-token")
        );
    }

    #[test]
    fn the_case_of_the_scheme_is_a_reading() {
        let strict = |value| ask_with(SchemeCase::Unauthorized, "/", &[value]);
        assert_eq!(
            strict("bearer the-token-of-the-project"),
            Err("inkeep.auth.lowercase-scheme")
        );
        assert_eq!(
            strict("Bearer the-token-of-the-project"),
            Ok(Principal::Of(Project::Main))
        );
    }

    #[test]
    fn a_token_elsewhere_does_not_count() {
        let without = |uri: &str| ask_with(SchemeCase::Accepted, uri, &[]);
        assert_eq!(without("/"), Err("inkeep.auth.missing"));
        assert_eq!(without("/?x=1"), Err("inkeep.auth.missing"));
        for name in ["access_token", "Authorization", "token"] {
            let uri = format!("/?{name}=the-token-of-the-project");
            assert_eq!(without(&uri), Err("inkeep.auth.not-in-query"), "{name}");
        }
    }
}
