//! Every option of every open point shows in an answer, and nowhere but where it should.

use super::*;
use crate::olbrain::BODY_LIMIT_BYTES;

fn status(answer: &Answer) -> String {
    answer.status.to_string()
}

/// `accepted`, or the status of the refusal.
fn verdict(answer: &Answer) -> String {
    match answer.status {
        200 | 202 => "accepted".to_owned(),
        refused => refused.to_string(),
    }
}

fn code(answer: &Answer) -> String {
    answer.code().replace('_', "-")
}

fn labelled(server: &Server, value: Option<&str>) -> Answer {
    let mut request = trigger(&server.conversational(), "{}");
    request.headers_mut().remove("content-type");
    if let Some(value) = value {
        set_header(&mut request, "content-type", value);
    }
    server.ask(&request)
}

fn upload(server: &Server, content_type: &str, body: &'static str) -> Answer {
    let mut request = post(&format!("/api/agents/{}/upload", server.workflow()));
    set_header(&mut request, "content-type", content_type);
    *request.body_mut() = Bytes::from_static(body.as_bytes());
    server.ask(&request)
}

/// `400`, or whether a list of one holds it: `ignored` or `empty`.
fn filtered(answer: &Answer) -> String {
    let list = answer.body.as_array().or(answer.body["sessions"].as_array());
    match (answer.status, list.map(Vec::len)) {
        (200, Some(0)) => "empty".to_owned(),
        (200, Some(_)) => "ignored".to_owned(),
        _ => status(answer),
    }
}

fn runs(server: &Server, query: &str) -> Answer {
    let agent = server.workflow();
    assert_eq!(server.trigger(&agent, "{}").status, 202);
    server.get(&format!("/api/agents/{agent}/runs{query}"))
}

fn sessions(server: &Server, query: &str) -> Answer {
    let agent = server.conversational();
    assert_eq!(server.trigger(&agent, "{}").status, 200);
    server.get(&format!("/api/agents/{agent}/sessions{query}"))
}

