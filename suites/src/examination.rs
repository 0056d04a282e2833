//! What `hookproof doctor` finds out about a configuration: each key, id and agent of it, tried with a single call.

use crate::http::Exchange;
use crate::probe::Probe;

/// One thing that a configuration says.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The key of the file that says it.
    pub key: String,
    /// What came of it.
    pub state: State,
    /// The call and its answer, where there was one.
    pub exchange: Option<Exchange>,
}

/// Whether the target agrees with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It does; what was seen.
    Fits(String),
    /// It does not; what was expected, and what to do.
    Misfit {
        /// What the configuration lets one expect.
        expected: String,
        /// What to look at.
        remedy: String,
    },
    /// The configuration lacks what the calls need; what to do.
    Missing(String),
    /// Nothing was sent, or the answer says nothing; why.
    Open(String),
}

/// Everything that was tried, in the order of the trials.
pub(crate) struct Chart<'p> {
    probe: &'p Probe<'p>,
    list: Vec<Examined>,
}

/// Why nothing was tried under a valid key that is not let in.
pub(crate) const KEY_FIRST: &str = "not tried: the valid key has to be let in first";

impl<'p> Chart<'p> {
    pub(crate) fn new(probe: &'p Probe<'p>) -> Self {
        Self {
            probe,
            list: Vec::new(),
        }
    }

    pub(crate) fn probe(&self) -> &'p Probe<'p> {
        self.probe
    }

    /// Notes an exchange: `fits` says whether the answer is one that `expected` names.
    pub(crate) fn tried(&mut self, key: &str, exchange: Exchange, fits: bool, expected: &str, remedy: &str) {
        let was_over = self.probe.run().stopped().is_some();
        if let Err(none) = exchange.answer.as_ref().map_err(|none| none.detail.clone())
            && !exchange.is_withheld()
        {
            // Where nobody answers, the other calls would say the same, each after its time.
            self.probe.run().stop(none, None);
        }
        let unanswered = exchange.answer.is_err() && !exchange.is_withheld();
        let state = if was_over {
            State::Open("not tried, since the call before got no answer".to_owned())
        } else if unanswered {
            State::Misfit {
                expected: format!("an answer ({expected})"),
                remedy: "is the server running, and are its URL and the way to it right?".to_owned(),
            }
        } else if exchange.is_withheld() {
            State::Open(exchange.in_short())
        } else if fits && exchange.answer.is_ok() {
            State::Fits(exchange.in_short())
        } else {
            State::Misfit {
                expected: expected.to_owned(),
                remedy: remedy.to_owned(),
            }
        };
        self.list.push(Examined {
            key: key.to_owned(),
            state,
            exchange: Some(exchange),
        });
    }

    /// Notes an exchange by the statuses that fit.
    pub(crate) fn answered(&mut self, key: &str, exchange: Exchange, statuses: &[u16], remedy: &str) {
        let list: Vec<String> = statuses.iter().map(u16::to_string).collect();
        let fits = exchange.status().is_some_and(|status| statuses.contains(&status));
        self.tried(key, exchange, fits, &list.join(" or "), remedy);
    }

    /// Notes what was not tried.
    pub(crate) fn open(&mut self, key: &str, why: impl Into<String>) {
        self.list.push(Examined {
            key: key.to_owned(),
            state: State::Open(why.into()),
            exchange: None,
        });
    }

    /// Notes that what the configuration names makes nothing that could be tried; why.
    pub(crate) fn yields_nothing(&mut self, key: &str, why: impl Into<String>) {
        self.list.push(Examined {
            key: key.to_owned(),
            state: State::Misfit {
                expected: "a value".to_owned(),
                remedy: why.into(),
            },
            exchange: None,
        });
    }

    /// Notes that the configuration lacks what is needed.
    pub(crate) fn lacks(&mut self, key: &str, remedy: impl Into<String>) {
        self.list.push(Examined {
            key: key.to_owned(),
            state: State::Missing(remedy.into()),
            exchange: None,
        });
    }

    /// Whether anything did not fit so far. What needs the valid key says nothing new then.
    pub(crate) fn has_misfit(&self) -> bool {
        self.list
            .iter()
            .any(|examined| matches!(examined.state, State::Misfit { .. } | State::Missing(_)))
    }

    pub(crate) fn into_list(self) -> Vec<Examined> {
        self.list
    }
}
