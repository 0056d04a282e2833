use super::*;
use crate::registry;
use crate::sender::scenario::Then;

/// What one connection brought back: all its bytes, and how it ended.
async fn send(addr: SocketAddr, bytes: &[u8]) -> (String, io::Result<()>) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut all = Vec::new();
    let end = stream.read_to_end(&mut all).await.map(|_| ());
    (String::from_utf8_lossy(&all).into_owned(), end)
}

fn trigger(given: &Given, body: &str) -> Vec<u8> {
    format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        given.path,
        given.key,
        body.len()
    )
    .into_bytes()
}

fn play(script: Vec<Step>, run: impl AsyncFnOnce(Arc<Stage>, Given)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let side = registry::sender_side("olbrain").unwrap();
        let part = Part {
            given: (side.given)(0),
            script,
            then: Then::Success,
        };
        let given = part.given.clone();
        let (stage, listener) = Stage::open(side, vec![part], 0.001).await.unwrap();
        let server = tokio::spawn(Arc::clone(&stage).serve(listener));
        run(stage, given).await;
        server.abort();
    });
}

#[test]
fn each_step_does_to_the_socket_what_it_says() {
    let script = vec![
        Step::Status {
            status: 503,
            retry_after_s: Some(3),
            after_s: 0.5,
        },
        Step::Reset,
        Step::Truncated { status: 200 },
        Step::Silence { for_s: 0.5 },
    ];
    play(script, async |stage, given| {
        let addr = stage.addr();
        let request = trigger(&given, r#"{"a":1,"Idempotency-Key":"k"}"#);
        let (text, end) = send(addr, &request).await;
        assert!(
            text.starts_with("HTTP/1.1 503 ") && text.contains("retry-after: 3\r\n"),
            "{text}"
        );
        assert!(
            text.contains(r#"{"error":{"code":"unavailable""#) && end.is_ok(),
            "{text}"
        );
        let (text, end) = send(addr, &request).await;
        assert_eq!(
            (text.as_str(), end.unwrap_err().kind()),
            ("", io::ErrorKind::ConnectionReset)
        );
        let (text, end) = send(addr, &request).await;
        assert!(
            text.starts_with("HTTP/1.1 200 ") && text.ends_with(r#"{"status":"#) && end.is_ok(),
            "{text}"
        );
        let (text, end) = send(addr, &request).await;
        assert!(text.is_empty() && end.is_ok(), "{text}");
        let (text, _) = send(addr, &request).await;
        assert!(
            text.starts_with("HTTP/1.1 200 ") && text.contains("session_id"),
            "{text}"
        );
        let desk = stage.desk();
        let event = &desk.events[0];
        let answers: Vec<Answered> = event.attempts.iter().map(|attempt| attempt.answer).collect();
        let expected = [
            Answered::Status(503),
            Answered::Reset,
            Answered::Truncated(200),
            Answered::Silence,
            Answered::Status(200),
        ];
        assert_eq!(answers, expected);
        assert_eq!(event.attempts[0].retry_after, Some(Duration::from_secs(3)));
        assert!(
            event
                .attempts
                .iter()
                .all(|attempt| attempt.digest == event.attempts[0].digest)
        );
        assert_eq!(event.attempts[0].body.as_ref().unwrap()["Idempotency-Key"], "k");
        assert!(event.unmet().is_empty() && event.settled().is_some());
        assert!(desk.strays.is_empty());
    });
}

#[test]
fn what_is_no_attempt_is_noted_and_meets_no_fault() {
    play(vec![Step::status(503)], async |stage, given| {
        let addr = stage.addr();
        let _ = send(addr, b"\x16\x03\x01\x00\x1b[2J\r\n\r\n").await;
        let wrong = String::from_utf8(trigger(&given, "{}"))
            .unwrap()
            .replace("/webhook/", "/hook/");
        let (text, _) = send(addr, wrong.as_bytes()).await;
        assert!(text.starts_with("HTTP/1.1 404 "), "{text}");
        let _ = send(addr, b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n").await;
        let mut cut = TcpStream::connect(addr).await.unwrap();
        let half = format!("POST {} HTTP/1.1\r\nContent-Length: 9\r\n\r\n{{}}", given.path);
        cut.write_all(half.as_bytes()).await.unwrap();
        cut.shutdown().await.unwrap();
        cut.read_to_end(&mut Vec::new()).await.unwrap();
        let desk = stage.desk();
        assert_eq!(desk.stray_count, 2);
        assert!(desk.strays[0].contains("no HTTP/1 request") && !desk.strays[0].contains('\u{1b}'));
        let event = &desk.events[0];
        assert_eq!(event.astray.len(), 2, "{:?}", event.astray);
        assert!(event.attempts.is_empty() && event.unmet().len() == 1);
    });
}
