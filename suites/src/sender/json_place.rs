//! Where in a JSON document a line and a column are, as a JSON Pointer.
//!
//! `serde_json` tells where it stopped reading. In a list of some hundred attempts people look for the attempt instead.

/// What an open bracket has led to so far.
enum Open {
    /// The member whose name was read last.
    Object(String),
    /// The item that is being read, counted from 0.
    Array(usize),
}

/// The innermost value at a place, as a JSON Pointer (RFC 6901). Line and column count from 1, the column in bytes, as
/// `serde_json` counts. The text need not be valid behind the place.
pub(super) fn pointer_to(text: &str, line: usize, column: usize) -> String {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let end = (before + column).min(text.len());
    let mut open: Vec<Open> = Vec::new();
    let mut bytes = text.as_bytes().iter().copied().enumerate().take(end).peekable();
    let mut is_name = false;
    // A bracket that ends at the place belongs to the value it closes.
    let mut left = None;
    while let Some((at, byte)) = bytes.next() {
        left = None;
        match byte {
            b'{' => {
                open.push(Open::Object(String::new()));
                is_name = true;
            }
            b'[' => open.push(Open::Array(0)),
            b'}' | b']' => left = open.pop(),
            b',' => match open.last_mut() {
                Some(Open::Array(index)) => *index += 1,
                Some(Open::Object(_)) => is_name = true,
                None => {}
            },
            b'"' => {
                let mut last = at;
                while let Some((at, byte)) = bytes.next() {
                    last = at;
                    if byte == b'\\' {
                        bytes.next();
                    } else if byte == b'"' {
                        break;
                    }
                }
                if is_name && let Some(Open::Object(name)) = open.last_mut() {
                    let written = text.get(at..=last).unwrap_or_default();
                    *name = serde_json::from_str(written).unwrap_or_default();
                    is_name = false;
                }
            }
            _ => {}
        }
    }
    open.extend(left);
    open.iter()
        .map(|open| match open {
            Open::Object(name) if name.is_empty() => String::new(),
            Open::Object(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Open::Array(index) => format!("/{index}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::pointer_to;

    #[test]
    fn a_place_is_told_by_names_and_numbers() {
        let text = "{\"a\": [1, {\"b/c\": \"x,]\\\"\"},\n 2], \"d\": nul";
        let at = |line, column| pointer_to(text, line, column);
        assert_eq!(at(1, 1), "");
        assert_eq!(at(1, 8), "/a/0");
        assert_eq!(at(1, 20), "/a/1/b~1c");
        assert_eq!(at(2, 2), "/a/2");
        assert_eq!(at(2, 13), "/d");
        assert_eq!(at(9, 99), "/d");
        assert_eq!(pointer_to("", 1, 0), "");
    }

    #[test]
    fn what_is_no_json_has_a_place_all_the_same() {
        assert_eq!(pointer_to("}]\"\\", 1, 4), "");
        assert_eq!(pointer_to("{\"a", 1, 3), "");
    }
}
