//! Each option of each setting, and an exchange that shows it.

use std::collections::BTreeSet;

use super::sent::{Sent, bag_of, call, decision, of_type, sample, server, with};
use crate::inkeep::Readings;

const NEW: &str = "201 inkeep.resp.201";

/// What is sent to see a setting at work, and what each of its options shows, in the order of the catalogue.
struct Shown {
    setting: &'static str,
    sent: Sent,
    decisions: &'static [&'static str],
}

fn shown(setting: &'static str, sent: Sent, decisions: &'static [&'static str]) -> Shown {
    Shown {
        setting,
        sent,
        decisions,
    }
}

fn before_the_body() -> Vec<Shown> {
    vec![
        shown(
            "other_method_status",
            sample().method("PUT"),
            &["405 inkeep.route.other-method", "404 inkeep.route.other-method"],
        ),
        shown(
            "trailing_slash",
            sample().path("/run/v1/events/"),
            &["404 inkeep.route.trailing-slash", NEW],
        ),
        shown(
            "scheme_case",
            sample().header("authorization", "bearer hookproof-inkeep-valid-key"),
            &[NEW, "401 inkeep.auth.lowercase-scheme"],
        ),
        shown(
            "json_content_types",
            sample().header("content-type", "application/vnd.x+json"),
            &[NEW, "400 inkeep.ct.suffix"],
        ),
        shown(
            "content_type_missing",
            sample().without("content-type"),
            &[
                "400 inkeep.ct.missing",
                "415 inkeep.ct.missing",
                "422 inkeep.ct.missing",
            ],
        ),
        shown(
            "content_type_unsupported",
            sample().header("content-type", "text/plain"),
            &[
                "400 inkeep.ct.other",
                "415 inkeep.ct.other",
                "422 inkeep.ct.other",
            ],
        ),
    ]
}

fn in_the_body() -> Vec<Shown> {
    let long_type = format!("\"{}\"", "x".repeat(257));
    let long_bag = format!("{{\"k\":\"{}\"}}", "x".repeat(65_536));
    vec![
        shown(
            "unknown_fields",
            with("colour", "1"),
            &[NEW, "400 inkeep.body.unknown-fields"],
        ),
        shown(
            "malformed_json_status",
            call("{"),
            &["400 inkeep.body.malformed", "422 inkeep.body.malformed"],
        ),
        shown(
            "schema_fault_status",
            call("{}"),
            &["400 inkeep.type.required", "422 inkeep.type.required"],
        ),
        shown(
            "type_whitespace",
            of_type("\" \""),
            &[NEW, "400 inkeep.type.whitespace"],
        ),
        shown("type_max", of_type(&long_type), &["400 inkeep.type.max", NEW]),
        shown("id_null", with("id", "null"), &["400 inkeep.id.null", NEW]),
        shown(
            "id_new",
            with("id", "\"new\""),
            &["400 inkeep.id.reserved-new", NEW],
        ),
        shown(
            "id_outer_whitespace",
            with("id", "\" a \""),
            &[NEW, "400 inkeep.id.trim"],
        ),
        shown(
            "anchor_null",
            with("messageId", "null"),
            &[NEW, "400 inkeep.str.null"],
        ),
        shown(
            "anchor_empty",
            with("agentId", "\"\""),
            &[NEW, "400 inkeep.str.empty"],
        ),
        shown(
            "bag_non_object",
            with("properties", "[]"),
            &["400 inkeep.bag.non-object", NEW],
        ),
        shown(
            "bag_null",
            with("userProperties", "null"),
            &["400 inkeep.bag.null", NEW],
        ),
        shown(
            "bag_key_cap",
            with("metadata", &bag_of(101)),
            &["400 inkeep.bag.key-cap", NEW],
        ),
        shown(
            "bag_byte_cap",
            with("metadata", &long_bag),
            &["400 inkeep.bag.byte-cap", NEW],
        ),
    ]
}

/// Settings that change what an answer holds and nothing about the decision, and what is sent to see them.
fn in_the_answer() -> Vec<(&'static str, Sent)> {
    vec![
        ("absent_members", sample()),
        ("server_metadata", sample()),
        ("problem_optional_members", call("{}")),
        ("request_id_header", sample()),
    ]
}

#[test]
fn every_setting_is_in_one_of_the_tables() {
    let decided = [before_the_body(), in_the_body()].into_iter().flatten();
    let tested: Vec<&str> = decided
        .map(|shown| shown.setting)
        .chain(in_the_answer().iter().map(|(setting, _)| *setting))
        .collect();
    let all: BTreeSet<&str> = Readings::SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!((tested.len(), tested.into_iter().collect()), (all.len(), all));
}

fn options_of(setting: &str) -> &'static [&'static str] {
    let settings = Readings::SETTINGS.iter();
    let known = settings.into_iter().find(|known| known.name == setting);
    known.expect("the tables name settings").options
}

fn with_option(setting: &str, option: &str) -> Readings {
    let mut readings = Readings::default();
    assert!(readings.set(setting, option), "{setting} = {option}");
    readings
}

#[test]
fn every_option_decides_as_it_says() {
    for shown in [before_the_body(), in_the_body()].into_iter().flatten() {
        let Shown {
            setting,
            sent,
            decisions,
        } = shown;
        let options = options_of(setting);
        assert_eq!(options.len(), decisions.len(), "{setting}");
        for (option, expected) in options.iter().zip(decisions) {
            let server = server(with_option(setting, option));
            assert_eq!(decision(&server, &sent), *expected, "{setting} = {option}");
        }
    }
}

#[test]
fn every_option_about_answers_changes_them_and_no_decision() {
    for (setting, sent) in in_the_answer() {
        let mut answers = Vec::new();
        for option in options_of(setting) {
            let server = server(with_option(setting, option));
            let reply = sent.to(&server);
            answers.push((
                format!("{:?}", reply.response),
                reply.response.status(),
                reply.trace.to_string(),
            ));
        }
        let (first, others) = answers.split_first().expect("every setting has options");
        for other in others {
            assert_ne!(first.0, other.0, "{setting}");
            assert_eq!((first.1, &first.2), (other.1, &other.2), "{setting}");
        }
    }
}
