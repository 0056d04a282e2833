//! Passes a request body on piece by piece, or throws it away. Nothing of it is held, whatever its length.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

use super::body::{DISCARDED_LIMITS, Terms};
use crate::mock::{Fault, Pieces};

/// How long a whole upload may take. Between two pieces it may take no longer than other bodies do as a whole.
///
/// Source: Olbrain, File uploads, Size limits (<https://docs.olbrain.com/file-uploads>).
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// Passes a body on to its end. Returns how many bytes there were, also where it broke off.
pub(super) async fn pass_on(
    mut body: Incoming,
    sink: &mut (dyn Pieces + '_),
    terms: &Terms,
) -> (u64, Result<(), Fault>) {
    let mut seen_bytes = 0_u64;
    let reading = async {
        loop {
            let frame = tokio::time::timeout(terms.timeout, body.frame());
            let Some(frame) = frame.await.map_err(|_| Fault::TooSlow)? else {
                return Ok(());
            };
            // Trailers are of no use here.
            if let Ok(data) = frame.map_err(|_| Fault::Cut)?.into_data() {
                seen_bytes = seen_bytes.saturating_add(data.len() as u64);
                sink.take(&data);
            }
        }
    };
    let result = tokio::time::timeout(UPLOAD_TIMEOUT, reading)
        .await
        .unwrap_or(Err(Fault::TooSlow));
    (seen_bytes, result)
}

/// Reads a body that is of no use, within bounds: a client that is still sending when the connection closes often
/// loses the answer. Returns whether the body was read to its end.
pub(super) async fn discard(mut body: Incoming, terms: &Terms) -> bool {
    if body.is_end_stream() {
        return true;
    }
    if terms.sender_waits {
        return false;
    }
    let most_bytes = terms.limit_bytes.saturating_mul(DISCARDED_LIMITS);
    let reading = async {
        let mut seen_bytes = 0_usize;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            seen_bytes = seen_bytes.saturating_add(frame.data_ref().map_or(0, Bytes::len));
            if seen_bytes > most_bytes {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(terms.timeout, reading)
        .await
        .unwrap_or(false)
}
