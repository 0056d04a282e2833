//! Which call a path and a method mean.
//!
//! Source: Olbrain, Trigger a webhook; File uploads, Run management and Session management, Endpoints.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

use super::run::Control;

/// What every path of the calls begins with.
pub(crate) const CALLS: &str = "/api/agents";

/// What every address of a file begins with, in the manner of Firebase Storage.
pub(crate) const FILES: &str = "/v0/b/hookproof/o/";

/// What a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route<'r> {
    Trigger {
        agent_id: Cow<'r, str>,
        slash_behind: bool,
    },
    /// The trigger's path without an agent.
    NoAgent,
    Upload {
        agent_id: Cow<'r, str>,
    },
    Runs {
        agent_id: Cow<'r, str>,
        call: RunCall<'r>,
    },
    Sessions {
        agent_id: Cow<'r, str>,
        call: SessionCall<'r>,
    },
    /// An address of a file; what follows is up to the files there are.
    File,
    Unknown,
}

/// A call of run management.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RunCall<'r> {
    List,
    Get(Cow<'r, str>),
    Control(Cow<'r, str>, Control),
}

/// A call of session management.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SessionCall<'r> {
    List,
    Get(Cow<'r, str>),
    Messages(Cow<'r, str>),
    Message(Cow<'r, str>, Cow<'r, str>),
}

impl<'r> Route<'r> {
    pub(crate) fn of(path: &'r str) -> Self {
        if path.starts_with(FILES) {
            return Self::File;
        }
        let Some(rest) = path.strip_prefix(CALLS).and_then(|rest| rest.strip_prefix('/')) else {
            return Self::Unknown;
        };
        let mut segments = [""; 6];
        let mut count = 0;
        for segment in rest.split('/') {
            let Some(slot) = segments.get_mut(count) else {
                return Self::Unknown;
            };
            *slot = segment;
            count += 1;
        }
        let id = |segment: &'r str| percent_decode_str(segment).decode_utf8_lossy();
        match segments[..count] {
            ["webhook"] | ["webhook", ""] => Self::NoAgent,
            ["webhook", agent] => Self::Trigger {
                agent_id: id(agent),
                slash_behind: false,
            },
            ["webhook", agent, ""] if !agent.is_empty() => Self::Trigger {
                agent_id: id(agent),
                slash_behind: true,
            },
            // No agent has the empty id, and neither has what belongs to one.
            _ if segments[..count].contains(&"") => Self::Unknown,
            [agent, "upload"] => Self::Upload { agent_id: id(agent) },
            [agent, "runs", ref rest @ ..] => {
                let call = match *rest {
                    [] => RunCall::List,
                    [run] => RunCall::Get(id(run)),
                    [run, control] => match Control::named(control) {
                        Some(control) => RunCall::Control(id(run), control),
                        None => return Self::Unknown,
                    },
                    _ => return Self::Unknown,
                };
                Self::Runs {
                    agent_id: id(agent),
                    call,
                }
            }
            [agent, "sessions", ref rest @ ..] => {
                let call = match *rest {
                    [] => SessionCall::List,
                    [session] => SessionCall::Get(id(session)),
                    [session, "messages"] => SessionCall::Messages(id(session)),
                    [session, "messages", message] => SessionCall::Message(id(session), id(message)),
                    _ => return Self::Unknown,
                };
                Self::Sessions {
                    agent_id: id(agent),
                    call,
                }
            }
            _ => Self::Unknown,
        }
    }

    /// The methods of the path, the documented one first.
    pub(crate) fn methods(&self) -> &'static [Method] {
        match self {
            Self::Trigger { .. }
            | Self::Upload { .. }
            | Self::Runs {
                call: RunCall::Control(..),
                ..
            } => &[Method::POST],
            Self::Runs { .. } | Self::Sessions { .. } => &[Method::GET],
            // Programs that show files ask for the head first.
            Self::File => &[Method::GET, Method::HEAD],
            Self::NoAgent | Self::Unknown => &[],
        }
    }

    /// The call, as a trace names it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Trigger { .. } => "the trigger",
            Self::NoAgent => "the trigger of no agent",
            Self::Upload { .. } => "the upload",
            Self::Runs { call, .. } => match call {
                RunCall::List => "the list of runs",
                RunCall::Get(_) => "a run",
                RunCall::Control(_, Control::Cancel) => "the cancelling of a run",
                RunCall::Control(_, Control::Pause) => "the pausing of a run",
                RunCall::Control(_, Control::Resume) => "the resuming of a run",
                RunCall::Control(_, Control::Retry) => "the retry of a run",
            },
            Self::Sessions { call, .. } => match call {
                SessionCall::List => "the list of sessions",
                SessionCall::Get(_) => "a session",
                SessionCall::Messages(_) => "the messages of a session",
                SessionCall::Message(..) => "a message",
            },
            Self::File => "a file",
            Self::Unknown => "no such path",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_path_is_known() {
        let agent_id = Cow::Borrowed("agt_1");
        let run = || Cow::Borrowed("run_1");
        let session = || Cow::Borrowed("sess_1");
        let runs = |call| Route::Runs {
            agent_id: agent_id.clone(),
            call,
        };
        let sessions = |call| Route::Sessions {
            agent_id: agent_id.clone(),
            call,
        };
        let control = |control| runs(RunCall::Control(run(), control));
        let trigger = |slash_behind| Route::Trigger {
            agent_id: agent_id.clone(),
            slash_behind,
        };
        for (path, expected, method) in [
            ("webhook/agt_1", trigger(false), "POST"),
            ("webhook/agt%5f1", trigger(false), "POST"),
            ("webhook/agt_1/", trigger(true), "POST"),
            (
                "agt_1/upload",
                Route::Upload {
                    agent_id: agent_id.clone(),
                },
                "POST",
            ),
            ("agt_1/runs", runs(RunCall::List), "GET"),
            ("agt_1/runs/run_1", runs(RunCall::Get(run())), "GET"),
            ("agt_1/runs/run_1/cancel", control(Control::Cancel), "POST"),
            ("agt_1/runs/run_1/pause", control(Control::Pause), "POST"),
            ("agt_1/runs/run_1/resume", control(Control::Resume), "POST"),
            ("agt_1/runs/run_1/retry", control(Control::Retry), "POST"),
            ("agt_1/sessions", sessions(SessionCall::List), "GET"),
            (
                "agt_1/sessions/sess_1",
                sessions(SessionCall::Get(session())),
                "GET",
            ),
            (
                "agt_1/sessions/sess_1/messages",
                sessions(SessionCall::Messages(session())),
                "GET",
            ),
            (
                "agt_1/sessions/sess_1/messages/msg_1",
                sessions(SessionCall::Message(session(), "msg_1".into())),
                "GET",
            ),
        ] {
            let path = format!("{CALLS}/{path}");
            let route = Route::of(&path);
            assert_eq!(route, expected, "{path}");
            assert_eq!(route.methods()[0].as_str(), method, "{path}");
        }
        assert_eq!(Route::of("/v0/b/hookproof/o/x?y"), Route::File);
    }

    #[test]
    fn the_trigger_comes_before_all_others() {
        // An agent cannot be named `webhook`, whatever comes behind.
        let route = Route::of("/api/agents/webhook/runs");
        assert!(matches!(route, Route::Trigger { agent_id, .. } if agent_id == "runs"));
    }

    #[test]
    fn other_paths_are_none() {
        for path in ["/api/agents/webhook", "/api/agents/webhook/"] {
            assert_eq!(Route::of(path), Route::NoAgent);
        }
        for path in [
            "",
            "/",
            "/api",
            "/api/agents",
            "/api/agents/",
            "/api/agents/agt_1",
            "/api/agents/agt_1/",
            "/api/agents//runs",
            "/api/agents/agt_1/runs/",
            "/api/agents/agt_1/runs/run_1/stop",
            "/api/agents/agt_1/runs/run_1/cancel/",
            "/api/agents/agt_1/upload/x",
            "/api/agents/agt_1/sessions/s/messages/m/",
            "/api/agents/agt_1/sessions/s/messages/m/x/y/z",
            "/api/agents/webhook/a/b",
            "/api/agents/webhook//",
            "/api/agents/webhook/a//",
            "/API/agents/webhook/agt_1",
            "/api/agent/webhook",
            "/api/agentsx/webhook/agt_1",
            "/v0/b/other/o/x",
        ] {
            assert_eq!(Route::of(path), Route::Unknown, "{path}");
            assert!(Route::of(path).methods().is_empty());
        }
    }
}
