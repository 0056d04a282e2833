use http::StatusCode;

use super::super::Found;
use super::*;

fn with(body: &str, path: &str, readings: &Readings) -> Found<'static> {
    bytes(body.as_bytes(), path, readings)
}

fn bytes(body: &[u8], path: &str, readings: &Readings) -> Found<'static> {
    match find(body, path, readings).found {
        Found::Id(id) => Found::Id(Cow::Owned(id.into_owned())),
        Found::Nothing(why) => Found::Nothing(why),
        Found::NoId(what) => Found::NoId(what),
        Found::Unreadable(status, message) => Found::Unreadable(status, message),
    }
}

fn found(body: &str, path: &str) -> Found<'static> {
    with(body, path, &Readings::default())
}

fn id(text: &'static str) -> Found<'static> {
    Found::Id(Cow::Borrowed(text))
}

fn malformed() -> Found<'static> {
    Found::Unreadable(StatusCode::BAD_REQUEST, NOT_XML)
}

const SAMPLE: &str = "<root><cid>evt_01HF2MNW2ZQ1Z8E2S3J</cid><status>succeeded</status></root>";

#[test]
fn where_a_path_begins_is_a_reading() {
    let sample = id("evt_01HF2MNW2ZQ1Z8E2S3J");
    let mut readings = Readings::default();
    assert_eq!(with(SAMPLE, "cid", &readings), sample);
    assert_eq!(with(SAMPLE, "root.cid", &readings), sample);
    readings.xml_root = XmlRoot::WithoutRoot;
    assert_eq!(with(SAMPLE, "cid", &readings), sample);
    assert_eq!(with(SAMPLE, "root.cid", &readings), Found::Nothing("nothing"));
    readings.xml_root = XmlRoot::WithRoot;
    assert_eq!(with(SAMPLE, "cid", &readings), Found::Nothing("nothing"));
    assert_eq!(with(SAMPLE, "root.cid", &readings), sample);
    assert_eq!(with("<cid>evt_1</cid>", "cid", &readings), id("evt_1"));
}

#[test]
fn below_the_root_comes_first_where_both_lead_somewhere() {
    let body = "<a><b>with</b><a><b>without</b></a></a>";
    assert_eq!(found(body, "a.b"), id("without"));
    assert_eq!(found("<a><b>with</b></a>", "a.b"), id("with"));
    assert_eq!(found("<a><a>x</a></a>", "a"), id("x"));
}

#[test]
fn a_path_walks_nested_elements() {
    let body = "<root><b>no</b><a><c/><b>evt_1</b></a><a2><b>no</b></a2></root>";
    assert_eq!(found(body, "a.b"), id("evt_1"));
    assert_eq!(found(body, "root.a.b"), id("evt_1"));
    for path in [
        "b.a",
        "a.x",
        "c",
        "a.b.c",
        "A.b",
        "root",
        "x.a.b",
        "a..b",
        ".",
        "root.root.a.b",
    ] {
        assert!(!matches!(found(body, path), Found::Id(_)), "{path}");
    }
    assert_eq!(found(body, "a.c"), Found::Nothing("an empty value"));
    assert_eq!(found(body, "a"), Found::NoId("an element that holds elements"));
}

#[test]
fn ends_of_elements_close_the_path() {
    let body = "<r><a><x/></a><b>no</b><a/><c><a><b>no</b></a></c></r>";
    assert_eq!(found(body, "a.b"), Found::Nothing("nothing"));
}

#[test]
fn character_data_means_the_text_it_stands_for() {
    for (content, text) in [
        ("evt&#95;1", "evt_1"),
        ("evt&#x5F;1", "evt_1"),
        ("<![CDATA[evt_1]]>", "evt_1"),
        ("ev<![CDATA[t_]]>1", "evt_1"),
        ("&lt;&gt;&amp;&apos;&quot;", "<>&'\""),
        ("a&amp;b<![CDATA[&amp;]]>", "a&b&amp;"),
        ("e<!-- not this -->vt<?nor this?>_1", "evt_1"),
        ("\r\n  evt_1\t", "evt_1"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\u{1f600}é", "\u{1f600}é"),
    ] {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x --><root><cid>{content}</cid></root>\n<?y?>"
        );
        assert_eq!(
            found(&body, "cid"),
            Found::Id(Cow::Owned(text.to_owned())),
            "{content}"
        );
    }
}

