//! One requirement: a sentence of a document that binds somebody, as data.
//!
//! A row of `requirements.toml` is a [`Requirement`] field by field. `id`, `subject`, `level`, `basis`, `effect`, `source`
//! and `summary` are given in every row, the other keys where they apply, and an unknown key is an error. What a row may
//! not say is in `rules.rs`; what the rows of one file may not say together is in `catalogue.rs`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who is bound by a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The server that receives the webhook.
    Server,
    /// The client that sends it.
    Sender,
}

/// How strongly a requirement binds, and so how heavily a breach of it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A breach makes the subject non-conformant.
    Must,
    /// A breach is a warning.
    Should,
    /// Either way conforms; what a server does is observed.
    May,
}

/// Where a requirement comes from, and so whether an implementer can be expected to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The primary document says so.
    Documented,
    /// It follows from the primary document or from a standard that it builds on.
    Implied,
    /// Another page of the vendor says so.
    Vendor,
    /// Only the vendor's code, or how it behaves, shows it.
    Source,
    /// The documents leave the point open.
    Silent,
}

/// What the situation of a requirement does to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Every request in it is one that a conformant server refuses.
    None,
    /// It needs an event that is accepted, or may end in one.
    Creates,
}

/// Gives an enum the lower-case names of its variants as `Display`, the same names that the files use.
macro_rules! display_in_lower_case {
    ($type:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$variant => $name),+ })
            }
        }
    };
}

display_in_lower_case!(Subject { Server => "server", Sender => "sender" });
display_in_lower_case!(Level { Must => "must", Should => "should", May => "may" });
display_in_lower_case!(Basis {
    Documented => "documented",
    Implied => "implied",
    Vendor => "vendor",
    Source => "source",
    Silent => "silent",
});
display_in_lower_case!(Effect { None => "none", Creates => "creates" });

/// The place in a document on which a requirement or an example rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The title of the document.
    pub document: String,
    /// The section, with the names of nested sections joined by `›`.
    pub section: String,
    /// A public address of the document, where it is not the primary one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.document, self.section)?;
        if let Some(url) = &self.url {
            write!(f, " <{url}>")?;
        }
        Ok(())
    }
}

/// A sentence that binds a server or a sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Dotted kebab-case, from the API to the point; never reused and never renamed.
    pub id: String,
    /// Who is bound.
    pub subject: Subject,
    /// How strongly.
    pub level: Level,
    /// On what authority.
    pub basis: Basis,
    /// What the situation does to the target.
    pub effect: Effect,
    /// Where the sentence stands.
    pub source: Source,
    /// The sentence, in words that can be printed below a verdict.
    pub summary: String,
    /// The facet of the contract from which cases for this row are generated; see [`crate::facets`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facet: Option<String>,
    /// The closed set of statuses for the situation of the row; empty where no document fixes one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<u16>,
    /// A text that the documents fix, or show as an example, for the situation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The name of the mock's setting that chooses between readings of a point on which no document speaks: one of the
    /// basis `silent` or `source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// The admissible readings of that setting, the default first; empty without a setting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Why no black-box case can decide the row; `None` when one can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untestable: Option<String>,
}

impl Requirement {
    /// The group in which the requirement is reported: its id without the last segment, cut to three segments.
    ///
    /// `polyai.extract.json.type.number` is reported under `polyai.extract.json`, `polyai.timeouts` under `polyai`.
    pub fn area(&self) -> &str {
        let parent = self
            .id
            .rsplit_once('.')
            .map_or(self.id.as_str(), |(parent, _)| parent);
        parent
            .match_indices('.')
            .nth(2)
            .map_or(parent, |(third_dot, _)| &parent[..third_dot])
    }

    /// Whether a server can fail, or be warned, for this row: it binds servers, and a document stands behind it.
    pub fn can_fail(&self) -> bool {
        self.subject == Subject::Server
            && matches!(self.basis, Basis::Documented | Basis::Implied | Basis::Vendor)
    }
}

#[cfg(test)]
mod tests {
    use super::{Basis, Effect, Level, Requirement, Source, Subject};

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

    #[test]
    fn an_area_has_at_most_three_segments() {
        for (id, area) in [
            ("polyai.extract.json.type.number", "polyai.extract.json"),
            ("polyai.extract.json.top", "polyai.extract.json"),
            ("polyai.auth.missing-key", "polyai.auth"),
            ("polyai.timeouts", "polyai"),
        ] {
            assert_eq!(
                Requirement {
                    id: id.to_owned(),
                    ..row()
                }
                .area(),
                area
            );
        }
    }

    #[test]
    fn only_server_rows_with_a_document_behind_them_can_fail() {
        for (basis, can_fail) in [
            (Basis::Documented, true),
            (Basis::Implied, true),
            (Basis::Vendor, true),
            (Basis::Source, false),
            (Basis::Silent, false),
        ] {
            assert_eq!(Requirement { basis, ..row() }.can_fail(), can_fail, "{basis}");
            assert!(
                !Requirement {
                    basis,
                    subject: Subject::Sender,
                    ..row()
                }
                .can_fail(),
                "{basis}"
            );
        }
    }

    #[test]
    fn names_are_printed_in_lower_case_and_can_be_padded() {
        assert_eq!(format!("{:<8}|", Level::Should), "should  |");
        assert_eq!(
            format!("{} {} {}", Subject::Sender, Basis::Vendor, Effect::Creates),
            "sender vendor creates"
        );
    }
}
