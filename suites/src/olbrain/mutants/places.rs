//! Where a call about uploads, runs or sessions goes, and answers that are changed by that.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::Value;

use super::parts::{edit_error, fixtures, let_in};
use crate::mutant::Reference;
use crate::mutant::bend::{edited, labelled, status_instead, with_header, with_path};

/// The calls that the pages on uploads, runs and sessions name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Upload,
    Runs,
    Run,
    Control,
    Sessions,
    Session,
    Messages,
    Message,
}

impl Page {
    pub(super) const OF_RUNS: [Self; 3] = [Self::Runs, Self::Run, Self::Control];
    pub(super) const OF_SESSIONS: [Self; 4] = [Self::Sessions, Self::Session, Self::Messages, Self::Message];
}

/// One such call, as it stands in the path.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) page: Page,
    pub(super) agent: String,
    /// The run or the session.
    pub(super) id: String,
    /// The word of a control call, or the message.
    pub(super) last: String,
}

impl Place {
    pub(super) fn of(request: &Request<Bytes>) -> Option<Self> {
        let path = request.uri().path().strip_prefix("/api/agents/")?;
        let segments: Vec<&str> = path.split('/').collect();
        let (page, id, last) = match segments[1..] {
            ["upload"] => (Page::Upload, "", ""),
            ["runs"] => (Page::Runs, "", ""),
            ["runs", run] => (Page::Run, run, ""),
            ["runs", run, control] => (Page::Control, run, control),
            ["sessions"] => (Page::Sessions, "", ""),
            ["sessions", session] => (Page::Session, session, ""),
            ["sessions", session, "messages"] => (Page::Messages, session, ""),
            ["sessions", session, "messages", message] => (Page::Message, session, message),
            _ => return None,
        };
        let [agent, id, last] = [segments[0], id, last].map(str::to_owned);
        Some(Self {
            page,
            agent,
            id,
            last,
        })
    }
}

/// The call, if it is one of these.
pub(super) fn at(request: &Request<Bytes>, pages: &[Page]) -> Option<Place> {
    Place::of(request).filter(|place| pages.contains(&place.page))
}

/// The correct answer; on success of such a call, with its JSON changed.
pub(super) fn edit(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    page: Page,
    edit: impl FnOnce(&mut Value),
) -> Response<Bytes> {
    let response = reference.respond(request);
    if response.status().is_success() && at(request, &[page]).is_some() {
        edited(response, edit)
    } else {
        response
    }
}

/// The correct answer; on success of such a call, under another media type.
pub(super) fn relabelled(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    page: Page,
    media_type: &'static str,
) -> Response<Bytes> {
    let response = reference.respond(request);
    if response.status().is_success() && at(request, &[page]).is_some() {
        labelled(response, media_type)
    } else {
        response
    }
}

/// The correct answer, with another status instead of this one for such calls.
pub(super) fn restatused(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    pages: &[Page],
    from: StatusCode,
    to: StatusCode,
) -> Response<Bytes> {
    let response = reference.respond(request);
    if at(request, pages).is_some() {
        status_instead(response, from, to)
    } else {
        response
    }
}

/// The correct answer, with another code in errors of this status for such calls.
pub(super) fn recoded(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    pages: &[Page],
    status: StatusCode,
    code: &str,
) -> Response<Bytes> {
    let response = reference.respond(request);
    if response.status() == status && at(request, pages).is_some() {
        edited(response, |body| {
            edit_error(body, |error| error["code"] = code.into());
        })
    } else {
        response
    }
}

/// All agents of the key's organization on which ordinary events succeed.
pub(super) fn own_agents<'m>(reference: &Reference<'m>) -> impl Iterator<Item = &'m String> {
    let fixtures = fixtures(reference);
    [
        &fixtures.conversational_agents,
        &fixtures.pdf_agents,
        &fixtures.workflow_agents,
        &fixtures.slow_workflow_agents,
        &fixtures.failing_workflow_agents,
    ]
    .into_iter()
    .flatten()
}

/// The answer to the call for whichever agent has what it names, as where an id is looked up without its agent.
pub(super) fn for_any_agent(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    pages: &[Page],
) -> Response<Bytes> {
    let response = reference.respond(request);
    let Some(place) = at(request, pages).filter(|_| response.status() == StatusCode::NOT_FOUND) else {
        return response;
    };
    // An agent of another organization, or one that there is not, stays out of it.
    if !own_agents(reference).any(|own| *own == place.agent) {
        return response;
    }
    let found = own_agents(reference).find_map(|agent| {
        let path = request.uri().path().replacen(&place.agent, agent, 1);
        let answer = reference.respond(&with_path(request.clone(), &path));
        let is_found = !matches!(answer.status(), StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST);
        is_found.then_some(answer)
    });
    found.unwrap_or(response)
}

/// The answer to the call under whichever valid key finds the agent, as where keys are not bound to an organization.
pub(super) fn for_any_key(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    pages: &[Page],
) -> Response<Bytes> {
    let response = reference.respond(request);
    if response.status() != StatusCode::NOT_FOUND || at(request, pages).is_none() {
        return response;
    }
    let other = fixtures(reference)
        .keys
        .other_organization
        .as_deref()
        .unwrap_or_default();
    let under_other = with_header(
        request.clone(),
        http::header::AUTHORIZATION,
        &format!("Bearer {other}"),
    );
    [let_in(reference, request.clone()), under_other]
        .iter()
        .map(|request| reference.respond(request))
        .find(|answer| answer.status() != StatusCode::NOT_FOUND)
        .unwrap_or(response)
}

/// The request for another path and query; one that is no target changes nothing.
pub(super) fn with_target(mut request: Request<Bytes>, target: &str) -> Request<Bytes> {
    if let Ok(uri) = target.parse() {
        *request.uri_mut() = uri;
    }
    request
}

/// The code of an error.
pub(super) fn code(response: &Response<Bytes>) -> Option<String> {
    let body: Value = serde_json::from_slice(response.body()).ok()?;
    Some(body.get("error")?.get("code")?.as_str()?.to_owned())
}
