//! The calls of the API: their paths, and which of them a request is.

use spec::Operation;

use crate::http::{Request, percent_encode};

/// What a control call does to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Cancel,
    Pause,
    Resume,
    Retry,
}

impl Control {
    pub(crate) const ALL: [Self; 4] = [Self::Cancel, Self::Pause, Self::Resume, Self::Retry];

    /// The last segment of the call's path.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Retry => "retry",
        }
    }

    /// The `operationId` of the call.
    pub(crate) fn operation(self) -> &'static str {
        match self {
            Self::Cancel => "cancel-run",
            Self::Pause => "pause-run",
            Self::Resume => "resume-run",
            Self::Retry => "retry-run",
        }
    }
}

/// Path of the trigger.
pub(crate) fn trigger(agent: &str) -> String {
    format!("/api/agents/webhook/{}", percent_encode(agent))
}

/// Path of the upload.
pub(crate) fn upload(agent: &str) -> String {
    format!("/api/agents/{}/upload", percent_encode(agent))
}

/// Path of the list of runs.
pub(crate) fn runs(agent: &str) -> String {
    format!("/api/agents/{}/runs", percent_encode(agent))
}

/// Path of one run.
pub(crate) fn run(agent: &str, run: &str) -> String {
    format!("{}/{}", runs(agent), percent_encode(run))
}

/// Path of a control call.
pub(crate) fn control(agent: &str, run_id: &str, control: Control) -> String {
    format!("{}/{}", run(agent, run_id), control.word())
}

/// Path of the list of sessions.
pub(crate) fn sessions(agent: &str) -> String {
    format!("/api/agents/{}/sessions", percent_encode(agent))
}

/// Path of one session.
pub(crate) fn session(agent: &str, session: &str) -> String {
    format!("{}/{}", sessions(agent), percent_encode(session))
}

/// Path of the list of messages.
pub(crate) fn messages(agent: &str, session_id: &str) -> String {
    format!("{}/messages", session(agent, session_id))
}

/// Path of one message.
pub(crate) fn message(agent: &str, session: &str, message: &str) -> String {
    format!("{}/{}", messages(agent, session), percent_encode(message))
}

/// The call that a request makes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'r> {
    /// The operation in the contract.
    pub(crate) operation: &'static Operation,
    /// The agent in the path, percent-encoded as it stands there.
    agent: &'r str,
}

impl<'r> Call<'r> {
    /// The documented call of a request; `None` for another path or another method.
    pub(crate) fn of(request: &'r Request) -> Option<Self> {
        if request.origin.is_some() {
            return None;
        }
        contract().operations.iter().find_map(|operation| {
            let agent = matched(&operation.path, &request.path)?;
            (operation.method == request.method).then_some(Self { operation, agent })
        })
    }

    /// Whether the call is for this agent.
    pub(crate) fn is_for(&self, agent: &str) -> bool {
        self.agent == percent_encode(agent)
    }

    /// Whether it is the trigger.
    pub(crate) fn is_trigger(&self) -> bool {
        self.operation.id == "trigger"
    }

    /// Whether it is the upload.
    pub(crate) fn is_upload(&self) -> bool {
        self.operation.id == "upload"
    }
}

/// The operation with this id.
pub(crate) fn operation(id: &str) -> &'static Operation {
    contract()
        .operation(id)
        .expect("the embedded contract has the operation that the code names")
}

fn contract() -> &'static spec::Contract {
    spec::api("olbrain")
        .expect("the embedded registry has olbrain")
        .contract()
}

/// What stands in the place of `{agent_id}`, where the path fits the template.
fn matched<'p>(template: &str, path: &'p str) -> Option<&'p str> {
    let mut agent = None;
    let mut segments = path.split('/');
    for wanted in template.split('/') {
        let segment = segments.next()?;
        if wanted.starts_with('{') {
            if segment.is_empty() {
                return None;
            }
            if wanted == "{agent_id}" {
                agent = Some(segment);
            }
        } else if wanted != segment {
            return None;
        }
    }
    if segments.next().is_some() { None } else { agent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_that_of_its_operation() {
        let paths = [
            ("trigger", "POST", trigger("a/b")),
            ("upload", "POST", upload("a/b")),
            ("list-runs", "GET", runs("a/b")),
            ("get-run", "GET", run("a/b", "r")),
            ("list-sessions", "GET", sessions("a/b")),
            ("get-session", "GET", session("a/b", "s")),
            ("list-messages", "GET", messages("a/b", "s")),
            ("get-message", "GET", message("a/b", "s", "m")),
        ];
        let controls = Control::ALL.map(|c| (c.operation(), "POST", control("a/b", "r", c)));
        for (id, method, path) in paths.into_iter().chain(controls) {
            let request = Request::new(method, &path);
            let call = Call::of(&request).unwrap();
            assert_eq!(call.operation.id, id);
            assert!(call.is_for("a/b") && !call.is_for("a"), "{path}");
            assert_eq!(operation(id).id, id);
        }
    }

    #[test]
    fn other_paths_and_methods_are_no_call() {
        for (method, path) in [
            ("GET", "/api/agents/webhook/a"),
            ("POST", "/api/agents/webhook/"),
            ("POST", "/api/agents/webhook/a/"),
            ("POST", "/api/agents/webhook/a/b/c"),
            ("DELETE", "/api/agents/a/runs/r"),
            ("GET", "/"),
        ] {
            assert!(Call::of(&Request::new(method, path)).is_none(), "{method} {path}");
        }
        let elsewhere = Request::absolute("http://h/api/agents/a/runs").unwrap();
        assert!(Call::of(&elsewhere).is_none());
    }
}
