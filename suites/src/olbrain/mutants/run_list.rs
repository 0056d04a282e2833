//! The list of runs: what is in it, how it is cut and filtered.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::{fixtures, refusal};
use super::places::{Page, at, edit, restatused};
use crate::mutant::bend::{edited, pairs, query_value, with_pairs, with_path, with_query};
use crate::mutant::{Mutant, Reference};

const RUNS: &[Page] = &[Page::Runs];

/// The list without some of its parameters.
fn without(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    is_dropped: impl Fn(&str, &str) -> bool,
) -> Response<Bytes> {
    if at(request, RUNS).is_none() {
        return reference.respond(request);
    }
    let kept = pairs(request);
    let kept = kept
        .iter()
        .filter(|(name, value)| !is_dropped(name, value))
        .map(|(name, value)| (name.as_str(), value.as_str()));
    reference.respond(&with_pairs(request.clone(), kept))
}

/// The runs of a list, changed.
fn listed(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    change: impl FnOnce(&mut Vec<Value>),
) -> Response<Bytes> {
    edit(reference, request, Page::Runs, |list| {
        if let Some(runs) = list.as_array_mut() {
            change(runs);
        }
    })
}

/// The first parameter of the list that the page does not name.
fn unknown_parameter(request: &Request<Bytes>) -> Option<(String, String)> {
    at(request, RUNS)?;
    let mut all = pairs(request).into_iter();
    all.find(|(name, _)| name != "limit" && name != "status")
}

/// Lists no run in this state, whatever is asked for.
fn without_those(reference: &Reference<'_>, request: &Request<Bytes>, state: &str) -> Response<Bytes> {
    listed(reference, request, |runs| {
        runs.retain(|run| run["status"] != state);
    })
}

