//! Olbrain over the wire: limits, uploads that are streamed, files that are fetched, and what can be read back.

#[expect(dead_code, reason = "each test binary uses its part of the client")]
mod client;

use std::time::Duration;

use client::{Answer, Connection, Running};
use mock_server::olbrain::{BODY_LIMIT_BYTES, Fixtures, Outcome};
use serde_json::Value;

const KEY: &str = "ak_hookproof_valid";

/// Larger than what the server collects of any body.
const LARGE_BYTES: usize = 9 * 1024 * 1024;

fn agents() -> Fixtures {
    Fixtures::builtin()
}

fn head(method: &str, path: &str, lines: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: localhost:4600\r\nAuthorization: Bearer {KEY}\r\n{lines}\r\n")
}

fn get(path: &str) -> String {
    head("GET", path, "")
}

fn trigger_head(lines: &str) -> String {
    let agent = &agents().conversational_agents[0];
    head(
        "POST",
        &format!("/api/agents/webhook/{agent}"),
        &format!("Content-Type: application/json\r\n{lines}"),
    )
}

fn upload_head(lines: &str) -> String {
    let agent = &agents().workflow_agents[0];
    head(
        "POST",
        &format!("/api/agents/{agent}/upload"),
        &format!("Content-Type: multipart/form-data; boundary=b\r\n{lines}"),
    )
}

const PART: &str = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.bin\"\r\nContent-Type: text/csv\r\n\r\n";
const END: &str = "\r\n--b--\r\n";

/// A JSON body of so many bytes.
fn padded(bytes: usize) -> String {
    format!("{{\"message\":\"{}\"}}", "x".repeat(bytes - 14))
}

fn error_code(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let error = &answer.json()["error"];
    assert!(
        error["request_id"]
            .as_str()
            .is_some_and(|id| id.starts_with("req_"))
    );
    error["code"].as_str().expect("an error has a code").to_owned()
}

async fn chunked(connection: &mut Connection, body: &[u8]) {
    for chunk in body.chunks(60_000) {
        connection.send(format!("{:x}\r\n", chunk.len())).await;
        connection.send(chunk).await;
        connection.send("\r\n").await;
    }
    connection.send("0\r\n\r\n").await;
}

