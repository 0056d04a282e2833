//! Secrets never reach output: wherever one occurs in text, the name of its variable stands instead.

use super::basic::{basic_commands, basic_credentials};
use super::percent_encode;

/// Replaces known secrets by the name of the variable that holds them.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Longest first, so that a secret that contains another is replaced whole.
    secrets: Vec<(String, String)>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.secrets.iter().map(|(_, variable)| variable))
            .finish()
    }
}

impl Redactor {
    /// A redactor of these secrets: pairs of the value and its variable's name.
    pub fn new(secrets: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut all = Vec::new();
        for (value, variable) in secrets {
            if value.is_empty() {
                continue;
            }
            let encoded = percent_encode(&value);
            if encoded != value {
                all.push((encoded, variable.clone()));
            }
            all.extend(
                basic_credentials(&value)
                    .into_iter()
                    .zip(basic_commands(&variable)),
            );
            all.push((value, variable));
        }
        all.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self { secrets: all }
    }

    /// The same, with further secrets.
    #[must_use]
    pub fn and(mut self, secrets: impl IntoIterator<Item = (String, String)>) -> Self {
        self.secrets.extend(Self::new(secrets).secrets);
        self.secrets
            .sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        self
    }

    /// The text with every secret replaced by `$VARIABLE`.
    pub fn text(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for (value, variable) in &self.secrets {
            if out.contains(value.as_str()) {
                out = out.replace(value.as_str(), &format!("${variable}"));
            }
        }
        out
    }

    /// Value and variable of each secret, longest value first.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.secrets
            .iter()
            .map(|(value, variable)| (value.as_str(), variable.as_str()))
    }

    /// Whether any secret occurs in the text.
    pub fn finds(&self, text: &str) -> bool {
        self.secrets
            .iter()
            .any(|(value, _)| text.contains(value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_secret_wins_and_encoded_forms_count() {
        let redactor = Redactor::new([("ab".into(), "A".into()), ("ab/c".into(), "B".into())]);
        assert_eq!(redactor.text("x ab/c ab ab%2Fc"), "x $B $A $B");
        assert!(!format!("{redactor:?}").contains("ab"));
    }

    /// What stands for it makes it again, in a shell.
    #[test]
    fn a_secret_under_the_scheme_basic_is_one() {
        let redactor = Redactor::new([("abc".into(), "A".into())]);
        assert_eq!(
            redactor.text("Basic YWJjOg=="),
            "Basic $(printf %s \"$A:\" | base64 | tr -d \"\\n\")"
        );
        assert!(redactor.finds("a2V5OmFiYw=="));
    }

    #[test]
    fn an_empty_secret_is_none() {
        assert_eq!(Redactor::new([(String::new(), "A".into())]).text("text"), "text");
    }
}
