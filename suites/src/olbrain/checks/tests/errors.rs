//! Errors: the one envelope, and what stands in it.

use serde_json::{Value, json};

use super::{
    JSON, agent, answered, answered_with, breaks, broken_in_turn, changed, conversational, event, headed,
};
use crate::http::{Exchange, Request};
use crate::olbrain::fixtures::{AUTHORIZATION, bearer};

/// A call that may be answered with this error, as the document says, and the rows on its media type and its body.
fn documented() -> Vec<(u16, Request, &'static str, &'static str)> {
    let upload = || {
        let path = format!(
            "/api/agents/{}/upload",
            agent(|fixtures| fixtures.failing_upload_agents)
        );
        Request::new("POST", &path).body("multipart/form-data; boundary=b", "--b--\r\n")
    };
    let trigger = || event(&conversational());
    vec![
        (
            400,
            trigger(),
            "olbrain.response.400-content-type",
            "olbrain.response.400-schema",
        ),
        (
            401,
            trigger(),
            "olbrain.response.401-content-type",
            "olbrain.response.401-schema",
        ),
        (
            404,
            trigger(),
            "olbrain.response.404-content-type",
            "olbrain.response.404-schema",
        ),
        (
            404,
            Request::new("GET", "/api/agents/a/sessions/s/messages/m"),
            "olbrain.response.404-content-type",
            "olbrain.response.404-schema",
        ),
        (
            413,
            trigger(),
            "olbrain.response.413-content-type",
            "olbrain.response.413-schema",
        ),
        (
            415,
            upload(),
            "olbrain.response.415-content-type",
            "olbrain.response.415-schema",
        ),
        (
            500,
            upload(),
            "olbrain.response.500-content-type",
            "olbrain.response.500-schema",
        ),
        (
            502,
            event(&agent(|fixtures| fixtures.upstream_error_agents)),
            "olbrain.response.502-content-type",
            "olbrain.response.502-schema",
        ),
    ]
}

/// The error of the document, with the code of a key that is not valid.
fn sample() -> Value {
    json!({
        "error": {
            "code": "unauthorized",
            "message": "Authorization header is missing or malformed.",
            "request_id": "req_3f9a1b2c",
        }
    })
}

/// An answer to a request without a valid key.
fn unauthorized(body: &Value) -> Exchange {
    answered_with(event(&conversational()), 401, body)
}

#[test]
fn an_error_in_the_envelope_breaks_nothing() {
    for (status, request, _, _) in documented() {
        breaks(&answered_with(request, status, &sample()), &[]);
    }
    let request = || event(&conversational());
    for media_type in [
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/json;charset=\"utf-8\"",
    ] {
        breaks(&answered(request(), 401, media_type, sample().to_string()), &[]);
    }
    let headers = [("x-request-id", "req_1"), ("content-type", JSON)];
    breaks(&headed(request(), 401, &headers, sample().to_string()), &[]);
    breaks(
        &answered(
            request(),
            401,
            JSON,
            serde_json::to_vec_pretty(&sample()).unwrap(),
        ),
        &[],
    );
    let backwards = r#"{"error":{"request_id":"req_1","message":"No.","code":"unauthorized"}}"#;
    breaks(&answered(request(), 401, JSON, backwards), &[]);
    let mut more = sample();
    more["status"] = 401.into();
    more["error"]["details"] = json!([{ "field": null }]);
    breaks(&unauthorized(&more), &[]);
}

#[test]
fn another_media_type_breaks_the_rows_on_it() {
    for (status, request, media_row, _) in documented() {
        for media_type in ["text/html", "text/json", "application/problem+json", ""] {
            breaks(
                &answered(request.clone(), status, media_type, sample().to_string()),
                &["olbrain.err.ct", media_row],
            );
        }
        breaks(
            &headed(request, status, &[], sample().to_string()),
            &["olbrain.err.ct", media_row],
        );
    }
}

