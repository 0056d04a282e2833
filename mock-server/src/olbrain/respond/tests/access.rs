//! Path, method, key, agent and type: what comes before a call, and holds for all of them.

use super::*;

#[test]
fn path_and_method_come_first() {
    let mut server = Server::builtin();
    let agent = server.workflow();
    for mut request in every_call(&agent) {
        let is_post = request.method() == Method::POST;
        *request.method_mut() = if is_post { Method::GET } else { Method::POST };
        request.headers_mut().remove("authorization");
        let answer = server.ask(&request);
        assert_eq!(
            answer.decided(),
            (405, "method_not_allowed", "olbrain.route.other-method")
        );
        let allow = &answer.reply.response.headers()["allow"];
        assert_eq!(allow, if is_post { "POST" } else { "GET" }, "{}", request.uri());
        *request.method_mut() = Method::HEAD;
        assert_eq!(server.ask(&request).status, 405);
    }
    for path in [
        "/api/agents",
        "/api/agents/agt_1",
        "/api/agents/agt_1/other",
        "/api/agents//runs",
    ] {
        assert_eq!(
            server.get(path).decided(),
            (404, "not_found", "olbrain.route.unknown-path"),
            "{path}"
        );
    }
    for path in ["/api/agents/webhook", "/api/agents/webhook/"] {
        let answer = server.ask(&post(path));
        assert_eq!(answer.decided(), (404, "not_found", "olbrain.route.no-agent"));
    }
    server.set("other_method_status", "404");
    assert_eq!(server.get(&format!("/api/agents/webhook/{agent}")).status, 404);
    server.is_untouched();
}

#[test]
fn every_call_wants_a_key_that_counts() {
    let server = Server::builtin();
    let agent = server.workflow();
    for (value, message, requirement) in [
        (None, answer::MALFORMED_HEADER, "olbrain.auth.missing"),
        (Some(""), answer::MALFORMED_HEADER, "olbrain.auth.malformed.empty"),
        (
            Some("Bearer"),
            answer::MALFORMED_HEADER,
            "olbrain.auth.malformed.no-token",
        ),
        (
            Some(KEY),
            answer::MALFORMED_HEADER,
            "olbrain.auth.malformed.no-scheme",
        ),
        (Some("Bearer x"), answer::BAD_KEY, "olbrain.auth.no-ak-prefix"),
        (Some("Bearer ak_nobody"), answer::BAD_KEY, "olbrain.auth.unknown"),
        (
            Some("Bearer ak_hookproof_revoked"),
            answer::BAD_KEY,
            "olbrain.auth.revoked",
        ),
        (
            Some("Bearer ak_hookproof_expired"),
            answer::BAD_KEY,
            "olbrain.auth.expired",
        ),
    ] {
        // Of an agent that there is, and of one that there is not.
        for mut request in [every_call(&agent), every_call("agt_nobody")].concat() {
            request.headers_mut().remove("authorization");
            if let Some(value) = value {
                set_header(&mut request, "authorization", value);
            }
            let answer = server.ask(&request);
            assert_eq!(answer.decided(), (401, "unauthorized", requirement));
            assert_eq!(answer.body["error"]["message"], message.message);
            assert_eq!(answer.reply.response.headers()["www-authenticate"], "Bearer");
        }
    }
    server.is_untouched();
}

#[test]
fn a_key_without_the_permission_is_let_into_nothing() {
    let mut server = Server::builtin();
    let agent = server.conversational();
    for (option, status, code) in [
        ("403", 403, "forbidden"),
        ("401", 401, "unauthorized"),
        ("404", 404, "agent_not_found"),
    ] {
        server.set("key_without_permission", option);
        for request in every_call(&agent) {
            let answer = server.ask(&with_key(request, "ak_hookproof_without_permission"));
            assert_eq!(answer.decided(), (status, code, "olbrain.auth.permission"));
        }
    }
    server.is_untouched();
}

#[test]
fn an_agent_of_somebody_else_is_like_none() {
    let server = Server::builtin();
    let unknown = server.olbrain.fixtures.unknown_agent.clone().unwrap();
    let other = server.olbrain.fixtures.other_organization.clone().unwrap();
    let own = server.workflow();
    let foreign = |agent: &str, key: &str| -> Vec<Answer> {
        every_call(agent)
            .into_iter()
            .map(|request| server.ask(&with_key(request, key)))
            .collect()
    };
    let nobody = foreign(&unknown, KEY);
    for theirs in [
        foreign(&other.workflow_agents[0], KEY),
        foreign(&other.conversational_agents[0], KEY),
        foreign(&own, OTHER_KEY),
    ] {
        for (here, there) in nobody.iter().zip(&theirs) {
            assert_eq!((here.status, here.code()), (404, "agent_not_found"));
            assert_eq!(
                (here.status, here.code(), &here.body["error"]["message"]),
                (there.status, there.code(), &there.body["error"]["message"])
            );
        }
    }
    assert_eq!(nobody[0].decided_by, "olbrain.agent.unknown");
    assert_eq!(foreign(&own, OTHER_KEY)[0].decided_by, "olbrain.agent.other-org");
    server.is_untouched();
    let there = with_key(trigger(&other.workflow_agents[0], "{}"), OTHER_KEY);
    assert_eq!(server.ask(&there).status, 202);
}

