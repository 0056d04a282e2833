//! What of the API a target serves. The trigger's page refers to uploads, runs and sessions, which other pages document;
//! a server may be the trigger alone, and is then judged for the trigger.

use std::sync::OnceLock;

use super::Olbrain;
use super::calls::{self, Call};
use super::preflight::Known;
use crate::http::{Exchange, Request};
use crate::probe::Probe;

/// A part of the API that has its own page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surface {
    Uploads,
    Runs,
    Sessions,
}

impl Surface {
    const ALL: [Self; 3] = [Self::Uploads, Self::Runs, Self::Sessions];

    /// Its name in `olbrain.serves`.
    fn name(self) -> &'static str {
        match self {
            Self::Uploads => "uploads",
            Self::Runs => "runs",
            Self::Sessions => "sessions",
        }
    }

    /// What the ids of its requirements begin with.
    fn part(self) -> &'static str {
        match self {
            Self::Uploads => "olbrain.upl",
            Self::Runs => "olbrain.runs",
            Self::Sessions => "olbrain.sess",
        }
    }

    /// The part that a requirement is about, by its id or the beginning of it; `None` for the trigger.
    fn of(requirement: &str) -> Option<Self> {
        match requirement {
            "olbrain.wf.pollable" => Some(Self::Runs),
            "olbrain.conv.message-id.fetchable" => Some(Self::Sessions),
            _ => Self::ALL.into_iter().find(|surface| {
                let rest = requirement.strip_prefix(surface.part());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }),
        }
    }

    /// Calls that a target which serves this part answers in another way than a path that nobody serves.
    fn calls(self, olbrain: &Olbrain, known: &Known) -> Vec<Request> {
        let fixtures = &olbrain.fixtures;
        let signed = |path: String| fixtures.signed("GET", &path);
        match self {
            // The preflight has sent an upload already.
            Self::Uploads => fixtures
                .workflow()
                .map(|agent| vec![fixtures.signed("POST", &calls::upload(agent))])
                .unwrap_or_default(),
            Self::Runs => {
                let list = fixtures.workflow().map(calls::runs);
                let one = known
                    .run
                    .as_ref()
                    .map(|known| calls::run(&known.agent, &known.run));
                list.into_iter().chain(one).map(signed).collect()
            }
            Self::Sessions => {
                let list = fixtures.conversational().map(calls::sessions);
                let one = known
                    .message
                    .as_ref()
                    .map(|known| calls::session(&known.agent, &known.session));
                list.into_iter().chain(one).map(signed).collect()
            }
        }
    }
}

/// The part of the API that a request asks for: a call by the ids that are about it alone, any other path by where it stands.
pub(super) fn part_of(request: &Request) -> Option<&'static str> {
    if let Some(call) = Call::of(request) {
        return match call.operation.id.as_str() {
            "upload" => Some("olbrain.upl"),
            "list-runs" => Some("olbrain.runs.list"),
            "get-run" => Some("olbrain.runs.get"),
            "cancel-run" => Some("olbrain.runs.cancel"),
            "pause-run" => Some("olbrain.runs.pause"),
            "resume-run" => Some("olbrain.runs.resume"),
            "retry-run" => Some("olbrain.runs.retry"),
            "list-sessions" => Some("olbrain.sess.list"),
            "get-session" => Some("olbrain.sess.get"),
            "list-messages" => Some("olbrain.sess.messages"),
            "get-message" => Some("olbrain.sess.message"),
            _ => None,
        };
    }
    let mut segments = request.path.strip_prefix("/api/agents/")?.split('/');
    let surface = match (segments.next()?, segments.next()?) {
        ("webhook", _) => return None,
        (_, "upload") => Surface::Uploads,
        (_, "runs") => Surface::Runs,
        (_, "sessions") => Surface::Sessions,
        _ => return None,
    };
    Some(surface.part())
}

/// The parts that a target does not serve, each with how that showed.
#[derive(Debug, Default)]
pub(super) struct Unserved {
    learned: OnceLock<Vec<(Surface, String)>>,
}

impl Unserved {
    /// Finds out which parts there are. What the configuration names is served, and so is everything of the reference.
    pub(super) fn learn(&self, olbrain: &Olbrain, probe: &Probe<'_>, known: &Known) {
        let declared = &olbrain.fixtures.declared().serves;
        let mut unserved = Vec::new();
        for surface in Surface::ALL {
            if let Some(reason) = olbrain.target.not_offered().reason(surface.part()) {
                unserved.push((surface, reason));
                continue;
            }
            if olbrain.target.is_embedded()
                || declared.iter().any(|name| name == surface.name())
                || known.shows(surface)
            {
                continue;
            }
            let calls = surface.calls(olbrain, known);
            let mut answers = calls.into_iter().filter_map(|call| {
                let nowhere = call
                    .clone()
                    .path(&format!("{}-hookproof-no-such-path", call.path));
                let mut pair = None;
                // Neither need be a path of the API, so nothing is judged by what they are answered.
                let _unjudged = probe.apart(|| pair = Some((probe.send(call), probe.send(nowhere))));
                pair
            });
            // Without a call to try, nothing is known, and the cases say what they lack.
            let Some(first) = answers.next() else { continue };
            let is_unserved = |(call, nowhere): &(Exchange, Exchange)| is_nowhere(call, nowhere);
            if is_unserved(&first) && answers.all(|pair| is_unserved(&pair)) {
                let request = &first.0.request;
                let reason = format!(
                    "the target does not serve {}: {} {} is answered like a path that nobody serves; declare olbrain.serves \
                     = [\"{}\"] to have that judged, or target.not_offered = [\"{}\"] to have it told apart",
                    surface.name(),
                    request.method,
                    request.path,
                    surface.name(),
                    surface.part()
                );
                unserved.push((surface, reason));
            }
        }
        // The first preflight's answers stand; a second one would learn the same.
        let _ = self.learned.set(unserved);
    }

