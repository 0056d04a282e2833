//! The decision under readings other than the defaults.

use super::*;
use crate::polyai::readings::{
    AccountEmpty, ContentTypeMissing, ContentTypeUnsupported, ContentTypeUnsupportedElsewhere, IdFormat,
    JsonMalformedElsewhere, PathEmpty, ProjectEmpty,
};

#[test]
fn an_empty_path_can_name_nothing() {
    let polyai = server(|fixtures| fixtures.readings.path_empty = PathEmpty::NotFound);
    for location in ["headers", "querystring", "payload"] {
        let request = elsewhere(location, &format!("&={ID}"), &format!(r#"{{"":"{ID}"}}"#));
        assert_eq!(
            ask(&polyai, &request),
            (400, NOT_FOUND.to_owned(), "polyai.query.path.empty")
        );
    }
}

#[test]
fn expired_and_foreign_ids_are_readings() {
    let fixtures = Fixtures::builtin();
    let other = fixtures.other_project.unwrap().known_ids.remove(0);
    let mut polyai = builtin();
    polyai.fixtures.readings.id_expired = IdExpired::NotFound;
    polyai.fixtures.readings.id_other_project = IdOtherProject::NotFound;
    assert_eq!(
        decided(&polyai, &json(&fixtures.expired_ids[0])),
        (404, "polyai.id.expired")
    );
    assert_eq!(decided(&polyai, &json(&other)), (404, "polyai.id.other-project"));
    polyai.fixtures.readings.id_expired = IdExpired::Accepted;
    polyai.fixtures.readings.id_other_project = IdOtherProject::Accepted;
    assert_eq!(
        decided(&polyai, &json(&fixtures.expired_ids[0])),
        (201, "polyai.id.expired")
    );
    assert_eq!(decided(&polyai, &json(&other)), (201, "polyai.id.other-project"));
    assert_eq!(polyai.events().len(), 2);
}

#[test]
fn the_form_of_ids_is_a_reading() {
    let strict = server(|fixtures| {
        fixtures.known_ids.push("call-7".into());
        fixtures.readings.id_format = IdFormat::EvtPrefix;
    });
    assert_eq!(decided(&strict, &json("call-7")), (400, "polyai.id.format"));
    assert_eq!(
        decided(
            &server(|fixtures| fixtures.known_ids.push("call-7".into())),
            &json("call-7")
        )
        .0,
        201
    );
}

#[test]
fn unknown_accounts_and_projects_are_readings() {
    let mut polyai = builtin();
    let account = for_project("ELSEWHERE", "PROJECT-123", KEY, ID);
    let project = for_project("PLATFORM", "PROJECT-9", KEY, ID);
    assert_eq!(
        ask(&polyai, &account),
        (400, NOT_VALID.to_owned(), "polyai.id.invalid")
    );
    assert_eq!(
        ask(&polyai, &project),
        (400, NOT_VALID.to_owned(), "polyai.id.invalid")
    );
    polyai.fixtures.readings.account_unknown = AccountUnknown::Unauthorized;
    polyai.fixtures.readings.project_unknown = ProjectUnknown::Unauthorized;
    assert_eq!(decided(&polyai, &account), (401, "polyai.query.account.unknown"));
    assert_eq!(decided(&polyai, &project), (401, "polyai.query.project.unknown"));
    polyai.fixtures.readings.account_unknown = AccountUnknown::NotFound;
    polyai.fixtures.readings.project_unknown = ProjectUnknown::NotFound;
    assert_eq!(decided(&polyai, &account), (404, "polyai.query.account.unknown"));
    assert_eq!(decided(&polyai, &project), (404, "polyai.query.project.unknown"));
}

#[test]
fn an_empty_account_or_project_can_be_left_to_the_key() {
    let polyai = server(|fixtures| {
        fixtures.readings.account_empty = AccountEmpty::Accepted;
        fixtures.readings.project_empty = ProjectEmpty::Accepted;
    });
    assert_eq!(
        decided(&polyai, &for_project("", "", KEY, ID)),
        (201, "polyai.id.valid")
    );
    let event = polyai.events().remove(0);
    assert_eq!(
        (event.account_id.as_str(), event.project_id.as_str()),
        ("PLATFORM", "PROJECT-123")
    );
    let other_id = Fixtures::builtin().other_project.unwrap().known_ids.remove(0);
    assert_eq!(
        decided(
            &polyai,
            &for_project("", "", "hookproof-other-project-key", &other_id)
        )
        .0,
        201
    );
}

#[test]
fn a_body_has_to_be_there() {
    let mut polyai = builtin();
    let elsewhere = elsewhere("querystring", &format!("cid&cid={ID}"), "");
    assert_eq!(decided(&polyai, &elsewhere), (400, "polyai.body.empty-elsewhere"));
    polyai.fixtures.readings.empty_body = EmptyBody::Accepted;
    assert_eq!(decided(&polyai, &elsewhere), (201, "polyai.id.valid"));
    assert_eq!(
        ask(&polyai, &payload("application/json", "")),
        (400, NOT_FOUND.to_owned(), "polyai.body.required")
    );
}

#[test]
fn the_type_of_a_payload_is_a_reading_where_it_is_not_documented() {
    let mut polyai = builtin();
    let unlisted = payload("application/octet-stream", &format!("cid={ID}"));
    let mut missing = json(ID);
    missing.headers_mut().remove(CONTENT_TYPE);
    assert_eq!(
        decided(&polyai, &unlisted),
        (400, "polyai.content-type.unsupported.payload")
    );
    assert_eq!(decided(&polyai, &missing), (400, "polyai.content-type.missing"));
    polyai.fixtures.readings.content_type_unsupported = ContentTypeUnsupported::Unsupported;
    polyai.fixtures.readings.content_type_missing = ContentTypeMissing::Unsupported;
    assert_eq!(
        decided(&polyai, &unlisted),
        (415, "polyai.content-type.unsupported.payload")
    );
    assert_eq!(decided(&polyai, &missing), (415, "polyai.content-type.missing"));
    polyai.fixtures.readings.content_type_missing = ContentTypeMissing::Sniffed;
    assert_eq!(decided(&polyai, &missing), (201, "polyai.id.valid"));
}

#[test]
fn a_payload_is_opaque_when_the_id_is_elsewhere_unless_a_reading_objects() {
    let mut polyai = builtin();
    let path = format!("cid&cid={ID}");
    let broken = elsewhere("querystring", &path, "{");
    let mut unlisted = elsewhere("querystring", &path, "{");
    unlisted
        .headers_mut()
        .insert(CONTENT_TYPE, "image/png".parse().unwrap());
    assert_eq!(decided(&polyai, &broken), (201, "polyai.id.valid"));
    assert_eq!(decided(&polyai, &unlisted), (201, "polyai.id.valid"));
    polyai.fixtures.readings.json_malformed_elsewhere = JsonMalformedElsewhere::Refused;
    assert_eq!(
        decided(&polyai, &broken),
        (400, "polyai.extract.json.malformed.other-location")
    );
    assert_eq!(decided(&polyai, &unlisted), (201, "polyai.id.valid"));
    assert_eq!(
        decided(&polyai, &elsewhere("querystring", &path, "[]")),
        (201, "polyai.id.valid")
    );
    for (reading, status) in [
        (ContentTypeUnsupportedElsewhere::BadRequest, 400),
        (ContentTypeUnsupportedElsewhere::Unsupported, 415),
    ] {
        polyai.fixtures.readings.content_type_unsupported_elsewhere = reading;
        assert_eq!(
            decided(&polyai, &unlisted),
            (status, "polyai.content-type.unsupported.elsewhere")
        );
    }
}

#[test]
fn a_second_event_for_an_id_is_a_reading() {
    let mut polyai = builtin();
    for (reading, second, kept) in [
        (IdReuse::Appended, (201, "polyai.id.valid"), 2),
        (IdReuse::Idempotent, (201, "polyai.id.reuse"), 1),
        (IdReuse::Refused, (400, "polyai.id.reuse"), 1),
    ] {
        polyai.events.clear();
        polyai.fixtures.readings.id_reuse = reading;
        assert_eq!(decided(&polyai, &json(ID)), (201, "polyai.id.valid"));
        assert_eq!(decided(&polyai, &json(ID)), second);
        assert_eq!(polyai.events().len(), kept);
    }
}

#[test]
fn the_body_of_a_201_is_a_reading() {
    let polyai = server(|fixtures| fixtures.readings.created_body = CreatedBody::Object);
    let response = polyai.respond(&json(ID), Timestamp::UNIX_EPOCH).response;
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!((response.status().as_u16(), body.is_object()), (201, true));
}
