//! Writes a small PDF: one page, a title, lines of text. The same input gives the same bytes.
//!
//! Source of the format: ISO 32000-1:2008, sections 7.5 (file structure), 9.6.2.2 (standard fonts), D.2 (encodings).

use std::fmt::Write as _;

use bytes::Bytes;

/// Most characters of a line; what is longer goes on in the next.
const LINE_CHARACTERS: usize = 84;

/// Most lines of the page; what is beyond is left out and marked.
const MAX_LINES: usize = 48;

/// Most characters of the title that are shown.
const TITLE_CHARACTERS: usize = 48;

/// Begins the file. The second line tells programs that it is not text.
const HEADER: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n";

/// A document of A4 size.
pub(crate) fn document(title: &str, paragraphs: &[&str]) -> Bytes {
    let title: String = title.chars().take(TITLE_CHARACTERS).collect();
    let content = content(&title, &wrapped(paragraphs));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R\n\
         /Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        format!(
            "<< /Title <{}> /Producer (Hookproof mock server) >>",
            utf_16(&title)
        ),
    ];
    let mut file = HEADER.to_vec();
    let mut starts = Vec::with_capacity(objects.len());
    for (number, object) in (1..).zip(&objects) {
        starts.push(file.len());
        file.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let table_start = file.len();
    let entries = objects.len() + 1;
    // Each entry of the table is 20 bytes long, its line end included.
    let mut end = format!("xref\n0 {entries}\n0000000000 65535 f \n");
    for start in starts {
        let _ = writeln!(end, "{start:010} 00000 n ");
    }
    let _ = write!(
        end,
        "trailer\n<< /Size {entries} /Root 1 0 R /Info 7 0 R >>\nstartxref\n{table_start}\n%%EOF\n"
    );
    file.extend_from_slice(end.as_bytes());
    Bytes::from(file)
}

fn content(title: &str, lines: &[String]) -> String {
    let mut content = format!("BT\n/F1 20 Tf\n56 770 Td\n({}) Tj\nET\n", encoded(title));
    content.push_str("BT\n/F2 11 Tf\n15 TL\n56 736 Td\n");
    for line in lines {
        let _ = writeln!(content, "({}) Tj T*", encoded(line));
    }
    content.push_str("ET");
    content
}

/// Breaks lines at blanks where there are some, and anywhere else.
fn wrapped(paragraphs: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs.iter().flat_map(|paragraph| paragraph.split('\n')) {
        let mut rest = paragraph.trim_end();
        loop {
            if lines.len() == MAX_LINES {
                "...".clone_into(&mut lines[MAX_LINES - 1]);
                return lines;
            }
            let Some((limit, _)) = rest.char_indices().nth(LINE_CHARACTERS) else {
                lines.push(rest.to_owned());
                break;
            };
            let at = rest[..limit].rfind(' ').filter(|at| *at > 0).unwrap_or(limit);
            lines.push(rest[..at].to_owned());
            rest = rest[at..].trim_start();
        }
    }
    lines
}

/// A text as the inside of a literal string, in the encoding of the fonts. What they have no sign for is a question
/// mark.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '(' | ')' | '\\' => out.extend(['\\', character]),
            ' '..='~' => out.push(character),
            '\t' => out.push(' '),
            other => {
                let _ = match win_ansi(other) {
                    Some(code) => write!(out, "\\{code:03o}"),
                    None => write!(out, "?"),
                };
            }
        }
    }
    out
}

fn win_ansi(character: char) -> Option<u8> {
    match character {
        '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(character)).ok(),
        '€' => Some(0x80),
        '…' => Some(0x85),
        '‘' => Some(0x91),
        '’' => Some(0x92),
        '“' => Some(0x93),
        '”' => Some(0x94),
        '•' => Some(0x95),
        '–' => Some(0x96),
        '—' => Some(0x97),
        '™' => Some(0x99),
        _ => None,
    }
}

/// A text as the inside of a hexadecimal string, with the mark that says so.
fn utf_16(text: &str) -> String {
    let mut out = String::from("FEFF");
    for unit in text.encode_utf16() {
        let _ = write!(out, "{unit:04X}");
    }
    out
}