    /// Why a requirement cannot be judged, where it is about a part that the target does not serve.
    pub(super) fn reason(&self, requirement: &str) -> Option<&str> {
        let surface = Surface::of(requirement)?;
        let (_, reason) = self
            .learned
            .get()?
            .iter()
            .find(|(unserved, _)| *unserved == surface)?;
        Some(reason)
    }
}

impl Known {
    /// Whether the first requests have shown already that a part is there.
    fn shows(&self, surface: Surface) -> bool {
        surface == Surface::Uploads && self.file.is_some()
    }
}

/// Whether a call is answered as a path that nobody serves: not found or not implemented, and in the same words.
fn is_nowhere(call: &Exchange, nowhere: &Exchange) -> bool {
    matches!(call.status(), Some(404 | 405 | 501))
        && call.status() == nowhere.status()
        && words(call) == words(nowhere)
}

/// The body without what changes from request to request: the path, which some servers repeat, and whatever has a digit.
fn words(exchange: &Exchange) -> String {
    let body = exchange
        .response()
        .map(|response| String::from_utf8_lossy(&response.body).into_owned())
        .unwrap_or_default();
    body.replace(&exchange.request.path, "{}")
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .filter(|word| !word.chars().any(|c| c.is_ascii_digit()))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Response;

    fn answer(path: &str, status: u16, body: &str) -> Exchange {
        Exchange {
            number: 1,
            request: Request::new("GET", path),
            answer: Ok(Response {
                status,
                headers: Vec::new(),
                body: body.to_owned().into(),
                cut: false,
            }),
            elapsed: std::time::Duration::ZERO,
        }
    }

    #[test]
    fn an_answer_like_that_of_any_unknown_path_serves_nothing() {
        let pairs = [
            ("Cannot GET /a/runs", "Cannot GET /a/runs-x"),
            (
                r#"{"error":{"code":"not_found","request_id":"req_01"}}"#,
                r#"{"error":{"code":"not_found","request_id":"req_02"}}"#,
            ),
        ];
        for (call, nowhere) in pairs {
            assert!(
                is_nowhere(&answer("/a/runs", 404, call), &answer("/a/runs-x", 404, nowhere)),
                "{call}"
            );
        }
    }

    #[test]
    fn an_answer_of_its_own_shows_that_there_is_something() {
        let nowhere = answer("/a/runs-x", 404, r#"{"error":{"code":"not_found"}}"#);
        for call in [
            answer("/a/runs", 404, r#"{"error":{"code":"run_not_found"}}"#),
            answer("/a/runs", 200, "[]"),
            answer("/a/runs", 500, r#"{"error":{"code":"not_found"}}"#),
            answer("/a/runs", 405, r#"{"error":{"code":"not_found"}}"#),
        ] {
            assert!(!is_nowhere(&call, &nowhere));
        }
    }

    #[test]
    fn a_request_belongs_to_a_part_whatever_its_method() {
        for (method, path, part) in [
            ("POST", "/api/agents/webhook/a", None),
            ("POST", "/api/agents/webhook/runs", None),
            ("GET", "/api/agents/a/runs", Some("olbrain.runs.list")),
            ("POST", "/api/agents/a/runs/r/retry", Some("olbrain.runs.retry")),
            ("DELETE", "/api/agents/a/runs/r/retry", Some("olbrain.runs")),
            (
                "GET",
                "/api/agents/a/sessions/s/messages/m",
                Some("olbrain.sess.message"),
            ),
            ("PUT", "/api/agents/a/upload", Some("olbrain.upl")),
            ("GET", "/elsewhere", None),
        ] {
            assert_eq!(part_of(&Request::new(method, path)), part, "{method} {path}");
        }
    }

    #[test]
    fn requirements_belong_to_their_page() {
        assert_eq!(Surface::of("olbrain.runs.list"), Some(Surface::Runs));
        assert_eq!(Surface::of("olbrain.wf.pollable"), Some(Surface::Runs));
        assert_eq!(
            Surface::of("olbrain.conv.message-id.fetchable"),
            Some(Surface::Sessions)
        );
        assert_eq!(Surface::of("olbrain.wf.run-id"), None);
    }
}
