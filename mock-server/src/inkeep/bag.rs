//! The three free-form members `properties`, `userProperties` and `metadata`: their limits, and what is kept of them.
//!
//! Source: Inkeep, Logging events with the Events API, `Request body` and `User attribution`. The limits are those of the
//! vendor's code; the page names none.

use std::collections::HashSet;

use super::input::Refusal;
use super::json_text::{Kind, Members, shortest, text};
use super::readings::{BagByteCap, BagKeyCap, BagNonObject, BagNull, Readings};

/// Most members at the top of one bag.
const MAX_MEMBERS: usize = 100;

/// Longest bag, in UTF-16 code units of its shortest JSON text.
const MAX_UTF16_UNITS: usize = 65_536;

/// Reads a bag as the JSON text that is kept of it; `None` is a bag that counts as absent.
pub(crate) fn read(
    name: &'static str,
    document: &str,
    readings: &Readings,
) -> Result<Option<String>, Refusal> {
    let refused = |found: &'static str, rule: &str, requirement: &'static str| {
        Err(Refusal::schema(
            name,
            found,
            format!("{name} {rule}"),
            requirement,
        ))
    };
    match Kind::of(document) {
        Kind::Null => {
            return match readings.bag_null {
                BagNull::Refused => refused("null", "may be absent but must not be null", "inkeep.bag.null"),
                BagNull::Accepted => Ok(None),
            };
        }
        Kind::Object => {}
        kind => {
            if readings.bag_non_object == BagNonObject::Refused {
                return refused(kind.with_article(), "must be an object", "inkeep.bag.non-object");
            }
        }
    }
    if readings.bag_key_cap == BagKeyCap::Enforced && has_too_many_members(document) {
        return refused(
            "an object of more than 100 members",
            "must not have more than 100 members at the top level",
            "inkeep.bag.key-cap",
        );
    }
    let kept = shortest(document);
    if readings.bag_byte_cap == BagByteCap::Enforced && is_too_long(&kept) {
        return refused(
            "a value of more than 65536 code units",
            "must not be longer than 65536 UTF-16 code units when it is written as JSON without blanks between tokens",
            "inkeep.bag.byte-cap",
        );
    }
    Ok(Some(kept))
}

/// A name that comes twice is one member.
fn has_too_many_members(document: &str) -> bool {
    let mut names = HashSet::new();
    Members::of(document).any(|(name, _)| {
        names.insert(name);
        names.len() > MAX_MEMBERS
    })
}

fn is_too_long(text: &str) -> bool {
    // No text has more code units than bytes, so that few are counted.
    text.len() > MAX_UTF16_UNITS && text.encode_utf16().nth(MAX_UTF16_UNITS).is_some()
}

/// What `identificationType` makes of a `userProperties`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identified {
    /// There is no such member.
    Untouched(String),
    /// The member is taken out, and the rest is kept.
    Stripped(String),
    /// The identity was made up by a widget, and nothing is kept.
    Dropped,
}

