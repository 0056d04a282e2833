//! The server that plays the API: takes connections, answers as the script says, and does to the socket what the
//! script says about it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::{BufMut as _, Bytes, BytesMut};
use http::{Method, Response, StatusCode, Uri};
use mock_server::{Fixtures, Mock};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::desk::{Desk, Part, Place};
use super::intake::{Incoming, Intake, NoRequest};
use crate::http::Redactor;
use crate::sender::Answered;
use crate::sender::request::{Given, KEY_VARIABLE, Received, quote};
use crate::sender::scenario::Step;
use crate::sender::side::SenderSide;
use crate::transcript::one_line;

/// Connections at a time; further ones wait.
const MAX_CONNECTIONS: usize = 512;

/// How much of what is no request is shown, in bytes.
const SHOWN_GARBAGE_BYTES: usize = 80;

/// The body of an answer that breaks off is announced so much longer than it is, in bytes.
const MISSING_BYTES: usize = 64;

#[expect(
    clippy::disallowed_methods,
    reason = "this edge takes the instants of a recording"
)]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// What all connections have in common.
pub(crate) struct Stage {
    side: &'static SenderSide,
    mock: Mock,
    /// Real seconds for one second of the documented schedule.
    scale: f64,
    began: Instant,
    addr: SocketAddr,
    desk: Mutex<Desk>,
    progress: watch::Sender<u64>,
    redactor: Redactor,
}

