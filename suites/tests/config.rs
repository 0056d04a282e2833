//! The configuration file: what its reader takes and its schema, how `hookproof init` writes one, and what a run makes of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use jsonschema::Validator;
use mock_server::Fixtures;
use mock_server::definition::{Definition, Key, Kind, Role};
use suites::config;
use suites::embedded::Embedded;

/// Runs the command in a folder, with variables beside those of the test; standard input is empty.
fn hookproof(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookproof"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.envs(variables.iter().copied());
    command.output().unwrap()
}

fn told(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    both.concat()
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", told(output));
}

/// What is needed beside a key of a table, as lines of the tables around it.
fn with_key(definition: &Definition, name: &str, value: &str) -> String {
    let mut text = String::new();
    let mut around = Fixtures::definitions()
        .flat_map(Definition::all)
        .collect::<Vec<_>>();
    around.retain(|other| {
        other.name == definition.name || definition.name.starts_with(&format!("{}.", other.name))
    });
    for table in around {
        text.push_str(&format!("[{}]\n", table.name));
        let needed = table.keys.iter().filter(|key| key.role == Role::Required);
        for key in needed.filter(|key| table.name != definition.name || key.name != name) {
            text.push_str(&format!("{} = {}\n", key.name, key.example));
        }
        if table.name == definition.name {
            text.push_str(&format!("{name} = {value}\n"));
        }
    }
    text
}

/// Whether the schema takes a text, and whether the reader does.
fn taken(schema: &Validator, text: &str) -> (bool, bool) {
    let document: toml::Table = toml::from_str(text).unwrap();
    let document = serde_json::to_value(document).unwrap();
    (schema.is_valid(&document), Fixtures::from_toml(text).is_ok())
}

fn schema() -> Validator {
    jsonschema::draft7::new(&config::schema()).unwrap()
}

/// A value that a key does not take.
fn wrong(key: &Key) -> &'static str {
    match key.kind {
        Kind::Text | Kind::Truth | Kind::Named | Kind::Table(_) => "7",
        Kind::Texts | Kind::Command => "[7]",
        Kind::Words(_) => "[\"no such word\"]",
        Kind::Count => "0",
    }
}

#[test]
fn the_schema_and_the_reader_take_the_same() {
    let schema = schema();
    for definition in Fixtures::definitions().flat_map(Definition::all) {
        for key in definition
            .keys
            .iter()
            .filter(|key| !matches!(key.kind, Kind::Table(_)))
        {
            let text = with_key(definition, key.name, key.example);
            assert_eq!(taken(&schema, &text), (true, true), "{text}");
            let text = with_key(definition, key.name, wrong(key));
            assert_eq!(taken(&schema, &text), (false, false), "{text}");
        }
        for setting in definition.settings {
            for option in setting.options {
                let text = with_key(definition, setting.name, &format!("\"{option}\""));
                assert_eq!(taken(&schema, &text), (true, true), "{text}");
            }
            let text = with_key(definition, setting.name, "\"no such option\"");
            assert_eq!(taken(&schema, &text), (false, false), "{text}");
        }
        let text = with_key(definition, "no_such_key", "7");
        assert_eq!(taken(&schema, &text), (false, false), "{text}");
        for key in definition.keys.iter().filter(|key| key.role == Role::Required) {
            let text = with_key(definition, key.name, key.example);
            let without = text.replace(&format!("{} = {}\n", key.name, key.example), "");
            assert_eq!(taken(&schema, &without), (false, false), "{without}");
        }
    }
    assert_eq!(taken(&schema, "[no_such_table]\n"), (false, false));
    assert_eq!(taken(&schema, &Fixtures::builtin().to_toml()), (true, true));
    assert_eq!(taken(&schema, &config::example()), (true, true));
}

const POLYAI: [&str; 8] = [
    "init",
    "--api",
    "polyai",
    "--set",
    "polyai.account_id=PLATFORM",
    "--set",
    "polyai.project_id=PROJECT-123",
    "--url",
];

