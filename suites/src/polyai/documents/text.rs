//! `text/plain` bodies of `key=value` pairs joined by `&`, as in the documented example.

use super::Decoy;

/// Pairs with a place at `name`. Names and values need no encoding: whether it applies to plain text is open.
#[derive(Clone, Debug)]
pub(crate) struct TextDocument {
    pub(crate) name: String,
    pub(crate) before: Vec<(String, String)>,
    pub(crate) after: Vec<(String, String)>,
}

impl TextDocument {
    pub(crate) fn body(&self, id: Option<&str>) -> String {
        self.with(id.map(|id| (self.name.clone(), id.to_owned())).as_slice())
    }

    pub(crate) fn decoys(&self, id: &str) -> Vec<Decoy> {
        let name = &self.name;
        let with = |place: &str, key: String| Decoy::new(place, self.with(&[(key, id.to_owned())]));
        vec![
            with("under another name", "decoy".into()),
            with("under a name that begins alike", format!("{name}x")),
            with("under a name that ends alike", format!("x{name}")),
        ]
    }

    pub(crate) fn crowded(&self, id: &str, wrong: &str) -> String {
        let name = &self.name;
        self.with(&[
            (format!("x{name}"), wrong.to_owned()),
            (name.clone(), id.to_owned()),
            (format!("{name}x"), wrong.to_owned()),
        ])
    }

    fn with(&self, pairs: &[(String, String)]) -> String {
        let all = self.before.iter().chain(pairs).chain(&self.after);
        let joined: Vec<String> = all.map(|(k, v)| format!("{k}={v}")).collect();
        // An empty body would be another fault than a missing id.
        if joined.is_empty() {
            "status=succeeded".to_owned()
        } else {
            joined.join("&")
        }
    }
}
