//! Files that agents and runs have made: their addresses, and what a GET of one gives.
//!
//! The addresses look like those of the vendor's storage and lead to the mock itself. They need no key: what allows
//! the download is a part of them.
//!
//! Source: Olbrain, Trigger a webhook, Generated files; Run management, Fetch one run.

use bytes::Bytes;
use http::header::HOST;
use http::uri::Authority;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::{self, Refusal};
use super::conversation::GeneratedFile;
use super::object_text::ObjectText;
use super::respond::Olbrain;
use super::route::FILES;
use super::run::{Run, after};
use super::run_calls::in_seconds;
use super::state::Link;
use crate::trace::Trace;

/// How long an address of an output file is good, in seconds.
const LINK_SECONDS: i64 = 15 * 60;

/// An object's name is one segment of a path.
const NOT_IN_NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Where the client reached the server, without a slash at the end. Only the request can say; one that does not, or
/// says what is no address, was sent by a program on this machine.
pub(super) fn base(request: &Request<Bytes>) -> String {
    let uri = request.uri();
    let scheme = uri
        .scheme_str()
        .filter(|scheme| *scheme == "https")
        .unwrap_or("http");
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let authority = uri
        .authority()
        .cloned()
        .or_else(|| host?.parse::<Authority>().ok())
        .filter(|authority| !authority.as_str().contains('@'));
    match authority {
        Some(authority) => format!("{scheme}://{authority}"),
        None => format!("{scheme}://localhost"),
    }
}

/// The path of something that belongs to an agent.
pub(super) fn path(agent_id: &str, rest: &[&str]) -> String {
    let name = format!("agents/{agent_id}/{}", rest.join("/"));
    format!("{FILES}{}", utf8_percent_encode(&name, NOT_IN_NAME))
}

/// The entry of a file in `files`.
pub(super) fn generated(file: &GeneratedFile, base: &str) -> String {
    ObjectText::new()
        .text("file_url", &format!("{base}{}", file.target))
        .text("filename", &file.filename)
        .whole("size_bytes", file.size_bytes)
        .text("kind", "generated_pdf")
        .end()
}

impl Olbrain {
    /// The entry of a run's output file, with an address made for this call, and the link behind it.
    pub(super) fn output_file(
        &self,
        run: &Run,
        content: Bytes,
        base: &str,
        now: Timestamp,
    ) -> (String, Link) {
        const NAME: &str = "report.pdf";
        // Addresses are dated in whole seconds, and end as they say.
        let made_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let expires_at = after(made_at, SignedDuration::from_secs(LINK_SECONDS));
        let token = self.random.token();
        let path = path(&run.agent_id, &["runs", &run.id, NAME]);
        let url = format!(
            "{base}{path}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Date={}&X-Goog-Expires={LINK_SECONDS}\
             &X-Goog-SignedHeaders=host&X-Goog-Signature={token}",
            made_at.strftime("%Y%m%dT%H%M%SZ")
        );
        let entry = ObjectText::new()
            .text("name", NAME)
            .whole("size_bytes", content.len() as u64)
            .text("url", &url)
            .text("url_expires_at", &in_seconds(expires_at))
            .end();
        let link = Link {
            token,
            path,
            expires_at: Some(expires_at),
            filename: NAME.to_owned(),
            content,
        };
        (entry, link)
    }

    /// Gives the file, if the address carries what allows it.
    pub(super) fn file(
        &self,
        request: &Request<Bytes>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        let query = request.uri().query().unwrap_or("");
        let token = form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| matches!(&**name, "token" | "X-Goog-Signature"))
            .map(|(_, token)| token);
        let kept = self.state.lock();
        let link = token
            .as_deref()
            .and_then(|token| kept.links.get(token))
            .filter(|link| link.path == request.uri().path());
        let (found, requirement, file) = match (token.is_some(), link) {
            (false, _) => ("no token", "olbrain.file.token", None),
            (true, None) => ("a token that is not good for it", "olbrain.file.token", None),
            (true, Some(link)) => match link.expires_at {
                None => ("the token", "olbrain.file.fetch", Some(link)),
                Some(end) if now < end => ("a signature", "olbrain.runs.get.url", Some(link)),
                Some(_) => (
                    "a signature that has expired",
                    "olbrain.runs.get.url.expired",
                    None,
                ),
            },
        };
        let file = file.map(|link| (link.content.clone(), link.filename.clone()));
        drop(kept);
        trace.step("file", &["query"], &[found], requirement);
        file.map(|(content, filename)| answer::pdf(content, &filename))
            .ok_or(answer::NO_SUCH_FILE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base_of(uri: &str, hosts: &[&str]) -> String {
        let mut request = Request::get(uri);
        for host in hosts {
            request = request.header("Host", *host);
        }
        base(&request.body(Bytes::new()).unwrap())
    }

    #[test]
    fn the_request_says_where_the_server_is() {
        assert_eq!(base_of("/x", &["127.0.0.1:4600"]), "http://127.0.0.1:4600");
        assert_eq!(base_of("/x", &["[::1]:80"]), "http://[::1]:80");
        assert_eq!(
            base_of("https://a.example/x", &["b.example"]),
            "https://a.example"
        );
        assert_eq!(base_of("ftp://a.example/x", &[]), "http://a.example");
    }

    #[test]
    fn what_is_no_host_is_not_repeated() {
        for host in ["", "a b", "a/b", "user@evil.example", "a\"b", "a?b"] {
            assert_eq!(base_of("/x", &[host]), "http://localhost", "{host}");
        }
        assert_eq!(base_of("/x", &[]), "http://localhost");
    }

    #[test]
    fn the_name_of_an_object_is_one_segment() {
        assert_eq!(
            path("agt_1", &["generated_pdfs", "pdfgen-x.pdf"]),
            "/v0/b/hookproof/o/agents%2Fagt_1%2Fgenerated_pdfs%2Fpdfgen-x.pdf"
        );
        assert_eq!(
            path("a/../b?c#é", &["x"]),
            "/v0/b/hookproof/o/agents%2Fa%2F..%2Fb%3Fc%23%C3%A9%2Fx"
        );
    }
}
