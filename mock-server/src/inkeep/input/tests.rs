//! Each rule of the schema at and around its limits.

use super::*;

fn read(body: &str, readings: &Readings) -> Result<Input, &'static str> {
    Input::parse(body.as_bytes(), readings).map_err(|refusal| refusal.requirement)
}

fn default(body: &str) -> Result<Input, &'static str> {
    read(body, &Readings::default())
}

/// A valid body with one member more, as JSON.
fn with(name: &str, value: &str) -> String {
    format!(r#"{{"type":"string",{}:{value}}}"#, serde_json::json!(name))
}

fn of_type(value: &str) -> String {
    format!(r#"{{"type":{value}}}"#)
}

fn text_of(length: usize, character: &str) -> String {
    serde_json::json!(character.repeat(length)).to_string()
}

#[test]
fn the_sample_bodies_are_read() {
    let minimal = default("{    \"type\": \"string\"  }").unwrap();
    let nothing = Input {
        id: None,
        event_type: "string".into(),
        agent_id: None,
        conversation_id: None,
        message_id: None,
        properties: None,
        user_properties: None,
        metadata: None,
    };
    assert_eq!(minimal, nothing);

    let full = r#"{"id":"optional-client-supplied-id","type":"user_message_submitted","agentId":"support-agent",
        "conversationId":"conv-abc","messageId":"msg-xyz","properties":{"source":"chat-widget"},
        "userProperties":{"userId":"u_123","plan":"pro"},"metadata":{"appVersion":"1.4.2"}}"#;
    let expected = Input {
        id: Some("optional-client-supplied-id".into()),
        event_type: "user_message_submitted".into(),
        agent_id: Some("support-agent".into()),
        conversation_id: Some("conv-abc".into()),
        message_id: Some("msg-xyz".into()),
        properties: Some(r#"{"source":"chat-widget"}"#.into()),
        user_properties: Some(Identified::Untouched(r#"{"userId":"u_123","plan":"pro"}"#.into())),
        metadata: Some(r#"{"appVersion":"1.4.2"}"#.into()),
    };
    assert_eq!(default(full).unwrap(), expected);
}

#[test]
fn what_is_no_json_or_no_object_is_refused() {
    for body in [
        "{",
        "x",
        "{\"type\":\"a\"} x",
        "{'type':'a'}",
        "{\"type\":\"\\ud800\"}",
    ] {
        let refusal = Input::parse(body.as_bytes(), &Readings::default()).unwrap_err();
        assert_eq!(
            (refusal.fault, refusal.requirement),
            (Fault::Syntax, "inkeep.body.malformed"),
            "{body}"
        );
    }
    let refusal = Input::parse(b"{\"type\":\"\xff\"}", &Readings::default()).unwrap_err();
    assert_eq!(refusal.fault, Fault::Syntax);
    for body in [
        "[]",
        "[{\"type\":\"a\"}]",
        "\"type\"",
        "1",
        "true",
        "false",
        "null",
    ] {
        let refusal = Input::parse(body.as_bytes(), &Readings::default()).unwrap_err();
        assert_eq!(
            (refusal.fault, refusal.requirement),
            (Fault::Schema, "inkeep.body.not-object"),
            "{body}"
        );
    }
}

#[test]
fn type_is_required_and_a_text_that_is_not_empty() {
    for (body, requirement) in [
        ("{}".to_owned(), "inkeep.type.required"),
        (r#"{"Type":"a","TYPE":"a"}"#.to_owned(), "inkeep.type.required"),
        (of_type("\"\""), "inkeep.type.min-length"),
        (of_type("1"), "inkeep.type.string"),
        (of_type("true"), "inkeep.type.string"),
        (of_type("{}"), "inkeep.type.string"),
        (of_type("[\"a\"]"), "inkeep.type.string"),
        (of_type("null"), "inkeep.type.null"),
    ] {
        assert_eq!(default(&body), Err(requirement), "{body}");
    }
    for (written, meant) in [
        ("\"a\"", "a"),
        ("\"a b.c/d\"", "a b.c/d"),
        ("\"\\u00e9 日本 😀\"", "é 日本 😀"),
        ("\" \"", " "),
        ("\" a \"", " a "),
        ("\"\\u0000\"", "\0"),
    ] {
        assert_eq!(default(&of_type(written)).unwrap().event_type, meant);
    }
}

#[test]
fn a_long_or_blank_type_is_a_reading() {
    let mut readings = Readings::default();
    for character in ["a", "é", "😀"] {
        assert!(read(&of_type(&text_of(256, character)), &readings).is_ok());
        let too_long = of_type(&text_of(257, character));
        assert_eq!(read(&too_long, &readings), Err("inkeep.type.max"));
    }
    readings.type_max = TypeMax::Accepted;
    assert!(read(&of_type(&text_of(1000, "a")), &readings).is_ok());
    readings.type_whitespace = TypeWhitespace::Refused;
    for blank in ["\" \"", "\"\\t\\n\""] {
        assert_eq!(read(&of_type(blank), &readings), Err("inkeep.type.whitespace"));
    }
    assert!(read(&of_type("\" a\""), &readings).is_ok());
}

#[test]
fn an_id_keeps_to_pattern_and_length() {
    for id in ["a", "A-b_c.9", ".", "-", "_", "...", "0", &"a".repeat(255)] {
        let input = default(&with("id", &format!("\"{id}\""))).unwrap();
        assert_eq!(input.id.as_deref(), Some(id));
    }
    for (id, requirement) in [
        ("\"\"".to_owned(), "inkeep.id.len.min"),
        (text_of(256, "a"), "inkeep.id.len.max"),
        ("\"a b\"".to_owned(), "inkeep.id.pattern"),
        ("\"a/b\"".to_owned(), "inkeep.id.pattern"),
        ("\"a:b\"".to_owned(), "inkeep.id.pattern"),
        ("\"é\"".to_owned(), "inkeep.id.pattern"),
        ("\"a\\nb\"".to_owned(), "inkeep.id.pattern"),
        ("\"a\\u0000\"".to_owned(), "inkeep.id.pattern"),
        ("\"a\\u0085\"".to_owned(), "inkeep.id.pattern"),
        ("1".to_owned(), "inkeep.id.type"),
        ("false".to_owned(), "inkeep.id.type"),
        ("{}".to_owned(), "inkeep.id.type"),
        ("[\"a\"]".to_owned(), "inkeep.id.type"),
    ] {
        assert_eq!(default(&with("id", &id)), Err(requirement), "{id}");
    }
}

#[test]
fn null_the_word_new_and_outer_blanks_of_an_id_are_readings() {
    let mut readings = Readings::default();
    let null = with("id", "null");
    let new = with("id", "\"new\"");
    assert_eq!(read(&null, &readings), Err("inkeep.id.null"));
    assert_eq!(read(&new, &readings), Err("inkeep.id.reserved-new"));
    assert_eq!(
        read(&with("id", "\" new \""), &readings),
        Err("inkeep.id.reserved-new")
    );
    assert!(read(&with("id", "\"New\""), &readings).is_ok());
    for blank in ["\"  abc  \"", "\"abc\\n\"", "\"\\ufeffabc\\u00a0\\u2028\""] {
        let input = read(&with("id", blank), &readings).unwrap();
        assert_eq!(input.id.as_deref(), Some("abc"), "{blank}");
    }
    // Blanks are cut off before anything is counted.
    let padded = format!("\" {} \"", "a".repeat(255));
    assert!(read(&with("id", &padded), &readings).is_ok());
    assert_eq!(read(&with("id", "\"  \""), &readings), Err("inkeep.id.len.min"));

    readings.id_null = IdNull::Accepted;
    readings.id_new = IdNew::Accepted;
    readings.id_outer_whitespace = IdOuterWhitespace::Refused;
    assert_eq!(read(&null, &readings).unwrap().id, None);
    assert_eq!(read(&new, &readings).unwrap().id.as_deref(), Some("new"));
    for blank in ["\" abc\"", "\"abc\\n\"", "\" \""] {
        assert_eq!(read(&with("id", blank), &readings), Err("inkeep.id.trim"));
    }
}

#[test]
fn anchors_are_any_text() {
    type Get = fn(Input) -> Option<String>;
    let anchors: [(&str, &str, Get); 3] = [
        ("agentId", "inkeep.str.agent-id", |input| input.agent_id),
        ("conversationId", "inkeep.str.conversation-id", |input| {
            input.conversation_id
        }),
        ("messageId", "inkeep.str.message-id", |input| input.message_id),
    ];
    let strict = Readings {
        anchor_null: AnchorNull::Refused,
        anchor_empty: AnchorEmpty::Refused,
        ..Readings::default()
    };
    for (name, requirement, get) in anchors {
        for value in ["a", " a/b:é😀 ", "new", &"x".repeat(300)] {
            let body = with(name, &serde_json::json!(value).to_string());
            assert_eq!(get(default(&body).unwrap()).as_deref(), Some(value));
        }
        for value in ["1", "true", "{}", "[]"] {
            assert_eq!(default(&with(name, value)), Err(requirement), "{name}: {value}");
        }
        let (null, empty) = (with(name, "null"), with(name, "\"\""));
        assert_eq!(get(default(&null).unwrap()), None);
        assert_eq!(get(default(&empty).unwrap()).as_deref(), Some(""));
        assert_eq!(read(&null, &strict), Err("inkeep.str.null"));
        assert_eq!(read(&empty, &strict), Err("inkeep.str.empty"));
    }
}

#[test]
fn each_bag_is_read_and_bounded() {
    type Get = fn(Input) -> Option<String>;
    let bags: [(&str, Get); 3] = [
        ("properties", |input| input.properties),
        ("userProperties", |input| match input.user_properties {
            Some(Identified::Untouched(bag)) => Some(bag),
            _ => None,
        }),
        ("metadata", |input| input.metadata),
    ];
    for (name, get) in bags {
        assert_eq!(get(default(&with(name, "{}")).unwrap()).as_deref(), Some("{}"));
        for (value, requirement) in [("null", "inkeep.bag.null"), ("\"x\"", "inkeep.bag.non-object")] {
            let refusal = Input::parse(with(name, value).as_bytes(), &Readings::default()).unwrap_err();
            assert_eq!((refusal.member, refusal.requirement), (name, requirement));
            assert!(refusal.detail.starts_with(name), "{}", refusal.detail);
        }
    }
}

#[test]
fn unknown_members_are_ignored_or_refused() {
    let body = r#"{"type":"a","serverMetadata":{"x":1},"createdAt":"b","tenantId":1,"":null,"ID":"x y"}"#;
    let mut readings = Readings::default();
    let input = read(body, &readings).unwrap();
    assert_eq!((input.id, input.metadata), (None, None));
    readings.unknown_fields = UnknownFields::Refused;
    assert_eq!(read(body, &readings), Err("inkeep.body.unknown-fields"));
    assert!(read("{\"type\":\"a\",\"id\":\"b\"}", &readings).is_ok());
}

#[test]
fn the_last_of_two_members_with_one_name_counts() {
    let body = r#"{"type":"","type":"first","id":1,"id":"a","typ\u0065":"last"}"#;
    let input = default(body).unwrap();
    assert_eq!(
        (input.event_type.as_str(), input.id.as_deref()),
        ("last", Some("a"))
    );
}
