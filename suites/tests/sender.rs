//! `hookproof sender` as a process: senders that are wrong in every way a command can be, and what becomes of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn hookproof(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookproof"));
    command.arg("sender").args(arguments).env("NO_COLOR", "1");
    command
}

fn told(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(text).unwrap()
}

#[track_caller]
fn expect(arguments: &[&str], code: i32, texts: &[&str]) -> String {
    let output = hookproof(arguments).output().unwrap();
    let told = told(&output);
    assert_eq!(output.status.code(), Some(code), "{told}");
    for text in texts {
        assert!(told.contains(text), "{text}\n{told}");
    }
    told
}

#[test]
fn what_cannot_be_asked_for_is_a_matter_of_usage() {
    expect(
        &["--api", "polyia", "--", "true"],
        2,
        &["there is no API `polyia`"],
    );
    expect(
        &["--api", "olbrain", "--scenario", "give-upp", "--", "true"],
        2,
        &["there is no scenario `give-upp`", "give-up"],
    );
    expect(
        &["--api", "olbrain", "--scenario", "nowhere.toml", "--", "true"],
        2,
        &["nowhere.toml cannot be read"],
    );
    expect(
        &["--api", "olbrain", "--speed", "0", "--", "true"],
        2,
        &["1 to 1000"],
    );
    expect(
        &["--api", "olbrain", "--fake-clock", "60"],
        2,
        &["for a command that is started here"],
    );
    expect(
        &["--api", "olbrain", "--scenario", "happy,happy", "--", "true"],
        2,
        &["`happy` is chosen twice"],
    );
}

#[test]
fn a_scenario_with_a_fault_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "name = 'mine'\nabout = 'x'\nscript = [503,\n  99]\n").unwrap();
    let told = expect(
        &[
            "--api",
            "olbrain",
            "--scenario",
            file.to_str().unwrap(),
            "--",
            "true",
        ],
        2,
        &["mine.toml, line 4: a status is a number from 200 to 599"],
    );
    assert!(!told.contains("panicked"));
}

#[test]
fn a_file_that_is_no_scenario_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, told) in [
        ("empty.toml", "", "missing field `name`"),
        (
            "unknown.toml",
            "name = 'a'\nabout = 'b'\nscript = []\nstatus = 3\n",
            "unknown field `status`",
        ),
        (
            "judges.toml",
            "name = 'a'\nabout = 'b'\nscript = []\njudges = ['olbrain.retry.nothing']\n",
            "olbrain.retry.nothing",
        ),
        ("broken.json", "{\"name\": \"a\",", "broken.json"),
        (
            "attempts.json",
            "{\"api\": \"olbrain\", \"attempts\": []}",
            "unknown field `api`",
        ),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let arguments = [
            "--api",
            "olbrain",
            "--scenario",
            file.to_str().unwrap(),
            "--",
            "true",
        ];
        expect(&arguments, 2, &[name, told]);
    }
}

#[test]
fn the_scenarios_are_listed() {
    let all = expect(&["--api", "olbrain", "--list"], 0, &["give-up", "retry-then-404"]);
    assert_eq!(all.lines().count(), 12);
}

#[cfg(unix)]
mod commands {
    use super::*;

    #[test]
    fn one_that_does_not_exist_cannot_be_started() {
        expect(
            &["--api", "olbrain", "--", "no-such-program-anywhere"],
            2,
            &["`no-such-program-anywhere` cannot be started"],
        );
    }

    #[test]
    fn one_that_fails_before_it_sends_is_quoted() {
        let told = expect(
            &[
                "--api",
                "inkeep",
                "--",
                "sh",
                "-c",
                "printf 'bad \\033[2J %s' $HOOKPROOF_API_KEY >&2; exit 7",
            ],
            3,
            &[
                "exited with 7 and sent nothing",
                "| bad \\u{1b}[2J $HOOKPROOF_API_KEY",
            ],
        );
        assert!(
            !told.contains('\u{1b}') && !told.contains("hookproof-inkeep-sender-key"),
            "{told}"
        );
    }

