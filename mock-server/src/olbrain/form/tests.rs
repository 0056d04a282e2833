//! Forms as clients send them, cut anywhere, and forms that are wrong.

use super::*;

const BOUNDARY: &str = "X-b";

fn read(text: &str, only_part: bool) -> Result<File, Fault> {
    read_in_pieces(text.as_bytes(), usize::MAX, only_part)
}

fn read_in_pieces(bytes: &[u8], size: usize, only_part: bool) -> Result<File, Fault> {
    let mut form = Form::new(BOUNDARY).unwrap();
    bytes
        .chunks(size.min(bytes.len().max(1)))
        .for_each(|piece| form.take(piece));
    form.finish(only_part)
}

fn digest(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}

fn part(head: &str, content: &str) -> String {
    format!("--X-b\r\n{head}\r\n\r\n{content}\r\n")
}

const FILE: &str =
    "Content-Disposition: form-data; name=\"file\"; filename=\"customers.csv\"\r\nContent-Type: text/csv";

fn form(content: &str) -> String {
    part(FILE, content) + "--X-b--\r\n"
}

#[test]
fn a_file_is_measured_wherever_the_form_is_cut() {
    // Beginnings of the delimiter within the content are content.
    let content = "name,email\r\n--X-\r\n--X\r\n-\r\r\n\r\n--X-c\r\nJane\r\n\r\n";
    let expected = File {
        size_bytes: content.len() as u64,
        sha256: digest(content.as_bytes()),
        content_type: Some("text/csv".into()),
        filename: Some("customers.csv".into()),
    };
    let text = format!("a preamble\r\n{}an epilogue", form(content));
    for size in 1..text.len() {
        assert_eq!(
            read_in_pieces(text.as_bytes(), size, true),
            Ok(expected.clone()),
            "{size}"
        );
    }
    assert_eq!(read(&form(content), true), Ok(expected));
}

#[test]
fn any_bytes_are_content() {
    let content: Vec<u8> = (0..=255).cycle().take(5000).collect();
    let text = form("");
    let (head, tail) = text.split_at(text.find("\r\n\r\n").unwrap() + 4);
    let bytes = [head.as_bytes(), &content, tail.as_bytes()].concat();
    let file = read_in_pieces(&bytes, 7, true).unwrap();
    assert_eq!((file.size_bytes, file.sha256), (5000, digest(&content)));
}

#[test]
fn each_fault_has_its_name() {
    let other = part("Content-Disposition: form-data; name=\"note\"", "hello");
    let end = "--X-b--";
    for (text, fault) in [
        (form(""), Fault::Empty),
        (other.clone() + end, Fault::NoFile),
        (end.to_owned(), Fault::NoFile),
        (part("Content-Type: text/csv", "x") + end, Fault::NoFile),
        (
            part("Content-Disposition: attachment; name=file", "x") + end,
            Fault::NoFile,
        ),
        (
            part(&FILE.replace("\"file\"", "\"File\""), "x") + end,
            Fault::NoFile,
        ),
        (part(FILE, "x") + &other + end, Fault::ExtraParts),
        (other.clone() + &part(FILE, "x") + end, Fault::ExtraParts),
        (part(FILE, "x") + &part(FILE, "y") + end, Fault::ExtraParts),
        (String::new(), Fault::Truncated),
        (part(FILE, "x"), Fault::Truncated),
        (part(FILE, "x") + "--X-b", Fault::Truncated),
        (part(FILE, "x") + "--X-b-", Fault::Truncated),
        ("--X-b\r\nContent".to_owned(), Fault::Truncated),
        ("no form at all".to_owned(), Fault::Truncated),
        ("--X-bc\r\n\r\n".to_owned(), Fault::Malformed),
        (format!("--X-b\r\n{}", "h: v\r\n".repeat(4000)), Fault::Malformed),
        (format!("--X-b{}", " ".repeat(40_000)), Fault::Malformed),
    ] {
        for size in [1, usize::MAX] {
            assert_eq!(
                read_in_pieces(text.as_bytes(), size, true),
                Err(fault),
                "{}",
                &text[..text.len().min(90)]
            );
        }
    }
}

#[test]
fn further_parts_can_be_let_pass() {
    let other = part("Content-Disposition: form-data; name=\"note\"", "hello");
    let text = other + &part(FILE, "first") + &part(FILE, "second") + "--X-b--";
    let file = read(&text, false).unwrap();
    assert_eq!((file.size_bytes, file.sha256), (5, digest(b"first")));
    let empty = part(FILE, "") + &part(FILE, "second") + "--X-b--";
    assert_eq!(read(&empty, false), Err(Fault::Empty));
}

#[test]
fn what_is_held_does_not_grow_with_the_file() {
    let mut form = Form::new(BOUNDARY).unwrap();
    form.take(part(FILE, "x").trim_end().as_bytes());
    let piece = "\r\n--X-".repeat(1000);
    for _ in 0..1000 {
        form.take(piece.as_bytes());
        assert!(form.pending.len() < 16 && form.pending.capacity() < 64 * 1024);
    }
    form.take(b"\r\n--X-b--");
    let size_bytes = 1 + 6_000_000;
    assert_eq!(form.finish(true).map(|file| file.size_bytes), Ok(size_bytes));
}

#[test]
fn names_are_read_as_clients_write_them() {
    for (written, name) in [
        ("form-data; name=file", Some("file")),
        ("FORM-DATA ; Name = \"file\" ", Some("file")),
        ("form-data; filename=\"a;name=x\"; name=\"file\"", Some("file")),
        ("form-data; filename=\"a\\\"b\"; name=file", Some("file")),
        ("form-data; xname=\"x\"; name=\"file\"", Some("file")),
        ("form-data; name=\"", Some("")),
        ("form-data; name", None),
        ("form-data", None),
        ("form-data; =\"file\"", None),
    ] {
        let head = Head::parse(&format!("content-disposition: {written}"));
        assert_eq!(head.name.as_deref(), name, "{written}");
    }
    let head = Head::parse("Content-Disposition: form-data; name=\"file\"; filename=\"C:\\d\\é.csv\"");
    assert_eq!(head.filename.as_deref(), Some("C:\\d\\é.csv"));
}

#[test]
fn a_boundary_has_bounds() {
    assert!(Form::new("").is_none() && Form::new(&"b".repeat(71)).is_none());
    assert!(Form::new(&"b".repeat(70)).is_some());
}

#[test]
fn the_head_of_a_part_has_a_longest_length() {
    // With the line end before it, which is read with it.
    const LONGEST: usize = 16 * 1024 - 2;
    let head = |length: usize| {
        let start = format!("{FILE}\r\nX-More: ");
        let more = "x".repeat(length - start.len());
        start + &more
    };
    let form = |length: usize| part(&head(length), "name") + "--X-b--\r\n";
    assert!(read(&form(LONGEST), true).is_ok());
    assert_eq!(read(&form(LONGEST + 1), true), Err(Fault::Malformed));
    // Nobody waits for more of a head that is too long already.
    let begun = |length: usize| format!("--X-b\r\n{}", head(length));
    assert_eq!(read(&begun(LONGEST + 4), true), Err(Fault::Truncated));
    assert_eq!(read(&begun(LONGEST + 5), true), Err(Fault::Malformed));
}

#[test]
fn blanks_behind_a_boundary_have_a_longest_length() {
    let begun = |blanks: usize| format!("--X-b{}", " ".repeat(blanks));
    assert_eq!(read(&begun(16 * 1024), true), Err(Fault::Truncated));
    assert_eq!(read(&begun(16 * 1024 + 1), true), Err(Fault::Malformed));
}
