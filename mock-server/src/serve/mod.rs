//! An HTTP/1.1 server around the mock.
//!
//! Requests to the APIs go straight from `hyper` to the core. Everything under [`ADMIN_PREFIX`] goes to a small
//! `axum` router: `GET health`, `GET events?api=polyai`, `GET journal`, `POST reset`.

mod admin;
mod body;
mod connection;
mod listener;
mod log;
mod pieces;
mod stop;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::Mock;
use connection::Shared;

/// What the paths of the server itself begin with. No API has such a path.
pub const ADMIN_PREFIX: &str = "/_hookproof";

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen. Port 0 takes any that is free.
    pub addr: SocketAddr,
    /// Whether each answer of an API says in `x-hookproof-trace` how it came about.
    pub trace_header: bool,
    /// Whether the admin routes answer to whoever asks. Otherwise they answer to this machine only, wherever the server
    /// listens: they show what was received, and one of them forgets it.
    pub open_admin: bool,
    /// Where one line per exchange goes.
    pub log: Log,
    /// Longest request body, in bytes. A longer one is answered 413. For uploads, which are not held, there is none.
    pub body_limit_bytes: usize,
    /// Longest request line and headers together, in bytes. A longer head is answered 431. There may be 100 headers.
    pub head_limit_bytes: usize,
    /// How long a connection may take for the head of a request; this is also how long it may idle.
    pub head_timeout: Duration,
    /// How long the body of a request may take after its head, and the next piece of an upload after the one before.
    /// After that the answer is 408.
    pub body_timeout: Duration,
    /// How long exchanges that are under way at the end may take to finish.
    pub shutdown_grace: Duration,
}

impl Options {
    /// The defaults for an address. Answers explain themselves to this machine only, unless asked to.
    pub fn at(addr: SocketAddr) -> Self {
        Self {
            addr,
            trace_header: is_loopback(addr.ip()),
            open_admin: false,
            log: Log::Off,
            body_limit_bytes: 8 * 1024 * 1024,
            head_limit_bytes: 64 * 1024,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            shutdown_grace: Duration::from_secs(5),
        }
    }
}

/// The loopback address with any free port.
impl Default for Options {
    fn default() -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)))
    }
}

/// Where the lines of the log go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Log {
    /// Nowhere.
    #[default]
    Off,
    /// To the standard error stream, by a thread of its own.
    Stderr,
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Something listens there already.
    #[error(
        "address {addr} is in use: stop what listens there, or choose another port (0 takes any that is free)"
    )]
    AddressInUse {
        /// The address that was asked for.
        addr: SocketAddr,
    },
    /// The system refuses the address.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address that was asked for.
        addr: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The thread of the log cannot be started.
    #[error("cannot start the thread of the log: {source}")]
    Log {
        /// What the system says.
        source: io::Error,
    },
}

/// A server that listens, and answers once it [runs](Server::run).
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    /// Takes the address. Connections that come in from now on wait for [`Server::run`].
    ///
    /// # Errors
    /// [`ServeError`] when the address cannot be had.
    pub async fn bind(mock: Arc<Mock>, options: Options) -> Result<Self, ServeError> {
        let addr = options.addr;
        let listener = TcpListener::bind(addr)
            .await
            .map_err(|source| match source.kind() {
                io::ErrorKind::AddrInUse => ServeError::AddressInUse { addr },
                _ => ServeError::Listen { addr, source },
            })?;
        let addr = listener
            .local_addr()
            .map_err(|source| ServeError::Listen { addr, source })?;
        let log = match options.log {
            Log::Off => None,
            Log::Stderr => {
                let thread = log::Thread::start(Box::new(io::stderr()), Arc::clone(&mock));
                Some(thread.map_err(|source| ServeError::Log { source })?)
            }
        };
        Ok(Self {
            listener,
            addr,
            shared: Arc::new(Shared::new(mock, options, log)),
        })
    }

    /// Where the server listens, with the port that was taken.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves until `shutdown` is over, then lets the exchanges under way finish.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        listener::run(self.listener, &self.shared, shutdown).await;
        if let Some(log) = &self.shared.log {
            log.flush().await;
        }
    }
}

/// Whether an address is this machine's own, which no other can reach or send from.
fn is_loopback(addr: IpAddr) -> bool {
    addr.to_canonical().is_loopback()
}
