//! `hookproof doctor` and ids from a program: what fits, what does not, and what is said about it. Each test runs the command.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::path::Path;
use std::process::{Command, Output};

use mock_server::Fixtures;
use suites::embedded::Embedded;

/// Runs the command in a folder with this configuration.
fn hookproof(folder: &Path, fixtures: &Fixtures, arguments: &[&str]) -> Output {
    std::fs::write(folder.join("hookproof.toml"), fixtures.to_toml()).unwrap();
    Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// What a mock holds, and how a configuration differs from it.
fn doctor(mock: Fixtures, change: impl FnOnce(&mut Fixtures), more: &[&str]) -> (Option<i32>, String) {
    let embedded = Embedded::start(mock.clone()).unwrap();
    let mut declared = mock;
    let url = Some(embedded.base().as_str().to_owned());
    declared.polyai.base_url.clone_from(&url);
    declared.inkeep.base_url.clone_from(&url);
    declared.olbrain.base_url = url;
    change(&mut declared);
    let folder = tempfile::tempdir().unwrap();
    let output = hookproof(folder.path(), &declared, &[&["doctor"], more].concat());
    let both = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    let stored = embedded.mock().polyai().events().len()
        + embedded.mock().inkeep().events().len()
        + embedded.mock().olbrain().events().len();
    (
        output.status.code(),
        format!("{}stored {stored}\n", both.concat()),
    )
}

#[test]
fn a_configuration_that_is_right_fits() {
    let (code, text) = doctor(Fixtures::builtin(), |_| {}, &[]);
    assert_eq!(code, Some(0), "{text}");
    for key in [
        "polyai.keys.valid",
        "polyai.keys.revoked",
        "polyai.other_project",
        "polyai.known_ids",
        "polyai.failing_ids",
        "inkeep.keys.unprocessable",
        "olbrain.keys.without_permission",
        "olbrain.slow_workflow_agents",
        "olbrain.upstream_error_agents",
    ] {
        assert!(text.contains(&format!("fits  {key} ")), "{key}: {text}");
    }
    assert!(
        text.contains("FITS: ") && text.contains(" 0 not, 0 left open"),
        "{text}"
    );
    for keys in [
        Fixtures::builtin().polyai.keys.valid,
        Fixtures::builtin().olbrain.keys.revoked,
    ] {
        assert!(!text.contains(&keys.unwrap()), "{text}");
    }
}

#[test]
fn safe_mode_leaves_nothing_behind_and_says_what_it_left_open() {
    let (code, text) = doctor(Fixtures::builtin(), |_| {}, &["--safe"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.ends_with("stored 0\n"), "{text}");
    assert!(text.contains("open  polyai.known_ids "), "{text}");
    assert!(text.contains("fits  olbrain.conversational_agents"), "{text}");
}

#[test]
fn what_does_not_fit_is_shown_with_its_exchange() {
    let wrong = |fixtures: &mut Fixtures| {
        fixtures.polyai.keys.revoked = fixtures.polyai.keys.valid.replace("a-wrong-key".to_owned());
        fixtures.inkeep.keys.failing = fixtures.inkeep.keys.forbidden.take();
        fixtures.olbrain.keys.expired = fixtures.olbrain.keys.other_organization.take();
        fixtures.olbrain.workflow_agents = vec!["agt_nobody".to_owned()];
    };
    let (code, text) = doctor(Fixtures::builtin(), wrong, &[]);
    assert_eq!(code, Some(3), "{text}");
    for line in [
        "WRONG polyai.keys.valid ",
        "WRONG polyai.keys.revoked ",
        "WRONG inkeep.keys.failing ",
        "open  polyai.known_ids ",
        "WRONG olbrain.keys.expired ",
        "WRONG olbrain.workflow_agents ",
        "expected 500, got 403",
        "> X-Api-Key: $HOOKPROOF_POLYAI_KEY",
        "< HTTP 401",
        "look at HOOKPROOF_POLYAI_KEY",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("a-wrong-key"), "{text}");
}

#[test]
fn a_server_that_is_not_there_is_asked_once() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (code, text) = doctor(
        Fixtures::builtin(),
        |fixtures| fixtures.polyai.base_url = Some(url),
        &["--api", "polyai"],
    );
    assert_eq!(code, Some(3), "{text}");
    assert_eq!(text.matches("WRONG").count(), 1, "{text}");
    assert!(text.contains("is the server running"), "{text}");
    let (code, text) = doctor(
        Fixtures::builtin(),
        |fixtures| fixtures.polyai.base_url = None,
        &["--api", "polyai"],
    );
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("hookproof init"), "{text}");
}

