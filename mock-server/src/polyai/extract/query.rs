//! The id as a query parameter that the path names.

use super::Extraction;
use crate::polyai::dotted_path::DottedPath;
use crate::polyai::pairs::{Choice, choose, in_query};
use crate::polyai::readings::{QueryCase, QueryDotted, QueryEmpty, QueryRepeated, Readings};

const PLACE: &str = "query parameter";

/// Looks for a parameter of this name.
pub(crate) fn find<'r>(query: &'r str, path: &str, readings: &Readings) -> Extraction<'r> {
    let in_brackets = match (readings.query_dotted, DottedPath::parse(path)) {
        (QueryDotted::Brackets, Some(dotted)) if dotted.is_nested() => Some(dotted.in_brackets()),
        _ => None,
    };
    let wanted = in_brackets.as_deref().unwrap_or(path);
    let insensitive = readings.query_case == QueryCase::Insensitive;
    let choice = match readings.query_repeated {
        QueryRepeated::First => Choice::First,
        QueryRepeated::Last => Choice::Last,
        QueryRepeated::Joined => Choice::Joined,
    };
    let values = in_query(query, readings.query_plus)
        .filter(|(name, _)| name == wanted || (insensitive && name.to_lowercase() == wanted.to_lowercase()))
        .map(|(_, value)| value);
    match choose(values, choice) {
        None => Extraction::nothing(PLACE, "nothing", "polyai.extract.query.missing"),
        Some(value) if value.is_empty() => {
            let not_valid = readings.query_empty == QueryEmpty::NotValid;
            Extraction::empty(PLACE, not_valid, "polyai.extract.query.empty")
        }
        Some(value) => Extraction::id(PLACE, value, "polyai.extract.query.ok"),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::Found;
    use super::*;
    use crate::polyai::readings::QueryPlus;

    fn id(text: &str) -> Found<'_> {
        Found::Id(Cow::Borrowed(text))
    }

    #[test]
    fn a_parameter_is_found_by_its_decoded_name() {
        let readings = Readings::default();
        assert_eq!(find("a=1&cid=evt_1", "cid", &readings).found, id("evt_1"));
        assert_eq!(find("c%69d=evt%5F1", "cid", &readings).found, id("evt_1"));
        assert_eq!(
            find("account_id=PLATFORM", "account_id", &readings).found,
            id("PLATFORM")
        );
        for query in ["", "a=1", "cid2=evt_1", "id=evt_1", "x=cid=evt_1"] {
            assert_eq!(
                find(query, "cid", &readings).found,
                Found::Nothing("nothing"),
                "{query}"
            );
        }
    }

    #[test]
    fn letter_case_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(
            find("CID=evt_1", "cid", &readings).found,
            Found::Nothing("nothing")
        );
        readings.query_case = QueryCase::Insensitive;
        assert_eq!(find("CID=evt_1", "cid", &readings).found, id("evt_1"));
    }

    #[test]
    fn dots_are_a_reading() {
        let query = "a.b=dot&a[b]=bracket&c=plain";
        let mut readings = Readings::default();
        assert_eq!(find(query, "a.b", &readings).found, id("dot"));
        assert_eq!(find(query, "a..b", &readings).found, Found::Nothing("nothing"));
        readings.query_dotted = QueryDotted::Brackets;
        assert_eq!(find(query, "a.b", &readings).found, id("bracket"));
        assert_eq!(find(query, "c", &readings).found, id("plain"));
    }

    #[test]
    fn repetition_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(find("cid=a&cid=b", "cid", &readings).found, id("a"));
        readings.query_repeated = QueryRepeated::Last;
        assert_eq!(find("cid=a&cid=b", "cid", &readings).found, id("b"));
        readings.query_repeated = QueryRepeated::Joined;
        assert_eq!(find("cid=a&cid=b", "cid", &readings).found, id("a,b"));
    }

    #[test]
    fn an_empty_value_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(
            find("cid=", "cid", &readings).found,
            Found::Nothing("an empty value")
        );
        assert_eq!(
            find("cid", "cid", &readings).found,
            Found::Nothing("an empty value")
        );
        readings.query_empty = QueryEmpty::NotValid;
        assert_eq!(
            find("cid=", "cid", &readings).found,
            Found::NoId("an empty value")
        );
    }

    #[test]
    fn a_plus_sign_is_a_reading() {
        let mut readings = Readings::default();
        assert_eq!(find("cid=a+b%2B", "cid", &readings).found, id("a b+"));
        readings.query_plus = QueryPlus::Literal;
        assert_eq!(find("cid=a+b%2B", "cid", &readings).found, id("a+b+"));
    }
}
