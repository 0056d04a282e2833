//! Reads one table of a fixtures file by hand, so that a typing error is told with line, column and the key
//! that was meant, and all faults of a file are told at once.

use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::definition::Definition;

/// How alike two names must be before one is offered for the other (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.75;

/// One fault of a file and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong, as a fragment in lower case.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Collects the faults of one text.
pub(crate) struct Faults<'s> {
    source: &'s str,
    list: Vec<Fault>,
}

impl<'s> Faults<'s> {
    pub(crate) fn of(source: &'s str) -> Self {
        Self {
            source,
            list: Vec::new(),
        }
    }

    /// Adds a fault that begins at this byte of the text.
    pub(crate) fn add(&mut self, at: usize, message: String) {
        let before = self.source.get(..at).unwrap_or(self.source);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        self.list.push(Fault {
            line,
            column,
            message,
        });
    }

    /// The faults in the order of the text.
    pub(crate) fn into_sorted(mut self) -> Vec<Fault> {
        self.list.sort_by_key(|fault| (fault.line, fault.column));
        self.list
    }
}

/// A value and the byte of the text where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) at: usize,
}

/// One table of the file.
pub(crate) struct Table<'t> {
    name: String,
    at: usize,
    entries: &'t DeTable<'t>,
}

impl<'t> Table<'t> {
    /// The table of the whole file; its name is empty.
    pub(crate) fn root(entries: &'t Spanned<DeTable<'t>>) -> Self {
        Self {
            name: String::new(),
            at: 0,
            entries: entries.get_ref(),
        }
    }

    fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.entries
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map(|(_, value)| value)
    }

    fn full(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    fn wrong_type(&self, key: &str, wanted: &str, value: &Spanned<DeValue<'_>>, faults: &mut Faults<'_>) {
        let message = format!(
            "`{}` must be {wanted}, not {}",
            self.full(key),
            with_article(value.get_ref())
        );
        faults.add(value.span().start, message);
    }

    /// The keys as written, each with its place.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Placed<&'t str>> {
        self.entries.keys().map(|key| Placed {
            value: key.get_ref().as_ref(),
            at: key.span().start,
        })
    }

    /// Refuses every key that the table's definition does not have, and offers the nearest that it has.
    pub(crate) fn only(&self, definition: &Definition, faults: &mut Faults<'_>) {
        let known: Vec<&str> = definition.names().collect();
        self.only_names(&known, faults);
    }

    /// The same for a list of names.
    pub(crate) fn only_names(&self, known: &[&str], faults: &mut Faults<'_>) {
        for key in self.keys().filter(|key| !known.contains(&key.value)) {
            let place = if self.name.is_empty() {
                String::new()
            } else {
                format!(" in [{}]", self.name)
            };
            faults.add(
                key.at,
                format!(
                    "unknown key `{}`{place}{}",
                    key.value.escape_debug(),
                    meant(key.value, known)
                ),
            );
        }
    }

    pub(crate) fn text(&self, key: &str, faults: &mut Faults<'_>) -> Option<Placed<String>> {
        let value = self.get(key)?;
        if let DeValue::String(text) = value.get_ref() {
            Some(Placed {
                value: text.to_string(),
                at: value.span().start,
            })
        } else {
            self.wrong_type(key, "a text", value, faults);
            None
        }
    }

    /// A text that has to be there. Returns an empty one after noting its absence.
    pub(crate) fn required_text(&self, key: &str, faults: &mut Faults<'_>) -> String {
        if self.get(key).is_none() {
            faults.add(self.at, format!("[{}] needs the key `{key}`", self.name));
        }
        self.text(key, faults).map(|text| text.value).unwrap_or_default()
    }

    /// A list of texts; empty when the key is absent.
    pub(crate) fn texts(&self, key: &str, faults: &mut Faults<'_>) -> Vec<Placed<String>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(key, "a list of texts", value, faults);
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => texts.push(Placed {
                    value: text.to_string(),
                    at: item.span().start,
                }),
                _ => self.wrong_type(key, "a list of texts", item, faults),
            }
        }
        texts
    }

    /// A program and its arguments; empty when the key is absent.
    pub(crate) fn command(&self, key: &str, faults: &mut Faults<'_>) -> Vec<String> {
        let words = self.texts(key, faults);
        if let Some(value) = self.get(key)
            && matches!(value.get_ref(), DeValue::Array(_))
            && words.first().is_none_or(|program| program.value.is_empty())
        {
            let message = format!("`{}` must begin with the name of a program", self.full(key));
            faults.add(value.span().start, message);
        }
        words.into_iter().map(|word| word.value).collect()
    }

    /// A whole number from 1.
    pub(crate) fn count(&self, key: &str, faults: &mut Faults<'_>) -> Option<Placed<u64>> {
        let value = self.get(key)?;
        let count = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .filter(|count| *count > 0),
            DeValue::Float(_) => None,
            _ => {
                self.wrong_type(key, "a whole number from 1", value, faults);
                return None;
            }
        };
        let at = value.span().start;
        if count.is_none() {
            let message = format!("`{}` must be a whole number from 1", self.full(key));
            faults.add(at, message);
        }
        count.map(|value| Placed { value, at })
    }

    /// The texts of a table whose keys are free; empty when it is absent.
    pub(crate) fn named(&self, key: &str, faults: &mut Faults<'_>) -> Vec<(String, String)> {
        let Some(table) = self.table(key, faults) else {
            return Vec::new();
        };
        let names: Vec<String> = table.keys().map(|name| name.value.to_owned()).collect();
        names
            .into_iter()
            .filter_map(|name| Some((table.text(&name, faults)?.value, name)))
            .map(|(value, name)| (name, value))
            .collect()
    }

    pub(crate) fn boolean(&self, key: &str, faults: &mut Faults<'_>) -> Option<bool> {
        let value = self.get(key)?;
        if let DeValue::Boolean(truth) = value.get_ref() {
            Some(*truth)
        } else {
            self.wrong_type(key, "true or false", value, faults);
            None
        }
    }

    pub(crate) fn table(&self, key: &str, faults: &mut Faults<'_>) -> Option<Table<'t>> {
        let value = self.get(key)?;
        if let DeValue::Table(entries) = value.get_ref() {
            Some(Table {
                name: self.full(key),
                at: value.span().start,
                entries,
            })
        } else {
            self.wrong_type(key, "a table", value, faults);
            None
        }
    }
}

