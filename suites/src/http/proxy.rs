//! The way through an HTTP proxy, for requests that are written byte for byte: RFC 9110 §9.3.6, RFC 9112 §3.2.2.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::base_url::{BaseUrl, without_credentials};
use super::basic::base64;
use super::exchange::{NoAnswer, NoAnswerKind};
use super::transport::TransportError;

/// Longest answer to CONNECT that is read.
const HEAD_LIMIT_BYTES: usize = 16 * 1024;

/// A proxy that speaks plain HTTP.
#[derive(Clone, Debug)]
pub(crate) struct HttpProxy {
    host: String,
    port: u16,
    /// Value of `Proxy-Authorization`.
    authorization: Option<String>,
}

impl HttpProxy {
    /// Reads the URL of a proxy.
    ///
    /// # Errors
    /// It is none, or one that is spoken to in another way than HTTP.
    pub(crate) fn parse(url: &str) -> Result<Self, TransportError> {
        let unusable = |reason: String| TransportError::Proxy {
            url: without_credentials(url),
            reason,
        };
        let parsed = reqwest::Url::parse(url).map_err(|error| unusable(error.to_string()))?;
        if parsed.scheme() != "http" {
            return Err(unusable(
                "requests go byte for byte through HTTP proxies only".to_owned(),
            ));
        }
        let host = parsed.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
        let authorization = (!parsed.username().is_empty() || parsed.password().is_some()).then(|| {
            let mut pair = decoded(parsed.username());
            pair.push(b':');
            pair.extend(decoded(parsed.password().unwrap_or_default()));
            format!("Basic {}", base64(&pair))
        });
        Ok(Self {
            host,
            port: parsed.port_or_known_default().unwrap_or(80),
            authorization,
        })
    }

    /// A connection to the proxy; for a target that is spoken to over TLS, a tunnel through it.
    pub(super) async fn connect(&self, base: &BaseUrl) -> Result<TcpStream, NoAnswer> {
        let mut stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|error| unreachable(format!("the proxy cannot be reached: {error}")))?;
        if base.is_tls() {
            self.open_tunnel(base, &mut stream).await?;
        }
        Ok(stream)
    }

    async fn open_tunnel(
        &self,
        base: &BaseUrl,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    ) -> Result<(), NoAnswer> {
        let place = if base.host().contains(':') {
            format!("[{}]:{}", base.host(), base.port())
        } else {
            format!("{}:{}", base.host(), base.port())
        };
        let credentials = self.field().unwrap_or_default();
        let head = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{credentials}\r\n");
        let broken = |error: std::io::Error| unreachable(format!("the proxy broke the connection: {error}"));
        stream.write_all(head.as_bytes()).await.map_err(broken)?;
        let mut answer = Vec::new();
        // Byte for byte: what follows the head belongs to TLS already.
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() == HEAD_LIMIT_BYTES {
                return Err(unreachable("the proxy answers CONNECT without an end".to_owned()));
            }
            match stream.read_u8().await {
                Ok(byte) => answer.push(byte),
                Err(error) if answer.is_empty() => return Err(broken(error)),
                Err(_) => break,
            }
        }
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut fields);
        match (response.parse(&answer), response.code) {
            (Ok(httparse::Status::Complete(_)), Some(200..=299)) => Ok(()),
            (_, Some(status)) => {
                let why = if status == 407 {
                    ", it asks for credentials"
                } else {
                    ""
                };
                Err(unreachable(format!(
                    "the proxy answers CONNECT {place} with {status}{why}"
                )))
            }
            _ => Err(unreachable(
                "the proxy does not answer CONNECT with HTTP".to_owned(),
            )),
        }
    }

    fn field(&self) -> Option<String> {
        let value = self.authorization.as_ref()?;
        Some(format!("Proxy-Authorization: {value}\r\n"))
    }

    /// A request as a proxy needs it that passes it on: with the whole URL in its first line, and with the credentials of the
    /// proxy. What has no path in its first line stays as it is, and so does what goes through a tunnel.
    pub(super) fn addressed(&self, base: &BaseUrl, request: &[u8]) -> Vec<u8> {
        let path = request
            .iter()
            .position(|byte| *byte == b' ')
            .map(|at| at + 1)
            .filter(|at| request.get(*at) == Some(&b'/'));
        let line = request.windows(2).position(|pair| pair == b"\r\n");
        let (Some(path), Some(line)) = (path, line) else {
            return request.to_vec();
        };
        if base.is_tls() || line < path {
            return request.to_vec();
        }
        let (method, rest) = request.split_at(path);
        let (target, rest) = rest.split_at(line + 2 - path);
        let credentials = self.field().unwrap_or_default();
        [
            method,
            base.origin().as_bytes(),
            target,
            credentials.as_bytes(),
            rest,
        ]
        .concat()
    }
}

