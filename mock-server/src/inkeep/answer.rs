//! One function per answer that the mock gives.
//!
//! Source of status codes, media types and the members of a problem: Inkeep, Log Event, `Response Body`. Which of the
//! two JSON answers is 200 and which 201 says Inkeep, Logging events with the Events API, `Responses`.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE,
};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::json;

use super::readings::ProblemOptionalMembers;

/// The header that names a request, in both directions.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The media type of a stored event.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The media type of every refusal.
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Longest `detail` that `error.message` repeats whole, in characters, and how much it repeats of a longer one.
const LONGEST_MESSAGE: usize = 100;
const CUT_MESSAGE: usize = 97;

/// Why a request gets no event back. The details are ours, and never repeat what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) detail: Cow<'static, str>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            detail: detail.into(),
        }
    }

    /// 401: no token, or none that is anybody's.
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "bearer token is invalid or missing")
    }

    /// 403: the token of somebody who may not log events.
    pub(crate) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "this token may not log events")
    }

    /// 404: a path that is not served.
    pub(crate) fn no_such_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is nothing at this path")
    }

    /// 405: the path is served for POST only.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "events are logged with POST")
    }

    /// 422: the token that is configured for it.
    pub(crate) fn unprocessable() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "this event cannot be processed")
    }

    /// 500: the token that is configured for it. A server's failure is told in one general sentence.
    pub(crate) fn server_error() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the server failed to answer this request",
        )
    }
}

/// 201: the event is stored.
pub(crate) fn created(event: Bytes) -> Response<Bytes> {
    with_body(StatusCode::CREATED, JSON, event)
}

/// 200: the event was stored before, and here it is.
pub(crate) fn known(event: Bytes) -> Response<Bytes> {
    with_body(StatusCode::OK, JSON, event)
}

/// 204: what a browser asks before it calls. A list of headers that is open does not include `Authorization`, which
/// therefore stands beside it (Fetch Standard, `CORS-preflight fetch`).
pub(crate) fn preflight() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET,POST,PUT,DELETE,OPTIONS,PATCH"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "*, Authorization"),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Any refusal: a problem in the form of RFC 9457 with the vendor's own members, in the order of the sample.
pub(crate) fn refused(
    refusal: &Refusal,
    request_id: &str,
    optional: ProblemOptionalMembers,
) -> Response<Bytes> {
    let Refusal { status, detail } = refusal;
    let code = code(*status);
    let mut problem = json!({ "code": code, "detail": detail });
    if optional == ProblemOptionalMembers::Present {
        // It names the occurrence and leads nowhere, which RFC 9457, section 3.1.5, allows.
        problem["instance"] = format!("/requests/{request_id}").into();
        problem["requestId"] = request_id.into();
    }
    problem["status"] = status.as_u16().into();
    problem["title"] = status.canonical_reason().unwrap_or("Error").into();
    problem["error"] = json!({ "code": code, "message": message(detail) });
    let mut response = with_body(*status, PROBLEM, Bytes::from(problem.to_string()));
    let (name, value) = match *status {
        // Both are required of every server that sends these statuses (RFC 9110, sections 15.5.2 and 15.5.6).
        StatusCode::UNAUTHORIZED => (WWW_AUTHENTICATE, "Bearer"),
        StatusCode::METHOD_NOT_ALLOWED => (ALLOW, "POST"),
        _ => return response,
    };
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    response
}

/// What every answer carries: pages of any origin may read it, and where a name is given, it is the request's.
pub(crate) fn finish(response: &mut Response<Bytes>, request_id: Option<&str>) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if let Some(name) = request_id.and_then(|name| HeaderValue::from_str(name).ok()) {
        headers.insert(REQUEST_ID, name);
    }
}

/// The word for a status. Those of 400, 401, 403, 422 and 500 are documented and that of 404 is the vendor's; the
/// others are ours.
fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "bad_request",
        StatusCode::UNAUTHORIZED => "unauthorized",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::REQUEST_TIMEOUT => "request_timeout",
        StatusCode::PAYLOAD_TOO_LARGE => "payload_too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
        StatusCode::UNPROCESSABLE_ENTITY => "unprocessable_entity",
        _ => "internal_server_error",
    }
}

/// The detail as the older form of an error has it.
fn message(detail: &str) -> Cow<'_, str> {
    match detail.char_indices().nth(CUT_MESSAGE) {
        Some((cut, _)) if detail.chars().nth(LONGEST_MESSAGE).is_some() => {
            Cow::Owned(format!("{}...", &detail[..cut]))
        }
        _ => Cow::Borrowed(detail),
    }
}