#[test]
fn each_call_is_for_one_type_of_agents() {
    let server = Server::builtin();
    for (agent, group, requirement) in [
        (server.conversational(), "/runs", "olbrain.runs.kind"),
        (server.workflow(), "/sessions", "olbrain.sess.kind"),
    ] {
        let mut calls = every_call(&agent);
        calls.retain(|request| request.uri().path().contains(group));
        assert!(calls.len() >= 4);
        for request in calls {
            assert_eq!(
                server.ask(&request).decided(),
                (400, "runtime_not_applicable", requirement)
            );
        }
    }
}

#[test]
fn the_type_of_an_agent_can_be_changed_and_its_url_stays() {
    let server = Server::builtin();
    let agent = server.conversational();
    let body = r#"{"message":"hello","type":"workflow","agent_type":"workflow"}"#;
    assert_eq!(
        server.trigger(&agent, body).decided(),
        (200, "", "olbrain.conv.200")
    );
    assert!(server.olbrain.change_agent_type(&agent, AgentType::Workflow));
    assert_eq!(
        server.trigger(&agent, body).decided(),
        (202, "", "olbrain.wf.202")
    );
    assert!(
        server
            .olbrain
            .change_agent_type(&agent, AgentType::Conversational)
    );
    assert_eq!(server.trigger(&agent, body).status, 200);
    assert!(
        !server
            .olbrain
            .change_agent_type("agt_nobody", AgentType::Workflow)
    );
}

#[test]
fn each_request_has_an_id_of_its_own() {
    let server = Server::builtin();
    let ids: std::collections::HashSet<String> = (0..500)
        .map(|_| {
            let answer = server.trigger("agt_nobody", "{}");
            answer.body["error"]["request_id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids.len(), 500);
    assert!(ids.iter().all(|id| id.starts_with("req_")));
}

#[test]
fn the_same_seed_and_requests_give_the_same_bytes() {
    let answers = |seed| {
        let server = Server {
            olbrain: Olbrain::with_seed(Fixtures::builtin(), seed),
            now: start(),
        };
        let agents = [
            server.agent("pdf_agents"),
            server.workflow(),
            "agt_nobody".to_owned(),
        ];
        agents.map(|agent| server.trigger(&agent, "{}").reply.response.into_body())
    };
    assert_eq!(answers(3), answers(3));
    let differing = answers(3).iter().zip(answers(4)).filter(|(a, b)| *a != b).count();
    assert_eq!(differing, 3);
}

#[test]
fn no_secret_gets_into_a_trace_or_an_answer() {
    let server = Server::builtin();
    let (conversational, pdf, workflow) = (
        server.conversational(),
        server.agent("pdf_agents"),
        server.workflow(),
    );
    let body = format!(
        r#"{{"message":"{KEY}","title":"{KEY}","metadata":{{"k":"{KEY}"}},"inputs":{{"k":["{KEY}"]}},
        "user_id":"{KEY}","session_id":"{KEY}","Idempotency-Key":"{KEY}"}}"#
    );
    let mut form = post(&format!("/api/agents/{workflow}/upload"));
    set_header(&mut form, "content-type", "multipart/form-data; boundary=b");
    *form.body_mut() = Bytes::from(format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{KEY}\"\r\nContent-Type: {KEY}\r\n\r\nx\r\n--b--"
    ));
    let mut requests = vec![
        trigger(&conversational, &body),
        trigger(&pdf, &body),
        trigger(&workflow, &body),
        trigger(KEY, "{}"),
        get(&format!("/api/agents/{KEY}/runs/{KEY}?limit={KEY}")),
        get(&format!("/api/agents/x/y/{KEY}")),
        get(&format!("/v0/b/hookproof/o/{KEY}?token={KEY}")),
        form,
    ];
    let answers: Vec<Answer> = requests.iter().map(|request| server.ask(request)).collect();
    let session = answers[0].text("session_id");
    let run = answers[2].text("run_id");
    requests.clear();
    for path in [
        format!("{conversational}/sessions"),
        format!("{conversational}/sessions/{session}"),
        format!("{conversational}/sessions/{session}/messages"),
        format!("{workflow}/runs"),
        format!("{workflow}/runs/{run}"),
    ] {
        requests.push(get(&format!("/api/agents/{path}")));
    }
    let later = requests.iter().map(|request| server.ask(request));
    let mut masked = 0;
    for answer in answers.into_iter().chain(later) {
        let header = answer.reply.trace.to_header_value();
        let body = String::from_utf8_lossy(answer.reply.response.body()).into_owned();
        for shown in [header.to_str().unwrap(), &answer.reply.trace.to_string(), &body] {
            assert!(!shown.contains(KEY), "{shown}");
            masked += usize::from(shown.contains("***"));
        }
    }
    assert!(masked >= 10, "{masked}");
}
