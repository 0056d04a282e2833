//! What is read of a body that does not hold the id.

use super::*;

/// What the mock objects to in a body with this media type, where it is told to object.
fn objection(content_type: &str, body: &'static str, readings: Readings) -> Option<(u16, &'static str)> {
    let request = Request::builder()
        .header("content-type", content_type)
        .body(Bytes::from_static(body.as_bytes()))
        .unwrap();
    objection_to_opaque_body(&request, &readings).map(|objection| match objection.found {
        Found::Unreadable(status, _) => (status.as_u16(), objection.requirement),
        other => panic!("{other:?}"),
    })
}

#[test]
fn a_body_without_the_id_is_objected_to_as_each_reading_says() {
    const MEDIA: &str = "polyai.content-type.unsupported.elsewhere";
    const JSON: &str = "polyai.extract.json.malformed.other-location";
    let accepted = Readings::default();
    let listed_only = |content_type_unsupported_elsewhere| Readings {
        content_type_unsupported_elsewhere,
        ..Readings::default()
    };
    let refused = listed_only(ContentTypeUnsupportedElsewhere::BadRequest);
    let unsupported = listed_only(ContentTypeUnsupportedElsewhere::Unsupported);
    let strict_json = Readings {
        json_malformed_elsewhere: JsonMalformedElsewhere::Refused,
        ..Readings::default()
    };
    for (content_type, body, readings, expected) in [
        ("image/png", "{", &accepted, None),
        ("application/json", "{", &accepted, None),
        ("image/png", "{}", &refused, Some((400, MEDIA))),
        ("image/png", "{}", &unsupported, Some((415, MEDIA))),
        ("application/json", "{", &refused, None),
        ("application/json", "{", &unsupported, None),
        ("application/json", "{", &strict_json, Some((400, JSON))),
        ("application/json", "{}", &strict_json, None),
        ("text/plain", "{", &strict_json, None),
        ("image/png", "{", &strict_json, None),
    ] {
        let got = objection(content_type, body, *readings);
        assert_eq!(got, expected, "{content_type} {body} {readings:?}");
    }
}