fn with_body(status: StatusCode, media_type: HeaderValue, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn problem(refusal: &Refusal, optional: ProblemOptionalMembers) -> (Response<Bytes>, Value) {
        let response = refused(refusal, "req_1234567890", optional);
        let problem = serde_json::from_slice(response.body()).unwrap();
        (response, problem)
    }

    #[test]
    fn a_problem_is_written_like_the_sample() {
        let refusal = Refusal::new(StatusCode::BAD_REQUEST, "Bad Request");
        let (response, _) = problem(&refusal, ProblemOptionalMembers::Present);
        assert_eq!(
            response.body(),
            r#"{"code":"bad_request","detail":"Bad Request","instance":"/requests/req_1234567890","requestId":"req_1234567890","status":400,"title":"Bad Request","error":{"code":"bad_request","message":"Bad Request"}}"#
        );
    }

    #[test]
    fn every_refusal_agrees_with_itself() {
        for (refusal, code, title) in [
            (
                Refusal::new(StatusCode::BAD_REQUEST, "x"),
                "bad_request",
                "Bad Request",
            ),
            (Refusal::unauthorized(), "unauthorized", "Unauthorized"),
            (Refusal::forbidden(), "forbidden", "Forbidden"),
            (Refusal::no_such_path(), "not_found", "Not Found"),
            (
                Refusal::method_not_allowed(),
                "method_not_allowed",
                "Method Not Allowed",
            ),
            (
                Refusal::new(StatusCode::REQUEST_TIMEOUT, "x"),
                "request_timeout",
                "Request Timeout",
            ),
            (
                Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "x"),
                "payload_too_large",
                "Payload Too Large",
            ),
            (
                Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "x"),
                "unsupported_media_type",
                "Unsupported Media Type",
            ),
            (
                Refusal::unprocessable(),
                "unprocessable_entity",
                "Unprocessable Entity",
            ),
            (
                Refusal::server_error(),
                "internal_server_error",
                "Internal Server Error",
            ),
        ] {
            for optional in [ProblemOptionalMembers::Present, ProblemOptionalMembers::Absent] {
                let (response, problem) = problem(&refusal, optional);
                assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
                assert_eq!(response.status(), refusal.status);
                assert_eq!(problem["status"], refusal.status.as_u16());
                assert_eq!(
                    (&problem["code"], &problem["title"]),
                    (&code.into(), &title.into())
                );
                assert_eq!(problem["detail"], *refusal.detail);
                assert_eq!(
                    problem["error"],
                    json!({ "code": code, "message": refusal.detail })
                );
                let is_there = optional == ProblemOptionalMembers::Present;
                for member in ["instance", "requestId"] {
                    assert_eq!(problem[member].is_string(), is_there, "{member}");
                }
            }
        }
    }

    #[test]
    fn a_long_detail_is_cut_in_the_older_form_only() {
        for (length, cut) in [(0, false), (97, false), (100, false), (101, true), (300, true)] {
            for character in ["x", "é", "😀"] {
                let detail = character.repeat(length);
                let expected = if cut {
                    format!("{}...", character.repeat(97))
                } else {
                    detail.clone()
                };
                assert_eq!(message(&detail), expected);
                let refusal = Refusal::new(StatusCode::BAD_REQUEST, detail.clone());
                let (_, problem) = problem(&refusal, ProblemOptionalMembers::Absent);
                assert_eq!(problem["detail"], detail);
            }
        }
    }

    #[test]
    fn headers_say_what_their_status_requires() {
        let headers = |refusal| {
            problem(&refusal, ProblemOptionalMembers::Absent)
                .0
                .into_parts()
                .0
                .headers
        };
        assert_eq!(headers(Refusal::method_not_allowed())[ALLOW], "POST");
        assert_eq!(headers(Refusal::unauthorized())[WWW_AUTHENTICATE], "Bearer");
    }

    #[test]
    fn success_is_json_as_it_was_stored() {
        let event = Bytes::from_static(br#"{"data":{}}"#);
        for (response, status) in [(created(event.clone()), 201), (known(event.clone()), 200)] {
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
            assert_eq!(*response.body(), event);
        }
    }

    #[test]
    fn a_finished_answer_is_named_and_open_to_every_page() {
        let mut response = preflight();
        finish(&mut response, Some("req_1"));
        assert_eq!(response.headers()[REQUEST_ID], "req_1");
        assert_eq!(response.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        let mut response = preflight();
        finish(&mut response, None);
        assert!(!response.headers().contains_key(REQUEST_ID));
    }
}
