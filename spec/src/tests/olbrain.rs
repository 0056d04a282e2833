//! What holds for the embedded files of Olbrain.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{Basis, Contract, Level, Media, SecurityScheme, api, facet_of, requirement};

fn contract() -> &'static Contract {
    api("olbrain").unwrap().contract()
}

/// What the call answers with this status.
fn answer(operation: &str, status: u16) -> &'static Media {
    &contract()
        .operation(operation)
        .unwrap()
        .response(status)
        .unwrap()
        .content[0]
}

#[test]
fn it_has_what_its_pages_list() {
    assert_eq!(contract().title, "Olbrain Webhooks");
    assert_eq!(contract().servers[0].url, "https://webhook.olbrain.com");
    let run = "/api/agents/{agent_id}/runs/{run_id}";
    let session = "/api/agents/{agent_id}/sessions/{session_id}";
    let expected = [
        ("trigger", "POST", "/api/agents/webhook/{agent_id}"),
        ("upload", "POST", "/api/agents/{agent_id}/upload"),
        ("list-runs", "GET", "/api/agents/{agent_id}/runs"),
        ("get-run", "GET", run),
        ("cancel-run", "POST", &format!("{run}/cancel")),
        ("pause-run", "POST", &format!("{run}/pause")),
        ("resume-run", "POST", &format!("{run}/resume")),
        ("retry-run", "POST", &format!("{run}/retry")),
        ("list-sessions", "GET", "/api/agents/{agent_id}/sessions"),
        ("get-session", "GET", session),
        ("list-messages", "GET", &format!("{session}/messages")),
        (
            "get-message",
            "GET",
            &format!("{session}/messages/{{message_id}}"),
        ),
    ];
    let operations: Vec<_> = contract()
        .operations
        .iter()
        .map(|operation| (&*operation.id, &*operation.method, &*operation.path))
        .collect();
    assert_eq!(operations, expected);
    let key = SecurityScheme::Bearer {
        name: "AccessKey".to_owned(),
    };
    for operation in &contract().operations {
        assert_eq!(operation.security, std::slice::from_ref(&key), "{}", operation.id);
        assert!(operation.response(401).is_some() && operation.response(404).is_some());
    }
    let statuses = |operation: &str| -> Vec<u16> {
        let operation = contract().operation(operation).unwrap();
        operation
            .responses
            .iter()
            .map(|response| response.status)
            .collect()
    };
    assert_eq!(statuses("trigger"), [200, 202, 400, 401, 404, 413, 502]);
    assert_eq!(statuses("upload"), [200, 400, 401, 404, 415, 500]);
}

#[test]
fn a_trigger_takes_any_json() {
    let body = contract().operation("trigger").unwrap().body.as_ref().unwrap();
    for value in [json!({}), json!([1]), json!("text"), json!(0), Value::Null] {
        assert_eq!(body.content[0].validate(&value), Ok(()), "{value}");
    }
}

#[test]
fn the_samples_of_contract_and_exchanges_are_the_same() {
    for example in api("olbrain").unwrap().examples() {
        let Some(body) = &example.response.body else {
            continue;
        };
        let shown = contract().operations.iter().any(|operation| {
            operation
                .response(example.response.status)
                .into_iter()
                .flat_map(|response| &response.content[0].examples)
                .any(|sample| &sample.value == body)
        });
        assert!(shown, "{}: {body}", example.name);
    }
    let trigger = contract().operation("trigger").unwrap();
    for sample in &trigger.body.as_ref().unwrap().content[0].examples {
        let sent = api("olbrain").unwrap().examples().iter().any(|example| {
            let text = example.request.body_text.as_deref().unwrap_or_default();
            serde_json::from_str::<Value>(text).is_ok_and(|body| body == sample.value)
        });
        assert!(sent, "{}", sample.name);
    }
}

#[test]
fn an_answer_in_conversation_has_all_that_the_table_of_fields_lists() {
    let reply = answer("trigger", 200);
    let sample = &reply.examples[0].value;
    for name in ["success", "timestamp"] {
        let mut without = sample.clone();
        without.as_object_mut().unwrap().remove(name);
        assert_eq!(
            reply.validate(&without),
            Ok(()),
            "{name} stands in the samples only"
        );
    }
    for name in sample.as_object().unwrap().keys() {
        let mut null = sample.clone();
        null[name] = Value::Null;
        assert!(reply.validate(&null).is_err(), "{name}");
        let mut without = sample.clone();
        without.as_object_mut().unwrap().remove(name);
        let is_listed = !["success", "timestamp"].contains(&name.as_str());
        assert_eq!(reply.validate(&without).is_err(), is_listed, "{name}");
    }
    for (pointer, wrong) in [
        ("/session_id", json!("")),
        ("/files", json!({})),
        ("/files", json!([{}])),
        ("/token_usage/total_tokens", json!(-1)),
        ("/token_usage/prompt_tokens", json!(1.5)),
        ("/processing_time", json!("1.24")),
        ("/processing_time", json!(-0.1)),
    ] {
        let mut broken = sample.clone();
        *broken.pointer_mut(pointer).unwrap() = wrong;
        assert!(reply.validate(&broken).is_err(), "{broken}");
    }
    let mut more = sample.clone();
    more["model"] = json!("any");
    assert_eq!(reply.validate(&more), Ok(()));
}

