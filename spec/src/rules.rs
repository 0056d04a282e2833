//! What a row of `requirements.toml` may not say, taken alone.

use crate::requirement::{Basis, Level, Requirement};

impl Requirement {
    /// Everything that is wrong with this row taken alone, as one of the rows of `api`.
    pub(crate) fn faults(&self, api: &str) -> Vec<RequirementFault> {
        let mut faults = Vec::new();
        let mut check = |holds: bool, fault: RequirementFault| {
            if !holds {
                faults.push(fault);
            }
        };
        check(is_dotted_kebab_case(&self.id), RequirementFault::IdShape);
        check(
            self.id
                .strip_prefix(api)
                .is_some_and(|rest| rest.starts_with('.')),
            RequirementFault::IdOfAnotherApi { api: api.to_owned() },
        );
        check(
            !self.source.document.trim().is_empty(),
            RequirementFault::Blank {
                key: "source.document",
            },
        );
        check(
            !self.source.section.trim().is_empty(),
            RequirementFault::Blank {
                key: "source.section",
            },
        );
        if let Some(url) = &self.source.url {
            check(
                url.starts_with("https://"),
                RequirementFault::UrlNotHttps { url: url.clone() },
            );
        }
        check(is_sentence(&self.summary), RequirementFault::SummaryNotASentence);
        check(
            (self.basis == Basis::Silent) == (self.level == Level::May),
            RequirementFault::SilentIsMay {
                basis: self.basis,
                level: self.level,
            },
        );
        for (key, value) in [
            ("facet", &self.facet),
            ("text", &self.text),
            ("untestable", &self.untestable),
        ] {
            check(
                value.as_ref().is_none_or(|value| !value.trim().is_empty()),
                RequirementFault::Blank { key },
            );
        }
        for (index, &status) in self.status.iter().enumerate() {
            check(
                (100..=599).contains(&status),
                RequirementFault::NoSuchStatus { status },
            );
            check(
                !self.status[..index].contains(&status),
                RequirementFault::StatusTwice { status },
            );
        }
        faults.extend(self.setting_faults());
        faults
    }

    fn setting_faults(&self) -> Vec<RequirementFault> {
        let mut faults = Vec::new();
        match &self.setting {
            None if !self.options.is_empty() => faults.push(RequirementFault::OptionsWithoutSetting),
            None => {}
            Some(setting) => {
                // A document that speaks leaves nothing to set; where only the vendor's code speaks, it may be set otherwise.
                if !matches!(self.basis, Basis::Silent | Basis::Source) {
                    faults.push(RequirementFault::SettingOnDocumented { basis: self.basis });
                }
                if !is_words(setting, '_') {
                    faults.push(RequirementFault::SettingShape {
                        setting: setting.clone(),
                    });
                }
                if self.options.len() < 2 {
                    faults.push(RequirementFault::TooFewOptions {
                        count: self.options.len(),
                    });
                }
            }
        }
        for (index, option) in self.options.iter().enumerate() {
            if !is_words(option, '-') {
                faults.push(RequirementFault::OptionShape {
                    option: option.clone(),
                });
            }
            if self.options[..index].contains(option) {
                faults.push(RequirementFault::OptionTwice {
                    option: option.clone(),
                });
            }
        }
        faults
    }
}

/// A rule that one row breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RequirementFault {
    #[error("the id is not dotted kebab-case of at least two segments")]
    IdShape,
    #[error("the id does not begin with `{api}.`")]
    IdOfAnotherApi { api: String },
    #[error("`{key}` is blank")]
    Blank { key: &'static str },
    #[error("the source's url `{url}` does not begin with https://")]
    UrlNotHttps { url: String },
    #[error("the summary is not one line that ends with a full stop")]
    SummaryNotASentence,
    #[error("basis `{basis}` and level `{level}`: `silent` goes with `may`, and only with it")]
    SilentIsMay { basis: Basis, level: Level },
    #[error("{status} is no HTTP status")]
    NoSuchStatus { status: u16 },
    #[error("status {status} is listed twice")]
    StatusTwice { status: u16 },
    #[error("basis `{basis}`: only a row of the basis `silent` or `source` has a setting")]
    SettingOnDocumented { basis: Basis },
    #[error("the setting `{setting}` is not snake_case")]
    SettingShape { setting: String },
    #[error("a setting needs at least two options, and has {count}")]
    TooFewOptions { count: usize },
    #[error("options are given without a setting")]
    OptionsWithoutSetting,
    #[error("the option `{option}` is not kebab-case")]
    OptionShape { option: String },
    #[error("the option `{option}` is listed twice")]
    OptionTwice { option: String },
}

