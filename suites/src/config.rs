//! What is known about a target: the configuration file, and credentials from the environment.

use std::path::{Path, PathBuf};

use mock_server::Fixtures;

use crate::http::{BaseUrl, BaseUrlError};
use crate::{inkeep, olbrain, polyai};

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
    /// Nothing is known about the target of an API.
    #[error(
        "nothing is known about the {api} server at {url}: a conformance run needs its account, project, key and ids. \
         Write them into {DEFAULT_FILE} ([{api}]; `hookproof mock --print-fixtures` prints one to start from) or name \
         a file with --config"
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
    /// Whether a file was read at all.
    from_file: bool,
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
        if file.is_some() {
            let keys = &mut fixtures.polyai.keys;
            for (name, key) in [
                (polyai::KEY_VARIABLE, &mut keys.valid),
                ("HOOKPROOF_POLYAI_REVOKED_KEY", &mut keys.revoked),
                ("HOOKPROOF_POLYAI_OTHER_PROJECT_KEY", &mut keys.other_project),
            ] {
                if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
                    *key = Some(value);
                }
            }
            for (name, key) in inkeep::KEY_VARIABLES {
                if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
                    *key(&mut fixtures.inkeep.keys) = Some(value);
                }
            }
            for (name, key) in olbrain::KEY_VARIABLES {
                if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
                    *key(&mut fixtures.olbrain.keys) = Some(value);
                }
            }
        }
        Ok(Self {
            fixtures,
            from_file: file.is_some(),
        })
    }

    /// The fixtures.
    pub fn fixtures(&self) -> &Fixtures {
        &self.fixtures
    }

    /// The base URL that the file gives for an API.
    pub fn base_url(&self, api: &str) -> Option<&str> {
        match api {
            "polyai" if self.from_file => self.fixtures.polyai.base_url.as_deref(),
            "inkeep" if self.from_file => self.fixtures.inkeep.base_url.as_deref(),
            "olbrain" if self.from_file => self.fixtures.olbrain.base_url.as_deref(),
            _ => None,
        }
    }

    /// A target that may be tested with these fixtures.
    pub fn target(&self, api: &str, url: &str) -> Result<BaseUrl, ConfigError> {
        let base = BaseUrl::parse(url)?;
        if !self.from_file || !self.fixtures.declared(api) {
            return Err(ConfigError::Undeclared {
                api: api.to_owned(),
                url: url.to_owned(),
            });
        }
        Ok(base)
    }
}
