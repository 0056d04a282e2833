//! For each row of the catalogue that fixes a status, an exchange that has it.

use std::collections::BTreeSet;

use super::sent::{Sent, bag_of, call, of_type, sample, server, with};
use crate::catalogue_tests::catalogue;
use crate::inkeep::Readings;
use crate::reply::Reply;

/// Rows, and what is sent to see them; the last answer shows them.
type Exchanges = Vec<(&'static [&'static str], Vec<Sent>)>;

fn known() -> Sent {
    with("id", "\"a\"")
}

fn of_nobody(sent: Sent) -> Sent {
    sent.token("nobody-was-given-this-token")
}

fn of_forbidden() -> Sent {
    sample().token("hookproof-inkeep-forbidden-key")
}

fn bare(value: &str) -> Sent {
    sample().header("authorization", value)
}

fn about_access() -> Exchanges {
    let preflight = sample()
        .method("OPTIONS")
        .without("authorization")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST");
    let in_query = "/run/v1/events?access_token=hookproof-inkeep-valid-key";
    let mut malformed = of_nobody(sample());
    malformed.body = "{".into();
    vec![
        (
            &[
                "inkeep.route.post",
                "inkeep.auth.ok",
                "inkeep.auth.header-name-case",
            ],
            vec![sample()],
        ),
        (
            &["inkeep.route.other-method.bad-token"],
            vec![of_nobody(sample()).method("GET")],
        ),
        (&["inkeep.route.options"], vec![preflight]),
        (&["inkeep.auth.missing"], vec![sample().without("authorization")]),
        (
            &["inkeep.auth.scheme"],
            vec![bare("Basic hookproof-inkeep-valid-key")],
        ),
        (
            &["inkeep.auth.no-prefix"],
            vec![bare("hookproof-inkeep-valid-key")],
        ),
        (&["inkeep.auth.empty-token"], vec![bare("Bearer")]),
        (
            &["inkeep.auth.short-token"],
            vec![sample().token("fifteen-letters")],
        ),
        (
            &[
                "inkeep.auth.unknown-token",
                "inkeep.err.ct.401",
                "inkeep.err.schema.401",
            ],
            vec![of_nobody(sample())],
        ),
        (
            &["inkeep.auth.near-miss"],
            vec![sample().token("hookproof-inkeep-valid-keyX")],
        ),
        (
            &["inkeep.auth.not-in-query"],
            vec![sample().without("authorization").path(in_query)],
        ),
        (
            &["inkeep.auth.not-in-other-header"],
            vec![
                sample()
                    .without("authorization")
                    .header("x-api-key", "hookproof-inkeep-valid-key"),
            ],
        ),
        (&["inkeep.auth.before-validation"], vec![malformed]),
        (
            &["inkeep.auth.403", "inkeep.err.ct.403", "inkeep.err.schema.403"],
            vec![of_forbidden()],
        ),
        (&["inkeep.auth.no-side-effect"], vec![of_nobody(known()), known()]),
    ]
}

fn about_the_body() -> Exchanges {
    let charset = "application/json; charset=utf-8";
    vec![
        (
            &[
                "inkeep.body.minimal",
                "inkeep.body.chunked",
                "inkeep.bag.optional",
            ],
            vec![sample()],
        ),
        (&["inkeep.body.unknown-fields"], vec![with("colour", "[1]")]),
        (&["inkeep.body.not-object"], vec![call("[]")]),
        (&["inkeep.body.malformed"], vec![call("{\"type\"")]),
        (&["inkeep.body.empty"], vec![call("")]),
        (
            &["inkeep.ct.charset"],
            vec![sample().header("content-type", charset)],
        ),
        (
            &["inkeep.type.required", "inkeep.type.required.status"],
            vec![call("{}")],
        ),
        (&["inkeep.type.min-length"], vec![of_type("\"\"")]),
        (&["inkeep.type.string"], vec![of_type("1")]),
        (&["inkeep.type.null"], vec![of_type("null")]),
        (&["inkeep.type.one-char"], vec![of_type("\"x\"")]),
        (&["inkeep.type.free-form"], vec![of_type("\"a b.c é 日本\"")]),
        (&["inkeep.id.optional", "inkeep.id.minted"], vec![sample()]),
        (&["inkeep.id.echo"], vec![known()]),
        (&["inkeep.id.pattern"], vec![with("id", "\"a b\"")]),
        (&["inkeep.id.pattern.ok"], vec![with("id", "\"A-b_c.9\"")]),
        (&["inkeep.id.len.min"], vec![with("id", "\"\"")]),
        (
            &["inkeep.id.len.max"],
            vec![with("id", &format!("\"{}\"", "x".repeat(256)))],
        ),
        (
            &["inkeep.id.len.ok"],
            vec![with("id", &format!("\"{}\"", "x".repeat(255)))],
        ),
        (&["inkeep.id.type"], vec![with("id", "1")]),
        (&["inkeep.id.null"], vec![with("id", "null")]),
        (&["inkeep.id.reserved-new"], vec![with("id", "\"new\"")]),
        (&["inkeep.str.agent-id"], vec![with("agentId", "1")]),
        (
            &["inkeep.str.conversation-id"],
            vec![with("conversationId", "{}")],
        ),
        (&["inkeep.str.message-id"], vec![with("messageId", "true")]),
        (&["inkeep.str.null"], vec![with("agentId", "null")]),
        (&["inkeep.str.no-pattern"], vec![with("messageId", "\"a b/é\"")]),
        (
            &["inkeep.agent-id.body-wins", "inkeep.resp.echo-anchors"],
            vec![with("agentId", "\"mine\"")],
        ),
        (
            &["inkeep.anchor.no-fk"],
            vec![with("conversationId", "\"nobody-knows-it\"")],
        ),
    ]
}

