//! A server that is the trigger alone, and says so: what it does not offer is told apart, and nobody asks for it. Each test
//! runs the command.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use mock_server::Fixtures;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// Everything beside the trigger.
const ALL: &str = "olbrain.runs,olbrain.sess,olbrain.upl";

/// The reference's trigger; any other path is none of it. Keeps the paths that it was asked for.
struct TriggerAlone {
    reference: mock_server::wiremock::Responder,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Respond for TriggerAlone {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let path = request.url.path();
        self.asked.lock().unwrap().push(path.to_owned());
        // The files that agents make are the trigger's as well.
        if path.starts_with("/api/agents/webhook/") || path.starts_with("/v0/") {
            return self.reference.respond(request);
        }
        ResponseTemplate::new(404).set_body_string("there is nothing here")
    }
}

/// The server with a configuration file for it, and the paths that it was asked for.
struct Served {
    server: MockServer,
    _runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
    asked: Arc<Mutex<Vec<String>>>,
}

fn serve() -> Served {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let trigger = TriggerAlone {
        reference: mock_server::wiremock::Responder::new(Fixtures::builtin()),
        asked: Arc::clone(&asked),
    };
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(trigger).mount(&server).await;
        server
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("target.toml"), Fixtures::builtin().to_toml()).unwrap();
    Served {
        server,
        _runtime: runtime,
        folder,
        asked,
    }
}

fn test_in(folder: &Path, url: &str, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args(["test", "--api", "olbrain", "--cases", "2", "--target", url])
        .args(["--config", "target.toml"])
        .args(more)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    both.concat()
}

/// How many *musts* the last line counts as not verified.
fn unverified(text: &str) -> usize {
    let line = text
        .lines()
        .find(|line| line.contains("musts not verified"))
        .unwrap();
    let before = line.split(" musts not verified").next().unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn what_a_server_does_not_offer_is_told_apart_and_not_asked_for() {
    let served = serve();
    let url = served.server.uri();
    let plain = told(&test_in(served.folder.path(), &url, &[]));
    served.asked.lock().unwrap().clear();
    let output = test_in(served.folder.path(), &url, &["--not-offered", ALL]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.contains("requirements not offered (olbrain.runs, olbrain.sess, olbrain.upl);"),
        "{text}"
    );
    // Each is named.
    let names = text.split_once("Not offered, as was declared: ").unwrap().1;
    for id in [
        "olbrain.upl.usable",
        "olbrain.runs.get",
        "olbrain.sess.list.order",
    ] {
        assert!(names.contains(id), "{id}: {text}");
    }
    assert!(
        unverified(&text) + 60 < unverified(&plain),
        "{} of {}",
        unverified(&text),
        unverified(&plain)
    );
    let asked = served.asked.lock().unwrap().clone();
    let beside: Vec<&String> = asked
        .iter()
        .filter(|path| {
            let parts = ["/upload", "/runs", "/sessions"];
            parts.iter().any(|part| path.contains(part))
        })
        .collect();
    assert!(asked.len() > 500 && beside.is_empty(), "{beside:?}");
}

#[test]
fn whoever_wants_everything_verified_means_what_is_offered() {
    let served = serve();
    let url = served.server.uri();
    let file = served.folder.path().join("target.toml");
    let filter = ["--require-all", "--format", "terse"];
    let undeclared = test_in(served.folder.path(), &url, &filter);
    assert!(
        told(&undeclared).contains("olbrain.runs.get,"),
        "{}",
        told(&undeclared)
    );
    let text = std::fs::read_to_string(&file).unwrap();
    let parts = ALL.split(',').map(|part| format!("'{part}'")).collect::<Vec<_>>();
    let declared = format!("[target]\nnot_offered = [{}]\n{text}", parts.join(", "));
    std::fs::write(&file, declared).unwrap();
    let output = test_in(served.folder.path(), &url, &filter);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    // A part that is offered is verified as ever.
    std::fs::write(&file, text).unwrap();
    let some = [&filter[..], &["--not-offered", "olbrain.runs,olbrain.upl"]].concat();
    let output = test_in(served.folder.path(), &url, &some);
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    let missing = told(&output);
    assert!(
        missing.contains("olbrain.sess.get") && !missing.contains("olbrain.runs.get"),
        "{missing}"
    );
}

#[test]
fn a_part_that_no_api_has_is_a_usage_error_with_the_nearest_names() {
    let served = serve();
    for wrong in ["olbrain.run", "olbrain", "runs"] {
        let output = test_in(
            served.folder.path(),
            &served.server.uri(),
            &["--not-offered", wrong],
        );
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(
            told(&output).contains(&format!("there is no part `{wrong}`")),
            "{}",
            told(&output)
        );
    }
    let output = test_in(
        served.folder.path(),
        &served.server.uri(),
        &["--not-offered", "olbrain.run"],
    );
    assert!(told(&output).contains("olbrain.runs"), "{}", told(&output));
    assert_eq!(served.asked.lock().unwrap().len(), 0);
}
