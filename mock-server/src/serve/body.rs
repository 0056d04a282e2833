//! Collects a request body within its limits of size and time.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};

use crate::mock::Fault;

/// How much of a body beyond the limit is read and thrown away, as a multiple of the limit. A client that is still
/// sending when the connection closes often loses the answer.
pub(super) const DISCARDED_LIMITS: usize = 4;

/// Most that is reserved because a header announces it, in bytes.
const MAX_RESERVED_BYTES: usize = 64 * 1024;

/// What there is to know about a body before it is read.
pub(super) struct Terms {
    pub(super) limit_bytes: usize,
    pub(super) timeout: Duration,
    /// The client waits for `100 Continue` and can be spared the sending.
    pub(super) sender_waits: bool,
}

/// Reads a body to its end. The result holds on to no buffer of the connection.
pub(super) async fn collect(body: Incoming, terms: &Terms) -> Result<Bytes, Fault> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let announced = body.size_hint().exact();
    if terms.sender_waits && announced.is_some_and(|length| length > terms.limit_bytes as u64) {
        return Err(Fault::TooLarge);
    }
    let mut reading = pin!(read(body, announced, terms.limit_bytes));
    // Most bodies arrive together with their head. Only for the others is there a timer.
    if let Poll::Ready(result) = poll_once(reading.as_mut()).await {
        return result;
    }
    tokio::time::timeout(terms.timeout, reading)
        .await
        .unwrap_or(Err(Fault::TooSlow))
}

async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}

async fn read(mut body: Incoming, announced: Option<u64>, limit_bytes: usize) -> Result<Bytes, Fault> {
    let mut collected: Vec<u8> = Vec::new();
    let mut seen_bytes = 0_usize;
    while let Some(frame) = body.frame().await {
        // Trailers are of no use here.
        let Ok(data) = frame.map_err(|_| Fault::Cut)?.into_data() else {
            continue;
        };
        seen_bytes = seen_bytes.saturating_add(data.len());
        if seen_bytes > limit_bytes.saturating_mul(DISCARDED_LIMITS) {
            break;
        }
        if seen_bytes > limit_bytes {
            collected = Vec::new();
            continue;
        }
        if collected.is_empty() {
            if body.is_end_stream() {
                return Ok(Bytes::copy_from_slice(&data));
            }
            let announced = announced
                .and_then(|length| usize::try_from(length).ok())
                .unwrap_or(0);
            collected.reserve(announced.min(MAX_RESERVED_BYTES).max(data.len()));
        }
        collected.extend_from_slice(&data);
    }
    if seen_bytes > limit_bytes {
        Err(Fault::TooLarge)
    } else {
        Ok(Bytes::from(collected))
    }
}
