//! The responder in a `wiremock` server.
#![cfg(feature = "wiremock")]

use mock_server::Fixtures;
use mock_server::wiremock::Responder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

async fn ask(server: &MockServer, method: &str, query: &str, key: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(server.address())
        .await
        .expect("the server listens");
    let request = format!(
        "{method} /v1/external-events/webhook?{query} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {key}\r\n\
         Content-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the server reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("the answer is text");
    answer
}

const QUERY: &str = "event_id_location=payload&event_id_path=cid&account_id=PLATFORM&project_id=PROJECT-123";
const BODY: &str = r#"{"cid":"evt_01HF2MNW2ZQ1Z8E2S3J"}"#;

#[tokio::test]
async fn the_responder_answers_as_the_mock_does() {
    let server = MockServer::start().await;
    let responder = Responder::new(Fixtures::builtin());
    Mock::given(any())
        .respond_with(responder.clone())
        .mount(&server)
        .await;

    let accepted = ask(&server, "POST", QUERY, "hookproof-valid-key", BODY).await;
    assert!(accepted.starts_with("HTTP/1.1 201 "), "{accepted}");
    assert!(
        accepted.contains("[polyai.id.valid]") && accepted.ends_with("\r\n\r\n"),
        "{accepted}"
    );

    let refused = ask(&server, "POST", QUERY, "wrong", BODY).await;
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    assert!(
        refused.contains("content-type: application/json") && refused.contains("error_message"),
        "{refused}"
    );

    let missing = ask(&server, "POST", QUERY, "hookproof-valid-key", "{}").await;
    assert!(
        missing.ends_with(r#"{"error_message":"External event id not found in request"}"#),
        "{missing}"
    );

    let put = ask(&server, "PUT", QUERY, "hookproof-valid-key", BODY).await;
    assert!(
        put.starts_with("HTTP/1.1 405 ") && put.contains("allow: POST"),
        "{put}"
    );

    let encoded = QUERY.replace("cid", "c%69d") + "&x=%FF%00+";
    assert!(
        ask(&server, "POST", &encoded, "hookproof-valid-key", BODY)
            .await
            .starts_with("HTTP/1.1 201 ")
    );

    let events = responder.mock().polyai().events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].body, BODY);
}
