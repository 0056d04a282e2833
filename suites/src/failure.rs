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
