//! XML: another parser builds the whole tree, which is then walked.

use proptest::prelude::*;
use roxmltree::{Document, Node, NodeType};

use super::{Outcome, compare, mutilated, name, path};
use crate::polyai::extract::xml;

/// Pieces of XML, and what looks like them.
const PIECES: &[&str] = &[
    "<",
    ">",
    "/",
    "=",
    "\"",
    "'",
    "&",
    ";",
    "&amp;",
    "&#x61;",
    "&nbsp;",
    "<a>",
    "</a>",
    "<b/>",
    "<!--",
    "-->",
    "--",
    "<![CDATA[",
    "]]>",
    "<?p q?>",
    "?>",
    " ",
    "\u{1}",
    "a",
];

const DECLARATION: &str = "<?xml version=\"1.0\"?>";

/// A document with names that repeat, text in pieces, comments and attributes.
fn document() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        4 => "[a-z ]{0,3}",
        1 => prop::sample::select(vec![
            "&lt;", "&#97;", "&#x1F600;", "<![CDATA[<a>]]>", "<!-- a -->", "<?a b?>", " \n", "é", "<a x='1' y=\"&gt;\"/>",
        ]).prop_map(str::to_owned),
    ];
    let leaf = (name(), prop::collection::vec(text, 0..4))
        .prop_map(|(name, texts)| format!("<{name}>{}</{name}>", texts.concat()));
    let tree = leaf.prop_recursive(4, 16, 4, |inner| {
        (name(), prop::collection::vec(inner, 0..4))
            .prop_map(|(name, elements)| format!("<{name} a=\"b\">\n{}</{name}>", elements.concat()))
    });
    (
        prop::sample::select(vec!["", DECLARATION, "\u{feff}", "<!-- a -->\n"]),
        tree,
    )
        .prop_map(|(prolog, tree)| format!("{prolog}{tree}"))
}

/// All elements that the segments lead to, in the order in which they end.
fn reached<'a>(from: Node<'a, 'a>, segments: &[&str]) -> Vec<Node<'a, 'a>> {
    let Some((first, rest)) = segments.split_first() else {
        return vec![from];
    };
    let named = from
        .children()
        .filter(|child| child.is_element() && child.tag_name().name() == *first);
    named.flat_map(|child| reached(child, rest)).collect()
}

fn model(body: &[u8], path: &str) -> Option<Outcome> {
    let text = std::str::from_utf8(body).ok()?;
    // Names beyond ASCII, prefixes and document types are read by other rules there.
    if [":", "<!DOCTYPE", "xmlns", "\r"]
        .iter()
        .any(|piece| text.contains(piece))
    {
        return None;
    }
    // It takes many a declaration, instruction and character reference for one that is none.
    let unharmed = ["<?a b?>", "<?p q?>", "&#97;", "&#x61;", "&#x1F600;"];
    let whole = text.strip_prefix(DECLARATION).unwrap_or(text).to_owned();
    let rest = unharmed
        .iter()
        .fold(whole, |rest, piece| rest.replace(piece, "|"));
    if rest.contains("<?") || rest.contains("&#") {
        return None;
    }
    let Ok(document) = Document::parse(text) else {
        return Some(Outcome::Unreadable);
    };
    let segments: Vec<&str> = path.split('.').collect();
    if segments.contains(&"") {
        return Some(Outcome::Nothing);
    }
    let below = reached(document.root_element(), &segments);
    let found = if below.is_empty() {
        reached(document.root(), &segments)
    } else {
        below
    };
    Some(match found.first() {
        None => Outcome::Nothing,
        Some(element) if element.children().any(|child| child.is_element()) => Outcome::NoId,
        Some(element) => {
            let texts = element
                .children()
                .filter(|child| child.node_type() == NodeType::Text);
            let text: String = texts.filter_map(|child| child.text()).collect();
            Outcome::of_text(text.trim_matches([' ', '\t', '\r', '\n']).to_owned())
        }
    })
}

#[test]
fn the_reader_of_xml_agrees() {
    compare(
        (
            mutilated(document(), PIECES),
            path(vec!["a", "b", "A", "ab", "é", ""]),
        ),
        |body, path, readings| Outcome::of(xml::find(body, path, readings).found),
        model,
    );
}

#[test]
fn the_model_finds_what_is_there() {
    let found = |body: &str, path: &str| model(body.as_bytes(), path).unwrap();
    assert_eq!(found("<r><a>1</a><a>2</a></r>", "a"), Outcome::Id("1".to_owned()));
    assert_eq!(found("<r><a><b/></a></r>", "a"), Outcome::NoId);
    assert_eq!(
        found("<r><a> <!-- x --> 1&lt;<![CDATA[2]]></a></r>", "r.a"),
        Outcome::Id("1<2".to_owned())
    );
    assert_eq!(found("<r><a></r>", "a"), Outcome::Unreadable);
}