/// A file name made of a title: letters and digits stay, whatever is between them becomes one underscore.
///
/// Source: Olbrain, Trigger a webhook, Generated files (`Order_Receipt.pdf`); which characters stay is an open point.
pub(crate) fn filename(title: &str) -> String {
    let title: String = title.chars().take(TITLE_CHARACTERS).collect();
    let words: Vec<&str> = title
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        "Document.pdf".to_owned()
    } else {
        words.join("_") + ".pdf"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes as text. What is not ASCII becomes a character of one byte too, so that positions agree.
    fn text(file: &[u8]) -> String {
        let ascii = |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { '.' };
        file.iter().map(ascii).collect()
    }

    #[test]
    fn signs_of_the_fonts_are_written_by_their_code() {
        assert_eq!(
            encoded("€…‘’“”•–—™ éÿ\u{a0}\t漢(\\)"),
            "\\200\\205\\221\\222\\223\\224\\225\\226\\227\\231 \\351\\377\\240 ?\\(\\\\\\)"
        );
    }

    #[test]
    fn lines_end_at_blanks_where_there_are_some() {
        let word = "x".repeat(50);
        assert_eq!(
            wrapped(&[&format!("{word} {word}\nshort")]),
            [word.as_str(), &word, "short"]
        );
        // A blank at the beginning is no place to end a line at.
        let long = "x".repeat(100);
        assert_eq!(
            wrapped(&[&format!(" {long}")]),
            [
                &format!(" {}", &long[..LINE_CHARACTERS - 1]),
                &long[LINE_CHARACTERS - 1..]
            ]
        );
    }

    #[test]
    fn every_entry_of_the_table_points_at_its_object() {
        for paragraphs in [
            vec![],
            vec!["a line", "zwölf (\\) 漢字", "x\ny"],
            vec!["word "; 3000],
        ] {
            let file = text(&document("Order Receipt — №1", &paragraphs));
            assert!(file.starts_with("%PDF-1.4\n") && file.ends_with("%%EOF\n"));
            let (_, end) = file.rsplit_once("startxref\n").unwrap();
            let table: usize = end.lines().next().unwrap().parse().unwrap();
            let mut lines = file[table..].lines();
            assert_eq!((lines.next(), lines.next()), (Some("xref"), Some("0 8")));
            assert_eq!(lines.next(), Some("0000000000 65535 f "));
            for number in 1..8 {
                let entry = lines.next().unwrap();
                assert_eq!(entry.len(), 19, "{entry}");
                let start: usize = entry[..10].parse().unwrap();
                assert!(
                    file[start..].starts_with(&format!("{number} 0 obj\n")),
                    "{number}"
                );
            }
            assert_eq!(lines.next(), Some("trailer"));
        }
    }

    #[test]
    fn the_stream_has_the_length_it_says() {
        let file = text(&document("T", &["(one)", "two"]));
        let (_, after) = file.split_once("/Length ").unwrap();
        let length: usize = after.split(' ').next().unwrap().parse().unwrap();
        let (_, stream) = after.split_once("stream\n").unwrap();
        assert!(stream[length..].starts_with("\nendstream"));
        assert!(stream[..length].contains(r"(\(one\)) Tj T*"));
    }

    #[test]
    fn text_is_encoded_as_the_fonts_have_it() {
        assert_eq!(encoded("a\tb — é\u{0}漢"), "a b \\227 \\351??");
        assert_eq!(utf_16("é😀"), "FEFF00E9D83DDE00");
    }

    #[test]
    fn long_text_is_broken_and_bounded() {
        let lines = wrapped(&[&"word ".repeat(40), &"x".repeat(200)]);
        assert!(lines.iter().all(|line| line.chars().count() <= LINE_CHARACTERS));
        assert_eq!(lines.concat().matches("word").count(), 40);
        assert_eq!(lines.concat().matches('x').count(), 200);
        let many = wrapped(&["é"; 100]);
        assert_eq!((many.len(), many[MAX_LINES - 1].as_str()), (MAX_LINES, "..."));
        assert_eq!(wrapped(&[&format!(" {}", "x".repeat(100))]).len(), 2);
    }

    #[test]
    fn a_title_becomes_a_slug() {
        for (title, slug) in [
            ("Order Receipt", "Order_Receipt.pdf"),
            ("../../etc/passwd", "etc_passwd.pdf"),
            (" a\\b\u{0}c\"d ", "a_b_c_d.pdf"),
            ("漢字", "Document.pdf"),
            ("", "Document.pdf"),
        ] {
            assert_eq!(filename(title), slug);
        }
        assert!(filename(&"x".repeat(500)).len() < 60);
    }
}