fn with_article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// `; did you mean ...?` with the most alike of the known names, or else the list of them.
pub(crate) fn meant(written: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|name| (strsim::jaro_winkler(&written.to_lowercase(), name), name))
        .max_by(|left, right| left.0.total_cmp(&right.0));
    match nearest {
        Some((likeness, name)) if likeness >= ALIKE => format!("; did you mean `{name}`?"),
        _ => format!(
            "; known are {}",
            known
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(source: &str, read: impl FnOnce(&Table<'_>, &mut Faults<'_>)) -> Vec<String> {
        let parsed = DeTable::parse(source).unwrap();
        let mut faults = Faults::of(source);
        let root = Table::root(&parsed);
        read(&root.table("api", &mut Faults::of(source)).unwrap(), &mut faults);
        faults.into_sorted().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_unknown_key_is_told_with_its_place_and_the_nearest() {
        let told = faults_of("# é\n[api]\n  acount = 'x'\nzzz = 1\n", |table, faults| {
            table.only_names(&["account", "keys"], faults);
        });
        assert_eq!(
            told,
            [
                "line 3, column 3: unknown key `acount` in [api]; did you mean `account`?",
                "line 4, column 1: unknown key `zzz` in [api]; known are `account`, `keys`"
            ]
        );
    }

    #[test]
    fn wrong_types_are_told_together() {
        let told = faults_of(
            "[api]\na = 1\nb = ['x', 2]\nc = 'yes'\nd = true\ne = 'x'\n",
            |table, faults| {
                assert_eq!(table.text("a", faults), None);
                assert_eq!(table.texts("b", faults).len(), 1);
                assert_eq!(table.boolean("c", faults), None);
                assert_eq!(table.texts("d", faults), []);
                assert!(table.table("e", faults).is_none());
            },
        );
        assert_eq!(
            told,
            [
                "line 2, column 5: `api.a` must be a text, not a number",
                "line 3, column 11: `api.b` must be a list of texts, not a number",
                "line 4, column 5: `api.c` must be true or false, not a text",
                "line 5, column 5: `api.d` must be a list of texts, not a truth value",
                "line 6, column 5: `api.e` must be a table, not a text",
            ]
        );
    }

    #[test]
    fn a_required_text_is_missed_at_its_table() {
        let told = faults_of("\n[api]\n", |table, faults| {
            assert_eq!(table.required_text("account_id", faults), "");
        });
        assert_eq!(told, ["line 2, column 1: [api] needs the key `account_id`"]);
    }
}
