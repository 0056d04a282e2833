//! The decision as a whole: each answer, the requirement that decided it, and what is stored.

mod refusals;

use http::header::{ALLOW, CONTENT_TYPE};
use serde_json::{Value, json};

use super::*;
use crate::inkeep::readings::{
    AbsentMembers, BagNonObject, BagNull, ProblemOptionalMembers, ServerMetadata, UnknownFields,
};

const KEY: &str = "hookproof-inkeep-valid-key";
const OTHER_KEY: &str = "hookproof-inkeep-other-project-key";

/// The time of the documented example.
fn now() -> Timestamp {
    "2026-05-05T15:58:45.955Z".parse().unwrap()
}

/// A documented request with this body, to break one thing of.
fn post(body: &str) -> Request<Bytes> {
    by(KEY, body)
}

fn by(key: &str, body: &str) -> Request<Bytes> {
    Request::post(PATH)
        .header("Authorization", format!("Bearer {key}"))
        .header("Content-Type", "application/json")
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap()
}

fn with_header(mut request: Request<Bytes>, name: &'static str, value: &str) -> Request<Bytes> {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

fn server(change: impl FnOnce(&mut Fixtures)) -> Inkeep {
    let mut fixtures = Fixtures::builtin();
    change(&mut fixtures);
    Inkeep::new(fixtures)
}

fn builtin() -> Inkeep {
    server(|_| {})
}

/// Status, body, and the requirement that decided.
fn ask(inkeep: &Inkeep, request: &Request<Bytes>) -> (u16, Value, &'static str) {
    let Reply { response, trace } = inkeep.respond(request, now());
    let requirement = trace.decided_by().expect("each decision names its requirement");
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status().as_u16(), body, requirement)
}

fn decided(inkeep: &Inkeep, request: &Request<Bytes>) -> (u16, &'static str) {
    let (status, _, requirement) = ask(inkeep, request);
    (status, requirement)
}

const NEW: (u16, &str) = (201, "inkeep.resp.201");
const KNOWN: (u16, &str) = (200, "inkeep.resp.200");

#[test]
fn the_documented_examples_are_answered_as_documented() {
    let inkeep = builtin();
    for example in spec::api("inkeep").unwrap().examples() {
        let (sent, expected) = (&example.request, &example.response);
        let key = match expected.status {
            403 => "hookproof-inkeep-forbidden-key",
            422 => "hookproof-inkeep-unprocessable-key",
            500 => "hookproof-inkeep-failing-key",
            _ => KEY,
        };
        let mut request = Request::builder().method(&*sent.method).uri(&*sent.path);
        for (name, value) in &sent.headers {
            request = request.header(name, value.replace("${KEY}", key));
        }
        // The request of the 422 is one of several that may lead there; with the token for it, a valid one does.
        let body = match expected.status {
            422 => r#"{"type":"string"}"#.to_owned(),
            _ => sent.body_text.clone().unwrap_or_default(),
        };
        let request = request.body(Bytes::from(body)).unwrap();
        let (status, body, _) = ask(&inkeep, &request);
        let name = &example.name;
        assert_eq!(status, expected.status, "{name}");
        let documented = expected.body.clone().unwrap();
        if status >= 400 {
            assert_eq!(
                (&body["code"], &body["title"]),
                (&documented["code"], &documented["title"])
            );
            assert_eq!(body["error"]["code"], documented["code"], "{name}");
            assert_eq!(body["error"]["message"], body["detail"], "{name}");
        } else if name.starts_with("full") {
            assert_eq!(body, documented, "{name}");
        } else {
            let members = |value: &Value| -> Vec<String> {
                let mut names: Vec<String> = value["data"].as_object().unwrap().keys().cloned().collect();
                names.sort();
                names
            };
            assert_eq!(members(&body), members(&documented), "{name}");
            assert_eq!(body["data"]["type"], "string");
        }
    }
}

