//! JSON objects.

use serde_json::{Map, Value};

use super::Decoy;

/// The members beside the path at one level.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    pub(crate) before: Vec<(String, Value)>,
    pub(crate) after: Vec<(String, Value)>,
}

/// An object with a place at `segments`, one level of members for each.
#[derive(Clone, Debug)]
pub(crate) struct JsonDocument {
    pub(crate) segments: Vec<String>,
    pub(crate) levels: Vec<Level>,
}

impl JsonDocument {
    pub(crate) fn path(&self) -> String {
        self.segments.join(".")
    }

    pub(crate) fn body(&self, id: Option<&str>) -> String {
        let leaf = id.map(|id| Value::String(id.to_owned()));
        self.object(0, leaf.as_ref(), &[]).to_string()
    }

    /// The body that ends before this segment of the path.
    pub(crate) fn body_cut_at(&self, segment: usize) -> String {
        let shorter = Self {
            segments: self.segments[..=segment].to_vec(),
            levels: self.levels.clone(),
        };
        shorter.body(None)
    }

    /// The body with any value at the path.
    pub(crate) fn body_with(&self, leaf: &Value) -> String {
        self.object(0, Some(leaf), &[]).to_string()
    }

    pub(crate) fn decoys(&self, id: &str) -> Vec<Decoy> {
        let value = Value::String(id.to_owned());
        let leaf = self.segments.last().expect("a path has a segment").as_str();
        let last = self.segments.len() - 1;
        let with = |place: &str, level: usize, key: &str, value: &Value| {
            Decoy::new(place, self.object(0, None, &[(level, key, value)]).to_string())
        };
        let mut decoys = vec![
            with("under another name beside the place", last, "decoy", &value),
            with(
                "under a name that begins alike",
                last,
                &format!("{leaf}x"),
                &value,
            ),
            with("under a name that ends alike", last, &format!("x{leaf}"), &value),
            with(
                "under the same path, one level deeper",
                0,
                "decoy",
                &nested(&self.segments, &value),
            ),
            with(
                "under the same name in another branch",
                0,
                "branch",
                &nested(&[leaf.to_owned()], &value),
            ),
            with("as the name of a member", last, id, &Value::Bool(true)),
        ];
        let text = Value::String(self.object(0, Some(&value), &[]).to_string());
        decoys.push(Decoy::new("in a document within a string", text.to_string()));
        if last > 0 {
            decoys.push(Decoy::new("at the beginning of the path", self.cut(last, &value)));
            for left_out in 0..last {
                let mut shorter = self.segments.clone();
                shorter.remove(left_out);
                let place = format!("at the path without its segment {}", left_out + 1);
                decoys.push(Decoy::new(place, nested(&shorter, &value).to_string()));
            }
            if self.is_free(0, leaf) {
                decoys.push(with("under the last name of the path alone", 0, leaf, &value));
            }
            if last > 1 && self.is_free(1, leaf) {
                decoys.push(with("beside the middle of the path", 1, leaf, &value));
            }
            decoys.push(with(
                "in another branch below the beginning of the path",
                1,
                "branch",
                &nested(&[leaf.to_owned()], &value),
            ));
            if self.is_free(0, &self.segments[1]) {
                let tail = nested(&self.segments[2..], &value);
                decoys.push(with("under the end of the path", 0, &self.segments[1], &tail));
            }
            let mut reversed = self.segments.clone();
            reversed.reverse();
            if self.is_free(0, &reversed[0]) {
                let inner = nested(&reversed[1..], &value);
                decoys.push(with("under the path read backwards", 0, &reversed[0], &inner));
            }
        }
        decoys
    }

    pub(crate) fn crowded(&self, id: &str, wrong: &str) -> String {
        let (id, wrong) = (Value::String(id.to_owned()), Value::String(wrong.to_owned()));
        let leaf = self.segments.last().expect("a path has a segment");
        let last = self.segments.len() - 1;
        let deeper = nested(&self.segments, &wrong);
        let branch = nested(std::slice::from_ref(leaf), &wrong);
        let mut extra = vec![
            (0, "branch", &branch),
            (0, "decoy", &deeper),
            (last, "other", &wrong),
        ];
        if last > 0 && self.is_free(0, leaf) {
            extra.push((0, leaf, &wrong));
        }
        self.object(0, Some(&id), &extra).to_string()
    }

    /// Whether a name collides with no part of the path at this level, whatever its letter case.
    fn is_free(&self, level: usize, name: &str) -> bool {
        self.segments[level].to_lowercase() != name.to_lowercase()
    }

    /// The body with a value in place of this segment's object.
    fn cut(&self, segment: usize, value: &Value) -> String {
        let shorter = Self {
            segments: self.segments[..segment].to_vec(),
            levels: self.levels.clone(),
        };
        shorter.body_with(value)
    }

    fn object(&self, level: usize, leaf: Option<&Value>, extra: &[(usize, &str, &Value)]) -> Value {
        let mut object = Map::new();
        let around = &self.levels[level];
        let mut insert = |name: &str, value: Value| {
            object.entry(name.to_owned()).or_insert(value);
        };
        for (_, name, value) in extra.iter().filter(|(at, _, _)| *at == level) {
            insert(name, (*value).clone());
        }
        for (name, value) in &around.before {
            insert(name, value.clone());
        }
        if level + 1 < self.segments.len() {
            insert(&self.segments[level], self.object(level + 1, leaf, extra));
        } else if let Some(leaf) = leaf {
            insert(&self.segments[level], leaf.clone());
        }
        for (name, value) in &around.after {
            insert(name, value.clone());
        }
        Value::Object(object)
    }
}

fn nested(segments: &[String], value: &Value) -> Value {
    segments.iter().rev().fold(value.clone(), |inner, name| {
        let mut object = Map::new();
        object.insert(name.clone(), inner);
        Value::Object(object)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(segments: &[&str]) -> JsonDocument {
        let level = || Level {
            before: vec![("s".into(), Value::Null)],
            after: vec![("t".into(), 1.into())],
        };
        JsonDocument {
            segments: segments.iter().map(|s| (*s).to_owned()).collect(),
            levels: segments.iter().map(|_| level()).collect(),
        }
    }

    fn at<'v>(body: &'v Value, segments: &[String]) -> Option<&'v Value> {
        segments
            .iter()
            .try_fold(body, |value, segment| value.as_object()?.get(segment))
    }

    #[test]
    fn the_id_is_at_the_path_and_a_decoy_never_is() {
        for segments in [&["a"][..], &["a", "b"], &["a", "b", "c"], &["a", "a"]] {
            let document = document(segments);
            let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            let found = |text: &str| at(&parse(text), &document.segments).cloned();
            assert_eq!(found(&document.body(Some("X"))), Some("X".into()));
            assert_eq!(found(&document.crowded("X", "Y")), Some("X".into()));
            assert_eq!(found(&document.body(None)), None);
            for decoy in document.decoys("X") {
                assert!(decoy.body.contains('X'), "{decoy:?}");
                assert_eq!(found(&decoy.body), None, "{decoy:?}");
            }
        }
    }
}
