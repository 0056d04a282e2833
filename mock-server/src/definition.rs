//! What a fixtures file may hold: every table and every key, once. The readers refuse what does not stand here, and the
//! schema for editors is made from it.

use crate::settings::Setting;

/// One table of the file.
#[derive(Debug)]
pub struct Definition {
    /// Its name in full, as it stands in brackets.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub about: &'static str,
    /// Its keys, in the order in which they are written.
    pub keys: &'static [Key],
    /// Keys that choose one of several options. They say something about the mock only.
    pub settings: &'static [Setting],
}

/// One key of a table.
#[derive(Debug)]
pub struct Key {
    /// The key as it is written.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it means, in one sentence.
    pub about: &'static str,
    /// A value to show, as TOML. Empty for a table.
    pub example: &'static str,
    /// Whose business it is.
    pub role: Role,
}

/// Whose business a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The table means nothing without it.
    Required,
    /// A run decides little without it.
    Useful,
    /// Whoever knows it writes it down.
    Optional,
    /// The mock alone reads it.
    MockOnly,
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of some of these words.
    Words(&'static [&'static str]),
    /// A program and its arguments: a list of at least one text.
    Command,
    /// True or false.
    Truth,
    /// A whole number from 1.
    Count,
    /// A table of texts under names that whoever writes the file chooses.
    Named,
    /// A table of its own.
    Table(&'static Definition),
}

impl Definition {
    /// Every key that the table may hold.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let keys = self.keys.iter().map(|key| key.name);
        keys.chain(self.settings.iter().map(|setting| setting.name))
    }

    /// This table and all below it.
    pub fn all(&'static self) -> Vec<&'static Self> {
        let below = self.keys.iter().filter_map(|key| match key.kind {
            Kind::Table(definition) => Some(definition.all()),
            _ => None,
        });
        std::iter::once(self).chain(below.flatten()).collect()
    }
}

impl Key {
    pub(crate) const fn new(
        name: &'static str,
        kind: Kind,
        about: &'static str,
        example: &'static str,
    ) -> Self {
        Self {
            name,
            kind,
            about,
            example,
            role: Role::Optional,
        }
    }

    pub(crate) const fn text(name: &'static str, about: &'static str, example: &'static str) -> Self {
        Self::new(name, Kind::Text, about, example)
    }

    pub(crate) const fn texts(name: &'static str, about: &'static str, example: &'static str) -> Self {
        Self::new(name, Kind::Texts, about, example)
    }

    pub(crate) const fn table(definition: &'static Definition, name: &'static str) -> Self {
        Self::new(name, Kind::Table(definition), definition.about, "")
    }

    pub(crate) const fn required(mut self) -> Self {
        self.role = Role::Required;
        self
    }

    pub(crate) const fn useful(mut self) -> Self {
        self.role = Role::Useful;
        self
    }

    pub(crate) const fn mock_only(mut self) -> Self {
        self.role = Role::MockOnly;
        self
    }
}
