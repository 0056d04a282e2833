//! The path of the trigger, and the agent in it.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::{
    edit_error, fixtures, is_message, is_run, let_in, refusal, respond_letting_in, token, triggered,
};
use crate::mutant::bend::{answer, edited, json_body, status_instead, with_path, with_status};
use crate::mutant::{Mutant, Reference};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "trigger-redirected",
        "olbrain.route.post",
        "sends every event to the path that newer clients use",
        |reference, request| {
            let Some(agent) = triggered(&request) else {
                return reference.respond(&request);
            };
            let mut response = answer(StatusCode::TEMPORARY_REDIRECT, &json!({}));
            if let Ok(location) = format!("/api/workflows/{agent}/trigger").parse() {
                response.headers_mut().insert(http::header::LOCATION, location);
            }
            response
        },
    ),
    Mutant::new(
        "get-triggers-too",
        "olbrain.route.other-method",
        "routes by path alone, so that a GET triggers as well",
        |reference, request| as_post(reference, request, &[Method::GET]),
    ),
    Mutant::new(
        "put-and-patch-trigger-too",
        "olbrain.route.other-method",
        "takes PUT and PATCH for POST",
        |reference, request| as_post(reference, request, &[Method::PUT, Method::PATCH]),
    ),
    Mutant::new(
        "delete-is-no-content",
        "olbrain.route.other-method",
        "answers 204 to the DELETE of a webhook, as generated controllers do",
        |reference, request| {
            if request.method() == Method::DELETE && request.uri().path().contains("/webhook/") {
                return with_status(http::Response::new(Bytes::new()), StatusCode::NO_CONTENT);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "webhook-without-agent-is-unprocessable",
        "olbrain.route.no-agent",
        "validates the path parameter and answers 422 where there is none",
        |reference, request| {
            let nobody = request.method() == Method::POST && names_nobody(&request);
            let response = reference.respond(&request);
            if nobody {
                return status_instead(response, StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY);
            }
            response
        },
    ),
    Mutant::new(
        "webhook-without-agent-is-the-first",
        "olbrain.route.no-agent",
        "takes the first agent of the organization where the path names none",
        |reference, request| {
            let first = fixtures(reference).conversational_agents.first();
            match first {
                Some(agent) if request.method() == Method::POST && names_nobody(&request) => {
                    let path = format!("/api/agents/webhook/{agent}");
                    reference.respond(&with_path(request, &path))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "unknown-agent-is-bad-request",
        "olbrain.agent.unknown",
        "answers 400 for an agent that does not exist",
        |reference, request| not_found_as(reference, &request, StatusCode::BAD_REQUEST),
    ),
    Mutant::new(
        "unknown-agent-is-gone",
        "olbrain.agent.unknown",
        "answers 410 for an agent that does not exist",
        |reference, request| not_found_as(reference, &request, StatusCode::GONE),
    ),
    Mutant::new(
        "agent-by-beginning",
        "olbrain.agent.unknown",
        "finds an agent by the beginning of its id",
        |reference, request| {
            let is_beginning = |known: &str, asked: &str| asked.len() > 8 && known.starts_with(asked);
            found_by(reference, request, is_beginning)
        },
    ),
    Mutant::new(
        "agent-contained",
        "olbrain.agent.unknown",
        "searches the path for the id of an agent, with a regular expression that lacks its anchors",
        |reference, request| found_by(reference, request, |known, asked| asked.contains(known)),
    ),
    Mutant::new(
        "agents-in-an-object",
        "olbrain.agent.unknown",
        "looks agents up in an object of JavaScript, which knows the name constructor without being told",
        |reference, request| {
            found_by(reference, request, |_, asked| {
                matches!(asked, "constructor" | "toString")
            })
        },
    ),
    Mutant::new(
        "unknown-agent-is-made",
        "olbrain.agent.unknown",
        "makes an agent where there is none, with upsert instead of find",
        |reference, request| {
            if is_nobody(reference, &request) && token(&request).starts_with("ak_") {
                let stand_in = fixtures(reference).conversational_agents.get(1).cloned();
                let path = format!("/api/agents/webhook/{}", stand_in.unwrap_or_default());
                return reference.respond(&with_path(request, &path));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "unknown-agent-queues",
        "olbrain.agent.unknown",
        "queues a run first and looks for the agent when it starts",
        |reference, request| {
            let wants_run = json_body(&request).is_some_and(|body| body.get("inputs").is_some());
            if wants_run && is_nobody(reference, &request) {
                let agent = fixtures(reference).workflow_agents.get(1).cloned();
                let path = format!("/api/agents/webhook/{}", agent.unwrap_or_default());
                return reference.respond(&with_path(request, &path));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "foreign-agent-is-forbidden",
        "olbrain.agent.other-org",
        "answers 403 for an agent of another organization",
        |reference, request| {
            if is_foreign(reference, &request) {
                return refusal(
                    reference,
                    StatusCode::FORBIDDEN,
                    "forbidden",
                    "This agent is not yours.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "foreign-agent-answers",
        "olbrain.agent.other-org",
        "looks agents up by their id alone, so that any valid key triggers them",
        |reference, request| {
            let foreign = is_foreign(reference, &request);
            match fixtures(reference).keys.other_organization.as_deref() {
                Some(key) if foreign && token(&request) != key => {
                    let key = format!("Bearer {key}");
                    let request =
                        crate::mutant::bend::with_header(request, http::header::AUTHORIZATION, &key);
                    reference.respond(&request)
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "foreign-key-opens-own-agents",
        "olbrain.agent.other-org",
        "lets the key of any organization trigger any agent but those of workflows",
        |reference, request| {
            let key = fixtures(reference).keys.other_organization.as_deref();
            let foreign = key == Some(token(&request)) && is_message(reference, &request);
            respond_letting_in(reference, request, foreign)
        },
    ),
    Mutant::new(
        "foreign-agent-has-another-text",
        "olbrain.agent.uniform",
        "says of an agent of another organization that the key has no access to it",
        |reference, request| {
            let foreign = is_foreign(reference, &request);
            edited(reference.respond(&request), |body| {
                edit_error(body, |error| {
                    if foreign && error["code"] == "agent_not_found" {
                        error["message"] = Value::from("The access key has no access to this agent.");
                    }
                });
            })
        },
    ),
    Mutant::new(
        "foreign-agent-has-another-code",
        "olbrain.agent.uniform",
        "has a code of its own for an agent of another organization",
        |reference, request| {
            let foreign = is_foreign(reference, &request);
            edited(reference.respond(&request), |body| {
                edit_error(body, |error| {
                    if foreign && error["code"] == "agent_not_found" {
                        error["code"] = Value::from("agent_not_in_organization");
                    }
                });
            })
        },
    ),
    Mutant::new(
        "type-by-body",
        "olbrain.agent.type-transparent",
        "answers with a queued run whatever agent it is, where the body holds inputs",
        |reference, request| {
            let has_inputs = json_body(&request).is_some_and(|body| body.get("inputs").is_some());
            let agent = fixtures(reference).workflow_agents.first();
            match agent {
                Some(agent) if has_inputs && is_message(reference, &request) => {
                    let path = format!("/api/agents/webhook/{agent}");
                    reference.respond(&with_path(request, &path))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "message-is-chat",
        "olbrain.agent.type-transparent",
        "answers like a conversational agent where the body of a workflow event holds a message",
        |reference, request| {
            let has_message = json_body(&request).is_some_and(|body| body.get("message").is_some());
            let agent = fixtures(reference).conversational_agents.first();
            match agent {
                Some(agent) if has_message && is_run(reference, &request) => {
                    let path = format!("/api/agents/webhook/{agent}");
                    reference.respond(&with_path(request, &path))
                }
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "type-from-body",
        "olbrain.agent.type-in-body",
        "believes the member agent_type of the body",
        |reference, request| {
            let named =
                json_body(&request).and_then(|body| Some(body.get("agent_type")?.as_str()?.to_owned()));
            let fixtures = fixtures(reference);
            let agent = match named.as_deref() {
                Some("workflow") if is_message(reference, &request) => fixtures.workflow_agents.first(),
                Some("conversational") if is_run(reference, &request) => {
                    fixtures.conversational_agents.first()
                }
                _ => None,
            };
            match agent {
                Some(agent) => {
                    let path = format!("/api/agents/webhook/{agent}");
                    reference.respond(&with_path(request, &path))
                }
                None => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "kind-from-body",
        "olbrain.agent.type-in-body",
        "answers 202 where the member kind of the body says workflow",
        |reference, request| accepted_where(reference, &request, "kind", "workflow"),
    ),
    Mutant::new(
        "mode-in-body",
        "olbrain.agent.type-in-body",
        "answers 202 to whom says that it need not wait, as another path of the service does",
        |reference, request| accepted_where(reference, &request, "mode", "async"),
    ),
];

/// 202 in place of 200 where a member of the body says this.
fn accepted_where(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    name: &str,
    value: &str,
) -> Response<Bytes> {
    let says = json_body(request).is_some_and(|body| body.get(name).is_some_and(|said| said == value));
    let response = reference.respond(request);
    if says {
        return status_instead(response, StatusCode::OK, StatusCode::ACCEPTED);
    }
    response
}

/// The trigger's path, with nothing where the agent belongs.
fn names_nobody(request: &Request<Bytes>) -> bool {
    request.uri().path().trim_end_matches('/') == "/api/agents/webhook"
}

/// The answer that a POST gets, where the method is one of these.
fn as_post(
    reference: &Reference<'_>,
    mut request: Request<Bytes>,
    methods: &[Method],
) -> http::Response<Bytes> {
    if methods.contains(request.method()) && request.uri().path().contains("/webhook/") {
        *request.method_mut() = Method::POST;
    }
    reference.respond(&request)
}

/// The answer for the first agent that fits what the path asks for.
fn found_by(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    fits: fn(&str, &str) -> bool,
) -> http::Response<Bytes> {
    let Some(asked) = triggered(&request).map(str::to_owned) else {
        return reference.respond(&request);
    };
    let fixtures = fixtures(reference);
    let mut agents = fixtures
        .conversational_agents
        .iter()
        .chain(&fixtures.workflow_agents);
    match agents.find(|known| fits(known, &asked)) {
        Some(known) => reference.respond(&with_path(request, &format!("/api/agents/webhook/{known}"))),
        None => reference.respond(&request),
    }
}

/// Whether a request triggers an agent of another organization than that of its key.
fn is_foreign(reference: &Reference<'_>, request: &Request<Bytes>) -> bool {
    let other = fixtures(reference).other_organization.as_ref();
    let agents = other.map(|other| [&other.conversational_agents, &other.workflow_agents]);
    triggered(request).is_some_and(|agent| agents.into_iter().flatten().flatten().any(|id| id == agent))
}

/// Whether a request triggers an agent that nobody has.
fn is_nobody(reference: &Reference<'_>, request: &Request<Bytes>) -> bool {
    let asked = || reference.respond_elsewhere(&let_in(reference, request.clone()));
    triggered(request).is_some()
        && !is_foreign(reference, request)
        && asked().status() == StatusCode::NOT_FOUND
}

/// The answer, with another status where the agent of a trigger is not found.
fn not_found_as(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    status: StatusCode,
) -> http::Response<Bytes> {
    let response = reference.respond(request);
    if triggered(request).is_some() {
        return status_instead(response, StatusCode::NOT_FOUND, status);
    }
    response
}
