//! The grammar, held against the parser of `serde_json` where that has no bounds of its own.

use super::*;

#[derive(Default)]
struct Heard<'t> {
    members: Vec<(&'t str, &'t str)>,
    strings: Vec<&'t str>,
}

impl<'t> Listener<'t> for Heard<'t> {
    fn member(&mut self, name: &'t str, value: &'t str) {
        self.members.push((name, value));
    }

    fn string(&mut self, text: &'t str) {
        self.strings.push(text);
    }
}

fn kind(text: &str) -> Option<Kind> {
    scan(text, &mut Heard::default()).ok()
}

#[test]
fn every_kind_of_value_is_a_document() {
    for (text, expected) in [
        (" {} ", Kind::Object),
        ("\t[\n]\r", Kind::Array),
        ("\"\"", Kind::Text),
        ("-0.5e+7", Kind::Number),
        ("true", Kind::Truth),
        ("false", Kind::Truth),
        ("null", Kind::Null),
    ] {
        assert_eq!(kind(text), Some(expected), "{text}");
        assert!(!expected.as_str().is_empty());
    }
}

#[test]
fn members_and_strings_are_told_as_they_stand() {
    let text = r#" { "a" : [ 1 , {"x":"deep"} ] , "b":"te\"xt","a" : null, "c":{} , "d":1e999 } "#;
    let mut heard = Heard::default();
    assert_eq!(scan(text, &mut heard), Ok(Kind::Object));
    assert_eq!(
        heard.members,
        [
            ("\"a\"", r#"[ 1 , {"x":"deep"} ]"#),
            ("\"b\"", r#""te\"xt""#),
            ("\"a\"", "null"),
            ("\"c\"", "{}"),
            ("\"d\"", "1e999"),
        ]
    );
    assert_eq!(heard.strings, ["\"deep\"", r#""te\"xt""#]);
}

#[test]
fn only_the_outermost_object_has_members() {
    let mut heard = Heard::default();
    assert_eq!(scan(r#"[{"a":1},"s"]"#, &mut heard), Ok(Kind::Array));
    assert_eq!((heard.members.len(), heard.strings), (0, vec!["\"s\""]));
}

#[test]
fn what_other_parsers_bound_is_taken() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let nested = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    for text in [deep.as_str(), &nested, "1e400", r#""\ud800""#, &"9".repeat(5000)] {
        assert!(kind(text).is_some(), "{}", &text[..5]);
    }
}

#[test]
fn the_same_texts_are_json_here_and_in_serde_json() {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "1",
        "-",
        "0",
        ".5",
        "e",
        "E-3",
        "true",
        "nul",
        "null",
        " ",
        "\"",
        "\\",
        "\\u00e9\"",
        "\n",
        "é",
        "\u{1}",
    ];
    // All sequences of up to four pieces: about 300,000 texts, most of them wrong by little.
    let mut texts = vec![String::new()];
    let mut compared = 0;
    for _ in 0..4 {
        texts = texts
            .iter()
            .flat_map(|text| pieces.iter().map(move |piece| format!("{text}{piece}")))
            .collect();
        for text in &texts {
            let expected = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(kind(text).is_some(), expected, "{text:?}");
            compared += usize::from(expected);
        }
    }
    assert!(compared > 300, "{compared} texts were JSON");
}

#[test]
fn broken_documents_say_where() {
    for (text, at) in [
        ("", 0),
        ("  ", 2),
        ("{\"a\":}", 5),
        ("[1 2]", 3),
        ("{}x", 2),
        ("[1}", 2),
        ("\u{feff}{}", 0),
        ("\"\\x\"", 2),
        ("\"ab", 3),
        ("01", 1),
        ("[,1]", 1),
        ("{\"a\":1,}", 7),
    ] {
        assert_eq!(scan(text, &mut Heard::default()), Err(NotJson { at }), "{text:?}");
    }
}

#[test]
fn escapes_are_resolved() {
    for (written, text) in [
        (r#""plain é""#, "plain é"),
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r#""\u0066i_\u00E9\ud83d\ude00""#, "fi_é😀"),
        (r#""\ud83dx""#, "\u{fffd}x"),
        (r#""é\n😀""#, "é\n😀"),
    ] {
        assert_eq!(unquoted(written), text);
    }
}
