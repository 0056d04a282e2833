//! `hookproof init`.

use std::io::{BufRead, IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use mock_server::Fixtures;
use mock_server::definition::{Definition, Key, Kind, Role};

use super::{Failure, picked, say};
use crate::config::{DEFAULT_FILE, Known, key_variable, template};
use crate::http::BaseUrl;
use crate::registry;
use crate::transcript::one_line;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The API to write about; repeat it or separate with commas for several
    #[arg(long, value_delimiter = ',')]
    api: Vec<String>,
    /// Base URL of the server
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A key of the file and its value, as in `polyai.account_id=ACME`; commas separate the items of a list
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The file to write; - is standard output
    #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
    output: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// Ask nothing, even on a terminal
    #[arg(long)]
    no_input: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let to_stdout = arguments.output.as_os_str() == "-";
    if !to_stdout && !arguments.force && arguments.output.exists() {
        return Err(exists(&arguments.output));
    }
    let mut apis = if arguments.api.is_empty() {
        Vec::new()
    } else {
        picked(&arguments.api)?
    };
    let mut known = Known::new();
    for pair in &arguments.set {
        let (key, value) = set(pair)?;
        known.insert(key, value);
    }
    let asks = !arguments.no_input && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if asks {
        let (mut input, mut output) = (std::io::stdin().lock(), anstream::stderr().lock());
        let mut dialogue = Dialogue {
            input: &mut input,
            output: &mut output,
        };
        if apis.is_empty() {
            apis = dialogue.apis()?;
        }
        take_url(arguments, &apis, &mut known)?;
        for api in &apis {
            dialogue.about(api, &mut known)?;
        }
    } else {
        if apis.is_empty() {
            return Err(Failure::usage(
                "which API? Name it with --api polyai, --api inkeep or --api olbrain, or run this on a terminal, which asks",
            ));
        }
        take_url(arguments, &apis, &mut known)?;
        complete(&apis, &known)?;
    }
    let text = template(&apis, &known);
    // What is written must be what every other command reads.
    Fixtures::from_toml(&text)
        .map_err(|error| Failure::usage(format!("what was given makes no usable file: {error}")))?;
    if to_stdout {
        say(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    write(arguments, &text)?;
    say(&farewell(arguments, &apis))?;
    Ok(ExitCode::SUCCESS)
}

fn exists(path: &std::path::Path) -> Failure {
    Failure::usage(format!(
        "{} is there already; --force writes over it, --output names another file",
        path.display()
    ))
}

fn write(arguments: &Arguments, text: &str) -> Result<(), Failure> {
    let path = &arguments.output;
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if arguments.force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(path),
        _ => Failure::usage(format!("{} cannot be written: {error}", path.display())),
    };
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

/// What comes next.
fn farewell(arguments: &Arguments, apis: &[&str]) -> String {
    let path = arguments.output.display().to_string();
    let option = if path == DEFAULT_FILE {
        String::new()
    } else {
        format!(" --config {}", one_line(&path))
    };
    let mut out = format!("{} is written. Next:\n", one_line(&path));
    for api in apis {
        out.push_str(&format!("    export {}=...\n", key_variable(api, "valid")));
    }
    out.push_str(&format!(
        "    hookproof doctor{option}    # tries it with single calls\n    hookproof test{option}      # tests the server\n"
    ));
    out
}

/// The URL of `--url`, for every API that has none yet.
fn take_url(arguments: &Arguments, apis: &[&str], known: &mut Known) -> Result<(), Failure> {
    let Some(url) = &arguments.url else {
        return Ok(());
    };
    let base = BaseUrl::parse(url).map_err(|error| Failure::usage(error.to_string()))?;
    for api in apis {
        known
            .entry(format!("{api}.base_url"))
            .or_insert_with(|| base.as_str().into());
    }
    Ok(())
}

/// Nothing that is needed may be missing where nobody can be asked.
fn complete(apis: &[&str], known: &Known) -> Result<(), Failure> {
    let mut missing: Vec<String> = Vec::new();
    for definition in Fixtures::definitions().filter(|definition| apis.contains(&definition.name)) {
        let name = definition.name;
        let has_url = ["base_url", "target.base_url"]
            .iter()
            .any(|key| known.contains_key(*key) || known.contains_key(&format!("{name}.{key}")));
        if !has_url {
            missing.push("--url URL".to_owned());
        }
        let needed = definition.keys.iter().filter(|key| key.role == Role::Required);
        missing.extend(
            needed
                .map(|key| format!("{name}.{}", key.name))
                .filter(|key| !known.contains_key(key))
                .map(|key| format!("--set {key}=...")),
        );
    }
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "needed and not given: {}. On a terminal this command asks",
        missing.join(", ")
    )))
}

