//! The load generator: a number of connections, each with one request under way, for a given time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::child::ChildServer;
use super::clock;
use super::process;
use super::subject::Subject;
use super::wire::exchange;

/// Sends the documented request over and over.
pub(super) struct Load {
    runtime: Runtime,
    request: Arc<[u8]>,
    status: u16,
    connections: usize,
}

/// What one round was like.
#[derive(Debug, Clone)]
pub(super) struct Round {
    /// How long each answer took, from the first byte sent to the last received; sorted, in nanoseconds.
    pub(super) latencies_ns: Vec<u32>,
    /// How long the round took.
    pub(super) elapsed: Duration,
    /// What the server spent on it.
    pub(super) cpu_time: Option<Duration>,
    /// What this process spent on it.
    pub(super) own_cpu_time: Option<Duration>,
}

/// A connection with the buffer for its answers.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Load {
    /// A load of this request. It runs on one thread: a second one would take the processor from the server.
    ///
    /// # Errors
    /// The runtime cannot be started.
    pub(super) fn new(subject: &Subject, connections: usize) -> anyhow::Result<Self> {
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            request: subject.bytes().into(),
            status: subject.status,
            connections,
        })
    }

    /// Connects, sends one request and waits for its answer.
    ///
    /// # Errors
    /// There is no answer, or not the documented one.
    pub(super) fn one(&self, addr: SocketAddr) -> anyhow::Result<()> {
        self.runtime
            .block_on(Connection::open(addr, &self.request, self.status))?;
        Ok(())
    }

    /// Loads a server for `length`. The time begins when every connection has had its first answer.
    ///
    /// # Errors
    /// A connection breaks, or an answer has not the documented status.
    pub(super) fn round(&self, server: &ChildServer, length: Duration) -> anyhow::Result<Round> {
        self.runtime.block_on(async {
            let mut connections = Vec::with_capacity(self.connections);
            for _ in 0..self.connections {
                connections.push(Connection::open(server.addr(), &self.request, self.status).await?);
            }
            let mut running = JoinSet::new();
            let cpu_before = server.cpu_time();
            let own_cpu_before = process::cpu_time(std::process::id());
            let start = clock::now();
            let end = start + length;
            for connection in connections {
                running.spawn(connection.work_until(end, Arc::clone(&self.request), self.status));
            }
            let mut latencies_ns = Vec::new();
            while let Some(finished) = running.join_next().await {
                latencies_ns.extend(finished.context("a connection of the load generator failed")??);
            }
            let elapsed = clock::now() - start;
            let cpu_time = spent(cpu_before, server.cpu_time());
            let own_cpu_time = spent(own_cpu_before, process::cpu_time(std::process::id()));
            latencies_ns.sort_unstable();
            Ok(Round {
                latencies_ns,
                elapsed,
                cpu_time,
                own_cpu_time,
            })
        })
    }
}

fn spent(before: Option<Duration>, after: Option<Duration>) -> Option<Duration> {
    Some(after?.saturating_sub(before?))
}

impl Connection {
    /// Connects and makes the first exchange.
    async fn open(addr: SocketAddr, request: &[u8], status: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(addr)
            .await
            .with_context(|| format!("no connection to {addr}"))?;
        stream.set_nodelay(true)?;
        let mut connection = Self {
            stream,
            buffer: Vec::with_capacity(4096),
        };
        connection.exchange(request, status).await?;
        Ok(connection)
    }

    async fn exchange(&mut self, request: &[u8], status: u16) -> anyhow::Result<()> {
        let answered = exchange(&mut self.stream, request, &mut self.buffer).await?;
        ensure!(
            answered == status,
            "the documented request was answered {answered} instead of {status}: {}",
            String::from_utf8_lossy(&self.buffer).escape_debug()
        );
        Ok(())
    }

    async fn work_until(
        mut self,
        end: std::time::Instant,
        request: Arc<[u8]>,
        status: u16,
    ) -> anyhow::Result<Vec<u32>> {
        let mut latencies_ns = Vec::new();
        let mut start = clock::now();
        while start < end {
            self.exchange(&request, status).await?;
            let answered = clock::now();
            let nanoseconds = (answered - start).as_nanos();
            latencies_ns.push(u32::try_from(nanoseconds).unwrap_or(u32::MAX));
            start = answered;
        }
        Ok(latencies_ns)
    }
}
