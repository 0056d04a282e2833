//! Name and value pairs as queries, forms and plain text bodies hold them, and the choice among equal names.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::readings::QueryPlus;

/// Which of several values of one name counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    First,
    Last,
    /// All of them, with a comma between two.
    Joined,
}

/// A name and its value.
pub(crate) type Pair<'r> = (Cow<'r, str>, Cow<'r, str>);

/// Chooses among the values of one name; `None` when there is none.
pub(crate) fn choose<'r>(values: impl Iterator<Item = Cow<'r, str>>, choice: Choice) -> Option<Cow<'r, str>> {
    let mut values = values;
    match choice {
        Choice::First => values.next(),
        Choice::Last => values.last(),
        Choice::Joined => values.reduce(|joined, value| Cow::Owned(format!("{joined},{value}"))),
    }
}

/// The decoded pairs of a query. Bytes that are not UTF-8 become replacement characters.
pub(crate) fn in_query(query: &str, plus: QueryPlus) -> impl Iterator<Item = Pair<'_>> {
    let as_form = plus == QueryPlus::Space || !query.contains('+');
    let form = as_form
        .then(|| form_urlencoded::parse(query.as_bytes()))
        .into_iter()
        .flatten();
    let literal = (!as_form)
        .then(|| undecoded(query, '&'))
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            (
                percent_decode_str(name).decode_utf8_lossy(),
                percent_decode_str(value).decode_utf8_lossy(),
            )
        });
    form.chain(literal)
}

/// The pairs of a text as they stand.
pub(crate) fn undecoded(text: &str, separator: char) -> impl Iterator<Item = (&str, &str)> {
    text.split(separator)
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_values_is_chosen() {
        let values = || ["a", "b", "c"].into_iter().map(Cow::Borrowed);
        assert_eq!(choose(values(), Choice::First).unwrap(), "a");
        assert_eq!(choose(values(), Choice::Last).unwrap(), "c");
        assert_eq!(choose(values(), Choice::Joined).unwrap(), "a,b,c");
        assert_eq!(choose(std::iter::empty(), Choice::Joined), None);
    }

    #[test]
    fn a_plus_in_the_query_is_a_reading() {
        let read = |plus| {
            in_query("a+b=c+%2B&d", plus)
                .map(|(n, v)| format!("{n}|{v}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(read(QueryPlus::Space), ["a b|c +", "d|"]);
        assert_eq!(read(QueryPlus::Literal), ["a+b|c++", "d|"]);
    }
}
