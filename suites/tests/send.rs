//! `hookproof send`: bytes as they stand, answers as they come, and the reproductions that need it. Each test runs the command.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use mock_server::Fixtures;
use suites::embedded::Embedded;

/// Runs the command with these bytes on standard input.
fn send(bytes: &[u8], url: &str, more: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args(["send", "-", "--target", url])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    both.concat()
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", text(output));
}

/// A server that gives every connection to `serve`. Returns its URL, and what it was sent.
fn server(serve: fn(&mut TcpStream, &Mutex<Vec<u8>>)) -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen: Arc<Mutex<Vec<u8>>> = Arc::default();
    let kept = Arc::clone(&seen);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            serve(&mut stream, &kept);
        }
    });
    (url, seen)
}

/// Reads until the bytes end so.
fn read_to(stream: &mut TcpStream, seen: &Mutex<Vec<u8>>, end: &[u8]) {
    let mut byte = [0];
    while stream.read(&mut byte).is_ok_and(|count| count == 1) {
        let mut seen = seen.lock().unwrap();
        seen.push(byte[0]);
        if seen.ends_with(end) {
            return;
        }
    }
}

#[test]
fn every_byte_goes_out_and_no_answer_steers_the_terminal() {
    let (url, seen) = server(|stream, seen| {
        read_to(stream, seen, b"END");
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n\xff\x1b[2Ja\r\n";
        stream.write_all(answer).unwrap();
        // The connection stays open: the answer is whole without its end.
        read_to(stream, seen, b"never");
    });
    let odd = b"post /a b HTTP/1.1\nhOsT:\tx\n\n\0\xff\r END".to_vec();
    let output = send(&odd, &url, &[]);
    assert_code(&output, 0);
    assert_eq!(*seen.lock().unwrap(), odd);
    assert_eq!(
        text(&output),
        "HTTP/1.1 200 OK\nContent-Length: 8\n\n\u{fffd}\\u{1b}[2Ja\n"
    );
}

#[test]
fn half_a_request_is_waited_for_and_told() {
    let (url, seen) = server(|stream, seen| read_to(stream, seen, b"never"));
    let half = b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc";
    let output = send(half, &url, &["--timeout", "1"]);
    assert_code(&output, 3);
    assert!(
        text(&output).contains("nothing more came in time"),
        "{}",
        text(&output)
    );
    assert_eq!(*seen.lock().unwrap(), half);
    let (url, _) = server(|stream, seen| read_to(stream, seen, b"\r\n\r\n"));
    let output = send(b"GET / HTTP/1.1\r\n\r\n", &url, &[]);
    assert_code(&output, 3);
    assert!(
        text(&output).contains("closed the connection without a byte"),
        "{}",
        text(&output)
    );
}

#[test]
fn requests_go_one_by_one_on_one_connection() {
    let (url, seen) = server(|stream, seen| {
        for status in [201, 401] {
            read_to(stream, seen, b"\r\n\r\n");
            seen.lock().unwrap().extend_from_slice(b"|");
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let two = b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n";
    let output = send(two, &url, &["--one-by-one"]);
    assert_code(&output, 0);
    let seen = String::from_utf8(seen.lock().unwrap().clone()).unwrap();
    // The second was not there before the first was answered.
    assert_eq!(seen, "GET /1 HTTP/1.1\r\n\r\n|GET /2 HTTP/1.1\r\n\r\n|");
    assert!(
        text(&output).contains("201 X") && text(&output).contains("401 X"),
        "{}",
        text(&output)
    );
}

#[test]
fn what_cannot_be_sent_is_told_with_its_exit_code() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_code(&send(b"GET / HTTP/1.1\r\n\r\n", &dead, &[]), 3);
    assert_code(&send(b"", &dead, &[]), 2);
    assert_code(&send(b"x", "no url", &[]), 2);
    assert_code(&send(b"x", &dead, &["--ca", "no-such.pem"]), 2);
    let missing = Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args(["send", "no-such-file", "--target", &dead])
        .output()
        .unwrap();
    assert_code(&missing, 2);
    assert!(
        text(&missing).contains("no-such-file cannot be read"),
        "{}",
        text(&missing)
    );
}

/// A server in front of the mock that forgets the key from the second request of a connection on.
fn forgetful(backend: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let backend = backend.clone();
            std::thread::spawn(move || pass_on(stream, &backend));
        }
    });
    url
}

