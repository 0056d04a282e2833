//! Named generators of inputs.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

use super::documents::{Document, FormDocument, JsonDocument, Level, TextDocument, XmlDocument, XmlNode};
use crate::property::spelled_number;

/// Depth of a generated path; deeper ones have a case of their own.
const DEPTH: std::ops::RangeInclusive<usize> = 1..=5;

/// Text of a regular expression, read once: a bare string would be read again for every input.
fn pattern(expression: &str) -> BoxedStrategy<String> {
    proptest::string::string_regex(expression)
        .expect("a constant expression")
        .boxed()
}

/// A name of one path segment: what people call fields, with a hyphen or a letter beyond ASCII now and then. Dots,
/// brackets, blanks, leading digits and operators stay out, since some reading gives each of them a meaning.
pub(crate) fn segment() -> BoxedStrategy<String> {
    prop_oneof![
        6 => pattern("[a-z][a-z0-9_]{0,9}"),
        2 => pattern("[a-z]{1,5}[A-Z][a-zA-Z]{0,6}"),
        1 => pattern("[a-z]{1,5}-[a-z0-9]{1,5}"),
        1 => pattern("[a-z]{0,3}[éßжñ名]{1,3}[a-z]{0,3}"),
    ]
    .prop_filter("names of the fixed decoys", |name| is_usable(name))
    .boxed()
}

/// A segment that any text format carries unencoded.
pub(crate) fn plain_segment() -> BoxedStrategy<String> {
    pattern("[a-z][a-zA-Z0-9_]{0,9}")
        .prop_filter("names of the fixed decoys", |name| is_usable(name))
        .boxed()
}

/// A header name that no server, proxy or client uses for something else. Underscores stay out: some servers take
/// them for hyphens.
pub(crate) fn header_name() -> BoxedStrategy<String> {
    prop_oneof![
        Just("cid".to_owned()),
        pattern("(x|my|ext|event)-hp[a-z0-9]{1,6}(-[a-z0-9]{1,5}){0,2}"),
        pattern("hp[a-z0-9]{1,8}"),
    ]
    .boxed()
}

/// Decoys stand under these names, and some names mean something to XML.
fn is_usable(name: &str) -> bool {
    let lower = name.to_lowercase();
    !["decoy", "branch", "other", "note", "root"].contains(&lower.as_str())
        && !lower.starts_with("xml")
        && !["event_id_location", "event_id_path", "account_id", "project_id"].contains(&lower.as_str())
}

/// Any text but U+0000, which few stores and no XML document can hold.
pub(crate) fn text() -> BoxedStrategy<String> {
    prop_oneof![
        4 => pattern("[ -~]{0,20}"),
        2 => pattern("[^\u{0}]{0,20}"),
        1 => Just(String::new()),
        1 => Just("\u{1f600} \u{10ffff} \u{7f} \u{2028}".to_owned()),
    ]
    .boxed()
}

/// Any JSON value, three levels deep at most.
pub(crate) fn json_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|n| Value::Number(n.into())),
        (-1.0e15..1.0e15).prop_map(|n: f64| Number::from_f64(n).map_or(Value::Null, Value::Number)),
        spelled_number().prop_map(Value::Number),
        text().prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((text(), inner), 0..4).prop_map(|m| Value::Object(m.into_iter().collect::<Map<_, _>>())),
        ]
    })
    .boxed()
}

/// Members beside the path: any name that no reading can take for the segment.
fn members(segment: &str) -> BoxedStrategy<Vec<(String, Value)>> {
    let segment = segment.to_lowercase();
    vec((text(), json_value()), 0..3)
        .prop_map(move |mut members| {
            members.retain(|(name, _)| !name.to_lowercase().contains(&segment));
            members
        })
        .boxed()
}

/// A JSON object with a place at a path of any depth in `DEPTH`.
pub(crate) fn json_document() -> BoxedStrategy<JsonDocument> {
    vec(segment(), DEPTH)
        .prop_flat_map(|segments| {
            let levels: Vec<_> = segments
                .iter()
                .map(|name| {
                    (members(name), members(name)).prop_map(|(before, after)| Level { before, after })
                })
                .collect();
            (Just(segments), levels)
        })
        .prop_map(|(segments, levels)| JsonDocument { segments, levels })
        .boxed()
}

/// Form fields around a place; names and values of any text.
pub(crate) fn form_document() -> BoxedStrategy<FormDocument> {
    segment()
        .prop_flat_map(|name| {
            let lower = name.to_lowercase();
            let fields = vec((text(), text()), 0..4).prop_map(move |mut fields| {
                fields.retain(|(key, _)| !key.is_empty() && !key.to_lowercase().contains(&lower));
                fields
            });
            (Just(name), fields.clone(), fields)
        })
        .prop_map(|(name, before, after)| FormDocument { name, before, after })
        .boxed()
}

