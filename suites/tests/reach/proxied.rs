//! Targets behind a proxy, whoever sends: a run, or `hookproof send`.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use mock_server::Fixtures;
use suites::embedded::Embedded;

use crate::command::{code, test_against, told};
use crate::tls::{behind_tls, pem};

/// A forward proxy: `CONNECT` and absolute targets, all of which lead to `backend`, whatever host they name. Returns its
/// URL, and the first line and the credentials of every request to it.
fn forward_proxy(backend: String) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&asked);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (backend, kept) = (backend.clone(), Arc::clone(&kept));
            std::thread::spawn(move || pass_through(client, &backend, &kept));
        }
    });
    (url, asked)
}

fn pass_through(mut client: TcpStream, backend: &str, asked: &Mutex<Vec<String>>) {
    let Some(head) = read_head(&mut client) else {
        return;
    };
    asked.lock().unwrap().push(head.clone());
    let Ok(mut server) = TcpStream::connect(backend) else {
        return;
    };
    let (first, rest) = head.split_once("\r\n").unwrap();
    if first.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
    } else {
        // One request for each connection: the target is written as a server of its own gets it.
        let target = first.split(' ').nth(1).unwrap();
        let path = target.splitn(4, '/').nth(3).unwrap_or_default();
        let method = first.split(' ').next().unwrap();
        let fields = rest.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        server
            .write_all(format!("{method} /{path} HTTP/1.1\r\n{fields}").as_bytes())
            .unwrap();
    }
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        // Whoever ends first ends it for both.
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(std::net::Shutdown::Both);
}

/// The head of a request, up to and with the empty line.
fn read_head(stream: &mut TcpStream) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

/// Flags for a name that is on no machine, without the caution that goes with another machine.
const AS_IF_HERE: [&str; 5] = ["--full", "--rate", "100000", "--connections", "64"];

#[test]
fn a_proxy_leads_to_a_name_that_only_it_knows() {
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let backend = embedded.base().as_str().trim_start_matches("http://").to_owned();
    let (proxy, asked) = forward_proxy(backend);
    let with_user = proxy.replace("http://", "http://me:s3cret@");
    let way = [
        &["--proxy", with_user.as_str(), "polyai.extract.headers"][..],
        &AS_IF_HERE,
    ]
    .concat();
    let output = test_against("http://hookproof.invalid", &way);
    assert_eq!(code(&output), Some(0), "{}", told(&output));
    let heads = asked.lock().unwrap().clone();
    assert!(heads.len() > 20, "{}", heads.len());
    for head in &heads {
        assert!(head.starts_with("POST http://hookproof.invalid/v1/"), "{head}");
        // me:s3cret in base64.
        assert!(
            head.to_lowercase()
                .contains("proxy-authorization: basic bwu6cznjcmv0"),
            "{head}"
        );
    }
    let shown = [&way[..], &["--dry-run"]].concat();
    let shown = told(&test_against("http://hookproof.invalid", &shown));
    assert!(
        shown.contains("--proxy 'http://'\"$HOOKPROOF_PROXY_CREDENTIALS\"'@127.0.0.1:"),
        "{shown}"
    );
    assert!(!shown.contains("s3cret"), "{shown}");
    let direct = test_against("http://hookproof.invalid", &AS_IF_HERE);
    assert_eq!(code(&direct), Some(3), "{}", told(&direct));
}

#[test]
fn a_proxy_leads_to_a_server_with_tls_and_sees_nothing_of_it() {
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let port = behind_tls(&embedded, false);
    let (proxy, asked) = forward_proxy(format!("127.0.0.1:{port}"));
    let ca = pem("ca.pem");
    let url = format!("https://localhost:{port}");
    let output = test_against(&url, &["--proxy", &proxy, "--ca", ca.to_str().unwrap()]);
    assert_eq!(code(&output), Some(0), "{}", told(&output));
    let heads = asked.lock().unwrap().clone();
    assert!(!heads.is_empty());
    for head in &heads {
        assert!(head.starts_with(&format!("CONNECT localhost:{port} ")), "{head}");
        assert!(!head.contains("X-Api-Key"), "{head}");
    }
}

