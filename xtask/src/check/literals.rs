//! The string literals of a Rust file, without a parser for the rest of the language.

/// A string literal, byte strings and C strings included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal<'s> {
    /// The line it begins on, counted from one.
    pub(super) line: usize,
    /// What stands between its quotes. Escapes stay as they are written: no name that a rule looks for needs one.
    pub(super) text: &'s str,
}

/// The string literals of a source, in its order. Comments, doc comments among them, hold none. What the compiler
/// would refuse gives some list of literals, never a panic.
pub(super) fn of(source: &str) -> Vec<Literal<'_>> {
    Scanner {
        source,
        position: 0,
        line: 1,
    }
    .literals()
}

struct Scanner<'s> {
    source: &'s str,
    position: usize,
    line: usize,
}

impl<'s> Scanner<'s> {
    fn literals(mut self) -> Vec<Literal<'s>> {
        let mut literals = Vec::new();
        // Whether the byte before belongs to a name: the `r` of `for` begins no raw string.
        let mut in_name = false;
        while let Some(byte) = self.peek(0) {
            let begins_word = !in_name;
            in_name = byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
            match byte {
                b'/' if self.peek(1) == Some(b'/') => self.skip_past("\n"),
                b'/' if self.peek(1) == Some(b'*') => self.skip_block_comment(),
                b'"' => literals.push(self.quoted()),
                b'\'' => self.skip_char_or_lifetime(),
                b'r' | b'b' | b'c' if begins_word => match self.raw_hashes() {
                    Some((prefix, hashes)) => {
                        literals.push(self.raw(prefix, hashes));
                        in_name = false;
                    }
                    None => self.advance(1),
                },
                _ => self.advance(1),
            }
        }
        literals
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.position + ahead).copied()
    }

    /// Moves on by so many bytes, or to the end, and counts the lines.
    fn advance(&mut self, count: usize) {
        let end = (self.position + count).min(self.source.len());
        let passed = &self.source.as_bytes()[self.position..end];
        self.line += passed.split(|&byte| byte == b'\n').count() - 1;
        self.position = end;
    }

    fn skip_past(&mut self, mark: &str) {
        let rest = &self.source.as_bytes()[self.position..];
        let found = rest
            .windows(mark.len())
            .position(|window| window == mark.as_bytes());
        self.advance(found.map_or(rest.len(), |at| at + mark.len()));
    }

    /// Block comments nest.
    fn skip_block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    self.advance(2);
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.advance(2);
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.advance(1),
            }
        }
    }

    fn quoted(&mut self) -> Literal<'s> {
        let line = self.line;
        self.advance(1);
        let start = self.position;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'"' => break,
                b'\\' => self.advance(2),
                _ => self.advance(1),
            }
        }
        let literal = self.literal(line, start, self.position);
        self.advance(1);
        literal
    }

    /// The lengths of the prefix (`r`, `br`, `cr`) and of the row of `#` of a raw string that begins here.
    fn raw_hashes(&self) -> Option<(usize, usize)> {
        let prefix = if self.peek(0) == Some(b'r') {
            1
        } else if self.peek(1) == Some(b'r') {
            2
        } else {
            return None;
        };
        let mut hashes = 0;
        while self.peek(prefix + hashes) == Some(b'#') {
            hashes += 1;
        }
        (self.peek(prefix + hashes) == Some(b'"')).then_some((prefix, hashes))
    }

    fn raw(&mut self, prefix: usize, hashes: usize) -> Literal<'s> {
        let line = self.line;
        self.advance(prefix + hashes + 1);
        let start = self.position;
        let mark = format!("\"{}", "#".repeat(hashes));
        self.skip_past(&mark);
        let ended = self.source.as_bytes()[start..self.position].ends_with(mark.as_bytes());
        let end = if ended {
            self.position - mark.len()
        } else {
            self.position
        };
        self.literal(line, start, end)
    }

    /// A quote begins a character when another one ends it, and a lifetime otherwise.
    fn skip_char_or_lifetime(&mut self) {
        let rest = &self.source[self.position + 1..];
        let mut chars = rest.char_indices();
        match chars.next() {
            Some((_, '\\')) => {
                // The escaped character may itself be a quote.
                self.advance(3);
                self.skip_past("'");
            }
            Some((_, first)) if rest[first.len_utf8()..].starts_with('\'') => {
                self.advance(first.len_utf8() + 2);
            }
            _ => self.advance(1),
        }
    }

    fn literal(&self, line: usize, start: usize, end: usize) -> Literal<'s> {
        // Ends lie at quotes or at the end of the source, unless an escape was cut off there.
        let text = self.source.get(start..end).unwrap_or_default();
        Literal { line, text }
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    fn texts(source: &str) -> Vec<(usize, &str)> {
        of(source)
            .into_iter()
            .map(|literal| (literal.line, literal.text))
            .collect()
    }

    #[test]
    fn plain_byte_and_raw_strings_are_found_with_their_lines() {
        let source =
            "let a = \"one\";\nlet b = b\"two\";\n\nlet c = r#\"th\"ree\"#; let d = br\"four\"; c\"five\"";
        let expected = [(1, "one"), (2, "two"), (4, "th\"ree"), (4, "four"), (4, "five")];
        assert_eq!(texts(source), expected);
    }

    #[test]
    fn escapes_end_no_literal_and_lines_within_one_are_counted() {
        assert_eq!(
            texts("\"a\\\"b\\\\\" \"c\nd\" \"e\""),
            [(1, "a\\\"b\\\\"), (1, "c\nd"), (2, "e")]
        );
    }

    #[test]
    fn comments_hold_no_literal() {
        let source = "// \"a\"\n/// \"b\"\n/* \"c\" /* \"d\" */ \"e\" */ \"f\"";
        assert_eq!(texts(source), [(3, "f")]);
    }

    #[test]
    fn characters_and_lifetimes_begin_no_literal() {
        let source = r#"fn f<'a>(x: &'a str) { ['"', '\'', '\\', '\u{22}', 'é', b'"']; for"in"; }"#;
        assert_eq!(texts(source), [(1, "in")]);
    }

    #[test]
    fn broken_sources_give_what_there_is() {
        for source in [
            "\"open",
            "r#\"open\"",
            "/* open",
            "'",
            "'\\",
            "\"\\",
            "b'\\é",
            "\"\\é",
        ] {
            let _ = of(source);
        }
        assert_eq!(texts("\"open"), [(1, "open")]);
        assert_eq!(texts("r#\"open\""), [(1, "open\"")]);
    }
}
