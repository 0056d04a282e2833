//! How requests and answers are bent: what the stand-ins of all APIs share.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use serde_json::Value;

/// A JSON answer.
pub(crate) fn answer(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    labelled(response, "application/json")
}

/// The answer with another status.
pub(crate) fn with_status(mut response: Response<Bytes>, status: StatusCode) -> Response<Bytes> {
    *response.status_mut() = status;
    response
}

/// The answer with another status, where it had this one.
pub(crate) fn status_instead(response: Response<Bytes>, from: StatusCode, to: StatusCode) -> Response<Bytes> {
    if response.status() == from {
        with_status(response, to)
    } else {
        response
    }
}

/// The answer under another media type.
pub(crate) fn labelled(mut response: Response<Bytes>, media_type: &'static str) -> Response<Bytes> {
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// The answer with its JSON body changed; one that is no JSON stays as it is.
pub(crate) fn edited(response: Response<Bytes>, edit: impl FnOnce(&mut Value)) -> Response<Bytes> {
    match serde_json::from_slice::<Value>(response.body()) {
        Ok(mut value) => {
            edit(&mut value);
            response.map(|_| Bytes::from(value.to_string()))
        }
        Err(_) => response,
    }
}

/// The request with another body.
pub(crate) fn with_body(request: Request<Bytes>, body: impl Into<Bytes>) -> Request<Bytes> {
    request.map(|_| body.into())
}

/// The body of a request as JSON.
pub(crate) fn json_body(request: &Request<Bytes>) -> Option<Value> {
    serde_json::from_slice(request.body()).ok()
}

/// The request with its JSON body changed; one that is no JSON stays as it is.
pub(crate) fn edited_request(request: Request<Bytes>, edit: impl FnOnce(&mut Value)) -> Request<Bytes> {
    match json_body(&request) {
        Some(mut value) => {
            edit(&mut value);
            with_body(request, value.to_string())
        }
        None => request,
    }
}

/// The request with a header field set; a value that no header can hold changes nothing.
pub(crate) fn with_header(mut request: Request<Bytes>, name: HeaderName, value: &str) -> Request<Bytes> {
    if let Ok(value) = HeaderValue::from_str(value) {
        request.headers_mut().insert(name, value);
    }
    request
}

/// A header of a request as text; empty where it is absent or no text.
pub(crate) fn header_text<'r>(request: &'r Request<Bytes>, name: &HeaderName) -> &'r str {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The value of Content-Type, as it was sent.
pub(crate) fn media_type(request: &Request<Bytes>) -> &str {
    header_text(request, &CONTENT_TYPE)
}

/// The query, decoded.
pub(crate) fn pairs(request: &Request<Bytes>) -> Vec<(String, String)> {
    form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}

/// The first value of a query parameter.
pub(crate) fn query_value(request: &Request<Bytes>, name: &str) -> Option<String> {
    pairs(request)
        .into_iter()
        .find(|(n, _)| n == name)
        .map(|(_, value)| value)
}

/// The request with another query.
pub(crate) fn with_pairs<'p>(
    mut request: Request<Bytes>,
    pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
) -> Request<Bytes> {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let target = format!("{}?{query}", request.uri().path());
    // What was a target before is one after its values were encoded again.
    *request.uri_mut() = target.parse::<Uri>().unwrap_or_default();
    request
}

/// The request with another value of a query parameter.
pub(crate) fn with_query(request: Request<Bytes>, name: &str, value: &str) -> Request<Bytes> {
    let pairs = pairs(&request);
    with_pairs(
        request,
        pairs
            .iter()
            .map(|(n, v)| (n.as_str(), if n == name { value } else { v.as_str() })),
    )
}

/// The request under another path, with the same query.
pub(crate) fn with_path(mut request: Request<Bytes>, path: &str) -> Request<Bytes> {
    let target = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    if let Ok(uri) = target.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    request
}

/// Visits every value of a JSON document, the outer ones first.
pub(crate) fn visit(value: &mut Value, each: &mut impl FnMut(&mut Value)) {
    each(value);
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| visit(member, each)),
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, each)),
        _ => {}
    }
}