#[test]
fn a_proxy_that_is_not_there_is_an_unreachable_target() {
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let output = test_against(embedded.base().as_str(), &["--proxy", &proxy]);
    assert_eq!(code(&output), Some(3), "{}", told(&output));
    assert!(told(&output).contains("cannot be reached"), "{}", told(&output));
}

/// Sends the bytes of a file with a configuration.
fn send(bytes: &[u8], config: &str, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let (file, target) = (folder.path().join("request"), folder.path().join("target.toml"));
    std::fs::write(&file, bytes).unwrap();
    std::fs::write(&target, config).unwrap();
    Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .arg("send")
        .args([&file, Path::new("--config"), &target])
        .args(more)
        .env("GATEWAY_TOKEN", "t0ken-of-mine")
        .current_dir(folder.path())
        .output()
        .unwrap()
}

const REQUEST: &[u8] =
    b"POST /v1/external-events/webhook HTTP/1.1\r\nhOsT: mine\r\nContent-Length: 2\r\n\r\n{}";

#[test]
fn bytes_go_through_a_proxy_with_what_the_configuration_says() {
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let backend = embedded.base().as_str().trim_start_matches("http://").to_owned();
    let (proxy, asked) = forward_proxy(backend);
    let proxy = proxy.replace("http://", "http://me:s3cret@");
    let config = format!(
        "[target]\nbase_url = 'http://hookproof.invalid/gate'\nproxy = '{proxy}'\nheaders = {{ X-Tenant = 'acme' }}\n\
         header_variables = {{ X-Gateway = 'GATEWAY_TOKEN' }}\n"
    );
    let output = send(REQUEST, &config, &[]);
    assert_eq!(code(&output), Some(0), "{}", told(&output));
    assert!(told(&output).starts_with("HTTP/1.1 401"), "{}", told(&output));
    let heads = asked.lock().unwrap().clone();
    assert_eq!(
        heads,
        [
            "POST http://hookproof.invalid/v1/external-events/webhook HTTP/1.1\r\n\
          Proxy-Authorization: Basic bWU6czNjcmV0\r\nhOsT: mine\r\nContent-Length: 2\r\nX-Tenant: acme\r\n\
          X-Gateway: t0ken-of-mine\r\n\r\n"
        ]
    );
    // Flags go before the file, and a proxy of another kind is a usage error that shows no password.
    let other = send(REQUEST, &config, &["--proxy", "socks5://me:s3cret@127.0.0.1:1"]);
    assert_eq!(code(&other), Some(2), "{}", told(&other));
    assert!(!told(&other).contains("s3cret"), "{}", told(&other));
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[test]
fn bytes_go_through_a_tunnel_to_a_server_that_wants_a_certificate() {
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let port = behind_tls(&embedded, true);
    let (proxy, asked) = forward_proxy(format!("127.0.0.1:{port}"));
    let config = format!(
        "[target]\nproxy = '{proxy}'\nca = '{}'\n[polyai]\naccount_id = 'A'\nproject_id = 'P'\n\
         base_url = 'https://localhost:{port}'\n[inkeep]\nbase_url = 'https://127.0.0.1:1'\n",
        pem("ca.pem").display()
    );
    let client = pem("client.pem");
    let with = ["--client-cert", client.to_str().unwrap()];
    let output = send(REQUEST, &config, &[&with[..], &["--api", "polyai"]].concat());
    assert_eq!(code(&output), Some(0), "{}", told(&output));
    assert!(told(&output).starts_with("HTTP/1.1 401"), "{}", told(&output));
    let heads = asked.lock().unwrap().clone();
    let tunnel = format!("CONNECT localhost:{port} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    assert_eq!(heads, [tunnel]);
    // Two servers, and none is named.
    let either = send(REQUEST, &config, &with);
    assert_eq!(code(&either), Some(2), "{}", told(&either));
    assert!(told(&either).contains("--api"), "{}", told(&either));
    let without = send(REQUEST, &config, &["--api", "polyai"]);
    assert_eq!(code(&without), Some(3), "{}", told(&without));
}
