//! Bad bodies of every kind, and clients that do not finish theirs: each gets an answer or a closed connection, and harms nobody else.

#[expect(dead_code, reason = "each test binary uses its part of the client")]
mod client;

use std::time::Duration;

use client::{Running, TARGET, good_request, post};
use mock_server::Fixtures;

#[tokio::test]
async fn a_body_that_is_cut_stores_nothing() {
    let server = Running::start(|_| {}).await;
    let whole = good_request();
    for sent in [
        &whole[..whole.len() - 1],
        &whole[..whole.find("\r\n\r\n").unwrap() + 4],
        &whole[..30],
        &whole[..1],
    ] {
        let mut connection = server.connect().await;
        connection.send(sent).await;
        connection.finish().await;
        let answer = connection.closed().await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
            "{answer}"
        );
    }
    assert_eq!(server.mock.polyai().events(), []);
    server.still_works().await;
    server.stop().await;
}

#[tokio::test]
async fn broken_chunks_store_nothing() {
    let server = Running::start(|_| {}).await;
    let head = format!(
        "POST {TARGET} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: hookproof-valid-key\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    for chunks in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}0\r\n\r\n",
        "ffffffffffffffffff\r\n{}",
        "-1\r\n",
        "2",
    ] {
        let mut connection = server.connect().await;
        connection.send(format!("{head}{chunks}")).await;
        connection.finish().await;
        let answer = connection.closed().await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
            "{chunks}: {answer}"
        );
    }
    assert_eq!(server.mock.polyai().events(), []);
    server.still_works().await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_answered_413_and_the_connection_closed() {
    let server = Running::start(|options| options.body_limit_bytes = 64 * 1024).await;
    let within = format!(
        r#"{{"cid":"evt_01HF2MNW2ZQ1Z8E2S3J","x":"{}"}}"#,
        "x".repeat(60 * 1024)
    );
    assert_eq!(
        server
            .ask(post("Content-Type: application/json\r\n", &within))
            .await
            .status,
        201
    );
    // The second is more than the server is willing to throw away.
    for size in [65 * 1024, 1024 * 1024] {
        let mut connection = server.connect().await;
        connection
            .send(post("Content-Type: application/json\r\n", &"x".repeat(size)))
            .await;
        if size < 128 * 1024 {
            let answer = connection.answer().await;
            assert_eq!((answer.status, answer.header("connection")), (413, Some("close")));
            assert_eq!(answer.error_message(), "request body is too large");
            assert!(
                answer
                    .header("x-hookproof-trace")
                    .unwrap()
                    .contains("polyai.body.beyond-64k")
            );
        }
        connection.closed().await;
    }
    let chunk = format!("2000\r\n{}\r\n", "x".repeat(0x2000)).repeat(10);
    let answer = server
        .ask(format!(
            "POST {TARGET} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n"
        ))
        .await;
    assert_eq!(answer.status, 413);
    assert_eq!(server.mock.polyai().events().len(), 1);
    server.still_works().await;
    server.stop().await;
}

#[tokio::test]
async fn who_asks_before_sending_too_much_need_not_send_it() {
    let server = Running::start(|_| {}).await;
    let mut connection = server.connect().await;
    connection
        .send(format!(
            "POST {TARGET} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n"
        ))
        .await;
    assert_eq!(connection.answer().await.status, 413);
    connection.closed().await;
    server.still_works().await;
    server.stop().await;
}

