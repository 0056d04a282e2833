use super::*;

const ONE: &str =
    r#"{ "api": "olbrain", "watched_until_s": 10, "attempts": [{ "head_s": 1, "answer": 503 }] }"#;

fn error(text: &str) -> String {
    recordings("a.json", text, None).unwrap_err().to_string()
}

#[test]
fn one_recording_a_list_and_a_report_can_be_read() {
    assert_eq!(recordings("a.json", ONE, None).unwrap().len(), 1);
    assert_eq!(
        recordings("a.json", &format!("\u{feff}[{ONE}, {ONE}]"), None)
            .unwrap()
            .len(),
        2
    );
    let report =
        format!(r#"{{ "schema": "hookproof.sender/1", "scenarios": [{{ "recording": {ONE}, "x": 1 }}] }}"#);
    assert_eq!(recordings("a.json", &report, None).unwrap().len(), 1);
}

#[test]
fn a_scale_from_outside_replaces_the_one_in_the_file() {
    let read = recordings("a.json", ONE, Some(0.02)).unwrap();
    assert_eq!(
        (read[0].scale.to_bits(), read[0].mode),
        (0.02_f64.to_bits(), Mode::Scaled)
    );
}

#[test]
fn the_place_of_a_fault_is_told() {
    assert_eq!(
        error("{\n  \"api\": ,"),
        "a.json: line 2, column 10, /api: expected value"
    );
    assert_eq!(error(""), "a.json: line 1, column 0: EOF while parsing a value");
    let unknown = error("{ \"api\": \"olbrain\",\n \"watched_untill_s\": 1 }");
    assert!(
        unknown.starts_with("a.json: line 2, column 19, /watched_untill_s: unknown field `watched_untill_s`"),
        "{unknown}"
    );
    let missing = error("{ \"api\": \"olbrain\", \"attempts\": [] }");
    assert!(missing.contains("missing field `watched_until_s`"), "{missing}");
    let answer = error(&ONE.replace("503", "[1, 99]"));
    assert!(answer.contains(", /attempts/0/answer: "), "{answer}");
    assert!(answer.contains("[1,99] is no answer"), "{answer}");
    assert!(error("3").contains("invalid type: integer `3`"), "{}", error("3"));
}

/// A recording with one more member, and with one attempt that has one more.
fn with(member: &str, of_attempt: &str) -> String {
    let member = if member.is_empty() {
        String::new()
    } else {
        format!(", {member}")
    };
    let of_attempt = if of_attempt.is_empty() {
        String::new()
    } else {
        format!(", {of_attempt}")
    };
    format!(
        r#"{{ "api": "olbrain", "watched_until_s": 10{member}, "attempts": [{{ "head_s": 1, "answer": 503{of_attempt} }}] }}"#
    )
}

#[test]
fn no_member_takes_what_does_not_belong_there() {
    for (member, expected) in [
        (r#""mode": "fast""#, "/mode: unknown variant `fast`"),
        (r#""mode": 1"#, "/mode: "),
        (r#""scale": "0.02""#, "/scale: invalid type: string"),
        (r#""scale": 1e999"#, "number out of range"),
        (r#""scale": -0.5"#, "/scale: -0.5 is not above 0"),
        (r#""scenario": 5"#, "/scenario: invalid type: integer"),
        (r#""numbered": "yes""#, "/numbered: invalid type: string"),
        (r#""side_effects": 1"#, "/side_effects: invalid type: integer"),
        (r#""one_process": null"#, "/one_process: invalid type: null"),
        (r#""overhead": 0.01"#, "/overhead: invalid type"),
        (
            r#""overhead": { "client_s": -1 }"#,
            "/overhead/client_s: -1 is no number of seconds",
        ),
        (r#""overhead": { "server_s": 1 }"#, "unknown field `server_s`"),
        (r#""host": []"#, "/host: is a list; an object belongs here"),
        (r#""overhead": [0, 0]"#, "/overhead: is a list"),
        (r#""host": { "stalls": [[1, 2]] }"#, "/host/stalls/0: is a list"),
        (
            r#""host": { "stalls": 3 }"#,
            "/host/stalls: invalid type: integer",
        ),
        (
            r#""host": { "stalls": [{ "from_s": 1 }] }"#,
            "missing field `until_s`",
        ),
        (
            r#""host": { "stalls": [{ "from_s": -1, "until_s": 2 }] }"#,
            "-1 is no number of seconds",
        ),
        (
            r#""host": { "slow": [{ "from_s": 1, "until_s": 2 }] }"#,
            "missing field `times`",
        ),
        (r#""host": { "load": 3 }"#, "unknown field `load`"),
        (r#""api": "olbrain""#, "duplicate field `api`"),
        (r#""attempts": []"#, "duplicate field `attempts`"),
    ] {
        let error = error(&with(member, ""));
        assert!(error.contains(expected), "{member}: {error}");
    }
    for (member, expected) in [
        (r#""event": -1"#, "/attempts/0/event: "),
        (r#""event": 4294967296"#, "/attempts/0/event: "),
        (r#""event": 0.5"#, "/attempts/0/event: "),
        (r#""body_end_s": "1""#, "/attempts/0/body_end_s: "),
        (r#""body_end_s": 1e300"#, "is no number of seconds"),
        (r#""answer_end_s": -0.1"#, "-0.1 is no number of seconds"),
        (r#""retry_after_s": "soon""#, "/attempts/0/retry_after_s: "),
        (r#""digest": 3"#, "/attempts/0/digest: invalid type: integer"),
        (r#""header_key": {}"#, "/attempts/0/header_key: invalid type: map"),
        (r#""status": 503"#, "unknown field `status`"),
        (r#""head_s": 2"#, "duplicate field `head_s`"),
    ] {
        let error = error(&with("", member));
        assert!(error.contains(expected), "{member}: {error}");
    }
    for answer in [
        "99",
        "600",
        "503.5",
        "-1",
        "null",
        "\"503\"",
        "\"RESET\"",
        "{}",
        "{\"truncated\": 99}",
    ] {
        let error = error(&with("", "").replace("503", answer));
        assert!(
            error.contains("/attempts/0/answer: ") && error.contains("is no answer"),
            "{answer}: {error}"
        );
    }
    let deep = format!(r#""body": {}1{}"#, "[".repeat(200), "]".repeat(200));
    assert!(error(&with("", &deep)).contains("recursion limit exceeded"));
    for (text, expected) in [
        ("null", "invalid type: null"),
        ("[[]]", "/0: is a list"),
        (r#"{ "scenarios": [[3]] }"#, "/scenarios/0: is a list"),
        (
            r#"{ "api": "olbrain", "attempts": [[0, 1]] }"#,
            "/attempts/0: is a list",
        ),
        ("{}", "missing field `api`"),
        (r#"{ "scenarios": 1 }"#, "/scenarios: invalid type: integer"),
        (
            r#"{ "api": "olbrain", "attempts": {} }"#,
            "/attempts: invalid type: map",
        ),
        (
            r#"{ "api": "olbrain", "attempts": [3] }"#,
            "/attempts/0: invalid type: integer",
        ),
    ] {
        let error = error(text);
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn members_that_may_be_absent_may_be_null() {
    let member = r#""scenario": null, "overhead": null, "host": null"#;
    let of_attempt = r#""body_end_s": null, "answer_end_s": null, "retry_after_s": null, "digest": null, "header_key": null"#;
    assert_eq!(
        recordings("a.json", &with(member, of_attempt), None).unwrap(),
        recordings("a.json", ONE, None).unwrap()
    );
    assert_eq!(recordings("a.json", "[]", None).unwrap(), []);
}

#[test]
fn every_contradiction_is_told() {
    let text = r#"[{ "api": "olbrian\u001b", "scale": 0, "watched_until_s": 1, "attempts": [
        { "head_s": 2, "body_end_s": 1, "answer_end_s": 0.5, "answer": 503 }] }]"#;
    assert_eq!(
        error(text),
        "a.json cannot be judged:\n    \
         /0/api: there is no API `olbrian\\u{1b}`; the known ones are polyai, inkeep, olbrain\n    \
         /0/scale: 0 is not above 0 and at most 1; it is real seconds for one second of the schedule, 0.02 where ten minutes last 12 s\n    \
         /0/attempts/0/body_end_s: is before head_s\n    \
         /0/attempts/0/answer_end_s: is before head_s\n    \
         /0/attempts/0/head_s: is after watched_until_s, when the server had stopped listening"
    );
    assert_eq!(
        error(&ONE.replace(
            "\"api\"",
            r#""host": { "stalls": [{ "from_s": 2, "until_s": 1 }, { "from_s": 1, "until_s": 1 }],
                "slow": [{ "from_s": 3, "until_s": 2, "times": 0.5 }] }, "api""#
        )),
        "a.json cannot be judged:\n    \
         /host/stalls/0/until_s: is before from_s\n    \
         /host/slow/0/until_s: is before from_s\n    \
         /host/slow/0/times: 0.5 is below 1"
    );
    let on_a_virtual_clock = ONE.replace(
        "\"api\"",
        r#""mode": "virtual", "host": { "stalls": [{ "from_s": 1, "until_s": 2 }] }, "api""#,
    );
    assert!(error(&on_a_virtual_clock).contains("/host: a virtual clock waits for the host"));
    assert!(
        error(&ONE.replace("\"api\"", "\"scale\": 0.5, \"api\""))
            .contains("/mode: a scale of 0.5 is not real time")
    );
}
