//! One stand-in, served, with the suite of its API run against it.

use std::collections::BTreeMap;
use std::sync::Arc;

use mock_server::Fixtures;

use super::reference::{self, Behind};
use super::{Answers, StandIn, Way, crowd, plain};
use crate::conduct::Conduct;
use crate::embedded::with_more_ids;
use crate::http::{BaseUrl, BaseUrlError, Limits, Transport};
use crate::registry::{self, Ingredients};
use crate::report::Tap;
use crate::run::{Run, Settings};
use crate::runner;
use crate::suite::Suite;
use crate::verdict::Verdict;

/// Ids beyond the built-in ones: more than a trial spends, which has few inputs for each property.
const EXTRA_IDS: u32 = 6000;

/// Why a stand-in could not be tried. None of these is the suite's verdict.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrialError {
    /// The server did not start.
    #[error("the server of a stand-in cannot be started: {0}")]
    Serve(#[from] std::io::Error),
    /// The server has no usable URL.
    #[error(transparent)]
    Url(#[from] BaseUrlError),
    /// There is no suite for the API.
    #[error("there is no API `{0}`")]
    UnknownApi(String),
    /// The run ended before everything was judged.
    #[error("the run against {standin} ended early: {reason}")]
    Stopped {
        /// Name of the stand-in, or "the reference".
        standin: &'static str,
        /// Why.
        reason: String,
    },
}

/// Bad verdicts of a run, by requirement: fail, or warn.
pub type Bad = BTreeMap<String, Verdict>;

enum Server {
    Plain(plain::Server),
    Crowd(crowd::Server),
}

impl Server {
    fn start(fixtures: Fixtures, standin: Option<&StandIn>) -> std::io::Result<Self> {
        let behind = Behind::new(fixtures);
        Ok(match standin.map(|standin| (standin.answers, standin.way)) {
            None => Self::Plain(plain::Server::start(behind, None)?),
            Some((Answers::Plainly(respond), Way::Plain)) => {
                Self::Plain(plain::Server::start(behind, Some(respond))?)
            }
            Some((answers, way)) => Self::Crowd(crowd::Server::start(behind, answers, way)?),
        })
    }

    fn url(&self) -> String {
        match self {
            Self::Plain(server) => server.url(),
            Self::Crowd(server) => server.url(),
        }
    }
}

/// Runs the whole suite of an API against a stand-in, or against the reference where there is none, and returns what failed
/// or warned.
///
/// # Errors
/// [`TrialError`] when there was no complete run.
pub fn run(api: &str, standin: Option<&StandIn>) -> Result<Bad, TrialError> {
    run_cases(api, standin, Conduct::default(), |_| true)
}

/// As [`run`], with nothing sent that a conformant server could act on.
///
/// # Errors
/// [`TrialError`] when there was no complete run.
pub fn run_safely(api: &str, standin: Option<&StandIn>) -> Result<Bad, TrialError> {
    run_cases(api, standin, Conduct::safe(), |_| true)
}

/// As [`run`], with only the cases that cover a requirement. What is checked on every exchange takes all cases.
///
/// # Errors
/// [`TrialError`] when there was no complete run.
pub fn run_cases_of(requirement: &str, api: &str, standin: Option<&StandIn>) -> Result<Bad, TrialError> {
    run_cases(api, standin, Conduct::default(), |covers| {
        covers.iter().any(|id| id == requirement)
    })
}

fn run_cases(
    api: &str,
    standin: Option<&StandIn>,
    mut conduct: Conduct,
    wanted: impl Fn(&[String]) -> bool,
) -> Result<Bad, TrialError> {
    let way = standin.map_or(Way::Plain, |standin| standin.way);
    conduct.transport = Arc::new(Transport {
        insecure: way != Way::Plain,
        http2: way == Way::Http2,
        ..Transport::default()
    });
    let mut fixtures = with_more_ids(Fixtures::builtin(), EXTRA_IDS);
    if let Some(standin) = standin {
        (standin.setup)(&mut fixtures);
    }
    let server = Server::start(fixtures.clone(), standin)?;
    let suite = registry::suite_under(
        api,
        Ingredients {
            fixtures: &fixtures,
            base: BaseUrl::parse(&server.url())?,
            limits: Limits::default(),
            embedded: true,
            seed: 1,
        },
        conduct,
    )
    .ok_or_else(|| TrialError::UnknownApi(api.to_owned()))?;
    judge(suite, standin, wanted)
}

fn judge(
    suite: Arc<dyn Suite>,
    standin: Option<&StandIn>,
    wanted: impl Fn(&[String]) -> bool,
) -> Result<Bad, TrialError> {
    let tap = Tap::default();
    let settings = Settings {
        seed: 1,
        iterations: 12,
        threads: 4,
        repeats: false,
        pace: reference::PACE,
        ..Settings::default()
    };
    let run = Arc::new(Run::new(settings, vec![Box::new(tap.clone())]));
    let mut planned = runner::plan(&[suite]);
    if planned.iter().any(|planned| wanted(planned.case.covers())) {
        planned.retain(|planned| wanted(planned.case.covers()));
    }
    runner::execute(&run, planned);
    let summary = tap.summary();
    let bad: Bad = summary
        .requirements()
        .into_iter()
        .filter(|(_, verdict)| matches!(verdict, Verdict::Fail | Verdict::Warn))
        .map(|(id, verdict)| (id.to_owned(), verdict))
        .collect();
    match summary.stopped {
        // What was seen to fail before a run ends stands.
        Some((reason, _)) if bad.is_empty() => Err(TrialError::Stopped {
            standin: standin.map_or("the reference", StandIn::name),
            reason,
        }),
        _ => Ok(bad),
    }
}
