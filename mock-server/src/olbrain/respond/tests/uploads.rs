//! Uploads: whole or in pieces, and the ids that triggers name afterwards.

use super::*;
use crate::mock::{Api as _, Intake};
use crate::olbrain::Outcome;

fn part(name: &str, content: &str) -> String {
    format!(
        "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"customers.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{content}\r\n"
    )
}

fn upload(agent: &str, body: &str) -> Request<Bytes> {
    let mut request = request("POST", &format!("/api/agents/{agent}/upload"), body.as_bytes());
    set_header(&mut request, "content-type", "multipart/form-data; boundary=b");
    request
}

fn good(agent: &str) -> Request<Bytes> {
    upload(
        agent,
        &(part("file", "name,email\r\nJane Doe,buyer@example.com\r\n") + "--b--\r\n"),
    )
}

#[test]
fn a_file_gets_an_id_for_agents_of_either_type() {
    let server = Server::builtin();
    for agent in [server.workflow(), server.conversational()] {
        let answer = server.ask(&good(&agent));
        assert_eq!(answer.decided(), (200, "", "olbrain.upl.200"));
        let id = answer.text("file_id");
        let digits = id.strip_prefix("fi_").unwrap();
        assert!(
            digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()),
            "{id}"
        );
        assert_eq!(
            answer.body,
            serde_json::json!({
                "file_id": id, "size_bytes": 40, "content_type": "text/csv", "filename": "customers.csv"
            })
        );
    }
    let events = server.olbrain.events();
    assert_eq!(events.len(), 2);
    assert_ne!(events[0].id, events[1].id);
    assert!(events[0].body.is_empty());
    let Outcome::Upload {
        sha256, size_bytes, ..
    } = &events[0].outcome
    else {
        panic!("{:?}", events[0].outcome)
    };
    assert_eq!(
        (size_bytes, sha256.as_str()),
        (
            &40,
            "ab1c1a48b4baab854a25759a78536d0e0bc44aee161fdf52736e6375839535f2"
        )
    );
}

#[test]
fn a_part_without_name_and_type_has_some() {
    let server = Server::builtin();
    let body = "--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--b--";
    let answer = server.ask(&upload(&server.workflow(), body));
    assert_eq!(
        (answer.text("content_type"), answer.text("filename")),
        ("application/octet-stream".into(), "file".into())
    );
}

#[test]
fn the_head_is_judged_before_the_form() {
    let server = Server::builtin();
    let agent = server.workflow();
    let labelled = |value: Option<&str>| {
        let mut request = good(&agent);
        request.headers_mut().remove("content-type");
        if let Some(value) = value {
            set_header(&mut request, "content-type", value);
        }
        request
    };
    for (request, expected) in [
        (
            with_key(good(&agent), "ak_nobody"),
            (401, "unauthorized", "olbrain.auth.unknown"),
        ),
        (
            good("agt_nobody"),
            (404, "agent_not_found", "olbrain.upl.errors.404"),
        ),
        (
            with_key(good(&agent), OTHER_KEY),
            (404, "agent_not_found", "olbrain.upl.errors.404"),
        ),
        (
            labelled(None),
            (415, "unsupported_media_type", "olbrain.upl.errors.415-missing"),
        ),
        (
            labelled(Some("application/json")),
            (415, "unsupported_media_type", "olbrain.upl.errors.415"),
        ),
        (
            labelled(Some("multipart/mixed; boundary=b")),
            (415, "unsupported_media_type", "olbrain.upl.errors.415"),
        ),
        (
            labelled(Some("multipart/form-data")),
            (400, "bad_request", "olbrain.upl.errors.boundary"),
        ),
    ] {
        assert_eq!(server.ask(&request).decided(), expected);
        let Intake::Refused(reply) = server.olbrain.intake(&request) else {
            panic!("the head alone decides")
        };
        assert_eq!(
            (reply.response.status().as_u16(), reply.trace.decided_by()),
            (expected.0, Some(expected.2))
        );
    }
    server.is_untouched();
}

#[test]
fn a_form_without_its_one_file_is_refused() {
    let server = Server::builtin();
    let agent = server.workflow();
    let end = "--b--";
    for (body, requirement) in [
        (String::new(), "olbrain.upl.errors.truncated"),
        (end.to_owned(), "olbrain.upl.errors.400-no-file"),
        (part("files", "x") + end, "olbrain.upl.errors.400-no-file"),
        (part("file", "") + end, "olbrain.upl.errors.400-empty"),
        (part("file", "x"), "olbrain.upl.errors.truncated"),
        (
            part("file", "x") + &part("note", "y") + end,
            "olbrain.upl.extra-parts",
        ),
    ] {
        assert_eq!(
            server.ask(&upload(&agent, &body)).decided(),
            (400, "bad_request", requirement),
            "{body}"
        );
    }
    server.is_untouched();
}

#[test]
fn some_agents_lose_uploads_on_purpose() {
    let server = Server::builtin();
    let agent = server.agent("failing_upload_agents");
    assert_eq!(
        server.ask(&good(&agent)).decided(),
        (500, "upload_failed", "olbrain.upl.errors.500")
    );
    server.is_untouched();
}

#[test]
fn in_pieces_an_upload_means_the_same() {
    let server = Server::builtin();
    let request = good(&server.workflow());
    let Intake::Pieces(mut pieces) = server.olbrain.intake(&request) else {
        panic!("an upload is taken in pieces")
    };
    request.body().chunks(3).for_each(|piece| pieces.take(piece));
    let reply = pieces.finish(server.now);
    assert_eq!(reply.trace.decided_by(), Some("olbrain.upl.200"));
    let body: Value = serde_json::from_slice(reply.response.body()).unwrap();
    assert_eq!(
        (&body["size_bytes"], &body["filename"]),
        (&40.into(), &"customers.csv".into())
    );
    assert_eq!(server.olbrain.events().len(), 1);
    // Everything else is read as a whole.
    for request in [
        trigger(&server.workflow(), "{}"),
        get(&format!("/api/agents/{}/upload", server.workflow())),
        get("/api/agents/x"),
    ] {
        assert!(matches!(server.olbrain.intake(&request), Intake::Whole));
    }
}

#[test]
fn an_uploaded_file_counts_for_its_agent() {
    let mut server = Server::builtin();
    let (agent, other) = (server.workflow(), server.conversational());
    let id = server.ask(&good(&agent)).text("file_id");
    let naming = format!(r#"{{"inputs":{{"deep":[{{"csv_file":"{id}"}}]}}}}"#);
    let steps = |answer: &Answer| answer.reply.trace.to_string();
    assert!(
        steps(&server.trigger(&agent, &naming))
            .contains("1 uploaded for this agent, 0 not [olbrain.body.fi-ref]")
    );
    assert!(
        steps(&server.trigger(&other, &naming))
            .contains("0 uploaded for this agent, 1 not [olbrain.body.fi-unknown]")
    );
    for (option, status, code) in [("400", 400, "bad_request"), ("404", 404, "file_not_found")] {
        server.set("unknown_file", option);
        assert_eq!(server.trigger(&agent, &naming).status, 202);
        assert_eq!(
            server.trigger(&other, &naming).decided(),
            (status, code, "olbrain.body.fi-unknown")
        );
        assert_eq!(server.trigger(&agent, r#"{"a":"fi_unknown"}"#).status, status);
    }
}
