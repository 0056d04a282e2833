//! Scenarios: what the server answers a sender, attempt by attempt. They are data, the built-in ones like those that
//! somebody writes.
//!
//! A file is TOML or JSON:
//!
//! ```toml
//! name = "two-faults"
//! about = "A 503 that asks to wait, a cut connection, then success."
//! script = [{ status = 503, retry_after_s = 3 }, "reset"]
//! ```

mod builtin;
mod step;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub(crate) use builtin::{builtin, builtins};
pub(crate) use step::Step;

/// Longest script, and most scripts of one scenario: each script is a process.
const MAX_STEPS: usize = 100;
const MAX_SCRIPTS: usize = 64;

/// Longest that a sender may be watched, in seconds of the documented schedule.
const MAX_WATCH_S: f64 = 100_000.0;

/// What follows when a script is used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Then {
    /// The correct answer to whatever comes.
    #[default]
    Success,
    /// The last step again, for ever.
    Last,
}

/// How many events follow one script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Events {
    /// So many.
    Some(u32),
    /// As many as the run was asked for.
    All,
}

/// One scenario.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scenario {
    /// Its name, by which it is chosen.
    pub(crate) name: String,
    /// What it is for, in a sentence.
    pub(crate) about: String,
    /// The requirements it is meant to decide; beginnings of ids are enough.
    pub(crate) judges: Vec<String>,
    /// APIs for which it belongs to `all`. Empty: every one.
    pub(crate) apis: Vec<String>,
    /// What is answered; one event or more for each script.
    pub(crate) scripts: Vec<Vec<Step>>,
    /// What is answered after the end of a script.
    pub(crate) then: Then,
    /// How many events follow each script.
    pub(crate) events: Events,
    /// Whether a duplicate of the event does harm, so that it needs a key.
    pub(crate) side_effects: bool,
    /// How long is listened after the last answer that ends the tries, in seconds of the documented schedule.
    pub(crate) quiet_s: f64,
    /// How long an event is watched at most, in seconds of the documented schedule.
    pub(crate) watch_s: f64,
}

/// A scenario as a file holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    about: String,
    #[serde(default)]
    judges: Vec<String>,
    #[serde(default)]
    apis: Vec<String>,
    script: Option<Vec<Step>>,
    scripts: Option<Vec<Vec<Step>>>,
    #[serde(default)]
    then: Then,
    #[serde(default)]
    events: EventsInFile,
    #[serde(default)]
    side_effects: bool,
    quiet_s: Option<f64>,
    watch_s: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum EventsInFile {
    Number(u32),
    Word(String),
}

impl Default for EventsInFile {
    fn default() -> Self {
        Self::Number(1)
    }
}

/// Why a scenario cannot be used. The message names the line, where there is one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ScenarioError {
    /// The file cannot be read.
    #[error("the scenario {path} cannot be read: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not written as a scenario is.
    #[error("{path}, {fault}")]
    Form {
        /// The file.
        path: String,
        /// Where, and what.
        fault: String,
    },
}

