//! The decision as a whole: each answer, the requirement that decided it, and what is stored.

use http::header::ALLOW;

use super::*;

mod readings;

const KEY: &str = "hookproof-valid-key";
const ID: &str = "evt_01HF2MNW2ZQ1Z8E2S3J";
const QUERY: &str = "account_id=PLATFORM&project_id=PROJECT-123";

/// A documented request, to break one thing of.
fn payload(content_type: &str, body: &str) -> Request<Bytes> {
    with_path(
        &format!("{PATH}?event_id_location=payload&event_id_path=cid&{QUERY}"),
        content_type,
        body,
    )
}

fn with_path(uri: &str, content_type: &str, body: &str) -> Request<Bytes> {
    Request::post(uri)
        .header("Content-Type", content_type)
        .header("X-Api-Key", KEY)
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap()
}

fn elsewhere(location: &str, path: &str, body: &str) -> Request<Bytes> {
    with_path(
        &format!("{PATH}?event_id_location={location}&event_id_path={path}&{QUERY}"),
        "application/json",
        body,
    )
}

fn json(id: &str) -> Request<Bytes> {
    payload("application/json", &format!(r#"{{"cid":"{id}"}}"#))
}

fn server(change: impl FnOnce(&mut Fixtures)) -> Polyai {
    let mut fixtures = Fixtures::builtin();
    change(&mut fixtures);
    Polyai::new(fixtures)
}

fn builtin() -> Polyai {
    server(|_| {})
}

/// Status, `error_message` where there is one, and the requirement that decided.
fn ask(polyai: &Polyai, request: &Request<Bytes>) -> (u16, String, &'static str) {
    let Reply { response, trace } = polyai.respond(request, Timestamp::UNIX_EPOCH);
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let message = body["error_message"].as_str().unwrap_or_default().to_owned();
    let requirement = trace.decided_by().expect("each decision names its requirement");
    let known = spec::api("polyai")
        .expect("the catalogue of the API exists")
        .catalogue();
    assert!(
        known.get(requirement).is_some(),
        "{requirement} is not in the catalogue"
    );
    (response.status().as_u16(), message, requirement)
}

fn decided(polyai: &Polyai, request: &Request<Bytes>) -> (u16, &'static str) {
    let (status, _, requirement) = ask(polyai, request);
    (status, requirement)
}

const NOT_FOUND: &str = "External event id not found in request";
const NOT_VALID: &str = "External event id not valid";

#[test]
fn every_documented_sample_is_accepted() {
    let sample =
        r#"{"cid":"evt_01HF2MNW2ZQ1Z8E2S3J","answers":{"name":"Jane Doe","amount":1999,"currency":"GBP"}}"#;
    let mut by_header = elsewhere("headers", "cid", r#"{"status":"succeeded"}"#);
    by_header.headers_mut().insert("cid", ID.parse().unwrap());
    let form = "cid=evt_01HF2MNW2ZQ1Z8E2S3J&status=succeeded";
    let xml = "<root><cid>evt_01HF2MNW2ZQ1Z8E2S3J</cid><status>succeeded</status></root>";
    let polyai = builtin();
    let requests = [
        payload("application/json", sample),
        by_header,
        elsewhere(
            "querystring",
            &format!("cid&cid={ID}"),
            r#"{"status":"succeeded"}"#,
        ),
        payload("application/x-www-form-urlencoded", form),
        payload("application/xml", xml),
        payload("text/plain", form),
    ];
    for request in &requests {
        let reply = polyai.respond(request, Timestamp::UNIX_EPOCH);
        assert_eq!(
            (reply.response.status().as_u16(), reply.response.body().len()),
            (201, 0),
            "{:?}",
            reply.trace
        );
        assert_eq!(reply.trace.decided_by(), Some("polyai.id.valid"));
    }
    let events = polyai.events();
    assert_eq!(events.len(), requests.len());
    for (event, request) in events.iter().zip(&requests) {
        assert_eq!((event.event_id.as_str(), &event.body), (ID, request.body()));
        assert_eq!(
            (event.account_id.as_str(), event.project_id.as_str()),
            ("PLATFORM", "PROJECT-123")
        );
        assert_eq!(event.path, "cid");
        assert_eq!(
            event.content_type.as_deref(),
            request.headers()[CONTENT_TYPE].to_str().ok()
        );
    }
    assert_eq!(
        (events[1].location, events[2].location),
        (Location::Headers, Location::Querystring)
    );
}

#[test]
fn the_two_texts_tell_not_found_from_not_valid() {
    let polyai = builtin();
    let unknown = "evt_00000000000000000ZZ";
    let mut header = elsewhere("headers", "cid", "{}");
    header.headers_mut().insert("cid", unknown.parse().unwrap());
    let pairs = format!("cid={unknown}");
    for (request, absent) in [
        (json(unknown), payload("application/json", "{}")),
        (header, elsewhere("headers", "cid", "{}")),
        (
            elsewhere("querystring", &format!("cid&{pairs}"), "{}"),
            elsewhere("querystring", "cid", "{}"),
        ),
        (
            payload("application/x-www-form-urlencoded", &pairs),
            payload("application/x-www-form-urlencoded", "a=1"),
        ),
        (
            payload("application/xml", &format!("<r><cid>{unknown}</cid></r>")),
            payload("application/xml", "<r/>"),
        ),
        (payload("text/plain", &pairs), payload("text/plain", "a=1")),
    ] {
        assert_eq!(
            ask(&polyai, &request),
            (400, NOT_VALID.to_owned(), "polyai.id.invalid")
        );
        let (status, message, _) = ask(&polyai, &absent);
        assert_eq!((status, message.as_str()), (400, NOT_FOUND));
    }
    assert_eq!(polyai.events(), []);
}

#[test]
fn an_id_elsewhere_does_not_count() {
    let polyai = builtin();
    let body = format!(r#"{{"cid":"{ID}"}}"#);
    let mut header_only = payload("application/json", "{}");
    header_only.headers_mut().insert("cid", ID.parse().unwrap());
    for request in [
        elsewhere("headers", "cid", &body),
        elsewhere("querystring", "cid", &body),
        elsewhere("payload", &format!("cid&cid={ID}"), "{}"),
        header_only,
        payload(
            "application/json",
            &format!(r#"{{"x":{{"cid":"{ID}"}},"CID":"{ID}","cidx":"{ID}"}}"#),
        ),
    ] {
        let (status, message, _) = ask(&polyai, &request);
        assert_eq!((status, message.as_str()), (400, NOT_FOUND));
    }
    assert_eq!(polyai.events(), []);
}

#[test]
fn path_and_method_come_first() {
    let mut polyai = builtin();
    let get = Request::get(PATH).body(Bytes::new()).unwrap();
    assert_eq!(decided(&polyai, &get), (405, "polyai.route.other-methods"));
    let answer = polyai.respond(&get, Timestamp::UNIX_EPOCH).response;
    assert_eq!(answer.headers()[ALLOW], "POST");
    for (path, requirement) in [
        ("/v1/external-events", "polyai.route.unknown-path"),
        ("/v1/external-events/webhook2", "polyai.route.unknown-path"),
        ("/V1/external-events/webhook", "polyai.route.unknown-path"),
        ("/v1/external-events/webhook//", "polyai.route.unknown-path"),
        ("/v1/external-events/%77ebhook", "polyai.route.unknown-path"),
        ("/v1/external-events/webhook/", "polyai.route.trailing-slash"),
    ] {
        assert_eq!(
            decided(&polyai, &with_path(path, "application/json", "{}")),
            (404, requirement),
            "{path}"
        );
    }
    polyai.fixtures.readings.other_method_status = OtherMethodStatus::NotFound;
    polyai.fixtures.readings.trailing_slash = TrailingSlash::Same;
    assert_eq!(decided(&polyai, &get), (404, "polyai.route.other-methods"));
    let uri = json(ID).uri().to_string().replace("webhook?", "webhook/?");
    let slash = with_path(&uri, "application/json", &format!(r#"{{"cid":"{ID}"}}"#));
    assert_eq!(decided(&polyai, &slash), (201, "polyai.id.valid"));
}

#[test]
fn the_key_comes_before_parameters_and_body() {
    let polyai = builtin();
    for (key, requirement) in [
        (None, "polyai.auth.missing-key"),
        (Some(""), "polyai.auth.empty-key"),
        (Some("HOOKPROOF-VALID-KEY"), "polyai.auth.invalid-key"),
        (Some("hookproof-revoked-key"), "polyai.auth.revoked-key"),
    ] {
        for mut request in [json(ID), with_path(PATH, "text/csv", "{")] {
            request.headers_mut().remove("x-api-key");
            if let Some(key) = key {
                request.headers_mut().insert("x-api-key", key.parse().unwrap());
            }
            assert_eq!(decided(&polyai, &request), (401, requirement));
        }
    }
    assert_eq!(polyai.events(), []);
}

#[test]
fn parameters_come_before_the_body() {
    let polyai = builtin();
    let request = with_path(
        &format!("{PATH}?event_id_path=cid&{QUERY}"),
        "application/json",
        "{",
    );
    let (status, message, requirement) = ask(&polyai, &request);
    assert_eq!((status, requirement), (400, "polyai.query.location.required"));
    assert_eq!(message, "query parameter event_id_location is missing");
    let empty = elsewhere("payload", "", "{}");
    assert_eq!(decided(&polyai, &empty), (400, "polyai.query.path.empty"));
}

#[test]
fn each_list_of_ids_has_its_answer() {
    let fixtures = Fixtures::builtin();
    let other = fixtures.other_project.clone().unwrap();
    let polyai = builtin();
    for (id, status, requirement) in [
        (&fixtures.known_ids[7], 201, "polyai.id.valid"),
        (&fixtures.expired_ids[0], 400, "polyai.id.expired"),
        (&other.known_ids[0], 400, "polyai.id.other-project"),
        (fixtures.unknown_id.as_ref().unwrap(), 400, "polyai.id.invalid"),
        (&fixtures.failing_ids[0], 500, "polyai.response.500"),
    ] {
        assert_eq!(decided(&polyai, &json(id)), (status, requirement), "{id}");
    }
    assert_eq!(polyai.events().len(), 1);
    let failing = polyai
        .respond(&json(&fixtures.failing_ids[0]), Timestamp::UNIX_EPOCH)
        .response;
    assert_eq!(failing.headers()[CONTENT_TYPE], "application/json");
}

#[test]
fn any_id_is_accepted_on_request() {
    let polyai = server(|fixtures| fixtures.accept_any_id = true);
    assert_eq!(decided(&polyai, &json("whatever")), (201, "polyai.id.valid"));
    assert_eq!(decided(&polyai, &json("what ever")), (400, "polyai.id.invalid"));
}

fn for_project(account: &str, project: &str, key: &str, id: &str) -> Request<Bytes> {
    let uri = format!(
        "{PATH}?event_id_location=payload&event_id_path=cid&account_id={account}&project_id={project}"
    );
    let mut request = with_path(&uri, "application/json", &format!(r#"{{"cid":"{id}"}}"#));
    request.headers_mut().insert("x-api-key", key.parse().unwrap());
    request
}

#[test]
fn a_key_of_another_project_works_there_only() {
    let other_id = Fixtures::builtin().other_project.unwrap().known_ids.remove(0);
    let mut polyai = builtin();
    let there = for_project(
        "PLATFORM",
        "PROJECT-456",
        "hookproof-other-project-key",
        &other_id,
    );
    let here = for_project("PLATFORM", "PROJECT-123", "hookproof-other-project-key", ID);
    assert_eq!(decided(&polyai, &there), (201, "polyai.id.valid"));
    assert_eq!(decided(&polyai, &here), (401, "polyai.auth.other-project-key"));
    polyai.fixtures.readings.other_project_key = OtherProjectKey::Forbidden;
    assert_eq!(decided(&polyai, &here), (403, "polyai.auth.other-project-key"));
    assert_eq!(
        decided(&polyai, &for_project("PLATFORM", "PROJECT-456", KEY, &other_id)).0,
        201
    );
    assert_eq!(
        decided(&polyai, &for_project("PLATFORM", "PROJECT-456", KEY, ID)),
        (400, "polyai.id.other-project")
    );
}

#[test]
fn no_secret_gets_into_a_trace() {
    let polyai = builtin();
    let in_account = for_project(KEY, KEY, KEY, KEY);
    let mut bearer = elsewhere("headers", "Authorization", "{}");
    bearer
        .headers_mut()
        .insert("authorization", "Bearer of-somebody".parse().unwrap());
    for request in [
        elsewhere("headers", "X-Api-Key", "{}"),
        elsewhere("headers", "x-api-key", "{}"),
        bearer,
        elsewhere("querystring", &format!("{KEY}&{KEY}={KEY}"), "{}"),
        json(KEY),
        in_account,
        with_path(&format!("/v1/external-events/{KEY}"), "application/json", "{}"),
    ] {
        let Reply { response, trace } = polyai.respond(&request, Timestamp::UNIX_EPOCH);
        let header = trace.to_header_value();
        for shown in [
            header.to_str().unwrap(),
            &trace.to_string(),
            &String::from_utf8_lossy(response.body()),
        ] {
            assert!(!shown.contains(KEY) && !shown.contains("of-somebody"), "{shown}");
        }
        assert!(header.to_str().unwrap().contains("***"), "{header:?}");
    }
}

#[test]
fn a_trace_says_in_order_what_was_looked_up() {
    let trace = builtin().respond(&json(ID), Timestamp::UNIX_EPOCH).trace;
    assert_eq!(
        trace.to_string(),
        "route POST /v1/external-events/webhook: the webhook [polyai.route.post]; \
         key header x-api-key: the valid key [polyai.auth.ok]; \
         project PLATFORM/PROJECT-123: the project [polyai.query.project-form]; \
         id JSON payload at cid: evt_01HF2MNW2ZQ1Z8E2S3J [polyai.extract.json.top]; \
         validity ids of the project: valid [polyai.id.valid]"
    );
}
