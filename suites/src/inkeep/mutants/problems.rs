//! What a refused event is answered with.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::bend::{answer, edited_problem, json_body, labelled, member};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "json-for-problem",
        "inkeep.err.ct.400",
        "labels a 400 application/json",
        |reference, request| typed(reference.respond(&request), 400, "application/json"),
    ),
    Mutant::new(
        "json-for-malformed-json",
        "inkeep.err.ct.400",
        "labels a 400 application/json where JSON does not parse",
        |reference, request| {
            let malformed = json_body(&request).is_none();
            let response = reference.respond(&request);
            if malformed {
                typed(response, 400, "application/json")
            } else {
                response
            }
        },
    ),
    Mutant::new(
        "html-for-unauthorized",
        "inkeep.err.ct.401",
        "labels a 401 text/html",
        |reference, request| typed(reference.respond(&request), 401, "text/html"),
    ),
    Mutant::new(
        "json-for-unauthorized",
        "inkeep.err.ct.401",
        "labels a 401 application/json; charset=utf-8",
        |reference, request| {
            typed(
                reference.respond(&request),
                401,
                "application/json; charset=utf-8",
            )
        },
    ),
    Mutant::new(
        "text-for-forbidden",
        "inkeep.err.ct.403",
        "labels a 403 text/plain",
        |reference, request| typed(reference.respond(&request), 403, "text/plain"),
    ),
    Mutant::new(
        "json-for-unprocessable",
        "inkeep.err.ct.422",
        "labels a 422 application/json",
        |reference, request| typed(reference.respond(&request), 422, "application/json"),
    ),
    Mutant::new(
        "xml-problem",
        "inkeep.err.ct.500",
        "labels a 500 application/problem+xml",
        |reference, request| typed(reference.respond(&request), 500, "application/problem+xml"),
    ),
    Mutant::new(
        "json-for-failure",
        "inkeep.err.ct.500",
        "labels a 500 application/json",
        |reference, request| typed(reference.respond(&request), 500, "application/json"),
    ),
    Mutant::new(
        "issues-of-a-validator",
        "inkeep.err.schema.400",
        "answers what its validation library says",
        |reference, request| {
            shaped(
                reference.respond(&request),
                400,
                &json!({
                    "success": false,
                    "error": { "name": "ZodError", "message": "[{\"code\":\"invalid_type\",\"path\":[\"type\"]}]" },
                }),
            )
        },
    ),
    Mutant::new(
        "error-in-one-text",
        "inkeep.err.schema.400",
        "answers a 400 with its error in one text",
        |reference, request| {
            shaped(
                reference.respond(&request),
                400,
                &json!({ "error": "Bad Request" }),
            )
        },
    ),
    Mutant::new(
        "message-for-unauthorized",
        "inkeep.err.schema.401",
        "answers a 401 with a message",
        |reference, request| {
            shaped(
                reference.respond(&request),
                401,
                &json!({ "message": "Unauthorized" }),
            )
        },
    ),
    Mutant::new(
        "plain-401",
        "inkeep.err.schema.401",
        "answers a 401 with a word that is no JSON",
        |reference, request| plain(reference.respond(&request), 401, "Unauthorized"),
    ),
    Mutant::new(
        "empty-403",
        "inkeep.err.schema.403",
        "answers a 403 with no body",
        |reference, request| plain(reference.respond(&request), 403, ""),
    ),
    Mutant::new(
        "details-of-a-framework",
        "inkeep.err.schema.422",
        "answers a 422 with a list of details",
        |reference, request| {
            shaped(
                reference.respond(&request),
                422,
                &json!({
                    "detail": [{ "loc": ["body", "type"], "msg": "Field required", "type": "missing" }],
                }),
            )
        },
    ),
    Mutant::new(
        "plain-500",
        "inkeep.err.schema.500",
        "answers a 500 with its name",
        |reference, request| plain(reference.respond(&request), 500, "Internal Server Error"),
    ),
    Mutant::new(
        "no-detail",
        "inkeep.err.required",
        "leaves the detail out of its problems",
        |reference, request| {
            edited_problem(reference.respond(&request), |problem| {
                problem.shift_remove("detail");
            })
        },
    ),
    Mutant::new(
        "status-as-text",
        "inkeep.err.required",
        "writes status as a text",
        |reference, request| {
            edited_problem(reference.respond(&request), |problem| {
                let status = problem.get("status").map(Value::to_string).unwrap_or_default();
                problem.insert("status".to_owned(), json!(status));
            })
        },
    ),
    Mutant::new(
        "no-older-form",
        "inkeep.err.required",
        "leaves the object error out",
        |reference, request| {
            edited_problem(reference.respond(&request), |problem| {
                problem.shift_remove("error");
            })
        },
    ),
    Mutant::new(
        "bare-problem-for-malformed-json",
        "inkeep.err.required",
        "answers with the members of the RFC alone where JSON does not parse",
        |reference, request| {
            let malformed = json_body(&request).is_none();
            let response = reference.respond(&request);
            if !malformed || response.status() != StatusCode::BAD_REQUEST {
                return response;
            }
            edited_problem(response, |problem| {
                problem.retain(|name, _| ["title", "status", "detail"].contains(&name.as_str()));
            })
        },
    ),
    Mutant::new(
        "request-numbered",
        "inkeep.err.optional",
        "writes requestId as a number",
        |reference, request| {
            edited_problem(reference.respond(&request), |problem| {
                problem.insert("requestId".to_owned(), json!(1_234_567_890));
            })
        },
    ),
    Mutant::new(
        "instance-as-object",
        "inkeep.err.optional",
        "writes instance as an object",
        |reference, request| {
            edited_problem(reference.respond(&request), |problem| {
                problem.insert("instance".to_owned(), json!({ "path": "/run/v1/events" }));
            })
        },
    ),
    Mutant::new(
        "always-500-in-the-body",
        "inkeep.err.status-match",
        "writes the status 500 into every problem",
        |reference, request| {
            edited_problem(reference.respond(&request), |problem| {
                problem.insert("status".to_owned(), json!(500));
            })
        },
    ),
    Mutant::new(
        "another-status-in-the-body",
        "inkeep.err.status-match",
        "writes 422 into a problem that it sends with 400",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::BAD_REQUEST {
                return response;
            }
            edited_problem(response, |problem| {
                problem.insert("status".to_owned(), json!(422));
            })
        },
    ),
    Mutant::new(
        "status-of-a-fault-in-the-id",
        "inkeep.err.status-match",
        "writes 500 into the problem of an id that does not fit",
        |reference, request| {
            let with_id = member(&request, "id").is_some();
            let response = reference.respond(&request);
            if !with_id || response.status() != StatusCode::BAD_REQUEST {
                return response;
            }
            edited_problem(response, |problem| {
                problem.insert("status".to_owned(), json!(500));
            })
        },
    ),
    Mutant::new(
        "codes-in-capitals",
        "inkeep.err.code-match",
        "writes codes in capitals",
        |reference, request| coded(reference.respond(&request), None, str::to_uppercase),
    ),
    Mutant::new(
        "validation-error",
        "inkeep.err.code-match",
        "gives a 400 the code validation_error",
        |reference, request| {
            coded(reference.respond(&request), Some(400), |_| {
                "validation_error".to_owned()
            })
        },
    ),
    Mutant::new(
        "failure-for-unauthorized",
        "inkeep.err.code-match",
        "gives a 401 the code internal_server_error",
        |reference, request| {
            coded(reference.respond(&request), Some(401), |_| {
                "internal_server_error".to_owned()
            })
        },
    ),
    Mutant::new(
        "code-of-a-403",
        "inkeep.err.code-match",
        "gives a 403 the code access_denied",
        |reference, request| {
            coded(reference.respond(&request), Some(403), |_| {
                "access_denied".to_owned()
            })
        },
    ),
    Mutant::new(
        "validation-failed",
        "inkeep.err.title-match",
        "gives a 400 the title Validation Failed",
        |reference, request| titled(reference.respond(&request), 400, "Validation Failed"),
    ),
    Mutant::new(
        "title-of-a-422",
        "inkeep.err.title-match",
        "gives a 422 the title Unprocessable Content, its newer name",
        |reference, request| titled(reference.respond(&request), 422, "Unprocessable Content"),
    ),
    Mutant::new(
        "code-as-a-number-in-the-older-form",
        "inkeep.err.legacy",
        "writes the status as the code of the older form",
        |reference, request| {
            let response = reference.respond(&request);
            let status = response.status().as_u16().to_string();
            edited_problem(response, |problem| problem["error"]["code"] = json!(status))
        },
    ),
    Mutant::new(
        "older-code-of-a-401",
        "inkeep.err.legacy",
        "has another code in the older form of a 401",
        |reference, request| {
            let response = reference.respond(&request);
            if response.status() != StatusCode::UNAUTHORIZED {
                return response;
            }
            edited_problem(response, |problem| {
                problem["error"]["code"] = json!("invalid_token");
            })
        },
    ),
    Mutant::new(
        "general-message-in-the-older-form",
        "inkeep.err.legacy.message",
        "has one message in the older form of every problem",
        |reference, request| {
            edited_problem(reference.respond(&request), |problem| {
                problem["error"]["message"] = json!("An error occurred");
            })
        },
    ),
    Mutant::new(
        "message-cut-early",
        "inkeep.err.legacy.message",
        "cuts messages in the older form to twenty characters",
        |reference, request| {
            edited_problem(reference.respond(&request), |problem| {
                let message: String = problem["error"]["message"]
                    .as_str()
                    .unwrap_or_default()
                    .chars()
                    .take(20)
                    .collect();
                problem["error"]["message"] = json!(message);
            })
        },
    ),
];

