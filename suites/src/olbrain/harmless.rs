//! Which requests every conformant server refuses, or answers without doing anything: all that safe mode sends.

use mock_server::olbrain::Fixtures as Declared;
use percent_encoding::percent_decode_str;

use super::calls::Call;
use super::padding::LIMIT_BYTES;
use crate::credential::is_bearer;
use crate::http::Request;
use crate::json_reading::{self, Reading};

/// Methods that only ask.
const ASKING: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// Whether the request only asks, carries no key that counts, is about an agent that nobody has, or is an event that its
/// size or its syntax keeps from being one. Uploads and the control of runs under a key that counts are never harmless.
pub(super) fn is_harmless(declared: &Declared, request: &Request) -> bool {
    let keys = &declared.keys;
    let counting = [&keys.valid, &keys.other_organization, &keys.without_permission];
    ASKING.contains(&request.method.as_str())
        || !is_bearer(request, counting.into_iter().flatten())
        || !is_about_a_known_agent(declared, &request.path)
        || is_no_event(request)
}

/// Whether the path names an agent that was declared, in any spelling.
fn is_about_a_known_agent(declared: &Declared, path: &str) -> bool {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().to_lowercase();
    // Twice, for what stands between the suite and the server may decode once as well.
    let path = decode(&decode(path));
    let own = [
        &declared.conversational_agents,
        &declared.pdf_agents,
        &declared.workflow_agents,
        &declared.slow_workflow_agents,
        &declared.failing_workflow_agents,
        &declared.strict_workflow_agents,
        &declared.failing_upload_agents,
        &declared.upstream_timeout_agents,
        &declared.upstream_error_agents,
    ];
    let foreign = declared
        .other_organization
        .iter()
        .flat_map(|other| [&other.conversational_agents, &other.workflow_agents]);
    own.into_iter()
        .chain(foreign)
        .flatten()
        .any(|agent| path.contains(&agent.to_lowercase()))
}

/// Whether the request is a trigger whose body is too large (`olbrain.body.limit`) or no JSON
/// (`olbrain.body.malformed`). A body that is empty may be taken.
fn is_no_event(request: &Request) -> bool {
    let labelled = request
        .header_value("content-type")
        .is_some_and(|label| label.to_ascii_lowercase().starts_with("application/json"));
    let body = &request.body;
    let is_trigger = Call::of(request).is_some_and(|call| call.is_trigger());
    let blank = body.iter().all(u8::is_ascii_whitespace);
    is_trigger
        && (body.len() > LIMIT_BYTES || (labelled && !blank && json_reading::read(body) == Reading::Nothing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::olbrain::calls::{self, Control};
    use crate::olbrain::fixtures::bearer;

    fn declared() -> Declared {
        mock_server::Fixtures::builtin().olbrain
    }

    fn harmless(request: &Request) -> bool {
        is_harmless(&declared(), request)
    }

    fn event(agent: &str, body: &str) -> Request {
        let key = declared().keys.valid.unwrap();
        Request::new("POST", &calls::trigger(agent))
            .header("Authorization", &bearer(&key))
            .body("application/json", body.to_owned())
    }

    #[test]
    fn what_an_agent_could_take_is_withheld() {
        let agent = declared().conversational_agents[0].clone();
        for body in ["{}", "", " ", "[]", "7", "{\"message\":\"a\"}", "{\"a\":NaN}"] {
            assert!(!harmless(&event(&agent, body)), "{body}");
        }
        let changed = agent.to_uppercase();
        assert!(!harmless(&event(&changed, "{}")), "{changed}");
        let upload = event(&agent, "{").path(&calls::upload(&agent));
        assert!(!harmless(&upload));
        for control in Control::ALL {
            assert!(!harmless(
                &event(&agent, "{").path(&calls::control(&agent, "r", control))
            ));
        }
        let elsewhere = event("nobody", "{}").path(&format!("//api/agents/webhook/%2561{}", &agent[1..]));
        assert!(agent.starts_with('a') && !harmless(&elsewhere));
    }

    #[test]
    fn what_only_asks_or_must_be_refused_is_sent() {
        let agent = declared().conversational_agents[0].clone();
        assert!(harmless(&event("agt_nobody", "{}")));
        assert!(harmless(&event(&agent, "{")));
        assert!(harmless(&event(&agent, &"x".repeat(LIMIT_BYTES + 1))));
        assert!(harmless(&event(&agent, "{}").without_header("Authorization")));
        assert!(harmless(
            &event(&agent, "{}").set_header("Authorization", "Bearer ak_other")
        ));
        assert!(harmless(
            &event(&agent, "").method("GET").path(&calls::sessions(&agent))
        ));
    }
}
