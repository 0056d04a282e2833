//! What the core answers with.

use bytes::Bytes;

use crate::trace::Trace;

/// The answer to one request, and how it came about.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What goes to the client.
    pub response: http::Response<Bytes>,
    /// What was looked up, and the requirement that decided.
    pub trace: Trace,
}

impl Reply {
    pub(crate) fn new(response: http::Response<Bytes>, trace: Trace) -> Self {
        Self { response, trace }
    }
}
