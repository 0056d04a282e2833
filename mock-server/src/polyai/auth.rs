//! From the credential of a request to whom it belongs.
//!
//! Source: PolyAI, Post external event result, `securitySchemes > ExternalEventsApiKey`.

use http::{HeaderMap, HeaderName, Uri, header};

use super::fixtures::Keys;
use crate::key::{is_key, trimmed};

/// The header of the key, in lower case as header maps hold it.
pub(crate) const KEY_HEADER: HeaderName = HeaderName::from_static(KEY_HEADER_NAME);
pub(crate) const KEY_HEADER_NAME: &str = "x-api-key";

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// The configured account.
    Account,
    /// Somebody who may use the other project only.
    OtherProject,
}

/// What was found in place of a key that counts, and the requirement that refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) found: &'static str,
    pub(crate) requirement: &'static str,
}

/// Looks the key up. Each configured key is compared in full, whichever of them matches.
pub(crate) fn principal(headers: &HeaderMap, uri: &Uri, keys: &Keys) -> Result<Principal, Refusal> {
    let mut values = headers.get_all(KEY_HEADER).iter();
    let Some(value) = values.next() else {
        return Err(without_key(headers, uri));
    };
    let presented = trimmed(value.as_bytes());
    let valid = is_key(presented, keys.valid.as_deref());
    let other = is_key(presented, keys.other_project.as_deref());
    let revoked = is_key(presented, keys.revoked.as_deref());
    let refused = |found, requirement| Err(Refusal { found, requirement });
    if presented.is_empty() {
        refused("an empty value", "polyai.auth.empty-key")
    } else if values.next().is_some() {
        // Repeated lines mean one value joined by commas, and that is no key.
        refused("several values", "polyai.auth.invalid-key")
    } else if valid {
        Ok(Principal::Account)
    } else if other {
        Ok(Principal::OtherProject)
    } else if revoked {
        refused("a revoked key", "polyai.auth.revoked-key")
    } else {
        refused("an unknown key", "polyai.auth.invalid-key")
    }
}

/// Says which wrong place the key was put in, as far as that can be seen.
fn without_key(headers: &HeaderMap, uri: &Uri) -> Refusal {
    let in_query = uri.query().is_some_and(|query| {
        form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name.eq_ignore_ascii_case(KEY_HEADER_NAME))
    });
    if headers.contains_key(header::AUTHORIZATION) {
        Refusal {
            found: "nothing, but an authorization header",
            requirement: "polyai.auth.not-bearer",
        }
    } else if in_query {
        Refusal {
            found: "nothing, but a query parameter",
            requirement: "polyai.auth.not-in-query",
        }
    } else {
        Refusal {
            found: "nothing",
            requirement: "polyai.auth.missing-key",
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn keys() -> Keys {
        Keys {
            valid: Some("key-a".into()),
            revoked: Some("key-b".into()),
            other_project: Some("key-c".into()),
        }
    }

    fn ask(uri: &str, headers: &[(&str, &str)]) -> Result<Principal, &'static str> {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        principal(&parts.headers, &parts.uri, &keys()).map_err(|refusal| refusal.requirement)
    }

    #[test]
    fn a_configured_key_is_known_whatever_the_case_of_the_header() {
        assert_eq!(ask("/", &[("X-Api-Key", "key-a")]), Ok(Principal::Account));
        assert_eq!(ask("/", &[("x-API-key", " key-a\t")]), Ok(Principal::Account));
        assert_eq!(ask("/", &[("x-api-key", "key-c")]), Ok(Principal::OtherProject));
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(ask("/", &[]), Err("polyai.auth.missing-key"));
        assert_eq!(ask("/", &[("x-api-key", "")]), Err("polyai.auth.empty-key"));
        assert_eq!(
            ask("/", &[("x-api-key", "key-b")]),
            Err("polyai.auth.revoked-key")
        );
        for wrong in ["KEY-A", "key-", "key-aa", "xkey-a", "a", "key-a,key-a"] {
            assert_eq!(
                ask("/", &[("x-api-key", wrong)]),
                Err("polyai.auth.invalid-key"),
                "{wrong}"
            );
        }
        assert_eq!(
            ask("/", &[("x-api-key", "key-a"), ("x-api-key", "key-a")]),
            Err("polyai.auth.invalid-key")
        );
    }

    #[test]
    fn a_key_in_the_wrong_place_is_named() {
        assert_eq!(ask("/?x-api-key=key-a", &[]), Err("polyai.auth.not-in-query"));
        assert_eq!(
            ask("/", &[("authorization", "Bearer key-a")]),
            Err("polyai.auth.not-bearer")
        );
    }
}
