//! The command as people type it: exit codes, messages, bad targets, bad files.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

fn hookproof(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The built-in fixtures as a file.
fn fixtures(folder: &Path) -> PathBuf {
    let path = folder.join("target.toml");
    std::fs::write(&path, hookproof(&["mock", "--print-fixtures"]).stdout).unwrap();
    path
}

/// Runs the suite against a URL with the built-in fixtures.
fn test_against(url: &str, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let config = fixtures(folder.path());
    let config = config.to_str().unwrap();
    let mut arguments = vec!["test", "--api", "polyai", "--target", url, "--config", config];
    arguments.extend(more);
    hookproof(&arguments)
}

/// What a server does with a connection.
type Answer = fn(&mut TcpStream);

/// A server that does `answer` with every connection.
fn server(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0u8; 4096];
            // Whatever came is enough: these servers do not read what they are sent.
            let _ = stream.read(&mut head);
            answer(&mut stream);
        }
    });
    url
}

/// A mock of its own process, ended when it goes out of scope.
struct Mock {
    child: Child,
    url: String,
}

impl Mock {
    fn start(fixtures: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hookproof"))
            .args(["mock", "--addr", "127.0.0.1:0", "--quiet", "--fixtures"])
            .arg(fixtures)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        let mut text = String::new();
        let mut byte = [0u8; 1];
        while !text.contains('\n') && out.read(&mut byte).unwrap() == 1 {
            text.push(char::from(byte[0]));
        }
        let url = text.trim().strip_prefix("listening on ").unwrap().to_owned();
        // The rest of the greeting has a reader, or the mock would find a closed pipe.
        std::thread::spawn(move || out.read_to_end(&mut Vec::new()));
        Self { child, url }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_embedded_mock_is_conformant() {
    let output = hookproof(&["test", "--cases", "4"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert!(stdout(&output).contains("CONFORMANT: "), "{}", stdout(&output));
    // Whatever stays open is named with its reason.
    assert!(
        !stdout(&output).contains("not asked about"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn nothing_of_the_runner_below_is_printed() {
    let output = hookproof(&["test", "--api", "inkeep", "inkeep::type::free_form"]);
    let text = stdout(&output);
    let is_its_own = |line: &str| line.starts_with("running ") || line.starts_with("test ");
    assert!(!text.lines().any(is_its_own), "{text}");
    assert!(text.contains("requirements met"), "{text}");
}

#[test]
fn a_mock_started_by_hand_is_tested_with_what_it_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = fixtures(folder.path());
    let mock = Mock::start(&file);
    let output = test_against(&mock.url, &["--cases", "4"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert!(
        stdout(&output).contains("Observed where the documents leave it open"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn list_prints_names_and_nothing_else() {
    let output = hookproof(&["test", "--list", "extract::json"]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).lines().count() > 5);
    assert!(
        stdout(&output).lines().all(|line| line.starts_with("polyai::")),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_filter_takes_names_and_requirements() {
    let by_requirement = hookproof(&["test", "--list", "--exact", "polyai.auth.missing-key"]);
    let names = stdout(&by_requirement);
    assert!(
        names
            .lines()
            .any(|name| name == "polyai::contract::security::missing"),
        "{names}"
    );
    assert!(
        names
            .lines()
            .all(|name| ["security", "auth", "key"].iter().any(|word| name.contains(word))),
        "{names}"
    );
    let nothing = hookproof(&["test", "polyai::auht"]);
    assert_eq!(code(&nothing), 2);
    assert!(
        stderr(&nothing).contains("nearest names are"),
        "{}",
        stderr(&nothing)
    );
}

#[test]
fn usage_errors_are_two() {
    for arguments in [
        &["test", "--target", "http://127.0.0.1:1"][..],
        &["test", "--api", "none"],
        &["test", "--cases", "0"],
        &["test", "--replay", "no seed"],
        &["test", "--report", "html=x"],
        &["test", "--api", "polyai", "--target", "127.0.0.1:80"],
        &["test", "--api", "polyai", "--target", "http://192.0.2.1"],
        &["test", "--api", "polyai", "--target", "http://127.0.0.1:1"],
        &["test", "--config", "no-such-file.toml"],
        &["explain", "polyai.auth.mising-key"],
        &["mock", "--addr", "nowhere"],
    ] {
        let output = hookproof(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", stderr(&output));
        assert!(
            stderr(&output).starts_with("error: "),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    }
}

#[test]
fn a_mistyped_key_is_shown_with_its_place_and_the_one_that_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.toml");
    std::fs::write(
        &file,
        "[polyai]\naccount_id = \"A\"\nproject_id = \"P\"\nknwon_ids = []\n",
    )
    .unwrap();
    let output = hookproof(&["test", "--config", file.to_str().unwrap()]);
    assert_eq!(code(&output), 2);
    let message = stderr(&output);
    assert!(
        message.contains("line 4") && message.contains("`known_ids`"),
        "{message}"
    );
}

#[test]
fn a_dead_target_is_three_with_one_message() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let output = test_against(&url, &[]);
    assert_eq!(code(&output), 3);
    assert!(
        stdout(&output).contains("cannot be reached"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn targets_that_are_no_servers_are_named() {
    let cases: [(Answer, &str); 3] = [
        (
            |stream| drop(stream.write_all(b"SSH-2.0-OpenSSH_9\r\n\r\n")),
            "does not answer with HTTP",
        ),
        (
            |stream| drop(stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nab")),
            "closed the connection without a full answer",
        ),
        (|_| {}, "closed the connection without a full answer"),
    ];
    for (answer, message) in cases {
        let output = test_against(&server(answer), &["--timeout", "5"]);
        assert_eq!(code(&output), 3, "{message}");
        assert!(stdout(&output).contains(message), "{}", stdout(&output));
    }
    let tls = server(|_| {}).replace("http://", "https://");
    let output = test_against(&tls, &[]);
    assert_eq!(code(&output), 3);
    assert!(stdout(&output).contains("over TLS"), "{}", stdout(&output));
}

#[test]
fn a_server_that_accepts_everything_is_not_conformant() {
    let url = server(|stream| {
        drop(stream.write_all(b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
    });
    let folder = tempfile::tempdir().unwrap();
    let (junit, events) = (
        folder.path().join("junit.xml"),
        folder.path().join("events.ndjson"),
    );
    let report = format!("junit={}", junit.display());
    let output = test_against(
        &url,
        &[
            "--format",
            "terse",
            "--report",
            &report,
            "--events",
            events.to_str().unwrap(),
            "polyai.auth",
        ],
    );
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    let text = stdout(&output);
    assert!(
        text.contains("FAIL polyai.auth.missing-key (must, documented)"),
        "{text}"
    );
    assert!(text.contains("curl -sS -i"), "{text}");
    let xml = std::fs::read_to_string(&junit).unwrap();
    assert!(
        xml.contains("polyai.auth.missing-key") && xml.contains("<failure"),
        "{xml}"
    );
    let events = std::fs::read_to_string(&events).unwrap();
    for line in events.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(event["event"].is_string(), "{line}");
    }
    assert!(events.lines().next().unwrap().contains("hookproof.events/1"));
    assert!(events.lines().last().unwrap().contains("run-finished"));
    for secret in ["hookproof-valid-key", "hookproof-revoked-key"] {
        assert!(
            ![&text, &xml, &events]
                .iter()
                .any(|output| output.contains(secret)),
            "{secret} leaked"
        );
    }
}

#[test]
fn a_replayed_input_is_the_same_input() {
    let url = server(|stream| {
        drop(stream.write_all(b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
    });
    let first = stdout(&test_against(
        &url,
        &["--format", "terse", "--exact", "polyai::extract::headers"],
    ));
    let replay = first
        .split("--replay '")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap()
        .to_owned();
    let again = test_against(&url, &["--format", "terse", "--replay", &replay]);
    assert_eq!(code(&again), 1);
    assert!(stdout(&again).contains(&replay), "{}", stdout(&again));
}

#[test]
fn a_port_in_use_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let output = hookproof(&["mock", "--addr", &addr]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains(&addr), "{}", stderr(&output));
}

#[test]
fn explain_shows_sentence_source_cases_and_a_sample() {
    let text = stdout(&hookproof(&["explain", "polyai.id.invalid"]));
    for part in [
        "source",
        "Post external event result",
        "polyai::id::invalid",
        "> POST /v1",
        "< 400",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn every_requirement_is_listed_with_its_cases() {
    let text = stdout(&hookproof(&["list"]));
    assert!(
        text.contains("polyai.auth.missing-key  (server must, documented)\n    polyai::contract"),
        "{text}"
    );
    assert!(!text.contains("server must, documented)\n    no case"), "{text}");
}