/// How a second message joined the session of the first.
fn continuation(server: &Server) -> &'static str {
    let agent = server.conversational();
    let first = server.trigger(&agent, r#"{"user_id":"u"}"#).text("session_id");
    let joins = |body: &str| server.trigger(&agent, body).text("session_id") == first;
    let by_id = joins(&format!(r#"{{"session_id":"{first}","user_id":"v"}}"#));
    let by_user = joins(r#"{"user_id":"u"}"#);
    let by_key = joins("{}");
    match (by_id, by_user, by_key) {
        (true, false, false) => "session-id",
        (false, true, false) => "user-id",
        (true, true, true) => "key",
        _ => "something else",
    }
}

fn retried(server: &mut Server) -> &'static str {
    let agent = server.agent("failing_workflow_agents");
    let id = server.trigger(&agent, "{}").text("run_id");
    server.pass(1000);
    if server.control(&agent, &id, "retry").text("run_id") == id {
        "same-run"
    } else {
        "new-run"
    }
}

/// The option that a server with a certain reading shows.
fn shown(setting: &str, server: &mut Server) -> String {
    let agent = server.conversational();
    let too_large = format!("\"{}\"", "x".repeat(BODY_LIMIT_BYTES));
    let bad_key = |body: &str| status(&server.ask(&with_key(trigger(&agent, body), "ak_nobody")));
    match setting {
        "other_method_status" => status(&server.get(&format!("/api/agents/webhook/{agent}"))),
        "trailing_slash" => match server.trigger(&format!("{agent}/"), "{}").status {
            200 => "same".to_owned(),
            other => other.to_string(),
        },
        "key_without_permission" => {
            let request = with_key(trigger(&agent, "{}"), "ak_hookproof_without_permission");
            status(&server.ask(&request))
        }
        "scheme_case" => {
            let mut request = trigger(&agent, "{}");
            set_header(&mut request, "authorization", &format!("bearer {KEY}"));
            verdict(&server.ask(&request))
        }
        "bad_key_bad_body" => bad_key("{"),
        "bad_key_oversize" => bad_key(&too_large),
        "unknown_agent_bad_body" => status(&server.trigger("agt_nobody", "{")),
        "unknown_agent_oversize" => status(&server.trigger("agt_nobody", &too_large)),
        "non_object_body" => verdict(&server.trigger(&agent, "[1]")),
        "empty_object" => verdict(&server.trigger(&agent, "{}")),
        "malformed_code" => code(&server.trigger(&agent, "{")),
        "empty_body" => verdict(&server.trigger(&agent, "")),
        "oversize_malformed" => status(&server.trigger(&agent, &too_large[1..])),
        "oversize_code" => code(&server.trigger(&agent, &too_large)),
        "unknown_file" => verdict(&server.trigger(&agent, r#"{"a":"fi_00000000000000000000000000000000"}"#)),
        "session_continuation" => continuation(server).to_owned(),
        "content_type_missing" => verdict(&labelled(server, None)),
        "content_type_other" => verdict(&labelled(server, Some("text/plain"))),
        "content_type_suffix" => verdict(&labelled(server, Some("application/cloudevents+json"))),
        "idempotency" => {
            let ask = || {
                server
                    .trigger(&agent, r#"{"Idempotency-Key":"a"}"#)
                    .text("message_id")
            };
            if ask() == ask() { "deduplicated" } else { "new" }.to_owned()
        }
        "upload_extra_parts" => {
            let body = "--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n\
                        --b\r\nContent-Disposition: form-data; name=y\r\n\r\ny\r\n--b--";
            match upload(server, "multipart/form-data; boundary=b", body).status {
                200 => "first".to_owned(),
                other => other.to_string(),
            }
        }
        "upload_no_boundary" => status(&upload(server, "multipart/form-data", "x")),
        "runs_list_shape" => {
            let list = runs(server, "").body;
            let in_object = list["runs"].is_array();
            if list.is_array() {
                "array"
            } else if in_object {
                "object"
            } else {
                "?"
            }
            .to_owned()
        }
        "runs_limit_invalid" => filtered(&runs(server, "?limit=0")),
        "runs_status_unknown" => filtered(&runs(server, "?status=done")),
        "retry_run" => retried(server).to_owned(),
        "control_status" => {
            let workflow = server.workflow();
            let id = server.trigger(&workflow, "{}").text("run_id");
            status(&server.control(&workflow, &id, "cancel"))
        }
        "run_wrong_state" => {
            let workflow = server.workflow();
            let id = server.trigger(&workflow, "{}").text("run_id");
            status(&server.control(&workflow, &id, "resume"))
        }
        "sessions_limit_invalid" => filtered(&sessions(server, "?limit=-1")),
        "sessions_status_unknown" => filtered(&sessions(server, "?status=open")),
        "sessions_since_invalid" => filtered(&sessions(server, "?since=yesterday")),
        other => panic!("no test looks at {other}"),
    }
}

#[test]
fn every_option_of_every_setting_shows_in_an_answer() {
    for setting in Readings::SETTINGS {
        assert_eq!(
            shown(setting.name, &mut Server::builtin()),
            setting.options[0],
            "{} by default",
            setting.name
        );
        for option in setting.options {
            let mut server = Server::builtin();
            server.set(setting.name, option);
            assert_eq!(shown(setting.name, &mut server), *option, "{}", setting.name);
        }
    }
}

#[test]
fn a_setting_changes_nothing_but_its_own_point() {
    for setting in Readings::SETTINGS {
        for option in &setting.options[1..] {
            for other in Readings::SETTINGS
                .iter()
                .filter(|other| other.name != setting.name)
            {
                // The empty object is what most probes send.
                let hides = setting.name == "empty_object" || setting.name == "runs_list_shape";
                if hides {
                    continue;
                }
                let mut server = Server::builtin();
                server.set(setting.name, option);
                assert_eq!(
                    shown(other.name, &mut server),
                    other.options[0],
                    "{} with {} = {option}",
                    other.name,
                    setting.name
                );
            }
        }
    }
}
