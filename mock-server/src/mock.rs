//! All APIs in one value: a request goes to the API that owns its path.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use crate::fixtures::Fixtures;
use crate::inkeep::Inkeep;
use crate::journal::Journal;
use crate::olbrain::Olbrain;
use crate::polyai::Polyai;
use crate::reply::Reply;
use crate::secrets::Secrets;
use crate::trace::Trace;

/// What goes wrong with the body of a request before the core sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is beyond the limit of the server.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// It ended early, or its framing is broken.
    Cut,
}

/// How the body of a request is to be read.
pub(crate) enum Intake<'a> {
    /// As a whole, to be handed to [`Api::respond`].
    Whole,
    /// Piece by piece, because it may be larger than what is held in memory.
    Pieces(Box<dyn Pieces + 'a>),
    /// Not at all: the head alone decides.
    Refused(Reply),
}

/// Takes a body piece by piece, and answers at its end.
pub(crate) trait Pieces: Send {
    fn take(&mut self, piece: &[u8]);
    fn finish(self: Box<Self>, now: Timestamp) -> Reply;
}

/// What the servers need of an API.
pub(crate) trait Api: Send + Sync {
    /// The name of the API, as in the fixtures file.
    fn id(&self) -> &'static str;
    /// Whether a path is this API's to answer, be it with 404.
    fn owns(&self, path: &str) -> bool;
    fn respond(&self, request: &Request<Bytes>, now: Timestamp) -> Reply;
    /// The answer, in the form of this API's errors, to a request whose body the core never saw; that of `request` is
    /// empty.
    fn refuse(&self, request: &Request<Bytes>, fault: Fault) -> Reply;
    /// How the body of a request is to be read, by its head; the body of `request` is empty.
    fn intake(&self, _request: &Request<Bytes>) -> Intake<'_> {
        Intake::Whole
    }
    /// What was received, oldest first, with the secrets masked.
    fn events(&self, secrets: &Secrets) -> Vec<Value>;
    /// Forgets what was received.
    fn reset(&self);
}

/// The seed of the made ids where no other is given.
const DEFAULT_SEED: u64 = 0;

/// Every API, their common fixtures, and the journal of all exchanges.
pub struct Mock {
    polyai: Polyai,
    inkeep: Inkeep,
    olbrain: Olbrain,
    secrets: Secrets,
    journal: Journal,
}

impl Mock {
    /// A server with these fixtures and nothing received. The ids that it makes are the same in every such server.
    pub fn new(fixtures: Fixtures) -> Self {
        Self::with_seed(fixtures, DEFAULT_SEED)
    }

    /// A server with these fixtures and nothing received. The ids that it makes follow from the seed.
    pub fn with_seed(fixtures: Fixtures, seed: u64) -> Self {
        let (polyai, inkeep) = (&fixtures.polyai.keys, &fixtures.inkeep.keys);
        let keys = polyai.iter().chain(inkeep.iter());
        let secrets = Secrets::new(keys.chain(fixtures.olbrain.keys.iter()));
        Self {
            polyai: Polyai::new(fixtures.polyai),
            inkeep: Inkeep::with_seed(fixtures.inkeep, seed),
            olbrain: Olbrain::with_seed(fixtures.olbrain, seed),
            secrets,
            journal: Journal::default(),
        }
    }

    /// The registry: an API that is not here is not served.
    pub(crate) fn apis(&self) -> [&dyn Api; 3] {
        [&self.polyai, &self.inkeep, &self.olbrain]
    }

    pub(crate) fn api(&self, id: &str) -> Option<&dyn Api> {
        self.apis().into_iter().find(|api| api.id() == id)
    }

    fn owner(&self, path: &str) -> Option<&dyn Api> {
        self.apis().into_iter().find(|api| api.owns(path))
    }

    /// Answers a request. What no API owns is answered 404.
    pub fn respond(&self, request: &Request<Bytes>, now: Timestamp) -> Reply {
        let path = request.uri().path();
        match self.owner(path) {
            Some(api) => api.respond(request, now),
            None => self.unknown_path(path),
        }
    }

    /// Answers a request whose body never came through.
    pub(crate) fn refuse(&self, request: &Request<Bytes>, fault: Fault) -> Reply {
        let path = request.uri().path();
        match self.owner(path) {
            Some(api) => api.refuse(request, fault),
            None => self.unknown_path(path),
        }
    }

    /// How the body that belongs to this head is to be read.
    pub(crate) fn intake(&self, request: &Request<Bytes>) -> Intake<'_> {
        match self.owner(request.uri().path()) {
            Some(api) => api.intake(request),
            None => Intake::Whole,
        }
    }

    /// PolyAI's external events.
    pub fn polyai(&self) -> &Polyai {
        &self.polyai
    }

    /// Inkeep's event log.
    pub fn inkeep(&self) -> &Inkeep {
        &self.inkeep
    }

    /// Olbrain's webhooks.
    pub fn olbrain(&self) -> &Olbrain {
        &self.olbrain
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The exchanges that a server recorded.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Forgets all that was received and recorded; the fixtures stay.
    pub fn reset(&self) {
        self.apis().into_iter().for_each(Api::reset);
        self.journal.clear();
    }

    fn unknown_path(&self, path: &str) -> Reply {
        let mut trace = Trace::new();
        trace.step(
            "route",
            &[&self.secrets.excerpt(path)],
            &["a path of no API"],
            None,
        );
        let mut response = Response::new(Bytes::from_static(br#"{"error_message":"Not found"}"#));
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Reply::new(response, trace)
    }
}