#[tokio::test]
async fn slow_clients_are_let_go() {
    let server = Running::start(|options| {
        options.head_timeout = Duration::from_millis(100);
        options.body_timeout = Duration::from_millis(100);
    })
    .await;
    let whole = good_request();
    let mut head = server.connect().await;
    head.send(&whole[..40]).await;
    let mut idle = server.connect().await;
    let mut body = server.connect().await;
    body.send(&whole[..whole.len() - 5]).await;
    // Another client is served while these dawdle.
    server.still_works().await;
    assert!(!head.closed().await.contains(" 201 "));
    assert!(!idle.closed().await.contains(" 201 "));
    let answer = body.answer().await;
    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
    assert_eq!(answer.error_message(), "request body did not arrive in time");
    body.closed().await;
    assert_eq!(server.mock.polyai().events().len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn hostile_bodies_are_an_answer() {
    let server = Running::start(|_| {}).await;
    server.still_works().await;
    let entities = (1..30)
        .map(|n| format!("<!ENTITY e{n} \"&e{};&e{};\">", n - 1, n - 1))
        .collect::<Vec<_>>()
        .concat();
    let bomb = format!("<!DOCTYPE r [<!ENTITY e0 \"x\">{entities}]><r><cid>&e29;</cid></r>");
    for (content_type, body) in [
        ("application/xml", bomb),
        ("application/xml", "<a>".repeat(100_000)),
        (
            "application/xml",
            format!(
                "<a {}/>",
                (0..50_000)
                    .map(|n| format!("a{n}=''"))
                    .collect::<Vec<_>>()
                    .join(" ")
            ),
        ),
        ("application/json", "[".repeat(100_000)),
        ("application/json", "{\"cid\":".repeat(100_000)),
        ("application/json", format!("{{\"cid\":{}", "9".repeat(100_000))),
        ("application/x-www-form-urlencoded", "&".repeat(100_000)),
        ("application/x-www-form-urlencoded", "cid=%".repeat(20_000)),
        ("text/plain", "\0".repeat(100_000)),
        ("text/plain", "cid=".to_owned() + &"\u{202e}".repeat(10_000)),
    ] {
        let answer = server
            .ask(post(&format!("Content-Type: {content_type}\r\n"), &body))
            .await;
        assert_eq!(answer.status, 400, "{content_type} {}", &body[..20]);
        assert!(!answer.error_message().is_empty());
    }
    assert_eq!(server.mock.polyai().events().len(), 1);
    server.still_works().await;
    server.stop().await;
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_are_an_answer() {
    let server = Running::start(|_| {}).await;
    for content_type in [
        "application/json",
        "application/xml",
        "application/x-www-form-urlencoded",
        "text/plain",
    ] {
        let mut request = post(&format!("Content-Type: {content_type}\r\n"), "cid=\u{1}\u{1}").into_bytes();
        let end = request.len();
        request[end - 2..].copy_from_slice(b"\xff\xfe");
        assert_eq!(server.ask(request).await.status, 400, "{content_type}");
    }
    for (line, status) in [
        ("X-Api-Key: \u{1}", 401),
        ("cid: \u{1}", 201),
        ("Content-Type: \u{1}", 400),
    ] {
        let mut request = good_request();
        if line.starts_with("X-Api-Key") {
            request = request.replace("X-Api-Key: hookproof-valid-key", line);
        } else if line.starts_with("Content-Type") {
            request = request.replace("Content-Type: application/json", line);
        } else {
            request = request.replace("Host:", &format!("{line}\r\nHost:"));
        }
        let request: Vec<u8> = request
            .bytes()
            .map(|byte| if byte == 1 { 0xff } else { byte })
            .collect();
        assert_eq!(server.ask(request).await.status, status, "{line:?}");
    }
    let journal = server
        .ask("GET /_hookproof/journal HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await;
    let text = String::from_utf8(journal.body).unwrap();
    assert!(text.contains("body_base64") && !text.contains("hookproof-valid-key"));
    server.stop().await;
}

/// Each API's own request with a body of the caller's choice, with a credential that counts.
fn to_each_api(content_type: &str, body: &[u8]) -> [Vec<u8>; 4] {
    let fixtures = Fixtures::builtin().olbrain;
    let (talking, working) = (&fixtures.conversational_agents[0], &fixtures.workflow_agents[0]);
    [
        (TARGET.to_owned(), "X-Api-Key: hookproof-valid-key"),
        (
            "/run/v1/events".to_owned(),
            "Authorization: Bearer hookproof-inkeep-valid-key",
        ),
        (
            format!("/api/agents/webhook/{talking}"),
            "Authorization: Bearer ak_hookproof_valid",
        ),
        (
            format!("/api/agents/{working}/upload"),
            "Authorization: Bearer ak_hookproof_valid",
        ),
    ]
    .map(|(target, credential)| {
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: localhost\r\n{credential}\r\nContent-Type: {content_type}\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    })
}

#[tokio::test]
async fn no_body_makes_any_api_fail_or_forget_how_to_answer() {
    let server = Running::start(|_| {}).await;
    let deep = |open: &str| open.repeat(50_000).into_bytes();
    let bodies: [(&str, Vec<u8>); 14] = [
        ("application/json", Vec::new()),
        ("application/json", vec![0; 1000]),
        (
            "application/json",
            b"{\"type\":\"\xff\xfe\",\"message\":\"\xc3\x28\"}".to_vec(),
        ),
        ("application/json", b"{\"type\":\"\0\"}".to_vec()),
        ("application/json", deep("[")),
        ("application/json", deep("{\"type\":")),
        ("application/json", [deep("["), deep("]")].concat()),
        (
            "application/json",
            format!("{{\"type\":{}}}", "9".repeat(50_000)).into_bytes(),
        ),
        (
            "application/json",
            b"{\"type\":1e999999999,\"message\":-1e-999999999}".to_vec(),
        ),
        (
            "application/json",
            b"{\"type\":\"\\ud800\",\"message\":\"\\udfff\"}".to_vec(),
        ),
        ("multipart/form-data; boundary=b", b"--b\r\n".repeat(20_000)),
        (
            "multipart/form-data; boundary=b",
            [&b"--b\r\n"[..], &b"a: b\r\n".repeat(20_000)].concat(),
        ),
        ("multipart/form-data; boundary=", b"--\r\n\r\n--\r\n".to_vec()),
        ("multipart/form-data; boundary=b", b"\xff\0".repeat(20_000)),
    ];
    for (content_type, body) in bodies {
        for request in to_each_api(content_type, &body) {
            let answer = server.ask(&request).await;
            let shown = String::from_utf8_lossy(&request[..request.len().min(300)]).into_owned();
            assert!((200..500).contains(&answer.status), "{}: {shown}", answer.status);
        }
    }
    let plain = br#"{"cid":"evt_01HF2MNW2ZQ1Z8E2S3J","type":"string","message":"hello"}"#;
    let requests = to_each_api("application/json", plain);
    // The last is an upload, and JSON is the wrong media type for one.
    for (request, status) in requests.iter().zip([201, 201, 200, 415]) {
        assert_eq!(server.ask(request).await.status, status);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_form_without_an_end_is_refused_when_it_stops() {
    let server = Running::start(|options| options.body_timeout = Duration::from_millis(100)).await;
    let part = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n".to_vec();
    let endless = [part, vec![b'x'; 200_000]].concat();
    let [.., upload] = to_each_api("multipart/form-data; boundary=b", &endless);
    // All of it came, and the last boundary is missing.
    assert_eq!(server.ask(&upload).await.status, 400);
    // Half of it came, and nothing more does.
    let mut stalled = server.connect().await;
    stalled.send(&upload[..upload.len() / 2]).await;
    assert_eq!(stalled.answer().await.status, 408);
    stalled.closed().await;
    // Half of it came, and the client has gone.
    let mut gone = server.connect().await;
    gone.send(&upload[..upload.len() / 2]).await;
    gone.finish().await;
    let answer = gone.closed().await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
        "{answer}"
    );
    assert_eq!(server.mock.olbrain().events(), []);
    server.still_works().await;
    server.stop().await;
}