/// Whether `text` consists of non-empty words of lower-case ASCII letters and digits, joined by `joiner`.
fn is_words(text: &str, joiner: char) -> bool {
    text.split(joiner).all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

fn is_dotted_kebab_case(id: &str) -> bool {
    id.contains('.') && id.split('.').all(|segment| is_words(segment, '-'))
}

fn is_sentence(summary: &str) -> bool {
    summary.ends_with('.') && summary.trim() == summary && !summary.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::RequirementFault;
    use crate::requirement::{Basis, Effect, Level, Requirement, Source, Subject};

    fn row() -> Requirement {
        Requirement {
            id: "polyai.extract.json.type.number".to_owned(),
            subject: Subject::Server,
            level: Level::Must,
            basis: Basis::Documented,
            effect: Effect::None,
            source: Source {
                document: "Document".to_owned(),
                section: "Section".to_owned(),
                url: None,
            },
            summary: "A sentence.".to_owned(),
            facet: None,
            status: vec![400],
            text: None,
            setting: None,
            options: Vec::new(),
            untestable: None,
        }
    }

    fn silent_row() -> Requirement {
        Requirement {
            level: Level::May,
            basis: Basis::Silent,
            setting: Some("json_number".to_owned()),
            options: vec!["not-valid".to_owned(), "401".to_owned()],
            ..row()
        }
    }

    /// Breaks one thing in `base` and asserts that just `expected` is found.
    fn assert_fault(base: Requirement, break_it: impl FnOnce(&mut Requirement), expected: RequirementFault) {
        let mut broken = base;
        break_it(&mut broken);
        assert_eq!(broken.faults("polyai"), vec![expected]);
    }

    #[test]
    fn a_sound_row_has_no_fault() {
        assert_eq!(row().faults("polyai"), Vec::new());
        assert_eq!(silent_row().faults("polyai"), Vec::new());
    }

    #[test]
    fn ids_are_dotted_kebab_case_of_the_api() {
        for id in [
            "polyai.",
            "polyai..x",
            "polyai.Upper",
            "polyai.snake_case",
            "polyai.-x",
            "polyai.é",
        ] {
            assert_fault(row(), |row| row.id = id.to_owned(), RequirementFault::IdShape);
        }
        for id in ["inkeep.auth.ok", "polyaix.auth.ok"] {
            let expected = RequirementFault::IdOfAnotherApi {
                api: "polyai".to_owned(),
            };
            assert_fault(row(), |row| row.id = id.to_owned(), expected);
        }
    }

    #[test]
    fn a_source_has_a_document_and_a_section() {
        let blank = |key| RequirementFault::Blank { key };
        assert_fault(
            row(),
            |row| row.source.document = " ".to_owned(),
            blank("source.document"),
        );
        assert_fault(
            row(),
            |row| row.source.section = String::new(),
            blank("source.section"),
        );
        let url = "http://docs.example".to_owned();
        let expected = RequirementFault::UrlNotHttps { url: url.clone() };
        assert_fault(row(), |row| row.source.url = Some(url), expected);
    }

    #[test]
    fn optional_texts_are_not_blank() {
        let blank = |key| RequirementFault::Blank { key };
        assert_fault(row(), |row| row.facet = Some(String::new()), blank("facet"));
        assert_fault(row(), |row| row.text = Some(" ".to_owned()), blank("text"));
        assert_fault(
            row(),
            |row| row.untestable = Some(String::new()),
            blank("untestable"),
        );
    }

    #[test]
    fn a_summary_is_a_sentence_on_one_line() {
        for summary in ["", "no full stop", "Two\nlines.", " Blank in front."] {
            let expected = RequirementFault::SummaryNotASentence;
            assert_fault(row(), |row| row.summary = summary.to_owned(), expected);
        }
    }

    #[test]
    fn silent_goes_with_may_and_only_with_it() {
        let fault = |basis, level| RequirementFault::SilentIsMay { basis, level };
        assert_fault(
            row(),
            |row| row.level = Level::May,
            fault(Basis::Documented, Level::May),
        );
        assert_fault(
            silent_row(),
            |row| row.level = Level::Must,
            fault(Basis::Silent, Level::Must),
        );
    }

    #[test]
    fn statuses_exist_and_are_listed_once() {
        assert_fault(
            row(),
            |row| row.status = vec![42],
            RequirementFault::NoSuchStatus { status: 42 },
        );
        let twice = RequirementFault::StatusTwice { status: 400 };
        assert_fault(row(), |row| row.status = vec![400, 400], twice);
    }

    #[test]
    fn settings_belong_to_rows_without_a_document_and_have_options() {
        for basis in [Basis::Documented, Basis::Implied, Basis::Vendor] {
            let settled = |row: &mut Requirement| (row.basis, row.level) = (basis, Level::Must);
            assert_fault(
                silent_row(),
                settled,
                RequirementFault::SettingOnDocumented { basis },
            );
        }
        let seen_in_code = Requirement {
            level: Level::Must,
            basis: Basis::Source,
            ..silent_row()
        };
        assert_eq!(seen_in_code.faults("polyai"), Vec::new());
        let shape = RequirementFault::SettingShape {
            setting: "json-number".to_owned(),
        };
        assert_fault(
            silent_row(),
            |row| row.setting = Some("json-number".to_owned()),
            shape,
        );
        let few = RequirementFault::TooFewOptions { count: 1 };
        assert_fault(silent_row(), |row| row.options.truncate(1), few);
        assert_fault(
            silent_row(),
            |row| row.setting = None,
            RequirementFault::OptionsWithoutSetting,
        );
        let shape = RequirementFault::OptionShape {
            option: "Not Valid".to_owned(),
        };
        assert_fault(silent_row(), |row| row.options[0] = "Not Valid".to_owned(), shape);
        let twice = RequirementFault::OptionTwice {
            option: "401".to_owned(),
        };
        assert_fault(silent_row(), |row| row.options[0] = "401".to_owned(), twice);
    }

    #[test]
    fn several_faults_of_one_row_are_all_found() {
        let broken = Requirement {
            id: "Nope".to_owned(),
            summary: String::new(),
            ..row()
        };
        assert_eq!(broken.faults("polyai").len(), 3);
    }
}