#[test]
fn a_second_event_with_an_id_gets_the_first_one_to_the_byte() {
    let inkeep = builtin();
    let first = inkeep.respond(&post(r#"{"id":"a","type":"one","metadata":{"n":1.50}}"#), now());
    assert_eq!(first.response.status(), 201);
    let later: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    for body in [
        r#"{"id":"a","type":"one","metadata":{"n":1.50}}"#,
        r#"{"id":"a","type":"two","agentId":"x","properties":{}}"#,
        r#"{"id":" a\n","type":"three"}"#,
    ] {
        let again = inkeep.respond(&post(body), later);
        assert_eq!(again.response.status(), 200);
        assert_eq!(again.response.body(), first.response.body());
        assert_eq!(again.response.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(again.trace.decided_by(), Some("inkeep.resp.200"));
    }
    assert_eq!(decided(&inkeep, &post(r#"{"id":"A","type":"one"}"#)), NEW);
    let events = inkeep.events();
    assert_eq!(events.len(), 2);
    assert_eq!(
        (
            events[0].id.as_str(),
            events[0].event_type.as_str(),
            events[0].received_at
        ),
        ("a", "one", now())
    );
    assert_eq!(events[0].answer, first.response.body());
}

#[test]
fn projects_do_not_share_ids() {
    let inkeep = builtin();
    let body = r#"{"id":"a","type":"x"}"#;
    for key in [KEY, OTHER_KEY] {
        assert_eq!(decided(&inkeep, &by(key, body)), NEW);
        assert_eq!(decided(&inkeep, &by(key, body)), KNOWN);
    }
    let projects: Vec<Project> = inkeep.events().iter().map(|event| event.project).collect();
    assert_eq!(projects, [Project::Main, Project::Other]);
}

#[test]
fn events_without_an_id_are_given_one_each() {
    let inkeep = builtin();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (status, body, requirement) = ask(&inkeep, &post(r#"{"type":"x"}"#));
        assert_eq!((status, requirement), NEW);
        ids.push(body["data"]["id"].as_str().unwrap().to_owned());
    }
    assert!(
        ids.iter()
            .all(|id| id.len() == 21 && id.bytes().all(|b| b.is_ascii_alphanumeric()))
    );
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    // A made id is an id like any other.
    let (status, body, _) = ask(&inkeep, &post(&format!(r#"{{"type":"y","id":"{}"}}"#, ids[1])));
    assert_eq!((status, &body["data"]["type"]), (200, &json!("x")));
}

#[test]
fn a_made_id_that_is_taken_is_passed_over() {
    let ids = Ids::from_seed(DEFAULT_SEED);
    let (first, second) = (ids.event(), ids.event());
    let inkeep = builtin();
    assert_eq!(
        decided(&inkeep, &post(&format!(r#"{{"type":"x","id":"{first}"}}"#))),
        NEW
    );
    let (status, body, _) = ask(&inkeep, &post(r#"{"type":"x"}"#));
    assert_eq!((status, &body["data"]["id"]), (201, &json!(second)));
}

#[test]
fn one_seed_gives_one_run() {
    let run = |seed: u64| -> Vec<Bytes> {
        let inkeep = Inkeep::with_seed(Fixtures::builtin(), seed);
        ["{}", r#"{"type":"x"}"#, "{", r#"{"type":"x"}"#]
            .map(|body| inkeep.respond(&post(body), now()).response.into_body())
            .to_vec()
    };
    assert_eq!(run(5), run(5));
    assert!(run(5).iter().zip(run(6)).all(|(one, other)| *one != other));
}

#[test]
fn concurrent_events_with_one_id_are_one_event() {
    let inkeep = builtin();
    let answers: Vec<(u16, Bytes)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let request = post(&format!(r#"{{"id":"a","type":"x","metadata":{{"n":{number}}}}}"#));
                let inkeep = &inkeep;
                scope.spawn(move || {
                    let response = inkeep.respond(&request, now()).response;
                    (response.status().as_u16(), response.into_body())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 7);
    assert!(answers.iter().all(|(_, body)| *body == answers[0].1));
    assert_eq!(inkeep.events().len(), 1);
}

#[test]
fn a_refused_event_stores_nothing_and_changes_nothing() {
    let inkeep = builtin();
    let id = |rest: &str| format!(r#"{{"id":"a",{rest}}}"#);
    let refused = [
        by("nobody-was-given-this-token", &id(r#""type":"x""#)),
        by("hookproof-inkeep-forbidden-key", &id(r#""type":"x""#)),
        by("hookproof-inkeep-unprocessable-key", &id(r#""type":"x""#)),
        by("hookproof-inkeep-failing-key", &id(r#""type":"x""#)),
        post(&id(r#""type":"""#)),
        post(&id(r#""type":"x","metadata":1"#)),
        post(r#"{"id":"a","type":"x""#),
        with_header(post(&id(r#""type":"x""#)), "content-type", "text/plain"),
    ];
    let statuses = refused.each_ref().map(|request| ask(&inkeep, request).0);
    assert_eq!(statuses, [401, 403, 422, 500, 400, 400, 400, 400]);
    assert_eq!(inkeep.events(), []);
    assert_eq!(decided(&inkeep, &post(&id(r#""type":"x""#))), NEW);
    let stored = inkeep.events();
    for request in &refused {
        assert!(ask(&inkeep, request).0 >= 400);
    }
    assert_eq!(inkeep.events(), stored);
}

#[test]
fn server_controlled_members_have_no_effect() {
    let body = r#"{"type":"x","serverMetadata":{"authMethod":"mine"},"createdAt":"2000-01-01T00:00:00.000Z",
        "updatedAt":"2000-01-01T00:00:00.000Z","tenantId":"t","projectId":"p","colour":"red"}"#;
    let (status, body, _) = ask(&builtin(), &post(body));
    assert_eq!(status, 201);
    let data = body["data"].as_object().unwrap();
    assert_eq!(data.len(), 11);
    assert_eq!(data["serverMetadata"], json!({}));
    assert_eq!(data["createdAt"], "2026-05-05T15:58:45.955Z");
    assert_eq!(data["updatedAt"], data["createdAt"]);
}

#[test]
fn user_properties_lose_the_marks_of_a_widget() {
    for (sent, kept, step) in [
        (
            r#"{"id":"x","identificationType":"ANONYMOUS"}"#,
            Value::Null,
            Some("inkeep.userprops.identification.dropped"),
        ),
        (
            r#"{"identificationType":"COOKIED"}"#,
            Value::Null,
            Some("inkeep.userprops.identification.dropped"),
        ),
        (
            r#"{"id":"x","identificationType":"ID_PROVIDED"}"#,
            json!({ "id": "x" }),
            Some("inkeep.userprops.identification.removed"),
        ),
        (r#"{"id":"x","n":1.5}"#, json!({ "id": "x", "n": 1.5 }), None),
    ] {
        let request = post(&format!(
            r#"{{"type":"x","userProperties":{sent},"metadata":{sent}}}"#
        ));
        let Reply { response, trace } = builtin().respond(&request, now());
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["data"]["userProperties"], kept, "{sent}");
        // The other bags are the caller's own.
        let metadata: Value = serde_json::from_str(sent).unwrap();
        assert_eq!(body["data"]["metadata"], metadata);
        let identity = trace.steps().find(|step| step.what == "identity");
        assert_eq!(identity.and_then(|found| found.requirement), step);
    }
}

#[test]
fn what_an_answer_holds_is_a_reading() {
    let inkeep = server(|fixtures| {
        fixtures.readings.absent_members = AbsentMembers::Omitted;
        fixtures.readings.server_metadata = ServerMetadata::AuthMethod;
        fixtures.readings.bag_null = BagNull::Accepted;
        fixtures.readings.bag_non_object = BagNonObject::Accepted;
    });
    let body = r#"{"type":"x","properties":null,"metadata":["a",1.0],"agentId":null}"#;
    let (_, body, _) = ask(&inkeep, &post(body));
    let data = body["data"].as_object().unwrap();
    let mut names: Vec<&str> = data.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "createdAt",
            "id",
            "metadata",
            "serverMetadata",
            "type",
            "updatedAt"
        ]
    );
    assert_eq!(data["metadata"], json!(["a", 1.0]));
    assert_eq!(data["serverMetadata"], json!({ "authMethod": "api_key" }));
}

#[test]
fn the_agent_of_the_valid_token_stands_in() {
    let inkeep = server(|fixtures| fixtures.agent_id = Some("bound".into()));
    let agent = |request| ask(&inkeep, &request).1["data"]["agentId"].clone();
    assert_eq!(agent(post(r#"{"type":"x"}"#)), "bound");
    assert_eq!(agent(post(r#"{"type":"x","agentId":"mine"}"#)), "mine");
    assert_eq!(agent(by(OTHER_KEY, r#"{"type":"x"}"#)), Value::Null);
}

#[test]
fn a_trace_says_in_order_what_was_looked_up() {
    let inkeep = builtin();
    let mut lines = Vec::new();
    for body in [
        r#"{"id":"a","type":"user_message_submitted"}"#,
        r#"{"id":"a","type":"x","userProperties":{"identificationType":"COOKIED"}}"#,
        r#"{"id":"a b","type":"x"}"#,
    ] {
        lines.push(inkeep.respond(&post(body), now()).trace.to_string());
    }
    let begin = "route /run/v1/events: the event log [inkeep.route.post]; \
                 token header authorization: a valid token [inkeep.auth.ok]; ";
    let expected = [
        "type payload: user_message_submitted [inkeep.type.required]; id payload: a [inkeep.id.echo]; \
         event events of the project: a new one [inkeep.resp.201]",
        "type payload: x [inkeep.type.required]; \
         identity payload at userProperties.identificationType: made up by a widget, so that all of userProperties \
         is dropped [inkeep.userprops.identification.dropped]; id payload: a [inkeep.id.echo]; \
         event events of the project: one with this id, which stays as it is [inkeep.resp.200]",
        "body payload at id: a text with other characters [inkeep.id.pattern]",
    ];
    assert_eq!(lines, expected.map(|rest| format!("{begin}{rest}")));
    let by_the_other = inkeep
        .respond(&by(OTHER_KEY, r#"{"type":"x"}"#), now())
        .trace
        .to_string();
    assert!(
        by_the_other.contains("authorization: the token of the other project"),
        "{by_the_other}"
    );
}