fn typed(response: Response<Bytes>, status: u16, media_type: &'static str) -> Response<Bytes> {
    if response.status().as_u16() == status {
        labelled(response, media_type)
    } else {
        response
    }
}

/// The answer with another body where it has this status.
fn shaped(response: Response<Bytes>, status: u16, body: &Value) -> Response<Bytes> {
    if response.status().as_u16() == status {
        labelled(answer(response.status(), body), "application/problem+json")
    } else {
        response
    }
}

fn plain(response: Response<Bytes>, status: u16, text: &'static str) -> Response<Bytes> {
    if response.status().as_u16() == status {
        response.map(|_| Bytes::from_static(text.as_bytes()))
    } else {
        response
    }
}

fn coded(response: Response<Bytes>, status: Option<u16>, change: fn(&str) -> String) -> Response<Bytes> {
    if status.is_some_and(|status| response.status().as_u16() != status) {
        return response;
    }
    edited_problem(response, |problem| {
        let code = json!(change(problem["code"].as_str().unwrap_or_default()));
        problem["error"]["code"] = code.clone();
        problem["code"] = code;
    })
}

fn titled(response: Response<Bytes>, status: u16, title: &str) -> Response<Bytes> {
    if response.status().as_u16() != status {
        return response;
    }
    edited_problem(response, |problem| problem["title"] = json!(title))
}
