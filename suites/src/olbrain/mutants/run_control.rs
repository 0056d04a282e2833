//! Cancel, pause, resume and retry: calls without the effect that they should have, or with another.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::{fixtures, refusal};
use super::places::{Page, Place, at, code, edit};
use crate::mutant::bend::{answer, edited, with_path};
use crate::mutant::{Mutant, Reference};

/// The control call of this name.
fn called(request: &Request<Bytes>, word: &str) -> Option<Place> {
    at(request, &[Page::Control]).filter(|place| place.last == word)
}

/// Answers with a state and does nothing.
fn nothing_done(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    word: &str,
    state: &str,
) -> Response<Bytes> {
    let Some(place) = called(request, word) else {
        return reference.respond(request);
    };
    let path = format!("/api/agents/{}/runs/{}", place.agent, place.id);
    let seen = reference.respond(&looking(request, &path));
    if seen.status().is_success() {
        edited(seen, |run| run["status"] = state.into())
    } else {
        seen
    }
}

/// A request that fetches what is at the path.
fn looking(request: &Request<Bytes>, path: &str) -> Request<Bytes> {
    let mut look = with_path(request.clone(), path);
    *look.method_mut() = Method::GET;
    look
}

/// Does to each other run of the agent what is asked for one.
fn for_all_runs(reference: &Reference<'_>, request: &Request<Bytes>, word: &str) -> Response<Bytes> {
    let response = reference.respond(request);
    let Some(place) = called(request, word).filter(|_| fits(&response)) else {
        return response;
    };
    let runs = format!("/api/agents/{}/runs", place.agent);
    let listed = reference.respond(&looking(request, &runs));
    let listed: Vec<Value> = serde_json::from_slice(listed.body()).unwrap_or_default();
    for id in listed.iter().filter_map(|run| run["run_id"].as_str()) {
        reference.respond(&with_path(request.clone(), &format!("{runs}/{id}/{word}")));
    }
    response
}

/// Makes the run look, from this call on, as if its state were another.
fn with_effect(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    word: &str,
    is_affected: impl FnOnce(&Response<Bytes>) -> bool,
    state: &str,
) -> Response<Bytes> {
    if let Some(place) = called(request, word) {
        let response = reference.respond(request);
        if is_affected(&response) {
            reference.memory().keep(place.id.clone(), state.into());
            return answer(StatusCode::OK, &json!({ "run_id": place.id, "status": state }));
        }
        return response;
    }
    let Some(place) = at(request, &[Page::Run]) else {
        return reference.respond(request);
    };
    edit(reference, request, Page::Run, |run| {
        if let Some(state) = reference.memory().recall(&place.id) {
            run["status"] = state;
        }
    })
}

/// Whether the call was refused because it does not fit.
fn does_not_fit(response: &Response<Bytes>) -> bool {
    response.status() == StatusCode::CONFLICT
}

fn fits(response: &Response<Bytes>) -> bool {
    response.status().is_success()
}

