//! What the server does with HTTP itself, and what it tells about the exchanges.

mod client;

use std::sync::Arc;

use client::{Running, TARGET, good_request, post};
use mock_server::serve::{Options, ServeError, Server};
use mock_server::{Fixtures, Mock};

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

#[tokio::test]
async fn a_documented_request_is_answered_201_without_a_body() {
    let server = Running::start(|_| {}).await;
    let answer = server.ask(good_request()).await;
    assert_eq!((answer.status, answer.header("content-length")), (201, Some("0")));
    assert!(answer.header("content-type").is_none());
    let trace = answer.header("x-hookproof-trace").unwrap();
    assert!(trace.ends_with("[polyai.id.valid]"), "{trace}");
    server.stop().await;
}

#[tokio::test]
async fn the_trace_header_can_be_turned_off() {
    let server = Running::start(|options| options.trace_header = false).await;
    assert_eq!(server.ask(good_request()).await.header("x-hookproof-trace"), None);
    assert!(Options::default().trace_header);
    assert!(!Options::at("0.0.0.0:0".parse().unwrap()).trace_header);
    assert!(Options::at("[::ffff:127.0.0.1]:0".parse().unwrap()).trace_header);
    server.stop().await;
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = Running::start(|_| {}).await;
    let bad = post("Content-Type: application/json\r\n", "{}");
    let mut connection = server.connect().await;
    connection
        .send([good_request(), bad, get("/nowhere"), good_request()].concat())
        .await;
    for status in [201, 400, 404, 201] {
        assert_eq!(connection.answer().await.status, status);
    }
    assert_eq!(server.mock.polyai().events().len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn a_body_in_chunks_means_the_same() {
    let server = Running::start(|_| {}).await;
    let body = r#"{"cid":"evt_01HF2MNW2ZQ1Z8E2S3J"}"#;
    let mut connection = server.connect().await;
    connection
        .send(format!(
            "POST {TARGET} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: hookproof-valid-key\r\n\
             Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n"
        ))
        .await;
    // One byte at a time, so that the body cannot arrive together with its head.
    for byte in body.chars() {
        connection.send(format!("1;extension=1\r\n{byte}\r\n")).await;
    }
    connection.send("0\r\nx: y\r\n\r\n").await;
    assert_eq!(connection.answer().await.status, 201);
    assert_eq!(server.mock.polyai().events()[0].body, body);
    server.stop().await;
}

#[tokio::test]
async fn a_client_may_wait_for_100_continue() {
    let server = Running::start(|_| {}).await;
    let request = good_request().replace("Host:", "Expect: 100-continue\r\nHost:");
    let (head, body) = request.split_at(request.find("\r\n\r\n").unwrap() + 4);
    let mut connection = server.connect().await;
    connection.send(head).await;
    assert_eq!(connection.head().await.status, 100);
    connection.send(body).await;
    assert_eq!(connection.answer().await.status, 201);
    server.stop().await;
}

#[tokio::test]
async fn connections_close_when_asked_to_and_live_on_otherwise() {
    let server = Running::start(|_| {}).await;
    let mut connection = server.connect().await;
    connection.send(good_request()).await;
    assert_eq!(connection.answer().await.status, 201);
    connection
        .send(good_request().replace("Host:", "Connection: close\r\nHost:"))
        .await;
    assert_eq!(connection.answer().await.status, 201);
    assert_eq!(connection.closed().await, "");
    let mut old = server.connect().await;
    old.send(good_request().replace("HTTP/1.1", "HTTP/1.0")).await;
    assert_eq!(old.answer().await.status, 201);
    assert_eq!(old.closed().await, "");
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_closes_its_side_still_gets_the_answer() {
    let server = Running::start(|_| {}).await;
    let mut connection = server.connect().await;
    connection.send(good_request()).await;
    connection.finish().await;
    assert_eq!(connection.answer().await.status, 201);
    server.stop().await;
}

#[tokio::test]
async fn the_answer_to_head_has_no_body() {
    let server = Running::start(|_| {}).await;
    let mut connection = server.connect().await;
    connection.send(good_request().replacen("POST", "HEAD", 1)).await;
    let answer = connection.head().await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    // Whatever came after the head would be taken for the next answer.
    connection.send(good_request()).await;
    assert_eq!(connection.answer().await.status, 201);
    server.stop().await;
}

#[tokio::test]
async fn events_and_exchanges_can_be_read_back_and_forgotten() {
    let server = Running::start(|_| {}).await;
    server.ask(good_request()).await;
    server.ask(post("Content-Type: application/json\r\n", "{")).await;

    assert_eq!(server.ask(get("/_hookproof/health")).await.json()["status"], "ok");
    let events = server.ask(get("/_hookproof/events?api=polyai")).await;
    assert_eq!(events.header("cache-control"), Some("no-store"));
    let events = &events.json()["events"];
    assert_eq!(events.as_array().unwrap().len(), 1);
    assert_eq!(events[0]["event_id"], "evt_01HF2MNW2ZQ1Z8E2S3J");
    assert_eq!(events[0]["body"], r#"{"cid":"evt_01HF2MNW2ZQ1Z8E2S3J"}"#);

    let journal = server.ask(get("/_hookproof/journal")).await;
    assert!(!String::from_utf8_lossy(&journal.body).contains("hookproof-valid-key"));
    let exchanges = journal.json();
    assert_eq!(exchanges["exchanges"].as_array().unwrap().len(), 2);
    let last = &exchanges["exchanges"][1];
    assert_eq!(last["answer"]["status"], 400);
    assert_eq!(
        last["request"]["headers"][1],
        serde_json::json!(["x-api-key", "***"])
    );
    let why = last["why"].as_array().unwrap();
    assert_eq!(
        why.last().unwrap()["requirement"],
        "polyai.extract.json.malformed"
    );

    assert_eq!(server.ask(get("/_hookproof/reset")).await.status, 405);
    let reset = "POST /_hookproof/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(server.ask(reset).await.status, 204);
    assert!(server.mock.polyai().events().is_empty() && server.mock.journal().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn admin_routes_say_what_they_miss() {
    let server = Running::start(|_| {}).await;
    for (path, status) in [
        ("/_hookproof", 404),
        ("/_hookproof/nothing", 404),
        ("/_hookproof/events", 400),
        ("/_hookproof/events?api=other", 404),
    ] {
        let answer = server.ask(get(path)).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(!answer.error_message().is_empty());
    }
    // A path that only begins like an admin route is no admin route.
    assert!(
        server
            .ask(get("/_hookproofs"))
            .await
            .header("x-hookproof-trace")
            .is_some()
    );
    server.stop().await;
}

#[tokio::test]
async fn a_page_of_somebody_else_cannot_reach_the_admin_routes() {
    let server = Running::start(|_| {}).await;
    server.ask(good_request()).await;
    let foreign_host = get("/_hookproof/journal").replace("localhost", "evil.example");
    assert_eq!(server.ask(foreign_host).await.status, 403);
    let foreign_origin = "POST /_hookproof/reset HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(server.ask(foreign_origin).await.status, 403);
    assert_eq!(server.mock.polyai().events().len(), 1);
    // The API itself answers to any name.
    assert_eq!(
        server
            .ask(good_request().replace("Host: localhost", "Host: api.example"))
            .await
            .status,
        201
    );
    server.stop().await;
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let server = Running::start(|_| {}).await;
    let second = Server::bind(Arc::new(Mock::new(Fixtures::builtin())), Options::at(server.addr)).await;
    let Err(error) = second else {
        panic!("two servers listen on {}", server.addr)
    };
    assert!(matches!(error, ServeError::AddressInUse { addr } if addr == server.addr));
    assert!(error.to_string().contains(&server.addr.to_string()), "{error}");
    server.stop().await;
}

#[tokio::test]
async fn a_stop_closes_idle_connections_and_waits_for_the_others() {
    let server = Running::start(|_| {}).await;
    let mut idle = server.connect().await;
    idle.send(good_request()).await;
    idle.answer().await;
    let request = good_request();
    let mut busy = server.connect().await;
    busy.send(&request[..request.len() - 1]).await;
    // An exchange on a later connection shows that the head of the one before was read.
    server.still_works().await;
    let (addr, mock) = (server.addr, Arc::clone(&server.mock));
    let finish = async {
        assert_eq!(idle.closed().await, "");
        busy.send(&request[request.len() - 1..]).await;
        assert_eq!(busy.answer().await.status, 201);
        assert_eq!(busy.closed().await, "");
    };
    tokio::join!(server.stop(), finish);
    assert_eq!(mock.polyai().events().len(), 3);
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn admin_routes_can_be_opened_to_all() {
    let server = Running::start(|options| options.open_admin = true).await;
    server.ask(good_request()).await;
    let foreign_host = get("/_hookproof/events?api=polyai").replace("localhost", "mock.example");
    let events = server.ask(foreign_host).await;
    assert_eq!(events.status, 200);
    assert_eq!(events.json()["events"].as_array().map(Vec::len), Some(1));
    server.stop().await;
}
