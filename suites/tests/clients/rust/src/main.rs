//! One event to Olbrain with `reqwest` and `reqwest-retry`.
//!
//! With `best` as near to the documented policy as the two allow: a strategy of its own for the statuses, since the
//! usual one also retries 408, 429 and every 5xx; start, cap and total time scaled by `HOOKPROOF_TIME_SCALE`. Without
//! it as the crate's own documentation begins.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest_middleware::{ClientBuilder, Error};
use reqwest_retry::policies::ExponentialBackoff;
use reqwest_retry::{Jitter, RetryTransientMiddleware, Retryable, RetryableStrategy};

/// 502, 503 and 504, and connections that broke.
struct Documented;

impl RetryableStrategy for Documented {
    fn handle(&self, result: &Result<reqwest::Response, Error>) -> Option<Retryable> {
        let transient = match result {
            Ok(answer) => matches!(
                answer.status(),
                StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
            ),
            Err(Error::Reqwest(error)) => error.is_connect() || error.is_request(),
            Err(Error::Middleware(_)) => false,
        };
        transient.then_some(Retryable::Transient)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let variable = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let best = std::env::args().nth(1).as_deref() == Some("best");
    let scale: f64 = std::env::var("HOOKPROOF_TIME_SCALE").map_or(Ok(1.0), |scale| scale.parse())?;
    let builder = ClientBuilder::new(reqwest::Client::new());
    let client = if best {
        let seconds = |documented: f64| Duration::from_secs_f64(documented * scale);
        let policy = ExponentialBackoff::builder()
            .retry_bounds(seconds(1.0), seconds(60.0))
            .jitter(Jitter::None)
            .build_with_total_retry_duration(seconds(600.0));
        builder
            .with(RetryTransientMiddleware::new_with_policy_and_strategy(policy, Documented))
            .build()
    } else {
        let policy = ExponentialBackoff::builder().build_with_max_retries(3);
        builder
            .with(RetryTransientMiddleware::new_with_policy(policy))
            .build()
    };
    let body = serde_json::json!({
        "message": "order received",
        "Idempotency-Key": format!("key-{}-{}", std::process::id(), variable("HOOKPROOF_EVENT")?),
    });
    let answer = client
        .post(variable("HOOKPROOF_URL")?)
        .bearer_auth(variable("HOOKPROOF_API_KEY")?)
        .json(&body)
        .send()
        .await?;
    answer.error_for_status()?;
    Ok(())
}