impl Scenario {
    /// Reads a file. One whose name ends in `.json` is JSON, any other TOML.
    ///
    /// # Errors
    /// [`ScenarioError`], with the line of the fault.
    pub(crate) fn load(path: &Path) -> Result<Self, ScenarioError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| ScenarioError::Read {
            path: shown.clone(),
            source,
        })?;
        let is_json = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let read = if is_json {
            Self::from_json(&text)
        } else {
            Self::from_toml(&text)
        };
        read.map_err(|fault| ScenarioError::Form { path: shown, fault })
    }

    /// Reads a text in TOML; the fault says where.
    pub(crate) fn from_toml(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            format!("line {line}: {}", error.message().trim())
        })?;
        Self::of(file, |key| {
            let line = text
                .lines()
                .position(|line| line.trim_start().starts_with(key))
                .map_or(1, |line| line + 1);
            format!("line {line}")
        })
    }

    /// Reads a text in JSON; the fault says where.
    pub(crate) fn from_json(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let what = message.split(" at line ").next().unwrap_or(&message);
            format!("line {}: {what}", error.line())
        })?;
        Self::of(file, |key| {
            let quoted = format!("\"{key}\"");
            let line = text
                .lines()
                .position(|line| line.contains(&quoted))
                .map_or(1, |line| line + 1);
            format!("line {line}")
        })
    }

    fn of(file: File, line_of: impl Fn(&str) -> String) -> Result<Self, String> {
        let fault = |key: &str, what: &str| Err(format!("{}: {what}", line_of(key)));
        let is_name = |name: &str| {
            !name.is_empty()
                && name.len() <= 64
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        if !is_name(&file.name) {
            return fault(
                "name",
                "`name` must be 1 to 64 lower-case letters, digits and hyphens",
            );
        }
        let scripts = match (file.script, file.scripts) {
            (Some(script), None) => vec![script],
            (None, Some(scripts)) if !scripts.is_empty() => scripts,
            (None, Some(_)) => return fault("scripts", "`scripts` must hold at least one script"),
            (None, None) => return fault("name", "a scenario needs `script`, or several as `scripts`"),
            (Some(_), Some(_)) => return fault("scripts", "`script` and `scripts` exclude each other"),
        };
        if scripts.len() > MAX_SCRIPTS || scripts.iter().any(|script| script.len() > MAX_STEPS) {
            return fault("script", "at most 64 scripts of at most 100 steps");
        }
        if file.then == Then::Last && scripts.iter().any(Vec::is_empty) {
            return fault("then", "`then = \"last\"` needs a step to repeat");
        }
        let events = match file.events {
            EventsInFile::Number(number @ 1..=64) => Events::Some(number),
            EventsInFile::Word(word) if word == "all" => Events::All,
            _ => return fault("events", "`events` must be a number from 1 to 64, or \"all\""),
        };
        let seconds = |key: &str, value: Option<f64>, default: f64| match value {
            None => Ok(default),
            Some(value) if (0.0..=MAX_WATCH_S).contains(&value) => Ok(value),
            Some(_) => Err(format!(
                "{}: `{key}` must be a number of seconds from 0 to {MAX_WATCH_S}",
                line_of(key)
            )),
        };
        for id in &file.judges {
            let is_known = spec::apis()
                .iter()
                .flat_map(|api| api.catalogue().iter())
                .any(|row| row.id.starts_with(id.as_str()));
            if !is_known {
                return fault(
                    "judges",
                    &format!("no requirement begins with `{}`", id.escape_debug()),
                );
            }
        }
        for id in &file.apis {
            if spec::api(id).is_none() {
                return fault("apis", &format!("there is no API `{}`", id.escape_debug()));
            }
        }
        Ok(Self {
            name: file.name,
            about: file.about,
            judges: file.judges,
            apis: file.apis,
            then: file.then,
            events,
            side_effects: file.side_effects,
            quiet_s: seconds("quiet_s", file.quiet_s, 5.0)?,
            watch_s: seconds("watch_s", file.watch_s, 300.0)?,
            scripts,
        })
    }

    /// Whether it belongs to `all` for this API.
    pub(crate) fn is_for(&self, api: &str) -> bool {
        self.apis.is_empty() || self.apis.iter().any(|known| known == api)
    }

    /// The script of each of its events, where a run has `all` events.
    pub(crate) fn events(&self, all: u32) -> Vec<&[Step]> {
        let each = match self.events {
            Events::Some(number) => number,
            Events::All => all,
        };
        self.scripts
            .iter()
            .flat_map(|script| (0..each).map(move |_| &script[..]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_read_alike() {
        let toml =
            "name = 'two-faults'\nabout = 'x'\nscript = [{ status = 503, retry_after_s = 3 }, 'reset']\n";
        let json = r#"{"name":"two-faults","about":"x","script":[{"status":503,"retry_after_s":3},"reset"]}"#;
        let read = Scenario::from_toml(toml).unwrap();
        assert_eq!(Scenario::from_json(json).unwrap(), read);
        assert_eq!(read.scripts[0][1], Step::Reset);
        assert_eq!(read.events(16).len(), 1);
    }

    #[test]
    fn every_fault_names_its_line() {
        for (text, expected) in [
            (
                "name = 'a'\nabout = 'x'\nscript = [99]\n",
                "line 3: a status is a number from 200 to 599",
            ),
            (
                "name = 'a'\nabout = 'x'\nscript = ['rest']\n",
                "line 3: `rest` is no step; the words are success, reset and silence",
            ),
            (
                "name = 'a'\nabout = 'x'\nscrpt = [503]\n",
                "line 3: unknown field `scrpt`",
            ),
            ("name = 'a'\nabout = 'x'\n", "line 1: a scenario needs `script`"),
            (
                "about = 'x'\nname = 'A b'\nscript = []\n",
                "line 2: `name` must be",
            ),
            (
                "name = 'a'\nabout = 'x'\nscript = []\nthen = 'last'\n",
                "line 4: `then = \"last\"` needs a step",
            ),
            (
                "name = 'a'\nabout = 'x'\nscript = [503]\nevents = 0\n",
                "line 4: `events` must be",
            ),
            (
                "name = 'a'\nabout = 'x'\nscript = [503]\njudges = ['nobody']\n",
                "line 4: no requirement begins with `nobody`",
            ),
            (
                "name = 'a'\nabout = 'x'\nscript = [503]\nquiet_s = -1\n",
                "line 4: `quiet_s` must be",
            ),
            (
                "name = 'a'\nabout = 'x'\nscript = [{ status = 503, retry_after = 3 }]\n",
                "line 3: unknown field `retry_after`",
            ),
            ("name = \n", "line 1: "),
        ] {
            let fault = Scenario::from_toml(text).unwrap_err();
            assert!(fault.starts_with(expected), "{text}: {fault}");
        }
        let fault =
            Scenario::from_json("{\n\"name\": \"a\",\n\"about\": \"x\",\n\"script\": [99]}").unwrap_err();
        assert!(fault.starts_with("line 4: a status is a number"), "{fault}");
        let fault =
            Scenario::from_json("{\"name\": \"a\",\n\"about\": \"x\",\n\"events\": 0, \"script\": []}")
                .unwrap_err();
        assert!(fault.starts_with("line 3: `events` must be"), "{fault}");
    }
}