#[test]
fn another_body_breaks_the_rows_on_it() {
    for (status, request, media_row, body_row) in documented() {
        let page = "<html><body><h1>Error</h1></body></html>";
        breaks(
            &answered(request.clone(), status, "text/html", page),
            &["olbrain.err.ct", "olbrain.err.envelope", media_row, body_row],
        );
        for body in [
            "",
            "null",
            "[]",
            "{}",
            "\"unauthorized\"",
            r#"{"error":"unauthorized"}"#,
            r#"{"error":null}"#,
            r#"{"error":[{"code":"unauthorized","message":"m","request_id":"req_1"}]}"#,
            r#"{"code":"unauthorized","message":"m","request_id":"req_1"}"#,
            r#"{"detail":"Not authenticated"}"#,
            r#"{"Error":{"Code":"unauthorized","Message":"m","RequestId":"req_1"}}"#,
            r#"{"error":{"code":"unauthorized","message":"m","requestId":"req_1"}}"#,
            r#"{"error":{"code":"unauthorized","message":"m","request_id":"req_1"}"#,
        ] {
            breaks(
                &answered(request.clone(), status, JSON, body),
                &["olbrain.err.envelope", body_row],
            );
        }
        for name in ["error.code", "error.message", "error.request_id"] {
            for wrong in [
                None,
                Some(Value::Null),
                Some(json!(7)),
                Some(json!(true)),
                Some(json!(["unauthorized"])),
                Some(json!({})),
            ] {
                breaks(
                    &answered_with(request.clone(), status, &changed(&sample(), name, wrong)),
                    &["olbrain.err.envelope", body_row],
                );
            }
        }
    }
}

#[test]
fn each_member_of_the_envelope_says_something() {
    for (status, request, _, body_row) in documented() {
        let with = |name: &str, text: &str| {
            answered_with(
                request.clone(),
                status,
                &changed(&sample(), name, Some(text.into())),
            )
        };
        breaks(&with("error.code", ""), &["olbrain.err.codes", body_row]);
        breaks(&with("error.message", ""), &["olbrain.err.message"]);
        breaks(&with("error.message", " \n"), &["olbrain.err.message"]);
        breaks(
            &with("error.request_id", ""),
            &["olbrain.err.request-id", body_row],
        );
        breaks(
            &with("error.request_id", " "),
            &["olbrain.err.request-id", "olbrain.err.request-id.prefix"],
        );
        for other in ["3f9a1b2c", "REQ_3f9a1b2c", "a_req_3f9a1b2c"] {
            breaks(
                &with("error.request_id", other),
                &["olbrain.err.request-id.prefix"],
            );
        }
    }
}

#[test]
fn the_code_of_a_key_that_is_not_valid_is_documented() {
    for other in ["Unauthorized", "invalid_key", "agent_not_found", "unauthorized "] {
        let body = changed(&sample(), "error.code", Some(other.into()));
        breaks(&unauthorized(&body), &["olbrain.auth.code"]);
        // Codes of other errors are looked at where the error was asked for.
        breaks(&answered_with(event(&conversational()), 400, &body), &[]);
    }
    let blank = changed(&sample(), "error.code", Some(" ".into()));
    breaks(&unauthorized(&blank), &["olbrain.auth.code", "olbrain.err.codes"]);
    // A key without a permission is valid.
    let limited = mock_server::olbrain::Fixtures::builtin()
        .keys
        .without_permission
        .unwrap();
    let request = event(&conversational()).set_header(AUTHORIZATION, &bearer(&limited));
    let body = changed(&sample(), "error.code", Some("forbidden".into()));
    breaks(&answered_with(request, 401, &body), &[]);
}

#[test]
fn each_error_has_a_request_id_of_its_own() {
    let with = |id: &str| unauthorized(&changed(&sample(), "error.request_id", Some(id.into())));
    assert_eq!(
        broken_in_turn(&[with("req_1"), with("req_2"), with("req_1")]),
        ["olbrain.err.request-id.unique"]
    );
    assert_eq!(
        broken_in_turn(&[with("req_1"), with("req_2"), with("req_3")]),
        Vec::<String>::new()
    );
    // Without an id there is none that came before.
    let without = || unauthorized(&changed(&sample(), "error.request_id", None));
    breaks(
        &without(),
        &["olbrain.err.envelope", "olbrain.response.401-schema"],
    );
}

#[test]
fn the_form_of_an_error_that_no_document_knows_is_free() {
    let page = |request: Request, status: u16| answered(request, status, "text/html", "<h1>No</h1>");
    for status in [402, 403, 405, 406, 409, 410, 411, 414, 415, 422, 429, 431] {
        breaks(&page(event(&conversational()), status), &[]);
    }
    for request in [
        Request::new("GET", "/api/agents/webhook/a"),
        Request::new("POST", "/api/agents/webhook/"),
        Request::new("POST", "/api/agents/webhook/%2e%2e"),
        event(&conversational()).header("content-type", "text/plain"),
    ] {
        for status in [400, 401, 404] {
            breaks(&page(request.clone(), status), &[]);
        }
    }
    // The calls about runs have neither a body nor a limit.
    breaks(&page(Request::new("GET", "/api/agents/a/runs/r"), 413), &[]);
}
