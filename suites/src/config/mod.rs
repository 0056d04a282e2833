//! What is known about a target: the configuration file, and credentials from the environment.

mod schema;
mod template;

use std::path::{Path, PathBuf};

use mock_server::Fixtures;

use crate::http::{BaseUrl, BaseUrlError, Transport, TransportError};
use crate::{inkeep, olbrain, polyai};

pub use schema::schema;
pub use template::{Known, example, template};

/// The file that is read where no other is named.
pub const DEFAULT_FILE: &str = "hookproof.toml";

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The file says something that is not understood.
    #[error("{path}: {reason}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, column and what is wrong there.
        reason: String,
    },
    /// The base URL cannot be used.
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlError),
    /// A variable of the environment holds what no header can carry. Its value is not repeated.
    #[error(
        "the value of {name} must be visible ASCII without blanks, as a header carries it; it is not shown here"
    )]
    Variable {
        /// The variable.
        name: String,
    },
    /// A variable that the file refers to is not set.
    #[error(
        "{path}: target.header_variables takes the value of {field} from the variable {name}, which is not set",
        path = path.display()
    )]
    Unset {
        /// The file.
        path: PathBuf,
        /// The header field.
        field: String,
        /// The variable.
        name: String,
    },
    /// A program of the file is not there.
    #[error("{path}: {key}: there is no program `{program}`; a name with a slash is a path from the file's folder on",
        path = path.display(), program = program.escape_debug())]
    Program {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// The program.
        program: String,
    },
    /// A header field of the file is none.
    #[error("{path}: target.headers: {reason}", path = path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: TransportError,
    },
    /// Nothing is known about the target of an API.
    #[error(
        "nothing is known about the {api} server at {url}: a conformance run needs its account, project, key and ids. \
         Write them into {DEFAULT_FILE} ([{api}]; `hookproof init --api {api}` begins one) or name a file with --config"
    )]
    Undeclared {
        /// The API.
        api: String,
        /// The target.
        url: String,
    },
}

/// Fixtures with their origin.
#[derive(Clone, Debug)]
pub struct Config {
    fixtures: Fixtures,
    /// The file that was read, if any.
    file: Option<PathBuf>,
    /// Values of the header fields that stand in variables: name of the field, name of the variable, value.
    header_variables: Vec<(String, String, Option<String>)>,
}

/// The variable that holds a key of the file, such as `valid` of an API.
pub fn key_variable(api: &str, key: &str) -> String {
    let (api, key) = (api.to_uppercase(), key.to_uppercase());
    if key == "VALID" {
        format!("HOOKPROOF_{api}_KEY")
    } else {
        format!("HOOKPROOF_{api}_{key}_KEY")
    }
}

/// Puts the value of each variable that is set in the place of its key.
fn take_variables<K>(
    keys: &mut K,
    variables: impl IntoIterator<Item = (&'static str, fn(&mut K) -> &mut Option<String>)>,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<(), ConfigError> {
    for (name, key) in variables {
        let Some(value) = variable(name).filter(|value| !value.is_empty()) else {
            continue;
        };
        if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            let name = name.to_owned();
            return Err(ConfigError::Variable { name });
        }
        *key(keys) = Some(value);
    }
    Ok(())
}

