//! Reads a request as the webhook does, without answering it: for whoever judges what a client sends.

use bytes::Bytes;
use http::Request;

use super::extract::{self, Found, Unlabelled};
use super::input::Parameters;
use super::readings::Readings;

/// The id in the location and at the path that the parameters of the request name. The account and the project do not
/// matter for that, and may be missing.
///
/// # Errors
/// What stands there instead, in a few words. Nothing of the request is quoted.
pub fn find_id(request: &Request<Bytes>, readings: &Readings) -> Result<String, String> {
    let query = format!(
        "{}&account_id=any&project_id=any",
        request.uri().query().unwrap_or("")
    );
    let parameters = Parameters::parse(&query, readings)
        .map_err(|refusal| format!("{} in {}", refusal.found, refusal.name))?;
    let extraction = extract::extract(request, &parameters, readings);
    match extraction.found {
        Found::Id(id) => Ok(id.into_owned()),
        Found::Nothing(what) | Found::NoId(what) => Err(format!("{}: {what}", extraction.place)),
        Found::Unreadable(_, message) => Err(format!("{}: {message}", extraction.place)),
    }
}

/// Why the body is not what its media type says; `None` where it is, or where the type is none of the documented ones.
pub fn mislabelled(request: &Request<Bytes>) -> Option<&'static str> {
    match extract::unlabelled(request) {
        Some(Unlabelled::Json) => Some("the body is not JSON"),
        Some(Unlabelled::Xml) => Some("the body is not XML"),
        Some(Unlabelled::Text) => Some("the body is not UTF-8 text"),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(query: &str, content_type: &str, body: &[u8]) -> Request<Bytes> {
        Request::builder()
            .uri(format!("{}?{query}", super::super::PATH))
            .header("content-type", content_type)
            .body(Bytes::copy_from_slice(body))
            .unwrap()
    }

    const QUERY: &str = "event_id_location=payload&event_id_path=a.b";

    #[test]
    fn the_id_is_found_without_fixtures() {
        let found = request(QUERY, "application/json", br#"{"a":{"b":"evt_1"}}"#);
        assert_eq!(find_id(&found, &Readings::default()).unwrap(), "evt_1");
        let missing = request(QUERY, "application/json", br#"{"a":1}"#);
        assert_eq!(
            find_id(&missing, &Readings::default()).unwrap_err(),
            "JSON payload: nothing"
        );
        let without = request("event_id_location=payload", "application/json", b"{}");
        assert_eq!(
            find_id(&without, &Readings::default()).unwrap_err(),
            "nothing in event_id_path"
        );
    }

    #[test]
    fn a_body_is_held_against_its_label() {
        let told = |content_type, body: &[u8]| mislabelled(&request(QUERY, content_type, body));
        assert_eq!(told("application/json; charset=utf-8", b"[1]"), None);
        assert_eq!(told("application/json", b"cid=1"), Some("the body is not JSON"));
        assert_eq!(told("application/xml", b"<a/>"), None);
        assert_eq!(told("application/xml", b"<!DOCTYPE a><a>1</a>"), None);
        assert_eq!(told("application/xml", b"<a>"), Some("the body is not XML"));
        assert_eq!(told("text/plain", b"\xff"), Some("the body is not UTF-8 text"));
        assert_eq!(told("application/x-www-form-urlencoded", b"a=%ff"), None);
        assert_eq!(told("image/png", b"\xff"), None);
    }
}
