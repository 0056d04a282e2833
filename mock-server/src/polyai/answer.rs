//! One function per answer that the mock gives.
//!
//! Source of status codes, media type and the two texts: PolyAI, Post external event result, `responses`.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};

/// The one media type of an error.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Why a request gets no 201. Texts that the documents do not fix are ours, and never repeat what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 400 with the documented text: the id is not where the path says.
    IdNotFound,
    /// 400 with the documented text: an id was found and is not valid.
    IdNotValid,
    /// 401: no key, or none that counts here.
    Unauthorized,
    /// 404: a path that is not served.
    NoSuchPath,
    /// 405: the path is served for POST only.
    MethodNotAllowed,
    /// 500: an id that is configured to fail.
    ServerError,
    /// Any other status or text.
    Other(StatusCode, &'static str),
}

impl Refusal {
    /// 400 with a text of ours.
    pub(crate) fn malformed(message: &'static str) -> Self {
        Self::Other(StatusCode::BAD_REQUEST, message)
    }
}

/// 201 without a body: the event was received.
pub(crate) fn created() -> Response<Bytes> {
    with_status(StatusCode::CREATED, Bytes::new())
}

/// 201 with an object, which no document describes and none forbids.
pub(crate) fn created_with_object() -> Response<Bytes> {
    with_json(StatusCode::CREATED, Bytes::from_static(br#"{"received":true}"#))
}

/// An error: JSON with one member, `error_message`.
pub(crate) fn refused(refusal: Refusal) -> Response<Bytes> {
    match refusal {
        Refusal::IdNotFound => error(
            StatusCode::BAD_REQUEST,
            r#"{"error_message":"External event id not found in request"}"#,
        ),
        Refusal::IdNotValid => error(
            StatusCode::BAD_REQUEST,
            r#"{"error_message":"External event id not valid"}"#,
        ),
        Refusal::Unauthorized => error(
            StatusCode::UNAUTHORIZED,
            r#"{"error_message":"API key is invalid or missing"}"#,
        ),
        Refusal::NoSuchPath => error(StatusCode::NOT_FOUND, r#"{"error_message":"Not found"}"#),
        Refusal::MethodNotAllowed => {
            let mut response = error(
                StatusCode::METHOD_NOT_ALLOWED,
                r#"{"error_message":"Method not allowed"}"#,
            );
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("POST"));
            response
        }
        Refusal::ServerError => error(
            StatusCode::INTERNAL_SERVER_ERROR,
            r#"{"error_message":"Internal server error"}"#,
        ),
        Refusal::Other(status, message) => {
            let body = serde_json::json!({ "error_message": message }).to_string();
            with_json(status, Bytes::from(body))
        }
    }
}

fn error(status: StatusCode, body: &'static str) -> Response<Bytes> {
    with_json(status, Bytes::from_static(body.as_bytes()))
}

fn with_json(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = with_status(status, body);
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

fn with_status(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_has_no_body() {
        let response = created();
        assert_eq!((response.status().as_u16(), response.body().len()), (201, 0));
        assert!(response.headers().is_empty());
    }

    #[test]
    fn every_refusal_is_an_object_with_an_error_message() {
        for (refusal, status) in [
            (Refusal::IdNotFound, 400),
            (Refusal::IdNotValid, 400),
            (Refusal::malformed("a \"quoted\" text"), 400),
            (Refusal::Unauthorized, 401),
            (Refusal::NoSuchPath, 404),
            (Refusal::MethodNotAllowed, 405),
            (Refusal::Other(StatusCode::PAYLOAD_TOO_LARGE, "too large"), 413),
            (Refusal::ServerError, 500),
        ] {
            let response = refused(refusal);
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
            let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
            assert!(!body["error_message"].as_str().unwrap().is_empty());
            assert_eq!(body.as_object().unwrap().len(), 1);
        }
    }

    #[test]
    fn the_two_documented_texts_are_exact() {
        let body = |refusal| refused(refusal).into_body();
        assert_eq!(
            body(Refusal::IdNotFound),
            r#"{"error_message":"External event id not found in request"}"#
        );
        assert_eq!(
            body(Refusal::IdNotValid),
            r#"{"error_message":"External event id not valid"}"#
        );
    }

    #[test]
    fn the_method_that_is_served_is_named() {
        assert_eq!(refused(Refusal::MethodNotAllowed).headers()[ALLOW], "POST");
    }
}
