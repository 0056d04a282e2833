//! A configuration file to begin with: every key that says something about a server, with what is known of it, or in a
//! comment with an example. No secret is ever written into it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mock_server::Fixtures;
use mock_server::definition::{Definition, Key, Kind, Role};

use super::key_variable;

/// What is known, by the keys in full: `polyai.account_id`.
pub type Known = BTreeMap<String, toml::Value>;

/// The text of a file about these APIs. Comments say what every key means.
pub fn template(apis: &[&str], known: &Known) -> String {
    let mut out = String::from(
        "# What exists at the servers under test, and how they are reached.\n\
         #\n\
         # Keys do not stand here: Hookproof takes each from the environment, by the name that is given below.\n\
         # `hookproof doctor` tries what is written here with single calls, `hookproof test` tests the servers.\n",
    );
    let about_servers =
        |definition: &&Definition| definition.name == "target" || apis.contains(&definition.name);
    for definition in Fixtures::definitions().filter(about_servers) {
        table(&mut out, definition, known);
    }
    out
}

/// The example of the repository: every API, with the values that keys are explained by where something is needed.
pub fn example() -> String {
    let apis: Vec<&str> = Fixtures::definitions()
        .map(|definition| definition.name)
        .collect();
    let mut known = Known::new();
    for definition in Fixtures::definitions().filter(|definition| definition.name != "target") {
        known.insert(
            format!("{}.base_url", definition.name),
            "http://127.0.0.1:8080".into(),
        );
        for key in definition.keys.iter().filter(|key| key.role == Role::Required) {
            let value: Result<toml::Table, _> = toml::from_str(&format!("value = {}", key.example));
            if let Some(value) = value.ok().and_then(|mut table| table.remove("value")) {
                known.insert(full(definition, key), value);
            }
        }
    }
    format!(
        "#:schema ../schemas/hookproof.schema.json\n{}",
        template(&apis, &known)
    )
}

fn table(out: &mut String, definition: &Definition, known: &Known) {
    let _ = write!(out, "\n\n# {}\n[{}]\n", definition.about, definition.name);
    for key in plain(definition) {
        about(out, key);
        let value = known.get(&full(definition, key));
        match value {
            Some(value) => {
                let _ = writeln!(out, "{} = {value}", key.name);
            }
            None => {
                let _ = writeln!(out, "# {} = {}", key.name, key.example);
            }
        }
    }
    for key in definition.keys.iter().filter(|key| key.role != Role::MockOnly) {
        match key.kind {
            Kind::Table(below) if key.name == "keys" => keys(out, definition.name, below),
            Kind::Table(below) => outlined(out, below, known),
            _ => {}
        }
    }
}

/// The keys of a table that are no tables and concern a server.
fn plain(definition: &Definition) -> impl Iterator<Item = &Key> {
    definition
        .keys
        .iter()
        .filter(|key| key.role != Role::MockOnly && !matches!(key.kind, Kind::Table(_)))
}

fn full(definition: &Definition, key: &Key) -> String {
    format!("{}.{}", definition.name, key.name)
}

fn about(out: &mut String, key: &Key) {
    let needed = if key.role == Role::Required {
        " Needed."
    } else {
        ""
    };
    let _ = writeln!(out, "\n# {}{needed}", key.about);
}

/// Credentials: each only by the name of its variable.
fn keys(out: &mut String, api: &str, definition: &Definition) {
    let _ = writeln!(out, "\n# Keys, from the environment:");
    for key in definition.keys {
        let _ = writeln!(out, "#   {:<44} {}", key_variable(api, key.name), key.about);
    }
}

/// A table that not every server has something for.
fn outlined(out: &mut String, definition: &Definition, known: &Known) {
    let is_known = plain(definition).any(|key| known.contains_key(&full(definition, key)));
    let sign = if is_known { "" } else { "# " };
    let _ = writeln!(out, "\n# {}\n{sign}[{}]", definition.about, definition.name);
    for key in plain(definition) {
        let value = known.get(&full(definition, key));
        let line = match value {
            Some(value) => format!("{} = {value}", key.name),
            None => format!("# {} = {}", key.name, key.example),
        };
        let _ = writeln!(out, "# {}\n{line}", key.about);
    }
}