fn unreachable(detail: String) -> NoAnswer {
    NoAnswer {
        kind: NoAnswerKind::Unreachable,
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_holds_the_whole_url_and_nothing_else_changes() {
        let proxy = HttpProxy::parse("http://me:p%40ss@127.0.0.1:3128").unwrap();
        let base = BaseUrl::parse("http://target:8080/gate").unwrap();
        let request = b"POST /gate/v1?a=/b HTTP/1.1\r\nHost: x\r\n\r\n\0\xff";
        // "me:p@ss" in base64, by hand.
        let expected =
            b"POST http://target:8080/gate/v1?a=/b HTTP/1.1\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n\
                         Host: x\r\n\r\n\0\xff";
        assert_eq!(proxy.addressed(&base, request), expected);
        for other in [
            "POST http://a/b HTTP/1.1\r\n\r\n",
            "no HTTP at all",
            "\r\nPOST / HTTP/1.1",
            "OPTIONS * HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(
                proxy.addressed(&base, other.as_bytes()),
                other.as_bytes(),
                "{other}"
            );
        }
        // Through a tunnel the target reads it.
        let base = BaseUrl::parse("https://target").unwrap();
        assert_eq!(proxy.addressed(&base, request), request);
    }

    #[test]
    fn another_kind_of_proxy_is_refused_without_its_password() {
        for url in [
            "https://u:s3cret@proxy",
            "socks5://u:s3cret@proxy",
            "u:s3cret@proxy",
        ] {
            let told = HttpProxy::parse(url).unwrap_err().to_string();
            assert!(!told.contains("s3cret"), "{told}");
        }
    }

    #[test]
    fn a_tunnel_is_open_once_the_proxy_says_so() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let proxy = HttpProxy::parse("http://127.0.0.1:1").unwrap();
        let base = BaseUrl::parse("https://[::1]").unwrap();
        let open = |answer: &'static str| {
            runtime.block_on(async {
                let (mut ours, mut theirs) = tokio::io::duplex(4096);
                theirs.write_all(answer.as_bytes()).await.unwrap();
                theirs.shutdown().await.unwrap();
                let opened = proxy.open_tunnel(&base, &mut ours).await;
                let mut asked = vec![0; 64];
                let count = theirs.read(&mut asked).await.unwrap();
                let asked = String::from_utf8_lossy(&asked[..count]).into_owned();
                assert_eq!(asked, "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n");
                opened.map_err(|none| none.detail)
            })
        };
        assert_eq!(
            open("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"),
            Ok(())
        );
        for (answer, told) in [
            ("HTTP/1.1 407 No\r\n\r\n", "with 407, it asks for credentials"),
            ("HTTP/1.1 502 Bad\r\n\r\n", "with 502"),
            ("SSH-2.0\r\n\r\n", "does not answer CONNECT with HTTP"),
            ("", "broke the connection"),
        ] {
            let said = open(answer).unwrap_err();
            assert!(said.contains(told), "{said}");
        }
    }
}
