//! What a report claims about a failure has been tried.

use std::process::Command;

use mock_server::Fixtures;
use suites::embedded::Embedded;

#[test]
fn the_reproduction_of_a_failure_was_carried_out() {
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    // A token that is declared as one without permission, and has it.
    let mut declared = Fixtures::builtin();
    let keys = &mut declared.inkeep.keys;
    keys.forbidden = keys.other_project.take();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("target.toml");
    std::fs::write(&config, declared.to_toml()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args(["test", "--api", "inkeep", "--target", embedded.base().as_str()])
        .args(["--format", "terse", "inkeep.auth.403", "--config"])
        .arg(config)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("tried     sent again on its own: the same, 201"),
        "{text}"
    );
}