impl Stage {
    /// Takes a port that is free, for events that go through these parts.
    pub(crate) async fn open(
        side: &'static SenderSide,
        parts: Vec<Part>,
        scale: f64,
    ) -> io::Result<(Arc<Self>, TcpListener)> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let given: Vec<Given> = parts.iter().map(|part| part.given.clone()).collect();
        let mut fixtures = Fixtures::builtin();
        (side.fixtures)(&given, &mut fixtures);
        let mut desk = Desk::default();
        for part in parts {
            desk.add(part);
        }
        let keys = given
            .first()
            .map(|given| (given.key.clone(), KEY_VARIABLE.to_owned()));
        let stage = Self {
            side,
            mock: Mock::new(fixtures),
            scale,
            began: instant(),
            addr: listener.local_addr()?,
            desk: Mutex::new(desk),
            progress: watch::Sender::new(0),
            redactor: Redactor::new(keys),
        };
        Ok((Arc::new(stage), listener))
    }

    /// The origin of every instant.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The time since the beginning, which is the origin of every instant.
    pub(crate) fn now(&self) -> Duration {
        instant().saturating_duration_since(self.began)
    }

    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells that something happened.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.progress.subscribe()
    }

    /// What hides the key.
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    fn tell(&self) {
        self.progress.send_modify(|count| *count += 1);
    }

    /// Takes connections until the task is ended.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut connections = tokio::task::JoinSet::new();
        loop {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                return;
            };
            while connections.try_join_next().is_some() {}
            match listener.accept().await {
                Ok((stream, _)) => {
                    let stage = Arc::clone(&self);
                    connections.spawn(async move {
                        stage.connection(stream).await;
                        drop(slot);
                    });
                }
                // Out of descriptors, most likely: the next one may go through.
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    async fn connection(&self, stream: TcpStream) {
        // An answer that waits for an acknowledgement would look like a slow client.
        let _ = stream.set_nodelay(true);
        let mut intake = Intake::new(stream);
        loop {
            match intake.next(|| self.now()).await {
                Ok(incoming) => match self.exchange(intake, incoming).await {
                    Some(next) => intake = next,
                    None => return,
                },
                Err(NoRequest::Closed) => return,
                Err(NoRequest::Garbage(what, began)) => {
                    let shown = String::from_utf8_lossy(&began[..began.len().min(SHOWN_GARBAGE_BYTES)]);
                    let shown = one_line(&self.redactor.text(&shown));
                    self.desk().stray(None, format!("{what}: `{shown}`"));
                    self.tell();
                    let refusal =
                        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                    let _ = intake.stream().write_all(refusal).await;
                    return;
                }
                Err(NoRequest::Cut(method, target)) => {
                    let path = target.split('?').next().unwrap_or("");
                    let event = match self.desk().place(&method, path) {
                        Place::Attempt(event) | Place::Astray(event) | Place::Beside(event) => Some(event),
                        Place::Nowhere => None,
                    };
                    let line = self.described(&method, &target);
                    self.desk()
                        .stray(event, format!("{line}, cut off before its body was complete"));
                    self.tell();
                    return;
                }
            }
        }
    }

    fn described(&self, method: &Method, target: &str) -> String {
        let text = self.redactor.text(&format!("{method} {target}"));
        let cut: String = one_line(&text).chars().take(160).collect();
        cut
    }

    /// Answers a request. Returns the connection where it goes on.
    async fn exchange(&self, mut intake: Intake<TcpStream>, incoming: Incoming) -> Option<Intake<TcpStream>> {
        let Incoming {
            mut received,
            head,
            body_end,
            keep_alive,
        } = incoming;
        let method = received.request.method().clone();
        let target = received.request.uri().to_string();
        let place = self.desk().place(&method, received.request.uri().path());
        let event = match place {
            Place::Attempt(event) | Place::Astray(event) | Place::Beside(event) => event,
            Place::Nowhere => {
                let line = self.described(&method, &target);
                self.desk().stray(None, line);
                self.tell();
                self.success(&mut intake, &received, keep_alive).await.ok()?;
                return keep_alive.then_some(intake);
            }
        };
        let given = self.desk().events.get(event)?.part.given.clone();
        without_prefix(&mut received, &given.prefix);
        let Place::Attempt(_) = place else {
            if matches!(place, Place::Astray(_)) {
                let found = (self.side.rules)(&received, &given);
                let line = format!(
                    "{} instead of POST {}",
                    self.described(&method, &target),
                    quote(&format!("{}{}", given.prefix, given.path), &given)
                );
                let mut desk = self.desk();
                desk.note(event, found, None);
                desk.stray(Some(event), line);
            }
            self.tell();
            self.success(&mut intake, &received, keep_alive).await.ok()?;
            return keep_alive.then_some(intake);
        };
        let digest = format!("{:x}", Sha256::digest(received.request.body()));
        let taken = self.desk().attempt(event, &received, head, body_end, digest);
        self.tell();
        let Some((number, step)) = taken else {
            // Whoever floods gets nothing more.
            reset(intake.into_stream());
            return None;
        };
        let (answer, goes_on) = self.perform(step, intake, &received, keep_alive).await;
        let retry_after = match step {
            Step::Status { retry_after_s, .. } => retry_after_s,
            _ => None,
        };
        self.desk()
            .answered(event, number, answer, retry_after, self.now());
        // After the answer, so that it costs the client no time.
        let found = (self.side.rules)(&received, &given);
        self.desk().note(event, found, Some(number));
        self.tell();
        goes_on.filter(|_| keep_alive)
    }

    /// Does what a step says. Returns what the attempt counts as answered with, and the connection where it goes on.
    async fn perform(
        &self,
        step: Step,
        mut intake: Intake<TcpStream>,
        received: &Received,
        keep_alive: bool,
    ) -> (Answered, Option<Intake<TcpStream>>) {
        match step {
            Step::Success => match self.success(&mut intake, received, keep_alive).await {
                Ok(status) => (Answered::Status(status), Some(intake)),
                Err((status, _)) => (Answered::Status(status), None),
            },
            Step::Status {
                status,
                retry_after_s,
                after_s,
            } => {
                if after_s > 0.0 {
                    tokio::time::sleep(self.real(after_s)).await;
                }
                let (media_type, body) = (self.side.error)(status);
                let mut response = Response::new(Bytes::from(body.to_string()));
                *response.status_mut() =
                    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let headers = response.headers_mut();
                headers.insert(
                    http::header::CONTENT_TYPE,
                    http::HeaderValue::from_static(media_type),
                );
                if let Some(seconds) = retry_after_s {
                    headers.insert(http::header::RETRY_AFTER, seconds.into());
                }
                let written = write(intake.stream(), &response, keep_alive).await;
                (Answered::Status(status), written.ok().map(|()| intake))
            }
            Step::Reset => {
                reset(intake.into_stream());
                (Answered::Reset, None)
            }
            Step::Truncated { status } => {
                let mut stream = intake.into_stream();
                let _ = stream.write_all(&broken_off(status)).await;
                let _ = stream.shutdown().await;
                (Answered::Truncated(status), None)
            }
            Step::Silence { for_s } => {
                let mut stream = intake.into_stream();
                let mut rest = [0; 1024];
                let closed = async { while matches!(stream.read(&mut rest).await, Ok(1..)) {} };
                // Whoever goes away first ends it.
                let _ = tokio::time::timeout(self.real(for_s), closed).await;
                (Answered::Silence, None)
            }
        }
    }

    fn real(&self, schedule_s: f64) -> Duration {
        Duration::from_secs_f64(schedule_s * self.scale)
    }

    /// Answers as the reference does. The status comes back also where it could not be written.
    async fn success(
        &self,
        intake: &mut Intake<TcpStream>,
        received: &Received,
        keep_alive: bool,
    ) -> Result<u16, (u16, io::Error)> {
        let reply = self.mock.respond(&received.request, mock_server::clock::now());
        let status = reply.response.status().as_u16();
        write(intake.stream(), &reply.response, keep_alive)
            .await
            .map(|()| status)
            .map_err(|error| (status, error))
    }
}