/// Where runs in one state are asked for, those in another one as well.
fn with_those(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    asked: &str,
    too: &str,
) -> Response<Bytes> {
    let asks = at(request, RUNS).is_some() && query_value(request, "status").as_deref() == Some(asked);
    if !asks {
        return reference.respond(request);
    }
    let others = reference.respond(&with_query(request.clone(), "status", too));
    let others: Vec<Value> = serde_json::from_slice(others.body()).unwrap_or_default();
    listed(reference, request, |runs| runs.extend(others))
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "runs-in-part",
        "olbrain.runs.list",
        "answers 206 to the list of runs, since it may be cut",
        |reference, request| {
            restatused(
                reference,
                &request,
                RUNS,
                StatusCode::OK,
                StatusCode::PARTIAL_CONTENT,
            )
        },
    ),
    Mutant::new(
        "runs-need-a-limit",
        "olbrain.runs.list",
        "asks for a limit where runs are listed",
        |reference, request| {
            if at(&request, RUNS).is_some() && query_value(&request, "limit").is_none() {
                return refusal(
                    reference,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "bad_request",
                    "limit is missing.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "runs-of-another-worker",
        "olbrain.runs.list.found",
        "lists the runs of a worker that has none",
        |reference, request| {
            if at(&request, RUNS).is_some() {
                return reference.respond_elsewhere(&request);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "runs-by-another-id",
        "olbrain.runs.list.found",
        "lists runs by another id than that by which they are fetched",
        |reference, request| {
            listed(reference, &request, |runs| {
                for run in runs {
                    let id = run["run_id"].as_str().unwrap_or_default();
                    run["run_id"] = id.replacen("run_", "exec_", 1).into();
                }
            })
        },
    ),
    Mutant::new(
        "runs-of-all-agents",
        "olbrain.runs.list.only-own",
        "lists the runs of all agents",
        |reference, request| {
            let Some(place) = at(&request, RUNS) else {
                return reference.respond(&request);
            };
            let of_others: Vec<Value> = fixtures(reference)
                .workflow_agents
                .iter()
                .filter(|agent| **agent != place.agent)
                .filter_map(|agent| {
                    let path = format!("/api/agents/{agent}/runs");
                    let answer = reference.respond(&with_path(request.clone(), &path));
                    serde_json::from_slice::<Vec<Value>>(answer.body()).ok()
                })
                .flatten()
                .collect();
            listed(reference, &request, |runs| runs.extend(of_others))
        },
    ),
    Mutant::new(
        "runs-without-limit",
        "olbrain.runs.list.limit",
        "ignores the limit on runs",
        |reference, request| without(reference, &request, |name, _| name == "limit"),
    ),
    Mutant::new(
        "one-run-too-many",
        "olbrain.runs.list.limit",
        "gives the run too by which it finds out whether there are more",
        |reference, request| {
            let limit = query_value(&request, "limit").and_then(|limit| limit.parse::<u64>().ok());
            match limit.filter(|_| at(&request, RUNS).is_some()) {
                Some(limit) => reference.respond(&with_query(
                    request,
                    "limit",
                    &limit.saturating_add(1).to_string(),
                )),
                None => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "one-run-too-few",
        "olbrain.runs.list.limit",
        "stops before the run at which the limit is reached",
        |reference, request| {
            let limit = query_value(&request, "limit").and_then(|limit| limit.parse::<usize>().ok());
            listed(reference, &request, |runs| {
                runs.truncate(limit.map_or(usize::MAX, |limit| limit.saturating_sub(1)));
            })
        },
    ),
    Mutant::new(
        "limits-of-runs-by-tens",
        "olbrain.runs.list.limit",
        "gives ten runs at least",
        |reference, request| {
            let is_small = query_value(&request, "limit").is_some_and(|limit| limit.len() == 1);
            if is_small && at(&request, RUNS).is_some() {
                return reference.respond(&with_query(request, "limit", "10"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "runs-in-any-state",
        "olbrain.runs.list.status",
        "ignores the state by which runs are asked for",
        |reference, request| without(reference, &request, |name, _| name == "status"),
    ),
    Mutant::new(
        "cancelled-among-failed",
        "olbrain.runs.list.status",
        "lists cancelled runs among those that have failed",
        |reference, request| with_those(reference, &request, "failed", "cancelled"),
    ),
    Mutant::new(
        "paused-among-running",
        "olbrain.runs.list.status",
        "lists paused runs among those that run, since they have not ended",
        |reference, request| with_those(reference, &request, "running", "paused"),
    ),
    Mutant::new(
        "no-paused-runs",
        "olbrain.runs.list.status",
        "lists no run that is paused",
        |reference, request| without_those(reference, &request, "paused"),
    ),
    Mutant::new(
        "no-failed-runs",
        "olbrain.runs.list.status",
        "lists no run that has failed",
        |reference, request| without_those(reference, &request, "failed"),
    ),
    Mutant::new(
        "cancelled-never-found",
        "olbrain.runs.list.status",
        "looks for canceled runs where cancelled ones are asked for",
        |reference, request| {
            let asks = at(&request, RUNS).is_some()
                && query_value(&request, "status").as_deref() == Some("cancelled");
            if asks {
                return reference.respond(&with_query(request, "status", "canceled"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "no-succeeded-runs",
        "olbrain.runs.list.status",
        "lists no run as succeeded, since it keeps those as completed",
        |reference, request| {
            let asks = query_value(&request, "status").as_deref() == Some("succeeded");
            listed(reference, &request, |runs| {
                if asks {
                    runs.clear();
                }
            })
        },
    ),
    Mutant::new(
        "limit-before-status",
        "olbrain.runs.list.limit",
        "cuts the list and then looks for the state in what is left",
        |reference, request| {
            let Some(state) = query_value(&request, "status") else {
                return reference.respond(&request);
            };
            let response = without(reference, &request, |name, _| name == "status");
            if at(&request, RUNS).is_none() {
                return response;
            }
            edited(response, |list| {
                if let Some(runs) = list.as_array_mut() {
                    runs.retain(|run| run["status"] == *state);
                }
            })
        },
    ),
    Mutant::new(
        "runs-with-known-parameters-only",
        "olbrain.runs.list.ignored",
        "refuses parameters that it does not know",
        |reference, request| {
            if unknown_parameter(&request).is_some() {
                return refusal(
                    reference,
                    StatusCode::BAD_REQUEST,
                    "bad_request",
                    "A parameter is not known.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "runs-by-any-member",
        "olbrain.runs.list.ignored",
        "takes every parameter for a member that runs should have",
        |reference, request| {
            let unknown = unknown_parameter(&request);
            listed(reference, &request, |runs| {
                if let Some((name, value)) = unknown {
                    runs.retain(|run| run.get(&name) == Some(&json!(value)));
                }
            })
        },
    ),
];
