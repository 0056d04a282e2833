//! Parts of an API that a target does not offer, as whoever tests it says: nothing of them is asked for, and what is left
//! undecided by that is told by name.

use spec::Requirement;

/// What the reason of a verdict begins with that a declaration has left open.
const NOT_OFFERED: &str = "not offered: the target was declared to be without ";

/// The parts, each by the beginning of the ids of its requirements: `olbrain.runs`.
#[derive(Clone, Debug, Default)]
pub struct NotOffered {
    parts: Vec<String>,
}

impl NotOffered {
    /// The declared parts.
    ///
    /// # Errors
    /// The first name that is none of [`parts`](Self::parts).
    pub fn new(names: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut parts: Vec<String> = Vec::new();
        for name in names {
            if !Self::parts().any(|known| known == name) {
                return Err(name);
            }
            parts.push(name);
        }
        parts.sort();
        parts.dedup();
        Ok(Self { parts })
    }

    /// Every name of a part: whatever an id of a server's requirement begins with, from the second word on.
    pub fn parts() -> impl Iterator<Item = &'static str> {
        let rows = spec::apis().iter().flat_map(|api| api.catalogue().iter());
        rows.filter(|row| row.can_fail()).flat_map(|row| {
            let id = row.id.as_str();
            let ends = id.match_indices('.').skip(1).map(|(at, _)| at);
            ends.chain([id.len()]).map(move |end| &id[..end])
        })
    }

    /// The declared part that a requirement belongs to; an id or the beginning of one.
    pub(crate) fn part_of(&self, id: &str) -> Option<&str> {
        let holds = |part: &&String| {
            id.strip_prefix(part.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.parts.iter().find(holds).map(String::as_str)
    }

    /// Why a requirement is not judged, or a request not sent, that belongs to a declared part.
    pub(crate) fn reason(&self, id: &str) -> Option<String> {
        self.part_of(id).map(reason)
    }

    /// The declared parts, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(String::as_str)
    }

    /// Whether a row belongs to a declared part.
    pub(crate) fn holds(&self, row: &Requirement) -> bool {
        self.part_of(&row.id).is_some()
    }
}

fn reason(part: &str) -> String {
    format!("{NOT_OFFERED}{part}")
}

/// Whether a verdict is missing because of a declaration.
pub(crate) fn is_reason(text: &str) -> bool {
    text.contains(NOT_OFFERED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(names: &[&str]) -> Result<NotOffered, String> {
        NotOffered::new(names.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn a_part_is_what_ids_begin_with_up_to_a_dot() {
        let parts = declared(&["olbrain.runs", "olbrain.sess.list", "olbrain.runs"]).unwrap();
        assert_eq!(
            parts.iter().collect::<Vec<_>>(),
            ["olbrain.runs", "olbrain.sess.list"]
        );
        for (id, part) in [
            ("olbrain.runs.get.status", Some("olbrain.runs")),
            ("olbrain.runs", Some("olbrain.runs")),
            ("olbrain.sess.get", None),
            ("olbrain.sess.list.limit.cap", Some("olbrain.sess.list")),
        ] {
            assert_eq!(parts.part_of(id), part, "{id}");
        }
        let longer_word = ["olbrain.runs", "x"].concat();
        assert_eq!(parts.part_of(&longer_word), None);
    }

    #[test]
    fn a_whole_api_is_no_part_and_neither_is_half_a_word() {
        let half = "olbrain.runs".strip_suffix('s').unwrap();
        for wrong in ["olbrain", half, "runs", "", "olbrain.runs."] {
            assert_eq!(declared(&[wrong]).unwrap_err(), wrong);
        }
    }
}