#[test]
fn prefixes_are_tolerated_and_attributes_out_of_reach() {
    let body = r#"<n:root xmlns:n="urn:x" cid="no"><n:cid type="a&amp;b">evt_1</n:cid></n:root>"#;
    assert_eq!(found(body, "cid"), id("evt_1"));
    assert_eq!(found(body, "n:cid"), id("evt_1"));
    assert_eq!(found(body, "root.cid"), id("evt_1"));
    for path in ["m:cid", "type", "cid.type", "@cid", "cid.@type", "n"] {
        assert!(!matches!(found(body, path), Found::Id(_)), "{path}");
    }
}

#[test]
fn what_is_not_well_formed_is_malformed_wherever_the_id_stands() {
    for body in [
        "",
        "  ",
        "cid=evt_1",
        "{\"cid\":\"evt_1\"}",
        "<root><cid>evt_1</cid>",
        "<root><cid>evt_1</root>",
        "<root><cid>evt_1</cid></root></root>",
        "<root><cid>evt_1</cid></root><root/>",
        "<root><cid>evt_1</cid></root>x",
        "x<root><cid>evt_1</cid></root>",
        "<root><cid>evt_1</cid></root>&amp;",
        "<root><cid>evt_1</cid></root><![CDATA[x]]>",
        "<root><cid>evt_1</cid>&unknown;</root>",
        "<root><cid>evt_1</cid>&#0;</root>",
        "<root><cid>evt_1</cid>&#1;</root>",
        "<root><cid>evt_1</cid>&#xFFFE;</root>",
        "<root><cid>evt_1</cid>&#xD800;</root>",
        "<root><cid>evt_1</cid>&#x110000;</root>",
        "<root><cid>evt_1</cid>&#;</root>",
        "<root><cid>evt_1</cid>&</root>",
        "<root><cid>evt_1</cid>& </root>",
        "<root a=1><cid>evt_1</cid></root>",
        "<root a='1' a='2'><cid>evt_1</cid></root>",
        "<root a='&x;'><cid>evt_1</cid></root>",
        "<root a='<'><cid>evt_1</cid></root>",
        "<root><cid>evt_1</cid><1/></root>",
        "<root><cid>evt_1</cid><a&b/></root>",
        "<root><cid>evt_1</cid>< /></root>",
        "<root><cid>evt_1</cid><!-- a -- b --></root>",
        "<root><cid>evt_1</cid>]]></root>",
        "<root /='1'><cid>evt_1</cid></root>",
        "<root a='1'b='2'><cid>evt_1</cid></root>",
        "<?xml ersion='1.0'?><root><cid>evt_1</cid></root>",
        "<?xml version='2.0'?><root><cid>evt_1</cid></root>",
        "<?xml version='1.'?><root><cid>evt_1</cid></root>",
        "<?xml version='1.x'?><root><cid>evt_1</cid></root>",
        "<?xml version='1.0' standalone='yes' encoding='utf-8'?><root><cid>evt_1</cid></root>",
        "<?xml version='1.0' standalone='perhaps'?><root><cid>evt_1</cid></root>",
        "<??xml?><root><cid>evt_1</cid></root>",
        "<root><cid>evt_1</cid><?XML a?></root>",
        "<root><cid>evt_1</cid><!--</root>",
        "<root><cid>evt_1</cid><![CDATA[</root>",
        " <?xml version=\"1.0\"?><root><cid>evt_1</cid></root>",
        "<root><?xml version=\"1.0\"?><cid>evt_1</cid></root>",
        "<root><cid>evt_1</cid>\u{1}</root>",
        "<root><cid>evt_1</cid>\0</root>",
        "<root><cid>evt_1</cid>\u{ffff}</root>",
        "<root><cid>evt_1</cid></root><!DOCTYPE root>",
    ] {
        assert_eq!(found(body, "cid"), malformed(), "{body:?}");
    }
    for declaration in [
        "version='1.0'",
        "version=\"1.1\" encoding='utf-8'",
        "version = '1.0' standalone='no' ",
    ] {
        let body = format!("<?xml {declaration}?><root a='1'\tb = '>' ><cid>evt_1</cid></root>");
        assert_eq!(found(&body, "cid"), id("evt_1"), "{body}");
    }
    for body in [&b"<root><cid>\xff</cid></root>"[..], b"\xff\xfe<\0r\0/\0>\0"] {
        assert_eq!(bytes(body, "cid", &Readings::default()), malformed());
    }
    assert_eq!(
        found(&format!("\u{feff}{SAMPLE}"), "cid"),
        id("evt_01HF2MNW2ZQ1Z8E2S3J")
    );
}

