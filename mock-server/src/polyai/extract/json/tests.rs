use super::super::Found;
use super::*;

fn found(body: &str, path: &str) -> Found<'static> {
    with(body.as_bytes(), path, &Readings::default())
}

fn with(body: &[u8], path: &str, readings: &Readings) -> Found<'static> {
    match find(body, path, readings).found {
        Found::Id(id) => Found::Id(Cow::Owned(id.into_owned())),
        Found::Nothing(why) => Found::Nothing(why),
        Found::NoId(what) => Found::NoId(what),
        Found::Unreadable(status, message) => Found::Unreadable(status, message),
    }
}

fn id(text: &'static str) -> Found<'static> {
    Found::Id(Cow::Borrowed(text))
}

fn is_malformed(found: &Found<'_>) -> bool {
    matches!(found, Found::Unreadable(status, NOT_JSON) if *status == 400)
}

#[test]
fn a_path_walks_nested_objects() {
    assert_eq!(
        found(r#"{"cid":"evt_1","answers":{"amount":1999}}"#, "cid"),
        id("evt_1")
    );
    let body = r#"{"path":{"to":{"object":{"property":"evt_1"}}}}"#;
    assert_eq!(found(body, "path.to.object.property"), id("evt_1"));
    assert_eq!(found(r#"{"":1,"cid":"evt_1"}"#, "cid"), id("evt_1"));
}

#[test]
fn what_is_not_at_the_path_is_not_found() {
    for (body, path) in [
        (r#"{"a":{"x":"evt_1"}}"#, "a.b"),
        (r#"{"b":"evt_1"}"#, "a.b"),
        (r#"{"a":"evt_1"}"#, "a.b"),
        (r#"{"a":1}"#, "a.b"),
        (r#"{"a":null}"#, "a.b"),
        (r#"{"a":true}"#, "a.b"),
        (r#"{"CID":"evt_1"}"#, "cid"),
        (r#"{"x":{"cid":"evt_1"}}"#, "cid"),
        (r#"{"cidx":"evt_1","xcid":"evt_1"}"#, "cid"),
        (r#"["evt_1"]"#, "0"),
        (r#"[{"cid":"evt_1"}]"#, "cid"),
        (r#""evt_1""#, "cid"),
        ("1999", "cid"),
        ("null", "cid"),
        ("{}", "cid"),
    ] {
        assert_eq!(found(body, path), Found::Nothing("nothing"), "{path} in {body}");
    }
}

#[test]
fn names_that_languages_give_to_every_object_are_not_found() {
    for path in [
        "constructor",
        "length",
        "toString",
        "__proto__",
        "a.length",
        "a.constructor.name",
        "keys",
    ] {
        assert_eq!(
            found(r#"{"a":[1],"b":"x"}"#, path),
            Found::Nothing("nothing"),
            "{path}"
        );
    }
}

#[test]
fn equivalent_documents_mean_the_same() {
    for body in [
        "{\"c\\u0069d\":\"\\u0065vt_1\"}",
        " {\r\n\t\"x\" : [ 1 , { } ] , \"cid\" : \"evt_1\" }\n",
        "{\"cid\":\"evt\\u005f1\",\"x\":\"\\ud83d\\ude00\"}",
    ] {
        assert_eq!(found(body, "cid"), id("evt_1"), "{body}");
    }
    assert_eq!(found("{\"é\":\"\u{10ffff}\\\"\"}", "é"), id("\u{10ffff}\""));
}

#[test]
fn what_is_not_json_is_malformed_wherever_the_id_stands() {
    for body in [
        "",
        "{",
        "cid=evt_1",
        r#"{"cid":"evt_1"}x"#,
        r#"{"cid":"evt_1"}{"cid":"evt_1"}"#,
        r#"{"cid":"evt_1",}"#,
        r#"{"cid":"evt_1","x":tru}"#,
        r#"{"cid":"evt_1","x":01}"#,
        "{'cid':'evt_1'}",
        "{\"cid\":\"evt_1\",\"x\":\"\t\"}",
        "\u{feff}{\"cid\":\"evt_1\"}",
    ] {
        assert!(is_malformed(&found(body, "cid")), "{body}");
        // A path with an empty segment does not hide it.
        assert!(is_malformed(&found(body, "a..b")), "{body}");
        assert!(!is_well_formed(body.as_bytes()), "{body}");
    }
    for body in [&b"{\"cid\":\"\xff\"}"[..], b"\xff\xfe{\0}\0", b"\0"] {
        assert!(is_malformed(&with(body, "cid", &Readings::default())));
    }
    assert!(is_well_formed(br#"[1e999,{"a":null}]"#));
}

#[test]
fn half_a_character_is_no_id_and_no_fault_elsewhere() {
    assert!(is_malformed(&found(r#"{"cid":"\ud800"}"#, "cid")));
    assert_eq!(found(r#"{"cid":"evt_1","x":"\ud800"}"#, "cid"), id("evt_1"));
}

#[test]
fn depth_is_bounded_on_the_path_and_beside_it() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let document = |depth| format!(r#"{{"x":{},"cid":"evt_1"}}"#, nested(depth));
    assert_eq!(found(&document(MAX_DEPTH - 1), "cid"), id("evt_1"));
    assert!(is_malformed(&found(&document(MAX_DEPTH), "cid")));
    assert!(is_malformed(&found(&document(100_000), "cid")));
    assert!(is_malformed(&found(&"[".repeat(100_000), "cid")));
    assert!(is_malformed(&found(
        &"{\"a\":".repeat(100_000),
        &vec!["a"; 200].join(".")
    )));
    let brackets_in_text = format!(r#"{{"x":"\"{}","cid":"evt_1"}}"#, "[".repeat(300));
    assert_eq!(found(&brackets_in_text, "cid"), id("evt_1"));
}

#[test]
fn only_text_can_be_an_id() {
    for (value, what, requirement) in [
        ("1999", "a number", "polyai.extract.json.type.number"),
        ("true", "a truth value", "polyai.extract.json.type.bool"),
        ("null", "null", "polyai.extract.json.type.null"),
        (
            r#"{"id":"evt_1"}"#,
            "an object",
            "polyai.extract.json.type.object",
        ),
        (r#"["evt_1"]"#, "an array", "polyai.extract.json.type.array"),
    ] {
        let body = format!(r#"{{"cid":{value}}}"#);
        let extraction = find(body.as_bytes(), "cid", &Readings::default());
        assert_eq!(
            (extraction.found, extraction.requirement),
            (Found::NoId(what), requirement)
        );
    }
}

#[test]
fn a_number_is_a_reading() {
    let readings = Readings {
        json_number: JsonNumber::Stringified,
        ..Readings::default()
    };
    for (number, digits) in [("1999", "1999"), ("-7", "-7"), ("1.5", "1.5")] {
        let body = format!(r#"{{"cid":{number}}}"#);
        assert_eq!(with(body.as_bytes(), "cid", &readings), id(digits));
    }
}

#[test]
fn an_array_index_is_a_reading() {
    let body = br#"{"items":[{"id":"a"},{"id":"b"},"c"]}"#;
    let mut readings = Readings::default();
    assert_eq!(with(body, "items.0.id", &readings), id("a"));
    assert_eq!(with(body, "items.1.id", &readings), id("b"));
    assert_eq!(with(body, "items.2", &readings), id("c"));
    for path in [
        "items.3",
        "items.01.id",
        "items.-1",
        "items.+1",
        "items.x",
        "items.2.id",
        "items.99999999999999999999",
    ] {
        assert_eq!(with(body, path, &readings), Found::Nothing("nothing"), "{path}");
    }
    readings.json_array_index = JsonArrayIndex::NotFound;
    assert_eq!(with(body, "items.0.id", &readings), Found::Nothing("nothing"));
    assert_eq!(with(br#"{"items":{"0":"a"}}"#, "items.0", &readings), id("a"));
}

#[test]
fn a_member_with_dots_in_its_name_is_a_reading() {
    let mut readings = Readings::default();
    assert_eq!(
        with(br#"{"a.b":"x"}"#, "a.b", &readings),
        Found::Nothing("nothing")
    );
    readings.json_literal_dot_key = JsonLiteralDotKey::Fallback;
    assert_eq!(with(br#"{"a.b":"x"}"#, "a.b", &readings), id("x"));
    assert_eq!(with(br#"{"a":{"b.c":"x"}}"#, "a.b.c", &readings), id("x"));
    for both in [
        &br#"{"a.b":"x","a":{"b":"y"}}"#[..],
        br#"{"a":{"b":"y"},"a.b":"x"}"#,
    ] {
        assert_eq!(with(both, "a.b", &readings), id("y"));
        assert_eq!(with(both, "a.b", &Readings::default()), id("y"));
    }
}

#[test]
fn an_empty_text_is_a_reading() {
    let mut readings = Readings::default();
    assert_eq!(
        with(br#"{"cid":""}"#, "cid", &readings),
        Found::Nothing("an empty value")
    );
    readings.json_empty_string = JsonEmptyString::NotValid;
    assert_eq!(
        with(br#"{"cid":""}"#, "cid", &readings),
        Found::NoId("an empty value")
    );
}

#[test]
fn odd_paths_are_an_answer() {
    assert_eq!(
        found(r#"{"a":{"":{"b":"x"}}}"#, "a..b"),
        Found::Nothing("an empty segment")
    );
    assert_eq!(
        found(r#"{"a.b":"x","a":{"b":"y"}}"#, r"a\.b"),
        Found::Nothing("nothing")
    );
    assert_eq!(found(r#"{"a\\":{"b":"y"}}"#, r"a\.b"), id("y"));
}

#[test]
fn the_last_of_two_members_of_one_name_counts() {
    assert_eq!(found(r#"{"cid":"a","cid":"b"}"#, "cid"), id("b"));
    assert_eq!(
        found(r#"{"a":{"b":"x"},"a":{}}"#, "a.b"),
        Found::Nothing("nothing")
    );
}

#[test]
fn brackets_count_where_they_nest_and_not_in_texts() {
    let open = |depth: usize| "[".repeat(depth);
    let nested = |depth: usize, core: &str| format!("{}{core}{}", open(depth), "]".repeat(depth));
    let siblings = |core: &str| format!("[{core}{}]", ",[]".repeat(MAX_DEPTH));
    for (body, deep) in [
        (siblings("1"), false),
        (siblings(&nested(MAX_DEPTH - 1, "1")), false),
        (siblings(&nested(MAX_DEPTH, "1")), true),
        // In a text, brackets neither open nor close, and a quote after a backslash does not end it.
        (siblings(&format!("\"{}\"", open(MAX_DEPTH))), false),
        (siblings(&format!("\"\\\"{}\"", open(MAX_DEPTH))), false),
        (nested(MAX_DEPTH, &format!("\"]]]\",{}", nested(1, "1"))), true),
        (
            nested(MAX_DEPTH, &format!("\"\\\"]]]\",{}", nested(1, "1"))),
            true,
        ),
        // Behind a backslash that is escaped itself, the quote ends the text.
        (nested(1, &format!("\"\\\\\",{}", nested(MAX_DEPTH, "1"))), true),
        // What closes without having opened is not JSON, and no reason to count below zero.
        (format!("]]]{}", open(MAX_DEPTH)), false),
        (format!("]]]{}", open(MAX_DEPTH + 1)), true),
    ] {
        assert_eq!(is_too_deep(body.as_bytes()), deep, "{body}");
    }
}
