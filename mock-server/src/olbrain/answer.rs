//! One value or function for each answer that the mock gives.
//!
//! Source of the envelope, of the statuses and of the codes without a remark: Olbrain, Errors
//! (<https://docs.olbrain.com/errors>). The other codes and all texts but one are ours.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use super::object_text::ObjectText;

/// Why a request gets no success. The texts never repeat what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    /// The methods that the path has, where the method was the fault.
    pub(crate) allow: Option<&'static str>,
}

impl Refusal {
    pub(crate) const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self {
            status,
            code,
            message,
            allow: None,
        }
    }

    /// 400 with the code that the vendor uses for what has no code of its own.
    pub(crate) const fn bad_request(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// 405, which names the method that is served.
    pub(crate) const fn method_not_allowed(allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This path does not take this method.",
            )
        }
    }
}

/// The header is missing or no bearer token. The one text that the documents show.
pub(crate) const MALFORMED_HEADER: Refusal = Refusal::new(
    StatusCode::UNAUTHORIZED,
    "unauthorized",
    "Authorization header is missing or malformed.",
);

/// The key is unknown, revoked or expired; which of them is not told.
pub(crate) const BAD_KEY: Refusal = Refusal::new(
    StatusCode::UNAUTHORIZED,
    "unauthorized",
    "The access key is not valid.",
);

/// The key lacks a permission.
pub(crate) const FORBIDDEN: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "forbidden",
    "The access key lacks the permission agents:invoke.",
);

/// The same for an unknown agent and for one of another organization.
pub(crate) const AGENT_NOT_FOUND: Refusal = Refusal::new(
    StatusCode::NOT_FOUND,
    "agent_not_found",
    "There is no such agent.",
);

pub(crate) const RUN_NOT_FOUND: Refusal =
    Refusal::new(StatusCode::NOT_FOUND, "run_not_found", "There is no such run.");

pub(crate) const SESSION_NOT_FOUND: Refusal = Refusal::new(
    StatusCode::NOT_FOUND,
    "session_not_found",
    "There is no such session.",
);

pub(crate) const MESSAGE_NOT_FOUND: Refusal = Refusal::new(
    StatusCode::NOT_FOUND,
    "message_not_found",
    "There is no such message.",
);

/// A path that is not served. The code is ours.
pub(crate) const NO_SUCH_PATH: Refusal = Refusal::new(
    StatusCode::NOT_FOUND,
    "not_found",
    "There is nothing at this path.",
);

/// An address of a file that is wrong or has expired. The code is ours.
pub(crate) const NO_SUCH_FILE: Refusal =
    Refusal::new(StatusCode::NOT_FOUND, "file_not_found", "There is no such file.");

pub(crate) const RUNTIME_NOT_APPLICABLE: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "runtime_not_applicable",
    "This call is for agents of the other type.",
);

pub(crate) const UPSTREAM_TIMEOUT: Refusal = Refusal::new(
    StatusCode::BAD_GATEWAY,
    "upstream_timeout",
    "The agent did not answer in time.",
);

pub(crate) const UPSTREAM_ERROR: Refusal =
    Refusal::new(StatusCode::BAD_GATEWAY, "upstream_error", "The agent failed.");

/// The server lost an upload. The code is ours.
pub(crate) const UPLOAD_FAILED: Refusal = Refusal::new(
    StatusCode::INTERNAL_SERVER_ERROR,
    "upload_failed",
    "The upload could not be finished.",
);

/// The body did not come in time. Status and code are ours.
pub(crate) const TOO_SLOW: Refusal = Refusal::new(
    StatusCode::REQUEST_TIMEOUT,
    "request_timeout",
    "The request body did not arrive in time.",
);

/// An error: the one envelope.
pub(crate) fn refused(refusal: &Refusal, request_id: &str) -> Response<Bytes> {
    let error = ObjectText::new()
        .text("code", refusal.code)
        .text("message", refusal.message)
        .text("request_id", request_id)
        .end();
    let mut response = json(refusal.status, ObjectText::new().raw("error", &error).end());
    if let Some(allow) = refusal.allow {
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static(allow));
    }
    if refusal.status == StatusCode::UNAUTHORIZED {
        // RFC 9110, section 15.5.2, asks for it; the documents do not mention it.
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// JSON with this status.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A PDF. Its address is a secret of whoever was given it, so that no cache may hand it on.
pub(crate) fn pdf(body: Bytes, filename: &str) -> Response<Bytes> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0"));
    if let Ok(disposition) = HeaderValue::try_from(format!("inline; filename=\"{filename}\"")) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_the_one_envelope() {
        for (refusal, status, code) in [
            (MALFORMED_HEADER, 401, "unauthorized"),
            (BAD_KEY, 401, "unauthorized"),
            (FORBIDDEN, 403, "forbidden"),
            (AGENT_NOT_FOUND, 404, "agent_not_found"),
            (RUN_NOT_FOUND, 404, "run_not_found"),
            (SESSION_NOT_FOUND, 404, "session_not_found"),
            (MESSAGE_NOT_FOUND, 404, "message_not_found"),
            (NO_SUCH_PATH, 404, "not_found"),
            (NO_SUCH_FILE, 404, "file_not_found"),
            (RUNTIME_NOT_APPLICABLE, 400, "runtime_not_applicable"),
            (UPSTREAM_TIMEOUT, 502, "upstream_timeout"),
            (UPSTREAM_ERROR, 502, "upstream_error"),
            (UPLOAD_FAILED, 500, "upload_failed"),
            (TOO_SLOW, 408, "request_timeout"),
            (Refusal::bad_request("a \"text\""), 400, "bad_request"),
            (Refusal::method_not_allowed("GET"), 405, "method_not_allowed"),
        ] {
            let response = refused(&refusal, "req_1");
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
            let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(body.as_object().unwrap().len(), 1);
            assert_eq!(
                body["error"],
                serde_json::json!({ "code": code, "message": refusal.message, "request_id": "req_1" })
            );
            assert_eq!(response.headers().contains_key(WWW_AUTHENTICATE), status == 401);
            assert_eq!(response.headers().contains_key(ALLOW), status == 405);
        }
    }

    #[test]
    fn the_documented_text_is_exact() {
        assert_eq!(
            MALFORMED_HEADER.message,
            "Authorization header is missing or malformed."
        );
    }

    #[test]
    fn a_file_says_what_it_is() {
        let response = pdf(Bytes::from_static(b"%PDF-"), "Order_Receipt.pdf");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/pdf");
        assert_eq!(
            response.headers()[CONTENT_DISPOSITION],
            "inline; filename=\"Order_Receipt.pdf\""
        );
    }
}
