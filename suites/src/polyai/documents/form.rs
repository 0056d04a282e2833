//! `application/x-www-form-urlencoded` bodies.

use super::Decoy;
use crate::http::percent_encode;

/// Pairs with a place at `name`.
#[derive(Clone, Debug)]
pub(crate) struct FormDocument {
    pub(crate) name: String,
    pub(crate) before: Vec<(String, String)>,
    pub(crate) after: Vec<(String, String)>,
}

impl FormDocument {
    pub(crate) fn body(&self, id: Option<&str>) -> String {
        self.with(id.map(|id| (self.name.clone(), id.to_owned())).as_slice())
    }

    pub(crate) fn decoys(&self, id: &str) -> Vec<Decoy> {
        let name = &self.name;
        let with = |place: &str, key: String, value: String| Decoy::new(place, self.with(&[(key, value)]));
        vec![
            with("under another name", "decoy".into(), id.into()),
            with("under a name that begins alike", format!("{name}x"), id.into()),
            with("under a name that ends alike", format!("x{name}"), id.into()),
            with(
                "within the encoded value of another field",
                "note".into(),
                format!("a&{name}={id}"),
            ),
            with("as the name of a field", id.into(), name.clone()),
        ]
    }

    pub(crate) fn crowded(&self, id: &str, wrong: &str) -> String {
        let name = &self.name;
        self.with(&[
            (format!("x{name}"), wrong.to_owned()),
            ("note".to_owned(), format!("&{name}={wrong}")),
            (name.clone(), id.to_owned()),
            (format!("{name}x"), wrong.to_owned()),
        ])
    }

    fn with(&self, pairs: &[(String, String)]) -> String {
        let all = self.before.iter().chain(pairs).chain(&self.after);
        let encoded: Vec<String> = all
            .map(|(k, v)| format!("{}={}", percent_encode(k), percent_encode(v)))
            .collect();
        // An empty body would be another fault than a missing id.
        if encoded.is_empty() {
            "status=succeeded".to_owned()
        } else {
            encoded.join("&")
        }
    }
}