/// Applies the rule for `identificationType` to the text of a `userProperties`.
pub(crate) fn identified(bag: String) -> Identified {
    const NAME: &str = "identificationType";
    // Where a name comes twice, the last member counts.
    let Some((_, value)) = Members::of(&bag).filter(|(name, _)| name == NAME).last() else {
        return Identified::Untouched(bag);
    };
    if matches!(text(value).as_deref(), Some("ANONYMOUS" | "COOKIED")) {
        return Identified::Dropped;
    }
    let mut rest = String::with_capacity(bag.len());
    rest.push('{');
    for (name, value) in Members::of(&bag).filter(|(name, _)| name != NAME) {
        if rest.len() > 1 {
            rest.push(',');
        }
        rest.push_str(&super::json_text::quoted(&name));
        rest.push(':');
        rest.push_str(value);
    }
    rest.push('}');
    Identified::Stripped(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(document: &str, readings: &Readings) -> Result<Option<String>, &'static str> {
        read("metadata", document, readings).map_err(|refusal| refusal.requirement)
    }

    fn with_members(count: usize) -> String {
        let members: Vec<String> = (0..count).map(|number| format!("\"k{number}\":0")).collect();
        format!("{{{}}}", members.join(","))
    }

    /// An object of exactly so many code units, filled up with a character of `unit` code units.
    fn of_length(units: usize, filling: &str, unit: usize) -> String {
        let document = format!(
            "{{\"k\":\"{}{}\"}}",
            filling.repeat((units - 8) / unit),
            "x".repeat((units - 8) % unit)
        );
        assert_eq!(document.encode_utf16().count(), units);
        document
    }

    #[test]
    fn objects_are_kept_as_they_are() {
        for document in [
            "{}",
            "{\"a\":{\"b\":[1,null,1.0,1e2,123456789012345678901]},\"é\":\"\"}",
        ] {
            assert_eq!(
                kept(document, &Readings::default()),
                Ok(Some(document.to_owned()))
            );
        }
        assert_eq!(
            kept(" { \"a\" : 1 } ", &Readings::default()),
            Ok(Some("{\"a\":1}".to_owned()))
        );
    }

    #[test]
    fn other_kinds_are_readings() {
        let mut readings = Readings::default();
        for document in ["\"x\"", "1", "true", "[]"] {
            assert_eq!(kept(document, &readings), Err("inkeep.bag.non-object"));
        }
        assert_eq!(kept("null", &readings), Err("inkeep.bag.null"));
        readings.bag_non_object = BagNonObject::Accepted;
        assert_eq!(kept("[ ]", &readings), Ok(Some("[]".to_owned())));
        assert_eq!(kept("null", &readings), Err("inkeep.bag.null"));
        readings.bag_null = BagNull::Accepted;
        assert_eq!(kept("null", &readings), Ok(None));
    }

    #[test]
    fn the_number_of_members_is_bounded_at_the_top_only() {
        let mut readings = Readings::default();
        let nested = format!("{{\"a\":{}}}", with_members(101));
        let repeated = with_members(100).replace('}', ",\"k0\":1}");
        for document in [with_members(100), nested, repeated] {
            assert!(kept(&document, &readings).is_ok(), "{document}");
        }
        assert_eq!(kept(&with_members(101), &readings), Err("inkeep.bag.key-cap"));
        readings.bag_key_cap = BagKeyCap::None;
        assert!(kept(&with_members(101), &readings).is_ok());
    }

    #[test]
    fn the_length_counts_code_units_of_the_shortest_text() {
        let mut readings = Readings::default();
        for (filling, unit) in [("x", 1), ("é", 1), ("€", 1), ("😀", 2), ("\\n", 2)] {
            let longest = of_length(MAX_UTF16_UNITS, filling, unit);
            assert!(kept(&longest, &readings).is_ok(), "{filling}");
            assert!(kept(&longest.replacen(':', " :  ", 1), &readings).is_ok());
            let too_long = of_length(MAX_UTF16_UNITS + 1, filling, unit);
            assert_eq!(
                kept(&too_long, &readings),
                Err("inkeep.bag.byte-cap"),
                "{filling}"
            );
        }
        readings.bag_byte_cap = BagByteCap::None;
        assert!(kept(&of_length(MAX_UTF16_UNITS * 2, "x", 1), &readings).is_ok());
    }

    #[test]
    fn an_identity_of_a_widget_is_dropped_and_any_other_mark_taken_out() {
        let of = |bag: &str| identified(bag.to_owned());
        for bag in [
            r#"{"id":"x","identificationType":"ANONYMOUS"}"#,
            r#"{"identificationType":"COOKIED"}"#,
            r#"{"identification\u0054ype":"COOKI\u0045D"}"#,
            r#"{"identificationType":1,"identificationType":"ANONYMOUS"}"#,
        ] {
            assert_eq!(of(bag), Identified::Dropped, "{bag}");
        }
        for (bag, rest) in [
            (
                r#"{"id":1.50,"identificationType":"ID_PROVIDED","a":{}}"#,
                r#"{"id":1.50,"a":{}}"#,
            ),
            (r#"{"identificationType":"anonymous"}"#, "{}"),
            (r#"{"identificationType":null,"é":"\n"}"#, r#"{"é":"\n"}"#),
            (
                r#"{"identificationType":"COOKIED","identificationType":{}}"#,
                "{}",
            ),
        ] {
            assert_eq!(of(bag), Identified::Stripped(rest.to_owned()), "{bag}");
        }
        for bag in [
            "{}",
            r#"{"a":{"identificationType":"COOKIED"}}"#,
            r#"{"IdentificationType":"COOKIED"}"#,
            r#"{"a":"identificationType"}"#,
            "[]",
        ] {
            assert_eq!(of(bag), Identified::Untouched(bag.to_owned()));
        }
    }
}