#[tokio::test]
async fn the_limit_is_exact_with_a_length_and_without() {
    let server = Running::start(|_| {}).await;
    for (bytes, status) in [(BODY_LIMIT_BYTES, 200), (BODY_LIMIT_BYTES + 1, 413)] {
        let body = padded(bytes);
        assert_eq!(body.len(), bytes);
        let mut connection = server.connect().await;
        connection
            .send(trigger_head(&format!("Content-Length: {bytes}\r\n")))
            .await;
        connection.send(&body).await;
        let answer = connection.answer().await;
        assert_eq!(answer.status, status, "{bytes}");

        // The same connection goes on: the body was read to its end.
        connection
            .send(trigger_head("Transfer-Encoding: chunked\r\n"))
            .await;
        chunked(&mut connection, body.as_bytes()).await;
        let answer = connection.answer().await;
        assert_eq!(answer.status, status, "{bytes} in chunks");
        if status == 413 {
            assert_eq!(error_code(&answer), "payload_too_large");
            assert!(
                answer
                    .header("x-hookproof-trace")
                    .unwrap()
                    .ends_with("[olbrain.body.limit]")
            );
        }
    }
    assert_eq!(server.mock.olbrain().events().len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn far_too_large_is_answered_while_the_client_still_sends() {
    let server = Running::start(|_| {}).await;
    let body = padded(LARGE_BYTES);
    let mut connection = server.connect().await;
    connection
        .send(trigger_head(&format!("Content-Length: {LARGE_BYTES}\r\n")))
        .await;
    connection.send(&body).await;
    let answer = connection.answer().await;
    assert_eq!((answer.status, answer.header("connection")), (413, Some("close")));
    assert_eq!(error_code(&answer), "payload_too_large");
    connection.closed().await;
    let bad_key = trigger_head(&format!("Content-Length: {LARGE_BYTES}\r\n")).replace(KEY, "ak_nobody");
    let mut connection = server.connect().await;
    connection.send(bad_key).await;
    connection.send(&body).await;
    assert_eq!(connection.answer().await.status, 401);
    assert!(server.mock.olbrain().events().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_large_file_goes_by_and_only_its_measure_stays() {
    let server = Running::start(|_| {}).await;
    let file: Vec<u8> = (0..=250).cycle().take(LARGE_BYTES).collect();
    let body = [PART.as_bytes(), &file, END.as_bytes()].concat();
    for framing in [
        format!("Content-Length: {}\r\n", body.len()),
        "Transfer-Encoding: chunked\r\n".to_owned(),
    ] {
        let mut connection = server.connect().await;
        connection.send(upload_head(&framing)).await;
        if framing.starts_with("Content") {
            connection.send(&body).await;
        } else {
            chunked(&mut connection, &body).await;
        }
        let answer = connection.answer().await;
        assert_eq!(answer.status, 200, "{framing}");
        let answer = answer.json();
        assert_eq!(answer["size_bytes"], LARGE_BYTES);
        assert_eq!(answer["filename"], "big.bin");
        assert_eq!(answer["file_id"].as_str().map(str::len), Some(35));
    }
    let events = server.mock.olbrain().events();
    assert_eq!(events.len(), 2);
    let (one, other) = (&events[0].outcome, &events[1].outcome);
    assert_eq!(one, other, "the framing makes no difference to what is measured");
    assert!(matches!(one, Outcome::Upload { size_bytes, .. } if *size_bytes == LARGE_BYTES as u64));

    let journal = server.ask(get("/_hookproof/journal")).await.json();
    let exchange = &journal["exchanges"][0]["request"];
    assert_eq!(
        (
            &exchange["body_bytes"],
            &exchange["body"],
            &exchange["body_is_cut"]
        ),
        (&body.len().into(), &"".into(), &true.into())
    );
    server.stop().await;
}

#[tokio::test]
async fn an_upload_that_is_refused_by_its_head_gets_its_answer() {
    let server = Running::start(|_| {}).await;
    let length = format!("Content-Length: {LARGE_BYTES}\r\n");
    let typed = |value: &str| upload_head(&length).replace("multipart/form-data; boundary=b", value);
    for (request, status, code) in [
        (
            upload_head(&length).replace(KEY, "ak_nobody"),
            401,
            "unauthorized",
        ),
        (
            upload_head(&length).replace(&agents().workflow_agents[0], "agt_nobody"),
            404,
            "agent_not_found",
        ),
        (typed("application/json"), 415, "unsupported_media_type"),
        (typed("multipart/form-data"), 400, "bad_request"),
    ] {
        let mut connection = server.connect().await;
        connection.send(&request).await;
        connection.send(vec![b'x'; LARGE_BYTES]).await;
        let answer = connection.answer().await;
        assert_eq!((answer.status, error_code(&answer).as_str()), (status, code));
        // Whoever waits for a word of the server is answered before anything is sent.
        let mut connection = server.connect().await;
        connection
            .send(request.replace("Host:", "Expect: 100-continue\r\nHost:"))
            .await;
        let answer = connection.answer().await;
        assert_eq!(
            (answer.status, answer.header("connection")),
            (status, Some("close"))
        );
        connection.closed().await;
    }
    assert!(server.mock.olbrain().events().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let server = Running::start(|options| options.body_timeout = Duration::from_millis(100)).await;
    let body = format!("{PART}some bytes{END}");
    let mut cut = server.connect().await;
    cut.send(upload_head(&format!("Content-Length: {}\r\n", body.len())))
        .await;
    cut.send(&body[..body.len() - 20]).await;
    cut.finish().await;
    let answer = cut.closed().await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
        "{answer}"
    );

    let mut slow = server.connect().await;
    slow.send(upload_head(&format!("Content-Length: {}\r\n", body.len())))
        .await;
    slow.send(&body[..40]).await;
    let answer = slow.answer().await;
    assert_eq!(
        (answer.status, error_code(&answer).as_str()),
        (408, "request_timeout")
    );
    slow.closed().await;

    let truncated = format!("{PART}some bytes");
    let request = upload_head(&format!("Content-Length: {}\r\n", truncated.len())) + &truncated;
    assert_eq!(server.ask(request).await.status, 400);
    assert!(server.mock.olbrain().events().is_empty());

    let request = upload_head(&format!("Content-Length: {}\r\n", body.len())) + &body;
    assert_eq!(server.ask(request).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_generated_file_is_fetched_from_the_server_itself() {
    let server = Running::start(|_| {}).await;
    let agent = &agents().pdf_agents[0];
    let host = server.addr.to_string();
    let request = head(
        "POST",
        &format!("/api/agents/webhook/{agent}"),
        "Content-Type: application/json\r\nContent-Length: 2\r\n",
    )
    .replace("localhost:4600", &host);
    let answer = server.ask(request + "{}").await.json();
    let file = &answer["files"][0];
    let url = file["file_url"].as_str().unwrap();
    let target = url
        .strip_prefix(&format!("http://{host}"))
        .expect("the address is the server's");
    let fetched = server
        .ask(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
        .await;
    assert_eq!(
        (fetched.status, fetched.header("content-type")),
        (200, Some("application/pdf"))
    );
    assert!(fetched.body.starts_with(b"%PDF-") && fetched.body.ends_with(b"%%EOF\n"));
    assert_eq!(Some(fetched.body.len() as u64), file["size_bytes"].as_u64());
    let wrong = target.replace("token=", "token=0");
    let refused = server
        .ask(format!("GET {wrong} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
        .await;
    assert_eq!(
        (refused.status, error_code(&refused).as_str()),
        (404, "file_not_found")
    );
    server.stop().await;
}

#[tokio::test]
async fn what_was_received_can_be_read_back_and_forgotten() {
    let server = Running::start(|_| {}).await;
    let body = format!(r#"{{"message":"{KEY}","Idempotency-Key":"order-1"}}"#);
    let request = trigger_head(&format!("Content-Length: {}\r\n", body.len())) + &body;
    let answer = server.ask(request).await.json();
    let run_body = r#"{"inputs":{"a":1}}"#;
    let workflow = &agents().workflow_agents[0];
    let request = head(
        "POST",
        &format!("/api/agents/webhook/{workflow}"),
        &format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n",
            run_body.len()
        ),
    );
    let run = server.ask(request + run_body).await.json();
    let file = format!("{PART}x{END}");
    let request = upload_head(&format!("Content-Length: {}\r\n", file.len())) + &file;
    let upload = server.ask(request).await.json();

    let read = server.ask(get("/_hookproof/events?api=olbrain")).await;
    assert!(!String::from_utf8_lossy(&read.body).contains(KEY));
    let mut events = read.json()["events"].clone();
    for event in events.as_array_mut().expect("events are a list") {
        let event = event.as_object_mut().expect("an event is an object");
        assert!(event.remove("received_at").is_some_and(|at| at.is_string()));
    }
    let organization = agents().organization_id;
    let expected: Value = serde_json::json!([
        {
            "kind": "message",
            "agent_id": agents().conversational_agents[0],
            "organization_id": organization,
            "message_id": answer["message_id"],
            "session_id": answer["session_id"],
            "idempotency_key": "order-1",
            "content_type": "application/json",
            "body": r#"{"message":"***","Idempotency-Key":"order-1"}"#,
        },
        {
            "kind": "run",
            "agent_id": workflow,
            "organization_id": organization,
            "run_id": run["run_id"],
            "idempotency_key": null,
            "content_type": "application/json",
            "body": run_body,
        },
        {
            "kind": "upload",
            "agent_id": workflow,
            "organization_id": organization,
            "file_id": upload["file_id"],
            "filename": "big.bin",
            "file_type": "text/csv",
            "size_bytes": 1,
            "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
            "idempotency_key": null,
            "content_type": "multipart/form-data; boundary=b",
        },
    ]);
    assert_eq!(events, expected);
    let journal = server.ask(get("/_hookproof/journal")).await;
    assert!(!String::from_utf8_lossy(&journal.body).contains(KEY));

    server.mock.reset();
    assert!(server.mock.olbrain().events().is_empty());
    let run = run["run_id"].as_str().unwrap();
    let gone = server
        .ask(get(&format!("/api/agents/{workflow}/runs/{run}")))
        .await;
    assert_eq!((gone.status, error_code(&gone).as_str()), (404, "run_not_found"));
    server.stop().await;
}