fn pass_on(mut client: TcpStream, backend: &str) {
    let mut server = TcpStream::connect(backend.trim_start_matches("http://")).unwrap();
    let mut back = server.try_clone().unwrap();
    let mut to_client = client.try_clone().unwrap();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut back, &mut to_client);
        let _ = to_client.shutdown(std::net::Shutdown::Both);
    });
    let mut seen = Vec::new();
    let mut piece = [0; 16 * 1024];
    while let Ok(count @ 1..) = client.read(&mut piece) {
        let is_later = !seen.is_empty();
        seen.push(count);
        let mut text = String::from_utf8_lossy(&piece[..count]).into_owned();
        if is_later {
            // A key of the same length, so that nothing else changes.
            text = text.replace("hookproof-valid-key", "hookproof-wrong-key");
        }
        if server.write_all(text.as_bytes()).is_err() {
            break;
        }
    }
    let _ = server.shutdown(std::net::Shutdown::Write);
}

#[cfg(unix)]
#[test]
fn a_fault_of_the_connection_is_reproduced_by_what_is_printed() {
    is_reproduced(|url| (url, Vec::new()));
}

#[cfg(unix)]
#[test]
fn so_it_is_where_a_proxy_leads_to_the_target() {
    // Whatever the proxy is asked for, it leads to the forgetful server; nobody is there without it.
    is_reproduced(|url| ("http://127.0.0.1:9".to_owned(), vec!["--proxy".to_owned(), url]));
}

/// `way` makes the target and the flags of the URL of a server that has a fault of the connection.
#[cfg(unix)]
fn is_reproduced(way: fn(String) -> (String, Vec<String>)) {
    let embedded = Embedded::start(suites::embedded::with_plenty_of_ids(Fixtures::builtin())).unwrap();
    let (url, flags) = way(forgetful(embedded.base().as_str().to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("target.toml");
    std::fs::write(
        &config,
        suites::embedded::with_plenty_of_ids(Fixtures::builtin()).to_toml(),
    )
    .unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args([
            "test",
            "--api",
            "polyai",
            "--target",
            &url,
            "--format",
            "terse",
            "polyai.connection",
            "--config",
        ])
        .arg(&config)
        .args(&flags)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let report = text(&run);
    assert_code(&run, 1);
    let line = report
        .lines()
        .find(|line| line.contains("reproduce printf"))
        .unwrap_or_else(|| panic!("{report}"));
    assert!(
        line.contains(" | hookproof send - --target ") && line.contains("--one-by-one"),
        "{line}"
    );
    assert_eq!(line.contains("--proxy"), !flags.is_empty(), "{line}");
    assert!(!line.contains("hookproof-valid-key"), "{line}");
    assert!(
        report.contains("tried     sent again on its own: the same"),
        "{report}"
    );
    // The command that was printed shows the same, carried out by a shell.
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_hookproof"))
        .parent()
        .unwrap();
    let path = format!(
        "{}:{}",
        bin.display(),
        std::env::var_os("PATH").unwrap().display()
    );
    let shell = Command::new("sh")
        .args(["-c", line.split_once("reproduce ").unwrap().1])
        .env("PATH", path)
        .env("HOOKPROOF_POLYAI_KEY", "hookproof-valid-key")
        .output()
        .unwrap();
    assert_code(&shell, 0);
    let shown = text(&shell);
    assert!(
        shown.starts_with("HTTP/1.1 ") && shown.contains("HTTP/1.1 401"),
        "{shown}"
    );
}
