//! What is refused, in which order, and what a refusal holds.

use super::*;

#[test]
fn the_token_comes_before_method_and_body() {
    let inkeep = builtin();
    for mut request in [post("{}"), post("{"), post(r#"{"type":"x"}"#)] {
        for method in ["POST", "GET", "DELETE", "OPTIONS"] {
            *request.method_mut() = method.parse().unwrap();
            let bad = with_header(request.clone(), "authorization", "Bearer nobody-was-given-this");
            assert_eq!(decided(&inkeep, &bad), (401, "inkeep.auth.unknown-token"));
            let forbidden = "Bearer hookproof-inkeep-forbidden-key";
            let bad = with_header(request.clone(), "authorization", forbidden);
            assert_eq!(decided(&inkeep, &bad), (403, "inkeep.auth.403"));
        }
    }
}

#[test]
fn the_sample_call_as_printed_carries_no_token() {
    let mut request = post(r#"{    "type": "string"  }"#);
    request.headers_mut().remove("authorization");
    let response = builtin().respond(&request, now()).response;
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
}

#[test]
fn tokens_that_show_an_answer_show_it_for_valid_events_only() {
    let inkeep = builtin();
    for (key, status, requirement) in [
        ("hookproof-inkeep-unprocessable-key", 422, "inkeep.err.schema.422"),
        ("hookproof-inkeep-failing-key", 500, "inkeep.err.500-generic"),
    ] {
        assert_eq!(
            decided(&inkeep, &by(key, r#"{"type":"x"}"#)),
            (status, requirement)
        );
        // A mistake of the client is never answered as one of the server.
        assert_eq!(decided(&inkeep, &by(key, "{}")), (400, "inkeep.type.required"));
        let get = Request::get(PATH)
            .header("Authorization", format!("Bearer {key}"))
            .body(Bytes::new())
            .unwrap();
        assert_eq!(decided(&inkeep, &get).0, 405);
    }
}

#[test]
fn paths_and_methods() {
    let inkeep = builtin();
    for (path, requirement) in [
        ("/run/v1", "inkeep.route.unknown-path"),
        ("/run/v1/event", "inkeep.route.unknown-path"),
        ("/run/v1/events/a", "inkeep.route.unknown-path"),
        ("/run/v1/Events", "inkeep.route.unknown-path"),
        ("/run/v1/%65vents", "inkeep.route.unknown-path"),
        ("/run/v1/events//", "inkeep.route.unknown-path"),
        ("/run/v1/events/", "inkeep.route.trailing-slash"),
    ] {
        let mut request = post(r#"{"type":"x"}"#);
        *request.uri_mut() = path.parse().unwrap();
        let (status, body, decided_by) = ask(&inkeep, &request);
        assert_eq!((status, decided_by), (404, requirement), "{path}");
        assert_eq!(body["code"], "not_found");
    }
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X"] {
        let mut request = post(r#"{"type":"x"}"#);
        *request.method_mut() = method.parse().unwrap();
        let Reply { response, trace } = inkeep.respond(&request, now());
        assert_eq!(response.status(), 405, "{method}");
        assert_eq!(response.headers()[ALLOW], "POST");
        assert_eq!(trace.decided_by(), Some("inkeep.route.other-method"));
    }
    let mut request = post(r#"{"type":"x"}"#);
    *request.uri_mut() = "/run/v1/events?x=1".parse().unwrap();
    assert_eq!(decided(&inkeep, &request), NEW);
    assert_eq!(inkeep.events().len(), 1);
}

#[test]
fn a_browser_may_ask_before_it_calls() {
    let inkeep = builtin();
    let ask = Request::options(PATH)
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization,content-type")
        .body(Bytes::new())
        .unwrap();
    let Reply { response, trace } = inkeep.respond(&ask, now());
    assert_eq!((response.status().as_u16(), response.body().len()), (204, 0));
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        (
            "access-control-allow-methods",
            "GET,POST,PUT,DELETE,OPTIONS,PATCH",
        ),
        ("access-control-allow-headers", "*, Authorization"),
        ("access-control-max-age", "86400"),
    ] {
        assert_eq!(response.headers()[name], value);
    }
    assert_eq!(trace.decided_by(), Some("inkeep.route.options"));
    // Without leave to read the answer the question would be of no use.
    for body in [r#"{"type":"x"}"#, "{}"] {
        let answer = inkeep.respond(&post(body), now()).response;
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    }
}

#[test]
fn half_a_question_of_a_browser_is_none() {
    let inkeep = builtin();
    let asked = |method: Method, names: &[&'static str]| {
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method;
        *request.uri_mut() = PATH.parse().unwrap();
        for name in names {
            request = with_header(request, name, "POST");
        }
        decided(&inkeep, &request).1
    };
    let both = ["origin", "access-control-request-method"];
    assert_eq!(asked(Method::OPTIONS, &both), "inkeep.route.options");
    for (method, names) in [
        (Method::OPTIONS, &both[..1]),
        (Method::OPTIONS, &both[1..]),
        (Method::POST, &both[..]),
    ] {
        assert_ne!(
            asked(method.clone(), names),
            "inkeep.route.options",
            "{method} {names:?}"
        );
    }
}

#[test]
fn a_body_says_that_it_is_json() {
    let inkeep = builtin();
    let body = r#"{"type":"x"}"#;
    for content_type in ["application/json; charset=utf-8", "Application/JSON"] {
        let request = with_header(post(body), "content-type", content_type);
        assert_eq!(decided(&inkeep, &request), NEW, "{content_type}");
    }
    let mut untyped = post(body);
    untyped.headers_mut().remove(CONTENT_TYPE);
    assert_eq!(decided(&inkeep, &untyped), (400, "inkeep.ct.missing"));
    *untyped.body_mut() = Bytes::new();
    assert_eq!(decided(&inkeep, &untyped), (400, "inkeep.body.empty"));
    assert_eq!(decided(&inkeep, &post("")), (400, "inkeep.body.empty"));
    assert_eq!(decided(&inkeep, &post("  ")), (400, "inkeep.body.malformed"));
}

#[test]
fn faults_of_schema_and_of_syntax_have_their_own_status() {
    let inkeep = server(|fixtures| {
        fixtures.readings.schema_fault_status = SchemaFaultStatus::Unprocessable;
        fixtures.readings.unknown_fields = UnknownFields::Refused;
    });
    for body in ["{}", "[]", "", r#"{"type":"x","id":""}"#, r#"{"type":"x","y":1}"#] {
        let (status, problem, _) = ask(&inkeep, &post(body));
        assert_eq!(
            (status, &problem["code"]),
            (422, &json!("unprocessable_entity")),
            "{body}"
        );
    }
    assert_eq!(decided(&inkeep, &post("{")), (400, "inkeep.body.malformed"));
    assert_eq!(decided(&inkeep, &post(r#"{"type":"x"}"#)), NEW);
}

#[test]
fn a_request_is_named_in_header_and_problem() {
    let inkeep = builtin();
    let names = |inkeep: &Inkeep, request: &Request<Bytes>| {
        let response = inkeep.respond(request, now()).response;
        let problem: Value = serde_json::from_slice(response.body()).unwrap();
        let header = response
            .headers()
            .get(REQUEST_ID)
            .map(|name| name.to_str().unwrap().to_owned());
        (header, problem["requestId"].clone(), problem["instance"].clone())
    };
    let longest = "x".repeat(255);
    for name in ["abc", "A-b_c=9", longest.as_str()] {
        let (header, member, instance) = names(&inkeep, &with_header(post("{}"), "x-request-id", name));
        assert_eq!((header.as_deref(), member), (Some(name), json!(name)));
        assert_eq!(instance, format!("/requests/{name}"));
        let event = with_header(post(r#"{"type":"x"}"#), "x-request-id", name);
        assert_eq!(inkeep.respond(&event, now()).response.headers()[REQUEST_ID], name);
    }
    let mut made = Vec::new();
    let too_long = "x".repeat(256);
    for name in ["", "a b", "a/b", "a.b", "é", KEY, too_long.as_str()] {
        let (header, member, _) = names(&inkeep, &with_header(post("{}"), "x-request-id", name));
        let header = header.unwrap();
        assert!(
            header.starts_with("req_") && member == json!(header),
            "{name}: {header}"
        );
        assert!(!made.contains(&header), "{header}");
        made.push(header);
    }
    let silent = server(|fixtures| {
        fixtures.readings.request_id_header = RequestIdHeader::None;
        fixtures.readings.problem_optional_members = ProblemOptionalMembers::Absent;
    });
    let nameless = names(&silent, &with_header(post("{}"), "x-request-id", "abc"));
    assert_eq!(nameless, (None, Value::Null, Value::Null));
    let unheard = server(|fixtures| fixtures.readings.request_id_header = RequestIdHeader::None);
    let (header, member, _) = names(&unheard, &with_header(post("{}"), "x-request-id", "abc"));
    assert!(header.is_none() && member.as_str().unwrap().starts_with("req_"));
}

#[test]
fn no_secret_gets_into_a_trace_or_a_refusal() {
    let inkeep = builtin();
    let mut path = post("{}");
    *path.uri_mut() = format!("/run/v1/{KEY}").parse().unwrap();
    let mut method = post("{}");
    *method.method_mut() = KEY.parse().unwrap();
    let unknown = "a-token-that-nobody-was-given";
    for request in [
        path,
        method,
        post(&format!(r#"{{"id":"{KEY}","type":"{KEY}"}}"#)),
        post(&format!(
            r#"{{"id":"{KEY} {KEY}","type":"{KEY}","{KEY}":"{KEY}"}}"#
        )),
        by(unknown, &format!(r#"{{"type":"{unknown}"}}"#)),
        with_header(post("{}"), "authorization", &format!("Basic {KEY}")),
        with_header(post("{}"), "authorization", KEY),
        with_header(post("{}"), "content-type", KEY),
    ] {
        let Reply { response, trace } = inkeep.respond(&request, now());
        let header = trace.to_header_value();
        let mut shown = vec![header.to_str().unwrap().to_owned(), trace.to_string()];
        if response.status() != 201 {
            shown.push(String::from_utf8_lossy(response.body()).into_owned());
            shown.push(format!("{:?}", response.headers()));
        }
        for text in shown {
            assert!(!text.contains(KEY) && !text.contains(unknown), "{text}");
        }
    }
}

#[test]
fn nothing_that_can_be_sent_makes_it_panic() {
    let inkeep = builtin();
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 9] = [
        b"\0",
        b"\xff\xfe{}",
        b"{\"type\":\"\xed\xa0\x80\"}",
        b"{\"type\":\"\\ud800\\udc00\\ud800\"}",
        b"{\"\":\"\",\"type\":\"\\u0000\"}",
        b"{\"type\":\"x\",\"metadata\":{\"\\\"}\":\"{\\\\\"}}",
        b"{\"type\":\"x\",\"id\":\"\\u00e9\\ufeff\"}",
        b"{\"type\":1e999}",
        deep.as_bytes(),
    ];
    for body in bodies {
        let mut request = post("");
        *request.body_mut() = Bytes::copy_from_slice(body);
        let status = inkeep.respond(&request, now()).response.status();
        assert!(status == 201 || status == 400, "{status}");
    }
    for value in [&b"Bearer \xff"[..], b"\xff", b"\t", b"Bearer\t"] {
        let mut request = post(r#"{"type":"x"}"#);
        let value = http::HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().insert("authorization", value.clone());
        request.headers_mut().insert("x-request-id", value);
        assert_eq!(inkeep.respond(&request, now()).response.status(), 401);
    }
    let star = Request::options("*").body(Bytes::new()).unwrap();
    assert_eq!(inkeep.respond(&star, now()).response.status(), 404);
}

#[test]
fn a_long_detail_is_told_whole_and_cut_in_the_older_form() {
    let body = format!(r#"{{"type":"x","metadata":{{"k":"{}"}}}}"#, "x".repeat(65_536));
    let (status, problem, requirement) = ask(&builtin(), &post(&body));
    assert_eq!((status, requirement), (400, "inkeep.bag.byte-cap"));
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.len() > 100 && detail.is_ascii(), "{detail}");
    assert_eq!(problem["error"]["message"], format!("{}...", &detail[..97]));
}
