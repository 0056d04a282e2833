//! A server for a test, and a client that sends exactly the bytes it is given.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mock_server::serve::{Options, Server};
use mock_server::{Fixtures, Mock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Ends a test that would hang. Far longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(30);

/// A first part of each documented target.
pub(crate) const TARGET: &str = "/v1/external-events/webhook?event_id_location=payload&event_id_path=cid\
    &account_id=PLATFORM&project_id=PROJECT-123";

/// A documented request.
pub(crate) fn good_request() -> String {
    post(
        "Content-Type: application/json\r\n",
        r#"{"cid":"evt_01HF2MNW2ZQ1Z8E2S3J"}"#,
    )
}

/// A request with the valid key, further header lines, and a body of fixed length.
pub(crate) fn post(lines: &str, body: &str) -> String {
    format!(
        "POST {TARGET} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: hookproof-valid-key\r\n{lines}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A server under test.
pub(crate) struct Running {
    pub(crate) addr: SocketAddr,
    pub(crate) mock: Arc<Mock>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::default();
        change(&mut options);
        let mock = Arc::new(Mock::new(Fixtures::builtin()));
        let server = Server::bind(Arc::clone(&mock), options)
            .await
            .expect("some port is free");
        let addr = server.addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Self {
            addr,
            mock,
            stop,
            task,
        }
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection {
            stream: TcpStream::connect(self.addr).await.expect("the server listens"),
            received: Vec::new(),
        }
    }

    /// Sends bytes on a connection of their own and reads one answer.
    pub(crate) async fn ask(&self, request: impl AsRef<[u8]>) -> Answer {
        let mut connection = self.connect().await;
        connection.send(request).await;
        connection.answer().await
    }

    /// Proves that the server still works, and that what it stored before is still there.
    pub(crate) async fn still_works(&self) {
        let before = self.mock.polyai().events().len();
        assert_eq!(self.ask(good_request()).await.status, 201);
        assert_eq!(self.mock.polyai().events().len(), before + 1);
    }

    /// Stops the server and waits for its end.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        let ended = tokio::time::timeout(DEADLINE, self.task)
            .await
            .expect("the server stops in time");
        ended.expect("the server does not panic");
    }
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    pub(crate) fn error_message(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/json"));
        self.json()["error_message"]
            .as_str()
            .expect("an error has a message")
            .to_owned()
    }
}

pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Sends as much as the server takes; one that closes early is not an error of the client.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = tokio::time::timeout(DEADLINE, self.stream.write_all(bytes.as_ref()))
            .await
            .expect("the server reads or closes in time");
    }

    /// Says that nothing more will be sent.
    pub(crate) async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Reads more; returns false at the end of the connection.
    async fn read(&mut self) -> bool {
        let reading = tokio::time::timeout(DEADLINE, self.stream.read_buf(&mut self.received));
        let length = reading
            .await
            .expect("the server sends or closes in time")
            .unwrap_or(0);
        length > 0
    }

    /// Waits until the server closes the connection; returns what came before.
    pub(crate) async fn closed(&mut self) -> String {
        while self.read().await {}
        String::from_utf8_lossy(&std::mem::take(&mut self.received)).into_owned()
    }

    /// Reads one answer with a body of known length.
    pub(crate) async fn answer(&mut self) -> Answer {
        self.next(true).await
    }

    /// Reads one answer that has a head only.
    pub(crate) async fn head(&mut self) -> Answer {
        self.next(false).await
    }

    async fn next(&mut self, with_body: bool) -> Answer {
        let end = loop {
            match self.received.windows(4).position(|window| window == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None => assert!(
                    self.read().await,
                    "closed within a head: {:?}",
                    String::from_utf8_lossy(&self.received)
                ),
            }
        };
        let head: Vec<u8> = self.received.drain(..end).collect();
        let head = String::from_utf8(head).expect("heads are ASCII");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|word| word.parse().ok())
            .expect("an answer begins with its status");
        let mut answer = Answer {
            status,
            head,
            body: Vec::new(),
        };
        let length = answer
            .header("content-length")
            .map_or(0, |length| length.parse().expect("a length is a number"));
        if with_body {
            while self.received.len() < length {
                assert!(self.read().await, "closed within a body: {answer:?}");
            }
            answer.body = self.received.drain(..length).collect();
        }
        answer
    }
}
