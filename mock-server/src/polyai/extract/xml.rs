//! The id in an XML document: the text of the element that a dotted path names.
//!
//! `quick-xml` splits the text into events and checks that tags match. What XML 1.0 asks beyond that is checked here:
//! one root, nothing but white space beside it, names and characters that are allowed, known references only.

mod productions;

use std::borrow::Cow;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::Extraction;
use crate::polyai::dotted_path::DottedPath;
use crate::polyai::pairs::{Choice, choose};
use crate::polyai::readings::{Readings, XmlDoctype, XmlRepeated, XmlRoot, XmlWhitespace};
use productions::{are_apart, is_blank, is_declaration, is_instruction, is_name, is_xml_character};

const PLACE: &str = "XML payload";
const NOT_XML: &str = "request body is not well-formed XML";

/// Deepest nesting of elements that is read.
const MAX_DEPTH: usize = 128;

/// Longest document that is read, in bytes. An entity is never expanded, so that a document cannot grow.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Why a document is not read.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Malformed,
    Doctype,
}

impl From<quick_xml::Error> for Refusal {
    fn from(_: quick_xml::Error) -> Self {
        Self::Malformed
    }
}

/// What the element at the path holds.
#[derive(Debug, PartialEq, Eq)]
enum Content {
    Text(String),
    /// Other elements.
    Elements,
}

/// Looks for the element. Comments and processing instructions are skipped, CDATA sections, character references and
/// the five predefined entities mean the text they stand for, a namespace prefix may be left out of the path, and
/// attributes cannot be reached.
pub(crate) fn find<'r>(body: &'r [u8], path: &str, readings: &Readings) -> Extraction<'r> {
    let dotted = DottedPath::parse(path);
    let matches = match Search::new(dotted, readings).read(body) {
        Ok(matches) => matches,
        Err(Refusal::Malformed) => {
            return Extraction::malformed(PLACE, NOT_XML, "polyai.extract.xml.malformed");
        }
        Err(Refusal::Doctype) => {
            let message = "a document type declaration is not accepted";
            return Extraction::malformed(PLACE, message, "polyai.extract.xml.doctype");
        }
    };
    if matches.is_empty() {
        return Extraction::nothing(PLACE, "nothing", "polyai.extract.xml.missing");
    }
    if matches.contains(&Content::Elements) {
        return Extraction::no_id(PLACE, "an element that holds elements", "polyai.extract.xml.path");
    }
    let texts = matches.into_iter().filter_map(|content| match content {
        Content::Text(text) if readings.xml_whitespace == XmlWhitespace::Trimmed => {
            Some(Cow::Owned(text.trim_matches(is_blank).to_owned()))
        }
        Content::Text(text) => Some(Cow::Owned(text)),
        Content::Elements => None,
    });
    let requirement = match dotted {
        Some(path) if path.is_nested() => "polyai.extract.xml.nested",
        _ => "polyai.extract.xml.path",
    };
    match choose(texts, Choice::Joined) {
        Some(text) if !text.is_empty() => Extraction::id(PLACE, text, requirement),
        _ => Extraction::empty(PLACE, false, "polyai.extract.xml.missing"),
    }
}

/// How far the open elements agree with the path, for one of the places where it may begin.
#[derive(Clone, Copy)]
struct Position {
    /// Depth of the element that the first segment names; the root has depth 0.
    begin: usize,
    /// How many segments the open elements match without a gap.
    matched: usize,
    wanted: bool,
}

/// The state of one reading of a document.
struct Search<'p> {
    path: Option<DottedPath<'p>>,
    length: usize,
    choice: XmlRepeated,
    ignore_doctype: bool,
    /// Below the root first: it is what the documented example shows, and counts where both lead somewhere.
    positions: [Position; 2],
    matches: [Vec<Content>; 2],
    depth: usize,
    root_seen: bool,
    /// The element whose content is being collected: which position, its depth, and what it holds so far.
    open: Vec<(usize, usize, Content)>,
}

impl<'p> Search<'p> {
    fn new(path: Option<DottedPath<'p>>, readings: &Readings) -> Self {
        let without = Position {
            begin: 1,
            matched: 0,
            wanted: readings.xml_root != XmlRoot::WithRoot,
        };
        let with = Position {
            begin: 0,
            matched: 0,
            wanted: readings.xml_root != XmlRoot::WithoutRoot,
        };
        Self {
            path,
            length: path.map_or(0, |path| path.segments().count()),
            choice: readings.xml_repeated,
            ignore_doctype: readings.xml_doctype == XmlDoctype::Ignored,
            positions: [without, with],
            matches: [Vec::new(), Vec::new()],
            depth: 0,
            root_seen: false,
            open: Vec::new(),
        }
    }