#[test]
fn a_document_type_is_a_reading_and_never_followed() {
    let body = "<!DOCTYPE root [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><root><cid>evt_1</cid></root>";
    let refused = "a document type declaration is not accepted";
    let mut readings = Readings::default();
    assert_eq!(
        with(body, "cid", &readings),
        Found::Unreadable(StatusCode::BAD_REQUEST, refused)
    );
    readings.xml_doctype = XmlDoctype::Ignored;
    assert_eq!(with(body, "cid", &readings), id("evt_1"));
    let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><r><cid>&b;</cid></r>";
    assert_eq!(with(bomb, "cid", &readings), malformed());
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    let document = |depth| format!("<root>{}<cid>evt_1</cid></root>", nested(depth));
    assert_eq!(found(&document(MAX_DEPTH - 1), "cid"), id("evt_1"));
    assert_eq!(found(&document(MAX_DEPTH), "cid"), malformed());
    assert_eq!(found(&"<a>".repeat(100_000), "cid"), malformed());
}

#[test]
fn white_space_is_a_reading() {
    let body = "<root><cid> evt_1\u{a0}\n</cid></root>";
    assert_eq!(found(body, "cid"), id("evt_1\u{a0}"));
    let readings = Readings {
        xml_whitespace: XmlWhitespace::Kept,
        ..Readings::default()
    };
    assert_eq!(with(body, "cid", &readings), id(" evt_1\u{a0}\n"));
}

#[test]
fn repetition_is_a_reading() {
    let body = "<root><cid>a</cid><cid>b</cid><cid>c</cid></root>";
    let mut readings = Readings::default();
    assert_eq!(with(body, "cid", &readings), id("a"));
    readings.xml_repeated = XmlRepeated::Last;
    assert_eq!(with(body, "cid", &readings), id("c"));
    readings.xml_repeated = XmlRepeated::Joined;
    assert_eq!(with(body, "cid", &readings), id("a,b,c"));
}

#[test]
fn an_empty_element_holds_no_id() {
    for body in [
        "<root><cid/></root>",
        "<root><cid></cid></root>",
        "<root><cid> <!-- x --></cid></root>",
    ] {
        assert_eq!(found(body, "cid"), Found::Nothing("an empty value"), "{body}");
    }
}

#[test]
fn length_is_bounded() {
    let (begin, end) = ("<root><cid>evt_1</cid>", "</root>");
    let document = |bytes: usize| format!("{begin}{}{end}", " ".repeat(bytes - begin.len() - end.len()));
    assert_eq!(found(&document(16 * 1024 * 1024), "cid"), id("evt_1"));
    assert_eq!(found(&document(16 * 1024 * 1024 + 1), "cid"), malformed());
}

#[test]
fn the_trace_names_the_rule_on_paths_of_one_step_or_of_more() {
    let requirement = |path| find(SAMPLE.as_bytes(), path, &Readings::default()).requirement;
    assert_eq!(requirement("cid"), "polyai.extract.xml.path");
    assert_eq!(requirement("root.cid"), "polyai.extract.xml.nested");
}