/// A key in full, with its definition. Keys that hold credentials are refused with the name of their variable.
fn key_of(name: &str) -> Result<&'static Key, Failure> {
    let unknown = |known: Vec<String>| {
        let nearest = super::filter::nearest(name, known.iter().map(String::as_str));
        Failure::usage(format!("there is no key `{}`{nearest}", one_line(name)))
    };
    let all: Vec<&'static Definition> = Fixtures::definitions().flat_map(Definition::all).collect();
    let names = || {
        let of = |definition: &&'static Definition| {
            definition
                .keys
                .iter()
                .map(|key| format!("{}.{}", definition.name, key.name))
        };
        all.iter().flat_map(of).collect()
    };
    let (table, key) = name.rsplit_once('.').ok_or_else(|| unknown(names()))?;
    if let Some(api) = table
        .strip_suffix(".keys")
        .filter(|api| registry::ids().any(|id| id == *api))
    {
        return Err(Failure::usage(format!(
            "keys are not written into the file; put it into the environment as {}",
            key_variable(api, key)
        )));
    }
    let definition = all.iter().find(|definition| definition.name == table);
    let found = definition.and_then(|definition| definition.keys.iter().find(|known| known.name == key));
    match found {
        Some(found) if matches!(found.kind, Kind::Named) => Err(Failure::usage(format!(
            "{name} is a table of fields; write it into the file by hand, and what is secret in it into the environment \
             (target.header_variables)"
        ))),
        Some(found) if found.role == Role::MockOnly => Err(Failure::usage(format!(
            "{name} says something about the mock only; `hookproof mock --print-fixtures` prints a file with it"
        ))),
        Some(found) => Ok(found),
        None => Err(unknown(names())),
    }
}

fn set(pair: &str) -> Result<(String, toml::Value), Failure> {
    let (name, text) = pair
        .split_once('=')
        .ok_or_else(|| Failure::usage(format!("`{}` is no KEY=VALUE", one_line(pair))))?;
    let key = key_of(name)?;
    if let Some(value) = value(key, text) {
        refuse_credentials(name, &value)?;
        return Ok((name.to_owned(), value));
    }
    Err(Failure::usage(format!(
        "{name} takes {}, as in {}",
        wanted(key),
        key.example
    )))
}

/// A URL of the file carries no user name and password: they are secrets.
fn refuse_credentials(name: &str, value: &toml::Value) -> Result<(), Failure> {
    let is_url = name.ends_with(".base_url") || name == "target.proxy";
    let Some(text) = value.as_str().filter(|_| is_url) else {
        return Ok(());
    };
    BaseUrl::parse(text)
        .map(|_| ())
        .map_err(|error| Failure::usage(format!("{name}: {error}")))
}

fn wanted(key: &Key) -> &'static str {
    match key.kind {
        Kind::Text => "a text",
        Kind::Texts | Kind::Words(_) => "texts with commas between them",
        Kind::Command => "a program and its arguments as a list",
        Kind::Truth => "true or false",
        Kind::Count => "a whole number from 1",
        Kind::Named | Kind::Table(_) => "a table",
    }
}

/// What was written, as the kind of the key asks for it.
fn value(key: &Key, text: &str) -> Option<toml::Value> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let items = || {
        if text.starts_with('[') {
            let list: toml::Table = toml::from_str(&format!("list = {text}")).ok()?;
            return list.get("list")?.as_array().cloned();
        }
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        Some(items.map(toml::Value::from).collect())
    };
    match key.kind {
        Kind::Text => Some(text.into()),
        Kind::Texts | Kind::Words(_) => items().map(toml::Value::Array),
        Kind::Command if text.starts_with('[') => items().map(toml::Value::Array),
        Kind::Command => Some(vec![text].into()),
        Kind::Truth => text.parse::<bool>().ok().map(toml::Value::from),
        Kind::Count => {
            let count = text.parse::<i64>().ok().filter(|count| *count > 0);
            count.map(toml::Value::from)
        }
        Kind::Named | Kind::Table(_) => None,
    }
}

/// Questions and answers, a line each.
struct Dialogue<'t> {
    input: &'t mut dyn BufRead,
    output: &'t mut dyn Write,
}