impl Config {
    /// Reads a file, and credentials through `variable`. Without a file the built-in fixtures stand.
    pub fn load(file: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut fixtures = match file {
            None => Fixtures::builtin(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
                    path: path.to_owned(),
                    reason: error.to_string(),
                })?;
                Fixtures::from_toml(&text).map_err(|error| ConfigError::Malformed {
                    path: path.to_owned(),
                    reason: error.to_string(),
                })?
            }
        };
        if let Some(folder) = file
            .and_then(Path::parent)
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            folder.clone_into(&mut fixtures.folder);
        }
        if file.is_some() {
            take_variables(&mut fixtures.polyai.keys, polyai::KEY_VARIABLES, &variable)?;
            take_variables(&mut fixtures.inkeep.keys, inkeep::KEY_VARIABLES, &variable)?;
            take_variables(&mut fixtures.olbrain.keys, olbrain::KEY_VARIABLES, &variable)?;
        }
        let header_variables = fixtures
            .target
            .header_variables
            .iter()
            .map(|(field, name)| (field.clone(), name.clone(), variable(name)))
            .collect();
        Ok(Self {
            fixtures,
            file: file.map(Path::to_owned),
            header_variables,
        })
    }

    /// The fixtures.
    pub fn fixtures(&self) -> &Fixtures {
        &self.fixtures
    }

    /// The file that was read, if any.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The base URL that the file gives for an API: its own, or the one for all.
    pub fn base_url(&self, api: &str) -> Option<&str> {
        self.file.as_ref()?;
        if !self.fixtures.declared(api) {
            return None;
        }
        let own = match api {
            "polyai" => &self.fixtures.polyai.base_url,
            "inkeep" => &self.fixtures.inkeep.base_url,
            "olbrain" => &self.fixtures.olbrain.base_url,
            _ => &None,
        };
        own.as_ref()
            .or(self.fixtures.target.base_url.as_ref())
            .map(String::as_str)
    }

    /// The way to the targets that the file says.
    ///
    /// # Errors
    /// A field that is none, or one whose variable is not set.
    pub fn transport(&self) -> Result<Transport, ConfigError> {
        let Some(path) = &self.file else {
            return Ok(Transport::default());
        };
        let target = &self.fixtures.target;
        let below = |name: &String| self.fixtures.folder.join(name);
        let mut headers = target.headers.clone();
        for (field, name, value) in &self.header_variables {
            let value = value.clone().filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| ConfigError::Unset {
                path: path.clone(),
                field: field.clone(),
                name: name.clone(),
            })?;
            headers.push((field.clone(), value));
        }
        let headers = headers
            .iter()
            .map(|(name, value)| Transport::field(&format!("{name}: {value}")))
            .collect::<Result<_, _>>()
            .map_err(|reason| ConfigError::Field {
                path: path.clone(),
                reason,
            })?;
        Ok(Transport {
            ca: target.ca.as_ref().map(below),
            client_cert: target.client_cert.as_ref().map(below),
            insecure: target.insecure,
            proxy: target.proxy.clone(),
            http2: target.http2,
            headers,
            run_id: None,
        })
    }

    /// Whether the programs that the file names for an API are there, before anything is sent. `search` is the value of the
    /// variable `PATH`.
    ///
    /// # Errors
    /// A program that is not there.
    pub fn check_programs(&self, api: &str, search: Option<&str>) -> Result<(), ConfigError> {
        let words = &self.fixtures.polyai.known_id_command;
        let (Some(path), Some(program)) = (&self.file, words.first().filter(|_| api == "polyai")) else {
            return Ok(());
        };
        let is_there = if program.contains('/') {
            self.fixtures.folder.join(program).is_file()
        } else {
            let mut folders = std::env::split_paths(search.unwrap_or_default());
            // Without a PATH the system has one of its own.
            search.is_none() || folders.any(|folder| folder.join(program).is_file())
        };
        if is_there {
            return Ok(());
        }
        Err(ConfigError::Program {
            path: path.clone(),
            key: "polyai.known_id_command",
            program: program.clone(),
        })
    }

    /// A target that may be tested with these fixtures.
    pub fn target(&self, api: &str, url: &str) -> Result<BaseUrl, ConfigError> {
        let base = BaseUrl::parse(url)?;
        if self.file.is_none() || !self.fixtures.declared(api) {
            return Err(ConfigError::Undeclared {
                api: api.to_owned(),
                url: url.to_owned(),
            });
        }
        Ok(base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_file_has_its_variable() {
        let polyai = polyai::KEY_VARIABLES.map(|(name, _)| name);
        let inkeep = inkeep::KEY_VARIABLES.map(|(name, _)| name);
        let olbrain = olbrain::KEY_VARIABLES.map(|(name, _)| name);
        let known: Vec<&str> = [&polyai[..], &inkeep, &olbrain].concat();
        let mut named = Vec::new();
        for definition in Fixtures::definitions().flat_map(mock_server::definition::Definition::all) {
            if let Some(api) = definition.name.strip_suffix(".keys") {
                named.extend(definition.keys.iter().map(|key| key_variable(api, key.name)));
            }
        }
        assert_eq!(named, known);
    }

    fn load(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(Some(&path), variable)
    }

    const TEXT: &str = "[target]\nbase_url = 'http://all'\nca = 'ca.pem'\nheaders = { X-A = 'a' }\n\
                        header_variables = { X-B = 'B' }\n[inkeep]\n[olbrain]\nbase_url = 'http://own'\n";

    #[test]
    fn the_url_of_all_is_for_those_that_have_a_table_and_none_of_their_own() {
        let config = load(TEXT, |_| None).unwrap();
        let urls = ["polyai", "inkeep", "olbrain"].map(|api| config.base_url(api));
        assert_eq!(urls, [None, Some("http://all"), Some("http://own")]);
        assert_eq!(Config::load(None, |_| None).unwrap().base_url("inkeep"), None);
    }

    #[test]
    fn fields_come_from_variables_and_paths_begin_at_the_file() {
        let config = load(TEXT, |name| (name == "B").then(|| "b".to_owned())).unwrap();
        let transport = config.transport().unwrap();
        let fields = [("X-A", "a"), ("X-B", "b")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(transport.headers, fields);
        assert_eq!(transport.ca, Some(config.fixtures().folder.join("ca.pem")));
        let told = load(TEXT, |_| None).unwrap().transport().unwrap_err().to_string();
        assert!(told.contains("X-B") && told.contains("the variable B"), "{told}");
    }

    #[test]
    fn a_variable_that_no_header_can_carry_is_named_and_not_shown() {
        let wrong = |name: &str| (name == "HOOKPROOF_INKEEP_KEY").then(|| "s3 cret".to_owned());
        let told = load(TEXT, wrong).unwrap_err().to_string();
        assert!(
            told.contains("HOOKPROOF_INKEEP_KEY") && !told.contains("s3"),
            "{told}"
        );
    }

    #[test]
    fn the_template_is_a_file_that_says_what_is_known() {
        let apis = ["polyai", "inkeep", "olbrain"];
        let known: Known = [
            ("polyai.account_id", "A".into()),
            ("polyai.project_id", "P\"\n".into()),
            ("polyai.known_ids", vec!["a", "b"].into()),
            ("olbrain.other_organization.workflow_agents", vec!["w"].into()),
        ]
        .map(|(key, value): (&str, toml::Value)| (key.to_owned(), value))
        .into();
        let text = template(&apis, &known);
        let config = load(&text, |_| None).unwrap();
        let polyai = &config.fixtures().polyai;
        assert_eq!(
            (polyai.account_id.as_str(), polyai.project_id.as_str()),
            ("A", "P\"\n")
        );
        assert_eq!(polyai.known_ids, ["a", "b"]);
        assert_eq!(
            config
                .fixtures()
                .olbrain
                .other_organization
                .as_ref()
                .unwrap()
                .workflow_agents,
            ["w"]
        );
        for name in ["HOOKPROOF_POLYAI_KEY", "HOOKPROOF_OLBRAIN_WITHOUT_PERMISSION_KEY"] {
            assert!(text.contains(name), "{name}");
        }
        // What the comments show is understood as well.
        let shown: String = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if rest.starts_with('[') || rest.contains(" = ") => rest,
                _ => line,
            })
            .enumerate()
            // An agent stands in one list only.
            .map(|(number, line)| line.replace("agt_...", &format!("agt_{number}")) + "\n")
            .collect();
        load(&shown, |_| None).unwrap();
    }
}