/// Whether a request has a body, or says what it would be.
fn has_body(request: &Request<Bytes>) -> bool {
    !request.body().is_empty() || request.headers().contains_key(CONTENT_TYPE)
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "cancels-all-runs",
        "olbrain.runs.control.only-own",
        "cancels every run of the agent when one is cancelled",
        |reference, request| for_all_runs(reference, &request, "cancel"),
    ),
    Mutant::new(
        "pauses-all-runs",
        "olbrain.runs.control.only-own",
        "pauses every run of the agent when one is paused",
        |reference, request| for_all_runs(reference, &request, "pause"),
    ),
    Mutant::new(
        "cancel-only-said",
        "olbrain.runs.cancel",
        "answers that a run is cancelled and lets it go on",
        |reference, request| nothing_done(reference, &request, "cancel", "cancelled"),
    ),
    Mutant::new(
        "cancel-only-what-runs",
        "olbrain.runs.cancel",
        "refuses to cancel a run that is queued",
        |reference, request| {
            let Some(place) = at(&request, &[Page::Run, Page::Control]) else {
                return reference.respond(&request);
            };
            // Slow runs wait until they were looked at a few times.
            let name = format!("looks at {}", place.id);
            let waits =
                |looks: u64| looks < 4 && fixtures(reference).slow_workflow_agents.contains(&place.agent);
            if place.page == Page::Run {
                let waits = waits(reference.memory().earlier(&name));
                return edit(reference, &request, Page::Run, |run| {
                    if waits && run["status"] == "running" {
                        run["status"] = "queued".into();
                    }
                });
            }
            let looks = reference.memory().recall(&name).and_then(|looks| looks.as_u64());
            if place.last == "cancel" && waits(looks.unwrap_or_default()) {
                return refusal(
                    reference,
                    StatusCode::CONFLICT,
                    "run_wrong_state",
                    "The run has not started.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "cancelled-in-one-word",
        "olbrain.runs.cancel",
        "calls a cancelled run canceled",
        |reference, request| {
            edit(reference, &request, Page::Run, |run| {
                if run["status"] == "cancelled" {
                    run["status"] = "canceled".into();
                }
            })
        },
    ),
    Mutant::new(
        "cancelled-is-failed",
        "olbrain.runs.cancel",
        "calls a run failed that was cancelled",
        |reference, request| {
            edit(reference, &request, Page::Run, |run| {
                if run["status"] == "cancelled" {
                    run["status"] = "failed".into();
                }
            })
        },
    ),
    Mutant::new(
        "cancelled-is-gone",
        "olbrain.runs.cancel",
        "forgets a run that was cancelled",
        |reference, request| {
            let response = reference.respond(&request);
            let run: Value = serde_json::from_slice(response.body()).unwrap_or_default();
            if at(&request, &[Page::Run]).is_some() && run["status"] == "cancelled" {
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
        "pause-only-said",
        "olbrain.runs.pause",
        "answers that a run is paused and lets it go on",
        |reference, request| nothing_done(reference, &request, "pause", "paused"),
    ),
    Mutant::new(
        "pause-not-served",
        "olbrain.runs.pause",
        "answers 400 to every pause",
        |reference, request| {
            if called(&request, "pause").is_some() {
                return refusal(
                    reference,
                    StatusCode::BAD_REQUEST,
                    "not_supported",
                    "Runs cannot be paused.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "pause-cancels",
        "olbrain.runs.pause",
        "cancels a run that should be paused",
        |reference, request| match called(&request, "pause") {
            Some(place) => {
                let path = format!("/api/agents/{}/runs/{}/cancel", place.agent, place.id);
                reference.respond(&with_path(request, &path))
            }
            None => reference.respond(&request),
        },
    ),
    Mutant::new(
        "resume-only-said",
        "olbrain.runs.resume",
        "answers that a paused run goes on and leaves it paused",
        |reference, request| nothing_done(reference, &request, "resume", "running"),
    ),
    Mutant::new(
        "resume-refused",
        "olbrain.runs.resume",
        "looks for running runs when one is to be resumed, and finds none",
        |reference, request| {
            if called(&request, "resume").is_some() {
                return refusal(
                    reference,
                    StatusCode::CONFLICT,
                    "run_wrong_state",
                    "The run does not run.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "resume-cancels",
        "olbrain.runs.resume",
        "ends a paused run as cancelled when it is resumed, since its worker is gone",
        |reference, request| with_effect(reference, &request, "resume", fits, "cancelled"),
    ),
    Mutant::new(
        "retry-only-said",
        "olbrain.runs.retry",
        "answers that a failed run is queued and does not queue it",
        |reference, request| nothing_done(reference, &request, "retry", "queued"),
    ),
    Mutant::new(
        "retry-refused",
        "olbrain.runs.retry",
        "takes a failed run for one that is over, and refuses to retry it",
        |reference, request| {
            if called(&request, "retry").is_some() {
                return refusal(
                    reference,
                    StatusCode::CONFLICT,
                    "run_wrong_state",
                    "The run is over.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "retry-without-inputs",
        "olbrain.runs.retry",
        "starts a failed run again with no inputs",
        |reference, request| {
            if let Some(place) = called(&request, "retry") {
                let response = reference.respond(&request);
                if fits(&response) {
                    reference.memory().keep(place.id, true.into());
                }
                return response;
            }
            let Some(place) = at(&request, &[Page::Run]) else {
                return reference.respond(&request);
            };
            edit(reference, &request, Page::Run, |run| {
                if reference.memory().recall(&place.id).is_some() {
                    run["inputs"] = json!({});
                }
            })
        },
    ),
    Mutant::new(
        "new-run-without-inputs",
        "olbrain.runs.retry",
        "retries with a new run that has no inputs",
        |reference, request| {
            if called(&request, "retry").is_some() {
                let response = reference.respond(&request);
                let run: Value = serde_json::from_slice(response.body()).unwrap_or_default();
                if let Some(id) = run["run_id"].as_str().filter(|_| fits(&response)) {
                    reference.memory().keep(id, true.into());
                }
                return response;
            }
            let Some(place) = at(&request, &[Page::Run]) else {
                return reference.respond(&request);
            };
            edit(reference, &request, Page::Run, |run| {
                if reference.memory().recall(&place.id).is_some() {
                    run["inputs"] = Value::Null;
                }
            })
        },
    )
    .with(|fixtures| {
        fixtures.olbrain.readings.set("retry_run", "new-run");
    }),
    Mutant::new(
        "control-needs-a-body",
        "olbrain.runs.control.empty-body",
        "answers 400 to a control call without a body, as where the body is parsed before anybody asks for it",
        |reference, request| {
            if at(&request, &[Page::Control]).is_some() && !has_body(&request) {
                return refusal(
                    reference,
                    StatusCode::BAD_REQUEST,
                    "bad_request",
                    "The body is no JSON.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "control-needs-a-type",
        "olbrain.runs.control.empty-body",
        "answers 415 to a pause without Content-Type",
        |reference, request| {
            if called(&request, "pause").is_some() && !request.headers().contains_key(CONTENT_TYPE) {
                return refusal(
                    reference,
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "unsupported_media_type",
                    "Content-Type has to be application/json.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "retry-needs-a-length",
        "olbrain.runs.control.empty-body",
        "answers 411 to a retry without a body",
        |reference, request| {
            let length = request.headers().get(CONTENT_LENGTH);
            let is_empty = length.is_none_or(|length| length == "0");
            if called(&request, "retry").is_some() && is_empty && request.body().is_empty() {
                return refusal(
                    reference,
                    StatusCode::LENGTH_REQUIRED,
                    "length_required",
                    "Content-Length is missing.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "cancels-what-is-over",
        "olbrain.runs.control.wrong-state",
        "cancels runs that have succeeded",
        |reference, request| with_effect(reference, &request, "cancel", does_not_fit, "cancelled"),
    ),
    Mutant::new(
        "resumes-what-is-over",
        "olbrain.runs.control.wrong-state",
        "lets every run go on that is resumed",
        |reference, request| with_effect(reference, &request, "resume", does_not_fit, "running"),
    ),
    Mutant::new(
        "pauses-what-is-over",
        "olbrain.runs.control.wrong-state",
        "pauses whatever it is asked to",
        |reference, request| with_effect(reference, &request, "pause", does_not_fit, "paused"),
    ),
    Mutant::new(
        "retries-what-has-succeeded",
        "olbrain.runs.control.wrong-state",
        "queues every run again that is retried",
        |reference, request| with_effect(reference, &request, "retry", does_not_fit, "queued"),
    ),
    Mutant::new(
        "refused-calls-fail-the-run",
        "olbrain.runs.control.wrong-state",
        "refuses a resume that does not fit, and marks the run as failed for it",
        |reference, request| {
            if let Some(place) = called(&request, "resume") {
                let response = reference.respond(&request);
                if does_not_fit(&response) && code(&response).is_some() {
                    reference.memory().keep(place.id, "failed".into());
                }
                return response;
            }
            with_effect(reference, &request, "", |_| false, "")
        },
    ),
];
