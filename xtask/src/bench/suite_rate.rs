//! How fast the suite sends, beside a client that does nothing but send.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use reqwest::{Client, Method, Url};
use tokio::task::JoinSet;

use super::child::ChildServer;
use super::clock;
use super::subject::Subject;

/// How often suite and loop take turns for each API.
const TURNS: usize = 3;

/// Cases that `hookproof test` runs at the same time unless told otherwise; the loop has as many requests under way.
const CONCURRENCY: usize = 8;

/// The shortest time for a turn of the loop.
const SHORTEST_LOOP: Duration = Duration::from_millis(500);

/// A run of the suite and a turn of the loop after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Turn {
    /// The API whose suite ran.
    pub(super) api: &'static str,
    /// Requests that the suite says it sent.
    pub(super) requests: u32,
    /// Seconds that the suite says it took.
    pub(super) seconds: f64,
    /// Whether the suite found the mock conformant.
    pub(super) conformant: bool,
    /// Requests per second of the loop.
    pub(super) plain_rate: f64,
}

impl Turn {
    /// Requests per second of the suite.
    pub(super) fn rate(&self) -> f64 {
        f64::from(self.requests) / self.seconds
    }

    /// The suite's rate as a part of the loop's.
    pub(super) fn ratio(&self) -> f64 {
        self.rate() / self.plain_rate
    }
}

/// Lets `hookproof test` for the API of `subject`, otherwise with its defaults, and a plain loop against `floor` take turns.
///
/// # Errors
/// The suite cannot be started or ends without a last line that tells what it sent, or the loop gets no answer.
pub(super) fn turns(hookproof: &Path, subject: &Subject, floor: &ChildServer) -> anyhow::Result<Vec<Turn>> {
    (0..TURNS)
        .map(|_| {
            let suite = Command::new(hookproof)
                .args(["test", "--api", subject.api])
                .stdin(Stdio::null())
                .output()
                .with_context(|| format!("{} cannot be started", hookproof.display()))?;
            let output = String::from_utf8_lossy(&suite.stdout);
            let (requests, seconds) = sent(&output).with_context(|| {
                format!(
                    "the last line of `hookproof test` does not tell what it sent: {:?}; {}",
                    output.lines().last().unwrap_or_default(),
                    String::from_utf8_lossy(&suite.stderr).trim()
                )
            })?;
            let length = Duration::try_from_secs_f64(seconds)
                .unwrap_or(SHORTEST_LOOP)
                .max(SHORTEST_LOOP);
            Ok(Turn {
                api: subject.api,
                requests,
                seconds,
                conformant: suite.status.success(),
                plain_rate: plain_rate(subject, floor, length)?,
            })
        })
        .collect()
}

/// Requests and seconds from the last line of a run: `…, 5120 requests, 1.93 s, seed 1`.
fn sent(output: &str) -> Option<(u32, f64)> {
    let last = output.lines().rfind(|line| !line.trim().is_empty())?;
    let parts: Vec<&str> = last.split([',', ';']).map(str::trim).collect();
    let at = parts.iter().position(|part| {
        part.strip_suffix(" requests")
            .is_some_and(|n| n.parse::<u32>().is_ok())
    })?;
    let requests = parts[at].strip_suffix(" requests")?.parse().ok()?;
    let seconds: f64 = parts.get(at + 1)?.strip_suffix(" s")?.parse().ok()?;
    (requests > 0 && seconds > 0.0).then_some((requests, seconds))
}

/// Requests per second of `reqwest` in a loop, with the same connections for the whole time.
fn plain_rate(subject: &Subject, floor: &ChildServer, length: Duration) -> anyhow::Result<f64> {
    let request = Arc::new(Request::of(subject, floor)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut running = JoinSet::new();
        let start = clock::now();
        for _ in 0..CONCURRENCY {
            running.spawn(Arc::clone(&request).send_until(start + length));
        }
        let mut requests = 0_u32;
        while let Some(finished) = running.join_next().await {
            requests += finished.context("the plain loop failed")??;
        }
        Ok(f64::from(requests) / (clock::now() - start).as_secs_f64())
    })
}

/// The documented request as `reqwest` wants it.
struct Request {
    client: Client,
    method: Method,
    url: Url,
    headers: Vec<(String, String)>,
    body: String,
    status: u16,
}

impl Request {
    fn of(subject: &Subject, floor: &ChildServer) -> anyhow::Result<Self> {
        // Nothing here is encrypted, so there is no reason to read this machine's certificates.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let client = Client::builder()
            .http1_only()
            .no_proxy()
            .tls_backend_preconfigured(tls);
        Ok(Self {
            client: client.build()?,
            method: Method::from_bytes(subject.method.as_bytes())?,
            url: format!("http://{}{}", floor.addr(), subject.target).parse()?,
            headers: subject.headers.clone(),
            body: subject.body.clone(),
            status: subject.status,
        })
    }

    async fn send_until(self: Arc<Self>, end: Instant) -> anyhow::Result<u32> {
        let mut sent = 0;
        while clock::now() < end {
            let mut request = self.client.request(self.method.clone(), self.url.clone());
            for (name, value) in &self.headers {
                request = request.header(name, value);
            }
            let response = request.body(self.body.clone()).send().await?;
            let status = response.status().as_u16();
            ensure!(
                status == self.status,
                "a floor answered {status} instead of {}",
                self.status
            );
            response.bytes().await?;
            sent += 1;
        }
        Ok(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::{Turn, sent};

    #[test]
    fn requests_and_seconds_are_read_from_the_last_line() {
        let output = "polyai: 90 cases\n\nCONFORMANT: 120 requirements met, 0 broken, 2 musts not verified; 93 cases, \
                      5120 requests, 1.93 s, seed 1\n\n";
        assert_eq!(sent(output), Some((5120, 1.93)));
        for unknown in [
            "",
            "error: no target\n",
            "3 requests\n",
            "0 requests, 0.00 s, seed 1\n",
            "x requests, 1 s",
        ] {
            assert_eq!(sent(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn rates_are_per_second_and_their_ratio_is_that_of_suite_to_loop() {
        let turn = Turn {
            api: "polyai",
            requests: 1000,
            seconds: 2.0,
            conformant: true,
            plain_rate: 1000.0,
        };
        assert!((turn.rate() - 500.0).abs() < 1e-9 && (turn.ratio() - 0.5).abs() < 1e-9);
    }
}
