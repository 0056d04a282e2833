//! The way itself: TLS, HTTP/2, fields that go along, limits, and what a dry run shows.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mock_server::Fixtures;
use suites::embedded::Embedded;

use crate::command::{code, test_against, told};
use crate::tls::{behind_tls, in_http2, pem};

/// A server that answers every request with `answer` and keeps the heads.
fn recorder(answer: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heads: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&heads);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut bytes = [0u8; 8192];
            let count = stream.read(&mut bytes).unwrap_or(0);
            kept.lock()
                .unwrap()
                .push(String::from_utf8_lossy(&bytes[..count]).into_owned());
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (url, heads)
}

#[test]
fn tls_needs_a_certificate_that_somebody_trusts() {
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let url = format!("https://localhost:{}", behind_tls(&embedded, false));
    let ca = pem("ca.pem");
    let trusted = test_against(&url, &["--ca", ca.to_str().unwrap()]);
    assert_eq!(code(&trusted), Some(0), "{}", told(&trusted));
    let unknown = test_against(&url, &[]);
    assert_eq!(code(&unknown), Some(3), "{}", told(&unknown));
    assert!(told(&unknown).contains("over TLS"), "{}", told(&unknown));
    let accepted = test_against(&url, &["--insecure", "extract::headers"]);
    assert_eq!(code(&accepted), Some(0), "{}", told(&accepted));
}

#[test]
fn a_server_may_ask_for_the_clients_certificate() {
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let url = format!("https://localhost:{}", behind_tls(&embedded, true));
    let (ca, client) = (pem("ca.pem"), pem("client.pem"));
    let trust = ["--ca", ca.to_str().unwrap(), "extract::headers"];
    let without = test_against(&url, &trust);
    assert_eq!(code(&without), Some(3), "{}", told(&without));
    let with = [&trust[..], &["--client-cert", client.to_str().unwrap()]].concat();
    let with = test_against(&url, &with);
    assert_eq!(code(&with), Some(0), "{}", told(&with));
}

#[test]
fn what_cannot_be_used_is_a_usage_error_before_anything_is_sent() {
    for (wrong, word) in [
        (&["--ca", "no-such.pem"][..], "no-such.pem"),
        (&["--header", "nothing"], "is no header field"),
        (&["--proxy", "proxy"], "`proxy` is no proxy"),
        (&["--proxy", "http://me:s3cret@[x"], "`http://***@[x` is no proxy"),
    ] {
        let output = test_against("http://127.0.0.1:9", wrong);
        assert_eq!(code(&output), Some(2), "{}", told(&output));
        assert!(told(&output).contains(word), "{}", told(&output));
    }
}

#[test]
fn every_request_says_who_sends_it_and_no_secret_shows() {
    let (url, heads) = recorder("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let output = test_against(
        &url,
        &["--header", "X-Tenant: acme-secret", "--max-requests", "9"],
    );
    assert!(!told(&output).contains("acme-secret"), "{}", told(&output));
    let heads = heads.lock().unwrap().clone();
    assert!(heads.len() > 1, "{heads:?}");
    for head in heads {
        let head = head.to_lowercase();
        for field in [
            "user-agent: hookproof/",
            "x-hookproof-run: ",
            "x-tenant: acme-secret",
        ] {
            assert!(head.contains(field), "{field}: {head}");
        }
    }
}

#[test]
fn too_many_requests_are_no_verdict() {
    let limit =
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (url, heads) = recorder(limit);
    let output = test_against(&url, &[]);
    assert_eq!(code(&output), Some(3), "{}", told(&output));
    let heads = heads.lock().unwrap();
    // Each request was sent again, once.
    assert!(
        heads.len() >= 2 && heads.len().is_multiple_of(2),
        "{}",
        heads.len()
    );
}

#[test]
fn a_run_ends_where_its_limit_is() {
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let output = test_against(embedded.base().as_str(), &["--max-requests", "40"]);
    assert_eq!(code(&output), Some(3), "{}", told(&output));
    assert!(
        told(&output).contains("--max-requests allows"),
        "{}",
        told(&output)
    );
    assert!(told(&output).contains(" 40 requests"), "{}", told(&output));
}

#[test]
fn a_dry_run_shows_requests_and_sends_none() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let output = test_against(&url, &["--dry-run", "--safe"]);
    assert_eq!(code(&output), Some(0), "{}", told(&output));
    let text = told(&output);
    let shown = text.lines().filter(|line| line.contains("curl -sS")).count();
    assert!(shown > 200, "{shown}");
    assert!(
        text.contains(&url) && text.contains("$HOOKPROOF_POLYAI_KEY"),
        "{text}"
    );
    let secret = Fixtures::builtin().polyai.keys.valid.unwrap();
    assert!(!text.contains(secret.as_str()), "{text}");
    for id in &Fixtures::builtin().polyai.known_ids {
        assert!(!text.contains(id), "{id}");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 0);
}

#[test]
fn another_machine_is_tested_in_safe_mode() {
    // A name that never resolves, RFC 2606 §2.
    let output = test_against("http://hookproof.invalid", &["--dry-run"]);
    for id in &Fixtures::builtin().polyai.known_ids {
        assert!(!told(&output).contains(id), "{id}");
    }
    let output = test_against("http://hookproof.invalid", &["--dry-run", "--full"]);
    let ids = Fixtures::builtin().polyai.known_ids;
    assert!(ids.iter().any(|id| told(&output).contains(id)));
}

#[test]
fn http2_is_spoken_where_it_is_asked_for() {
    let (port, versions) = in_http2(Fixtures::builtin());
    let url = format!("https://localhost:{port}");
    let ca = pem("ca.pem");
    let trust = ["--ca", ca.to_str().unwrap()];
    let output = test_against(&url, &[&trust[..], &["--http2"]].concat());
    assert_eq!(code(&output), Some(0), "{}", told(&output));
    let versions = versions.lock().unwrap().clone();
    assert!(versions.len() > 200, "{}", versions.len());
    assert!(versions.iter().all(|version| *version == http::Version::HTTP_2));
    // A server that speaks nothing else is not spoken to by accident.
    let output = test_against(&url, &trust);
    assert_eq!(code(&output), Some(3), "{}", told(&output));
}