/// A mock with ids that nobody declared, and a configuration whose program prints one of them at each call.
#[cfg(unix)]
fn minted(script: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let mock = suites::embedded::with_plenty_of_ids(Fixtures::builtin());
    let embedded = Embedded::start(mock.clone()).unwrap();
    let mut declared = mock.clone();
    declared.polyai.base_url = Some(embedded.base().as_str().to_owned());
    declared.polyai.known_ids.clear();
    declared.polyai.known_id_command = ["sh", "-c", script].map(str::to_owned).to_vec();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ids"), mock.polyai.known_ids.join("\n")).unwrap();
    let output = hookproof(folder.path(), &declared, arguments);
    let both = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    (output.status.code(), both.concat())
}

/// Counts in a file, as people write it: no two calls may run at the same time.
#[cfg(unix)]
const EACH_ITS_OWN: &str = "n=$(cat n 2>/dev/null || echo 1); echo $((n+1)) > n; sed -n \"${n}p\" ids";

#[cfg(unix)]
#[test]
fn a_program_mints_the_ids_of_a_run() {
    let (code, text) = minted(EACH_ITS_OWN, &["test", "--api", "polyai", "--cases", "2"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("known_id_command"), "{text}");
    let (code, text) = minted(EACH_ITS_OWN, &["doctor", "--api", "polyai"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("fits  polyai.known_id_command"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_program_that_fails_ends_the_run_before_anything_is_judged() {
    let failing = "echo 'quota \\033[2J exceeded' >&2; exit 4";
    let (code, text) = minted(failing, &["test", "--api", "polyai"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("polyai.known_id_command made no id: `sh` exited with 4, and said: quota"),
        "{text}"
    );
    // What safe mode may not send is not made either.
    let (code, text) = minted(failing, &["test", "--api", "polyai", "--safe", "--cases", "2"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = minted(failing, &["doctor", "--api", "polyai"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("WRONG polyai.known_id_command") && text.contains("exited with 4"),
        "{text}"
    );
}

#[test]
fn a_program_that_is_not_there_is_a_fault_of_the_configuration() {
    let (code, text) = doctor(
        Fixtures::builtin(),
        |fixtures| fixtures.polyai.known_id_command = vec!["./no-such-program".to_owned()],
        &["--api", "polyai"],
    );
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("polyai.known_id_command: there is no program `./no-such-program`"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn a_run_that_is_broken_off_takes_the_program_with_it() {
    use rustix::process::{Pid, Signal, kill_process, test_kill_process};

    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let mut declared = Fixtures::builtin();
    declared.polyai.base_url = Some(embedded.base().as_str().to_owned());
    declared.polyai.known_ids.clear();
    let script = "echo $$ > half && mv half pid; sleep 1000; true";
    declared.polyai.known_id_command = ["sh", "-c", script].map(str::to_owned).to_vec();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hookproof.toml"), declared.to_toml()).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args(["test", "--api", "polyai"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let program = loop {
        match std::fs::read_to_string(folder.path().join("pid")) {
            Ok(text) => break text.trim().to_owned(),
            Err(_) => std::thread::yield_now(),
        }
    };
    let leader = Pid::from_raw(i32::try_from(run.id()).unwrap()).unwrap();
    // The first lets what goes on come to its end, and the second does not.
    let status = loop {
        let _ = kill_process(leader, Signal::INT);
        if let Some(status) = run.try_wait().unwrap() {
            break status;
        }
        std::thread::yield_now();
    };
    assert_eq!(status.code(), Some(3));
    let started = Pid::from_raw(program.parse().unwrap()).unwrap();
    let is_gone = || {
        let state = std::fs::read_to_string(format!("/proc/{program}/stat")).unwrap_or_default();
        // Whoever adopted it may take a moment to reap it.
        test_kill_process(started).is_err() || state.contains(") Z ")
    };
    while !is_gone() {
        std::thread::yield_now();
    }
}
