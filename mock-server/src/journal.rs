//! The bounded record of exchanges: what came in and what went out, byte for byte but for the secrets.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::body_text;
use crate::bounded::{Bounded, Weigh};
use crate::secrets::{MASK, Secrets, is_credential_header};
use crate::trace::{Printable, Trace};

/// Most exchanges kept; the oldest give way.
pub const MAX_EXCHANGES: usize = 1024;

/// Most bytes of heads and bodies kept; the oldest give way.
pub const MAX_JOURNAL_BYTES: usize = 8 * 1024 * 1024;

/// Longest request body that is kept whole, in bytes; of a longer one this much is kept.
pub const MAX_KEPT_BODY_BYTES: usize = 256 * 1024;

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    received_at: Timestamp,
    /// Method, target and version on the first line, then one line per header in the order of arrival. What
    /// credential headers held is not kept.
    head: Box<[u8]>,
    /// The body as far as it is kept.
    body: Bytes,
    body_bytes: u64,
    status: StatusCode,
    answer_type: Option<HeaderValue>,
    answer: Bytes,
    trace: Trace,
}

impl Exchange {
    /// Takes down an exchange. The head is copied, so that no buffer of a connection is held on to.
    pub(crate) fn new(
        request: &Request<Bytes>,
        response: &Response<Bytes>,
        trace: Trace,
        received_at: Timestamp,
    ) -> Self {
        let body = request.body();
        // A slice of a long body would keep all of it alive.
        let kept = match body.get(..MAX_KEPT_BODY_BYTES) {
            Some(beginning) => Bytes::copy_from_slice(beginning),
            None => body.clone(),
        };
        Self {
            received_at,
            head: head(request),
            body: kept,
            body_bytes: body.len() as u64,
            status: response.status(),
            answer_type: response.headers().get(CONTENT_TYPE).cloned(),
            answer: response.body().clone(),
            trace,
        }
    }

    /// Notes how long the body was, where it went by in pieces and nothing of it was kept.
    pub(crate) fn with_streamed_body(mut self, bytes: u64) -> Self {
        self.body_bytes = bytes;
        self
    }

    /// The first line of the request without the version: method and target.
    fn request_line(&self) -> (&str, &str) {
        let line = self.head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = std::str::from_utf8(line).unwrap_or_default();
        let mut words = line.split(' ');
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    fn headers(&self) -> impl Iterator<Item = (String, String)> {
        let lines = self
            .head
            .split(|byte| *byte == b'\n')
            .skip(1)
            .filter(|line| !line.is_empty());
        lines.map(|line| {
            let line = String::from_utf8_lossy(line);
            let (name, value) = line.split_once(": ").unwrap_or((&line, ""));
            (name.to_owned(), value.to_owned())
        })
    }

    /// The line of the log, without its end.
    pub(crate) fn log_line(&self, secrets: &Secrets) -> String {
        let (method, target) = self.request_line();
        let target = secrets.mask_target(target);
        let (at, status) = (self.received_at, self.status.as_u16());
        format!(
            "{at} {} {} {status} {}",
            Printable(method),
            Printable(&target),
            self.trace
        )
    }

    /// The exchange as the admin route shows it.
    pub(crate) fn shown(&self, secrets: &Secrets) -> Value {
        let (method, target) = self.request_line();
        let headers: Vec<[String; 2]> = self
            .headers()
            .map(|(name, value)| [name, secrets.mask(&value).into_owned()])
            .collect();
        let mut request = json!({
            "method": method,
            "target": secrets.mask_target(target),
            "headers": headers,
            "body_bytes": self.body_bytes,
            "body_is_cut": (self.body.len() as u64) < self.body_bytes,
        });
        body_text::insert(&mut request, &self.body, secrets);
        let mut answer = json!({
            "status": self.status.as_u16(),
            "content_type": self.answer_type.as_ref().and_then(|value| value.to_str().ok()),
        });
        body_text::insert(&mut answer, &self.answer, secrets);
        json!({
            "received_at": self.received_at.to_string(),
            "request": request,
            "answer": answer,
            "why": self.trace,
        })
    }
}

impl Weigh for Arc<Exchange> {
    fn weight(&self) -> usize {
        self.head.len() + self.body.len() + self.answer.len() + self.trace.text_bytes()
    }
}

fn head(request: &Request<Bytes>) -> Box<[u8]> {
    let uri = request.uri();
    let first = [
        request.method().as_str(),
        " ",
        uri.scheme_str().unwrap_or(""),
        if uri.scheme().is_some() { "://" } else { "" },
        uri.authority().map_or("", Authority::as_str),
        uri.path_and_query().map_or("", PathAndQuery::as_str),
        "\n",
    ];
    let headers = request.headers();
    let lines_bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 3)
        .sum();
    let mut head = Vec::with_capacity(first.map(str::len).iter().sum::<usize>() + lines_bytes);
    for part in first {
        head.extend_from_slice(part.as_bytes());
    }
    for (name, value) in headers {
        let name = name.as_str();
        let value = if is_credential_header(name) {
            MASK.as_bytes()
        } else {
            value.as_bytes()
        };
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.push(b'\n');
    }
    head.into_boxed_slice()
}

