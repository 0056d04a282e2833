//! The example `reference-sender`, started by `hookproof sender` as a partner would start it: a correct sender, over real
//! connections, with ten minutes in a few seconds.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The example, which `cargo test -p suites` builds along with the tests.
fn example() -> PathBuf {
    let hookproof = Path::new(env!("CARGO_BIN_EXE_hookproof"));
    let example = hookproof.with_file_name("examples").join("reference-sender");
    assert!(
        example.is_file(),
        "with a choice of tests cargo builds no examples: cargo build -p suites --example reference-sender"
    );
    example
}

#[test]
fn the_reference_sender_breaks_nothing_over_real_connections() {
    let example = example();
    for jitter in ["none", "full"] {
        let output = Command::new(env!("CARGO_BIN_EXE_hookproof"))
            .args(["sender", "--api", "olbrain", "--speed", "50", "--events", "8"])
            .args([
                "--scenario",
                "retry-502,retry-then-404,never-on-4xx,retry-after,give-up",
            ])
            .args(["--format", "json", "--"])
            .arg(&example)
            .arg(jitter)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let report: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}{errors}"));
        let rows = report["requirements"].as_object().unwrap();
        // On a busy machine a rule about time may be left undecided; none may fail or warn.
        for (row, verdict) in rows {
            assert!(
                verdict != "fail" && verdict != "warn",
                "{jitter}, {row}: {report:#}"
            );
        }
        for row in [
            "olbrain.retry.on-502",
            "olbrain.retry.not-4xx",
            "olbrain.retry.not-4xx.later",
            "olbrain.retry.same-key",
            "olbrain.retry.same-body",
            "olbrain.sender.key",
            "olbrain.sender.body",
        ] {
            assert_eq!(rows[row], "pass", "{jitter}, {row}: {report:#}");
        }
        assert_eq!(report["not_carried_out"], Value::Array(Vec::new()), "{jitter}");
        assert_eq!(output.status.code(), Some(0), "{jitter}");
    }
}

#[test]
fn what_it_is_not_handed_is_told() {
    let told = |variables: &[(&str, &str)], jitter: &str| {
        let mut command = Command::new(example());
        command.env_clear().arg(jitter).envs(variables.iter().copied());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(told(&[], "full"), "reference-sender: HOOKPROOF_URL is not set\n");
    assert!(told(&[], "fool").contains("`fool` is no jitter"));
    assert!(told(&[("HOOKPROOF_API", "inkeep")], "none").contains("was handed the API inkeep"));
    assert!(told(&[("HOOKPROOF_TIME_SCALE", "0")], "none").contains("HOOKPROOF_TIME_SCALE is no number"));
}
