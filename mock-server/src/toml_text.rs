//! Values as TOML writes them.

use std::fmt::Write as _;

/// A basic string. What a terminal or an editor might not show is escaped.
pub(crate) fn text(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            printable if printable == ' ' || printable.is_ascii_graphic() => quoted.push(printable),
            letter if letter.is_alphanumeric() => quoted.push(letter),
            other => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(other));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// A list of strings, four to a line.
pub(crate) fn list(values: &[String]) -> String {
    if values.is_empty() {
        return "[]".to_owned();
    }
    let mut lines = String::from("[\n");
    for row in values.chunks(4) {
        let row: Vec<String> = row.iter().map(|value| text(value)).collect();
        let _ = writeln!(lines, "  {},", row.join(", "));
    }
    lines.push(']');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let values: Vec<String> = ["", "a\"b\\c", "é\n\u{202e}\0\u{10ffff}", "x", "y"]
            .map(str::to_owned)
            .to_vec();
        let document = format!(
            "t = {}\nl = {}\ne = {}\n",
            text(&values[2]),
            list(&values),
            list(&[])
        );
        let read: toml::Table = toml::from_str(&document).unwrap();
        assert_eq!(read["t"].as_str().unwrap(), values[2]);
        let list: Vec<&str> = read["l"]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_str().unwrap())
            .collect();
        assert_eq!(list, values);
        assert_eq!(read["e"].as_array().unwrap().len(), 0);
    }
}
