//! A correct sender to Olbrain, to be run and to be read: one event, the documented retry policy.
//!
//! ```sh
//! cargo build -p suites --example reference-sender
//! hookproof sender --api olbrain --speed 50 -- target/debug/examples/reference-sender full
//! ```
//!
//! The argument is the jitter: `none`, `equal` (the default), `full` or `decorrelated`. What `hookproof sender` hands
//! over is read from the environment; elsewhere, `HOOKPROOF_URL` and `HOOKPROOF_API_KEY` are set by hand, and without
//! `HOOKPROOF_TIME_SCALE` the sender keeps the documented times. The exit code is 0 when the event was taken.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use suites::sender::reference::{Delivered, Http, Jitter, Policy, TokioClock, deliver};

/// How long an attempt may take before it counts as not answered.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(Delivered::Accepted(_)) => ExitCode::SUCCESS,
        Ok(delivered) => told(&format!("not delivered: {}", words(delivered))),
        Err(why) => told(&why),
    }
}

async fn run() -> Result<Delivered, String> {
    let jitter = match std::env::args().nth(1).as_deref() {
        Some("none") => Jitter::None,
        None | Some("equal") => Jitter::Equal,
        Some("full") => Jitter::Full,
        Some("decorrelated") => Jitter::Decorrelated,
        Some(other) => {
            return Err(format!(
                "`{}` is no jitter: none, equal, full or decorrelated",
                other.escape_debug()
            ));
        }
    };
    if let Some(api) = variable("HOOKPROOF_API").filter(|api| api != "olbrain") {
        return Err(format!(
            "this sender knows the events of olbrain only, and was handed the API {api}"
        ));
    }
    let needed = |name: &str| variable(name).ok_or_else(|| format!("{name} is not set"));
    let scale: f64 = match variable("HOOKPROOF_TIME_SCALE") {
        None => 1.0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|scale| *scale > 0.0 && *scale <= 1.0)
            .ok_or("HOOKPROOF_TIME_SCALE is no number above 0 and up to 1")?,
    };
    let mut policy = Policy::documented(jitter);
    policy.backoff = policy.backoff.scaled(scale);
    // A duplicate of an order would hurt: its key goes into the body, and stays the same for all attempts.
    let event = variable("HOOKPROOF_EVENT").unwrap_or_default();
    let body =
        json!({ "message": "order received", "Idempotency-Key": format!("order-{event}-{:016x}", random()) });
    let transport = Http::new(needed("HOOKPROOF_URL")?, needed("HOOKPROOF_API_KEY")?, PATIENCE)
        .map_err(|error| error.to_string())?;
    let clock = TokioClock::start();
    Ok(deliver(&policy, &transport, &clock, draw, &body).await)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge of a program: what it was handed"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Any number: the standard library seeds its hash tables anew each time.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// From 0 up to 1.
fn draw() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a double holds")]
    let bits = (random() >> 11) as f64;
    bits / 9_007_199_254_740_992.0
}

fn words(delivered: Delivered) -> String {
    match delivered {
        Delivered::Accepted(status) => format!("taken with {status}"),
        Delivered::Refused(status) => format!("refused with {status}"),
        Delivered::GivenUp => "given up when its time was over".to_owned(),
    }
}

#[expect(clippy::print_stderr, reason = "a program of its own")]
fn told(why: &str) -> ExitCode {
    eprintln!("reference-sender: {why}");
    ExitCode::FAILURE
}
