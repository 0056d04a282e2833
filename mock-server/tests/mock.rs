//! The mock as a function: who answers what, and that it answers everything.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use jiff::Timestamp;
use mock_server::{Fixtures, Mock};

const TARGET: &str = "/v1/external-events/webhook?event_id_location=payload&event_id_path=a.cid\
    &account_id=PLATFORM&project_id=PROJECT-123&cid=evt_01HF2MNW2ZQ1Z8E2S3J";

fn builtin() -> Mock {
    Mock::new(Fixtures::builtin())
}

fn documented(content_type: &'static str, body: &'static str) -> Request<Bytes> {
    Request::post(TARGET)
        .header("x-api-key", "hookproof-valid-key")
        .header("content-type", content_type)
        .body(Bytes::from_static(body.as_bytes()))
        .expect("a documented request is a legal one")
}

fn samples() -> [Request<Bytes>; 4] {
    [
        documented(
            "application/json",
            r#"{"a":{"cid":"evt_01HF2MNW2ZQ1Z8E2S3J","x":[1,2.5,null,true]}}"#,
        ),
        documented(
            "application/x-www-form-urlencoded",
            "a.cid=evt_01HF2MNW2ZQ1Z8E2S3J&status=succ%65eded",
        ),
        documented(
            "application/xml",
            "<r><a><cid>evt_01HF<![CDATA[2MNW2ZQ1Z8]]>E2S3&#74;</cid></a></r>",
        ),
        documented("text/plain", "a.cid=evt_01HF2MNW2ZQ1Z8E2S3J&status=succeeded"),
    ]
}

#[test]
fn a_path_of_no_api_is_answered_404() {
    let mock = builtin();
    for path in ["/", "/v1", "/v1/external-eventsx", "*", "/_hookproof/health"] {
        let request = Request::post(path).body(Bytes::new()).unwrap();
        let reply = mock.respond(&request, Timestamp::UNIX_EPOCH);
        assert_eq!(reply.response.status(), 404, "{path}");
        let body: serde_json::Value = serde_json::from_slice(reply.response.body()).unwrap();
        assert!(body.is_object());
        assert_eq!(reply.trace.decided_by(), None);
    }
}

#[test]
fn a_reset_forgets_the_events_and_keeps_the_fixtures() {
    let mock = builtin();
    let [json, ..] = samples();
    assert_eq!(mock.respond(&json, Timestamp::UNIX_EPOCH).response.status(), 201);
    assert_eq!(mock.polyai().events()[0].received_at, Timestamp::UNIX_EPOCH);
    mock.reset();
    assert!(mock.polyai().events().is_empty());
    assert_eq!(mock.respond(&json, Timestamp::UNIX_EPOCH).response.status(), 201);
}

#[test]
fn printed_fixtures_make_the_same_mock() {
    let printed = Fixtures::builtin().to_toml();
    let read = Fixtures::from_toml(&printed).expect("what is printed can be read");
    assert!(read.declared("polyai"));
    let mock = Mock::new(read);
    for request in &samples() {
        assert_eq!(
            mock.respond(request, Timestamp::UNIX_EPOCH).response.status(),
            201
        );
    }
}

/// A generator of numbers that are the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("a number below a usize is one")
    }

    fn byte(&mut self) -> u8 {
        // Half of the time a byte that means something to one of the formats.
        let special = b"{}[]\":,\\<>&;#/='%+.\0\n\r \x7f\xc3\xff!-?@";
        let any = u8::try_from(self.below(256)).expect("the bound is that of a byte");
        if self.below(2) == 0 {
            special[self.below(special.len())]
        } else {
            any
        }
    }

    /// Replaces, removes, inserts or doubles a piece at a random place.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(8)).min(bytes.len());
            match self.below(4) {
                0 => drop(bytes.drain(at..end)),
                1 => bytes.insert(at, self.byte()),
                2 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => bytes[at..end].fill(self.byte()),
            }
        }
    }
}

#[test]
fn every_mutilated_request_gets_an_answer() {
    let mock = builtin();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..20_000_usize {
        let mut request = samples()[round % 4].clone();
        let mut body = request.body().to_vec();
        numbers.mutate(&mut body);
        *request.body_mut() = Bytes::from(body);
        if numbers.below(3) == 0 {
            let mut target = TARGET.as_bytes().to_vec();
            numbers.mutate(&mut target);
            if let Ok(uri) = Uri::try_from(target) {
                *request.uri_mut() = uri;
            }
        }
        if numbers.below(3) == 0 {
            let (name, mut value) = request.headers().iter().nth(numbers.below(2)).map_or_else(
                || (HeaderName::from_static("cid"), Vec::new()),
                |(name, value)| (name.clone(), value.as_bytes().to_vec()),
            );
            numbers.mutate(&mut value);
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers_mut().insert(name, value);
            }
        }
        if numbers.below(20) == 0 {
            *request.method_mut() = Method::PATCH;
        }
        let reply = mock.respond(&request, Timestamp::UNIX_EPOCH);
        let status = reply.response.status().as_u16();
        assert!(
            [201, 400, 401, 404, 405].contains(&status),
            "{status}: {request:?}"
        );
        assert_eq!(reply.response.body().is_empty(), status == 201, "{request:?}");
        assert!(reply.trace.to_header_value().len() <= mock_server::trace::HEADER_VALUE_BYTES);
        assert!(!reply.trace.to_string().contains(char::is_control));
        seen.insert(status);
    }
    // The mutations are worth something: all five answers came up.
    assert_eq!(seen.len(), 5, "{seen:?}");
}
