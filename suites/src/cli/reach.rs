//! Flags that say how a target is reached and how fast, for every command that speaks to one.

use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use mock_server::Target;

use super::Failure;
use crate::conduct::Conduct;
use crate::http::{BaseUrl, Bounds, Limits, Pace, Transport};
use crate::not_offered::NotOffered;

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The way to the target")]
pub(super) struct Reach {
    #[command(flatten)]
    way: Way,
    /// Speak HTTP/2; where letters of a header's name or one connection are the point, that shows less
    #[arg(long)]
    http2: bool,
}

/// What holds for requests byte for byte as well.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The way to the target")]
pub(super) struct Way {
    /// Certificates to trust in place of this machine's, in PEM
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The client's own certificate and its key, in one file of PEM
    #[arg(long, value_name = "FILE")]
    client_cert: Option<PathBuf>,
    /// Accept any certificate of the server
    #[arg(long)]
    insecure: bool,
    /// Proxy that leads to the target; those of the environment are not used
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// A header field for every request; its value is kept out of all output. Repeat it for several
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct Limit {
    /// Requests a second [default: 10 to a server that is not on this machine]
    #[arg(long, value_name = "N")]
    rate: Option<NonZeroU32>,
    /// Connections at the same time [default: 4 to a server that is not on this machine]
    #[arg(long, value_name = "N")]
    connections: Option<NonZeroU32>,
    /// End the run after so many requests
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_requests: Option<u64>,
    /// End the run after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    max_time: Option<u64>,
    /// Seconds that one request may take [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: Option<u64>,
}

impl Reach {
    /// The way that the flags say, which go before the file.
    pub(super) fn transport(&self, file: &Transport, run_id: Option<String>) -> Result<Transport, Failure> {
        let mut transport = self.way.transport(file)?;
        transport.http2 |= self.http2;
        transport.run_id = run_id;
        Ok(transport)
    }
}

impl Way {
    /// The way that the flags say, which go before the file.
    pub(super) fn transport(&self, file: &Transport) -> Result<Transport, Failure> {
        let mut headers = file.headers.clone();
        for text in &self.header {
            let (name, value) = Transport::field(text).map_err(|error| Failure::usage(error.to_string()))?;
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
            headers.push((name, value));
        }
        let transport = Transport {
            ca: self.ca.clone().or_else(|| file.ca.clone()),
            client_cert: self.client_cert.clone().or_else(|| file.client_cert.clone()),
            insecure: self.insecure || file.insecure,
            proxy: self.proxy.clone().or_else(|| file.proxy.clone()),
            http2: file.http2,
            headers,
            run_id: None,
        };
        transport
            .check()
            .map_err(|error| Failure::usage(error.to_string()))?;
        Ok(transport)
    }
}

impl Limit {
    /// The pace of a run against these servers. The flags go before the file.
    pub(super) fn pace<'b>(&self, mut bases: impl Iterator<Item = &'b BaseUrl>, file: &Target) -> Arc<Pace> {
        let usual = if bases.all(BaseUrl::is_loopback) {
            Bounds::default()
        } else {
            Bounds::REMOTE
        };
        Arc::new(Pace::new(Bounds {
            rate: self.rate.or(file.rate.and_then(NonZeroU32::new)).or(usual.rate),
            connections: self
                .connections
                .or(file.connections.and_then(NonZeroU32::new))
                .or(usual.connections),
            requests: self.max_requests.or(file.max_requests),
        }))
    }

    /// How long the run may take.
    pub(super) fn max_time(&self, file: &Target) -> Option<Duration> {
        self.max_time.or(file.max_time).map(Duration::from_secs)
    }

    /// Bounds on one exchange.
    pub(super) fn limits(&self, file: &Target) -> Limits {
        let limits = Limits::default();
        let chosen = self.timeout.or(file.timeout).map(Duration::from_secs);
        Limits {
            request_time: chosen.unwrap_or(limits.request_time),
            ..limits
        }
    }
}

/// A name for this run that nobody else has: twelve hexadecimal digits.
pub(super) fn run_id() -> String {
    format!("{:012x}", RandomState::new().hash_one(0u8) >> 16)
}

/// Whether a server gets only what a conformant one refuses. One that is not on this machine may hold what matters to
/// somebody; leaving safe mode is said on the command line and nowhere else.
pub(super) fn is_safe(safe: bool, full: bool, file: &Target, base: &BaseUrl) -> bool {
    safe || !full && (file.safe || !base.is_loopback())
}

/// How the embedded mock is treated: it needs nothing special.
pub(super) fn embedded(safe: bool, dry: bool, not_offered: NotOffered, pace: Arc<Pace>) -> Conduct {
    Conduct {
        safe,
        dry,
        pace,
        not_offered,
        ..Conduct::default()
    }
}