    fn read(mut self, body: &[u8]) -> Result<Vec<Content>, Refusal> {
        let text = std::str::from_utf8(body).map_err(|_| Refusal::Malformed)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > MAX_BYTES || !text.chars().all(is_xml_character) {
            return Err(Refusal::Malformed);
        }
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_comments = true;
        config.expand_empty_elements = true;
        loop {
            let at_start = reader.buffer_position() == 0;
            match reader.read_event()? {
                Event::Start(start) => self.start(&start)?,
                Event::End(_) => self.end(),
                Event::Text(text) => {
                    if text.windows(3).any(|piece| piece == b"]]>") {
                        return Err(Refusal::Malformed);
                    }
                    self.text(&text.xml10_content().map_err(quick_xml::Error::from)?, false)?;
                }
                Event::CData(text) => {
                    self.text(&text.xml10_content().map_err(quick_xml::Error::from)?, true)?;
                }
                Event::GeneralRef(reference) => self.reference(&reference)?,
                Event::Decl(declaration) if !at_start || !is_declaration(&declaration) => {
                    return Err(Refusal::Malformed);
                }
                Event::DocType(_) if self.root_seen => return Err(Refusal::Malformed),
                Event::DocType(_) if !self.ignore_doctype => return Err(Refusal::Doctype),
                Event::PI(instruction) if !is_instruction(&instruction) => return Err(Refusal::Malformed),
                Event::Decl(_) | Event::DocType(_) | Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
                Event::Eof => break,
            }
        }
        if self.depth > 0 || !self.root_seen {
            return Err(Refusal::Malformed);
        }
        let [without, with] = self.matches;
        Ok(if without.is_empty() { with } else { without })
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Refusal> {
        let tag_name = start.name();
        let name = std::str::from_utf8(tag_name.as_ref()).map_err(|_| Refusal::Malformed)?;
        let second_root = self.depth == 0 && self.root_seen;
        let are_apart = are_apart(start.attributes_raw());
        if second_root || self.depth == MAX_DEPTH || !is_name(name) || !are_apart {
            return Err(Refusal::Malformed);
        }
        for attribute in start.attributes() {
            let attribute = attribute.map_err(quick_xml::Error::from)?;
            let unescaped = attribute.normalized_value(XmlVersion::Implicit1_0);
            let is_named = std::str::from_utf8(attribute.key.as_ref()).is_ok_and(is_name);
            if !is_named || attribute.value.contains(&b'<') || unescaped.is_err() {
                return Err(Refusal::Malformed);
            }
        }
        self.root_seen = true;
        if let Some((_, _, content)) = self.open.last_mut() {
            *content = Content::Elements;
        }
        for (number, position) in self.positions.iter_mut().enumerate() {
            let goes_on = self.depth == position.begin + position.matched;
            let segment = self.path.and_then(|path| path.segments().nth(position.matched));
            if position.wanted && goes_on && segment.is_some_and(|segment| is_named(name, segment)) {
                position.matched += 1;
                if position.matched == self.length {
                    self.open.push((number, self.depth, Content::Text(String::new())));
                }
            }
        }
        self.depth += 1;
        Ok(())
    }

    fn end(&mut self) {
        // An end tag without a start is refused by the reader.
        self.depth = self.depth.saturating_sub(1);
        while let Some((number, _, content)) = self.open.pop_if(|(_, depth, _)| *depth == self.depth) {
            let matches = &mut self.matches[number];
            match self.choice {
                XmlRepeated::First if !matches.is_empty() => {}
                XmlRepeated::Last => *matches = vec![content],
                XmlRepeated::First | XmlRepeated::Joined => matches.push(content),
            }
        }
        for position in &mut self.positions {
            position.matched = position.matched.min(self.depth.saturating_sub(position.begin));
        }
    }

    fn text(&mut self, text: &str, only_inside: bool) -> Result<(), Refusal> {
        if self.depth == 0 && (only_inside || !text.chars().all(is_blank)) {
            return Err(Refusal::Malformed);
        }
        for (_, _, content) in &mut self.open {
            if let Content::Text(collected) = content {
                collected.push_str(text);
            }
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Refusal> {
        let text: Cow<'_, str> = match reference.resolve_char_ref()? {
            Some(character) if is_xml_character(character) => Cow::Owned(character.to_string()),
            Some(_) => return Err(Refusal::Malformed),
            None => {
                let name = reference.decode().map_err(quick_xml::Error::from)?;
                Cow::Borrowed(resolve_predefined_entity(&name).ok_or(Refusal::Malformed)?)
            }
        };
        self.text(&text, true)
    }
}

/// Whether an element answers to a segment, with its namespace prefix or without.
fn is_named(name: &str, segment: &str) -> bool {
    name == segment || name.split_once(':').is_some_and(|(_, local)| local == segment)
}

#[cfg(test)]
mod tests;