/// `key=value` pairs around a place, of characters that need no encoding.
pub(crate) fn text_document() -> BoxedStrategy<TextDocument> {
    plain_segment()
        .prop_flat_map(|name| {
            let lower = name.to_lowercase();
            let pairs = vec((pattern("[a-z]{1,8}"), pattern("[A-Za-z0-9._~-]{1,10}")), 0..4).prop_map(
                move |mut pairs| {
                    pairs.retain(|(key, _)| !key.contains(&lower) && !lower.contains(key.as_str()));
                    pairs
                },
            );
            (Just(name), pairs.clone(), pairs)
        })
        .prop_map(|(name, before, after)| TextDocument { name, before, after })
        .boxed()
}

/// An XML document with a place below the root. Elements on the path carry no attributes and no text of their own:
/// what those mean is open.
pub(crate) fn xml_document() -> BoxedStrategy<XmlDocument> {
    let root = prop_oneof![
        Just("root".to_owned()),
        pattern("(event|result|data|Envelope)[a-z]{0,4}")
    ];
    (root, vec(plain_segment(), 1..=3))
        .prop_filter(
            "a root named like the path would be another reading",
            |(root, segments)| !segments.iter().any(|segment| segment.eq_ignore_ascii_case(root)),
        )
        .prop_flat_map(|(root, segments)| {
            let levels: Vec<_> = segments
                .iter()
                .map(|name| (elements(name), elements(name)))
                .collect();
            (
                Just(root),
                Just(segments),
                levels,
                any::<bool>(),
                any::<bool>(),
                any::<bool>(),
            )
        })
        .prop_map(
            |(root, segments, levels, declaration, indented, prefers_root)| XmlDocument {
                root,
                segments,
                levels,
                declaration,
                indented,
                prefers_root,
            },
        )
        .boxed()
}

fn elements(segment: &str) -> BoxedStrategy<Vec<XmlNode>> {
    let segment = segment.to_lowercase();
    let node = (
        pattern("[a-z]{3,8}"),
        proptest::option::of(pattern("[ -~]{0,8}")),
        xml_text(),
    );
    vec(node, 0..3)
        .prop_map(move |nodes| {
            let mut seen: Vec<String> = Vec::new();
            nodes
                .into_iter()
                .filter(|(name, _, _)| {
                    is_usable(name) && !name.contains(&segment) && !segment.contains(name.as_str())
                })
                .filter(|(name, _, _)| {
                    let new = !seen.contains(name);
                    seen.push(name.clone());
                    new
                })
                .map(|(name, attribute, text)| XmlNode {
                    name,
                    attribute,
                    text,
                })
                .collect()
        })
        .boxed()
}

/// Text of the characters that XML 1.0 §2.2 allows.
fn xml_text() -> BoxedStrategy<String> {
    text()
        .prop_map(|text| {
            text.chars()
                .filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
                .collect()
        })
        .boxed()
}

/// A body of any of the four documented formats.
pub(crate) fn any_document() -> BoxedStrategy<Document> {
    prop_oneof![
        json_document().prop_map(Document::Json),
        form_document().prop_map(Document::Form),
        xml_document().prop_map(Document::Xml),
        text_document().prop_map(Document::Text),
    ]
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::super::documents::XmlReading;
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn generated_xml_is_well_formed_with_and_without_its_decoys(document in xml_document()) {
            let mut bodies = vec![document.body(Some("X")), document.body(None), document.crowded("X", "Y")];
            bodies.extend(document.decoys("X").into_iter().map(|decoy| decoy.body));
            for body in bodies {
                let mut reader = quick_xml::Reader::from_str(&body);
                loop {
                    match reader.read_event() {
                        Ok(quick_xml::events::Event::Eof) => break,
                        Ok(_) => {}
                        Err(error) => return Err(TestCaseError::fail(format!("{error}: {body}"))),
                    }
                }
            }
        }

        #[test]
        fn a_decoy_never_stands_under_the_form_name(document in form_document()) {
            for body in document.decoys("X").into_iter().map(|decoy| decoy.body).chain([document.body(None)]) {
                let found = form_urlencoded::parse(body.as_bytes()).any(|(name, _)| name == document.name);
                prop_assert!(!found, "{}", body);
            }
            let crowded = document.crowded("X", "Y");
            let values: Vec<String> = form_urlencoded::parse(crowded.as_bytes())
                .filter(|(name, _)| *name == document.name)
                .map(|(_, value)| value.into_owned())
                .collect();
            prop_assert_eq!(values, vec!["X".to_owned()]);
        }

        #[test]
        fn paths_hold_no_empty_segment(document in any_document()) {
            let path = document.path(XmlReading { without_root: true, ..XmlReading::default() });
            prop_assert!(path.split('.').all(|segment| !segment.is_empty()));
        }
    }
}
