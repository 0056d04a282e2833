//! Errors: their one envelope, and failures behind the service.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::{crash, edit_error, fixtures, triggered};
use crate::mutant::bend::{answer, edited, labelled, status_instead, with_status};
use crate::mutant::{Mutant, Reference};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "error-flat",
        "olbrain.err.envelope",
        "puts code and message of an error where its envelope belongs",
        |reference, request| errors(reference, &request, |body| *body = body["error"].take()),
    ),
    Mutant::new(
        "error-as-detail",
        "olbrain.err.envelope",
        "answers errors with detail, as a framework does by default",
        |reference, request| {
            errors(reference, &request, |body| {
                *body = json!({ "detail": body["error"]["message"] });
            })
        },
    ),
    Mutant::new(
        "error-as-text",
        "olbrain.err.envelope",
        "gives error as a text",
        |reference, request| {
            errors(reference, &request, |body| {
                *body = json!({ "error": body["error"]["message"] });
            })
        },
    ),
    Mutant::new(
        "error-without-request-id",
        "olbrain.err.envelope",
        "leaves request_id out",
        |reference, request| {
            errors(reference, &request, |body| {
                edit_error(body, |error| {
                    if let Some(members) = error.as_object_mut() {
                        members.remove("request_id");
                    }
                });
            })
        },
    ),
    Mutant::new(
        "error-code-is-the-status",
        "olbrain.err.envelope",
        "gives the status as the code, as a number",
        |reference, request| {
            let response = reference.respond(&request);
            let status = response.status();
            if !status.is_client_error() && !status.is_server_error() {
                return response;
            }
            edited(response, |body| {
                edit_error(body, |error| error["code"] = Value::from(status.as_u16()));
            })
        },
    ),
    Mutant::new(
        "error-as-problem",
        "olbrain.err.ct",
        "labels errors application/problem+json",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status().as_u16() >= 400 {
                return labelled(response, "application/problem+json");
            }
            response
        },
    ),
    Mutant::new(
        "error-as-html",
        "olbrain.err.ct",
        "labels errors text/html, as the page of a framework is",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status().as_u16() >= 400 {
                return labelled(response, "text/html; charset=utf-8");
            }
            response
        },
    ),
    Mutant::new(
        "code-empty",
        "olbrain.err.codes",
        "leaves the code of what it does not expect empty",
        |reference, request| {
            errors(reference, &request, |body| {
                edit_error(body, |error| {
                    if error["code"] == "bad_request" {
                        error["code"] = Value::from("");
                    }
                });
            })
        },
    ),
    Mutant::new(
        "message-empty",
        "olbrain.err.message",
        "has no text for an agent that is not found",
        |reference, request| {
            errors(reference, &request, |body| {
                edit_error(body, |error| {
                    if error["code"] == "agent_not_found" {
                        error["message"] = Value::from("");
                    }
                });
            })
        },
    ),
    Mutant::new(
        "message-blank",
        "olbrain.err.message",
        "has a blank in place of every text",
        |reference, request| {
            errors(reference, &request, |body| {
                edit_error(body, |error| {
                    if error["code"] == "bad_request" {
                        error["message"] = Value::from(" ");
                    }
                });
            })
        },
    ),
    Mutant::new(
        "request-id-empty",
        "olbrain.err.request-id",
        "has no id before the request is let in",
        |reference, request| {
            errors(reference, &request, |body| {
                edit_error(body, |error| {
                    if error["code"] == "unauthorized" {
                        error["request_id"] = Value::from("");
                    }
                });
            })
        },
    ),
    Mutant::new(
        "request-id-of-the-process",
        "olbrain.err.request-id.unique",
        "makes the id once, when it starts",
        |reference, request| {
            errors(reference, &request, |body| {
                edit_error(body, |error| error["request_id"] = Value::from("req_3f9a1b2c"));
            })
        },
    ),
    Mutant::new(
        "request-id-of-the-second",
        "olbrain.err.request-id.unique",
        "makes the id from the time in seconds",
        |reference, request| {
            let second = reference.now().as_second();
            errors(reference, &request, |body| {
                edit_error(body, |error| {
                    error["request_id"] = Value::from(format!("req_{second:x}"));
                });
            })
        },
    ),
    Mutant::new(
        "request-id-from-the-body",
        "olbrain.err.request-id.unique",
        "makes the id of a body that is no JSON from its length",
        |reference, request| {
            let length = request.body().len();
            errors(reference, &request, |body| {
                edit_error(body, |error| {
                    if error["code"] == "bad_request" {
                        error["request_id"] = Value::from(format!("req_{length:08x}"));
                    }
                });
            })
        },
    ),
    Mutant::new(
        "request-id-without-prefix",
        "olbrain.err.request-id.prefix",
        "gives the id of a request as a bare UUID",
        |reference, request| {
            errors(reference, &request, |body| {
                edit_error(body, |error| {
                    let id = error["request_id"]
                        .as_str()
                        .unwrap_or_default()
                        .replace("req_", "");
                    error["request_id"] = Value::from(id);
                });
            })
        },
    ),
    Mutant::new(
        "unexpected-is-unprocessable",
        "olbrain.err.400",
        "answers 422 to inputs that the agent does not expect",
        |reference, request| {
            let is_json = serde_json::from_slice::<Value>(request.body()).is_ok();
            let is_trigger = triggered(&request).is_some();
            let response = reference.respond(&request);
            if is_json && is_trigger {
                return status_instead(
                    response,
                    StatusCode::BAD_REQUEST,
                    StatusCode::UNPROCESSABLE_ENTITY,
                );
            }
            response
        },
    ),
    Mutant::new(
        "unexpected-is-queued",
        "olbrain.err.400",
        "queues a run with inputs that the agent does not expect",
        |reference, request| {
            let strict = is_strict(reference, &request);
            let response = reference.respond(&request);
            if strict && response.status() == StatusCode::BAD_REQUEST {
                let run_id = format!("run_01HX{:022}", reference.earlier);
                return answer(
                    StatusCode::ACCEPTED,
                    &json!({ "run_id": run_id, "status": "queued" }),
                );
            }
            response
        },
    ),
    Mutant::new(
        "unexpected-crashes",
        "olbrain.err.400",
        "fails with 500 where inputs are no object",
        |reference, request| {
            let strict = is_strict(reference, &request);
            let response = reference.respond(&request);
            if strict && response.status() == StatusCode::BAD_REQUEST {
                return crash(reference);
            }
            response
        },
    ),
    Mutant::new(
        "upstream-failure-is-internal",
        "olbrain.err.502",
        "answers 500 where what stands behind it fails",
        |reference, request| {
            let fails = upstream(&request, &fixtures(reference).upstream_error_agents);
            let response = reference.respond(&request);
            if fails {
                return with_status(response, StatusCode::INTERNAL_SERVER_ERROR);
            }
            response
        },
    ),
    Mutant::new(
        "upstream-failure-is-unavailable",
        "olbrain.err.502",
        "answers 503 where what stands behind it fails",
        |reference, request| {
            let fails = upstream(&request, &fixtures(reference).upstream_error_agents);
            let response = reference.respond(&request);
            if fails {
                return with_status(response, StatusCode::SERVICE_UNAVAILABLE);
            }
            response
        },
    ),
    Mutant::new(
        "upstream-failure-is-a-reply",
        "olbrain.err.502",
        "answers 200 with success: false where the agent fails",
        |reference, request| {
            let fails = upstream(&request, &fixtures(reference).upstream_error_agents);
            let response = reference.respond(&request);
            if fails {
                let mut response = with_status(response, StatusCode::OK);
                response = edited(response, |body| {
                    *body = json!({ "success": false, "error": body["error"] });
                });
                return response;
            }
            response
        },
    ),
    Mutant::new(
        "timeout-is-gateway-timeout",
        "olbrain.err.502-timeout",
        "answers 504 where the agent does not answer in time",
        |reference, request| {
            let times_out = upstream(&request, &fixtures(reference).upstream_timeout_agents);
            let response = reference.respond(&request);
            if times_out {
                return status_instead(response, StatusCode::BAD_GATEWAY, StatusCode::GATEWAY_TIMEOUT);
            }
            response
        },
    ),
    Mutant::new(
        "timeout-is-any-error",
        "olbrain.err.502-timeout",
        "has one code for all failures behind it",
        |reference, request| {
            errors(reference, &request, |body| {
                edit_error(body, |error| {
                    if error["code"] == "upstream_timeout" {
                        error["code"] = Value::from("upstream_error");
                    }
                });
            })
        },
    ),
];

/// The answer, with the body changed where it is an error.
fn errors(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    edit: impl FnOnce(&mut Value),
) -> Response<Bytes> {
    let response = reference.respond(request);
    if response.status().as_u16() >= 400 {
        return edited(response, edit);
    }
    response
}

/// Whether a request triggers one of these agents.
fn upstream(request: &Request<Bytes>, agents: &[String]) -> bool {
    triggered(request).is_some_and(|agent| agents.iter().any(|known| known == agent))
}

fn is_strict(reference: &Reference<'_>, request: &Request<Bytes>) -> bool {
    upstream(request, &fixtures(reference).strict_workflow_agents)
}
