//! What the mutants of this API look at in requests, and the refusals that they make up.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use mock_server::olbrain::Fixtures;
use serde_json::{Value, json};

use crate::mutant::Reference;
use crate::mutant::bend::{answer, header_text, with_header};

/// What the reference holds for this API.
pub(super) fn fixtures<'m>(reference: &Reference<'m>) -> &'m Fixtures {
    &reference.fixtures().olbrain
}

/// The agent that a request triggers, as it stands in the path.
pub(super) fn triggered(request: &Request<Bytes>) -> Option<&str> {
    let agent = request.uri().path().strip_prefix("/api/agents/webhook/")?;
    (request.method() == http::Method::POST && !agent.is_empty() && !agent.contains('/')).then_some(agent)
}

/// Whether a request triggers a conversational agent of the key's organization.
pub(super) fn is_message(reference: &Reference<'_>, request: &Request<Bytes>) -> bool {
    let fixtures = fixtures(reference);
    triggered(request).is_some_and(|agent| {
        let mut all = fixtures.conversational_agents.iter().chain(&fixtures.pdf_agents);
        all.any(|known| known == agent)
    })
}

/// Whether a request triggers a workflow agent that takes any inputs.
pub(super) fn is_run(reference: &Reference<'_>, request: &Request<Bytes>) -> bool {
    let fixtures = fixtures(reference);
    let all = [
        &fixtures.workflow_agents,
        &fixtures.slow_workflow_agents,
        &fixtures.failing_workflow_agents,
    ];
    triggered(request).is_some_and(|agent| all.into_iter().flatten().any(|known| known == agent))
}

/// The key that may invoke the agents.
pub(super) fn valid_key<'m>(reference: &Reference<'m>) -> &'m str {
    fixtures(reference).keys.valid.as_deref().unwrap_or_default()
}

/// The value of Authorization, as it was sent.
pub(super) fn authorization(request: &Request<Bytes>) -> &str {
    header_text(request, &AUTHORIZATION)
}

/// What follows the word Bearer.
pub(super) fn token(request: &Request<Bytes>) -> &str {
    authorization(request).strip_prefix("Bearer ").unwrap_or_default()
}

/// Whether a request came with the key that has expired.
pub(super) fn has_expired(reference: &Reference<'_>, request: &Request<Bytes>) -> bool {
    fixtures(reference).keys.expired.as_deref() == Some(token(request))
}

/// Whether a request came with the key that was revoked.
pub(super) fn is_revoked(reference: &Reference<'_>, request: &Request<Bytes>) -> bool {
    fixtures(reference).keys.revoked.as_deref() == Some(token(request))
}

/// The request under the valid key.
pub(super) fn let_in(reference: &Reference<'_>, request: Request<Bytes>) -> Request<Bytes> {
    with_header(
        request,
        AUTHORIZATION,
        &format!("Bearer {}", valid_key(reference)),
    )
}

/// The correct answer, or the one under the valid key where the defect lets the request in.
pub(super) fn respond_letting_in(
    reference: &Reference<'_>,
    request: Request<Bytes>,
    lets_in: bool,
) -> Response<Bytes> {
    let request = if lets_in {
        let_in(reference, request)
    } else {
        request
    };
    reference.respond(&request)
}

/// An error in the envelope, with a `request_id` of its own.
pub(super) fn refusal(
    reference: &Reference<'_>,
    status: StatusCode,
    code: &str,
    message: &str,
) -> Response<Bytes> {
    let request_id = format!("req_m{:08x}", reference.earlier);
    let error = json!({ "code": code, "message": message, "request_id": request_id });
    answer(status, &json!({ "error": error }))
}

/// What is left of a request that the server's own code did not survive.
pub(super) fn crash(reference: &Reference<'_>) -> Response<Bytes> {
    let text = "Something went wrong.";
    refusal(
        reference,
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal_error",
        text,
    )
}

/// Changes a member of the error of an answer; an answer without one stays as it is.
pub(super) fn edit_error(body: &mut Value, edit: impl FnOnce(&mut Value)) {
    if let Some(error) = body.get_mut("error") {
        edit(error);
    }
}
