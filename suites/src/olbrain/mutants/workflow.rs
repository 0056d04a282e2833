//! What a workflow agent answers.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::is_run;
use crate::mutant::bend::{edited, labelled, status_instead};
use crate::mutant::{Answer, Mutant, Reference};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "ok-for-accepted",
        "olbrain.wf.202",
        "answers 200 where 202 is documented",
        |reference, request| instead_of_accepted(reference, &request, StatusCode::OK),
    ),
    Mutant::new(
        "created-for-accepted",
        "olbrain.wf.202",
        "answers 201, because it makes a run",
        |reference, request| instead_of_accepted(reference, &request, StatusCode::CREATED),
    ),
    Mutant::new(
        "first-run-accepted",
        "olbrain.wf.202",
        "answers 200 from the second run of an agent on",
        |reference, request| {
            if is_run(reference, &request) && reference.memory().earlier(request.uri().path()) > 0 {
                return instead_of_accepted(reference, &request, StatusCode::OK);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "run-as-text",
        "olbrain.wf.ct",
        "labels the run text/html, as a framework does with a text",
        |reference, request| {
            let is_run = is_run(reference, &request);
            let response = reference.respond(&request);
            if is_run && response.status() == StatusCode::ACCEPTED {
                return labelled(response, "text/html; charset=utf-8");
            }
            response
        },
    ),
    Mutant::new(
        "run-by-id",
        "olbrain.wf.fields",
        "names the run id and not run_id",
        |reference, request| {
            queued(reference, &request, |body| {
                *body = json!({ "id": body["run_id"], "status": "queued" });
            })
        },
    ),
    Mutant::new(
        "run-in-object",
        "olbrain.wf.fields",
        "puts the run into run",
        |reference, request| queued(reference, &request, |body| *body = json!({ "run": body })),
    ),
    Mutant::new(
        "run-without-status",
        "olbrain.wf.fields",
        "leaves the status out",
        |reference, request| {
            queued(reference, &request, |body| {
                *body = json!({ "run_id": body["run_id"] });
            })
        },
    ),
    Mutant::new(
        "run-empty",
        "olbrain.wf.run-id",
        "answers before the run has an id",
        |reference, request| queued(reference, &request, |body| body["run_id"] = Value::from("")),
    ),
    Mutant::new(
        "run-by-number",
        "olbrain.wf.run-id",
        "gives the number of the run in its table",
        |reference, request| {
            let number = reference.earlier;
            queued(reference, &request, |body| body["run_id"] = Value::from(number))
        },
    ),
    Mutant::new(
        "run-without-prefix",
        "olbrain.wf.run-id.prefix",
        "names runs wf_ and a number",
        |reference, request| {
            let number = reference.earlier;
            queued(reference, &request, |body| {
                body["run_id"] = Value::from(format!("wf_{number:026}"));
            })
        },
    ),
    Mutant::new(
        "run-triggered",
        "olbrain.wf.status",
        "says triggered, as a newer path does",
        |reference, request| {
            queued(reference, &request, |body| {
                body["status"] = Value::from("triggered");
            })
        },
    ),
    Mutant::new(
        "run-queued-in-capitals",
        "olbrain.wf.status",
        "writes the status in capitals, as its enumeration does",
        |reference, request| queued(reference, &request, |body| body["status"] = Value::from("QUEUED")),
    ),
    Mutant::new(
        "run-running-at-once",
        "olbrain.wf.status",
        "says running where a worker is free",
        |reference, request| {
            let free = is_run(reference, &request) && reference.memory().earlier("runs") % 3 == 2;
            queued(reference, &request, |body| {
                if free {
                    body["status"] = Value::from("running");
                }
            })
        },
    ),
    Mutant::new(
        "run-per-inputs",
        "olbrain.wf.unique",
        "takes the same inputs for the same run",
        |reference, request| {
            let name = format!(
                "{} {}",
                request.uri().path(),
                String::from_utf8_lossy(request.body())
            );
            queued(reference, &request, |body| {
                match reference.memory().recall(&name) {
                    Some(earlier) => *body = earlier,
                    None => drop(reference.memory().keep(name, body.clone())),
                }
            })
        },
    ),
    Mutant::new(
        "run-per-second",
        "olbrain.wf.unique",
        "makes the id of a run from the time in seconds",
        |reference, request| {
            let second = reference.now().as_second();
            queued(reference, &request, |body| {
                body["run_id"] = Value::from(format!("run_01HZ{second:022}"));
            })
        },
    ),
    Mutant::in_a_crowd(
        "run-of-the-neighbour",
        "olbrain.wf.unique",
        "gives requests in flight together the same run",
        |reference, request| {
            let crowded = reference.others_in_flight > 0;
            let response = queued(reference, &request, |body| {
                if crowded && let Some(last) = reference.memory().recall("run") {
                    *body = last;
                } else {
                    reference.memory().keep("run", body.clone());
                }
            });
            Answer::from(response)
        },
    )
    .now_and_then(),
    Mutant::new(
        "run-twice",
        "olbrain.wf.one-run",
        "hands each event to two workers, of which one tells the client",
        |reference, request| {
            if is_run(reference, &request) {
                drop(reference.respond(&request));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "run-twice-now-and-then",
        "olbrain.wf.one-run",
        "queues every seventh run again, since it did not hear of it in time",
        |reference, request| {
            if is_run(reference, &request) && reference.memory().earlier("runs") % 7 == 6 {
                drop(reference.respond(&request));
            }
            reference.respond(&request)
        },
    )
    .now_and_then(),
    Mutant::new(
        "run-not-kept",
        "olbrain.wf.pollable",
        "answers with the id of the message in its queue, which is not that of the run",
        |reference, request| {
            let number = reference.earlier;
            queued(reference, &request, |body| {
                body["run_id"] = Value::from(format!("run_01HY{number:022}"));
            })
        },
    ),
    Mutant::new(
        "run-kept-elsewhere",
        "olbrain.wf.pollable",
        "keeps runs in the memory of the worker process that queued them",
        |reference, request| {
            if is_run(reference, &request) {
                return reference.respond_elsewhere(&request);
            }
            reference.respond(&request)
        },
    ),
];

/// The answer, with the queued run changed.
fn queued(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    edit: impl FnOnce(&mut Value),
) -> Response<Bytes> {
    let is_run = is_run(reference, request);
    let response = reference.respond(request);
    if is_run && response.status() == StatusCode::ACCEPTED {
        return edited(response, edit);
    }
    response
}

fn instead_of_accepted(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    status: StatusCode,
) -> Response<Bytes> {
    let is_run = is_run(reference, request);
    let response = reference.respond(request);
    if is_run {
        return status_instead(response, StatusCode::ACCEPTED, status);
    }
    response
}
