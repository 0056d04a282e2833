//! Requests that whatever stands in front of an API may answer in its own words: a parser of HTTP, a router that tidies paths,
//! a proxy. None of the documents speaks of them, so the form of such an answer is nobody's fault.

use crate::http::Request;

/// What no router or proxy has to hand on: encoded control characters and slashes, and segments that lead elsewhere.
const ENCODED: [&str; 6] = ["%0", "%1", "%7f", "%2f", "%5c", "%2e"];

/// Whether the front may answer, and not the API.
pub(crate) fn may_answer(request: &Request) -> bool {
    let path = request.path.to_ascii_lowercase();
    let is_untidy = ENCODED.iter().any(|piece| path.contains(piece))
        || path
            .split('/')
            .skip(1)
            .any(|segment| matches!(segment, "." | ".."))
        || path.contains("//");
    is_untidy || labels(request) > 1
}

/// How many media types a request has. RFC 9110 §5.3: a field that is no list stands once.
fn labels(request: &Request) -> usize {
    let is_label = |name: &str| name.eq_ignore_ascii_case("content-type");
    request.headers.iter().filter(|(name, _)| is_label(name)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_front_may_stumble_over() {
        for path in ["/a/%00", "/a/..%2Fb", "/a/../b", "/a//b", "/a/%2e%2e/b", "/a/%0A"] {
            assert!(may_answer(&Request::new("POST", path)), "{path}");
        }
        let twice = Request::new("POST", "/a")
            .header("Content-Type", "text/plain")
            .header("content-type", "text/html");
        assert!(may_answer(&twice));
        for path in ["/", "/a/", "/a/agt_1", "/a/agt%201", "/a/%C3%A9", "/a/b.c"] {
            let plain = Request::new("POST", path).header("Content-Type", "text/plain");
            assert!(!may_answer(&plain), "{path}");
        }
    }
}