    #[test]
    fn one_that_ends_well_and_sends_nothing_is_no_success() {
        expect(
            &["--api", "olbrain", "--speed", "50", "--", "true"],
            3,
            &["the command exited with 0 and sent nothing to the address that it was handed"],
        );
    }

    #[test]
    fn one_that_sends_to_a_wrong_address_is_told_which() {
        // Without a program that sends, the shell of this test would be needed: bash can open a connection by itself.
        let script = "exec 3<>/dev/tcp/${HOOKPROOF_BASE_URL#http://}; ";
        let script = script.replace("${HOOKPROOF_BASE_URL#http://}", "$h/$p");
        let script = format!(
            "a=${{HOOKPROOF_BASE_URL#http://}}; a=${{a%%/*}}; h=${{a%:*}}; p=${{a#*:}}; {script}\
             printf 'POST /elsewhere HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n' >&3; \
             cat <&3 >/dev/null; exit 1"
        );
        expect(
            &["--api", "olbrain", "--speed", "50", "--", "bash", "-c", &script],
            3,
            &["exited with 1 and sent nothing to the address", "POST /elsewhere"],
        );
    }

    #[test]
    fn one_that_sends_garbage_is_told_what_arrived() {
        let script = "a=${HOOKPROOF_BASE_URL#http://}; a=${a%%/*}; exec 3<>/dev/tcp/${a%:*}/${a#*:}; \
                      printf '\\033[2Jhello\\r\\n\\r\\n' >&3; cat <&3 >/dev/null; exit 1";
        let told = expect(
            &["--api", "inkeep", "--", "bash", "-c", script],
            3,
            &["sent nothing to the address", "no HTTP/1 request"],
        );
        assert!(!told.contains('\u{1b}'), "{told}");
    }

    #[test]
    fn one_that_hangs_is_ended_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let script = format!("sleep 1000 & echo $! > {}; wait", file.display());
        expect(
            &["--api", "polyai", "--timeout", "1", "--", "sh", "-c", &script],
            3,
            &["sent nothing to the address that it was handed, and did not end either"],
        );
        let pid = std::fs::read_to_string(&file).unwrap();
        let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        assert!(state.is_empty() || state.contains(") Z "), "{state}");
    }
}

/// A run without a command, and the addresses that it prints.
struct Waiting {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    handed: Vec<Vec<(String, String)>>,
}

impl Waiting {
    fn start(arguments: &[&str]) -> Self {
        let mut child = hookproof(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut handed = Vec::new();
        loop {
            let mut line = String::new();
            assert!(out.read_line(&mut line).unwrap() > 0, "it ended early");
            if line.trim().is_empty() && !handed.is_empty() {
                break;
            }
            if line.contains("HOOKPROOF_URL=") {
                let pairs = line.split_whitespace().filter_map(|pair| pair.split_once('='));
                let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
                handed.push(pairs.collect());
            }
        }
        Self { child, out, handed }
    }

    fn value(&self, event: usize, name: &str) -> &str {
        let pairs = &self.handed[event];
        pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .unwrap()
    }

    /// Host and path of an event.
    fn address(&self, event: usize) -> (&str, &str) {
        let url = self
            .value(event, "HOOKPROOF_URL")
            .strip_prefix("http://")
            .unwrap();
        url.split_at(url.find('/').unwrap())
    }

    fn trigger(&self, event: usize, body: &str) -> Vec<u8> {
        let (host, path) = self.address(event);
        let key = self.value(event, "HOOKPROOF_API_KEY");
        format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    /// Sends, and returns the first line of the answer.
    fn send(&self, event: usize, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address(event).0).unwrap();
        stream.write_all(bytes).unwrap();
        let mut all = Vec::new();
        // A reset is one of the things that can come back.
        let _ = stream.read_to_end(&mut all);
        String::from_utf8_lossy(&all)
            .lines()
            .next()
            .unwrap_or("")
            .to_owned()
    }

    fn end(mut self) -> (i32, String) {
        let mut text = String::new();
        self.out.read_to_string(&mut text).unwrap();
        (self.child.wait().unwrap().code().unwrap(), text)
    }
}

#[test]
fn whoever_comes_to_an_address_is_judged() {
    let waiting = Waiting::start(&["--api", "olbrain", "--speed", "50", "--scenario", "retry-503"]);
    let request = waiting.trigger(0, r#"{"a":1,"Idempotency-Key":"k"}"#);
    assert_eq!(waiting.send(0, &request), "HTTP/1.1 503 Service Unavailable");
    assert_eq!(waiting.send(0, &request), "HTTP/1.1 200 OK");
    let (code, text) = waiting.end();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("pass     olbrain.retry.on-503"), "{text}");
    assert!(text.contains("CONFORMANT: "), "{text}");
}

#[test]
fn a_sender_that_gives_up_at_once_is_named_with_the_requirement() {
    let waiting = Waiting::start(&[
        "--api",
        "olbrain",
        "--speed",
        "50",
        "--scenario",
        "retry-502",
        "--format",
        "json",
    ]);
    waiting.send(0, &waiting.trigger(0, "{}"));
    let (code, text) = waiting.end();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &report["ending"]), (1, &Value::from("not conformant")));
    assert_eq!(report["requirements"]["olbrain.retry.on-502"], "fail");
    assert_eq!(report["scenarios"][0]["recording"]["attempts"][0]["answer"], 502);
}