#[test]
fn every_error_has_the_one_envelope() {
    let envelope = &answer("trigger", 401).schema;
    for operation in &contract().operations {
        for response in operation
            .responses
            .iter()
            .filter(|response| response.status >= 400)
        {
            assert_eq!(
                &response.content[0].schema, envelope,
                "{} {}",
                operation.id, response.status
            );
        }
    }
    let media = answer("trigger", 401);
    let sample = &media.examples[0].value;
    for name in ["code", "message", "request_id"] {
        let mut without = sample.clone();
        without["error"].as_object_mut().unwrap().remove(name);
        assert!(media.validate(&without).is_err(), "{name}");
    }
}

#[test]
fn answers_that_no_page_shows_are_bound_to_nothing_but_being_objects() {
    let unseen = [
        "cancel-run",
        "pause-run",
        "resume-run",
        "retry-run",
        "list-messages",
        "get-message",
    ];
    for operation in unseen {
        assert_eq!(answer(operation, 200).validate(&json!({})), Ok(()), "{operation}");
        assert!(
            answer(operation, 200).validate(&json!("")).is_err(),
            "{operation}"
        );
    }
    // The rows that bind an answer of 200 for all calls at once are those of these calls, and fail nobody.
    let catalogue = api("olbrain").unwrap().catalogue();
    for operation in &contract().operations {
        for facet in ["response/200/content-type", "response/200/schema"] {
            let has_own_row = catalogue.by_facet(&facet_of(operation, facet)).is_some();
            assert_eq!(
                has_own_row,
                !unseen.contains(&&*operation.id),
                "{} {facet}",
                operation.id
            );
        }
    }
    assert_eq!(
        catalogue.by_facet("response/200/schema").unwrap().basis,
        Basis::Silent
    );
}

#[test]
fn what_does_not_apply_yet_may_be_null_or_absent() {
    let run = answer("get-run", 200);
    assert_eq!(
        run.validate(&json!({ "run_id": "r", "status": "queued" })),
        Ok(())
    );
    let unfinished = json!({
        "run_id": "r", "status": "queued", "workflow_id": null, "started_at": null, "completed_at": null, "inputs": null,
        "output_files": null,
    });
    assert_eq!(run.validate(&unfinished), Ok(()));
    assert!(run.validate(&json!({ "run_id": "r", "status": null })).is_err());
    let sessions = answer("list-sessions", 200);
    let mut list = sessions.examples[0].value.clone();
    for name in [
        "channel",
        "user_id",
        "created_at",
        "last_message_at",
        "message_count",
        "total_tokens",
    ] {
        list["sessions"][0][name] = Value::Null;
        assert_eq!(sessions.validate(&list), Ok(()), "{name}");
    }
    list["sessions"][0]["session_id"] = Value::Null;
    assert!(sessions.validate(&list).is_err());
}

#[test]
fn what_only_a_sample_shows_is_no_must() {
    let catalogue = api("olbrain").unwrap().catalogue();
    let prefixes = catalogue
        .iter()
        .filter(|row| row.id.ends_with(".prefix") && row.id != "olbrain.upl.file-id.prefix");
    let mut rows: Vec<&str> = prefixes.map(|row| row.id.as_str()).collect();
    assert_eq!(rows.len(), 6);
    rows.extend([
        "olbrain.auth.code",
        "olbrain.auth.message",
        "olbrain.conv.success",
        "olbrain.conv.timestamp",
        "olbrain.conv.tokens.sum",
        "olbrain.upl.file-id.form",
    ]);
    for id in rows {
        assert_eq!(requirement(id).unwrap().level, Level::Should, "{id}");
    }
}

#[test]
fn the_texts_are_those_of_samples_and_tables() {
    let catalogue = api("olbrain").unwrap().catalogue();
    let texts: BTreeSet<&str> = catalogue.iter().filter_map(|row| row.text.as_deref()).collect();
    let sample = &answer("trigger", 401).examples[0].value["error"];
    let reply = &answer("trigger", 200).examples[0].value;
    let run = &answer("trigger", 202).examples[0].value;
    for (prefix, value) in [
        ("sess_", &reply["session_id"]),
        ("msg_", &reply["message_id"]),
        ("org_", &reply["organization_id"]),
        ("proj_", &reply["project_id"]),
        ("run_", &run["run_id"]),
        ("req_", &sample["request_id"]),
        ("fi_", &answer("upload", 200).examples[0].value["file_id"]),
    ] {
        assert!(
            texts.contains(prefix) && value.as_str().unwrap().starts_with(prefix),
            "{prefix}"
        );
    }
    for value in [&sample["code"], &sample["message"], &run["status"]] {
        assert!(texts.contains(value.as_str().unwrap()), "{value}");
    }
}
