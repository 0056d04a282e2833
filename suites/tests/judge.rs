//! `hookproof judge` as a process: exit codes, messages, and files that are no attempts.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn hookproof(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookproof"));
    command.arg("judge").args(arguments).env("NO_COLOR", "1");
    command
}

fn told(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(text).unwrap()
}

/// Judges a text from standard input.
fn judged(text: &[u8], arguments: &[&str]) -> (i32, String) {
    let mut child = hookproof(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), told(&output))
}

#[track_caller]
fn expect(text: &str, code: i32, texts: &[&str]) -> String {
    let (got, told) = judged(text.as_bytes(), &[]);
    assert_eq!(got, code, "{told}");
    for text in texts {
        assert!(told.contains(text), "{text}\n{told}");
    }
    assert!(!told.contains("panicked") && !told.contains('\u{1b}'), "{told}");
    told
}

fn recording(attempts: &str) -> String {
    format!(r#"{{ "api": "olbrain", "mode": "virtual", "watched_until_s": 130, "attempts": [{attempts}] }}"#)
}

#[test]
fn the_exit_code_says_what_came_of_it() {
    let met = recording(r#"{"head_s": 0, "answer": 503}, {"head_s": 1, "answer": 200}"#);
    expect(&met, 0, &["pass      olbrain.retry.on-503", "CONFORMANT: "]);
    let broken = recording(r#"{"head_s": 0, "answer": 404}, {"head_s": 1, "answer": 200}"#);
    expect(
        &broken,
        1,
        &[
            "FAIL olbrain.retry.not-4xx",
            "breaks olbrain.retry.not-4xx",
            "NOT CONFORMANT: ",
        ],
    );
    // Nothing in it decides anything: that is no success.
    expect(&recording(""), 3, &["NOTHING VERIFIED"]);
}

#[test]
fn warnings_count_where_that_is_asked_for() {
    let changed = recording(
        r#"{"head_s": 0, "answer": 503, "digest": "a"}, {"head_s": 1, "answer": 200, "digest": "b"}"#,
    );
    let changed = changed
        .replace(r#""digest": "a""#, r#""digest": "a", "body": {"a": 1}"#)
        .replace(r#""digest": "b""#, r#""digest": "b", "body": {"a": 2}"#);
    let (code, told) = judged(changed.as_bytes(), &[]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("WARN olbrain.retry.same-body"), "{told}");
    let (code, told) = judged(changed.as_bytes(), &["--strict"]);
    assert_eq!(code, 1, "{told}");
}

#[test]
fn a_file_that_is_no_json_names_line_and_column() {
    expect("", 2, &["-: line 1, column 0: EOF while parsing a value"]);
    expect("{\n  \"api\": nul }", 2, &["-: line 2, column "]);
    expect("[1, 2", 2, &["line 1, column 5"]);
}

#[test]
fn a_value_that_does_not_belong_there_names_its_pointer() {
    let wrong = recording("{\"head_s\": 0, \"answer\": 503},\n {\"head_s\": 1, \"answer\": \"\\u001b[2J\"}");
    expect(
        &wrong,
        2,
        &["line 2, column ", "/attempts/1/answer: ", "is no answer"],
    );
    let unknown = recording("{\"head_s\": 0, \"status\": 503}");
    expect(&unknown, 2, &["/attempts/0/status: unknown field `status`"]);
    let early = recording("{\"head_s\": -1, \"answer\": 503}");
    expect(
        &early,
        2,
        &["/attempts/0/head_s: ", "-1 is no number of seconds from 0 on"],
    );
    expect("3", 2, &["invalid type: integer `3`"]);
}

#[test]
fn every_contradiction_is_told_with_its_pointer() {
    let list = format!(
        "[{}, {}]",
        recording(r#"{"head_s": 0, "answer": 503}"#),
        recording(r#"{"head_s": 500, "answer": 503, "answer_end_s": 1}"#).replace("olbrain", "nobody")
    );
    expect(
        &list,
        2,
        &[
            "/1/api: there is no API `nobody`; the known ones are polyai, inkeep, olbrain",
            "/1/attempts/0/answer_end_s: is before head_s",
            "/1/attempts/0/head_s: is after watched_until_s",
        ],
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.json");
    let output = hookproof(&[missing.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        told(&output).contains("none.json cannot be read"),
        "{}",
        told(&output)
    );
    let output = hookproof(&[folder.path().to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("cannot be read"), "{}", told(&output));
    let (code, told) = judged(b"{\"api\": \"\xff\"}", &[]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("it is no UTF-8"), "{told}");
}

#[test]
fn a_scale_out_of_range_is_a_matter_of_usage() {
    for scale in ["0", "2", "x"] {
        let output = hookproof(&["--scale", scale, "attempts.json"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(told(&output).contains("--scale"), "{}", told(&output));
    }
}

#[test]
fn the_json_report_has_the_timeline_of_the_terminal() {
    let broken = recording(r#"{"head_s": 0, "answer": 404}, {"head_s": 2.5, "answer": 200}"#);
    let (code, told) = judged(broken.as_bytes(), &["--format", "json"]);
    let report: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &report["outcome"]), (1, &Value::from("not conformant")));
    let line = &report["recordings"][0]["timeline"][1];
    assert_eq!(line["attempt"], 2);
    assert_eq!(line["gap_s"], 2.5);
    assert_eq!(line["breaks"][0], "olbrain.retry.not-4xx");
}

#[test]
fn what_a_sender_run_printed_can_be_judged_again() {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("run.json");
    let one = recording(r#"{"head_s": 0, "answer": 503}, {"head_s": 1, "answer": 200}"#);
    std::fs::write(&file, format!(r#"{{"scenarios": [{{"recording": {one}}}]}}"#)).unwrap();
    let output = hookproof(&[file.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    std::fs::write(&file, r#"{"scenarios": [{"recording": {"api": 1}}]}"#).unwrap();
    let output = hookproof(&[file.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        told(&output).contains("/scenarios/0/recording/api: invalid type"),
        "{}",
        told(&output)
    );
}
