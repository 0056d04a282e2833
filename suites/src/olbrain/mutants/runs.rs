//! Runs: who may see them, what fetching one shows, and the files that it leaves.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::{fixtures, refusal};
use super::places::{Page, at, code, edit, for_any_agent, for_any_key, recoded, restatused};
use crate::mutant::bend::{answer, edited, with_status};
use crate::mutant::{Mutant, Reference};

/// Calls for one run.
const OF_ONE: &[Page] = &[Page::Run, Page::Control];

/// A fetched run with a member of each output file changed.
pub(super) fn left(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    change: impl Fn(&mut Value),
) -> Response<Bytes> {
    edit(reference, request, Page::Run, |run| {
        if let Some(files) = run["output_files"].as_array_mut() {
            files.iter_mut().for_each(change);
        }
    })
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "runs-of-conversations-not-found",
        "olbrain.runs.kind",
        "answers 404 to calls about runs for a conversational agent",
        |reference, request| {
            restatused(
                reference,
                &request,
                &Page::OF_RUNS,
                StatusCode::BAD_REQUEST,
                StatusCode::NOT_FOUND,
            )
        },
    ),
    Mutant::new(
        "no-runs-for-conversations",
        "olbrain.runs.kind",
        "lists no runs for a conversational agent, with success",
        |reference, request| {
            let response = reference.respond(&request);
            if at(&request, &[Page::Runs]).is_some() && response.status() == StatusCode::BAD_REQUEST {
                return answer(StatusCode::OK, &json!([]));
            }
            response
        },
    ),
    Mutant::new(
        "kind-of-runs-with-another-code",
        "olbrain.runs.kind",
        "answers 400 with the code bad_request to control calls for a conversational agent",
        |reference, request| {
            recoded(
                reference,
                &request,
                &[Page::Control],
                StatusCode::BAD_REQUEST,
                "bad_request",
            )
        },
    ),
    Mutant::new(
        "run-looked-up-before-the-kind",
        "olbrain.runs.kind",
        "looks for the run before it looks at what the agent is",
        |reference, request| {
            let response = reference.respond(&request);
            if at(&request, OF_ONE).is_some() && response.status() == StatusCode::BAD_REQUEST {
                return refusal(
                    reference,
                    StatusCode::NOT_FOUND,
                    "run_not_found",
                    "There is no such run.",
                );
            }
            response
        },
    ),
    Mutant::new(
        "unknown-run-with-a-common-code",
        "olbrain.runs.404",
        "answers 404 with the code not_found where there is no such run",
        |reference, request| recoded(reference, &request, OF_ONE, StatusCode::NOT_FOUND, "not_found"),
    ),
    Mutant::new(
        "unknown-run-is-null",
        "olbrain.runs.404",
        "answers null with success where there is no such run",
        |reference, request| {
            let response = reference.respond(&request);
            let is_run = at(&request, &[Page::Run]).is_some();
            if is_run && code(&response).as_deref() == Some("run_not_found") {
                return answer(StatusCode::OK, &Value::Null);
            }
            response
        },
    ),
    Mutant::new(
        "unknown-run-is-cancelled",
        "olbrain.runs.404",
        "answers success to the cancelling of a run that there is not, as nothing is left to do",
        |reference, request| {
            let response = reference.respond(&request);
            let cancels = at(&request, &[Page::Control]).is_some_and(|place| place.last == "cancel");
            if cancels && code(&response).as_deref() == Some("run_not_found") {
                return answer(StatusCode::OK, &json!({ "status": "cancelled" }));
            }
            response
        },
    ),
    Mutant::new(
        "unknown-run-is-bad-request",
        "olbrain.runs.404",
        "answers 400 where there is no such run",
        |reference, request| {
            let response = reference.respond(&request);
            if code(&response).as_deref() == Some("run_not_found") {
                return with_status(response, StatusCode::BAD_REQUEST);
            }
            response
        },
    ),
    Mutant::new(
        "runs-without-their-agent",
        "olbrain.runs.404.other-agent",
        "looks a run up by its id, whichever agent the path names",
        |reference, request| for_any_agent(reference, &request, &[Page::Run]),
    ),
    Mutant::new(
        "runs-controlled-without-their-agent",
        "olbrain.runs.404.other-agent",
        "controls a run by its id, whichever agent the path names",
        |reference, request| for_any_agent(reference, &request, &[Page::Control]),
    ),
    Mutant::new(
        "runs-of-any-organization",
        "olbrain.runs.404.other-org",
        "lists and shows runs under the key of any organization",
        |reference, request| for_any_key(reference, &request, &Page::OF_RUNS),
    ),
    Mutant::new(
        "run-without-its-organization",
        "olbrain.runs.404.other-org",
        "shows a run under the key of any organization",
        |reference, request| for_any_key(reference, &request, &[Page::Run]),
    ),
    Mutant::new(
        "runs-never-start",
        "olbrain.runs.progress",
        "shows a run for ever as queued",
        |reference, request| {
            let usual = &fixtures(reference).workflow_agents[0];
            let is_usual = at(&request, &[Page::Run]).is_some_and(|place| place.agent == *usual);
            let response = reference.respond(&request);
            if !is_usual || !response.status().is_success() {
                return response;
            }
            waiting(response)
        },
    ),
    Mutant::new(
        "started-again-and-forgotten",
        "olbrain.runs.progress",
        "queues a run that is tried again, and has no worker for it",
        |reference, request| {
            let (page, run, control) = match at(&request, &[Page::Run, Page::Control]) {
                Some(place) => (place.page, place.id.clone(), place.last == "retry"),
                None => return reference.respond(&request),
            };
            let response = reference.respond(&request);
            if !response.status().is_success() {
                return response;
            }
            let name = format!("again {run}");
            if page == Page::Control && control {
                reference.memory().keep(name, json!(true));
            } else if page == Page::Run && reference.memory().recall(&name).is_some() {
                return waiting(response);
            }
            response
        },
    ),
];

/// The run as it is shown before it starts.
fn waiting(response: Response<Bytes>) -> Response<Bytes> {
    edited(response, |run| {
        run["status"] = "queued".into();
        for name in ["started_at", "completed_at", "duration_seconds"] {
            run[name] = Value::Null;
        }
    })
}
