//! Bad input of every kind: each gets an answer or a closed connection, and harms nobody else.

#[expect(dead_code, reason = "each test binary uses its part of the client")]
mod client;

use std::time::Duration;

use client::{Running, TARGET, good_request, post};

#[tokio::test]
async fn a_malformed_head_is_refused_and_the_connection_closed() {
    let server = Running::start(|_| {}).await;
    server.still_works().await;
    for request in [
        "\0\0\0\0\r\n\r\n",
        "POST\r\n\r\n",
        "nonsense\r\n\r\n",
        "POST / HTTP/9.9\r\n\r\n",
        "POST /v1 x HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\n: no name\r\n\r\n",
        "POST / HTTP/1.1\r\na: \0\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "POST / HTTP/1.1\r\nTransfer-Encoding: nonsense\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\r\n\r\n",
    ] {
        let mut connection = server.connect().await;
        connection.send(request).await;
        connection.finish().await;
        let answer = connection.closed().await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
            "{request:?}: {answer}"
        );
    }
    server.still_works().await;
    server.stop().await;
}

#[tokio::test]
async fn a_flood_of_headers_is_refused() {
    let server = Running::start(|options| options.head_limit_bytes = 16 * 1024).await;
    let many = (0..200)
        .map(|number| format!("x-{number}: y\r\n"))
        .collect::<Vec<_>>()
        .concat();
    let long = format!("x-long: {}\r\n", "y".repeat(32 * 1024));
    for lines in [many, long] {
        assert_eq!(server.ask(post(&lines, "{}")).await.status, 431);
    }
    let endless = format!("POST /{} HTTP/1.1\r\n\r\n", "a".repeat(70_000));
    let status = server.ask(endless).await.status;
    assert!(status == 414 || status == 431, "{status}");
    server.still_works().await;
    server.stop().await;
}

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
