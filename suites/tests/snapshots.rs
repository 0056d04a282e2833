//! What a person reviews when it changes: the list of cases, and the help texts.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::process::Command;

fn hookproof(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_hookproof"))
        .args(arguments)
        .env("COLUMNS", "100")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn assert_same(folder: &str, name: &str, text: &str) {
    let folder = format!("{}/../snapshots/{folder}", env!("CARGO_MANIFEST_DIR"));
    insta::with_settings!({
        snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}

/// A change of the contract or of the catalogue shows here by itself.
#[test]
fn the_cases_of_each_api() {
    for api in suites::registry::ids() {
        let names = hookproof(&["test", "--api", api, "--list"]);
        let listed: Vec<String> = names.lines().map(str::to_owned).collect();
        let mut planned = Vec::new();
        for suite in suites::registry::listed()
            .into_iter()
            .filter(|suite| suite.api().id() == api)
        {
            planned.extend(suite.cases().into_iter().map(|case| {
                format!(
                    "{} [{}] {}",
                    case.name(),
                    case.origin().word(),
                    case.covers().join(" ")
                )
            }));
        }
        assert_eq!(listed.len(), planned.len(), "{api}: the list is the plan");
        assert_same(api, "cases", &planned.join("\n"));
    }
}

#[test]
fn the_help_of_each_command() {
    for command in [
        "init",
        "doctor",
        "send",
        "sender",
        "test",
        "mock",
        "self-test",
        "list",
        "explain",
        "judge",
    ] {
        assert_same("help", command, &hookproof(&[command, "--help"]));
    }
    assert_same("help", "hookproof", &hookproof(&["--help"]));
}

/// Both are made by `cargo xtask config`.
#[test]
fn the_schema_and_the_example_are_those_of_the_reader() {
    for (path, text) in [
        (
            "schemas/hookproof.schema.json",
            format!("{:#}\n", suites::config::schema()),
        ),
        ("examples/hookproof.toml", suites::config::example()),
    ] {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == text,
            "{path} is stale: run `cargo xtask config` and read the difference"
        );
    }
}
