//! The value of `event_id_path`, split at its dots.

/// A path of at least one segment, none of them empty.
///
/// There is no syntax for a dot inside a segment, since none is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DottedPath<'p> {
    whole: &'p str,
}

impl<'p> DottedPath<'p> {
    /// Returns `None` for a path with an empty segment: it names nothing.
    pub(crate) fn parse(whole: &'p str) -> Option<Self> {
        let path = Self { whole };
        whole
            .split('.')
            .all(|segment| !segment.is_empty())
            .then_some(path)
    }

    /// The first segment, and the path that is left behind it.
    pub(crate) fn split_first(self) -> (&'p str, Option<Self>) {
        match self.whole.split_once('.') {
            Some((first, rest)) => (first, Some(Self { whole: rest })),
            None => (self.whole, None),
        }
    }

    pub(crate) fn segments(self) -> std::str::Split<'p, char> {
        self.whole.split('.')
    }

    /// The path as it was written.
    pub(crate) fn as_str(self) -> &'p str {
        self.whole
    }

    /// Whether it leads below the first level.
    pub(crate) fn is_nested(self) -> bool {
        self.whole.contains('.')
    }

    /// The path in the notation of nested form fields: `a.b.c` is `a[b][c]`.
    pub(crate) fn in_brackets(self) -> String {
        let (first, rest) = self.split_first();
        rest.into_iter()
            .flat_map(Self::segments)
            .fold(first.to_owned(), |name, segment| format!("{name}[{segment}]"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_at_every_dot() {
        let path = DottedPath::parse("path.to.object.property").unwrap();
        assert_eq!(
            path.segments().collect::<Vec<_>>(),
            ["path", "to", "object", "property"]
        );
        let (first, rest) = path.split_first();
        assert_eq!((first, rest.unwrap().as_str()), ("path", "to.object.property"));
        assert!(path.is_nested());
        let cid = DottedPath::parse("cid").unwrap();
        assert_eq!((cid.split_first(), cid.is_nested()), (("cid", None), false));
    }

    #[test]
    fn a_backslash_is_a_character_like_others() {
        let path = DottedPath::parse(r"a\.b").unwrap();
        assert_eq!(path.segments().collect::<Vec<_>>(), [r"a\", "b"]);
    }

    #[test]
    fn an_empty_segment_names_nothing() {
        for path in ["", ".", "a..b", ".a", "a."] {
            assert_eq!(DottedPath::parse(path), None, "{path}");
        }
    }

    #[test]
    fn brackets_nest() {
        assert_eq!(DottedPath::parse("a.b.c").unwrap().in_brackets(), "a[b][c]");
        assert_eq!(DottedPath::parse("a").unwrap().in_brackets(), "a");
    }
}