impl Dialogue<'_> {
    fn line(&mut self, question: &str) -> Result<String, Failure> {
        let gone = |error: std::io::Error| Failure::usage(format!("the answers could not be read: {error}"));
        write!(self.output, "{question}: ").map_err(gone)?;
        self.output.flush().map_err(gone)?;
        let mut line = String::new();
        if self.input.read_line(&mut line).map_err(gone)? == 0 {
            return Err(Failure::usage("the answers ended too early; nothing was written"));
        }
        Ok(line.trim().to_owned())
    }

    fn remark(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self.output, "{text}")
            .map_err(|error| Failure::usage(format!("the questions could not be written: {error}")))
    }

    /// Asks until `read` understands the answer.
    fn ask<T>(&mut self, question: &str, read: impl Fn(&str) -> Result<T, Failure>) -> Result<T, Failure> {
        loop {
            let line = self.line(question)?;
            match read(&line) {
                Ok(answer) => return Ok(answer),
                Err(failure) => self.remark(&format!("    {}", one_line(&failure.message)))?,
            }
        }
    }

    fn apis(&mut self) -> Result<Vec<&'static str>, Failure> {
        let all: Vec<&str> = registry::ids().collect();
        self.ask(&format!("Which API? ({})", all.join(", ")), |line| {
            let names: Vec<String> = line
                .split([',', ' '])
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect();
            if names.is_empty() {
                return Err(Failure::usage("name one or more"));
            }
            picked(&names)
        })
    }

    fn about(&mut self, api: &str, known: &mut Known) -> Result<(), Failure> {
        let Some(definition) = Fixtures::definitions().find(|definition| definition.name == api) else {
            return Ok(());
        };
        self.remark(&format!("\n{}", definition.about))?;
        let url = format!("{api}.base_url");
        if !known.contains_key(&url) && !known.contains_key("target.base_url") {
            let base = self.ask("Base URL of the server", |line| {
                let parsed = BaseUrl::parse(line).map_err(|error| Failure::usage(error.to_string()))?;
                Ok(parsed.as_str().to_owned())
            })?;
            known.insert(url, base.into());
        }
        for key in definition.keys {
            let name = format!("{api}.{}", key.name);
            let is_needed = key.role == Role::Required;
            if known.contains_key(&name) || !(is_needed || key.role == Role::Useful) {
                continue;
            }
            let ways = match (key.kind, is_needed) {
                (Kind::Text, true) => "",
                (Kind::Text, false) => " [none]",
                _ => " With commas between them [none]",
            };
            self.remark(&format!("{}{ways}", key.about))?;
            let answer = self.ask(&name, |line| {
                if line.is_empty() && !is_needed {
                    return Ok(None);
                }
                value(key, line)
                    .map(Some)
                    .ok_or_else(|| Failure::usage(format!("it takes {}, as in {}", wanted(key), key.example)))
            })?;
            if let Some(answer) = answer {
                known.insert(name, answer);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds a dialogue with these lines of answers.
    fn told(answers: &str, apis: &[&str]) -> (Result<Known, Failure>, String) {
        let mut output = Vec::new();
        let mut input = answers.as_bytes();
        let mut dialogue = Dialogue {
            input: &mut input,
            output: &mut output,
        };
        let mut known = Known::new();
        let outcome = apis.iter().try_for_each(|api| dialogue.about(api, &mut known));
        (outcome.map(|()| known), String::from_utf8(output).unwrap())
    }

    #[test]
    fn a_dialogue_asks_again_and_takes_nothing_for_an_answer() {
        let (known, questions) = told("nonsense\nhttp://127.0.0.1:1/a/\n\nA\nP\na, b,\n", &["polyai"]);
        let known = known.unwrap();
        assert_eq!(known["polyai.base_url"].as_str(), Some("http://127.0.0.1:1/a"));
        assert_eq!(known["polyai.account_id"].as_str(), Some("A"));
        assert_eq!(known["polyai.known_ids"].as_array().map(Vec::len), Some(2));
        assert!(
            questions.contains("is not a URL") && questions.contains("it takes a text"),
            "{questions}"
        );
        let (known, _) = told("http://h\n\n\n", &["olbrain"]);
        assert_eq!(known.unwrap().len(), 1);
        assert!(told("http://h\n", &["polyai"]).0.is_err());
    }

    #[test]
    fn keys_are_set_by_their_names_and_secrets_are_not() {
        let (name, value) = set("olbrain.workflow_agents=a, b").unwrap();
        assert_eq!(
            (name.as_str(), value.to_string().as_str()),
            ("olbrain.workflow_agents", "[\"a\", \"b\"]")
        );
        assert_eq!(set("target.rate=3").unwrap().1.as_integer(), Some(3));
        assert_eq!(
            set("polyai.known_id_command=[\"a\", \"b,c\"]")
                .unwrap()
                .1
                .to_string(),
            "[\"a\", \"b,c\"]"
        );
        for (wrong, word) in [
            ("polyai.keys.valid=s3cret", "HOOKPROOF_POLYAI_KEY"),
            ("polyai.acount_id=A", "polyai.account_id"),
            ("polyai", "KEY=VALUE"),
            ("target.rate=0", "whole number"),
            ("target.proxy=http://u:s3cret@h", "user name"),
            ("target.headers=x", "header_variables"),
            ("polyai.accept_any_id=true", "mock"),
            ("polyai.readings.xml_root=both", "no key"),
        ] {
            let told = set(wrong).unwrap_err().message;
            assert!(told.contains(word), "{wrong}: {told}");
            assert!(!told.contains("s3cret") || wrong.contains("proxy"), "{told}");
        }
    }
}
