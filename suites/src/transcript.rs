//! An exchange as text: secrets replaced, foreign bytes made harmless, long bodies cut.

use std::fmt::Write as _;

use bytes::Bytes;

use crate::http::{Exchange, Redactor};

/// How much of a body a transcript shows.
const BODY_SHOWN_BYTES: usize = 1024;

/// Makes text from outside safe for a terminal and for reports: control characters and the characters that
/// reorder text are shown as escapes, everything else stays.
pub(crate) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let reorders = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}');
        if (character.is_control() && character != '\n' && character != '\t') || reorders {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

/// The same, on one line.
pub(crate) fn one_line(text: &str) -> String {
    harmless(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// The exchange as lines that begin with `>` for what was sent and `<` for what came back.
pub(crate) fn render(exchange: &Exchange, prefix: &str, redactor: &Redactor) -> String {
    let request = &exchange.request;
    let mut out = String::new();
    let mut line = |sign: char, text: &str| {
        let _ = writeln!(out, "{sign} {}", one_line(&redactor.text(text)));
    };
    line(
        '>',
        &format!("{} {prefix}{} HTTP/1.1", request.method, request.target()),
    );
    for (name, value) in &request.headers {
        line('>', &format!("{name}: {value}"));
    }
    body('>', &request.body, false, &mut line);
    match &exchange.answer {
        Ok(response) => {
            line('<', &format!("HTTP {}", response.status));
            for (name, value) in &response.headers {
                line('<', &format!("{name}: {value}"));
            }
            body('<', &response.body, response.cut, &mut line);
        }
        Err(none) => line('<', &format!("(no answer: {})", none.detail)),
    }
    out
}

fn body(sign: char, bytes: &Bytes, cut: bool, line: &mut impl FnMut(char, &str)) {
    if bytes.is_empty() {
        return;
    }
    line(sign, "");
    let shown = &bytes[..bytes.len().min(BODY_SHOWN_BYTES)];
    for text in String::from_utf8_lossy(shown).lines() {
        line(sign, text);
    }
    if shown.len() < bytes.len() || cut {
        let more = if cut { "or more " } else { "" };
        line(sign, &format!("… ({} bytes {more}in all)", bytes.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_reordering_marks_are_shown_as_escapes() {
        assert_eq!(
            one_line("a\u{1b}[31mb\r\n\u{202e}c"),
            "a\\u{1b}[31mb\\u{d}\\n\\u{202e}c"
        );
    }
}
