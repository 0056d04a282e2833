//! The address of a target.

use std::net::IpAddr;

/// Where the target's paths begin.
#[derive(Clone, Debug)]
pub struct BaseUrl {
    url: reqwest::Url,
    text: String,
}

/// A base URL that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It does not parse.
    #[error("`{text}` is not a URL ({reason}); write it as http://127.0.0.1:8080")]
    Malformed {
        /// As it was given.
        text: String,
        /// What the parser says.
        reason: String,
    },
    /// The scheme is neither http nor https.
    #[error("`{text}` is not an http or https URL; write it as http://127.0.0.1:8080")]
    Scheme {
        /// As it was given.
        text: String,
    },
    /// It holds a query, a fragment or credentials.
    #[error("`{text}` must end after the path: no query, fragment, user name or password")]
    Extra {
        /// As it was given.
        text: String,
    },
}

impl BaseUrl {
    /// Reads a base URL; a path in front of the API is allowed.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let owned = || without_credentials(text);
        let url = reqwest::Url::parse(text).map_err(|error| BaseUrlError::Malformed {
            text: owned(),
            reason: error.to_string(),
        })?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(BaseUrlError::Scheme { text: owned() });
        }
        if url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(BaseUrlError::Extra { text: owned() });
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, text })
    }

    /// Without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the host is this machine by its very name.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether the target speaks TLS.
    pub fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Host without brackets.
    pub(crate) fn host(&self) -> &str {
        self.url
            .host_str()
            .unwrap_or_default()
            .trim_start_matches('[')
            .trim_end_matches(']')
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.url.scheme(), self.authority())
    }

    /// Value of the `Host` header.
    pub(crate) fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(80)
    }

    /// The path in front of the API, without a slash at the end.
    pub(crate) fn prefix(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }
}

/// A URL as it may be shown: what stands in front of its host may be a password, and so may what follows its path.
pub(super) fn without_credentials(url: &str) -> String {
    let (scheme, rest) = url
        .split_once("://")
        .map_or(("", url), |(scheme, rest)| (scheme, rest));
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let shown = match rest[..authority].rfind('@') {
        Some(at) => format!("***@{}", &rest[at + 1..]),
        None => rest.to_owned(),
    };
    let end = shown.find(['?', '#']).unwrap_or(shown.len());
    let more = if end < shown.len() { "..." } else { "" };
    let separator = if scheme.is_empty() { "" } else { "://" };
    let shown = format!("{scheme}{separator}{}{more}", &shown[..end]);
    crate::transcript::one_line(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_about_a_url_shows_what_may_be_a_password() {
        for (url, shown) in [
            ("http://u:s3@h/p", "`http://***@h/p`"),
            ("http://h/p?key=s3", "`http://h/p...`"),
            ("u:s3@h", "`***@h`"),
            ("http://u:s3@h:99999", "`http://***@h:99999`"),
        ] {
            let told = BaseUrl::parse(url).unwrap_err().to_string();
            assert!(told.contains(shown) && !told.contains("s3"), "{told}");
        }
    }

    #[test]
    fn a_base_url_may_have_a_prefix_but_nothing_behind_it() {
        let base = BaseUrl::parse("http://[::1]:8080/gateway/").unwrap();
        assert_eq!(
            (base.as_str(), base.host(), base.prefix()),
            ("http://[::1]:8080/gateway", "::1", "/gateway")
        );
        assert!(base.is_loopback());
        for wrong in [
            "127.0.0.1:80",
            "ftp://h",
            "http://h/?a",
            "http://u:p@h",
            "",
            "http://",
        ] {
            assert!(BaseUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn other_machines_are_not_loopback() {
        for text in [
            "http://10.0.0.1",
            "https://api.example",
            "http://127.0.0.1.example",
        ] {
            assert!(!BaseUrl::parse(text).unwrap().is_loopback(), "{text}");
        }
        assert!(BaseUrl::parse("http://127.9.9.9").unwrap().is_loopback());
    }
}
