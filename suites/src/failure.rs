//! Whether a server failed at a request that shows no fault of the server.

use crate::http::Exchange;
use crate::verdict::Finding;

/// A body up to this size, in bytes, is answered, whatever is in it; beyond it a server may hang up.
pub(crate) const SERVED_BODY_BYTES: usize = 64 * 1024;

/// Whether the server answered, and not with a failure of its own. `None` where it need not have answered.
pub(crate) fn finding(exchange: &Exchange) -> Option<Finding> {
    match &exchange.answer {
        Ok(response) if response.status < 500 => Some(Finding::Met),
        Ok(_) => Some(Finding::Broken {
            expected: "no 5xx: the request shows no fault of the server".to_owned(),
            got: exchange.in_short(),
        }),
        Err(_) if exchange.request.body.len() > SERVED_BODY_BYTES => None,
        Err(_) => Some(Finding::Broken {
            expected: "an answer: nothing that a client sends ends the server's work on it".to_owned(),
            got: exchange.in_short(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::by_hand;
    use crate::http::{NoAnswer, NoAnswerKind, Request};

    #[test]
    fn a_server_answers_every_body_up_to_64_kib() {
        let unanswered = |bytes: usize| Exchange {
            number: 1,
            request: Request::new("POST", "/").body("text/plain", "x".repeat(bytes)),
            answer: Err(NoAnswer {
                kind: NoAnswerKind::Unreachable,
                detail: "the connection was closed".to_owned(),
            }),
            elapsed: Duration::ZERO,
        };
        assert!(matches!(
            finding(&unanswered(65_536)),
            Some(Finding::Broken { .. })
        ));
        assert_eq!(finding(&unanswered(65_537)), None);
    }

    #[test]
    fn only_an_answer_from_500_on_is_a_failure() {
        for (status, fails) in [(201, false), (499, false), (500, true), (503, true)] {
            let exchange = by_hand::exchange(Request::new("POST", "/"), status, &[], "");
            let broken = matches!(finding(&exchange), Some(Finding::Broken { .. }));
            assert_eq!(broken, fails, "{status}");
        }
    }
}
