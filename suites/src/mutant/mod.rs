//! Deliberately wrong servers: the reference behaviour with one thing broken. They prove that the judge can say no.
//!
//! Each API keeps its own in `mutants/`. [`trial::run`] serves one and runs the suite against it; [`Matrix`] holds the
//! outcome of all.

pub(crate) mod bend;
mod crowd;
mod matrix;
mod memory;
mod plain;
mod reference;
pub mod trial;

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use mock_server::Fixtures;

pub use matrix::{Killed, Matrix, unproven};
pub use memory::Memory;
pub use reference::Reference;

/// How a mutant answers a request, with the reference at hand.
type Respond = fn(&Reference<'_>, Request<Bytes>) -> Response<Bytes>;

/// How a mutant answers that does more than return another answer.
type Misbehave = fn(&Reference<'_>, Request<Bytes>) -> Answer;

/// A server that breaks one requirement on purpose.
#[derive(Clone, Copy)]
pub struct Mutant {
    name: &'static str,
    breaks: &'static str,
    defect: &'static str,
    intermittent: bool,
    setup: fn(&mut Fixtures),
    answers: Answers,
}

#[derive(Clone, Copy)]
enum Answers {
    /// Served by `wiremock`, one request at a time.
    Plainly(Respond),
    /// Served by a server of our own that knows connections, can hold requests until others are there, and can
    /// misbehave below HTTP.
    InACrowd(Misbehave),
}

impl Mutant {
    /// A mutant that answers one request at a time, and with whole answers.
    ///
    /// `breaks` is the requirement; `defect` says what is wrong, as the end of a sentence that begins with "it".
    pub const fn new(
        name: &'static str,
        breaks: &'static str,
        defect: &'static str,
        respond: Respond,
    ) -> Self {
        Self {
            name,
            breaks,
            defect,
            intermittent: false,
            setup: |_| {},
            answers: Answers::Plainly(respond),
        }
    }

    /// A mutant that needs to know connections and the other requests in flight, or misbehaves below HTTP.
    pub const fn in_a_crowd(
        name: &'static str,
        breaks: &'static str,
        defect: &'static str,
        misbehave: Misbehave,
    ) -> Self {
        Self {
            name,
            breaks,
            defect,
            intermittent: false,
            setup: |_| {},
            answers: Answers::InACrowd(misbehave),
        }
    }

    /// The defect shows only now and then, and so in whatever case comes by.
    #[must_use]
    pub const fn now_and_then(mut self) -> Self {
        self.intermittent = true;
        self
    }

    /// The reference behind it has other fixtures. The suite is told the changed ones.
    #[must_use]
    pub const fn with(mut self, setup: fn(&mut Fixtures)) -> Self {
        self.setup = setup;
        self
    }

    /// Its name, unlike any other of its API.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The requirement it breaks.
    pub fn breaks(&self) -> &'static str {
        self.breaks
    }

    /// What is wrong with it.
    pub fn defect(&self) -> &'static str {
        self.defect
    }

    /// Whether the defect shows only now and then.
    pub fn is_intermittent(&self) -> bool {
        self.intermittent
    }
}

impl std::fmt::Debug for Mutant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mutant")
            .field("name", &self.name)
            .field("breaks", &self.breaks)
            .finish_non_exhaustive()
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
    Late(Duration),
    CutAfter(usize),
    NotAtAll,
}

impl Answer {
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

/// The mutants of an API, in the order of its catalogue's areas.
pub fn of(api: &str) -> Vec<&'static Mutant> {
    match api {
        "polyai" => crate::polyai::mutants::all(),
        "inkeep" => crate::inkeep::mutants::all(),
        "olbrain" => crate::olbrain::mutants::all(),
        _ => Vec::new(),
    }
}
