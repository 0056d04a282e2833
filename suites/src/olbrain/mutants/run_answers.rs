//! What fetching one run shows: its members, its times, and the files that it leaves.
use super::runs::left;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::{is_run, refusal};
use super::places::{Page, at, edit, relabelled, restatused};
use crate::mutant::bend::json_body;
use crate::mutant::{Mutant, Reference};

/// A fetched run with a member changed.
fn shown(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    name: &str,
    change: impl FnOnce(Value) -> Value,
) -> Response<Bytes> {
    edit(reference, request, Page::Run, |run| {
        let old = run[name].take();
        run[name] = change(old);
    })
}

/// Whether it is the address of a file that is fetched.
fn is_download(request: &Request<Bytes>) -> bool {
    request.method() == Method::GET && !request.uri().path().starts_with("/api/")
}

/// A moment with its text changed; null stays null.
fn moment(value: Value, change: impl FnOnce(&str) -> Value) -> Value {
    match value.as_str() {
        Some(text) => change(text),
        None => value,
    }
}

/// Every value as a text.
fn as_texts(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, as_texts(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(as_texts).collect(),
        Value::Number(number) => number.to_string().into(),
        other => other,
    }
}

/// The characters of a text that are ASCII, and a question mark for each other.
fn in_ascii(value: Value) -> Value {
    let ascii = |text: &str| -> String {
        text.chars()
            .map(|character| if character.is_ascii() { character } else { '?' })
            .collect()
    };
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, in_ascii(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(in_ascii).collect(),
        Value::String(text) => ascii(&text).into(),
        other => other,
    }
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "run-in-part",
        "olbrain.runs.get",
        "answers 206 to the fetching of a run",
        |reference, request| {
            restatused(
                reference,
                &request,
                &[Page::Run],
                StatusCode::OK,
                StatusCode::PARTIAL_CONTENT,
            )
        },
    ),
    Mutant::new(
        "runs-in-two-memories",
        "olbrain.runs.get",
        "answers every third fetching of a run from a worker that does not know it",
        |reference, request| {
            if at(&request, &[Page::Run]).is_some() && reference.memory().earlier("fetched") % 3 == 2 {
                return reference.respond_elsewhere(&request);
            }
            reference.respond(&request)
        },
    )
    .now_and_then(),
    Mutant::new(
        "fetched-run-as-text",
        "olbrain.runs.get.ct",
        "labels a fetched run as text/plain",
        |reference, request| relabelled(reference, &request, Page::Run, "text/plain; charset=utf-8"),
    ),
    Mutant::new(
        "run-as-hypertext-json",
        "olbrain.runs.get.ct",
        "labels a fetched run as application/hal+json",
        |reference, request| relabelled(reference, &request, Page::Run, "application/hal+json"),
    ),
    Mutant::new(
        "run-with-another-name-for-its-id",
        "olbrain.runs.get.fields",
        "calls the id of a run id",
        |reference, request| {
            edit(reference, &request, Page::Run, |run| {
                run["id"] = run["run_id"].take();
                run.as_object_mut().map(|members| members.remove("run_id"));
            })
        },
    ),
    Mutant::new(
        "run-in-an-envelope",
        "olbrain.runs.get.fields",
        "puts a fetched run into a member run",
        |reference, request| {
            edit(reference, &request, Page::Run, |run| {
                *run = json!({ "run": run.take() });
            })
        },
    ),
    Mutant::new(
        "run-with-seconds-since-1970",
        "olbrain.runs.get.fields",
        "writes the moments of a run as numbers",
        |reference, request| {
            shown(reference, &request, "started_at", |value| {
                moment(value, |_| 1_779_795_739.into())
            })
        },
    ),
    Mutant::new(
        "run-id-in-lower-case",
        "olbrain.runs.get.run-id",
        "writes the id of a run in lower case",
        |reference, request| {
            shown(reference, &request, "run_id", |id| {
                id.as_str().unwrap_or_default().to_lowercase().into()
            })
        },
    ),
    Mutant::new(
        "run-id-of-the-runtime",
        "olbrain.runs.get.run-id",
        "shows the id that a run has in the runtime behind",
        |reference, request| {
            shown(reference, &request, "run_id", |id| {
                id.as_str()
                    .unwrap_or_default()
                    .replacen("run_", "exec_", 1)
                    .into()
            })
        },
    ),
    Mutant::new(
        "workflow-with-an-id-of-its-own",
        "olbrain.runs.get.workflow-id",
        "shows an id of the workflow that is not the agent's",
        |reference, request| {
            shown(reference, &request, "workflow_id", |id| {
                id.as_str().unwrap_or_default().replacen("agt_", "wf_", 1).into()
            })
        },
    ),
    Mutant::new(
        "states-in-capitals",
        "olbrain.runs.get.status",
        "writes the state of a run in capitals",
        |reference, request| {
            shown(reference, &request, "status", |state| {
                state.as_str().unwrap_or_default().to_uppercase().into()
            })
        },
    ),
    Mutant::new(
        "completed-for-succeeded",
        "olbrain.runs.get.status",
        "calls a run that has succeeded completed",
        |reference, request| {
            shown(reference, &request, "status", |state| match state.as_str() {
                Some("succeeded") => "completed".into(),
                _ => state,
            })
        },
    ),
    Mutant::new(
        "moments-without-zone",
        "olbrain.runs.get.timing",
        "writes the moments of a run without a zone",
        |reference, request| {
            edit(reference, &request, Page::Run, |run| {
                for name in ["started_at", "completed_at"] {
                    let old = run[name].take();
                    run[name] = moment(old, |text| text.trim_end_matches('Z').into());
                }
            })
        },
    ),
    Mutant::new(
        "ends-before-its-start",
        "olbrain.runs.get.timing",
        "writes the end of a run in another zone than its start, and calls both Z",
        |reference, request| {
            shown(reference, &request, "completed_at", |value| {
                moment(value, |text| match text.parse::<jiff::Timestamp>() {
                    Ok(end) => (end - jiff::SignedDuration::from_hours(2)).to_string().into(),
                    Err(_) => text.into(),
                })
            })
        },
    ),
    Mutant::new(
        "no-end",
        "olbrain.runs.get.timing",
        "never fills in when a run has ended",
        |reference, request| shown(reference, &request, "completed_at", |_| Value::Null),
    ),
    Mutant::new(
        "inputs-forgotten",
        "olbrain.runs.get.inputs",
        "shows no inputs of a run",
        |reference, request| shown(reference, &request, "inputs", |_| json!({})),
    ),
    Mutant::new(
        "inputs-as-texts",
        "olbrain.runs.get.inputs",
        "shows the numbers among the inputs as texts",
        |reference, request| shown(reference, &request, "inputs", as_texts),
    ),
    Mutant::new(
        "inputs-in-ascii",
        "olbrain.runs.get.inputs",
        "keeps the inputs in a column of ASCII",
        |reference, request| shown(reference, &request, "inputs", in_ascii),
    ),
    Mutant::new(
        "inputs-without-what-is-nested",
        "olbrain.runs.get.inputs",
        "keeps those inputs only that are no objects and no arrays",
        |reference, request| {
            shown(reference, &request, "inputs", |inputs| match inputs {
                Value::Object(members) => members
                    .into_iter()
                    .filter(|(_, value)| !value.is_object() && !value.is_array())
                    .collect(),
                other => other,
            })
        },
    ),
    Mutant::new(
        "inputs-with-the-event-around-them",
        "olbrain.runs.get.inputs",
        "shows the whole body of the event as inputs",
        |reference, request| {
            shown(
                reference,
                &request,
                "inputs",
                |inputs| json!({ "inputs": inputs }),
            )
        },
    ),
    Mutant::new(
        "output-files-without-end",
        "olbrain.runs.get.output-files",
        "does not say when the address of an output file ends",
        |reference, request| {
            left(reference, &request, |file| {
                file.as_object_mut()
                    .map(|members| members.remove("url_expires_at"));
            })
        },
    ),
    Mutant::new(
        "output-files-like-generated-ones",
        "olbrain.runs.get.output-files",
        "describes output files with the members of files in a reply",
        |reference, request| {
            left(reference, &request, |file| {
                *file = json!({
                    "filename": file["name"], "size_bytes": file["size_bytes"],
                    "file_url": file["url"], "kind": "output",
                });
            })
        },
    ),
    Mutant::new(
        "output-files-under-key",
        "olbrain.runs.get.url",
        "asks for a key where an output file is fetched",
        |reference, request| {
            if is_download(&request) && !request.headers().contains_key(AUTHORIZATION) {
                return refusal(
                    reference,
                    StatusCode::UNAUTHORIZED,
                    "unauthorized",
                    "Authorization header is missing or malformed.",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "output-files-unsigned",
        "olbrain.runs.get.url",
        "gives the address of an output file without what signs it",
        |reference, request| {
            left(reference, &request, |file| {
                let url = file["url"].as_str().unwrap_or_default();
                file["url"] = url.split('?').next().unwrap_or_default().into();
            })
        },
    ),
    Mutant::new(
        "output-files-by-path",
        "olbrain.runs.get.url",
        "gives the path of an output file and not its address",
        |reference, request| {
            left(reference, &request, |file| {
                let url = file["url"].as_str().unwrap_or_default();
                let path = url.splitn(4, '/').nth(3).unwrap_or_default();
                file["url"] = format!("/{path}").into();
            })
        },
    ),
    Mutant::new(
        "output-size-of-its-text",
        "olbrain.runs.get.url.size",
        "gives the length of an output file in base64",
        |reference, request| {
            left(reference, &request, |file| {
                file["size_bytes"] = (file["size_bytes"].as_u64().unwrap_or_default().div_ceil(3) * 4).into();
            })
        },
    ),
    Mutant::new(
        "output-size-not-known",
        "olbrain.runs.get.url.size",
        "gives 0 as the size of every output file",
        |reference, request| left(reference, &request, |file| file["size_bytes"] = 0.into()),
    ),
    Mutant::new(
        "addresses-for-an-hour",
        "olbrain.runs.get.url.expiry",
        "lets addresses of output files end after an hour",
        |reference, request| {
            let end = reference.now() + jiff::SignedDuration::from_hours(1);
            let end = end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            left(reference, &request, |file| {
                file["url_expires_at"] = end.as_str().into();
            })
        },
    ),
    Mutant::new(
        "addresses-for-seconds",
        "olbrain.runs.get.url.expiry",
        "counts the 15 minutes of addresses in seconds",
        |reference, request| {
            let end = reference.now() + jiff::SignedDuration::from_secs(15);
            let end = end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            left(reference, &request, |file| {
                file["url_expires_at"] = end.as_str().into();
            })
        },
    ),
    Mutant::new(
        "addresses-kept",
        "olbrain.runs.get.url.fresh",
        "keeps the addresses that it gave first",
        |reference, request| {
            let Some(place) = at(&request, &[Page::Run]) else {
                return reference.respond(&request);
            };
            edit(reference, &request, Page::Run, |run| {
                if run["output_files"][0].is_object() {
                    let first = reference.memory().recall(&place.id);
                    let first = first.unwrap_or_else(|| run["output_files"].clone());
                    run["output_files"] = first.clone();
                    reference.memory().keep(place.id, first);
                }
            })
        },
    ),
    Mutant::new(
        "inputs-of-the-event-before",
        "olbrain.runs.get.inputs",
        "shows the inputs of the event before, as where a variable is shared",
        |reference, request| {
            if is_run(reference, &request) {
                let inputs = json_body(&request).map(|body| body["inputs"].clone());
                let before = reference.memory().keep("now", inputs.unwrap_or_default());
                reference.memory().keep("before", before.unwrap_or_default());
                return reference.respond(&request);
            }
            shown(reference, &request, "inputs", |inputs| {
                reference.memory().recall("before").unwrap_or(inputs)
            })
        },
    ),
];