/// The exchanges of one server, oldest first.
#[derive(Default)]
pub struct Journal {
    kept: Mutex<Kept>,
}

type Kept = Bounded<Arc<Exchange>, MAX_EXCHANGES, MAX_JOURNAL_BYTES>;

impl Journal {
    /// A panic elsewhere cannot leave the list half changed, so that its lock is never given up.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, exchange: Arc<Exchange>) {
        // Declared before the guard, so that what gives way is freed after the lock is.
        let mut gone: Option<Arc<Exchange>> = None;
        let mut kept = self.lock();
        kept.push(exchange);
        while let Some(oldest) = kept.overflow() {
            gone = Some(oldest);
        }
        drop(kept);
        drop(gone);
    }

    /// How many exchanges are kept.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn all(&self) -> Vec<Arc<Exchange>> {
        self.lock().iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let gone = std::mem::take(&mut *self.lock());
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(target: &str, body: Bytes) -> Exchange {
        let request = Request::builder()
            .method("POST")
            .uri(target)
            .header("x-api-key", "hookproof-key")
            .header("b", "2")
            .header("a", "1 hookproof-key")
            .body(body)
            .unwrap();
        let mut trace = Trace::new();
        trace.step("route", &["POST"], &["the webhook"], "polyai.route.post");
        let response = Response::builder()
            .status(400)
            .header(CONTENT_TYPE, "application/json");
        Exchange::new(
            &request,
            &response.body(Bytes::from_static(b"{}")).unwrap(),
            trace,
            Timestamp::UNIX_EPOCH,
        )
    }

    fn secrets() -> Secrets {
        Secrets::new(["hookproof-key"])
    }

    #[test]
    fn an_exchange_is_shown_in_order_and_without_secrets() {
        let shown =
            exchange("/p?key=x&cid=1", Bytes::from_static(b"{\"k\":\"hookproof-key\"}")).shown(&secrets());
        let expected = json!({
            "received_at": "1970-01-01T00:00:00Z",
            "request": {
                "method": "POST",
                "target": "/p?key=***&cid=1",
                "headers": [["x-api-key", "***"], ["b", "2"], ["a", "1 ***"]],
                "body_bytes": 21,
                "body_is_cut": false,
                "body": "{\"k\":\"***\"}",
            },
            "answer": { "status": 400, "content_type": "application/json", "body": "{}" },
            "why": [{
                "what": "route", "where": "POST", "found": "the webhook", "requirement": "polyai.route.post"
            }],
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_credential_is_not_even_kept() {
        let exchange = exchange("/p", Bytes::new());
        assert!(String::from_utf8_lossy(&exchange.head).contains("x-api-key: ***\n"));
    }

    #[test]
    fn the_log_line_is_one_line() {
        let line = exchange("/p?token=x&cid=1", Bytes::new()).log_line(&secrets());
        assert_eq!(
            line,
            "1970-01-01T00:00:00Z POST /p?token=***&cid=1 400 route POST: the webhook [polyai.route.post]"
        );
    }

    #[test]
    fn the_oldest_exchanges_give_way_by_number_and_by_size() {
        let journal = Journal::default();
        for number in 0..MAX_EXCHANGES + 2 {
            journal.push(Arc::new(exchange(&format!("/{number}"), Bytes::new())));
        }
        assert_eq!(journal.len(), MAX_EXCHANGES);
        assert_eq!(journal.all()[0].request_line(), ("POST", "/2"));
        let body = Bytes::from(vec![b'x'; MAX_KEPT_BODY_BYTES]);
        for _ in 0..MAX_JOURNAL_BYTES / MAX_KEPT_BODY_BYTES {
            journal.push(Arc::new(exchange("/big", body.clone())));
        }
        assert!(journal.len() < MAX_JOURNAL_BYTES / MAX_KEPT_BODY_BYTES);
        journal.clear();
        assert!(journal.is_empty());
    }

    #[test]
    fn a_long_body_is_cut_and_says_so() {
        let exchange = exchange("/", Bytes::from(vec![b'x'; MAX_KEPT_BODY_BYTES + 1]));
        let shown = exchange.shown(&secrets());
        assert_eq!(shown["request"]["body_is_cut"], true);
        assert_eq!(
            shown["request"]["body"].as_str().unwrap().len(),
            MAX_KEPT_BODY_BYTES
        );
    }
}
