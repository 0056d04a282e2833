//! Servers made from the reference: right in another way (a [`crate::variant::Variant`]) or wrong on purpose (a
//! [`crate::mutant::Mutant`]). Each is served on loopback, and [`trial`] runs the suite against it.

pub(crate) mod bend;
mod crowd;
mod memory;
mod plain;
mod reference;
mod tls;
pub mod trial;

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use mock_server::Fixtures;

pub use memory::Memory;
pub use reference::Reference;

/// How a server answers a request, with the reference at hand.
pub(crate) type Respond = fn(&Reference<'_>, Request<Bytes>) -> Response<Bytes>;

/// How a server answers that does more than return another answer.
pub(crate) type Misbehave = fn(&Reference<'_>, Request<Bytes>) -> Answer;

/// A server made from the reference.
#[derive(Clone, Copy)]
pub struct StandIn {
    name: &'static str,
    setup: fn(&mut Fixtures),
    answers: Answers,
    way: Way,
}

/// What a stand-in is spoken to over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A plain connection, and HTTP/1.1.
    Plain,
    /// TLS, and HTTP/1.1.
    Tls,
    /// TLS, and HTTP/2.
    Http2,
}

#[derive(Clone, Copy)]
enum Answers {
    /// Served by `wiremock`, one request at a time.
    Plainly(Respond),
    /// Served by a server of our own that knows connections, can hold requests until others are there, and can
    /// misbehave below HTTP.
    InACrowd(Misbehave),
}

impl StandIn {
    pub(crate) const fn plain(name: &'static str, respond: Respond) -> Self {
        Self {
            name,
            setup: |_| {},
            answers: Answers::Plainly(respond),
            way: Way::Plain,
        }
    }

    pub(crate) const fn in_a_crowd(name: &'static str, misbehave: Misbehave) -> Self {
        Self {
            name,
            setup: |_| {},
            answers: Answers::InACrowd(misbehave),
            way: Way::Plain,
        }
    }

    pub(crate) const fn with(mut self, setup: fn(&mut Fixtures)) -> Self {
        self.setup = setup;
        self
    }

    /// Spoken to over TLS.
    pub(crate) const fn over_tls(mut self) -> Self {
        self.way = Way::Tls;
        self
    }

    /// Spoken to in HTTP/2 over TLS.
    pub(crate) const fn over_http2(mut self) -> Self {
        self.way = Way::Http2;
        self
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

/// What goes back to the client, and how.
#[derive(Debug)]
pub struct Answer {
    response: Response<Bytes>,
    manner: Manner,
}

/// How an answer goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Whole,
    InChunks(usize),
    Late(Duration),
    CutAfter(usize),
    NotAtAll,
}

impl Answer {
    /// Sent in chunks of so many bytes, without a length in the head.
    pub(crate) fn in_chunks(response: Response<Bytes>, bytes: usize) -> Self {
        Self {
            response,
            manner: Manner::InChunks(bytes.max(1)),
        }
    }

    /// Sent only after this time.
    pub(crate) fn late(response: Response<Bytes>, delay: Duration) -> Self {
        Self {
            response,
            manner: Manner::Late(delay),
        }
    }

    /// The connection is closed after so many bytes of the body; the head promised all of them.
    pub(crate) fn cut_after(response: Response<Bytes>, bytes: usize) -> Self {
        Self {
            response,
            manner: Manner::CutAfter(bytes),
        }
    }

    /// The connection is closed without an answer.
    pub(crate) fn none() -> Self {
        Self {
            response: Response::default(),
            manner: Manner::NotAtAll,
        }
    }
}

/// A whole answer, at once.
impl From<Response<Bytes>> for Answer {
    fn from(response: Response<Bytes>) -> Self {
        Self {
            response,
            manner: Manner::Whole,
        }
    }
}