#[test]
fn init_writes_a_file_that_a_run_reads_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let ids = Fixtures::builtin().polyai.known_ids.join(",");
    let ids = format!("polyai.known_ids={ids}");
    let written = [&POLYAI[..], &[embedded.base().as_str(), "--set", &ids]].concat();
    let output = hookproof(folder.path(), &[], &written);
    assert_code(&output, 0);
    assert!(
        told(&output).contains("HOOKPROOF_POLYAI_KEY"),
        "{}",
        told(&output)
    );
    let text = std::fs::read_to_string(folder.path().join("hookproof.toml")).unwrap();
    assert_eq!(taken(&schema(), &text), (true, true), "{text}");
    let key = [("HOOKPROOF_POLYAI_KEY", "hookproof-valid-key")];
    let output = hookproof(folder.path(), &key, &["test", "polyai.auth", "--cases", "2"]);
    assert_code(&output, 0);
    assert!(
        told(&output).contains(&format!("polyai at {}", embedded.base().as_str())),
        "{}",
        told(&output)
    );
    assert!(!told(&output).contains(key[0].1), "{}", told(&output));
    let without = hookproof(folder.path(), &[], &["test", "polyai.auth"]);
    assert_code(&without, 3);
    assert!(
        told(&without).contains("set HOOKPROOF_POLYAI_KEY"),
        "{}",
        told(&without)
    );
}

#[test]
fn init_neither_overwrites_nor_guesses_nor_writes_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hookproof.toml");
    std::fs::write(&file, "# mine\n").unwrap();
    let complete = [&POLYAI[..], &["http://127.0.0.1:1"]].concat();
    let output = hookproof(folder.path(), &[], &complete);
    assert_code(&output, 2);
    assert!(told(&output).contains("--force"), "{}", told(&output));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "# mine\n");
    let forced = [&complete[..], &["--force"]].concat();
    assert_code(&hookproof(folder.path(), &[], &forced), 0);
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .contains("account_id = \"PLATFORM\"")
    );
    for (arguments, word) in [
        (&["init", "--output", "b.toml"][..], "--api"),
        (
            &[
                "init", "--output", "b.toml", "--api", "polyai", "--url", "http://h",
            ],
            "--set polyai.account_id=...",
        ),
        (&["init", "--output", "b.toml", "--api", "inkeep"], "--url URL"),
        (
            &[
                "init",
                "--output",
                "b.toml",
                "--api",
                "inkeep",
                "--url",
                "http://u:s3cret@h",
            ],
            "user name",
        ),
        (
            &[
                "init",
                "--output",
                "b.toml",
                "--api",
                "inkeep",
                "--url",
                "http://h",
                "--set",
                "inkeep.keys.valid=s3cret",
            ],
            "HOOKPROOF_INKEEP_KEY",
        ),
    ] {
        let output = hookproof(folder.path(), &[], arguments);
        assert_code(&output, 2);
        assert!(told(&output).contains(word), "{}", told(&output));
        assert!(!told(&output).contains("s3cret"), "{}", told(&output));
    }
    assert!(!folder.path().join("b.toml").exists());
}

#[test]
fn a_file_without_an_address_leaves_a_bare_run_to_the_embedded_mock() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("hookproof.toml"),
        Fixtures::builtin().to_toml(),
    )
    .unwrap();
    let output = hookproof(folder.path(), &[], &["test", "polyai.route", "--cases", "2"]);
    assert_code(&output, 0);
    assert!(
        told(&output).contains("against the embedded mock"),
        "{}",
        told(&output)
    );
}

#[test]
fn the_target_table_stands_behind_the_flags() {
    let folder = tempfile::tempdir().unwrap();
    let embedded = Embedded::start(Fixtures::builtin()).unwrap();
    let target = format!(
        "[target]\nbase_url = \"{}\"\nmax_requests = 30\nsafe = true\nheader_variables = {{ X-Token = \"TOKEN_OF_MINE\" }}\n\n",
        embedded.base().as_str()
    );
    let text = target + &Fixtures::builtin().to_toml();
    std::fs::write(folder.path().join("hookproof.toml"), text).unwrap();
    let token = [("TOKEN_OF_MINE", "s3cret-token")];
    let run = |more: &[&str]| {
        let arguments = [&["test", "--api", "polyai", "--cases", "2"][..], more].concat();
        hookproof(folder.path(), &token, &arguments)
    };
    let output = run(&[]);
    assert_code(&output, 3);
    let text = told(&output);
    assert!(
        text.contains(" 30 requests") && text.contains("in safe mode"),
        "{text}"
    );
    let output = run(&["--max-requests", "40", "--full"]);
    assert_code(&output, 3);
    let text = told(&output);
    assert!(
        text.contains(" 40 requests") && !text.contains("in safe mode"),
        "{text}"
    );
    let output = run(&["--dry-run"]);
    assert_code(&output, 0);
    assert!(told(&output).contains("-H 'X-Token: '\"$HOOKPROOF_HEADER_X_TOKEN\""));
    assert!(!told(&output).contains(token[0].1));
    let unset = hookproof(folder.path(), &[], &["test", "--api", "polyai"]);
    assert_code(&unset, 2);
    assert!(told(&unset).contains("TOKEN_OF_MINE"), "{}", told(&unset));
}
