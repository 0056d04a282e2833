//! What XML 1.0 asks of a document beyond what `quick-xml` checks, by the numbers of its productions.
//!
//! Source: Extensible Markup Language (XML) 1.0, fifth edition, <https://www.w3.org/TR/xml/>.

use quick_xml::events::attributes::{AttrError, Attribute, Attributes};
use quick_xml::events::{BytesDecl, BytesPI};

/// The white space of XML 1.0.
pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// The characters that XML 1.0 allows (production 2).
pub(super) fn is_xml_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The names that XML 1.0 allows, as far as ASCII goes (productions 4 and 5).
pub(super) fn is_name(name: &str) -> bool {
    let begins = |character: char| {
        character.is_ascii_alphabetic() || matches!(character, '_' | ':') || !character.is_ascii()
    };
    let goes_on =
        |character: char| begins(character) || character.is_ascii_digit() || matches!(character, '-' | '.');
    name.starts_with(begins) && name.chars().all(goes_on)
}

/// Whether white space follows each value but the last (production 40).
pub(super) fn are_apart(attributes: &[u8]) -> bool {
    let (mut quote, mut is_closed) = (None, false);
    attributes.iter().all(|&byte| {
        let was_closed = std::mem::take(&mut is_closed);
        match quote {
            Some(mark) if byte == mark => (quote, is_closed) = (None, true),
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            _ => {}
        }
        !was_closed || is_blank(char::from(byte))
    })
}

/// Whether a processing instruction has a target that it may have (productions 16 and 17).
pub(super) fn is_instruction(instruction: &BytesPI<'_>) -> bool {
    std::str::from_utf8(instruction.target())
        .is_ok_and(|target| is_name(target) && !target.eq_ignore_ascii_case("xml"))
}

/// Whether a declaration says what one may say, in the order in which it may (productions 23 to 26, 32 and 80).
pub(super) fn is_declaration(declaration: &BytesDecl<'_>) -> bool {
    let Ok(text) = std::str::from_utf8(declaration) else {
        return false;
    };
    let mut order = ["version", "encoding", "standalone"].into_iter();
    let mut says = Attributes::new(text, "xml".len());
    let says_one = |attribute: Result<Attribute<'_>, AttrError>| {
        let Ok(attribute) = attribute else {
            return false;
        };
        let name = attribute.key.as_ref();
        let value = &*attribute.value;
        order.any(|next| next.as_bytes() == name)
            && match name {
                b"version" => value
                    .strip_prefix(b"1.")
                    .is_some_and(|minor| !minor.is_empty() && minor.iter().all(u8::is_ascii_digit)),
                b"encoding" => value.first().is_some_and(u8::is_ascii_alphabetic),
                _ => matches!(value, b"yes" | b"no"),
            }
    };
    declaration.version().is_ok() && says.all(says_one)
}
