//! From the credential of a request to the organization that it belongs to.
//!
//! Source: Olbrain, Trigger a webhook, Request, Headers, and Errors; Olbrain, Authentication
//! (<https://docs.olbrain.com/authentication>).

use http::{HeaderMap, Uri};

use super::fixtures::{KEY_PREFIX, Keys};
use super::readings::SchemeCase;
use crate::bearer::Authorization;
use crate::key::is_key;

/// Whose key, or whose agent, it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Organization {
    Own,
    Other,
}

/// What the key of a request allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// To invoke the agents of this organization.
    Of(Organization),
    /// Nothing: it is known, and lacks the permission.
    WithoutPermission,
}

/// What was found in place of a key that counts, and the requirement that refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) found: &'static str,
    pub(crate) requirement: &'static str,
    /// The header is there and well-formed; it is the key that does not count.
    pub(crate) is_key: bool,
}

const fn malformed(found: &'static str, requirement: &'static str) -> Refusal {
    Refusal {
        found,
        requirement,
        is_key: false,
    }
}

const fn bad_key(found: &'static str, requirement: &'static str) -> Refusal {
    Refusal {
        found,
        requirement,
        is_key: true,
    }
}

/// Looks up what the key of a request allows.
pub(crate) fn principal(
    headers: &HeaderMap,
    uri: &Uri,
    keys: &Keys,
    case: SchemeCase,
) -> Result<Principal, Refusal> {
    Err(match Authorization::of(headers) {
        Authorization::Missing => without_header(uri, keys),
        Authorization::Several => malformed("several values", "olbrain.auth.malformed.other-scheme"),
        Authorization::Empty => malformed("an empty value", "olbrain.auth.malformed.empty"),
        Authorization::NoScheme => {
            malformed("one word other than Bearer", "olbrain.auth.malformed.no-scheme")
        }
        Authorization::OtherScheme => malformed(
            "another scheme than Bearer",
            "olbrain.auth.malformed.other-scheme",
        ),
        Authorization::Bearer {
            in_other_case: true, ..
        } if case == SchemeCase::Unauthorized => {
            malformed("Bearer in other letter case", "olbrain.auth.scheme-case")
        }
        Authorization::Bearer { token: [], .. } => {
            malformed("Bearer without a key", "olbrain.auth.malformed.no-token")
        }
        Authorization::Bearer { token, .. } if !token.starts_with(KEY_PREFIX.as_bytes()) => {
            bad_key("a key that does not begin with ak_", "olbrain.auth.no-ak-prefix")
        }
        Authorization::Bearer { token, .. } => return known(token, keys),
    })
}

/// Compares every configured key in full, whichever of them matches.
fn known(token: &[u8], keys: &Keys) -> Result<Principal, Refusal> {
    let revoked = bad_key("a revoked key", "olbrain.auth.revoked");
    let expired = bad_key("an expired key", "olbrain.auth.expired");
    let all = [
        (&keys.valid, Ok(Principal::Of(Organization::Own))),
        (&keys.other_organization, Ok(Principal::Of(Organization::Other))),
        (&keys.without_permission, Ok(Principal::WithoutPermission)),
        (&keys.revoked, Err(revoked)),
        (&keys.expired, Err(expired)),
    ];
    all.map(|(key, principal)| is_key(token, key.as_deref()).then_some(principal))
        .into_iter()
        .flatten()
        .next()
        .unwrap_or(Err(bad_key("an unknown key", "olbrain.auth.unknown")))
}

/// Says whether a key was put into the query.
fn without_header(uri: &Uri, keys: &Keys) -> Refusal {
    let in_query = uri.query().is_some_and(|query| {
        form_urlencoded::parse(query.as_bytes())
            .any(|(_, value)| keys.iter().any(|key| is_key(value.as_bytes(), Some(key))))
    });
    if in_query {
        malformed("nothing, but a key in the query", "olbrain.auth.query")
    } else {
        malformed("nothing", "olbrain.auth.missing")
    }
}

#[cfg(test)]
mod tests {
    use http::{Request, header};

    use super::*;

