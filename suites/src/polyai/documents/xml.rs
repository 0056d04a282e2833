//! XML documents.

use std::fmt::Write as _;

use super::{Decoy, XmlReading};

/// An element beside the path.
#[derive(Clone, Debug)]
pub(crate) struct XmlNode {
    pub(crate) name: String,
    pub(crate) attribute: Option<String>,
    pub(crate) text: String,
}

/// A document with a place at `segments` below the root element.
#[derive(Clone, Debug)]
pub(crate) struct XmlDocument {
    pub(crate) root: String,
    pub(crate) segments: Vec<String>,
    /// Elements before and after the path, one pair for each level.
    pub(crate) levels: Vec<(Vec<XmlNode>, Vec<XmlNode>)>,
    pub(crate) declaration: bool,
    pub(crate) indented: bool,
    /// Whether the path is written with the root where a target takes both.
    pub(crate) prefers_root: bool,
}

impl XmlDocument {
    pub(crate) fn path(&self, reading: XmlReading) -> String {
        let below = self.segments.join(".");
        let (without_root, with_root) = reading.at(self.segments.len());
        let rooted = with_root && (self.prefers_root || !without_root);
        if rooted {
            format!("{}.{below}", self.root)
        } else {
            below
        }
    }

    pub(crate) fn body(&self, id: Option<&str>) -> String {
        let leaf = id.map(|id| element(self.leaf(), &escape(id)));
        self.document(leaf.as_deref().unwrap_or_default(), "")
    }

    pub(crate) fn decoys(&self, id: &str) -> Vec<Decoy> {
        let id = escape(id);
        let leaf = self.leaf();
        let whole = chain(&self.segments, &id);
        let mut decoys = vec![
            Decoy::new(
                "under another name beside the place",
                self.document(&element("decoy", &id), ""),
            ),
            Decoy::new(
                "under a name that begins alike",
                self.document(&element(&format!("{leaf}x"), &id), ""),
            ),
            Decoy::new(
                "under a name that ends alike",
                self.document(&element(&format!("x{leaf}"), &id), ""),
            ),
            Decoy::new(
                "under the same path, one level deeper",
                self.document("", &element("decoy", &whole)),
            ),
            Decoy::new(
                "within a comment",
                self.document(&format!("<!-- {} -->", element(leaf, &id)), ""),
            ),
            Decoy::new(
                "within the text of another element",
                self.document("", &element("note", &format!("<![CDATA[{whole}]]>"))),
            ),
        ];
        let other_case = other_case(leaf);
        if other_case != leaf {
            decoys.push(Decoy::new(
                "under the name in other letter case",
                self.document(&element(&other_case, &id), ""),
            ));
        }
        if self.segments.len() > 1 {
            if !self.segments[0].eq_ignore_ascii_case(leaf) {
                decoys.push(Decoy::new(
                    "under the last name of the path alone",
                    self.document("", &element(leaf, &id)),
                ));
            }
            let shorter = Self {
                segments: self.segments[..self.segments.len() - 1].to_vec(),
                ..self.clone()
            };
            decoys.push(Decoy::new(
                "at the beginning of the path",
                shorter.body(Some(&id)),
            ));
        }
        decoys
    }

    pub(crate) fn crowded(&self, id: &str, wrong: &str) -> String {
        let (id, wrong) = (escape(id), escape(wrong));
        let leaf = self.leaf();
        let around = format!(
            "<!-- {} -->{}{}",
            element(leaf, &wrong),
            element(&format!("x{leaf}"), &wrong),
            element(leaf, &id)
        );
        self.document(&around, &element("decoy", &chain(&self.segments, &wrong)))
    }

    fn leaf(&self) -> &str {
        self.segments.last().expect("a path has a segment")
    }

    /// The document with `innermost` where the leaf would be and `top` as the first child of the root.
    fn document(&self, innermost: &str, top: &str) -> String {
        let mut out = String::new();
        if self.declaration {
            out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        }
        let mut content = innermost.to_owned();
        for level in (0..self.segments.len()).rev() {
            let (before, after) = &self.levels[level];
            let mut inner = String::new();
            if level == 0 {
                inner.push_str(top);
            }
            for node in before {
                self.node(&mut inner, node);
            }
            self.gap(&mut inner);
            if level + 1 == self.segments.len() {
                inner.push_str(&content);
            } else {
                inner.push_str(&element(&self.segments[level], &content));
            }
            for node in after {
                self.node(&mut inner, node);
            }
            self.gap(&mut inner);
            content = inner;
        }
        out.push_str(&element(&self.root, &content));
        out
    }

    fn node(&self, out: &mut String, node: &XmlNode) {
        self.gap(out);
        let attribute = node
            .attribute
            .as_ref()
            .map(|v| format!(" note=\"{}\"", escape(v)))
            .unwrap_or_default();
        let _ = write!(out, "<{0}{attribute}>{1}</{0}>", node.name, escape(&node.text));
    }

    fn gap(&self, out: &mut String) {
        if self.indented {
            out.push_str("\n  ");
        }
    }
}

fn chain(segments: &[String], content: &str) -> String {
    segments
        .iter()
        .rev()
        .fold(content.to_owned(), |inner, name| element(name, &inner))
}

/// The name with capital letters for small ones, and small for capital. To XML it is another name.
fn other_case(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect()
}

fn element(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

/// Escapes what XML 1.0 §2.4 does not allow in text or in a quoted attribute.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
