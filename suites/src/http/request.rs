//! A request as a value: what a case means to send, before any client touches it.

use std::fmt::Write as _;

use bytes::Bytes;

/// How the length of a body is announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// `Content-Length`.
    #[default]
    Fixed,
    /// `Transfer-Encoding: chunked`, in pieces of at most this many bytes.
    Chunked(usize),
}

/// Who decides how the head looks on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// The HTTP library: pooled connections, header names in the usual capitals.
    #[default]
    Usual,
    /// Nobody: every header name goes out as it is spelled here, on a connection of its own.
    Exact,
}

/// A request to the operation under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Method, in upper case.
    pub method: String,
    /// Scheme, host and port of an address that an answer gave. `None` for a path of the target itself.
    pub origin: Option<String>,
    /// Path below the target's base URL, already percent-encoded.
    pub path: String,
    /// Query pairs in order, not encoded.
    pub query: Vec<(String, String)>,
    /// The query string as it goes out, where its encoding is the point. It then replaces `query` on the wire.
    pub raw_query: Option<String>,
    /// Header fields in order.
    pub headers: Vec<(String, String)>,
    /// The body; empty and absent are the same on the wire, both send `Content-Length: 0`.
    pub body: Bytes,
    /// How the body's length is announced.
    pub framing: Framing,
    /// How the head is spelled.
    pub spelling: Spelling,
}

impl Request {
    /// A request with no query, headers or body.
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            origin: None,
            path: path.to_owned(),
            query: Vec::new(),
            raw_query: None,
            headers: Vec::new(),
            body: Bytes::new(),
            framing: Framing::Fixed,
            spelling: Spelling::Usual,
        }
    }

    /// A plain GET of an absolute http or https URL that an answer gave, with its encoding as it stands. `None` where the
    /// text is no such URL, or holds credentials of its own.
    pub fn absolute(url: &str) -> Option<Self> {
        let url = reqwest::Url::parse(url).ok()?;
        let plain = url.username().is_empty() && url.password().is_none();
        if !plain || !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let mut request = Self::new("GET", url.path());
        request.origin = Some(format!("{}://{}{port}", url.scheme(), url.host_str()?));
        request.raw_query = url.query().map(str::to_owned);
        Some(request)
    }

    /// Sends with another method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// Sends to another path.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Appends a query pair, even where the name is there already.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gives a query parameter another value, or adds it.
    #[must_use]
    pub fn set_query(mut self, name: &str, value: &str) -> Self {
        match self.query.iter_mut().find(|(n, _)| n == name) {
            Some(pair) => value.clone_into(&mut pair.1),
            None => self.query.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Leaves a query parameter out.
    #[must_use]
    pub fn without_query(mut self, name: &str) -> Self {
        self.query.retain(|(n, _)| n != name);
        self
    }

    /// Sends this query string as it stands.
    #[must_use]
    pub fn raw_query(mut self, query: String) -> Self {
        self.raw_query = Some(query);
        self
    }

    /// Appends a header field, even where the name is there already.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces every field of this name by one.
    #[must_use]
    pub fn set_header(self, name: &str, value: &str) -> Self {
        self.without_header(name).header(name, value)
    }

    /// Leaves a header field out; the name is compared without case.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }

    /// Sends this body under this media type.
    #[must_use]
    pub fn body(self, content_type: &str, body: impl Into<Bytes>) -> Self {
        let mut request = self.set_header("Content-Type", content_type);
        request.body = body.into();
        request
    }

    /// Announces the body's length in another way.
    #[must_use]
    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Sends the head exactly as spelled.
    #[must_use]
    pub fn exact(mut self) -> Self {
        self.spelling = Spelling::Exact;
        self
    }

    /// The first field of this name, compared without case.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// The first query value of this name.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    /// Path and query as they go out, below the base URL.
    pub fn target(&self) -> String {
        let query = self
            .raw_query
            .clone()
            .unwrap_or_else(|| encode_pairs(&self.query));
        if query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{query}", self.path)
        }
    }
}

/// Whether a text can be the name of a header field, RFC 9110 §5.1.
pub(crate) fn is_field_name(name: &str) -> bool {
    http::HeaderName::from_bytes(name.as_bytes()).is_ok()
}

/// Whether a text can be the value of a header field, RFC 9110 §5.5.
pub(crate) fn is_field_value(value: &str) -> bool {
    http::HeaderValue::from_bytes(value.as_bytes()).is_ok()
}

fn encode_pairs(pairs: &[(String, String)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        let _ = write!(out, "{}={}", percent_encode(name), percent_encode(value));
    }
    out
}

/// Percent-encodes everything but the unreserved characters of RFC 3986 §2.3, so that no reading of `+`, `/` or
/// `;` in a query can matter.
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_encodes_everything_but_unreserved_characters() {
        let request = Request::new("POST", "/v1").query("a b", "ü+&=/~");
        assert_eq!(request.target(), "/v1?a%20b=%C3%BC%2B%26%3D%2F~");
    }

    #[test]
    fn a_raw_query_replaces_the_pairs() {
        let request = Request::new("POST", "/v1")
            .query("a", "b")
            .raw_query("a=%62".into());
        assert_eq!(request.target(), "/v1?a=%62");
    }

    #[test]
    fn an_absolute_address_keeps_its_encoding() {
        let request = Request::absolute("http://127.0.0.1:81/o/a%2Fb.pdf?alt=media&token=x%2B#f").unwrap();
        assert_eq!(request.origin.as_deref(), Some("http://127.0.0.1:81"));
        assert_eq!(request.target(), "/o/a%2Fb.pdf?alt=media&token=x%2B");
        assert_eq!(
            Request::absolute("https://[::1]/a").unwrap().origin.as_deref(),
            Some("https://[::1]")
        );
        for wrong in [
            "/a",
            "//h/a",
            "ftp://h/a",
            "http://u:p@h/a",
            "file:///etc/passwd",
            "http://",
            "",
        ] {
            assert_eq!(Request::absolute(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn header_names_are_compared_without_case() {
        let request = Request::new("POST", "/")
            .header("X-Api-Key", "k")
            .set_header("x-api-key", "l");
        assert_eq!(request.headers, [("x-api-key".to_owned(), "l".to_owned())]);
        assert_eq!(request.header_value("X-API-KEY"), Some("l"));
    }
}