    fn ask_with(case: SchemeCase, uri: &str, values: &[&str]) -> Result<Principal, &'static str> {
        let keys = Keys {
            valid: Some("ak_valid".into()),
            revoked: Some("ak_revoked".into()),
            expired: Some("ak_expired".into()),
            other_organization: Some("ak_other".into()),
            without_permission: Some("ak_without".into()),
        };
        let mut request = Request::builder().uri(uri);
        for value in values {
            request = request.header("AUTHORIZATION", *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        principal(&parts.headers, &parts.uri, &keys, case).map_err(|refusal| refusal.requirement)
    }

    fn ask(value: &str) -> Result<Principal, &'static str> {
        ask_with(SchemeCase::Accepted, "/", &[value])
    }

    #[test]
    fn each_key_has_its_meaning() {
        for (key, expected) in [
            ("ak_valid", Ok(Principal::Of(Organization::Own))),
            ("ak_other", Ok(Principal::Of(Organization::Other))),
            ("ak_without", Ok(Principal::WithoutPermission)),
            ("ak_revoked", Err("olbrain.auth.revoked")),
            ("ak_expired", Err("olbrain.auth.expired")),
        ] {
            for spelled in ["Bearer ", " Bearer \t ", "bearer ", "BEARER "] {
                assert_eq!(ask(&format!("{spelled}{key} ")), expected, "{spelled}{key}");
            }
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (value, requirement) in [
            ("", "olbrain.auth.malformed.empty"),
            (" \t", "olbrain.auth.malformed.empty"),
            ("Bearer", "olbrain.auth.malformed.no-token"),
            ("Bearer  ", "olbrain.auth.malformed.no-token"),
            ("ak_valid", "olbrain.auth.malformed.no-scheme"),
            ("Bearerak_valid", "olbrain.auth.malformed.no-scheme"),
            ("Basic ak_valid", "olbrain.auth.malformed.other-scheme"),
            ("Bearer: ak_valid", "olbrain.auth.malformed.other-scheme"),
            ("Bearer valid", "olbrain.auth.no-ak-prefix"),
            ("Bearer AK_valid", "olbrain.auth.no-ak-prefix"),
            ("Bearer \"ak_valid\"", "olbrain.auth.no-ak-prefix"),
            ("Bearer Bearer ak_valid", "olbrain.auth.no-ak-prefix"),
            ("Bearer ak_", "olbrain.auth.unknown"),
            ("Bearer ak_vali", "olbrain.auth.unknown"),
            ("Bearer ak_validx", "olbrain.auth.unknown"),
            ("Bearer ak_VALID", "olbrain.auth.unknown"),
            ("Bearer ak_valid x", "olbrain.auth.unknown"),
            ("Bearer ak_valid,ak_valid", "olbrain.auth.unknown"),
        ] {
            assert_eq!(ask(value), Err(requirement), "{value}");
        }
        assert_eq!(
            ask_with(SchemeCase::Accepted, "/", &["Bearer ak_valid", "Bearer ak_valid"]),
            Err("olbrain.auth.malformed.other-scheme")
        );
    }

    #[test]
    fn the_case_of_the_scheme_is_a_reading() {
        let strict = |value| ask_with(SchemeCase::Unauthorized, "/", &[value]);
        assert_eq!(strict("bearer ak_valid"), Err("olbrain.auth.scheme-case"));
        assert_eq!(strict("Bearer ak_valid"), Ok(Principal::Of(Organization::Own)));
    }

    #[test]
    fn a_key_in_the_query_does_not_count() {
        let without = |uri| ask_with(SchemeCase::Accepted, uri, &[]);
        assert_eq!(without("/"), Err("olbrain.auth.missing"));
        assert_eq!(without("/?a=b&ak_valid"), Err("olbrain.auth.missing"));
        assert_eq!(without("/?any=ak%5Fvalid"), Err("olbrain.auth.query"));
    }

    #[test]
    fn the_header_is_told_from_the_key() {
        let headers = |value: &str| HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
        let refused = |value| {
            let uri = Uri::from_static("/");
            principal(&headers(value), &uri, &Keys::default(), SchemeCase::Accepted).unwrap_err()
        };
        assert!(refused("Bearer ak_x").is_key && refused("Bearer x").is_key);
        assert!(!refused("Bearer").is_key && !refused("Basic ak_x").is_key);
    }
}
