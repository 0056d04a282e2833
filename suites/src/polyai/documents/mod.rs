//! Request bodies with an id at one place, and the same bodies with the id anywhere but there.
//!
//! Each format knows three things of itself: the body with something at the path (or nothing), the body in which an
//! id stands elsewhere while the path leads nowhere, and the body with the id at the path among others that are wrong.

mod form;
mod json;
mod text;
mod xml;

pub(crate) use form::FormDocument;
pub(crate) use json::{JsonDocument, Level};
pub(crate) use text::TextDocument;
pub(crate) use xml::{XmlDocument, XmlNode};

/// A body in which an id stands where it must not count.
#[derive(Clone, Debug)]
pub(crate) struct Decoy {
    /// Where the id stands, in words.
    pub(crate) place: String,
    /// The body.
    pub(crate) body: String,
}

impl Decoy {
    fn new(place: impl Into<String>, body: String) -> Self {
        Self {
            place: place.into(),
            body,
        }
    }
}

/// Which paths into XML a target understands: with the root element, without it, both, or neither; for one name below
/// the root, and for several, since a target may mix its readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent answers, each by its name"
)]
pub(crate) struct XmlReading {
    /// `cid`.
    pub(crate) without_root: bool,
    /// `root.cid`.
    pub(crate) with_root: bool,
    /// `a.b`.
    pub(crate) deeper_without_root: bool,
    /// `root.a.b`.
    pub(crate) deeper_with_root: bool,
}

impl XmlReading {
    /// Whether the target understands a path to so many names below the root: without the root, and with it. What it
    /// does not understand at all is written as it understands one name.
    fn at(self, depth: usize) -> (bool, bool) {
        if depth > 1 && (self.deeper_without_root || self.deeper_with_root) {
            (self.deeper_without_root, self.deeper_with_root)
        } else {
            (self.without_root, self.with_root)
        }
    }
}

/// A generated body in any of the four formats.
#[derive(Clone, Debug)]
pub(crate) enum Document {
    Json(JsonDocument),
    Form(FormDocument),
    Xml(XmlDocument),
    Text(TextDocument),
}

impl Document {
    /// The documented media type of the format.
    pub(crate) fn content_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Form(_) => "application/x-www-form-urlencoded",
            Self::Xml(_) => "application/xml",
            Self::Text(_) => "text/plain",
        }
    }

    /// The value of `event_id_path`.
    pub(crate) fn path(&self, xml: XmlReading) -> String {
        match self {
            Self::Json(json) => json.path(),
            Self::Form(form) => form.name.clone(),
            Self::Xml(document) => document.path(xml),
            Self::Text(text) => text.name.clone(),
        }
    }

    /// How many segments the path has, the root of an XML document not counted.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Json(json) => json.segments.len(),
            Self::Xml(xml) => xml.segments.len(),
            Self::Form(_) | Self::Text(_) => 1,
        }
    }

    /// The names of the path's segments.
    pub(crate) fn segments(&self) -> Vec<String> {
        match self {
            Self::Json(json) => json.segments.clone(),
            Self::Xml(xml) => xml.segments.clone(),
            Self::Form(form) => vec![form.name.clone()],
            Self::Text(text) => vec![text.name.clone()],
        }
    }

    /// The body with an id at the path, or with nothing there.
    pub(crate) fn body(&self, id: Option<&str>) -> String {
        match self {
            Self::Json(json) => json.body(id),
            Self::Form(form) => form.body(id),
            Self::Xml(xml) => xml.body(id),
            Self::Text(text) => text.body(id),
        }
    }

    /// Bodies that hold the id anywhere but at the path.
    pub(crate) fn decoys(&self, id: &str) -> Vec<Decoy> {
        match self {
            Self::Json(json) => json.decoys(id),
            Self::Form(form) => form.decoys(id),
            Self::Xml(xml) => xml.decoys(id),
            Self::Text(text) => text.decoys(id),
        }
    }

    /// The body with the id at the path, and wrong ones around it.
    pub(crate) fn crowded(&self, id: &str, wrong: &str) -> String {
        match self {
            Self::Json(json) => json.crowded(id, wrong),
            Self::Form(form) => form.crowded(id, wrong),
            Self::Xml(xml) => xml.crowded(id, wrong),
            Self::Text(text) => text.crowded(id, wrong),
        }
    }
}
