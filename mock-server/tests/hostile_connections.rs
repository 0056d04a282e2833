//! Bad and unusual heads, and clients that keep to no order: each gets an answer or a closed connection, and harms nobody
//! else.

#[expect(dead_code, reason = "each test binary uses its part of the client")]
mod client;

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
async fn requests_that_do_not_wait_for_answers_get_theirs_in_order() {
    let server = Running::start(|_| {}).await;
    let bad = good_request().replace("hookproof-valid-key", "hookproof-other-key");
    let mut connection = server.connect().await;
    connection
        .send(format!("{}{bad}", good_request()).repeat(100))
        .await;
    for _ in 0..100 {
        assert_eq!(connection.answer().await.status, 201);
        assert_eq!(connection.answer().await.status, 401);
    }
    assert_eq!(server.mock.polyai().events().len(), 100);
    server.stop().await;
}

#[tokio::test]
async fn old_versions_and_other_forms_of_target_are_understood() {
    let server = Running::start(|_| {}).await;
    let mut old = server.connect().await;
    old.send(good_request().replace("HTTP/1.1", "HTTP/1.0")).await;
    let answer = old.closed().await;
    assert!(
        answer.starts_with("HTTP/1.0 201 ") || answer.starts_with("HTTP/1.1 201 "),
        "{answer}"
    );
    let absolute = good_request().replace(TARGET, &format!("http://anywhere.example{TARGET}"));
    assert_eq!(server.ask(absolute).await.status, 201);
    for target in [
        "*",
        "//",
        "/%",
        "/%00",
        "/%ff%fe",
        "/../../etc/passwd",
        "http://anywhere.example",
        "/?%00=%ff",
        "/api/agents/webhook/%00",
        "/api/agents/webhook/%ff",
        "/run/v1/events%0d%0aX: y",
    ] {
        let mut connection = server.connect().await;
        connection.send(good_request().replace(TARGET, target)).await;
        connection.finish().await;
        let answer = connection.closed().await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(status.starts_with('4'), "{target}: {answer}");
    }
    assert_eq!(server.mock.polyai().events().len(), 2);
    server.still_works().await;
    server.stop().await;
}

#[tokio::test]
async fn connections_that_are_dropped_leave_nothing_behind() {
    let server = Running::start(|_| {}).await;
    let whole = good_request();
    for number in 0..2000 {
        let mut connection = server.connect().await;
        // Some go at once, some in the middle of a head, some in the middle of a body.
        connection.send(&whole[..number % whole.len()]).await;
    }
    assert_eq!(server.mock.polyai().events(), []);
    server.still_works().await;
    server.stop().await;
}
