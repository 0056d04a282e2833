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
pub(crate) fn in_query(query: &str, plus: QueryPlus) -> Query<'_> {
    if !query.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        Query::Plain(Pairs { rest: query })
    } else if plus == QueryPlus::Space {
        Query::Form(form_urlencoded::parse(query.as_bytes()))
    } else {
        Query::LiteralPlus(Pairs { rest: query })
    }
}

/// Iterates over the pairs of a query. The usual query needs no decoding.
pub(crate) enum Query<'r> {
    Plain(Pairs<'r>),
    Form(form_urlencoded::Parse<'r>),
    LiteralPlus(Pairs<'r>),
}

impl<'r> Iterator for Query<'r> {
    type Item = Pair<'r>;

    fn next(&mut self) -> Option<Pair<'r>> {
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
        match self {
            Self::Plain(pairs) => pairs
                .next()
                .map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value))),
            Self::Form(pairs) => pairs.next(),
            Self::LiteralPlus(pairs) => pairs.next().map(|(name, value)| (decoded(name), decoded(value))),
        }
    }
}

/// The pairs of a text as they stand: joined by `&`, name and value joined by `=`, empty ones left out.
pub(crate) fn undecoded(text: &str) -> Pairs<'_> {
    Pairs { rest: text }
}

/// Iterates over undecoded pairs.
pub(crate) struct Pairs<'r> {
    rest: &'r str,
}

impl<'r> Iterator for Pairs<'r> {
    type Item = (&'r str, &'r str);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let (pair, rest) = cut(self.rest, b'&').unwrap_or((self.rest, ""));
            self.rest = rest;
            if !pair.is_empty() {
                return Some(cut(pair, b'=').unwrap_or((pair, "")));
            }
        }
        None
    }
}

/// What stands before and after the first such byte, which has to be ASCII. For short texts this is several times
/// as fast as the search of the standard library.
fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let position = text.bytes().position(|byte| byte == at)?;
    Some((&text[..position], &text[position + 1..]))
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

    #[test]
    fn a_query_without_escapes_reads_like_any_other() {
        for query in ["", "&", "a", "=", "a=", "=a", "a=b=c&&d&é=f", "a=1&a=2"] {
            let form: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
            for plus in [QueryPlus::Space, QueryPlus::Literal] {
                assert_eq!(in_query(query, plus).collect::<Vec<_>>(), form, "{query}");
            }
            let escaped = format!("%61=+&{query}");
            let rest = |plus| {
                in_query(&escaped, plus)
                    .skip(1)
                    .map(|(n, v)| format!("{n}|{v}"))
                    .collect::<Vec<_>>()
            };
            assert_eq!(rest(QueryPlus::Space), rest(QueryPlus::Literal));
            assert_eq!(rest(QueryPlus::Space).len(), form.len());
        }
    }
}
