//! The reference sender's edges: HTTP and the real clock.

use std::time::Duration;

use serde_json::Value;

use super::{Clock, Reply, Transport};

/// Posts JSON to one address.
#[derive(Debug)]
pub struct Http {
    client: reqwest::Client,
    url: String,
    bearer: String,
}

impl Http {
    /// An event is sent to `url` with `bearer` as its access key. Redirects are not followed and an attempt ends after
    /// `patience`.
    pub fn new(
        url: impl Into<String>,
        bearer: impl Into<String>,
        patience: Duration,
    ) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(patience)
            .build()?;
        Ok(Self {
            client,
            url: url.into(),
            bearer: bearer.into(),
        })
    }
}

impl Transport for Http {
    async fn send(&self, body: &Value) -> Reply {
        let request = self
            .client
            .post(&self.url)
            .bearer_auth(&self.bearer)
            .header("content-type", "application/json")
            .body(body.to_string());
        let Ok(response) = request.send().await else {
            return Reply::Nothing;
        };
        let status = response.status().as_u16();
        let asked = response.headers().get("retry-after").and_then(|value| {
            // The other form, a date, would need a clock that agrees with the server's.
            value.to_str().ok()?.parse().ok().map(Duration::from_secs)
        });
        // An answer that is cut is no answer.
        match response.bytes().await {
            Ok(_) => Reply::Status(status, asked),
            Err(_) => Reply::Nothing,
        }
    }
}

/// The clock of the runtime. Under `tokio::time::pause` it goes as fast as it can.
#[derive(Debug)]
pub struct TokioClock {
    began: tokio::time::Instant,
}

impl TokioClock {
    /// A clock that begins now.
    pub fn start() -> Self {
        Self {
            began: tokio::time::Instant::now(),
        }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}
