//! One API: its embedded files and what they say.

use std::fmt;
use std::sync::OnceLock;

use crate::catalogue::Catalogue;
use crate::contract::Contract;
use crate::example::{self, Example};

/// The embedded files of one API.
pub(crate) struct Files {
    /// The id of the API, the name of its folder and the first segment of its requirement ids.
    pub(crate) id: &'static str,
    /// The text of `requirements.toml`.
    pub(crate) requirements: &'static str,
    /// The text of `openapi.yaml`.
    pub(crate) openapi: &'static str,
    /// The files of `examples/`, as their names without ending and their texts.
    pub(crate) examples: &'static [(&'static str, &'static str)],
}

/// One of the webhook APIs: its requirements, its contract and its examples.
///
/// Each part is read from the embedded file when it is first asked for, and kept. Reading cannot fail: the unit tests of
/// this crate read every embedded file.
pub struct Api {
    files: Files,
    catalogue: OnceLock<Catalogue>,
    contract: OnceLock<Contract>,
    examples: OnceLock<Vec<Example>>,
}

impl Api {
    pub(crate) const fn new(files: Files) -> Self {
        Self {
            files,
            catalogue: OnceLock::new(),
            contract: OnceLock::new(),
            examples: OnceLock::new(),
        }
    }

    /// The id, such as `polyai`: the first segment of every requirement id of this API.
    pub fn id(&self) -> &'static str {
        self.files.id
    }

    /// The name by which the vendor calls it.
    pub fn title(&self) -> &str {
        &self.contract().title
    }

    /// What it requires.
    pub fn catalogue(&self) -> &Catalogue {
        self.catalogue.get_or_init(|| {
            self.sound(
                "requirements.toml",
                Catalogue::parse(self.files.id, self.files.requirements),
            )
        })
    }

    /// What can be sent and what is answered.
    pub fn contract(&self) -> &Contract {
        self.contract
            .get_or_init(|| self.sound("openapi.yaml", Contract::parse(self.files.openapi)))
    }

    /// The exchanges that its documents show or describe.
    pub fn examples(&self) -> &[Example] {
        self.examples
            .get_or_init(|| self.sound("examples", example::parse(self.files.examples)))
    }

    /// What was read from an embedded file, which is sound in every build that passes the tests of this crate.
    fn sound<T, E: fmt::Display>(&self, file: &str, read: Result<T, E>) -> T {
        read.unwrap_or_else(|faults| panic!("spec/{}/{file} is broken:\n{faults}", self.files.id))
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("id", &self.files.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Api, Files};

    #[test]
    #[should_panic(expected = "spec/test/requirements.toml is broken:\nno requirement in the file")]
    fn a_broken_file_is_told_by_name() {
        Api::new(Files {
            id: "test",
            requirements: "",
            openapi: "",
            examples: &[],
        })
        .catalogue();
    }
}