fn about_bags() -> Exchanges {
    let long = format!("{{\"k\":\"{}\"}}", "x".repeat(65_536));
    let cookied = r#"{"identificationType":"COOKIED"}"#;
    let provided = r#"{"identificationType":"ID_PROVIDED"}"#;
    vec![
        (
            &["inkeep.bag.object"],
            vec![with("properties", r#"{"a":{"b":[1,null,"c"]}}"#)],
        ),
        (&["inkeep.bag.non-object"], vec![with("metadata", "\"text\"")]),
        (&["inkeep.bag.null"], vec![with("metadata", "null")]),
        (&["inkeep.bag.empty"], vec![with("userProperties", "{}")]),
        (&["inkeep.bag.key-cap"], vec![with("metadata", &bag_of(101))]),
        (&["inkeep.bag.byte-cap"], vec![with("metadata", &long)]),
        (&["inkeep.bag.round-trip"], vec![with("metadata", "{\"a\":1.50}")]),
        (
            &["inkeep.userprops.round-trip"],
            vec![with("userProperties", "{\"a\":1.50}")],
        ),
        (
            &["inkeep.userprops.identification.dropped"],
            vec![with("userProperties", cookied)],
        ),
        (
            &["inkeep.userprops.identification.removed"],
            vec![with("userProperties", provided)],
        ),
        (&["inkeep.autofill.none"], vec![sample()]),
    ]
}

fn about_answers() -> Exchanges {
    vec![
        (
            &[
                "inkeep.resp.201",
                "inkeep.resp.ct.201",
                "inkeep.resp.schema.201",
                "inkeep.resp.envelope",
                "inkeep.resp.fields",
                "inkeep.resp.absent-members",
                "inkeep.resp.types",
                "inkeep.resp.nullable",
                "inkeep.resp.type-echo",
                "inkeep.resp.timestamps",
                "inkeep.resp.timestamps.equal",
                "inkeep.resp.server-metadata",
                "inkeep.resp.no-scope-leak",
            ],
            vec![known()],
        ),
        (
            &[
                "inkeep.resp.200",
                "inkeep.resp.ct.200",
                "inkeep.resp.schema.200",
                "inkeep.concurrency.one-insert",
            ],
            vec![known(), known()],
        ),
        (
            &["inkeep.resp.200.original"],
            vec![known(), call(r#"{"id":"a","type":"other"}"#)],
        ),
        (&["inkeep.resp.no-id-not-idempotent"], vec![sample(), sample()]),
        (
            &["inkeep.resp.scope"],
            vec![known(), known().token("hookproof-inkeep-other-project-key")],
        ),
        (
            &["inkeep.resp.200-invalid-body"],
            vec![known(), call(r#"{"id":"a"}"#)],
        ),
        (&["inkeep.err.ct.400", "inkeep.err.schema.400"], vec![call("{}")]),
        (
            &["inkeep.err.ct.422", "inkeep.err.schema.422"],
            vec![sample().token("hookproof-inkeep-unprocessable-key")],
        ),
        (
            &["inkeep.err.ct.500", "inkeep.err.schema.500"],
            vec![sample().token("hookproof-inkeep-failing-key")],
        ),
        (
            &["inkeep.err.no-side-effect"],
            vec![call(r#"{"id":"a","type":""}"#), known()],
        ),
    ]
}

fn exchanges() -> Exchanges {
    [about_access(), about_the_body(), about_bags(), about_answers()].concat()
}

#[test]
fn no_row_that_fixes_a_status_is_left_out() {
    let exchanges = exchanges();
    let shown: BTreeSet<&str> = exchanges
        .iter()
        .flat_map(|(ids, _)| ids.iter().copied())
        .collect();
    let missing: Vec<&str> = catalogue("inkeep")
        .iter()
        .filter(|row| row.subject == spec::Subject::Server && row.untestable.is_none())
        .filter(|row| !row.status.is_empty() && !shown.contains(&*row.id))
        .map(|row| &*row.id)
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_exchange_has_the_status_of_its_rows_and_fits_the_contract() {
    let operation = spec::api("inkeep")
        .and_then(|api| api.contract().operation("log-event"))
        .expect("the contract has the operation");
    for (ids, requests) in exchanges() {
        let server = server(Readings::default());
        let replies: Vec<Reply> = requests.iter().map(|sent| sent.to(&server)).collect();
        let Reply { response, trace } = replies.last().expect("each row sends something");
        let status = response.status().as_u16();
        for id in ids {
            let row = catalogue("inkeep").get(id).expect("the tables name rows");
            assert!(
                row.status.is_empty() || row.status.contains(&status),
                "{id}: {status}, {trace}"
            );
        }
        let Some(documented) = operation.response(status) else {
            assert_eq!((ids, status), (&["inkeep.route.options"][..], 204));
            continue;
        };
        let media = &documented.content[0];
        assert_eq!(response.headers()["content-type"], *media.media_type, "{ids:?}");
        let body = serde_json::from_slice(response.body()).expect("answers are JSON");
        assert_eq!(media.validate(&body), Ok(()), "{ids:?}");
    }
}