/// Takes away what stands before the path of the API.
fn without_prefix(received: &mut Received, prefix: &str) {
    let target = received.request.uri().to_string();
    let rest = target.strip_prefix(prefix).filter(|rest| rest.starts_with('/'));
    if let Some(uri) = rest.and_then(|rest| rest.parse::<Uri>().ok()) {
        *received.request.uri_mut() = uri;
    }
}

/// Closes a connection so that the other side sees a reset.
fn reset(stream: TcpStream) {
    // Without the option the close is an orderly one; the client then sees an empty answer, which is as broken.
    let _ = stream.set_zero_linger();
    drop(stream);
}

async fn write(stream: &mut TcpStream, response: &Response<Bytes>, keep_alive: bool) -> io::Result<()> {
    let status = response.status();
    let mut bytes = BytesMut::with_capacity(256 + response.body().len());
    bytes.put_slice(
        format!(
            "HTTP/1.1 {} {}\r\n",
            status.as_u16(),
            status.canonical_reason().unwrap_or("Status")
        )
        .as_bytes(),
    );
    for (name, value) in response.headers() {
        if name == http::header::CONTENT_LENGTH || name == http::header::CONNECTION {
            continue;
        }
        bytes.put_slice(name.as_str().as_bytes());
        bytes.put_slice(b": ");
        bytes.put_slice(value.as_bytes());
        bytes.put_slice(b"\r\n");
    }
    if !keep_alive {
        bytes.put_slice(b"connection: close\r\n");
    }
    if status != StatusCode::NO_CONTENT {
        bytes.put_slice(format!("content-length: {}\r\n", response.body().len()).as_bytes());
    }
    bytes.put_slice(b"\r\n");
    bytes.put_slice(response.body());
    stream.write_all(&bytes).await?;
    stream.flush().await
}

/// The first half of an answer.
fn broken_off(status: u16) -> Vec<u8> {
    let reason = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Status");
    let body = r#"{"status":"#;
    format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len() + MISSING_BYTES
    )
    .into_bytes()
}

#[cfg(test)]
mod tests;