#[test]
fn a_planned_fault_that_was_never_met_is_no_pass() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.json");
    std::fs::write(&file, r#"{"name":"mine","about":"x","script":["reset","reset"]}"#).unwrap();
    let waiting = Waiting::start(&[
        "--api",
        "olbrain",
        "--speed",
        "50",
        "--scenario",
        file.to_str().unwrap(),
    ]);
    assert_eq!(waiting.send(0, &waiting.trigger(0, "{}")), "");
    let (code, text) = waiting.end();
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains(
            "mine, event 0: planned and never met, since no further attempt came: a reset connection"
        ),
        "{text}"
    );
    assert!(text.contains("INCOMPLETE"), "{text}");
}

#[test]
fn garbage_wrong_addresses_and_wrong_requests_are_told_apart() {
    let waiting = Waiting::start(&[
        "--api",
        "olbrain",
        "--speed",
        "50",
        "--scenario",
        "happy",
        "--max-time",
        "20",
    ]);
    waiting.send(0, b"\x16\x03\x01\x1b[2Jx\r\n\r\n");
    waiting.send(
        0,
        b"POST /elsewhere HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    let wrong = String::from_utf8(waiting.trigger(0, "{'a': 1}")).unwrap();
    let wrong = wrong
        .replace("Bearer ak_hookproof_sender", "Basic \u{1}x")
        .replace('\u{1}', "");
    assert_eq!(waiting.send(0, wrong.as_bytes()), "HTTP/1.1 401 Unauthorized");
    let (code, text) = waiting.end();
    assert_eq!(code, 1, "{text}");
    for expected in [
        "2 requests arrived that belong to no event",
        "no HTTP/1 request",
        "POST /elsewhere",
        "FAIL olbrain.sender.key",
        "FAIL olbrain.sender.body",
        "no JSON from byte 1 on: `{'a': 1}`",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_flood_is_counted_and_then_cut_off() {
    let waiting = Waiting::start(&[
        "--api",
        "olbrain",
        "--speed",
        "50",
        "--scenario",
        "give-up",
        "--events",
        "1",
    ]);
    let request = waiting.trigger(0, r#"{"Idempotency-Key":"k"}"#);
    let mut answered = 0;
    while answered < 1000 && waiting.send(0, &request).starts_with("HTTP/1.1 503") {
        answered += 1;
    }
    assert_eq!(answered, 200);
    let (code, text) = waiting.end();
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("sent 200 times; after that nothing was answered any more"),
        "{text}"
    );
    assert!(text.contains("FAIL olbrain.retry."), "{text}");
}

#[test]
fn nobody_who_comes_is_nothing_verified() {
    let waiting = Waiting::start(&["--api", "inkeep", "--scenario", "happy", "--max-time", "1"]);
    let (host, _) = waiting.address(0);
    let host = host.to_owned();
    let (code, text) = waiting.end();
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("happy, event 0: nothing arrived at its address"),
        "{text}"
    );
    assert!(TcpStream::connect(host).is_err(), "the port is still taken");
}
