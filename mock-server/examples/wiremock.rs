//! Mounts the mock in a `wiremock` server, as a test of a webhook sender would, and sends it one event.
//!
//! `cargo run -p mock-server --example wiremock --features wiremock`

use std::error::Error;
use std::io::Write as _;

use mock_server::Fixtures;
use mock_server::wiremock::Responder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start().await;
    let responder = Responder::new(Fixtures::builtin());
    // Every request goes to the responder: what no mock matches is answered 404 by wiremock itself.
    Mock::given(any())
        .respond_with(responder.clone())
        .mount(&server)
        .await;

    // In a test of your own this is your client, pointed at `server.uri()`.
    let body = r#"{"cid":"evt_01HF2MNW2ZQ1Z8E2S3J","answers":{"name":"Jane Doe"}}"#;
    let request = format!(
        "POST /v1/external-events/webhook?event_id_location=payload&event_id_path=cid\
         &account_id=PLATFORM&project_id=PROJECT-123 HTTP/1.1\r\n\
         Host: {}\r\nX-Api-Key: hookproof-valid-key\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        server.address(),
        body.len()
    );
    let mut stream = TcpStream::connect(server.address()).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;

    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "sent to {}:\n\n{request}\n\nanswered:\n\n{}",
        server.uri(),
        answer.trim_end()
    )?;
    for event in responder.mock().polyai().events() {
        writeln!(
            out,
            "\nreceived: {} at `{}` in the {}",
            event.event_id, event.path, event.location
        )?;
    }
    Ok(())
}
